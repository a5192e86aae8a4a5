//! The owner of every slot, kept as runs.
//!
//! A master owns a few runs, so a table of a thousand nodes takes two thousand bytes where a number for
//! each slot takes 32,768; and every node has a table of its own, for places differ.
//!
//! Invariants: the runs are ascending, the first begins at slot 0, and neighbours differ.

use super::peer::PeerIx;
use crate::words::Slot;

/// From `first` to where the next run begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Run {
    first: u16,
    owner: Option<PeerIx>,
}

/// Who owns what.
#[derive(Clone, Debug)]
pub(super) struct Owners(Vec<Run>);

impl Owners {
    /// Nobody owns anything.
    pub(super) fn nobody() -> Owners {
        Owners(vec![Run { first: 0, owner: None }])
    }
    /// Who owns a slot.
    #[inline]
    pub(super) fn of(&self, slot: Slot) -> Option<PeerIx> {
        self.0[self.run(slot)].owner
    }
    /// The runs by their first slots, ascending.
    pub(super) fn runs(&self) -> impl Iterator<Item = (Slot, Option<PeerIx>)> {
        let slot = |first| Slot::new(first).expect("a run begins at a slot");
        self.0.iter().map(move |run| (slot(run.first), run.owner))
    }
    /// Gives a slot to `owner`, or to nobody.
    pub(super) fn set(&mut self, slot: Slot, owner: Option<PeerIx>) {
        let at = self.run(slot);
        let Run { first, owner: old } = self.0[at];
        if old == owner {
            return;
        }
        let slot = slot.number();
        let end = self.0.get(at + 1).map_or(Slot::COUNT, |next| next.first);
        // Whole ranges change hands slot by slot, upwards: mostly the run below grows by one.
        if 0 < at && first == slot && slot + 1 < end && self.0[at - 1].owner == owner {
            self.0[at].first += 1;
            return;
        }
        let before = (first < slot).then_some(Run { first, owner: old });
        let after = (slot + 1 < end).then_some(Run { first: slot + 1, owner: old });
        let own = Run { first: slot, owner };
        self.0.splice(at..=at, before.into_iter().chain([own]).chain(after));
        self.join(at + 1 + usize::from(before.is_some()));
        self.join(at + usize::from(before.is_some()));
    }

    /// The run that a slot is in.
    #[inline]
    fn run(&self, slot: Slot) -> usize {
        self.0.partition_point(|run| run.first <= slot.number()) - 1
    }
    /// Makes a run one with the one before it, if both have one owner.
    fn join(&mut self, at: usize) {
        if 0 < at && at < self.0.len() && self.0[at - 1].owner == self.0[at].owner {
            self.0.remove(at);
        }
    }
}

#[cfg(test)]
mod check {
    use super::*;
    use crate::words::{Rng, Seed};

    #[test]
    fn owners_kept_as_runs_are_those_of_a_table() {
        let mut rng = Rng::new(Seed(6), 0);
        let mut table = vec![None; usize::from(Slot::COUNT)];
        let mut owners = Owners::nobody();
        for _ in 0..20_000 {
            let near = [rng.below(40) as u16, Slot::COUNT - 1 - rng.below(40) as u16];
            let slot = Slot::new(near[rng.below(2) as usize]).expect("it is one");
            let owner = [None, Some(PeerIx::from_index(1)), Some(PeerIx::from_index(2))];
            let owner = owner[rng.below(3) as usize];
            owners.set(slot, owner);
            table[slot.index()] = owner;
            assert_eq!(owners.of(slot), owner);
        }
        assert!(Slot::all().all(|slot| owners.of(slot) == table[slot.index()]));
        assert!(owners.0.windows(2).all(|pair| pair[0].owner != pair[1].owner));
        assert!(owners.0.windows(2).all(|pair| pair[0].first < pair[1].first));
    }
}
