//! One family of figures: takes what is to be counted under labels whose values are a closed list, gives its samples. A value
//! outside the list is counted as `other`, so that no request, person or source can make the list longer (HAZ-049).

use super::text::{Kind, Text};
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// What is on no list.
const OTHER: &str = "other";

/// What a family is called and what it says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About {
    /// Without the suffix of its samples; ends with its unit, where it has one.
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) help: &'static str,
}

/// One label, and every value it may have.
pub(crate) struct Axis {
    name: &'static str,
    values: Vec<String>,
}

/// A label of those values.
pub(crate) fn axis<S: Into<String>>(name: &'static str, values: impl IntoIterator<Item = S>) -> Axis {
    let mut values: Vec<String> = values.into_iter().map(Into::into).collect();
    values.push(OTHER.to_owned());
    Axis { name, values }
}

/// Every combination of the labels' values, each with a place of its own.
struct Labels(Vec<Axis>);

impl Labels {
    fn places(&self) -> usize {
        self.0.iter().map(|axis| axis.values.len()).product()
    }

    /// `values` in the order of the labels.
    fn place(&self, values: &[&str]) -> usize {
        self.0.iter().zip(values).fold(0, |place, (axis, value)| {
            let last = axis.values.len().saturating_sub(1);
            place * axis.values.len() + axis.values.iter().position(|own| own == value).unwrap_or(last)
        })
    }

    /// Name and value of each label at that place.
    fn at(&self, mut place: usize) -> Vec<(&'static str, &str)> {
        let mut labels = Vec::with_capacity(self.0.len());
        for axis in self.0.iter().rev() {
            let value = axis.values.get(place % axis.values.len()).map_or(OTHER, String::as_str);
            labels.push((axis.name, value));
            place /= axis.values.len();
        }
        labels.reverse();
        labels
    }
}

/// Numbers that only grow.
pub(crate) struct Counters {
    about: About,
    labels: Labels,
    counted: Vec<AtomicU64>,
}

impl Counters {
    pub(crate) fn new(about: About, axes: Vec<Axis>) -> Self {
        let labels = Labels(axes);
        let counted = (0..labels.places()).map(|_| AtomicU64::new(0)).collect();
        Self { about, labels, counted }
    }

    /// One more under these values, in the order of the labels.
    pub(crate) fn one(&self, values: &[&str]) {
        self.add(values, 1);
    }

    pub(crate) fn add(&self, values: &[&str], more: u64) {
        if let Some(counted) = self.counted.get(self.labels.place(values)) {
            counted.fetch_add(more, Ordering::Relaxed);
        }
    }

    /// Every combination that was configured; one with `other` in it only where it was met.
    pub(super) fn tell(&self, text: &mut Text) {
        text.family(&self.about, Kind::Counter);
        for (place, counted) in self.counted.iter().enumerate() {
            let (labels, counted) = (self.labels.at(place), counted.load(Ordering::Relaxed));
            if is_told(&labels, counted) {
                text.sample((self.about.name, "_total"), &labels, counted);
            }
        }
    }
}

/// How long something took, in buckets.
pub(crate) struct Durations {
    about: About,
    labels: Labels,
    /// Upper bounds in seconds, ascending; above the last there is one bucket more.
    bounds: &'static [f64],
    spread: Vec<Spread>,
}

struct Spread {
    buckets: Vec<AtomicU64>,
    micros: AtomicU64,
}

impl Durations {
    pub(crate) fn new(about: About, bounds: &'static [f64], axes: Vec<Axis>) -> Self {
        let labels = Labels(axes);
        let spread = |_| Spread {
            buckets: (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect(),
            micros: AtomicU64::new(0),
        };
        let spread = (0..labels.places()).map(spread).collect();
        Self { about, labels, bounds, spread }
    }

    pub(crate) fn took(&self, values: &[&str], time: Duration) {
        let Some(spread) = self.spread.get(self.labels.place(values)) else { return };
        let seconds = time.as_secs_f64();
        let bucket = self.bounds.iter().position(|bound| seconds <= *bound).unwrap_or(self.bounds.len());
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        spread.micros.fetch_add(micros, Ordering::Relaxed);
        if let Some(bucket) = spread.buckets.get(bucket) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn tell(&self, text: &mut Text) {
        text.family(&self.about, Kind::Histogram);
        for (place, spread) in self.spread.iter().enumerate() {
            let labels = self.labels.at(place);
            let counts: Vec<u64> =
                spread.buckets.iter().map(|bucket| bucket.load(Ordering::Relaxed)).collect();
            let all: u64 = counts.iter().sum();
            if !is_told(&labels, all) {
                continue;
            }
            let bounds = self.bounds.iter().map(|bound| format!("{bound:?}")).chain(["+Inf".to_owned()]);
            let mut below = 0;
            for (bound, count) in bounds.zip(counts) {
                below += count;
                let labels: Vec<_> = labels.iter().copied().chain([("le", bound.as_str())]).collect();
                text.sample((self.about.name, "_bucket"), &labels, below);
            }
            text.sample((self.about.name, "_count"), &labels, all);
            text.sample((self.about.name, "_sum"), &labels, seconds(spread.micros.load(Ordering::Relaxed)));
        }
    }
}

fn is_told(labels: &[(&'static str, &str)], counted: u64) -> bool {
    counted > 0 || labels.iter().all(|(_, value)| *value != OTHER)
}

/// Millionths, as a decimal number.
fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}
