//! Members by chance: SRANDMEMBER, HRANDFIELD, ZRANDMEMBER.
//!
//! A count picks so many different ones, in the order that they have; fewer than nothing picks so
//! often, and the same one may come again. In Redis: `srandmemberWithCountCommand` (t_set.c),
//! `hrandfieldWithCountCommand` (t_hash.c), `zrandmemberWithCountCommand` (t_zset.c).

use super::table::{READ, data, key};
use super::words::{int, is};
use super::zsets::shown;
use super::{Answer, Command, Refused};
use crate::node::keyspace::{Db, Zset};
use crate::words::{Argv, Reply, Rng};
use bytes::Bytes;

pub(super) const COMMANDS: &[Command] = &[data("zrandmember", -2, READ, key(1), zrandmember)];

/// More than this a browser could not hold; a real server would be killed for want of memory.
const MOST_REPEATED: u64 = 1 << 20;

/// How many to pick, and whether with what belongs to them.
pub(super) struct Wanted {
    count: i64,
    pub(super) paired: bool,
}

impl Wanted {
    /// Reads a count and perhaps an option; None if there is no count.
    pub(super) fn read(words: &[Bytes], option: Option<&str>) -> Result<Option<Wanted>, Refused> {
        let Some((count, rest)) = words.split_first() else { return Ok(None) };
        let count = int(count)?;
        if count == i64::MIN {
            return Err(Refused::text(
                "ERR value is out of range, value must between -9223372036854775807 and \
                 9223372036854775807",
            ));
        }
        let paired = match rest {
            [] => false,
            [word] if option.is_some_and(|option| is(word, option)) => true,
            _ => return Err(Refused::Syntax),
        };
        if paired && i64::MAX.unsigned_abs() / 2 < count.unsigned_abs() {
            return Err(Refused::text("ERR value is out of range"));
        }
        Ok(Some(Wanted { count, paired }))
    }

    /// The places of those picked among `len`.
    pub(super) fn pick(&self, len: usize, rng: &mut Rng) -> Result<Vec<usize>, Refused> {
        let often = self.count.unsigned_abs();
        if len == 0 {
            return Ok(Vec::new());
        }
        if 0 <= self.count {
            return Ok(different(often.min(len as u64) as usize, len, rng));
        }
        if MOST_REPEATED < often {
            return Err(Refused::text(format!("ERR more than {MOST_REPEATED} are not simulated")));
        }
        Ok((0..often).map(|_| rng.below(len as u64) as usize).collect())
    }
}

/// So many different places of `len`: each is taken or left with the chance that is due to it.
fn different(count: usize, len: usize, rng: &mut Rng) -> Vec<usize> {
    let mut places = Vec::with_capacity(count);
    for place in 0..len {
        let missing = count - places.len();
        let left = len - place;
        if missing == left || missing != 0 && rng.below(left as u64) < missing as u64 {
            places.push(place);
        }
    }
    places
}

/// One of `all`, for a command without a count.
pub(super) fn one<T: Clone>(all: &[T], rng: &mut Rng) -> Option<T> {
    (!all.is_empty()).then(|| all[rng.below(all.len() as u64) as usize].clone())
}

fn zrandmember(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let wanted = Wanted::read(&argv[2..], Some("withscores"))?;
    let zset = db.get::<Zset>(&argv[1])?;
    let all: Vec<_> = zset
        .into_iter()
        .flat_map(Zset::iter)
        .map(|(score, member)| (member.clone(), *score))
        .collect();
    let Some(wanted) = wanted else {
        return Ok(one(&all, db.rng).map_or(Reply::Nil, |(member, _)| Reply::Bulk(member)));
    };
    let mut places = wanted.pick(all.len(), db.rng)?;
    // The whole is told from its end (`zuiNext`).
    if all.len() as i64 <= wanted.count {
        places.reverse();
    }
    let picked = places.into_iter().map(|place| all[place].clone());
    let rows = picked.map(|(member, score)| (Reply::Bulk(member), shown(score)));
    Ok(match wanted.paired {
        true => Reply::pairs(rows),
        false => Reply::Array(rows.map(|(member, _)| member).collect()),
    })
}
