//! Unions, intersections and differences of sorted sets, and of sets, whose members score 1.
//!
//! Sets are taken from the smallest to the largest, since sums of floats depend on the order.
//! In Redis: `zunionInterDiffGenericCommand` (t_zset.c).

use super::sets::members;
use super::table::{Flags, GROW, Keys, READ, data};
use super::words::{float, int, is, lower};
use super::zsets::{pair, store};
use super::{Answer, Command, Refused};
use crate::node::keyspace::{Db, Score, Value, Zset};
use crate::words::{Argv, Reply};
use bytes::Bytes;
use std::collections::BTreeMap;

const READS: Flags = READ.or(Flags::MOVABLE);
const STORES: Flags = GROW.or(Flags::MOVABLE);
const KEYS: Keys = Keys::Counted { count: 1, store: 0 };
const KEYS_AND_TARGET: Keys = Keys::Counted { count: 2, store: 1 };

pub(super) const COMMANDS: &[Command] = &[
    data("zunion", -3, READS, KEYS, |db, argv| shown(db, argv, Operation::Union)),
    data("zinter", -3, READS, KEYS, |db, argv| shown(db, argv, Operation::Inter)),
    data("zdiff", -3, READS, KEYS, |db, argv| shown(db, argv, Operation::Diff)),
    data("zintercard", -3, READS, KEYS, zintercard),
    data("zunionstore", -4, STORES, KEYS_AND_TARGET, |db, argv| stored(db, argv, Operation::Union)),
    data("zinterstore", -4, STORES, KEYS_AND_TARGET, |db, argv| stored(db, argv, Operation::Inter)),
    data("zdiffstore", -4, STORES, KEYS_AND_TARGET, |db, argv| stored(db, argv, Operation::Diff)),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    Union,
    Inter,
    Diff,
}

/// How the scores of one member become one.
#[derive(Clone, Copy)]
enum Aggregate {
    Sum,
    Min,
    Max,
}

impl Aggregate {
    fn of(self, one: f64, other: f64) -> f64 {
        match self {
            // Infinities of both signs are nothing.
            Aggregate::Sum => number(one + other),
            Aggregate::Min => {
                if other < one {
                    other
                } else {
                    one
                }
            }
            Aggregate::Max => {
                if one < other {
                    other
                } else {
                    one
                }
            }
        }
    }
}

/// What is not a number counts as 0.
fn number(score: f64) -> f64 {
    if score.is_nan() { 0.0 } else { score }
}

/// A set that takes part: members with their scores, in its own order.
struct Source {
    rows: Vec<(Bytes, f64)>,
    weight: f64,
}

/// What is asked for.
struct Asked {
    sources: Vec<Source>,
    aggregate: Aggregate,
    with_scores: bool,
    limit: usize,
}

/// What the words behind the keys may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Shown,
    Stored,
    Counted,
}

fn asked(
    db: &mut Db<'_>,
    argv: &Argv,
    at: usize,
    operation: Operation,
    form: Form,
) -> Result<Asked, Refused> {
    let count = int(&argv[at])?;
    let name = lower(&argv[0]);
    let none = || Refused::text(format!("ERR at least 1 input key is needed for '{name}' command"));
    let count = usize::try_from(count).ok().filter(|&count| 0 < count).ok_or_else(none)?;
    let rest = &argv[at + 1..];
    if rest.len() < count {
        return Err(Refused::Syntax);
    }
    let (keys, words) = rest.split_at(count);
    let sources: Result<Vec<Source>, Refused> = keys.iter().map(|key| source(db, key)).collect();
    let mut asked =
        Asked { sources: sources?, aggregate: Aggregate::Sum, with_scores: false, limit: 0 };
    asked.options(words, operation, form)?;
    Ok(asked)
}

fn source(db: &mut Db<'_>, key: &Bytes) -> Result<Source, Refused> {
    let rows = match db.value(key) {
        None => Vec::new(),
        Some(Value::Zset(zset)) => {
            zset.iter().map(|(score, member)| (member.clone(), score.get())).collect()
        }
        // Looked up once, whatever its type.
        Some(Value::Set(_)) => {
            db.again(|db| members(db, key))?.into_iter().map(|member| (member, 1.0)).collect()
        }
        Some(_) => return Err(Refused::WrongType),
    };
    Ok(Source { rows, weight: 1.0 })
}

