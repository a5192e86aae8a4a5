//! Bytes from a client to commands, with the limits that Redis has.
//!
//! A request is an array of bulk strings or one line of words (inline). Bytes come in pieces of any
//! size; what is not a whole request waits. What cannot be one is [`Malformed`], and nothing after it
//! is read.
//!
//! In Redis: `processMultibulkBuffer`, `processInlineBuffer` (networking.c 7.0.15). A search for the end
//! of a line stops at a zero byte, as C's does; the two bytes after a bulk are not looked at.
//! Absent: whose connection it is: what that may send is an argument.

use crate::words::{Argv, quote};
use bytes::Bytes;
use std::fmt;

/// The longest line: an inline request, or a count without its end.
const LONGEST_LINE: usize = 64 * 1024;
/// The most words of a request.
const MOST_WORDS: i64 = i32::MAX as i64;
/// What a client may send before it has logged in.
const MOST_WORDS_BEFORE_LOGIN: i64 = 10;
const LARGEST_BULK_BEFORE_LOGIN: usize = 16_384;

/// What a client may send now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// It gave no password and one is wanted.
    pub must_log_in: bool,
    /// `proto-max-bulk-len` in bytes.
    pub largest_bulk: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { must_log_in: false, largest_bulk: 512 << 20 }
    }
}

/// Why bytes are no request. The connection ends with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each is the text that it is displayed as")]
pub enum Malformed {
    InlineTooBig,
    UnbalancedQuotes,
    CountTooBig,
    InvalidCount,
    UnauthenticatedCount,
    BulkCountTooBig,
    NoDollar(u8),
    InvalidBulk,
    UnauthenticatedBulk,
}

impl Malformed {
    /// The error that the client gets; a byte of the client's may be in it.
    pub fn text(self) -> Bytes {
        let said = match self {
            Malformed::InlineTooBig => "too big inline request",
            Malformed::UnbalancedQuotes => "unbalanced quotes in request",
            Malformed::CountTooBig => "too big mbulk count string",
            Malformed::InvalidCount => "invalid multibulk length",
            Malformed::UnauthenticatedCount => "unauthenticated multibulk length",
            Malformed::BulkCountTooBig => "too big bulk count string",
            Malformed::InvalidBulk => "invalid bulk length",
            Malformed::UnauthenticatedBulk => "unauthenticated bulk length",
            Malformed::NoDollar(byte) => {
                let byte = if matches!(byte, b'\r' | b'\n') { b' ' } else { byte };
                let text = [b"ERR Protocol error: expected '$', got '", &[byte][..], b"'"].concat();
                return text.into();
            }
        };
        format!("ERR Protocol error: {said}").into()
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.text()))
    }
}

/// What a client sent and was not answered for yet.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Requests {
    buffer: Vec<u8>,
    /// How much of the buffer was read.
    read: usize,
    /// A request of which the count was read.
    begun: Option<Begun>,
    /// It was malformed: nothing more is read.
    broken: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Begun {
    words: Vec<Bytes>,
    /// How many words it will have.
    count: usize,
    /// The length of the next word, if it was read.
    bulk: Option<usize>,
}

/// Nothing can be said yet.
type Found<T> = Result<Option<T>, Malformed>;

