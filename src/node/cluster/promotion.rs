//! Promotion: a replica takes its master's place.
//!
//! In Redis: `clusterFailoverReplaceYourMaster`. Spec: failover 4.

use super::peer::PeerIx;
use crate::node::Node;
use crate::node::io::Outbox;
use crate::shapes::Fact;
use crate::words::Time;

impl Node {
    /// Becomes master, owns the old master's slots, and says so to everybody.
    pub(super) fn take_masters_place(&mut self, now: Time, out: &mut Outbox) {
        let Some(old) = self.cluster.me().master().filter(|_| self.cluster.me().is_replica())
        else {
            return;
        };
        self.cluster.set_as_master(PeerIx::MYSELF);
        self.stop_replicating(now, out);
        let slots = self.cluster.peer(old).slots().clone();
        for slot in slots.iter() {
            self.cluster.slots.give(&mut self.cluster.roster, slot, PeerIx::MYSELF);
        }
        let (epoch, slots) = (self.cluster.me().config_epoch(), u32::from(slots.len()));
        out.note(Fact::Promoted { epoch, slots });
        self.update_cluster_state(now, out);
        self.cluster.write_conf();
        out.disk_syncs += 1;
        self.broadcast_pong(out);
        self.cluster.manual.reset();
    }
}
