//! What a stream remembers of its past, and what follows for the reads of a group.
//!
//! How many entries a group has read is counted while nothing ahead was deleted; else it is taken from
//! a place that is known for certain, or not known at all. In Redis: `streamRangeHasTombstones`,
//! `streamEstimateDistanceFromFirstEverEntry`, `streamReplyWithCGLag` (t_stream.c 7.0).

use super::{Group, StreamId};

/// Numbers of a stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Marks {
    /// How many entries there are.
    pub len: u64,
    /// The first of them; 0-0 if there is none.
    pub first: StreamId,
    /// The greatest id ever given.
    pub last: StreamId,
    /// The greatest id that XDEL deleted.
    pub max_deleted: StreamId,
    /// How many entries were ever added.
    pub added: i64,
}

impl Marks {
    /// Whether an entry at or after `id` may have been deleted.
    pub fn has_deleted_from(&self, id: StreamId) -> bool {
        let any = self.len != 0 && self.max_deleted != StreamId::MIN;
        any && self.first <= self.max_deleted && id <= self.max_deleted
    }
    /// How many entries were added up to `id`, if that is certain.
    pub fn added_until(&self, id: StreamId) -> Option<i64> {
        if self.added == 0 {
            return Some(0);
        }
        if self.len == 0 && id <= self.last || id == self.last {
            return Some(self.added);
        }
        let whole = self.max_deleted == StreamId::MIN || self.max_deleted < self.first;
        let before_first = self.added.wrapping_sub(self.len as i64);
        match id.cmp(&self.first) {
            _ if self.last < id || !whole => None,
            std::cmp::Ordering::Less => Some(before_first),
            std::cmp::Ordering::Equal => Some(before_first.wrapping_add(1)),
            std::cmp::Ordering::Greater => None,
        }
    }
    /// How many entries a group has not read yet, if that is known.
    pub fn lag(&self, group: &Group) -> Option<i64> {
        if self.added == 0 {
            return Some(0);
        }
        let counted = group.read.filter(|_| !self.has_deleted_from(group.last));
        let read = counted.or_else(|| self.added_until(group.last))?;
        Some(self.added.wrapping_sub(read))
    }
    /// A group reads on to `id`.
    pub fn read_to(&self, group: &mut Group, id: StreamId) {
        match group.read {
            Some(read) if !self.has_deleted_from(id) => group.read = Some(read.wrapping_add(1)),
            _ if self.added != 0 => group.read = self.added_until(id),
            _ => {}
        }
        group.last = id;
    }
}
