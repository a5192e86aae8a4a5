//! Sorted sets.
//!
//! Ranges are in `zset_range`, unions and the like in `zset_algebra`. In Redis: t_zset.c.

use super::sets::{positive, scan_reply};
use super::table::{GROW_FAST, READ, READ_FAST, WRITE_FAST, data, key};
use super::words::{float, lower};
use super::{Answer, Command, Refused};
use crate::node::keyspace::{Db, Score, Zset, number};
use crate::words::{Argv, Reply};
use bytes::Bytes;

pub(super) const COMMANDS: &[Command] = &[
    data("zadd", -4, GROW_FAST, key(1), zadd),
    data("zincrby", 4, GROW_FAST, key(1), zincrby),
    data("zrem", -3, WRITE_FAST, key(1), zrem),
    data("zscore", 3, READ_FAST, key(1), |db, argv| {
        Ok(score_of(db, &argv[1], &argv[2])?.map_or(Reply::Nil, shown))
    }),
    data("zmscore", -3, READ_FAST, key(1), zmscore),
    data("zcard", 2, READ_FAST, key(1), |db, argv| {
        Ok(Reply::Int(db.get::<Zset>(&argv[1])?.map_or(0, |zset| zset.len() as i64)))
    }),
    data("zrank", 3, READ_FAST, key(1), |db, argv| zrank(db, argv, false)),
    data("zrevrank", 3, READ_FAST, key(1), |db, argv| zrank(db, argv, true)),
    data("zpopmin", -2, WRITE_FAST, key(1), |db, argv| zpop(db, argv, false)),
    data("zpopmax", -2, WRITE_FAST, key(1), |db, argv| zpop(db, argv, true)),
    data("zscan", -3, READ, key(1), zscan),
];

/// A score, as answers have it.
pub(super) fn shown(score: Score) -> Reply {
    Reply::Double(Bytes::from(number::show_float(score.get())))
}

fn score_of(db: &mut Db<'_>, key: &Bytes, member: &Bytes) -> Result<Option<Score>, Refused> {
    Ok(db.get::<Zset>(key)?.and_then(|zset| zset.score(member)))
}

/// What ZADD was told.
#[derive(Clone, Copy, Default)]
struct Adding {
    only_new: bool,
    only_known: bool,
    only_greater: bool,
    only_less: bool,
    count_changed: bool,
    add: bool,
}

impl Adding {
    /// The options at the front, and how many there are.
    fn parse(words: &[Bytes]) -> Result<(Adding, usize), Refused> {
        let mut adding = Adding::default();
        let mut taken = 0;
        for word in words {
            match lower(word).as_str() {
                "nx" => adding.only_new = true,
                "xx" => adding.only_known = true,
                "gt" => adding.only_greater = true,
                "lt" => adding.only_less = true,
                "ch" => adding.count_changed = true,
                "incr" => adding.add = true,
                _ => break,
            }
            taken += 1;
        }
        let pairs = words.len() - taken;
        if pairs == 0 || !pairs.is_multiple_of(2) {
            return Err(Refused::Syntax);
        }
        let Adding { only_new: nx, only_known: xx, only_greater: gt, only_less: lt, .. } = adding;
        if nx && xx {
            return Err(Refused::text("ERR XX and NX options at the same time are not compatible"));
        }
        if nx && (gt || lt) || gt && lt {
            return Err(Refused::text(
                "ERR GT, LT, and/or NX options at the same time are not compatible",
            ));
        }
        if adding.add && pairs != 2 {
            return Err(Refused::text("ERR INCR option supports a single increment-element pair"));
        }
        Ok((adding, taken))
    }
    /// The score a member gets, if any: it had `before`, `asked` is given.
    fn score(self, before: Option<Score>, asked: f64) -> Result<Option<Score>, Refused> {
        let nan = || Refused::text("ERR resulting score is not a number (NaN)");
        let base = before.filter(|_| self.add).map(Score::get);
        let score = Score::new(base.map_or(asked, |base| base + asked)).ok_or_else(nan)?;
        let allowed = match before {
            None => !self.only_known,
            Some(before) => {
                !(self.only_new
                    || self.only_greater && score <= before
                    || self.only_less && before <= score)
            }
        };
        Ok(allowed.then_some(score))
    }
}

