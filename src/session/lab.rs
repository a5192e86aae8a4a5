//! The workbench: the project's files as the editor holds them, and the remarks about them.
//!
//! Invariant: whatever is typed is kept; nothing that a file says can lose its text.

use crate::compose::labs::LABS;
use crate::compose::{self, Files, Reading};
use crate::shapes::Spec;

/// The seed of every run; with equal files a run is the same run.
pub const SEED: u64 = 0x0005_1075;

/// The files, and which of them is open.
#[derive(Clone, PartialEq, Debug)]
pub struct Workbench {
    files: Files,
    open: String,
    /// The line that was asked for, from 1.
    line: u32,
    reading: Reading,
    changed: bool,
    /// Counts changes of what the rail shows.
    revision: u64,
}

impl Workbench {
    /// These files.
    pub fn new(files: Files) -> Workbench {
        let open = files.compose_file().map(|(path, _)| path.to_owned()).unwrap_or_default();
        let reading = compose::read(&files);
        Workbench { files, open, line: 0, reading, changed: false, revision: 0 }
    }
    /// The files of the tutorial that Slotlab grew from.
    pub fn tutorial() -> Workbench {
        Workbench::new(LABS[0].files())
    }
    /// The files.
    pub fn files(&self) -> &Files {
        &self.files
    }
    /// The path of the open file.
    pub fn open_file(&self) -> &str {
        &self.open
    }
    /// The line that was asked for, from 1; 0 if none was.
    pub fn line(&self) -> u32 {
        self.line
    }
    /// What is said of the files.
    pub fn reading(&self) -> &Reading {
        &self.reading
    }
    /// Counts what happened to files, open file and line.
    pub fn revision(&self) -> u64 {
        self.revision
    }
    /// Whether a file was changed since the last boot.
    pub fn is_changed(&self) -> bool {
        self.changed
    }

    /// `other`, as a change of this one.
    pub(super) fn replaced_by(&self, other: Workbench) -> Workbench {
        Workbench { changed: false, revision: self.revision + 1, ..other }
    }
    pub(super) fn open(&mut self, file: &str) {
        self.show(file, 0);
    }
    pub(super) fn show(&mut self, file: &str, line: u32) {
        if self.files.get(file).is_some() {
            self.open = file.to_owned();
            self.line = line;
            self.revision += 1;
        }
    }
    pub(super) fn edit(&mut self, file: &str, text: String) {
        self.files.insert(file, text);
        self.reading = compose::read(&self.files);
        self.changed = true;
        self.revision += 1;
    }
    pub(super) fn spec(&mut self) -> Option<Spec> {
        self.changed = false;
        self.revision += 1;
        self.reading.spec.clone()
    }
}
