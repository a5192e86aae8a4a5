//! Popping from the first of several keys that has something: LMPOP and ZMPOP, and those that wait for it.
//!
//! What was taken is propagated as the pop of one key that it amounts to. In Redis: `mpopGenericCommand`,
//! `blockingGenericZpopCommand` (t_list.c, t_zset.c).

use super::lists::End;
use super::table::{Flags, Keys, WRITE, data, node};
use super::words::{deadline, int, is, number_word};
use super::zsets::{lowest_or_highest, pair, take};
use super::{Answer, Call, Command, Outcome, Refused};
use crate::node::Node;
use crate::node::keyspace::{Db, List, Zset};
use crate::words::{Argv, Reply};
use bytes::Bytes;

const POPS: Flags = WRITE.or(Flags::MOVABLE);
const WAITS: Flags = WRITE.or(Flags::BLOCKING).or(Flags::MOVABLE);
const WAITS_FAST: Flags = WRITE.or(Flags::NOSCRIPT).or(Flags::BLOCKING).or(Flags::FAST);
const KEYS: Keys = Keys::Counted { count: 1, store: 0 };
const KEYS_AFTER_TIMEOUT: Keys = Keys::Counted { count: 2, store: 0 };
const BUT_LAST: Keys = Keys::Range { first: 1, last: -2, step: 1 };

pub(super) const COMMANDS: &[Command] = &[
    data("lmpop", -4, POPS, KEYS, |db, argv| Asked::parse(argv, 1, End::of_list)?.pop(db)),
    data("zmpop", -4, POPS, KEYS, |db, argv| Asked::parse(argv, 1, end_of_zset)?.pop(db)),
    node("blmpop", -5, WAITS, KEYS_AFTER_TIMEOUT, |node, call| {
        let asked = Asked::parse(&call.argv, 2, End::of_list);
        wait(node, call, asked, 1)
    }),
    node("bzmpop", -5, WAITS, KEYS_AFTER_TIMEOUT, |node, call| {
        let asked = Asked::parse(&call.argv, 2, end_of_zset);
        wait(node, call, asked, 1)
    }),
    node("bzpopmin", -3, WAITS_FAST, BUT_LAST, |node, call| wait_for_one(node, call, false)),
    node("bzpopmax", -3, WAITS_FAST, BUT_LAST, |node, call| wait_for_one(node, call, true)),
];

/// What is popped, and from which end.
#[derive(Clone, Copy)]
enum From {
    List(End),
    Zset { highest: bool },
}

impl End {
    fn of_list(word: &[u8]) -> Result<From, Refused> {
        End::parse(word).map(From::List)
    }
}

fn end_of_zset(word: &[u8]) -> Result<From, Refused> {
    match () {
        () if is(word, "min") => Ok(From::Zset { highest: false }),
        () if is(word, "max") => Ok(From::Zset { highest: true }),
        () => Err(Refused::Syntax),
    }
}

/// The name of the pop that it amounts to, and what was taken.
type Popped = (&'static [u8], Vec<Reply>);

/// What is asked for.
struct Asked {
    keys: Vec<Bytes>,
    from: From,
    /// How many; None: one, without a list around it.
    count: Option<usize>,
}

impl Asked {
    /// `numkeys key... <end> [COUNT n]`, from the word at `at` on.
    fn parse(
        argv: &Argv,
        at: usize,
        end: fn(&[u8]) -> Result<From, Refused>,
    ) -> Result<Asked, Refused> {
        let count = above_zero(&argv[at], "numkeys")?;
        let rest = &argv[at + 1..];
        if rest.len() <= count {
            return Err(Refused::Syntax);
        }
        let (keys, rest) = rest.split_at(count);
        let from = end(&rest[0])?;
        let count = match &rest[1..] {
            [] => 1,
            [word, count] if is(word, "count") => above_zero(count, "count")?,
            _ => return Err(Refused::Syntax),
        };
        Ok(Asked { keys: keys.to_vec(), from, count: Some(count) })
    }

    fn pop(&self, db: &mut Db<'_>) -> Answer {
        for key in &self.keys {
            let count = self.count.unwrap_or(1);
            let popped = match self.from {
                From::List(end) => pop_list(db, key, end, count)?,
                From::Zset { highest } => self.pop_zset(db, key, highest, count)?,
            };
            let Some((name, popped)) = popped else { continue };
            let counted = self.count.map(|_| number_word(popped.len()));
            let words = [Bytes::from_static(name), key.clone()].into_iter().chain(counted);
            db.rewrite(Argv::new(words));
            let rest = match self.count {
                Some(_) => vec![Reply::Array(popped)],
                None => popped,
            };
            return Ok(Reply::Array([vec![Reply::Bulk(key.clone())], rest].concat()));
        }
        Ok(Reply::NilArray)
    }

    fn pop_zset(
        &self,
        db: &mut Db<'_>,
        key: &Bytes,
        highest: bool,
        count: usize,
    ) -> Result<Option<Popped>, Refused> {
        let Some(zset) = db.get::<Zset>(key)? else { return Ok(None) };
        let rows = lowest_or_highest(zset, highest, count);
        let members: Vec<Bytes> = rows.iter().map(|(_, member)| member.clone()).collect();
        take(db, key, &members)?;
        let pairs = rows.into_iter().map(pair);
        let popped = match self.count {
            Some(_) => pairs.map(|(member, score)| Reply::Array(vec![member, score])).collect(),
            None => pairs.flat_map(|(member, score)| [member, score]).collect(),
        };
        Ok(Some((if highest { b"ZPOPMAX" } else { b"ZPOPMIN" }, popped)))
    }
}

fn pop_list(
    db: &mut Db<'_>,
    key: &Bytes,
    end: End,
    count: usize,
) -> Result<Option<Popped>, Refused> {
    let Some(list) = db.get_mut::<List>(key)? else { return Ok(None) };
    let count = count.min(list.len());
    let popped = (0..count).map_while(|_| end.pop(list)).map(Reply::Bulk).collect();
    db.changed_by(key, count);
    db.drop_if_empty(key);
    Ok(Some((end.pop_name(), popped)))
}

fn above_zero(word: &[u8], what: &str) -> Result<usize, Refused> {
    let number = int(word).ok().and_then(|number| usize::try_from(number).ok());
    let refused = || Refused::text(format!("ERR {what} should be greater than 0"));
    number.filter(|&number| 0 < number).ok_or_else(refused)
}

/// Pops, or waits until there is something; `timeout` is the place of the word that says how long.
fn wait(
    node: &mut Node,
    call: &mut Call<'_>,
    asked: Result<Asked, Refused>,
    timeout: usize,
) -> Outcome {
    let asked = asked.and_then(|asked| Ok((asked, deadline(call.now, &call.argv[timeout])?)));
    let (asked, until) = match asked {
        Ok(asked) => asked,
        Err(refused) => return refused.into(),
    };
    match node.with_db(call, |db, _| asked.pop(db)) {
        Ok(Reply::NilArray) => node.block_on_keys(call, asked.keys, until, Reply::NilArray),
        answer => answer.into(),
    }
}

/// `BZPOPMIN key... timeout`.
fn wait_for_one(node: &mut Node, call: &mut Call<'_>, highest: bool) -> Outcome {
    let timeout = call.argv.len() - 1;
    let keys = call.argv[1..timeout].to_vec();
    let asked = Asked { keys, from: From::Zset { highest }, count: None };
    wait(node, call, Ok(asked), timeout)
}
