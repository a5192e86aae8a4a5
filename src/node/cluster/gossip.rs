//! Gossip: what a packet says of third nodes, and what its receiver makes of it.
//!
//! A packet names a few nodes drawn at random, and all that its sender suspects. So news reach
//! everybody without anybody telling everybody.
//!
//! Invariants: no packet names its sender, nor a node in handshake; times travel in whole seconds.
//! In Redis: `clusterSendPing`, `clusterProcessGossipSection`. Spec: bus 6.

use super::Cluster;
use super::peer::{Peer, PeerIx, Stamp};
use crate::node::Node;
use crate::node::io::Outbox;
use crate::shapes::Fact;
use crate::shapes::message::{Flags, Gossip};
use crate::words::{Millis, Rng, Time};

/// However small the cluster, three nodes are named, so that failure reports spread.
const LEAST_WANTED: usize = 3;
/// Clocks may differ a little: a pong from so far in the future is believed.
const FUTURE_TOLERANCE: Millis = Millis(500);
/// So many nodes are looked up before the first of them is looked at. Where a node's record is, is
/// cheap to know, but the record is far away in memory; looks that do not wait for one another are
/// answered at once.
const AT_ONCE: usize = 16;
/// A packet's header speaks of its sender, and suspects are appended.
const NEVER_DRAWN: Flags = Flags::MYSELF.with(Flags::PFAIL);
/// Either kind of failure.
const FAILING: Flags = Flags::PFAIL.with(Flags::FAIL);

impl Node {
    /// The gossip section of the next packet.
    pub(super) fn build_gossip(&mut self) -> Vec<Gossip> {
        self.cluster.sample_gossip(&mut self.rng)
    }

    /// Takes in what a packet says of others. A MEET from a stranger has no `sender`: nothing in it
    /// is trusted, but news of life are taken.
    pub(super) fn process_gossip(
        &mut self,
        now: Time,
        sender: Option<PeerIx>,
        section: &[Gossip],
        out: &mut Outbox,
    ) {
        let judge = sender.filter(|&ix| self.cluster.peer(ix).is_master());
        let latest = Stamp(now.unix_ms() + FUTURE_TOLERANCE.0);
        for part in section.chunks(AT_ONCE) {
            let mut guesses = [None; AT_ONCE];
            for (guess, said) in guesses.iter_mut().zip(part) {
                *guess = self.cluster.roster.guess(&said.node);
            }
            for (guess, said) in guesses.into_iter().zip(part) {
                match (self.cluster.roster.confirm(guess, &said.node), sender) {
                    (Some(node), _) if self.cluster.nobody_doubts(node, said) => {
                        self.cluster.roster.get_mut(node).hear_pong(said, latest);
                    }
                    (Some(node), _) => self.hear_of(now, judge, node, said, out),
                    (None, Some(_)) => self.cluster.learn_of(now, said, out),
                    (None, None) => {}
                }
            }
        }
    }

    fn hear_of(
        &mut self,
        now: Time,
        judge: Option<PeerIx>,
        node: PeerIx,
        said: &Gossip,
        out: &mut Outbox,
    ) {
        let failing = said.flags.has(FAILING);
        if let Some(judge) = judge.filter(|_| node != PeerIx::MYSELF) {
            if failing {
                self.hear_report(now, node, judge, out);
            } else if self.cluster.is_reported(node) {
                self.drop_report(now, node, judge);
            }
        }
        if !failing {
            let timeout = self.config.cluster_node_timeout;
            if !self.cluster.is_reported(node)
                || self.cluster.valid_reports(now, node, timeout) == 0
            {
                let latest = Stamp(now.unix_ms() + FUTURE_TOLERANCE.0);
                self.cluster.roster.get_mut(node).hear_pong(said, latest);
            }
            self.cluster.hear_address(node, said, out);
        }
    }
}

