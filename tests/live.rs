//! The real `redis-cli --cluster create`, run now against real servers, beside ours.
//!
//! Random topologies on loopback: 127.0.0.x plays host x. Ids are read from the nodes and the second
//! of the plan is bracketed, so what remains to chance are the dots and the order of a hash table. Ours
//! finds the second on paper, which costs nothing, and then runs in the engine.
//! Skipped with a line on standard error where redis-server or redis-cli is missing, except in CI.

#[path = "live/server.rs"]
mod server;
mod support;

use server::{Server, both_are_there, redis_cli, say, unix_second};
use slotlab::cli::Env;
use slotlab::words::{Millis, Rng, Seed, Time};
use std::fmt;
use std::process::Output;
use support::drive::{Transcript, drive};
use support::engine::{Engine, Planned};
use support::scripted::Scripted;
use support::transcript::{canonical, compare};

const TOPOLOGIES: usize = 10;
/// So long after the turn of the second ours begins: the plan is made in the same second.
const INTO_THE_SECOND: Millis = Millis(50);

#[test]
fn fresh_runs_of_the_real_redis_cli_say_what_ours_says() {
    if !both_are_there() {
        return;
    }
    let seed = std::env::var("SLOTLAB_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(7);
    let mut rng = Rng::new(Seed(seed), 0);
    for number in 1..=TOPOLOGIES {
        let topology = Topology::random(&mut rng);
        let outcome = same_as_the_real_one(&topology);
        let said = if outcome.is_ok() { "the same" } else { "different" };
        say(&format!("live: {number}/{TOPOLOGIES}: {topology}: {said}"));
        outcome.unwrap_or_else(|why| panic!("seed {seed}, {topology}: {why}"));
    }
}

/// Nodes, in the order of the arguments, and how many replicas each master is to have.
struct Topology {
    /// The host of each node: x of 127.0.0.x.
    hosts: Vec<u8>,
    replicas: usize,
}

impl Topology {
    /// 3 to 5 masters with 0 to 2 replicas, sometimes a spare node, on 1 to 4 hosts in any order.
    fn random(rng: &mut Rng) -> Topology {
        let masters = 3 + rng.below(3) as usize;
        let replicas = rng.below(3) as usize;
        let spares = if replicas > 0 && rng.below(3) == 0 { 1 } else { 0 };
        let host_count = 1 + rng.below(4);
        let nodes = masters * (replicas + 1) + spares;
        Topology { hosts: (0..nodes).map(|_| 1 + rng.below(host_count) as u8).collect(), replicas }
    }
}

impl fmt::Display for Topology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts = self.hosts.iter().map(u8::to_string).collect::<Vec<_>>().join("");
        write!(f, "nodes on hosts {hosts}, {} replicas", self.replicas)
    }
}

/// Runs the real one on fresh servers and ours with their ids.
fn same_as_the_real_one(topology: &Topology) -> Result<(), String> {
    let servers: Vec<Server> = topology.hosts.iter().map(|host| Server::start(*host)).collect();
    let ours: Vec<Planned> = servers.iter().map(Server::planned).collect::<Result<_, _>>()?;
    let mut argv = vec!["--cluster".to_owned(), "create".to_owned()];
    argv.extend(servers.iter().map(Server::address));
    argv.extend(["--cluster-replicas".to_owned(), topology.replicas.to_string()]);
    argv.push("--cluster-yes".to_owned());

    let before = unix_second();
    let theirs = redis_cli(&argv, "dumb").map_err(|error| error.to_string())?;
    let after = unix_second();
    let second =
        (before..=after).find(|second| same(&theirs, &on_paper(&argv, &ours, *second)).is_ok());
    let at = Time::from_unix_s(second.unwrap_or(before)) + INTO_THE_SECOND;
    same(&theirs, &drive(&argv, Env::default(), &mut Engine::boot(&ours, at), b""))
}

fn on_paper(argv: &[String], servers: &[Planned], second: u64) -> Transcript {
    let mut cluster = Scripted::default();
    for server in servers {
        cluster.add(&server.address, server.id);
    }
    drive(argv, Env::default(), &mut cluster.at(Time::from_unix_s(second)), b"")
}

fn same(theirs: &Output, ours: &Transcript) -> Result<(), String> {
    if theirs.status.code() != Some(ours.code) {
        return Err(format!("exit code {:?}, ours {}", theirs.status.code(), ours.code));
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    compare("stdout", &canonical(&text(&theirs.stdout)), &canonical(&ours.stdout))?;
    compare("stderr", &text(&theirs.stderr), &ours.stderr)
}
