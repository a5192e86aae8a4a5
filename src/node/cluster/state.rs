//! The cluster state: whether this node serves clients.
//!
//! It goes to fail at once, and back to ok with delays for masters: two seconds after a start, so
//! that news of a failover arrive first, and a while after having been in a minority.
//!
//! In Redis: `clusterUpdateState`. Spec: bus 10.

use super::Cluster;
use super::peer::PeerIx;
use super::stamp::Stamp;
use crate::node::Node;
use crate::node::io::Outbox;
use crate::shapes::Fact;
use crate::shapes::fact::DownWhy;
use crate::shapes::message::Flags;
use crate::words::{Millis, Slot, Time};

/// A master that has just started waits for so long (`CLUSTER_WRITABLE_DELAY`).
const WRITABLE_DELAY: Millis = Millis(2000);
/// A master that was in a minority waits for a node timeout, but not less than this ...
const MIN_REJOIN_DELAY: u64 = 500;
/// ... and not more than this.
const MAX_REJOIN_DELAY: u64 = 5000;

/// The state and what its delays need.
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    pub(super) ok: bool,
    /// Masters with slots.
    pub(super) size: u32,
    first_computed: Stamp,
    last_minority: Stamp,
}

impl State {
    /// Before it is first computed: down, and one master, as Redis shows it.
    pub(super) const AT_START: State =
        State { ok: false, size: 1, first_computed: Stamp::NEVER, last_minority: Stamp::NEVER };
}

/// Masters with slots: all, and those that are not suspected.
struct Census {
    size: u32,
    reachable: u32,
}

impl Node {
    pub(super) fn update_cluster_state(&mut self, now: Time, out: &mut Outbox) {
        let now = Stamp::from(now);
        self.cluster.todo.state = false;
        if !self.cluster.state.first_computed.is_set() {
            self.cluster.state.first_computed = now;
        }
        let (me_master, state) = (self.cluster.me().is_master(), self.cluster.state);
        if me_master && !state.ok && now.since(state.first_computed) < WRITABLE_DELAY.0 {
            return;
        }
        let down = self.cluster.why_down(now, self.config.require_full_coverage);
        let rejoin = self.config.cluster_node_timeout.0.clamp(MIN_REJOIN_DELAY, MAX_REJOIN_DELAY);
        match (state.ok, down) {
            (true, Some(why)) => {
                self.cluster.state.ok = false;
                out.note(Fact::StateFail { why });
            }
            (false, None) => {
                let waits = now.since(self.cluster.state.last_minority) < rejoin;
                if !(me_master && waits) {
                    self.cluster.state.ok = true;
                    out.note(Fact::StateOk);
                }
            }
            (true, None) | (false, Some(_)) => {}
        }
    }
}

impl Cluster {
    /// Why the cluster does not work, as far as this node sees.
    fn why_down(&mut self, now: Stamp, require_full_coverage: bool) -> Option<DownWhy> {
        let hole = if require_full_coverage { self.first_hole() } else { None };
        let Census { size, reachable } = self.census();
        self.state.size = size;
        let needed = self.quorum();
        if reachable < needed {
            self.state.last_minority = now;
            return hole.or(Some(DownWhy::Minority { reachable, needed }));
        }
        hole
    }

    fn census(&self) -> Census {
        let mut census = Census { size: 0, reachable: 0 };
        for (_, peer) in self.peers() {
            if peer.is_master() && peer.owns_slots() {
                census.size += 1;
                census.reachable += u32::from(!peer.flags().has(Flags::PFAIL.with(Flags::FAIL)));
            }
        }
        census
    }

    /// The first slot that nobody serves.
    fn first_hole(&self) -> Option<DownWhy> {
        let served =
            |(_, peer): (PeerIx, super::Peer<'_>)| !peer.has_failed() || !peer.owns_slots();
        if self.assigned() == Slot::COUNT && self.peers().all(served) {
            return None;
        }
        self.slots.runs().find_map(|(slot, owner)| match owner {
            None => Some(DownWhy::SlotUnassigned { slot }),
            Some(owner) if self.peer(owner).has_failed() => {
                Some(DownWhy::SlotOwnerFailed { slot, owner: self.peer(owner).id() })
            }
            Some(_) => None,
        })
    }
}
