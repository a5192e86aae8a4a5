//! A workload: a client program that pushes values to lists, one after another, and can say at any
//! time afterwards whether what was acknowledged is still there.
//!
//! It finds its way by itself (`guide`) and keeps its own books (`ledger`), so it notices a lost
//! write as an application would: by reading. It asks for one thing at a time, as `redis-cli` does, and
//! is run by the same machinery. Every third key is written through a script, to be routed by both
//! ways.
//!
//! Invariant: what it does depends on its seed and on the answers it hears. In Redis: the loads of the
//! cluster tests' resharding and manual failover. Absent: reads while it writes, pipelines, timeouts.

mod guide;
mod ledger;

pub use guide::Detours;
pub use ledger::{Findings, Loss};

use crate::cli::io::{Answer, Request, Step, Then};
use crate::cli::tape::{Flow, Stop, Tape};
use crate::words::{Argv, Millis, Reply, Rng, Seed, Slot, Time};
use bytes::Bytes;
use guide::{Guide, Outcome};
use ledger::Ledger;
use serde::{Deserialize, Serialize};
use std::net::SocketAddrV4;

/// What a workload is to do.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Load {
    /// How many values it pushes.
    pub writes: u32,
    /// To how many lists, in turn at random.
    pub keys: u32,
    /// How long it rests after each.
    pub every: Millis,
    /// Which lists, in which order.
    pub seed: Seed,
}

/// What a workload has to report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Report {
    /// All values were pushed.
    Written {
        /// How many were acknowledged.
        acknowledged: u32,
        /// How many may or may not have been: the connection was lost before the answer.
        unsure: u32,
        /// How many were refused.
        refused: u32,
        /// What it met on the way.
        detours: Detours,
    },
    /// All lists were read and compared with the books.
    Checked(Findings),
}

/// A running workload. A clone of it goes on separately.
#[derive(Clone, Debug)]
pub(in crate::sim) struct Workload {
    load: Load,
    luck: Rng,
    /// Its lists have this in front, so that two workloads never share one.
    prefix: String,
    pushed: u32,
    refused: u32,
    ledger: Ledger,
    guide: Guide,
    stage: Stage,
    tape: Tape,
    /// What was reported and not taken yet.
    reports: Vec<Report>,
}

/// What it does next.
#[derive(Clone, Debug)]
enum Stage {
    /// Pushes this value to this list.
    Push { key: u32, value: u32 },
    /// Rests, then goes on.
    Rest,
    /// Waits for the word `check`.
    Wait,
    /// Reads the list of this place among those it wrote to.
    Read { place: usize, findings: Findings },
}

impl Workload {
    /// One that begins at a server it was told of.
    pub(in crate::sim) fn new(load: &Load, number: u32, door: SocketAddrV4) -> Workload {
        let mut workload = Workload {
            load: load.clone(),
            luck: Rng::new(load.seed, LANE_WORKLOAD),
            prefix: format!("load{number}"),
            pushed: 0,
            refused: 0,
            ledger: Ledger::default(),
            guide: Guide::new(door),
            stage: Stage::Wait,
            tape: Tape::default(),
            reports: Vec::new(),
        };
        workload.stage = workload.next_push();
        workload
    }
    /// Runs until the first request.
    pub(in crate::sim) fn start(&mut self, now: Time) -> Step {
        self.tape = Tape::new(now);
        self.advance()
    }
    /// Takes the answer to the last request and runs until the next one.
    pub(in crate::sim) fn resume(&mut self, now: Time, answer: Answer) -> Step {
        self.tape.record(now, answer);
        self.advance()
    }
    /// Takes what it has to report.
    pub(in crate::sim) fn take_reports(&mut self) -> Vec<Report> {
        std::mem::take(&mut self.reports)
    }

    fn advance(&mut self) -> Step {
        loop {
            self.tape.rewind();
            match self.step() {
                Ok(stage) => {
                    self.stage = stage;
                    self.tape.forget();
                }
                Err(Stop::Ask(request)) => {
                    return Step { printed: Vec::new(), then: Then::Ask(request) };
                }
                Err(Stop::Exit(code)) => {
                    return Step { printed: Vec::new(), then: Then::Exit(code) };
                }
            }
        }
    }

