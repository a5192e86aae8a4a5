//! The connections of clients and what each has said so far.
//!
//! Replicas of this node are clients too: they asked PSYNC. In Redis: `client` (server.h),
//! networking.c.

use super::Command;
use super::acl_log::AclLog;
use super::blocking::Blocked;
use super::migrate::Migrations;
use super::output::Output;
use super::pubsub::Subscriptions;
use super::slowlog::SlowLog;
use super::stats::Stats;
use super::tracking::{Kept, Tracking};
use super::transactions::{Execution, Owed};
use crate::node::Node;
use crate::node::io::{ConnId, Outbox};
use crate::shapes::stream::ClientData;
use crate::words::request::Requests;
use crate::words::resp::Protocol;
use crate::words::{Argv, Reply, Time};
use bytes::Bytes;
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

/// The client connections of a node and their state (MULTI, WATCH, ASKING, READONLY, blocked ...).
#[derive(Clone, Debug)]
pub struct Clients {
    pub(super) by_conn: BTreeMap<ConnId, Client>,
    next_id: u64,
    pub(super) subscriptions: Subscriptions,
    /// Who is shown every command, in order of their MONITOR.
    pub(super) monitors: Vec<ConnId>,
    pub(super) pauses: Vec<Pause>,
    pub(super) migrations: Migrations,
    /// Effective writes of the command, transaction or script that runs.
    pub(super) effects: Vec<Argv>,
    /// The transaction that runs; while MIGRATE waits in it, what is left of it.
    pub(super) execution: Option<Execution>,
    /// Keys that changed since blocked clients were last looked at.
    pub(super) ready: Vec<Bytes>,
    /// How many blocked so far: the first to come is the first to be served.
    pub(super) blocked_count: u64,
    /// DEBUG SET-ACTIVE-EXPIRE.
    pub(in crate::node) active_expire: bool,
    pub(super) acl_log: AclLog,
    /// What clients may have kept of what they read.
    pub(super) kept: Kept,
    pub(super) slowlog: SlowLog,
    /// What INFO counts.
    pub(in crate::node) stats: Stats,
    /// The time of this turn of the event loop.
    pub(in crate::node) now: Time,
    /// Who was told something in it.
    pub(super) told: Vec<ConnId>,
    /// Who is to be closed at its end.
    pub(super) doomed: Vec<ConnId>,
    /// All of them; the cron goes from the end to the beginning.
    pub(super) cron_order: VecDeque<ConnId>,
}

/// One connection.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its number, as CLIENT ID says it.
    pub id: u64,
    /// Where it comes from.
    pub peer: SocketAddr,
    /// Which of our addresses it came to.
    pub local: SocketAddr,
    /// When it came.
    pub since: Time,
    /// When it last asked something or was told something.
    pub asked: Time,
    /// Whether it ever asked.
    pub(super) has_asked: bool,
    /// CLIENT SETNAME.
    pub name: Bytes,
    /// HELLO.
    pub protocol: Protocol,
    /// Whether it gave the password, if one is wanted.
    pub authenticated: bool,
    /// ASKING: for the next command.
    pub asking: bool,
    /// READONLY: until READWRITE.
    pub readonly: bool,
    pub(super) silence: Silence,
    /// MULTI.
    pub transaction: Option<Transaction>,
    /// How many commands EXEC runs at this moment.
    pub(super) executes: Option<usize>,
    /// An array whose last elements were not said yet: CLIENT REPLY kept some back.
    pub(super) owed: Option<Owed>,
    pub(super) watched: Vec<Watched>,
    pub(super) watch_broken: bool,
    /// QUIT, or CLIENT KILL of itself: it is not listened to any more.
    pub(super) close_after_reply: bool,
    /// CLIENT TRACKING.
    pub(super) tracking: Option<Tracking>,
    pub(in crate::node) output: Output,
    /// CLIENT NO-EVICT, which is only shown: no memory is measured.
    pub(super) never_evicted: bool,
    pub(super) blocked: Option<Blocked>,
    /// Requests that wait behind the one that blocks.
    pub(super) waiting: VecDeque<Argv>,
    /// What came as bytes and was not looked at yet.
    pub(super) unread: Requests,
    /// The stream's offset after its last command: what WAIT waits for.
    pub(in crate::node) wrote_to: u64,
    /// Its last command's name; NULL if there is no such command.
    pub last_command: &'static str,
}

