//! The bus: packets a second and gossip entries a packet in steady clusters, and what follows what
//! when something happens.

use super::lab::{self, Lab};
use super::recorded;
use serde_json::Value;
use slotlab::shapes::message::Kind;
use slotlab::shapes::spec::Latency;
use slotlab::sim::Action;
use std::fmt::Write;

/// The steady recordings, and how many seconds of ours to count.
pub(crate) const STEADY: [(&str, u64); 3] =
    [("steady_6_nt2000", 200), ("steady_6_nt15000", 600), ("steady_30_nt2000", 30)];

/// Rates of a steady cluster.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rates {
    /// Pings a second.
    pub(crate) pings: f64,
    /// Pongs a second.
    pub(crate) pongs: f64,
    /// Gossip entries a packet, on average.
    pub(crate) entries: f64,
}

/// What was recorded.
pub(crate) fn real(scenario: &str) -> Rates {
    let recording = recorded::bus(scenario);
    let rate = |kind: &str| recording["per_second"][kind].as_f64().unwrap_or(0.0);
    let histogram = recording["gossip_entries_histogram"].as_object().expect("a histogram");
    let (mut packets, mut entries) = (0.0, 0.0);
    for (size, count) in histogram {
        let count = count.as_f64().unwrap_or(0.0);
        packets += count;
        entries += count * size.parse::<f64>().unwrap_or(0.0);
    }
    Rates { pings: rate("PING"), pongs: rate("PONG"), entries: entries / packets }
}

/// What the world does, counted for so many seconds in each of some runs.
pub(crate) fn ours(scenario: &str, seconds: u64, seeds: u64) -> Rates {
    let recording = recorded::bus(scenario);
    let node_timeout = recording["config"]["node_timeout_ms"].as_u64().expect("a node timeout");
    let members = recorded::members(&recording["nodes"]);
    let (mut pings, mut pongs, mut entries, mut packets) = (0, 0, 0u64, 0);
    for seed in 0..seeds {
        let mut lab = Lab::build(&members, &lab::config(node_timeout), seed);
        lab.act(&Action::Latency(latency(&recording)));
        lab.run_about(2 * node_timeout, 1000);
        lab.watch.on = true;
        lab.run(seconds * 1000);
        let counts = lab.count_packets();
        pings += counts.get(&Kind::Ping).copied().unwrap_or(0);
        pongs += counts.get(&Kind::Pong).copied().unwrap_or(0);
        packets += lab.watch.packets.len() as u64;
        entries += lab.watch.packets.iter().map(|sent| u64::from(sent.gossip)).sum::<u64>();
    }
    let time = (seconds * seeds) as f64;
    Rates {
        pings: pings as f64 / time,
        pongs: pongs as f64 / time,
        entries: entries as f64 / packets as f64,
    }
}

/// The machine's network: round trips as long on average as the recorded ones. One recording's
/// machine was saturated, and late answers make rarer pings.
pub(crate) fn latency(recording: &Value) -> Latency {
    let mean_us = recording["round_trip_ms"]["mean"].as_f64().expect("a mean") * 1000.0;
    Latency { base_us: 30, jitter_us: mean_us as u64 - 60 }
}

/// The report `docs/fidelity/bus.md`.
pub(crate) fn report() -> String {
    let mut text = String::from(TITLE);
    for (scenario, seconds) in STEADY {
        let (real, ours) = (real(scenario), ours(scenario, seconds, 3));
        for (what, real, ours) in [
            ("PING / s", real.pings, ours.pings),
            ("PONG / s", real.pongs, ours.pongs),
            ("gossip entries a packet", real.entries, ours.entries),
        ] {
            let percent = 100.0 * (ours / real - 1.0);
            writeln!(text, "| {scenario} | {what} | {real:.2} | {ours:.2} | {percent:+.1} % |")
                .expect("a String");
        }
    }
    text + &scale() + &super::causes::report(20)
}

/// Messages a second of whole clusters, half masters and half replicas.
fn scale() -> String {
    let mut text = String::from(SCALE);
    let rows = recorded::scale();
    for row in rows.as_array().expect("rows") {
        let number = |name: &str| row[name].as_u64().expect("a number");
        let (servers, node_timeout) = (number("servers"), number("node_timeout_ms"));
        let samples: Vec<f64> = row["messages_sent_per_s"]
            .as_array()
            .expect("samples")
            .iter()
            .filter_map(serde_json::Value::as_f64)
            .collect();
        let real = samples.iter().sum::<f64>() / samples.len() as f64;
        let members = recorded::halves(servers as usize);
        write!(text, "| {servers} | {node_timeout} | {real:.0} |").expect("a String");
        for latency in [Latency::default(), LATE] {
            let ours = messages_per_s(&members, node_timeout, latency);
            let percent = 100.0 * (ours / real - 1.0);
            write!(text, " {ours:.0} ({percent:+.1} %) |").expect("a String");
        }
        text.push('\n');
    }
    text
}

/// Answers come 20 ms late on average, as from servers that wait for a processor.
const LATE: Latency = Latency { base_us: 30, jitter_us: 19_940 };

fn messages_per_s(members: &[recorded::Member], node_timeout: u64, latency: Latency) -> f64 {
    let mut lab = Lab::build(members, &lab::config(node_timeout), 1);
    lab.act(&Action::Latency(latency));
    lab.run(2 * node_timeout);
    let before = lab.bus_messages();
    let seconds = if node_timeout < 5000 { 10 } else { 30 };
    lab.run(seconds * 1000);
    (lab.bus_messages() - before) as f64 / seconds as f64
}

const SCALE: &str = "
The 30 servers were recorded on a saturated machine (answers took 8.5 ms on average, one in a hundred
142 ms), and late answers make rarer pings; here each cluster is played with the recorded mean.

## Larger clusters

Messages a second, all servers together. Real: counted by the servers, on two cores that other jobs
kept nearly full. Ours: with the default latency, and with answers that come 20 ms late on average. At
a node timeout of 2 s the lateness decides: a node is pinged again after 1000 ms, on the tenth tick
of 101 ms only if its answer took less than 10 ms, else on the eleventh.

| servers | node timeout | real | ours | ours, late answers |
|---|---|---|---|---|
";

const TITLE: &str = "# The cluster bus: real servers and ours

Written by `cargo xtask fidelity`. Real: every packet between Redis 7.0.15 servers on one loopback,
each on its own address. Ours: the same cluster in the world.

## Steady clusters

| recording | what | real | ours | difference |
|---|---|---|---|---|
";
