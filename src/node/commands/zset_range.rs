//! Ranges of sorted sets: by rank, by score, by member.
//!
//! A range by member is meant for members of equal scores; for others Redis promises nothing.
//! In Redis: `zrangeGenericCommand` and its siblings (t_zset.c).

use super::table::{GROW, Keys, READ, READ_FAST, WRITE, data, key};
use super::words::{clip, int, lower};
use super::zsets::{pair, take};
use super::{Answer, Command, Refused};
use crate::node::keyspace::{Db, Score, Zset, number};
use crate::words::{Argv, Reply};
use bytes::Bytes;

pub(super) const COMMANDS: &[Command] = &[
    data("zcount", 4, READ_FAST, key(1), |db, argv| count(db, argv, By::Score)),
    data("zlexcount", 4, READ_FAST, key(1), |db, argv| count(db, argv, By::Member)),
    data("zrange", -4, READ, key(1), |db, argv| zrange(db, argv, By::Rank, false)),
    data("zrevrange", -4, READ, key(1), |db, argv| zrange(db, argv, By::Rank, true)),
    data("zrangebyscore", -4, READ, key(1), |db, argv| zrange(db, argv, By::Score, false)),
    data("zrevrangebyscore", -4, READ, key(1), |db, argv| zrange(db, argv, By::Score, true)),
    data("zrangebylex", -4, READ, key(1), |db, argv| zrange(db, argv, By::Member, false)),
    data("zrevrangebylex", -4, READ, key(1), |db, argv| zrange(db, argv, By::Member, true)),
    data("zrangestore", -5, GROW, Keys::Range { first: 1, last: 2, step: 1 }, zrangestore),
    data("zremrangebyrank", 4, WRITE, key(1), |db, argv| remove(db, argv, By::Rank)),
    data("zremrangebyscore", 4, WRITE, key(1), |db, argv| remove(db, argv, By::Score)),
    data("zremrangebylex", 4, WRITE, key(1), |db, argv| remove(db, argv, By::Member)),
];

/// What the two ends of a range are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Rank,
    Score,
    Member,
}

/// One end of a range by member.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Edge {
    Lowest,
    At(Bytes),
    Highest,
}

/// A range; an end may be left out itself.
enum Range {
    Rank(i64, i64),
    Score((f64, bool), (f64, bool)),
    Member((Edge, bool), (Edge, bool)),
}

impl Range {
    /// Reads its two ends, the lower one first.
    fn parse(by: By, low: &Bytes, high: &Bytes) -> Result<Range, Refused> {
        Ok(match by {
            By::Rank => Range::Rank(int(low)?, int(high)?),
            By::Score => Range::Score(bound(low)?, bound(high)?),
            By::Member => Range::Member(edge(low)?, edge(high)?),
        })
    }

    /// The members in it, in the order that is asked for.
    fn rows(&self, zset: &Zset, reversed: bool) -> Vec<(Score, Bytes)> {
        if let Range::Rank(start, end) = *self {
            let range = clip(start, end, zset.len()).unwrap_or(0..0);
            let (skip, count) = (range.start, range.len());
            return match reversed {
                true => zset.iter().rev().skip(skip).take(count).cloned().collect(),
                false => zset.iter().skip(skip).take(count).cloned().collect(),
            };
        }
        let inside = |(score, member): &&(Score, Bytes)| self.holds(score.get(), member);
        match reversed {
            true => zset.iter().rev().filter(inside).cloned().collect(),
            false => zset.iter().filter(inside).cloned().collect(),
        }
    }

    fn holds(&self, score: f64, member: &Bytes) -> bool {
        match self {
            Range::Rank(..) => true,
            Range::Score((low, low_open), (high, high_open)) => {
                (*low < score || *low == score && !low_open)
                    && (score < *high || score == *high && !high_open)
            }
            Range::Member((low, low_open), (high, high_open)) => {
                let member = Edge::At(member.clone());
                (*low < member || *low == member && !low_open)
                    && (member < *high || member == *high && !high_open)
            }
        }
    }
}

/// A bound of a range of scores: `(` leaves the number itself out.
fn bound(word: &[u8]) -> Result<(f64, bool), Refused> {
    let (word, open) = match word {
        [b'(', rest @ ..] => (rest, true),
        _ => (word, false),
    };
    Ok((number::float(word).ok_or(Refused::BadRangeFloat)?, open))
}

