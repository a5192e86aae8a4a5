//! Words in and out of quotes, as `redis-cli` and inline commands have them.
//!
//! In Redis: `sdssplitargs`, `sdscatrepr`.

/// The words of a line; `None` if its quotes are unbalanced or stuck to other text. The line ends at a
/// byte of zero, as C's texts do.
pub fn split(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut words = Vec::new();
    let end = line.iter().position(|&byte| byte == 0).unwrap_or(line.len());
    let mut rest = skip_space(&line[..end]);
    while !rest.is_empty() {
        let (word, after) = take_word(rest)?;
        words.push(word);
        rest = skip_space(after);
    }
    Some(words)
}

/// C's `isspace`.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r')
}

fn skip_space(line: &[u8]) -> &[u8] {
    let start = line.iter().position(|&byte| !is_space(byte)).unwrap_or(line.len());
    &line[start..]
}

/// One word, and what follows it. Quotes may open in the middle of a word.
fn take_word(line: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut word = Vec::new();
    let mut rest = line;
    loop {
        match rest {
            [] => return Some((word, rest)),
            [byte, ..] if is_space(*byte) => return Some((word, rest)),
            [b'"', inside @ ..] => rest = closed(take_double_quoted(inside, &mut word)?)?,
            [b'\'', inside @ ..] => rest = closed(take_single_quoted(inside, &mut word)?)?,
            [byte, after @ ..] => {
                word.push(*byte);
                rest = after;
            }
        }
    }
}

/// After a closing quote a word must end.
fn closed(rest: &[u8]) -> Option<&[u8]> {
    rest.first().is_none_or(|&byte| is_space(byte)).then_some(rest)
}

fn take_double_quoted<'a>(line: &'a [u8], word: &mut Vec<u8>) -> Option<&'a [u8]> {
    let mut rest = line;
    loop {
        match rest {
            [] => return None,
            [b'"', after @ ..] => return Some(after),
            [b'\\', b'x', high, low, after @ ..]
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                word.push(hex_digit(*high) << 4 | hex_digit(*low));
                rest = after;
            }
            [b'\\', byte, after @ ..] => {
                word.push(escaped(*byte));
                rest = after;
            }
            [byte, after @ ..] => {
                word.push(*byte);
                rest = after;
            }
        }
    }
}

fn take_single_quoted<'a>(line: &'a [u8], word: &mut Vec<u8>) -> Option<&'a [u8]> {
    let mut rest = line;
    loop {
        match rest {
            [] => return None,
            [b'\\', b'\'', after @ ..] => {
                word.push(b'\'');
                rest = after;
            }
            [b'\'', after @ ..] => return Some(after),
            [byte, after @ ..] => {
                word.push(*byte);
                rest = after;
            }
        }
    }
}

fn hex_digit(digit: u8) -> u8 {
    char::from(digit).to_digit(16).map_or(0, |value| value as u8)
}

fn escaped(byte: u8) -> u8 {
    match byte {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 0x08,
        b'a' => 0x07,
        other => other,
    }
}

/// `text` in double quotes, with whatever is not printable ASCII escaped.
pub fn quoted(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for &byte in text {
        match byte {
            b'\\' | b'"' => out.extend([b'\\', byte]),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            b'\t' => out.extend(b"\\t"),
            0x07 => out.extend(b"\\a"),
            0x08 => out.extend(b"\\b"),
            b' '..=b'~' => out.push(byte),
            other => out.extend(format!("\\x{other:02x}").bytes()),
        }
    }
    out.push(b'"');
}

/// Bytes as text in JSON: quoted, so that what people can read stays readable.
pub mod serde_bytes {
    use bytes::Bytes;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes them.
    pub fn serialize<S: Serializer>(bytes: &Bytes, to: S) -> Result<S::Ok, S::Error> {
        let mut text = Vec::with_capacity(bytes.len() + 8);
        super::quoted(bytes, &mut text);
        to.serialize_str(&String::from_utf8_lossy(&text))
    }
    /// Reads them.
    pub fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<Bytes, D::Error> {
        let text = String::deserialize(from)?;
        match super::split(text.as_bytes()).as_deref() {
            Some([bytes]) => Ok(Bytes::copy_from_slice(bytes)),
            _ => Err(D::Error::custom("not one quoted word")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{quoted, split};

    fn check(line: &str, words: Option<&[&str]>) {
        let expected = words.map(|words| words.iter().map(|w| w.as_bytes().to_vec()).collect());
        assert_eq!(split(line.as_bytes()), expected, "{line}");
    }

    #[test]
    fn quotes_hold_words_together() {
        check("  SET  a b ", Some(&["SET", "a", "b"]));
        check(r#"set k "a \"b\" \x41\n""#, Some(&["set", "k", "a \"b\" A\n"]));
        check(r"set k 'it\'s \n'", Some(&["set", "k", "it's \\n"]));
        check(r#"a"b c""#, Some(&["ab c"]));
        check("", Some(&[]));
    }

    #[test]
    fn unbalanced_or_glued_quotes_are_refused() {
        check("\"abc", None);
        check("'abc", None);
        check("\"a\"b", None);
    }

    #[test]
    fn a_line_ends_at_a_byte_of_zero() {
        check("GET a\0b c", Some(&["GET", "a"]));
        check("\0", Some(&[]));
        check("\"a\0b\"", None);
    }

    #[test]
    fn what_cannot_be_printed_is_escaped() {
        let mut out = Vec::new();
        quoted("\u{c548}\n\"\u{7}".as_bytes(), &mut out);
        assert_eq!(out, br#""\xec\x95\x88\n\"\a""#);
    }
}
