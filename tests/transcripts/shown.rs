//! Which facts a reader of the transcripts has seen: every kind, and every reason, has to be among them.

use slotlab::script::{Runner, line};
use slotlab::shapes::Fact;
use slotlab::sim::What;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// Facts by the ids of their sentences (`fact-vote-denied`, `why-no-slots`).
#[derive(Default)]
pub(crate) struct Shown {
    ids: BTreeSet<String>,
    /// Lines of the log that would show something new.
    lines: BTreeMap<String, Vec<String>>,
    /// How much of the log was looked at.
    read: usize,
}

impl Shown {
    /// Takes in what a directive has said.
    pub(crate) fn look(&mut self, runner: &Runner, said: &str) {
        let Some(history) = runner.timeline() else { return };
        let log = history.whole_log();
        if log.len() < self.read {
            *self = Shown { ids: std::mem::take(&mut self.ids), ..Shown::default() };
        }
        for entry in &log[self.read..] {
            let What::Fact(fact) = &entry.what else { continue };
            let ids = ids_of(fact);
            if !ids.iter().all(|id| self.ids.contains(id)) {
                self.lines.insert(line(history.world(), entry), ids);
            }
        }
        self.read = log.len();
        for line in said.lines() {
            self.ids.extend(self.lines.remove(line).into_iter().flatten());
        }
    }

    /// A new history begins.
    pub(crate) fn forget(&mut self) {
        *self = Shown { ids: std::mem::take(&mut self.ids), ..Shown::default() };
    }

    /// The ids that no transcript shows.
    pub(crate) fn missing(&self) -> Vec<String> {
        let sentences = fs::read_to_string("www/locales/en/facts.ftl").expect("the sentences");
        let ids = sentences.lines().filter_map(|line| line.split_once(" ="));
        let ids =
            ids.map(|(id, _)| id).filter(|id| id.starts_with(|c: char| c.is_ascii_lowercase()));
        ids.filter(|id| !self.ids.contains(*id)).map(str::to_owned).collect()
    }
}

fn ids_of(fact: &Fact) -> Vec<String> {
    let value = serde_json::to_value(fact).expect("facts are plain data");
    let mut ids = Vec::new();
    collect("fact", &value, &mut ids);
    ids
}

/// A variant is its name, or an object with its name and its fields; a field may be a variant again.
fn collect(field: &str, value: &serde_json::Value, ids: &mut Vec<String>) {
    const NAMED: [&str; 6] = ["fact", "why", "role", "mode", "from", "class"];
    if !NAMED.contains(&field) {
        return;
    }
    if let Some(name) = value.as_str() {
        ids.push(format!("{field}-{}", kebab(name)));
    }
    for (name, fields) in value.as_object().into_iter().flatten() {
        ids.push(format!("{field}-{}", kebab(name)));
        for (field, value) in fields.as_object().into_iter().flatten() {
            collect(field, value, ids);
        }
    }
}

/// `FailHeard` as `fail-heard`.
fn kebab(camel: &str) -> String {
    let dashed = |c: char| {
        let dash = c.is_ascii_uppercase().then_some('-');
        dash.into_iter().chain(std::iter::once(c.to_ascii_lowercase()))
    };
    camel.chars().flat_map(dashed).collect::<String>().trim_start_matches('-').to_owned()
}
