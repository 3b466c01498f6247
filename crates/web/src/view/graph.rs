//! Takes values in time, gives a drawing of them: points and straight lines, time to scale, the laboratory's range as a pale
//! band, a blood pressure as a T with two ends. It is drawn in the colour of the text and says in words what it shows.
//! Source: viewer.md sections 7 and 10; NHS CUI graphs and tables (GTAB); HAZ-015.

/// Contacts in time.
pub(crate) mod strip;

use super::text::Verbatim;
use askama::filters::HtmlSafe;
use fhir::FhirDate;
use fhir::date::Precision;
use std::fmt::{self, Write};

/// More would not be told apart, and a drawing is to stay within 2 kB.
pub(crate) const MOST_POINTS: usize = 48;

/// One drawing, as markup.
pub(crate) struct Svg(String);

/// Whatever a source wrote is escaped as it is written in.
impl HtmlSafe for Svg {}

impl fmt::Display for Svg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One value at its moment, in days. `low` and `high` are the two of a blood pressure, else the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Mark {
    pub(crate) moment: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Neither beyond a limit of the method nor of a date known only to its month or year (GTAB-017).
    pub(crate) exact: bool,
}

/// What is to be drawn; marks oldest first.
pub(crate) struct Plot {
    pub(crate) title: String,
    pub(crate) desc: String,
    pub(crate) marks: Vec<Mark>,
    /// First and last day drawn, and what they are called.
    pub(crate) from: (f64, String),
    pub(crate) to: (f64, String),
    /// The laboratory's range; either side may be open.
    pub(crate) band: Option<(Option<f64>, Option<f64>)>,
    /// Lowest and highest value as it is written.
    pub(crate) lowest: String,
    pub(crate) highest: String,
    /// Each value is two.
    pub(crate) is_pressure: bool,
}

/// Where in the picture the values stand.
struct Field {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

const SMALL: Field = Field { left: 6.0, right: 186.0, top: 6.0, bottom: 42.0 };
const LARGE: Field = Field { left: 52.0, right: 288.0, top: 10.0, bottom: 100.0 };

/// The day in the middle of what the date can mean, counted from 1970; and whether it means no more than one day.
pub(crate) fn moment(date: &FhirDate) -> Option<(f64, bool)> {
    let utc = |at: jiff::civil::DateTime| at.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|at| at.timestamp());
    let midnight = |day: jiff::civil::Date| utc(day.at(0, 0, 0, 0));
    let days = |at: jiff::Timestamp| at.as_second() as f64 / 86_400.0;
    match date.precision() {
        Precision::Instant(at) => Some((days(at), true)),
        Precision::Local(at) => Some((days(utc(at)?), true)),
        Precision::Day(day) => Some((days(midnight(day)?), true)),
        Precision::Month(..) => Some((days(midnight(date.first_day()?)?) + 15.0, false)),
        Precision::Year(_) => Some((days(midnight(date.first_day()?)?) + 182.0, false)),
        Precision::Unreadable => None,
    }
}

/// As many marks as can be told apart along the foot of a drawing.
const MOST_INTERVALS: usize = 14;

/// What lies between two marks of time, and each mark: the first days of months, quarters or years, whichever are not too many
/// (GTAB-087). `None` where no such day lies within.
pub(crate) fn intervals(from: f64, to: f64) -> Option<(&'static str, Vec<f64>)> {
    let steps = [("month", 1), ("3 months", 3), ("year", 12), ("5 years", 60), ("20 years", 240)];
    let epoch = jiff::civil::date(1970, 1, 1);
    let month_of = |moment: f64| {
        let day = epoch.checked_add(jiff::Span::new().try_days(moment as i64).ok()?).ok()?;
        Some(i32::from(day.year()) * 12 + i32::from(day.month()) - 1)
    };
    let moment_of = |month: i32| {
        let (year, month) =
            (i16::try_from(month.div_euclid(12)).ok()?, i8::try_from(month.rem_euclid(12) + 1).ok()?);
        Some(f64::from(epoch.until(jiff::civil::Date::new(year, month, 1).ok()?).ok()?.get_days()))
    };
    let (first, last) = (month_of(from)?, month_of(to)?);
    let marks = |step: i32| -> Vec<f64> {
        let months = (first + 1..=last).filter(|month| month % step == 0);
        months.filter_map(moment_of).filter(|moment| *moment > from && *moment < to).collect()
    };
    let all = steps.into_iter().map(|(name, step)| (name, marks(step)));
    all.into_iter().find(|(_, marks)| marks.len() <= MOST_INTERVALS).filter(|(_, marks)| !marks.is_empty())
}

/// For a row: the course alone, a finger's width high.
pub(crate) fn small(plot: &Plot) -> Svg {
    let mut svg = begun(plot, "spark", (192, 48), (96, 24));
    let _ = write!(svg, "{}", Drawing { plot, field: &SMALL, width: 3, dot: 8 });
    svg.push_str("</svg>");
    Svg(svg)
}

