//! A person with something that is nobody's business but hers and her clinic's: a problem by its code, and the visit, consultation,
//! letter and medicine that would tell of it (HAZ-010, HAZ-023). Beside it an ordinary record.

use super::{
    character,
    gates::{attendance, ordinary, someone},
};
use crate::people::{
    Person,
    facts::*,
    partner::Partner::*,
    terms::HIV,
    when::When::{Day, Time},
};

/// The name the practice's medicine and consultation link to, and one that stands in everything that may not be seen.
const MEDICINE: &str = "Kept apart 50mg tablets";

pub(super) fn ruby() -> Person {
    let story = "Ruby, something restricted at practice and trust: nothing of it, its visit, letter, consultation or \
                 medicine may be shown, and the rest is";
    let mut person =
        character("9990037140", "kept-apart", story, someone("Ms", "PRIVATE", &["Ruby"], (1975, 6, 17)));
    let mut facts = ordinary(&[Acute]);
    facts.visits.push(attendance(&[Acute]));
    facts.problems.push(Problem {
        at: &[Gp, Acute],
        name: HIV,
        since: Day(700),
        major: true,
        medicines: &[MEDICINE],
        note: Some("Kept apart: under the clinic"),
        ..Problem::default()
    });
    facts.medicines.push(Medicine {
        at: &[Gp],
        name: text(MEDICINE),
        dose: "One To Be Taken Each Day",
        started: Day(690),
        quantity: Some((28.0, "tablet")),
        issued: &[20],
        ..Medicine::default()
    });
    facts.visits.push(Visit {
        at: &[Gp],
        what: text("Kept apart consultation"),
        on: Time(20, 9, 30),
        reason: "Kept apart review",
        clinician: "Dr Priya Sethi",
        headings: &[("History", "Kept apart: well, no side effects")],
        problems: &[HIV.text],
        ..Visit::default()
    });
    facts.visits.push(Visit {
        at: &[Acute],
        setting: Setting::Outpatient,
        what: text("Sexual health clinic appointment"),
        on: Time(60, 10, 0),
        reason: "Kept apart follow-up",
        outcome: Some("Kept apart: continue"),
        clinician: "Dr Priya Sethi",
        ..Visit::default()
    });
    facts.documents.push(Document {
        at: &[Acute],
        kind: text("Clinic letter"),
        title: "Sexual health clinic letter",
        on: Day(58),
        author: "Dr Priya Sethi",
        body: Some("Kept apart: seen in clinic"),
        ..Document::default()
    });
    person.story_facts = facts;
    person
}
