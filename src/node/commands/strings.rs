//! Strings: GET, SET and what counts and cuts.
//!
//! In Redis: t_string.c. SET's options that depend on the clock are propagated as moments (`PXAT`).

use super::table::{GROW, GROW_FAST, Keys, READ, READ_FAST, WRITE_FAST, data, key, keys_from};
use super::words::{clip_bytes, command, int, lower, number_word};
use super::{Answer, Command, Refused};
use crate::node::keyspace::number::Extended;
use crate::node::keyspace::{Db, Form, Text, number};
use crate::words::{Argv, Reply};
use bytes::Bytes;

const PAIRS: Keys = Keys::Range { first: 1, last: -1, step: 2 };

pub(super) const COMMANDS: &[Command] = &[
    data("get", 2, READ_FAST, key(1), |db, argv| get(db, &argv[1])),
    data("set", -3, GROW, key(1), set),
    data("setnx", 3, GROW_FAST, key(1), setnx),
    data("setex", 4, GROW, key(1), |db, argv| setex(db, argv, 1000)),
    data("psetex", 4, GROW, key(1), |db, argv| setex(db, argv, 1)),
    data("getset", 3, GROW_FAST, key(1), getset),
    data("getdel", 2, WRITE_FAST, key(1), getdel),
    data("getex", -2, WRITE_FAST, key(1), getex),
    data("append", 3, GROW_FAST, key(1), append),
    data("strlen", 2, READ_FAST, key(1), strlen),
    data("getrange", 4, READ, key(1), getrange),
    data("substr", 4, READ, key(1), getrange),
    data("setrange", 4, GROW, key(1), setrange),
    data("mget", -2, READ_FAST, keys_from(1), mget),
    data("mset", -3, GROW, PAIRS, |db, argv| mset(db, argv, false)),
    data("msetnx", -3, GROW, PAIRS, |db, argv| mset(db, argv, true)),
    data("incr", 2, GROW_FAST, key(1), |db, argv| add(db, argv, 1)),
    data("decr", 2, GROW_FAST, key(1), |db, argv| add(db, argv, -1)),
    data("incrby", 3, GROW_FAST, key(1), |db, argv| {
        let by = int(&argv[2])?;
        add(db, argv, by)
    }),
    data("decrby", 3, GROW_FAST, key(1), decrby),
    data("incrbyfloat", 3, GROW_FAST, key(1), incrbyfloat),
    data("lcs", -3, READ, Keys::Range { first: 1, last: 2, step: 1 }, lcs),
];

fn get(db: &mut Db<'_>, key: &Bytes) -> Answer {
    Ok(db.get::<Text>(key)?.map_or(Reply::Nil, |text| Reply::Bulk(text.bytes.clone())))
}

/// What SET was told.
#[derive(Default)]
struct Options {
    only_if_there: bool,
    only_if_missing: bool,
    get: bool,
    keep_ttl: bool,
    /// PERSIST of GETEX.
    persist: bool,
    expires: Option<u64>,
}

fn set(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let options = options(db, argv, 3, "set")?;
    let key = &argv[1];
    let before = if options.get { Some(get(db, key)?) } else { None };
    let there = db.has(key);
    if options.only_if_missing && there || options.only_if_there && !there {
        return Ok(before.unwrap_or(Reply::Nil));
    }
    let value = Text::from(argv[2].clone());
    match options.keep_ttl {
        true => db.set_keeping_deadline(key, value),
        false => db.set(key, value),
    }
    if let Some(at) = options.expires {
        db.keys.set_deadline(key, Some(at));
        let at = number_word(at);
        db.rewrite(command([b"SET", key, &argv[2], b"PXAT", &at]));
    } else if options.get {
        let options = argv[3..].iter().filter(|word| !word.eq_ignore_ascii_case(b"GET"));
        db.rewrite(Argv::new(argv[..3].iter().chain(options).cloned()));
    }
    Ok(before.unwrap_or(Reply::OK))
}

fn options(db: &Db<'_>, argv: &[Bytes], from: usize, name: &str) -> Result<Options, Refused> {
    let mut options = Options::default();
    let mut words = argv[from..].iter();
    let is_set = name == "set";
    while let Some(word) = words.next() {
        let timed = options.expires.is_some() || options.keep_ttl || options.persist;
        match lower(word).as_str() {
            "nx" if is_set && !options.only_if_there => options.only_if_missing = true,
            "xx" if is_set && !options.only_if_missing => options.only_if_there = true,
            "get" if is_set => options.get = true,
            "keepttl" if is_set && !timed => options.keep_ttl = true,
            "persist" if !is_set && !timed => options.persist = true,
            unit @ ("ex" | "px" | "exat" | "pxat") if !timed => {
                let time = words.next().ok_or(Refused::Syntax)?;
                options.expires = Some(moment(db.now_ms(), unit, int(time)?, name)?);
            }
            _ => return Err(Refused::Syntax),
        }
    }
    Ok(options)
}

