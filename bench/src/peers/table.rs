//! What was measured of each, and how it is told: a table of lines, and the same as JSON with every figure it was reckoned from.

use crate::peers::{
    Wish,
    bootstrap::{self, Interval},
    silent::Told,
};
use serde_json::{Value, json};

/// Everybody, in the order of their turns; the gateway first.
pub(crate) struct Table {
    /// Whether the partners took their time.
    pub(crate) slow: bool,
    /// Of each round: requests of the plan, and those left out of it.
    pub(crate) asks: Vec<(usize, usize)>,
    pub(crate) rows: Vec<Row>,
}

/// All times in milliseconds.
pub(crate) struct Row {
    pub(crate) name: String,
    /// Processor time of an opening, of each turn.
    pub(crate) cpu: Vec<f64>,
    /// Of each opening until its first byte; of a page until its first section.
    pub(crate) first: Vec<f64>,
    /// Of each opening until its last byte.
    pub(crate) whole: Vec<f64>,
    pub(crate) peak_kib: u64,
    /// Why it does not count.
    pub(crate) void: Option<String>,
}

impl Row {
    pub(crate) fn new(name: &str) -> Self {
        let (cpu, first, whole) = (Vec::new(), Vec::new(), Vec::new());
        Self { name: name.to_owned(), cpu, first, whole, peak_kib: 0, void: None }
    }

    /// Of its processor time, or of its first byte where partners took their time, to the gateway's.
    fn ratio(&self, gateway: &Self, (slow, seed): (bool, u64)) -> Interval {
        let (own, other) = if slow { (&self.first, &gateway.first) } else { (&self.cpu, &gateway.cpu) };
        let pairs: Vec<(f64, f64)> = own.iter().copied().zip(other.iter().copied()).collect();
        bootstrap::ratio(&pairs, seed)
    }
}

impl Table {
    pub(crate) fn lines(&self, seed: u64) -> Vec<String> {
        let mut lines = match self.slow {
            true => vec![
                "| | first section or byte, ms | against the gateway's | whole, ms |".to_owned(),
                "|---|---|---|---|".to_owned(),
            ],
            false => vec![
                "| | processor time of an opening, ms | against the gateway's | first byte, ms | whole, ms | peak memory, MiB |"
                    .to_owned(),
                "|---|---|---|---|---|---|".to_owned(),
            ],
        };
        let Some(gateway) = self.rows.first() else { return lines };
        lines.extend(self.rows.iter().map(|row| {
            let told = match (&row.void, &gateway.void) {
                (Some(why), _) => format!("void: {why}"),
                (None, Some(_)) => "void: there is nothing to hold it against".to_owned(),
                (None, None) => self.figures(row, gateway, seed),
            };
            format!("| {} | {told} |", row.name)
        }));
        lines
    }

    /// Where partners took their time nobody was as warm as processor time asks for.
    fn figures(&self, row: &Row, gateway: &Row, seed: u64) -> String {
        let ratio = row.ratio(gateway, (self.slow, seed));
        let median = |figures: &[f64]| bootstrap::median(figures, seed);
        let (first, whole) = (median(&row.first), median(&row.whole));
        match self.slow {
            true => format!("{first} | {ratio} | {whole}"),
            false => format!("{} | {ratio} | {first} | {whole} | {}", median(&row.cpu), row.peak_kib >> 10),
        }
    }

    fn json(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            json!({
                "name": row.name, "void": row.void, "processor_ms": row.cpu, "first_ms": row.first,
                "whole_ms": row.whole, "peak_kib": row.peak_kib,
            })
        });
        json!({"partners_take_their_time": self.slow, "requests": self.asks, "rows": rows.collect::<Vec<_>>()})
    }
}

pub(crate) fn json(tables: &[Table], silent: &Told, (wish, missing): (&Wish, &[(&str, String)])) -> Value {
    json!({
        "seed": wish.seed,
        "rounds": wish.rounds,
        "tables": tables.iter().map(Table::json).collect::<Vec<_>>(),
        "silent": silent.json(),
        "not_measured": missing.iter().map(|(name, why)| json!({"name": name, "why": why})).collect::<Vec<_>>(),
    })
}
