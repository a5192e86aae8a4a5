//! YAML as a tree that remembers where everything was written.
//!
//! Invariants: a tree is no deeper than [`DEPTH`]; aliases share what they name, so that its size in
//! memory is that of the file; walked, it has no more than [`WEIGHT`] values, however aliases are
//! nested. Keys of a mapping differ; merge keys (`<<`) are already merged.
//! Absent: types. A number is a text here, as the file has it.

use super::remark::{Code, Place, Remarks};
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The deepest nesting that is read.
const DEPTH: usize = 64;

/// The most values that a tree stands for, aliases counted as often as they are used.
const WEIGHT: usize = 200_000;

/// A value and its place.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) at: Place,
    pub(super) kind: Kind,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Null,
    Scalar(Arc<str>),
    List(Arc<[Value]>),
    Map(Arc<[Entry]>),
}

/// One `key: value`.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: Arc<str>,
    pub(super) at: Place,
    pub(super) value: Value,
}

/// Reads the first document of `text`. `say` is asked for the final text of every scalar that is
/// not a key (variables are put in there).
pub(super) fn read(
    file: &Arc<str>,
    text: &str,
    remarks: &mut Remarks,
    say: &mut dyn FnMut(&str, &Place, &mut Remarks) -> String,
) -> Option<Value> {
    let mut builder = Builder { file, remarks, say, open: Vec::new(), anchors: BTreeMap::new() };
    let mut parser = Parser::new_from_str(text);
    let document = builder.document(&mut parser);
    match document {
        Ok(value) => value,
        Err(Stop::Remarked) => None,
        Err(Stop::Broken(error)) => {
            report(file, text, &error, remarks);
            None
        }
    }
}

/// A tab in the indentation is the usual reason, and the parser's words hide it.
fn report(file: &Arc<str>, text: &str, error: &ScanError, remarks: &mut Remarks) {
    let at = place(file, error.marker().line(), error.marker().col());
    let indentation = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let tab = |line: &str| line[..indentation(line)].contains('\t') && !line.trim().is_empty();
    let tabbed = text.lines().take(at.line as usize).position(tab);
    match tabbed {
        Some(index) => remarks.add(&at.line(index as u32 + 1), Code::YamlTab, []),
        None => remarks.add(&at, Code::YamlBroken, [("text", error.info().into())]),
    }
}

fn place(file: &Arc<str>, line: usize, column: usize) -> Place {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Place { file: file.clone(), line: number(line), column: number(column).saturating_add(1) }
}

/// Why reading ended early.
enum Stop {
    /// The remark is made.
    Remarked,
    /// The parser gave up.
    Broken(ScanError),
}

/// A list or mapping that is not closed yet.
struct Frame {
    at: Place,
    anchor: usize,
    weight: usize,
    shape: Shape,
}

enum Shape {
    List(Vec<Value>),
    Map { entries: Vec<Entry>, index: BTreeMap<Arc<str>, usize>, key: Option<Key> },
}

/// A key that waits for its value; a key that is no scalar has no text, and its value is dropped.
struct Key {
    text: Option<Arc<str>>,
    at: Place,
}

struct Builder<'a> {
    file: &'a Arc<str>,
    remarks: &'a mut Remarks,
    say: &'a mut dyn FnMut(&str, &Place, &mut Remarks) -> String,
    open: Vec<Frame>,
    /// What an anchor names, and how many values that is.
    anchors: BTreeMap<usize, (Value, usize)>,
}

