//! Listpacks: strings and integers one after the other in one piece of memory.
//!
//! Six bytes of header (size, count), entries each followed by its own length for reading backwards,
//! and an end mark. In Redis: listpack.c 7.0.

use super::rdb::Reader;
use crate::node::keyspace::number;
use bytes::Bytes;

const END: u8 = 0xFF;
const HEADER: usize = 6;

/// A listpack that is being written.
pub(super) struct Writer {
    bytes: Vec<u8>,
    count: usize,
}

impl Writer {
    /// An empty one.
    pub(super) fn new() -> Writer {
        Writer { bytes: vec![0; HEADER], count: 0 }
    }
    /// Its size in bytes when it is finished.
    pub(super) fn size(&self) -> usize {
        self.bytes.len() + 1
    }
    /// Appends a string; what looks like an integer becomes one.
    pub(super) fn string(&mut self, text: &[u8]) {
        if let Some(n) = number::integer(text) {
            return self.integer(n);
        }
        let begin = self.bytes.len();
        match text.len() {
            len @ 0..0x40 => self.bytes.push(0x80 | len as u8),
            len @ 0x40..0x1000 => {
                self.bytes.extend_from_slice(&(0xE000 | len as u16).to_be_bytes());
            }
            len => {
                self.bytes.push(0xF0);
                self.bytes.extend_from_slice(&(len as u32).to_le_bytes());
            }
        }
        self.bytes.extend_from_slice(text);
        self.end_entry(begin);
    }
    /// Appends an integer.
    pub(super) fn integer(&mut self, n: i64) {
        let begin = self.bytes.len();
        let bytes = n.to_le_bytes();
        match n {
            0..0x80 => self.bytes.push(n as u8),
            -4096..4096 => {
                self.bytes.extend_from_slice(&(0xC000 | (n as u16 & 0x1FFF)).to_be_bytes());
            }
            -0x8000..0x8000 => self.wide(0xF1, &bytes[..2]),
            -0x80_0000..0x80_0000 => self.wide(0xF2, &bytes[..3]),
            -0x8000_0000..0x8000_0000 => self.wide(0xF3, &bytes[..4]),
            _ => self.wide(0xF4, &bytes),
        }
        self.end_entry(begin);
    }
    fn wide(&mut self, kind: u8, bytes: &[u8]) {
        self.bytes.push(kind);
        self.bytes.extend_from_slice(bytes);
    }
    fn end_entry(&mut self, begin: usize) {
        let len = self.bytes.len() - begin;
        let groups = back_len(len);
        for group in (0..groups).rev() {
            let seven = (len >> (7 * group)) as u8 & 0x7F;
            // All but the first one written say that another stands before them.
            self.bytes.push(if group + 1 == groups { seven } else { seven | 0x80 });
        }
        self.count += 1;
    }
    /// The finished listpack.
    pub(super) fn done(mut self) -> Vec<u8> {
        self.bytes.push(END);
        let (size, count) = (self.bytes.len() as u32, u16::try_from(self.count));
        self.bytes[..4].copy_from_slice(&size.to_le_bytes());
        self.bytes[4..HEADER].copy_from_slice(&count.unwrap_or(u16::MAX).to_le_bytes());
        self.bytes
    }
}

/// How many groups of seven bits tell an entry's length. The limits are one less than they might be.
const fn back_len(len: usize) -> usize {
    match len {
        0..=127 => 1,
        128..16383 => 2,
        16383..2_097_151 => 3,
        2_097_151..268_435_455 => 4,
        _ => 5,
    }
}

/// How many bytes an integer takes with its own length behind it.
pub(in crate::node::keyspace) fn integer_size(n: i64) -> usize {
    let size = match n {
        0..0x80 => 1,
        -4096..4096 => 2,
        -0x8000..0x8000 => 3,
        -0x80_0000..0x80_0000 => 4,
        -0x8000_0000..0x8000_0000 => 5,
        _ => 9,
    };
    size + back_len(size)
}

/// How many bytes a string takes, or the integer that it looks like.
pub(in crate::node::keyspace) fn string_size(text: &[u8]) -> usize {
    if let Some(n) = number::integer(text) {
        return integer_size(n);
    }
    let head = match text.len() {
        0..0x40 => 1,
        0x40..0x1000 => 2,
        _ => 5,
    };
    head + text.len() + back_len(head + text.len())
}

/// The entries of a listpack, integers as text.
pub(super) fn read(bytes: &[u8]) -> Option<Vec<Bytes>> {
    let mut from = Reader(bytes);
    let size = u32::from_le_bytes(from.array()?);
    from.take(2)?;
    let mut entries = Vec::new();
    while from.0.len() > 1 {
        let before = from.0.len();
        entries.push(entry(&mut from)?);
        let len = before - from.0.len();
        from.take(back_len(len))?;
    }
    (from.0 == [END] && size as usize == bytes.len()).then_some(entries)
}

fn entry(from: &mut Reader<'_>) -> Option<Bytes> {
    let [first] = from.array()?;
    let integer = match first {
        0..0x80 => i64::from(first),
        0x80..0xC0 => return from.take(usize::from(first & 0x3F)).map(Bytes::copy_from_slice),
        0xC0..0xE0 => {
            let [low] = from.array()?;
            let bits = u16::from(first & 0x1F) << 8 | u16::from(low);
            i64::from((bits << 3) as i16 >> 3)
        }
        0xE0..0xF0 => {
            let [low] = from.array()?;
            let len = usize::from(first & 0x0F) << 8 | usize::from(low);
            return from.take(len).map(Bytes::copy_from_slice);
        }
        0xF0 => {
            let len = u32::from_le_bytes(from.array()?) as usize;
            return from.take(len).map(Bytes::copy_from_slice);
        }
        0xF1 => i64::from(i16::from_le_bytes(from.array()?)),
        0xF2 => {
            let [a, b, c] = from.array()?;
            i64::from(i32::from_le_bytes([0, a, b, c]) >> 8)
        }
        0xF3 => i64::from(i32::from_le_bytes(from.array()?)),
        0xF4 => i64::from_le_bytes(from.array()?),
        _ => return None,
    };
    Some(Bytes::from(integer.to_string()))
}
