//! What a command is: a row with its name, arity, flags, keys and handler.
//!
//! Each family file holds the rows of its commands; the gate, COMMAND and the errors read them. In
//! Redis: the JSON files of src/commands (7.0.15), which the rows' numbers and flags were read from.

use super::words::is;
use super::{Answer, Call, Outcome};
use crate::node::Node;
use crate::node::keyspace::Db;
use crate::words::Argv;
use bytes::Bytes;

/// A command, or a subcommand of one.
#[derive(Debug)]
pub struct Command {
    /// Its name in lower case; of a subcommand with its container: `cluster|keyslot`.
    pub name: &'static str,
    /// How many words, its own included; negative: at least so many.
    pub arity: i32,
    /// What it is.
    pub flags: Flags,
    /// Which of its words are keys.
    pub keys: Keys,
    /// What it does.
    pub(super) handler: Handler,
    /// Its subcommands, if it is only a name for those.
    pub subcommands: &'static [Command],
}

/// What a command does.
pub(super) enum Handler {
    /// Something with keys, and nothing else.
    Data(fn(&mut Db<'_>, &Argv) -> Answer),
    /// Something with the whole process.
    Node(fn(&mut Node, &mut Call<'_>) -> Outcome),
}

impl std::fmt::Debug for Handler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if let Handler::Data(_) = self { "Data" } else { "Node" })
    }
}

/// Flags of commands, as COMMAND INFO names them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Flags(u32);

macro_rules! flags {
    ($($bit:literal $name:ident $word:literal)*) => {
        impl Flags {
            /// None of them.
            pub const NONE: Flags = Flags(0);
            $(
                #[doc = concat!("`", $word, "`")]
                pub const $name: Flags = Flags(1 << $bit);
            )*
            /// Their words.
            pub fn words(self) -> impl Iterator<Item = &'static str> {
                [$((Flags::$name, $word)),*].into_iter().filter(move |f| self.has(f.0)).map(|f| f.1)
            }
        }
    };
}
flags! {
    0 WRITE "write" 1 READONLY "readonly" 2 DENYOOM "denyoom" 3 ADMIN "admin" 4 PUBSUB "pubsub"
    5 NOSCRIPT "noscript" 6 BLOCKING "blocking" 7 LOADING "loading" 8 STALE "stale"
    9 SKIP_MONITOR "skip_monitor" 10 SKIP_SLOWLOG "skip_slowlog" 11 ASKING "asking" 12 FAST "fast"
    13 NO_AUTH "no_auth" 14 NO_MANDATORY_KEYS "no_mandatory_keys"
    15 NO_ASYNC_LOADING "no_async_loading" 16 NO_MULTI "no_multi" 17 MOVABLE "movablekeys"
    18 ALLOW_BUSY "allow_busy"
}

impl Flags {
    /// Whether any of `other` is among them.
    pub const fn has(self, other: Flags) -> bool {
        self.0 & other.0 != 0
    }
    /// With all of `other`.
    pub const fn or(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }
}

/// A command that reads.
pub(super) const READ: Flags = Flags::READONLY;
/// One that reads and takes no time.
pub(super) const READ_FAST: Flags = READ.or(Flags::FAST);
/// A command that writes, but never needs memory.
pub(super) const WRITE: Flags = Flags::WRITE;
/// One that takes no time.
pub(super) const WRITE_FAST: Flags = WRITE.or(Flags::FAST);
/// A command that writes and may need memory.
pub(super) const GROW: Flags = WRITE.or(Flags::DENYOOM);
/// One that takes no time.
pub(super) const GROW_FAST: Flags = GROW.or(Flags::FAST);

/// Which words of a command are keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keys {
    /// None.
    None,
    /// From one place to another, by steps; `last` counts from the end if negative.
    Range {
        /** The first. */
        first: usize,
        /** The last. */
        last: i32,
        /** How far apart. */
        step: usize,
    },
    /// As many as the word at `count` says, right after it; then the one at `store`, if that is not 0.
    Counted {
        /** Where their number is. */
        count: usize,
        /** Where a destination is. */
        store: usize,
    },
    /// SORT: the word at 1, and the one after STORE.
    Sort,
    /// GEORADIUS: the word at 1, and the one after STORE or STOREDIST.
    Radius,
    /// MIGRATE: the word at 3, or those after KEYS.
    Migrate,
    /// XREAD: the first half of the words after STREAMS.
    Streams,
}

impl Keys {
    /// Their places in `words`. None if they do not say.
    pub fn places(self, words: &[Bytes]) -> Vec<usize> {
        match self {
            Keys::None => Vec::new(),
            Keys::Range { first, last, step } => {
                let end = if last < 0 { words.len() as i32 + last } else { last };
                let end = (end + 1).clamp(0, words.len() as i32) as usize;
                (first..end).step_by(step).collect()
            }
            Keys::Counted { count, store } => counted(words, count, store),
            Keys::Sort => [Some(1), sort_target(words)].into_iter().flatten().collect(),
            Keys::Radius => [Some(1), radius_target(words)].into_iter().flatten().collect(),
            Keys::Migrate => migrated(words),
            Keys::Streams => streams(words),
        }
    }
}

