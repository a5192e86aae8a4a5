//! XINFO: what a stream, its groups and their consumers are like.
//!
//! In Redis: `xinfoCommand`, `xinfoReplyWithStreamInfo`.

use super::super::help;
use super::super::table::{READ, data, key};
use super::super::words::{int, is, text};
use super::super::{Answer, Command, Refused};
use super::{entry_reply, id_reply, no_group_of_key};
use crate::node::keyspace::stream::{Consumer, Group, Pending};
use crate::node::keyspace::{Db, Stream, StreamId};
use crate::words::{Argv, Reply};
use bytes::Bytes;

pub(super) const SUBCOMMANDS: &[Command] = &[
    data("xinfo|consumers", 4, READ, key(2), consumers),
    data("xinfo|groups", 3, READ, key(2), groups),
    help::row("xinfo|help"),
    data("xinfo|stream", -3, READ, key(2), stream),
];

fn field(name: &str, value: Reply) -> (Reply, Reply) {
    (Reply::bulk(name.to_owned()), value)
}

fn count(len: usize) -> Reply {
    Reply::Int(len as i64)
}

fn number_or_nil(number: Option<i64>) -> Reply {
    number.map_or(Reply::Nil, Reply::Int)
}

fn consumers(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let now_ms = db.now_ms() as i64;
    let stream = db.get::<Stream>(&argv[2])?.ok_or(Refused::NoSuchKey)?;
    let group = stream.group(&argv[3]).ok_or_else(|| no_group_of_key(&argv[2], &argv[3]))?;
    let row = |(name, consumer): (&Bytes, &Consumer)| {
        Reply::Map(vec![
            field("name", Reply::Bulk(name.clone())),
            field("pending", count(consumer.pending.len())),
            field("idle", Reply::Int(now_ms.wrapping_sub(consumer.seen_ms).max(0))),
        ])
    };
    Ok(Reply::Array(group.consumers().iter().map(row).collect()))
}

fn groups(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let stream = db.get::<Stream>(&argv[2])?.ok_or(Refused::NoSuchKey)?;
    let row = |(name, group): (&Bytes, &std::sync::Arc<Group>)| {
        Reply::Map(vec![
            field("name", Reply::Bulk(name.clone())),
            field("consumers", count(group.consumers().len())),
            field("pending", count(group.pending().len())),
            field("last-delivered-id", id_reply(group.last)),
            field("entries-read", number_or_nil(group.read)),
            field("lag", number_or_nil(stream.marks.lag(group))),
        ])
    };
    Ok(Reply::Array(stream.groups().iter().map(row).collect()))
}

/// `XINFO STREAM key [FULL [COUNT n]]`.
fn stream(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let stream = db.get::<Stream>(&argv[2])?.ok_or(Refused::NoSuchKey)?;
    let most = match &argv[3..] {
        [] => return Ok(brief(stream)),
        [full] if is(full, "full") => USUALLY,
        [full, word, value] if is(full, "full") && is(word, "count") => match int(value)? {
            0 => usize::MAX,
            count => usize::try_from(count).unwrap_or(USUALLY),
        },
        _ => return Err(Refused::UnknownOrArity { sub: text(&argv[1]), of: "XINFO" }),
    };
    Ok(full(stream, most))
}

/// How much FULL shows of each list.
const USUALLY: usize = 10;

fn numbers(stream: &Stream) -> Vec<(Reply, Reply)> {
    let marks = &stream.marks;
    vec![
        field("length", Reply::Int(marks.len as i64)),
        field("radix-tree-keys", count(stream.nodes().len())),
        field("radix-tree-nodes", count(stream.tree_nodes())),
        field("last-generated-id", id_reply(marks.last)),
        field("max-deleted-entry-id", id_reply(marks.max_deleted)),
        field("entries-added", Reply::Int(marks.added)),
        field("recorded-first-entry-id", id_reply(marks.first)),
    ]
}

fn brief(stream: &Stream) -> Reply {
    let first = stream.range(StreamId::MIN, StreamId::MAX).next();
    let mut fields = numbers(stream);
    fields.extend([
        field("groups", count(stream.groups().len())),
        field("first-entry", first.map_or(Reply::Nil, entry_reply)),
        field("last-entry", stream.last_entry().map_or(Reply::Nil, entry_reply)),
    ]);
    Reply::Map(fields)
}

fn full(stream: &Stream, most: usize) -> Reply {
    let entries = stream.range(StreamId::MIN, StreamId::MAX).take(most).map(entry_reply);
    let groups = stream.groups().iter().map(|(name, group)| full_group(stream, name, group, most));
    let mut fields = numbers(stream);
    fields.extend([
        field("entries", Reply::Array(entries.collect())),
        field("groups", Reply::Array(groups.collect())),
    ]);
    Reply::Map(fields)
}

fn full_group(stream: &Stream, name: &Bytes, group: &Group, most: usize) -> Reply {
    let pending = |(&id, pending): (&StreamId, &Pending)| {
        Reply::Array(vec![
            id_reply(id),
            Reply::Bulk(pending.consumer.clone()),
            Reply::Int(pending.delivered_ms),
            Reply::Int(pending.deliveries),
        ])
    };
    let consumers = group.consumers().iter().map(|row| full_consumer(group, row, most));
    Reply::Map(vec![
        field("name", Reply::Bulk(name.clone())),
        field("last-delivered-id", id_reply(group.last)),
        field("entries-read", number_or_nil(group.read)),
        field("lag", number_or_nil(stream.marks.lag(group))),
        field("pel-count", count(group.pending().len())),
        field("pending", Reply::Array(group.pending().iter().take(most).map(pending).collect())),
        field("consumers", Reply::Array(consumers.collect())),
    ])
}

fn full_consumer(group: &Group, (name, consumer): (&Bytes, &Consumer), most: usize) -> Reply {
    let pending = |id: &StreamId| {
        let pending = group.pending().get(id)?;
        let (at, times) = (pending.delivered_ms, pending.deliveries);
        Some(Reply::Array(vec![id_reply(*id), Reply::Int(at), Reply::Int(times)]))
    };
    let shown = consumer.pending.iter().take(most).filter_map(pending);
    Reply::Map(vec![
        field("name", Reply::Bulk(name.clone())),
        field("seen-time", Reply::Int(consumer.seen_ms)),
        field("pel-count", count(consumer.pending.len())),
        field("pending", Reply::Array(shown.collect())),
    ])
}
