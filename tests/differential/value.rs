//! Answers as trees: what may differ in them is found by its place and its name.

use std::fmt::Write;

/// What came on a connection.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Value {
    /// A line: its mark and text.
    Line(u8, Vec<u8>),
    /// A string of bytes: its mark and text.
    Text(u8, Vec<u8>),
    /// Values: their mark and what they are. A map's are its keys and values in turn.
    Many(u8, Vec<Value>),
    /// Something that may differ: its name.
    Masked(&'static str),
    /// The other side closed the connection.
    Closed,
}

/// Reads one value at the start of `bytes`; how long it was. None if it is not whole yet.
pub(crate) fn read(bytes: &[u8]) -> Option<(Value, usize)> {
    let end = bytes.windows(2).position(|pair| pair == b"\r\n")?;
    let (mark, text) = (bytes[0], &bytes[1..end]);
    let mut at = end + 2;
    let number = std::str::from_utf8(text).ok().and_then(|text| text.parse::<usize>().ok());
    let value = match (mark, number) {
        (b'$' | b'=', Some(len)) => {
            let text = bytes.get(at..at + len)?.to_vec();
            bytes.get(at + len..at + len + 2)?;
            at += len + 2;
            Value::Text(mark, text)
        }
        (b'*' | b'~' | b'>' | b'%', Some(len)) => {
            let parts = if mark == b'%' { len * 2 } else { len };
            let mut values = Vec::new();
            for _ in 0..parts {
                let (value, len) = read(&bytes[at..])?;
                at += len;
                values.push(value);
            }
            Value::Many(mark, values)
        }
        _ => Value::Line(mark, text.to_vec()),
    };
    Some((value, at))
}

impl Value {
    /// The text of a line or a string.
    pub(crate) fn text(&self) -> Option<&[u8]> {
        match self {
            Value::Line(_, text) | Value::Text(_, text) => Some(text),
            Value::Many(..) | Value::Masked(_) | Value::Closed => None,
        }
    }
    /// As a number, if it is one.
    pub(crate) fn number(&self) -> Option<i64> {
        std::str::from_utf8(self.text()?).ok()?.parse().ok()
    }
    /// Its parts, if it has any.
    pub(crate) fn parts(&self) -> &[Value] {
        match self {
            Value::Many(_, parts) => parts,
            _ => &[],
        }
    }
    /// Its parts to be changed.
    pub(crate) fn parts_mut(&mut self) -> &mut [Value] {
        match self {
            Value::Many(_, parts) => parts,
            _ => &mut [],
        }
    }
    /// Whether it is the line `+OK` or another such.
    pub(crate) fn is_line(&self, mark: u8, line: &str) -> bool {
        *self == Value::Line(mark, line.as_bytes().to_vec())
    }
    /// Whether it is an error.
    pub(crate) fn is_error(&self) -> bool {
        matches!(self, Value::Line(b'-', _))
    }
    /// Hides it.
    pub(crate) fn mask(&mut self, name: &'static str) {
        *self = Value::Masked(name);
    }

    /// For people, a line for each part.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        self.tell(0, &mut lines);
        lines
    }
    fn tell(&self, depth: usize, lines: &mut Vec<String>) {
        let mut line = "  ".repeat(depth);
        match self {
            Value::Line(mark, text) => {
                _ = write!(line, "{}{}", *mark as char, text.escape_ascii());
            }
            Value::Text(mark, text) if text.contains(&b'\n') => {
                lines.push(format!("{line}{}", *mark as char));
                for part in text.split(|&byte| byte == b'\n') {
                    lines.push(format!("{}{}", "  ".repeat(depth), part.escape_ascii()));
                }
                return;
            }
            Value::Text(mark, text) => {
                _ = write!(line, "{}\"{}\"", *mark as char, text.escape_ascii());
            }
            Value::Masked(name) => _ = write!(line, "({name})"),
            Value::Closed => line += "(closed)",
            Value::Many(mark, parts) => {
                lines.push(format!("{line}{}{}", *mark as char, parts.len()));
                parts.iter().for_each(|part| part.tell(depth + 1, lines));
                return;
            }
        }
        lines.push(line);
    }
}
