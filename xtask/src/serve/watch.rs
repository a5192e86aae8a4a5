//! Waits for a change of what the page is made of.
//!
//! A look at all modification times a few times a second: a few hundred files cost a millisecond, it
//! works on every file system, and a burst of writes (a branch switch) counts as one change.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime};

use crate::{build, project};

const WATCHED_FOLDERS: [&str; 2] = ["src", "www"];
const WATCHED_FILES: [&str; 3] = ["index.html", "Cargo.toml", "Cargo.lock"];
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// What the files looked like when they were last built.
pub(super) struct Watch {
    built: Look,
}

/// How many files there are and when the last one changed.
type Look = (usize, Option<SystemTime>);

impl Watch {
    pub(super) fn new() -> Watch {
        Watch { built: look() }
    }

    /// Returns when something is different and has been quiet for one look.
    pub(super) fn wait_for_a_change(&mut self) {
        let mut seen = self.built;
        loop {
            let now = look();
            if now != self.built && now == seen {
                self.built = now;
                return;
            }
            seen = now;
            thread::sleep(LOOK_EVERY);
        }
    }
}

fn look() -> Look {
    let root = project::root();
    let mut times: Vec<Option<SystemTime>> = Vec::new();
    for folder in WATCHED_FOLDERS.map(|name| root.join(name)) {
        let files = build::under(&folder).unwrap_or_default();
        times.extend(files.iter().map(|file| changed(&folder.join(file))));
    }
    times.extend(WATCHED_FILES.iter().map(|name| changed(&root.join(name))));
    (times.len(), times.into_iter().max().flatten())
}

fn changed(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|metadata| metadata.modified()).ok()
}
