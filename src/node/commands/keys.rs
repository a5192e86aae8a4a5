//! Keys of any type: deleting, naming, finding, and how long they live.
//!
//! Deadlines are propagated as moments (`PEXPIREAT`), never as spans. In Redis: db.c, expire.c, object.c,
//! sort.c. KEYS and SCAN are node-local; SCAN goes slot by slot, so that its cursor is a slot.

use super::help;
use super::table::{Flags, Keys, READ, READ_FAST, WRITE, WRITE_FAST, data, group, key, keys_from};
use super::words::{command, int, is, lower, number_word, text};
use super::{Answer, Command, Refused};
use crate::node::keyspace::{Db, matches};
use crate::words::{Argv, Reply, Slot};
use bytes::Bytes;

const TWO: Keys = Keys::Range { first: 1, last: 2, step: 1 };
/// After so many expired keys, RANDOMKEY of a replica whose keys all expire answers with the next one,
/// expired or not.
const TRIES: u32 = 100;

pub(super) const COMMANDS: &[Command] = &[
    data("del", -2, WRITE, keys_from(1), del),
    data("unlink", -2, WRITE_FAST, keys_from(1), del),
    data("exists", -2, READ_FAST, keys_from(1), exists),
    data("touch", -2, READ_FAST, keys_from(1), exists),
    data("type", 2, READ_FAST, key(1), type_of),
    data("rename", 3, WRITE, TWO, |db, argv| rename(db, argv, false)),
    data("renamenx", 3, WRITE_FAST, TWO, |db, argv| rename(db, argv, true)),
    data("copy", -3, WRITE.or(Flags::DENYOOM), TWO, copy),
    data("move", 3, WRITE_FAST, key(1), move_),
    data("keys", 2, READ, Keys::None, keys),
    data("scan", -2, READ, Keys::None, scan),
    data("dbsize", 1, READ_FAST, Keys::None, |db, _| Ok(Reply::Int(db.keys.len() as i64))),
    data("randomkey", 1, READ, Keys::None, randomkey),
    data("expire", -3, WRITE_FAST, key(1), |db, argv| expire(db, argv, Span::Seconds, true)),
    data("pexpire", -3, WRITE_FAST, key(1), |db, argv| expire(db, argv, Span::Millis, true)),
    data("expireat", -3, WRITE_FAST, key(1), |db, argv| expire(db, argv, Span::Seconds, false)),
    data("pexpireat", -3, WRITE_FAST, key(1), |db, argv| expire(db, argv, Span::Millis, false)),
    data("ttl", 2, READ_FAST, key(1), |db, argv| ttl(db, argv, Span::Seconds, true)),
    data("pttl", 2, READ_FAST, key(1), |db, argv| ttl(db, argv, Span::Millis, true)),
    data("expiretime", 2, READ_FAST, key(1), |db, argv| ttl(db, argv, Span::Seconds, false)),
    data("pexpiretime", 2, READ_FAST, key(1), |db, argv| ttl(db, argv, Span::Millis, false)),
    data("persist", 2, WRITE_FAST, key(1), persist),
    data("flushall", -1, WRITE, Keys::None, flush),
    data("flushdb", -1, WRITE, Keys::None, flush),
    group(
        "object",
        -2,
        &[
            data("object|encoding", 3, READ, key(2), object_encoding),
            data("object|refcount", 3, READ, key(2), |db, argv| object(db, argv, 1)),
            data("object|idletime", 3, READ, key(2), |db, argv| object(db, argv, 0)),
            data("object|freq", 3, READ, key(2), object_freq),
            help::row("object|help"),
        ],
    ),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Span {
    Seconds,
    Millis,
}

pub(super) fn del(db: &mut Db<'_>, argv: &Argv) -> Answer {
    Ok(Reply::Int(argv[1..].iter().filter(|key| db.delete(key)).count() as i64))
}

fn exists(db: &mut Db<'_>, argv: &Argv) -> Answer {
    Ok(Reply::Int(argv[1..].iter().filter(|key| db.look_up(key)).count() as i64))
}

fn type_of(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let name = db.value(&argv[1]).map_or("none", |value| value.type_name());
    Ok(Reply::Simple(name.into()))
}

fn rename(db: &mut Db<'_>, argv: &Argv, only_if_free: bool) -> Answer {
    let (from, to) = (&argv[1], &argv[2]);
    db.refuse_if_missing(from)?;
    let done = if only_if_free { Reply::Int(1) } else { Reply::OK };
    if from == to {
        return Ok(if only_if_free { Reply::Int(0) } else { done });
    }
    if db.has(to) {
        if only_if_free {
            return Ok(Reply::Int(0));
        }
        db.keys.remove(to);
    }
    let Some(entry) = db.keys.remove(from) else { return Err(Refused::NoSuchKey) };
    db.keys.put(to, entry.value, entry.expires);
    db.changed(from);
    db.changed_by(to, 0);
    Ok(done)
}

fn copy(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let mut replace = false;
    let mut words = argv[3..].iter();
    while let Some(word) = words.next() {
        if is(word, "replace") {
            replace = true;
        } else if is(word, "db") {
            let number = int(words.next().ok_or(Refused::Syntax)?)?;
            if db.in_cluster && number != 0 {
                return Err(Refused::text(
                    "ERR Copying to another database is not allowed in cluster mode",
                ));
            }
        } else {
            return Err(Refused::Syntax);
        }
    }
    let (from, to) = (&argv[1], &argv[2]);
    if from == to {
        return Err(Refused::text("ERR source and destination objects are the same"));
    }
    if !db.look_up(from) || db.has(to) && !replace {
        return Ok(Reply::Int(0));
    }
    let Some(entry) = db.keys.get(from).cloned() else { return Ok(Reply::Int(0)) };
    db.keys.remove(to);
    db.keys.put(to, entry.value, entry.expires);
    db.changed(to);
    Ok(Reply::Int(1))
}

fn move_(db: &mut Db<'_>, _: &Argv) -> Answer {
    match db.in_cluster {
        true => Err(Refused::text("ERR MOVE is not allowed in cluster mode")),
        false => Err(Refused::text("ERR other databases are not simulated")),
    }
}

/// Every key, oldest first, expired or not.
fn all(db: &Db<'_>) -> Vec<Bytes> {
    db.keys.by_age().into_iter().map(|(key, _)| key.clone()).collect()
}

fn keys(db: &mut Db<'_>, argv: &Argv) -> Answer {
    // It leaves those alone that have expired. In Redis: `keysCommand` asks `keyIsExpired`.
    let all = db.keys.by_age().into_iter().map(|(key, _)| key);
    let hits = all.filter(|key| matches(&argv[1], key) && db.is_alive(key));
    Ok(Reply::Array(hits.cloned().map(Reply::Bulk).collect()))
}

fn scan(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let invalid = || Refused::text("ERR invalid cursor");
    let cursor: u64 = text(&argv[1]).parse().map_err(|_| invalid())?;
    let (mut count, mut pattern, mut kind) = (10, None, None);
    let mut words = argv[2..].iter();
    while let Some(word) = words.next() {
        let value = words.next().ok_or(Refused::Syntax)?;
        match lower(word).as_str() {
            "count" => count = int(value)?,
            "match" => pattern = Some(value),
            "type" => kind = Some(lower(value)),
            _ => return Err(Refused::Syntax),
        }
    }
    if count < 1 {
        return Err(Refused::Syntax);
    }
    let (next, found) = scan_slots(db, cursor, count as usize);
    let wanted = |key: &Bytes, db: &mut Db<'_>| {
        pattern.is_none_or(|pattern| matches(pattern, key))
            && match &kind {
                Some(kind) => db.value(key).is_some_and(|value| kind == value.type_name()),
                None => db.has(key),
            }
    };
    let hits: Vec<Reply> =
        found.into_iter().filter(|key| wanted(key, db)).map(Reply::Bulk).collect();
    Ok(Reply::Array(vec![Reply::Bulk(number_word(next)), Reply::Array(hits)]))
}

