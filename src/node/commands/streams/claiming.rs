//! XCLAIM and XAUTOCLAIM: what one consumer does not acknowledge becomes another's.
//!
//! A pending entry that is no longer in the stream is dropped on the way. In Redis: `xclaimCommand`,
//! `xautoclaimCommand`.

use super::super::words::{int, is, text};
use super::super::{Answer, Refused};
use super::{entry_reply, id, id_reply, no_group, propagated, start};
use crate::node::keyspace::stream::{Group, Pending};
use crate::node::keyspace::{Db, Stream, StreamId};
use crate::words::{Argv, Reply};
use bytes::Bytes;

/// What is set of each claimed entry, and what is answered of it.
struct Claim {
    min_idle_ms: i64,
    delivered_ms: i64,
    deliveries: Option<i64>,
    /// Entries that are not pending become so.
    force: bool,
    /// Only ids are answered, and it counts as no delivery.
    just_id: bool,
    /// The group has read up to here at least.
    last: StreamId,
}

/// What came of one id.
enum Claimed {
    /// It is the consumer's.
    Yes(Reply),
    /// It is no longer in the stream, and was pending.
    Gone,
    /// Nothing.
    No,
}

/// One claim on its way.
struct Claiming<'a> {
    key: &'a Bytes,
    group: &'a Bytes,
    consumer: &'a Bytes,
    now_ms: i64,
    claim: Claim,
    seen: bool,
    changes: u64,
    effects: Vec<Argv>,
}

/// `XCLAIM key group consumer min-idle-time id... [option...]`.
pub(super) fn xclaim(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let (key, name) = (&argv[1], &argv[2]);
    if db.get::<Stream>(key)?.and_then(|stream| stream.group(name)).is_none() {
        return Err(no_group(key, name));
    }
    db.has_looked_up();
    let now_ms = db.now_ms() as i64;
    let min_idle_ms = min_idle(&argv[4], "XCLAIM")?;
    let ids: Vec<StreamId> = argv[5..].iter().map_while(|word| id(word).ok()).collect();
    let (ids_at, options) = argv[5..].split_at(ids.len());
    let claim = Claim::parse(options, min_idle_ms, now_ms)?;
    let Some(stream) = db.get_mut::<Stream>(key)? else { return Err(no_group(key, name)) };
    let mut claiming = Claiming::new(argv, now_ms, claim);
    let mut moved = claiming.move_on(stream);
    let mut replies = Vec::new();
    for (&id, word) in ids.iter().zip(ids_at) {
        match claiming.one(stream, id, word.clone()) {
            Claimed::Yes(reply) => replies.push(reply),
            Claimed::Gone => {}
            Claimed::No => continue,
        }
        moved = false; // The claim of an entry tells it too.
    }
    if let Some(group) = stream.group(name).filter(|_| moved) {
        claiming.effects.push(propagated::set_id(key, name, group));
        claiming.changes += 1;
    }
    claiming.finish(db);
    Ok(Reply::Array(replies))
}

/// `XAUTOCLAIM key group consumer min-idle-time start [COUNT n] [JUSTID]`.
pub(super) fn xautoclaim(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let (key, name) = (&argv[1], &argv[2]);
    // The key is looked up before any word is read.
    db.value(key);
    db.has_looked_up();
    let now_ms = db.now_ms() as i64;
    let mut claim = Claim::new(min_idle(&argv[4], "XAUTOCLAIM")?, now_ms);
    let from = start(&argv[5])?;
    let mut count = count(&mut claim, &argv[6..])?;
    let stream = db.get_mut::<Stream>(key)?.ok_or_else(|| no_group(key, name))?;
    let group = stream.group(name).ok_or_else(|| no_group(key, name))?;
    if TOO_MANY <= count {
        return Err(Refused::text(
            "ERR Insufficient memory, failed allocating transient memory, COUNT too high.",
        ));
    }
    let looked_at = usize::try_from(count.saturating_mul(ATTEMPTS)).unwrap_or(usize::MAX);
    let pending = group.pending().range(from..).map(|(&id, _)| id);
    let mut left = pending.take(looked_at.saturating_add(1)).collect::<Vec<_>>().into_iter();
    let mut claiming = Claiming::new(argv, now_ms, claim);
    let (mut replies, mut gone) = (Vec::new(), Vec::new());
    for _ in 0..looked_at {
        if count == 0 {
            break;
        }
        let Some(id) = left.next() else { break };
        match claiming.one(stream, id, Bytes::from(id.to_string())) {
            Claimed::Yes(reply) => replies.push(reply),
            Claimed::Gone => gone.push(id_reply(id)),
            Claimed::No => continue,
        }
        count -= 1;
    }
    claiming.finish(db);
    let next = id_reply(left.next().unwrap_or(StreamId::MIN));
    Ok(Reply::Array(vec![next, Reply::Array(replies), Reply::Array(gone)]))
}

/// How many pending entries XAUTOCLAIM looks at for each that it may answer.
const ATTEMPTS: i64 = 10;
/// A list of so many ids has no room in memory.
const TOO_MANY: i64 = 1 << 43;

fn min_idle(word: &[u8], of: &str) -> Result<i64, Refused> {
    let invalid = |_| Refused::text(format!("ERR Invalid min-idle-time argument for {of}"));
    Ok(int(word).map_err(invalid)?.max(0))
}

