//! `cargo xtask test`: everything that can say no, and one line at the end that says how often it did.
//!
//! A part that fails does not stop the others. Formatting and lints count as one check each; all else
//! counts as the tests themselves count.

mod parts;
mod tally;

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;

use crate::say;
use parts::{PARTS, Part};
use tally::Tally;

/// Runs the parts that were asked for and prints `N passed, N failed`.
pub(crate) fn run(arguments: Vec<OsString>) -> Result<ExitCode> {
    let chosen = parse(arguments)?;
    let results: Vec<(&Part, Tally, f64)> = chosen.into_iter().map(run_part).collect();
    let total: Tally = results.iter().map(|(_, tally, _)| *tally).sum();
    for (part, tally, seconds) in &results {
        let all = tally.passed + tally.failed;
        say::note(format_args!("{:8} {:>6} of {all} in {seconds:.0} s", part.name, tally.passed));
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn parse(arguments: Vec<OsString>) -> Result<Vec<&'static Part>> {
    let mut chosen = Vec::new();
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("only") => {
                for name in parser.values()? {
                    chosen.push(named(&name.string()?)?);
                }
            }
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(if chosen.is_empty() { PARTS.iter().collect() } else { chosen })
}

/// The names of all parts.
pub(crate) fn names() -> Vec<&'static str> {
    PARTS.iter().map(|part| part.name).collect()
}

fn named(name: &str) -> Result<&'static Part> {
    let Some(part) = PARTS.iter().find(|part| part.name == name) else {
        bail!("there is no part {name:?}; the parts are {}", names().join(" "));
    };
    Ok(part)
}

fn run_part(part: &'static Part) -> (&'static Part, Tally, f64) {
    let started = Instant::now();
    say::ready(format_args!("{}: {}", part.name, part.says));
    let tally = (part.run)().with_context(|| format!("{} could not run", part.name));
    let tally = tally.unwrap_or_else(|error| {
        say::failed(format_args!("{error:#}"));
        Tally::of_check(false)
    });
    (part, tally, started.elapsed().as_secs_f64())
}
