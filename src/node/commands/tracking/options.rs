//! CLIENT TRACKING and what is asked about it: CACHING, GETREDIR, TRACKINGINFO.
//!
//! In Redis: `clientCommand` (networking.c), `checkPrefixCollisionsOrReply`, `enableTracking`
//! (tracking.c). Of two prefixes that were given and overlap, a real server complains and goes on all the
//! same unless the first is among them; so does ours.

use super::{Prefix, Tracking};
use crate::node::Node;
use crate::node::commands::table::{Flags, Keys, node};
use crate::node::commands::words::{int, is, lower, text};
use crate::node::commands::{Answer, Call, Command, Outcome, Refused};
use crate::node::io::ConnId;
use crate::words::Reply;
use bytes::Bytes;

const CLIENT: Flags = Flags::NOSCRIPT.or(Flags::LOADING).or(Flags::STALE);

pub(in crate::node::commands) const CACHING: Command =
    node("client|caching", 3, CLIENT, Keys::None, |node, call| caching(node, call).into());
pub(in crate::node::commands) const GETREDIR: Command =
    node("client|getredir", 2, CLIENT, Keys::None, |node, call| {
        Reply::Int(redirect(node, call.conn)).into()
    });
pub(in crate::node::commands) const TRACKING: Command =
    node("client|tracking", -3, CLIENT, Keys::None, tracking);
pub(in crate::node::commands) const TRACKINGINFO: Command =
    node("client|trackinginfo", 2, CLIENT, Keys::None, info);

/// Which keys a client is told of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mode {
    /// All that it reads.
    Plain,
    /// Those that it reads right after CLIENT CACHING YES.
    OptIn,
    /// All that it reads, but right after CLIENT CACHING NO.
    OptOut,
    /// Those with its prefixes, read or not.
    Broadcast,
}

/// What CLIENT TRACKING was told.
#[derive(Clone, Default)]
struct Options {
    broadcast: bool,
    opt_in: bool,
    opt_out: bool,
    no_loop: bool,
    redirect: u64,
    prefixes: Vec<Bytes>,
}

impl Options {
    fn read(node: &Node, words: &[Bytes]) -> Result<Options, Refused> {
        let mut options = Options::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match lower(word).as_str() {
                "redirect" => {
                    let id = words.next().ok_or(Refused::Syntax)?;
                    options.redirect = options.redirected(node, id)?;
                }
                "bcast" => options.broadcast = true,
                "optin" => options.opt_in = true,
                "optout" => options.opt_out = true,
                "noloop" => options.no_loop = true,
                "prefix" => options.prefixes.push(words.next().ok_or(Refused::Syntax)?.clone()),
                _ => return Err(Refused::Syntax),
            }
        }
        Ok(options)
    }

    fn redirected(&self, node: &Node, id: &Bytes) -> Result<u64, Refused> {
        if self.redirect != 0 {
            return Err(Refused::text("ERR A client can only redirect to a single other client"));
        }
        let id = int(id)?;
        let there = u64::try_from(id).ok().filter(|id| node.clients.with_id(*id).is_some());
        there.ok_or_else(|| Refused::text("ERR The client ID you want redirect to does not exist"))
    }

    fn mode(&self) -> Mode {
        match self {
            Options { broadcast: true, .. } => Mode::Broadcast,
            Options { opt_in: true, .. } => Mode::OptIn,
            Options { opt_out: true, .. } => Mode::OptOut,
            Options { .. } => Mode::Plain,
        }
    }

    /// Whether they go together, and with what holds now.
    fn check(&self, now: Option<Mode>) -> Result<(), Refused> {
        let broadcasts = now.map(|mode| mode == Mode::Broadcast);
        let why = match self {
            Options { broadcast: false, prefixes, .. } if !prefixes.is_empty() => {
                "ERR PREFIX option requires BCAST mode to be enabled"
            }
            Options { broadcast, .. } if broadcasts.is_some_and(|old| old != *broadcast) => {
                "ERR You can't switch BCAST mode on/off before disabling tracking for this client, \
                 and then re-enabling it with a different mode."
            }
            Options { broadcast: true, opt_in, opt_out, .. } if *opt_in || *opt_out => {
                "ERR OPTIN and OPTOUT are not compatible with BCAST"
            }
            Options { opt_in: true, opt_out: true, .. } => {
                "ERR You can't specify both OPTIN mode and OPTOUT mode"
            }
            Options { opt_in, opt_out, .. }
                if *opt_in && now == Some(Mode::OptOut) || *opt_out && now == Some(Mode::OptIn) =>
            {
                "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, \
                 and then re-enabling it with a different mode."
            }
            Options { .. } => return Ok(()),
        };
        Err(Refused::text(why))
    }

    /// The first two prefixes that both would tell of one key, and whether that is an obstacle.
    fn collision(&self, own: &[Bytes]) -> Option<(Refused, bool)> {
        let overlap = |a: &Bytes, b: &Bytes| a.starts_with(b) || b.starts_with(a);
        let error = |given: &Bytes, which: &str, other: &Bytes| {
            Refused::text(format!(
                "ERR Prefix '{}' overlaps with {which} prefix '{}'. Prefixes for a single client \
                 must not overlap.",
                text(given),
                text(other)
            ))
        };
        for (place, given) in self.prefixes.iter().enumerate() {
            if let Some(other) = own.iter().find(|other| overlap(other, given)) {
                return Some((error(given, "an existing", other), true));
            }
            let mut later = self.prefixes[place + 1..].iter();
            if let Some(other) = later.find(|other| overlap(other, given)) {
                return Some((error(given, "another provided", other), place == 0));
            }
        }
        None
    }
}