/// A deadline in Unix ms from a time in one of four units.
fn moment(now_ms: u64, unit: &str, time: i64, name: &str) -> Result<u64, Refused> {
    let invalid = || Refused::InvalidExpire(name.into());
    let scale = if unit.starts_with("ex") { 1000 } else { 1 };
    let base = if unit.ends_with("at") { 0 } else { now_ms as i64 };
    if time <= 0 {
        return Err(invalid());
    }
    let at = time.checked_mul(scale).and_then(|ms| ms.checked_add(base)).ok_or_else(invalid)?;
    Ok(at as u64)
}

fn setnx(db: &mut Db<'_>, argv: &Argv) -> Answer {
    if db.has(&argv[1]) {
        return Ok(Reply::Int(0));
    }
    db.set(&argv[1], Text::from(argv[2].clone()));
    Ok(Reply::Int(1))
}

fn setex(db: &mut Db<'_>, argv: &Argv, scale: i64) -> Answer {
    let name = if scale == 1 { "psetex" } else { "setex" };
    let unit = if scale == 1 { "px" } else { "ex" };
    let at = moment(db.now_ms(), unit, int(&argv[2])?, name)?;
    db.set(&argv[1], Text::from(argv[3].clone()));
    db.keys.set_deadline(&argv[1], Some(at));
    let at = number_word(at);
    db.rewrite(command([b"SET", &argv[1], &argv[3], b"PXAT", &at]));
    Ok(Reply::OK)
}

fn getset(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let before = get(db, &argv[1])?;
    db.set(&argv[1], Text::from(argv[2].clone()));
    db.rewrite(command([b"SET", &argv[1], &argv[2]]));
    Ok(before)
}

fn getdel(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let before = get(db, &argv[1])?;
    if db.delete(&argv[1]) {
        db.rewrite(command([b"DEL", &argv[1]]));
    }
    Ok(before)
}

fn getex(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let key = &argv[1];
    // A wrong type comes before a wrong time, but after a wrong word.
    let options = match options(db, argv, 2, "getex") {
        Err(Refused::Syntax) => return Err(Refused::Syntax),
        options => options,
    };
    let value = get(db, key)?;
    if value == Reply::Nil {
        return Ok(value);
    }
    let options = options?;
    if let Some(at) = options.expires {
        if at <= db.now_ms() {
            db.delete(key);
            db.rewrite(command([b"DEL", key]));
        } else {
            db.keys.set_deadline(key, Some(at));
            db.changed(key);
            db.rewrite(command([b"PEXPIREAT", key, &number_word(at)]));
        }
    } else if options.persist && db.deadline(key).is_some() {
        db.keys.set_deadline(key, None);
        db.changed(key);
        db.rewrite(command([b"PERSIST", key]));
    }
    Ok(value)
}

/// Replaces a string by an edited one and answers its length.
fn edit(db: &mut Db<'_>, key: &Bytes, bytes: Vec<u8>) -> Answer {
    let len = bytes.len() as i64;
    db.set_keeping_deadline(key, Text { bytes: bytes.into(), form: Form::Edited });
    Ok(Reply::Int(len))
}

/// The bytes of a string, none if it is not there.
pub(super) fn bytes_of(db: &mut Db<'_>, key: &Bytes) -> Result<Vec<u8>, Refused> {
    Ok(db.get::<Text>(key)?.map(|text| text.bytes.to_vec()).unwrap_or_default())
}

fn append(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let key = &argv[1];
    if db.get::<Text>(key)?.is_none() {
        db.set(key, Text::from(argv[2].clone()));
        return Ok(Reply::Int(argv[2].len() as i64));
    }
    let mut bytes = bytes_of(db, key)?;
    check_length(db, bytes.len() as u64 + argv[2].len() as u64)?;
    bytes.extend_from_slice(&argv[2]);
    edit(db, key, bytes)
}

