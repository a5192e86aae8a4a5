//! Commands: a table of rows, a gate, and one small file for each family.

use crate::node::Node;
use crate::node::io::{ConnId, Outbox};
use crate::words::{Argv, Time};
use bytes::Bytes;
use std::net::SocketAddr;

/// The client connections of a node and their state (MULTI, WATCH, ASKING, READONLY, blocked ...).
#[derive(Clone, Debug, Default)]
pub struct Clients {}

impl Clients {
    /// Whether `conn` is a client's (replicas included).
    pub(in crate::node) fn has(&self, _conn: ConnId) -> bool {
        false
    }
    /// The address at the other end of a client's connection.
    pub(in crate::node) fn peer(&self, _conn: ConnId) -> Option<SocketAddr> {
        None
    }
}

impl Node {
    pub(in crate::node) fn clients_cron(&mut self, _now: Time, _out: &mut Outbox) {}
    pub(in crate::node) fn clients_before_sleep(&mut self, _now: Time, _out: &mut Outbox) {}
    pub(in crate::node) fn client_accepted(
        &mut self,
        _now: Time,
        _conn: ConnId,
        _peer: SocketAddr,
        _local: SocketAddr,
        _out: &mut Outbox,
    ) {
    }
    /// A message that another node published: for the subscribers here.
    pub(in crate::node) fn deliver_published(
        &mut self,
        _now: Time,
        _channel: &bytes::Bytes,
        _message: &bytes::Bytes,
        _shard: bool,
        _out: &mut Outbox,
    ) {
    }
    pub(in crate::node) fn client_closed(&mut self, _: Time, _: ConnId, _: &mut Outbox) {}
    pub(in crate::node) fn client_request(
        &mut self,
        _now: Time,
        _conn: ConnId,
        _argv: Argv,
        _out: &mut Outbox,
    ) {
    }
    /// Executes a command of the master's stream: no gate, no reply, expiry ignored, nothing propagated.
    pub(in crate::node) fn apply_from_master(&mut self, _: Time, _command: &Argv, _: &mut Outbox) {}
    /// Blocked clients get `-UNBLOCKED ...` and are closed. In Redis: `disconnectAllBlockedClients`.
    pub(in crate::node) fn disconnect_blocked_clients(&mut self, _: Time, _: &mut Outbox) {}
    /// The keys that a command names.
    pub(in crate::node) fn keys_of(&self, _command: &Argv) -> Vec<Bytes> {
        Vec::new()
    }
    /// Whether commands that may write have to wait (`CLIENT PAUSE ... WRITE`).
    pub(in crate::node) fn writes_are_paused(&self, _now: Time) -> bool {
        false
    }
    /// Lets commands that may write wait until then, unless they wait longer already.
    pub(in crate::node) fn pause_writes(&mut self, _until: Time) {}
    /// Lets them go on.
    pub(in crate::node) fn unpause_writes(&mut self) {}
}
