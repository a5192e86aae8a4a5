//! Four real redis-servers on loopback, with the ids and the nodes.conf of ours.

use super::clients::Handle;
use super::grammar::{CONNECTIONS, NODES};
use super::socket::{Socket, Traffic};
use super::value::Value;
use slotlab::words::Argv;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// How often something is asked again, every 100 ms, before the test gives up.
const PATIENCE: usize = 200;
/// How long an answer may take that ours has already.
const ANSWERED: Duration = Duration::from_secs(3);

/// The servers; they end with this value.
pub(crate) struct Real {
    servers: Vec<Child>,
    folder: PathBuf,
    first_port: u16,
    lines: Vec<Socket>,
    control: Vec<Socket>,
    /// Of connections that are no more, by node.
    past: [Traffic; NODES],
}

impl Real {
    /// Starts them; None if there is no redis-server. `confs` are their nodes.conf.
    pub(crate) fn start(first_port: u16, confs: &[String]) -> Option<Real> {
        let folder = std::env::temp_dir().join(format!("slotlab-{}-nodes", std::process::id()));
        let mut servers = Vec::new();
        for (port, conf) in (first_port..).zip(confs) {
            let folder = folder.join(port.to_string());
            std::fs::create_dir_all(&folder).expect("a folder for the server");
            std::fs::write(folder.join("nodes.conf"), conf).expect("its nodes.conf");
            let started = Command::new("redis-server")
                .args(["--bind", "127.0.0.1", "--cluster-enabled", "yes", "--save", ""])
                .args(["--port", &port.to_string(), "--repl-diskless-sync-delay", "0"])
                .args(["--enable-debug-command", "yes"])
                .current_dir(&folder)
                .stdout(Stdio::null())
                .spawn();
            servers.push(started.ok()?);
        }
        let (control, past) = (open(first_port, 1), Default::default());
        let mut real = Real { servers, folder, first_port, lines: Vec::new(), control, past };
        real.wait_until_whole();
        Some(real)
    }
    /// Sends on a connection of the test.
    pub(crate) fn send(&mut self, line: usize, argv: &Argv) {
        self.lines[line].send(argv);
    }
    /// The next value on a connection of the test.
    pub(crate) fn next(&mut self, line: usize) -> Option<Value> {
        self.lines[line].next(ANSWERED)
    }
    /// A value that is here already.
    pub(crate) fn early(&mut self, line: usize) -> Option<Value> {
        self.lines[line].early()
    }
    /// Asks on a connection that the test's commands do not see.
    pub(crate) fn control(&mut self, node: usize, argv: &Argv) -> Value {
        self.control[node].send(argv);
        self.control[node].next(ANSWERED).unwrap_or(Value::Closed)
    }
    /// New connections, as after a start: those that MIGRATE left are closed too.
    pub(crate) fn reconnect(&mut self) {
        self.lines.clear();
        self.past = Default::default();
        self.control = open(self.first_port, 1);
        for node in 0..NODES {
            for kind in ["normal", "pubsub"] {
                _ = self.control(node, &Argv::from(format!("CLIENT KILL TYPE {kind}").as_str()));
            }
        }
        self.lines = open(self.first_port, CONNECTIONS);
    }
    /// A new connection in place of one.
    pub(crate) fn reopen(&mut self, line: usize) {
        self.past[line / CONNECTIONS] += self.lines[line].traffic;
        self.lines[line] = Socket::open(self.first_port + (line / CONNECTIONS) as u16);
    }
    /// What the test has said to a node and heard from it since [`Real::reconnect`].
    pub(crate) fn traffic(&self, node: usize) -> Traffic {
        let mut all = self.past[node];
        let lines = &self.lines[node * CONNECTIONS..(node + 1) * CONNECTIONS];
        lines.iter().chain([&self.control[node]]).for_each(|socket| all += socket.traffic);
        all
    }
    /// Its number and address, as the server sees them.
    pub(crate) fn handle(&mut self, line: usize) -> Handle {
        self.send(line, &Argv::from("CLIENT INFO"));
        Handle::of(&self.next(line).unwrap_or(Value::Closed))
    }

    fn wait_until_whole(&mut self) {
        let agreed = |real: &mut Real, node: usize| {
            let mut said = |line: &str| real.control(node, &Argv::from(line)).lines().join("\n");
            // A replica is online for others once they heard of its offset.
            let (info, shards) = (said("CLUSTER INFO"), said("CLUSTER SHARDS"));
            info.contains("cluster_state:ok") && !shards.contains("loading")
        };
        for _ in 0..PATIENCE {
            if (0..NODES).all(|node| agreed(self, node)) {
                return;
            }
            sleep(Duration::from_millis(100));
        }
        panic!("the real cluster does not come up");
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        for server in &mut self.servers {
            // It may be gone already; nothing more can be done then.
            _ = server.kill();
            _ = server.wait();
        }
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn open(first_port: u16, each: usize) -> Vec<Socket> {
    let ports = (first_port..).take(NODES);
    ports.flat_map(|port| (0..each).map(move |_| Socket::open(port))).collect()
}

/// The first of four ports that are free, and their bus ports too.
pub(crate) fn free_ports() -> u16 {
    let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let mut candidates = (0..400).map(|n| 20_000 + (std::process::id() as u16 % 97 + n) * 16);
    let all_free =
        |first: &u16| (*first..).take(NODES).all(|port| free(port) && free(port + 10_000));
    candidates.find(all_free).expect("eight free ports")
}
