//! What 7.0.15 tells of its commands beyond their rows: categories, tips, keys, documentation.
//!
//! `facts.txt` has a block for each command and subcommand: its name, then a line for each fact, then
//! its arguments as a tree. It is a recording of a real server (`REWRITE=1 cargo test --test
//! live_commands facts`), kept as text, for what serves the page compresses it as well as we could.
//! In Redis: `addReplyCommandDocs`, `addReplyCommandArgList` (server.c), src/commands/*.json.

use super::key_specs::KeySpec;
use super::{COMMANDS, Command};
use crate::words::Reply;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::iter::Peekable;

const TEXT: &str = include_str!("facts.txt");

/// What COMMAND DOCS says of a command, in its order; subcommands follow.
const DOCUMENTATION: [&str; 9] = [
    "summary",
    "since",
    "group",
    "complexity",
    "doc_flags",
    "deprecated_since",
    "replaced_by",
    "history",
    "arguments",
];

/// The facts about all commands, by name.
pub(super) struct Facts(BTreeMap<&'static str, About>);

/// The facts about one command.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct About(&'static str);

impl Facts {
    /// Reads them.
    pub(super) fn read() -> Facts {
        let named =
            |block: &'static str| block.split_once('\n').map(|(name, rest)| (name, About(rest)));
        Facts(TEXT.split("\n\n").filter_map(named).collect())
    }
    /// Those about one command.
    pub(super) fn of(&self, command: &Command) -> About {
        self.0.get(command.name).copied().unwrap_or_default()
    }
    /// The names of all commands and subcommands of a category.
    pub(super) fn in_category(&self, category: &str) -> impl Iterator<Item = &'static Command> {
        let is_in = move |row: &&Command| self.of(row).categories().any(|one| one == category);
        every_row().filter(is_in)
    }
    /// What COMMAND DOCS says of a command.
    pub(super) fn documentation(&self, command: &Command) -> Reply {
        let about = self.of(command);
        let field = |name: &&'static str| Some((Reply::bulk(*name), about.documentation(name)?));
        let mut pairs: Vec<_> = DOCUMENTATION.iter().filter_map(field).collect();
        if !command.subcommands.is_empty() {
            let subcommands = command.subcommands.iter();
            let documented =
                subcommands.map(|sub| (Reply::bulk(sub.name), self.documentation(sub)));
            pairs.push((Reply::bulk("subcommands"), Reply::Map(documented.collect())));
        }
        Reply::Map(pairs)
    }
}

/// The rows of all commands, each followed by those of its subcommands.
pub(super) fn every_row() -> impl Iterator<Item = &'static Command> {
    let rows = COMMANDS.iter().flat_map(|family| family.iter());
    rows.flat_map(|row| std::iter::once(row).chain(row.subcommands))
}

impl About {
    fn values(self, field: &str) -> impl Iterator<Item = &'static str> {
        let value = move |line: &'static str| line.strip_prefix(field)?.strip_prefix(' ');
        self.0.lines().filter_map(value)
    }
    /// Its categories, as ACL CAT names them.
    pub(super) fn categories(self) -> impl Iterator<Item = &'static str> {
        self.values("categories").flat_map(|names| names.split(' '))
    }
    /// What a client that distributes it should know.
    pub(super) fn tips(self) -> impl Iterator<Item = &'static str> {
        self.values("tip")
    }
    /// Where its keys are.
    pub(super) fn key_specs(self) -> impl Iterator<Item = KeySpec> {
        self.values("key").map(KeySpec::read)
    }
    fn documentation(self, field: &str) -> Option<Reply> {
        match field {
            "doc_flags" => self.values(field).next().map(flags),
            "history" => {
                let changes: Vec<Reply> = self.values(field).filter_map(change).collect();
                (!changes.is_empty()).then_some(Reply::Set(changes))
            }
            "arguments" => {
                let mut lines = self.0.lines().skip_while(|line| *line != "arguments").peekable();
                lines.next().map(|_| arguments(&mut lines, 1))
            }
            _ => self.values(field).next().map(Reply::bulk),
        }
    }
}

/// A version, and what it changed.
fn change(line: &'static str) -> Option<Reply> {
    let (version, what) = line.split_once(' ')?;
    Some(Reply::Array(vec![Reply::bulk(version), Reply::bulk(what)]))
}

/// Words as a set.
pub(super) fn flags(words: &'static str) -> Reply {
    let words = words.split(' ').filter(|word| !word.is_empty());
    Reply::Set(words.map(|word| Reply::Simple(Bytes::from_static(word.as_bytes()))).collect())
}

/// The arguments at one depth, with those that they are made of.
fn arguments(lines: &mut Peekable<impl Iterator<Item = &'static str>>, depth: usize) -> Reply {
    let is_here = |line: &&str| line.len() - line.trim_start_matches(' ').len() == depth;
    let mut all = Vec::new();
    while let Some(line) = lines.next_if(is_here) {
        let mut cells = line[depth..].split('\t');
        let name = cells.next().unwrap_or_default();
        let kind = cells.next().unwrap_or_default();
        let mut pairs = vec![("name", Reply::bulk(name)), ("type", Reply::bulk(kind))];
        pairs.extend(cells.filter_map(|cell| cell.split_once(' ')).map(attribute));
        if ["oneof", "block"].contains(&kind) {
            pairs.push(("arguments", arguments(lines, depth + 1)));
        }
        all.push(Reply::Map(
            pairs.into_iter().map(|(key, value)| (Reply::bulk(key), value)).collect(),
        ));
    }
    Reply::Array(all)
}

fn attribute((name, value): (&'static str, &'static str)) -> (&'static str, Reply) {
    let reply = match name {
        "key_spec_index" => Reply::Int(value.parse().unwrap_or_default()),
        "flags" => flags(value),
        _ => Reply::bulk(value),
    };
    (name, reply)
}

#[cfg(test)]
mod tests {
    use super::{Facts, every_row};

    #[test]
    fn there_are_facts_about_every_row_and_no_others() {
        let facts = Facts::read();
        let mut rows: Vec<&str> = every_row().map(|row| row.name).collect();
        rows.sort_unstable();
        assert_eq!(facts.0.keys().copied().collect::<Vec<_>>(), rows);
    }
}
