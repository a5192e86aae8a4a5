//! Sets and what can be computed from several.
//!
//! In Redis: t_set.c. SPOP is propagated as the SREM it amounted to.

use super::picks::{Wanted, one};
use super::table::{
    Flags, GROW, GROW_FAST, Keys, READ, READ_FAST, WRITE_FAST, data, key, keys_from,
};
use super::words::{command, int, is, lower, number_word};
use super::{Answer, Command, Refused};
use crate::node::keyspace::{Db, Set, matches};
use crate::words::{Argv, Reply};
use bytes::Bytes;

const TWO: Keys = Keys::Range { first: 1, last: 2, step: 1 };
const COUNTED: Keys = Keys::Counted { count: 1, store: 0 };

pub(super) const COMMANDS: &[Command] = &[
    data("sadd", -3, GROW_FAST, key(1), sadd),
    data("srem", -3, WRITE_FAST, key(1), srem),
    data("smembers", 2, READ, key(1), smembers),
    data("scard", 2, READ_FAST, key(1), scard),
    data("sismember", 3, READ_FAST, key(1), sismember),
    data("smismember", -3, READ_FAST, key(1), smismember),
    data("smove", 4, WRITE_FAST, TWO, smove),
    data("spop", -2, WRITE_FAST, key(1), spop),
    data("srandmember", -2, READ, key(1), srandmember),
    data("sinter", -2, READ, keys_from(1), |db, argv| combined(db, argv, Combine::All)),
    data("sunion", -2, READ, keys_from(1), |db, argv| combined(db, argv, Combine::Any)),
    data("sdiff", -2, READ, keys_from(1), |db, argv| combined(db, argv, Combine::First)),
    data("sinterstore", -3, GROW, keys_from(1), |db, argv| store(db, argv, Combine::All)),
    data("sunionstore", -3, GROW, keys_from(1), |db, argv| store(db, argv, Combine::Any)),
    data("sdiffstore", -3, GROW, keys_from(1), |db, argv| store(db, argv, Combine::First)),
    data("sintercard", -3, READ.or(Flags::MOVABLE), COUNTED, sintercard),
    data("sscan", -3, READ, key(1), sscan),
];

fn sadd(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let set = db.get_or_make::<Set>(&argv[1])?;
    let added = argv[2..].iter().filter(|member| set.insert((*member).clone())).count();
    if 0 < added {
        db.changed_by(&argv[1], added);
    }
    Ok(Reply::Int(added as i64))
}

fn srem(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let key = &argv[1];
    let Some(set) = db.get_mut::<Set>(key)? else { return Ok(Reply::Int(0)) };
    let removed = argv[2..].iter().filter(|member| set.remove(member)).count();
    if 0 < removed {
        db.changed_by(key, removed);
        db.drop_if_empty(key);
    }
    Ok(Reply::Int(removed as i64))
}

/// The members of a set, none if it is not there.
pub(super) fn members(db: &mut Db<'_>, key: &Bytes) -> Result<Vec<Bytes>, Refused> {
    Ok(db.get::<Set>(key)?.map(|set| set.iter().cloned().collect()).unwrap_or_default())
}

fn smembers(db: &mut Db<'_>, argv: &Argv) -> Answer {
    Ok(Reply::Set(members(db, &argv[1])?.into_iter().map(Reply::Bulk).collect()))
}

fn scard(db: &mut Db<'_>, argv: &Argv) -> Answer {
    Ok(Reply::Int(db.get::<Set>(&argv[1])?.map_or(0, |set| set.len() as i64)))
}

fn sismember(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let there = db.get::<Set>(&argv[1])?.is_some_and(|set| set.contains(&argv[2]));
    Ok(Reply::Int(i64::from(there)))
}

fn smismember(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let set = db.get::<Set>(&argv[1])?.cloned().unwrap_or_default();
    let there = |member: &Bytes| Reply::Int(i64::from(set.contains(member)));
    Ok(Reply::Array(argv[2..].iter().map(there).collect()))
}

fn smove(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let (from, to, member) = (&argv[1], &argv[2], &argv[3]);
    let there = match db.get::<Set>(from)? {
        None => return Ok(Reply::Int(0)),
        Some(set) => set.contains(member),
    };
    db.get::<Set>(to)?;
    if from == to || !there {
        return Ok(Reply::Int(i64::from(there)));
    }
    if let Some(set) = db.get_mut::<Set>(from)? {
        set.remove(member);
    }
    db.drop_if_empty(from);
    let is_new = db.get_or_make::<Set>(to)?.insert(member.clone());
    db.changed(from);
    if is_new {
        db.changed(to);
    }
    Ok(Reply::Int(1))
}

/// A count. In Redis: `getPositiveLongFromObjectOrReply`.
pub(super) fn positive(word: &[u8]) -> Result<usize, Refused> {
    let count = int(word).ok().and_then(|count| usize::try_from(count).ok());
    count.ok_or_else(|| Refused::text("ERR value is out of range, must be positive"))
}

