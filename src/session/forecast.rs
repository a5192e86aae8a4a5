//! What the cluster will be when it has formed: a look ahead in a copy of the world.
//!
//! Nodes stand on the stage where they will belong, from the first moment on, and never move. Nothing
//! else looks ahead, and the copy is thrown away.

use crate::shapes::spec::ContainerIx;
use crate::sim::{Action, World};
use crate::words::{Millis, Slot, Time};

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
/// How often it is looked whether it has formed.
const LOOK: Millis = Millis(250);

/// A part for each server, in the order of the list.
pub fn parts(origin: &World, servers: &[ContainerIx]) -> Vec<Part> {
    let mut enough = u64::MAX;
    let parts = Forecast::new(origin, servers, &[]).look(&mut enough);
    parts.unwrap_or_else(|| vec![Part::Alone; servers.len()])
}

/// A look ahead that can be taken in pieces.
#[derive(Debug)]
pub struct Forecast {
    world: World,
    servers: Vec<ContainerIx>,
    end: Time,
    next_look: Time,
    /// What will be done meanwhile, the first one last.
    actions: Vec<(Time, Action)>,
}

impl Forecast {
    /// From `origin` on, where `actions` will be done.
    pub fn new(origin: &World, servers: &[ContainerIx], actions: &[(Time, Action)]) -> Forecast {
        let end = origin.now() + PATIENCE;
        let soon = actions.iter().take_while(|(at, _)| *at < end);
        let mut actions: Vec<(Time, Action)> = soon.cloned().collect();
        actions.reverse();
        let next_look = origin.now();
        Forecast { world: origin.clone(), servers: servers.to_vec(), end, next_look, actions }
    }
    /// Looks on, handling at most so many events; a part for each server once that is known.
    pub fn look(&mut self, events: &mut u64) -> Option<Vec<Part>> {
        loop {
            let stop =
                self.actions.last().map_or(self.next_look, |(at, _)| self.next_look.min(*at));
            while self.world.step_event(stop, &mut ()) {
                *events = events.checked_sub(1)?;
            }
            self.world.run_until(stop, &mut ());
            if let Some((_, action)) = self.actions.pop_if(|(at, _)| *at <= stop) {
                // What is refused here is refused in the run, too, and told there.
                _ = self.world.apply(&action, &mut ());
                continue;
            }
            if self.end <= stop || has_formed(&self.world, &self.servers) {
                let part = |&ix: &ContainerIx| part(&self.world, &self.servers, ix);
                return Some(self.servers.iter().map(part).collect());
            }
            self.next_look = stop + LOOK;
        }
    }
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