/// CLIENT REPLY: what a client is not told. Published messages reach it all the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Silence {
    /// Until ON.
    pub off: bool,
    /// For the command that runs.
    pub skip: bool,
    /// For the next one.
    pub skip_next: bool,
}

impl Silence {
    fn holds(self) -> bool {
        self.off || self.skip
    }
    /// A command has ended.
    pub(super) fn next(&mut self) {
        self.skip = std::mem::take(&mut self.skip_next);
    }
}

/// A key that a client watches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Watched {
    pub key: Bytes,
    /// Whether it was there, but its deadline had passed: as if it were not there.
    pub had_expired: bool,
}

/// Commands between MULTI and EXEC.
#[derive(Clone, Debug, Default)]
pub struct Transaction {
    pub(super) commands: Vec<(&'static Command, Argv)>,
    /// A command was refused: EXEC will refuse all.
    pub(super) broken: bool,
}

/// Who paused the clients.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PausePurpose {
    /// CLIENT PAUSE.
    Command,
    /// SHUTDOWN waits for replicas.
    Shutdown,
}

/// What is paused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum PauseKind {
    /// Commands that may write.
    Writes,
    /// Every command.
    Everything,
}

/// A pause of all clients.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Pause {
    purpose: PausePurpose,
    kind: PauseKind,
    until: Time,
}

impl Default for Clients {
    fn default() -> Clients {
        Clients {
            by_conn: BTreeMap::new(),
            next_id: 1,
            subscriptions: Subscriptions::default(),
            monitors: Vec::new(),
            pauses: Vec::new(),
            migrations: Migrations::default(),
            effects: Vec::new(),
            execution: None,
            ready: Vec::new(),
            blocked_count: 0,
            active_expire: true,
            acl_log: AclLog::default(),
            kept: Kept::default(),
            slowlog: SlowLog::default(),
            stats: Stats::default(),
            now: Time::default(),
            told: Vec::new(),
            doomed: Vec::new(),
            cron_order: VecDeque::new(),
        }
    }
}

impl Clients {
    /// Whether `conn` is a client's (replicas included).
    pub(in crate::node) fn has(&self, conn: ConnId) -> bool {
        self.by_conn.contains_key(&conn)
    }
    /// The client on this connection.
    pub fn get(&self, conn: ConnId) -> Option<&Client> {
        self.by_conn.get(&conn)
    }
    pub(in crate::node) fn get_mut(&mut self, conn: ConnId) -> Option<&mut Client> {
        self.by_conn.get_mut(&conn)
    }
    /// The address at the other end of a client's connection.
    pub(in crate::node) fn peer(&self, conn: ConnId) -> Option<SocketAddr> {
        self.get(conn).map(|client| client.peer)
    }
    /// Whether a client listens to any channel.
    pub fn is_subscriber(&self, conn: ConnId) -> bool {
        self.subscriptions.count(conn) != 0
    }
    /// All clients in order of their connections.
    pub fn iter(&self) -> impl Iterator<Item = (ConnId, &Client)> {
        self.by_conn.iter().map(|(&conn, client)| (conn, client))
    }
    /// Tells those who watch `key` that it changed, those who may have kept it, and those who are blocked
    /// on it.
    pub(in crate::node) fn touch(&mut self, key: &Bytes) {
        self.touch_watchers(key);
        self.invalidate(key, self.kept.current);
        self.signal(key);
    }
    /// Tells those who watch `key` that it changed.
    pub(in crate::node) fn touch_watchers(&mut self, key: &Bytes) {
        for client in self.by_conn.values_mut() {
            client.watch_broken |= client.watched.iter().any(|watched| watched.key == *key);
        }
    }
    /// `key` was removed since it had expired: that is news to those who watched it before.
    pub(in crate::node) fn ended(&mut self, key: &Bytes) {
        for client in self.by_conn.values_mut() {
            for watched in client.watched.iter_mut().filter(|watched| watched.key == *key) {
                client.watch_broken |= !std::mem::take(&mut watched.had_expired);
            }
        }
        // No client changed it.
        self.invalidate(key, None);
    }
    /// Lets those who are blocked on `key` look at it. In Redis: `signalKeyAsReady`.
    pub(in crate::node) fn signal(&mut self, key: &Bytes) {
        let waits = |client: &Client| client.blocked.as_ref().is_some_and(|b| b.is_for(key));
        if !self.ready.contains(key) && self.by_conn.values().any(waits) {
            self.ready.push(key.clone());
        }
    }
    /// Tells all who watch anything, or may have kept it.
    pub(in crate::node) fn touch_all(&mut self) {
        for client in self.by_conn.values_mut() {
            client.watch_broken |= !client.watched.is_empty();
        }
        self.invalidate_all();
    }
    /// Pauses clients until then; a longer pause for the same purpose stays. In Redis: `pauseActions`.
    pub(in crate::node) fn pause(&mut self, purpose: PausePurpose, kind: PauseKind, until: Time) {
        match self.pauses.iter_mut().find(|pause| pause.purpose == purpose) {
            Some(pause) => {
                pause.kind = kind;
                pause.until = pause.until.max(until);
            }
            None => self.pauses.push(Pause { purpose, kind, until }),
        }
    }
    /// Ends a pause.
    pub(in crate::node) fn unpause(&mut self, purpose: PausePurpose) {
        self.pauses.retain(|pause| pause.purpose != purpose);
    }
    /// What is paused at `now`, whatever the purpose.
    pub(in crate::node) fn paused(&self, now: Time) -> Option<PauseKind> {
        self.pauses.iter().filter(|pause| now < pause.until).map(|pause| pause.kind).max()
    }
}

