//! Client-side caching: who is told that a key which it may have kept has changed.
//!
//! A client that tracks is remembered for each key that it reads, and told once when that key changes; in
//! broadcast mode nothing is remembered, and it is told of every key with its prefixes. What a client is
//! told of its own change comes after the answer to it. A message is a push in RESP3; in RESP2 it goes to
//! another connection that is subscribed to `__redis__:invalidate`.
//!
//! Invariants: a key is told of once until it is read again; ids of clients that are gone stay in the
//! table until its key changes. In Redis: tracking.c, `call` (server.c); networking.c for CLIENT TRACKING
//! and its siblings (`options`). Absent: two clients of a pair that speak different protocols are told of
//! a flush in the target's.

mod options;

pub(super) use options::{CACHING, GETREDIR, TRACKING, TRACKINGINFO};

use super::monitor::Shown;
use super::table::Flags;
use super::{Call, Clients};
use crate::node::Node;
use crate::node::io::{ConnId, Outbox};
use crate::words::resp::Protocol;
use crate::words::{Reply, Rng};
use bytes::Bytes;
use options::Mode;
use std::collections::{BTreeMap, BTreeSet};

/// Where RESP2 clients hear of what changed.
const CHANNEL: &str = "__redis__:invalidate";

/// How a client tracks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Tracking {
    mode: Mode,
    /// Whom its messages go to instead; 0 is nobody.
    redirect: u64,
    no_loop: bool,
    /// Whether the client that its messages go to was gone when one was to be sent.
    broken: bool,
    /// CLIENT CACHING was said, and holds for the next command.
    pub(super) caching: bool,
}

impl Tracking {
    /// The letters of CLIENT LIST.
    pub(super) fn letters(&self) -> impl Iterator<Item = char> {
        let all = [(true, 't'), (self.broken, 'R'), (self.mode == Mode::Broadcast, 'B')];
        all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, letter)| letter)
    }
    /// `redir` of CLIENT LIST.
    pub(super) fn redirect(&self) -> u64 {
        self.redirect
    }
    fn remembers(&self) -> bool {
        match self.mode {
            Mode::Plain => true,
            Mode::OptIn => self.caching,
            Mode::OptOut => !self.caching,
            Mode::Broadcast => false,
        }
    }
}

/// A key that changed, or all of them.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Changed {
    Key(Bytes),
    Everything,
}

/// Keys of a prefix that changed in this turn of the event loop, and who is to be told.
#[derive(Clone, Debug, Default)]
struct Prefix {
    /// With whoever changed each last.
    keys: BTreeMap<Bytes, Option<ConnId>>,
    clients: BTreeSet<ConnId>,
}

/// What a node remembers of what clients may have kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    /// By key: the ids of clients, in the order of their bytes, the lowest first.
    readers: BTreeMap<Bytes, BTreeSet<[u8; 8]>>,
    prefixes: BTreeMap<Bytes, Prefix>,
    /// Whose command runs.
    pub(super) current: Option<ConnId>,
    /// The keys that the script which runs was given.
    pub(super) declared: Vec<Bytes>,
    /// What others are told before the command is answered.
    told: Vec<(ConnId, Changed)>,
    /// What its own client is told after it is answered.
    pending: Vec<Changed>,
    /// How often in a row there were too many keys.
    crowded: u64,
}

impl Kept {
    /// `tracking_total_keys`, `_items` and `_prefixes` of INFO.
    pub(super) fn totals(&self) -> [usize; 3] {
        let items = self.readers.values().map(BTreeSet::len).sum();
        [self.readers.len(), items, self.prefixes.len()]
    }
    fn is_idle(&self) -> bool {
        self.readers.is_empty() && self.prefixes.is_empty()
    }
}

impl Clients {
    /// How many track.
    pub(super) fn tracking_count(&self) -> usize {
        self.by_conn.values().filter(|client| client.tracking.is_some()).count()
    }

