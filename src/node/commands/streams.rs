//! Streams: adding, counting, reading.
//!
//! In Redis: t_stream.c. XADD with `*` is propagated with the id it got. Absent: consumer groups,
//! trimming.

use super::table::{Flags, GROW_FAST, Keys, READ, READ_FAST, WRITE_FAST, data, key, node};
use super::words::{int, is};
use super::{Answer, Call, Command, Outcome, Refused};
use crate::node::Node;
use crate::node::keyspace::{Db, Stream, StreamId, Value};
use crate::words::{Argv, Millis, Reply};
use bytes::Bytes;

pub(super) const COMMANDS: &[Command] = &[
    data("xadd", -5, GROW_FAST, key(1), xadd),
    data("xlen", 2, READ_FAST, key(1), |db, argv| {
        Ok(Reply::Int(db.get::<Stream>(&argv[1])?.map_or(0, |s| s.entries.len() as i64)))
    }),
    data("xrange", -4, READ, key(1), |db, argv| xrange(db, argv, false)),
    data("xrevrange", -4, READ, key(1), |db, argv| xrange(db, argv, true)),
    data("xdel", -3, WRITE_FAST, key(1), xdel),
    node("xread", -4, READ.or(Flags::BLOCKING).or(Flags::MOVABLE), Keys::Streams, xread),
];

fn invalid_id() -> Refused {
    Refused::text("ERR Invalid stream ID specified as stream command argument")
}

fn xadd(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let mut at = 2;
    let mut make = true;
    if is(&argv[at], "nomkstream") {
        make = false;
        at += 1;
    }
    let fields = argv.len() - at - 1;
    if fields == 0 || !fields.is_multiple_of(2) {
        return Err(Refused::WrongArity("xadd".into()));
    }
    let key = &argv[1];
    check_id(&argv[at])?;
    let last = match db.get::<Stream>(key)? {
        None if !make => return Ok(Reply::Nil),
        None => StreamId::default(),
        Some(stream) => stream.last,
    };
    let id = new_id(&argv[at], last, db.now_ms())?;
    let stream = db.get_or_make::<Stream>(key)?;
    stream.entries.insert(id, argv[at + 1..].to_vec());
    stream.last = id;
    db.changed(key);
    let shown = Bytes::from(id.to_string());
    let words = argv[..at].iter().cloned().chain([shown.clone()]);
    db.rewrite(Argv::new(words.chain(argv[at + 1..].iter().cloned())));
    Ok(Reply::Bulk(shown))
}

/// What is wrong with an id whatever the stream holds.
fn check_id(word: &[u8]) -> Result<(), Refused> {
    match word {
        b"*" => Ok(()),
        [ms @ .., b'-', b'*'] => StreamId::parse(ms, 0).map(|_| ()).ok_or_else(invalid_id),
        _ if StreamId::parse(word, 0).ok_or_else(invalid_id)? == StreamId::default() => {
            Err(Refused::text("ERR The ID specified in XADD must be greater than 0-0"))
        }
        _ => Ok(()),
    }
}

fn new_id(word: &[u8], last: StreamId, now_ms: u64) -> Result<StreamId, Refused> {
    let next_in = |ms: u64| if ms == last.ms { last.seq.wrapping_add(1) } else { 0 };
    let id = match word {
        b"*" if last.ms < now_ms => StreamId { ms: now_ms, seq: 0 },
        b"*" => last.next(),
        [ms @ .., b'-', b'*'] => {
            let ms = StreamId::parse(ms, 0).ok_or_else(invalid_id)?.ms;
            StreamId { ms, seq: next_in(ms) }
        }
        _ => StreamId::parse(word, 0).ok_or_else(invalid_id)?,
    };
    if id <= last {
        return Err(Refused::text(
            "ERR The ID specified in XADD is equal or smaller than the target stream top item",
        ));
    }
    Ok(id)
}

fn bound(word: &[u8], missing_seq: u64) -> Result<StreamId, Refused> {
    match word {
        b"-" => Ok(StreamId::default()),
        b"+" => Ok(StreamId::MAX),
        _ => StreamId::parse(word, missing_seq).ok_or_else(invalid_id),
    }
}

fn entry_reply(id: StreamId, fields: &[Bytes]) -> Reply {
    let fields = fields.iter().cloned().map(Reply::Bulk).collect();
    Reply::Array(vec![Reply::bulk(id.to_string()), Reply::Array(fields)])
}

fn xrange(db: &mut Db<'_>, argv: &Argv, reversed: bool) -> Answer {
    let (low, high) = if reversed { (3, 2) } else { (2, 3) };
    let (low, high) = (bound(&argv[low], 0)?, bound(&argv[high], u64::MAX)?);
    let count = match &argv[4..] {
        [] => usize::MAX,
        [word, count] if is(word, "count") => usize::try_from(int(count)?).unwrap_or(0),
        _ => return Err(Refused::Syntax),
    };
    let Some(stream) = db.get::<Stream>(&argv[1])? else { return Ok(Reply::Array(Vec::new())) };
    if high < low {
        return Ok(Reply::Array(Vec::new()));
    }
    let rows = stream.entries.range(low..=high).map(|(id, fields)| entry_reply(*id, fields));
    Ok(Reply::Array(match reversed {
        true => rows.rev().take(count).collect(),
        false => rows.take(count).collect(),
    }))
}

