//! The project's own tool: builds, serves and tests the page.
//!
//! One module a command; each does its own set-up (`setup`) and says what it does (`say`). Nothing is
//! installed for all users and no browser is downloaded: what comes, comes from crates.io, npm and, on
//! Debian, apt. wasm-bindgen is used as a library, so its version is always that of Cargo.lock.

mod build;
mod fidelity;
mod policy;
mod project;
mod run;
mod say;
mod serve;
mod setup;
mod test;
mod test_runner;
mod usage;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Result, bail};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let command = arguments.next().unwrap_or_default();
    match dispatch(&command.to_string_lossy(), arguments.collect()) {
        Ok(code) => code,
        Err(error) => {
            say::failed(format_args!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: &str, arguments: Vec<OsString>) -> Result<ExitCode> {
    if let Some(help) = usage::of(command, &arguments) {
        println!("{help}");
        return Ok(ExitCode::SUCCESS);
    }
    match command {
        "serve" => serve::run(arguments).map(|()| ExitCode::SUCCESS),
        "build" => build::run(arguments).map(|()| ExitCode::SUCCESS),
        "test" => test::run(arguments),
        "fidelity" => fidelity::run(arguments).map(|()| ExitCode::SUCCESS),
        "test-runner" => test_runner::run(arguments).map(|()| ExitCode::SUCCESS),
        "" | "help" | "-h" | "--help" => {
            println!("{}", usage::all());
            Ok(ExitCode::SUCCESS)
        }
        other => bail!("there is no command {other:?}\n\n{}", usage::all()),
    }
}
