//! People whose record may not, or may not wholly, be shown, and people whose sources say something odd about
//! themselves.

use super::{Character, character, number};
use crate::people::{
    Person,
    facts::*,
    partner::Partner::{self, *},
    terms::*,
    when::When::{Day, Time, Year},
};
use jiff::{
    ToSpan,
    civil::{Date, date},
};

/// A small, ordinary record, for people whose story is elsewhere.
pub(super) fn ordinary(known_to: &[Partner]) -> Facts {
    Facts {
        known_to: known_to.to_vec(),
        allergies: vec![Allergy {
            at: &[Gp],
            substance: NO_KNOWN_ALLERGIES,
            recorded: Day(900),
            ..Allergy::default()
        }],
        medicines: vec![Medicine {
            at: &[Gp],
            name: AMLODIPINE_5,
            dose: "One To Be Taken Each Day",
            started: Day(1500),
            quantity: Some((28.0, "tablet")),
            issued: &[14, 42],
            ..Medicine::default()
        }],
        problems: vec![Problem {
            at: &[Gp],
            name: HYPERTENSION,
            since: Year(10),
            major: true,
            ..Problem::default()
        }],
        measures: vec![measure(&[Gp], BLOOD_PRESSURE, Time(70, 9, 15), Reading::Pressure(136.0, 82.0))],
        ..Facts::default()
    }
}

pub(super) fn attendance(at: Holders) -> Visit {
    Visit {
        at,
        setting: Setting::Outpatient,
        what: text("Outpatient attendance"),
        on: Time(110, 11, 0),
        reason: "Review",
        outcome: Some("Follow up in six months"),
        clinician: "Dr Priya Sethi",
        ..Visit::default()
    }
}

pub(super) fn someone(
    title: &'static str,
    family: &'static str,
    given: &'static [&'static str],
    born: (i16, i8, i8),
) -> Character {
    Character { title, family, given, preferred: None, born }
}

/// HAZ-022: consented once, refused later: the later entry decides.
pub(super) fn objection() -> Person {
    let story = "Olive, objection: refused sharing last spring (an older consent stands before it): nothing \
                 may be shown";
    let mut person =
        character("9990009090", "objection", story, someone("Mrs", "DUMMY", &["Olive"], (1946, 8, 1)));
    let mut facts = ordinary(&[Acute, Eput]);
    facts.measures.push(measure(&[Gp], CONSENTED_SHARING, Day(2300), Reading::Nothing));
    facts.measures.push(Measure {
        note: Some("Discussed with patient"),
        ..measure(&[Gp], REFUSED_SHARING, Day(230), Reading::Nothing)
    });
    facts.visits.push(attendance(&[Acute, Eput]));
    person.story_facts = facts;
    person
}

pub(super) fn practice_refuses() -> Person {
    let story =
        "Norman, the practice refuses (no patient consent): GP withheld by the source, other partners answer";
    let mut person =
        character("9990011117", "gp-refuses", story, someone("Mr", "STANDIN", &["Norman"], (1939, 5, 19)));
    person.gp_refuses = true;
    let mut facts = ordinary(&[Acute]);
    facts.visits.push(attendance(&[Acute]));
    person.story_facts = facts;
    person
}

/// PDS gives no place for her; the trust still holds one, and it may not be shown (HAZ-023).
pub(super) fn restricted_address() -> Person {
    let story =
        "Grace, restricted in PDS: no address or place may be shown from any source, though acute holds one";
    let mut person =
        character("9990012121", "restricted", story, someone("Ms", "WITHHELD", &["Grace"], (1957, 10, 3)));
    person.restricted = true;
    let mut facts = ordinary(&[Acute, Essex]);
    facts.visits.push(attendance(&[Acute]));
    facts.episodes.push(Episode {
        at: &[Essex],
        service: text("Adult social care"),
        since: Day(90),
        worker: "Sam Dean, social worker",
        ..Episode::default()
    });
    person.story_facts = facts;
    person
}

/// HAZ-005: known everywhere under the current number; two older ones lead to it.
pub(super) fn superseded_number() -> Person {
    let story = "Ivor, superseded NHS numbers: launch with 999 001 4140 or 999 001 5155, the record is under \
                 999 001 3136";
    let mut person =
        character("9990013136", "superseded", story, someone("Mr", "MERGED", &["Ivor"], (1949, 7, 7)));
    person.superseded = vec![number("9990014140"), number("9990015155")];
    let mut facts = ordinary(&[Acute, Nelft]);
    facts.visits.push(attendance(&[Acute, Nelft]));
    person.story_facts = facts;
    person
}

