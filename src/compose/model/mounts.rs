//! `volumes:` and `configs:` of a service: what a path inside the container shows.

use super::fields::{Text, field, text, texts};
use crate::compose::remark::{Place, Remarks};
use crate::compose::yaml::{Kind, Value};

/// One mount.
#[derive(Clone, Debug)]
pub(in crate::compose) struct Mount {
    pub(in crate::compose) at: Place,
    /// What is mounted.
    pub(in crate::compose) source: Source,
    /// Where, as an absolute path in the container.
    pub(in crate::compose) target: String,
}

/// What is mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::compose) enum Source {
    /// A file or folder of the host, as written.
    Host(String),
    /// A volume with a name, shared by all who name it.
    Volume(String),
    /// A volume of this container only.
    Own,
    /// An entry of the top-level `configs:`.
    Config(String),
}

/// `volumes:` of a service.
pub(super) fn volumes(value: &Value, remarks: &mut Remarks) -> Vec<Mount> {
    items(value, "volumes", remarks)
        .into_iter()
        .filter_map(|item| match item.map() {
            Some(_) => long_volume(item, remarks),
            None => text(item, "volumes", remarks).map(|text| short_volume(&text)),
        })
        .collect()
}

/// `configs:` of a service.
pub(super) fn configs(value: &Value, remarks: &mut Remarks) -> Vec<Mount> {
    items(value, "configs", remarks)
        .into_iter()
        .filter_map(|item| {
            let name = match item.map() {
                Some(_) => field(item, "source", remarks)?,
                None => text(item, "configs", remarks)?,
            };
            let target = field(item, "target", remarks).map(|text| text.value);
            let target = target.unwrap_or_else(|| format!("/{}", name.value));
            Some(Mount { at: item.at.clone(), source: Source::Config(name.value), target })
        })
        .collect()
}

/// `tmpfs:` of a service: memory of this container only.
pub(super) fn tmpfs(value: &Value, remarks: &mut Remarks) -> Vec<Mount> {
    texts(value, "tmpfs", remarks)
        .into_iter()
        .map(|Text { value, at }| Mount { at, source: Source::Own, target: value })
        .collect()
}

fn items<'a>(value: &'a Value, key: &str, remarks: &mut Remarks) -> Vec<&'a Value> {
    match &value.kind {
        Kind::List(items) => items.iter().collect(),
        Kind::Null => Vec::new(),
        Kind::Scalar(_) | Kind::Map(_) => {
            super::fields::wrong(&value.at, key, "list", remarks);
            Vec::new()
        }
    }
}

fn short_volume(text: &Text) -> Mount {
    let (source, target) = halves(&text.value);
    Mount { at: text.at.clone(), source: source_of(source), target: target.into() }
}

/// Where a volume in its short form is mounted.
pub(in crate::compose) fn target(text: &str) -> &str {
    halves(text).1
}

/// `source:target[:mode]`, or `target` alone. A drive letter (`C:\x:/y`) is part of the source.
fn halves(text: &str) -> (&str, &str) {
    let drive = match text.as_bytes() {
        [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic() => 2,
        _ => 0,
    };
    match text[drive..].split_once(':') {
        None => ("", text),
        Some((source, rest)) => {
            let target = rest.split_once(':').map_or(rest, |(target, _)| target);
            (&text[..drive + source.len()], target)
        }
    }
}

fn source_of(text: &str) -> Source {
    match text {
        "" => Source::Own,
        _ if text.starts_with(['.', '/', '~']) || text.contains(['\\', ':']) => {
            Source::Host(text.into())
        }
        name => Source::Volume(name.into()),
    }
}

fn long_volume(item: &Value, remarks: &mut Remarks) -> Option<Mount> {
    let target = field(item, "target", remarks)?.value;
    let kind = field(item, "type", remarks).map(|text| text.value);
    let source = field(item, "source", remarks).map(|text| text.value);
    let source = match (kind.as_deref(), source) {
        (Some("bind"), Some(path)) => Source::Host(path),
        (Some("volume"), Some(name)) => Source::Volume(name),
        (None, Some(text)) => source_of(&text),
        (Some(_), Some(_)) | (_, None) => Source::Own,
    };
    Some(Mount { at: item.at.clone(), source, target })
}
