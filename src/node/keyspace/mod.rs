//! The keyspace: keys, values, expiry, and keys by slot.
//!
//! Keys are kept in buckets of 64 slots that clones share until one of them writes: a snapshot of a
//! world costs a pointer a node. Within a slot the most recently added key comes first, as in 7.0;
//! overwriting a key keeps its place.
//!
//! Invariants: a key is in the bucket of its slot; `deadlines` holds exactly the keys that expire.
//! Nothing here knows the time: whether a deadline has passed is asked by [`db::Db`].
//! In Redis: `redisDb`, `slotToKeyAddEntry` (db.c, cluster.c 7.0.15). Absent: databases other than 0,
//! memory limits and eviction.

pub mod db;
mod digest;
pub mod dump;
mod expiry;
pub mod geohash;
mod glob;
mod hll;
mod hll_sparse;
pub mod number;
pub mod stream;
pub mod value;
mod zset;

pub use db::Db;
pub use digest::Digest;
pub use glob::matches;
pub use hll::{Hll, NoHll, REGISTERS, estimate};
pub use stream::{Stream, StreamId};
pub use value::{Form, Hash, List, Set, Text, Typed, Value};
pub use zset::{Score, Zset};

use crate::node::Node;
use crate::node::io::Outbox;
use crate::words::{Slot, Time};
use bytes::Bytes;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const SLOTS_PER_BUCKET: usize = 64;
const BUCKETS: usize = Slot::COUNT as usize / SLOTS_PER_BUCKET;

/// Database 0, the only one of a cluster node.
#[derive(Clone, Debug)]
pub struct Keyspace {
    buckets: Arc<Vec<Arc<Bucket>>>,
    /// Keys that expire: when, in Unix ms.
    deadlines: Arc<BTreeSet<(u64, Bytes)>>,
    len: usize,
    /// How many keys were ever added: the age of a key.
    added: u64,
}

/// The keys of 64 slots.
#[derive(Clone, Debug, Default)]
struct Bucket {
    keys: BTreeMap<Bytes, Entry>,
    /// By slot, the newest first.
    order: BTreeMap<(Slot, Reverse<u64>), Bytes>,
}

/// A value and when it ends.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The value.
    pub value: Value,
    /// When it expires, in Unix ms.
    pub expires: Option<u64>,
    added: u64,
}

impl Default for Keyspace {
    fn default() -> Keyspace {
        Keyspace {
            buckets: Arc::new(vec![Arc::default(); BUCKETS]),
            deadlines: Arc::default(),
            len: 0,
            added: 0,
        }
    }
}

impl Keyspace {
    /// How many keys there are, logically expired ones included.
    pub fn len(&self) -> usize {
        self.len
    }
    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    /// How many of the keys have a time to live.
    pub fn expiring(&self) -> usize {
        self.deadlines.len()
    }
    /// What is stored under `key`, expired or not.
    pub fn get(&self, key: &[u8]) -> Option<&Entry> {
        self.bucket(Slot::of(key)).keys.get(key)
    }
    /// How many keys `slot` has.
    pub fn count_in_slot(&self, slot: Slot) -> usize {
        self.slot_keys(slot).count()
    }
    /// Whether `slot` has a key.
    pub fn has_keys_in(&self, slot: Slot) -> bool {
        self.slot_keys(slot).next().is_some()
    }
    /// The keys of `slot`, the most recently added first.
    pub fn slot_keys(&self, slot: Slot) -> impl Iterator<Item = &Bytes> {
        let all = (slot, Reverse(u64::MAX))..=(slot, Reverse(0));
        self.bucket(slot).order.range(all).map(|(_, key)| key)
    }
    /// The first slot at or after `from` that has a key.
    pub fn next_slot(&self, from: Slot) -> Option<Slot> {
        let first = from.index() / SLOTS_PER_BUCKET;
        let start = (from, Reverse(u64::MAX));
        let in_bucket = |bucket: &Bucket| bucket.order.range(start..).next().map(|(at, _)| at.0);
        self.buckets[first..].iter().find_map(|bucket| in_bucket(bucket))
    }
    /// Every key with its entry, oldest key first.
    pub fn by_age(&self) -> Vec<(&Bytes, &Entry)> {
        let mut all: Vec<_> = self.buckets.iter().flat_map(|bucket| bucket.keys.iter()).collect();
        all.sort_unstable_by_key(|(_, entry)| entry.added);
        all
    }
    /// About how many bytes a snapshot of it takes on a wire.
    pub fn approximate_bytes(&self) -> u64 {
        let size = |(key, entry): (&Bytes, &Entry)| key.len() + entry.value.approximate_bytes();
        self.buckets.iter().flat_map(|bucket| &bucket.keys).map(size).sum::<usize>() as u64
    }
    /// Whether `key` holds the same here as in `other`, or is in neither. What a stream's groups do
    /// not tell their replicas does not count.
    pub fn same_value(&self, other: &Keyspace, key: &[u8]) -> bool {
        match (self.get(key).map(|e| &e.value), other.get(key).map(|e| &e.value)) {
            (Some(Value::Stream(mine)), Some(Value::Stream(theirs))) => mine.is_copy_of(theirs),
            (mine, theirs) => mine == theirs,
        }
    }
    /// The key that expires first, and when (Unix ms).
    pub fn first_deadline(&self) -> Option<(u64, &Bytes)> {
        self.deadlines.first().map(|(at, key)| (*at, key))
    }

