//! CLIENT TRACKING, for those who do not turn it on.
//!
//! Nobody is told of keys that changed, so nobody may count on it: what would turn it on says so, after
//! all that Redis would find wrong. In Redis: `clientCommand` (networking.c), tracking.c.

use super::absent::not_simulated;
use super::table::{Flags, Keys, node};
use super::words::{int, is, lower};
use super::{Call, Command, Outcome, Refused};
use crate::node::Node;
use crate::words::Reply;
use bytes::Bytes;

const CLIENT: Flags = Flags::NOSCRIPT.or(Flags::LOADING).or(Flags::STALE);

pub(super) const CACHING: Command = node("client|caching", 3, CLIENT, Keys::None, |_, _| {
    Refused::text(
        "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or \
         OPTOUT mode enabled",
    )
    .into()
});
pub(super) const GETREDIR: Command =
    node("client|getredir", 2, CLIENT, Keys::None, |_, _| Reply::Int(-1).into());
pub(super) const TRACKING: Command = node("client|tracking", -3, CLIENT, Keys::None, tracking);
pub(super) const TRACKINGINFO: Command =
    node("client|trackinginfo", 2, CLIENT, Keys::None, |_, _| {
        let row = |name: &'static str, value| (Reply::bulk(name), value);
        Reply::Map(vec![
            row("flags", Reply::Set(vec![Reply::bulk("off")])),
            row("redirect", Reply::Int(-1)),
            row("prefixes", Reply::Array(Vec::new())),
        ])
        .into()
    });

/// What CLIENT TRACKING was told.
#[derive(Clone, Copy, Default)]
struct Options {
    broadcast: bool,
    opt_in: bool,
    opt_out: bool,
    prefixed: bool,
}

impl Options {
    fn read(node: &Node, words: &[Bytes]) -> Result<Options, Refused> {
        let mut options = Options::default();
        let mut redirected = false;
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match lower(word).as_str() {
                "redirect" => {
                    let id = words.next().ok_or(Refused::Syntax)?;
                    if redirected {
                        return Err(Refused::text(
                            "ERR A client can only redirect to a single other client",
                        ));
                    }
                    let id = int(id)?;
                    redirected = true;
                    if !node.clients.iter().any(|(_, client)| client.id as i64 == id) {
                        return Err(Refused::text(
                            "ERR The client ID you want redirect to does not exist",
                        ));
                    }
                }
                "bcast" => options.broadcast = true,
                "optin" => options.opt_in = true,
                "optout" => options.opt_out = true,
                "noloop" => {}
                "prefix" => {
                    words.next().ok_or(Refused::Syntax)?;
                    options.prefixed = true;
                }
                _ => return Err(Refused::Syntax),
            }
        }
        Ok(options)
    }

    /// Whether they go together.
    fn check(self) -> Result<(), Refused> {
        let why = match self {
            Options { prefixed: true, broadcast: false, .. } => {
                "ERR PREFIX option requires BCAST mode to be enabled"
            }
            Options { broadcast: true, opt_in, opt_out, .. } if opt_in || opt_out => {
                "ERR OPTIN and OPTOUT are not compatible with BCAST"
            }
            Options { opt_in: true, opt_out: true, .. } => {
                "ERR You can't specify both OPTIN mode and OPTOUT mode"
            }
            Options { .. } => return Ok(()),
        };
        Err(Refused::text(why))
    }
}

fn tracking(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let options = match Options::read(node, &call.argv[3..]) {
        Ok(options) => options,
        Err(refused) => return refused.into(),
    };
    match &call.argv[2] {
        word if is(word, "off") => Reply::OK.into(),
        word if is(word, "on") => match options.check() {
            Ok(()) => not_simulated(node, call),
            Err(refused) => refused.into(),
        },
        _ => Refused::Syntax.into(),
    }
}
