//! Layer 4: `redis-cli --cluster`, as readable procedures, one file for each command.
//!
//! [`start`] makes a [`Run`]; the world carries out what it asks ([`io::Request`]) one request at a
//! time until it exits. Given the node ids and the second of the run, its transcript is a pure
//! function of the answers.
//!
//! In Redis: `clusterManagerMode` and everything named `clusterManager*` in redis-cli.c.

pub mod add_node;
pub mod affinity;
pub mod allocate;
pub mod apply;
pub mod assign;
pub mod attempt;
pub mod backup;
pub mod balance;
pub mod call;
pub mod check;
pub mod cluster;
pub mod commands;
pub mod create;
pub mod del_node;
pub mod fix_coverage;
pub mod fix_open;
pub mod glibc_rand;
pub mod import;
pub mod info;
pub mod join;
pub mod load;
pub mod migrate;
pub mod move_slot;
pub mod node;
pub mod owners;
pub mod plan;
pub mod print;
pub mod prompt;
pub mod rebalance;
pub mod reshard;
pub mod reshard_plan;
pub mod set_timeout;
pub mod shell;
pub mod siphash_dict;

pub use crate::cli::io;

use crate::cli::args::{Ended, Options, parse};
use crate::cli::tape::{Stop, Tape};
use crate::words::Time;
use io::{Answer, Env, Step, Then};
use shell::{Job, Shell};
use std::sync::Arc;

/// A `redis-cli --cluster` command, running. A clone of it goes on separately.
#[derive(Clone, Debug)]
pub struct Run {
    job: Result<Job, Ended>,
    tape: Tape,
}

/// A run of `redis-cli` with these arguments (without the program's name).
pub fn start(argv: &[String], env: Env) -> Run {
    let job = parse(argv).map(|options| job(options, env));
    Run { job, tape: Tape::default() }
}

/// A run of a command line that was read already.
pub fn with_options(options: Options, env: Env) -> Run {
    Run { job: Ok(job(options, env)), tape: Tape::default() }
}

fn job(options: Options, env: Env) -> Job {
    let yes = options.cluster_options.yes || env.yes_env;
    Job { options: Arc::new(options), colour: env.term_xterm, yes }
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
        let Run { job, tape } = self;
        tape.rewind();
        let ended = match job {
            Ok(job) => commands::run(&mut Shell { job, tape }),
            Err(ended) => {
                tape.print(ended.stream, ended.text.clone());
                Ok(ended.code)
            }
        };
        let then = match ended {
            Ok(code) | Err(Stop::Exit(code)) => Then::Exit(code),
            Err(Stop::Ask(request)) => Then::Ask(request),
        };
        Step { printed: tape.take_output(), then }
    }
}
