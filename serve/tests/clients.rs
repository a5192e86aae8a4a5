//! Clients that other people wrote: redis-py, ioredis, node-redis and redis-benchmark, through a failover, a reshard
//! and a partition.
//!
//! Each client works in a process of its own and is told phase by phase how long, and whether errors are
//! to be expected. In a phase without a fault nothing may go wrong; in one with a fault only what a
//! client says when a node does not answer.

mod support;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;
use support::{PATIENCE, Real, Served, missing, redis_cli, say, text, there};

/// A client at work.
struct Client {
    process: Child,
    stdin: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Client {
    fn start(command: &mut Command) -> Client {
        let mut process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let stdin = process.stdin.take().expect("it is piped");
        let answers = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut client = Client { process, stdin, answers };
        assert!(client.answer().contains("ready"), "it is ready");
        client
    }
    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("it answers");
        line.trim_end().to_owned()
    }
    /// Lets it work, and does something meanwhile.
    fn phase(&mut self, name: &str, seconds: u32, fault: bool, meanwhile: impl FnOnce()) {
        let errors = if fault { "yes" } else { "no" };
        writeln!(self.stdin, "{seconds} {errors}").expect("it listens");
        std::thread::sleep(Duration::from_millis(300));
        meanwhile();
        let said = self.answer();
        say(&format!("clients: {name}: {said}"));
        assert!(
            said.contains("\"unexpected\": []") || said.contains("\"unexpected\":[]"),
            "{said}"
        );
        let idle = said.contains("\"done\": 0,") || said.contains("\"done\":0,");
        assert!(fault || !idle, "{name}: nothing was done");
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // It may have ended by itself.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// Waits until every master with slots answers and every node that runs sees the cluster as ok: on a
/// busy machine a failover takes longer than its phase.
fn settled(served: &Served) {
    let ask = |port: u16, words: &[&str]| {
        let port = port.to_string();
        text(&redis_cli(&[&["-p", &port], words].concat()).stdout)
    };
    let is_up = |port| ask(port, &["PING"]).contains("PONG");
    let sees_ok = |port| ask(port, &["CLUSTER", "INFO"]).contains("cluster_state:ok");
    let owner = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let address = words.get(1)?.split('@').next()?;
        (words.len() > 8).then(|| address.rsplit(':').next()?.parse().ok())?
    };
    let ports = served.port..served.port + 6;
    let is_settled = || {
        let nodes = ask(served.port, &["CLUSTER", "NODES"]);
        nodes.lines().filter_map(owner).all(is_up)
            && ports.clone().filter(|&port| is_up(port)).all(sees_ok)
    };
    for _ in 0..PATIENCE.as_secs() * 10 {
        if is_settled() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("the simulated cluster does not settle");
}

/// A failover, a reshard and a partition, with calm phases between.
fn story(name: &str, served: &Served, client: &mut Client) {
    let node = |n: u16| (served.port + n).to_string();
    let order = |words: &[&str]| assert_eq!(served.order(served.port, words), "OK\n", "{words:?}");
    let said = |what: &str| format!("{name}, {what}");
    client.phase(&said("calm"), 2, false, || {});
    client.phase(&said("a master is killed"), 6, true, || order(&["kill", &node(1)]));
    settled(served);
    client.phase(&said("after the failover"), 2, false, || {});
    client.phase(&said("it comes back"), 3, false, || order(&["start", &node(1)]));
    settled(served);
    client.phase(&said("slots move"), 5, false, || reshard(served, &node(0)));
    client.phase(&said("a master is cut off"), 7, true, || {
        order(&["partition", &node(2), "|", "rest"])
    });
    client.phase(&said("the way is open again"), 5, true, || order(&["heal"]));
    settled(served);
    client.phase(&said("calm again"), 2, false, || {});
}

/// 20 slots with their keys go from node 0 to node 2.
fn reshard(served: &Served, port: &str) {
    let id = |n: u16| {
        let port = (served.port + n).to_string();
        text(&redis_cli(&["-p", &port, "CLUSTER", "MYID"]).stdout).trim().to_owned()
    };
    let address = format!("127.0.0.1:{port}");
    let (from, to) = (id(0), id(2));
    let run = redis_cli(&[
        "--cluster",
        "reshard",
        &address,
        "--cluster-from",
        &from,
        "--cluster-to",
        &to,
        "--cluster-slots",
        "20",
        "--cluster-yes",
    ]);
    assert!(run.status.success(), "{}", text(&run.stdout));
}

fn cluster() -> Served {
    Served::start(6, &["--replicas", "1", "--conf", "cluster-node-timeout 1000"])
}

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("it is in the project").to_owned()
}

fn redis_py(protocol: &str) {
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let packages = top().join(target).join("python");
    if !(there("redis-cli") && there("python3")) || !packages.is_dir() && !missing("redis-py") {
        return;
    }
    let served = cluster();
    let script = top().join("serve/tests/clients/redis_py.py");
    let mut command = Command::new("python3");
    command.arg(script).args([&served.port.to_string(), protocol]).env("PYTHONPATH", packages);
    let mut client = Client::start(&mut command);
    story(&format!("redis-py, RESP{protocol}"), &served, &mut client);
}

#[test]
fn redis_py_goes_through_all_of_it_in_resp2() {
    redis_py("2");
}

#[test]
fn redis_py_goes_through_all_of_it_in_resp3() {
    redis_py("3");
}

/// A client for Node, of this package and with this script.
fn for_node(name: &str, package: &str, script: &str) {
    let package = top().join("node_modules").join(package);
    if !(there("redis-cli") && there("node")) || !package.is_dir() && !missing(name) {
        return;
    }
    let served = cluster();
    let script = top().join("serve/tests/clients").join(script);
    let mut client = Client::start(Command::new("node").arg(script).arg(served.port.to_string()));
    story(name, &served, &mut client);
}

#[test]
fn ioredis_goes_through_all_of_it() {
    for_node("ioredis", "ioredis", "ioredis.mjs");
}

#[test]
fn node_redis_goes_through_all_of_it() {
    for_node("node-redis", "@redis/client", "node_redis.mjs");
}

#[test]
fn redis_benchmark_completes() {
    if !(there("redis-server") && there("redis-benchmark")) {
        return;
    }
    let served = Served::start(3, &[]);
    let real = Real::start(1, false);
    let run = |port: u16, more: &[&str]| {
        let port = port.to_string();
        let output = Command::new("redis-benchmark")
            .args(["-p", &port, "-t", "set,get", "-n", "100000", "-q"])
            .args(more)
            .output()
            .expect("it runs");
        assert!(output.status.success(), "{}", text(&output.stderr));
        // Progress is written over itself; a result is the last thing on its line.
        let said = text(&output.stdout);
        let results = said.split(['\r', '\n']).filter(|line| line.contains("requests per second"));
        results.map(|line| line.trim().to_owned()).collect::<Vec<_>>()
    };
    let ours = run(served.port, &["--cluster"]);
    let theirs = run(real.port, &[]);
    say(&format!("benchmark: 3 simulated masters: {}", ours.join("; ")));
    say(&format!("benchmark: one real redis-server: {}", theirs.join("; ")));
    assert_eq!((ours.len(), theirs.len()), (2, 2), "SET and GET");
}
