//! All failure experiments, each played with many seeds: ours beside the real ones.

use super::exact;
use super::measures::{COUNTS, TIMES};
use super::numbers::{Sample, say_p};
use super::recorded;
use super::stories::{self, Outcome};
use serde_json::Value;
use std::collections::BTreeMap;

/// Times that differ by so much are equal: both the log and the network have their grain.
pub(crate) const CLOSE_MS: f64 = 5.0;
/// A count with more values than this is compared like a time.
const FEW_KINDS: usize = 8;

/// How near our median of a quantity is to the real one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Near {
    /// Within a tenth.
    Tenth,
    /// A time, and within 5 ms.
    Grain,
    /// Further away.
    Far,
    /// Not a quantity, or one that only one side has.
    NoMedian,
}

impl Near {
    /// As the table has it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Near::Tenth => "yes",
            Near::Grain => "5 ms",
            Near::Far => "no",
            Near::NoMedian => "-",
        }
    }
}

/// One quantity or outcome: real and ours.
pub(crate) struct Row {
    /// Its name in the recordings.
    pub(crate) quantity: &'static str,
    /// What was recorded, in words.
    pub(crate) real: String,
    /// What ours did, in words.
    pub(crate) ours: String,
    /// Our median divided by the real one.
    pub(crate) ratio: Option<f64>,
    /// How near the medians are.
    pub(crate) near: Near,
    /// Whether the ranges (of an outcome: what may happen) have something in common.
    pub(crate) overlap: bool,
    /// How likely samples at least so different are if they come from one distribution.
    pub(crate) p: f64,
}

/// An experiment played with many seeds.
pub(crate) struct Played {
    /// What was compared.
    pub(crate) rows: Vec<Row>,
    /// How the runs ended.
    pub(crate) outcomes: BTreeMap<Outcome, usize>,
}

/// Plays one experiment with many seeds; no other experiment has the same.
pub(crate) fn compare(experiment: &Value, runs: &Value, script: &str, seeds: u64) -> Played {
    let name = experiment["experiment"].as_str().unwrap_or_default();
    let number: u64 = name[1..3].parse().expect("experiments are numbered");
    let mut samples: BTreeMap<&str, Sample> = BTreeMap::new();
    let mut outcomes: BTreeMap<Outcome, usize> = BTreeMap::new();
    for seed in 0..seeds {
        let (outcome, measures) = stories::play(experiment, script, number * 1000 + seed);
        *outcomes.entry(outcome).or_default() += 1;
        for (quantity, value) in measures {
            samples.entry(quantity).or_default().add(value);
        }
    }
    let runs = &runs[name];
    let all = [runs["runs"].as_u64().unwrap_or(0) as usize, seeds as usize];
    let nothing = Sample::default();
    let row = |quantity: &'static str| {
        let mut real = recorded::sample(runs, quantity);
        let mut ours = samples.get(quantity).unwrap_or(&nothing).clone();
        if COUNTS.contains(&quantity) && quantity != "epoch_new_master" {
            real.0.resize(all[0], 0.0);
            ours.0.resize(all[1], 0.0);
        }
        row(quantity, &real, &ours, all)
    };
    let of_outcome = [
        outcome("winner", experiment, &outcomes, |outcome| &outcome.winner),
        outcome("keys_of_A_at_end", experiment, &outcomes, |outcome| &outcome.key),
    ];
    let rows = TIMES.into_iter().chain(COUNTS).filter_map(row);
    let rows = of_outcome.into_iter().flatten().chain(rows).collect();
    Played { rows, outcomes }
}