impl Client {
    fn new(id: u64, peer: SocketAddr, local: SocketAddr, now: Time) -> Client {
        Client {
            id,
            peer,
            local,
            since: now,
            asked: now,
            has_asked: false,
            name: Bytes::new(),
            protocol: Protocol::Resp2,
            authenticated: false,
            asking: false,
            readonly: false,
            silence: Silence::default(),
            transaction: None,
            executes: None,
            owed: None,
            watched: Vec::new(),
            watch_broken: false,
            close_after_reply: false,
            tracking: None,
            output: Output::new(now),
            never_evicted: false,
            blocked: None,
            waiting: VecDeque::new(),
            unread: Requests::default(),
            wrote_to: 0,
            last_command: "NULL",
        }
    }
    /// CLIENT CACHING holds for the next command or transaction. In Redis: `resetClient`.
    pub(super) fn next_may_not_cache(&mut self) {
        if self.transaction.is_none() && !self.last_command.starts_with("client") {
            self.tracking.iter_mut().for_each(|tracking| tracking.caching = false);
        }
    }
    /// Whether answers are kept from it.
    pub(super) fn is_told_nothing(&self) -> bool {
        self.silence.holds()
    }
    /// Whether CLIENT UNBLOCK may end its wait.
    pub(super) fn may_be_unblocked(&self) -> bool {
        matches!(self.blocked, Some(Blocked::Keys { .. } | Blocked::Replicas { .. }))
    }
    /// Whether it is not listened to any more.
    pub(super) fn is_closing(&self) -> bool {
        self.close_after_reply || self.output.doomed
    }
    /// Whether it can be closed: its last answer is written. One that is told nothing never gets there, and
    /// stays. In Redis: `writeToClient`.
    pub(super) fn is_done(&self) -> bool {
        self.close_after_reply && !self.silence.holds() && !self.output.waits()
    }
    /// Whether it waits until a moment at most.
    pub(super) fn has_deadline(&self) -> bool {
        match &self.blocked {
            Some(Blocked::Keys { until, .. } | Blocked::Replicas { until, .. }) => until.is_some(),
            Some(Blocked::Paused { .. } | Blocked::Migration) | None => false,
        }
    }
    /// Ends a transaction and forgets the watches. In Redis: `discardTransaction`.
    pub(super) fn discard(&mut self) {
        self.transaction = None;
        self.watched.clear();
        self.watch_broken = false;
    }
}