/// For the details: with its highest and lowest value and its first and last day beside it.
pub(crate) fn large(plot: &Plot) -> Svg {
    let mut svg = begun(plot, "graph", (292, 122), (292, 122));
    let drawing = Drawing { plot, field: &LARGE, width: 2, dot: 7 };
    let (low, high) = plot.extremes();
    let (below, above) = (drawing.y(low), drawing.y(high));
    let _ = write!(svg, "<path d=\"M52 {above}H288M52 {below}H288M52 100V104M288 100V104");
    for moment in intervals(plot.from.0, plot.to.0).map_or_else(Vec::new, |(_, moments)| moments) {
        let _ = write!(svg, "M{} 100v4", drawing.x(moment));
    }
    let _ = write!(svg, "\" stroke=\"currentColor\" stroke-opacity=\".3\"/>{drawing}");
    let _ = write!(svg, "<g fill=\"currentColor\" font-size=\"14\">");
    let mut label = |x: i64, y: i64, anchor: &str, text: &str| {
        let _ = write!(svg, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>", Verbatim(text));
    };
    label(46, above + 5, "end", &plot.highest);
    // Two values closer than a line of text is high share one label's place.
    if below - above > 14 {
        label(46, below + 5, "end", &plot.lowest);
    }
    label(52, 119, "start", &plot.from.1);
    label(288, 119, "end", &plot.to.1);
    svg.push_str("</g></svg>");
    Svg(svg)
}

fn begun(plot: &Plot, class: &str, (across, down): (u16, u16), (width, height): (u16, u16)) -> String {
    let mut svg = String::with_capacity(2_048);
    let _ = write!(
        svg,
        "<svg role=\"img\" class=\"{class}\" viewBox=\"0 0 {across} {down}\" width=\"{width}\" height=\"{height}\"><title>{}</title><desc>{}</desc>",
        Verbatim(&plot.title),
        Verbatim(&plot.desc)
    );
    svg
}

impl Plot {
    /// Lowest and highest value.
    fn extremes(&self) -> (f64, f64) {
        let low = self.marks.iter().map(|mark| mark.low).fold(f64::INFINITY, f64::min);
        let high = self.marks.iter().map(|mark| mark.high).fold(f64::NEG_INFINITY, f64::max);
        (low, high)
    }

    /// What the field spans: all values and the bounds of the range, with a margin (GTAB-070).
    fn span(&self) -> (f64, f64) {
        let (mut low, mut high) = self.extremes();
        let (from, to) = self.band.unwrap_or_default();
        for bound in [from, to].into_iter().flatten() {
            (low, high) = (low.min(bound), high.max(bound));
        }
        let margin = if high > low { (high - low) * 0.08 } else { 1.0 };
        (low - margin, high + margin)
    }
}

struct Drawing<'a> {
    plot: &'a Plot,
    field: &'a Field,
    width: u8,
    dot: u8,
}

impl Drawing<'_> {
    fn x(&self, moment: f64) -> i64 {
        let Field { left, right, .. } = self.field;
        let (from, to) = (self.plot.from.0, self.plot.to.0);
        let share = if to > from { (moment - from) / (to - from) } else { 0.5 };
        (left + (right - left) * share.clamp(0.0, 1.0)).round() as i64
    }

    fn y(&self, value: f64) -> i64 {
        let Field { top, bottom, .. } = self.field;
        let (low, high) = self.plot.span();
        (bottom - (bottom - top) * (value - low) / (high - low)).round() as i64
    }

    /// One path through every mark, each as `one` writes it.
    fn path(&self, marks: &mut dyn Iterator<Item = &Mark>, one: &dyn Fn(i64, &Mark) -> String) -> String {
        marks.map(|mark| one(self.x(mark.moment), mark)).collect()
    }

    fn band(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((low, high)) = self.plot.band else { return Ok(()) };
        let Field { left, right, top, bottom } = self.field;
        let edge = |value: Option<f64>, open: &f64| value.map_or(open.round() as i64, |value| self.y(value));
        let (above, below) = (edge(high, top), edge(low, bottom));
        let (x, width, height) = (left, right - left, (below - above).max(1));
        write!(
            f,
            "<rect x=\"{x}\" y=\"{above}\" width=\"{width}\" height=\"{height}\" fill=\"currentColor\" fill-opacity=\".1\"/>"
        )
    }
}

impl fmt::Display for Drawing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.band(f)?;
        let all = &self.plot.marks;
        let Self { width, dot, .. } = self;
        if self.plot.is_pressure {
            // A T with two ends: the upper value, the lower value, and the line between (GTAB-039 to 043).
            let half = i64::from(*dot) / 2;
            let ends = |x: i64, mark: &Mark| {
                let (above, below, across) = (self.y(mark.high), self.y(mark.low), half * 2);
                format!("M{} {above}h{across}m-{half} 0V{below}m-{half} 0h{across}", x - half)
            };
            let d = self.path(&mut all.iter(), &ends);
            return write!(
                f,
                "<path d=\"{d}\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"{width}\"/>"
            );
        }
        let line = self.path(&mut all.iter(), &|x, mark| format!("L{x} {}", self.y(mark.low)));
        let line = line.strip_prefix('L').unwrap_or_default();
        write!(
            f,
            "<path d=\"M{line}\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"{width}\"/><g stroke-linecap=\"round\">"
        )?;
        let point = |x: i64, mark: &Mark| format!("M{x} {}h0", self.y(mark.low));
        let points = self.path(&mut all.iter(), &point);
        write!(f, "<path d=\"{points}\" stroke=\"currentColor\" stroke-width=\"{dot}\"/>")?;
        let hollow = self.path(&mut all.iter().filter(|mark| !mark.exact), &point);
        if !hollow.is_empty() {
            write!(f, "<path d=\"{hollow}\" stroke=\"Canvas\" stroke-width=\"{}\"/>", dot / 2)?;
        }
        f.write_str("</g>")
    }
}

#[cfg(test)]
mod tests;