/// A quantity, unless neither side has it. `all`: how many runs there were, real and ours.
fn row(quantity: &'static str, real: &Sample, ours: &Sample, all: [usize; 2]) -> Option<Row> {
    let [real_spread, our_spread] = [real.spread(), ours.spread()];
    let is_time = TIMES.contains(&quantity);
    if [real_spread, our_spread].iter().flatten().all(|spread| !is_time && spread.max == 0.0) {
        return None;
    }
    let say = |sample: &Sample, all: usize| match sample.spread() {
        None => "never".to_owned(),
        Some(_) if !is_time && kinds(sample).len() <= FEW_KINDS => say_kinds(&kinds(sample)),
        Some(spread) if sample.len() == all => spread.to_string(),
        Some(spread) => format!("{spread} (in {})", sample.len()),
    };
    let (near, overlap, ratio) = match (real_spread, our_spread) {
        (Some(real), Some(ours)) => {
            let slack = if is_time { CLOSE_MS } else { 0.0 };
            let apart = (ours.median - real.median).abs();
            let near = match apart {
                apart if apart <= real.median.abs() * 0.1 => Near::Tenth,
                apart if apart <= slack => Near::Grain,
                _ => Near::Far,
            };
            let overlap = real.min <= ours.max && ours.min <= real.max;
            let ratio = (real.median != 0.0).then(|| ours.median / real.median);
            (near, overlap, ratio)
        }
        // What occurs in some runs only may not occur in a few.
        _ => (Near::NoMedian, real.len() < all[0] && ours.len() < all[1], None),
    };
    let p = likelihood(real, ours, all, is_time);
    let (real, ours) = (say(real, all[0]), say(ours, all[1]));
    Some(Row { quantity, real, ours, ratio, near, overlap, p })
}

/// The values, and in how many runs there are any: if both may differ, two tests count as one.
fn likelihood(real: &Sample, ours: &Sample, all: [usize; 2], is_time: bool) -> f64 {
    let had = |sample: &Sample, all: usize| {
        BTreeMap::from([(true, sample.len()), (false, all - sample.len())])
    };
    let values = match (real.len(), ours.len()) {
        (0, _) | (_, 0) => 1.0,
        _ if is_time => exact::same_values(&real.0, &ours.0),
        _ => same_counts(real, ours),
    };
    if [real.len(), ours.len()] == all {
        return values;
    }
    let occurs = exact::same_kinds(&had(real, all[0]), &had(ours, all[1]));
    (2.0 * values.min(occurs)).min(1.0)
}

fn same_counts(real: &Sample, ours: &Sample) -> f64 {
    let (real_kinds, our_kinds) = (kinds(real), kinds(ours));
    match our_kinds.len() <= FEW_KINDS {
        true => exact::same_kinds(&real_kinds, &our_kinds),
        false => exact::same_values(&real.0, &ours.0),
    }
}

/// How many runs had which count.
fn kinds(sample: &Sample) -> BTreeMap<i64, usize> {
    let mut kinds: BTreeMap<i64, usize> = BTreeMap::new();
    sample.0.iter().for_each(|value| *kinds.entry(*value as i64).or_default() += 1);
    kinds
}

fn say_kinds<K: std::fmt::Display>(kinds: &BTreeMap<K, usize>) -> String {
    let kinds: Vec<String> = kinds.iter().map(|(kind, n)| format!("{kind} x{n}")).collect();
    kinds.join(", ")
}

/// An outcome, if it was recorded.
fn outcome(
    what: &'static str,
    experiment: &Value,
    outcomes: &BTreeMap<Outcome, usize>,
    pick: fn(&Outcome) -> &String,
) -> Option<Row> {
    let real = stories::recorded_outcomes(experiment, what);
    let mut ours: BTreeMap<String, usize> = BTreeMap::new();
    outcomes.iter().for_each(|(outcome, n)| *ours.entry(pick(outcome).clone()).or_default() += n);
    if real.is_empty() {
        return None;
    }
    let p = exact::same_kinds(&real, &ours);
    let overlap = real.keys().any(|kind| ours.contains_key(kind));
    let (real, ours) = (say_kinds(&real), say_kinds(&ours));
    Some(Row { quantity: what, real, ours, ratio: None, near: Near::NoMedian, overlap, p })
}

impl Row {
    /// As a line of a table. `believed`: the p-value at and below which the two are told apart.
    pub(crate) fn cells(&self, believed: f64) -> String {
        let ratio = self.ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.2}"));
        let overlap = if self.overlap { "yes" } else { "**no**" };
        let p = match self.p <= believed {
            true => format!("**{}**", say_p(self.p)),
            false => say_p(self.p),
        };
        let Row { quantity, real, ours, near, .. } = self;
        format!("| {quantity} | {real} | {ours} | {ratio} | {} | {overlap} | {p} |", near.word())
    }
}
