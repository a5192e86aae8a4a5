//! The bus: packets a second and gossip entries a packet in steady clusters, and what follows what
//! when something happens.

use super::exact;
use super::lab::{self, Lab};
use super::numbers::say_p;
use super::recorded;
use serde_json::Value;
use slotlab::shapes::message::Kind;
use slotlab::shapes::spec::{Latency, Wait};
use slotlab::sim::Action;
use std::fmt::Write;

/// The steady recordings.
pub(crate) const STEADY: [&str; 3] = ["steady_6_nt2000", "steady_6_nt15000", "steady_30_nt2000"];

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

/// What the world does in as many seconds as were recorded, once with each seed.
pub(crate) fn ours(scenario: &str, seeds: u64) -> Vec<Rates> {
    let recording = recorded::bus(scenario);
    let node_timeout = recording["config"]["node_timeout_ms"].as_u64().expect("a node timeout");
    let seconds = recording["seconds"].as_f64().expect("how long it was recorded");
    let members = recorded::members(&recording["nodes"]);
    let play = |seed| {
        let mut lab = Lab::build(&members, &lab::config(node_timeout), Wait::none(), seed);
        lab.act(&Action::Latency(latency(&recording)));
        lab.run_about(2 * node_timeout, 1000);
        lab.watch.on = true;
        lab.run((seconds * 1000.0) as u64);
        let counts = lab.count_packets();
        let rate = |kind| counts.get(&kind).map_or(0.0, |&n| n as f64 / seconds);
        let entries: u64 = lab.watch.packets.iter().map(|sent| u64::from(sent.gossip)).sum();
        Rates {
            pings: rate(Kind::Ping),
            pongs: rate(Kind::Pong),
            entries: entries as f64 / lab.watch.packets.len() as f64,
        }
    };
    (0..seeds).map(play).collect()
}

/// The machine's network: round trips as long on average as the recorded ones. One recording's
/// machine was saturated, and late answers make rarer pings.
pub(crate) fn latency(recording: &Value) -> Latency {
    let mean_us = recording["round_trip_ms"]["mean"].as_f64().expect("a mean") * 1000.0;
    Latency { base_us: 30, jitter_us: mean_us as u64 - 60 }
}

/// One of the rates, and its name.
type Pick = (&'static str, fn(&Rates) -> f64);

/// All of them.
pub(crate) const RATES: [Pick; 3] = [
    ("PING / s", |rates| rates.pings),
    ("PONG / s", |rates| rates.pongs),
    ("gossip entries a packet", |rates| rates.entries),
];

/// A rate on average.
pub(crate) fn mean(rates: &[Rates], pick: fn(&Rates) -> f64) -> f64 {
    rates.iter().map(pick).sum::<f64>() / rates.len() as f64
}

/// The report `docs/fidelity/bus.md`.
pub(crate) fn report(seeds: u64) -> String {
    let mut text = format!("{TITLE}Ours: {seeds} seeds.\n{STEADY_HEAD}");
    for scenario in STEADY {
        let (real, ours) = (real(scenario), ours(scenario, seeds));
        for (what, pick) in RATES {
            let (real, mean) = (pick(&real), mean(&ours, pick));
            let percent = 100.0 * (mean / real - 1.0);
            let all: Vec<f64> = ours.iter().map(pick).collect();
            let p = say_p(exact::same_values(&[real], &all));
            let (least, most) = all
                .iter()
                .fold((f64::MAX, f64::MIN), |(least, most), &x| (least.min(x), most.max(x)));
            writeln!(
                text,
                "| {scenario} | {what} | {real:.2} | {least:.2} / {mean:.2} / {most:.2} | {percent:+.1} % | {p} |"
            )
            .expect("a String");
        }
    }
    text + &scale() + &super::causes::report(seeds)
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
    let mut lab = Lab::build(members, &lab::config(node_timeout), Wait::none(), 1);
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
each on its own address; each scenario was recorded once. Ours: the same cluster in the world, for as long
as was recorded. `p`: how likely a run of ours is at least so far from the usual as the recorded one; with
one recording it is small only where hardly any run of ours is like it. ";

const STEADY_HEAD: &str = "
## Steady clusters

| recording | what | real | ours, least / mean / most | difference | p |
|---|---|---|---|---|---|
";
