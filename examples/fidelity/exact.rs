//! Whether two samples may come from one distribution: exact tests, so that they need no luck.
//!
//! Each gives the share of all ways to deal the pooled values out to the two samples that are at least
//! as far apart as what was seen (a p-value). Values of a quantity: Kolmogorov and Smirnov's distance
//! with ties. Outcomes and small counts: Fisher's exact test for any number of kinds. Then, for many
//! tests at once, which of them to believe (Benjamini and Hochberg).

use std::collections::BTreeMap;

/// Differences below this are rounding.
const GRAIN: f64 = 1e-9;

/// Tells two samples of a quantity apart by the greatest distance of their distributions.
pub(crate) fn same_values(one: &[f64], other: &[f64]) -> f64 {
    let mut pooled: Vec<(f64, bool)> = one.iter().map(|&value| (value, true)).collect();
    pooled.extend(other.iter().map(|&value| (value, false)));
    pooled.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (m, n) = (one.len(), other.len());
    // After how many of the pooled values the distributions may be compared: where none is equal.
    let ends: Vec<bool> = (0..=pooled.len())
        .map(|k| k == pooled.len() || k == 0 || pooled[k - 1].0 < pooled[k].0)
        .collect();
    let apart = |i: usize, j: usize| (i as f64 / m as f64 - j as f64 / n as f64).abs();
    let (mut i, mut seen) = (0, 0.0_f64);
    for (k, (_, is_one)) in pooled.iter().enumerate() {
        i += usize::from(*is_one);
        if ends[k + 1] {
            seen = seen.max(apart(i, k + 1 - i));
        }
    }
    // The share of deals that stay closer than that: along the paths of a lattice.
    let mut closer = vec![0.0; n + 1];
    for i in 0..=m {
        for j in 0..=n {
            let total = (i + j) as f64;
            let before = match (i, j) {
                (0, 0) => 1.0,
                (0, _) => closer[j - 1],
                (_, 0) => closer[0],
                _ => (closer[j] * i as f64 + closer[j - 1] * j as f64) / total,
            };
            let too_far = ends[i + j] && seen - GRAIN <= apart(i, j) && 0.0 < seen;
            closer[j] = if too_far { 0.0 } else { before };
        }
    }
    if seen == 0.0 { 1.0 } else { (1.0 - closer[n]).clamp(0.0, 1.0) }
}

/// Tells two samples of kinds apart, each given as how often a kind occurred.
pub(crate) fn same_kinds<K: Ord>(one: &BTreeMap<K, usize>, other: &BTreeMap<K, usize>) -> f64 {
    let mut kinds: BTreeMap<&K, (usize, usize)> = BTreeMap::new();
    one.iter().for_each(|(kind, n)| kinds.entry(kind).or_default().0 += n);
    other.iter().for_each(|(kind, n)| kinds.entry(kind).or_default().1 += n);
    let columns: Vec<(usize, usize)> = kinds.into_values().collect();
    let drawn: usize = columns.iter().map(|column| column.0).sum();
    let totals: Vec<usize> = columns.iter().map(|column| column.0 + column.1).collect();
    let logs = LogFactorials::up_to(totals.iter().sum());
    let all = logs.choose(totals.iter().sum(), drawn);
    let ways = |(n, k): (&usize, usize)| logs.choose(*n, k);
    let seen: f64 = totals.iter().zip(columns.iter().map(|c| c.0)).map(ways).sum();
    let mut rarer = 0.0;
    each_deal(&totals, drawn, 0.0, &logs, &mut |deal| {
        if deal <= seen + GRAIN {
            rarer += (deal - all).exp();
        }
    });
    rarer.min(1.0)
}

/// Every way to draw so many of some kinds, as the logarithm of how often it occurs.
fn each_deal(
    totals: &[usize],
    left: usize,
    so_far: f64,
    logs: &LogFactorials,
    tell: &mut impl FnMut(f64),
) {
    match totals {
        [] => {}
        [last] if left <= *last => tell(so_far + logs.choose(*last, left)),
        [_] => {}
        [first, rest @ ..] => (0..=left.min(*first)).for_each(|taken| {
            each_deal(rest, left - taken, so_far + logs.choose(*first, taken), logs, tell);
        }),
    }
}

struct LogFactorials(Vec<f64>);

impl LogFactorials {
    fn up_to(most: usize) -> LogFactorials {
        let mut sum = 0.0;
        let logs = (1..=most).map(|n| {
            sum += (n as f64).ln();
            sum
        });
        LogFactorials(std::iter::once(0.0).chain(logs).collect())
    }
    fn choose(&self, n: usize, k: usize) -> f64 {
        self.0[n] - self.0[k] - self.0[n - k]
    }
}

/// The greatest p-value that is believed if, of all that are, so great a share may be mistaken.
pub(crate) fn believed(p_values: &[f64], mistaken: f64) -> f64 {
    let mut sorted = p_values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let fits = |&(k, p): &(usize, &f64)| *p <= mistaken * (k + 1) as f64 / p_values.len() as f64;
    sorted.iter().enumerate().rfind(fits).map_or(-1.0, |(_, p)| *p)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(p: f64, expected: f64) {
        assert!((p - expected).abs() < 1e-6, "{p}, not {expected}");
    }

    #[test]
    fn three_of_three_below_three_of_three_happen_twice_in_twenty() {
        near(same_values(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]), 0.1);
    }

    #[test]
    fn equal_values_tell_nothing() {
        near(same_values(&[2.0, 2.0], &[2.0, 2.0, 2.0]), 1.0);
    }

    #[test]
    fn ties_are_dealt_out_too() {
        // Of ten deals only the one that was seen has both fives on one side.
        near(same_values(&[5.0, 5.0], &[1.0, 1.0, 1.0]), 0.1);
    }

    #[test]
    fn the_lady_who_tastes_tea() {
        let said = |milk, tea| BTreeMap::from([("milk", milk), ("tea", tea)]);
        near(same_kinds(&said(3, 1), &said(1, 3)), 34.0 / 70.0);
        near(same_kinds(&said(4, 0), &said(0, 4)), 2.0 / 70.0);
    }

    #[test]
    fn three_kinds_are_as_good_as_two() {
        let deal = |a, b, c| BTreeMap::from([('a', a), ('b', b), ('c', c)]);
        // 6! / (3! 3!) = 20 deals; {2,1,0} and its like against {1,1,1}, which eight deals give.
        near(same_kinds(&deal(2, 1, 0), &deal(0, 1, 2)), 12.0 / 20.0);
    }

    #[test]
    fn one_small_p_value_of_many_is_believed_only_if_it_is_very_small() {
        near(believed(&[0.04, 0.5, 0.9, 0.3], 0.05), -1.0);
        near(believed(&[0.01, 0.5, 0.9, 0.3], 0.05), 0.01);
        near(believed(&[0.001, 0.02, 0.02, 0.9], 0.05), 0.02);
    }
}
