//! What happens when.
//!
//! Invariants: the agenda never runs backwards; equal times come in the order they were scheduled.

use crate::node::io::ConnId;
use crate::shapes::spec::ContainerIx;
use crate::sim::entry::ClientId;
use crate::words::Time;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Something that will happen. `life` tells a process from the one that ran before it in the same
/// container: what was meant for a dead one is ignored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::sim) enum Event {
    /// A packet arrives: its place among those in flight, and the low bits of its id.
    Deliver { slot: u32, tag: u32 },
    /// `serverCron` is due.
    Cron { ix: ContainerIx, life: u32 },
    /// DEBUG SLEEP is over.
    Wake { ix: ContainerIx, life: u32 },
    /// A server has read its files.
    Ready { ix: ContainerIx, life: u32 },
    /// Ten seconds after SIGTERM.
    KillStopped { ix: ContainerIx, life: u32 },
    /// Docker makes a container.
    Create { ix: ContainerIx },
    /// Docker begins to start a container.
    Start { ix: ContainerIx, life: u32 },
    /// Compose starts whatever waits for nothing any more.
    StartWaiting,
    /// A health check is due.
    HealthCheck { ix: ContainerIx, life: u32 },
    /// The shell in a container has slept and runs `redis-cli`.
    JobStarts { ix: ContainerIx, life: u32 },
    /// Docker has started it.
    Started { ix: ContainerIx, life: u32 },
    /// A kernel sends again what a network swallowed on the way to this end.
    Retransmit { to: ConnId, round: u32 },
    /// A delayed acknowledgement of what was sent to this end comes back.
    Acknowledged { to: ConnId },
    /// What was sent to this end got through; there may be room for more.
    Room { to: ConnId },
    /// A connection attempt fails: nobody has the address.
    Unreachable { conn: ConnId },
    /// A program's sleep is over.
    ProgramWakes { client: ClientId, turn: u32 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Due {
    at: Time,
    seq: u64,
    event: Event,
}

impl Ord for Due {
    /// The earliest is the greatest: a heap gives the greatest first.
    fn cmp(&self, other: &Due) -> Ordering {
        (other.at, other.seq).cmp(&(self.at, self.seq))
    }
}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Due) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// All that is scheduled.
#[derive(Clone, Debug, Default)]
pub(in crate::sim) struct Agenda {
    heap: BinaryHeap<Due>,
    scheduled: u64,
}

impl Agenda {
    /// Adds `event` at `at`.
    #[inline]
    pub(in crate::sim) fn add(&mut self, at: Time, event: Event) {
        self.scheduled += 1;
        self.heap.push(Due { at, seq: self.scheduled, event });
    }
    /// When the next event is due.
    pub(in crate::sim) fn next_time(&self) -> Option<Time> {
        self.heap.peek().map(|due| due.at)
    }
    /// Takes the next event, unless it is due later than `until`.
    #[inline]
    pub(in crate::sim) fn take(&mut self, until: Time) -> Option<(Time, Event)> {
        if self.heap.peek()?.at > until {
            return None;
        }
        self.heap.pop().map(|due| (due.at, due.event))
    }
}
