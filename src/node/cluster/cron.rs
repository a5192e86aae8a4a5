//! What a node does ten times a second, whatever comes in: connect, ping, suspect, and look after
//! elections.
//!
//! In Redis: `clusterCron`. Spec: bus 4. The numbers in comments are the steps there.

use super::peer::PeerIx;
use super::stamp::Stamp;
use super::standing::Link;
use super::{Cluster, Peer};
use crate::node::Node;
use crate::node::io::Outbox;
use crate::shapes::Fact;
use crate::shapes::message::Flags;
use crate::words::{Millis, Time};

/// How many nodes are drawn for the random ping.
const SAMPLE: usize = 5;
/// The random ping is sent at every tenth tick: once a second.
const RANDOM_PING_TICKS: u64 = 10;
/// The shortest time that a handshake may take.
const MIN_HANDSHAKE_TIME: Millis = Millis(1000);

/// What a look at one peer calls for.
#[derive(PartialEq, Eq)]
enum Need {
    Nothing,
    Ping,
    Suspect,
}

impl Node {
    pub(in crate::node) fn cluster_cron(&mut self, now: Time, out: &mut Outbox) {
        self.cluster.ticks += 1;
        self.cluster.tend_buffers(Stamp::from(now), self.config.link_sendbuf_limit, out);
        self.reconnect(now, out);
        if self.cluster.ticks.is_multiple_of(RANDOM_PING_TICKS) {
            self.ping_at_random(now, out);
        }
        let suspected = self.look_at_peers(now, out);
        self.ensure_replication(now, out);
        self.manual_failover_timeout(now, out);
        if self.cluster.me().is_replica() {
            let counted = match self.cluster.orphans {
                Some(counted) => counted,
                None => self.cluster.count_orphans(),
            };
            self.cluster.orphans = Some(counted);
            self.manual_failover_step(now, out);
            self.failover_step(now, out);
            if self.cluster.me().is_replica() {
                self.migration_step(now, counted, out);
            }
        }
        if suspected || !self.cluster.state.ok {
            self.update_cluster_state(now, out);
        }
    }

    /// 2: counts the suspects, ends handshakes that took too long, opens links that are missing.
    fn reconnect(&mut self, now: Time, out: &mut Outbox) {
        self.cluster.pfail_count = 0;
        if self.cluster.rounds.settled {
            return;
        }
        let now = Stamp::from(now);
        let patience = self.config.cluster_node_timeout.max(MIN_HANDSHAKE_TIME);
        let mut missing = Vec::new();
        for (ix, peer) in self.cluster.roster.iter() {
            if peer.flags().has(Flags::MYSELF.with(Flags::NOADDR)) {
                continue;
            }
            self.cluster.pfail_count += usize::from(peer.flags().has(Flags::PFAIL));
            if !peer.is_linked() || peer.in_handshake() {
                missing.push(ix);
            }
        }
        self.cluster.rounds.settled = missing.is_empty() && self.cluster.pfail_count == 0;
        for ix in missing {
            let peer = self.cluster.peer(ix);
            if peer.in_handshake() && now.since(peer.created()) > patience.0 {
                if let Some(ip) = peer.ip() {
                    out.note(Fact::HandshakeExpired { ip, port: peer.port() });
                }
                self.cluster.remove_peer(ix, out);
            } else if !peer.is_linked() {
                self.cluster.connect(now, ix, out);
            }
        }
    }

    /// 3: of five nodes drawn, the one that has been silent longest is pinged.
    fn ping_at_random(&mut self, now: Time, out: &mut Outbox) {
        let mut chosen: Option<PeerIx> = None;
        for _ in 0..SAMPLE {
            let ix = self.cluster.roster.draw(&mut self.rng);
            let peer = self.cluster.peer(ix);
            if !peer.is_linked()
                || peer.is_awaited()
                || peer.flags().has(Flags::MYSELF.with(Flags::HANDSHAKE))
            {
                continue;
            }
            let silent =
                |other: PeerIx| self.cluster.peer(other).pong_received() > peer.pong_received();
            if chosen.is_none_or(silent) {
                chosen = Some(ix);
            }
        }
        if let Some(chosen) = chosen {
            self.send_ping(now, chosen, out);
        }
    }

