//! Where the manager's lines go and in which colour.
//!
//! Colours depend on TERM alone, not on a terminal. The newline is inside the coloured text, so that
//! the reset comes at the start of the next line. In Redis: `clusterManagerLog`.

use crate::cli::tape::Tape;

/// How loud a line is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// What is going on: bold.
    Info,
    /// A caution: yellow.
    Warn,
    /// A failure: red.
    Error,
    /// A success: green.
    Success,
}

impl Level {
    const fn colour(self) -> &'static str {
        match self {
            Level::Info => "29;1m",
            Level::Warn => "33;1m",
            Level::Error => "31;1m",
            Level::Success => "32;1m",
        }
    }
}

/// Prints `text` to standard output, coloured if `colour`.
pub fn log(tape: &mut Tape, colour: bool, level: Level, text: impl AsRef<str>) {
    let text = text.as_ref();
    match colour {
        true => tape.out(format!("\x1b[{}{text}\x1b[0m", level.colour())),
        false => tape.out(text.to_owned()),
    }
}
