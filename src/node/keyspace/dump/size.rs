//! How much memory a key takes in a 64-bit server with jemalloc: what MEMORY USAGE says.
//!
//! Structures have the sizes that C gives them, and what the allocator is asked for is rounded up to a
//! size class. The default looks at five parts of an aggregate and takes the others for as large.
//!
//! In Redis: `objectComputeSize` (object.c), `sdsnewlen` (sds.c), `streamRadixTreeMemoryUsage`
//! (object.c). Not told by what a value is, but by how it came to be or by luck, and so only about
//! right: strings that were changed in place, the levels of a sorted set that is a skiplist, which five
//! members of a hash table come first, tables that shrank or are being moved, and lists of several nodes that did not grow
//! at their tail.

use super::{PACKED, intset, list_nodes, listpack};
use crate::node::keyspace::stream::Pending;
use crate::node::keyspace::stream::tree_nodes;
use crate::node::keyspace::value::{Hash, List, Set, Text, Value};
use crate::node::keyspace::{Stream, Zset, number};
use crate::node::memory::size_class;
use bytes::Bytes;

/// `robj`.
const OBJECT: u64 = 16;
/// `dictEntry`, `dict`, and a pointer to an entry.
const ENTRY: u64 = 24;
const TABLE: u64 = 56;
const POINTER: u64 = 8;
/// What an entry of the keyspace has besides in a cluster: `clusterDictEntryMetadata`.
const SLOT_LINKS: u64 = 16;
/// The smallest hash table.
const SMALLEST_TABLE: u64 = 4;
/// What a short string takes that shares an allocation with its object, beside its bytes.
const SHARED_HEADER: u64 = OBJECT + 3 + 1;
/// The tallest node of a skiplist, a node with one level, `zset` and `zskiplist`.
const SKIPLIST_HEADER: u64 = 640;
const SKIPLIST_NODE: u64 = 40;
const SORTED_SET: u64 = 16 + 32;

/// The bytes that a key takes, with its value; `samples` parts of an aggregate are looked at.
pub fn memory_usage(key: &[u8], value: &Value, samples: usize, in_cluster: bool) -> u64 {
    let links = if in_cluster { SLOT_LINKS } else { 0 };
    sds(key.len()) + ENTRY + links + of_value(value, samples)
}

fn of_value(value: &Value, samples: usize) -> u64 {
    match value {
        Value::Text(text) => of_text(text, value.encoding()),
        Value::List(list) => of_list(list, samples),
        Value::Set(set) if value.encoding() == "intset" => {
            let members: Vec<i64> =
                set.iter().filter_map(|member| number::integer(member)).collect();
            OBJECT + size_class(intset::write(&members).len() as u64)
        }
        Value::Set(set) => of_set(set, samples),
        Value::Hash(hash) if value.encoding() == "listpack" => {
            OBJECT + packed(hash.fields.iter().flat_map(|(field, value)| [field, value]))
        }
        Value::Hash(hash) => of_hash(hash, samples),
        Value::Zset(zset) if !zset.is_large() => {
            let words = zset.iter().flat_map(|(score, member)| {
                [member.clone(), Bytes::from(number::show_float(score.get()).to_string())]
            });
            OBJECT + packed(words.collect::<Vec<_>>().iter())
        }
        Value::Zset(zset) => of_zset(zset, samples),
        Value::Stream(stream) => of_stream(stream, samples),
    }
}

/// A string of its own: a header that tells its length, the bytes, and a zero.
fn sds(len: usize) -> u64 {
    let header = match len {
        0 => 3,
        1..32 => 1,
        32..256 => 3,
        256..0x1_0000 => 5,
        _ => 9,
    };
    size_class(header + len as u64 + 1)
}

fn of_text(text: &Text, encoding: &str) -> u64 {
    match encoding {
        "int" => OBJECT,
        "embstr" => size_class(SHARED_HEADER + text.bytes.len() as u64),
        _ => OBJECT + sds(text.bytes.len()),
    }
}

fn packed<'a>(words: impl Iterator<Item = &'a Bytes>) -> u64 {
    let mut pack = listpack::Writer::new();
    words.for_each(|word| pack.string(word));
    size_class(pack.size() as u64)
}