    /// 4: pings who was silent for half the timeout, gives up links that stall, suspects who did not
    /// answer for the whole timeout. True if somebody is newly suspected.
    fn look_at_peers(&mut self, now: Time, out: &mut Outbox) -> bool {
        let stamp = Stamp::from(now);
        let timeout = self.config.cluster_node_timeout.0;
        let waiting =
            self.cluster.manual.waiting_replica().filter(|_| self.cluster.me().is_master());
        let mut suspected = false;
        let known = self.cluster.roster.len();
        self.cluster.rounds.begin(self.config.cluster_node_timeout, known);
        if let Some(waiting) = waiting {
            self.cluster.wake(waiting);
        }
        let mut next = 0;
        while let Some(at) = self.cluster.rounds.next_due(next, stamp) {
            next = at + 1;
            let ix = self.cluster.roster.order()[at];
            if self.cluster.peer(ix).link_stalls(stamp, timeout) {
                self.cluster.free_link(ix, out);
            }
            match self.cluster.peer(ix).need(stamp, timeout, waiting == Some(ix)) {
                Need::Nothing => {}
                Need::Ping => self.send_ping(now, ix, out),
                Need::Suspect => {
                    suspected = true;
                    self.cluster.suspect(ix, out);
                }
            }
            self.cluster.rounds.put_off(at, self.cluster.roster.get(ix));
        }
        suspected
    }

    /// 5: a replica whose replication is off turns it on as soon as its master's address is known.
    fn ensure_replication(&mut self, now: Time, out: &mut Outbox) {
        let me = self.cluster.me();
        if !me.is_replica() || self.replication.master().is_some() {
            return;
        }
        let Some(master) = me.master().map(|ix| self.cluster.peer(ix)) else { return };
        if let Some(addr) = master.client_addr().filter(|_| !master.flags().has(Flags::NOADDR)) {
            self.replicate(now, addr, out);
        }
    }
}

impl Cluster {
    /// The next tick looks at this peer.
    pub(super) fn wake(&mut self, ix: PeerIx) {
        self.rounds.wake(self.roster.position(ix));
    }

    fn connect(&mut self, now: Stamp, ix: PeerIx, out: &mut Outbox) {
        match self.peer(ix).ip() {
            Some(ip) => self.open_link(ix, ip, now, out),
            // There is nowhere to connect to; the failure clock has to start all the same.
            None if self.peer(ix).is_awaited() => {}
            None => self.roster.set_ping_sent(ix, now),
        }
    }

    fn suspect(&mut self, ix: PeerIx, out: &mut Outbox) {
        let saves = self.file.saves();
        self.suspected.insert(ix, saves);
        self.rounds.settled = false;
        self.roster.pulse_mut(ix).insert(Flags::PFAIL);
        out.note(Fact::Pfail { peer: self.peer(ix).id() });
    }
}

impl Peer<'_> {
    /// Whether its link is up for long enough, and nothing comes through it: a fresh connection may.
    fn link_stalls(self, now: Stamp, timeout: u64) -> bool {
        if !self.is_awaited() || self.flags().has(Flags::NOADDR.with(Flags::HANDSHAKE)) {
            return false;
        }
        let is_old = |link: Link| now.since(link.created) > timeout;
        now.since(self.ping_sent()) > timeout / 2
            && now.since(self.data_received()) > timeout / 2
            && self.link().is_some_and(is_old)
    }

    /// What has to be done about it now. `paused_for` it: this master waits for it to catch up.
    fn need(self, now: Stamp, timeout: u64, paused_for: bool) -> Need {
        if self.flags().has(Flags::MYSELF.with(Flags::NOADDR).with(Flags::HANDSHAKE)) {
            return Need::Nothing;
        }
        let silent = !self.is_awaited() && now.since(self.pong_received()) > timeout / 2;
        if self.is_linked() && (silent || paused_for) {
            return Need::Ping;
        }
        if !self.is_awaited() || self.flags().has(Flags::PFAIL.with(Flags::FAIL)) {
            return Need::Nothing;
        }
        let silence = now.since(self.ping_sent()).min(now.since(self.data_received()));
        if silence > timeout { Need::Suspect } else { Need::Nothing }
    }
}
