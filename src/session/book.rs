//! What is known of a lane beside its history: the learner's terminals in it, and an index of its log.
//!
//! Lanes part where the learner acts in the past. The new one keeps what was before; its log is read
//! anew, since another future may follow there.

use crate::session::index::{Clients, Index};
use crate::session::terminal::Terminals;
use crate::shapes::Spec;
use crate::sim::{ClientId, Entry, EntryId, Place};
use crate::words::Time;
use std::collections::BTreeMap;

/// The book of a lane.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Book {
    pub(super) terminals: Terminals,
    pub(super) index: Index,
    /// The prompts at which lines were typed, by the entry of the line.
    prompts: BTreeMap<EntryId, (ClientId, String)>,
}

/// Where clients run or ran.
pub(super) type Places = BTreeMap<ClientId, Place>;

impl Book {
    pub(super) fn new(spec: &Spec) -> Book {
        let terminals = Terminals::default();
        Book { terminals, index: Index::new(spec), prompts: BTreeMap::new() }
    }
    /// The book of a lane that parts from this one at `now`, with `entry`.
    pub(super) fn part(&self, spec: &Spec, now: Time, entry: EntryId) -> Book {
        let mut book = Book { index: Index::new(spec), ..self.clone() };
        book.terminals.forget_after(now);
        book.prompts.split_off(&entry);
        book
    }
    /// Reads what the log has more than before.
    pub(super) fn read(&mut self, log: &[Entry], spec: &Spec, places: &Places) {
        let known = Known { terminals: &self.terminals, places };
        self.index.read(log, spec, &known);
    }
    pub(super) fn typed_at(&mut self, line: EntryId, client: ClientId, prompt: String) {
        self.prompts.insert(line, (client, prompt));
    }
    /// The prompt at which a line was typed.
    pub(super) fn prompt(&self, line: EntryId) -> &str {
        self.prompts.get(&line).map_or("", |(_, prompt)| prompt)
    }
    /// The prompt at which a terminal's last line was typed.
    pub(super) fn last_prompt(&self, client: ClientId) -> Option<&str> {
        let mut typed = self.prompts.values().rev();
        typed.find(|(of, _)| *of == client).map(|(_, prompt)| prompt.as_str())
    }
}

struct Known<'a> {
    terminals: &'a Terminals,
    places: &'a Places,
}

impl Clients for Known<'_> {
    fn is_terminal(&self, client: ClientId) -> bool {
        self.terminals.get(client).is_some()
    }
    fn place(&self, client: ClientId) -> Option<Place> {
        self.places.get(&client).copied()
    }
}
