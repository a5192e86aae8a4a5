//! What the timeline marks: the kinds of entries that a story turns on, and when the cluster was down.

use crate::session::weight::{Weight, weight};
use crate::shapes::Fact;
use crate::sim::{Action, Entry, Life, What, Who};
use crate::words::Time;
use std::collections::BTreeSet;

/// The kind of a mark; its shape is that of the state or packet it stands for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Milestone {
    /// A fault: filled red circle with a cross.
    Fault,
    /// A repair: circle with an arrow.
    Repair,
    /// A command: a box.
    Command,
    /// PFAIL: amber dashed ring.
    Suspect,
    /// FAIL: red octagon.
    Fail,
    /// An election: diamond.
    Election,
    /// A promotion: filled square with a tick.
    Promotion,
    /// The cluster is ok: circle with a tick.
    Ok,
    /// Something else that matters.
    Other,
}

impl Milestone {
    /// All of them.
    pub const ALL: [Milestone; 9] = [
        Milestone::Fault,
        Milestone::Repair,
        Milestone::Command,
        Milestone::Suspect,
        Milestone::Fail,
        Milestone::Election,
        Milestone::Promotion,
        Milestone::Ok,
        Milestone::Other,
    ];

    /// What an entry marks, if anything; `was_ok`: the cluster has been made.
    pub(super) fn of(entry: &Entry, was_ok: bool) -> Option<Milestone> {
        if weight(entry) < Weight::Plain {
            return None;
        }
        let kind = match &entry.what {
            What::Action(action) => of_action(action)?,
            What::Fact(Fact::Pfail { .. }) => Milestone::Suspect,
            What::Fact(Fact::Fail { .. }) => Milestone::Fail,
            What::Fact(Fact::ElectionStarted { .. } | Fact::ManualRequested { .. }) => {
                Milestone::Election
            }
            What::Fact(Fact::Promoted { .. }) => Milestone::Promotion,
            What::Fact(Fact::StateOk) => Milestone::Ok,
            // Before the cluster was made every node says so: that is no story.
            What::Fact(Fact::StateFail { .. }) if was_ok => Milestone::Fail,
            What::Fact(Fact::WriteLost { .. } | Fact::Refused { .. }) => Milestone::Other,
            _ => return None,
        };
        // What a client did is told by its line; nothing else of it is a mark.
        matches!(entry.who, Who::Person | Who::Container(_)).then_some(kind)
    }
}

fn of_action(action: &Action) -> Option<Milestone> {
    match action {
        Action::Kill(_)
        | Action::Crash(_)
        | Action::KillProcess(_)
        | Action::Terminate(_)
        | Action::Stop(_)
        | Action::Pause(_)
        | Action::LoseDisk(_)
        | Action::Rule(_)
        | Action::DropPacket(_)
        | Action::DelayPacket(..) => Some(Milestone::Fault),
        Action::Start(_) | Action::Restart(_) | Action::Resume(_) | Action::Heal => {
            Some(Milestone::Repair)
        }
        Action::Latency(_) | Action::DeliverNow(_) => Some(Milestone::Other),
        Action::Type { .. }
        | Action::Command { .. }
        | Action::RunJob { .. }
        | Action::StartLoad { .. } => Some(Milestone::Command),
        Action::OpenClient { .. }
        | Action::Interrupt(_)
        | Action::CloseClient(_)
        | Action::Dial { .. }
        | Action::Bytes { .. }
        | Action::Took { .. } => None,
    }
}

/// A time in which some node that answered saw the cluster as down, after it had been ok once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outage {
    /// When the first of them saw it.
    pub from: Time,
    /// When the last of them saw it as ok, or ended; None while one still sees it so.
    pub to: Option<Time>,
}

/// The outages of a run, as its log is read.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Outages {
    pub(super) list: Vec<Outage>,
    down: BTreeSet<Who>,
    was_ok: bool,
}

impl Outages {
    /// Whether some node has ever seen the cluster as ok.
    pub(super) fn was_ok(&self) -> bool {
        self.was_ok
    }
    pub(super) fn hear(&mut self, entry: &Entry) {
        let before = self.down.is_empty();
        match (&entry.what, entry.who) {
            (What::Fact(Fact::StateFail { .. }), who) if self.was_ok => {
                self.down.insert(who);
            }
            (What::Fact(Fact::StateOk), who) => {
                self.was_ok = true;
                self.down.remove(&who);
            }
            (What::Life(Life::Exited(_)), who) => {
                self.down.remove(&who);
            }
            _ => return,
        }
        match (before, self.down.is_empty()) {
            (true, false) => self.list.push(Outage { from: entry.at, to: None }),
            (false, true) => {
                if let Some(last) = self.list.last_mut() {
                    last.to = Some(entry.at);
                }
            }
            _ => {}
        }
    }
}
