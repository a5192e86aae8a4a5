//! The fidelity report: our timelines and packets beside those of a real cluster.

use std::ffi::OsString;

use anyhow::Result;

use crate::{run, say};

/// Runs `examples/fidelity.rs`, quick to build and optimised; the arguments are passed on.
pub(crate) fn run(arguments: Vec<OsString>) -> Result<()> {
    say::note("The fidelity report simulates hundreds of runs; it takes minutes.");
    let cargo =
        ["run", "--profile", "fast", "--no-default-features", "--example", "fidelity", "--"];
    let mut command = run::cargo(&cargo);
    command.args(arguments);
    run::check(command)
}