fn xdel(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let ids: Option<Vec<StreamId>> =
        argv[2..].iter().map(|word| StreamId::parse(word, 0)).collect();
    let ids = ids.ok_or_else(invalid_id)?;
    let Some(stream) = db.get_mut::<Stream>(&argv[1])? else { return Ok(Reply::Int(0)) };
    let removed = ids.iter().filter(|id| stream.entries.remove(id).is_some()).count();
    if 0 < removed {
        db.changed(&argv[1]);
    }
    Ok(Reply::Int(removed as i64))
}

/// What XREAD asks for.
struct Reading {
    /// At most so many entries of each stream.
    count: usize,
    /// How long it waits for one, in ms; 0 is for ever.
    block: Option<u64>,
    /// Where the keys begin.
    keys: usize,
}

impl Reading {
    fn parse(argv: &Argv) -> Result<Reading, Refused> {
        let mut reading = Reading { count: usize::MAX, block: None, keys: 0 };
        let mut at = 1;
        while let Some(word) = argv.get(at).filter(|word| !is(word, "streams")) {
            let value = argv.get(at + 1).ok_or(Refused::Syntax)?;
            match () {
                () if is(word, "count") => {
                    let count = usize::try_from(int(value)?).unwrap_or(0);
                    reading.count = if count == 0 { usize::MAX } else { count };
                }
                () if is(word, "block") => reading.block = Some(patience(value)?),
                () => return Err(Refused::Syntax),
            }
            at += 2;
        }
        reading.keys = at + 1;
        let names = argv.get(at + 1..).unwrap_or_default();
        if names.is_empty() || !names.len().is_multiple_of(2) {
            return Err(Refused::text(
                "ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be \
                 specified.",
            ));
        }
        Ok(reading)
    }
    fn names<'a>(&self, argv: &'a Argv) -> (&'a [Bytes], &'a [Bytes]) {
        let names = &argv[self.keys..];
        names.split_at(names.len() / 2)
    }
}

fn patience(word: &Bytes) -> Result<u64, Refused> {
    let not_integer = |_| Refused::text("ERR timeout is not an integer or out of range");
    u64::try_from(int(word).map_err(not_integer)?)
        .map_err(|_| Refused::text("ERR timeout is negative"))
}

/// With BLOCK it waits for an entry after those that were there when it asked: `$` means that moment.
fn xread(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let reading = match Reading::parse(&call.argv) {
        Ok(reading) => reading,
        Err(refused) => return refused.into(),
    };
    match (node.with_db(call, |db, argv| read_streams(db, argv, &reading)), reading.block) {
        (Ok(Reply::NilArray), Some(ms)) => {
            let (keys, ids) = reading.names(&call.argv);
            let last = |(key, id): (&Bytes, &Bytes)| match (&id[..], last_id(node, key)) {
                (b"$", last) => Bytes::from(last.to_string()),
                _ => id.clone(),
            };
            let ids: Vec<Bytes> = keys.iter().zip(ids).map(last).collect();
            let keys = keys.to_vec();
            let words = call.argv[..reading.keys].iter().chain(&keys).chain(&ids).cloned();
            call.argv = Argv::new(words.collect::<Vec<Bytes>>());
            let until = (ms != 0).then(|| call.now + Millis(ms));
            node.block_on_keys(call, keys, until, Reply::NilArray)
        }
        (answer, _) => answer.into(),
    }
}

fn last_id(node: &Node, key: &Bytes) -> StreamId {
    match node.keyspace.get(key).map(|entry| &entry.value) {
        Some(Value::Stream(stream)) => stream.last,
        _ => StreamId::default(),
    }
}

fn read_streams(db: &mut Db<'_>, argv: &Argv, reading: &Reading) -> Answer {
    let (keys, ids) = reading.names(argv);
    let mut found = Vec::new();
    for (key, id) in keys.iter().zip(ids) {
        let Some(stream) = db.get::<Stream>(key)? else { continue };
        let after = if id == "$" { stream.last } else { bound(id, 0)? };
        let rows = stream.entries.range(after.next()..).take(reading.count);
        let rows: Vec<Reply> = rows.map(|(id, fields)| entry_reply(*id, fields)).collect();
        if !rows.is_empty() {
            found.push((Reply::Bulk(key.clone()), Reply::Array(rows)));
        }
    }
    if found.is_empty() {
        return Ok(Reply::NilArray);
    }
    let pair = |(key, rows): (Reply, Reply)| Reply::Array(vec![key, rows]);
    let listed = Reply::Array(found.iter().cloned().map(pair).collect());
    Ok(Reply::ByProtocol(Box::new([listed, Reply::Map(found)])))
}
