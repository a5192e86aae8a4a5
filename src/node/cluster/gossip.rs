//! Gossip: what a packet says of third nodes, and what its receiver makes of it.
//!
//! A packet names a few nodes drawn at random, and all that its sender suspects. So news reach
//! everybody without anybody telling everybody.
//!
//! Invariants: no packet names its sender, nor a node in handshake; times travel in whole seconds.
//! In Redis: `clusterSendPing`, `clusterProcessGossipSection`. Spec: bus 6.

use super::Cluster;
use super::peer::PeerIx;
use super::pulse::Pulse;
use super::stamp::Stamp;
use super::standing::Standing;
use crate::node::Node;
use crate::node::io::Outbox;
use crate::shapes::message::{Flags, Gossip};
use crate::shapes::{Card, CardNo, Cards, Fact};
use crate::words::{Millis, Rng, Time};

/// However small the cluster, three nodes are named, so that failure reports spread.
const LEAST_WANTED: usize = 3;
/// Clocks may differ a little: a pong from so far in the future is believed.
const FUTURE_TOLERANCE: Millis = Millis(500);
/// So many nodes are drawn before the first of them is looked at, which a branch waits for: looks that
/// do not wait for one another are answered at once, however far away in memory it is.
const AT_ONCE: usize = 128;
/// A packet's header speaks of its sender, and suspects are appended.
const NEVER_DRAWN: Flags = Flags::MYSELF.with(Flags::PFAIL);
/// Either kind of failure.
const FAILING: Flags = Flags::PFAIL.with(Flags::FAIL);

impl Node {
    /// The gossip section of the next packet.
    pub(super) fn build_gossip(&mut self, out: &mut Outbox) -> Vec<Gossip> {
        self.cluster.sample_gossip(&mut self.rng, &mut out.cards)
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
        let latest = Stamp::new(now.unix_ms() + FUTURE_TOLERANCE.0);
        for said in section {
            let roster = &mut self.cluster.roster;
            let known = roster.named(said.card);
            let known = known.or_else(|| roster.look_up(said.card, out.cards.get(said.card)));
            match (known, sender) {
                (Some(node), _) if self.cluster.nobody_doubts(node, said) => {
                    self.cluster.roster.pulse_mut(node).hear_pong(said.pong_received_s, latest);
                }
                (Some(node), _) => self.hear_of(now, judge, node, said, out),
                (None, Some(_)) => self.cluster.learn_of(now, said, out),
                (None, None) => {}
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
                let latest = Stamp::new(now.unix_ms() + FUTURE_TOLERANCE.0);
                self.cluster.roster.pulse_mut(node).hear_pong(said.pong_received_s, latest);
            }
            self.cluster.hear_address(node, said, out);
        }
    }
}

impl Cluster {
    fn sample_gossip(&mut self, rng: &mut Rng, cards: &mut Cards) -> Vec<Gossip> {
        let known = self.roster.len();
        self.told.forget_all(self.roster.places());
        let mut fresh = known.saturating_sub(2);
        let wanted = (known / 10).max(LEAST_WANTED).min(fresh);
        let mut section = Vec::with_capacity(wanted + self.pfail_count);
        let mut draws = wanted * 3;
        while fresh > 0 && section.len() < wanted && draws > 0 {
            let mut places = [PeerIx::MYSELF; AT_ONCE];
            let drawn = &mut places[..(wanted - section.len()).min(draws).min(AT_ONCE)];
            drawn.fill_with(|| self.roster.draw(rng));
            draws -= drawn.len();
            let some_are_special = self.any_special(drawn);
            for &ix in &*drawn {
                let pulse = self.roster.pulse(ix);
                if fresh == 0
                    || self.told.has(ix)
                    || (some_are_special && pulse.flags().has(NEVER_DRAWN))
                {
                    continue;
                }
                fresh -= 1;
                if is_worth_telling(pulse) {
                    self.told.note(ix);
                    match self.roster.known_number(ix) {
                        Some(card) if !pulse.is_awaited() => {
                            section.push(pulse.tell(card, Stamp::NEVER));
                        }
                        _ => section.push(self.entry(ix, cards)),
                    }
                }
            }
        }
        self.append_suspects(&mut section, cards);
        section
    }

