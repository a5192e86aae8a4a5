//! What `docker compose` prints: the table of `up -d`, the lines of `logs`, its warnings.
//!
//! Texts are compose's own (v2) and are not translated. Pure functions of names and times.

use crate::compose::Reading;
use crate::compose::remark::Code;
use crate::shapes::Spec;
use crate::words::Time;
use std::fmt::Write;
use time::{OffsetDateTime, UtcOffset};

/// How wide a terminal is unless somebody says otherwise: columns.
pub const COLUMNS: usize = 119;

/// Where projects lie on the learner's machine, which is not simulated.
const HOME: &str = "/home/slotlab";

/// What turns in front of a row that is being worked on: a step each tenth of a second.
const SPINNER: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/// How far a row of the table is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// Something turns.
    Working,
    /// A tick.
    Done,
    /// A cross.
    Failed,
}

/// A line of the table that `docker compose up -d` draws.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// `Network config_default`, `Container redis-master-1`.
    pub what: String,
    /// `Creating`, `Created`, `Starting`, `Started`.
    pub status: String,
    /// How far it is.
    pub progress: Progress,
    /// How long it took, or takes so far, in milliseconds.
    pub ms: u64,
}

/// The table: a head that counts, and a row for each network and container.
pub fn up(rows: &[Row], columns: usize) -> Vec<String> {
    let done = rows.iter().filter(|row| row.progress != Progress::Working).count();
    let name = rows.iter().map(|row| row.what.chars().count()).max().unwrap_or(0);
    let mut lines = vec![format!("[+] Running {done}/{}", rows.len())];
    for row in rows {
        let tenths = (row.ms + 50) / 100;
        let took = format!("{}.{}s", tenths / 10, tenths % 10);
        let left = format!(" {} {:name$}  {}", mark(row), row.what, row.status);
        let gap = columns.saturating_sub(left.chars().count() + took.len()).max(1);
        lines.push(format!("{left}{:gap$}{took}", ""));
    }
    lines
}

fn mark(row: &Row) -> char {
    match row.progress {
        Progress::Working => SPINNER[(row.ms / 100 % SPINNER.len() as u64) as usize],
        Progress::Done => '✔',
        Progress::Failed => '✘',
    }
}

/// A warning of compose, as its logger writes it.
pub fn warning(at: Time, offset_minutes: i32, message: &str) -> String {
    let at = local(at, offset_minutes);
    let zone = at.offset();
    let sign = if zone.is_negative() { '-' } else { '+' };
    let (hours, minutes, _) = zone.as_hms();
    format!(
        "time=\"{}T{}{sign}{:02}:{:02}\" level=warning msg=\"{}\"",
        date(at),
        clock(at),
        hours.unsigned_abs(),
        minutes.unsigned_abs(),
        message.replace('\\', "\\\\").replace('"', "\\\"")
    )
}

/// What compose says of a project before it begins, in the order in which it reads: variables that are
/// not set, then a `version:`.
pub fn warnings(reading: &Reading, spec: &Spec) -> Vec<String> {
    let (start, zone) = (spec.start, reading.lab.utc_offset_minutes);
    let of = |code: Code| reading.remarks.iter().filter(move |remark| remark.code == code);
    let unset = of(Code::VariableMissing).filter_map(|remark| {
        let (_, name) = remark.args.iter().find(|(key, _)| *key == "name")?;
        let says = format!("The \"{name}\" variable is not set. Defaulting to a blank string.");
        Some(warning(start, zone, &says))
    });
    let version = of(Code::VersionObsolete).map(|remark| {
        let file = format!("{HOME}/{}/{}", spec.project, remark.at.file);
        version_obsolete(start, zone, &file)
    });
    unset.chain(version).collect()
}

/// What compose says of a file that begins with `version:`.
pub fn version_obsolete(at: Time, offset_minutes: i32, file: &str) -> String {
    warning(at, offset_minutes, &format!("{file}: `version` is obsolete"))
}

/// A line of a container's log as `docker compose logs` shows it; names are padded to `width`.
pub fn log_line(container: &str, width: usize, line: &str) -> String {
    format!("{container:width$}  | {line}")
}

/// What Docker's daemon says when it does not do what it was asked.
pub fn daemon_refuses(why: &str) -> String {
    format!("Error response from daemon: {why}")
}

/// What `docker compose logs -f` says when a container that it follows ends.
pub fn exited(container: &str, code: i32) -> String {
    format!("{container} exited with code {code}")
}

/// A line of a container's log as Docker Desktop shows it.
pub fn stamped(at: Time, offset_minutes: i32, line: &str) -> String {
    let at = local(at, offset_minutes);
    format!("{} {} {line}", date(at), clock(at))
}

/// `at` in a zone so many minutes east of UTC; UTC itself if there is no such moment or zone.
fn local(at: Time, offset_minutes: i32) -> OffsetDateTime {
    let seconds = i64::try_from(at.unix_s()).unwrap_or(i64::MAX);
    let utc = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let zone = UtcOffset::from_whole_seconds(offset_minutes.saturating_mul(60));
    utc.checked_to_offset(zone.unwrap_or(UtcOffset::UTC)).unwrap_or(utc)
}

fn date(at: OffsetDateTime) -> String {
    format!("{:04}-{:02}-{:02}", at.year(), u8::from(at.month()), at.day())
}

fn clock(at: OffsetDateTime) -> String {
    let mut text = String::new();
    let _infallible = write!(text, "{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second());
    text
}
