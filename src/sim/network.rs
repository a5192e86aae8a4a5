//! The network's own state: addresses, who listens, rules, luck.
//!
//! Absent: the way a packet takes through it (`route`, `transport`).

use crate::node::io::{ConnId, Port};
use crate::shapes::Spec;
use crate::shapes::spec::{ContainerIx, Latency, NamespaceIx, Program};
use crate::sim::action::{Place, Rule, Verdict};
use crate::sim::entry::{EntryId, PacketId, PacketNote};
use crate::sim::packet::{Packets, Payload};
use crate::words::{Rng, Time};
use std::collections::{BTreeMap, VecDeque};
use std::net::Ipv4Addr;
use std::sync::Arc;

/// A namespace as it is now. `generation` counts how often it was torn down: who joined an earlier
/// one has only its loopback left.
#[derive(Clone, Copy, Debug)]
pub(in crate::sim) struct NamespaceState {
    pub(in crate::sim) generation: u32,
    pub(in crate::sim) up: bool,
}

/// Where a process listens: namespace, its generation, address (unspecified: all), port.
pub(in crate::sim) type Socket = (u16, u32, Ipv4Addr, u16);

/// What waits in a sender's kernel because the network swallows it.
#[derive(Clone, Debug)]
pub(in crate::sim) struct Held {
    /// Since when nothing was acknowledged.
    pub(in crate::sim) since: Time,
    /// How often it was sent again.
    pub(in crate::sim) round: u32,
    /// Whether the way there is open and only the acknowledgements are lost.
    pub(in crate::sim) one_way: bool,
    /// What waits.
    pub(in crate::sim) queue: VecDeque<(PacketId, Payload, Option<EntryId>)>,
}

#[derive(Clone, Debug)]
pub(in crate::sim) struct Network {
    pub(in crate::sim) namespaces: Vec<NamespaceState>,
    /// The host's own namespace: one past the last if the spec has none.
    pub(in crate::sim) host: NamespaceIx,
    pub(in crate::sim) listeners: BTreeMap<Socket, (ContainerIx, Port)>,
    /// Which servers are configured to use a port, for clients or for the bus.
    pub(in crate::sim) configured: Arc<BTreeMap<u16, Vec<ContainerIx>>>,
    /// The latest made first.
    pub(in crate::sim) rules: VecDeque<Rule>,
    pub(in crate::sim) latency: Latency,
    pub(in crate::sim) packets: Packets,
    pub(in crate::sim) held: BTreeMap<ConnId, Held>,
    /// What Nagle's algorithm keeps in senders' kernels.
    pub(in crate::sim) corked: BTreeMap<ConnId, VecDeque<(PacketId, Payload, Option<EntryId>)>>,
    pub(in crate::sim) rng: Rng,
    /// The packets that arrived last, if somebody watches.
    pub(in crate::sim) arrived: Option<VecDeque<PacketNote>>,
}

impl Network {
    pub(in crate::sim) fn new(spec: &Spec, rng: Rng) -> Network {
        let count = spec.namespaces.len();
        let host = spec.namespaces.iter().position(|ns| ns.owner.is_none()).unwrap_or(count);
        let state = |ix: usize| NamespaceState { generation: 0, up: ix == host };
        Network {
            namespaces: (0..=count).map(state).collect(),
            host: NamespaceIx(host as u16),
            listeners: BTreeMap::new(),
            configured: Arc::new(configured(spec)),
            rules: VecDeque::new(),
            latency: spec.latency,
            packets: Packets::default(),
            held: BTreeMap::new(),
            corked: BTreeMap::new(),
            rng,
            arrived: None,
        }
    }
    pub(in crate::sim) fn namespace(&self, ix: NamespaceIx) -> NamespaceState {
        self.namespaces[usize::from(ix.0)]
    }
    /// What the rules say of a packet; the first that matches decides.
    pub(in crate::sim) fn verdict(&self, from: Place, to: Place, port: Port) -> Verdict {
        let matching = |rule: &&Rule| {
            let there = rule.from.has(from) && rule.to.has(to);
            let back = rule.both_ways && rule.from.has(to) && rule.to.has(from);
            rule.port.is_none_or(|p| p == port) && (there || back)
        };
        self.rules.iter().find(matching).map_or(Verdict::Pass, |rule| rule.verdict)
    }
    /// How long a packet takes, in microseconds.
    pub(in crate::sim) fn draw_latency(&mut self) -> u64 {
        let Latency { base_us, jitter_us } = self.latency;
        base_us + if jitter_us == 0 { 0 } else { self.rng.below(jitter_us) }
    }
    /// How long until a packet gets through that is lost with chance `per_mille`, in microseconds.
    pub(in crate::sim) fn draw_losses(&mut self, per_mille: u16) -> u64 {
        let mut wait = 0;
        let mut timeout = FIRST_RETRANSMISSION_US;
        while self.rng.below(1000) < u64::from(per_mille.min(990)) {
            wait += timeout;
            timeout *= 2;
        }
        wait
    }
    /// Remembers a packet that arrived, if somebody watches.
    pub(in crate::sim) fn remember(&mut self, note: &PacketNote) {
        const KEPT: usize = 256;
        if let Some(arrived) = &mut self.arrived {
            if arrived.len() == KEPT {
                arrived.pop_front();
            }
            arrived.push_back(note.clone());
        }
    }
}

fn configured(spec: &Spec) -> BTreeMap<u16, Vec<ContainerIx>> {
    let mut ports: BTreeMap<u16, Vec<ContainerIx>> = BTreeMap::new();
    for (n, container) in spec.containers.iter().enumerate() {
        let Program::Server(server) = &container.program else { continue };
        for port in [server.config.port, server.config.bus_port()] {
            ports.entry(port).or_default().push(ContainerIx(n as u16));
        }
    }
    ports
}

/// The kernel's first retransmission of data.
pub(in crate::sim) const FIRST_RETRANSMISSION_US: u64 = 200_000;
/// The kernel's first retransmission of a SYN.
pub(in crate::sim) const FIRST_SYN_AGAIN_US: u64 = 1_000_000;
/// The longest wait between two.
pub(in crate::sim) const LONGEST_RETRANSMISSION_US: u64 = 120_000_000;