impl Cluster {
    fn sample_gossip(&mut self, rng: &mut Rng) -> Vec<Gossip> {
        self.gossips = self.gossips.wrapping_add(1);
        let known = self.roster.len();
        let mut fresh = known.saturating_sub(2);
        let wanted = (known / 10).max(LEAST_WANTED).min(fresh);
        let mut section = Vec::with_capacity(wanted + self.pfail_count);
        let mut draws = wanted * 3;
        while fresh > 0 && section.len() < wanted && draws > 0 {
            let mut drawn = [PeerIx::MYSELF; AT_ONCE];
            let count = (wanted - section.len()).min(draws).min(AT_ONCE);
            drawn[..count].fill_with(|| self.roster.draw(rng));
            draws -= count;
            let some_are_special = self.any_special(&drawn[..count]);
            for &ix in &drawn[..count] {
                let peer = self.roster.get_mut(ix);
                let told = peer.in_gossip == self.gossips;
                if fresh == 0 || told || (some_are_special && peer.flags.has(NEVER_DRAWN)) {
                    continue;
                }
                fresh -= 1;
                if is_worth_telling(peer) {
                    peer.in_gossip = self.gossips;
                    section.push(entry(peer));
                }
            }
        }
        self.append_suspects(&mut section);
        section
    }

    /// Whether any of these is the node itself or suspected.
    #[inline]
    fn any_special(&self, drawn: &[PeerIx]) -> bool {
        let all = |flags: Flags, &ix: &PeerIx| flags.with(self.roster.get(ix).flags);
        drawn.iter().fold(Flags::default(), all).has(NEVER_DRAWN)
    }

    /// Whoever is suspected is in every packet: that is how a majority forms.
    fn append_suspects(&self, section: &mut Vec<Gossip>) {
        if self.pfail_count == 0 {
            return;
        }
        let suspects = self.roster.iter().map(|(_, peer)| peer).filter(|peer| {
            peer.flags.has(Flags::PFAIL) && !peer.flags.has(Flags::HANDSHAKE.with(Flags::NOADDR))
        });
        section.extend(suspects.take(self.pfail_count).map(entry));
    }

    /// Whether a node is well in everybody's eyes: then news of its life are all there is to hear.
    #[inline]
    fn nobody_doubts(&self, node: PeerIx, said: &Gossip) -> bool {
        self.reports.is_empty() && !self.peer(node).flags.with(said.flags).has(FAILING)
    }

    /// A node that does not answer here, but answers somebody else at another address, has moved.
    #[inline]
    fn hear_address(&mut self, node: PeerIx, said: &Gossip, out: &mut Outbox) {
        let peer = self.roster.get(node);
        if !peer.flags.has(FAILING) || said.flags.has(Flags::NOADDR) {
            return;
        }
        if (peer.ip, peer.port, peer.bus_port) == (said.ip, said.port, said.bus_port) {
            return;
        }
        self.free_link(node, out);
        self.set_address(node, said.ip, said.port, said.bus_port, out);
    }

    /// A node that a trusted node knows is trusted: no handshake, its flags as they are told.
    fn learn_of(&mut self, now: Time, said: &Gossip, out: &mut Outbox) {
        if said.flags.has(Flags::NOADDR) || self.is_banned(now, &said.node) {
            return;
        }
        let nothing = self.slots.nothing.clone();
        let mut peer = Peer::new(said.node, said.flags, Stamp::from(now), nothing);
        (peer.ip, peer.port, peer.bus_port) = (said.ip, said.port, said.bus_port);
        self.add_peer(peer);
        out.note(Fact::NodeJoined { peer: said.node });
    }
}

impl Peer {
    /// Others saw it answer: that counts as a pong, if none is awaited here.
    #[inline]
    fn hear_pong(&mut self, said: &Gossip, latest: Stamp) {
        let seen = Stamp(u64::from(said.pong_received_s) * 1000);
        if !self.ping_sent.is_set() && self.pong_received < seen && seen <= latest {
            self.pong_received = seen;
        }
    }
}

#[inline]
fn is_worth_telling(peer: &Peer) -> bool {
    let named = !peer.flags.has(Flags::HANDSHAKE.with(Flags::NOADDR));
    named && (peer.is_linked() || !peer.slots.is_empty())
}

#[inline]
fn entry(peer: &Peer) -> Gossip {
    Gossip {
        node: peer.id,
        ping_sent_s: (peer.ping_sent.0 / 1000) as u32,
        pong_received_s: (peer.pong_received.0 / 1000) as u32,
        ip: peer.ip,
        port: peer.port,
        bus_port: peer.bus_port,
        flags: peer.flags,
    }
}
