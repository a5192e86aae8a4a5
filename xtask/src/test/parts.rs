//! The parts of the test run, in the order in which they say no soonest.

use std::fs;

use anyhow::Result;

use super::tally::Tally;
use crate::run::{self, Stream};
use crate::setup::{self, Package};
use crate::{build, project, serve};

/// One part, as `--only` names it.
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) says: &'static str,
    pub(super) run: fn() -> Result<Tally>,
}

/// All parts.
pub(super) const PARTS: &[Part] = &[
    Part { name: "fmt", says: "is everything formatted?", run: fmt },
    Part { name: "clippy", says: "has clippy something to say?", run: clippy },
    Part { name: "native", says: "all tests on this machine", run: native },
    Part {
        name: "oracle",
        says: "recordings of the real Redis, and the real one live",
        run: oracle,
    },
    Part {
        name: "serve",
        says: "redis-cli, redis-py, ioredis, node-redis and redis-benchmark on real sockets",
        run: serve_part,
    },
    Part { name: "wasm", says: "the same transcripts in wasm, in Node", run: wasm },
    Part { name: "browser", says: "a real browser drives the published page", run: browser },
];

/// The test that reads recordings; a part of its own.
const ORACLE: &str = "oracle";

fn fmt() -> Result<Tally> {
    check(&["fmt", "--all", "--check"])
}

fn clippy() -> Result<Tally> {
    check(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"])
}

fn native() -> Result<Tally> {
    // The live tests among them start servers of their own.
    setup::debian(&[Package::Redis])?;
    let mut tests: Vec<String> =
        ["test", "--package", "slotlab", "--no-fail-fast", "--lib", "--bins"]
            .map(String::from)
            .into();
    for name in test_targets()?.into_iter().filter(|name| name != ORACLE) {
        tests.extend(["--test".to_owned(), name]);
    }
    let tests: Vec<&str> = tests.iter().map(String::as_str).collect();
    Ok([
        count(&tests)?,
        count(&["test", "--package", "slotlab", "--doc"])?,
        count(&["test", "--package", "xtask"])?,
    ]
    .into_iter()
    .sum())
}

fn oracle() -> Result<Tally> {
    setup::debian(&[Package::Redis])?;
    count(&["test", "--test", ORACLE, "--", "--nocapture"])
}

/// Clients that other people wrote, against simulated nodes.
fn serve_part() -> Result<Tally> {
    setup::debian(&[Package::Redis])?;
    setup::npm_packages()?;
    setup::python_packages()?;
    count(&["test", "--package", "slotlab-serve", "--no-fail-fast", "--", "--test-threads=2"])
}

fn wasm() -> Result<Tally> {
    setup::wasm_target()?;
    setup::node()?;
    let target = "--target=wasm32-unknown-unknown";
    count(&["test", target, "--no-default-features", "--test", "everywhere"])
}

fn browser() -> Result<Tally> {
    setup::debian(&[Package::Chromium, Package::KoreanFont, Package::Redis])?;
    setup::npm_packages()?;
    // What it records opens in the page.
    if !run::cargo(&["build", "--package", "slotlab-serve"]).status()?.success() {
        return Ok(Tally::of_check(false));
    }
    build::dist()?;
    let mut node = run::command("node", &["tests/browser/run.mjs"]);
    node.env("SLOTLAB_URL", serve::folder(project::dist())?);
    let (succeeded, output) = run::listen(node, Stream::Stdout)?;
    Ok(Tally::of_program(succeeded, &output))
}

fn check(arguments: &[&str]) -> Result<Tally> {
    Ok(Tally::of_check(run::cargo(arguments).status()?.success()))
}

fn count(arguments: &[&str]) -> Result<Tally> {
    let (succeeded, output) = run::listen(run::cargo(arguments), Stream::Stdout)?;
    Ok(Tally::of_program(succeeded, &output))
}

/// The names of tests/*.rs and tests/*/main.rs, as cargo finds them.
fn test_targets() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(project::root().join("tests"))? {
        let path = entry?.path();
        let is_target = path.extension().is_some_and(|extension| extension == "rs")
            || path.join("main.rs").is_file();
        if let (true, Some(name)) = (is_target, path.file_stem()) {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}
