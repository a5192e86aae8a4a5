//! Straight-line procedures that can be stopped, cloned and resumed anywhere.
//!
//! A procedure is written top to bottom: connect, ask, print, ask again. When it asks something that
//! has no recorded answer yet, it stops with [`Stop::Ask`]; once the answer is there it is run again
//! from its start, and everything it had already heard comes from the tape and everything it had
//! already printed is not printed twice. So its whole state is data: the answers so far.
//!
//! Invariant: a procedure asks and prints the same things when it hears the same answers.
//! To keep re-runs short a finished part of a procedure can leave its result in place of what it heard
//! ([`Tape::finish`]), or a procedure is cut into phases, and each ends with [`Tape::forget`].

use crate::cli::io::{Answer, LinkId, Output, Request, Stream};
use crate::words::{Argv, Reply, Time};
use bytes::Bytes;
use std::any::Any;
use std::sync::Arc;

/// A procedure stopped before its end.
#[derive(Clone, PartialEq, Debug)]
pub enum Stop {
    /// It waits for this.
    Ask(Request),
    /// It has ended the program, with this exit code.
    Exit(i32),
}

/// What a procedure returns when it may have to stop on the way.
pub type Flow<T> = Result<T, Stop>;

/// The answers heard and the output given since the last [`Tape::forget`].
#[derive(Clone, Debug, Default)]
pub struct Tape {
    heard: Vec<Heard>,
    played: usize,
    /// How many parts have begun and not finished.
    depth: usize,
    now: Time,
    started: Time,
    delivered: usize,
    said: usize,
    fresh: Vec<Output>,
}

/// One entry of a tape.
#[derive(Clone, Debug)]
enum Heard {
    /// What the world answered, and when.
    Answer(Time, Answer),
    /// A part of the procedure that is over: in how many others it lies, when it ended, how often it
    /// printed, and its result.
    Part { depth: usize, at: Time, said: usize, result: Arc<dyn Any + Send + Sync> },
}

/// Where a part of a procedure began.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    played: usize,
    said: usize,
}

impl Tape {
    /// An empty tape of a program that starts now.
    pub fn new(now: Time) -> Tape {
        Tape { now, started: now, ..Tape::default() }
    }
    /// Adds the answer to the last request.
    pub fn record(&mut self, now: Time, answer: Answer) {
        self.heard.push(Heard::Answer(now, answer));
    }
    /// Goes back to the start, to run the procedure again.
    pub fn rewind(&mut self) {
        self.played = 0;
        self.depth = 0;
        self.said = 0;
        self.now = self.started;
    }
    /// Starts a new phase: what was heard will not be asked again.
    pub fn forget(&mut self) {
        self.heard.drain(..self.played);
        self.played = 0;
        self.started = self.now;
        self.delivered = 0;
        self.said = 0;
    }
    /// Takes what was printed and not taken yet.
    pub fn take_output(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.fresh)
    }
    /// The moment of the last answer.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Asks the world, or plays what it answered.
    pub fn ask(&mut self, request: Request) -> Flow<Answer> {
        match self.heard.get(self.played) {
            None => Err(Stop::Ask(request)),
            Some(Heard::Answer(at, answer)) => {
                self.played += 1;
                self.now = *at;
                Ok(answer.clone())
            }
            Some(Heard::Part { .. }) => panic!("a procedure asks what it did not ask before"),
        }
    }
    /// The result of the part that begins here, if it is over: it is not played again.
    pub fn skip<T: Clone + 'static>(&mut self) -> Option<T> {
        let Some(Heard::Part { depth, at, said, result }) = self.heard.get(self.played) else {
            return None;
        };
        // One that lies deeper is the first part of this one, which is not over.
        if *depth != self.depth {
            return None;
        }
        self.played += 1;
        self.said += said;
        self.now = *at;
        Some(result.downcast_ref::<T>().expect("a part has one type of result").clone())
    }
    /// Begins a part.
    pub fn begin(&mut self) -> Mark {
        self.depth += 1;
        Mark { played: self.played, said: self.said }
    }
    /// Ends a part: its result stands for all it has heard.
    pub fn finish<T: Clone + Send + Sync + 'static>(&mut self, began: Mark, result: T) {
        self.depth -= 1;
        let said = self.said - began.said;
        let result = Arc::new(result);
        let part = Heard::Part { depth: self.depth, at: self.now, said, result };
        self.heard.splice(began.played..self.played, [part]);
        self.played = began.played + 1;
    }
    /// Sends a command; `None` if the connection closed instead of a reply.
    pub fn call(&mut self, link: LinkId, argv: impl Into<Argv>) -> Flow<Option<Reply>> {
        match self.ask(Request::Call { link, argv: argv.into() })? {
            Answer::Reply(reply) => Ok(Some(reply)),
            _ => Ok(None),
        }
    }
    /// Prints, unless an earlier run of this phase did.
    pub fn print(&mut self, stream: Stream, text: impl Into<Bytes>) {
        self.said += 1;
        if self.said > self.delivered {
            self.delivered = self.said;
            self.fresh.push(Output { stream, bytes: text.into() });
        }
    }
    /// Prints to standard output.
    pub fn out(&mut self, text: impl Into<Bytes>) {
        self.print(Stream::Stdout, text);
    }
    /// Prints to standard error.
    pub fn err(&mut self, text: impl Into<Bytes>) {
        self.print(Stream::Stderr, text);
    }
}
