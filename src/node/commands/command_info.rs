//! COMMAND: the table of commands, as clients ask for it.
//!
//! A row says what decides here (arity, flags, keys), `facts` what is only told. The order of the rows
//! is that of our table; a real one has a hash table. In Redis: `commandCommand` and its siblings
//! (server.c).

use super::command_keys::{getkeys, getkeysandflags};
use super::facts::{Facts, every_row};
use super::table::{Flags, Keys, node};
use super::words::{is, lower};
use super::{COMMANDS, Call, Command, Outcome, Refused, find, help};
use crate::node::Node;
use crate::node::keyspace::matches;
use crate::words::Reply;
use bytes::Bytes;

const EVER: Flags = Flags::LOADING.or(Flags::STALE);

pub(super) const SUBCOMMANDS: &[Command] = &[
    node("command|count", 2, EVER, Keys::None, |_, _| Reply::Int(rows().count() as i64).into()),
    node("command|docs", -2, EVER, Keys::None, documentation),
    node("command|getkeys", -4, EVER, Keys::None, getkeys),
    node("command|getkeysandflags", -4, EVER, Keys::None, getkeysandflags),
    help::row("command|help"),
    node("command|info", -2, EVER, Keys::None, info),
    node("command|list", -2, EVER, Keys::None, |_, call| list(&call.argv[2..]).into()),
];

/// The rows of the commands that are no subcommands.
fn rows() -> impl Iterator<Item = &'static Command> {
    COMMANDS.iter().flat_map(|family| family.iter())
}

/// The row of `get` or of `config|get`.
fn named(name: &Bytes) -> Option<&'static Command> {
    let Some(bar) = name.iter().position(|&byte| byte == b'|') else { return find(name) };
    let same = |row: &&Command| row.name.as_bytes().eq_ignore_ascii_case(name);
    find(&name[..bar])?.subcommands.iter().find(same)
}

/// COMMAND without a subcommand.
pub(super) fn all(_: &mut Node, _: &mut Call<'_>) -> Outcome {
    let facts = Facts::read();
    Reply::Array(rows().map(|row| describe(row, &facts)).collect()).into()
}

fn info(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let facts = Facts::read();
    let row = |name: &Bytes| named(name).map_or(Reply::Nil, |row| describe(row, &facts));
    match &call.argv[2..] {
        [] => all(node, call),
        names => Reply::Array(names.iter().map(row).collect()).into(),
    }
}

fn describe(command: &Command, facts: &Facts) -> Reply {
    let (first, last, step) = match command.keys {
        Keys::Range { first, last, step } => (first as i64, i64::from(last), step as i64),
        Keys::Sort | Keys::Radius => (1, 1, 1),
        Keys::Migrate => (3, 3, 1),
        Keys::Counted { store, .. } if store != 0 => (1, 1, 1),
        Keys::None | Keys::Counted { .. } | Keys::Streams => (0, 0, 0),
    };
    let about = facts.of(command);
    let flags = command.flags.words().map(|word| Reply::Simple(word.into())).collect();
    let category = |name| Reply::Simple(Bytes::from(format!("@{name}")));
    Reply::Array(vec![
        Reply::bulk(command.name),
        Reply::Int(i64::from(command.arity)),
        Reply::Set(flags),
        Reply::Int(first),
        Reply::Int(last),
        Reply::Int(step),
        Reply::Set(about.categories().map(category).collect()),
        Reply::Set(about.tips().map(Reply::bulk).collect()),
        Reply::Set(about.key_specs().map(|spec| spec.reply()).collect()),
        match command.subcommands {
            [] => Reply::Set(Vec::new()),
            some => Reply::Array(some.iter().map(|row| describe(row, facts)).collect()),
        },
    ])
}

/// COMMAND DOCS: of all, or of those that there are.
fn documentation(_: &mut Node, call: &mut Call<'_>) -> Outcome {
    let facts = Facts::read();
    let page = |row: &'static Command| (Reply::bulk(row.name), facts.documentation(row));
    Reply::Map(match &call.argv[2..] {
        [] => rows().map(page).collect(),
        names => names.iter().filter_map(named).map(page).collect(),
    })
    .into()
}

/// COMMAND LIST, all or those that pass a filter.
fn list(words: &[Bytes]) -> super::Answer {
    let names = |rows: Vec<&'static Command>| {
        Reply::Array(rows.into_iter().map(|row| Reply::bulk(row.name)).collect())
    };
    match words {
        [] => Ok(names(every_row().collect())),
        [by, kind, wanted] if is(by, "filterby") => match lower(kind).as_str() {
            "module" => Ok(names(Vec::new())),
            "aclcat" => Ok(names(Facts::read().in_category(&lower(wanted)).collect())),
            "pattern" => {
                let pattern = wanted.to_ascii_lowercase();
                let fits = |row: &&Command| matches(&pattern, row.name.as_bytes());
                Ok(names(every_row().filter(fits).collect()))
            }
            _ => Err(Refused::Syntax),
        },
        _ => Err(Refused::Syntax),
    }
}
