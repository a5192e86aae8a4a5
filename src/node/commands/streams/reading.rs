//! XREAD and XREADGROUP, at once or when something comes.
//!
//! `$` is the last entry at the moment of asking; `>` is what no consumer of the group was given yet,
//! and any other id asks a consumer's own history. In Redis: `xreadCommand`.

use super::super::blocking::Wants;
use super::super::monitor::Shown;
use super::super::words::{int, is, text};
use super::super::{Answer, Call, Outcome, Refused};
use super::id;
use super::waiting::{Consumer, Reader, by_stream, read};
use crate::node::Node;
use crate::node::keyspace::{Db, Stream, StreamId};
use crate::words::{Argv, Millis, Reply};
use bytes::Bytes;

/// One who waits gets no more than so many entries.
const WHEN_IT_COMES: usize = 1000;

/// What is asked for.
struct Reading {
    /// At most so many entries of each stream; 0 is any number.
    count: usize,
    /// How long it waits for one, in ms; 0 is for ever.
    block: Option<u64>,
    by: Option<Consumer>,
    keys: Vec<Bytes>,
    /// After which ids; None: what the group has not read.
    after: Vec<Bytes>,
}

const UNBALANCED: &str = "ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must \
    be specified.";
const NO_LAST: &str = "ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the \
    history of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID \
    would just return an empty result set.";
const NO_NEW: &str = "ERR The > ID can be specified only when calling XREADGROUP using the GROUP \
    <group> <consumer> option.";

impl Reading {
    fn parse(argv: &Argv, in_script: bool) -> Result<Reading, Refused> {
        let of_group = is(&argv[0], "xreadgroup");
        let only_of_group = |option: &str| match of_group {
            true => Ok(()),
            false => Err(Refused::text(format!(
                "ERR The {option} option is only supported by XREADGROUP. You called XREAD instead."
            ))),
        };
        let mut reading =
            Reading { count: 0, block: None, by: None, keys: Vec::new(), after: Vec::new() };
        let (mut group, mut no_ack) = (None, false);
        let mut rest = &argv[1..];
        loop {
            rest = match rest {
                [word, _, ..] if is(word, "block") && in_script => {
                    return Err(Refused::text(format!(
                        "ERR {} command is not allowed with BLOCK option from scripts",
                        text(&argv[0])
                    )));
                }
                [word, value, others @ ..] if is(word, "block") => {
                    reading.block = Some(patience(value)?);
                    others
                }
                [word, value, others @ ..] if is(word, "count") => {
                    reading.count = usize::try_from(int(value)?).unwrap_or(0);
                    others
                }
                [word, names @ ..] if is(word, "streams") && !names.is_empty() => {
                    if !names.len().is_multiple_of(2) {
                        return Err(Refused::text(UNBALANCED));
                    }
                    let (keys, after) = names.split_at(names.len() / 2);
                    (reading.keys, reading.after) = (keys.to_vec(), after.to_vec());
                    break;
                }
                [word, of, name, others @ ..] if is(word, "group") => {
                    only_of_group("GROUP")?;
                    group = Some((of.clone(), name.clone()));
                    others
                }
                [word, others @ ..] if is(word, "noack") => {
                    only_of_group("NOACK")?;
                    no_ack = true;
                    others
                }
                _ => return Err(Refused::Syntax),
            };
        }
        if of_group && group.is_none() {
            return Err(Refused::text("ERR Missing GROUP option for XREADGROUP"));
        }
        reading.by = group.map(|(group, name)| Consumer { group, name, no_ack });
        Ok(reading)
    }

    fn most(&self) -> usize {
        if self.count == 0 { usize::MAX } else { self.count }
    }
}

fn patience(word: &Bytes) -> Result<u64, Refused> {
    let not_integer = |_| Refused::text("ERR timeout is not an integer or out of range");
    u64::try_from(int(word).map_err(not_integer)?)
        .map_err(|_| Refused::text("ERR timeout is negative"))
}

pub(super) fn xread(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let reading = match Reading::parse(&call.argv, call.shown == Shown::ByScript) {
        Ok(reading) => reading,
        Err(refused) => return refused.into(),
    };
    let mut after = Vec::new();
    let answer = node.with_db(call, |db, _| {
        db.nothing_else();
        after = reading.resolve(db)?;
        reading.read(db, &after)
    });
    match (answer, reading.block) {
        (Ok(Reply::NilArray), Some(ms)) => {
            let until = (ms != 0).then(|| call.now + Millis(ms));
            let count = if reading.count == 0 { WHEN_IT_COMES } else { reading.count };
            let reader = Reader { after, count, by: reading.by };
            let wants = Wants::Read(reader);
            node.wait_for_keys(call, wants, reading.keys, until, Reply::NilArray)
        }
        (answer, _) => answer.into(),
    }
}

impl Reading {
    /// What the words for ids mean now. The greatest id stands for `>`.
    fn resolve(&self, db: &mut Db<'_>) -> Result<Vec<StreamId>, Refused> {
        let ids = self.keys.iter().zip(&self.after);
        ids.map(|(key, word)| {
            let stream = db.get::<Stream>(key)?;
            if let Some(Consumer { group, .. }) = &self.by {
                let there = stream.is_some_and(|stream| stream.group(group).is_some());
                if !there {
                    return Err(no_group(key, group));
                }
            }
            match (&word[..], &self.by) {
                (b"$", Some(_)) => Err(Refused::text(NO_LAST)),
                (b"$", None) => Ok(stream.map_or(StreamId::MIN, |stream| stream.marks.last)),
                (b">", None) => Err(Refused::text(NO_NEW)),
                (b">", Some(_)) => Ok(StreamId::MAX),
                (word, _) => id(word),
            }
        })
        .collect()
    }

    fn read(&self, db: &mut Db<'_>, after: &[StreamId]) -> Answer {
        let mut found = Vec::new();
        for (key, &after) in self.keys.iter().zip(after) {
            let Some(stream) = db.get::<Stream>(key)? else { continue };
            let top = stream.last_entry().map(|entry| entry.id);
            let has_after = |id: StreamId| top.is_some_and(|top| id < top);
            let rows = match &self.by {
                None if has_after(after) => read(stream, after, self.most()),
                None => continue,
                Some(consumer) if after != StreamId::MAX => {
                    db.again(|db| consumer.show(db, key, after, self.most()))?
                }
                Some(consumer) => {
                    let group = stream.group(&consumer.group);
                    if !group.is_some_and(|group| has_after(group.last)) {
                        continue;
                    }
                    db.again(|db| consumer.give(db, key, self.most()))?
                }
            };
            found.push((Reply::Bulk(key.clone()), Reply::Array(rows)));
        }
        if found.is_empty() {
            return Ok(Reply::NilArray);
        }
        Ok(by_stream(found))
    }
}

fn no_group(key: &[u8], group: &[u8]) -> Refused {
    let (key, group) = (text(key), text(group));
    Refused::text(format!(
        "NOGROUP No such key '{key}' or consumer group '{group}' in XREADGROUP with GROUP option"
    ))
}