impl Requests {
    /// Adds what came.
    pub fn feed(&mut self, bytes: &[u8]) {
        if !self.broken {
            self.buffer.drain(..self.read);
            self.read = 0;
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// The next whole request.
    pub fn next(&mut self, limits: Limits) -> Found<Argv> {
        let next = self.take(limits);
        if next.is_err() {
            *self = Requests { broken: true, ..Requests::default() };
        } else if self.read == self.buffer.len() {
            self.buffer.clear();
            self.read = 0;
        }
        next
    }

    fn take(&mut self, limits: Limits) -> Found<Argv> {
        loop {
            let words = match (&self.begun, self.rest().first()) {
                (Some(_), _) => self.take_words(limits)?,
                (None, None) => None,
                (None, Some(b'*')) => self.take_count(limits)?,
                (None, Some(_)) => self.take_line()?,
            };
            match words {
                None => return Ok(None),
                // An empty line and an empty array are no requests, nor is a count alone.
                Some(words) if words.is_empty() => {}
                Some(words) => return Ok(Some(Argv::new(words))),
            }
        }
    }

    /// An inline request: one line.
    fn take_line(&mut self) -> Found<Vec<Bytes>> {
        let Some(end) = self.find(b'\n') else { return self.wait(Malformed::InlineTooBig) };
        let line = &self.rest()[..end];
        let words = quote::split(line.strip_suffix(b"\r").unwrap_or(line));
        self.read += end + 1;
        let words = words.ok_or(Malformed::UnbalancedQuotes)?;
        Ok(Some(words.into_iter().map(Bytes::from).collect()))
    }

    /// `*3`; the words come after.
    fn take_count(&mut self, limits: Limits) -> Found<Vec<Bytes>> {
        let Some(end) = self.find_end_of_count() else { return self.wait(Malformed::CountTooBig) };
        let count = int(&self.rest()[1..end]).filter(|count| *count <= MOST_WORDS);
        let count = count.ok_or(Malformed::InvalidCount)?;
        if limits.must_log_in && MOST_WORDS_BEFORE_LOGIN < count {
            return Err(Malformed::UnauthenticatedCount);
        }
        self.read += end + 2;
        if let Ok(count @ 1..) = usize::try_from(count) {
            self.begun =
                Some(Begun { words: Vec::with_capacity(count.min(1024)), count, bulk: None });
        }
        Ok(Some(Vec::new()))
    }

    /// Bulk strings, as many as have come.
    fn take_words(&mut self, limits: Limits) -> Found<Vec<Bytes>> {
        while let Some(Begun { words, count, bulk }) = &self.begun
            && words.len() < *count
        {
            let len = match *bulk {
                Some(len) => len,
                None => match self.take_bulk_len(limits)? {
                    Some(len) => len,
                    None => return Ok(None),
                },
            };
            let Some(word) = self.rest().get(..len + 2) else {
                if let Some(begun) = &mut self.begun {
                    begun.bulk = Some(len);
                }
                return Ok(None);
            };
            let word = Bytes::copy_from_slice(&word[..len]);
            self.read += len + 2;
            if let Some(begun) = &mut self.begun {
                begun.words.push(word);
                begun.bulk = None;
            }
        }
        Ok(self.begun.take().map(|begun| begun.words))
    }

    /// `$5`.
    fn take_bulk_len(&mut self, limits: Limits) -> Found<usize> {
        let Some(end) = self.find_end_of_count() else {
            return self.wait(Malformed::BulkCountTooBig);
        };
        let first = self.rest()[0];
        if first != b'$' {
            return Err(Malformed::NoDollar(first));
        }
        let len = int(&self.rest()[1..end]).and_then(|len| usize::try_from(len).ok());
        let len = len.filter(|len| *len as u64 <= limits.largest_bulk);
        let len = len.ok_or(Malformed::InvalidBulk)?;
        if limits.must_log_in && LARGEST_BULK_BEFORE_LOGIN < len {
            return Err(Malformed::UnauthenticatedBulk);
        }
        self.read += end + 2;
        Ok(Some(len))
    }

    /// Without its end a line waits, but not for ever.
    fn wait<T>(&self, too_big: Malformed) -> Found<T> {
        if LONGEST_LINE < self.rest().len() { Err(too_big) } else { Ok(None) }
    }

    /// Where `byte` is, unless a zero byte comes first.
    fn find(&self, byte: u8) -> Option<usize> {
        let end = self.rest().iter().position(|&b| b == byte || b == 0)?;
        (self.rest()[end] == byte).then_some(end)
    }

    /// Where the carriage return is; the byte after it, whatever it is, must have come too.
    fn find_end_of_count(&self) -> Option<usize> {
        self.find(b'\r').filter(|end| end + 1 < self.rest().len())
    }

    /// What came and is no part of a request that was read.
    pub fn rest(&self) -> &[u8] {
        &self.buffer[self.read..]
    }
}

/// A number as Redis writes it: no sign but a minus, no zeros in front. In Redis: `string2ll`.
fn int(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    text.parse().ok().filter(|number: &i64| number.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::{Limits, Malformed, Requests};

    /// All requests in `pieces`, words joined by a bar; an error at the end is shown.
    fn check(pieces: &[&[u8]], expected: &[&str]) {
        let mut requests = Requests::default();
        let mut seen = Vec::new();
        for piece in pieces {
            requests.feed(piece);
            loop {
                match requests.next(Limits::default()) {
                    Ok(None) => break,
                    Ok(Some(argv)) => {
                        let words = argv.iter().map(|word| String::from_utf8_lossy(word));
                        seen.push(words.collect::<Vec<_>>().join("|"));
                    }
                    Err(malformed) => {
                        seen.push(malformed.to_string());
                        break;
                    }
                }
            }
        }
        assert_eq!(seen, expected);
    }

    #[test]
    fn arrays_and_lines_mix() {
        check(
            &[b"*2\r\n$3\r\nGET\r\n$1\r\nx\r\nPING\r\n\r\n*0\r\nSET a 'b c'\n"],
            &["GET|x", "PING", "SET|a|b c"],
        );
    }

    #[test]
    fn a_request_may_come_byte_by_byte() {
        let bytes = b"*2\r\n$4\r\nECHO\r\n$5\r\na\r\nb\0\r\nPING\r\n";
        let pieces: Vec<&[u8]> = bytes.chunks(1).collect();
        check(&pieces, &["ECHO|a\r\nb\0", "PING"]);
    }

    #[test]
    fn after_garbage_nothing_is_read() {
        check(
            &[b"PING\r\n*1\r\nx\r\nPING\r\n", b"PING\r\n"],
            &["PING", "ERR Protocol error: expected '$', got 'x'"],
        );
    }

    #[test]
    fn a_count_before_the_login_is_small() {
        let mut requests = Requests::default();
        requests.feed(b"*11\r\n");
        assert_eq!(
            requests.next(Limits { must_log_in: true, ..Limits::default() }),
            Err(Malformed::UnauthenticatedCount)
        );
    }
}
