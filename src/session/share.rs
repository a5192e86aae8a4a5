//! Runs that leave the page and come into it: a moment as a link, and a recording that is opened.
//!
//! Invariants: the learner's files are not touched by what is opened; while a recording is played the
//! learner's own run stays, and is still there if it cannot be played. Absent: the clipboard, files, and
//! the page's address (`ui`).

use crate::script::fingerprint;
use crate::session::page::{ConsoleTab, Dialog};
use crate::session::playback::Playback;
use crate::session::replay::Replay;
use crate::session::run::Run;
use crate::session::{Msg, Session};
use crate::timeline::link::LONGEST_LINK;
use crate::timeline::{Flaw, Recording};

/// A moment that can be told to others; made when the dialog opens, for time stands still meanwhile.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Share {
    /// From the `#` on.
    pub link: String,
    /// Whether time ran before.
    played: bool,
}

/// A recording that is being opened.
#[derive(Debug)]
pub enum Opening {
    /// It is played.
    Playing(Box<Replay>),
    /// It cannot be.
    Failed(Flaw),
}

/// What is known of a run that came from elsewhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Guest {
    /// How many actions it has.
    pub actions: usize,
    /// The recorded moment, in virtual microseconds since the start.
    pub at: u64,
    /// Whether it came to the same moment here; None if nobody wrote down what that looks like.
    pub same: Option<bool>,
}

/// So many actions are told after each of them, for a panic; more take too long.
const MOST_REPORTED: usize = 2_000;

impl Session {
    /// This moment, as it can be told to others.
    pub fn recording(&self) -> Option<Recording> {
        let run = self.run.as_ref()?;
        let fingerprint = Some(fingerprint(run.world(), &[]));
        Some(Recording { fingerprint, ..run.timeline().recording() })
    }
    /// This moment as a link, for a report; None if nothing runs, or too much was done.
    pub fn report(&self) -> Option<String> {
        let timeline = self.run.as_ref()?.timeline();
        let few = timeline.actions_played().len() <= MOST_REPORTED;
        few.then(|| timeline.recording().to_link())
    }
    /// Whether the moment fits into a link.
    pub fn fits(&self) -> bool {
        self.share.as_ref().is_some_and(|share| share.link.len() <= LONGEST_LINK)
    }

    /// Opens a dialog, or none.
    pub(super) fn show(&mut self, dialog: Option<Dialog>) {
        if let Some(share) = self.share.take() {
            self.playback.playing |= share.played;
        }
        if dialog == Some(Dialog::Share) {
            let link = self.recording().map(|recording| recording.to_link()).unwrap_or_default();
            self.share = Some(Share { link, played: self.playback.playing });
            self.playback.playing = false;
        }
        self.page.update(Msg::Dialog(dialog));
    }

    /// Begins to open what a link or a file says.
    pub(super) fn open_recording(&mut self, text: &str) {
        self.show(None);
        self.close_menu();
        self.opening = Some(match Recording::read(text) {
            Ok(recording) => Opening::Playing(Box::new(Replay::new(recording))),
            Err(flaw) => Opening::Failed(flaw),
        });
    }
    /// Plays a piece of what is being opened.
    pub(super) fn play_on(&mut self) {
        let Some(Opening::Playing(replay)) = &mut self.opening else { return };
        match replay.play() {
            Ok(None) => {}
            Ok(Some(run)) => {
                let recorded = replay.fingerprint();
                self.opening = None;
                self.take_in(*run, recorded);
            }
            Err(flaw) => self.opening = Some(Opening::Failed(flaw)),
        }
    }
    /// Whether something is being played.
    pub fn is_opening(&self) -> bool {
        matches!(self.opening, Some(Opening::Playing(_)))
    }

    /// The run of somebody else takes the place of the learner's own.
    fn take_in(&mut self, run: Run, recorded: Option<u64>) {
        let now = run.world().now();
        self.guest = Some(Guest {
            actions: run.timeline().actions_played().len(),
            at: now.micros_since(run.start()),
            same: recorded.map(|recorded| recorded == fingerprint(run.world(), &[])),
        });
        self.playback = Playback::new(self.playback.rung);
        self.playback.playing = false;
        self.selected = run.servers().first().copied();
        (self.notice, self.menu, self.asked) = (None, None, None);
        let typed = run.index().typed().is_empty();
        self.page.console = if typed { ConsoleTab::Log } else { ConsoleTab::Cli };
        self.run = Some(run);
    }
}