fn counted(words: &[Bytes], count: usize, store: usize) -> Vec<usize> {
    let room = words.len().saturating_sub(count + 1);
    let number = words.get(count).map_or(0, |word| super::words::atoi(word));
    let number = usize::try_from(number).unwrap_or(0);
    if number == 0 || room < number {
        return Vec::new();
    }
    (count + 1..count + 1 + number).chain((store != 0).then_some(store)).collect()
}

/// Moves past options and their values, as many as `values` says; where the first word is that it does
/// not know.
fn skip_options(words: &[Bytes], mut at: usize, values: impl Fn(&Bytes) -> Option<usize>) -> usize {
    while let Some(skipped) = words.get(at).and_then(&values) {
        at += 1 + skipped;
    }
    at
}

fn sort_target(words: &[Bytes]) -> Option<usize> {
    let mut target = None;
    let mut at = 2;
    while at < words.len() {
        let word = &words[at];
        if is(word, "limit") {
            at += 2;
        } else if is(word, "get") || is(word, "by") {
            at += 1;
        } else if is(word, "store") && at + 1 < words.len() {
            // Whatever follows is looked at again: a key with the name of an option is one.
            target = Some(at + 1);
        }
        at += 1;
    }
    target
}

fn radius_target(words: &[Bytes]) -> Option<usize> {
    let mut target = None;
    let mut at = 5;
    while at + 1 < words.len() {
        if is(&words[at], "store") || is(&words[at], "storedist") {
            at += 1;
            target = Some(at);
        }
        at += 1;
    }
    target
}

fn migrated(words: &[Bytes]) -> Vec<usize> {
    let option = |word: &Bytes| match () {
        () if is(word, "keys") => None,
        () if is(word, "auth") => Some(1),
        () if is(word, "auth2") => Some(2),
        () => Some(0),
    };
    let keys = skip_options(words, 6, option);
    match words.get(3) {
        Some(_) if words.len() <= keys => vec![3],
        // KEYS and a key are an error, which the command will tell.
        Some(key) if !key.is_empty() => Vec::new(),
        Some(_) => (keys + 1..words.len()).collect(),
        None => Vec::new(),
    }
}

/// A group or a consumer may be called STREAMS, so the options are read one by one.
fn streams(words: &[Bytes]) -> Vec<usize> {
    let option = |word: &Bytes| match () {
        () if is(word, "block") || is(word, "count") => Some(1),
        () if is(word, "group") => Some(2),
        () if is(word, "noack") => Some(0),
        () => None,
    };
    let at = skip_options(words, 1, option);
    if !words.get(at).is_some_and(|word| is(word, "streams")) {
        return Vec::new();
    }
    let several = words.len() - (at + 1);
    if several.is_multiple_of(2) { (at + 1..at + 1 + several / 2).collect() } else { Vec::new() }
}

/// Keys at one place only.
pub(super) const fn key(at: usize) -> Keys {
    Keys::Range { first: at, last: at as i32, step: 1 }
}

/// Keys from `first` to the end.
pub(super) const fn keys_from(first: usize) -> Keys {
    Keys::Range { first, last: -1, step: 1 }
}

/// A row for a command on keys.
pub(super) const fn data(
    name: &'static str,
    arity: i32,
    flags: Flags,
    keys: Keys,
    handler: fn(&mut Db<'_>, &Argv) -> Answer,
) -> Command {
    Command { name, arity, flags, keys, handler: Handler::Data(handler), subcommands: &[] }
}

/// A row for a command on the process.
pub(super) const fn node(
    name: &'static str,
    arity: i32,
    flags: Flags,
    keys: Keys,
    handler: fn(&mut Node, &mut Call<'_>) -> Outcome,
) -> Command {
    Command { name, arity, flags, keys, handler: Handler::Node(handler), subcommands: &[] }
}

/// A row for a name that is only a container of subcommands.
pub(super) const fn group(
    name: &'static str,
    arity: i32,
    subcommands: &'static [Command],
) -> Command {
    let handler = Handler::Node(|_, _| Outcome::Silent);
    Command { name, arity, flags: Flags::NONE, keys: Keys::None, handler, subcommands }
}

impl Command {
    /// Whether so many words are allowed.
    pub fn takes(&self, words: usize) -> bool {
        let words = words as i32;
        if self.arity < 0 { -self.arity <= words } else { self.arity == words }
    }
    /// Whether the values that it looks up are hits and misses of INFO: it reads them, and writes at most
    /// others.
    pub(super) fn reads_values(&self) -> bool {
        const ALSO_WRITE: [&str; 22] = [
            "bitop",
            "copy",
            "georadius",
            "georadiusbymember",
            "geosearchstore",
            "getdel",
            "getex",
            "getset",
            "pfmerge",
            "sdiffstore",
            "set",
            "sinterstore",
            "sort",
            "sunionstore",
            "xack",
            "xautoclaim",
            "xclaim",
            "xreadgroup",
            "zdiffstore",
            "zinterstore",
            "zrangestore",
            "zunionstore",
        ];
        self.flags.has(Flags::READONLY) || ALSO_WRITE.contains(&self.name)
    }
    /// Whether redirection looks at it: it may have keys.
    pub fn may_have_keys(&self) -> bool {
        self.keys != Keys::None
    }
    /// A subcommand's own name.
    pub fn short_name(&self) -> &'static str {
        self.name.split_once('|').map_or(self.name, |(_, sub)| sub)
    }
}
