//! Recordings of the real Redis 7.0.15, replayed: `cargo test --test oracle`.
//!
//! Reads `tests/oracle/`, or the folder named in `SLOTLAB_ORACLE` with the same layout
//! (`keyslots/ create/ commands/ ...`, files plain or compressed with gzip). Prints one line a
//! family, as `create: 29/29`. A case that cannot match is listed with its reason in
//! `differences.txt`; it fails the test when it starts to match, as any other does when it stops.

mod before;
mod commands;
mod create;
mod differences;
mod folder;
mod house;
mod keyslots;
mod manager;
mod recording;
mod redis_cli;
mod resp;
mod runs;
mod stage;
#[path = "../support/mod.rs"]
mod support;

use differences::Differences;
use folder::Folder;
use std::process::ExitCode;

/// One recorded case, replayed.
struct Case {
    /// `create/errors/too_few_2_nodes`
    id: String,
    /// What differed, if anything did.
    outcome: Result<(), String>,
}

impl Case {
    fn new(id: impl Into<String>, outcome: Result<(), String>) -> Case {
        Case { id: id.into(), outcome }
    }
}

/// A family's name and how its cases are replayed.
type Family = (&'static str, fn(&Folder) -> Vec<Case>);

const FAMILIES: [Family; 4] = [
    ("keyslots", keyslots::replay),
    ("create", create::replay),
    ("commands", commands),
    ("manager", manager::replay),
];

/// Replies on the wire, and what redis-cli makes of them.
fn commands(folder: &Folder) -> Vec<Case> {
    let mut cases = commands::replay(folder);
    cases.extend(folder.recording("redis_cli_output").iter().flat_map(redis_cli::replay));
    cases
}

/// How many differing cases of a family are shown.
const SHOWN: usize = 10;

fn main() -> ExitCode {
    let oracle = Folder::oracle();
    let differences = Differences::read();
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let (mut all, mut wrong) = (0, 0);
    for (family, replay) in FAMILIES {
        let selected =
            wanted.is_empty() || wanted.iter().any(|name| family.contains(name.as_str()));
        let folder = oracle.sub(family);
        if selected && folder.exists() {
            let cases = replay(&folder);
            all += cases.len();
            wrong += report(family, &cases, &differences);
        }
    }
    // `cargo xtask test` counts by this line.
    println!("# {} passed, {wrong} failed", all - wrong);
    if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints the family's line and what is wrong; how many cases are.
fn report(family: &str, cases: &[Case], differences: &Differences) -> usize {
    let matching = cases.iter().filter(|case| case.outcome.is_ok()).count();
    println!("{family}: {matching}/{}", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        match (&case.outcome, differences.reason(&case.id)) {
            (Ok(()), None) => {}
            (Err(_), Some(reason)) => println!("  {}: differs as listed: {reason}", case.id),
            (Err(why), None) => wrong.push(format!("{}: {why}", case.id)),
            (Ok(()), Some(_)) => {
                wrong.push(format!("{}: matches now; take it off the list", case.id));
            }
        }
    }
    wrong.iter().take(SHOWN).for_each(|line| println!("  {line}"));
    wrong.len()
}
