//! Streams: entries by id.
//!
//! In Redis: t_stream.c. Absent: consumer groups.

use super::number::integer;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::fmt;

/// An entry's id: milliseconds and a sequence number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct StreamId {
    /// Unix ms.
    pub ms: u64,
    /// Tells entries of one millisecond apart.
    pub seq: u64,
}

impl StreamId {
    /// The greatest id.
    pub const MAX: StreamId = StreamId { ms: u64::MAX, seq: u64::MAX };

    /// Reads `ms-seq`, or `ms` alone with this sequence number.
    pub fn parse(text: &[u8], missing_seq: u64) -> Option<StreamId> {
        let number = |part: &[u8]| integer(part).and_then(|n| u64::try_from(n).ok());
        match text.iter().position(|&c| c == b'-') {
            None => Some(StreamId { ms: number(text)?, seq: missing_seq }),
            Some(dash) => {
                Some(StreamId { ms: number(&text[..dash])?, seq: number(&text[dash + 1..])? })
            }
        }
    }
    /// The id after this one.
    pub fn next(self) -> StreamId {
        match self.seq.checked_add(1) {
            Some(seq) => StreamId { ms: self.ms, seq },
            None => StreamId { ms: self.ms.saturating_add(1), seq: 0 },
        }
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.ms, self.seq)
    }
}

/// A stream.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Stream {
    /// Fields and values, alternating, by id.
    pub entries: BTreeMap<StreamId, Vec<Bytes>>,
    /// The greatest id ever given.
    pub last: StreamId,
}
