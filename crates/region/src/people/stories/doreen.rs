//! Doreen: one of everything. Falls and frailty at ninety-odd; every partner knows her, and two of them
//! disagree about a dose.

mod conditions;
mod letters;
mod medicines;
mod plans;
mod post;
mod results;
mod services;
mod visits;

use super::{Character, character};
use crate::people::{
    Person,
    facts::*,
    partner::Partner,
    when::When::{self, Day},
};

pub(super) fn doreen() -> Person {
    let story = "Doreen, falls and frailty, known to all: CFS 6 to 7, penicillin at GP and acute, apixaban dose differs, \
                 four visits a day, ReSPECT in place";
    let who = Character {
        title: "Mrs",
        family: "TESTPATIENT",
        given: &["Doreen"],
        preferred: Some("Dolly"),
        born: (1935, 8, 14),
    };
    let mut person = character("9991234578", "falls", story, who);
    person.address = vec!["3 Sample Cottages".into(), "Test Lane".into(), "Marshford".into()];
    person.postcode = "ZZ99 3AB".into();
    person.telephone = "01632960457".into();
    person.story_facts = Facts {
        known_to: Partner::REST.to_vec(),
        contacts: vec![
            Relation {
                name: "Janet Example",
                relationship: "Next of kin (daughter)",
                telephone: "07700900457",
            },
            Relation {
                name: "Peter Example",
                relationship: "Emergency contact (son-in-law)",
                telephone: "07700900458",
            },
        ],
        allergies: conditions::allergies(),
        medicines: medicines::medicines(),
        problems: conditions::problems(),
        procedures: conditions::procedures(),
        reports: results::reports(),
        measures: results::measures(),
        vaccines: conditions::vaccines(),
        visits: visits::visits(),
        episodes: services::episodes(),
        appointments: services::appointments(),
        referrals: services::referrals(),
        diary: services::diary(),
        alerts: services::alerts(),
        teams: services::teams(),
        plans: plans::plans(),
        decisions: plans::decisions(),
        forms: plans::forms(),
        documents: [plans::documents(), letters::letters(), post::post()].concat(),
        ..Facts::default()
    };
    person
}

/// The day she was discharged.
const DISCHARGED: When = Day(11);
