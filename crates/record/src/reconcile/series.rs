//! Takes results, gives series: same code, same unit, same source only; never across units (HAZ-015).

use super::grouping::fold;
use super::{Record, measurements};
use crate::item::{Item, Measurement, Section, Standing};
use fhir::coding::SNOMED_CT;
use fhir::{FhirDate, SourceId};
use std::collections::BTreeMap;

/// One measurement repeated in time.
#[derive(Debug, Clone)]
pub struct Series<'a> {
    /// Words of the newest.
    pub name: String,
    pub unit: Option<String>,
    pub source: SourceId,
    /// Newest first; never empty.
    pub points: Vec<Point<'a>>,
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
}

/// Series in order of name, then unit, then source.
pub(super) fn of(record: &Record) -> Vec<Series<'_>> {
    let mut series: BTreeMap<Key, Vec<Point<'_>>> = BTreeMap::new();
    for item in record.shown().filter(|item| belongs(item)) {
        for measurement in measurements(item).iter().filter(|one| one.number.is_some() && counts(&one.status))
        {
            series.entry(Key::of(item, measurement)).or_default().push(Point { item, measurement });
        }
    }
    let mut series: Vec<Series<'_>> =
        series.into_iter().filter_map(|(key, points)| one(key, points)).collect();
    series.sort_by(|a, b| (fold(&a.name), &a.unit, &a.source).cmp(&(fold(&b.name), &b.unit, &b.source)));
    series
}

/// Frailty scores stand in their own section, each as recorded, and in no line of ours (HAZ-056).
fn belongs(item: &Item) -> bool {
    item.section == Section::Results && item.status.standing != Standing::Negated
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
        Self {
            source: item.source.clone(),
            laboratory: item.provenance.organisation.clone(),
            code: code.map_or_else(said, str::to_owned),
            unit: measurement.unit.clone(),
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
    Some(Series { name, unit: key.unit, source: key.source, points })
}
