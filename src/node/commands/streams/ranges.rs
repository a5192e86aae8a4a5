//! XRANGE and XREVRANGE.
//!
//! In Redis: `xrangeGenericCommand`.

use super::super::words::{int, is};
use super::super::{Answer, Refused};
use super::{end, entry_reply, start};
use crate::node::keyspace::{Db, Stream};
use crate::words::{Argv, Reply};

pub(super) fn xrange(db: &mut Db<'_>, argv: &Argv, reversed: bool) -> Answer {
    let (low, high) = if reversed { (3, 2) } else { (2, 3) };
    let (low, high) = (start(&argv[low])?, end(&argv[high])?);
    let mut count = usize::MAX;
    let mut rest = &argv[4..];
    while let [word, value, others @ ..] = rest {
        if !is(word, "count") {
            return Err(Refused::Syntax);
        }
        count = usize::try_from(int(value)?).unwrap_or(0);
        rest = others;
    }
    if !rest.is_empty() {
        return Err(Refused::Syntax);
    }
    let Some(stream) = db.get::<Stream>(&argv[1])? else { return Ok(Reply::Array(Vec::new())) };
    if count == 0 {
        return Ok(Reply::NilArray);
    }
    Ok(Reply::Array(match reversed {
        true => stream.range_back(low, high).take(count).map(entry_reply).collect(),
        false => stream.range(low, high).take(count).map(entry_reply).collect(),
    }))
}
