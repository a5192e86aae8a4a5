//! Times as the page writes them: fixed decimals, so that nothing jumps.

use crate::words::Time;

/// Since the start of the run: `00:07.200`; with microseconds when time runs slowly enough to see
/// them.
pub fn clock(start: Time, now: Time, fine: bool) -> String {
    let micros = now.micros_since(start);
    let (minutes, seconds, rest) =
        (micros / 60_000_000, micros / 1_000_000 % 60, micros % 1_000_000);
    match fine {
        true => format!("{minutes:02}:{seconds:02}.{rest:06}"),
        false => format!("{minutes:02}:{seconds:02}.{:03}", rest / 1000),
    }
}

/// Seconds since the start of the run: `7.200`.
pub fn seconds(start: Time, at: Time) -> String {
    let millis = at.micros_since(start) / 1000;
    format!("{}.{:03}", millis / 1000, millis % 1000)
}
