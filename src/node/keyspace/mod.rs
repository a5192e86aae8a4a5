//! The keyspace: keys, values, expiry, and keys by slot.

use crate::node::Node;
use crate::node::io::Outbox;
use crate::words::Time;

/// Database 0, the only one of a cluster node.
#[derive(Clone, Debug, Default)]
pub struct Keyspace {}

impl Node {
    pub(in crate::node) fn keyspace_cron(&mut self, _now: Time, _out: &mut Outbox) {}
    /// What the node stores.
    pub fn keyspace(&self) -> &Keyspace {
        &self.keyspace
    }
}
