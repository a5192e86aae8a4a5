//! HyperLogLogs as strings.
//!
//! In Redis: hyperloglog.c. PFCOUNT of one key keeps its estimate in the string, which is a change.

use super::table::{Flags, GROW, GROW_FAST, Keys, READ, data, key, keys_from, node};
use super::words::{lower, text};
use super::{Answer, Command, Refused};
use crate::node::keyspace::{Db, Form, Hll, NoHll, REGISTERS, Text, estimate};
use crate::words::{Argv, Reply};
use bytes::Bytes;

pub(super) const COMMANDS: &[Command] = &[
    data("pfadd", -2, GROW_FAST, key(1), pfadd),
    data("pfcount", -2, READ, keys_from(1), pfcount),
    data("pfmerge", -2, GROW, keys_from(1), pfmerge),
    data("pfdebug", 3, GROW.or(Flags::ADMIN), key(2), pfdebug),
    // It would compare two implementations for a while; here is one.
    node("pfselftest", 1, Flags::ADMIN, Keys::None, |_, _| Reply::OK.into()),
];

fn read(db: &mut Db<'_>, key: &Bytes) -> Result<Option<Hll>, Refused> {
    let Some(text) = db.get::<Text>(key)? else { return Ok(None) };
    Hll::parse(&text.bytes).map(Some).map_err(|why| {
        Refused::text(match why {
            NoHll::Other => "WRONGTYPE Key is not a valid HyperLogLog string value.",
            NoHll::Corrupt => "INVALIDOBJ Corrupted HLL object detected",
        })
    })
}

fn write(db: &mut Db<'_>, key: &Bytes, hll: &Hll, changes: usize) {
    db.stays(key, Text { bytes: hll.to_bytes(), form: Form::Edited });
    db.changed_by(key, changes);
}

fn pfadd(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let before = read(db, &argv[1])?;
    let made = before.is_none();
    let mut hll = before.unwrap_or_default();
    let raised = argv[2..].iter().filter(|element| hll.add(element)).count();
    let changes = usize::from(made) + raised;
    if 0 < changes {
        hll.forget_estimate();
        write(db, &argv[1], &hll, changes);
    }
    Ok(Reply::Int(i64::from(0 < changes)))
}

/// The registers of all together, and whether one of them is dense.
fn union(db: &mut Db<'_>, keys: &[Bytes]) -> Result<(Vec<u8>, bool), Refused> {
    let mut all = vec![0; REGISTERS];
    let mut dense = false;
    for key in keys {
        let Some(hll) = read(db, key)? else { continue };
        dense |= hll.is_dense();
        all.iter_mut().zip(hll.registers()).for_each(|(mine, other)| *mine = other.max(*mine));
    }
    Ok((all, dense))
}

fn pfcount(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let [key] = &argv[1..] else {
        return Ok(Reply::Int(estimate(&union(db, &argv[1..])?.0) as i64));
    };
    let Some(mut hll) = read(db, key)? else { return Ok(Reply::Int(0)) };
    if let Some(estimate) = hll.estimate() {
        return Ok(Reply::Int(estimate as i64));
    }
    let count = hll.count();
    write(db, key, &hll, 1);
    Ok(Reply::Int(count as i64))
}

fn pfmerge(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let (all, dense) = union(db, &argv[1..])?;
    let mut target = db.again(|db| read(db, &argv[1]))?.unwrap_or_default();
    if dense {
        target.make_dense();
    }
    for (place, value) in all.into_iter().enumerate().filter(|(_, value)| *value != 0) {
        target.raise(place, value);
    }
    target.forget_estimate();
    write(db, &argv[1], &target, 1);
    Ok(Reply::OK)
}

fn pfdebug(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let key = &argv[2];
    let missing = || Refused::text("ERR The specified key does not exist");
    let mut hll = read(db, key)?.ok_or_else(missing)?;
    match lower(&argv[1]).as_str() {
        "getreg" => {
            if hll.make_dense() {
                write(db, key, &hll, 1);
            }
            let registers = hll.registers().into_iter();
            Ok(Reply::Array(registers.map(|register| Reply::Int(register.into())).collect()))
        }
        "decode" => decode(&hll),
        "encoding" => Ok(Reply::Simple(if hll.is_dense() { "dense" } else { "sparse" }.into())),
        "todense" => {
            let changed = hll.make_dense();
            if changed {
                write(db, key, &hll, 1);
            }
            Ok(Reply::Int(i64::from(changed)))
        }
        _ => Err(Refused::text(format!("ERR Unknown PFDEBUG subcommand '{}'", text(&argv[1])))),
    }
}

/// `Z:` many zeros, `z:` some, `v:` a value and how often.
fn decode(hll: &Hll) -> Answer {
    let runs = hll.runs().ok_or_else(|| Refused::text("ERR HLL encoding is not sparse"))?;
    let shown = runs.iter().map(|run| match run.value {
        0 if run.is_long() => format!("Z:{}", run.len),
        0 => format!("z:{}", run.len),
        value => format!("v:{value},{}", run.len),
    });
    Ok(Reply::bulk(shown.collect::<Vec<_>>().join(" ")))
}
