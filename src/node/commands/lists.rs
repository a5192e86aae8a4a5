//! Lists, and waiting for one to have something.
//!
//! In Redis: t_list.c. What a blocked client takes is propagated as the pop it amounts to.

use super::sets::positive;
use super::table::{
    Flags, GROW, GROW_FAST, Keys, READ, READ_FAST, WRITE, WRITE_FAST, data, key, node,
};
use super::words::{clip, command, deadline, int, is};
use super::{Answer, Call, Command, Outcome, Refused};
use crate::node::Node;
use crate::node::keyspace::{Db, List};
use crate::words::{Argv, Reply};
use bytes::Bytes;

const TWO: Keys = Keys::Range { first: 1, last: 2, step: 1 };
const BUT_LAST: Keys = Keys::Range { first: 1, last: -2, step: 1 };
const BLOCKS: Flags = WRITE.or(Flags::NOSCRIPT).or(Flags::BLOCKING);
const MOVES: Flags = GROW.or(Flags::NOSCRIPT).or(Flags::BLOCKING);

pub(super) const COMMANDS: &[Command] = &[
    data("lpush", -3, GROW_FAST, key(1), |db, argv| push(db, argv, End::Left, true)),
    data("rpush", -3, GROW_FAST, key(1), |db, argv| push(db, argv, End::Right, true)),
    data("lpushx", -3, GROW_FAST, key(1), |db, argv| push(db, argv, End::Left, false)),
    data("rpushx", -3, GROW_FAST, key(1), |db, argv| push(db, argv, End::Right, false)),
    data("lpop", -2, WRITE_FAST, key(1), |db, argv| pop(db, argv, End::Left)),
    data("rpop", -2, WRITE_FAST, key(1), |db, argv| pop(db, argv, End::Right)),
    data("llen", 2, READ_FAST, key(1), llen),
    data("lrange", 4, READ, key(1), lrange),
    data("lindex", 3, READ, key(1), lindex),
    data("lset", 4, GROW, key(1), lset),
    data("linsert", 5, GROW, key(1), linsert),
    data("lrem", 4, WRITE, key(1), lrem),
    data("ltrim", 4, WRITE, key(1), ltrim),
    data("lpos", -3, READ, key(1), lpos),
    data("rpoplpush", 3, GROW, TWO, |db, argv| transfer(db, argv, End::Right, End::Left)),
    data("lmove", 5, GROW, TWO, |db, argv| {
        let (from, to) = (End::parse(&argv[3])?, End::parse(&argv[4])?);
        transfer(db, argv, from, to)
    }),
    node("blpop", -3, BLOCKS, BUT_LAST, |node, call| blocking_pop(node, call, End::Left)),
    node("brpop", -3, BLOCKS, BUT_LAST, |node, call| blocking_pop(node, call, End::Right)),
    node("blmove", 6, MOVES, TWO, |node, call| {
        let ends = End::parse(&call.argv[3]).and_then(|a| Ok((a, End::parse(&call.argv[4])?)));
        match ends {
            Ok((from, to)) => blocking_move(node, call, from, to),
            Err(refused) => refused.into(),
        }
    }),
    node("brpoplpush", 4, MOVES, TWO, |node, call| {
        blocking_move(node, call, End::Right, End::Left)
    }),
];

/// An end of a list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Left,
    Right,
}

impl End {
    pub(super) fn parse(word: &[u8]) -> Result<End, Refused> {
        match () {
            () if is(word, "left") => Ok(End::Left),
            () if is(word, "right") => Ok(End::Right),
            () => Err(Refused::Syntax),
        }
    }
    fn push(self, list: &mut List, element: Bytes) {
        match self {
            End::Left => list.push_front(element),
            End::Right => list.push_back(element),
        }
    }
    pub(super) fn pop(self, list: &mut List) -> Option<Bytes> {
        match self {
            End::Left => list.pop_front(),
            End::Right => list.pop_back(),
        }
    }
    pub(super) fn pop_name(self) -> &'static [u8] {
        if self == End::Left { b"LPOP" } else { b"RPOP" }
    }
}

fn push(db: &mut Db<'_>, argv: &Argv, end: End, make: bool) -> Answer {
    let key = &argv[1];
    if !make && db.get::<List>(key)?.is_none() {
        return Ok(Reply::Int(0));
    }
    let list = db.get_or_make::<List>(key)?;
    for element in &argv[2..] {
        end.push(list, element.clone());
    }
    let len = list.len() as i64;
    db.changed_by(key, argv.len() - 2);
    Ok(Reply::Int(len))
}

