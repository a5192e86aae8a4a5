//! The real redis-cli --cluster against simulated nodes says what it says against real ones.
//!
//! The same steps run against both, one after the other. Ids and ports are replaced by the node's
//! number. What remains to chance is how long the join takes and in which order a hash table names
//! nodes: dots are left out and such lines sorted.

mod support;
#[path = "../../tests/support/transcript.rs"]
#[allow(dead_code, reason = "it is for other tests, too")]
mod transcript;

use support::{Real, Served, redis_cli, say, text, there};

const NODES: u16 = 6;

/// What is done, in order. `@2` is a node's address, `#2` its id; a step without `--cluster` is a command
/// for node 0, or for the one it names.
const STEPS: &[&str] = &[
    "--cluster create @0 @1",
    "--cluster create @0 @1 @2 @5 --cluster-yes",
    "--cluster create @0 @1 @2 @5 --cluster-yes",
    "--cluster check @0",
    "--cluster info @1",
    "--cluster add-node @3 @0",
    "settle",
    "--cluster add-node @3 @0",
    "--cluster add-node @9 @0",
    "fill",
    "--cluster reshard @0 --cluster-from #0 --cluster-to #1 --cluster-slots 80 --cluster-yes",
    "--cluster rebalance @1 --cluster-threshold 10",
    "--cluster rebalance @1 --cluster-threshold 1",
    "--cluster reshard @0 --cluster-from #0 --cluster-to #3 --cluster-slots 60 --cluster-yes",
    "--cluster reshard @0 --cluster-from #0 --cluster-to #0 --cluster-slots 7 --cluster-yes",
    "--cluster reshard @0 --cluster-from #0 --cluster-to nonsense --cluster-slots 7 --cluster-yes",
    "--cluster check @3",
    "--cluster add-node @4 @0 --cluster-slave --cluster-master-id #3",
    "settle",
    "--cluster check @1",
    "-p 0 CLUSTER SETSLOT 6000 IMPORTING #1",
    "-p 1 CLUSTER SETSLOT 6000 MIGRATING #0",
    "--cluster check @2",
    "--cluster fix @2",
    "--cluster del-node @0 #1",
    "--cluster del-node @0 #4",
    "--cluster call @0 PING",
    "--cluster set-timeout @0 10",
    "--cluster set-timeout @0 12000",
    "-p 1 CONFIG GET cluster-node-timeout",
    "--cluster reshard @0 --cluster-from #3 --cluster-to #2 --cluster-slots 60 --cluster-yes",
    "settle",
    "--cluster del-node @0 #3",
    "settle",
    "--cluster check @0",
];

/// A cluster that the steps run against.
struct Bench {
    port: u16,
    ids: Vec<String>,
}

impl Bench {
    fn new(port: u16) -> Bench {
        let id = |port: u16| text(&redis_cli(&["-p", &port.to_string(), "CLUSTER", "MYID"]).stdout);
        let ids = (port..port + NODES).map(|port| id(port).trim().to_owned()).collect();
        Bench { port, ids }
    }
    /// Does a step; what was printed on standard output and error, and the exit code.
    fn run(&self, step: &str) -> String {
        match step {
            "fill" => return self.fill(),
            "settle" => {
                self.settle();
                return String::new();
            }
            _ => {}
        }
        let words: Vec<String> = step.split(' ').map(|word| self.word(word)).collect();
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        let port;
        if words[0] == "-p" {
            port = (self.port + words[1].parse::<u16>().expect("a node's number")).to_string();
            words[1] = &port;
        }
        let output = redis_cli(&words);
        let said = format!(
            "{}--\n{}exit {:?}\n",
            text(&output.stdout),
            text(&output.stderr),
            output.status.code()
        );
        self.masked(&said)
    }
    fn word(&self, word: &str) -> String {
        let node = || word[1..].parse::<u16>().expect("a node's number");
        match word.as_bytes()[0] {
            b'@' => format!("127.0.0.1:{}", self.port + node()),
            b'#' => self.ids[usize::from(node())].clone(),
            _ => word.to_owned(),
        }
    }
    /// 300 keys through -c, 100 of them in slots of node 0 or wherever they belong.
    fn fill(&self) -> String {
        let port = self.port.to_string();
        let set = |n: u32| {
            let (key, value) = (format!("key:{n}"), format!("value {n}"));
            text(&redis_cli(&["-c", "-p", &port, "SET", &key, &value]).stdout)
        };
        (0..60).map(set).collect()
    }
    /// Waits until all nodes that are in the cluster see the same one, replicas included.
    fn settle(&self) {
        std::thread::sleep(std::time::Duration::from_secs(6));
    }
    /// Ids and ports as node numbers; lines in the order of a hash table sorted.
    fn masked(&self, said: &str) -> String {
        let mut said = said.to_owned();
        for n in (0..10).rev() {
            said = said.replace(&format!("127.0.0.1:{}", self.port + n), &format!("node{n}"));
        }
        for (n, id) in self.ids.iter().enumerate() {
            said = said.replace(id.as_str(), &format!("id{n}"));
            said = said.replace(&id[..8], &format!("id{n}"));
        }
        sorted_rows(&transcript::canonical(&said))
    }
}

/// Neighbouring lines that are one a node, sorted.
fn sorted_rows(said: &str) -> String {
    let is_row = |line: &str| {
        line.contains(" -> ")
            || line.starts_with("[WARNING] Node ")
            || line.contains(": PONG")
            || line.contains("setting node-timeout")
    };
    let mut rows: Vec<&str> = Vec::new();
    let mut out = String::new();
    for line in said.split_inclusive('\n') {
        if is_row(line) {
            rows.push(line);
            continue;
        }
        rows.sort_unstable();
        out.extend(rows.drain(..));
        out += line;
    }
    out.extend(rows);
    out
}

#[test]
fn cluster_commands_say_what_they_say_against_real_servers() {
    if !(there("redis-server") && there("redis-cli")) {
        return;
    }
    let real = Real::start(NODES, true);
    let served = Served::start(NODES, &["--empty"]);
    let (theirs, ours) = (Bench::new(real.port), Bench::new(served.port));
    let mut different = Vec::new();
    for step in STEPS {
        let (theirs, ours) = std::thread::scope(|scope| {
            let theirs = scope.spawn(|| theirs.run(step));
            (theirs.join().expect("it runs"), ours.run(step))
        });
        let same = theirs == ours;
        say(&format!("redis_cli: {step}: {}", if same { "the same" } else { "different" }));
        if !same {
            different.push(format!("{step}\n--- real\n{theirs}\n--- ours\n{ours}"));
        }
    }
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
}