    /// Whether any of these is the node itself or suspected.
    #[inline]
    fn any_special(&self, drawn: &[PeerIx]) -> bool {
        let all = |flags: Flags, &ix: &PeerIx| flags.with(self.roster.pulse(ix).flags());
        drawn.iter().fold(Flags::default(), all).has(NEVER_DRAWN)
    }

    /// Whoever is suspected is in every packet: that is how a majority forms.
    fn append_suspects(&mut self, section: &mut Vec<Gossip>, cards: &mut Cards) {
        if self.pfail_count == 0 {
            return;
        }
        let suspects = self.roster.iter().filter(|(_, peer)| {
            peer.flags().has(Flags::PFAIL)
                && !peer.flags().has(Flags::HANDSHAKE.with(Flags::NOADDR))
        });
        let suspects: Vec<PeerIx> = suspects.map(|(ix, _)| ix).take(self.pfail_count).collect();
        section.extend(suspects.into_iter().map(|ix| self.entry(ix, cards)));
    }

    fn entry(&mut self, ix: PeerIx, cards: &mut Cards) -> Gossip {
        let card = self.roster.number(ix, cards);
        self.roster.pulse(ix).tell(card, self.peer(ix).ping_sent())
    }

    /// Whether a node is well in everybody's eyes: then news of its life are all there is to hear.
    #[inline]
    fn nobody_doubts(&self, node: PeerIx, said: &Gossip) -> bool {
        self.reports.is_empty() && !self.roster.pulse(node).flags().with(said.flags).has(FAILING)
    }

    /// A node that does not answer here, but answers somebody else at another address, has moved.
    #[inline]
    fn hear_address(&mut self, node: PeerIx, said: &Gossip, out: &mut Outbox) {
        let peer = self.roster.get(node);
        if !peer.flags().has(FAILING) || said.flags.has(Flags::NOADDR) {
            return;
        }
        let Card { ip, port, bus_port, .. } = **out.cards.get(said.card);
        if (peer.ip(), peer.port(), peer.bus_port()) == (ip, port, bus_port) {
            return;
        }
        self.free_link(node, out);
        self.set_address(node, ip, port, bus_port, out);
    }

    /// A node that a trusted node knows is trusted: no handshake, its flags as they are told.
    fn learn_of(&mut self, now: Time, said: &Gossip, out: &mut Outbox) {
        if said.flags.has(Flags::NOADDR) || self.is_banned(now, &out.cards.get(said.card).node) {
            return;
        }
        let nothing = self.slots.nothing.clone();
        let card = out.cards.get(said.card).clone();
        let peer = card.node;
        self.add_peer(said.flags, Standing::new(card, Stamp::from(now), nothing));
        out.note(Fact::NodeJoined { peer });
    }
}

/// Who is named already in the packet that is being built: a bit for each place.
#[derive(Clone, Debug, Default)]
pub(super) struct Told(Vec<u64>);

impl Told {
    fn forget_all(&mut self, places: usize) {
        self.0.clear();
        self.0.resize(places.div_ceil(64), 0);
    }
    #[inline]
    fn has(&self, ix: PeerIx) -> bool {
        self.0[ix.index() / 64] >> (ix.index() % 64) & 1 == 1
    }
    #[inline]
    fn note(&mut self, ix: PeerIx) {
        self.0[ix.index() / 64] |= 1 << (ix.index() % 64);
    }
}

impl Pulse {
    /// What a packet says of it.
    #[inline]
    fn tell(self, card: CardNo, ping_sent: Stamp) -> Gossip {
        Gossip {
            card,
            ping_sent_s: (ping_sent.ms() / 1000) as u32,
            pong_received_s: (self.pong_received().ms() / 1000) as u32,
            flags: self.flags(),
        }
    }
}

#[inline]
fn is_worth_telling(pulse: Pulse) -> bool {
    let named = !pulse.flags().has(Flags::HANDSHAKE.with(Flags::NOADDR));
    named && (pulse.is_linked() || pulse.owns_slots())
}
