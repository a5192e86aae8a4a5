//! Voting: whether this master lets a replica take its master's place.
//!
//! Invariants: at most one vote in an epoch, kept on disk; about one master, at most one vote in two
//! node timeouts. A refusal sends nothing: who asks only notices that votes are missing.
//! In Redis: `clusterSendFailoverAuthIfNeeded`. Spec: failover 2.

use super::Cluster;
use super::peer::PeerIx;
use super::stamp::Stamp;
use crate::node::Node;
use crate::node::io::Outbox;
use crate::shapes::Fact;
use crate::shapes::fact::Denial;
use crate::shapes::message::{Body, Header};
use crate::words::{Millis, Time};

/// Two votes about one master are so many node timeouts apart.
const BETWEEN_VOTES: u64 = 2;

impl Node {
    /// A replica asks for this master's vote.
    pub(super) fn on_auth_request(
        &mut self,
        now: Time,
        candidate: PeerIx,
        request: &Header,
        out: &mut Outbox,
    ) {
        let stamp = Stamp::from(now);
        let timeout = self.config.cluster_node_timeout;
        match self.cluster.judge(stamp, candidate, request, timeout) {
            Ok(about) => {
                let epoch = self.cluster.current_epoch;
                self.cluster.last_vote_epoch = epoch;
                self.cluster.voted.insert(about, stamp);
                self.cluster.save_for_sure();
                self.send_plain(candidate, Body::AuthAck, out);
                out.note(Fact::Voted { candidate: request.sender, epoch });
            }
            Err(why) => out.note(Fact::VoteDenied { candidate: request.sender, why }),
        }
    }
}

impl Cluster {
    /// The master about whom the vote would be, or why there is none. Decides; changes nothing.
    fn judge(
        &self,
        now: Stamp,
        candidate: PeerIx,
        request: &Header,
        timeout: Millis,
    ) -> Result<PeerIx, Denial> {
        self.may_vote()?;
        let current = self.current_epoch;
        if request.current_epoch < current {
            return Err(Denial::StaleEpoch { asked: request.current_epoch, current });
        }
        if self.last_vote_epoch == current {
            return Err(Denial::AlreadyVoted { epoch: current });
        }
        let about = self.failed_master_of(candidate, request.force_ack)?;
        let voted = self.voted.get(&about).copied().unwrap_or(Stamp::NEVER);
        let since = now.since(voted);
        if since < BETWEEN_VOTES * timeout.0 {
            return Err(Denial::VotedRecently { wait: BETWEEN_VOTES * timeout.0 - since });
        }
        match self.newer_claim(request) {
            Some(denial) => Err(denial),
            None => Ok(about),
        }
    }

    fn may_vote(&self) -> Result<(), Denial> {
        match (self.me().is_replica(), self.me().slots().is_empty()) {
            (true, _) => Err(Denial::IAmReplica),
            (false, true) => Err(Denial::NoSlots),
            (false, false) => Ok(()),
        }
    }

    fn failed_master_of(&self, candidate: PeerIx, force_ack: bool) -> Result<PeerIx, Denial> {
        let candidate = self.peer(candidate);
        if candidate.is_master() {
            return Err(Denial::CandidateIsMaster);
        }
        let master = candidate.master().ok_or(Denial::MasterUnknown)?;
        if !self.peer(master).has_failed() && !force_ack {
            return Err(Denial::MasterIsUp);
        }
        Ok(master)
    }

    /// A slot in the request that somebody owns by a newer claim than the candidate's.
    fn newer_claim(&self, request: &Header) -> Option<Denial> {
        request.slots.iter().filter(|&slot| !self.slots.is_unclaimed(slot)).find_map(|slot| {
            let have = self.peer(self.owner(slot)?).config_epoch();
            let asked = request.config_epoch;
            (have > asked).then_some(Denial::NewerClaim { slot, have, asked })
        })
    }
}
