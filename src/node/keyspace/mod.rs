//! The keyspace: keys, values, expiry, and keys by slot.

use crate::node::Node;
use crate::node::io::Outbox;
use crate::words::{Slot, Time};

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
    /// How many keys of a slot there are.
    pub(in crate::node) fn keys_in_slot(&self, _slot: Slot) -> usize {
        0
    }
    /// Deletes the keys of a slot here and nowhere else, and says how many there were.
    pub(in crate::node) fn delete_keys_in_slot(&mut self, _: Time, _: Slot, _: &mut Outbox) -> u32 {
        0
    }
    /// Deletes all keys here and nowhere else.
    pub(in crate::node) fn flush_dataset(&mut self, _now: Time, _out: &mut Outbox) {}
    /// What the node stores.
    pub fn keyspace(&self) -> &Keyspace {
        &self.keyspace
    }
}
