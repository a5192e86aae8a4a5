//! Lengths and strings as an RDB file holds them.
//!
//! In Redis: `rdbSaveLen`, `rdbSaveRawString`, `rdbTryIntegerEncoding` (rdb.c 7.0).

use super::lzf;
use crate::node::keyspace::number;
use bytes::Bytes;

/// Strings longer than this are compressed if that helps, in bytes.
const WORTH_COMPRESSING: usize = 20;
/// So many bytes compression has to save.
const WORTH_KEEPING: usize = 4;
/// The longest text that may be stored as an integer.
const INTEGER_TEXT: usize = 11;

/// Lengths take one, two, five or nine bytes; the top bits say which.
pub(in crate::node) fn put_len(out: &mut Vec<u8>, len: u64) {
    match (len, u32::try_from(len)) {
        (0..0x40, _) => out.push(len as u8),
        (0x40..0x4000, _) => out.extend_from_slice(&(0x4000 | len as u16).to_be_bytes()),
        (_, Ok(len)) => {
            out.push(0x80);
            out.extend_from_slice(&len.to_be_bytes());
        }
        (_, Err(_)) => {
            out.push(0x81);
            out.extend_from_slice(&len.to_be_bytes());
        }
    }
}

/// A string: small integers as such, long ones compressed.
pub(in crate::node) fn put(out: &mut Vec<u8>, string: &[u8]) {
    let integer = number::integer(string).filter(|_| string.len() <= INTEGER_TEXT);
    match integer.and_then(|n| i32::try_from(n).ok()) {
        Some(n) => return put_integer(out, n),
        None if WORTH_COMPRESSING < string.len() => {
            if let Some(packed) = lzf::compress(string, string.len() - WORTH_KEEPING) {
                out.push(0xC3);
                put_len(out, packed.len() as u64);
                put_len(out, string.len() as u64);
                return out.extend_from_slice(&packed);
            }
        }
        None => {}
    }
    put_len(out, string.len() as u64);
    out.extend_from_slice(string);
}

fn put_integer(out: &mut Vec<u8>, n: i32) {
    match (i8::try_from(n), i16::try_from(n)) {
        (Ok(n), _) => out.extend_from_slice(&[0xC0, n as u8]),
        (_, Ok(n)) => {
            out.push(0xC1);
            out.extend_from_slice(&n.to_le_bytes());
        }
        _ => {
            out.push(0xC2);
            out.extend_from_slice(&n.to_le_bytes());
        }
    }
}

/// What is left to read.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    /// So many bytes.
    pub(super) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }
    /// A fixed number of bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }
    /// A length, or any number that is stored as one.
    pub(super) fn number(&mut self) -> Option<u64> {
        let [first] = self.array()?;
        Some(match first {
            0..0x40 => u64::from(first),
            0x40..0x80 => u64::from(first & 0x3F) << 8 | u64::from(self.array::<1>()?[0]),
            0x80 => u64::from(u32::from_be_bytes(self.array()?)),
            0x81 => u64::from_be_bytes(self.array()?),
            _ => return None,
        })
    }
    /// The length of something that is in memory.
    pub(super) fn len(&mut self) -> Option<usize> {
        self.number()?.try_into().ok()
    }
    /// A string.
    pub(super) fn string(&mut self) -> Option<Bytes> {
        let integer = match *self.0.first()? {
            0xC0 => self.array::<2>().map(|[_, n]| i32::from(n as i8)),
            0xC1 => self.array::<3>().map(|[_, a, b]| i32::from(i16::from_le_bytes([a, b]))),
            0xC2 => self.array::<5>().map(|[_, a, b, c, d]| i32::from_le_bytes([a, b, c, d])),
            0xC3 => {
                self.take(1)?;
                let (packed, len) = (self.len()?, self.len()?);
                return lzf::decompress(self.take(packed)?, len).map(Bytes::from);
            }
            _ => {
                let len = self.len()?;
                return self.take(len).map(Bytes::copy_from_slice);
            }
        };
        integer.map(|n| Bytes::from(n.to_string()))
    }
}
