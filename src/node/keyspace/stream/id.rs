//! The id of an entry: milliseconds and a sequence number.
//!
//! In Redis: `streamParseIDOrReply` and its siblings (t_stream.c), `string2ull` (util.c).

use crate::node::keyspace::number::integer;
use std::fmt;

/// An entry's id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct StreamId {
    /// Unix ms.
    pub ms: u64,
    /// Tells entries of one millisecond apart.
    pub seq: u64,
}

/// Longer words are no ids, in bytes.
const LONGEST: usize = 127;

impl StreamId {
    /// The least id.
    pub const MIN: StreamId = StreamId { ms: 0, seq: 0 };
    /// The greatest id.
    pub const MAX: StreamId = StreamId { ms: u64::MAX, seq: u64::MAX };

    /// Reads `ms-seq`, or `ms` alone with this sequence number.
    pub fn parse(text: &[u8], missing_seq: u64) -> Option<StreamId> {
        let text = c_string(text)?;
        match text.iter().position(|&c| c == b'-') {
            None => Some(StreamId { ms: unsigned(text)?, seq: missing_seq }),
            Some(dash) => {
                Some(StreamId { ms: unsigned(&text[..dash])?, seq: unsigned(&text[dash + 1..])? })
            }
        }
    }
    /// Reads the milliseconds of `ms-*`; None if it is not of this form.
    pub fn parse_open(text: &[u8]) -> Option<u64> {
        match c_string(text)? {
            // Only the first dash parts an id.
            [ms @ .., b'-', b'*'] if !ms.contains(&b'-') => unsigned(ms),
            _ => None,
        }
    }
    /// The id after this one, if this is not the greatest.
    pub fn next(self) -> Option<StreamId> {
        match self.seq.checked_add(1) {
            Some(seq) => Some(StreamId { ms: self.ms, seq }),
            None => Some(StreamId { ms: self.ms.checked_add(1)?, seq: 0 }),
        }
    }
    /// The id before this one, if this is not the least.
    pub fn previous(self) -> Option<StreamId> {
        match self.seq.checked_sub(1) {
            Some(seq) => Some(StreamId { ms: self.ms, seq }),
            None => Some(StreamId { ms: self.ms.checked_sub(1)?, seq: u64::MAX }),
        }
    }
    /// As a key of the tree: equal order, byte by byte.
    pub fn to_bytes(self) -> [u8; 16] {
        (u128::from(self.ms) << 64 | u128::from(self.seq)).to_be_bytes()
    }
    /// What [`StreamId::to_bytes`] wrote.
    pub fn from_bytes(bytes: [u8; 16]) -> StreamId {
        let both = u128::from_be_bytes(bytes);
        StreamId { ms: (both >> 64) as u64, seq: both as u64 }
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.ms, self.seq)
    }
}

/// What C sees of a text: nothing after a zero byte.
fn c_string(text: &[u8]) -> Option<&[u8]> {
    if LONGEST < text.len() {
        return None;
    }
    text.split(|&byte| byte == 0).next()
}

/// A number as `strtoull` reads it where the strict form fails: spaces, a sign and zeros before it.
fn unsigned(text: &[u8]) -> Option<u64> {
    if let Some(number) = integer(text) {
        return u64::try_from(number).ok();
    }
    let is_space = |c: &u8| b" \t\n\x0b\x0c\r".contains(c);
    let rest = &text[text.iter().take_while(|c| is_space(c)).count()..];
    let (negative, digits) = match rest {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number: u64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some(if negative { number.wrapping_neg() } else { number })
}
