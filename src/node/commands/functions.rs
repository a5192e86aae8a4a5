//! FUNCTION, where nobody has any: what `--cluster add-node` asks of a node.
//!
//! Scripts are not simulated, so there is never a library to dump, list or delete. In Redis: functions.c.
//! Absent: LOAD.

use super::absent::absent;
use super::help;
use super::scripting::not_busy;
use super::scripting::{COUNTED, SCRIPTED};
use super::table::{Flags, Keys, data, node};
use super::words::{is, text};
use super::{Answer, Call, Command, Outcome, Refused};
use crate::node::Node;
use crate::node::keyspace::{Db, dump};
use crate::words::{Argv, Reply};

const WRITE: Flags = Flags::NOSCRIPT.or(Flags::WRITE);
const DENIED: Flags = WRITE.or(Flags::DENYOOM);

pub(super) const SUBCOMMANDS: &[Command] = &[
    node("function|delete", 3, WRITE, Keys::None, |_, _| {
        Refused::text("ERR Library not found").into()
    }),
    node("function|dump", 2, Flags::NOSCRIPT, Keys::None, |_, _| {
        Reply::Bulk(dump::payload(Vec::new())).into()
    }),
    data("function|flush", -2, WRITE, Keys::None, flush),
    help::row("function|help"),
    node("function|kill", 2, Flags::NOSCRIPT.or(Flags::ALLOW_BUSY), Keys::None, not_busy),
    node("function|list", -2, Flags::NOSCRIPT, Keys::None, |_, _| Reply::Array(Vec::new()).into()),
    absent("function|load", -3, DENIED, Keys::None),
    data("function|restore", -3, DENIED, Keys::None, restore),
    node("function|stats", 2, Flags::NOSCRIPT.or(Flags::ALLOW_BUSY), Keys::None, stats),
];

pub(super) const COMMANDS: &[Command] = &[
    node("fcall", -3, SCRIPTED, COUNTED, fcall),
    node("fcall_ro", -3, SCRIPTED.or(Flags::READONLY), COUNTED, fcall),
];

fn fcall(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    node.show_now(call);
    Refused::text("ERR Function not found").into()
}

/// Nothing runs; of the one language that there is, nothing is loaded.
fn stats(_: &mut Node, _: &mut Call<'_>) -> Outcome {
    let named = |name: &'static str, value| (Reply::bulk(name), value);
    let nothing = ["libraries_count", "functions_count"].map(|name| named(name, Reply::Int(0)));
    let engines = Reply::Map(vec![named("LUA", Reply::Map(nothing.to_vec()))]);
    Reply::Map(vec![named("running_script", Reply::Nil), named("engines", engines)]).into()
}

/// It is a change even if there was nothing.
fn flush(db: &mut Db<'_>, argv: &Argv) -> Answer {
    match &argv[2..] {
        [] => {}
        [how] if is(how, "async") || is(how, "sync") => {}
        [_] => {
            return Err(Refused::text("ERR FUNCTION FLUSH only supports SYNC|ASYNC option"));
        }
        _ => return Err(Refused::UnknownOrArity { sub: text(&argv[1]), of: "FUNCTION" }),
    }
    db.changed_anyway();
    Ok(Reply::OK)
}

/// Restores nothing, which is all that there can be in a payload of ours.
fn restore(db: &mut Db<'_>, argv: &Argv) -> Answer {
    match &argv[3..] {
        [] => {}
        [policy] if ["flush", "append", "replace"].iter().any(|known| is(policy, known)) => {}
        [_] => {
            let text =
                "ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.";
            return Err(Refused::text(text));
        }
        _ => return Err(Refused::WrongArity("function|restore".into())),
    }
    if !dump::is_whole(&argv[2]) {
        return Err(Refused::text("ERR DUMP payload version or checksum are wrong"));
    }
    db.changed_anyway();
    Ok(Reply::OK)
}
