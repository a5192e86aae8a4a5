//! What follows what on the bus when something happens: recorded scenarios, played again.
//!
//! Compared is the order in which each kind of packet first leaves each kind of sender; pings and the
//! answers to them are left out. Who notices a failure first, and when, is luck.

use super::bus::latency;
use super::exact;
use super::lab::{self, Lab, Sent};
use super::numbers::{Sample, say_p};
use super::recorded;
use serde_json::Value;
use slotlab::shapes::message::Kind;
use slotlab::shapes::spec::Wait;
use slotlab::sim::{Action, Group};
use slotlab::words::Time;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The recordings in which something happens.
pub(crate) const EVENTS: [&str; 11] = [
    "meet_6",
    "kill_master_6_nt2000",
    "kill_master_two_replicas",
    "freeze_thaw_6",
    "partition_heal_6",
    "manual_failover_6",
    "force_failover_6",
    "takeover_6",
    "setslot_node_6",
    "forget_6",
    "publish_6",
];

/// One step: a kind of packet from a kind of sender, when it first left, and how often it did.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// `FAIL by somebody`, `FAILOVER_AUTH_REQUEST by A1` ...
    pub(crate) label: String,
    /// Milliseconds after the first mark.
    pub(crate) first_ms: f64,
    /// How many packets.
    pub(crate) count: usize,
}

/// The steps of a recording.
pub(crate) fn real(scenario: &str) -> Vec<Step> {
    let recording = recorded::bus(scenario);
    let start = marks(&recording)[0].0;
    let packets = recording["messages_without_pings"].as_array().expect("packets");
    steps(packets.iter().map(|packet| {
        let word = |name: &str| packet[name].as_str().unwrap_or_default();
        (
            packet["t"].as_f64().unwrap_or(0.0) - start,
            word("type").to_owned(),
            word("from").to_owned(),
        )
    }))
}

/// The steps of the same scenario in the world.
pub(crate) fn ours(scenario: &str, seed: u64) -> Vec<Step> {
    let recording = recorded::bus(scenario);
    let node_timeout = recording["config"]["node_timeout_ms"].as_u64().expect("a node timeout");
    let members = recorded::members(&recording["nodes"]);
    let config = lab::config(node_timeout);
    let mut lab = match scenario {
        "meet_6" => Lab::strangers(&members, &config, Wait::none(), seed, |n| n + 1),
        _ => Lab::build(&members, &config, Wait::none(), seed),
    };
    lab.act(&Action::Latency(latency(&recording)));
    lab.run_about(3000, 2000);
    lab.watch.on = true;
    let start = lab.world.now();
    let marks = marks(&recording);
    for (at, what) in &marks {
        lab.run_to(start, at - marks[0].0);
        act(&mut lab, what);
    }
    lab.run_to(start, recording["seconds"].as_f64().unwrap_or(5.0) * 1000.0);
    let news = lab.watch.packets.iter().filter(|sent| is_news(sent));
    let ms = |at: Time| at.micros_since(start) as f64 / 1000.0;
    steps(
        news.map(|sent| (ms(sent.at), word(sent.kind).to_owned(), lab.name(sent.from).to_owned())),
    )
}

fn is_news(sent: &Sent) -> bool {
    sent.kind != Kind::Ping && !sent.is_answer
}

fn marks(recording: &Value) -> Vec<(f64, String)> {
    let marks = recording["marks"].as_array().expect("marks");
    let mark = |mark: &Value| Some((mark[0].as_f64()?, mark[1].as_str()?.to_owned()));
    marks.iter().filter_map(mark).collect()
}

/// Does what a mark says: `SIGKILL A`, `heal`, `A1> CLUSTER FAILOVER  =  OK` ...
fn act(lab: &mut Lab, what: &str) {
    if let Some((who, command)) = what.split_once("> ") {
        let command = command.split("  =  ").next().unwrap_or(command);
        let line: Vec<String> = command
            .split(' ')
            .map(|word| match lab.members.iter().any(|m| m.name == word) {
                true => lab.id(word).to_string(),
                false => word.to_owned(),
            })
            .collect();
        lab.send(who, &line.join(" "));
        return;
    }
    let mut words = what.split(' ');
    let (verb, whom) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let action = match verb {
        "SIGKILL" => Action::Kill(lab.ix(whom)),
        "SIGSTOP" => Action::Pause(lab.ix(whom)),
        "SIGCONT" => Action::Resume(lab.ix(whom)),
        "partition" => {
            let alone = lab.ix(whom);
            Action::partition(Group::of([alone]), Group::all_but([alone]), true)
        }
        "heal" => Action::Heal,
        _ => panic!("no such mark: {what}"),
    };
    lab.act(&action);
}

/// First occurrences, in order.
fn steps(packets: impl Iterator<Item = (f64, String, String)>) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (first_ms, kind, from) in packets {
        let label = format!("{kind} by {}", role(&kind, &from));
        match steps.iter_mut().find(|step| step.label == label) {
            Some(step) => step.count += 1,
            None => steps.push(Step { label, first_ms, count: 1 }),
        }
    }
    steps
}