/// Whole slots from `cursor` on until there are enough keys; the slot to go on with, 0 at the end.
fn scan_slots(db: &Db<'_>, cursor: u64, count: usize) -> (u64, Vec<Bytes>) {
    let mut found = Vec::new();
    let mut at = u16::try_from(cursor).ok().and_then(Slot::new);
    while let Some(slot) = at.and_then(|from| db.keys.next_slot(from)) {
        if count <= found.len() {
            return (u64::from(slot.number()), found);
        }
        found.extend(db.keys.slot_keys(slot).cloned());
        at = Slot::new(slot.number() + 1);
    }
    (0, found)
}

fn randomkey(db: &mut Db<'_>, _: &Argv) -> Answer {
    let mut all = all(db);
    let only_mortals = all.len() == db.keys.expiring();
    let mut tries = if only_mortals && db.hides() { TRIES } else { u32::MAX };
    while !all.is_empty() {
        let at = db.rng.below(all.len() as u64) as usize;
        tries -= 1;
        if db.has(&all[at]) || tries == 0 {
            return Ok(Reply::Bulk(all[at].clone()));
        }
        if !db.hides() {
            all.swap_remove(at);
        }
    }
    Ok(Reply::Nil)
}

fn expire(db: &mut Db<'_>, argv: &Argv, unit: Span, relative: bool) -> Answer {
    let invalid = || Refused::InvalidExpire(lower(&argv[0]));
    let time = int(&argv[2])?;
    let scale = if unit == Span::Seconds { 1000 } else { 1 };
    let base = if relative { db.now_ms() as i64 } else { 0 };
    let at = time.checked_mul(scale).and_then(|ms| ms.checked_add(base)).ok_or_else(invalid)?;
    let condition = Condition::parse(&argv[3..])?;
    let key = &argv[1];
    if !db.has(key) {
        return Ok(Reply::Int(0));
    }
    if !condition.allows(db.deadline(key), at) {
        return Ok(Reply::Int(0));
    }
    if db.is_over(at.max(0) as u64) {
        db.delete(key);
        db.rewrite(command([b"DEL", key]));
        return Ok(Reply::Int(1));
    }
    db.keys.set_deadline(key, Some(at.max(0) as u64));
    db.changed_quietly(key, 1);
    db.rewrite(command([b"PEXPIREAT", key, &number_word(at)]));
    Ok(Reply::Int(1))
}