/// `[member`, `(member`, `-` or `+`.
fn edge(word: &Bytes) -> Result<(Edge, bool), Refused> {
    match word.as_ref() {
        b"-" => Ok((Edge::Lowest, false)),
        b"+" => Ok((Edge::Highest, false)),
        [b'[', ..] => Ok((Edge::At(word.slice(1..)), false)),
        [b'(', ..] => Ok((Edge::At(word.slice(1..)), true)),
        _ => Err(Refused::text("ERR min or max not valid string range item")),
    }
}

fn zset_at(db: &mut Db<'_>, key: &Bytes) -> Result<Zset, Refused> {
    Ok(db.get::<Zset>(key)?.cloned().unwrap_or_default())
}

fn count(db: &mut Db<'_>, argv: &Argv, by: By) -> Answer {
    let range = Range::parse(by, &argv[2], &argv[3])?;
    let rows = range.rows(&zset_at(db, &argv[1])?, false);
    Ok(Reply::Int(rows.len() as i64))
}

fn remove(db: &mut Db<'_>, argv: &Argv, by: By) -> Answer {
    let range = Range::parse(by, &argv[2], &argv[3])?;
    let rows = range.rows(&zset_at(db, &argv[1])?, false);
    let members: Vec<Bytes> = rows.into_iter().map(|(_, member)| member).collect();
    take(db, &argv[1], &members)
}

/// How a range is asked for.
struct Asked {
    by: By,
    reversed: bool,
    with_scores: bool,
    offset: i64,
    count: i64,
}

impl Asked {
    /// Reads the words behind the range. Only ZRANGE and ZRANGESTORE say there what they are.
    fn parse(name: &str, words: &[Bytes], by: By, reversed: bool) -> Result<Asked, Refused> {
        let (any, store) = (name == "zrange" || name == "zrangestore", name == "zrangestore");
        let mut asked = Asked { by, reversed, with_scores: false, offset: 0, count: -1 };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match lower(word).as_str() {
                "withscores" if !store => asked.with_scores = true,
                "limit" => match (words.next(), words.next()) {
                    (Some(offset), Some(count)) => {
                        (asked.offset, asked.count) = (int(offset)?, int(count)?);
                    }
                    _ => return Err(Refused::Syntax),
                },
                "rev" if any => asked.reversed = true,
                "byscore" if any => asked.by = By::Score,
                "bylex" if any => asked.by = By::Member,
                _ => return Err(Refused::Syntax),
            }
        }
        asked.check()
    }

    fn check(self) -> Result<Asked, Refused> {
        if self.count != -1 && self.by == By::Rank {
            return Err(Refused::text(
                "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or \
                 BYLEX",
            ));
        }
        if self.with_scores && self.by == By::Member {
            return Err(Refused::text(
                "ERR syntax error, WITHSCORES not supported in combination with BYLEX",
            ));
        }
        Ok(self)
    }

    /// The rows between the two ends, which stand in the order in which they are asked for.
    fn rows(
        &self,
        db: &mut Db<'_>,
        key: &Bytes,
        ends: (&Bytes, &Bytes),
    ) -> Result<Vec<(Score, Bytes)>, Refused> {
        let swapped = self.reversed && self.by != By::Rank;
        let (low, high) = if swapped { (ends.1, ends.0) } else { ends };
        let range = Range::parse(self.by, low, high)?;
        let rows = range.rows(&zset_at(db, key)?, self.reversed);
        if self.by == By::Rank {
            return Ok(rows);
        }
        let Ok(offset) = usize::try_from(self.offset) else { return Ok(Vec::new()) };
        let count = usize::try_from(self.count).unwrap_or(usize::MAX);
        Ok(rows.into_iter().skip(offset).take(count).collect())
    }
}

fn zrange(db: &mut Db<'_>, argv: &Argv, by: By, reversed: bool) -> Answer {
    let asked = Asked::parse(&lower(&argv[0]), &argv[4..], by, reversed)?;
    let rows = asked.rows(db, &argv[1], (&argv[2], &argv[3]))?.into_iter();
    Ok(match asked.with_scores {
        true => Reply::pairs(rows.map(pair)),
        false => Reply::Array(rows.map(|(_, member)| Reply::Bulk(member)).collect()),
    })
}

fn zrangestore(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let asked = Asked::parse("zrangestore", &argv[5..], By::Rank, false)?;
    let rows = asked.rows(db, &argv[2], (&argv[3], &argv[4]))?;
    let mut zset = Zset::default();
    for (score, member) in &rows {
        zset.set(member, *score);
    }
    super::zsets::store(db, &argv[1], zset)
}
