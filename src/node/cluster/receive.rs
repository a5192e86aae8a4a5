//! Receiving a packet: the order in which its parts are believed.
//!
//! In Redis: `clusterProcessPacket`, one function of 568 lines. Spec: bus 5.
//! Absent: broken packets; the world does not bend bytes.

use super::Cluster;
use super::peer::PeerIx;
use super::stamp::Stamp;
use super::wires::Wire;
use crate::node::Node;
use crate::node::io::{ConnId, Outbox};
use crate::shapes::fact::Role;
use crate::shapes::message::{Body, Flags, Gossip, Header, Kind};
use crate::shapes::{Fact, Message};
use crate::words::Time;

impl Node {
    /// One packet came in on a connection.
    pub(in crate::node) fn bus_message(
        &mut self,
        now: Time,
        conn: ConnId,
        message: &Message,
        out: &mut Outbox,
    ) {
        let Some(wire) = self.cluster.wires.get(conn) else { return };
        self.cluster.counters.count_received(message.kind());
        if self.cluster.drops == Some(message.kind().number()) {
            return;
        }
        let header = &message.header;
        let sender = self.cluster.identify(&wire, conn, header, out);
        if let Some(sender) = sender {
            self.note_sender(now, sender, header, out);
        }
        match &message.body {
            Body::Ping(gossip) | Body::Pong(gossip) | Body::Meet(gossip) => {
                self.heartbeat(now, conn, &wire, sender, message.kind(), header, gossip, out);
            }
            Body::Publish { channel, message, shard } => {
                if sender.is_some() {
                    self.deliver_published(channel, message, *shard, out);
                }
            }
            Body::Fail(_)
            | Body::AuthRequest
            | Body::AuthAck
            | Body::Update { .. }
            | Body::MfStart => {
                if let Some(sender) = sender {
                    self.event(now, conn, sender, message, out);
                }
            }
        }
    }

    /// A packet that is sent once and means one thing, from a known node.
    fn event(
        &mut self,
        now: Time,
        conn: ConnId,
        sender: PeerIx,
        message: &Message,
        out: &mut Outbox,
    ) {
        match &message.body {
            Body::Fail(id) => self.hear_fail(now, sender, *id, out),
            Body::AuthRequest => self.on_auth_request(now, sender, &message.header, out),
            Body::AuthAck => self.on_auth_ack(sender, &message.header, out),
            Body::Update { node, config_epoch, slots } => {
                self.on_update(now, node, *config_epoch, slots, out);
            }
            Body::MfStart => self.on_mf_start(now, conn, sender, out),
            Body::Ping(_) | Body::Pong(_) | Body::Meet(_) | Body::Publish { .. } => {}
        }
    }

    /// What any packet tells about its sender.
    fn note_sender(&mut self, now: Time, sender: PeerIx, header: &Header, out: &mut Outbox) {
        let in_handshake = self.cluster.peer(sender).in_handshake();
        let standing = self.cluster.roster.standing_mut(sender);
        standing.data_received = Stamp::from(now);
        if in_handshake {
            return;
        }
        standing.offset = header.offset;
        if header.config_epoch > standing.config_epoch {
            standing.config_epoch = header.config_epoch;
            self.cluster.save_for_sure();
        }
        self.cluster.current_epoch = self.cluster.current_epoch.max(header.current_epoch);
        if header.paused {
            self.capture_paused_offset(sender, header, out);
        }
    }