fn spop(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let key = &argv[1];
    let count = argv.get(2).map(|word| positive(word)).transpose()?;
    let mut all = members(db, key)?;
    if !all.is_empty() && count.is_some_and(|count| all.len() <= count) {
        // The whole is read as by SUNION.
        db.look_up(key);
    }
    let mut taken = Vec::new();
    while taken.len() < count.unwrap_or(1) && !all.is_empty() {
        let at = db.rng.below(all.len() as u64) as usize;
        taken.push(all.remove(at));
    }
    if let Some(set) = db.get_mut::<Set>(key)? {
        for member in &taken {
            set.remove(member);
        }
    }
    if !taken.is_empty() {
        db.changed_by(key, taken.len());
        if all.is_empty() && count.is_some() {
            db.rewrite(command([b"DEL", key]));
        } else {
            taken.iter().for_each(|member| db.also(command([b"SREM", key, member])));
        }
        db.drop_if_empty(key);
    }
    let mut replies = taken.into_iter().map(Reply::Bulk);
    Ok(match count {
        Some(_) => Reply::Set(replies.collect()),
        None => replies.next().unwrap_or(Reply::Nil),
    })
}

fn srandmember(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let wanted = Wanted::read(&argv[2..], None)?;
    let all = members(db, &argv[1])?;
    let Some(wanted) = wanted else {
        return Ok(one(&all, db.rng).map_or(Reply::Nil, Reply::Bulk));
    };
    let picked = wanted.pick(all.len(), db.rng)?.into_iter();
    Ok(Reply::Array(picked.map(|place| Reply::Bulk(all[place].clone())).collect()))
}

/// How sets are combined.
#[derive(Clone, Copy)]
enum Combine {
    /// In all of them.
    All,
    /// In any of them.
    Any,
    /// In the first, but in no other.
    First,
}

fn combine(db: &mut Db<'_>, keys: &[Bytes], how: Combine) -> Result<Set, Refused> {
    let mut sets = Vec::with_capacity(keys.len());
    for key in keys {
        sets.push(db.get::<Set>(key)?.cloned().unwrap_or_default());
    }
    let Some((first, others)) = sets.split_first() else { return Ok(Set::default()) };
    let mut result = Set::default();
    let belongs = |member: &&Bytes| match how {
        Combine::All => others.iter().all(|set| set.contains(member)),
        Combine::Any => true,
        Combine::First => !others.iter().any(|set| set.contains(member)),
    };
    first.iter().filter(belongs).for_each(|member| {
        result.insert(member.clone());
    });
    if let Combine::Any = how {
        for member in others.iter().flat_map(Set::iter) {
            result.insert(member.clone());
        }
    }
    Ok(result)
}

fn combined(db: &mut Db<'_>, argv: &Argv, how: Combine) -> Answer {
    let set = combine(db, &argv[1..], how)?;
    Ok(Reply::Set(set.iter().cloned().map(Reply::Bulk).collect()))
}

fn store(db: &mut Db<'_>, argv: &Argv, how: Combine) -> Answer {
    let set = combine(db, &argv[2..], how)?;
    let len = set.len() as i64;
    match len {
        0 => db.clear(&argv[1]),
        _ => db.set(&argv[1], set),
    }
    Ok(Reply::Int(len))
}

fn sintercard(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let count = int(&argv[1]).ok().filter(|count| 0 < *count);
    let Some(count) = count else {
        return Err(Refused::text("ERR numkeys should be greater than 0"));
    };
    let count = count as usize;
    if argv.len() - 2 < count {
        return Err(Refused::text("ERR Number of keys can't be greater than number of args"));
    }
    let limit = match &argv[2 + count..] {
        [] => 0,
        [word, limit] if is(word, "limit") => {
            positive(limit).map_err(|_| Refused::text("ERR LIMIT can't be negative"))?
        }
        _ => return Err(Refused::Syntax),
    };
    let len = combine(db, &argv[2..2 + count], Combine::All)?.len();
    Ok(Reply::Int(if limit == 0 { len } else { len.min(limit) } as i64))
}

fn sscan(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let found = members(db, &argv[1])?;
    scan_reply(argv, found.into_iter().map(|member| vec![member]).collect())
}

/// SSCAN, HSCAN and ZSCAN give all at once, as Redis does for compact encodings.
pub(super) fn scan_reply(argv: &Argv, rows: Vec<Vec<Bytes>>) -> Answer {
    let cursor: Result<u64, _> = super::words::text(&argv[2]).parse();
    cursor.map_err(|_| Refused::text("ERR invalid cursor"))?;
    let mut pattern = None;
    for pair in argv[3..].chunks(2) {
        let [option, value] = pair else { return Err(Refused::Syntax) };
        match lower(option).as_str() {
            "match" => pattern = Some(value.clone()),
            "count" if int(value)? < 1 => return Err(Refused::Syntax),
            "count" => {}
            _ => return Err(Refused::Syntax),
        }
    }
    let wanted = |row: &Vec<Bytes>| pattern.as_ref().is_none_or(|p| matches(p, &row[0]));
    let hits = rows.into_iter().filter(wanted).flatten().map(Reply::Bulk).collect();
    Ok(Reply::Array(vec![Reply::Bulk(number_word(0)), Reply::Array(hits)]))
}