impl Asked {
    fn options(
        &mut self,
        mut words: &[Bytes],
        operation: Operation,
        form: Form,
    ) -> Result<(), Refused> {
        let combines = operation != Operation::Diff && form != Form::Counted;
        while let Some((word, rest)) = words.split_first() {
            words = match lower(word).as_str() {
                "weights" if combines && self.sources.len() <= rest.len() => {
                    let (weights, rest) = rest.split_at(self.sources.len());
                    for (source, word) in self.sources.iter_mut().zip(weights) {
                        source.weight = float(word)
                            .map_err(|_| Refused::text("ERR weight value is not a float"))?;
                    }
                    rest
                }
                "aggregate" if combines && !rest.is_empty() => {
                    self.aggregate = aggregate(&rest[0])?;
                    &rest[1..]
                }
                "withscores" if form == Form::Shown => {
                    self.with_scores = true;
                    rest
                }
                "limit" if form == Form::Counted && !rest.is_empty() => {
                    let limit = int(&rest[0]).ok().and_then(|limit| usize::try_from(limit).ok());
                    let negative = || Refused::text("ERR LIMIT can't be negative");
                    self.limit = limit.ok_or_else(negative)?;
                    &rest[1..]
                }
                _ => return Err(Refused::Syntax),
            };
        }
        Ok(())
    }

    fn result(mut self, operation: Operation) -> Zset {
        if operation != Operation::Diff {
            self.sources.sort_by_key(|source| source.rows.len());
        }
        match operation {
            Operation::Union => self.union(),
            Operation::Inter => self.intersection(),
            Operation::Diff => self.difference(),
        }
    }

    fn union(&self) -> Zset {
        let mut scores: BTreeMap<&Bytes, f64> = BTreeMap::new();
        for source in &self.sources {
            for (member, score) in &source.rows {
                let score = number(source.weight * score);
                let all = scores.get(member).map_or(score, |&all| self.aggregate.of(all, score));
                scores.insert(member, all);
            }
        }
        zset(scores.into_iter())
    }

    fn intersection(&self) -> Zset {
        let Some((first, others)) = self.sources.split_first() else { return Zset::default() };
        let others: Vec<(f64, BTreeMap<&Bytes, f64>)> =
            others.iter().map(|source| (source.weight, source.index())).collect();
        zset(first.rows.iter().filter_map(|(member, score)| {
            let start = number(first.weight * score);
            let total = others.iter().try_fold(start, |all, (weight, scores)| {
                Some(self.aggregate.of(all, weight * scores.get(member)?))
            });
            Some((member, total?))
        }))
    }

    fn difference(&self) -> Zset {
        let Some((first, others)) = self.sources.split_first() else { return Zset::default() };
        let others: Vec<BTreeMap<&Bytes, f64>> = others.iter().map(Source::index).collect();
        let alone = |member: &Bytes| !others.iter().any(|scores| scores.contains_key(member));
        let rows = first.rows.iter().filter(|(member, _)| alone(member));
        zset(rows.map(|(member, score)| (member, *score)))
    }
}

impl Source {
    fn index(&self) -> BTreeMap<&Bytes, f64> {
        self.rows.iter().map(|(member, score)| (member, *score)).collect()
    }
}

fn aggregate(word: &[u8]) -> Result<Aggregate, Refused> {
    match () {
        () if is(word, "sum") => Ok(Aggregate::Sum),
        () if is(word, "min") => Ok(Aggregate::Min),
        () if is(word, "max") => Ok(Aggregate::Max),
        () => Err(Refused::Syntax),
    }
}

fn zset<'a>(rows: impl Iterator<Item = (&'a Bytes, f64)>) -> Zset {
    let mut zset = Zset::default();
    for (member, score) in rows {
        if let Some(score) = Score::new(score) {
            zset.set(member, score);
        }
    }
    zset
}

fn shown(db: &mut Db<'_>, argv: &Argv, operation: Operation) -> Answer {
    let asked = asked(db, argv, 1, operation, Form::Shown)?;
    let with_scores = asked.with_scores;
    let zset = asked.result(operation);
    let rows = zset.iter().cloned();
    Ok(match with_scores {
        true => Reply::pairs(rows.map(pair)),
        false => Reply::Array(rows.map(|(_, member)| Reply::Bulk(member)).collect()),
    })
}

fn stored(db: &mut Db<'_>, argv: &Argv, operation: Operation) -> Answer {
    let zset = asked(db, argv, 2, operation, Form::Stored)?.result(operation);
    store(db, &argv[1], zset)
}

fn zintercard(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let asked = asked(db, argv, 1, Operation::Inter, Form::Counted)?;
    let limit = if asked.limit == 0 { usize::MAX } else { asked.limit };
    let len = asked.result(Operation::Inter).len().min(limit);
    Ok(Reply::Int(len as i64))
}