/// NX, XX, GT and LT of EXPIRE.
#[derive(Clone, Copy, Default)]
struct Condition {
    only_without: bool,
    only_with: bool,
    only_later: bool,
    only_sooner: bool,
}

impl Condition {
    fn parse(words: &[Bytes]) -> Result<Condition, Refused> {
        let mut condition = Condition::default();
        for word in words {
            match lower(word).as_str() {
                "nx" => condition.only_without = true,
                "xx" => condition.only_with = true,
                "gt" => condition.only_later = true,
                "lt" => condition.only_sooner = true,
                _ => {
                    return Err(Refused::text(format!("ERR Unsupported option {}", text(word))));
                }
            }
        }
        let Condition { only_without: nx, only_with: xx, only_later: gt, only_sooner: lt } =
            condition;
        if nx && (xx || gt || lt) {
            return Err(Refused::text(
                "ERR NX and XX, GT or LT options at the same time are not compatible",
            ));
        }
        if gt && lt {
            return Err(Refused::text("ERR GT and LT options at the same time are not compatible"));
        }
        Ok(condition)
    }
    /// No deadline counts as an infinite one.
    fn allows(self, current: Option<u64>, at: i64) -> bool {
        let current = current.map(|at| at as i64);
        !(self.only_without && current.is_some()
            || self.only_with && current.is_none()
            || self.only_later && current.is_none_or(|current| at <= current)
            || self.only_sooner && current.is_some_and(|current| current <= at))
    }
}

fn ttl(db: &mut Db<'_>, argv: &Argv, unit: Span, relative: bool) -> Answer {
    let key = &argv[1];
    if !db.look_up(key) {
        return Ok(Reply::Int(-2));
    }
    let Some(at) = db.deadline(key) else { return Ok(Reply::Int(-1)) };
    let ms = if relative { at.saturating_sub(db.now_ms()) } else { at };
    let shown = match unit {
        Span::Millis => ms,
        Span::Seconds => (ms + 500) / 1000,
    };
    Ok(Reply::Int(shown as i64))
}

fn persist(db: &mut Db<'_>, argv: &Argv) -> Answer {
    if db.deadline(&argv[1]).is_none() {
        return Ok(Reply::Int(0));
    }
    db.keys.set_deadline(&argv[1], None);
    db.changed_quietly(&argv[1], 1);
    Ok(Reply::Int(1))
}

fn flush(db: &mut Db<'_>, argv: &Argv) -> Answer {
    match &argv[1..] {
        [] => {}
        [how] if is(how, "async") || is(how, "sync") => {}
        _ => return Err(Refused::Syntax),
    }
    // Those that have expired go like all others.
    for key in all(db) {
        db.changed(&key);
    }
    db.keys.clear();
    db.flushed();
    db.force();
    Ok(Reply::OK)
}

fn object_encoding(db: &mut Db<'_>, argv: &Argv) -> Answer {
    Ok(db.value(&argv[2]).map_or(Reply::Nil, |value| Reply::bulk(value.encoding())))
}

fn object(db: &mut Db<'_>, argv: &Argv, number: i64) -> Answer {
    Ok(db.value(&argv[2]).map_or(Reply::Nil, |_| Reply::Int(number)))
}

fn object_freq(db: &mut Db<'_>, argv: &Argv) -> Answer {
    if db.value(&argv[2]).is_none() {
        return Ok(Reply::Nil);
    }
    Err(Refused::text(
        "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note \
         that when switching between policies at runtime LRU and LFU data will take some time to \
         adjust.",
    ))
}