impl Builder<'_> {
    fn document(&mut self, parser: &mut Parser<'_, StrInput<'_>>) -> Result<Option<Value>, Stop> {
        let mut root = None;
        while let Some(next) = parser.next_event() {
            let (event, span) = next.map_err(Stop::Broken)?;
            if root.is_some() && matches!(event, Event::DocumentStart(_)) {
                let at = self.place(span);
                self.remarks.add(&at, Code::SeveralDocuments, []);
                break;
            }
            if let Some(value) = self.event(event, span)? {
                root = Some(value);
            }
        }
        Ok(root)
    }

    /// Takes one event; the root value when it closes that.
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<Option<Value>, Stop> {
        let at = self.place(span);
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let value = self.scalar(&text, style, at);
                self.complete(value, anchor, 1)
            }
            Event::SequenceStart(anchor, _) => self.enter(at, anchor, Shape::List(Vec::new())),
            Event::MappingStart(anchor, _) => {
                let (entries, index) = (Vec::new(), BTreeMap::new());
                self.enter(at, anchor, Shape::Map { entries, index, key: None })
            }
            Event::SequenceEnd | Event::MappingEnd => self.leave(),
            Event::Alias(anchor) => self.alias(anchor, at),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(None),
        }
    }

    fn place(&self, span: Span) -> Place {
        place(self.file, span.start.line(), span.start.col())
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, at: Place) -> Value {
        let plain = style == ScalarStyle::Plain;
        let kind = match text {
            "" | "~" | "null" | "Null" | "NULL" if plain => Kind::Null,
            _ if self.expects_key() => Kind::Scalar(text.into()),
            _ => Kind::Scalar((self.say)(text, &at, self.remarks).into()),
        };
        Value { at, kind }
    }

    fn expects_key(&self) -> bool {
        matches!(self.open.last(), Some(Frame { shape: Shape::Map { key: None, .. }, .. }))
    }

    fn enter(&mut self, at: Place, anchor: usize, shape: Shape) -> Result<Option<Value>, Stop> {
        if self.open.len() == DEPTH {
            self.remarks.add(&at, Code::YamlTooDeep, [("limit", DEPTH.to_string())]);
            return Err(Stop::Remarked);
        }
        self.open.push(Frame { at, anchor, weight: 1, shape });
        Ok(None)
    }

    fn leave(&mut self) -> Result<Option<Value>, Stop> {
        let Some(frame) = self.open.pop() else { return Ok(None) };
        let kind = match frame.shape {
            Shape::List(values) => Kind::List(values.into()),
            Shape::Map { entries, index, .. } => Kind::Map(merged(entries, &index).into()),
        };
        self.complete(Value { at: frame.at, kind }, frame.anchor, frame.weight)
    }

    /// An anchor that is not complete is its own alias's inside: it never ends.
    fn alias(&mut self, anchor: usize, at: Place) -> Result<Option<Value>, Stop> {
        let Some((value, weight)) = self.anchors.get(&anchor).cloned() else {
            self.remarks.add(&at, Code::YamlBomb, [("limit", WEIGHT.to_string())]);
            return Err(Stop::Remarked);
        };
        self.complete(Value { at, ..value }, 0, weight)
    }

    fn complete(
        &mut self,
        value: Value,
        anchor: usize,
        weight: usize,
    ) -> Result<Option<Value>, Stop> {
        if anchor != 0 {
            self.anchors.insert(anchor, (value.clone(), weight));
        }
        let Some(frame) = self.open.last_mut() else { return Ok(Some(value)) };
        frame.weight += weight;
        if WEIGHT < frame.weight {
            self.remarks.add(&value.at, Code::YamlBomb, [("limit", WEIGHT.to_string())]);
            return Err(Stop::Remarked);
        }
        match &mut frame.shape {
            Shape::List(values) => values.push(value),
            Shape::Map { entries, index, key } => match key.take() {
                None => *key = Some(self.remarks.key(value)),
                Some(key) => insert(entries, index, key, value, self.remarks),
            },
        }
        Ok(None)
    }
}

impl Remarks {
    /// A value in the place of a key.
    fn key(&mut self, value: Value) -> Key {
        let text = match value.kind {
            Kind::Scalar(text) => Some(text),
            Kind::Null => Some("".into()),
            Kind::List(_) | Kind::Map(_) => {
                let wanted = [("key", "?".into()), ("wanted", "text".into())];
                self.add(&value.at, Code::WrongType, wanted);
                None
            }
        };
        Key { text, at: value.at }
    }
}

/// Adds an entry; of two with one key the later one stays, as a reader of the file would expect.
fn insert(
    entries: &mut Vec<Entry>,
    index: &mut BTreeMap<Arc<str>, usize>,
    key: Key,
    value: Value,
    remarks: &mut Remarks,
) {
    let Some(text) = key.text else { return };
    if let Some(&first) = index.get(&text).filter(|_| &*text != "<<") {
        let line = entries[first].at.line.to_string();
        remarks.add(&key.at, Code::DuplicateKey, [("key", text.to_string()), ("first", line)]);
        entries[first].value = value;
        return;
    }
    index.insert(text.clone(), entries.len());
    entries.push(Entry { key: text, at: key.at, value });
}

/// Puts the mappings under `<<` behind the entries, where these do not have the key themselves.
fn merged(entries: Vec<Entry>, index: &BTreeMap<Arc<str>, usize>) -> Vec<Entry> {
    if !index.contains_key("<<") {
        return entries;
    }
    let mut index = index.clone();
    let (merges, mut merged): (Vec<Entry>, Vec<Entry>) =
        entries.into_iter().partition(|entry| &*entry.key == "<<");
    for source in merges.iter().flat_map(|entry| entry.value.maps()) {
        for entry in source {
            if !index.contains_key(&entry.key) {
                index.insert(entry.key.clone(), merged.len());
                merged.push(entry.clone());
            }
        }
    }
    merged
}

impl Value {
    /// The mapping that this is, or the mappings in the list that this is.
    fn maps(&self) -> Vec<&[Entry]> {
        match &self.kind {
            Kind::Map(entries) => vec![entries],
            Kind::List(values) => values.iter().filter_map(Value::map).collect(),
            Kind::Null | Kind::Scalar(_) => Vec::new(),
        }
    }
    /// Its entries, if it is a mapping.
    pub(super) fn map(&self) -> Option<&[Entry]> {
        match &self.kind {
            Kind::Map(entries) => Some(entries),
            Kind::Null | Kind::Scalar(_) | Kind::List(_) => None,
        }
    }
    /// The value of `key`, if it is a mapping that has it.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.map()?.iter().find(|entry| &*entry.key == key).map(|entry| &entry.value)
    }
    /// Its text, if it is a scalar.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(text) => Some(text),
            Kind::Null | Kind::List(_) | Kind::Map(_) => None,
        }
    }
}
