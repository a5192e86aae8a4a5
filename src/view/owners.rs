//! Who serves which slots: runs of the ring.
//!
//! Every member's claim is painted in the order of config epochs, so that the newest wins, as it does
//! in the cluster.

use super::member::{Members, State};
use crate::words::Slot;

/// A run of slots with one owner.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Run {
    /// First slot.
    pub first: u16,
    /// Last slot.
    pub last: u16,
    /// The owner's place among the members; None if nobody owns them.
    pub owner: Option<usize>,
    /// Whether the owner answers and is not held to have failed.
    pub served: bool,
}

impl Run {
    /// How many slots.
    pub fn len(&self) -> u32 {
        u32::from(self.last - self.first) + 1
    }
    /// Never: a run has a slot.
    pub fn is_empty(&self) -> bool {
        false
    }
}

/// The ring, run by run, from slot 0 on.
pub fn runs(members: &Members) -> Vec<Run> {
    let mut owner = vec![u16::MAX; usize::from(Slot::COUNT)];
    let mut claims: Vec<_> = members
        .0
        .iter()
        .enumerate()
        .filter_map(|(place, member)| Some((members.line(member)?, place)))
        .filter(|(line, _)| !line.slots.is_empty() && line.master.is_none())
        .collect();
    claims.sort_by_key(|(line, place)| (line.config_epoch, std::cmp::Reverse(*place)));
    for (line, place) in claims {
        for (first, last) in line.slots.ranges() {
            owner[first.index()..=last.index()].fill(place as u16);
        }
    }
    let mut runs: Vec<Run> = Vec::new();
    for (slot, &place) in (0u16..).zip(&owner) {
        let owner = (place != u16::MAX).then_some(usize::from(place));
        match runs.last_mut() {
            Some(run) if run.owner == owner => run.last = slot,
            _ => runs.push(Run {
                first: slot,
                last: slot,
                owner,
                served: owner.is_some_and(|place| serves(members, place)),
            }),
        }
    }
    runs
}

fn serves(members: &Members, place: usize) -> bool {
    let member = &members.0[place];
    let opinions = members.opinions(member);
    matches!(member.state, State::Up) && (opinions.fail == 0 || opinions.fail * 2 < opinions.of)
}

/// Each member's shard, a number from 0: shards are ordered by where their largest run begins, and a
/// replica is of its master's shard.
pub fn shards(members: &Members, runs: &[Run]) -> Vec<Option<usize>> {
    let mut largest: Vec<Option<Run>> = vec![None; members.0.len()];
    for run in runs {
        if let Some(place) = run.owner
            && largest[place].is_none_or(|best| best.len() < run.len())
        {
            largest[place] = Some(*run);
        }
    }
    let mut masters: Vec<(u16, usize)> = largest
        .iter()
        .enumerate()
        .filter_map(|(place, run)| Some((run.as_ref()?.first, place)))
        .collect();
    masters.sort_unstable();
    let mut shard = vec![None; members.0.len()];
    for (number, &(_, place)) in masters.iter().enumerate() {
        shard[place] = Some(number);
    }
    for (place, member) in members.0.iter().enumerate() {
        if shard[place].is_none() {
            let master = members.master_of(member);
            shard[place] = master
                .filter(|&master| largest[master].is_some())
                .and_then(|m| masters.iter().position(|&(_, p)| p == m));
        }
    }
    shard
}

/// The class of a shard's hue; from the ninth on hues come again.
pub fn hue(shard: Option<usize>) -> &'static str {
    const HUES: [&str; 8] = ["sh-a", "sh-b", "sh-c", "sh-d", "sh-e", "sh-f", "sh-g", "sh-h"];
    shard.map_or("sh-none", |shard| HUES[shard % HUES.len()])
}
