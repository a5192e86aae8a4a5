//! What `docker compose` prints: the table of `up -d`, the lines of `logs`, its warnings.
//!
//! Texts are compose's own (v2) and are not translated. Pure functions of names and times.

use crate::shapes::Spec;
use crate::words::Time;
use std::fmt::Write;
use time::{OffsetDateTime, UtcOffset};

/// How wide a terminal is unless somebody says otherwise: columns.
pub const COLUMNS: usize = 119;

/// A line of the table that `docker compose up -d` draws.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// `Network config_default`, `Container redis-master-1`.
    pub what: String,
    /// `Created`, `Started`, `Starting`.
    pub status: String,
    /// Whether it is done: a tick, or a dot that still works.
    pub done: bool,
    /// How long it took so far, in milliseconds.
    pub ms: u64,
}

/// The table: a head that counts, and a row for each network and container.
pub fn up(rows: &[Row], columns: usize) -> Vec<String> {
    let done = rows.iter().filter(|row| row.done).count();
    let name = rows.iter().map(|row| row.what.chars().count()).max().unwrap_or(0);
    let mut lines = vec![format!("[+] Running {done}/{}", rows.len())];
    for row in rows {
        let mark = if row.done { '✔' } else { '⠿' };
        let took = format!("{}.{}s", row.ms / 1000, row.ms % 1000 / 100);
        let left = format!(" {mark} {:name$}  {}", row.what, row.status);
        let gap = columns.saturating_sub(left.chars().count() + took.len()).max(1);
        lines.push(format!("{left}{:gap$}{took}", ""));
    }
    lines
}

/// The rows of a project's networks, which are made first.
pub fn network_rows(spec: &Spec, ms: u64) -> Vec<Row> {
    let row = |name: &str| Row {
        what: format!("Network {name}"),
        status: "Created".into(),
        done: true,
        ms,
    };
    spec.networks.iter().map(|network| row(&network.name)).collect()
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

/// What compose says of a file that begins with `version:`.
pub fn version_obsolete(at: Time, offset_minutes: i32, file: &str) -> String {
    warning(at, offset_minutes, &format!("{file}: `version` is obsolete"))
}

/// A line of a container's log as `docker compose logs` shows it; names are padded to `width`.
pub fn log_line(container: &str, width: usize, line: &str) -> String {
    format!("{container:width$}  | {line}")
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
