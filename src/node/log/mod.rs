//! The log that a `redis-server` writes to its standard output, line by line: what `docker compose logs`
//! shows of it.
//!
//! Most lines tell of a fact ([`facts`]) and are written where the fact is noted; the others, as those of
//! a synchronisation, are written where Redis writes them. Only a line that passes `loglevel` is put into
//! words at all.
//!
//! Invariants: a line's letter says what the process was when it wrote (`C` before it has read its
//! configuration and in a child, then `M` or `S`); nothing is written if `logfile` names a file.
//! In Redis: `serverLogRaw` (server.c 7.0.15).
//! Absent: nearly all lines of `verbose` and `debug`, syslog, the logo (no container here has a terminal),
//! time zones other than UTC, whose files the image does not set.

mod facts;
mod start;

use crate::shapes::Config;
use crate::words::Time;
use std::fmt;
use time::OffsetDateTime;

/// How much a line matters. In Redis: `LL_DEBUG` to `LL_WARNING`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(missing_docs, reason = "Redis's words")]
pub enum Level {
    Debug,
    Verbose,
    Notice,
    Warning,
}

impl Level {
    fn from_word(word: &str) -> Level {
        match word {
            "debug" => Level::Debug,
            "verbose" => Level::Verbose,
            "warning" => Level::Warning,
            _ => Level::Notice,
        }
    }
    const fn mark(self) -> char {
        match self {
            Level::Debug => '.',
            Level::Verbose => '-',
            Level::Notice => '*',
            Level::Warning => '#',
        }
    }
}

/// Who writes a line.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Writer {
    /// The server before it has begun to be one.
    Early,
    /// A master, or a server that does not replicate yet.
    Master,
    /// A replica.
    Replica,
    /// A child that saves, with its number.
    Child(u32),
    /// The server as a signal interrupts it.
    Signal,
    /// Text that is printed as it is, as what is wrong with a configuration.
    Raw,
}

/// A line of the log.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Line {
    /// How much it matters.
    pub level: Level,
    /// Who writes it.
    pub writer: Writer,
    /// What it says; raw text may have several lines.
    pub text: String,
}

/// A container's first process has this number, and in a container that is the server.
pub const PID: u32 = 1;

impl Line {
    /// Text that is printed as it is.
    pub fn raw(text: &str) -> Line {
        Line { level: Level::Warning, writer: Writer::Raw, text: text.into() }
    }
    /// As it stands in the log, without its end.
    pub fn shown(&self, at: Time) -> String {
        let Line { level, text, .. } = self;
        let (pid, letter) = match self.writer {
            Writer::Raw => return text.clone(),
            Writer::Signal => return format!("{PID}:signal-handler ({}) {text}", at.unix_s()),
            Writer::Early => (PID, 'C'),
            Writer::Master => (PID, 'M'),
            Writer::Replica => (PID, 'S'),
            Writer::Child(pid) => (pid, 'C'),
        };
        format!("{pid}:{letter} {} {} {text}", Stamp(at), level.mark())
    }
}

/// `21 Sep 2024 05:36:08.123`, in UTC.
struct Stamp(Time);

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ms, unix) = (self.0.unix_ms() % 1000, self.0.unix_s());
        let at = OffsetDateTime::from_unix_timestamp(unix as i64).map_err(|_| fmt::Error)?;
        let month = at.month().to_string();
        let month = &month[..3];
        let (hour, minute, second) = at.to_hms();
        let (day, year) = (at.day(), at.year());
        write!(f, "{day:02} {month} {year} {hour:02}:{minute:02}:{second:02}.{ms:03}")
    }
}

/// What decides of the next line whether it is written, and its letter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Voice {
    /// Lines that matter less are not written; none are if there is none.
    least: Option<Level>,
    writer: Writer,
}

impl Voice {
    /// The voice of a server with this configuration, before it replicates.
    pub fn new(config: &Config) -> Voice {
        let word = |name| config.get(name).unwrap_or_default();
        let least = word("logfile").is_empty().then(|| Level::from_word(&word("loglevel")));
        Voice { least, writer: Writer::Master }
    }
    /// The same one's as a replica or as a master.
    #[must_use]
    pub const fn replicating(self, replica: bool) -> Voice {
        Voice { writer: if replica { Writer::Replica } else { Writer::Master }, ..self }
    }
}

/// Silent.
impl Default for Voice {
    fn default() -> Voice {
        Voice { least: None, writer: Writer::Master }
    }
}

/// Lines in the order in which they are written, and the voice that writes the next one.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    /// What was written and not taken yet.
    pub lines: Vec<Line>,
    /// Whose words the next line is in.
    pub voice: Voice,
}

impl Journal {
    /// Whether such lines are written.
    pub fn is_heard(&self, level: Level) -> bool {
        self.voice.least.is_some_and(|least| least <= level)
    }
    /// Writes a line.
    pub fn write(&mut self, level: Level, text: impl fmt::Display) {
        self.write_as(self.voice.writer, level, text);
    }
    /// Writes a line in the name of another.
    pub fn write_as(&mut self, writer: Writer, level: Level, text: impl fmt::Display) {
        if self.is_heard(level) {
            self.lines.push(Line { level, writer, text: text.to_string() });
        }
    }
}
