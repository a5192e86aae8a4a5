//! All failure experiments, each played with many seeds: ours beside the real ones.

use super::measures::{COUNTS, TIMES};
use super::numbers::{Sample, Spread};
use super::recorded;
use super::stories::{self, Outcome, STORIES};
use serde_json::Value;
use slotlab::words::{Rng, Seed};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Times that differ by so much are equal: both the log and the network have their grain.
const CLOSE_MS: f64 = 5.0;

/// How our values of a quantity stand to the real ones.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Verdict {
    /// The medians differ by a tenth or by five milliseconds at most; counts are equal.
    Close,
    /// They differ by more, but so few real runs could have come from ours.
    Luck,
    /// They differ.
    Apart,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Verdict::Close => "yes",
            Verdict::Luck => "luck",
            Verdict::Apart => "**no**",
        }
    }
}

/// One quantity: real and ours.
pub(crate) struct Row {
    /// Its name in the recordings.
    pub(crate) quantity: &'static str,
    /// The recording, and in how many runs it occurred.
    pub(crate) real: Option<(Spread, usize)>,
    /// Ours, and in how many runs it occurred.
    pub(crate) ours: Option<(Spread, usize)>,
    /// How they stand to each other.
    pub(crate) verdict: Verdict,
    /// Whether the ranges have something in common.
    pub(crate) overlap: bool,
}

impl Row {
    /// Our median divided by the real one.
    pub(crate) fn ratio(&self) -> f64 {
        match (self.ours, self.real) {
            (Some((ours, _)), Some((real, _))) if real.median != 0.0 => ours.median / real.median,
            _ => f64::NAN,
        }
    }
}

/// An experiment played with many seeds.
pub(crate) struct Played {
    /// What was compared.
    pub(crate) rows: Vec<Row>,
    /// How the runs ended.
    pub(crate) outcomes: BTreeMap<Outcome, usize>,
}

/// Plays one experiment with many seeds.
pub(crate) fn compare(experiment: &Value, script: &str, seeds: u64) -> Played {
    let mut samples: BTreeMap<&str, Sample> = BTreeMap::new();
    let mut outcomes = BTreeMap::new();
    for seed in 0..seeds {
        let (outcome, measures) = stories::play(experiment, script, seed);
        *outcomes.entry(outcome).or_default() += 1;
        for (quantity, value) in measures {
            samples.entry(quantity).or_default().add(value);
        }
    }
    let nothing = Sample::default();
    let row = |quantity: &'static str| {
        let ours = samples.get(quantity).unwrap_or(&nothing);
        row(experiment, quantity, ours, seeds as usize)
    };
    let rows = TIMES.into_iter().chain(COUNTS).filter_map(row).collect();
    Played { rows, outcomes }
}

fn row(experiment: &Value, quantity: &'static str, ours: &Sample, seeds: usize) -> Option<Row> {
    let real = recorded::spread(experiment, quantity).zip(recorded::runs(experiment, quantity));
    let spread = ours.spread().map(|spread| (spread, ours.len()));
    if COUNTS.contains(&quantity) && [real, spread].iter().flatten().all(|(s, _)| s.max == 0.0) {
        return None;
    }
    let (verdict, overlap) = match (real, spread) {
        (None, None) => return None,
        // It never occurred, or hardly ever, where few runs were made.
        (None, Some((_, runs))) if runs * 10 < seeds => return None,
        (None, Some(_)) | (Some(_), None) => (Verdict::Apart, false),
        (Some((real, runs)), Some((spread, _))) => {
            let slack = if TIMES.contains(&quantity) { CLOSE_MS } else { 0.0 };
            let overlap = real.min <= spread.max + slack && spread.min <= real.max + slack;
            (judge(quantity, real, runs, ours, spread), overlap)
        }
    };
    Some(Row { quantity, real, ours: spread, verdict, overlap })
}

fn judge(quantity: &str, real: Spread, runs: usize, ours: &Sample, spread: Spread) -> Verdict {
    let apart = (spread.median - real.median).abs();
    let is_time = TIMES.contains(&quantity);
    if apart == 0.0 || (is_time && (apart <= CLOSE_MS || apart <= real.median * 0.1)) {
        return Verdict::Close;
    }
    let likely = ours.medians_of(runs, &mut Rng::new(Seed(1), 0));
    match likely.min <= real.median && real.median <= likely.max {
        true => Verdict::Luck,
        false => Verdict::Apart,
    }
}

