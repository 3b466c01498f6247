//! What people have said about sharing since the region started, as it was recorded at their practice or at one partner: takes
//! it from the control page, gives a person as that keeper has them now. In memory; the stories themselves do not change.

use crate::people::{
    Person,
    facts::{Decision, Holders, Measure, Reading, measure, text},
    partner::Partner,
    terms::{CONSENTED_SHARING, REFUSED_SHARING},
    when::When::Day,
};
use fhir::NhsNumber;
use std::{
    borrow::Cow,
    collections::HashMap,
    str::FromStr,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// What was said last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Said {
    Objects,
    /// Takes back what was said before, in the story too.
    Withdraws,
    /// Forgotten: the story stands as it is.
    Nothing,
}

impl FromStr for Said {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "objects" => Ok(Said::Objects),
            "withdraws" => Ok(Said::Withdraws),
            "nothing" => Ok(Said::Nothing),
            _ => Err(()),
        }
    }
}

/// By person and keeper.
#[derive(Default)]
pub(crate) struct Wishes(Mutex<HashMap<(NhsNumber, Partner), Said>>);

impl Wishes {
    pub(crate) fn set(&self, number: &NhsNumber, keeper: Partner, said: Said) {
        let key = (number.clone(), keeper);
        match said {
            Said::Nothing => self.all().remove(&key),
            said => self.all().insert(key, said),
        };
    }

    pub(crate) fn of(&self, person: &Person, keeper: Partner) -> Option<Said> {
        self.all().get(&(person.nhs_number.clone(), keeper)).copied()
    }

    /// The person as that keeper has them now.
    pub(crate) fn applied<'a>(&self, person: &'a Person, keeper: Partner) -> Cow<'a, Person> {
        let Some(said) = self.of(person, keeper) else { return Cow::Borrowed(person) };
        let mut now = person.clone();
        let facts = &mut now.story_facts;
        if keeper == Partner::Gp {
            facts.measures.push(entry(said));
        } else {
            let is_here = |decision: &Decision| decision.at.contains(&keeper);
            facts.decisions.retain(|decision| !(decision.scope == "patient-privacy" && is_here(decision)));
            facts.decisions.extend((said == Said::Objects).then(|| objection(keeper)));
        }
        Cow::Owned(now)
    }

    fn all(&self) -> MutexGuard<'_, HashMap<(NhsNumber, Partner), Said>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Coded today in the practice's record; later than anything in the story.
fn entry(said: Said) -> Measure {
    let what = if said == Said::Objects { REFUSED_SHARING } else { CONSENTED_SHARING };
    measure(&[Partner::Gp], what, Day(0), Reading::Nothing)
}

/// An entry of today in a partner's register.
pub(crate) fn objection(keeper: Partner) -> Decision {
    Decision {
        at: alone(keeper),
        kind: text("Objection to sharing"),
        scope: "patient-privacy",
        on: Day(0),
        words: "Does not want this organisation to share for direct care",
    }
}

fn alone(keeper: Partner) -> Holders {
    Partner::REST_ALONE.iter().find(|alone| alone.first() == Some(&keeper)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people;
    use jiff::civil::date;

    #[test]
    fn what_is_said_now_stands_beside_the_story_at_its_keeper_alone_and_is_taken_back() {
        let everybody = people::people(1, 0, date(2026, 11, 22));
        let rhoda = everybody.iter().find(|person| person.story_key == "objects-to-eput").unwrap();
        let (wishes, count) = (Wishes::default(), |person: &Person| person.story_facts.decisions.len());
        wishes.set(&rhoda.nhs_number, Partner::Eput, Said::Withdraws);
        assert_eq!(count(&wishes.applied(rhoda, Partner::Eput)), count(rhoda) - 1, "HAZ-022: taken back");
        assert_eq!(count(&wishes.applied(rhoda, Partner::Nelft)), count(rhoda), "nobody else's register");
        wishes.set(&rhoda.nhs_number, Partner::Eput, Said::Objects);
        wishes.set(&rhoda.nhs_number, Partner::Gp, Said::Objects);
        assert_eq!(count(&wishes.applied(rhoda, Partner::Eput)), count(rhoda), "said once");
        let practice = wishes.applied(rhoda, Partner::Gp);
        assert_eq!(practice.story_facts.measures.len(), rhoda.story_facts.measures.len() + 1);
        wishes.set(&rhoda.nhs_number, Partner::Gp, Said::Nothing);
        assert!(wishes.of(rhoda, Partner::Gp).is_none());
    }
}
