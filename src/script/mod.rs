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
mod catch;
mod directives;
mod faults;
mod flaw;
mod live;
mod load;
mod marks;
mod moves;
mod show;
mod terminal;
mod words;

pub use blocks::{Block, blocks, rewritten};
pub use boot::loopback;
pub use catch::{Catch, PATIENCE};
pub use directives::{DIRECTIVES, Directive};
pub use flaw::{flaw, refusal};
pub use live::{Deed, live};
pub use marks::{fingerprint, line, load_report};
pub use moves::is_settled;

use crate::compose::Files;
use crate::sim::{Action, ClientId, EntryId, Refusal, World};
use crate::timeline::Timeline;
use directives::Does;
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
    /// The terminals with names, and how much of the log each was shown from.
    terminals: BTreeMap<String, (ClientId, usize)>,
    /// The workload that `check` asks.
    load: Option<ClientId>,
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
        if input.trim().is_empty() {
            return Ok(String::new());
        }
        let (directive, mut words) = named(input)?;
        let words = &mut words;
        let said = match directive.does {
            Does::Runs(runs) => runs(self, words),
            Does::Acts(acts) => {
                let actions = acts(self.history()?.world(), words);
                actions.and_then(|actions| self.act_each(actions))
            }
            Does::Catches(catches) => catches(words).and_then(|catch| self.catch(&catch)),
            Does::Looks(looks) => looks(self.history()?.world(), words),
        };
        said.map_err(|trouble| directive.or_usage(trouble))
    }

    /// Does actions in turn and shows what came of them at once.
    fn act_each(&mut self, actions: Vec<Action>) -> Result<String, Trouble> {
        let mut said = String::new();
        for action in actions {
            said += &self.act(action)?;
        }
        Ok(if said.is_empty() { "ok\n".into() } else { said })
    }

    /// Does an action and shows what came of it at once.
    fn act(&mut self, action: Action) -> Result<String, Trouble> {
        let history = self.history()?;
        let before = history.log().last().map(|entry| entry.id);
        history.act(action).map_err(|refusal| refused(history.world(), &refusal))?;
        self.shown = before;
        self.show_new(&[])
    }

    fn history(&mut self) -> Result<&mut Timeline, Trouble> {
        self.timeline.as_mut().ok_or_else(|| "nothing was booted; try `cluster 3+3`".into())
    }
}

impl Directive {
    /// What to say of a trouble; without a sentence of its own it is how the directive is used.
    fn or_usage(&self, trouble: Trouble) -> Trouble {
        match trouble.is_empty() {
            true => format!("usage: {} {}", self.name, self.args),
            false => trouble,
        }
    }
}

/// The directive that a text begins with, and its words.
fn named(input: &str) -> Result<(&'static Directive, Words), Trouble> {
    let (first, body) = input.split_once('\n').unwrap_or((input, ""));
    let mut words = Words::of(first, body)?;
    let name = words.next().unwrap_or_default();
    let directive = DIRECTIVES.iter().find(|directive| directive.name == name);
    let directive = directive.ok_or_else(|| format!("there is no directive {name:?}; try help"))?;
    Ok((directive, words))
}

/// A refusal, with the name of whatever it speaks of.
pub fn refused(world: &World, refusal: &Refusal) -> Trouble {
    use Refusal as R;
    match refusal {
        R::AlreadyRunning(ix)
        | R::NotRunning(ix)
        | R::AlreadyPaused(ix)
        | R::NotPaused(ix)
        | R::DiskInUse(ix)
        | R::NotAServer(ix) => format!("{}: {refusal}", world.name(*ix)),
        R::NoSuchContainer(_)
        | R::NoSuchPacket(_)
        | R::NoSuchClient(_)
        | R::EmptyCommand
        | R::NoKeys => refusal.to_string(),
    }
}
