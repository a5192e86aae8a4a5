//! COMMAND GETKEYS and GETKEYSANDFLAGS: which words of a command are keys.
//!
//! Key specifications are asked first; where they do not tell, the command itself is, as it is for
//! redirection. In Redis: `getKeysSubcommandImpl` (server.c), `getKeysFromCommandWithSpecs` (db.c).

use super::facts::{Facts, flags};
use super::gate::look_up;
use super::key_specs::KeySpec;
use super::table::{Flags, Keys};
use super::words::is;
use super::{Call, Command, Outcome, Refused};
use crate::node::Node;
use crate::words::Reply;
use bytes::Bytes;

/// Its place among the words, and how it is used.
type Key = (usize, &'static str);

const READ: &str = "RO access";
const CHANGE: &str = "RW access update";
const OVERWRITE: &str = "OW update";
const MOVE: &str = "RW access delete";

pub(super) fn getkeys(_: &mut Node, call: &mut Call<'_>) -> Outcome {
    let words = &call.argv[2..];
    let bare = |key: Key| Reply::Bulk(words[key.0].clone());
    found(words).map(|keys| Reply::Array(keys.into_iter().map(bare).collect())).into()
}

pub(super) fn getkeysandflags(_: &mut Node, call: &mut Call<'_>) -> Outcome {
    let words = &call.argv[2..];
    let pair = |key: Key| Reply::Array(vec![Reply::Bulk(words[key.0].clone()), flags(key.1)]);
    found(words).map(|keys| Reply::Array(keys.into_iter().map(pair).collect())).into()
}

fn found(words: &[Bytes]) -> Result<Vec<Key>, Refused> {
    let Ok(command) = look_up(words) else {
        return Err(Refused::text("ERR Invalid command specified"));
    };
    let specs: Vec<KeySpec> = Facts::read().of(command).key_specs().collect();
    if specs.iter().all(KeySpec::is_no_key) && !asks_itself(command) {
        return Err(Refused::text("ERR The command has no key arguments"));
    }
    if !command.takes(words.len()) {
        return Err(Refused::text("ERR Invalid number of arguments specified for command"));
    }
    let keys = by_specs(&specs, words).unwrap_or_else(|| by_command(command, words));
    if keys.is_empty() && !command.flags.has(Flags::NO_MANDATORY_KEYS) {
        return Err(Refused::text("ERR Invalid arguments specified for command"));
    }
    Ok(keys)
}

/// None if they do not tell.
fn by_specs(specs: &[KeySpec], words: &[Bytes]) -> Option<Vec<Key>> {
    if specs.iter().any(KeySpec::has_variable_flags) {
        return None;
    }
    let mut keys = Vec::new();
    for spec in specs.iter().filter(|spec| !spec.is_no_key()) {
        let places = spec.places(words).ok()?;
        keys.extend(places.into_iter().map(|place| (place, spec.flags)));
    }
    Some(keys)
}

/// Whether the places of its keys cannot be said in a table. In Redis: `getkeys_proc`.
fn asks_itself(command: &Command) -> bool {
    match command.keys {
        Keys::None => false,
        Keys::Range { .. } => ["set", "bitfield", "sort_ro"].contains(&command.name),
        Keys::Counted { .. } | Keys::Sort | Keys::Radius | Keys::Migrate | Keys::Streams => true,
    }
}

fn by_command(command: &Command, words: &[Bytes]) -> Vec<Key> {
    if !asks_itself(command) {
        return Vec::new();
    }
    let places = command.keys.places(words);
    let used = |(nth, place): (usize, usize)| {
        let how = match command.name {
            "set" if words[3..].iter().any(|word| is(word, "get")) => CHANGE,
            "set" => OVERWRITE,
            "bitfield" if only_reads(&words[2..]) => READ,
            "bitfield" => CHANGE,
            "sort" if nth == 1 => OVERWRITE,
            "sort" | "sort_ro" => READ,
            "migrate" => MOVE,
            _ => "",
        };
        (place, how)
    };
    places.into_iter().enumerate().map(used).collect()
}

/// Whether BITFIELD was told nothing but to GET.
fn only_reads(mut words: &[Bytes]) -> bool {
    while let [word, rest @ ..] = words {
        words = match rest {
            [_, _, rest @ ..] if is(word, "get") => rest,
            [_, rest @ ..] if is(word, "overflow") => rest,
            _ => return false,
        };
    }
    true
}
