//! The whole of `redis-cli`, whichever way it was called.

use crate::cli::args::parse;
use crate::cli::io::{Answer, Env, Step};
use crate::cli::session::Session;
use crate::manager::{self, Run};
use crate::words::Time;

/// A `redis-cli` process. A clone of it goes on separately.
#[derive(Clone, Debug)]
pub enum Process {
    /// It talks to one node at a time.
    Session(Session),
    /// It runs a `--cluster` command.
    Manager(Run),
}

impl Process {
    /// `redis-cli` with these arguments (without the program's name).
    pub fn new(argv: &[String], env: Env) -> Process {
        match parse(argv) {
            Ok(options) if options.cluster.is_some() => {
                Process::Manager(manager::with_options(options, env))
            }
            Ok(options) => Process::Session(Session::with_options(options, env)),
            Err(ended) => Process::Session(Session::refused(ended)),
        }
    }
    /// Runs until the first request.
    pub fn start(&mut self, now: Time) -> Step {
        match self {
            Process::Session(session) => session.start(now),
            Process::Manager(run) => run.start(now),
        }
    }
    /// Takes the answer to the last request and runs until the next one.
    pub fn resume(&mut self, now: Time, answer: Answer) -> Step {
        match self {
            Process::Session(session) => session.resume(now, answer),
            Process::Manager(run) => run.resume(now, answer),
        }
    }
}