fn pop(db: &mut Db<'_>, argv: &Argv, end: End) -> Answer {
    let key = &argv[1];
    let count = match &argv[2..] {
        [] => None,
        [count] => Some(positive(count)?),
        _ => return Err(Refused::WrongArity(super::words::lower(&argv[0]))),
    };
    let Some(list) = db.get_mut::<List>(key)? else {
        return Ok(if count.is_some() { Reply::NilArray } else { Reply::Nil });
    };
    let popped: Vec<Reply> =
        (0..count.unwrap_or(1)).map_while(|_| end.pop(list)).map(Reply::Bulk).collect();
    if !popped.is_empty() {
        db.changed_by(key, popped.len());
        db.drop_if_empty(key);
    }
    Ok(match count {
        Some(_) => Reply::Array(popped),
        None => popped.into_iter().next().unwrap_or(Reply::Nil),
    })
}

fn llen(db: &mut Db<'_>, argv: &Argv) -> Answer {
    Ok(Reply::Int(db.get::<List>(&argv[1])?.map_or(0, |list| list.len() as i64)))
}

fn lrange(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let (start, end) = (int(&argv[2])?, int(&argv[3])?);
    let Some(list) = db.get::<List>(&argv[1])? else { return Ok(Reply::Array(Vec::new())) };
    let range = clip(start, end, list.len()).unwrap_or(0..0);
    Ok(Reply::Array(list.range(range).cloned().map(Reply::Bulk).collect()))
}

/// The place that an index means; negative ones count from the end.
fn place(index: i64, len: usize) -> Option<usize> {
    let index = if index < 0 { len as i64 + index } else { index };
    usize::try_from(index).ok().filter(|&at| at < len)
}

fn lindex(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let Some(list) = db.get::<List>(&argv[1])? else { return Ok(Reply::Nil) };
    let at = place(int(&argv[2])?, list.len());
    Ok(at.and_then(|at| list.get(at)).cloned().map_or(Reply::Nil, Reply::Bulk))
}

fn lset(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let key = &argv[1];
    let Some(list) = db.get_mut::<List>(key)? else { return Err(Refused::NoSuchKey) };
    let at = place(int(&argv[2])?, list.len()).ok_or(Refused::IndexOutOfRange)?;
    list[at] = argv[3].clone();
    db.changed(key);
    Ok(Reply::OK)
}

fn linsert(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let after = match () {
        () if is(&argv[2], "before") => 0,
        () if is(&argv[2], "after") => 1,
        () => return Err(Refused::Syntax),
    };
    let key = &argv[1];
    let Some(list) = db.get_mut::<List>(key)? else { return Ok(Reply::Int(0)) };
    let Some(pivot) = list.iter().position(|element| *element == argv[3]) else {
        return Ok(Reply::Int(-1));
    };
    list.insert(pivot + after, argv[4].clone());
    let len = list.len() as i64;
    db.changed(key);
    Ok(Reply::Int(len))
}

fn lrem(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let count = int(&argv[2])?;
    let key = &argv[1];
    let Some(list) = db.get_mut::<List>(key)? else { return Ok(Reply::Int(0)) };
    let before = list.len();
    let mut left = if count == 0 { usize::MAX } else { count.unsigned_abs() as usize };
    let mut keep = |element: &Bytes| {
        let goes = *element == argv[3] && 0 < left;
        left -= usize::from(goes);
        !goes
    };
    if count < 0 {
        let kept: List = list.drain(..).rev().filter(|element| keep(element)).collect();
        *list = kept.into_iter().rev().collect();
    } else {
        list.retain(keep);
    }
    let removed = before - list.len();
    if 0 < removed {
        db.changed_by(key, removed);
        db.drop_if_empty(key);
    }
    Ok(Reply::Int(removed as i64))
}

fn ltrim(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let (start, end) = (int(&argv[2])?, int(&argv[3])?);
    let key = &argv[1];
    let Some(list) = db.get_mut::<List>(key)? else { return Ok(Reply::OK) };
    let range = clip(start, end, list.len()).unwrap_or(0..0);
    let gone = list.len() - range.len();
    list.truncate(range.end);
    list.drain(..range.start);
    // Who watches it is told even if nothing went; replicas are not.
    db.changed_by(key, gone);
    db.drop_if_empty(key);
    Ok(Reply::OK)
}

