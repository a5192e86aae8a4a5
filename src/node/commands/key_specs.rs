//! Key specifications: how a client finds the keys of a command that it does not know.
//!
//! Each says where to begin to look and what follows there. In Redis: `keySpec` (server.h),
//! `getKeysUsingKeySpecs` (db.c).

use super::facts::flags;
use super::words::is;
use crate::node::keyspace::number::integer;
use crate::words::Reply;
use bytes::Bytes;

/// One group of keys of a command.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeySpec {
    /// How they are used: `RO access`.
    pub flags: &'static str,
    begin: Begin,
    find: Find,
    notes: Option<&'static str>,
}

/// Where to begin.
#[derive(Clone, Copy, Debug)]
enum Begin {
    Unknown,
    /// At this word.
    Index(i64),
    /// After the first such word from there on; backwards, if that counts from the end.
    Keyword {
        keyword: &'static str,
        start: i64,
    },
}

/// What is there.
#[derive(Clone, Copy, Debug)]
enum Find {
    Unknown,
    /// Keys up to `last`: counted from the first, from the end if negative; a `limit` shares what is left.
    Range {
        last: i64,
        step: i64,
        limit: i64,
    },
    /// Their number and the keys, counted from where the search ended.
    Counted {
        count: i64,
        first: i64,
        step: i64,
    },
}

/// Words that a specification does not fit, or one that does not tell all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Unclear;

impl KeySpec {
    /// Reads `RO access`, `index 1`, `range 0 1 0` and notes, with tabs between them.
    pub(super) fn read(line: &'static str) -> KeySpec {
        let mut cells = line.split('\t');
        let flags = cells.next().unwrap_or_default();
        let begin = Begin::read(cells.next().unwrap_or_default());
        let find = Find::read(cells.next().unwrap_or_default());
        KeySpec { flags, begin, find, notes: cells.next() }
    }
    /// Whether the cluster looks at it as at a key, though it is none.
    pub(super) fn is_no_key(&self) -> bool {
        self.has("not_key")
    }
    /// Whether the words say how it is used, so that only the command itself can tell.
    pub(super) fn has_variable_flags(&self) -> bool {
        self.has("variable_flags")
    }
    fn has(&self, flag: &str) -> bool {
        self.flags.split(' ').any(|one| one == flag)
    }
    /// As COMMAND INFO has it.
    pub(super) fn reply(&self) -> Reply {
        let notes = self.notes.map(|notes| ("notes", Reply::bulk(notes)));
        let rest = [
            ("flags", flags(self.flags)),
            ("begin_search", self.begin.reply()),
            ("find_keys", self.find.reply()),
        ];
        map(notes.into_iter().chain(rest))
    }
    /// Their places in the words of a command.
    pub(super) fn places(&self, words: &[Bytes]) -> Result<Vec<usize>, Unclear> {
        let Some(begin) = self.begin.place(words)? else { return Ok(Vec::new()) };
        let len = words.len() as i64;
        let (first, last, step) = match self.find {
            Find::Unknown => return Err(Unclear),
            Find::Range { last, step, .. } if 0 <= last => (begin, begin + last, step),
            Find::Range { last, step, limit: 0 } => (begin, len + last, step),
            Find::Range { last, step, limit } => {
                (begin, begin + (len - begin) / limit + last, step)
            }
            Find::Counted { count, first, step } => {
                let word = usize::try_from(begin + count).ok().and_then(|at| words.get(at));
                let count = word.and_then(|word| integer(word)).filter(|count| 0 <= *count);
                let first = begin + first;
                // Redis keeps the number in C's `int`.
                (first, first + i64::from(count.ok_or(Unclear)? as i32) - 1, step)
            }
        };
        if len <= last || last < first || len <= first || self.has("incomplete") {
            return Err(Unclear);
        }
        Ok((first..=last).step_by(step.max(1) as usize).map(|place| place as usize).collect())
    }
}

impl Begin {
    fn read(cell: &'static str) -> Begin {
        match cell.split(' ').collect::<Vec<_>>()[..] {
            ["index", at] => Begin::Index(number(at)),
            ["keyword", keyword, start] => Begin::Keyword { keyword, start: number(start) },
            _ => Begin::Unknown,
        }
    }
    fn reply(self) -> Reply {
        match self {
            Begin::Unknown => step("unknown", []),
            Begin::Index(at) => step("index", [("index", Reply::Int(at))]),
            Begin::Keyword { keyword, start } => step(
                "keyword",
                [("keyword", Reply::bulk(keyword)), ("startfrom", Reply::Int(start))],
            ),
        }
    }
    fn place(self, words: &[Bytes]) -> Result<Option<i64>, Unclear> {
        match self {
            Begin::Unknown => Err(Unclear),
            Begin::Index(at) => Ok(Some(at)),
            Begin::Keyword { keyword, start } => {
                let len = words.len() as i64;
                // The last word is never the keyword, nor is, backwards, the second: no key could be there.
                let from_there: Vec<i64> = match start {
                    1.. => (start..len - 1).collect(),
                    _ => (2..=len + start).rev().collect(),
                };
                let found = from_there.into_iter().find(|&at| is(&words[at as usize], keyword));
                Ok(found.map(|at| at + 1))
            }
        }
    }
}

impl Find {
    fn read(cell: &'static str) -> Find {
        match cell.split(' ').collect::<Vec<_>>()[..] {
            ["range", last, step, limit] => {
                Find::Range { last: number(last), step: number(step), limit: number(limit) }
            }
            ["keynum", count, first, step] => {
                Find::Counted { count: number(count), first: number(first), step: number(step) }
            }
            _ => Find::Unknown,
        }
    }
    fn reply(self) -> Reply {
        let int = Reply::Int;
        match self {
            Find::Unknown => step("unknown", []),
            Find::Range { last, step: by, limit } => {
                step("range", [("lastkey", int(last)), ("keystep", int(by)), ("limit", int(limit))])
            }
            Find::Counted { count, first, step: by } => step(
                "keynum",
                [("keynumidx", int(count)), ("firstkey", int(first)), ("keystep", int(by))],
            ),
        }
    }
}

fn step<const N: usize>(kind: &'static str, spec: [(&'static str, Reply); N]) -> Reply {
    map([("type", Reply::bulk(kind)), ("spec", map(spec))])
}

fn map(pairs: impl IntoIterator<Item = (&'static str, Reply)>) -> Reply {
    Reply::Map(pairs.into_iter().map(|(name, value)| (Reply::bulk(name), value)).collect())
}

fn number(text: &str) -> i64 {
    text.parse().unwrap_or_default()
}
