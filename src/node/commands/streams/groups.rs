//! XGROUP: making, moving and ending consumer groups.
//!
//! In Redis: `xgroupCommand`.

use super::super::help;
use super::super::table::{GROW, WRITE, data, key};
use super::super::words::{int, is, text};
use super::super::{Answer, Command, Refused};
use super::{bound, id, no_group_of_key};
use crate::node::keyspace::stream::Group;
use crate::node::keyspace::{Db, Stream, StreamId};
use crate::words::{Argv, Reply};
use bytes::Bytes;

pub(super) const SUBCOMMANDS: &[Command] = &[
    data("xgroup|create", -5, GROW, key(2), create),
    data("xgroup|createconsumer", 5, GROW, key(2), create_consumer),
    data("xgroup|delconsumer", 5, WRITE, key(2), delete_consumer),
    data("xgroup|destroy", 4, WRITE, key(2), destroy),
    help::row("xgroup|help"),
    data("xgroup|setid", -5, WRITE, key(2), set_id),
];

/// What follows the id in CREATE and SETID.
#[derive(Default)]
struct Options {
    make_stream: bool,
    read: Option<i64>,
}

impl Options {
    fn parse(argv: &Argv, may_make: bool) -> Result<Options, Refused> {
        let mut options = Options::default();
        let mut rest = &argv[5..];
        loop {
            rest = match rest {
                [] => return Ok(options),
                [word, others @ ..] if may_make && is(word, "mkstream") => {
                    options.make_stream = true;
                    others
                }
                [word, value, others @ ..] if is(word, "entriesread") => {
                    options.read = entries_read(int(value)?)?;
                    others
                }
                _ => return Err(not_so(argv)),
            };
        }
    }
}

/// A number of entries read; -1 is unknown.
fn entries_read(number: i64) -> Result<Option<i64>, Refused> {
    match number {
        -1 => Ok(None),
        0.. => Ok(Some(number)),
        _ => Err(Refused::text("ERR value for ENTRIESREAD must be positive or -1")),
    }
}

fn not_so(argv: &Argv) -> Refused {
    Refused::UnknownOrArity { sub: text(&argv[1]), of: "XGROUP" }
}

fn stream_must_exist() -> Refused {
    Refused::text(
        "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to \
         use the MKSTREAM option to create an empty stream automatically.",
    )
}

/// The stream to be changed.
fn stream<'a>(db: &'a mut Db<'_>, key: &Bytes) -> Result<&'a mut Stream, Refused> {
    db.get_mut::<Stream>(key)?.ok_or_else(stream_must_exist)
}

/// The group to be changed.
fn group<'a>(db: &'a mut Db<'_>, argv: &Argv) -> Result<&'a mut Group, Refused> {
    let (key, name) = (&argv[2], &argv[3]);
    stream(db, key)?.group_mut(name).ok_or_else(|| no_group_of_key(key, name))
}

fn create(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let options = Options::parse(argv, true)?;
    let (key, name) = (&argv[2], &argv[3]);
    let there = db.get::<Stream>(key)?.map(|stream| stream.marks.last);
    if there.is_none() && !options.make_stream {
        return Err(stream_must_exist());
    }
    if 8 < argv.len() {
        return Err(not_so(argv));
    }
    let last = match &argv[4][..] {
        b"$" => there.unwrap_or(StreamId::MIN),
        word => id(word)?,
    };
    let stream = db.get_or_make::<Stream>(key)?;
    let fresh = stream.add_group(name, Group::new(last, options.read));
    match there {
        None => db.changed(key),
        Some(_) if fresh => db.changed_anyway(),
        Some(_) => {
            return Err(Refused::text("BUSYGROUP Consumer Group name already exists"));
        }
    }
    Ok(Reply::OK)
}

fn set_id(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let options = Options::parse(argv, false)?;
    group(db, argv)?;
    if argv.len() != 5 && argv.len() != 7 {
        return Err(not_so(argv));
    }
    let last = match &argv[4][..] {
        b"$" => stream(db, &argv[2])?.marks.last,
        word => bound(word, 0)?,
    };
    let group = group(db, argv)?;
    (group.last, group.read) = (last, options.read);
    db.changed_anyway();
    Ok(Reply::OK)
}

/// Consumers that wait for it are told that it is gone.
fn destroy(db: &mut Db<'_>, argv: &Argv) -> Answer {
    if !stream(db, &argv[2])?.remove_group(&argv[3]) {
        return Ok(Reply::Int(0));
    }
    db.changed_anyway();
    db.signal(&argv[2]);
    Ok(Reply::Int(1))
}

fn create_consumer(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let now_ms = db.now_ms() as i64;
    let fresh = group(db, argv)?.add_consumer(&argv[4], now_ms);
    if fresh {
        db.changed_anyway();
    }
    Ok(Reply::Int(i64::from(fresh)))
}

fn delete_consumer(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let pending = group(db, argv)?.remove_consumer(&argv[4]);
    if pending.is_some() {
        db.changed_anyway();
    }
    Ok(Reply::Int(pending.unwrap_or(0) as i64))
}
