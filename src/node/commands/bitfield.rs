//! BITFIELD: integers of any width inside a string.
//!
//! In Redis: `bitfieldGeneric` (bitops.c). As there, an operation that fails on overflow has made room for
//! itself, and only what changed a value or made room is propagated.

use super::table::{GROW, READ_FAST, data, key};
use super::words::{int, lower};
use super::{Answer, Command, Refused};
use crate::node::keyspace::{Db, Form, Text, number};
use crate::words::{Argv, Reply};
use bytes::Bytes;

pub(super) const COMMANDS: &[Command] = &[
    data("bitfield", -2, GROW, key(1), |db, argv| bitfield(db, argv, false)),
    data("bitfield_ro", -2, READ_FAST, key(1), |db, argv| bitfield(db, argv, true)),
];

/// An integer in a string: where it begins, how wide it is, in bits.
#[derive(Clone, Copy)]
struct Field {
    signed: bool,
    bits: u32,
    offset: usize,
}

#[derive(Clone, Copy)]
enum Action {
    Get,
    Set(i64),
    Add(i64),
}

/// What happens to a value that does not fit.
#[derive(Clone, Copy)]
enum Overflow {
    Wrap,
    Saturate,
    Fail,
}

struct Operation {
    field: Field,
    action: Action,
    overflow: Overflow,
}

fn bitfield(db: &mut Db<'_>, argv: &Argv, read_only: bool) -> Answer {
    let operations = parse(&argv[2..])?;
    let writes = |operation: &&Operation| !matches!(operation.action, Action::Get);
    let room = operations.iter().filter(writes).map(|operation| operation.field.end()).max();
    if read_only && room.is_some() {
        return Err(Refused::text("ERR BITFIELD_RO only supports the GET subcommand"));
    }
    db.counts_lookups = room.is_none();
    let mut bytes = db.get::<Text>(&argv[1])?.map(|text| text.bytes.to_vec()).unwrap_or_default();
    let Some(room) = room else {
        let read = |operation: &Operation| Reply::Int(operation.field.read(&bytes) as i64);
        return Ok(Reply::Array(operations.iter().map(read).collect()));
    };
    let grows = bytes.len() < room.div_ceil(8);
    bytes.resize(bytes.len().max(room.div_ceil(8)), 0);
    let mut changes = 0;
    let mut replies = Vec::new();
    for operation in &operations {
        let before = operation.field.read(&bytes);
        let reply = operation.run(&mut bytes);
        let written = reply != Reply::Nil && !matches!(operation.action, Action::Get);
        let changed = written && (grows || operation.field.read(&bytes) != before);
        changes += usize::from(changed);
        replies.push(reply);
    }
    let value = Text { bytes: bytes.into(), form: Form::Edited };
    db.stays(&argv[1], value);
    if 0 < changes {
        db.changed_by(&argv[1], changes);
    }
    Ok(Reply::Array(replies))
}

fn parse(mut words: &[Bytes]) -> Result<Vec<Operation>, Refused> {
    let mut operations = Vec::new();
    let mut overflow = Overflow::Wrap;
    while let Some((name, rest)) = words.split_first() {
        let name = lower(name);
        words = match (name.as_str(), rest) {
            ("get", [kind, offset, rest @ ..]) => {
                let field = Field::parse(kind, offset)?;
                operations.push(Operation { field, action: Action::Get, overflow });
                rest
            }
            ("set" | "incrby", [kind, offset, value, rest @ ..]) => {
                let field = Field::parse(kind, offset)?;
                let value = int(value)?;
                let action = if name == "set" { Action::Set(value) } else { Action::Add(value) };
                operations.push(Operation { field, action, overflow });
                rest
            }
            ("overflow", [kind, rest @ ..]) => {
                overflow = Overflow::parse(kind)?;
                rest
            }
            _ => return Err(Refused::Syntax),
        };
    }
    Ok(operations)
}

