//! The keyspace: keys, values, expiry, and keys by slot.

use crate::node::Node;
use crate::node::io::Outbox;
use crate::words::Time;

/// Database 0, the only one of a cluster node.
#[derive(Clone, Debug, Default)]
pub struct Keyspace {}

impl Keyspace {
    /// How many keys there are.
    pub fn len(&self) -> usize {
        0
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Its size in a file, in bytes, roughly.
    pub(in crate::node) fn approximate_bytes(&self) -> u64 {
        0
    }
    /// Whether a key has one value (or none) here and there.
    pub(in crate::node) fn same_value(&self, _other: &Keyspace, _key: &[u8]) -> bool {
        true
    }
}

impl Node {
    pub(in crate::node) fn keyspace_cron(&mut self, _now: Time, _out: &mut Outbox) {}
    /// What the node stores.
    pub fn keyspace(&self) -> &Keyspace {
        &self.keyspace
    }
}
