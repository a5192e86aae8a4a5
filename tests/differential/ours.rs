//! The same four nodes, simulated.

use super::grammar::{CONNECTIONS, MASTERS, NODES};
use slotlab::shapes::config::Config;
use slotlab::shapes::spec::ContainerIx;
use slotlab::sim::{ClientId, World};
use slotlab::words::{Argv, Millis, NodeId, Seed, Time};

/// By then everybody knows everybody, and the replica has its data.
const BOOT: Millis = Millis(40_000);
/// How long a command may take.
const PATIENCE: Millis = Millis(20_000);

/// The nodes, and connections to them.
#[derive(Clone)]
pub(crate) struct Ours {
    world: World,
    lines: Vec<ClientId>,
    control: Vec<ClientId>,
}

impl Ours {
    /// Starts them at these ports.
    pub(crate) fn start(first_port: u16) -> Ours {
        let config = Config {
            cluster_enabled: true,
            save: Vec::new(),
            repl_diskless_sync_delay: 0,
            ..Config::default()
        };
        let start = Time::from_unix_s(1_700_000_000);
        let replicas = NODES as u16 - MASTERS;
        let mut world = World::ready_at(first_port, start, MASTERS, replicas, &config, Seed(3));
        world.run_until(start + BOOT, &mut ());
        let mut open = |each: usize| {
            let nodes = (0..NODES as u16).map(ContainerIx);
            nodes.flat_map(|ix| (0..each).map(move |_| ix)).map(|ix| world.open(ix)).collect()
        };
        let (control, lines) = (open(1), open(CONNECTIONS));
        Ours { world, lines, control }
    }
    /// Asks on a connection of the test.
    pub(crate) fn ask(&mut self, node: usize, conn: usize, argv: &Argv) -> Vec<u8> {
        self.answer(self.lines[node * CONNECTIONS + conn], argv)
    }
    /// Asks on a connection that the test's commands do not see.
    pub(crate) fn control(&mut self, node: usize, argv: &Argv) -> Vec<u8> {
        self.answer(self.control[node], argv)
    }
    /// The ids of the nodes.
    pub(crate) fn ids(&self) -> Vec<NodeId> {
        (0..NODES as u16).filter_map(|n| self.world.node_id(ContainerIx(n))).collect()
    }
    /// What a node's `nodes.conf` says.
    pub(crate) fn conf(&mut self, node: usize) -> String {
        let reply = self.control(node, &Argv::from("CLUSTER NODES"));
        let text = String::from_utf8_lossy(&reply);
        let (_length, lines) = text.split_once("\r\n").expect("a bulk string");
        format!("{}vars currentEpoch {MASTERS} lastVoteEpoch 0\n", lines.replace("\r\n", ""))
    }

    fn answer(&mut self, client: ClientId, argv: &Argv) -> Vec<u8> {
        self.world.send(client, argv.clone());
        let deadline = self.world.now() + PATIENCE;
        loop {
            if let Some((reply, protocol)) = self.world.receive_reply(client) {
                return reply.encode(protocol);
            }
            if !self.world.step_event(deadline, &mut ()) {
                return Vec::new();
            }
        }
    }
}
