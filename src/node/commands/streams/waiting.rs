//! Readers of streams: what one was told to wait for, and giving entries to the consumers of a group.
//!
//! In Redis: `serveClientsBlockedOnStreamKey` (blocked.c), `streamReplyWithRange` (t_stream.c).

use super::super::Refused;
use super::{entry_reply, id_reply, propagated};
use crate::node::keyspace::stream::{Pending, StreamId};
use crate::node::keyspace::{Db, Stream};
use crate::words::{Argv, Reply};
use bytes::Bytes;
use std::sync::Arc;

/// A client that waits for entries.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::node) struct Reader {
    /// After which id, for each of its keys; of no account for a consumer.
    pub(super) after: Vec<StreamId>,
    /// How many entries at most.
    pub(super) count: usize,
    /// On whose behalf.
    pub(in crate::node::commands) by: Option<Consumer>,
}

/// A consumer of a group.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::node) struct Consumer {
    pub(super) group: Bytes,
    pub(super) name: Bytes,
    /// What it is given does not become pending.
    pub(super) no_ack: bool,
}

const GROUP_IS_GONE: &str =
    "NOGROUP the consumer group this client was blocked on no longer exists";

impl Reader {
    /// The command that it asked with.
    pub(in crate::node::commands) fn command(&self) -> &'static str {
        if self.by.is_some() { "xreadgroup" } else { "xread" }
    }
    /// What a stream has for it, if anything.
    pub(in crate::node::commands) fn serve(
        &self,
        db: &mut Db<'_>,
        keys: &[Bytes],
        key: &Bytes,
    ) -> Result<Option<Reply>, Refused> {
        let Some(stream) = db.get::<Stream>(key)? else { return Ok(None) };
        let place = keys.iter().position(|other| other == key).unwrap_or(0);
        let after = match &self.by {
            None => self.after.get(place).copied().unwrap_or_default(),
            Some(consumer) => {
                let group = stream.group(&consumer.group);
                group.ok_or_else(|| Refused::text(GROUP_IS_GONE))?.last
            }
        };
        if stream.marks.last <= after {
            return Ok(None);
        }
        let rows = match &self.by {
            None => read(stream, after, self.count),
            Some(consumer) => consumer.give(db, key, self.count)?,
        };
        Ok(Some(by_stream(vec![(Reply::Bulk(key.clone()), Reply::Array(rows))])))
    }
}

/// Entries by stream: pairs in RESP2, a map in RESP3.
pub(super) fn by_stream(found: Vec<(Reply, Reply)>) -> Reply {
    let pair = |(key, rows): (Reply, Reply)| Reply::Array(vec![key, rows]);
    let listed = Reply::Array(found.iter().cloned().map(pair).collect());
    Reply::ByProtocol(Box::new([listed, Reply::Map(found)]))
}

/// The entries after an id.
pub(super) fn read(stream: &Stream, after: StreamId, count: usize) -> Vec<Reply> {
    // After the greatest id one begins anew.
    let from = after.next().unwrap_or(StreamId::MIN);
    stream.range(from, StreamId::MAX).take(count).map(entry_reply).collect()
}

impl Consumer {
    /// Gives it the entries that its group has not read.
    pub(super) fn give(
        &self,
        db: &mut Db<'_>,
        key: &Bytes,
        count: usize,
    ) -> Result<Vec<Reply>, Refused> {
        let now_ms = db.now_ms() as i64;
        let Some(stream) = db.get_mut::<Stream>(key)? else { return Ok(Vec::new()) };
        let Some(mut shared) = stream.take_group(&self.group) else { return Ok(Vec::new()) };
        let group = Arc::make_mut(&mut shared);
        let mut effects = Vec::new();
        let fresh = group.see(&self.name, now_ms);
        if fresh && self.no_ack {
            effects.push(propagated::create_consumer(key, &self.group, &self.name));
        }
        let mut rows = Vec::new();
        let (before, from) = (group.last, group.last.next().unwrap_or(StreamId::MIN));
        for entry in stream.range(from, StreamId::MAX).take(count) {
            if group.last < entry.id {
                stream.marks.read_to(group, entry.id);
            }
            rows.push(entry_reply(entry));
            if !self.no_ack {
                let id = Bytes::from(entry.id.to_string());
                let pending = self.pending(now_ms);
                effects.push(propagated::claim(key, &self.group, group, id, &pending));
                group.give(entry.id, pending);
            }
        }
        if self.no_ack && group.last != before {
            effects.push(propagated::set_id(key, &self.group, group));
        }
        stream.put_group(&self.group, shared);
        propagate(db, fresh, effects);
        Ok(rows)
    }

    /// Shows it what it was given before and has not acknowledged.
    pub(super) fn show(
        &self,
        db: &mut Db<'_>,
        key: &Bytes,
        after: StreamId,
        count: usize,
    ) -> Result<Vec<Reply>, Refused> {
        let now_ms = db.now_ms() as i64;
        let Some(stream) = db.get_mut::<Stream>(key)? else { return Ok(Vec::new()) };
        let Some(mut shared) = stream.take_group(&self.group) else { return Ok(Vec::new()) };
        let group = Arc::make_mut(&mut shared);
        let fresh = group.see(&self.name, now_ms);
        let mut effects = Vec::new();
        if fresh && self.no_ack {
            effects.push(propagated::create_consumer(key, &self.group, &self.name));
        }
        let from = after.next().unwrap_or(StreamId::MIN);
        let mine = group.consumers().get(&self.name);
        let ids = mine.into_iter().flat_map(|mine| mine.pending.range(from..)).take(count);
        let ids: Vec<StreamId> = ids.copied().collect();
        let mut rows = Vec::new();
        for id in ids {
            rows.push(match stream.get(id) {
                None => Reply::Array(vec![id_reply(id), Reply::NilArray]),
                Some(entry) => {
                    group.show_again(id, now_ms);
                    entry_reply(entry)
                }
            });
        }
        stream.put_group(&self.group, shared);
        propagate(db, fresh, effects);
        Ok(rows)
    }

    fn pending(&self, now_ms: i64) -> Pending {
        Pending { consumer: self.name.clone(), delivered_ms: now_ms, deliveries: 1 }
    }
}

/// Reading counts as a change, and so does a new consumer.
fn propagate(db: &mut Db<'_>, fresh: bool, effects: Vec<Argv>) {
    effects.into_iter().for_each(|effect| db.also(effect));
    (0..1 + u64::from(fresh)).for_each(|_| db.changed_anyway());
}
