//! Takes results, gives series: same code, same unit, same source only; never across units (HAZ-015). A source's copy of
//! another's whole series is folded under it, by the laboratory's own report numbers.

use super::grouping::fold;
use super::{Record, measurements};
use crate::item::{Item, Measurement, Section, Standing};
use fhir::coding::SNOMED_CT;
use fhir::{FhirDate, SourceId};
use std::collections::{BTreeMap, BTreeSet};

/// One measurement repeated in time.
#[derive(Debug, Clone)]
pub struct Series<'a> {
    /// Words of the newest.
    pub name: String,
    pub unit: Option<String>,
    pub source: SourceId,
    /// Newest first; never empty.
    pub points: Vec<Point<'a>>,
    /// Other sources' series whose every point is a copy of one of these.
    pub copies: Vec<Series<'a>>,
}

#[derive(Debug, Clone, Copy)]
pub struct Point<'a> {
    pub item: &'a Item,
    pub measurement: &'a Measurement,
}

impl<'a> Series<'a> {
    pub fn latest(&self) -> Option<Point<'a>> {
        self.points.first().copied()
    }

    pub fn previous(&self) -> Option<Point<'a>> {
        self.points.get(1).copied()
    }

    /// The organisation that made the newest, where its source says which.
    pub fn laboratory(&self) -> Option<&'a str> {
        self.latest()?.item.provenance.organisation.as_deref()
    }
}

/// Series in order of name, then unit, then source.
pub(super) fn of(record: &Record) -> Vec<Series<'_>> {
    let mut series: BTreeMap<Key, Vec<Point<'_>>> = BTreeMap::new();
    for item in record.shown() {
        for measurement in measurements(item).iter().filter(|one| is_point(item, one)) {
            series.entry(Key::of(item, measurement)).or_default().push(Point { item, measurement });
        }
    }
    let series = series.into_iter().filter_map(|(key, points)| Some((key.code.clone(), one(key, points)?)));
    let mut series = folded(series.collect());
    series.sort_by(|a, b| (fold(&a.name), &a.unit, &a.source).cmp(&(fold(&b.name), &b.unit, &b.source)));
    series
}

/// Whether this value of the item stands in a series.
pub fn is_point(item: &Item, one: &Measurement) -> bool {
    belongs(item) && is_number(one) && counts(&one.status)
}

/// Frailty scores stand in their own section, each as recorded, and in no line of ours (HAZ-056).
fn belongs(item: &Item) -> bool {
    item.section == Section::Results && item.status.standing != Standing::Negated
}

/// One number, or the two of a blood pressure.
fn is_number(one: &Measurement) -> bool {
    one.number.is_some() || one.pressures().is_some()
}

/// What must be equal for two values to stand in one line.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    source: SourceId,
    laboratory: Option<String>,
    code: String,
    unit: Option<String>,
}

impl Key {
    fn of(item: &Item, measurement: &Measurement) -> Self {
        let name = &measurement.name;
        let code = [SNOMED_CT, "http://loinc.org"].iter().find_map(|system| name.code_in(system));
        let said = || format!("said {}", fold(name.words().unwrap_or_default()));
        let of_parts = || measurement.pressures().and_then(|[upper, _]| upper.unit.clone());
        Self {
            source: item.source.clone(),
            laboratory: item.provenance.organisation.clone(),
            code: code.map_or_else(said, str::to_owned),
            unit: measurement.unit.clone().or_else(of_parts),
        }
    }
}

/// A value withdrawn inside a report that stands is no point of a line.
fn counts(status: &str) -> bool {
    !matches!(status, "entered-in-error" | "cancelled")
}

fn one(key: Key, mut points: Vec<Point<'_>>) -> Option<Series<'_>> {
    let identity = |point: &Point<'_>| point.item.provenance.id.clone();
    points.sort_by(|a, b| {
        let newest = FhirDate::newest_first(a.measurement.at.as_ref(), b.measurement.at.as_ref());
        newest.then_with(|| identity(a).cmp(&identity(b)))
    });
    let name = points.first()?.measurement.name.words().unwrap_or("No name recorded").to_owned();
    Some(Series { name, unit: key.unit, source: key.source, points, copies: Vec::new() })
}

/// The longer first, so that a copy meets what it is a copy of.
fn folded(mut series: Vec<(String, Series<'_>)>) -> Vec<Series<'_>> {
    series.sort_by(|(code, a), (other, b)| {
        b.points.len().cmp(&a.points.len()).then_with(|| (code, &a.source).cmp(&(other, &b.source)))
    });
    let mut kept: Vec<(String, BTreeSet<Identity>, Series<'_>)> = Vec::new();
    for (code, one) in series {
        let identities: Option<BTreeSet<Identity>> = one.points.iter().map(Identity::of).collect();
        let same = |(other, held, whole): &&mut (String, BTreeSet<Identity>, Series<'_>)| {
            let is_copy = identities.as_ref().is_some_and(|own| own.is_subset(held));
            *other == code && whole.unit == one.unit && whole.source != one.source && is_copy
        };
        match kept.iter_mut().find(same) {
            Some((_, _, whole)) => whole.copies.push(one),
            None => {
                let held = one.points.iter().filter_map(Identity::of).collect();
                kept.push((code, held, one));
            }
        }
    }
    kept.into_iter().map(|(_, _, series)| series).collect()
}

/// What two sources' copies of one result have in common: the laboratory's report number, digits, range and flag, and no status
/// that one of them alone has. One
/// without a number is a copy of nothing (HAZ-005).
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Identity {
    report: (String, String),
    value: Option<String>,
    range: Option<String>,
    flag: Option<String>,
    /// Where it is said and is not plainly final.
    status: Option<String>,
}

impl Identity {
    fn of(point: &Point<'_>) -> Option<Self> {
        let Point { item, measurement } = point;
        let report = item.provenance.business.clone()?;
        let said = [&item.status.code, &measurement.status].map(String::as_str);
        let is_odd = |status: &&str| !matches!(*status, "" | "unknown" | "final");
        let status = said.into_iter().find(is_odd).map(str::to_owned);
        let Measurement { value, range, flag, .. } = (*measurement).clone();
        Some(Self { report, value, range, flag, status })
    }
}
