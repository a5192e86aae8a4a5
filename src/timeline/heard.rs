//! What a lane hears of the world: entries of the log, and what programs outside are answered.

use crate::sim::{Answer, ClientId, Entry, EntryId, Log};
use crate::words::resp::Protocol;
use crate::words::{Reply, Time};

/// What a program outside was answered.
#[derive(Clone, PartialEq, Debug)]
pub struct Answered {
    /// Its number, from 1.
    pub nth: u64,
    /// When.
    pub at: Time,
    /// The last entry of the log before it.
    pub after: EntryId,
    /// Who.
    pub to: ClientId,
    /// What.
    pub reply: Reply,
    /// How it was written.
    pub protocol: Protocol,
}

/// What was heard and is not known to be new: a replay brings known things again.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) entries: Vec<Entry>,
    pub(super) answers: Vec<Answered>,
}

impl Log for Heard {
    fn entry(&mut self, entry: Entry) {
        self.entries.push(entry);
    }
    fn answer(&mut self, answer: Answer<'_>) {
        let Answer { nth, at, after, to, reply, protocol } = answer;
        self.answers.push(Answered { nth, at, after, to, reply: reply.clone(), protocol });
    }
}
