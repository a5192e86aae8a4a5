//! What the test remembers of each connection.

use super::grammar::{CONNECTIONS, NODES, REPLICA};
use super::value::Value;
use bytes::Bytes;
use slotlab::words::{Argv, Millis};

/// How many connections there are.
pub(crate) const LINES: usize = NODES * CONNECTIONS;
/// So often a connection that waits is passed over before it is opened anew.
const PASSED_OVER: u32 = 12;

/// How a server calls a connection.
#[derive(Clone, Default, Debug)]
pub(crate) struct Handle {
    /// CLIENT ID.
    id: String,
    /// Its address.
    address: String,
}

impl Handle {
    /// Read from CLIENT INFO.
    pub(crate) fn of(info: &Value) -> Handle {
        let text = String::from_utf8_lossy(info.text().unwrap_or_default()).into_owned();
        let field = |name: &str| {
            let found = text.split(' ').find_map(|word| word.strip_prefix(name));
            found.unwrap_or_default().to_owned()
        };
        Handle { id: field("id="), address: field("addr=") }
    }
}

/// A command in which `<id3>` and `<addr3>` are the number and the address of the fourth connection.
pub(crate) fn filled(argv: &Argv, handles: &[Handle]) -> Argv {
    let known = |word: &Bytes| {
        let text = std::str::from_utf8(word).ok()?.strip_prefix('<')?.strip_suffix('>')?;
        let (name, line) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let handle = handles.get(line.parse::<usize>().ok()?)?;
        match name {
            "id" => Some(handle.id.clone()),
            "addr" => Some(handle.address.clone()),
            _ => None,
        }
    };
    Argv::new(argv.iter().map(|word| known(word).map_or(word.clone(), Bytes::from)))
}

/// A connection.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    /// What it asked last: an answer that comes is to that.
    pub(crate) asked: Argv,
    /// What it queued.
    pub(crate) queue: Vec<Argv>,
    in_transaction: bool,
    waits: bool,
    passed_over: u32,
    /// How many answers in a row said no more than that it is subscribed, or in a transaction.
    stuck: u32,
    /// How many answers CLIENT REPLY keeps back.
    mute: u32,
    /// EXEC has begun an answer that what is said next completes.
    is_owed: bool,
}

impl Default for Client {
    fn default() -> Client {
        Client {
            asked: Argv::new([""; 0]),
            queue: Vec::new(),
            in_transaction: false,
            waits: false,
            passed_over: 0,
            stuck: 0,
            mute: 0,
            is_owed: false,
        }
    }
}

impl Client {
    /// Whether a command for it is left out, for it waits; after a while it is `Some(true)`: give it up.
    pub(crate) fn is_busy(&mut self) -> Option<bool> {
        if PASSED_OVER < self.stuck {
            return Some(true);
        }
        if !self.waits {
            return None;
        }
        self.passed_over += 1;
        Some(PASSED_OVER < self.passed_over)
    }
    /// Notes what is asked; in a transaction, nothing can be looked up after a random pick or in the
    /// middle of a scan.
    pub(crate) fn asks(&mut self, argv: &Argv) -> Argv {
        let argv = match () {
            () if self.is_owed => Argv::from("PING"),
            // When it stops to wait nobody could hear.
            () if self.mute != 0 && longest_wait(argv).is_some() => Argv::from("PING"),
            () if self.in_transaction => self.checkable(argv),
            () => argv.clone(),
        };
        self.asked = argv.clone();
        argv
    }
    /// In a transaction: a pick can be checked if all there is was told right before; what SPOP takes differs,
    /// so that its key is left alone then.
    fn checkable(&self, argv: &Argv) -> Argv {
        let key = argv.get(1);
        let is_spop =
            |queued: &&Argv| queued.name() == "spop" && queued.get(2).is_none_or(|n| n != "100");
        let mut popped = self.queue.iter().filter(is_spop).filter_map(|queued| queued.get(1));
        if popped.any(|key| argv.contains(key)) {
            return Argv::from("PING");
        }
        let is_pick = ["spop", "srandmember", "hrandfield"].contains(&argv.name().as_str());
        let told = |last: &Argv| tells_all(last) && last.get(1) == key;
        match is_pick && self.queue.last().is_some_and(told) {
            true => argv.clone(),
            false => whole(argv),
        }
    }
    /// Whether it waits for a key, or for replicas.
    pub(crate) fn is_waiting(&self) -> bool {
        self.waits
    }
    /// Whether EXEC has begun an answer to it that is not whole.
    pub(crate) fn is_owed(&self) -> bool {
        self.is_owed
    }
    /// Whether it queues what it asks.
    pub(crate) fn in_transaction(&self) -> bool {
        self.in_transaction
    }
    /// How long its answer may take; one that waits longer is left waiting.
    pub(crate) fn patience(&self) -> Millis {
        const AT_ONCE: Millis = Millis(30);
        const USUAL: Millis = Millis(400);
        if self.mute != 0 || self.silences().is_some() {
            return Millis(3);
        }
        match longest_wait(&self.asked) {
            None if self.silences_itself() => AT_ONCE,
            None if ["migrate", "exec"].contains(&self.asked.name().as_str()) => Millis(20_000),
            None => Millis(1000),
            Some(Millis(0) | Millis(500..)) => AT_ONCE,
            Some(Millis(wait)) => Millis(USUAL.0 + wait),
        }
    }
    /// Notes what was heard right after it asked.
    pub(crate) fn heard(&mut self, answers: &[Value]) {
        let name = self.asked.name();
        self.mute = self.mute.saturating_sub(1);
        if self.is_owed && !answers.is_empty() {
            self.is_owed = false;
            self.asked = Argv::from("EXEC");
            // What was kept back is made up for by what is said after.
            let length = self.queue.len();
            self.queue = said(&self.queue);
            self.queue.resize(length, Argv::from("PING"));
        }
        if self.silences_itself() && answers.is_empty() {
            self.mute = 3;
            self.is_owed = true;
        } else if let Some(silenced) = self.silences().filter(|_| answers.is_empty()) {
            self.mute = silenced;
        } else if !answers.is_empty() {
            self.mute = 0;
        }
        self.waits = answers.is_empty() && self.mute == 0 && longest_wait(&self.asked).is_some();
        self.passed_over = 0;
        let says_little = |answer: &Value| match answer {
            Value::Line(b'-', text) => text.windows(13).any(|part| part == b"Can't execute"),
            answer => answer.is_line(b'+', "QUEUED"),
        };
        if answers.is_empty() && !self.waits {
            self.stuck += 2;
            return;
        }
        self.stuck = if answers.last().is_some_and(says_little) { self.stuck + 1 } else { 0 };
        match answers.last() {
            Some(answer) if name == "multi" && answer.is_line(b'+', "OK") => {
                self.in_transaction = true;
                self.queue.clear();
            }
            Some(answer) if answer.is_line(b'+', "QUEUED") => self.queue.push(self.asked.clone()),
            _ => {}
        }
        let ends = ["exec", "discard", "reset"].contains(&name.as_str()) && self.asked.len() == 1;
        self.in_transaction &= !ends;
    }
    /// Notes what was heard while others asked.
    pub(crate) fn overheard(&mut self, value: &Value) {
        self.waits &= matches!(value, Value::Many(b'>', _));
    }

