//! Layer 4: `redis-cli --cluster`, as readable procedures.
//!
//! [`start`] makes a [`Run`]; the world carries out what it asks ([`io::Request`]) one request at a
//! time until it exits. Given the node ids and the second of the run, its transcript is a pure
//! function of the answers.
//!
//! In Redis: `clusterManagerMode` and everything named `clusterManager*` in redis-cli.c.
//! Absent so far: fix, reshard, rebalance, add-node, del-node, call, set-timeout, import, backup.

pub mod affinity;
pub mod allocate;
pub mod apply;
pub mod assign;
pub mod check;
pub mod glibc_rand;
pub mod info;
pub mod join;
pub mod load;
pub mod node;
pub mod phase;
pub mod plan;
pub mod print;
pub mod shell;
pub mod siphash_dict;
pub mod start;

pub use crate::cli::io;

use crate::cli::args::{Ended, Options, parse};
use crate::cli::tape::{Stop, Tape};
use crate::words::Time;
use io::{Answer, Env, Step, Then};
use phase::Phase;
use shell::{Job, Shell};
use std::sync::Arc;

/// A `redis-cli --cluster` command, running. A clone of it goes on separately.
#[derive(Clone, Debug)]
pub struct Run {
    stage: Stage,
    tape: Tape,
}

#[derive(Clone, Debug)]
enum Stage {
    /// The command line was wrong, or asked for help.
    Refused(Ended),
    /// Not begun.
    Fresh(Job),
    Running(Job, Box<Phase>),
}

/// A run of `redis-cli` with these arguments (without the program's name).
pub fn start(argv: &[String], env: Env) -> Run {
    let stage = match parse(argv) {
        Err(ended) => Stage::Refused(ended),
        Ok(options) => fresh(options, env),
    };
    Run { stage, tape: Tape::default() }
}

/// A run of a command line that was read already.
pub fn with_options(options: Options, env: Env) -> Run {
    Run { stage: fresh(options, env), tape: Tape::default() }
}

fn fresh(options: Options, env: Env) -> Stage {
    let yes = options.cluster_options.yes || env.yes_env;
    Stage::Fresh(Job { options: Arc::new(options), colour: env.term_xterm, yes })
}

impl Run {
    /// Runs until the first request.
    pub fn start(&mut self, now: Time) -> Step {
        self.tape = Tape::new(now);
        let first = match &self.stage {
            Stage::Fresh(job) => {
                let job = job.clone();
                start::first_phase(&job, &mut self.tape).map(|phase| (job, phase))
            }
            Stage::Refused(ended) => {
                self.tape.print(ended.stream, ended.text.clone());
                Err(ended.code)
            }
            Stage::Running(..) => unreachable!("a run starts once"),
        };
        match first {
            Err(code) => self.stop(Then::Exit(code)),
            Ok((job, phase)) => {
                self.tape.forget();
                self.stage = Stage::Running(job, Box::new(phase));
                self.advance()
            }
        }
    }
    /// Takes the answer to the last request and runs until the next one.
    pub fn resume(&mut self, now: Time, answer: Answer) -> Step {
        self.tape.record(now, answer);
        self.advance()
    }

    fn advance(&mut self) -> Step {
        let Run { stage: Stage::Running(job, phase), tape } = self else {
            unreachable!("only a running command asks")
        };
        tape.rewind();
        let stop = loop {
            match phase.run(&mut Shell { job, tape }) {
                Ok(next) => {
                    **phase = next;
                    tape.forget();
                }
                Err(stop) => break stop,
            }
        };
        self.stop(match stop {
            Stop::Ask(request) => Then::Ask(request),
            Stop::Exit(code) => Then::Exit(code),
        })
    }
    fn stop(&mut self, then: Then) -> Step {
        Step { printed: self.tape.take_output(), then }
    }
}