/// HAZ-006: every List is there and empty, which says only that nothing was recorded.
pub(super) fn almost_nothing() -> Person {
    let story = "Percy, almost nothing: GP record of empty lists, no other partner knows him";
    let mut person =
        character("9990017174", "sparse", story, someone("Mr", "SPARSE", &["Percy"], (1990, 1, 31)));
    person.practice = "ZZ902";
    person
}

pub(super) fn died_last_week(today: Date) -> Person {
    let story = "Hilda, died nine days ago: PDS has a formal notice, the practice still answers for 28 days";
    let mut person =
        character("9990018189", "deceased", story, someone("Mrs", "LATE", &["Hilda"], (1932, 3, 15)));
    person.deceased = Some(today.saturating_sub(9.days()));
    let mut facts = ordinary(&[Acute]);
    facts.visits.push(Visit {
        setting: Setting::Inpatient,
        on: Time(14, 10, 0),
        until: Some(Time(9, 4, 30)),
        outcome: Some("Died in hospital"),
        place: Some("Saltmarsh Ward"),
        ..attendance(&[Acute])
    });
    // HAZ-017: more pointers than the national locator gives on one page.
    facts.documents = (0..24).map(|quarter| chart(13 - quarter / 6)).collect();
    person.story_facts = facts;
    person
}

/// One of the charts of a stay on a ward.
fn chart(days_ago: i32) -> Document {
    Document {
        at: &[Acute],
        kind: NEWS2_CHART,
        title: "NEWS2 chart",
        on: Day(days_ago),
        author: "Ward staff",
        body: Some("Four-hourly observations."),
        medium: Medium::Png,
        ..Document::default()
    }
}

/// HAZ-004 and HAZ-037: same number, another birth date at one trust, another first name at the other.
pub(super) fn name_differs() -> Person {
    let story = "Mary, one digit wrong: NELFT has another birth date (to be withheld), acute calls her Marie";
    let mut person = character(
        "9990019193",
        "name-differs",
        story,
        someone("Mrs", "LIKENESS", &["Mary", "Ann"], (1953, 5, 21)),
    );
    let mut facts = ordinary(&[Acute, Nelft]);
    facts.mistakes = vec![
        Mistake { at: Nelft, given: None, birth_date: Some(date(1935, 5, 21)) },
        Mistake { at: Acute, given: Some("Marie"), birth_date: None },
    ];
    facts.visits.push(attendance(&[Acute, Nelft]));
    facts.allergies.push(Allergy {
        at: &[Nelft],
        substance: PENICILLIN_ALLERGY,
        recorded: Day(300),
        ..Allergy::default()
    });
    person.story_facts = facts;
    person
}

/// HAZ-009 and HAZ-010.
pub(super) fn warnings_on_lists() -> Person {
    let story = "Stanley, GP record with warnings: still in transit from the last practice, and items held \
                 back for confidentiality";
    let mut person =
        character("9990020205", "background", story, someone("Mr", "TRANSIT", &["Stanley"], (1947, 4, 4)));
    person.practice = "ZZ902";
    let mut facts = ordinary(&[Acute]);
    facts.quirks =
        PracticeQuirks { confidential: true, in_transit_days: Some(6), ..PracticeQuirks::default() };
    facts.visits.push(attendance(&[Acute]));
    person.story_facts = facts;
    person
}

/// HAZ-007: switched off is not empty.
pub(super) fn problems_switched_off() -> Person {
    let story = "Vera, GP has problems switched off (a warning inside a good reply): not shared, never empty";
    let mut person =
        character("9990022224", "background", story, someone("Mrs", "DISABLED", &["Vera"], (1950, 9, 9)));
    let mut facts = ordinary(&[Acute]);
    facts.quirks.problems_disabled = true;
    facts.visits.push(attendance(&[Acute]));
    facts.visits.push(Visit {
        at: &[Gp],
        what: text("Surgery consultation"),
        on: Time(70, 9, 10),
        reason: "Blood pressure",
        clinician: "Dr Idris Vane",
        headings: &[("Examination", "BP 136/82"), ("Plan", "Continue")],
        problems: &["Hypertension"],
        ..Visit::default()
    });
    person.story_facts = facts;
    person
}