fn lpos(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let (mut rank, mut count, mut depth) = (1, None, 0);
    for pair in argv[3..].chunks(2) {
        let [option, value] = pair else { return Err(Refused::Syntax) };
        match super::words::lower(option).as_str() {
            "rank" => rank = int(value)?,
            "count" => count = Some(int(value).unwrap_or(-1)),
            "maxlen" => depth = int(value).unwrap_or(-1),
            _ => return Err(Refused::Syntax),
        }
    }
    if rank == 0 {
        return Err(Refused::text(
            "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or \
             use negative to start from the end of the list",
        ));
    }
    if count.is_some_and(|count| count < 0) {
        return Err(Refused::text("ERR COUNT can't be negative"));
    }
    if depth < 0 {
        return Err(Refused::text("ERR MAXLEN can't be negative"));
    }
    let list = db.get::<List>(&argv[1])?.cloned().unwrap_or_default();
    let depth = if depth == 0 { list.len() } else { depth as usize };
    let places: Box<dyn Iterator<Item = usize>> = match rank < 0 {
        true => Box::new((0..list.len()).rev().take(depth)),
        false => Box::new((0..list.len()).take(depth)),
    };
    let limit = count.map_or(1, |count| if count == 0 { usize::MAX } else { count as usize });
    let hits = places.filter(|&at| list[at] == argv[2]).skip(rank.unsigned_abs() as usize - 1);
    let mut hits = hits.take(limit).map(|at| Reply::Int(at as i64));
    Ok(match count {
        Some(_) => Reply::Array(hits.collect()),
        None => hits.next().unwrap_or(Reply::Nil),
    })
}

fn transfer(db: &mut Db<'_>, argv: &Argv, from: End, to: End) -> Answer {
    let (source, target) = (&argv[1], &argv[2]);
    if db.get::<List>(source)?.is_none() {
        return Ok(Reply::Nil);
    }
    db.get::<List>(target)?;
    let Some(element) = db.get_mut::<List>(source)?.and_then(|list| from.pop(list)) else {
        return Ok(Reply::Nil);
    };
    to.push(db.get_or_make::<List>(target)?, element.clone());
    db.drop_if_empty(source);
    db.changed(source);
    db.changed_by(target, 0);
    Ok(Reply::Bulk(element))
}

fn blocking_pop(node: &mut Node, call: &mut Call<'_>, end: End) -> Outcome {
    let words = call.argv.clone();
    let (keys, timeout) = words[1..].split_at(words.len() - 2);
    let until = match deadline(call.now, &timeout[0]) {
        Ok(until) => until,
        Err(refused) => return refused.into(),
    };
    let popped = node.with_db(call, |db, _| {
        for key in keys {
            let Some(list) = db.get_mut::<List>(key)? else { continue };
            let Some(element) = end.pop(list) else { continue };
            db.changed(key);
            db.drop_if_empty(key);
            db.rewrite(command([end.pop_name(), key]));
            return Ok(Reply::Array(vec![Reply::Bulk(key.clone()), Reply::Bulk(element)]));
        }
        Ok(Reply::NilArray)
    });
    match popped {
        Ok(Reply::NilArray) => node.block_on_keys(call, keys.to_vec(), until, Reply::NilArray),
        answer => answer.into(),
    }
}

fn blocking_move(node: &mut Node, call: &mut Call<'_>, from: End, to: End) -> Outcome {
    let words = call.argv.clone();
    let until = match deadline(call.now, &words[words.len() - 1]) {
        Ok(until) => until,
        Err(refused) => return refused.into(),
    };
    let moved = node.with_db(call, |db, argv| {
        let answer = transfer(db, argv, from, to);
        db.rewrite(match argv.len() {
            4 => command([b"RPOPLPUSH", &argv[1], &argv[2]]),
            _ => Argv::new(
                [Bytes::from_static(b"LMOVE")].into_iter().chain(argv[1..5].iter().cloned()),
            ),
        });
        answer
    });
    match moved {
        Ok(Reply::Nil) => node.block_on_keys(call, vec![words[1].clone()], until, Reply::Nil),
        answer => answer.into(),
    }
}
