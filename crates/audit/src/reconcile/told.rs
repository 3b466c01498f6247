//! Takes the outcome of one source's day, gives the entry that records it, and the items somebody has to look into: references and
//! counts, no person, no professional. The same outcome gives the same entry and the same items, however often it is worked out.
//! Source: audit.md sections 10 and 12 (PO-28).

use super::{Day, Difference, Outcome};
use crate::{
    Entry, Key, Kind, Millis, OpeningId, SourceLine,
    hash::{self, Hash},
};
use std::collections::BTreeMap;

/// What the entry of a day's result says it is.
pub const RECONCILED: &str = "reconciled with a source";
/// Ids named in one item; the source's own log has the others.
const NAMED: usize = 20;

/// The counts of one source's day, as they are recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    pub source: String,
    /// Its partner's ODS code.
    pub partner: String,
    /// `2026-11-28`.
    pub day: String,
    pub both: u64,
    pub ours_only: u64,
    pub explained: u64,
    pub theirs_only: u64,
    pub other_person: u64,
    pub other_time: u64,
    pub used_twice: u64,
    pub lines: u64,
    pub persons_compared: u64,
    pub out_of_day: u64,
    pub unreadable: u64,
    pub repeated: u64,
    /// How far its clock is ahead of ours.
    pub offset_ms: Option<i64>,
}

/// Something to be looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The occasion: the same for the same finding.
    pub occasion: String,
    /// The opening, where it is one; otherwise the occasion.
    pub about: String,
    /// In words that name nobody.
    pub what: String,
    /// Ids of requests or openings, at most [`NAMED`].
    pub names: Vec<String>,
}

impl Told {
    pub fn of((source, partner, day): (&str, &str, Day), outcome: &Outcome) -> Self {
        let different = |how| outcome.different.get(&how).map_or(0, |openings| openings.len() as u64);
        Self {
            source: source.to_owned(),
            partner: partner.to_owned(),
            day: day.to_string(),
            both: outcome.both,
            ours_only: outcome.ours_only.len() as u64,
            explained: outcome.explained,
            theirs_only: outcome.theirs_only.len() as u64,
            other_person: different(Difference::Person),
            other_time: different(Difference::Time),
            used_twice: different(Difference::UsedTwice),
            lines: outcome.lines,
            persons_compared: outcome.persons_compared,
            out_of_day: outcome.out_of_day,
            unreadable: outcome.unreadable,
            repeated: outcome.repeated,
            offset_ms: outcome.offset_ms,
        }
    }

    pub fn different(&self) -> u64 {
        self.other_person + self.other_time + self.used_twice
    }

    /// Nothing in it needs to be looked into.
    pub fn is_clean(&self) -> bool {
        self.theirs_only + self.different() + self.ours_only + self.unreadable == 0
    }

    /// The counts make the key: another outcome of the same day is another entry, the same one is none.
    pub fn entry(&self, at: Millis) -> Entry {
        let detail: BTreeMap<String, String> =
            self.counts().into_iter().map(|(name, count)| (name.to_owned(), count.to_string())).collect();
        let told: Vec<String> = detail.iter().map(|(name, count)| format!("{name}={count}")).collect();
        let digest = digest(&told);
        let mut entry = Entry::new(Kind::Incident, Key::reconciled(&self.source, &self.day, &digest), at);
        entry.cause = Some(RECONCILED.to_owned());
        entry.detail = detail;
        entry.detail.insert("day".to_owned(), self.day.clone());
        let offset = self.offset_ms.map(|ms| ("offset_ms".to_owned(), ms.to_string()));
        entry.detail.extend(offset);
        entry.sources = vec![SourceLine {
            source: self.source.clone(),
            partner: Some(self.partner.clone()),
            ..SourceLine::default()
        }];
        entry
    }

