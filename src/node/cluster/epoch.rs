//! Epochs: the cluster's clock, and how a node moves it without asking anybody.
//!
//! In Redis: `clusterBumpConfigEpochWithoutConsensus`, `clusterHandleConfigEpochCollision`.
//! Spec: bus 11.

use super::Cluster;
use super::peer::PeerIx;
use crate::node::Node;
use crate::node::io::Outbox;
use crate::shapes::message::Header;
use crate::shapes::{Epoch, Fact};

impl Cluster {
    /// The greatest epoch that this node knows of.
    fn greatest_epoch(&self) -> Epoch {
        self.peers().map(|(_, peer)| peer.config_epoch()).fold(self.current_epoch, Ord::max)
    }

    /// This node's claim gets the next epoch.
    fn take_next_epoch(&mut self) -> Epoch {
        self.current_epoch = self.current_epoch.next();
        self.roster.standing_mut(PeerIx::MYSELF).config_epoch = self.current_epoch;
        self.save_for_sure();
        self.current_epoch
    }
}

impl Node {
    /// Takes a new config epoch, unless this node's is the greatest already.
    pub(super) fn bump_epoch(&mut self, out: &mut Outbox) -> Option<Epoch> {
        let mine = self.cluster.me().config_epoch();
        if mine != Epoch(0) && mine == self.cluster.greatest_epoch() {
            return None;
        }
        let epoch = self.cluster.take_next_epoch();
        out.note(Fact::EpochBumped { epoch });
        Some(epoch)
    }

    /// Two masters with one config epoch: the one with the smaller id moves on.
    pub(super) fn resolve_collision(&mut self, sender: PeerIx, header: &Header, out: &mut Outbox) {
        let (me, peer) = (self.cluster.me(), self.cluster.peer(sender));
        let collide = me.is_master()
            && peer.is_master()
            && header.config_epoch == me.config_epoch()
            && peer.id() > me.id();
        if collide {
            let epoch = self.cluster.take_next_epoch();
            out.note(Fact::EpochCollision { peer: header.sender, epoch });
        }
    }
}
