//! A real cluster and ours, side by side: what both answer to a sequence of commands.

use super::grammar::{NODES, Op, REPLICA};
use super::mask::canonical;
use super::ours::Ours;
use super::real::{Real, free_ports};
use slotlab::words::{Argv, NodeId};

/// Both clusters.
pub(crate) struct Pair {
    real: Real,
    ours: Ours,
    /// Ours as it began: a sequence starts from here.
    fresh: Ours,
    /// The nodes' ids, which are the same.
    pub(crate) ids: Vec<NodeId>,
    /// The first node's port.
    pub(crate) first_port: u16,
}

/// Where they differ.
#[derive(Clone, Debug)]
pub(crate) struct Difference {
    /// After how many commands.
    pub(crate) at: usize,
    /// What the real one answered, as it is compared.
    pub(crate) real: Vec<Vec<u8>>,
    /// What ours answered.
    pub(crate) ours: Vec<Vec<u8>>,
}

impl Pair {
    /// Starts both; None if there is no redis-server.
    pub(crate) fn start() -> Option<Pair> {
        let first_port = free_ports();
        let mut ours = Ours::start(first_port);
        let confs: Vec<String> = (0..NODES).map(|node| ours.conf(node)).collect();
        let real = Real::start(first_port, &confs)?;
        let ids = ours.ids();
        Some(Pair { real, fresh: ours.clone(), ours, ids, first_port })
    }
    /// Plays commands from the beginning, up to the first different answer.
    pub(crate) fn play(&mut self, ops: &[Op]) -> Option<Difference> {
        self.reset();
        ops.iter().enumerate().find_map(|(at, op)| {
            if op.node == REPLICA {
                self.catch_up();
            }
            let real = self.real.ask(op.node, op.conn, &op.argv);
            let ours = self.ours.ask(op.node, op.conn, &op.argv);
            let (real, ours) = (canonical(op, &real), canonical(op, &ours));
            (real != ours).then_some(Difference { at, real, ours })
        })
    }

    /// A replica hears of a write a moment later; here it has always heard.
    fn catch_up(&mut self) {
        let wait = Argv::from("WAIT 1 5000");
        self.real.control(0, &wait);
        self.ours.control(0, &wait);
    }
    /// No keys, no open slots, new connections.
    fn reset(&mut self) {
        self.ours = self.fresh.clone();
        self.real.reconnect();
        for node in 0..NODES {
            for line in RESET {
                self.real.control(node, &Argv::from(*line));
            }
        }
        self.catch_up();
    }
}

/// What the patterns can change; a replica refuses what is not for it.
const RESET: &[&str] = &[
    "FLUSHALL",
    "CLUSTER SETSLOT 5 STABLE",
    "CLUSTER SETSLOT 3300 STABLE",
    "CLUSTER SETSLOT 7365 STABLE",
    "CLUSTER SETSLOT 11298 STABLE",
    "CLUSTER SETSLOT 15891 STABLE",
    "CONFIG SET hz 10",
    "CONFIG RESETSTAT",
    "CONFIG SET cluster-node-timeout 15000",
];
