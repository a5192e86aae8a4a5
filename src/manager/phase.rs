//! The stages of a run, each short enough to be played again from its start.
//!
//! ```text
//!   create: Load* ─ Plan ─ Confirm ─ Configure* ─ Epochs* ─ Meet* ─┬─ Join: Agree* (a dot, a second) ─┐
//!                                                                └───────────── Unreachable* ◄──────┤
//!   Replicate* ◄───────────────────────────────────────────────────────────────────────────────────┘
//!      └─► Entry ─ Friends* ─ Check: Agree* ─ Coverage ─ Owners* ─ exit
//!   check:  Entry ─ Friends* ─ Masters* ─ Check ...        info: Entry ─ Friends* ─ Masters*
//! ```
//! (`*`: once for each node.) Each phase is immutable: it becomes the next one.

use crate::cli::tape::Flow;
use crate::manager::node::ManagedNode;
use crate::manager::shell::Shell;
use crate::manager::{apply, check, info, join, load, plan};
use crate::shapes::topology::NodeLine;
use std::sync::Arc;

/// Where a run stands.
#[derive(Clone, Debug)]
pub enum Phase {
    /// Reading the addresses of a create, as many as there are nodes.
    Load {
        /// Those read so far.
        nodes: Vec<ManagedNode>,
    },
    /// Counting, dealing, optimising and showing.
    Plan {
        /// All.
        nodes: Vec<ManagedNode>,
    },
    /// Asking for a yes.
    Confirm {
        /// With the plan in them.
        nodes: Vec<ManagedNode>,
    },
    /// ADDSLOTS for the masters (and a REPLICATE for the replicas that is sure to fail).
    Configure {
        /// All.
        nodes: Vec<ManagedNode>,
        /// Whose turn it is.
        next: usize,
    },
    /// SET-CONFIG-EPOCH 1, 2, 3...
    Epochs {
        /// All.
        nodes: Vec<ManagedNode>,
        /// Whose turn it is.
        next: usize,
    },
    /// MEET: all the others to the first.
    Meet {
        /// All.
        nodes: Vec<ManagedNode>,
        /// Whose turn it is.
        next: usize,
    },
    /// Comparing what the nodes think about slots.
    Agree {
        /// All.
        nodes: Vec<ManagedNode>,
        /// What those asked so far think, and what follows.
        poll: join::Poll,
    },
    /// Asking who cannot reach whom, after too many dots.
    Unreachable {
        /// All.
        nodes: Vec<ManagedNode>,
        /// Addresses that are not reached, each with those that told so.
        told: Vec<(String, Vec<String>)>,
        /// Whose turn it is.
        next: usize,
    },
    /// REPLICATE, now that they know each other.
    Replicate {
        /// All.
        nodes: Vec<ManagedNode>,
        /// Whose turn it is.
        next: usize,
    },
    /// Learning the whole cluster from one node.
    Entry {
        /// The node.
        node: ManagedNode,
        /// Whether its connection is open.
        connected: bool,
        /// What for.
        goal: Goal,
    },
    /// Asking each of the others about itself.
    Friends {
        /// Those asked, the entry node first.
        nodes: Vec<ManagedNode>,
        /// What the entry node said of the others.
        friends: Arc<Vec<NodeLine>>,
        /// Whose turn it is.
        next: usize,
        /// What for.
        goal: Goal,
    },
    /// A line for each master, with its keys.
    Masters {
        /// All.
        nodes: Vec<ManagedNode>,
        /// Whose turn it is.
        next: usize,
        /// Masters counted and their keys.
        seen: info::Seen,
        /// What for.
        goal: Goal,
    },
    /// The check's list of nodes; the questions follow.
    Check {
        /// All.
        nodes: Vec<ManagedNode>,
        /// What the exit code depends on.
        goal: Goal,
    },
    /// Looking for slots with more than one owner.
    Owners {
        /// All.
        nodes: Vec<ManagedNode>,
        /// The next slot.
        slot: u16,
        /// How many slots have several.
        found: usize,
        /// The exit code, if no more is found.
        verdict: check::Verdict,
    },
}

/// What a loaded cluster is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Goal {
    /// The end of a create: the exit code is 0 whatever the check finds.
    FinishCreate,
    /// `--cluster check`.
    Check,
    /// `--cluster info`.
    Info,
}

impl Goal {
    /// The first phase with the cluster loaded.
    pub fn begin(self, nodes: Vec<ManagedNode>) -> Phase {
        match self {
            Goal::FinishCreate => Phase::Check { nodes, goal: self },
            Goal::Check | Goal::Info => {
                Phase::Masters { nodes, next: 0, seen: info::Seen::default(), goal: self }
            }
        }
    }
}

impl Phase {
    /// Runs the phase; the next one if it got to its end.
    pub fn run(&self, shell: &mut Shell) -> Flow<Phase> {
        match self {
            Phase::Load { nodes } => load::load_next(shell, nodes),
            Phase::Plan { nodes } => plan::plan(shell, nodes),
            Phase::Confirm { nodes } => plan::confirm(shell, nodes),
            Phase::Configure { nodes, next } => apply::configure(shell, nodes, *next),
            Phase::Epochs { nodes, next } => apply::set_epoch(shell, nodes, *next),
            Phase::Meet { nodes, next } => apply::meet(shell, nodes, *next),
            Phase::Agree { nodes, poll } => join::ask_one(shell, nodes, poll),
            Phase::Unreachable { nodes, told, next } => {
                join::who_is_lost(shell, nodes, told, *next)
            }
            Phase::Replicate { nodes, next } => apply::replicate(shell, nodes, *next),
            Phase::Entry { node, connected, goal } => {
                load::load_entry(shell, node, *connected, *goal)
            }
            Phase::Friends { nodes, friends, next, goal } => {
                load::load_friend(shell, nodes, friends, *next, *goal)
            }
            Phase::Masters { nodes, next, seen, goal } => {
                info::show_master(shell, nodes, *next, *seen, *goal)
            }
            Phase::Check { nodes, goal } => check::begin(shell, nodes, *goal),
            Phase::Owners { nodes, slot, found, verdict } => {
                check::find_owners(shell, nodes, *slot, *found, *verdict)
            }
        }
    }
}