    /// EXEC of CLIENT REPLY: some answers are kept back, and so may be the end of its own.
    fn silences_itself(&self) -> bool {
        self.asked.name() == "exec" && self.queue.iter().any(|argv| silences(argv).is_some())
    }
    /// CLIENT REPLY OFF, or SKIP.
    fn silences(&self) -> Option<u32> {
        silences(&self.asked)
    }
}

/// The commands of a transaction that are answered.
fn said(queue: &[Argv]) -> Vec<Argv> {
    let mut off = false;
    let mut said = Vec::new();
    for argv in queue {
        let silences = silences(argv);
        off |= silences == Some(u32::MAX);
        let words: Vec<_> = argv.iter().map(|word| word.to_ascii_lowercase()).collect();
        off &= words != ["client", "reply", "on"].map(|word| word.as_bytes().to_vec());
        if !off && silences.is_none() {
            said.push(argv.clone());
        }
    }
    said
}

fn silences(argv: &Argv) -> Option<u32> {
    let words: Vec<_> = argv.iter().map(|word| word.to_ascii_lowercase()).collect();
    match words.iter().map(Vec::as_slice).collect::<Vec<_>>()[..] {
        [b"client", b"reply", b"off"] => Some(u32::MAX),
        [b"client", b"reply", b"skip"] => Some(2),
        _ => None,
    }
}

/// Whether a command may wait for something.
pub(crate) fn may_wait(argv: &Argv) -> bool {
    longest_wait(argv).is_some()
}

/// The time that a command that may block is ready to wait; None if it never blocks.
fn longest_wait(argv: &Argv) -> Option<Millis> {
    let seconds = |word: Option<&Bytes>| {
        let text = String::from_utf8_lossy(word?).into_owned();
        Some(Millis((text.parse::<f64>().unwrap_or(0.001).clamp(0.0, 1e6) * 1000.0) as u64))
    };
    let millis = |word: Option<&Bytes>| {
        let text = String::from_utf8_lossy(word?).into_owned();
        Some(Millis(text.parse().unwrap_or(1)))
    };
    match argv.name().as_str() {
        "blpop" | "brpop" | "bzpopmin" | "bzpopmax" | "blmove" | "brpoplpush" => {
            seconds(argv.last())
        }
        "blmpop" | "bzmpop" => seconds(argv.get(1)),
        "wait" => millis(argv.get(2)),
        "xread" | "xreadgroup" => {
            let block = argv.iter().position(|word| word.eq_ignore_ascii_case(b"block"))?;
            millis(argv.get(block + 1))
        }
        _ => None,
    }
}

/// Whether a command tells all that a set or a hash holds.
pub(crate) fn tells_all(argv: &Argv) -> bool {
    ["smembers", "hgetall"].contains(&argv.name().as_str()) && argv.len() == 2
}

/// All of a set or a hash instead of a pick, all of a table instead of a part.
fn whole(argv: &Argv) -> Argv {
    let with = |count: &[&str]| {
        let words = argv.iter().take(2).cloned();
        Argv::new(words.chain(count.iter().map(|word| Bytes::from((*word).to_owned()))))
    };
    match argv.name().as_str() {
        "spop" | "srandmember" | "hrandfield" if 1 < argv.len() => with(&["100"]),
        "scan" if 1 < argv.len() => with(&["COUNT", "10000"]),
        // Several channels are several answers where one is counted.
        "subscribe" | "psubscribe" | "unsubscribe" | "punsubscribe" => {
            Argv::new([argv[0].clone(), argv.get(1).cloned().unwrap_or(Bytes::from_static(b"x"))])
        }
        "randomkey" => Argv::from("PING"),
        _ => argv.clone(),
    }
}

/// The node of a connection.
pub(crate) fn node_of(line: usize) -> usize {
    line / CONNECTIONS
}

/// Whether a node is at an end of the replication link: there, commands of the link count too.
pub(crate) fn has_link(node: usize) -> bool {
    node == 0 || node == REPLICA
}