    fn with_id(&self, id: u64) -> Option<ConnId> {
        self.by_conn.iter().find(|(_, client)| client.id == id).map(|(conn, _)| *conn)
    }

    /// A key changed; `by`: who changed it, if a client did. In Redis: `trackingInvalidateKey`.
    pub(super) fn invalidate(&mut self, key: &Bytes, by: Option<ConnId>) {
        if self.kept.is_idle() {
            return;
        }
        for (name, prefix) in &mut self.kept.prefixes {
            if key.starts_with(name) {
                prefix.keys.insert(key.clone(), by);
            }
        }
        self.forget_readers(key);
    }

    /// Whoever may have kept a key is told.
    fn forget_readers(&mut self, key: &Bytes) {
        let current = self.kept.current;
        for id in self.kept.readers.remove(key).unwrap_or_default() {
            let Some(conn) = self.with_id(u64::from_le_bytes(id)) else { continue };
            let tracking = self.by_conn.get(&conn).and_then(|client| client.tracking.as_ref());
            let Some(tracking) = tracking.filter(|own| own.mode != Mode::Broadcast) else {
                continue;
            };
            let changed = Changed::Key(key.clone());
            match current == Some(conn) {
                true if tracking.no_loop => {}
                true => self.kept.pending.push(changed),
                false => self.kept.told.push((conn, changed)),
            }
        }
    }

    /// All keys are gone. In Redis: `trackingInvalidateKeysOnFlush`.
    pub(in crate::node) fn invalidate_all(&mut self) {
        let tracks = self.by_conn.iter().filter(|(_, client)| client.tracking.is_some());
        let mut all: Vec<(u64, ConnId)> = tracks.map(|(conn, client)| (client.id, *conn)).collect();
        all.sort_unstable();
        for (_, conn) in all {
            match self.kept.current == Some(conn) {
                true => self.kept.pending.push(Changed::Everything),
                false => self.kept.told.push((conn, Changed::Everything)),
            }
        }
        self.kept.readers.clear();
    }

    /// In Redis: `disableTracking`.
    pub(super) fn stop_tracking(&mut self, conn: ConnId) {
        if let Some(client) = self.by_conn.get_mut(&conn) {
            client.tracking = None;
        }
        self.kept.prefixes.retain(|_, prefix| {
            prefix.clients.remove(&conn);
            !prefix.clients.is_empty()
        });
    }

    /// Forgets some keys, at random, if there are more than there may be. In Redis:
    /// `trackingLimitUsedSlots`.
    pub(super) fn limit_kept(&mut self, most: u64, rng: &mut Rng) {
        const EFFORT: u64 = 100;
        if most == 0 || self.kept.readers.len() as u64 <= most {
            self.kept.crowded = 0;
            return;
        }
        for _ in 0..EFFORT * (self.kept.crowded + 1) {
            let at = rng.below(self.kept.readers.len() as u64) as usize;
            let Some(key) = self.kept.readers.keys().nth(at).cloned() else { return };
            self.forget_readers(&key);
            if self.kept.readers.len() as u64 <= most {
                self.kept.crowded = 0;
                return;
            }
        }
        self.kept.crowded += 1;
    }
}

impl Node {
    /// A command ran: if it reads, its client may keep what it got. In Redis: `trackingRememberKeys`.
    pub(super) fn remember_keys(&mut self, call: &Call<'_>) {
        const NOT_ITSELF: [&str; 3] = ["eval_ro", "evalsha_ro", "fcall_ro"];
        let Some(client) = self.clients.get(call.conn) else { return };
        let remembers = client.tracking.as_ref().is_some_and(Tracking::remembers);
        let reads = call.command.flags.has(Flags::READONLY);
        if !remembers || !reads || NOT_ITSELF.contains(&call.command.name) {
            return;
        }
        let id = client.id.to_le_bytes();
        let keys = match call.shown {
            // Whatever the script reads, it is its own keys that are remembered.
            Shown::ByScript => self.clients.kept.declared.clone(),
            Shown::ByClient | Shown::Already => {
                let places = call.command.keys.places(&call.argv);
                places.into_iter().filter_map(|at| call.argv.get(at).cloned()).collect()
            }
        };
        for key in keys {
            self.clients.kept.readers.entry(key).or_default().insert(id);
        }
    }

