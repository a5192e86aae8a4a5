//! What servers log beside what real ones logged in the same failures.
//!
//! Numbers and ids are masked; what is left are letters, marks, words and their order. Written to
//! `docs/fidelity/logs.md`.

use super::recorded::{self, Logs};
use super::stories;
use serde_json::Value;
use slotlab::node::log::Level;
use slotlab::words::Time;
use std::collections::{BTreeMap, BTreeSet};

/// How often each experiment is played.
pub(crate) const SEEDS: u64 = 4;

/// What our servers wrote in one experiment.
pub(crate) struct Written {
    /// In how many seeds a node wrote a line.
    pub(crate) lines: BTreeMap<(String, String), u32>,
    /// Which line followed which at once.
    pub(crate) pairs: BTreeSet<(String, String)>,
}

/// Plays an experiment with each of the seeds.
pub(crate) fn ours(experiment: &Value, script: &str, seeds: u64) -> Written {
    let mut written = Written { lines: BTreeMap::new(), pairs: BTreeSet::new() };
    for seed in 0..seeds {
        let (lab, start) = stories::run(experiment, script, seed);
        let mut last: BTreeMap<&str, (Time, String)> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for (at, ix, line) in &lab.watch.logged {
            if *at < start || line.level < Level::Notice {
                continue;
            }
            let node = lab.members[usize::from(ix.0)].name.as_str();
            let text = masked(&line.shown(*at));
            let before = last.insert(node, (*at, text.clone()));
            if let Some((then, before)) = before
                && then == *at
            {
                written.pairs.insert((before, text.clone()));
            }
            seen.insert((node.to_owned(), text));
        }
        for key in seen {
            *written.lines.entry(key).or_default() += 1;
        }
    }
    written
}

/// A line without its process, its time and its numbers.
fn masked(line: &str) -> String {
    let Some((head, text)) = line.split_once(['*', '#'].as_slice()) else { return line.into() };
    let mark = &line[head.len()..=head.len()];
    let letter = head.split(':').nth(1).and_then(|rest| rest.chars().next()).unwrap_or('?');
    let mut out = format!("{letter} {mark}");
    for word in text.split(' ').skip(1) {
        out.push(' ');
        out += &masked_word(word);
    }
    out
}

fn masked_word(word: &str) -> String {
    let hex = |c: char| c.is_ascii_hexdigit();
    let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let (id, rest) = bare.split_at(bare.len().min(40));
    if id.len() == 40 && id.chars().all(hex) {
        return word.replacen(id, "<id>", 1).replacen(rest, &numbers(rest), 1);
    }
    numbers(word)
}

/// Runs of digits, with the dots and the colon of an address, become one `9`.
fn numbers(word: &str) -> String {
    let mut out = String::new();
    let chars: Vec<char> = word.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        if !chars[at].is_ascii_digit() {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
        let skip = |mut at: usize| {
            while digit(at) {
                at += 1;
            }
            at
        };
        at = skip(at);
        while chars.get(at) == Some(&'.') && digit(at + 1) {
            at = skip(at + 1);
        }
        if chars.get(at) == Some(&':') && digit(at + 1) {
            at = skip(at + 1);
        }
        out.push('9');
    }
    out
}

/// What does not agree with the recordings.
#[derive(Debug, Default)]
pub(crate) struct Differences {
    /// Lines that a node wrote in every real run and in none of ours.
    pub(crate) missing: Vec<String>,
    /// Lines that a node writes in each of our runs and wrote in no real one.
    pub(crate) strange: Vec<String>,
    /// Lines that follow each other here and never did there.
    pub(crate) out_of_order: BTreeSet<(String, String)>,
}

impl Differences {
    /// As sentences.
    pub(crate) fn told(self) -> Vec<String> {
        let missing = self.missing.into_iter().map(|line| format!("never said: {line}"));
        let strange = self.strange.into_iter().map(|line| format!("only here: {line}"));
        let order = self.out_of_order.into_iter().map(|(a, b)| format!("order: {a} / {b}"));
        missing.chain(strange).chain(order).collect()
    }
}

/// All experiments, and what differs in them, each thing once.
pub(crate) fn differences(recorded: &Logs, mut each: impl FnMut(&Written)) -> Vec<String> {
    let all = recorded::failovers();
    let mut told = Vec::new();
    for (name, script) in stories::STORIES {
        let experiment = all.iter().find(|e| e["experiment"] == *name).expect("it was recorded");
        let written = ours(experiment, script, SEEDS);
        each(&written);
        told.extend(compare(recorded, name, &written, SEEDS).told());
    }
    told.sort();
    told.dedup();
    told
}

/// The report.
pub(crate) fn report() -> String {
    let recorded = recorded::logs();
    let (mut rows, mut same_rows, mut lines) = (0, 0, BTreeSet::new());
    let reasons = recorded::log_differences();
    let mut said = BTreeSet::new();
    let told = differences(&recorded, |written| {
        said.extend(written.lines.keys().map(|(_, line)| line.clone()));
    });
    for (runs, own) in recorded.experiments.values() {
        lines.extend(own.iter().map(|own| own.line.replace("<N>", "<id>")));
        rows += own.iter().filter(|own| own.runs == *runs).count();
    }
    same_rows += rows - told.iter().filter(|line| line.starts_with("never said")).count();
    let known = lines.intersection(&said).count();
    let unsaid = lines.difference(&said).map(|line| format!("- {line}\n"));
    let mut text = format!(
        "{TITLE}Ours: {SEEDS} seeds each.\n\n\
         - Of {rows} lines that a node wrote in every run of an experiment, ours writes {same_rows}.\n\
         - Of the {} different lines in all the recordings, {known} occur in ours; not these:\n\n",
        lines.len()
    );
    text.extend(unsaid);
    text += "\n## What differs, and why\n\n| what | how often | why |\n|---|---|---|\n";
    for (what, why) in &reasons {
        let count = told.iter().filter(|line| line.contains(what.as_str())).count();
        text += &format!("| {} | {count} | {why} |\n", what.replace('|', "/"));
    }
    text
}

const TITLE: &str = "# What servers log\n\nWritten by `cargo xtask fidelity`. Every line that real servers \
wrote at levels notice and warning in 48 failures (recordings of Redis 7.0.15), beside ours in the same \
failures: letter, mark and words; numbers and ids are masked. Lines that follow each other in one step here \
have to follow each other at once there.\n\n";

/// Compares one experiment.
pub(crate) fn compare(logs: &Logs, name: &str, written: &Written, seeds: u64) -> Differences {
    let (runs, recorded) = &logs.experiments[name];
    let mut found = Differences::default();
    for own in recorded.iter().filter(|own| own.runs == *runs) {
        let said = |(node, line): &(String, String)| *node == own.node && same(&own.line, line);
        if !written.lines.keys().any(said) {
            found.missing.push(format!("{name} {}: {}", own.node, own.line));
        }
    }
    for ((node, line), count) in &written.lines {
        let known = recorded.iter().any(|own| own.node == *node && same(&own.line, line));
        if u64::from(*count) == seeds && !known {
            found.strange.push(format!("{name} {node}: {line}"));
        }
    }
    for (before, after) in &written.pairs {
        let known = |(a, b): &(String, String)| same(a, before) && same(b, after);
        if !logs.pairs.iter().any(known) {
            found.out_of_order.insert((before.clone(), after.clone()));
        }
    }
    found
}

/// The recordings name nodes of the cluster `<N>` and any other id `<id>`; ours has only ids.
fn same(recorded: &str, ours: &str) -> bool {
    recorded.replace("<N>", "<id>") == ours
}
