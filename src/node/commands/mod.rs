//! Commands: a table of rows, a gate, and one small file for each family.

use crate::node::Node;
use crate::node::io::{ConnId, Outbox};
use crate::words::{Argv, Time};
use std::net::SocketAddr;

/// The client connections of a node and their state (MULTI, WATCH, ASKING, READONLY, blocked ...).
#[derive(Clone, Debug, Default)]
pub struct Clients {}

impl Clients {
    /// Whether `conn` is a client's (replicas included).
    pub(in crate::node) fn has(&self, _conn: ConnId) -> bool {
        false
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
    pub(in crate::node) fn client_closed(&mut self, _: Time, _: ConnId, _: &mut Outbox) {}
    pub(in crate::node) fn client_request(
        &mut self,
        _now: Time,
        _conn: ConnId,
        _argv: Argv,
        _out: &mut Outbox,
    ) {
    }
}
