//! The same four nodes, simulated. Their clock goes with the real one.

use super::clients::Handle;
use super::grammar::{CONNECTIONS, MASTERS, NODES};
use super::socket::Traffic;
use super::value::{Value, read};
use slotlab::shapes::config::Config;
use slotlab::shapes::spec::ContainerIx;
use slotlab::sim::{ClientId, Line, World};
use slotlab::words::{Argv, Millis, NodeId, Seed, Time};
use std::collections::VecDeque;
use std::time::{SystemTime, UNIX_EPOCH};

/// By then everybody knows everybody, and the replica has its data.
const BOOT: Millis = Millis(40_000);
/// How long a command of the test itself may take.
const PATIENCE: Millis = Millis(20_000);

/// The nodes, and connections to them.
#[derive(Clone)]
pub(crate) struct Ours {
    world: World,
    lines: Vec<Connection>,
    control: Vec<ClientId>,
    traffic: [Traffic; NODES],
}

#[derive(Clone)]
struct Connection {
    client: ClientId,
    heard: VecDeque<Value>,
    gone: bool,
}

/// The time of the machine.
pub(crate) fn wall() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
    Time(since.as_micros() as u64)
}

impl Ours {
    /// Starts them at these ports, so long ago that they are ready now.
    pub(crate) fn start(first_port: u16) -> Ours {
        let config = Config {
            cluster_enabled: true,
            save: Vec::new(),
            repl_diskless_sync_delay: 0,
            enable_debug_command: true,
            ..Config::default()
        };
        let start = Time(wall().0 - BOOT.0 * 1000);
        let replicas = NODES as u16 - MASTERS;
        let world = World::ready_at(first_port, start, MASTERS, replicas, &config, Seed(3));
        let traffic = Default::default();
        let mut ours = Ours { world, lines: Vec::new(), control: Vec::new(), traffic };
        ours.follow();
        ours.control = ours.open(1);
        ours
    }
    /// New connections, as after a start.
    pub(crate) fn reconnect(&mut self) {
        let old = self.lines.drain(..).map(|line| line.client);
        for client in old.chain(std::mem::take(&mut self.control)).collect::<Vec<_>>() {
            self.world.hang_up(client);
        }
        let fresh = |client| Connection { client, heard: VecDeque::new(), gone: false };
        self.lines = self.open(CONNECTIONS).into_iter().map(fresh).collect();
        self.control = self.open(1);
    }
    /// A new connection in place of one.
    pub(crate) fn reopen(&mut self, line: usize) {
        self.world.hang_up(self.lines[line].client);
        let client = self.world.open(ContainerIx((line / CONNECTIONS) as u16));
        self.lines[line] = Connection { client, heard: VecDeque::new(), gone: false };
    }
    /// Lets the machine's time pass here too; by how much this clock is ahead.
    pub(crate) fn follow(&mut self) -> Millis {
        let wall = wall();
        if self.world.now() < wall {
            self.world.run_until(wall, &mut ());
        }
        Millis(self.world.now().0.saturating_sub(wall.0) / 1000)
    }
    /// Lets so much time pass.
    pub(crate) fn rest(&mut self, ms: Millis) {
        let until = self.world.now() + ms;
        self.world.run_until(until, &mut ());
    }
    /// Sends on a connection of the test, and waits for something to be heard on it.
    pub(crate) fn ask(&mut self, line: usize, argv: &Argv, patience: Millis) {
        self.traffic[line / CONNECTIONS].sent += argv.encoded_len();
        self.world.send(self.lines[line].client, argv.clone());
        self.wait_for(line, patience);
    }
    /// Waits until something is heard on a connection.
    pub(crate) fn wait_for(&mut self, line: usize, patience: Millis) {
        let deadline = self.world.now() + patience;
        loop {
            self.listen(line);
            let heard = !self.lines[line].heard.is_empty();
            if heard || !self.world.step_event(deadline, &mut ()) {
                return;
            }
        }
    }
    /// All that was heard on a connection since.
    pub(crate) fn take(&mut self, line: usize) -> VecDeque<Value> {
        self.listen(line);
        std::mem::take(&mut self.lines[line].heard)
    }
    /// Asks on a connection that the test's commands do not see.
    pub(crate) fn control(&mut self, node: usize, argv: &Argv) -> Value {
        let client = self.control[node];
        self.traffic[node].sent += argv.encoded_len();
        self.world.send(client, argv.clone());
        let deadline = self.world.now() + PATIENCE;
        loop {
            if let Some((reply, protocol)) = self.world.receive_reply(client) {
                let bytes = reply.encode(protocol);
                self.traffic[node].heard += bytes.len() as u64;
                return whole(&bytes);
            }
            if !self.world.step_event(deadline, &mut ()) {
                return Value::Closed;
            }
        }
    }
    /// Its number and address, as the server sees them.
    pub(crate) fn handle(&mut self, line: usize) -> Handle {
        self.ask(line, &Argv::from("CLIENT INFO"), PATIENCE);
        Handle::of(&self.take(line).pop_front().unwrap_or(Value::Closed))
    }
    /// What the test has said to a node and heard from it.
    pub(crate) fn traffic(&self, node: usize) -> Traffic {
        self.traffic[node]
    }
    /// The ids of the nodes.
    pub(crate) fn ids(&self) -> Vec<NodeId> {
        (0..NODES as u16).filter_map(|n| self.world.node_id(ContainerIx(n))).collect()
    }
    /// What a node's `nodes.conf` says.
    pub(crate) fn conf(&mut self, node: usize) -> String {
        let reply = self.control(node, &Argv::from("CLUSTER NODES"));
        let lines = String::from_utf8_lossy(reply.text().expect("a text")).into_owned();
        format!("{lines}vars currentEpoch {MASTERS} lastVoteEpoch 0\n")
    }

    fn open(&mut self, each: usize) -> Vec<ClientId> {
        let nodes = (0..NODES as u16).map(ContainerIx);
        let all = nodes.flat_map(|ix| (0..each).map(move |_| ix));
        all.map(|ix| self.world.open(ix)).collect()
    }
    fn listen(&mut self, line: usize) {
        let connection = &mut self.lines[line];
        while let Some((reply, protocol)) = self.world.receive_reply(connection.client) {
            let bytes = reply.encode(protocol);
            self.traffic[line / CONNECTIONS].heard += bytes.len() as u64;
            connection.heard.push_back(whole(&bytes));
        }
        if self.world.line(connection.client) == Line::Closed && !connection.gone {
            connection.gone = true;
            connection.heard.push_back(Value::Closed);
        }
    }
}

fn whole(bytes: &[u8]) -> Value {
    let read = read(bytes);
    let (value, _) =
        read.filter(|(_, len)| *len == bytes.len()).expect("our own answers are whole");
    value
}
