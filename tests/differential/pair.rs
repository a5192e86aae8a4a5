//! A real cluster and ours, side by side: what both say to a sequence of commands.

use super::clients::{Client, Handle, LINES, filled, node_of};
use super::grammar::{Act, NODES, Op, REPLICA, SLOTS, is_brief};
use super::mask;
use super::order;
use super::ours::Ours;
use super::owed::Owed;
use super::real::{Real, free_ports};
use super::value::Value;
use slotlab::words::{Argv, Millis, NodeId};
use std::thread::sleep;
use std::time::Duration;

/// Both clusters.
pub(crate) struct Pair {
    pub(super) real: Real,
    pub(super) ours: Ours,
    /// Ours as it began: a sequence starts from here.
    fresh: Ours,
    clients: Vec<Client>,
    handles: [Vec<Handle>; 2],
    /// Whether the replica may not have heard of all yet.
    behind: bool,
    /// What is known to differ.
    pub(crate) owed: Owed,
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
    /// On which connection.
    pub(crate) line: usize,
    /// What the real one said, as it is compared.
    pub(crate) real: Vec<String>,
    /// What ours said.
    pub(crate) ours: Vec<String>,
}

/// How long ours may take for what a real one has said already.
const PATIENCE: Millis = Millis(3000);
/// Our clock may be ahead by so much.
const AHEAD: Millis = Millis(60);
/// By then every node has looked at the state of the cluster.
const CRON: u64 = 130;
/// By then every key that lives briefly is past its end.
const BRIEFLY: u64 = 8;
/// By then every such key has been deleted, if nothing keeps it.
const CYCLES: u64 = 350;

impl Pair {
    /// Starts both; None if there is no redis-server.
    pub(crate) fn start() -> Option<Pair> {
        let first_port = free_ports();
        let mut ours = Ours::start(first_port);
        let confs: Vec<String> = (0..NODES).map(|node| ours.conf(node)).collect();
        let real = Real::start(first_port, &confs)?;
        let ids = ours.ids();
        let (clients, handles) = (Vec::new(), [Vec::new(), Vec::new()]);
        let (fresh, owed) = (ours.clone(), Owed::read());
        let behind = false;
        Some(Pair { real, ours, fresh, clients, handles, behind, owed, ids, first_port })
    }
    /// Plays commands from the beginning, up to the first different answer.
    pub(crate) fn play(&mut self, ops: &[Op]) -> Option<Difference> {
        self.reset();
        ops.iter().enumerate().find_map(|(at, op)| {
            let found = self.step(op);
            found.map(|(line, real, ours)| Difference { at, line, real, ours })
        })
    }
    /// Plays commands to their end and prints all that differs; how much it was.
    pub(crate) fn tell_all(&mut self, ops: &[Op]) -> usize {
        self.reset();
        let mut different = 0;
        for op in ops {
            if let Some((line, real, ours)) = self.step(op) {
                different += 1;
                let only = |these: &[String], others: &[String]| {
                    let only = these.iter().filter(|line| !others.contains(line));
                    only.take(12).cloned().collect::<Vec<_>>().join(" / ")
                };
                let (real, ours) = (only(&real, &ours), only(&ours, &real));
                eprintln!("{op:?} on {line}\n    real {real}\n    ours {ours}");
            }
        }
        different
    }
    /// Whether a connection queues what it asks.
    pub(super) fn is_in_transaction(&self, line: usize) -> bool {
        self.clients[line].in_transaction()
    }
    /// Asks both on connections that the test's commands do not see.
    pub(super) fn control(&mut self, node: usize, line: &str) -> (Value, Value) {
        let argv = Argv::from(line);
        (self.real.control(node, &argv), self.ours.control(node, &argv))
    }

    fn step(&mut self, op: &Op) -> Option<(usize, Vec<String>, Vec<String>)> {
        let ahead = self.ours.follow();
        if AHEAD < ahead {
            sleep(Duration::from_millis(ahead.0 / 2));
        }
        match &op.act {
            Act::Ask(argv) => self.ask(op.line(), argv),
            Act::Expire => {
                self.expire();
                None
            }
        }
    }

