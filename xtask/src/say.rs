//! What the person at the terminal sees: one line a step, and how long it took.

use std::fmt::Display;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// Does one step: says what, then how long it took if it succeeded.
pub(crate) fn step<T>(
    what: impl Display,
    work: impl FnOnce() -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    eprintln!("{} {what} ...", paint("1;36", "==>"));
    let started = Instant::now();
    let result = work()?;
    eprintln!("    {what}: done in {}", seconds(started.elapsed()));
    Ok(result)
}

/// A line of news that is not a step.
pub(crate) fn note(what: impl Display) {
    eprintln!("    {what}");
}

/// The line a person waits for.
pub(crate) fn ready(what: impl Display) {
    eprintln!("{} {what}", paint("1;32", "==>"));
}

/// What went wrong, and what to do about it.
pub(crate) fn failed(what: impl Display) {
    eprintln!("{} {what}", paint("1;31", "error:"));
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

fn paint(code: &str, text: &str) -> String {
    if std::io::stderr().is_terminal() {
        format!("\x1b[{code}m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}
