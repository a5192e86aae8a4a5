//! Small changes of a YAML tree: it is shared, so each makes another tree.

use crate::compose::yaml::{Entry, Kind, Value};

impl Value {
    /// The same mapping without `key`.
    pub(super) fn without(&self, key: &str) -> Value {
        self.with_entries(
            self.entries().iter().filter(|entry| &*entry.key != key).cloned().collect(),
        )
    }

    /// The same mapping with another value under `key`, which it need not have had.
    pub(super) fn with(&self, key: &str, value: Value) -> Value {
        let mut entries = self.entries().to_vec();
        match entries.iter_mut().find(|entry| &*entry.key == key) {
            Some(entry) => entry.value = value,
            None => entries.push(Entry { key: key.into(), at: value.at.clone(), value }),
        }
        self.with_entries(entries)
    }

    /// A mapping with these entries at the same place.
    pub(super) fn with_entries(&self, entries: Vec<Entry>) -> Value {
        Value { at: self.at.clone(), kind: Kind::Map(entries.into()) }
    }

    /// A list of these values at the same place.
    pub(super) fn with_items(&self, items: Vec<Value>) -> Value {
        Value { at: self.at.clone(), kind: Kind::List(items.into()) }
    }

    /// A text at the same place.
    pub(super) fn with_text(&self, text: &str) -> Value {
        Value { at: self.at.clone(), kind: Kind::Scalar(text.into()) }
    }

    /// Its entries; none if it is no mapping.
    pub(super) fn entries(&self) -> &[Entry] {
        self.map().unwrap_or_default()
    }

    /// Its items; itself, if it is a text; none otherwise.
    pub(super) fn items(&self) -> &[Value] {
        match &self.kind {
            Kind::List(items) => items,
            Kind::Scalar(_) => std::slice::from_ref(self),
            Kind::Null | Kind::Map(_) => &[],
        }
    }
}
