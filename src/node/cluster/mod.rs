//! The cluster: this node's memory of every other node, and the bus.

use crate::node::Node;
use crate::node::io::{ConnId, Outbox};
use crate::node::persistence::Disk;
use crate::shapes::{Config, Message};
use crate::words::{NodeId, Rng, Time};
use std::net::SocketAddr;

/// All that one node believes of its cluster.
#[derive(Clone, Debug)]
pub struct Cluster {
    myself: NodeId,
}

impl Cluster {
    /// What `nodes.conf` says, or a node that is alone: with the id `preset`, or a random one.
    pub(in crate::node) fn boot(
        _now: Time,
        _config: &Config,
        _disk: &Disk,
        preset: Option<NodeId>,
        rng: &mut Rng,
    ) -> Cluster {
        Cluster { myself: preset.unwrap_or_else(|| NodeId::random(rng)) }
    }
    /// The node's own id.
    pub fn myself(&self) -> NodeId {
        self.myself
    }
    /// `nodes.conf` as last saved.
    pub(in crate::node) fn saved_conf(&self) -> Option<std::sync::Arc<str>> {
        None
    }
    /// Whether this node is a replica.
    pub(in crate::node) fn is_replica(&self) -> bool {
        false
    }
    /// The master of this node, if it is a replica and knows it.
    pub(in crate::node) fn my_master(&self) -> Option<NodeId> {
        None
    }
}

impl Node {
    pub(in crate::node) fn cluster_cron(&mut self, _now: Time, _out: &mut Outbox) {}
    pub(in crate::node) fn cluster_before_sleep(&mut self, _now: Time, _out: &mut Outbox) {}
    pub(in crate::node) fn bus_connected(
        &mut self,
        _now: Time,
        _conn: ConnId,
        _local: SocketAddr,
        _out: &mut Outbox,
    ) {
    }
    pub(in crate::node) fn bus_connect_failed(&mut self, _: Time, _: ConnId, _: &mut Outbox) {}
    pub(in crate::node) fn bus_accepted(
        &mut self,
        _now: Time,
        _conn: ConnId,
        _peer: SocketAddr,
        _local: SocketAddr,
        _out: &mut Outbox,
    ) {
    }
    pub(in crate::node) fn bus_closed(&mut self, _now: Time, _conn: ConnId, _out: &mut Outbox) {}
    pub(in crate::node) fn bus_message(
        &mut self,
        _now: Time,
        _conn: ConnId,
        _message: &Message,
        _out: &mut Outbox,
    ) {
    }
    /// What the node believes of its cluster.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }
    /// Whether a manual failover is under way here (`mf_end`).
    pub(in crate::node) fn manual_failover_is_on(&self) -> bool {
        false
    }
    /// After loading: takes unassigned slots in which there are keys, opens others' as importing.
    pub(in crate::node) fn verify_config_with_data(&mut self, _now: Time, _out: &mut Outbox) {}
}