    /// Does the stage to its end; its books change only then.
    fn step(&mut self) -> Flow<Stage> {
        match &self.stage {
            &Stage::Push { key, value } => self.push(key, value),
            Stage::Rest => {
                self.tape.ask(Request::Sleep(self.load.every))?;
                Ok(self.next_push())
            }
            Stage::Wait => self.listen(),
            Stage::Read { place, findings } => {
                let (place, findings) = (*place, findings.clone());
                self.read(place, findings)
            }
        }
    }

    fn next_push(&mut self) -> Stage {
        if self.pushed == self.load.writes {
            return Stage::Wait;
        }
        let key = self.luck.below(u64::from(self.load.keys)) as u32;
        Stage::Push { key, value: self.pushed }
    }

    fn push(&mut self, key: u32, value: u32) -> Flow<Stage> {
        let name = self.name(key);
        let mut guide = self.guide.clone();
        let outcome =
            guide.ask(&mut self.tape, Slot::of(name.as_bytes()), &push(&name, key, value));
        let outcome = outcome?;
        self.guide = guide;
        match outcome {
            Outcome::Answer(Reply::Int(_)) => self.ledger.note(key, value, true),
            Outcome::Answer(_) | Outcome::GaveUp => self.refused += 1,
            Outcome::Unknown => self.ledger.note(key, value, false),
        }
        self.pushed += 1;
        if self.pushed == self.load.writes {
            let (acknowledged, unsure) = self.ledger.counts();
            let detours = self.guide.detours;
            let refused = self.refused;
            self.reports.push(Report::Written { acknowledged, unsure, refused, detours });
        }
        Ok(Stage::Rest)
    }

    fn listen(&mut self) -> Flow<Stage> {
        match self.tape.ask(Request::ReadLine { prompt: PROMPT.into() })? {
            Answer::Line(Some(line)) if &line[..] == CHECK => {
                Ok(Stage::Read { place: 0, findings: Findings::default() })
            }
            Answer::Line(Some(_)) => Ok(Stage::Wait),
            _ => Err(Stop::Exit(0)),
        }
    }

    fn read(&mut self, place: usize, mut findings: Findings) -> Flow<Stage> {
        let Some((key, written)) = self.ledger.list(place) else {
            self.reports.push(Report::Checked(findings));
            return Ok(Stage::Wait);
        };
        let name = self.name(key);
        let words = ["LRANGE", &name, "0", "-1"].map(|word| Bytes::from(word.to_owned()));
        let mut guide = self.guide.clone();
        let question = Argv::new(words);
        let mut outcome = Outcome::Unknown;
        for _ in 0..READ_ATTEMPTS {
            if outcome == Outcome::Unknown {
                outcome = guide.ask(&mut self.tape, Slot::of(name.as_bytes()), &question)?;
            }
        }
        match outcome {
            Outcome::Answer(Reply::Array(values)) => findings.compare(&name, written, &values),
            Outcome::Answer(_) | Outcome::GaveUp | Outcome::Unknown => findings.unreadable += 1,
        }
        self.guide = guide;
        Ok(Stage::Read { place: place + 1, findings })
    }

    fn name(&self, key: u32) -> String {
        format!("{}:{key}", self.prefix)
    }
}

/// The lane of luck of workloads, in their own seeds.
const LANE_WORKLOAD: u64 = 5;

/// What it shows while it waits for a word.
pub(in crate::sim) const PROMPT: &str = "load> ";

/// A read whose connection was closed is asked again, as often as this.
const READ_ATTEMPTS: u32 = 5;

/// The word at which it reads all lists.
const CHECK: &[u8] = b"check";

const SCRIPT: &str = "return redis.call('rpush',KEYS[1],ARGV[1])";

fn push(name: &str, key: u32, value: u32) -> Argv {
    let value = value.to_string();
    let words = match key % 3 {
        0 => vec!["EVAL", SCRIPT, "1", name, &value],
        _ => vec!["RPUSH", name, &value],
    };
    Argv::new(words.into_iter().map(|word| Bytes::from(word.to_owned())))
}
