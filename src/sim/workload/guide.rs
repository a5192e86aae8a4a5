//! A client's way through a cluster: which server it asks for which slot, and what it does when that
//! was the wrong one.
//!
//! It knows what it was told: one server at first, then CLUSTER SLOTS, then every MOVED. When a
//! server is gone it asks another one anew. What it waits for (a failover, a slot on its way) it
//! tries again after a short rest, for half a minute.

use crate::cli::io::{Answer, LinkId, Request};
use crate::cli::tape::{Flow, Tape};
use crate::words::{Argv, Millis, Reply, Slot};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddrV4;

/// How long it rests before it tries again.
const REST: Millis = Millis(50);
/// How often it tries.
const ATTEMPTS: u32 = 600;

/// What a client met on its way, each counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Detours {
    /// MOVED.
    pub moved: u32,
    /// ASK.
    pub asked: u32,
    /// TRYAGAIN, CLUSTERDOWN, LOADING and their like: the same again after a rest.
    pub waited: u32,
    /// Connections that were refused or closed.
    pub cut: u32,
}

/// What came of a command.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Outcome {
    /// A server answered.
    Answer(Reply),
    /// The connection was closed before the answer: it may have been executed.
    Unknown,
    /// Nobody executed it within half a minute.
    GaveUp,
}

/// What a client knows of a cluster.
#[derive(Clone, Debug)]
pub(super) struct Guide {
    /// First slot, last slot, master; as CLUSTER SLOTS said.
    ranges: Vec<(Slot, Slot, SocketAddrV4)>,
    /// What MOVED said since.
    moved: BTreeMap<Slot, SocketAddrV4>,
    /// Every server it ever heard of.
    doors: BTreeSet<SocketAddrV4>,
    links: BTreeMap<SocketAddrV4, LinkId>,
    next_link: u32,
    pub(super) detours: Detours,
}

/// What to do about an answer.
enum Next {
    /// It is the answer.
    Take(Reply),
    /// Ask there, for good or once.
    Go { to: SocketAddrV4, once: bool },
    /// Ask again after a rest.
    Wait,
}

impl Guide {
    pub(super) fn new(door: SocketAddrV4) -> Guide {
        Guide {
            ranges: Vec::new(),
            moved: BTreeMap::new(),
            doors: BTreeSet::from([door]),
            links: BTreeMap::new(),
            next_link: 0,
            detours: Detours::default(),
        }
    }

    /// Has a command on one slot executed, wherever that is.
    pub(super) fn ask(&mut self, tape: &mut Tape, slot: Slot, argv: &Argv) -> Flow<Outcome> {
        if self.ranges.is_empty() {
            self.look_around(tape)?;
        }
        let mut sent_to: Option<SocketAddrV4> = None;
        for _ in 0..ATTEMPTS {
            let to = sent_to.or_else(|| self.owner(slot));
            let asking = sent_to.take().is_some();
            let Some(link) = self.reach(tape, to)? else {
                self.rest(tape)?;
                self.look_around(tape)?;
                continue;
            };
            if asking {
                tape.call(link, "ASKING")?;
            }
            let Some(reply) = tape.call(link, argv.clone())? else {
                self.lose(link);
                return Ok(Outcome::Unknown);
            };
            match self.judge(slot, reply) {
                Next::Take(reply) => return Ok(Outcome::Answer(reply)),
                Next::Go { to, once: true } => sent_to = Some(to),
                Next::Go { .. } => {}
                Next::Wait => self.rest(tape)?,
            }
        }
        Ok(Outcome::GaveUp)
    }

    fn judge(&mut self, slot: Slot, reply: Reply) -> Next {
        const LATER: [&str; 6] =
            ["TRYAGAIN", "CLUSTERDOWN", "LOADING", "MASTERDOWN", "NOREPLICAS", "READONLY"];
        let Some(text) = reply.as_error() else { return Next::Take(reply) };
        let word = text.split(' ').next().unwrap_or_default();
        if LATER.contains(&word) {
            self.detours.waited += 1;
            return Next::Wait;
        }
        let address = text.rsplit(' ').next().and_then(|address| address.parse().ok());
        match (word, address) {
            ("MOVED", Some(to)) => {
                self.detours.moved += 1;
                self.doors.insert(to);
                self.moved.insert(slot, to);
                Next::Go { to, once: false }
            }
            ("ASK", Some(to)) => {
                self.detours.asked += 1;
                self.doors.insert(to);
                Next::Go { to, once: true }
            }
            _ => Next::Take(reply),
        }
    }

    fn owner(&self, slot: Slot) -> Option<SocketAddrV4> {
        let range = self.ranges.iter().find(|(first, last, _)| *first <= slot && slot <= *last);
        self.moved.get(&slot).copied().or_else(|| range.map(|(.., at)| *at))
    }

    fn rest(&mut self, tape: &mut Tape) -> Flow<()> {
        tape.ask(Request::Sleep(REST)).map(|_| ())
    }

    /// An open connection to a server; any, if nobody is known to be right.
    fn reach(&mut self, tape: &mut Tape, to: Option<SocketAddrV4>) -> Flow<Option<LinkId>> {
        let Some(to) = to.or_else(|| self.doors.first().copied()) else { return Ok(None) };
        if let Some(link) = self.links.get(&to) {
            return Ok(Some(*link));
        }
        let link = LinkId(self.next_link);
        self.next_link += 1;
        let request = Request::Connect { link, host: to.ip().to_string(), port: to.port().into() };
        match tape.ask(request)? {
            Answer::Connected => {
                self.links.insert(to, link);
                Ok(Some(link))
            }
            _ => {
                self.detours.cut += 1;
                Ok(None)
            }
        }
    }

    fn lose(&mut self, link: LinkId) {
        self.detours.cut += 1;
        self.links.retain(|_, other| *other != link);
    }

    /// Asks the servers it knows for CLUSTER SLOTS until one answers.
    fn look_around(&mut self, tape: &mut Tape) -> Flow<()> {
        for door in self.doors.clone() {
            let Some(link) = self.reach(tape, Some(door))? else { continue };
            match tape.call(link, "CLUSTER SLOTS")? {
                Some(Reply::Array(rows)) => {
                    self.ranges = rows.iter().filter_map(row).collect();
                    self.doors.extend(rows.iter().flat_map(servers));
                    self.moved.clear();
                    return Ok(());
                }
                Some(_) => {}
                None => self.lose(link),
            }
        }
        Ok(())
    }
}

fn row(row: &Reply) -> Option<(Slot, Slot, SocketAddrV4)> {
    let Reply::Array(parts) = row else { return None };
    let slot = |at: usize| match parts.get(at) {
        Some(Reply::Int(number)) => u16::try_from(*number).ok().and_then(Slot::new),
        _ => None,
    };
    Some((slot(0)?, slot(1)?, server(parts.get(2)?)?))
}

fn servers(row: &Reply) -> Vec<SocketAddrV4> {
    let Reply::Array(parts) = row else { return Vec::new() };
    parts.iter().filter_map(server).collect()
}

fn server(reply: &Reply) -> Option<SocketAddrV4> {
    let Reply::Array(parts) = reply else { return None };
    match parts.as_slice() {
        [Reply::Bulk(ip), Reply::Int(port), ..] => {
            let ip = std::str::from_utf8(ip).ok()?.parse().ok()?;
            Some(SocketAddrV4::new(ip, u16::try_from(*port).ok()?))
        }
        _ => None,
    }
}
