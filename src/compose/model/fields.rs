//! Reading fields: the shapes that the compose specification allows for a value.

use crate::compose::remark::{Code, Place, Remarks};
use crate::compose::split;
use crate::compose::yaml::{Kind, Value};
use crate::words::Millis;

/// A text and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::compose) struct Text {
    pub(in crate::compose) value: String,
    pub(in crate::compose) at: Place,
}

/// Says that `key` should have been `wanted`.
pub(super) fn wrong(at: &Place, key: &str, wanted: &str, remarks: &mut Remarks) {
    let args = [("key", key.into()), ("wanted", wanted.into())];
    remarks.add(at, Code::WrongType, args);
}

/// A scalar; nothing at all is no mistake.
pub(super) fn text(value: &Value, key: &str, remarks: &mut Remarks) -> Option<Text> {
    match &value.kind {
        Kind::Scalar(text) => Some(Text { value: text.to_string(), at: value.at.clone() }),
        Kind::Null => None,
        Kind::List(_) | Kind::Map(_) => {
            wrong(&value.at, key, "text", remarks);
            None
        }
    }
}

/// The scalar under `key` of a mapping.
pub(super) fn field(of: &Value, key: &str, remarks: &mut Remarks) -> Option<Text> {
    text(of.get(key)?, key, remarks)
}

/// A list of scalars, or one scalar.
pub(super) fn texts(value: &Value, key: &str, remarks: &mut Remarks) -> Vec<Text> {
    match &value.kind {
        Kind::List(values) => values.iter().filter_map(|v| text(v, key, remarks)).collect(),
        Kind::Scalar(_) => text(value, key, remarks).into_iter().collect(),
        Kind::Null => Vec::new(),
        Kind::Map(_) => {
            wrong(&value.at, key, "list", remarks);
            Vec::new()
        }
    }
}

/// `NAME: value` as a mapping, or `- NAME=value` as a list.
pub(super) fn pairs(value: &Value, key: &str, remarks: &mut Remarks) -> Vec<(String, String)> {
    match &value.kind {
        Kind::Map(entries) => entries
            .iter()
            .map(|entry| {
                let value = text(&entry.value, key, remarks);
                (entry.key.to_string(), value.map(|text| text.value).unwrap_or_default())
            })
            .collect(),
        Kind::List(_) => texts(value, key, remarks)
            .into_iter()
            .map(|text| match text.value.split_once('=') {
                Some((name, value)) => (name.into(), value.into()),
                None => (text.value, String::new()),
            })
            .collect(),
        Kind::Null => Vec::new(),
        Kind::Scalar(_) => {
            wrong(&value.at, key, "mapping", remarks);
            Vec::new()
        }
    }
}

/// A command: words in a list, or a line that is split into words.
#[derive(Clone, Debug)]
pub(in crate::compose) struct Words {
    pub(in crate::compose) at: Place,
    pub(in crate::compose) words: Vec<String>,
}

/// `command:` and `entrypoint:`.
pub(super) fn command(value: &Value, key: &str, remarks: &mut Remarks) -> Option<Words> {
    let at = value.at.clone();
    let words = match &value.kind {
        Kind::Scalar(line) => split::words(line).or_else(|| {
            wrong(&at, key, "closed-quotes", remarks);
            None
        })?,
        Kind::List(_) => texts(value, key, remarks).into_iter().map(|text| text.value).collect(),
        Kind::Null => return None,
        Kind::Map(_) => {
            wrong(&at, key, "list", remarks);
            return None;
        }
    };
    Some(Words { at, words })
}

/// A duration as compose writes it: `1m30s`, `500ms`, `5s`.
pub(in crate::compose) fn duration(text: &str) -> Option<Millis> {
    let mut total: u64 = 0;
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let unit = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(unit);
        let end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let ms = match &tail[..end] {
            "h" => 3_600_000,
            "m" => 60_000,
            "s" => 1000,
            "ms" => 1,
            "us" | "ns" => 0,
            _ => return None,
        };
        total = total.saturating_add(thousandths(number)?.saturating_mul(ms) / 1000);
        rest = &tail[end..];
    }
    Some(Millis(total))
}

/// `1.5` as 1500.
pub(in crate::compose) fn thousandths(number: &str) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    whole.checked_mul(1000)?.checked_add(digits.parse().ok()?)
}