/// All parts, taking those that are not looked at for as large as the average.
fn sampled(sizes: impl Iterator<Item = u64>, count: usize, samples: usize) -> u64 {
    let some: Vec<u64> = sizes.take(samples).collect();
    match some.len() as u64 {
        0 => 0,
        looked_at => some.iter().sum::<u64>() * count as u64 / looked_at,
    }
}

/// The pointers of a hash table of so many entries.
fn table(count: usize) -> u64 {
    TABLE + POINTER * (count as u64).next_power_of_two().max(SMALLEST_TABLE)
}

fn of_list(list: &List, samples: usize) -> u64 {
    const QUICKLIST: u64 = 40;
    const NODE: u64 = 40;
    let nodes = list_nodes(list);
    let size = |(container, bytes): &(u64, Vec<u8>)| {
        let len = bytes.len() as u64;
        NODE + if *container == PACKED { size_class(len) } else { size_class(len.max(1)) }
    };
    OBJECT + QUICKLIST + sampled(nodes.iter().map(size), nodes.len(), samples)
}

/// The table before the last, as long as a table that grew by one at a time still has it: each addition
/// moves the entries of one place, and about three places in eight have none.
fn old_table(count: usize) -> u64 {
    let old = (count as u64).next_power_of_two() / 2;
    let moved = (count as u64).saturating_sub(old + 1);
    if SMALLEST_TABLE <= old && moved * 8 < old * 5 { POINTER * old } else { 0 }
}

fn of_set(set: &Set, samples: usize) -> u64 {
    let members = set.iter().map(|member| ENTRY + sds(member.len()));
    OBJECT + table(set.len()) + old_table(set.len()) + sampled(members, set.len(), samples)
}

fn of_hash(hash: &Hash, samples: usize) -> u64 {
    let pair = |(field, value): (&Bytes, &Bytes)| ENTRY + sds(field.len()) + sds(value.len());
    let count = hash.fields.len();
    OBJECT + table(count) + sampled(hash.fields.iter().map(pair), count, samples)
}

/// Three nodes in four have one level.
fn of_zset(zset: &Zset, samples: usize) -> u64 {
    let members =
        zset.members().map(|member| sds(member.len()) + ENTRY + size_class(SKIPLIST_NODE));
    let parts = sampled(members, zset.len(), samples);
    OBJECT + SORTED_SET + table(zset.len()) + SKIPLIST_HEADER + parts
}

fn of_stream(stream: &Stream, samples: usize) -> u64 {
    const STREAM: u64 = 80;
    const FIRST_ROOM: u64 = 4096;
    let nodes = stream.nodes();
    let last = nodes.keys().next_back();
    // A node has room from the beginning; what it does not need is given back when the next one begins.
    let sizes = nodes.iter().map(|(first, node)| match Some(first) == last {
        true => size_class(FIRST_ROOM.max(node.size() as u64)),
        false => size_class(node.size() as u64),
    });
    let all: Vec<u64> = sizes.collect();
    let packs = match all.len() {
        count if count <= samples => all.iter().sum(),
        count => {
            let average = all.iter().take(samples).sum::<u64>() / samples.max(1) as u64;
            average * (count as u64 - 1) + all.last().copied().unwrap_or_default()
        }
    };
    let groups = stream.groups().values().map(|group| {
        const GROUP: u64 = 40;
        const CONSUMER: u64 = 24;
        const PENDING: u64 = 24;
        let pending = group.pending();
        let tree = |of: &dyn Fn(&Pending) -> bool| {
            let ids = || pending.iter().filter(|(_, one)| of(one)).map(|(id, _)| *id);
            radix_tree(ids().count(), tree_nodes(ids()))
        };
        let consumers = group.consumers().keys().map(|name| {
            CONSUMER + name.len() as u64 + tree(&|one: &Pending| one.consumer == *name)
        });
        GROUP + tree(&|_| true) + PENDING * pending.len() as u64 + consumers.sum::<u64>()
    });
    OBJECT + STREAM + radix_tree(nodes.len(), stream.tree_nodes()) + packs + groups.sum::<u64>()
}

/// In Redis: `streamRadixTreeMemoryUsage`, an estimate that forgets the tree itself.
fn radix_tree(keys: usize, nodes: usize) -> u64 {
    const KEY: u64 = 16;
    const NODE: u64 = 4 + 8 * 30;
    KEY * keys as u64 + NODE * nodes as u64
}