/// In Redis: `checkStringLength`.
fn check_length(db: &Db<'_>, len: u64) -> Result<(), Refused> {
    let too_long = || Refused::text("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
    if db.longest < len { Err(too_long()) } else { Ok(()) }
}

fn strlen(db: &mut Db<'_>, argv: &Argv) -> Answer {
    Ok(Reply::Int(db.get::<Text>(&argv[1])?.map_or(0, |text| text.bytes.len() as i64)))
}

fn getrange(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let (start, end) = (int(&argv[2])?, int(&argv[3])?);
    let bytes = db.get::<Text>(&argv[1])?.map(|text| text.bytes.clone()).unwrap_or_default();
    let range = clip_bytes(start, end, bytes.len());
    Ok(Reply::Bulk(range.map_or(Bytes::new(), |range| bytes.slice(range))))
}

fn setrange(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let Ok(offset) = usize::try_from(int(&argv[2])?) else { return Err(Refused::OffsetOutOfRange) };
    let (key, value) = (&argv[1], &argv[3]);
    let mut bytes = bytes_of(db, key)?;
    if value.is_empty() {
        return Ok(Reply::Int(bytes.len() as i64));
    }
    check_length(db, offset as u64 + value.len() as u64)?;
    bytes.resize(bytes.len().max(offset + value.len()), 0);
    bytes[offset..offset + value.len()].copy_from_slice(value);
    edit(db, key, bytes)
}

fn mget(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let value = |key: &Bytes| get(db, key).unwrap_or(Reply::Nil);
    Ok(Reply::Array(argv[1..].iter().map(value).collect()))
}

fn mset(db: &mut Db<'_>, argv: &Argv, only_if_none: bool) -> Answer {
    if argv.len().is_multiple_of(2) {
        let name = if only_if_none { "msetnx" } else { "mset" };
        return Err(Refused::WrongArity(name.into()));
    }
    if only_if_none && argv[1..].iter().step_by(2).any(|key| db.has(key)) {
        return Ok(Reply::Int(0));
    }
    for pair in argv[1..].chunks_exact(2) {
        db.set(&pair[0], Text::from(pair[1].clone()));
    }
    Ok(if only_if_none { Reply::Int(1) } else { Reply::OK })
}

fn add(db: &mut Db<'_>, argv: &Argv, by: i64) -> Answer {
    let key = &argv[1];
    let before = match db.get::<Text>(key)? {
        Some(text) => number::integer(&text.bytes).ok_or(Refused::NotInteger)?,
        None => 0,
    };
    let after = before.checked_add(by).ok_or(Refused::Overflow)?;
    db.set_keeping_deadline(key, Text::from(number_word(after)));
    Ok(Reply::Int(after))
}

fn decrby(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let by = int(&argv[2])?;
    let by = by.checked_neg().ok_or_else(|| Refused::text("ERR decrement would overflow"))?;
    add(db, argv, by)
}

/// The sum of two decimal numbers as INCRBYFLOAT and HINCRBYFLOAT compute it.
pub(super) fn add_decimals(before: Option<&[u8]>, by: &[u8]) -> Result<Bytes, Refused> {
    let before = Extended::parse(before.unwrap_or(b"0")).ok_or(Refused::NotFloat)?;
    let by = Extended::parse(by).ok_or(Refused::NotFloat)?;
    Ok(number_word(before.plus(by)))
}

fn incrbyfloat(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let key = &argv[1];
    let before = db.get::<Text>(key)?.map(|text| text.bytes.clone());
    let sum = add_decimals(before.as_deref(), &argv[2])?;
    db.set_keeping_deadline(key, Text { bytes: sum.clone(), form: Form::Plain });
    db.rewrite(command([b"SET", key, &sum, b"KEEPTTL"]));
    Ok(Reply::Bulk(sum))
}

fn lcs(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let strings = |_| Refused::text("ERR The specified keys must contain string values");
    argv[1..3].iter().for_each(|key| _ = db.value(key));
    db.has_looked_up();
    let a = bytes_of(db, &argv[1]).map_err(strings)?;
    let b = bytes_of(db, &argv[2]).map_err(strings)?;
    let only_length = match argv.len() {
        3 => false,
        4 if super::words::is(&argv[3], "len") => true,
        _ => return Err(Refused::Syntax),
    };
    let width = b.len() + 1;
    let mut best = vec![0u32; (a.len() + 1) * width];
    for (i, x) in a.iter().enumerate().rev() {
        for (j, y) in b.iter().enumerate().rev() {
            best[i * width + j] = match x == y {
                true => best[(i + 1) * width + j + 1] + 1,
                false => best[(i + 1) * width + j].max(best[i * width + j + 1]),
            };
        }
    }
    if only_length {
        return Ok(Reply::Int(i64::from(best[0])));
    }
    let (mut i, mut j, mut common) = (0, 0, Vec::new());
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            common.push(a[i]);
            (i, j) = (i + 1, j + 1);
        } else if best[i * width + j + 1] < best[(i + 1) * width + j] {
            i += 1;
        } else {
            j += 1;
        }
    }
    Ok(Reply::bulk(common))
}
