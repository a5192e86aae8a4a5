//! Two clusters with the same ids: real servers, and the engine.

use crate::server::{Server, redis_cli, unix_second};
use crate::support::drive::{Transcript, drive};
use crate::support::engine::{Engine, Planned};
use crate::support::ordered::{Ordered, Orders};
use crate::support::transcript::{compare, without_dots};
use slotlab::cli::Env;
use slotlab::manager::allocate::slot_ranges;
use slotlab::shapes::Topology;
use slotlab::words::{Millis, NodeId, Reply, Slot, Time};
use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a cluster may take to agree.
const PATIENCE: Duration = Duration::from_secs(30);
const GLANCE: Duration = Duration::from_millis(100);
/// Agreement may come a moment before the last ping with it.
const SETTLED: Millis = Millis::from_s(1);

/// The two clusters.
pub(crate) struct Pair {
    servers: Vec<Server>,
    ids: Vec<NodeId>,
    engine: Engine,
}

impl Pair {
    /// `masters` masters, as many replicas, and the rest of `nodes` spare; the masters have keys.
    pub(crate) fn of_clusters(masters: usize, nodes: usize, keys: usize) -> Pair {
        let servers: Vec<Server> = (0..nodes).map(|_| Server::start(1)).collect();
        let planned: Vec<Planned> =
            servers.iter().map(|server| server.planned().expect("it answers")).collect();
        let ids = planned.iter().map(|server| server.id).collect();
        let engine = Engine::boot(&planned, Time::from_unix_s(unix_second()));
        let mut pair = Pair { servers, ids, engine };
        pair.join(masters);
        pair.load(masters, keys);
        pair
    }

    fn join(&mut self, masters: usize) {
        for (master, (first, last)) in slot_ranges(masters).into_iter().enumerate() {
            self.tell(master, &format!("CLUSTER ADDSLOTSRANGE {first} {last}"));
        }
        for node in 0..2 * masters {
            self.tell(node, &format!("CLUSTER SET-CONFIG-EPOCH {}", node + 1));
        }
        let first = self.servers[0].address().replace(':', " ");
        for node in 1..2 * masters {
            self.tell(node, &format!("CLUSTER MEET {first}"));
        }
        self.settle();
        for replica in masters..2 * masters {
            self.tell(replica, &format!("CLUSTER REPLICATE {}", self.ids[replica - masters]));
        }
        self.settle();
        for replica in masters..2 * masters {
            self.wait_for_sync(replica);
        }
    }

    fn load(&mut self, masters: usize, keys: usize) {
        let ranges = slot_ranges(masters);
        let owner = |slot: Slot| {
            let slot = u32::from(slot.number());
            ranges.iter().position(|(first, last)| (*first..=*last).contains(&slot))
        };
        let mut lines = vec![String::new(); masters];
        for key in (0..keys).map(|n| format!("key:{n}")) {
            let master = owner(Slot::of(key.as_bytes())).expect("all slots have owners");
            lines[master] += &format!("SET {key} value\n");
        }
        for (server, lines) in self.servers.iter().zip(&lines) {
            feed(&server.address(), lines);
            for line in lines.lines() {
                assert_eq!(self.engine.tell(&server.address(), line), Some(Reply::OK), "{line}");
            }
        }
    }

    /// Waits until a real replica has its master's dataset; ours has it by then.
    fn wait_for_sync(&mut self, replica: usize) {
        let began = Instant::now();
        while !self.ask(replica, "INFO replication").contains("master_link_status:up") {
            assert!(began.elapsed() < PATIENCE, "a real replica does not get its dataset");
            sleep(GLANCE);
        }
    }

    fn tell(&mut self, node: usize, command: &str) {
        let address = self.servers[node].address();
        let theirs = self.ask(node, command);
        let ours = self.engine.tell(&address, command);
        assert_eq!((theirs.as_str(), ours), ("OK", Some(Reply::OK)), "{address}: {command}");
    }

