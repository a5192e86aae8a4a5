//! Bits of strings.
//!
//! In Redis: bitops.c. BITFIELD is in `bitfield`.

use super::strings::bytes_of;
use super::table::{GROW, READ, READ_FAST, data, key, keys_from};
use super::words::{clip_bytes, int, is, lower};
use super::{Answer, Command, Refused};
use crate::node::keyspace::{Db, Form, Text};
use crate::words::{Argv, Reply};

pub(super) const COMMANDS: &[Command] = &[
    data("setbit", 4, GROW, key(1), setbit),
    data("getbit", 3, READ_FAST, key(1), getbit),
    data("bitcount", -2, READ, key(1), bitcount),
    data("bitpos", -3, READ, key(1), bitpos),
    data("bitop", -4, GROW, keys_from(2), bitop),
];

fn bit_offset(db: &Db<'_>, word: &[u8]) -> Result<usize, Refused> {
    let invalid = || Refused::text("ERR bit offset is not an integer or out of range");
    let offset = int(word).map_err(|_| invalid())?;
    let bounded = u32::try_from(offset).map_err(|_| invalid())?;
    if db.longest <= u64::from(bounded) / 8 {
        return Err(invalid());
    }
    usize::try_from(bounded).map_err(|_| invalid())
}

fn setbit(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let offset = bit_offset(db, &argv[2])?;
    let on = match argv[3].as_ref() {
        b"0" => false,
        b"1" => true,
        _ => return Err(Refused::text("ERR bit is not an integer or out of range")),
    };
    let there = db.get::<Text>(&argv[1])?.is_some();
    let mut bytes = bytes_of(db, &argv[1])?;
    let grows = !there || bytes.len() <= offset / 8;
    bytes.resize(bytes.len().max(offset / 8 + 1), 0);
    let mask = 0x80 >> (offset % 8);
    let before = bytes[offset / 8] & mask != 0;
    if before == on && !grows {
        db.stays(&argv[1], Text { bytes: bytes.into(), form: Form::Edited });
        return Ok(Reply::Int(i64::from(before)));
    }
    bytes[offset / 8] = bytes[offset / 8] & !mask | if on { mask } else { 0 };
    db.set_keeping_deadline(&argv[1], Text { bytes: bytes.into(), form: Form::Edited });
    Ok(Reply::Int(i64::from(before)))
}

fn getbit(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let offset = bit_offset(db, &argv[2])?;
    let bytes = bytes_of(db, &argv[1])?;
    Ok(Reply::Int(i64::from(bit(&bytes, offset))))
}

fn bitcount(db: &mut Db<'_>, argv: &Argv) -> Answer {
    if db.get::<Text>(&argv[1])?.is_none() {
        return Ok(Reply::Int(0));
    }
    db.has_looked_up();
    let bytes = bytes_of(db, &argv[1])?;
    let range = match &argv[2..] {
        [] => Some(0..bytes.len() * 8),
        [start, end] => {
            let range = clip_bytes(int(start)?, int(end)?, bytes.len());
            range.map(|range| range.start * 8..range.end * 8)
        }
        [start, end, unit] => {
            let (start, end) = (int(start)?, int(end)?);
            if start < 0 && end < start {
                return Ok(Reply::Int(0));
            }
            let unit = bits_of(unit)?;
            let range = clip_bytes(start, end, bytes.len() * 8 / unit);
            range.map(|range| range.start * unit..range.end * unit)
        }
        _ => return Err(Refused::Syntax),
    };
    let ones = range.map_or(0, |range| range.filter(|&at| bit(&bytes, at)).count());
    Ok(Reply::Int(ones as i64))
}

/// How many bits a unit has that ranges are given in.
fn bits_of(unit: &[u8]) -> Result<usize, Refused> {
    match () {
        () if is(unit, "bit") => Ok(1),
        () if is(unit, "byte") => Ok(8),
        () => Err(Refused::Syntax),
    }
}

fn bit(bytes: &[u8], at: usize) -> bool {
    bytes.get(at / 8).is_some_and(|byte| byte & 0x80 >> (at % 8) != 0)
}

/// Where the first such bit is. Behind a range without an end all bits are 0.
fn bitpos(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let wanted = match int(&argv[2])? {
        0 => false,
        1 => true,
        _ => return Err(Refused::text("ERR The bit argument must be 1 or 0.")),
    };
    if db.get::<Text>(&argv[1])?.is_none() {
        return Ok(Reply::Int(if wanted { -1 } else { 0 }));
    }
    db.has_looked_up();
    let bytes = bytes_of(db, &argv[1])?;
    let (start, end, unit) = match &argv[3..] {
        [] => (0, -1, 8),
        [start] => (int(start)?, -1, 8),
        [start, end] => (int(start)?, int(end)?, 8),
        [start, end, unit] => {
            let start = int(start)?;
            let unit = bits_of(unit)?;
            (start, int(end)?, unit)
        }
        _ => return Err(Refused::Syntax),
    };
    let len = (bytes.len() * 8 / unit) as i64;
    let from_end = |place: i64| if place < 0 { (len + place).max(0) } else { place };
    let (start, end) = (from_end(start), from_end(end).min(len - 1));
    if end < start {
        return Ok(Reply::Int(-1));
    }
    let mut range = start as usize * unit..(end as usize + 1) * unit;
    let behind = if wanted || 4 < argv.len() { -1 } else { range.end as i64 };
    let found = range.find(|&at| bit(&bytes, at) == wanted);
    Ok(Reply::Int(found.map_or(behind, |at| at as i64)))
}

fn bitop(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let operation = lower(&argv[1]);
    match operation.as_str() {
        "and" | "or" | "xor" => {}
        "not" if argv.len() == 4 => {}
        "not" => {
            return Err(Refused::text("ERR BITOP NOT must be called with a single source key."));
        }
        _ => return Err(Refused::Syntax),
    }
    let sources: Vec<Vec<u8>> =
        argv[3..].iter().map(|key| bytes_of(db, key)).collect::<Result<_, _>>()?;
    let len = sources.iter().map(Vec::len).max().unwrap_or(0);
    let byte = |source: &Vec<u8>, at: usize| source.get(at).copied().unwrap_or(0);
    let fold = |with: fn(u8, u8) -> u8| -> Vec<u8> {
        let column = |at| sources.iter().map(|source| byte(source, at)).reduce(with);
        (0..len).map(|at| column(at).unwrap_or(0)).collect()
    };
    let result = match operation.as_str() {
        "and" => fold(|a, b| a & b),
        "or" => fold(|a, b| a | b),
        "xor" => fold(|a, b| a ^ b),
        _ => sources[0].iter().map(|byte| !byte).collect(),
    };
    if result.is_empty() {
        db.clear(&argv[2]);
    } else {
        db.set(&argv[2], Text { bytes: result.into(), form: Form::Edited });
    }
    Ok(Reply::Int(len as i64))
}