impl Node {
    pub(in crate::node) fn client_accepted(
        &mut self,
        now: Time,
        conn: ConnId,
        peer: SocketAddr,
        local: SocketAddr,
        out: &mut Outbox,
    ) {
        if self.is_full() {
            return self.reject(conn, out);
        }
        self.clients.stats.connections_received += 1;
        let id = self.clients.next_id;
        self.clients.next_id += 1;
        self.clients.by_conn.insert(conn, Client::new(id, peer, local, now));
        self.clients.cron_order.push_back(conn);
    }

    /// Whether there are as many connections as there may be, those of the bus included.
    fn is_full(&self) -> bool {
        let master = usize::from(self.replication.link_is_up());
        let clients = self.clients.by_conn.len() + master;
        self.config.max_clients as usize <= clients + self.bus_connections()
    }

    /// How many connections its bus has if every node has both of its links. In Redis:
    /// `getClusterConnectionsCount`.
    pub(super) fn bus_connections(&self) -> usize {
        if self.config.cluster_enabled { 2 * self.cluster.known().saturating_sub(1) } else { 0 }
    }

    /// In Redis: `acceptCommonHandler`.
    fn reject(&mut self, conn: ConnId, out: &mut Outbox) {
        self.clients.stats.connections_rejected += 1;
        let text = match self.config.cluster_enabled {
            true => "ERR max number of clients + cluster connections reached",
            false => "ERR max number of clients reached",
        };
        let (reply, protocol) = (Reply::error(text), Protocol::Resp2);
        out.send_client(conn, ClientData::Reply { reply, protocol });
        out.close(conn);
    }

    pub(in crate::node) fn client_closed(&mut self, _: Time, conn: ConnId, _: &mut Outbox) {
        self.clients.subscriptions.remove_all(conn);
        self.clients.monitors.retain(|other| *other != conn);
        self.clients.stop_tracking(conn);
        self.clients.by_conn.remove(&conn);
        self.clients.cron_order.retain(|other| *other != conn);
    }

    /// Closes a client's connection from this side; what was said to it still arrives.
    pub(in crate::node) fn disconnect(&mut self, now: Time, conn: ConnId, out: &mut Outbox) {
        if self.clients.has(conn) {
            out.close(conn);
            self.replica_closed(now, conn, out);
            self.client_closed(now, conn, out);
        }
    }

    /// Lets commands that may write wait until then, unless they wait longer already.
    pub(in crate::node) fn pause_writes(&mut self, until: Time) {
        self.clients.pause(PausePurpose::Shutdown, PauseKind::Writes, until);
    }
    /// Lets them go on.
    pub(in crate::node) fn unpause_writes(&mut self) {
        self.clients.unpause(PausePurpose::Shutdown);
    }
    /// Whether commands that may write have to wait (CLIENT PAUSE, a shutdown, a manual failover).
    pub(in crate::node) fn writes_are_paused(&self, now: Time) -> bool {
        self.clients.paused(now).is_some() || self.writes_paused(now)
    }

    /// Answers a client, in its protocol.
    pub(in crate::node) fn reply(&mut self, conn: ConnId, reply: Reply, out: &mut Outbox) {
        let Some(client) = self.clients.by_conn.get(&conn) else { return };
        self.clients.stats.count_error(&reply);
        if client.is_told_nothing() && !matches!(reply, Reply::Push(_)) {
            return;
        }
        match &mut self.clients.execution {
            Some(execution) if client.executes.is_some() => {
                execution.says(client.protocol, reply);
            }
            _ => self.send_reply(conn, reply, out),
        }
    }

    /// Sends what a client is told.
    pub(super) fn send_reply(&mut self, conn: ConnId, reply: Reply, out: &mut Outbox) {
        let Some(client) = self.clients.by_conn.get_mut(&conn) else { return };
        self.clients.stats.says(reply.encoded_len(client.protocol));
        let reply = match client.owed.take() {
            None => reply,
            Some(owed) => match owed.with(reply) {
                Ok(whole) => whole,
                Err(owed) => return client.owed = Some(owed),
            },
        };
        self.say(conn, reply, out);
    }

    /// The clients of the node.
    pub fn clients(&self) -> &Clients {
        &self.clients
    }
}
