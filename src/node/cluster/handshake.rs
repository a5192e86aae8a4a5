//! Joining: MEET, temporary names, and learning addresses.
//!
//! A node that an operator introduces is known by a random id until it answers. A node that gossip
//! introduces is trusted at once. Nobody knows his own address until somebody connects to it.
//!
//! In Redis: `clusterStartHandshake`, `nodeUpdateAddressIfNeeded`, parts of `clusterProcessPacket`.
//! Spec: bus 3.

use super::peer::{Peer, PeerIx};
use super::stamp::Stamp;
use super::standing::Standing;
use super::wires::Wire;
use crate::node::Node;
use crate::node::io::{ConnId, Outbox};
use crate::shapes::message::{Flags, Header, Kind};
use crate::shapes::{Card, Fact};
use crate::words::{NodeId, Time};
use std::net::IpAddr;
use std::sync::Arc;

impl Node {
    /// CLUSTER MEET: introduces the node at an address, unless that is under way already.
    pub(in crate::node) fn cluster_meet(
        &mut self,
        now: Time,
        ip: IpAddr,
        port: u16,
        bus_port: u16,
        out: &mut Outbox,
    ) {
        let same = |peer: Peer<'_>| {
            peer.in_handshake() && peer.ip() == Some(ip) && peer.bus_port() == bus_port
        };
        if !self.cluster.peers().any(|(_, peer)| same(peer)) {
            let flags = Flags::HANDSHAKE.with(Flags::MEET);
            self.start_handshake(now, flags, ip, port, bus_port, out);
        }
    }

    fn start_handshake(
        &mut self,
        now: Time,
        flags: Flags,
        ip: IpAddr,
        port: u16,
        bus_port: u16,
        out: &mut Outbox,
    ) {
        let id = NodeId::random(&mut self.rng);
        let nothing = self.cluster.slots.nothing.clone();
        let card = Card { node: id, ip: Some(ip), port, bus_port };
        let standing = Standing::new(Arc::new(card), Stamp::from(now), nothing);
        self.cluster.add_peer(flags, standing);
        out.note(Fact::HandshakeStarted { ip, port });
    }

    /// What PING and MEET teach about addresses: who is connected to learns its own address, and a
    /// stranger's MEET makes it known.
    pub(super) fn learn_addresses(
        &mut self,
        now: Time,
        conn: ConnId,
        sender: Option<PeerIx>,
        kind: Kind,
        header: &Header,
        out: &mut Outbox,
    ) {
        let me = self.cluster.me();
        let may_learn =
            (kind == Kind::Meet || me.ip().is_none()) && self.config.announce_ip.is_none();
        let local = if may_learn { self.cluster.wires.local(conn) } else { None };
        if let Some(ip) = local.filter(|&ip| me.ip() != Some(ip)) {
            self.cluster.roster.card_mut(PeerIx::MYSELF).ip = Some(ip);
            out.note(Fact::OwnAddress { ip });
            self.cluster.save();
        }
        if sender.is_none() && kind == Kind::Meet {
            let Some(ip) = header.announced_ip.or(self.cluster.wires.remote(conn)) else { return };
            self.start_handshake(now, Flags::HANDSHAKE, ip, header.port, header.bus_port, out);
            self.cluster.save();
        }
    }

    /// The first answer on the link of a node in handshake tells its real id. False if the node was
    /// known already and the temporary one is gone, link and all.
    pub(super) fn complete_handshake(
        &mut self,
        node: PeerIx,
        sender: Option<PeerIx>,
        header: &Header,
        out: &mut Outbox,
    ) -> bool {
        if sender.is_some() {
            self.cluster.remove_peer(node, out);
            return false;
        }
        self.cluster.roster.rename(node, header.sender);
        let role = header.flags.only(Flags::MASTER.with(Flags::REPLICA));
        let pulse = self.cluster.roster.pulse_mut(node);
        pulse.remove(Flags::HANDSHAKE);
        pulse.insert(role);
        out.note(Fact::NodeJoined { peer: header.sender });
        self.cluster.rounds.reorder();
        self.cluster.save();
        self.cluster.orphans = None;
        true
    }

    /// Somebody else answers at a node's address: the node's own is unknown from now on.
    pub(super) fn forget_address(&mut self, node: PeerIx, out: &mut Outbox) {
        let id = self.cluster.peer(node).id();
        self.cluster.roster.pulse_mut(node).insert(Flags::NOADDR);
        *self.cluster.roster.card_mut(node) = Card::named(id);
        out.note(Fact::AddressLost { peer: id });
        self.cluster.address_changed(node);
        self.cluster.free_link(node, out);
        self.cluster.save();
    }

    /// A known node's PING on the connection it opened shows where it is now.
    pub(super) fn update_address(
        &mut self,
        now: Time,
        conn: ConnId,
        wire: &Wire,
        node: PeerIx,
        header: &Header,
        out: &mut Outbox,
    ) {
        let peer = self.cluster.peer(node);
        let same_ports = (peer.port(), peer.bus_port()) == (header.port, header.bus_port);
        let as_before = wire.from_known_ip && header.announced_ip.is_none();
        if wire.outbound || (same_ports && as_before) {
            return;
        }
        let Some(ip) = header.announced_ip.or(self.cluster.wires.remote(conn)) else { return };
        if same_ports && peer.ip() == Some(ip) {
            return self.cluster.wires.note_known_ip(conn, header.announced_ip.is_none());
        }
        self.cluster.free_link(node, out);
        self.cluster.set_address(node, Some(ip), header.port, header.bus_port, out);
        if self.cluster.me().is_replica() && self.cluster.me().master() == Some(node) {
            self.replicate(now, (ip, header.port).into(), out);
        }
        self.cluster.save_and_update_state();
    }
}
