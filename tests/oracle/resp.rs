//! Answers as they were on the wire, read again to be compared.

use std::fmt::Write;

/// A value on the wire.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Value {
    /// A line: its mark and text.
    Line(u8, Vec<u8>),
    /// A string of bytes: its mark and text.
    Text(u8, Vec<u8>),
    /// Values: their mark and how they are.
    Many(u8, Vec<Value>),
    /// Nothing was said.
    Nothing,
}

/// What a volatile answer has in common with another: its type, and how many parts.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Shape(u8, usize);

impl Shape {
    pub(crate) fn of(value: &Value) -> Shape {
        match value {
            Value::Line(mark, _) | Value::Text(mark, _) => Shape(*mark, 0),
            Value::Many(mark, parts) => Shape(*mark, parts.len()),
            Value::Nothing => Shape(0, 0),
        }
    }
}

/// Reads one value.
pub(crate) fn parse(bytes: &[u8]) -> Value {
    let mut rest = bytes;
    value(&mut rest)
}

fn value(rest: &mut &[u8]) -> Value {
    let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") else { return Value::Nothing };
    let (mark, text) = (rest[0], rest[1..end].to_vec());
    *rest = &rest[end + 2..];
    let number: Option<usize> = std::str::from_utf8(&text).ok().and_then(|text| text.parse().ok());
    match (mark, number) {
        (b'$' | b'=', Some(_)) => {
            // Lengths were recorded before the ids were replaced: the end is where a new value begins.
            let text = take_text(rest);
            Value::Text(mark, text)
        }
        (b'*' | b'~' | b'>', Some(len)) => {
            Value::Many(mark, (0..len).map(|_| value(rest)).collect())
        }
        (b'%', Some(len)) => Value::Many(mark, (0..len * 2).map(|_| value(rest)).collect()),
        _ => Value::Line(mark, text),
    }
}

/// The text up to the line end after which a value begins, or nothing does.
fn take_text(rest: &mut &[u8]) -> Vec<u8> {
    let begins = |bytes: &[u8]| bytes.first().is_none_or(|mark| b"$=*~>%:+-_,".contains(mark));
    let mut from = 0;
    while let Some(at) = rest[from..].windows(2).position(|pair| pair == b"\r\n") {
        let end = from + at;
        if begins(&rest[end + 2..]) {
            let text = rest[..end].to_vec();
            *rest = &rest[end + 2..];
            return text;
        }
        from = end + 2;
    }
    std::mem::take(rest).to_vec()
}

impl Value {
    /// Its elements or lines in order, without the moments in them.
    pub(crate) fn unordered(&self) -> Vec<String> {
        let mut parts: Vec<String> = match self {
            Value::Many(_, parts) => match parts.as_slice() {
                // SCAN: a cursor, and the elements.
                [cursor @ Value::Text(..), Value::Many(_, found)] => {
                    found.iter().chain([cursor]).map(Value::shown).collect()
                }
                parts => parts.iter().map(Value::shown).collect(),
            },
            Value::Text(_, text) => {
                String::from_utf8_lossy(text).lines().map(without_moments).collect()
            }
            Value::Line(..) | Value::Nothing => vec![self.shown()],
        };
        parts.sort();
        parts
    }

    fn shown(&self) -> String {
        match self {
            Value::Line(mark, text) => format!("{}{}", *mark as char, text.escape_ascii()),
            Value::Text(mark, text) => {
                let text = without_moments(&String::from_utf8_lossy(text));
                format!("{}{text}", *mark as char)
            }
            Value::Nothing => "nothing".into(),
            Value::Many(mark, parts) => {
                let mut text = format!("{}(", *mark as char);
                let mut offset = false;
                for part in parts {
                    let part = part.shown();
                    // An offset is a clock too: keepalives make it grow. Zero means never synced.
                    let hidden = offset && part != ":0";
                    offset = part == "$replication-offset";
                    let _ = write!(text, " {}", if hidden { ":N" } else { &part });
                }
                text + ")"
            }
        }
    }
}

/// A line of CLUSTER NODES without the times of its last ping and pong.
fn without_moments(line: &str) -> String {
    let mut words: Vec<&str> = line.split(' ').collect();
    if 8 <= words.len() && words[1].contains('@') {
        words[4] = "T";
        words[5] = "T";
    }
    words.join(" ")
}
