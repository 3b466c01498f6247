//! The questions of one opening come within a moment of one another, and are about one person: they are answered from one
//! reading of the store, so that no two of them see different states, and the store is read once. Held in memory for a few
//! seconds under the opening's own id; the next opening reads again, and so sees whatever was switched off meanwhile.

use super::Everything;
use crate::sql::StoreFault;
use fhir::NhsNumber;
use jiff::Timestamp;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

/// How long one reading answers.
const LIFE_S: i64 = 10;
/// Readings held at once.
const HELD: usize = 32;

/// One reading, made by whoever asks first; the others wait for it.
type Place = Arc<Mutex<Option<Arc<Everything>>>>;

struct Reading {
    opening: String,
    number: NhsNumber,
    since: Timestamp,
    place: Place,
}

#[derive(Default)]
pub(crate) struct Openings(Mutex<VecDeque<Reading>>);

impl Openings {
    /// The reading of that opening about that person; `read` makes it. Blocks. A reading that failed is made again.
    pub(crate) fn answer(
        &self,
        opening: &str,
        number: &NhsNumber,
        now: Timestamp,
        read: impl FnOnce() -> Result<Everything, StoreFault>,
    ) -> Result<Arc<Everything>, StoreFault> {
        if opening.is_empty() {
            return read().map(Arc::new);
        }
        let place = self.place(opening, number, now);
        let mut held = place.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(there) = held.as_ref() {
            return Ok(Arc::clone(there));
        }
        let made = Arc::new(read()?);
        *held = Some(Arc::clone(&made));
        Ok(made)
    }

    fn place(&self, opening: &str, number: &NhsNumber, now: Timestamp) -> Place {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|one| (0..LIFE_S).contains(&(now.as_second() - one.since.as_second())));
        if let Some(there) = all.iter().find(|one| one.opening == opening && one.number == *number) {
            return Arc::clone(&there.place);
        }
        if all.len() >= HELD {
            all.pop_front();
        }
        let place = Place::default();
        let (opening, number) = (opening.to_owned(), number.clone());
        all.push_back(Reading { opening, number, since: now, place: Arc::clone(&place) });
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn everything(id: &str) -> Everything {
        Everything {
            id: id.to_owned(),
            patient: None,
            shown: Vec::new(),
            notes: Vec::new(),
            fresh: Vec::new(),
            state: String::new(),
        }
    }

    fn at(s: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + s).unwrap()
    }

    fn person(text: &str) -> NhsNumber {
        NhsNumber::parse(text).unwrap()
    }

    /// R66: a switch takes effect at the next opening. HAZ-002: no opening sees another's person.
    #[test]
    fn one_opening_reads_once_and_another_reads_again() {
        let openings = Openings::default();
        let (one, other) = (person("9990000018"), person("9990000026"));
        let ask = |opening: &str, number: &NhsNumber, s: i64, id: &str| {
            openings.answer(opening, number, at(s), || Ok(everything(id))).unwrap().id.clone()
        };
        assert_eq!(ask("a", &one, 0, "first"), "first");
        assert_eq!(ask("a", &one, 9, "second"), "first");
        assert_eq!(ask("b", &one, 9, "third"), "third");
        assert_eq!(ask("a", &other, 9, "fourth"), "fourth");
        assert_eq!(ask("a", &one, 10, "fifth"), "fifth");
        assert_eq!(ask("", &one, 10, "sixth"), "sixth");
        assert_eq!(ask("", &one, 10, "seventh"), "seventh");
    }

    #[test]
    fn a_reading_that_failed_is_made_again() {
        let openings = Openings::default();
        let one = person("9990000018");
        assert!(openings.answer("a", &one, at(0), || Err(StoreFault::Damaged)).is_err());
        assert_eq!(openings.answer("a", &one, at(0), || Ok(everything("x"))).unwrap().id, "x");
    }
}
