//! XADD, XDEL and XSETID.
//!
//! XADD is propagated with the id it got. In Redis: `xaddCommand`, `xdelCommand`, `xsetidCommand`.

use super::super::words::{int, is};
use super::super::{Answer, Refused};
use super::options::{NewId, Of, Options};
use super::{id, trimming};
use crate::node::keyspace::stream::Marks;
use crate::node::keyspace::{Db, Stream, StreamId};
use crate::words::{Argv, Reply};
use bytes::Bytes;

pub(super) fn xadd(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let options = Options::parse(argv, Of::Add, db.obeys())?;
    let words = argv.get(options.id_at + 1..).unwrap_or_default();
    if words.is_empty() || !words.len().is_multiple_of(2) {
        return Err(Refused::WrongArity("xadd".into()));
    }
    if options.id == NewId::Exactly(StreamId::MIN) {
        return Err(Refused::text("ERR The ID specified in XADD must be greater than 0-0"));
    }
    let key = &argv[1];
    let last = match db.get::<Stream>(key)? {
        None if options.only_if_there => return Ok(Reply::Nil),
        None => StreamId::MIN,
        Some(stream) => stream.marks.last,
    };
    let id = new_id(options.id, last, db.now_ms())?;
    db.get_or_make::<Stream>(key)?.add(id, words.to_vec());
    db.changed(key);
    let mut effective = argv.to_vec();
    if let Some(trim) = &options.trim {
        let stream = db.get_or_make::<Stream>(key)?;
        stream.trim(trim);
        if trim.nearly {
            trimming::make_exact(&mut effective, options.trim_at, trim, stream);
        }
    }
    let shown = Bytes::from(id.to_string());
    if !matches!(options.id, NewId::Exactly(_)) {
        effective[options.id_at] = shown.clone();
    }
    db.rewrite(Argv::new(effective));
    Ok(Reply::Bulk(shown))
}

fn new_id(asked: NewId, last: StreamId, now_ms: u64) -> Result<StreamId, Refused> {
    let Some(next) = last.next() else {
        return Err(Refused::text(
            "ERR The stream has exhausted the last possible ID, unable to add more items",
        ));
    };
    let id = match asked {
        NewId::Time if last.ms < now_ms => StreamId { ms: now_ms, seq: 0 },
        NewId::Time => next,
        // Whatever went wrong before is said here: an overflow has no words of its own.
        NewId::NextIn(ms) if ms == last.ms => {
            let seq = last.seq.checked_add(1);
            let too_large = || Refused::text("ERR Elements are too large to be stored");
            StreamId { ms, seq: seq.ok_or_else(too_large)? }
        }
        NewId::NextIn(ms) => StreamId { ms, seq: 0 },
        NewId::Exactly(id) => id,
    };
    if id <= last {
        return Err(Refused::text(
            "ERR The ID specified in XADD is equal or smaller than the target stream top item",
        ));
    }
    Ok(id)
}

pub(super) fn xdel(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let key = &argv[1];
    if db.get::<Stream>(key)?.is_none() {
        return Ok(Reply::Int(0));
    }
    let ids: Vec<StreamId> = argv[2..].iter().map(|word| id(word)).collect::<Result<_, _>>()?;
    let Some(stream) = db.get_mut::<Stream>(key)? else { return Ok(Reply::Int(0)) };
    let mut deleted = 0;
    for id in ids {
        if stream.delete(id) {
            stream.marks.max_deleted = stream.marks.max_deleted.max(id);
            deleted += 1;
        }
    }
    if 0 < deleted {
        stream.note_first();
        db.changed_quietly(key, deleted);
    }
    Ok(Reply::Int(deleted as i64))
}

/// `XSETID key id [ENTRIESADDED n] [MAXDELETEDID id]`.
pub(super) fn xsetid(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let last = id(&argv[2])?;
    let (mut added, mut max_deleted) = (None, StreamId::MIN);
    let mut rest = &argv[3..];
    while let [option, value, others @ ..] = rest {
        match () {
            () if is(option, "entriesadded") => {
                let negative = || Refused::text("ERR entries_added must be positive");
                added = Some(Some(int(value)?).filter(|&n| 0 <= n).ok_or_else(negative)?);
            }
            () if is(option, "maxdeletedid") => {
                max_deleted = id(value)?;
                if last < max_deleted {
                    return Err(Refused::text(
                        "ERR The ID specified in XSETID is smaller than the provided \
                         max_deleted_entry_id",
                    ));
                }
            }
            () => return Err(Refused::Syntax),
        }
        rest = others;
    }
    if !rest.is_empty() {
        return Err(Refused::Syntax);
    }
    let key = &argv[1];
    let stream = db.get_mut::<Stream>(key)?.ok_or(Refused::NoSuchKey)?;
    if let Some(top) = stream.last_entry().map(|entry| entry.id) {
        may_set(&stream.marks, top, last, added)?;
    }
    stream.marks.last = last;
    stream.marks.added = added.unwrap_or(stream.marks.added);
    if max_deleted != StreamId::MIN {
        stream.marks.max_deleted = max_deleted;
    }
    db.changed_anyway();
    Ok(Reply::OK)
}

/// Whether a stream with entries up to `top` may get these numbers.
fn may_set(
    marks: &Marks,
    top: StreamId,
    last: StreamId,
    added: Option<i64>,
) -> Result<(), Refused> {
    if last < top {
        return Err(Refused::text(
            "ERR The ID specified in XSETID is smaller than the target stream top item",
        ));
    }
    if added.is_some_and(|added| (added as u64) < marks.len) {
        return Err(Refused::text(
            "ERR The entries_added specified in XSETID is smaller than the target stream length",
        ));
    }
    Ok(())
}