    fn ask(&mut self, line: usize, argv: &Argv) -> Option<(usize, Vec<String>, Vec<String>)> {
        match self.clients[line].is_busy() {
            None => {}
            Some(false) => return None,
            Some(true) => self.reopen(line),
        }
        let node = node_of(line);
        if node == REPLICA && self.behind {
            self.catch_up();
        }
        self.behind |= node == 0;
        if ["randomkey", "flushall", "flushdb"].contains(&argv.name().as_str()) {
            // A real server deletes the expired keys that it meets: here there are none.
            _ = self.control(node, "SCAN 0 COUNT 100000");
        }
        let argv = self.clients[line].asks(argv);
        let patience = self.clients[line].patience();
        self.real.send(line, &filled(&argv, &self.handles[0]));
        self.ours.ask(line, &filled(&argv, &self.handles[1]), patience);
        if says_more(&argv) {
            self.ours.rest(Millis(2));
        }
        let (mut real, mut ours) = self.hear();
        if ours[line].is_empty() {
            // What nobody answers has been heard once something else is answered.
            _ = self.control(node, "PING");
        }
        self.clients[line].heard(&ours[line]);
        for other in (0..LINES).filter(|&other| other != line) {
            ours[other].iter().for_each(|value| self.clients[other].overheard(value));
        }
        self.go_on(line, &argv, &mut real[line], &mut ours[line]);
        let different = (0..LINES).find_map(|line| self.compare(line, &mut real, &mut ours));
        self.after(line, &argv, &ours);
        different.or_else(|| self.compare_counters(line))
    }

    /// What the node has counted by now: the command that is counted otherwise is the one before.
    fn compare_counters(&mut self, line: usize) -> Option<(usize, Vec<String>, Vec<String>)> {
        let (mut real, mut ours) = self.control(node_of(line), COUNTERS);
        mask::settle(&Argv::from(COUNTERS), &[], node_of(line), &mut real, &mut ours);
        if real == ours {
            return None;
        }
        // What comes next can be told apart from this.
        _ = self.control(node_of(line), "CONFIG RESETSTAT");
        Some((line, real.lines(), ours.lines()))
    }

    /// All that was said on all connections, as many values on one side as on the other.
    fn hear(&mut self) -> (Vec<Vec<Value>>, Vec<Vec<Value>>) {
        let mut ours: Vec<Vec<Value>> = (0..LINES).map(|l| self.ours.take(l).into()).collect();
        let mut real = vec![Vec::new(); LINES];
        for line in 0..LINES {
            while real[line].len() < ours[line].len() {
                let Some(value) = self.real.next(line) else { break };
                real[line].push(value);
            }
            while let Some(value) = self.real.early(line) {
                real[line].push(value);
            }
            while ours[line].len() < real[line].len() {
                self.ours.wait_for(line, PATIENCE);
                let more = self.ours.take(line);
                if more.is_empty() {
                    break;
                }
                ours[line].extend(more);
            }
        }
        (real, ours)
    }

    fn compare(
        &mut self,
        line: usize,
        real: &mut [Vec<Value>],
        ours: &mut [Vec<Value>],
    ) -> Option<(usize, Vec<String>, Vec<String>)> {
        let (real, ours) = (&mut real[line], &mut ours[line]);
        if real.is_empty() && ours.is_empty() {
            return None;
        }
        let Client { asked, queue, .. } = self.clients[line].clone();
        order::of_values(&asked, real);
        order::of_values(&asked, ours);
        for (real, ours) in real.iter_mut().zip(ours.iter_mut()) {
            mask::settle(&asked, &queue, node_of(line), real, ours);
            if real != ours {
                self.look_closer(line, &asked, &queue, real, ours);
            }
        }
        let same = real == ours;
        if self.owed.covers(&asked, same) || same {
            return None;
        }
        let told = |values: &[Value]| values.iter().flat_map(Value::lines).collect();
        Some((line, told(real), told(ours)))
    }

