//! Samples and their quantiles, as the recordings' summaries have them.

use slotlab::words::Rng;

/// What was measured in many runs, in milliseconds or plain counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample(Vec<f64>);

impl Sample {
    /// Adds one run's value.
    pub(crate) fn add(&mut self, value: f64) {
        self.0.push(value);
    }
    /// How many runs had the value.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
    /// Between which bounds the median of so many of these lies in 98 of 100 draws.
    pub(crate) fn medians_of(&self, runs: usize, rng: &mut Rng) -> Spread {
        const DRAWS: usize = 1000;
        let mut drawn = Vec::new();
        for _ in 0..DRAWS {
            let pick = |_| self.0[rng.below(self.0.len() as u64) as usize];
            let some = Sample((0..runs).map(pick).collect());
            drawn.extend(some.spread().map(|spread| spread.median));
        }
        drawn.sort_by(f64::total_cmp);
        let at = |hundredth: usize| drawn[(DRAWS - 1) * hundredth / 100];
        Spread { min: at(1), median: at(50), max: at(99) }
    }
    /// Smallest, median and greatest; none without values.
    pub(crate) fn spread(&self) -> Option<Spread> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let middle = sorted.len() / 2;
        let median = match sorted.len().is_multiple_of(2) {
            true => f64::midpoint(sorted[middle - 1], sorted[middle]),
            false => sorted[middle],
        };
        Some(Spread { min, median, max })
    }
}

/// Smallest, median and greatest of a sample.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    /// The smallest.
    pub(crate) min: f64,
    /// The one in the middle.
    pub(crate) median: f64,
    /// The greatest.
    pub(crate) max: f64,
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.0} / {:.0} / {:.0}", self.min, self.median, self.max)
    }
}
