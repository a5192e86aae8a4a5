//! Values as DUMP writes them and RESTORE reads them: RDB encoding, version and checksum.
//!
//! Small values are one piece of memory (`listpack`, `intset`), as Redis keeps them; long strings are
//! compressed (`lzf`). A list longer than one listpack is cut as if it had grown at its tail.
//! In Redis: `createDumpPayload`, `verifyDumpPayload` (cluster.c), `rdbSaveObject` (rdb.c 7.0). Absent:
//! reading ziplists and zipmaps of servers before 7.0.

mod intset;
pub(in crate::node::keyspace) mod listpack;
mod lzf;
mod rdb;
mod size;
mod stream;

use super::{Hash, List, Score, Set, Text, Typed, Value, Zset, number};
use bytes::Bytes;
use rdb::Reader;
pub(in crate::node) use rdb::{put, put_len};
pub use size::memory_usage;

/// The RDB version of 7.0.
const VERSION: u16 = 10;
/// Version and checksum at the end.
const FOOTER: usize = 10;

/// What a payload begins with.
mod kind {
    pub(super) const STRING: u8 = 0;
    pub(super) const LIST: u8 = 1;
    pub(super) const SET: u8 = 2;
    pub(super) const HASH: u8 = 4;
    pub(super) const ZSET: u8 = 5;
    pub(super) const SET_INTSET: u8 = 11;
    pub(super) const STREAM_BEFORE_7: u8 = 15;
    pub(super) const HASH_LISTPACK: u8 = 16;
    pub(super) const ZSET_LISTPACK: u8 = 17;
    pub(super) const LIST_QUICKLIST: u8 = 18;
    pub(super) const STREAM: u8 = 19;
}

/// `list-max-listpack-size -2`: how large a listpack of a list may be, in bytes.
const LIST_NODE: usize = 8192;
/// What Redis takes an entry's head and tail for, in bytes.
const LIST_ENTRY: usize = 8;
/// An element on its own, and several in a listpack.
const PLAIN: u64 = 1;
const PACKED: u64 = 2;

static CRC64: crc::Crc<u64> = crc::Crc::<u64>::new(&crc::CRC_64_REDIS);

/// The payload of DUMP.
pub fn dump(value: &Value) -> Bytes {
    payload(encode(value))
}

/// A value's type and what follows it.
pub fn encode(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    match value {
        Value::Text(text) => {
            out.push(kind::STRING);
            put(&mut out, &text.bytes);
        }
        Value::List(list) => put_list(&mut out, list),
        Value::Set(set) => put_set(&mut out, set, value.encoding() == "intset"),
        Value::Hash(hash) => put_hash(&mut out, hash, value.encoding() == "listpack"),
        Value::Zset(zset) => put_zset(&mut out, zset),
        Value::Stream(stream) => {
            out.push(kind::STREAM);
            stream::write(&mut out, stream);
        }
    }
    out
}

/// A payload of these bytes: version and checksum are added.
pub fn payload(mut out: Vec<u8>) -> Bytes {
    out.extend_from_slice(&VERSION.to_le_bytes());
    sign(&mut out);
    out.into()
}

/// Adds the checksum of all bytes so far.
pub fn sign(out: &mut Vec<u8>) {
    let checksum = CRC64.checksum(out);
    out.extend_from_slice(&checksum.to_le_bytes());
}

/// The nodes of a quicklist, as if it had grown at its tail: their kinds and their bytes.
fn list_nodes(list: &List) -> Vec<(u64, Vec<u8>)> {
    let mut nodes: Vec<(u64, Vec<u8>)> = Vec::new();
    let mut pack = listpack::Writer::new();
    let mut any = false;
    for element in list {
        let is_large = LIST_NODE < element.len();
        if any && (is_large || LIST_NODE < pack.size() + element.len() + LIST_ENTRY) {
            let full = std::mem::replace(&mut pack, listpack::Writer::new());
            nodes.push((PACKED, full.done()));
            any = false;
        }
        if is_large {
            nodes.push((PLAIN, element.to_vec()));
        } else {
            pack.string(element);
            any = true;
        }
    }
    if any {
        nodes.push((PACKED, pack.done()));
    }
    nodes
}

fn put_list(out: &mut Vec<u8>, list: &List) {
    let nodes = list_nodes(list);
    out.push(kind::LIST_QUICKLIST);
    put_len(out, nodes.len() as u64);
    for (container, bytes) in nodes {
        put_len(out, container);
        put(out, &bytes);
    }
}