/// The report `docs/fidelity/failover.md`.
pub(crate) fn report(seeds: u64) -> String {
    let mut text = format!("{TITLE}Ours: {seeds} seeds each.\n");
    let mut tables = String::new();
    let mut tally: BTreeMap<Verdict, usize> = BTreeMap::new();
    let mut apart = String::new();
    let mut overlapping = 0;
    let all = recorded::failovers();
    for (name, script) in STORIES {
        let experiment = all.iter().find(|e| e["experiment"] == *name).expect("it was recorded");
        let played = compare(experiment, script, seeds);
        for row in &played.rows {
            *tally.entry(row.verdict).or_default() += 1;
            overlapping += usize::from(row.overlap);
            if row.verdict == Verdict::Apart || !row.overlap {
                writeln!(apart, "| {name} {}", cells(row, seeds)).expect("a String");
            }
        }
        tables.push_str(&table(name, experiment, &played, seeds));
    }
    let count = |verdict| tally.get(&verdict).copied().unwrap_or(0);
    let total: usize = tally.values().sum();
    writeln!(
        text,
        "\nOf {total} quantities in {} experiments, {} are close; {} are not, but so few real runs could \
         have come from ours; {} differ. In {overlapping} the ranges overlap.\n\n## What differs\n\n\
         | experiment | quantity | real min / median / max | ours | ratio | close | ranges overlap |\n\
         |---|---|---|---|---|---|---|\n{apart}",
        STORIES.len(),
        count(Verdict::Close),
        count(Verdict::Luck),
        count(Verdict::Apart),
    )
    .expect("a String");
    text + WHY + &tables
}

fn table(name: &str, experiment: &Value, played: &Played, seeds: u64) -> String {
    let about = experiment["about"].as_str().unwrap_or_default();
    let repeats = &experiment["repeats"];
    let fits = played.outcomes.iter().filter(|(outcome, _)| stories::may_be(experiment, outcome));
    let fits: usize = fits.map(|(_, n)| n).sum();
    let ours: Vec<String> =
        played.outcomes.iter().map(|(outcome, n)| format!("{outcome} x{n}")).collect();
    let mut text = format!(
        "\n## {name}\n\n{about}. Real: {repeats} runs. Winner and key: {} really; {} here; {fits} of {seeds} \
         as recorded.\n\n| quantity | real min / median / max | ours | ratio | close | ranges overlap |\n\
         |---|---|---|---|---|---|\n",
        stories::recorded_outcome(experiment),
        ours.join("; ")
    );
    for row in &played.rows {
        writeln!(text, "{}", cells(row, seeds)).expect("a String");
    }
    text
}

fn cells(row: &Row, seeds: u64) -> String {
    let say = |side: Option<(Spread, usize)>, all: usize| match side {
        None => "never".to_owned(),
        Some((spread, runs)) if runs == all => spread.to_string(),
        Some((spread, runs)) => format!("{spread} (in {runs})"),
    };
    let real_runs = row.real.map_or(0, |(_, runs)| runs);
    let ratio = if row.ratio().is_nan() { "-".to_owned() } else { format!("{:.2}", row.ratio()) };
    let (real, ours) = (say(row.real, real_runs), say(row.ours, seeds as usize));
    let overlap = if row.overlap { "yes" } else { "**no**" };
    format!("| {} | {real} | {ours} | {ratio} | {} | {overlap} |", row.quantity, row.verdict.word())
}

const TITLE: &str = "# Failover: real servers and ours

Written by `cargo xtask fidelity`. Real: Redis 7.0.15 on loopback addresses, recorded with debug logs at
1 ms (the promotion as others see it: polled every 25 ms, here too). Ours: the same cluster and actions, at
a random phase of all timers, in the world, where `nodes.conf` takes 0.5 to 3 ms to reach the disk, as the
recordings of the bus show. Times are milliseconds after the first action. `close`: the medians
differ by a tenth or 5 ms at most, and counts not at all; `luck`: they differ by more, but the real median
is one that as many runs of ours have in 98 of 100 draws. ";

const WHY: &str = "
Why, as far as we know: a thawed master that is asked for its vote says no in most of our runs, and only in
some of the real ones (`votes_denied_count`): what its sockets hold is read in another order. Two votes
come to a real candidate in one round of its loop, to ours one by one, and between them it notes that it
still waits (`cant_failover_count`). Once in six real runs of f20 the state fell for 35 ms. Real processes
need 20 ms more to start than ours (f33, f34). Not measured here: what the writers of the recordings
suffered.
";
