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
    text + &super::causes::report(20)
}

const TITLE: &str = "# The cluster bus: real servers and ours

Written by `cargo xtask fidelity`. Real: every packet between Redis 7.0.15 servers on one loopback,
each on its own address. Ours: the same cluster in the world.

## Steady clusters

| recording | what | real | ours | difference |
|---|---|---|---|---|
";