impl Overflow {
    fn parse(word: &[u8]) -> Result<Overflow, Refused> {
        match lower(word).as_str() {
            "wrap" => Ok(Overflow::Wrap),
            "sat" => Ok(Overflow::Saturate),
            "fail" => Ok(Overflow::Fail),
            _ => Err(Refused::text("ERR Invalid OVERFLOW type specified")),
        }
    }
}

impl Field {
    fn parse(kind: &[u8], offset: &[u8]) -> Result<Field, Refused> {
        let (signed, digits) = match kind {
            [b'i', digits @ ..] => (true, digits),
            [b'u', digits @ ..] => (false, digits),
            _ => return Err(invalid_type()),
        };
        let bits = number::integer(digits).and_then(|bits| u32::try_from(bits).ok());
        let widest = if signed { 64 } else { 63 };
        let bits = bits.filter(|bits| (1..=widest).contains(bits)).ok_or_else(invalid_type)?;
        let (digits, unit) = match offset {
            [b'#', digits @ ..] => (digits, i64::from(bits)),
            _ => (offset, 1),
        };
        let offset = number::integer(digits).and_then(|offset| offset.checked_mul(unit));
        // A string has at most 512 MiB.
        let offset = offset.and_then(|offset| u32::try_from(offset).ok());
        let offset = offset
            .ok_or_else(|| Refused::text("ERR bit offset is not an integer or out of range"))?;
        Ok(Field { signed, bits, offset: offset as usize })
    }

    /// The bit behind its last one.
    fn end(self) -> usize {
        self.offset + self.bits as usize
    }

    /// Its value; bits behind the end of the string are 0.
    fn read(self, bytes: &[u8]) -> i128 {
        let bit = |at: usize| bytes.get(at / 8).is_some_and(|byte| byte & 0x80 >> (at % 8) != 0);
        let unsigned =
            (self.offset..self.end()).fold(0u64, |value, at| value << 1 | u64::from(bit(at)));
        self.value_of(unsigned)
    }

    fn write(self, value: i128, bytes: &mut [u8]) {
        for (at, shift) in (self.offset..self.end()).zip((0..self.bits).rev()) {
            let mask = 0x80 >> (at % 8);
            bytes[at / 8] &= !mask;
            if value >> shift & 1 == 1 {
                bytes[at / 8] |= mask;
            }
        }
    }

    fn value_of(self, bits: u64) -> i128 {
        let negative = self.signed && bits >> (self.bits - 1) & 1 == 1;
        i128::from(bits) - if negative { 1 << self.bits } else { 0 }
    }

    fn limits(self) -> (i128, i128) {
        match self.signed {
            true => (-(1 << (self.bits - 1)), (1 << (self.bits - 1)) - 1),
            false => (0, (1 << self.bits) - 1),
        }
    }

    /// A number as this field holds it; none if it does not fit and that is a failure.
    fn fit(self, number: i128, overflow: Overflow) -> Option<i128> {
        let (least, most) = self.limits();
        match overflow {
            _ if (least..=most).contains(&number) => Some(number),
            Overflow::Wrap => Some(self.value_of((number & ((1 << self.bits) - 1)) as u64)),
            Overflow::Saturate => Some(number.clamp(least, most)),
            Overflow::Fail => None,
        }
    }
}

fn invalid_type() -> Refused {
    Refused::text(
        "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but \
         i64 is.",
    )
}

impl Operation {
    /// Does it; the answer to it. SET answers with the value before.
    fn run(&self, bytes: &mut [u8]) -> Reply {
        let before = self.field.read(bytes);
        let asked = match self.action {
            Action::Get => return Reply::Int(before as i64),
            Action::Set(value) if self.field.signed => i128::from(value),
            Action::Set(value) => i128::from(value as u64),
            Action::Add(value) => before + i128::from(value),
        };
        let Some(after) = self.field.fit(asked, self.overflow) else { return Reply::Nil };
        self.field.write(after, bytes);
        match self.action {
            Action::Add(_) => Reply::Int(after as i64),
            Action::Get | Action::Set(_) => Reply::Int(before as i64),
        }
    }
}
