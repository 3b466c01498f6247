//! Takes one person's page, reloaded with one fault after another, gives how every row read; several sources may be broken at
//! once, as long as each has a lane of its own.

use super::{
    reading::{self, Reading},
    row::{NO_RECORD, Row},
};
use journeys::{browser::Page, demo::Demo, ready::Person};

/// How often a desk opens the record, at most, before everybody has to be in time.
const PATIENCE: usize = 8;

/// One person's record, open before one professional.
pub(super) struct Desk {
    pub(super) family: &'static str,
    pub(super) lanes: Vec<Lane>,
    /// Whether everything is in order at first; otherwise the first rows are in force before anything was ever asked.
    pub(super) begins_in_order: bool,
    /// Of sources that nothing is wrong with.
    pub(super) unharmed: &'static [&'static str],
}

/// One source of it, and what goes wrong there, one after the other.
pub(super) struct Lane {
    /// Its id in the configuration, and its short name on the page.
    pub(super) source: &'static str,
    pub(super) short: &'static str,
    /// The state of the whole, where only a part of the source is broken.
    pub(super) whole: Option<&'static str>,
    /// The sections in which that part would be seen.
    pub(super) sections: fn(&str) -> bool,
    /// What else of the same source stays, unless all of it is held back.
    pub(super) beside: &'static [&'static str],
    pub(super) rows: Vec<Row>,
}

/// What a page said of one lane.
pub(super) struct Seen {
    pub(super) words: String,
    pub(super) complaints: Vec<String>,
}

/// Everything a desk saw.
pub(super) struct Day {
    /// How many openings there were before the first row; the last of them with everything in order.
    pub(super) before: usize,
    pub(super) reloads: Vec<Reload>,
}

/// One reload.
pub(super) struct Reload {
    /// A record was drawn, and so an opening closed; otherwise somebody has to decide something first.
    pub(super) is_record: bool,
    /// The row in force in every lane and what was seen of it; `None` where a lane had no row left.
    pub(super) lanes: Vec<Option<(Row, Seen)>>,
}

impl Desk {
    pub(super) fn person(&self, demo: &Demo) -> Person {
        demo.ready.named(self.family)
    }

    /// First with everything in order, then row by row.
    pub(super) async fn run(&self, demo: &Demo) -> Day {
        let (control, operator) = (demo.control(), demo.operator());
        let person = self.person(demo);
        let view = demo.host().sign_in("dr.okafor").await.open(&person).await;
        let mut before = 0;
        if self.begins_in_order {
            // Once to make acquaintance: tokens are had, connections stand, and everybody's word on sharing is known. Again while
            // all the desks that begin at once are too much for somebody to be in time.
            view.read().await;
            let mut page = view.read().await;
            before = 2;
            while Reading::late(&page) && before < PATIENCE {
                page = view.read().await;
                before += 1;
            }
            self.is_whole(&page);
        }
        let mut reloads = Vec::new();
        for place in 0..self.lanes.iter().map(|lane| lane.rows.len()).max().unwrap_or(0) {
            let rows = || self.lanes.iter().map(|lane| (lane, lane.rows.get(place)));
            let in_force = || rows().filter_map(|(lane, row)| Some((lane, row?)));
            for (_, row) in in_force() {
                control.fault(row.at, row.fault).await;
            }
            let reading = Reading::of(view.read().await);
            for (_, row) in in_force() {
                control.fault(row.at, "none").await;
            }
            let seen = rows().map(|(lane, row)| Some((*row?, self.seen(demo, &reading, lane, row?))));
            reloads.push(Reload { is_record: reading.is_record(), lanes: seen.collect() });
            if let Some(rest) = in_force().map(|(_, row)| row.rest).max() {
                tokio::time::sleep(rest).await;
            }
            for (lane, _) in in_force() {
                operator.clear(lane.source).await;
            }
        }
        Day { before, reloads }
    }

    fn is_whole(&self, page: &Page) {
        assert!(page.is_complete(), "{}: {}", self.family, page.text());
        for item in self.unharmed {
            assert!(page.html.contains(item), "{}: no `{item}` with everything in order", self.family);
        }
    }

    fn seen(&self, demo: &Demo, reading: &Reading, lane: &Lane, row: &Row) -> Seen {
        let page = &reading.page;
        let mut complaints = Vec::new();
        if !reading.is_record() {
            let said = reading.has(row.expected.said);
            complaints
                .extend((!said).then(|| format!("`{}` is not said: {}", row.expected.said, page.text())));
            return Seen { words: row.expected.said.to_owned(), complaints };
        }
        let chapter = reading::state_words(page, lane.short);
        if !page.is_complete() {
            complaints.push("HAZ-035: the page is not complete".to_owned());
        }
        if !row.expected.said.split(" or ").any(|one| chapter.contains(one)) {
            complaints.push(format!("the Sources chapter says `{chapter}`, not `{}`", row.expected.said));
        }
        if !row.expected.is_answer() || row.expected == NO_RECORD {
            complaints.extend(not_empty(reading, lane, &chapter));
        }
        if row.expected.condemns() {
            complaints.extend(nobody_else(demo, page, &self.person(demo)));
        }
        let beside = if row.expected.condemns() { &[] } else { lane.beside };
        let missing = self.unharmed.iter().chain(beside).filter(|item| !reading.has(item));
        complaints.extend(missing.map(|item| format!("HAZ-035: `{item}` is missing")));
        let chapter = reading::in_short(&chapter, row.expected.said);
        Seen { words: format!("{chapter} / {}", reading::coverage_words(page, lane.short)), complaints }
    }
}

/// What has not answered never reads as if it had nothing to say.
fn not_empty(reading: &Reading, lane: &Lane, chapter: &str) -> Vec<String> {
    let sections = reading.answered_in(lane.short);
    let counts = |slot: &&str| (lane.sections)(slot);
    let mut complaints: Vec<String> = sections
        .into_iter()
        .filter(counts)
        .map(|slot| format!("HAZ-006: section `{slot}` reads as answered"))
        .collect();
    if lane.whole.is_none() && chapter.contains("nothing recorded") {
        complaints.push("HAZ-006: the Sources chapter says that nothing is recorded".to_owned());
    }
    complaints
}

/// Nothing of anybody else is on the page.
fn nobody_else(demo: &Demo, page: &Page, person: &Person) -> Vec<String> {
    let people = demo.ready.people();
    let others = people.iter().filter(|other| other.nhs_number != person.nhs_number);
    let shown = others.filter(|other| {
        let marks = [other.nhs_number.clone(), other.spaced(), format!("{},", other.family())];
        marks.iter().any(|mark| page.html.contains(mark))
    });
    shown.map(|other| format!("HAZ-004: something of `{}` is shown", other.story_key)).collect()
}
