//! Hashes.
//!
//! In Redis: t_hash.c.

use super::picks::{Wanted, one};
use super::sets::scan_reply;
use super::strings::add_decimals;
use super::table::{GROW_FAST, READ, READ_FAST, WRITE_FAST, data, key};
use super::words::{command, int, number_word};
use super::{Answer, Command, Refused};
use crate::node::keyspace::{Db, Hash, number};
use crate::words::{Argv, Reply};
use bytes::Bytes;

pub(super) const COMMANDS: &[Command] = &[
    data("hset", -4, GROW_FAST, key(1), |db, argv| hset(db, argv, "hset")),
    data("hmset", -4, GROW_FAST, key(1), |db, argv| hset(db, argv, "hmset")),
    data("hsetnx", 4, GROW_FAST, key(1), hsetnx),
    data("hget", 3, READ_FAST, key(1), |db, argv| {
        Ok(field(db, &argv[1], &argv[2])?.map_or(Reply::Nil, Reply::Bulk))
    }),
    data("hmget", -3, READ_FAST, key(1), hmget),
    data("hdel", -3, WRITE_FAST, key(1), hdel),
    data("hgetall", 2, READ, key(1), hgetall),
    data("hkeys", 2, READ, key(1), |db, argv| list(db, argv, |(field, _)| field)),
    data("hvals", 2, READ, key(1), |db, argv| list(db, argv, |(_, value)| value)),
    data("hlen", 2, READ_FAST, key(1), |db, argv| {
        Ok(Reply::Int(pairs(db, &argv[1])?.len() as i64))
    }),
    data("hexists", 3, READ_FAST, key(1), |db, argv| {
        Ok(Reply::Int(i64::from(field(db, &argv[1], &argv[2])?.is_some())))
    }),
    data("hstrlen", 3, READ_FAST, key(1), |db, argv| {
        Ok(Reply::Int(field(db, &argv[1], &argv[2])?.map_or(0, |value| value.len() as i64)))
    }),
    data("hincrby", 4, GROW_FAST, key(1), hincrby),
    data("hincrbyfloat", 4, GROW_FAST, key(1), hincrbyfloat),
    data("hrandfield", -2, READ, key(1), hrandfield),
    data("hscan", -3, READ, key(1), |db, argv| {
        let rows = pairs(db, &argv[1])?;
        scan_reply(argv, rows.into_iter().map(|(field, value)| vec![field, value]).collect())
    }),
];

fn field(db: &mut Db<'_>, key: &Bytes, name: &Bytes) -> Result<Option<Bytes>, Refused> {
    Ok(db.get::<Hash>(key)?.and_then(|hash| hash.fields.get(name).cloned()))
}

fn pairs(db: &mut Db<'_>, key: &Bytes) -> Result<Vec<(Bytes, Bytes)>, Refused> {
    let all = |hash: &Hash| hash.fields.iter().map(|(f, v)| (f.clone(), v.clone())).collect();
    Ok(db.get::<Hash>(key)?.map(all).unwrap_or_default())
}

fn hset(db: &mut Db<'_>, argv: &Argv, name: &str) -> Answer {
    if !argv.len().is_multiple_of(2) {
        return Err(Refused::WrongArity(name.into()));
    }
    let hash = db.get_or_make::<Hash>(&argv[1])?;
    let pairs = argv[2..].chunks_exact(2);
    let added = pairs.filter(|pair| hash.set(pair[0].clone(), pair[1].clone())).count();
    db.changed_by(&argv[1], argv.len() / 2 - 1);
    Ok(if name == "hmset" { Reply::OK } else { Reply::Int(added as i64) })
}

fn hsetnx(db: &mut Db<'_>, argv: &Argv) -> Answer {
    if field(db, &argv[1], &argv[2])?.is_some() {
        return Ok(Reply::Int(0));
    }
    db.get_or_make::<Hash>(&argv[1])?.set(argv[2].clone(), argv[3].clone());
    db.changed(&argv[1]);
    Ok(Reply::Int(1))
}

fn hmget(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let hash = db.get::<Hash>(&argv[1])?.cloned().unwrap_or_default();
    let value = |name: &Bytes| hash.fields.get(name).cloned().map_or(Reply::Nil, Reply::Bulk);
    Ok(Reply::Array(argv[2..].iter().map(value).collect()))
}

fn hdel(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let key = &argv[1];
    let Some(hash) = db.get_mut::<Hash>(key)? else { return Ok(Reply::Int(0)) };
    let gone = |name: &&Bytes| hash.fields.shift_remove(*name).is_some();
    let removed = argv[2..].iter().filter(gone).count();
    if 0 < removed {
        db.changed_by(key, removed);
        db.drop_if_empty(key);
    }
    Ok(Reply::Int(removed as i64))
}

fn hgetall(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let pair = |(field, value)| (Reply::Bulk(field), Reply::Bulk(value));
    Ok(Reply::Map(pairs(db, &argv[1])?.into_iter().map(pair).collect()))
}

fn list(db: &mut Db<'_>, argv: &Argv, pick: fn((Bytes, Bytes)) -> Bytes) -> Answer {
    Ok(Reply::Array(pairs(db, &argv[1])?.into_iter().map(pick).map(Reply::Bulk).collect()))
}

fn hincrby(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let by = int(&argv[3])?;
    let before = match field(db, &argv[1], &argv[2])? {
        Some(value) => number::integer(&value)
            .ok_or_else(|| Refused::text("ERR hash value is not an integer"))?,
        None => 0,
    };
    let after = before.checked_add(by).ok_or(Refused::Overflow)?;
    db.get_or_make::<Hash>(&argv[1])?.set(argv[2].clone(), number_word(after));
    db.changed(&argv[1]);
    Ok(Reply::Int(after))
}

fn hincrbyfloat(db: &mut Db<'_>, argv: &Argv) -> Answer {
    number::Extended::parse(&argv[3]).ok_or(Refused::NotFloat)?;
    let before = field(db, &argv[1], &argv[2])?;
    if before.as_ref().is_some_and(|value| number::Extended::parse(value).is_none()) {
        return Err(Refused::text("ERR hash value is not a float"));
    }
    let sum = add_decimals(before.as_deref(), &argv[3])?;
    db.get_or_make::<Hash>(&argv[1])?.set(argv[2].clone(), sum.clone());
    db.changed(&argv[1]);
    db.rewrite(command([b"HSET", &argv[1], &argv[2], &sum]));
    Ok(Reply::Bulk(sum))
}

fn hrandfield(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let wanted = Wanted::read(&argv[2..], Some("withvalues"))?;
    let all = pairs(db, &argv[1])?;
    let Some(wanted) = wanted else {
        return Ok(one(&all, db.rng).map_or(Reply::Nil, |(field, _)| Reply::Bulk(field)));
    };
    let rows = wanted.pick(all.len(), db.rng)?.into_iter().map(|place| all[place].clone());
    let rows = rows.map(|(field, value)| (Reply::Bulk(field), Reply::Bulk(value)));
    Ok(match wanted.paired {
        true => Reply::pairs(rows),
        false => Reply::Array(rows.map(|(field, _)| field).collect()),
    })
}