fn put_set(out: &mut Vec<u8>, set: &Set, is_intset: bool) {
    if is_intset {
        let members: Vec<i64> = set.iter().filter_map(|member| number::integer(member)).collect();
        out.push(kind::SET_INTSET);
        return put(out, &intset::write(&members));
    }
    out.push(kind::SET);
    put_len(out, set.len() as u64);
    set.iter().for_each(|member| put(out, member));
}

fn put_hash(out: &mut Vec<u8>, hash: &Hash, is_small: bool) {
    let words = hash.fields.iter().flat_map(|(field, value)| [field, value]);
    if is_small {
        let mut pack = listpack::Writer::new();
        words.for_each(|word| pack.string(word));
        out.push(kind::HASH_LISTPACK);
        return put(out, &pack.done());
    }
    out.push(kind::HASH);
    put_len(out, hash.fields.len() as u64);
    words.for_each(|word| put(out, word));
}

fn put_zset(out: &mut Vec<u8>, zset: &Zset) {
    if !zset.is_large() {
        let mut pack = listpack::Writer::new();
        for (score, member) in zset.iter() {
            pack.string(member);
            pack.string(number::show_float(score.get()).as_bytes());
        }
        out.push(kind::ZSET_LISTPACK);
        return put(out, &pack.done());
    }
    out.push(kind::ZSET);
    put_len(out, zset.len() as u64);
    // From the greatest to the least, so that a reader adds each at the head.
    for (score, member) in zset.iter().rev() {
        put(out, member);
        out.extend_from_slice(&score.get().to_le_bytes());
    }
}

/// Whether a payload's version and checksum are right.
pub fn is_whole(payload: &[u8]) -> bool {
    let Some(end) = payload.len().checked_sub(8) else { return false };
    let (body, checksum) = payload.split_at(end);
    let Some(version) = body.last_chunk::<2>().map(|v| u16::from_le_bytes(*v)) else {
        return false;
    };
    version <= VERSION && CRC64.checksum(body).to_le_bytes() == checksum
}

/// Reads a whole payload.
pub fn restore(payload: &[u8]) -> Option<Value> {
    let mut from = Reader(&payload[..payload.len().checked_sub(FOOTER)?]);
    let [kind] = from.array()?;
    let value = match kind {
        kind::STRING => Text::from(from.string()?).into_value(),
        kind::LIST => strings(&mut from)?.into_iter().collect::<List>().into_value(),
        kind::LIST_QUICKLIST => list(&mut from)?.into_value(),
        kind::SET => set(strings(&mut from)?).into_value(),
        kind::SET_INTSET => set(intset::read(&from.string()?)?).into_value(),
        kind::HASH => {
            let words = 2 * from.len()?;
            hash((0..words).map(|_| from.string()).collect::<Option<_>>()?)?.into_value()
        }
        kind::HASH_LISTPACK => hash(listpack::read(&from.string()?)?)?.into_value(),
        kind::ZSET => {
            let mut zset = Zset::default();
            for _ in 0..from.len()? {
                let member = from.string()?;
                zset.set(&member, Score::new(f64::from_le_bytes(from.array()?))?);
            }
            zset.into_value()
        }
        kind::ZSET_LISTPACK => small_zset(&listpack::read(&from.string()?)?)?.into_value(),
        kind::STREAM_BEFORE_7 => stream::read(&mut from, true)?.into_value(),
        kind::STREAM => stream::read(&mut from, false)?.into_value(),
        _ => return None,
    };
    from.0.is_empty().then_some(value)
}

fn strings(from: &mut Reader<'_>) -> Option<Vec<Bytes>> {
    (0..from.len()?).map(|_| from.string()).collect()
}

fn list(from: &mut Reader<'_>) -> Option<List> {
    let mut list = List::default();
    for _ in 0..from.len()? {
        match from.number()? {
            PLAIN => list.push_back(from.string()?),
            PACKED => list.extend(listpack::read(&from.string()?)?),
            _ => return None,
        }
    }
    Some(list)
}

fn set(members: Vec<Bytes>) -> Set {
    let mut set = Set::default();
    for member in members {
        set.insert(member);
    }
    set
}

fn hash(words: Vec<Bytes>) -> Option<Hash> {
    let mut hash = Hash::default();
    let mut words = words.into_iter();
    while let Some(field) = words.next() {
        hash.set(field, words.next()?);
    }
    Some(hash)
}

fn small_zset(words: &[Bytes]) -> Option<Zset> {
    let mut zset = Zset::default();
    for pair in words.chunks(2) {
        let [member, score] = pair else { return None };
        zset.set(member, Score::new(number::float(score)?)?);
    }
    Some(zset)
}
