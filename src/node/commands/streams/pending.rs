//! XACK and XPENDING: what was given and not acknowledged.
//!
//! In Redis: `xackCommand`, `xpendingCommand`.

use super::super::words::{int, is};
use super::super::{Answer, Refused};
use super::{end, id, id_reply, no_group, start};
use crate::node::keyspace::stream::{Group, Pending};
use crate::node::keyspace::{Db, Stream, StreamId};
use crate::words::{Argv, Reply};
use bytes::Bytes;

pub(super) fn xack(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let (key, name) = (&argv[1], &argv[2]);
    if db.get::<Stream>(key)?.and_then(|stream| stream.group(name)).is_none() {
        return Ok(Reply::Int(0));
    }
    db.has_looked_up();
    let ids: Vec<StreamId> = argv[3..].iter().map(|word| id(word)).collect::<Result<_, _>>()?;
    let Some(group) = db.get_mut::<Stream>(key)?.and_then(|stream| stream.group_mut(name)) else {
        return Ok(Reply::Int(0));
    };
    let acknowledged = ids.into_iter().filter(|&id| group.take_back(id).is_some()).count();
    (0..acknowledged).for_each(|_| db.changed_anyway());
    Ok(Reply::Int(acknowledged as i64))
}

/// `XPENDING key group [[IDLE ms] start end count [consumer]]`.
pub(super) fn xpending(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let asked = match argv.len() {
        3 => None,
        6..=9 => Some(Asked::parse(&argv[3..])?),
        _ => return Err(Refused::Syntax),
    };
    let now_ms = db.now_ms() as i64;
    let group = db.get::<Stream>(&argv[1])?.and_then(|stream| stream.group(&argv[2]));
    let group = group.ok_or_else(|| no_group(&argv[1], &argv[2]))?;
    Ok(match asked {
        None => summary(group),
        Some(asked) => asked.rows(group, now_ms),
    })
}

fn summary(group: &Group) -> Reply {
    let pending = group.pending();
    let ends = (pending.first_key_value(), pending.last_key_value());
    let (Some((&first, _)), Some((&last, _))) = ends else {
        return Reply::Array(vec![Reply::Int(0), Reply::Nil, Reply::Nil, Reply::NilArray]);
    };
    let owners = group.consumers().iter().filter(|(_, consumer)| !consumer.pending.is_empty());
    let owners = owners.map(|(name, consumer)| {
        let count = Reply::bulk(consumer.pending.len().to_string());
        Reply::Array(vec![Reply::Bulk(name.clone()), count])
    });
    let total = Reply::Int(pending.len() as i64);
    Reply::Array(vec![total, id_reply(first), id_reply(last), Reply::Array(owners.collect())])
}

/// Which pending entries are asked for.
struct Asked {
    idle_ms: i64,
    start: StreamId,
    end: StreamId,
    count: usize,
    consumer: Option<Bytes>,
}

impl Asked {
    fn parse(words: &[Bytes]) -> Result<Asked, Refused> {
        let (idle_ms, words) = match words {
            [word, idle, rest @ ..] if is(word, "idle") => {
                let idle = int(idle)?;
                if rest.len() < 3 {
                    return Err(Refused::Syntax);
                }
                (idle, rest)
            }
            _ => (0, words),
        };
        let count = usize::try_from(int(&words[2])?).unwrap_or(0);
        let (start, end) = (start(&words[0])?, end(&words[1])?);
        Ok(Asked { idle_ms, start, end, count, consumer: words.get(3).cloned() })
    }

    fn rows(&self, group: &Group, now_ms: i64) -> Reply {
        if self.end < self.start {
            return Reply::Array(Vec::new());
        }
        let mine =
            |pending: &Pending| self.consumer.as_ref().is_none_or(|c| *c == pending.consumer);
        let idle = |pending: &Pending| now_ms.wrapping_sub(pending.delivered_ms);
        let rows = group.pending().range(self.start..=self.end);
        let rows = rows.filter(|(_, pending)| mine(pending));
        let rows = rows.filter(|(_, p)| self.idle_ms == 0 || self.idle_ms <= idle(p));
        let row = |(&id, pending): (&StreamId, &Pending)| {
            Reply::Array(vec![
                id_reply(id),
                Reply::Bulk(pending.consumer.clone()),
                Reply::Int(idle(pending).max(0)),
                Reply::Int(pending.deliveries),
            ])
        };
        Reply::Array(rows.take(self.count).map(row).collect())
    }
}
