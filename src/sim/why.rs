//! Why an entry came to be, as far as the log knows.
//!
//! A packet leads to what its sender had noted when it sent it. Where a timer only carried out what
//! had been decided before, the decision is in the log too: an election starts because it was
//! scheduled, and it was scheduled because of FAIL.

use crate::shapes::Fact;
use crate::sim::entry::{Entry, EntryId, What, Who};
use crate::words::NodeId;

/// The entry that `of` came from, if the log has it; the log is in order of ids.
pub fn why<'a>(
    log: &'a [Entry],
    of: &Entry,
    who_is: &dyn Fn(NodeId) -> Option<Who>,
) -> Option<&'a Entry> {
    let before = &log[..log.partition_point(|entry| entry.id < of.id)];
    decided(before, of, who_is).or_else(|| find(before, of.because()?))
}

fn find(log: &[Entry], id: EntryId) -> Option<&Entry> {
    let at = log.binary_search_by_key(&id, |entry| entry.id).ok()?;
    log.get(at)
}

/// The decision behind a fact.
fn decided<'a>(
    before: &'a [Entry],
    of: &Entry,
    who_is: &dyn Fn(NodeId) -> Option<Who>,
) -> Option<&'a Entry> {
    let latest = |who: Who, pick: &dyn Fn(&Fact) -> bool| {
        before.iter().rev().find(|entry| entry.who == who && entry.fact().is_some_and(pick))
    };
    match of.fact()? {
        Fact::ElectionStarted { .. } => latest(of.who, &|fact| {
            matches!(fact, Fact::ElectionScheduled { .. } | Fact::ManualRequested { .. })
        }),
        Fact::ElectionScheduled { .. } => latest(of.who, &|fact| {
            matches!(fact, Fact::Fail { .. } | Fact::FailHeard { .. } | Fact::ManualCaughtUp)
        }),
        Fact::Fail { peer, .. } => {
            let peer = *peer;
            latest(
                of.who,
                &|fact| matches!(fact, Fact::FailureReported { peer: other, .. } if *other == peer),
            )
        }
        Fact::FailureReported { peer, by } => {
            let peer = *peer;
            latest(
                who_is(*by)?,
                &|fact| matches!(fact, Fact::Pfail { peer: other } if *other == peer),
            )
        }
        Fact::Pfail { peer } => gone(before, who_is(*peer)?),
        Fact::Promoted { .. } => latest(of.who, &|fact| matches!(fact, Fact::ElectionWon { .. })),
        Fact::ElectionWon { .. } => {
            latest(of.who, &|fact| matches!(fact, Fact::VoteReceived { .. }))
        }
        Fact::StateFail { .. } => latest(of.who, &|fact| {
            matches!(fact, Fact::Fail { .. } | Fact::FailHeard { .. } | Fact::Pfail { .. })
        }),
        _ => None,
    }
}

/// What last happened to a process, or to the network.
fn gone(before: &[Entry], whom: Who) -> Option<&Entry> {
    use crate::sim::action::Action;
    before.iter().rev().find(|entry| match &entry.what {
        What::Life(_) => entry.who == whom,
        What::Action(Action::Rule(_)) => true,
        _ => false,
    })
}
