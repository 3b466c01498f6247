//! Takes a series, gives its course: what can be drawn of it in the nearest preset range and in all, and the same in words.
//! Source: viewer.md section 7, Results; NHS CUI GTAB-067 to 087, 174 to 183; HAZ-015.

use super::super::graph::{self, MOST_POINTS, Mark, Plot, Svg};
use super::line::{Graph, date_of, digits};
use crate::words;
use fhir::FhirDate;
use jiff::civil::Date;
use jiff::{Span, ToSpan};
use record::item::{Bounds, Measurement};
use record::reconcile::{Point, Series};

/// As many results as make a course worth a drawing in the row.
const COURSE: usize = 3;

/// The course of one series. Nothing of it is drawn until it is asked for.
pub(super) struct Trend {
    /// Without the newest and the one before there is nothing to draw.
    whole: Option<(Plot, String)>,
    recent: Option<(Plot, String)>,
}

impl Trend {
    pub(super) fn of(series: &Series<'_>, laboratory: &str, today: Date) -> Self {
        let dated: Vec<Dated<'_>> = series.points.iter().filter_map(|point| Dated::of(*point)).collect();
        let undated = series.points.len() - dated.len();
        let preset = preset(&dated, today);
        let recent = preset.as_ref().and_then(|(name, from)| {
            let span = (from.0, from.1.clone());
            let to = (graph::moment(&FhirDate::parse(&today.to_string()))?.0 + 1.0, fhir::date::day(today));
            let within = dated.iter().filter(|one| one.mark.moment >= span.0).copied().collect::<Vec<_>>();
            (within.len() < dated.len()).then_some(())?;
            drawn(
                series,
                &within,
                Frame { of: format!("Last {name}"), laboratory, span: Some((span, to)), undated: 0 },
            )
        });
        let whole = drawn(series, &dated, Frame { of: "All".to_owned(), laboratory, span: None, undated });
        Self { whole, recent }
    }

    pub(super) fn can_be_drawn(&self) -> bool {
        self.whole.is_some()
    }

    /// For the row: of the nearest range where it has a course, else of all.
    pub(super) fn small(&self) -> Option<Svg> {
        let (plot, _) = self.recent.as_ref().or(self.whole.as_ref())?;
        (plot.marks.len() >= COURSE).then(|| graph::small(plot))
    }

    pub(super) fn whole(&self) -> Option<Graph> {
        self.whole.as_ref().map(graph_of)
    }

    pub(super) fn recent(&self) -> Option<Graph> {
        self.recent.as_ref().map(graph_of)
    }
}

fn graph_of((plot, words): &(Plot, String)) -> Graph {
    Graph { svg: graph::large(plot), words: words.clone() }
}

/// A point that has a place in time.
#[derive(Clone, Copy)]
struct Dated<'a> {
    mark: Mark,
    measurement: &'a Measurement,
    date: &'a FhirDate,
}

impl<'a> Dated<'a> {
    fn of(point: Point<'a>) -> Option<Self> {
        let (measurement, date) = (point.measurement, date_of(point)?);
        let (moment, is_a_day) = graph::moment(date)?;
        let number = |one: &Measurement| one.number.as_deref()?.parse::<f64>().ok().filter(|n| n.is_finite());
        let [high, low] = match measurement.pressures().filter(|_| measurement.number.is_none()) {
            Some([upper, lower]) => [number(upper)?, number(lower)?],
            None => [number(measurement)?; 2],
        };
        let is_beyond = digits(measurement).is_none_or(|text| text.starts_with(['<', '>', '=', '~']));
        Some(Self { mark: Mark { moment, low, high, exact: is_a_day && !is_beyond }, measurement, date })
    }

    fn said(&self) -> String {
        digits(self.measurement).unwrap_or_default().into_owned()
    }
}

/// The shortest of the presets that holds a course, and the day it begins.
fn preset(dated: &[Dated<'_>], today: Date) -> Option<(&'static str, (f64, String))> {
    let presets: [(&str, Span); 4] =
        [("3 months", 3.months()), ("1 year", 1.year()), ("2 years", 2.years()), ("5 years", 5.years())];
    presets.into_iter().find_map(|(name, span)| {
        let from = today.checked_sub(span).ok()?;
        let (moment, _) = graph::moment(&FhirDate::parse(&from.to_string()))?;
        let held = dated.iter().filter(|one| one.mark.moment >= moment).count();
        (held >= COURSE).then(|| (name, (moment, fhir::date::day(from))))
    })
}

/// What of a series is drawn, and what is said beside it.
struct Frame<'a> {
    /// `All`, `Last 2 years`
    of: String,
    laboratory: &'a str,
    /// First and last day, where the points do not set them.
    span: Option<((f64, String), (f64, String))>,
    undated: usize,
}

