//! Streams: nodes as listpacks, what the stream remembers, groups with what is pending.
//!
//! In Redis: `rdbSaveObject`, `rdbSaveStreamPEL`, `rdbSaveStreamConsumers`, `rdbLoadObject` (rdb.c 7.0).

use super::listpack;
use super::rdb::{Reader, put, put_len};
use crate::node::keyspace::number::integer;
use crate::node::keyspace::stream::{Entry, Group, Marks, Node, Pending, Stream, StreamId};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An entry was deleted.
const DELETED: i64 = 1;
/// An entry has the fields of its node's first.
const SAME_FIELDS: i64 = 2;
/// A group does not know how many entries it has read.
const UNKNOWN: i64 = -1;

/// Writes what follows the type.
pub(super) fn write(out: &mut Vec<u8>, stream: &Stream) {
    put_len(out, stream.nodes().len() as u64);
    for (first, node) in stream.nodes() {
        put(out, &first.to_bytes());
        put(out, &packed(*first, node));
    }
    let marks = &stream.marks;
    put_len(out, marks.len);
    for id in [marks.last, marks.first, marks.max_deleted] {
        put_id(out, id);
    }
    put_len(out, marks.added as u64);
    put_len(out, stream.groups().len() as u64);
    stream.groups().iter().for_each(|(name, group)| put_group(out, name, group));
}

fn put_id(out: &mut Vec<u8>, id: StreamId) {
    put_len(out, id.ms);
    put_len(out, id.seq);
}

fn put_group(out: &mut Vec<u8>, name: &[u8], group: &Group) {
    put(out, name);
    put_id(out, group.last);
    put_len(out, group.read.unwrap_or(UNKNOWN) as u64);
    put_len(out, group.pending().len() as u64);
    for (id, pending) in group.pending() {
        out.extend(id.to_bytes());
        out.extend(pending.delivered_ms.to_le_bytes());
        put_len(out, pending.deliveries as u64);
    }
    put_len(out, group.consumers().len() as u64);
    for (name, consumer) in group.consumers() {
        put(out, name);
        out.extend(consumer.seen_ms.to_le_bytes());
        put_len(out, consumer.pending.len() as u64);
        consumer.pending.iter().for_each(|id| out.extend(id.to_bytes()));
    }
}

fn packed(first: StreamId, node: &Node) -> Vec<u8> {
    let mut pack = listpack::Writer::new();
    pack.integer(node.live() as i64);
    pack.integer(node.deleted() as i64);
    pack.integer(node.fields.len() as i64);
    node.fields.iter().for_each(|name| pack.string(name));
    pack.integer(0);
    node.entries.iter().for_each(|entry| pack_entry(&mut pack, first, entry));
    pack.done()
}

fn pack_entry(pack: &mut listpack::Writer, first: StreamId, entry: &Entry) {
    let same = if entry.same_fields { SAME_FIELDS } else { 0 };
    pack.integer(same | if entry.deleted { DELETED } else { 0 });
    let (ms, seq) = entry.id.from_first(first);
    pack.integer(ms);
    pack.integer(seq);
    let count = entry.words.len() as i64 / 2;
    if entry.same_fields {
        entry.words.iter().skip(1).step_by(2).for_each(|value| pack.string(value));
        pack.integer(count + 3);
    } else {
        pack.integer(count);
        entry.words.iter().for_each(|word| pack.string(word));
        pack.integer(2 * count + 4);
    }
}

/// Reads what follows the type; before 7.0 (`is_old`) a stream remembered less.
pub(super) fn read(from: &mut Reader<'_>, is_old: bool) -> Option<Stream> {
    let mut nodes = BTreeMap::new();
    for _ in 0..from.len()? {
        let first = StreamId::from_bytes(from.string()?.as_ref().try_into().ok()?);
        let node = read_node(first, &from.string()?)?;
        if nodes.insert(first, Arc::new(node)).is_some() {
            return None;
        }
    }
    let (len, last) = (from.number()?, read_id(from)?);
    let mut marks = Marks { len, last, added: len as i64, ..Marks::default() };
    if !is_old {
        (marks.first, marks.max_deleted) = (read_id(from)?, read_id(from)?);
        marks.added = from.number()? as i64;
    }
    if len != 0 && nodes.is_empty() {
        return None;
    }
    let mut stream = Stream::of(nodes, marks, BTreeMap::new());
    if is_old {
        stream.note_first();
    }
    for _ in 0..from.len()? {
        let name = from.string()?;
        let group = read_group(from, is_old.then_some(&stream.marks))?;
        if !stream.add_group(&name, group) {
            return None;
        }
    }
    Some(stream)
}

fn read_id(from: &mut Reader<'_>) -> Option<StreamId> {
    Some(StreamId { ms: from.number()?, seq: from.number()? })
}

fn read_raw_id(from: &mut Reader<'_>) -> Option<StreamId> {
    from.array().map(StreamId::from_bytes)
}

fn read_group(from: &mut Reader<'_>, old: Option<&Marks>) -> Option<Group> {
    let last = read_id(from)?;
    let read = match old {
        Some(marks) => marks.added_until(last),
        None => Some(from.number()? as i64).filter(|&read| read != UNKNOWN),
    };
    let mut group = Group::new(last, read);
    let mut given = BTreeMap::new();
    for _ in 0..from.len()? {
        let id = read_raw_id(from)?;
        let (at, deliveries) = (i64::from_le_bytes(from.array()?), from.number()? as i64);
        if given.insert(id, (at, deliveries)).is_some() {
            return None;
        }
    }
    for _ in 0..from.len()? {
        let consumer = from.string()?;
        if !group.add_consumer(&consumer, i64::from_le_bytes(from.array()?)) {
            return None;
        }
        for _ in 0..from.len()? {
            let id = read_raw_id(from)?;
            let (delivered_ms, deliveries) = given.remove(&id)?;
            group.give(id, Pending { consumer: consumer.clone(), delivered_ms, deliveries });
        }
    }
    Some(group)
}

fn read_node(first: StreamId, pack: &[u8]) -> Option<Node> {
    let mut words = listpack::read(pack)?.into_iter();
    let number = |word: Option<Bytes>| integer(&word?);
    let (live, deleted) = (number(words.next())?, number(words.next())?);
    let fields = usize::try_from(number(words.next())?).ok()?;
    let mut node = Node::new(words.by_ref().take(fields).collect());
    words.next()?;
    for _ in 0..live.checked_add(deleted)? {
        let flags = number(words.next())?;
        let (ms, seq) = (number(words.next())?, number(words.next())?);
        let same_fields = flags & SAME_FIELDS != 0;
        let mut pairs = Vec::new();
        if same_fields {
            for name in &node.fields {
                pairs.extend([name.clone(), words.next()?]);
            }
        } else {
            let count = usize::try_from(number(words.next())?).ok()?;
            pairs.extend(words.by_ref().take(count.checked_mul(2)?));
        }
        words.next()?;
        let id = StreamId::after_first(first, ms, seq);
        node.push(first, Entry { id, words: pairs, same_fields, deleted: flags & DELETED != 0 });
    }
    Some(node)
}
