//! Putting packets on links.
//!
//! Whatever a node begins goes out on the link it opened; if it has none, the packet is lost without
//! a word. Only a PONG goes back where the PING came from.
//! In Redis: `clusterSendPing`, `clusterBroadcastPong`, `clusterBroadcastMessage`. Spec: bus 2.

use super::Cluster;
use super::peer::{Peer, PeerIx};
use super::stamp::Stamp;
use crate::node::Node;
use crate::node::io::{ConnId, Outbox};
use crate::shapes::Message;
use crate::shapes::message::{Body, Flags};
use crate::words::Time;
use bytes::Bytes;
use std::sync::Arc;

impl Cluster {
    /// Puts a packet on this node's link to a peer, if it has one.
    pub(super) fn send_to(&mut self, peer: PeerIx, message: Arc<Message>, out: &mut Outbox) {
        let Some(link) = self.roster.get(peer).link() else { return };
        match link.up {
            true => self.put(link.conn, message, out),
            false => {
                self.counters.count_sent(message.kind());
                self.wires.outgoing.wait_for_connection(link.conn, message);
            }
        }
    }

    /// Puts a packet on a connection that is made, behind what waits there.
    #[inline]
    fn put(&mut self, conn: ConnId, message: Arc<Message>, out: &mut Outbox) {
        self.counters.count_sent(message.kind());
        if !self.wires.outgoing.keeps(conn, &message, self.settled) {
            out.send_bus(conn, message);
        }
    }

    /// Puts a packet on the links to all nodes, but those whose name is not known yet.
    fn broadcast(&mut self, message: &Arc<Message>, out: &mut Outbox) {
        for at in 0..self.roster.len() {
            let peer = self.roster.order()[at];
            if !self.roster.get(peer).flags().has(Flags::MYSELF.with(Flags::HANDSHAKE)) {
                self.send_to(peer, message.clone(), out);
            }
        }
    }
}

impl Node {
    fn packet(&self, body: Body) -> Arc<Message> {
        Arc::new(Message { header: self.header(), body })
    }

    /// Sends a PING on this node's link; from now on an answer is awaited.
    pub(super) fn send_ping(&mut self, now: Time, to: PeerIx, out: &mut Outbox) {
        let gossip = self.build_gossip(out);
        self.cluster.roster.set_ping_sent(to, Stamp::from(now));
        let message = self.packet(Body::Ping(gossip));
        self.cluster.send_to(to, message, out);
    }

    /// The first packet on a new link: MEET for a node that was introduced by an operator.
    pub(super) fn greet(&mut self, now: Time, to: PeerIx, out: &mut Outbox) {
        let outstanding = self.cluster.peer(to).ping_sent();
        if self.cluster.peer(to).flags().has(Flags::MEET) {
            let gossip = self.build_gossip(out);
            let message = self.packet(Body::Meet(gossip));
            self.cluster.send_to(to, message, out);
        } else {
            self.send_ping(now, to, out);
        }
        if outstanding.is_set() {
            self.cluster.roster.set_ping_sent(to, outstanding);
        }
        self.cluster.roster.pulse_mut(to).remove(Flags::MEET);
    }

    /// Sends a PONG on this node's own link: news, not an answer.
    fn send_pong(&mut self, to: PeerIx, out: &mut Outbox) {
        let gossip = self.build_gossip(out);
        let message = self.packet(Body::Pong(gossip));
        self.cluster.send_to(to, message, out);
    }

    /// Answers where the question came from.
    pub(super) fn answer(&mut self, conn: ConnId, body: Body, out: &mut Outbox) {
        let message = self.packet(body);
        self.cluster.put(conn, message, out);
    }

    /// Tells a node that somebody owns slots by a newer claim.
    pub(super) fn send_update(&mut self, to: PeerIx, about: PeerIx, out: &mut Outbox) {
        let owner = self.cluster.peer(about);
        let body = Body::Update {
            node: owner.id(),
            config_epoch: owner.config_epoch(),
            slots: Arc::new(owner.slots().without(&self.cluster.slots.unclaimed)),
        };
        let message = self.packet(body);
        self.cluster.send_to(to, message, out);
    }

    /// Sends a packet without gossip to all.
    pub(super) fn broadcast(&mut self, body: Body, out: &mut Outbox) {
        let message = self.packet(body);
        self.cluster.broadcast(&message, out);
    }

    /// Asks all for their vote.
    pub(super) fn broadcast_auth_request(&mut self, force_ack: bool, out: &mut Outbox) {
        let mut header = self.header();
        header.force_ack = force_ack;
        let message = Arc::new(Message { header, body: Body::AuthRequest });
        self.cluster.broadcast(&message, out);
    }

    /// Sends one packet to one node.
    pub(super) fn send_plain(&mut self, to: PeerIx, body: Body, out: &mut Outbox) {
        let message = self.packet(body);
        self.cluster.send_to(to, message, out);
    }

    /// Tells all about this node's new claim.
    pub(super) fn broadcast_pong(&mut self, out: &mut Outbox) {
        self.pong_all(out, |_, _| true);
    }

    /// Tells the replicas of this node's master (and its own) about its offset.
    pub(super) fn broadcast_pong_to_ring(&mut self, out: &mut Outbox) {
        self.pong_all(out, |me, peer| {
            let follows = |master| peer.is_replica() && peer.master() == Some(master);
            follows(PeerIx::MYSELF) || me.master().is_some_and(follows)
        });
    }

    fn pong_all(&mut self, out: &mut Outbox, wanted: fn(Peer<'_>, Peer<'_>) -> bool) {
        for at in 0..self.cluster.roster.len() {
            let ix = self.cluster.roster.order()[at];
            let peer = self.cluster.peer(ix);
            let named = !peer.flags().has(Flags::MYSELF.with(Flags::HANDSHAKE));
            if named && peer.is_linked() && wanted(self.cluster.me(), peer) {
                self.send_pong(ix, out);
            }
        }
    }

    /// PUBLISH: to everybody; SPUBLISH: to the nodes of this shard.
    pub(in crate::node) fn cluster_publish(
        &mut self,
        channel: Bytes,
        message: Bytes,
        shard: bool,
        out: &mut Outbox,
    ) {
        if !shard {
            return self.broadcast(Body::Publish { channel, message, shard }, out);
        }
        let me = self.cluster.me();
        let head = me.master().unwrap_or(PeerIx::MYSELF);
        let mut ring = vec![head];
        ring.extend(self.cluster.peer(head).replicas());
        let packet = self.packet(Body::Publish { channel, message, shard });
        for peer in ring {
            if peer != PeerIx::MYSELF {
                self.cluster.send_to(peer, packet.clone(), out);
            }
        }
    }
}