    /// What a real server replies.
    fn ask(&self, node: usize, command: &str) -> String {
        let address = self.servers[node].address();
        let (host, port) = address.split_once(':').expect("host:port");
        let mut argv = vec!["-h".to_owned(), host.to_owned(), "-p".to_owned(), port.to_owned()];
        argv.extend(command.split(' ').map(str::to_owned));
        let output = redis_cli(&argv, "dumb").expect("redis-cli runs");
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Plays a command on both: `--cluster ...` through redis-cli, another one on its server.
    pub(crate) fn play(&mut self, line: &str) -> Result<(), String> {
        let mut line = line.to_owned();
        for (node, (server, id)) in self.servers.iter().zip(&self.ids).enumerate() {
            line = line.replace(&format!("{{{node}}}"), &server.address());
            line = line.replace(&format!("<{node}>"), &id.to_string());
        }
        if let Some((address, command)) = line.split_once(' ').filter(|_| !line.starts_with('-')) {
            let node = self.servers.iter().position(|server| server.address() == address);
            self.tell(node.expect("a node"), command);
            return Ok(());
        }
        let argv: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let mut orders = Orders::default();
        for node in 0..self.servers.len() {
            orders.add(&self.view(node));
        }
        let theirs = redis_cli(&argv, "dumb").map_err(|error| error.to_string())?;
        let mut ours = Ordered { engine: &mut self.engine, orders: &orders };
        let ours = drive(&argv, Env::default(), &mut ours, b"");
        same(&theirs, &ours)?;
        self.settle();
        Ok(())
    }

    fn view(&self, node: usize) -> Topology {
        self.ask(node, "CLUSTER NODES").parse().unwrap_or_default()
    }

    /// A master that has just joined sees the cluster as down for a while yet.
    fn all_see_the_same_state(&self, views: &[Topology]) -> bool {
        let joined = (0..views.len()).filter(|&node| views[node].nodes.len() > 1);
        let mut down =
            joined.map(|node| self.ask(node, "CLUSTER INFO").contains("cluster_state:fail"));
        let first = down.next();
        down.all(|down| Some(down) == first)
    }

    /// Waits until the nodes of each cluster agree.
    fn settle(&mut self) {
        let began = Instant::now();
        loop {
            let views: Vec<Topology> =
                (0..self.servers.len()).map(|node| self.view(node)).collect();
            if agree(&views) && self.all_see_the_same_state(&views) {
                break;
            }
            let said = views.iter().map(|view| format!("{view}\n")).collect::<String>();
            assert!(began.elapsed() < PATIENCE, "the real nodes do not agree:\n{said}");
            sleep(GLANCE);
        }
        for _ in 0..PATIENCE.as_millis() / GLANCE.as_millis() {
            let views = self.servers.iter().map(|server| {
                match self.engine.tell(&server.address(), "CLUSTER NODES") {
                    Some(Reply::Bulk(text) | Reply::Verbatim(text)) => {
                        String::from_utf8_lossy(&text).parse().unwrap_or_default()
                    }
                    _ => Topology::default(),
                }
            });
            if agree(&views.collect::<Vec<_>>()) {
                self.engine.wait(SETTLED);
                return;
            }
            self.engine.wait(Millis(GLANCE.as_millis() as u64));
        }
        panic!("our nodes do not agree");
    }
}

/// Whether all who know others think the same of everybody's role, master and slots.
fn agree(views: &[Topology]) -> bool {
    let beliefs = |view: &Topology| {
        let mut lines: Vec<String> = view
            .nodes
            .iter()
            .map(|line| {
                let flags = line.flags.without(slotlab::shapes::message::Flags::MYSELF);
                format!("{} {flags} {:?} {:?}", line.id, line.master, line.slots.ranges())
            })
            .collect();
        lines.sort();
        lines
    };
    let mut joined = views.iter().filter(|view| view.nodes.len() > 1).map(beliefs);
    let Some(first) = joined.next() else { return false };
    let whole = views.iter().filter(|view| view.nodes.len() > 1).count() == first.len();
    whole && joined.all(|view| view == first) && !first.iter().any(|l| l.contains("handshake"))
}

fn same(theirs: &Output, ours: &Transcript) -> Result<(), String> {
    if theirs.status.code() != Some(ours.code) {
        let said = String::from_utf8_lossy(&theirs.stdout);
        let end = said.lines().rev().take(3).collect::<Vec<_>>();
        return Err(format!(
            "exit code {:?} after {end:?}, ours {}",
            theirs.status.code(),
            ours.code
        ));
    }
    let text = |bytes: &[u8]| without_dots(&String::from_utf8_lossy(bytes));
    compare("stdout", &text(&theirs.stdout), &without_dots(&ours.stdout))?;
    compare("stderr", &text(&theirs.stderr), &ours.stderr)
}

/// Feeds lines to a redis-cli that is connected to a server.
fn feed(address: &str, lines: &str) {
    let (host, port) = address.split_once(':').expect("host:port");
    let mut cli = Command::new("redis-cli")
        .args(["-h", host, "-p", port])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-cli runs");
    let mut stdin = cli.stdin.take().expect("it is piped");
    stdin.write_all(lines.as_bytes()).expect("it reads");
    drop(stdin);
    cli.wait().expect("it ends");
}