    /// What the answers bring with them: closed connections are opened anew, brief keys end.
    fn after(&mut self, line: usize, argv: &Argv, ours: &[Vec<Value>]) {
        for (line, values) in ours.iter().enumerate() {
            if values.contains(&Value::Closed) {
                self.reopen(line);
            }
        }
        if argv.iter().any(|word| word == "cluster-require-full-coverage") {
            // It is looked at when the state is looked at next: some nodes do so ten times a second.
            self.rest(CRON);
        }
        if is_brief(argv) || argv.name() == "exec" && self.clients[line].queue.iter().any(is_brief)
        {
            self.rest(BRIEFLY);
        }
    }

    fn rest(&mut self, ms: u64) {
        self.ours.rest(Millis(ms));
        sleep(Duration::from_millis(ms));
    }
    /// Lets both delete what nobody asks for.
    fn expire(&mut self) {
        (0..NODES).for_each(|node| _ = self.control(node, "DEBUG SET-ACTIVE-EXPIRE 1"));
        self.rest(CYCLES);
        (0..NODES).for_each(|node| _ = self.control(node, "DEBUG SET-ACTIVE-EXPIRE 0"));
    }
    /// A replica hears of a write a moment later; here it has always heard.
    fn catch_up(&mut self) {
        // What a connection waits for is what was written before its last command.
        _ = self.control(0, "PING");
        _ = self.control(0, "WAIT 1 5000");
        self.behind = false;
    }
    fn reopen(&mut self, line: usize) {
        self.clients[line] = Client::default();
        self.real.reopen(line);
        self.ours.reopen(line);
        self.handles[0][line] = self.real.handle(line);
        self.handles[1][line] = self.ours.handle(line);
    }
    /// No keys, no open slots, new connections.
    fn reset(&mut self) {
        self.fresh.follow();
        self.ours = self.fresh.clone();
        self.real.reconnect();
        self.ours.reconnect();
        self.clients = vec![Client::default(); LINES];
        let handles = (0..LINES).map(|line| (self.real.handle(line), self.ours.handle(line)));
        let (real, ours): (Vec<Handle>, Vec<Handle>) = handles.unzip();
        self.handles = [real, ours];
        _ = self.control(REPLICA, "READONLY");
        for line in RESET {
            (0..NODES).for_each(|node| _ = self.control(node, line));
        }
        for (slot, owner) in SLOTS {
            _ = self.control(owner, &format!("CLUSTER SETSLOT {slot} STABLE"));
            _ = self.control(owner, &format!("CLUSTER ADDSLOTS {slot}"));
        }
        self.catch_up();
        self.rest(CRON);
        (0..NODES).for_each(|node| _ = self.control(node, "SAVE"));
        (0..NODES).for_each(|node| _ = self.control(node, "CONFIG RESETSTAT"));
    }
}

/// Whether one command may bring several values, on its connection or on others.
fn says_more(argv: &Argv) -> bool {
    let name = argv.name();
    name.contains("subscribe") || ["publish", "spublish", "exec", "client"].contains(&name.as_str())
}

/// What is asked after each command.
const COUNTERS: &str = "INFO stats keyspace errorstats";

/// What the patterns can change; a replica refuses what is not for it.
const RESET: &[&str] = &[
    "DEBUG SET-ACTIVE-EXPIRE 0",
    "CLIENT UNPAUSE",
    "FLUSHALL",
    "SCRIPT FLUSH",
    "CLUSTER SETSLOT 5 STABLE",
    "CLUSTER SETSLOT 3300 STABLE",
    "CLUSTER SETSLOT 7365 STABLE",
    "CLUSTER SETSLOT 11298 STABLE",
    "CLUSTER SETSLOT 15891 STABLE",
    "CONFIG SET hz 10",
    "CONFIG SET cluster-node-timeout 15000",
    "CONFIG SET cluster-require-full-coverage yes",
    "CONFIG SET cluster-allow-reads-when-down no",
    "CONFIG SET cluster-allow-pubsubshard-when-down yes",
    "CONFIG SET slowlog-log-slower-than -1",
    "SLOWLOG RESET",
];
