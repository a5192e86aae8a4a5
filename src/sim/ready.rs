//! Clusters that were made before the world begins: every server finds a `nodes.conf`.
//!
//! For tests and benchmarks that are not about joining; a thousand nodes join in minutes.

use crate::node::persistence::Disk;
use crate::shapes::message::{Epoch, Flags};
use crate::shapes::spec::Program;
use crate::shapes::topology::{Address, NodeLine, Topology};
use crate::shapes::{Config, Spec};
use crate::sim::World;
use crate::words::{NodeId, Rng, Seed, Slot, SlotSet, Time};
use std::net::Ipv4Addr;
use std::sync::Arc;

/// Ids of a ready cluster are drawn in this lane.
const LANE_IDS: u64 = 3;

impl World {
    /// Servers 7001, 7002, ... on one machine: first `masters` masters with equal shares of the
    /// slots, then replicas of each in turn. They start now and know each other from before.
    pub fn ready(start: Time, masters: u16, replicas: u16, config: &Config, seed: Seed) -> World {
        World::ready_at(7001, start, masters, replicas, config, seed)
    }

    /// As [`World::ready`], with the first server at another port, below 55536 less their number.
    pub fn ready_at(
        first_port: u16,
        start: Time,
        masters: u16,
        replicas: u16,
        config: &Config,
        seed: Seed,
    ) -> World {
        let count = masters + replicas;
        let at: Vec<_> = (0..count).map(|n| (Ipv4Addr::LOCALHOST, first_port + n)).collect();
        let mut spec = Spec::loopback(start, config, &at);
        let mut rng = Rng::new(seed, LANE_IDS);
        let ids: Vec<NodeId> = (0..count).map(|_| NodeId::random(&mut rng)).collect();
        for (n, container) in spec.containers.iter_mut().enumerate() {
            container.service = (usize::from(first_port) + n).to_string();
            if let Program::Server(server) = &mut container.program {
                server.node_id = Some(ids[n]);
            }
        }
        let line = |n| line(&ids, masters, first_port, n);
        let lines: Vec<NodeLine> = (0..count).map(line).collect();
        let mut world = World::new(&spec, seed);
        for (n, container) in spec.containers.iter().enumerate() {
            let Program::Server(server) = &container.program else { continue };
            let mut known = Topology { nodes: lines.clone() };
            let me = &mut known.nodes[n];
            me.flags = me.flags.with(Flags::MYSELF);
            let conf = format!("{known}vars currentEpoch {masters} lastVoteEpoch 0\n");
            let nodes_conf = Some(Arc::from(conf.as_str()));
            world.disks.insert(server.disk.clone(), Disk { nodes_conf, ..Disk::default() });
        }
        world
    }
}

fn line(ids: &[NodeId], masters: u16, first_port: u16, n: u16) -> NodeLine {
    let is_master = n < masters;
    let share = |n: u16| (u32::from(Slot::COUNT) * u32::from(n) / u32::from(masters)) as u16;
    let slots = || (share(n)..share(n + 1)).filter_map(Slot::new).collect();
    let port = first_port + n;
    NodeLine {
        id: ids[usize::from(n)],
        address: Address {
            ip: Ipv4Addr::LOCALHOST.to_string(),
            port,
            bus_port: port + 10_000,
            hostname: None,
        },
        flags: if is_master { Flags::MASTER } else { Flags::REPLICA },
        master: (!is_master).then(|| ids[usize::from(n % masters)]),
        ping_sent: 0,
        pong_received: 0,
        config_epoch: if is_master { Epoch(u64::from(n) + 1) } else { Epoch(0) },
        connected: true,
        slots: if is_master { slots() } else { SlotSet::EMPTY },
        open: Vec::new(),
    }
}
