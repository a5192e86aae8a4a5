//! Laying one tree over another: an override over its base, a service over the one that it extends.
//!
//! Mappings are joined, lists are put behind each other, of two texts the upper one stays. What differs
//! from that is in [`rule`]. In compose: compose-go's `override` package.

use super::{COPIED, Loader};
use crate::compose::model;
use crate::compose::remark::Code;
use crate::compose::yaml::{Entry, Kind, Value};
use std::collections::BTreeMap;

/// How two values at one place become one.
enum Rule {
    /// By what they are.
    Deep,
    /// The upper one stays.
    Replace,
    /// Both as mappings, whichever form each was written in.
    Mapping,
    /// Both as lists, each item of them once: of two for the same place the later one.
    List,
}

fn rule(path: &[&str]) -> Rule {
    match path {
        ["services", _, "command" | "entrypoint"] | ["services", _, "healthcheck", "test"] => {
            Rule::Replace
        }
        ["services", _, "depends_on" | "networks" | "environment"] => Rule::Mapping,
        [
            "services",
            _,
            "env_file" | "tmpfs" | "ports" | "volumes" | "configs" | "expose" | "profiles",
        ] => Rule::List,
        _ => Rule::Deep,
    }
}

impl Loader<'_> {
    /// `over` laid over `base`; both stand at `path`.
    pub(super) fn lay<'a>(
        &mut self,
        base: &'a Value,
        over: &'a Value,
        path: &mut Vec<&'a str>,
    ) -> Value {
        match rule(path) {
            Rule::Replace => over.clone(),
            Rule::Mapping => {
                let (base, over) = (as_mapping(base, path), as_mapping(over, path));
                self.join(&base, &over, path)
            }
            Rule::List => {
                let items = base.items().iter().chain(over.items());
                let items = each_once(items, path);
                self.count(items.len(), over);
                over.with_items(items)
            }
            Rule::Deep => match (&base.kind, &over.kind) {
                (_, Kind::Null) => base.clone(),
                (Kind::Map(_), Kind::Map(_)) => self.join(base, over, path),
                (Kind::List(below), Kind::List(above)) => {
                    self.count(below.len() + above.len(), over);
                    over.with_items(below.iter().chain(above.iter()).cloned().collect())
                }
                (Kind::Map(_), _) => self.keep(base, over, "mapping", path),
                (Kind::List(_), _) => self.keep(base, over, "list", path),
                (Kind::Null | Kind::Scalar(_), _) => over.clone(),
            },
        }
    }

    /// Two mappings, key by key; what only one of them has is taken as it is.
    fn join(&mut self, base: &Value, over: &Value, path: &[&str]) -> Value {
        let (below, above) = (base.entries(), over.entries());
        if !self.count(below.len() + above.len(), over) {
            return base.clone();
        }
        let mut entries = below.to_vec();
        let index: BTreeMap<&str, usize> =
            below.iter().enumerate().map(|(at, entry)| (&*entry.key, at)).collect();
        for entry in above {
            match index.get(&*entry.key) {
                None => entries.push(entry.clone()),
                Some(&at) => {
                    let mut path = path.to_vec();
                    path.push(&entry.key);
                    let value = self.lay(&below[at].value, &entry.value, &mut path);
                    entries[at] = Entry { value, ..entry.clone() };
                }
            }
        }
        base.with_entries(entries)
    }

    /// What cannot be laid over is left out; compose would refuse.
    fn keep(&mut self, base: &Value, over: &Value, wanted: &str, path: &[&str]) -> Value {
        let key = path.last().copied().unwrap_or("?");
        let args = [("key", key.into()), ("wanted", wanted.into())];
        self.remarks.add(&over.at, Code::WrongType, args);
        base.clone()
    }

    /// Whether so many more values may be copied.
    pub(super) fn count(&mut self, values: usize, at: &Value) -> bool {
        let left = self.copies.checked_sub(values);
        self.copies = left.unwrap_or(0);
        if left.is_none() {
            self.remarks.add_once(&at.at, Code::YamlBomb, [("limit", COPIED.to_string())]);
        }
        left.is_some()
    }
}

/// A list of names or of `NAME=value` as a mapping.
fn as_mapping(value: &Value, path: &[&str]) -> Value {
    let Kind::List(items) = &value.kind else { return value.clone() };
    let waits = path.last() == Some(&"depends_on");
    let entry = |item: &Value| {
        let (key, text) = match item.text()?.split_once('=') {
            Some((key, text)) => (key, Some(text)),
            None => (item.text()?, None),
        };
        let null = Value { at: item.at.clone(), kind: Kind::Null };
        let value = match text {
            Some(text) => item.with_text(text),
            // In its short form it says this, and that replaces another condition.
            None if waits => null.with("condition", item.with_text("service_started")),
            None => null,
        };
        Some(Entry { key: key.into(), at: item.at.clone(), value })
    };
    value.with_entries(items.iter().filter_map(entry).collect())
}

/// Items in their order; one that is for the same place as an earlier one takes its place.
fn each_once<'a>(items: impl Iterator<Item = &'a Value>, path: &[&str]) -> Vec<Value> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        match place(item, path.last().copied().unwrap_or_default()) {
            Some(place) => match places.get(&place) {
                Some(&at) => kept[at] = item.clone(),
                None => {
                    places.insert(place, kept.len());
                    kept.push(item.clone());
                }
            },
            None => kept.push(item.clone()),
        }
    }
    kept
}

/// What an item is for: where a volume is mounted, which file, which port.
fn place(item: &Value, list: &str) -> Option<String> {
    let field = |key: &str| item.get(key).and_then(Value::text).map(str::to_owned);
    match (list, item.text()) {
        ("volumes", Some(text)) => Some(model::mounts::target(text).into()),
        (_, Some(text)) => Some(text.into()),
        ("env_file", None) => field("path"),
        ("ports", None) => {
            let part = |key| field(key).unwrap_or_default();
            Some(format!("{} {} {}", part("host_ip"), part("published"), part("target")))
        }
        _ => field("target").or_else(|| field("source")),
    }
}
