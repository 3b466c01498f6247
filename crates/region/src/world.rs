//! Holds what every server of the region shares: the people, the day, the faults, the access logs, the closing signal.

use crate::{
    access_log::AccessLogs, asked::Asked, corpus::Corpus, faults::Faults, marks::Marks, people::Person,
    wishes::Wishes,
};
use fhir::NhsNumber;
use jiff::civil::Date;
use std::collections::HashMap;
use tokio::sync::watch;

/// Shared by all servers for as long as the region runs.
pub(crate) struct World {
    pub(crate) people: Vec<Person>,
    by_number: HashMap<NhsNumber, usize>,
    /// Extra people whose payload is a published file.
    pub(crate) corpus: Corpus,
    /// Fixed at the start: a region does not change its people at midnight.
    pub(crate) today: Date,
    pub(crate) faults: Faults,
    pub(crate) asked: Asked,
    /// What each partner's own system logs.
    pub(crate) access_logs: AccessLogs,
    /// What people have said about sharing since the start.
    pub(crate) wishes: Wishes,
    /// The seed of the latencies, when they are wanted.
    pub(crate) latency: Option<u64>,
    /// Seconds an access token lives.
    pub(crate) token_life_s: u32,
    /// What every source puts into its answers.
    pub(crate) marks: Option<Marks>,
    closing: watch::Sender<bool>,
}

impl World {
    pub(crate) fn new(people: Vec<Person>, corpus: Corpus, today: Date, faults: Faults) -> Self {
        let mut by_number = HashMap::new();
        for (place, person) in people.iter().enumerate() {
            for number in std::iter::once(&person.nhs_number).chain(&person.superseded) {
                by_number.insert(number.clone(), place);
            }
        }
        let (asked, wishes, closing) = (Asked::default(), Wishes::default(), watch::Sender::new(false));
        let token_life_s = crate::options::TOKEN_LIFE_S;
        Self {
            people,
            by_number,
            corpus,
            today,
            faults,
            asked,
            access_logs: AccessLogs::default(),
            wishes,
            latency: None,
            token_life_s,
            marks: None,
            closing,
        }
    }

    /// The place of whoever holds this number now or held it before it was superseded.
    pub(crate) fn place(&self, number: &NhsNumber) -> Option<usize> {
        self.by_number.get(number).copied()
    }

    pub(crate) fn person(&self, number: &NhsNumber) -> Option<&Person> {
        self.people.get(self.place(number)?)
    }

    /// Tells every waiting request that the region stops.
    pub(crate) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Returns when the region stops. Cancel-safe.
    pub(crate) async fn closed(&self) {
        let mut closing = self.closing.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = closing.wait_for(|closed| *closed).await;
    }
}