    /// PING, PONG and MEET. The answer is built before the packet is believed.
    #[expect(clippy::too_many_arguments, reason = "all of them are parts of one packet")]
    fn heartbeat(
        &mut self,
        now: Time,
        conn: ConnId,
        wire: &Wire,
        sender: Option<PeerIx>,
        kind: Kind,
        header: &Header,
        gossip: &[Gossip],
        out: &mut Outbox,
    ) {
        if kind != Kind::Pong {
            self.learn_addresses(now, conn, sender, kind, header, out);
            if sender.is_none() && kind == Kind::Meet {
                self.process_gossip(now, None, gossip, out);
            }
            let section = self.build_gossip(out);
            self.answer(conn, Body::Pong(section), out);
        }
        if let Some(peer) = wire.peer.filter(|_| wire.outbound)
            && !self.check_identity(peer, sender, header, out)
        {
            return;
        }
        if let Some(sender) = sender {
            self.note_nofailover(sender, header);
            if kind == Kind::Ping && !self.cluster.peer(sender).in_handshake() {
                self.update_address(now, conn, wire, sender, header, out);
            }
        }
        if let (Kind::Pong, true, Some(peer)) = (kind, wire.outbound, wire.peer) {
            self.pong_arrived(now, peer, out);
        }
        if let Some(sender) = sender {
            self.believe(now, sender, header, gossip, out);
        }
    }

    /// Whether whoever answers on this node's link is whom it expects there.
    fn check_identity(
        &mut self,
        peer: PeerIx,
        sender: Option<PeerIx>,
        header: &Header,
        out: &mut Outbox,
    ) -> bool {
        if self.cluster.peer(peer).in_handshake() {
            return self.complete_handshake(peer, sender, header, out);
        }
        if self.cluster.peer(peer).id() != header.sender {
            self.forget_address(peer, out);
            return false;
        }
        true
    }

    fn note_nofailover(&mut self, sender: PeerIx, header: &Header) {
        let pulse = self.cluster.roster.pulse_mut(sender);
        pulse.remove(Flags::NOFAILOVER);
        pulse.insert(header.flags.only(Flags::NOFAILOVER));
    }

    fn pong_arrived(&mut self, now: Time, peer: PeerIx, out: &mut Outbox) {
        let roster = &mut self.cluster.roster;
        roster.pulse_mut(peer).set_pong_received(Stamp::from(now));
        roster.set_ping_sent(peer, Stamp::NEVER);
        if roster.pulse(peer).flags().has(Flags::PFAIL.with(Flags::FAIL)) {
            self.heard_alive(now, peer, out);
        }
    }

    /// Its role, its slots, its epoch, and what it says of others.
    fn believe(
        &mut self,
        now: Time,
        sender: PeerIx,
        header: &Header,
        gossip: &[Gossip],
        out: &mut Outbox,
    ) {
        self.note_role(sender, header, out);
        self.note_claim(now, sender, header, out);
        self.resolve_collision(sender, header, out);
        self.process_gossip(now, Some(sender), gossip, out);
        if self.cluster.peer(sender).hostname() != header.hostname.as_ref() {
            self.cluster.roster.set_hostname(sender, header.hostname.clone());
            self.cluster.save();
        }
    }

    /// A header without a master is a master's. A master that became a replica has no slots.
    fn note_role(&mut self, sender: PeerIx, header: &Header, out: &mut Outbox) {
        let Some(master) = header.master else {
            if self.cluster.set_as_master(sender) {
                out.note(Fact::RoleSeen { peer: header.sender, role: Role::Master });
            }
            return;
        };
        if self.cluster.peer(sender).is_master() {
            self.cluster.set_as_replica(sender);
            out.note(Fact::RoleSeen { peer: header.sender, role: Role::Replica });
        }
        let known = self.cluster.peer(sender).master();
        if known.is_some_and(|ix| self.cluster.peer(ix).id() == master) {
            return;
        }
        if let Some(master) = self.cluster.find(&master) {
            self.cluster.follow(sender, master);
            self.cluster.save();
        }
    }
}

impl Cluster {
    /// Who sent a packet, if it is somebody known.
    fn identify(
        &mut self,
        wire: &Wire,
        conn: ConnId,
        header: &Header,
        out: &mut Outbox,
    ) -> Option<PeerIx> {
        if let Some(peer) = wire.peer.filter(|&peer| !self.peer(peer).in_handshake()) {
            return Some(peer);
        }
        let sender = self.find(&header.sender)?;
        if wire.peer.is_none() {
            self.bind_inbound(conn, sender, out);
        }
        Some(sender)
    }
}
