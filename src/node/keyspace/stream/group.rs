//! Consumer groups: how far one has read, and who was given what and has not acknowledged it.
//!
//! Invariants: a pending entry is one consumer's, and that consumer is there and knows of it.
//! In Redis: `streamCG`, `streamConsumer`, `streamNACK` (stream.h, t_stream.c).

use super::StreamId;
use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet};

/// A group, which reads as one.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Group {
    /// The last entry that was given to any of its consumers.
    pub last: StreamId,
    /// How many entries it has read, if that is known.
    pub read: Option<i64>,
    pending: BTreeMap<StreamId, Pending>,
    consumers: BTreeMap<Bytes, Consumer>,
}

/// One who reads for a group.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Consumer {
    /// When it last asked for something, in Unix ms.
    pub seen_ms: i64,
    /// What it was given and has not acknowledged.
    pub pending: BTreeSet<StreamId>,
}

/// An entry that was given and not acknowledged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pending {
    /// To whom.
    pub consumer: Bytes,
    /// When, in Unix ms.
    pub delivered_ms: i64,
    /// How often.
    pub deliveries: i64,
}

impl Group {
    /// A group that has read up to `last`.
    pub fn new(last: StreamId, read: Option<i64>) -> Group {
        Group { last, read, ..Group::default() }
    }
    /// Its consumers, in the order of their names.
    pub fn consumers(&self) -> &BTreeMap<Bytes, Consumer> {
        &self.consumers
    }
    /// What is pending, whose ever it is.
    pub fn pending(&self) -> &BTreeMap<StreamId, Pending> {
        &self.pending
    }
    /// Notes that a consumer asked for something; whether it is a new one.
    pub fn see(&mut self, name: &Bytes, now_ms: i64) -> bool {
        match self.consumers.get_mut(name) {
            Some(consumer) => {
                consumer.seen_ms = now_ms;
                false
            }
            None => self.add_consumer(name, now_ms),
        }
    }
    /// Adds a consumer; whether it is new.
    pub fn add_consumer(&mut self, name: &Bytes, now_ms: i64) -> bool {
        let fresh = !self.consumers.contains_key(name);
        if fresh {
            let consumer = Consumer { seen_ms: now_ms, ..Consumer::default() };
            self.consumers.insert(name.clone(), consumer);
        }
        fresh
    }
    /// Takes a consumer out with all that it has not acknowledged; how much that was.
    pub fn remove_consumer(&mut self, name: &[u8]) -> Option<usize> {
        let consumer = self.consumers.remove(name)?;
        consumer.pending.iter().for_each(|id| {
            self.pending.remove(id);
        });
        Some(consumer.pending.len())
    }
    /// Gives an entry to a consumer that is there, whoever had it before.
    pub fn give(&mut self, id: StreamId, pending: Pending) {
        self.take_back(id);
        if let Some(consumer) = self.consumers.get_mut(&pending.consumer) {
            consumer.pending.insert(id);
            self.pending.insert(id, pending);
        }
    }
    /// What was given is pending no more; it, if it was.
    pub fn take_back(&mut self, id: StreamId) -> Option<Pending> {
        let pending = self.pending.remove(&id)?;
        if let Some(consumer) = self.consumers.get_mut(&pending.consumer) {
            consumer.pending.remove(&id);
        }
        Some(pending)
    }
    /// A consumer is shown what it was given before.
    pub fn show_again(&mut self, id: StreamId, now_ms: i64) {
        if let Some(pending) = self.pending.get_mut(&id) {
            pending.delivered_ms = now_ms;
            pending.deliveries = pending.deliveries.wrapping_add(1);
        }
    }
}