/// What follows the start in XAUTOCLAIM.
fn count(claim: &mut Claim, options: &[Bytes]) -> Result<i64, Refused> {
    const USUALLY: i64 = 100;
    const MOST: i64 = i64::MAX / 16;
    let mut count = USUALLY;
    let mut rest = options;
    loop {
        rest = match rest {
            [] => return Ok(count),
            [word, value, others @ ..] if is(word, "count") => {
                let several = int(value).ok().filter(|n| (1..=MOST).contains(n));
                count = several.ok_or_else(|| Refused::text("ERR COUNT must be > 0"))?;
                others
            }
            [word, others @ ..] if is(word, "justid") => {
                claim.just_id = true;
                others
            }
            _ => return Err(Refused::Syntax),
        };
    }
}

impl Claim {
    fn new(min_idle_ms: i64, now_ms: i64) -> Claim {
        Claim {
            min_idle_ms,
            delivered_ms: now_ms,
            deliveries: None,
            force: false,
            just_id: false,
            last: StreamId::MIN,
        }
    }

    /// What follows the ids in XCLAIM.
    fn parse(options: &[Bytes], min_idle_ms: i64, now_ms: i64) -> Result<Claim, Refused> {
        let mut claim = Claim::new(min_idle_ms, now_ms);
        let number = |word: &Bytes, option: &str| {
            let text = format!("ERR Invalid {option} option argument for XCLAIM");
            int(word).map_err(|_| Refused::text(text))
        };
        let (mut rest, mut delivered_ms) = (options, now_ms);
        loop {
            rest = match rest {
                [] => break,
                [word, others @ ..] if is(word, "force") => {
                    claim.force = true;
                    others
                }
                [word, others @ ..] if is(word, "justid") => {
                    claim.just_id = true;
                    others
                }
                [word, value, others @ ..] if is(word, "idle") => {
                    delivered_ms = now_ms.wrapping_sub(number(value, "IDLE")?);
                    others
                }
                [word, value, others @ ..] if is(word, "time") => {
                    delivered_ms = number(value, "TIME")?;
                    others
                }
                [word, value, others @ ..] if is(word, "retrycount") => {
                    claim.deliveries = Some(number(value, "RETRYCOUNT")?).filter(|&n| 0 <= n);
                    others
                }
                [word, value, others @ ..] if is(word, "lastid") => {
                    claim.last = id(value)?;
                    others
                }
                [word, ..] => {
                    let option = text(word);
                    return Err(Refused::text(format!(
                        "ERR Unrecognized XCLAIM option '{option}'"
                    )));
                }
            };
        }
        // A moment that cannot be is now: a client's clock may be wrong.
        claim.delivered_ms =
            if (0..=now_ms).contains(&delivered_ms) { delivered_ms } else { now_ms };
        Ok(claim)
    }
}

impl<'a> Claiming<'a> {
    fn new(argv: &'a Argv, now_ms: i64, claim: Claim) -> Claiming<'a> {
        Claiming {
            key: &argv[1],
            group: &argv[2],
            consumer: &argv[3],
            now_ms,
            claim,
            seen: false,
            changes: 0,
            effects: Vec::new(),
        }
    }

    /// The group has read up to LASTID at least; whether that is news.
    fn move_on(&self, stream: &mut Stream) -> bool {
        let Some(group) = stream.group_mut(self.group) else { return false };
        let moves = group.last < self.claim.last;
        group.last = group.last.max(self.claim.last);
        moves
    }

    /// Claims one entry; `word` is its id as it is propagated.
    fn one(&mut self, stream: &mut Stream, id: StreamId, word: Bytes) -> Claimed {
        let entry = stream.get(id).map(|entry| match self.claim.just_id {
            true => id_reply(id),
            false => entry_reply(entry),
        });
        let Some(group) = stream.group_mut(self.group) else { return Claimed::No };
        let before = group.pending().get(&id).cloned();
        let Some(reply) = entry else {
            let Some(before) = before else { return Claimed::No };
            self.note(group, word, &before);
            group.take_back(id);
            return Claimed::Gone;
        };
        let deliveries = match &before {
            None if !self.claim.force => return Claimed::No,
            None => 1,
            Some(before) => {
                let idle_ms = self.now_ms.wrapping_sub(before.delivered_ms);
                if self.claim.min_idle_ms != 0 && idle_ms < self.claim.min_idle_ms {
                    return Claimed::No;
                }
                before.deliveries
            }
        };
        if !std::mem::replace(&mut self.seen, true) && group.see(self.consumer, self.now_ms) {
            self.changes += 1;
        }
        let once_more = i64::from(!self.claim.just_id);
        let pending = Pending {
            consumer: self.consumer.clone(),
            delivered_ms: self.claim.delivered_ms,
            deliveries: self.claim.deliveries.unwrap_or(deliveries.wrapping_add(once_more)),
        };
        self.note(group, word, &pending);
        group.give(id, pending);
        Claimed::Yes(reply)
    }

    fn note(&mut self, group: &Group, word: Bytes, pending: &Pending) {
        self.effects.push(propagated::claim(self.key, self.group, group, word, pending));
        self.changes += 1;
    }

    fn finish(self, db: &mut Db<'_>) {
        db.nothing_else();
        self.effects.into_iter().for_each(|effect| db.also(effect));
        (0..self.changes).for_each(|_| db.changed_anyway());
    }
}
