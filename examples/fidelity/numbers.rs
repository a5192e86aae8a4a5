//! Samples and their quantiles, as the recordings' summaries have them.

/// What was measured in many runs, in milliseconds or plain counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample(pub(crate) Vec<f64>);

impl Sample {
    /// Adds one run's value.
    pub(crate) fn add(&mut self, value: f64) {
        self.0.push(value);
    }
    /// How many runs had the value.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
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

/// A p-value as it is read.
pub(crate) fn say_p(p: f64) -> String {
    match p {
        p if 0.1 <= p => format!("{p:.2}"),
        p if 0.001 <= p => format!("{p:.3}"),
        _ => "< 0.001".to_owned(),
    }
}
