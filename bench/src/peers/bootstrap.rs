//! Takes measured figures, gives their median and where it lies in 95 of 100 samples drawn from them with repetition. The same seed
//! draws the same samples. Source: Efron, Bootstrap methods: another look at the jackknife (1979), the percentile interval.

use crate::dice::Dice;
use std::fmt;

const SAMPLES: usize = 2000;

/// `low` and `high` stand at 2.5 and 97.5 of 100.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Interval {
    pub(crate) median: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// All 0 where nothing was measured.
pub(crate) fn median(figures: &[f64], seed: u64) -> Interval {
    interval(figures, seed, |sample| middle(sample.iter().map(|one| **one).collect()))
}

/// Of the first's median to the second's. What was measured together is drawn together, so that a busy minute weighs on both.
pub(crate) fn ratio(pairs: &[(f64, f64)], seed: u64) -> Interval {
    interval(pairs, seed, |sample| {
        let of = middle(sample.iter().map(|(of, _)| *of).collect());
        let to = middle(sample.iter().map(|(_, to)| *to).collect());
        if to > 0.0 { of / to } else { 0.0 }
    })
}

fn interval<T>(measured: &[T], seed: u64, figure: impl Fn(&[&T]) -> f64) -> Interval {
    let count = u64::try_from(measured.len()).unwrap_or(u64::MAX);
    let mut dice = Dice(seed);
    let mut draw = || usize::try_from(dice.below(count)).unwrap_or(0);
    let mut drawn: Vec<f64> = (0..SAMPLES)
        .map(|_| figure(&measured.iter().filter_map(|_| measured.get(draw())).collect::<Vec<_>>()))
        .collect();
    drawn.sort_by(f64::total_cmp);
    let at = |of_thousand: usize| drawn.get((SAMPLES - 1) * of_thousand / 1000).copied().unwrap_or_default();
    Interval { median: figure(&measured.iter().collect::<Vec<_>>()), low: at(25), high: at(975) }
}

/// Between the two in the middle where their number is even.
fn middle(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    let at = |place: usize| figures.get(place).copied().unwrap_or_default();
    match figures.len() {
        0 => 0.0,
        odd if odd % 2 == 1 => at(odd / 2),
        even => f64::midpoint(at(even / 2 - 1), at(even / 2)),
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { median, low, high } = self;
        // Ratios are small, milliseconds are not.
        let digits = if median.abs() < 10.0 { 2 } else { 1 };
        write!(f, "{median:.digits$} ({low:.digits$} to {high:.digits$})")
    }
}
