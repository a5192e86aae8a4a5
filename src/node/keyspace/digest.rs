//! The digest of a dataset: equal on two nodes whose keys, values and volatile keys are equal.
//!
//! In what has an order (a list, the fields of a stream's entry) each part is mixed in, so that the
//! order counts; in what has none, parts are added by exclusive or. In Redis: `computeDatasetDigest`,
//! `xorObjectDigest` (debug.c), bit by bit.

use super::number::show_float;
use super::{Entry, Keyspace, StreamId, Value};
use bytes::Bytes;
use sha1::{Digest as _, Sha1};
use std::fmt;

/// SHA-1 sums, combined.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Digest([u8; 20]);

impl Digest {
    /// Adds a part whose place does not matter.
    fn add(&mut self, part: &[u8]) {
        let sum = Sha1::digest(part);
        self.0.iter_mut().zip(sum).for_each(|(byte, other)| *byte ^= other);
    }
    /// Adds a part whose place matters.
    fn mix(&mut self, part: &[u8]) {
        self.add(part);
        self.0 = Sha1::digest(self.0).into();
    }
    /// Adds a pair whose place does not matter.
    fn add_pair(&mut self, first: &[u8], second: &[u8]) {
        let mut pair = Digest::default();
        pair.mix(first);
        pair.mix(second);
        self.add(&pair.0);
    }
    /// Mixes a value in.
    fn mix_value(mut self, entry: &Entry) -> Digest {
        let digest = &mut self;
        digest.mix(&type_number(&entry.value).to_be_bytes());
        match &entry.value {
            Value::Text(text) => digest.mix(&text.bytes),
            Value::List(list) => list.iter().for_each(|item| digest.mix(item)),
            Value::Set(set) => set.iter().for_each(|member| digest.add(member)),
            Value::Hash(hash) => {
                hash.fields.iter().for_each(|(field, value)| digest.add_pair(field, value));
            }
            Value::Zset(zset) => zset.iter().for_each(|(score, member)| {
                digest.add_pair(member, show_float(score.get()).as_bytes());
            }),
            Value::Stream(stream) => {
                for entry in stream.range(StreamId::MIN, StreamId::MAX) {
                    digest.mix(format!("{}.{}", entry.id.ms, entry.id.seq).as_bytes());
                    entry.words.iter().for_each(|word| digest.mix(word));
                }
            }
        }
        if entry.expires.is_some() {
            digest.add(b"!!expire!!");
        }
        self
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The number that Redis has for a type: `OBJ_STRING` and its siblings.
fn type_number(value: &Value) -> u32 {
    match value {
        Value::Text(_) => 0,
        Value::List(_) => 1,
        Value::Set(_) => 2,
        Value::Zset(_) => 3,
        Value::Hash(_) => 4,
        Value::Stream(_) => 6,
    }
}

impl Keyspace {
    /// Its digest; all zeros if there is no key.
    pub fn digest(&self) -> Digest {
        const DATABASE: u32 = 0;
        let mut digest = Digest::default();
        if !self.is_empty() {
            digest.mix(&DATABASE.to_be_bytes());
        }
        for (key, entry) in self.by_age() {
            let mut of_key = Digest::default();
            of_key.mix(key);
            digest.add(&of_key.mix_value(entry).0);
        }
        digest
    }
    /// The digest of one value, whatever its key; all zeros if there is none.
    pub fn digest_of(&self, key: &Bytes) -> Digest {
        self.get(key).map_or(Digest::default(), |entry| Digest::default().mix_value(entry))
    }
}
