//! Streams: listpacks of entries that share the fields of their first, with what the stream remembers.
//!
//! In Redis: `streamAppendItem` (t_stream.c), `rdbSaveObject` (rdb.c 7.0). Absent: consumer groups (a
//! payload with groups is refused), and marks of deleted entries, which real nodes keep.

use super::listpack;
use super::rdb::{Reader, put, put_len};
use crate::node::keyspace::{Stream, StreamId};
use bytes::Bytes;

/// `stream-node-max-bytes`: no entry goes to a node that would be so large.
const NODE_BYTES: usize = 4096;
/// `stream-node-max-entries`.
const NODE_ENTRIES: i64 = 100;
/// An entry was deleted.
const DELETED: i64 = 1;
/// An entry has the fields of its node's first.
const SAME_FIELDS: i64 = 2;

type Entry<'a> = (&'a StreamId, &'a Vec<Bytes>);

/// Writes what follows the type.
pub(super) fn write(out: &mut Vec<u8>, stream: &Stream) {
    let nodes = nodes(stream);
    put_len(out, nodes.len() as u64);
    for node in nodes {
        let (first, _) = node[0];
        put(out, &[first.ms.to_be_bytes(), first.seq.to_be_bytes()].concat());
        put(out, &packed(&node));
    }
    let len = stream.entries.len() as u64;
    let first = stream.entries.keys().next().copied().unwrap_or_default();
    let none_deleted = StreamId::default();
    put_len(out, len);
    for id in [stream.last, first, none_deleted] {
        put_len(out, id.ms);
        put_len(out, id.seq);
    }
    put_len(out, len);
    put_len(out, 0);
}

/// Which entries share a node.
fn nodes(stream: &Stream) -> Vec<Vec<Entry<'_>>> {
    let mut nodes: Vec<Vec<Entry<'_>>> = Vec::new();
    let mut size = usize::MAX;
    for entry in &stream.entries {
        let more: usize = entry.1.iter().map(Bytes::len).sum();
        let is_full = NODE_BYTES <= size.saturating_add(more);
        match nodes.last_mut() {
            Some(node) if !is_full && (node.len() as i64) < NODE_ENTRIES => node.push(entry),
            _ => nodes.push(vec![entry]),
        }
        size = nodes.last().map_or(0, |node| packed(node).len());
    }
    nodes
}

fn packed(node: &[Entry<'_>]) -> Vec<u8> {
    let (first, shared) = node[0];
    let names = |fields: &[Bytes]| fields.iter().step_by(2).cloned().collect::<Vec<_>>();
    let shared = names(shared);
    let mut pack = listpack::Writer::new();
    pack.integer(node.len() as i64);
    pack.integer(0);
    pack.integer(shared.len() as i64);
    shared.iter().for_each(|name| pack.string(name));
    pack.integer(0);
    for (id, fields) in node {
        let same = names(fields) == shared;
        pack.integer(if same { SAME_FIELDS } else { 0 });
        pack.integer(id.ms.wrapping_sub(first.ms) as i64);
        pack.integer(id.seq.wrapping_sub(first.seq) as i64);
        let count = fields.len() as i64 / 2;
        if same {
            fields.iter().skip(1).step_by(2).for_each(|value| pack.string(value));
            pack.integer(count + 3);
        } else {
            pack.integer(count);
            fields.iter().for_each(|word| pack.string(word));
            pack.integer(2 * count + 4);
        }
    }
    pack.done()
}

/// Reads what follows the type.
pub(super) fn read(from: &mut Reader<'_>) -> Option<Stream> {
    let mut stream = Stream::default();
    for _ in 0..from.len()? {
        let first = from.string()?;
        let (ms, seq) = first.split_first_chunk::<8>()?;
        let first =
            StreamId { ms: u64::from_be_bytes(*ms), seq: u64::from_be_bytes(seq.try_into().ok()?) };
        read_node(&mut stream, first, &from.string()?)?;
    }
    let len = from.len()?;
    stream.last = read_id(from)?;
    let (_first, _deleted) = (read_id(from)?, read_id(from)?);
    let (_added, groups) = (from.number()?, from.number()?);
    (groups == 0 && len == stream.entries.len()).then_some(stream)
}

fn read_id(from: &mut Reader<'_>) -> Option<StreamId> {
    Some(StreamId { ms: from.number()?, seq: from.number()? })
}

fn read_node(stream: &mut Stream, first: StreamId, pack: &[u8]) -> Option<()> {
    let mut words = listpack::read(pack)?.into_iter();
    let integer = |word: Option<Bytes>| crate::node::keyspace::number::integer(&word?);
    let (count, deleted) = (integer(words.next())?, integer(words.next())?);
    let shared = usize::try_from(integer(words.next())?).ok()?;
    let shared: Vec<Bytes> = words.by_ref().take(shared).collect();
    words.next()?;
    for _ in 0..count.checked_add(deleted)? {
        let flags = integer(words.next())?;
        let (ms, seq) = (integer(words.next())?, integer(words.next())?);
        let mut fields = Vec::new();
        if flags & SAME_FIELDS != 0 {
            for name in &shared {
                fields.extend([name.clone(), words.next()?]);
            }
        } else {
            let count = usize::try_from(integer(words.next())?).ok()?;
            fields.extend(words.by_ref().take(count.checked_mul(2)?));
        }
        words.next()?;
        if flags & DELETED == 0 {
            let ms = first.ms.wrapping_add_signed(ms);
            let id = StreamId { ms, seq: first.seq.wrapping_add_signed(seq) };
            stream.entries.insert(id, fields);
        }
    }
    Some(())
}
