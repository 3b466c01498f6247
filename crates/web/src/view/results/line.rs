//! Takes a series, gives its row: latest, previous and the change between them, digits as sent; and what opens below it, the
//! graphs and the table of all. Source: viewer.md section 7, Results; NHS CUI GTAB-045 to 054; HAZ-015, HAZ-019.

use super::super::graph::Svg;
use super::super::row::{self, Dated, More};
use super::odd_status;
use super::trend::Trend;
use crate::page::Page;
use crate::words;
use fhir::FhirDate;
use record::item::{Facts, Measurement, Standing};
use record::reconcile::{Point, Series};
use std::borrow::Cow;

/// On one page at most, the strip of contacts among them (viewer.md section 10).
const DRAWINGS: usize = 23;

/// One series: the newest, the one before, and the table of all.
pub(super) struct Line<'a> {
    pub(super) name: String,
    /// Who made it, where its source says so.
    pub(super) laboratory: Option<&'a str>,
    pub(super) source: &'a str,
    /// `also held by GP (4)`
    pub(super) also: Option<String>,
    pub(super) latest: Value<'a>,
    pub(super) previous: Option<Value<'a>>,
    pub(super) change: Option<String>,
    pub(super) all: Vec<Value<'a>>,
    pub(super) more: Vec<More<'a>>,
    pub(super) spark: Option<Svg>,
    pub(super) graphs: Vec<Graph>,
    trend: Trend,
}

/// A drawing with the words below it.
pub(super) struct Graph {
    pub(super) svg: Svg,
    pub(super) words: String,
}

/// One value of a series.
pub(super) struct Value<'a> {
    pub(super) at: Dated,
    /// The same to the minute, where its source gave one.
    pub(super) when: String,
    /// Comparator and digits as sent; the unit apart.
    pub(super) digits: Cow<'a, str>,
    pub(super) unit: Option<&'a str>,
    pub(super) range: Option<&'a str>,
    pub(super) flag: Option<&'a str>,
    pub(super) status: Option<Cow<'a, str>>,
    pub(super) comments: &'a [String],
    /// Not to be shared with the person.
    pub(super) ribbon: bool,
}

impl<'a> Line<'a> {
    pub(super) fn of(page: &'a Page, series: &Series<'a>) -> Option<Self> {
        let latest = series.latest()?;
        let all: Vec<Value<'a>> = series.points.iter().map(|point| Value::of(*point)).collect();
        let source = row::short(page, &series.source);
        let laboratory = series.laboratory().filter(|name| *name != source);
        let copies = series.copies.iter().flat_map(|copy| &copy.points);
        let held: Vec<_> = copies.clone().map(|point| point.item).collect();
        let single = |point: &&Point<'_>| matches!(point.item.facts, Facts::Result(_));
        let own = series.points.iter().chain(copies).filter(single);
        let today = fhir::date::london(page.opened_at).date();
        Some(Self {
            name: series.name.clone(),
            laboratory,
            source,
            also: row::also(page, &held),
            latest: Value::of(latest),
            previous: series.previous().map(Value::of),
            change: series.previous().and_then(|previous| change(latest.measurement, previous.measurement)),
            trend: Trend::of(series, laboratory.unwrap_or(source), today),
            all,
            more: own.map(|point| More::of(page, point.item)).collect(),
            spark: None,
            graphs: Vec::new(),
        })
    }

    /// Said where there are too many graphs for one page.
    pub(super) fn undrawn(&self) -> bool {
        self.graphs.is_empty() && self.trend.can_be_drawn()
    }
}

/// The courses in sight first, then the whole of each, then its nearer part: until the page has all it may have.
pub(super) fn draw_within_budget<'l, 'a: 'l>(lines: impl Iterator<Item = &'l mut Line<'a>>) {
    let mut lines: Vec<&mut Line<'a>> = lines.collect();
    let mut left = DRAWINGS;
    for line in &mut lines {
        line.spark = line.trend.small().filter(|_| left > 0);
        left -= usize::from(line.spark.is_some());
    }
    for line in &mut lines {
        line.graphs.extend(line.trend.whole().filter(|_| left > 0));
        left -= line.graphs.len();
    }
    for line in lines.iter_mut().filter(|line| !line.graphs.is_empty()) {
        let recent = line.trend.recent().filter(|_| left > 0);
        left -= usize::from(recent.is_some());
        line.graphs.splice(0..0, recent);
    }
}