/// `dated` newest first.
fn drawn(series: &Series<'_>, dated: &[Dated<'_>], frame: Frame<'_>) -> Option<(Plot, String)> {
    let shown: Vec<Dated<'_>> = dated.iter().take(MOST_POINTS).rev().copied().collect();
    let (first, last) = (shown.first()?, shown.last().filter(|_| shown.len() > 1)?);
    let unit = series.unit.as_deref().unwrap_or("no unit recorded");
    let by = |a: &&Dated<'_>, b: &&Dated<'_>, of: fn(&Mark) -> f64| of(&a.mark).total_cmp(&of(&b.mark));
    let lowest = shown.iter().min_by(|a, b| by(a, b, |mark| mark.low))?;
    let highest = shown.iter().max_by(|a, b| by(a, b, |mark| mark.high))?;
    let end = |one: &Dated<'_>| (one.mark.moment, one.date.display_day());
    let (from, to) = frame.span.clone().unwrap_or_else(|| (end(first), end(last)));
    let bounds = common_bounds(&shown);
    let number = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<f64>().ok());
    let band = bounds.map(|bounds| (number(&bounds.low), number(&bounds.high)));
    let range = shown.last().and_then(|one| one.measurement.range.as_deref()).filter(|_| band.is_some());
    let is_pressure = first.measurement.number.is_none();
    let plot = Plot {
        title: format!("{}: {}", series.name, lower_first(&frame.of)),
        desc: format!("{}, {unit}; {} results", course(&shown, lowest, highest), shown.len()),
        from,
        to,
        band,
        lowest: part(lowest, |[_, lower]| lower),
        highest: part(highest, |[upper, _]| upper),
        is_pressure,
        marks: shown.iter().map(|one| one.mark).collect(),
    };
    let mut words =
        caption(&frame, (shown.len(), dated.len()), unit, range, plot.marks.iter().any(|mark| !mark.exact));
    if let Some((interval, _)) = graph::intervals(plot.from.0, plot.to.0) {
        words.push_str(&format!(" Marked below: every {interval}."));
    }
    Some((plot, words))
}

/// The digits of a value, or of one of the two of a pressure.
fn part(one: &Dated<'_>, of: for<'m> fn([&'m Measurement; 2]) -> &'m Measurement) -> String {
    let pressures = one.measurement.pressures().filter(|_| one.measurement.number.is_none());
    pressures.map_or_else(|| one.said(), |both| digits(of(both)).unwrap_or_default().into_owned())
}

/// A band stands only for a range that all of them have: never one over another (GTAB-183).
fn common_bounds<'a>(shown: &[Dated<'a>]) -> Option<&'a Bounds> {
    let bounds = &shown.last()?.measurement.bounds;
    let is_given = bounds.low.is_some() || bounds.high.is_some();
    let is_common = shown.iter().all(|one| one.measurement.bounds == *bounds);
    (is_given && is_common).then_some(bounds)
}

/// `Falling from 58 on 04-Nov-2024 to 31 on 12-Nov-2026`: what the values did, not what it means (HAZ-056).
fn course(shown: &[Dated<'_>], lowest: &Dated<'_>, highest: &Dated<'_>) -> String {
    let steps = || shown.windows(2).filter_map(|pair| Some((pair.first()?.mark, pair.last()?.mark)));
    let is_level = |(a, b): (Mark, Mark)| a.low == b.low && a.high == b.high;
    let never_rises = steps().all(|(a, b)| b.low <= a.low && b.high <= a.high);
    let never_falls = steps().all(|(a, b)| b.low >= a.low && b.high >= a.high);
    let end = |one: Option<&Dated<'_>>| {
        one.map(|one| format!("{} on {}", one.said(), one.date.display_day())).unwrap_or_default()
    };
    let ends = format!("from {} to {}", end(shown.first()), end(shown.last()));
    match (steps().all(is_level), never_falls, never_rises) {
        (true, ..) => format!("The same {ends}"),
        (_, true, _) => format!("Rising {ends}"),
        (_, _, true) => format!("Falling {ends}"),
        _ => {
            let (low, high) = (part(lowest, |[_, lower]| lower), part(highest, |[upper, _]| upper));
            format!("{}, between {low} and {high}", words::sentence(&ends))
        }
    }
}

/// `All 5 results, mL/min/1.73m2. Pale band: from 60 mL/min/1.73m2, range of Acute.`
fn caption(
    frame: &Frame<'_>,
    (shown, of): (usize, usize),
    unit: &str,
    range: Option<&str>,
    hollow: bool,
) -> String {
    let mut said = match shown == of {
        true if frame.of == "All" => format!("All {of} results, {unit}."),
        true => format!("{}: {of} results, {unit}.", frame.of),
        false => format!("{}: newest {shown} of {of} results, {unit}.", frame.of),
    };
    if let Some(range) = range {
        said.push_str(&format!(" Pale band: {range}, range of {}.", frame.laboratory));
    }
    if hollow {
        said.push_str(" Hollow: beyond a limit of the method, or of a date that is not a day.");
    }
    match frame.undated {
        0 => {}
        n => said.push_str(&format!(" Without a date, and only in the table: {n}.")),
    }
    said
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
