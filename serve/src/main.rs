//! The command line: `slotlab serve` and what goes with it.
//!
//! A shell over the library, as the page is one: it brings sockets, threads and the wall clock, which
//! the library has none of. Two threads: [`world`] owns the simulation and takes one message after the
//! other; the sockets ([`door`]) run on tokio and only carry bytes.
//!
//! Invariant: whatever reaches the world is an `Action` at a virtual time, and is recorded.

mod args;
mod boot;
mod clock;
mod door;
mod orders;
mod record;
mod serve;
mod split;
mod world;

use args::{Command, HELP};
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let outcome = args::read(lexopt::Parser::from_env()).and_then(|command| match command {
        Command::Help => print(HELP),
        Command::Version => {
            print(concat!("slotlab ", env!("CARGO_PKG_VERSION"), ", Redis 7.0.15\n"))
        }
        Command::Serve(options) => serve::run(&options),
        Command::Link { path, page } => record::link_to(&path, &page).and_then(|link| print(&link)),
        Command::Replay(path) => record::replay(&path).and_then(|said| print(&said)),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("slotlab: {trouble}");
            ExitCode::FAILURE
        }
    }
}

/// A reader that closed the pipe has read enough.
fn print(text: &str) -> Result<(), String> {
    _ = std::io::stdout().write_all(text.as_bytes());
    Ok(())
}
