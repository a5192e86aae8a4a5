//! The start: from `nodes.conf` to a view, or to a node that knows nobody.
//!
//! In Redis: `clusterInit`, `clusterLoadConfig`, `verifyClusterConfigWithData`. Spec: bus 13.

use super::conf::{self, Loaded};
use super::counters::Counters;
use super::election::Election;
use super::gossip;
use super::manual::Manual;
use super::peer::PeerIx;
use super::roster::Roster;
use super::rounds::Rounds;
use super::slots::SlotTable;
use super::stamp::Stamp;
use super::standing::Standing;
use super::state::State;
use super::wires::Wires;
use super::{Cluster, Todo};
use crate::node::Node;
use crate::node::io::{Effect, Outbox};
use crate::node::log::Level;
use crate::node::persistence::Disk;
use crate::shapes::message::Flags;
use crate::shapes::topology::{NodeLine, Way};
use crate::shapes::{Card, Config, Epoch, Fact};
use crate::words::{NodeId, Rng, Slot, SlotSet, Time};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Cluster {
    /// What `nodes.conf` says, or a node that is alone: with the id `preset`, or a random one.
    pub(in crate::node) fn boot(
        now: Time,
        config: &Config,
        disk: &Disk,
        preset: Option<NodeId>,
        rng: &mut Rng,
        out: &mut Outbox,
    ) -> Cluster {
        let key = rng.next_u64();
        let id = preset.unwrap_or_else(|| NodeId::random(rng));
        let text = disk.nodes_conf.as_deref().filter(|text| !text.is_empty());
        let mut cluster = match text.map(conf::parse) {
            Some(Some(loaded)) => Cluster::restore(now, &loaded, key),
            Some(None) => {
                out.note(Fact::Refused { text: conf::CORRUPTED.into() });
                out.log.write(Level::Warning, conf::CORRUPTED);
                out.effects.push(Effect::Exit { code: 1 });
                Cluster::alone(now, id, key)
            }
            None => Cluster::alone(now, id, key),
        };
        if text.is_none() && config.cluster_enabled {
            cluster.write_conf();
        }
        if config.cluster_enabled {
            let found = if text.is_none() {
                "No cluster configuration found"
            } else {
                "Node configuration loaded"
            };
            out.log.write(Level::Notice, format_args!("{found}, I'm {}", cluster.myself()));
        }
        cluster.configure(config);
        cluster
    }

    /// A master that knows nobody and owns nothing.
    fn alone(now: Time, id: NodeId, key: u64) -> Cluster {
        let nothing = Arc::new(SlotSet::EMPTY);
        let flags = Flags::MYSELF.with(Flags::MASTER);
        let me = Standing::new(Arc::new(Card::named(id)), Stamp::from(now), nothing.clone());
        Cluster {
            roster: Roster::new(flags, me, key),
            slots: SlotTable::new(nothing),
            wires: Wires::default(),
            rounds: Rounds::new(Stamp::from(now)),
            current_epoch: Epoch(0),
            last_vote_epoch: Epoch(0),
            state: State::AT_START,
            election: Election::default(),
            manual: Manual::default(),
            counters: Counters::default(),
            drops: None,
            blacklist: BTreeMap::new(),
            ticks: 0,
            pfail_count: 0,
            told: gossip::Told::default(),
            orphans: None,
            reports: BTreeMap::new(),
            suspected: BTreeMap::new(),
            voted: BTreeMap::new(),
            orphaned: BTreeMap::new(),
            file: conf::File::default(),
            todo: Todo::default(),
            settled: 0,
        }
    }

    /// What its own configuration says about a node.
    pub(in crate::node) fn configure(&mut self, config: &Config) {
        let announced = |announced: u16, own: u16| if announced == 0 { own } else { announced };
        let card = self.roster.card_mut(PeerIx::MYSELF);
        card.port = announced(config.announce_port, config.port);
        card.bus_port = announced(config.announce_bus_port, config.bus_port());
        if let Some(ip) = config.announce_ip.as_deref().and_then(|ip| ip.parse().ok()) {
            card.ip = Some(ip);
        }
        let hostname = config.announce_hostname.as_deref().map(Arc::from);
        self.roster.set_hostname(PeerIx::MYSELF, hostname);
        let pulse = self.roster.pulse_mut(PeerIx::MYSELF);
        pulse.remove(Flags::NOFAILOVER);
        if config.replica_no_failover {
            pulse.insert(Flags::NOFAILOVER);
        }
    }

    fn restore(now: Time, loaded: &Loaded, key: u64) -> Cluster {
        let lines = &loaded.topology.nodes;
        let myself = loaded.topology.myself().expect("the parser has seen to it");
        let mut cluster = Cluster::alone(now, myself.id, key);
        for line in lines {
            cluster.restore_peer(now, line);
        }
        for line in lines {
            cluster.restore_master(now, line);
        }
        for line in lines {
            let owner = cluster.place_of(now, line.id);
            for slot in line.slots.iter() {
                cluster.slots.give(&mut cluster.roster, slot, owner);
            }
        }
        for open in &myself.open {
            let peer = cluster.place_of(now, open.peer);
            match open.way {
                Way::Migrating => cluster.slots.migrating.insert(open.slot, peer),
                Way::Importing => cluster.slots.importing.insert(open.slot, peer),
            };
        }
        cluster.last_vote_epoch = loaded.last_vote_epoch;
        let epochs = cluster.peers().map(|(_, peer)| peer.config_epoch());
        cluster.current_epoch = epochs.fold(loaded.current_epoch, Ord::max);
        cluster.write_conf();
        cluster
    }

    fn restore_peer(&mut self, now: Time, line: &NodeLine) {
        let ix = self.place_of(now, line.id);
        let stamp = |time: u64| if time == 0 { Stamp::NEVER } else { Stamp::from(now) };
        self.roster.pulse_mut(ix).set_flags(line.flags);
        let card = self.roster.card_mut(ix);
        card.ip = line.address.ip.parse().ok();
        (card.port, card.bus_port) = (line.address.port, line.address.bus_port);
        self.roster.set_hostname(ix, line.address.hostname.as_deref().map(Arc::from));
        let is_replica = line.flags.has(Flags::REPLICA);
        self.roster.standing_mut(ix).config_epoch =
            if is_replica { Epoch(0) } else { line.config_epoch };
        self.roster.set_ping_sent(ix, stamp(line.ping_sent));
        self.roster.pulse_mut(ix).set_pong_received(stamp(line.pong_received));
        if line.flags.has(Flags::FAIL) {
            self.roster.set_fail_time(ix, Stamp::from(now));
        }
    }

    fn restore_master(&mut self, now: Time, line: &NodeLine) {
        if let Some(master) = line.master {
            let (replica, master) = (self.place_of(now, line.id), self.place_of(now, master));
            self.follow(replica, master);
        }
    }

    /// The place of a node that a file names, known or not.
    fn place_of(&mut self, now: Time, id: NodeId) -> PeerIx {
        self.find(&id).unwrap_or_else(|| {
            let nothing = self.slots.nothing.clone();
            let card = Arc::new(Card::named(id));
            self.add_peer(Flags::default(), Standing::new(card, Stamp::from(now), nothing))
        })
    }
}

impl Node {
    /// After loading: takes unassigned slots in which there are keys, opens others' as importing.
    pub(in crate::node) fn verify_config_with_data(&mut self, _now: Time, out: &mut Outbox) {
        if self.cluster.is_replica() || self.keyspace.is_empty() {
            return;
        }
        for slot in Slot::all() {
            let known = self.cluster.owner(slot) == Some(PeerIx::MYSELF)
                || self.cluster.importing(slot).is_some();
            if known || self.keys_in_slot(slot) == 0 {
                continue;
            }
            match self.cluster.owner(slot) {
                None => {
                    out.note(Fact::SlotAdopted { slot });
                    self.cluster.slots.bind(&mut self.cluster.roster, slot, PeerIx::MYSELF);
                }
                Some(owner) => {
                    out.note(Fact::SlotHeldForOther { slot, owner: self.cluster.peer(owner).id() });
                    self.cluster.slots.importing.insert(slot, owner);
                }
            }
            self.cluster.save_and_update_state();
        }
    }
}