fn tracking(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let options = match Options::read(node, &call.argv[3..]) {
        Ok(options) => options,
        Err(refused) => return refused.into(),
    };
    match &call.argv[2] {
        word if is(word, "off") => {
            node.clients.stop_tracking(call.conn);
            Reply::OK.into()
        }
        word if is(word, "on") => turn_on(node, call, options),
        _ => Refused::Syntax.into(),
    }
}

fn turn_on(node: &mut Node, call: &mut Call<'_>, options: Options) -> Outcome {
    let client = node.clients.get(call.conn);
    let now = client.and_then(|client| client.tracking.as_ref()).map(|tracking| tracking.mode);
    if let Err(refused) = options.check(now) {
        return refused.into();
    }
    if options.broadcast
        && let Some((refused, is_obstacle)) = options.collision(&prefixes(node, call.conn))
    {
        if is_obstacle {
            return refused.into();
        }
        node.reply(call.conn, Reply::error(refused.to_string()), call.out);
    }
    enable(node, call.conn, options);
    Reply::OK.into()
}

fn enable(node: &mut Node, conn: ConnId, options: Options) {
    let mode = options.mode();
    let Some(client) = node.clients.get_mut(conn) else { return };
    let caching = client.tracking.as_ref().is_some_and(|tracking| tracking.caching);
    let Options { no_loop, redirect, mut prefixes, .. } = options;
    client.tracking = Some(Tracking { mode, redirect, no_loop, broken: false, caching });
    if mode != Mode::Broadcast {
        return;
    }
    if prefixes.is_empty() {
        prefixes.push(Bytes::new());
    }
    for prefix in prefixes {
        let prefix: &mut Prefix = node.clients.kept.prefixes.entry(prefix).or_default();
        prefix.clients.insert(conn);
    }
}

/// The prefixes of a client, in order.
fn prefixes(node: &Node, conn: ConnId) -> Vec<Bytes> {
    let own = node.clients.kept.prefixes.iter();
    own.filter(|(_, prefix)| prefix.clients.contains(&conn)).map(|(name, _)| name.clone()).collect()
}

fn redirect(node: &Node, conn: ConnId) -> i64 {
    let tracking = node.clients.get(conn).and_then(|client| client.tracking.as_ref());
    tracking.map_or(-1, |tracking| tracking.redirect as i64)
}

fn caching(node: &mut Node, call: &mut Call<'_>) -> Answer {
    let tracking = node.clients.get_mut(call.conn).and_then(|client| client.tracking.as_mut());
    let tracking = tracking.ok_or_else(|| {
        Refused::text(
            "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN \
             or OPTOUT mode enabled",
        )
    })?;
    let (wanted, why) = match lower(&call.argv[2]).as_str() {
        "yes" => (
            Mode::OptIn,
            "ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.",
        ),
        "no" => (
            Mode::OptOut,
            "ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.",
        ),
        _ => return Err(Refused::Syntax),
    };
    if tracking.mode != wanted {
        return Err(Refused::text(why));
    }
    tracking.caching = true;
    Ok(Reply::OK)
}

fn info(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let tracking = node.clients.get(call.conn).and_then(|client| client.tracking.as_ref());
    let row = |name: &'static str, value| (Reply::bulk(name), value);
    let mut flags = vec![if tracking.is_some() { "on" } else { "off" }];
    if let Some(Tracking { mode, no_loop, broken, caching, .. }) = tracking {
        let of_mode: &[(&str, bool)] = match mode {
            Mode::Plain => &[],
            Mode::Broadcast => &[("bcast", true)],
            Mode::OptIn => &[("optin", true), ("caching-yes", *caching)],
            Mode::OptOut => &[("optout", true), ("caching-no", *caching)],
        };
        let more = [("noloop", *no_loop), ("broken_redirect", *broken)];
        flags.extend(of_mode.iter().chain(&more).filter(|(_, on)| *on).map(|(name, _)| name));
    }
    let prefixes = prefixes(node, call.conn).into_iter().map(Reply::Bulk).collect();
    Reply::Map(vec![
        row("flags", Reply::Set(flags.into_iter().map(Reply::bulk).collect())),
        row("redirect", Reply::Int(redirect(node, call.conn))),
        row("prefixes", Reply::Array(prefixes)),
    ])
    .into()
}
