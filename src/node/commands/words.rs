//! Reading the words of a command.

use super::Refused;
use crate::node::keyspace::number;
use crate::words::{Argv, Millis, Time};
use bytes::Bytes;

/// Whether a word is this one, in any case of letters.
pub(super) fn is(word: &[u8], name: &str) -> bool {
    word.eq_ignore_ascii_case(name.as_bytes())
}

/// A word as text, for an error message.
pub(super) fn text(word: &[u8]) -> String {
    String::from_utf8_lossy(word).into_owned()
}

/// A word in lower case, for a match.
pub(super) fn lower(word: &[u8]) -> String {
    text(word).to_ascii_lowercase()
}

/// An integer.
pub(super) fn int(word: &[u8]) -> Result<i64, Refused> {
    number::integer(word).ok_or(Refused::NotInteger)
}

/// The number at the start of a word, 0 if there is none: C's `atoi`.
pub(super) fn atoi(word: &[u8]) -> i32 {
    let text = String::from_utf8_lossy(word);
    let text = text.trim_start();
    let sign = usize::from(text.starts_with(['-', '+']));
    let digits = text[sign..].bytes().take_while(u8::is_ascii_digit).count();
    let number = text[..sign + digits].parse::<i128>().unwrap_or(0);
    number.clamp(i64::MIN.into(), i64::MAX.into()) as i32
}

/// A float.
pub(super) fn float(word: &[u8]) -> Result<f64, Refused> {
    number::float(word).ok_or(Refused::NotFloat)
}

/// How long a client is willing to block: seconds, 0 is for ever.
pub(super) fn deadline(now: Time, word: &[u8]) -> Result<Option<Time>, Refused> {
    let seconds = number::float(word).ok_or(Refused::NotInTime)?;
    if seconds < 0.0 {
        return Err(Refused::text("ERR timeout is negative"));
    }
    let ms = (seconds * 1000.0).ceil() as u64;
    Ok(if ms == 0 { None } else { Some(now + Millis(ms)) })
}

/// Places of a range that counts from the end if negative, clipped to `len`; None if it is empty.
pub(super) fn clip(start: i64, end: i64, len: usize) -> Option<std::ops::Range<usize>> {
    let len = len as i64;
    let from_end = |place: i64| if place < 0 { (len + place).max(0) } else { place };
    let end = if end < 0 { len + end } else { end.min(len - 1) };
    let start = from_end(start);
    if end < 0 || end < start || len <= start {
        None
    } else {
        Some(start as usize..end as usize + 1)
    }
}

/// As [`clip`], but for the bytes of a string, where an end before the start means the first byte.
pub(super) fn clip_bytes(start: i64, end: i64, len: usize) -> Option<std::ops::Range<usize>> {
    if start < 0 && end < start {
        return None;
    }
    let from_end = |place: i64| if place < 0 { (len as i64 + place).max(0) } else { place };
    clip(from_end(start), from_end(end), len)
}

/// A command of these words.
pub(super) fn command<const N: usize>(words: [&[u8]; N]) -> Argv {
    Argv::new(words.map(Bytes::copy_from_slice))
}

/// A number as a word.
pub(super) fn number_word(number: impl std::fmt::Display) -> Bytes {
    Bytes::from(number.to_string())
}
