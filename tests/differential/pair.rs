//! A real cluster and ours, side by side: what both say to a sequence of commands.

use super::clients::{Client, Handle, LINES, filled, may_wait, node_of};
use super::grammar::{Act, CONNECTIONS, NODES, Op, REPLICA, SLOTS, is_brief};
use super::mask;
use super::moments::Moments;
use super::order;
use super::ours::Ours;
use super::owed::Owed;
use super::real::{Real, free_ports};
use super::said::{may_publish, moves_slots, said_in, says_more, told_apart};
use super::traffic::{self, Beyond};
use super::value::Value;
use slotlab::words::{Argv, Millis, NodeId};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Both clusters.
pub(crate) struct Pair {
    pub(super) real: Real,
    pub(super) ours: Ours,
    /// Ours as it began: a sequence starts from here.
    fresh: Ours,
    clients: Vec<Client>,
    handles: [Vec<Handle>; 2],
    /// The node whose clients were paused last, and by when that is over.
    pauses: Option<(usize, Instant)>,
    /// When MIGRATE may have opened connections that are still there.
    migrated: Vec<Instant>,
    /// Whether the replica may not have heard of all yet.
    behind: bool,
    /// Bytes that the nodes count beyond those that the test said and heard.
    beyond: Beyond,
    /// The ids that both sides made of their clocks.
    pub(super) moments: Moments,
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
/// So many commands before a difference are told with it.
const BEFORE: usize = 8;
/// Our clock may be ahead by so much.
const AHEAD: Millis = Millis(60);
/// No pause lasts longer: a real server looks whether it is over ten times a second.
const PAUSE: u64 = 125;
/// By then every node has looked at the state of the cluster.
const CRON: u64 = 130;
/// By then every client that waits was looked at: five of them every 100 ms.
const LOOKED_AT: u64 = 250;
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
        let (behind, migrated, pauses) = (false, Vec::new(), None);
        let (moments, beyond) = (Moments::default(), Beyond::default());
        Some(Pair {
            real,
            ours,
            fresh,
            clients,
            handles,
            pauses,
            migrated,
            behind,
            beyond,
            moments,
            owed,
            ids,
            first_port,
        })
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
    pub(crate) fn tell_all(&mut self, ops: &[Op], played: u64) -> usize {
        self.reset();
        let mut different = 0;
        for (at, op) in ops.iter().enumerate() {
            if let Some((line, real, ours)) = self.step(op) {
                different += 1;
                let (real, ours) = told_apart(&real, &ours);
                eprintln!("after {played} + {at}: {op:?} on {line}");
                eprintln!("    real {real}\n    ours {ours}");
                let before = ops[..at].iter().rev().filter(|before| before.node == op.node);
                before
                    .take(BEFORE)
                    .for_each(|op| eprintln!("        after {} {:?}", op.conn, op.act));
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
        self.outlive_connections();
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
        // MIGRATE writes elsewhere.
        let queued = self.clients[line].queue.iter().any(|queued| queued.name() == "migrate");
        let migrates = argv.name() == "migrate" || argv.name() == "exec" && queued;
        self.behind |= node == 0 || migrates;
        if migrates {
            self.migrated.push(Instant::now());
        }
        if argv.name() == "randomkey" {
            // It deletes the expired keys that it meets by chance: here there are none.
            _ = self.control(node, "SCAN 0 COUNT 100000");
        }
        let argv = match self.is_news(node, line, argv) {
            true => Argv::from("PING"),
            false => argv.clone(),
        };
        let argv = self.clients[line].asks(&argv);
        if may_wait(&argv)
            && self.pauses.is_some_and(|(of, until)| of == node && Instant::now() < until)
        {
            // Whether it waits for a key or for the end of the pause would be a moment.
            self.rest(PAUSE);
        }
        if argv.name() == "client"
            && argv.get(1).is_some_and(|word| word.eq_ignore_ascii_case(b"pause"))
        {
            self.pauses = Some((node, Instant::now() + Duration::from_millis(PAUSE)));
        }
        let patience = self.clients[line].patience();
        self.real.send(line, &filled(&argv, &self.handles[0]));
        self.ours.ask(line, &filled(&argv, &self.handles[1]), patience);
        if says_more(&argv) {
            self.ours.rest(Millis(2));
        }
        if may_publish(&argv) {
            self.settle_bus();
        }
        if migrates {
            // A node that is its own target hears of that in its next rounds.
            self.rest(2);
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

    /// Whether a command would have others hear of it in time: it assigns a slot that is not the
    /// node's, or ends an import, which takes an epoch. A real node would keep that for the next sequence.
    fn is_news(&mut self, node: usize, line: usize, argv: &Argv) -> bool {
        let words: Vec<String> =
            argv.iter().map(|word| String::from_utf8_lossy(word).to_lowercase()).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (slot, target) = match words[..] {
            ["cluster", "setslot", slot, "node", id] => (slot, Some(id)),
            ["cluster", "delslots", slot] => (slot, None),
            _ => return false,
        };
        if !SLOTS.contains(&(slot.parse().unwrap_or(0), node)) {
            return true;
        }
        let of_node = node * CONNECTIONS..(node + 1) * CONNECTIONS;
        if target.is_none() && self.clients[of_node].iter().any(Client::is_waiting) {
            // Whether who waits there hears of the slot or of the cluster is a moment.
            return true;
        }
        if target.is_none_or(|id| *id != self.ids[node].to_string()) {
            return false;
        }
        let (_, nodes) = self.control(node, "CLUSTER NODES");
        let text = String::from_utf8_lossy(nodes.text().unwrap_or_default()).into_owned();
        self.is_in_transaction(line) || text.contains(&format!("[{slot}-<-"))
    }

    /// What the node has counted by now: the command that is counted otherwise is the one before.
    fn compare_counters(&mut self, line: usize) -> Option<(usize, Vec<String>, Vec<String>)> {
        let node = node_of(line);
        let heard = [self.real.traffic(node).heard, self.ours.traffic(node).heard];
        let (mut real, mut ours) = self.control(node, COUNTERS);
        let sent = [self.real.traffic(node).sent, self.ours.traffic(node).sent];
        let beyond = [(&real, 0), (&ours, 1)].map(|(said, side)| {
            let input = traffic::counted(said, "total_net_input_bytes") - sent[side] as i64;
            [input, traffic::counted(said, "total_net_output_bytes") - heard[side] as i64]
        });
        mask::settle(&Argv::from(COUNTERS), &[], node, &mut real, &mut ours);
        // Half an answer may hold what is masked, and was not heard yet.
        let mut owed = self.clients[node * CONNECTIONS..(node + 1) * CONNECTIONS].iter();
        if !owed.any(Client::is_owed)
            && let Some((real, ours)) = self.beyond.compare(node, beyond)
        {
            return Some((line, real, ours));
        }
        if real == ours {
            return None;
        }
        self.beyond.forget(node);
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
        let (queue, mut after) = said_in(&asked, &queue, real);
        for (place, (real, ours)) in real.iter_mut().zip(ours.iter_mut()).enumerate() {
            let next = if place == 0 { None } else { after.pop_front() };
            let (asked, queue) = match &next {
                Some(queued) => (queued, &[][..]),
                None => (&asked, &queue[..]),
            };
            mask::settle(asked, queue, node_of(line), real, ours);
            self.moments.settle(asked, queue, real, ours);
            if real != ours {
                self.look_closer(line, asked, queue, real, ours);
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
        let of_node = node_of(line) * CONNECTIONS..(node_of(line) + 1) * CONNECTIONS;
        let queue = &self.clients[line].queue;
        let moved = moves_slots(argv) || argv.name() == "exec" && queue.iter().any(moves_slots);
        let refused = ours[line].first().is_some_and(Value::is_error);
        if moved && !refused && self.clients[of_node].iter().any(Client::is_waiting) {
            // Who waits for keys is sent elsewhere by the cron.
            self.rest(LOOKED_AT);
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
    /// Waits until what was published has come everywhere over the bus: whoever subscribes after that hears
    /// nothing of it. Both sides are asked as often.
    fn settle_bus(&mut self) {
        const TRIES: usize = 200;
        for _ in 0..TRIES {
            let mut missing = [0, 0];
            for node in 0..NODES {
                let (real, ours) = self.control(node, "CLUSTER INFO");
                missing[0] += traffic::published(&real);
                missing[1] += traffic::published(&ours);
            }
            if missing == [0, 0] {
                return;
            }
            self.rest(1);
        }
    }
    /// Connections of MIGRATE end after ten seconds and a little, which is a moment: while one is so old,
    /// nobody asks.
    fn outlive_connections(&mut self) {
        const OLD: Duration = Duration::from_secs(10);
        const GONE: Duration = Duration::from_millis(12_500);
        let Some(oldest) = self.migrated.first().map(Instant::elapsed) else { return };
        if OLD < oldest {
            self.rest(GONE.saturating_sub(oldest).as_millis() as u64);
            self.migrated.retain(|since| since.elapsed() < GONE);
        }
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
        self.migrated.clear();
        self.moments = Moments::default();
        self.beyond = Beyond::default();
        let handles = (0..LINES).map(|line| (self.real.handle(line), self.ours.handle(line)));
        let (real, ours): (Vec<Handle>, Vec<Handle>) = handles.unzip();
        self.handles = [real, ours];
        _ = self.control(REPLICA, "READONLY");
        for line in RESET {
            (0..NODES).for_each(|node| _ = self.control(node, line));
        }
        for (slot, owner) in SLOTS {
            _ = self.control(owner, &format!("CLUSTER SETSLOT {slot} STABLE"));
            // It may be nobody's, or have been given away.
            _ = self.control(owner, &format!("CLUSTER DELSLOTS {slot}"));
            _ = self.control(owner, &format!("CLUSTER ADDSLOTS {slot}"));
        }
        self.catch_up();
        self.rest(CRON);
        (0..NODES).for_each(|node| _ = self.control(node, "SAVE"));
        (0..NODES).for_each(|node| _ = self.control(node, "CONFIG RESETSTAT"));
    }
}

/// What is asked after each command.
const COUNTERS: &str = "INFO stats clients persistence commandstats errorstats keyspace";

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
