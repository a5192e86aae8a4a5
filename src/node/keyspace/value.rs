//! Values: the types of Redis, shared between clones until one of them writes.
//!
//! A type's order of iteration is the order of insertion: real Redis shows hash tables in the order of
//! their hashes, which is no promise. In Redis: t_string.c, t_list.c, t_set.c, t_hash.c, object.c.

use super::{Stream, Zset, number};
use bytes::Bytes;
use indexmap::{IndexMap, IndexSet};
use std::collections::VecDeque;
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

/// A hasher without a secret: lookups only, never the order of anything.
type Fixed = BuildHasherDefault<DefaultHasher>;

/// What a key holds.
#[derive(Clone, PartialEq, Debug)]
#[expect(missing_docs, reason = "the types of Redis")]
pub enum Value {
    Text(Text),
    List(Arc<List>),
    Set(Arc<Set>),
    Hash(Arc<Hash>),
    Zset(Arc<Zset>),
    Stream(Arc<Stream>),
}

/// How a string came to be, which its encoding shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Form {
    /// Stored whole: a number is kept as one.
    #[default]
    Whole,
    /// Computed (INCRBYFLOAT): a number, but kept as text.
    Plain,
    /// Changed in place (APPEND, SETRANGE, SETBIT).
    Edited,
}

/// A string.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Text {
    /// Its bytes.
    pub bytes: Bytes,
    /// How it came to be.
    pub form: Form,
}

impl Text {
    fn is_number(&self) -> bool {
        self.form == Form::Whole && number::integer(&self.bytes).is_some()
    }
}

impl From<Bytes> for Text {
    fn from(bytes: Bytes) -> Text {
        Text { bytes, form: Form::Whole }
    }
}

/// A list, head first.
pub type List = VecDeque<Bytes>;

/// A hash: fields with their values. Small ones are a listpack, which a larger one never becomes again.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Hash {
    /// The fields in order of insertion.
    pub fields: IndexMap<Bytes, Bytes, Fixed>,
    large: bool,
}

/// A set. Integers only, and not too many: an intset, which is in ascending order.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Set {
    members: IndexSet<Bytes, Fixed>,
    hashed: bool,
}

/// `set-max-intset-entries`.
const INTSET_ENTRIES: usize = 512;
/// `hash-max-listpack-entries` of 7.0.
const HASH_ENTRIES: usize = 512;
/// `hash-max-listpack-value` in bytes.
const LISTPACK_VALUE: usize = 64;
/// Longest string that shares an allocation with its object, in bytes.
const EMBSTR: usize = 44;

impl Value {
    /// As TYPE says it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Text(_) => "string",
            Value::List(_) => "list",
            Value::Set(_) => "set",
            Value::Hash(_) => "hash",
            Value::Zset(_) => "zset",
            Value::Stream(_) => "stream",
        }
    }
    /// As OBJECT ENCODING says it.
    pub fn encoding(&self) -> &'static str {
        match self {
            Value::Text(text) if text.form == Form::Edited => "raw",
            Value::Text(text) if text.is_number() => "int",
            Value::Text(text) if text.bytes.len() <= EMBSTR => "embstr",
            Value::Text(_) => "raw",
            Value::List(_) => "quicklist",
            Value::Set(set) if set.hashed => "hashtable",
            Value::Set(_) => "intset",
            Value::Hash(hash) if hash.large => "hashtable",
            Value::Hash(_) => "listpack",
            Value::Zset(zset) if zset.is_large() => "skiplist",
            Value::Zset(_) => "listpack",
            Value::Stream(_) => "stream",
        }
    }
    /// About how many bytes it takes on a wire.
    pub fn approximate_bytes(&self) -> usize {
        let bytes = |all: &mut dyn Iterator<Item = &Bytes>| all.map(|b| b.len() + 2).sum();
        match self {
            Value::Text(text) => text.bytes.len(),
            Value::List(list) => bytes(&mut list.iter()),
            Value::Set(set) => bytes(&mut set.iter()),
            Value::Hash(hash) => bytes(&mut hash.fields.iter().flat_map(|(f, v)| [f, v])),
            Value::Zset(zset) => bytes(&mut zset.members()) + 8 * zset.len(),
            Value::Stream(stream) => stream.nodes().values().map(|node| node.size()).sum(),
        }
    }
    /// How many parts it has: what deleting it costs, and whether an aggregate is empty.
    pub fn parts(&self) -> usize {
        match self {
            Value::Text(_) | Value::Stream(_) => 1,
            Value::List(list) => list.len(),
            Value::Set(set) => set.len(),
            Value::Hash(hash) => hash.fields.len(),
            Value::Zset(zset) => zset.len(),
        }
    }
}

impl Hash {
    /// Sets a field; whether it is new.
    pub fn set(&mut self, field: Bytes, value: Bytes) -> bool {
        self.large |= LISTPACK_VALUE < field.len() || LISTPACK_VALUE < value.len();
        let fresh = self.fields.insert(field, value).is_none();
        self.large |= HASH_ENTRIES < self.fields.len();
        fresh
    }
}

impl Set {
    /// How many members.
    pub fn len(&self) -> usize {
        self.members.len()
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
    /// Adds a member; whether it is new.
    pub fn insert(&mut self, member: Bytes) -> bool {
        let integer = number::integer(&member);
        self.hashed |= integer.is_none();
        let fresh = match self.members.contains(&member) {
            true => false,
            false if self.hashed => self.members.insert(member),
            false => {
                let below = |other: &Bytes| number::integer(other) < integer;
                let at = self.members.iter().take_while(|other| below(other)).count();
                self.members.shift_insert(at, member)
            }
        };
        self.hashed |= INTSET_ENTRIES < self.members.len();
        fresh
    }
    /// Takes a member out; whether it was there.
    pub fn remove(&mut self, member: &[u8]) -> bool {
        self.members.shift_remove(member)
    }
    /// Whether it is a member.
    pub fn contains(&self, member: &[u8]) -> bool {
        self.members.contains(member)
    }
    /// Its members in order.
    pub fn iter(&self) -> impl Iterator<Item = &Bytes> {
        self.members.iter()
    }
    /// The member at a place in that order.
    pub fn at(&self, index: usize) -> Option<&Bytes> {
        self.members.get_index(index)
    }
}

/// A type that a value can be.
pub trait Typed: Sized + Clone + Default {
    /// The value, if it is of this type.
    fn of(value: &Value) -> Option<&Self>;
    /// The value to change, if it is of this type.
    fn of_mut(value: &mut Value) -> Option<&mut Self>;
    /// Makes a value of it.
    fn into_value(self) -> Value;
}

impl Typed for Text {
    fn of(value: &Value) -> Option<&Text> {
        if let Value::Text(text) = value { Some(text) } else { None }
    }
    fn of_mut(value: &mut Value) -> Option<&mut Text> {
        if let Value::Text(text) = value { Some(text) } else { None }
    }
    fn into_value(self) -> Value {
        Value::Text(self)
    }
}

macro_rules! shared {
    ($($name:ident)*) => { $(
        impl Typed for $name {
            fn of(value: &Value) -> Option<&$name> {
                if let Value::$name(inner) = value { Some(inner) } else { None }
            }
            fn of_mut(value: &mut Value) -> Option<&mut $name> {
                if let Value::$name(inner) = value { Some(Arc::make_mut(inner)) } else { None }
            }
            fn into_value(self) -> Value {
                Value::$name(Arc::new(self))
            }
        }
    )* };
}
shared!(List Set Hash Zset Stream);
