//! A node of a stream: entries in one listpack that share the field names of their first.
//!
//! An entry that is deleted stays as a mark until its whole node goes. The size of the listpack is
//! kept, since it decides which node the next entry goes to. In Redis: `streamAppendItem`
//! (t_stream.c).

use super::StreamId;
use crate::node::keyspace::dump::listpack::{integer_size, string_size};
use bytes::Bytes;

/// `stream-node-max-bytes`: no entry goes to a node that would be so large.
const NODE_BYTES: usize = 4096;
/// `stream-node-max-entries`.
pub const NODE_ENTRIES: usize = 100;
/// A listpack's head and end, in bytes.
const FRAME: usize = 7;

/// An entry.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// Its id.
    pub id: StreamId,
    /// Fields and values, alternating.
    pub words: Vec<Bytes>,
    /// Whether its fields are those of its node.
    pub same_fields: bool,
    /// Whether only a mark is left of it.
    pub deleted: bool,
}

/// Several entries.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// The fields of its first entry.
    pub fields: Vec<Bytes>,
    /// Its entries, in the order in which they came.
    pub entries: Vec<Entry>,
    live: usize,
    /// What the counts leave out, in bytes.
    rest: usize,
}

impl Node {
    /// A node without entries.
    pub fn new(fields: Vec<Bytes>) -> Node {
        let names: usize = fields.iter().map(|name| string_size(name)).sum();
        let rest = FRAME + integer_size(fields.len() as i64) + names + integer_size(0);
        Node { fields, entries: Vec::new(), live: 0, rest }
    }
    /// How many entries are not deleted.
    pub fn live(&self) -> usize {
        self.live
    }
    /// How many are.
    pub fn deleted(&self) -> usize {
        self.entries.len() - self.live
    }
    /// How large its listpack is, in bytes.
    pub fn size(&self) -> usize {
        self.rest + integer_size(self.live as i64) + integer_size(self.deleted() as i64)
    }
    /// Whether these words need a new node.
    pub fn is_full_for(&self, words: &[Bytes]) -> bool {
        let more: usize = words.iter().map(Bytes::len).sum();
        NODE_BYTES <= self.size() + more || NODE_ENTRIES <= self.entries.len()
    }
    /// Whether an entry with these words has the fields of the node.
    pub fn has_fields_of(&self, words: &[Bytes]) -> bool {
        words.len() == 2 * self.fields.len() && words.iter().step_by(2).eq(&self.fields)
    }
    /// Adds an entry at the end of the node that `first` is the key of.
    pub fn push(&mut self, first: StreamId, entry: Entry) {
        self.rest += entry_size(first, &entry);
        self.live += usize::from(!entry.deleted);
        self.entries.push(entry);
    }
    /// Leaves a mark of the entry at this place.
    pub fn delete(&mut self, at: usize) {
        let entry = &mut self.entries[at];
        self.live -= usize::from(!entry.deleted);
        entry.deleted = true;
    }
}

fn entry_size(first: StreamId, entry: &Entry) -> usize {
    const FLAGS: usize = 2;
    let (ms, seq) = entry.id.from_first(first);
    let pairs = entry.words.len() as i64 / 2;
    let head = FLAGS + integer_size(ms) + integer_size(seq);
    let values = entry.words.iter().skip(1).step_by(2).map(|word| string_size(word));
    match entry.same_fields {
        true => head + values.sum::<usize>() + integer_size(pairs + 3),
        false => {
            let words: usize = entry.words.iter().map(|word| string_size(word)).sum();
            head + integer_size(pairs) + words + integer_size(2 * pairs + 4)
        }
    }
}

impl StreamId {
    /// How far it is from the first of its node, as its listpack says it.
    pub fn from_first(self, first: StreamId) -> (i64, i64) {
        (self.ms.wrapping_sub(first.ms) as i64, self.seq.wrapping_sub(first.seq) as i64)
    }
    /// The id so far from the first of a node.
    pub fn after_first(first: StreamId, ms: i64, seq: i64) -> StreamId {
        StreamId { ms: first.ms.wrapping_add_signed(ms), seq: first.seq.wrapping_add_signed(seq) }
    }
}
