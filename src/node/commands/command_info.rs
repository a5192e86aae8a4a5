//! COMMAND: the table of commands, as clients ask for it.
//!
//! In Redis: `commandCommand` and its siblings (server.c). Absent: DOCS, categories, tips, key specs.

use super::absent::absent;
use super::help;
use super::table::{Flags, Keys, node};
use super::{COMMANDS, Call, Command, Outcome, Refused, find};
use crate::node::Node;
use crate::words::Reply;

const EVER: Flags = Flags::LOADING.or(Flags::STALE);

pub(super) const SUBCOMMANDS: &[Command] = &[
    node("command|count", 2, EVER, Keys::None, |_, _| {
        Reply::Int(COMMANDS.iter().map(|family| family.len() as i64).sum()).into()
    }),
    node("command|info", -2, EVER, Keys::None, |_, call| {
        let row = |name: &bytes::Bytes| named(name).map_or(Reply::Nil, describe);
        match &call.argv[2..] {
            [] => every().into(),
            names => Reply::Array(names.iter().map(row).collect()).into(),
        }
    }),
    node("command|list", -2, EVER, Keys::None, |_, _| {
        let rows = COMMANDS.iter().flat_map(|family| family.iter());
        Reply::Set(rows.map(|row| Reply::bulk(row.name)).collect()).into()
    }),
    node("command|docs", -2, EVER, Keys::None, |_, _| Reply::Map(Vec::new()).into()),
    absent("command|getkeysandflags", -4, EVER, Keys::None),
    help::row("command|help"),
    node("command|getkeys", -4, EVER, Keys::None, getkeys),
];

/// The row of `get` or of `config|get`.
fn named(name: &[u8]) -> Option<&'static Command> {
    let Some(bar) = name.iter().position(|&byte| byte == b'|') else { return find(name) };
    let same = |row: &&Command| row.name.as_bytes().eq_ignore_ascii_case(name);
    find(&name[..bar])?.subcommands.iter().find(same)
}

/// COMMAND without a subcommand.
pub(super) fn all(_: &mut Node, _: &mut Call<'_>) -> Outcome {
    every().into()
}

fn every() -> Reply {
    Reply::Array(COMMANDS.iter().flat_map(|family| family.iter()).map(describe).collect())
}

fn describe(command: &Command) -> Reply {
    let (first, last, step) = match command.keys {
        Keys::Range { first, last, step } => (first as i64, i64::from(last), step as i64),
        Keys::Store => (1, 1, 1),
        Keys::Migrate => (3, 3, 1),
        Keys::Counted { store, .. } if store != 0 => (1, 1, 1),
        Keys::None | Keys::Counted { .. } | Keys::Streams => (0, 0, 0),
    };
    let flags = command.flags.words().map(|word| Reply::Simple(word.into())).collect();
    Reply::Array(vec![
        Reply::bulk(command.name),
        Reply::Int(i64::from(command.arity)),
        Reply::Set(flags),
        Reply::Int(first),
        Reply::Int(last),
        Reply::Int(step),
        Reply::Set(Vec::new()),
        Reply::Set(Vec::new()),
        Reply::Set(Vec::new()),
        match command.subcommands {
            [] => Reply::Set(Vec::new()),
            some => Reply::Array(some.iter().map(describe).collect()),
        },
    ])
}

fn getkeys(_: &mut Node, call: &mut Call<'_>) -> Outcome {
    let words = &call.argv[2..];
    let Ok(command) = super::gate::look_up(words) else {
        return Refused::text("ERR Invalid command specified").into();
    };
    if !command.may_have_keys() {
        return Refused::text("ERR The command has no key arguments").into();
    }
    if !command.takes(words.len()) {
        return Refused::text("ERR Invalid number of arguments specified for command").into();
    }
    let places = command.keys.places(words);
    if places.is_empty() {
        return Refused::text("ERR Invalid arguments specified for command").into();
    }
    let key = |at: usize| words.get(at).cloned().map(Reply::Bulk);
    Reply::Array(places.into_iter().filter_map(key).collect()).into()
}
