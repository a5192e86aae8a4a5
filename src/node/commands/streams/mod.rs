//! Streams: what may be asked of one, a file for each matter.
//!
//! In Redis: t_stream.c 7.0. Reads of a group, claims and trimming are propagated as what they
//! amounted to (`propagated`).

mod adding;
mod claiming;
mod groups;
mod info;
mod options;
mod pending;
mod propagated;
mod ranges;
mod reading;
mod trimming;
mod waiting;

pub(super) use waiting::Reader;

use super::table::{Flags, GROW_FAST, Keys, READ, READ_FAST, WRITE, WRITE_FAST};
use super::table::{data, group, key, node};
use super::words::text;
use super::{Command, Refused};
use crate::node::keyspace::Stream;
use crate::node::keyspace::stream::{Entry, StreamId};
use crate::words::Reply;

pub(super) const COMMANDS: &[Command] = &[
    data("xadd", -5, GROW_FAST, key(1), adding::xadd),
    data("xlen", 2, READ_FAST, key(1), |db, argv| {
        Ok(Reply::Int(db.get::<Stream>(&argv[1])?.map_or(0, |s| s.marks.len as i64)))
    }),
    data("xrange", -4, READ, key(1), |db, argv| ranges::xrange(db, argv, false)),
    data("xrevrange", -4, READ, key(1), |db, argv| ranges::xrange(db, argv, true)),
    data("xdel", -3, WRITE_FAST, key(1), adding::xdel),
    data("xsetid", -3, GROW_FAST, key(1), adding::xsetid),
    data("xtrim", -4, WRITE, key(1), trimming::xtrim),
    node("xread", -4, READ.or(Flags::BLOCKING).or(Flags::MOVABLE), Keys::Streams, reading::xread),
    node(
        "xreadgroup",
        -7,
        WRITE.or(Flags::BLOCKING).or(Flags::MOVABLE),
        Keys::Streams,
        reading::xread,
    ),
    data("xack", -4, WRITE_FAST, key(1), pending::xack),
    data("xpending", -3, READ, key(1), pending::xpending),
    data("xclaim", -6, WRITE_FAST, key(1), claiming::xclaim),
    data("xautoclaim", -6, WRITE_FAST, key(1), claiming::xautoclaim),
    group("xgroup", -2, groups::SUBCOMMANDS),
    group("xinfo", -2, info::SUBCOMMANDS),
];

fn invalid_id() -> Refused {
    Refused::text("ERR Invalid stream ID specified as stream command argument")
}

/// An id; `-` and `+` are none here.
fn id(word: &[u8]) -> Result<StreamId, Refused> {
    StreamId::parse(word, 0).ok_or_else(invalid_id)
}

/// An end of a range, as far as it is closed; an id without its second part stands for the first or
/// the last of its millisecond.
fn bound(word: &[u8], missing_seq: u64) -> Result<StreamId, Refused> {
    match word {
        b"-" => Ok(StreamId::MIN),
        b"+" => Ok(StreamId::MAX),
        _ => StreamId::parse(word, missing_seq).ok_or_else(invalid_id),
    }
}

/// Where a range begins; after `(`, with the next id.
fn start(word: &[u8]) -> Result<StreamId, Refused> {
    let outside = || Refused::text("ERR invalid start ID for the interval");
    match word {
        [b'(', open @ ..] if !open.is_empty() => id(open)?.next().ok_or_else(outside),
        _ => bound(word, 0),
    }
}

/// Where a range ends; after `(`, with the id before.
fn end(word: &[u8]) -> Result<StreamId, Refused> {
    let outside = || Refused::text("ERR invalid end ID for the interval");
    match word {
        [b'(', open @ ..] if !open.is_empty() => {
            StreamId::parse(open, u64::MAX).ok_or_else(invalid_id)?.previous().ok_or_else(outside)
        }
        _ => bound(word, u64::MAX),
    }
}

fn id_reply(id: StreamId) -> Reply {
    Reply::bulk(id.to_string())
}

fn entry_reply(entry: &Entry) -> Reply {
    let words = entry.words.iter().cloned().map(Reply::Bulk).collect();
    Reply::Array(vec![id_reply(entry.id), Reply::Array(words)])
}

/// There is no such group, in the words of most commands.
fn no_group(key: &[u8], group: &[u8]) -> Refused {
    let (key, group) = (text(key), text(group));
    Refused::text(format!("NOGROUP No such key '{key}' or consumer group '{group}'"))
}

/// There is no such group, in the words of XGROUP and XINFO.
fn no_group_of_key(key: &[u8], group: &[u8]) -> Refused {
    let (key, group) = (text(key), text(group));
    Refused::text(format!("NOGROUP No such consumer group '{group}' for key name '{key}'"))
}
