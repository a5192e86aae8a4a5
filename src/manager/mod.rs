//! Layer 4: `redis-cli --cluster`, as readable procedures.
//!
//! [`start`] makes a [`Run`]; the world carries out what it asks ([`io::Request`]) one request at a
//! time until it exits. Given the node ids and the second of the run, its transcript is a pure
//! function of the answers.
//!
//! In Redis: `clusterManagerMode` and everything named `clusterManager*` in redis-cli.c.

pub use crate::cli::io;

use crate::cli::tape::Tape;
use crate::words::Time;
use io::{Answer, Env, Step, Then};

/// A `redis-cli --cluster` command, running. A clone of it goes on separately.
#[derive(Clone, Debug)]
pub struct Run {
    tape: Tape,
}

/// A run of `redis-cli` with these arguments (without the program's name).
pub fn start(_argv: &[String], _env: Env) -> Run {
    Run { tape: Tape::default() }
}

impl Run {
    /// Runs until the first request.
    pub fn start(&mut self, now: Time) -> Step {
        self.tape = Tape::new(now);
        self.advance()
    }
    /// Takes the answer to the last request and runs until the next one.
    pub fn resume(&mut self, now: Time, answer: Answer) -> Step {
        self.tape.record(now, answer);
        self.advance()
    }
    fn advance(&mut self) -> Step {
        self.tape.rewind();
        Step { printed: self.tape.take_output(), then: Then::Exit(1) }
    }
}