    /// Stores `value` under `key`; an older value's place in its slot is kept, its deadline is not.
    pub fn put(&mut self, key: &Bytes, value: Value, expires: Option<u64>) {
        self.forget_deadline(key);
        if let Some(at) = expires {
            Arc::make_mut(&mut self.deadlines).insert((at, key.clone()));
        }
        let slot = Slot::of(key);
        let added = self.added + 1;
        let bucket = self.bucket_mut(slot);
        match bucket.keys.get_mut(key) {
            Some(entry) => {
                entry.value = value;
                entry.expires = expires;
            }
            None => {
                bucket.keys.insert(key.clone(), Entry { value, expires, added });
                bucket.order.insert((slot, Reverse(added)), key.clone());
                self.added = added;
                self.len += 1;
            }
        }
    }
    /// The value under `key`, to be changed in place.
    pub fn value_mut(&mut self, key: &[u8]) -> Option<&mut Value> {
        self.get(key)?;
        self.bucket_mut(Slot::of(key)).keys.get_mut(key).map(|entry| &mut entry.value)
    }
    /// Sets or clears the deadline of a key that is there.
    pub fn set_deadline(&mut self, key: &Bytes, expires: Option<u64>) {
        self.forget_deadline(key);
        let Some(entry) = self.bucket_mut(Slot::of(key)).keys.get_mut(key) else { return };
        entry.expires = expires;
        if let Some(at) = expires {
            Arc::make_mut(&mut self.deadlines).insert((at, key.clone()));
        }
    }
    /// Takes `key` out.
    pub fn remove(&mut self, key: &[u8]) -> Option<Entry> {
        self.get(key)?;
        self.forget_deadline(key);
        let slot = Slot::of(key);
        let bucket = self.bucket_mut(slot);
        let entry = bucket.keys.remove(key)?;
        bucket.order.remove(&(slot, Reverse(entry.added)));
        self.len -= 1;
        Some(entry)
    }
    /// Takes all keys of `slot` out; how many there were. In Redis: `delKeysInSlot`.
    pub fn clear_slot(&mut self, slot: Slot) -> u32 {
        let keys: Vec<Bytes> = self.slot_keys(slot).cloned().collect();
        for key in &keys {
            self.remove(key);
        }
        keys.len() as u32
    }
    /// Takes everything out.
    pub fn clear(&mut self) {
        *self = Keyspace::default();
    }

    fn bucket(&self, slot: Slot) -> &Bucket {
        &self.buckets[slot.index() / SLOTS_PER_BUCKET]
    }
    fn bucket_mut(&mut self, slot: Slot) -> &mut Bucket {
        let buckets = Arc::make_mut(&mut self.buckets);
        Arc::make_mut(&mut buckets[slot.index() / SLOTS_PER_BUCKET])
    }
    fn forget_deadline(&mut self, key: &[u8]) {
        let Some(at) = self.get(key).and_then(|entry| entry.expires) else { return };
        Arc::make_mut(&mut self.deadlines).remove(&(at, Bytes::copy_from_slice(key)));
    }
}

/// Two keyspaces are equal when they hold the same keys, values and deadlines.
impl PartialEq for Keyspace {
    fn eq(&self, other: &Keyspace) -> bool {
        let alike = |(mine, theirs): (&Arc<Bucket>, &Arc<Bucket>)| {
            Arc::ptr_eq(mine, theirs)
                || mine.keys.len() == theirs.keys.len()
                    && mine.keys.iter().zip(&theirs.keys).all(|((a, x), (b, y))| {
                        a == b && x.value == y.value && x.expires == y.expires
                    })
        };
        self.len == other.len && self.buckets.iter().zip(other.buckets.iter()).all(alike)
    }
}

impl Node {
    /// How many keys a slot has here.
    pub(in crate::node) fn keys_in_slot(&self, slot: Slot) -> usize {
        self.keyspace.count_in_slot(slot)
    }
    /// Deletes the keys of a slot here and nowhere else; how many there were. Who watches or kept one is not
    /// told. In Redis: `delKeysInSlot`.
    pub(in crate::node) fn delete_keys_in_slot(
        &mut self,
        _: Time,
        slot: Slot,
        _: &mut Outbox,
    ) -> u32 {
        let keys: Vec<Bytes> = self.keyspace.slot_keys(slot).cloned().collect();
        for key in &keys {
            self.clients.signal(key);
        }
        self.keyspace.clear_slot(slot)
    }
    /// Deletes all keys here and nowhere else. In Redis: `emptyData`.
    pub(in crate::node) fn flush_dataset(&mut self, _: Time, _: &mut Outbox) {
        self.keyspace.clear();
        self.clients.touch_all();
    }
    /// What the node stores.
    pub fn keyspace(&self) -> &Keyspace {
        &self.keyspace
    }
}
