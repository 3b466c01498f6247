//! People whom PDS does not have plainly: numbers in doubt, places withheld, deaths heard of, entries made invalid.
//! Source: Personal Demographics Service FHIR API (R4); sources, section 4.

use super::{
    Character, character,
    gates::{attendance, ordinary, someone},
};
use crate::people::{
    Person,
    facts::{Facts, National},
    partner::Partner::Acute,
};
use jiff::{ToSpan, civil::Date};

/// An ordinary record behind what PDS says.
fn told(
    digits: &str,
    story_key: &'static str,
    story: &str,
    (who, national): (Character, National),
) -> Person {
    let mut person = character(digits, story_key, story, who);
    let mut facts = ordinary(&[Acute]);
    facts.visits.push(attendance(&[Acute]));
    person.story_facts = Facts { national, ..facts };
    person
}

pub(super) fn unverified_number() -> Person {
    let story = "Una, her NHS number needs resolving (status 05): the practice gives nothing";
    let national =
        National { status: Some(("05", "Number present and being resolved")), ..National::default() };
    told("9990028044", "unverified", story, (someone("Miss", "DOUBTFUL", &["Una"], (1961, 12, 2)), national))
}

/// HAZ-023, as for a restricted one.
pub(super) fn very_restricted() -> Person {
    let story = "Victor, very restricted in PDS: no place may be shown, the practice is not asked";
    let national = National { very_restricted: true, ..National::default() };
    told(
        "9990029059",
        "very-restricted",
        story,
        (someone("Mr", "HIDDEN", &["Victor"], (1966, 3, 8)), national),
    )
}

pub(super) fn died_informally(today: Date) -> Person {
    let story = "Ida, PDS has heard of her death from a ward, two days ago, and not from the registrar";
    let national = National { informal_death: true, ..National::default() };
    let who = someone("Mrs", "REPORTED", &["Ida"], (1938, 1, 27));
    let mut person = told("9990030065", "deceased-informal", story, (who, national));
    person.deceased = Some(today.saturating_sub(2.days()));
    person
}

/// More than 28 days: practices no longer answer.
pub(super) fn died_long_ago(today: Date) -> Person {
    let story = "Otto, died 40 days ago: the practice no longer answers, the trust does";
    let who = someone("Mr", "DEPARTED", &["Otto"], (1929, 11, 30));
    let mut person = told("9990032084", "deceased-long", story, (who, National::default()));
    person.deceased = Some(today.saturating_sub(40.days()));
    person
}

pub(super) fn minimal() -> Person {
    let story = "Moira, a minimal PDS entry: no name, no address, no practice";
    let national = National { minimal: true, ..National::default() };
    told("9990033099", "pds-minimal", story, (someone("Ms", "MINIMAL", &["Moira"], (1971, 8, 19)), national))
}

/// HAZ-005: the number is not to be used anywhere.
pub(super) fn invalidated() -> Person {
    let story = "Ingrid, her PDS entry has been made invalid: the number is used nowhere";
    let national = National { invalidated: true, ..National::default() };
    told("9990034109", "pds-invalid", story, (someone("Mrs", "INVALID", &["Ingrid"], (1944, 2, 3)), national))
}

pub(super) fn left_the_practice() -> Person {
    let story = "Leo, left his practice 60 days ago (gone to Scotland) and is registered nowhere in England";
    let national = National { left: Some((60, "SCT", "Transferred to Scotland")), ..National::default() };
    told("9990035113", "left-practice", story, (someone("Mr", "REMOVED", &["Leo"], (1959, 5, 5)), national))
}

/// HAZ-023: nobody may learn from the practice that there is a record.
pub(super) fn sensitive() -> Person {
    let story = "Sian, S-flagged: the practice acts as if it did not know her";
    let national = National { sensitive: true, ..National::default() };
    told("9990036128", "sensitive", story, (someone("Ms", "SHIELDED", &["Sian"], (1980, 10, 10)), national))
}
