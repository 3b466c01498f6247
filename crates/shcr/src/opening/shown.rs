//! The record of one opening as it may be told. Takes parts as [`super::disclose`] gives them, each for the receipt of its disclosure or
//! with nothing in it; there is no other way in, and nothing but this is told (HAZ-029).

use super::disclose::Part;
use fhir::SourceId;
use record::Record;
use web::schedule::Schedule;

/// What may be told so far.
pub(super) struct Shown(Record);

impl Shown {
    pub(super) fn of(planned: Vec<SourceId>) -> Self {
        Self(Record::new(planned))
    }

    pub(super) fn add(&mut self, part: Part, schedule: &Schedule) {
        let (mut note, released) = part.open();
        note.missed = schedule.missed(&note.source).to_vec();
        self.0.add(note, released);
    }

    pub(super) fn record(&self) -> &Record {
        &self.0
    }
}
