//! The text a monitoring system reads: takes families and samples, gives an exposition that ends with its end mark.
//! Source: OpenMetrics 1.0, sections 3 and 4.

use super::family::About;
use std::fmt::{Display, Write};

/// What a family's numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
    Info,
    StateSet,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
            Kind::Info => "info",
            Kind::StateSet => "stateset",
        }
    }
}

/// An exposition as it grows.
#[derive(Default)]
pub(super) struct Text(String);

impl Text {
    /// What follows is of this family, up to the next.
    pub(super) fn family(&mut self, about: &About, kind: Kind) {
        self.line(format_args!("# TYPE {} {}", about.name, kind.name()));
        if !about.unit.is_empty() {
            self.line(format_args!("# UNIT {} {}", about.name, about.unit));
        }
        self.line(format_args!("# HELP {} {}", about.name, escaped(about.help)));
    }

    /// One number under its labels.
    pub(super) fn sample(&mut self, name: (&str, &str), labels: &[(&str, &str)], value: impl Display) {
        let (family, suffix) = name;
        let labels: Vec<String> =
            labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        self.line(format_args!("{family}{suffix}{labels} {value}"));
    }

    /// A family of one number that goes up and down.
    pub(super) fn gauge(&mut self, about: &About, value: impl Display) {
        self.family(about, Kind::Gauge);
        self.sample((about.name, ""), &[], value);
    }

    pub(super) fn end(mut self) -> String {
        self.0.push_str("# EOF\n");
        self.0
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // A string takes whatever is written to it.
        let _ = writeln!(self.0, "{line}");
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
