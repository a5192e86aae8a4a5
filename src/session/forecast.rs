//! What the cluster will be when it has formed: a look ahead in a copy of the world.
//!
//! Nodes stand on the stage where they will belong, from the first moment on, and never move. Nothing
//! else looks ahead, and the copy is thrown away.

use crate::shapes::spec::ContainerIx;
use crate::sim::World;
use crate::words::{Millis, Slot};

/// What a node will be when its cluster has formed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// A master whose largest range is this.
    Master {
        /** First slot. */
        first: u16,
        /** Last slot. */
        last: u16,
    },
    /// A replica of the node with this place in the list.
    ReplicaOf(usize),
    /// Neither: no slots, or no cluster.
    Alone,
}

/// How far to look ahead for a cluster whose nodes all see it as ok.
const PATIENCE: Millis = Millis::from_s(20);

/// A part for each server, in the order of the list.
pub fn parts(origin: &World, servers: &[ContainerIx]) -> Vec<Part> {
    let mut world = origin.clone();
    let end = world.now() + PATIENCE;
    while world.now() < end && !has_formed(&world, servers) {
        world.run_until(world.now() + Millis(250), &mut ());
    }
    servers.iter().map(|&ix| part(&world, servers, ix)).collect()
}

/// Whether every server sees the cluster as ok and has a part in it.
fn has_formed(world: &World, servers: &[ContainerIx]) -> bool {
    servers.iter().all(|&ix| {
        world.node(ix).is_some_and(|node| {
            let me = node.cluster().me();
            node.cluster().state_ok() && (me.is_replica() || !me.slots().is_empty())
        })
    })
}

fn part(world: &World, servers: &[ContainerIx], ix: ContainerIx) -> Part {
    let Some(node) = world.node(ix) else { return Part::Alone };
    let me = node.cluster().me();
    if let Some(master) = me.master() {
        let master = node.cluster().peer(master).id();
        let is_it = |ix: &ContainerIx| {
            world.node(*ix).is_some_and(|node| node.cluster().myself() == master)
        };
        return servers.iter().position(is_it).map_or(Part::Alone, Part::ReplicaOf);
    }
    let length = |(first, last): &&(Slot, Slot)| last.number() - first.number();
    match me.slots().ranges().iter().rev().max_by_key(length) {
        Some((first, last)) => Part::Master { first: first.number(), last: last.number() },
        None => Part::Alone,
    }
}
