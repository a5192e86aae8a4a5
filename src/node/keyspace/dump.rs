//! Values as DUMP writes them and RESTORE reads them: RDB encoding, version and checksum.
//!
//! Written are the plain encodings, which every version reads (Redis itself prefers compact ones).
//! In Redis: `createDumpPayload`, `verifyDumpPayload` (cluster.c), rdb.c. Absent: streams, and reading
//! the compact encodings of real servers.

use super::{Hash, List, Score, Set, Text, Typed, Value, Zset};
use bytes::Bytes;

/// The RDB version of 7.0.
const VERSION: u16 = 10;
const STRING: u8 = 0;
const LIST: u8 = 1;
const SET: u8 = 2;
const HASH: u8 = 4;
const ZSET: u8 = 5;
/// Version and checksum at the end.
const FOOTER: usize = 10;

static CRC64: crc::Crc<u64> = crc::Crc::<u64>::new(&crc::CRC_64_REDIS);

/// The payload of DUMP.
pub fn dump(value: &Value) -> Bytes {
    let mut out = Vec::new();
    match value {
        Value::Text(text) => {
            out.push(STRING);
            put(&mut out, &text.bytes);
        }
        Value::List(list) => put_all(&mut out, LIST, list.len(), list.iter()),
        Value::Set(set) => put_all(&mut out, SET, set.len(), set.iter()),
        Value::Hash(hash) => {
            let parts = hash.fields.iter().flat_map(|(field, value)| [field, value]);
            put_all(&mut out, HASH, hash.fields.len(), parts);
        }
        Value::Zset(zset) => {
            out.push(ZSET);
            put_len(&mut out, zset.len());
            for (score, member) in zset.iter() {
                put(&mut out, member);
                out.extend_from_slice(&score.get().to_le_bytes());
            }
        }
        Value::Stream(_) => out.push(u8::MAX),
    }
    out.extend_from_slice(&VERSION.to_le_bytes());
    let checksum = CRC64.checksum(&out);
    out.extend_from_slice(&checksum.to_le_bytes());
    out.into()
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
    let mut from = &payload[..payload.len().checked_sub(FOOTER)?];
    let kind = take(&mut from, 1)?[0];
    let value = match kind {
        STRING => Text::from(string(&mut from)?).into_value(),
        LIST => strings(&mut from)?.collect::<Option<List>>()?.into_value(),
        SET => {
            let mut set = Set::default();
            for member in strings(&mut from)? {
                set.insert(member?);
            }
            set.into_value()
        }
        HASH => {
            let mut hash = Hash::default();
            for _ in 0..length(&mut from)? {
                hash.set(string(&mut from)?, string(&mut from)?);
            }
            hash.into_value()
        }
        ZSET => {
            let mut zset = Zset::default();
            for _ in 0..length(&mut from)? {
                let member = string(&mut from)?;
                let score = f64::from_le_bytes(take(&mut from, 8)?.try_into().ok()?);
                zset.set(&member, Score::new(score)?);
            }
            zset.into_value()
        }
        _ => return None,
    };
    from.is_empty().then_some(value)
}

fn put_all<'a>(out: &mut Vec<u8>, kind: u8, len: usize, strings: impl Iterator<Item = &'a Bytes>) {
    out.push(kind);
    put_len(out, len);
    strings.for_each(|string| put(out, string));
}

/// Lengths take one, two or five bytes; the top bits say which.
fn put_len(out: &mut Vec<u8>, len: usize) {
    match len {
        0..0x40 => out.push(len as u8),
        0x40..0x4000 => out.extend_from_slice(&(0x4000 | len as u16).to_be_bytes()),
        _ => {
            out.push(0x80);
            out.extend_from_slice(&(len as u32).to_be_bytes());
        }
    }
}

/// Small integers are stored as such.
fn put(out: &mut Vec<u8>, string: &[u8]) {
    match super::number::integer(string) {
        Some(n) if i8::try_from(n).is_ok() => out.extend_from_slice(&[0xC0, n as u8]),
        Some(n) if i16::try_from(n).is_ok() => {
            out.push(0xC1);
            out.extend_from_slice(&(n as i16).to_le_bytes());
        }
        Some(n) if i32::try_from(n).is_ok() => {
            out.push(0xC2);
            out.extend_from_slice(&(n as i32).to_le_bytes());
        }
        _ => {
            put_len(out, string.len());
            out.extend_from_slice(string);
        }
    }
}

fn take<'a>(from: &mut &'a [u8], len: usize) -> Option<&'a [u8]> {
    let (taken, rest) = from.split_at_checked(len)?;
    *from = rest;
    Some(taken)
}

fn length(from: &mut &[u8]) -> Option<usize> {
    let first = take(from, 1)?[0];
    Some(match first >> 6 {
        0 => usize::from(first),
        1 => usize::from(first & 0x3F) << 8 | usize::from(take(from, 1)?[0]),
        2 if first == 0x80 => u32::from_be_bytes(take(from, 4)?.try_into().ok()?) as usize,
        _ => return None,
    })
}

fn string(from: &mut &[u8]) -> Option<Bytes> {
    let number = match *from.first()? {
        0xC0 => i64::from(take(from, 2)?[1] as i8),
        0xC1 => i64::from(i16::from_le_bytes(take(from, 3)?[1..].try_into().ok()?)),
        0xC2 => i64::from(i32::from_le_bytes(take(from, 5)?[1..].try_into().ok()?)),
        _ => {
            let len = length(from)?;
            return Some(Bytes::copy_from_slice(take(from, len)?));
        }
    };
    Some(Bytes::from(number.to_string()))
}

fn strings<'a, 'b>(
    from: &'a mut &'b [u8],
) -> Option<impl Iterator<Item = Option<Bytes>> + use<'a, 'b>> {
    let len = length(from)?;
    Some((0..len).map(move |_| string(from)))
}
