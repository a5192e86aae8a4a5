//! The news of builds, and the script that brings it to an open page.
//!
//! The script asks for the first build after the one it knows (`/_dev/build?after=3`) and the answer
//! waits until there is one: a number, and what the compiler said if it refused. The number starts
//! anew with the server, so a page left open from yesterday learns at once that it is old.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::http::Answer;

/// Addresses that belong to the dev server and not to the page.
pub(super) const PREFIX: &str = "/_dev/";

/// What is shown until the first build is there.
pub(super) const NO_PAGE_YET: &str = "<!doctype html><html lang=\"en\"><head>\
    <meta charset=\"utf-8\" /><title>Slotlab is being built</title></head>\
    <body><p>Slotlab is being built. The page appears here by itself.</p></body></html>";

const SCRIPT: &str = include_str!("reload.js");
const PATIENCE: Duration = Duration::from_secs(20);
const MOST_LINES: usize = 60;

/// Adds the script to a page.
pub(super) fn inject(html: &str) -> String {
    let script = format!("<script type=\"module\" src=\"{PREFIX}reload.js\"></script></head>");
    html.replacen("</head>", &script, 1)
}

/// How many builds there were, and how the last one ended.
pub(super) struct Builds {
    last: Mutex<Last>,
    changed: Condvar,
}

struct Last {
    number: u64,
    error: Option<String>,
}

impl Builds {
    pub(super) fn new() -> Builds {
        Builds { last: Mutex::new(Last { number: 0, error: None }), changed: Condvar::new() }
    }

    pub(super) fn succeeded(&self) {
        self.ended(None);
    }

    pub(super) fn failed(&self, words: &str) {
        self.ended(Some(from_first_error(words)));
    }

    fn ended(&self, error: Option<String>) {
        let mut last = self.lock();
        last.number += 1;
        last.error = error;
        self.changed.notify_all();
    }

    /// Answers the script, or gives the script.
    pub(super) fn answer(&self, path: &str, query: &str) -> Answer {
        match path.trim_start_matches(PREFIX) {
            "reload.js" => Answer::ok("text/javascript; charset=utf-8", SCRIPT),
            "build" => {
                let known = query.strip_prefix("after=").and_then(|number| number.parse().ok());
                Answer::ok("text/plain; charset=utf-8", self.after(known))
            }
            _ => Answer::not_found(),
        }
    }

    /// The last build once it is another than the known one, or the known one after a while.
    fn after(&self, known: Option<u64>) -> String {
        let same = |last: &mut Last| known.is_some_and(|known| last.number == known);
        let (last, _) = self
            .changed
            .wait_timeout_while(self.lock(), PATIENCE, same)
            .unwrap_or_else(PoisonError::into_inner);
        format!("{}\n{}", last.number, last.error.as_deref().unwrap_or_default())
    }

    fn lock(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The part of the compiler's words that a person needs first.
fn from_first_error(words: &str) -> String {
    let skipped = words.lines().take_while(|line| !line.starts_with("error")).count();
    let first = if skipped == words.lines().count() { 0 } else { skipped };
    words.lines().skip(first).take(MOST_LINES).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_knows_nothing_is_answered_at_once() {
        assert_eq!(Builds::new().after(None), "0\n");
    }

    #[test]
    fn a_page_learns_what_the_compiler_said() {
        let builds = Builds::new();
        builds.failed("   Compiling slotlab\nerror[E0308]: mismatched types\n");
        assert_eq!(builds.after(Some(0)), "1\nerror[E0308]: mismatched types");
    }
}