    /// What such an entry says; `None` of any other.
    pub fn read(entry: &Entry) -> Option<Self> {
        let is_one = entry.kind == Kind::Incident && entry.cause.as_deref() == Some(RECONCILED);
        let line = entry.sources.first().filter(|_| is_one)?;
        let text = |name: &str| entry.detail.get(name);
        let count = |name: &str| text(name).and_then(|count| count.parse().ok()).unwrap_or_default();
        Some(Self {
            source: line.source.clone(),
            partner: line.partner.clone().unwrap_or_default(),
            day: text("day")?.clone(),
            both: count("both"),
            ours_only: count("ours_only"),
            explained: count("explained"),
            theirs_only: count("theirs_only"),
            other_person: count("other_person"),
            other_time: count("other_time"),
            used_twice: count("used_twice"),
            lines: count("lines"),
            persons_compared: count("persons_compared"),
            out_of_day: count("out_of_day"),
            unreadable: count("unreadable"),
            repeated: count("repeated"),
            offset_ms: text("offset_ms").and_then(|ms| ms.parse().ok()),
        })
    }

    fn counts(&self) -> [(&'static str, u64); 12] {
        [
            ("both", self.both),
            ("ours_only", self.ours_only),
            ("explained", self.explained),
            ("theirs_only", self.theirs_only),
            ("other_person", self.other_person),
            ("other_time", self.other_time),
            ("used_twice", self.used_twice),
            ("lines", self.lines),
            ("persons_compared", self.persons_compared),
            ("out_of_day", self.out_of_day),
            ("unreadable", self.unreadable),
            ("repeated", self.repeated),
        ]
    }
}

impl Outcome {
    /// What somebody has to look into, the gravest first.
    pub fn items(&self, source: &str, day: Day) -> Vec<Item> {
        let item = |class: &str, names: &[String], what: String| Item {
            occasion: format!("{source}/{day}/{class}/{}", digest(names)),
            about: match names {
                [opening] if OpeningId::parse(opening).is_ok() && class != "theirs-only" => opening.clone(),
                _ => format!("{source}/{day}/{class}"),
            },
            what,
            names: names.iter().filter(|name| OpeningId::parse(name).is_ok()).take(NAMED).cloned().collect(),
        };
        let mut items = Vec::new();
        let theirs = self.theirs_only.len();
        if theirs > 0 {
            let what =
                format!("{theirs} requests in the access log of {source} for {day} that no entry names");
            items.push(item("theirs-only", &self.theirs_only, what));
        }
        for (difference, openings) in &self.different {
            let names: Vec<String> = openings.iter().map(ToString::to_string).collect();
            let (class, how) = difference.words();
            let what = format!("{} openings that {source} knows differently for {day}: {how}", names.len());
            items.push(item(class, &names, what));
        }
        if self.lacks_too_many() {
            let names: Vec<String> = self.ours_only.iter().map(ToString::to_string).collect();
            let what =
                format!("{source} answered in {} openings of {day} and has no line of them", names.len());
            items.push(item("ours-only", &names, what));
        }
        if self.unreadable > 0 {
            let first: Vec<String> = self.unreadable_at.iter().map(ToString::to_string).collect();
            let (count, first) = (self.unreadable, first.join(", "));
            let what = format!("{count} lines that {source} handed over for {day} cannot be read: {first}");
            items.push(item("unreadable", &[self.unreadable.to_string()], what));
        }
        items
    }
}

impl Difference {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Difference::Person => ("other-person", "somebody else was asked about"),
            Difference::Time => ("other-time", "at another time"),
            Difference::UsedTwice => ("used-twice", "one request was answered twice"),
        }
    }
}

/// Of a list in its order; no part of it can pass for two.
fn digest(of: &[String]) -> String {
    let hashes: Vec<Hash> = of.iter().map(|one| hash::sha256(&[one.as_bytes()])).collect();
    let all: Vec<&[u8]> = hashes.iter().map(<[u8; 32]>::as_slice).collect();
    hash::hex(&hash::sha256(&all)).chars().take(32).collect()
}
