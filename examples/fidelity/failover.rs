//! Failovers: the recorded experiments f01 to f05 played with many seeds, ours beside the real ones.

use super::lab::{self, Lab};
use super::numbers::{Sample, Spread};
use super::recorded;
use serde_json::Value;
use slotlab::shapes::Fact;
use slotlab::shapes::spec::ContainerIx;
use slotlab::sim::Action;
use slotlab::words::Time;
use std::collections::BTreeMap;
use std::fmt::Write;

/// What is compared: milliseconds after the first action.
pub(crate) const QUANTITIES: [&str; 6] = [
    "pfail_first",
    "fail_quorum",
    "election_started",
    "won",
    "state_ok_first_after_fail",
    "promotion_seen_by_all",
];

/// The experiments whose medians must lie close to the real ones, and whether the master is only
/// frozen (and thawed a second after everybody knows its successor).
pub(crate) const TIMED: [(&str, bool); 5] = [
    ("f01_kill_master_nt2000", false),
    ("f02_kill_master_nt1000", false),
    ("f03_kill_master_nt5000", false),
    ("f04_kill_master_nt15000", false),
    ("f05_sigstop_then_cont", true),
];

/// One quantity: real and ours.
pub(crate) struct Row {
    /// Its name in the recordings.
    pub(crate) quantity: &'static str,
    /// The recording.
    pub(crate) real: Spread,
    /// Ours.
    pub(crate) ours: Option<Spread>,
    /// In how many runs it occurred.
    pub(crate) runs: usize,
}

impl Row {
    /// Our median divided by the real one.
    pub(crate) fn ratio(&self) -> f64 {
        self.ours.map_or(f64::NAN, |ours| ours.median / self.real.median)
    }
}

/// Plays one experiment with many seeds.
pub(crate) fn compare(experiment: &Value, frozen: bool, seeds: u64) -> Vec<Row> {
    let mut samples: BTreeMap<&str, Sample> = BTreeMap::new();
    for seed in 0..seeds {
        for (quantity, value) in play(experiment, frozen, seed) {
            samples.entry(quantity).or_default().add(value);
        }
    }
    let row = |quantity| {
        let ours = samples.get(quantity);
        Some(Row {
            quantity,
            real: recorded::spread(experiment, quantity)?,
            ours: ours.and_then(Sample::spread),
            runs: ours.map_or(0, Sample::len),
        })
    };
    QUANTITIES.into_iter().filter_map(row).collect()
}

/// One run: the master A dies (or freezes) at a random moment.
fn play(experiment: &Value, frozen: bool, seed: u64) -> Vec<(&'static str, f64)> {
    let node_timeout = experiment["config"]["node_timeout_ms"].as_u64().expect("a node timeout");
    let members = recorded::members(&experiment["nodes"]);
    let mut lab = Lab::build(&members, &lab::config(node_timeout), seed);
    lab.run_about(3000, node_timeout.max(2000));
    let (victim, heir) = (lab.ix("A"), lab.id("A1"));
    let victim_id = lab.id("A");
    let start = lab.world.now();
    lab.act(&if frozen { Action::Pause(victim) } else { Action::Kill(victim) });
    let survivors: Vec<ContainerIx> =
        lab.world.container_ixs().filter(|&ix| ix != victim).collect();
    lab.waits_for(6 * node_timeout + 6000, |lab| seen_by(lab, start, heir, &survivors).is_some());
    if frozen {
        lab.run(1000);
        lab.act(&Action::Resume(victim));
        lab.run(1000);
    }
    let everybody: Vec<ContainerIx> = match frozen {
        true => lab.world.container_ixs().collect(),
        false => survivors,
    };
    let fell = lab.first(start, |_, fact| matches!(fact, Fact::StateFail { .. }));
    let times = [
        lab.first(start, |_, fact| matches!(fact, Fact::Pfail { peer } if *peer == victim_id)),
        lab.first(start, |_, fact| matches!(fact, Fact::Fail { peer, .. } if *peer == victim_id)),
        lab.first(start, |_, fact| matches!(fact, Fact::ElectionStarted { .. })),
        lab.first(start, |_, fact| matches!(fact, Fact::ElectionWon { .. })),
        fell.and_then(|fell| lab.first(fell, |_, fact| matches!(fact, Fact::StateOk))),
        seen_by(&lab, start, heir, &everybody),
    ];
    let ms = |at: Time| at.micros_since(start) as f64 / 1000.0;
    QUANTITIES.into_iter().zip(times).filter_map(|(name, at)| Some((name, ms(at?)))).collect()
}

/// When the last of `who` saw the slots of the dead master go to its heir.
fn seen_by(
    lab: &Lab,
    start: Time,
    heir: slotlab::words::NodeId,
    who: &[ContainerIx],
) -> Option<Time> {
    let seen = |&me: &ContainerIx| {
        lab.first(start, |ix, fact| {
            ix == me
                && match fact {
                    Fact::SlotsMoved { to, .. } => *to == heir,
                    Fact::Promoted { .. } => true,
                    _ => false,
                }
        })
    };
    who.iter().map(seen).collect::<Option<Vec<Time>>>()?.into_iter().max()
}

/// The report `docs/fidelity/failover.md`.
pub(crate) fn report(seeds: u64) -> String {
    let mut text = String::from(TITLE);
    let all = recorded::failovers();
    for (name, frozen) in TIMED {
        let experiment = all.iter().find(|e| e["experiment"] == name).expect("it was recorded");
        let rows = compare(experiment, frozen, seeds);
        let about = experiment["about"].as_str().unwrap_or_default();
        let repeats = &experiment["repeats"];
        writeln!(text, "\n## {name}\n\n{about}. Real: {repeats} runs; ours: {seeds} seeds.\n")
            .expect("a String");
        text.push_str("| ms after the action | real min / median / max | ours | ratio of medians |\n|---|---|---|---|\n");
        for row in rows {
            let ours = row.ours.map_or("never".to_owned(), |spread| spread.to_string());
            let missing = match row.runs as u64 == seeds {
                true => String::new(),
                false => format!(" (in {} runs)", row.runs),
            };
            writeln!(
                text,
                "| {} | {} | {ours}{missing} | {:.2} |",
                row.quantity,
                row.real,
                row.ratio()
            )
            .expect("a String");
        }
    }
    text + &super::stories::report(seeds.min(10))
}

const TITLE: &str = "# Failover: real servers and ours

Written by `cargo xtask fidelity`. Real: Redis 7.0.15, six nodes on loopback addresses, recorded with
their debug logs at 1 ms (the promotion as others see it: polled every 25 ms). Ours: the same cluster
and action, at a random phase of all timers, in the world.
";
