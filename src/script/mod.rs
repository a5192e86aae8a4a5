//! Layer 8, the directive language: transcripts, shared links and the console speak it.
//!
//! ```text
//! # comment
//! kill 7001
//! ----
//! what came of it
//! ```
//! [`DIRECTIVES`] is the whole language: parser, help and documentation read the same rows.
//!
//! Invariants: a directive that cannot be done says why and changes nothing; whatever the text, there
//! is no panic. Absent: what the directives do to the world (`sim`) and to history (`timeline`).

mod blocks;
mod boot;
mod directives;
mod faults;
mod marks;
mod moves;
mod show;
mod terminal;
mod words;

pub use blocks::{Block, blocks, rewritten};
pub use boot::loopback;
pub use directives::{DIRECTIVES, Directive};
pub use marks::{fingerprint, line};
pub use moves::is_settled;

use crate::compose::Files;
use crate::sim::{ClientId, EntryId};
use crate::timeline::Timeline;
use std::collections::BTreeMap;
use words::Words;

/// Why a directive was not done, in a sentence.
pub type Trouble = String;

/// Runs directives against a history of its own.
#[derive(Default)]
pub struct Runner {
    timeline: Option<Timeline>,
    files: Files,
    /// The terminal that `type` types into.
    terminal: Option<ClientId>,
    /// The terminals that have a name.
    terminals: BTreeMap<String, ClientId>,
    /// The last entry that was shown.
    shown: Option<EntryId>,
}

impl Runner {
    /// A runner that goes on with this history.
    pub fn with(timeline: Timeline) -> Runner {
        Runner { timeline: Some(timeline), ..Runner::default() }
    }
    /// The history, if something was booted.
    pub fn timeline(&self) -> Option<&Timeline> {
        self.timeline.as_ref()
    }
    /// The history, to go on with it elsewhere.
    pub fn into_timeline(self) -> Option<Timeline> {
        self.timeline
    }

    /// Runs one directive (and the lines under it) and says what came of it.
    pub fn run(&mut self, input: &str) -> String {
        match self.attempt(input) {
            Ok(said) if said.trim().is_empty() => "(nothing)\n".into(),
            Ok(said) => said,
            Err(trouble) => format!("error: {trouble}\n"),
        }
    }

    fn attempt(&mut self, input: &str) -> Result<String, Trouble> {
        let (first, body) = input.split_once('\n').unwrap_or((input, ""));
        let mut words = Words::of(first, body)?;
        let Some(name) = words.next() else { return Ok(String::new()) };
        let directive = DIRECTIVES.iter().find(|directive| directive.name == name);
        let directive =
            directive.ok_or_else(|| format!("there is no directive {name:?}; try help"))?;
        (directive.run)(self, &mut words).map_err(|trouble| match trouble.is_empty() {
            true => format!("usage: {} {}", directive.name, directive.args),
            false => trouble,
        })
    }

    fn history(&mut self) -> Result<&mut Timeline, Trouble> {
        self.timeline.as_mut().ok_or_else(|| "nothing was booted; try `cluster 3+3`".into())
    }
}
