//! Replication: the stream a master produces and a replica follows.

use crate::node::Node;
use crate::node::io::{ConnId, Outbox};
use crate::shapes::stream::ClientData;
use crate::words::{Argv, ReplId, Rng, Time};
use std::net::SocketAddr;

/// A node's part in a replication history.
#[derive(Clone, Debug)]
pub struct Replication {
    replid: ReplId,
    offset: u64,
}

impl Replication {
    pub(in crate::node) fn boot(rng: &mut Rng) -> Replication {
        Replication { replid: ReplId::random(rng), offset: 0 }
    }
    /// Whether `conn` is this replica's connection to its master.
    pub(in crate::node) fn is_master_link(&self, _conn: ConnId) -> bool {
        false
    }
    /// The offset that bus headers carry, in bytes: what a master produced, what a replica processed.
    pub(in crate::node) fn bus_offset(&self) -> u64 {
        self.offset
    }
    /// The history it follows or produces.
    pub fn replid(&self) -> ReplId {
        self.replid
    }
    /// Age of a replica's data in ms, a multiple of 1000 (spec: failover 1, step 2).
    pub(in crate::node) fn data_age_ms(&self, _now: Time) -> u64 {
        0
    }
}

impl Node {
    /// In Redis: `replicationSetMaster`. Becomes (or stays) a replica, of the server at `master`.
    pub(in crate::node) fn replicate(&mut self, _: Time, _master: SocketAddr, _: &mut Outbox) {}
    /// In Redis: `replicationUnsetMaster`. A replica becomes a master: new replid, old one kept as second.
    pub(in crate::node) fn stop_replicating(&mut self, _now: Time, _out: &mut Outbox) {}
    /// Appends an effective write to the stream and the append-only file.
    pub(in crate::node) fn propagate(&mut self, _now: Time, _command: &Argv, _out: &mut Outbox) {}
    pub(in crate::node) fn replication_cron(&mut self, _now: Time, _out: &mut Outbox) {}
    pub(in crate::node) fn replication_before_sleep(&mut self, _now: Time, _out: &mut Outbox) {}
    pub(in crate::node) fn master_link_connected(&mut self, _: Time, _: ConnId, _: &mut Outbox) {}
    pub(in crate::node) fn master_link_closed(&mut self, _: Time, _: ConnId, _: &mut Outbox) {}
    pub(in crate::node) fn master_link_data(
        &mut self,
        _now: Time,
        _conn: ConnId,
        _data: ClientData,
        _out: &mut Outbox,
    ) {
    }
    /// What the node is in its replication history.
    pub fn replication(&self) -> &Replication {
        &self.replication
    }
}