    /// Others hear of what changed.
    pub(super) fn tell_of_changes(&mut self, out: &mut Outbox) {
        for (conn, changed) in std::mem::take(&mut self.clients.kept.told) {
            self.tell_of_change(conn, &changed, out);
        }
    }

    /// The command's own client hears of what it changed itself.
    pub(super) fn tell_of_own_changes(&mut self, conn: ConnId, out: &mut Outbox) {
        for changed in std::mem::take(&mut self.clients.kept.pending) {
            self.tell_of_change(conn, &changed, out);
        }
    }

    fn tell_of_change(&mut self, conn: ConnId, changed: &Changed, out: &mut Outbox) {
        let what = match changed {
            Changed::Key(key) => Reply::Array(vec![Reply::Bulk(key.clone())]),
            Changed::Everything => Reply::Nil,
        };
        self.send_change(conn, what, out);
    }

    /// In Redis: `sendTrackingMessage`.
    fn send_change(&mut self, conn: ConnId, what: Reply, out: &mut Outbox) {
        let Some(client) = self.clients.get_mut(conn) else { return };
        let redirect = client.tracking.as_ref().map_or(0, |tracking| tracking.redirect);
        if redirect == 0 {
            if client.protocol == Protocol::Resp3 {
                self.reply(conn, Reply::Push(vec![Reply::bulk("invalidate"), what]), out);
            }
            return;
        }
        let Some(target) = self.clients.with_id(redirect) else {
            return self.redirect_is_broken(conn, redirect, out);
        };
        let subscribed = self.clients.is_subscriber(target);
        match self.clients.get(target).map(|client| client.protocol) {
            Some(Protocol::Resp3) => {
                self.reply(target, Reply::Push(vec![Reply::bulk("invalidate"), what]), out);
            }
            Some(Protocol::Resp2) if subscribed => {
                let parts = vec![Reply::bulk("message"), Reply::bulk(CHANNEL), what];
                self.reply(target, Reply::Push(parts), out);
            }
            Some(Protocol::Resp2) | None => {}
        }
    }

    fn redirect_is_broken(&mut self, conn: ConnId, redirect: u64, out: &mut Outbox) {
        let Some(client) = self.clients.get_mut(conn) else { return };
        client.tracking.iter_mut().for_each(|tracking| tracking.broken = true);
        if client.protocol == Protocol::Resp3 {
            let parts = vec![Reply::bulk("tracking-redir-broken"), Reply::Int(redirect as i64)];
            self.reply(conn, Reply::Push(parts), out);
        }
    }

    /// In Redis: `trackingBroadcastInvalidationMessages`.
    pub(super) fn broadcast_changes(&mut self, out: &mut Outbox) {
        let mut sends = Vec::new();
        for prefix in self.clients.kept.prefixes.values_mut() {
            let keys = std::mem::take(&mut prefix.keys);
            if keys.is_empty() {
                continue;
            }
            for &conn in &prefix.clients {
                let tracking = self.clients.by_conn.get(&conn).and_then(|c| c.tracking.as_ref());
                let no_loop = tracking.is_some_and(|tracking| tracking.no_loop);
                let told = keys.iter().filter(|(_, by)| !(no_loop && **by == Some(conn)));
                let told: Vec<Reply> = told.map(|(key, _)| Reply::Bulk(key.clone())).collect();
                if !told.is_empty() {
                    sends.push((conn, Reply::Array(told)));
                }
            }
        }
        for (conn, what) in sends {
            self.send_change(conn, what, out);
        }
    }
}