/// Who sends it, as far as that is no luck.
fn role<'a>(kind: &str, from: &'a str) -> &'a str {
    match (kind, from) {
        ("FAIL" | "UPDATE" | "MEET", _) => "somebody",
        (_, "A" | "A1" | "B") if kind != "FAILOVER_AUTH_ACK" => from,
        ("FAILOVER_AUTH_REQUEST" | "PONG", "A2") => "A1",
        ("FAILOVER_AUTH_ACK", _) => "masters",
        _ => "others",
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Ping => "PING",
        Kind::Pong => "PONG",
        Kind::Meet => "MEET",
        Kind::Fail => "FAIL",
        Kind::Publish => "PUBLISH",
        Kind::AuthRequest => "FAILOVER_AUTH_REQUEST",
        Kind::AuthAck => "FAILOVER_AUTH_ACK",
        Kind::Update => "UPDATE",
        Kind::MfStart => "MFSTART",
        Kind::PublishShard => "PUBLISHSHARD",
    }
}

/// Whether two runs took the same steps in the same order.
pub(crate) fn same_order(one: &[Step], other: &[Step]) -> bool {
    one.iter().map(|step| &step.label).eq(other.iter().map(|step| &step.label))
}

/// How likely an order as rare as the real one is.
pub(crate) fn likelihood(real: &[Step], runs: &[Vec<Step>]) -> f64 {
    let order =
        |run: &[Step]| -> Vec<String> { run.iter().map(|step| step.label.clone()).collect() };
    let mut orders: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    runs.iter().for_each(|run| *orders.entry(order(run)).or_default() += 1);
    exact::same_kinds(&BTreeMap::from([(order(real), 1)]), &orders)
}

/// The second half of `docs/fidelity/bus.md`.
pub(crate) fn report(seeds: u64) -> String {
    let mut text = String::from(TITLE);
    for scenario in EVENTS {
        let real = real(scenario);
        let runs: Vec<Vec<Step>> = (0..seeds).map(|seed| ours(scenario, seed)).collect();
        let same = runs.iter().filter(|run| same_order(&real, run)).count();
        let about = recorded::bus(scenario)["about"].as_str().unwrap_or_default().to_owned();
        let p = say_p(likelihood(&real, &runs));
        writeln!(
            text,
            "\n### {scenario}\n\n{about}. Same order in {same} of {seeds} runs; p = {p}.\n"
        )
        .expect("a String");
        if real.is_empty() {
            writeln!(
                text,
                "Nothing but pings and their answers, there as here: {}.",
                runs.iter().all(Vec::is_empty)
            )
            .expect("a String");
            continue;
        }
        text.push_str(
            "| step | real ms | ours | p | real packets | ours | p |\n|---|---|---|---|---|---|---|\n",
        );
        for step in &real {
            writeln!(text, "{}", cells(step, &runs)).expect("a String");
        }
        text.push_str(&orders(&real, &runs));
    }
    text
}

/// A step as it really was, and its spread in our runs.
fn cells(real: &Step, runs: &[Vec<Step>]) -> String {
    let hits = || runs.iter().flatten().filter(|step| step.label == real.label);
    let (mut ms, mut packets) = (Sample::default(), Sample::default());
    hits().for_each(|step| {
        ms.add(step.first_ms);
        packets.add(step.count as f64);
    });
    let say = |sample: &Sample| sample.spread().map_or("never".to_owned(), |s| s.to_string());
    let p = |real: f64, sample: &Sample| match sample.len() {
        0 => "-".to_owned(),
        _ => say_p(exact::same_values(&[real], &sample.0)),
    };
    let (first, count) = (real.first_ms, real.count as f64);
    format!(
        "| {} | {first:.0} | {} | {} | {count} | {} | {} |",
        real.label,
        say(&ms),
        p(first, &ms),
        say(&packets),
        p(count, &packets)
    )
}

/// The orders of those runs that took others.
fn orders(real: &[Step], runs: &[Vec<Step>]) -> String {
    let mut orders: BTreeMap<String, usize> = BTreeMap::new();
    for run in runs.iter().filter(|run| !same_order(real, run)) {
        let labels: Vec<&str> = run.iter().map(|step| step.label.as_str()).collect();
        *orders.entry(labels.join(", ")).or_default() += 1;
    }
    let lines = orders.iter().map(|(order, n)| format!("\nOtherwise {n} x: {order}.\n"));
    lines.collect()
}

const TITLE: &str = "
## What follows what

Packets that are no pings and no answers to pings, in the order in which each kind first left each
kind of sender; milliseconds after the action. Ours: least, median and most of all runs. `p` of an order: how
likely one that is at least as rare is in ours. Who notices first is luck, so that the times of FAIL differ
from run to run, real or not. Whether somebody needs an UPDATE is luck, too: it takes a packet of the old
owner in the 40 ms in which the news waits for an acknowledgement. The one real run of `manual_failover_6`
had one, and so have three in ten of ours: a paused master pings its heir at every tick. There the recorder's
command took 3 ms until the first packet left, and its servers were slower by as much.
";
