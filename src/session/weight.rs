//! How much an entry of the log matters: what a step stops at, what a skim stops at, what the
//! timeline marks.

use crate::shapes::Fact;
use crate::sim::{Action, Entry, Life, What};

/// How much an entry matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Weight {
    /// Housekeeping: left out of stops and marks.
    Quiet,
    /// A step in a story.
    Plain,
    /// What a story is about: a fault, a suspicion, an agreement, a vote won, the state.
    Major,
}

/// The weight of an entry.
pub fn weight(entry: &Entry) -> Weight {
    match &entry.what {
        What::Fact(fact) => of_fact(fact),
        What::Action(action) => of_action(action),
        What::Life(life) => of_life(*life),
        What::Logged(_) | What::Output(_) | What::Reply(_) | What::NoReply(_) | What::Ended(_) => {
            Weight::Quiet
        }
        What::Load(_) => Weight::Plain,
    }
}

fn of_fact(fact: &Fact) -> Weight {
    match fact {
        Fact::Refused { .. }
        | Fact::Pfail { .. }
        | Fact::Fail { .. }
        | Fact::FailCleared { .. }
        | Fact::StateOk
        | Fact::StateFail { .. }
        | Fact::ElectionStarted { .. }
        | Fact::ElectionWon { .. }
        | Fact::Promoted { .. }
        | Fact::BecameReplica { .. }
        | Fact::Migrating { .. }
        | Fact::WriteLost { .. }
        | Fact::ManualRequested { .. }
        | Fact::ManualTimedOut => Weight::Major,
        Fact::Started { .. }
        | Fact::PfailCleared { .. }
        | Fact::FailureReported { .. }
        | Fact::FailHeard { .. }
        | Fact::EpochBumped { .. }
        | Fact::EpochCollision { .. }
        | Fact::StaleClaim { .. }
        | Fact::DirtyKeysDeleted { .. }
        | Fact::ElectionScheduled { .. }
        | Fact::RankUpdated { .. }
        | Fact::Voted { .. }
        | Fact::VoteDenied { .. }
        | Fact::VoteReceived { .. }
        | Fact::CannotFailOver { .. }
        | Fact::ManualPaused { .. }
        | Fact::ManualOffset { .. }
        | Fact::ManualCaughtUp
        | Fact::SyncDone { .. }
        | Fact::FullResync { .. }
        | Fact::PartialResync { .. }
        | Fact::MasterLinkDown { .. }
        | Fact::LinkOverLimit { .. }
        | Fact::ClientOverLimit { .. }
        | Fact::Loaded { .. }
        | Fact::StartedEmpty => Weight::Plain,
        Fact::OwnAddress { .. }
        | Fact::HandshakeStarted { .. }
        | Fact::NodeJoined { .. }
        | Fact::HandshakeExpired { .. }
        | Fact::AddressChanged { .. }
        | Fact::AddressLost { .. }
        | Fact::SlotAdopted { .. }
        | Fact::SlotHeldForOther { .. }
        | Fact::Forgotten { .. }
        | Fact::SlotsMoved { .. }
        | Fact::RoleSeen { .. }
        | Fact::SyncStarted { .. }
        | Fact::SyncDelayed { .. }
        | Fact::ReplicaLost { .. } => Weight::Quiet,
    }
}

fn of_action(action: &Action) -> Weight {
    match action {
        Action::OpenClient { .. }
        | Action::CloseClient(_)
        | Action::Interrupt(_)
        | Action::Dial { .. }
        | Action::Bytes { .. }
        | Action::Took { .. } => Weight::Quiet,
        Action::Type { .. }
        | Action::Command { .. }
        | Action::RunJob { .. }
        | Action::StartLoad { .. } => Weight::Plain,
        _ => Weight::Major,
    }
}

fn of_life(life: Life) -> Weight {
    match life {
        Life::Exited(0) => Weight::Plain,
        Life::Exited(_)
        | Life::NoNetworkToJoin
        | Life::AddressInUse
        | Life::PortAllocated { .. }
        | Life::LostItsNetwork => Weight::Major,
        Life::Ready | Life::Paused | Life::Resumed | Life::DiskLost => Weight::Plain,
        Life::Created | Life::Starting | Life::Started | Life::RestartPlanned { .. } => {
            Weight::Quiet
        }
    }
}