impl<'a> Value<'a> {
    pub(super) fn of(point: Point<'a>) -> Self {
        let one = point.measurement;
        let date = date_of(point);
        Self {
            at: Dated::of(date),
            when: date.map_or_else(|| words::DATE_NOT_RECORDED.to_owned(), FhirDate::display),
            digits: digits(one).unwrap_or(Cow::Borrowed(words::NOT_RECORDED)),
            unit: unit(one),
            range: one.range.as_deref(),
            flag: one.flag.as_deref(),
            status: status(point),
            comments: &one.comments,
            ribbon: row::is_not_for_the_person(point.item),
        }
    }
}

/// The value's own word, else its report's. A final value of a report without a status is final.
fn status<'a>(point: Point<'a>) -> Option<Cow<'a, str>> {
    let own = &point.measurement.status;
    let is_final = own == "final" && point.item.status.standing == Standing::Unknown;
    let of_report = || row::status(point.item).filter(|_| !is_final).map(Cow::Owned);
    odd_status(own).map(Cow::Borrowed).or_else(of_report)
}

/// When it was so.
pub(super) fn date_of<'a>(point: Point<'a>) -> Option<&'a FhirDate> {
    point.measurement.at.as_ref().or_else(|| point.item.when.shown())
}

/// `31`, `<5`, `128/70`: without the unit, where it stands at the end as sent.
pub(super) fn digits(one: &Measurement) -> Option<Cow<'_, str>> {
    if let Some([upper, lower]) = one.pressures().filter(|_| one.number.is_none()) {
        return Some(Cow::Owned(format!("{}/{}", digits(upper)?, digits(lower)?)));
    }
    let value = one.value.as_deref()?;
    let bare = one.unit.as_deref().and_then(|unit| value.strip_suffix(unit)).map(str::trim_end);
    Some(Cow::Borrowed(bare.filter(|bare| !bare.is_empty()).unwrap_or(value)))
}

/// The unit, where `digits` stand without it.
fn unit(one: &Measurement) -> Option<&str> {
    if let Some([upper, _]) = one.pressures().filter(|_| one.number.is_none()) {
        return upper.unit.as_deref();
    }
    let unit = one.unit.as_deref()?;
    one.value.as_deref().filter(|value| value.ends_with(unit) && *value != unit).map(|_| unit)
}

/// `+1.1`, `−7`, `no change`; of a pressure both. `None` where either is beyond a limit of the method.
fn change(latest: &Measurement, previous: &Measurement) -> Option<String> {
    if let (Some([upper, lower]), Some([upper_before, lower_before])) =
        (latest.pressures(), previous.pressures())
    {
        return Some(format!("{}/{}", step(upper, upper_before)?, step(lower, lower_before)?));
    }
    let step = step(latest, previous)?;
    Some(if step == "0" { "no change".to_owned() } else { step })
}

fn step(latest: &Measurement, previous: &Measurement) -> Option<String> {
    let (a, b) = (Decimal::of(latest)?, Decimal::of(previous)?);
    let places = a.places.max(b.places);
    let difference = a.at(places)?.checked_sub(b.at(places)?)?;
    let sign = if difference < 0 { "\u{2212}" } else { "+" };
    let scale = 10_i128.checked_pow(places)?;
    let whole = difference.abs() / scale;
    let rest = format!("{:0width$}", difference.abs() % scale, width = usize::try_from(places).ok()?);
    Some(match (difference, rest.trim_end_matches('0')) {
        (0, _) => "0".to_owned(),
        (_, "") => format!("{sign}{whole}"),
        (_, rest) => format!("{sign}{whole}.{rest}"),
    })
}

/// A number in the digits it was sent in.
struct Decimal {
    digits: i128,
    places: u32,
}

impl Decimal {
    /// Refuses a comparator, an exponent, and more digits than any laboratory prints.
    fn of(one: &Measurement) -> Option<Self> {
        let text = one.number.as_deref().filter(|text| text.len() <= 15)?;
        one.value.as_deref()?.trim_start().strip_prefix(text)?;
        let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
        let digits = format!("{whole}{rest}").parse().ok()?;
        Some(Self { digits, places: u32::try_from(rest.len()).ok()? })
    }

    fn at(&self, places: u32) -> Option<i128> {
        self.digits.checked_mul(10_i128.checked_pow(places.checked_sub(self.places)?)?)
    }
}

#[cfg(test)]
mod tests;
