//! What others may read of a node's view: commands, replication, the page.

use super::peer::{Peer, PeerIx};
use super::stamp::Stamp;
use super::standing::Link;
use super::{Cluster, Counters};
use crate::node::Node;
use crate::shapes::Epoch;
use crate::shapes::topology::{Address, NodeLine, OpenSlot, Topology, Way};
use crate::words::{NodeId, Slot, Time};

/// One connection of the bus, as `CLUSTER LINKS` lists it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LinkRow {
    /// Whom it connects with.
    pub peer: PeerIx,
    /// Whether this node opened it.
    pub outbound: bool,
    /// The connection.
    pub link: Link,
}

impl Cluster {
    /// The node's own id.
    pub fn myself(&self) -> NodeId {
        self.me().id()
    }
    /// What the node knows of itself.
    #[inline]
    pub fn me(&self) -> Peer<'_> {
        self.roster.get(PeerIx::MYSELF)
    }
    /// What the node knows of a node.
    #[inline]
    pub fn peer(&self, ix: PeerIx) -> Peer<'_> {
        self.roster.get(ix)
    }
    /// The node with this id, if it is known.
    #[inline]
    pub fn find(&self, id: &NodeId) -> Option<PeerIx> {
        self.roster.find(id)
    }
    /// All known nodes in hash order: itself, handshakes and failed ones included.
    pub fn peers(&self) -> impl Iterator<Item = (PeerIx, Peer<'_>)> {
        self.roster.iter()
    }
    /// How many nodes are known (`cluster_known_nodes`).
    pub fn known(&self) -> usize {
        self.roster.len()
    }
    /// Who owns a slot.
    #[inline]
    pub fn owner(&self, slot: Slot) -> Option<PeerIx> {
        self.slots.owner(slot)
    }
    /// How many slots have an owner (`cluster_slots_assigned`).
    pub fn assigned(&self) -> u16 {
        self.slots.assigned()
    }
    /// Where a slot is being migrated to.
    #[inline]
    pub fn migrating(&self, slot: Slot) -> Option<PeerIx> {
        self.slots.migrating.get(&slot).copied()
    }
    /// Where a slot is being imported from.
    #[inline]
    pub fn importing(&self, slot: Slot) -> Option<PeerIx> {
        self.slots.importing.get(&slot).copied()
    }
    /// Slots being migrated and their targets, ascending.
    pub fn all_migrating(&self) -> impl Iterator<Item = (Slot, PeerIx)> {
        self.slots.migrating.iter().map(|(&slot, &to)| (slot, to))
    }
    /// Slots being imported and their sources, ascending.
    pub fn all_importing(&self) -> impl Iterator<Item = (Slot, PeerIx)> {
        self.slots.importing.iter().map(|(&slot, &from)| (slot, from))
    }
    /// Whether the cluster state is ok.
    pub fn state_ok(&self) -> bool {
        self.state.ok
    }
    /// Masters with slots when the state was last computed (`cluster_size`).
    pub fn size(&self) -> u32 {
        self.state.size
    }
    /// The greatest epoch this node has seen.
    pub fn current_epoch(&self) -> Epoch {
        self.current_epoch
    }
    /// The epoch it last voted in.
    pub fn last_vote_epoch(&self) -> Epoch {
        self.last_vote_epoch
    }
    /// The epoch `CLUSTER NODES` shows for a node: its master's, if it is a replica of a known one.
    pub fn shown_epoch(&self, ix: PeerIx) -> Epoch {
        let peer = self.peer(ix);
        match peer.master() {
            Some(master) if peer.is_replica() => self.peer(master).config_epoch(),
            _ => peer.config_epoch(),
        }
    }
    /// Whether this node is a replica.
    pub fn is_replica(&self) -> bool {
        self.me().is_replica()
    }
    /// The id of this node's master, if it is a replica and knows it.
    pub fn my_master(&self) -> Option<NodeId> {
        self.me().master().map(|master| self.peer(master).id())
    }
    /// The line of `CLUSTER NODES` about a node.
    pub fn node_line(&self, ix: PeerIx) -> NodeLine {
        let peer = self.peer(ix);
        NodeLine {
            id: peer.id(),
            address: Address {
                ip: peer.ip().map_or_else(String::new, |ip| ip.to_string()),
                port: peer.port(),
                bus_port: peer.bus_port(),
                hostname: peer.hostname().map(|name| name.to_string()),
            },
            flags: peer.flags(),
            master: peer.master().map(|master| self.peer(master).id()),
            ping_sent: peer.ping_sent().ms(),
            pong_received: peer.pong_received().ms(),
            config_epoch: self.shown_epoch(ix),
            connected: peer.shown_connected(),
            slots: (**peer.slots()).clone(),
            open: if ix == PeerIx::MYSELF { self.open_slots() } else { Vec::new() },
        }
    }
    /// All lines of `CLUSTER NODES`, in hash order.
    pub fn topology(&self) -> Topology {
        Topology { nodes: self.peers().map(|(ix, _)| self.node_line(ix)).collect() }
    }
    /// Slots on the move, ascending; a slot that goes both ways is shown as migrating.
    fn open_slots(&self) -> Vec<OpenSlot> {
        let id = |peer| self.peer(peer).id();
        let out = self.all_migrating().map(|(slot, to)| (slot, Way::Migrating, id(to)));
        let entering = self.all_importing().filter(|&(slot, _)| self.migrating(slot).is_none());
        let entering = entering.map(|(slot, from)| (slot, Way::Importing, id(from)));
        let mut open: Vec<OpenSlot> =
            out.chain(entering).map(|(slot, way, peer)| OpenSlot { slot, way, peer }).collect();
        open.sort_by_key(|open| open.slot);
        open
    }
    /// Packets sent and received.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }
    /// How many reports that a node failed are still valid.
    pub fn failure_reports(&self, now: Time, ix: PeerIx, max_age: u64) -> usize {
        let now = Stamp::from(now);
        self.reports_about(ix).iter().filter(|report| now.since(report.at) <= max_age).count()
    }
    /// The connections of the bus: by node in hash order, outbound first.
    pub fn links(&self) -> impl Iterator<Item = LinkRow> {
        self.roster.iter().flat_map(|(peer, known)| {
            let row = move |outbound: bool, link: Link| LinkRow { peer, outbound, link };
            let out = known.link().map(|link| row(true, link));
            out.into_iter().chain(known.inbound().map(|link| row(false, link)))
        })
    }
}

impl Node {
    /// Whether a manual failover is under way here (`mf_end`).
    pub(in crate::node) fn manual_failover_is_on(&self) -> bool {
        self.cluster.manual.is_pending()
    }
    /// Whether commands that may write wait because a manual failover is under way.
    pub fn writes_paused(&self, now: Time) -> bool {
        self.cluster.manual.writes_paused(now)
    }
}