pub(super) fn zadd(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let (adding, taken) = Adding::parse(&argv[2..])?;
    let mut pairs = Vec::new();
    for pair in argv[2 + taken..].chunks_exact(2) {
        pairs.push((float(&pair[0])?, &pair[1]));
    }
    let key = &argv[1];
    if adding.only_known && db.get::<Zset>(key)?.is_none() {
        return Ok(if adding.add { Reply::Nil } else { Reply::Int(0) });
    }
    let zset = db.get_or_make::<Zset>(key)?;
    let (mut added, mut changed, mut last) = (0, 0, Reply::Nil);
    let mut failure = None;
    for (asked, member) in pairs {
        let before = zset.score(member);
        match adding.score(before, asked) {
            Err(refused) => {
                failure = Some(refused);
                break;
            }
            Ok(None) => {}
            Ok(Some(score)) => {
                zset.set(member, score);
                added += i64::from(before.is_none());
                changed += i64::from(before != Some(score));
                last = shown(score);
            }
        }
    }
    if 0 < changed {
        db.changed_by(key, changed as usize);
    }
    db.drop_if_empty(key);
    if let Some(refused) = failure {
        return Err(refused);
    }
    Ok(match adding {
        Adding { add: true, .. } => last,
        Adding { count_changed: true, .. } => Reply::Int(changed),
        _ => Reply::Int(added),
    })
}

fn zincrby(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let by = float(&argv[2])?;
    let before = score_of(db, &argv[1], &argv[3])?;
    let adding = Adding { add: true, ..Adding::default() };
    let Some(score) = adding.score(before, by)? else { return Ok(Reply::Nil) };
    db.get_or_make::<Zset>(&argv[1])?.set(&argv[3], score);
    if before != Some(score) {
        db.changed(&argv[1]);
    }
    Ok(shown(score))
}

/// Takes members out; how many were there.
pub(super) fn take(db: &mut Db<'_>, key: &Bytes, members: &[Bytes]) -> Answer {
    let Some(zset) = db.get_mut::<Zset>(key)? else { return Ok(Reply::Int(0)) };
    let removed = members.iter().filter(|member| zset.remove(member)).count();
    if 0 < removed {
        db.changed_by(key, removed);
        db.drop_if_empty(key);
    }
    Ok(Reply::Int(removed as i64))
}

fn zrem(db: &mut Db<'_>, argv: &Argv) -> Answer {
    take(db, &argv[1], &argv[2..])
}

fn zmscore(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let zset = db.get::<Zset>(&argv[1])?.cloned().unwrap_or_default();
    let score = |member: &Bytes| zset.score(member).map_or(Reply::Nil, shown);
    Ok(Reply::Array(argv[2..].iter().map(score).collect()))
}

fn zrank(db: &mut Db<'_>, argv: &Argv, reversed: bool) -> Answer {
    let Some(zset) = db.get::<Zset>(&argv[1])? else { return Ok(Reply::Nil) };
    let Some(rank) = zset.rank(&argv[2]) else { return Ok(Reply::Nil) };
    Ok(Reply::Int(if reversed { zset.len() - 1 - rank } else { rank } as i64))
}

pub(super) fn pair((score, member): (Score, Bytes)) -> (Reply, Reply) {
    (Reply::Bulk(member), shown(score))
}

/// So many rows from one end.
pub(super) fn lowest_or_highest(zset: &Zset, highest: bool, count: usize) -> Vec<(Score, Bytes)> {
    match highest {
        true => zset.iter().rev().take(count).cloned().collect(),
        false => zset.iter().take(count).cloned().collect(),
    }
}

fn zpop(db: &mut Db<'_>, argv: &Argv, highest: bool) -> Answer {
    if 3 < argv.len() {
        return Err(Refused::Syntax);
    }
    let count = argv.get(2).map_or(Ok(1), |word| positive(word))?;
    let Some(zset) = db.get::<Zset>(&argv[1])? else { return Ok(Reply::Array(Vec::new())) };
    let rows = lowest_or_highest(zset, highest, count);
    let members: Vec<Bytes> = rows.iter().map(|(_, member)| member.clone()).collect();
    take(db, &argv[1], &members)?;
    let pairs = rows.into_iter().map(pair);
    Ok(match argv.get(2) {
        Some(_) => Reply::pairs(pairs),
        None => Reply::Array(pairs.flat_map(|(member, score)| [member, score]).collect()),
    })
}

/// Stores what a command made; how many members that is.
pub(super) fn store(db: &mut Db<'_>, key: &Bytes, zset: Zset) -> Answer {
    let len = zset.len() as i64;
    match len {
        0 => db.clear(key),
        _ => db.set(key, zset),
    }
    Ok(Reply::Int(len))
}

fn zscan(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let zset = db.get::<Zset>(&argv[1])?.cloned().unwrap_or_default();
    let row = |(score, member): &(Score, Bytes)| {
        vec![member.clone(), Bytes::from(number::show_float(score.get()))]
    };
    scan_reply(argv, zset.iter().map(row).collect())
}
