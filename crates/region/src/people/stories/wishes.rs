//! People who have objected to one partner's sharing, and people whose identity asks for more: a record kept under a number of
//! the past, a death of last year.

use super::{
    character,
    gates::{attendance, ordinary, someone},
    number,
};
use crate::{
    people::{
        Person,
        facts::Decision,
        partner::Partner::{Acute, Eput, Nelft},
        when::When::Day,
    },
    wishes,
};
use jiff::{ToSpan, civil::Date};

/// HAZ-022: one controller's sharing, and nobody else's.
pub(super) fn objects_to_eput() -> Person {
    let story =
        "Rhoda, objects to EPUT's sharing (its register says so): EPUT is not shown, everybody else is";
    let who = someone("Ms", "RESERVED", &["Rhoda"], (1968, 4, 17));
    let mut person = character("9990060118", "objects-to-eput", story, who);
    let mut facts = ordinary(&[Acute, Eput, Nelft]);
    facts.visits.push(attendance(&[Acute, Eput, Nelft]));
    facts.decisions.push(Decision { on: Day(120), ..wishes::objection(Eput) });
    person.story_facts = facts;
    person
}

/// The same, where the register speaks STU3.
pub(super) fn objects_to_nelft() -> Person {
    let story = "Silas, objects to NELFT's sharing (its register says so, in STU3): NELFT is not shown";
    let who = someone("Mr", "GUARDED", &["Silas"], (1955, 9, 2));
    let mut person = character("9990060207", "objects-to-nelft", story, who);
    let mut facts = ordinary(&[Acute, Eput, Nelft]);
    facts.visits.push(attendance(&[Acute, Eput, Nelft]));
    facts.decisions.push(Decision { on: Day(40), ..wishes::objection(Nelft) });
    person.story_facts = facts;
    person
}

/// Longer ago than a record opens without a reason.
pub(super) fn died_last_year(today: Date) -> Person {
    let story = "Ernest, died 400 days ago: the record asks for a reason before it opens";
    let who = someone("Mr", "BYGONE", &["Ernest"], (1931, 2, 11));
    let mut person = character("9990060304", "deceased-year", story, who);
    person.deceased = Some(today.saturating_sub(400.days()));
    let mut facts = ordinary(&[Acute]);
    facts.visits.push(attendance(&[Acute]));
    person.story_facts = facts;
    person
}

/// HAZ-005: two numbers lead to the current one, and the trust never heard of either change.
pub(super) fn keyed_on_the_old_number() -> Person {
    let story = "Nora, superseded twice: this system and the trust have her under the first of three numbers";
    let who = someone("Mrs", "RENUMBERED", &["Nora"], (1942, 12, 5));
    let mut person = character("9990060401", "keyed-on-old-number", story, who);
    person.superseded = vec![number("9990060509"), number("9990060606")];
    let mut facts = ordinary(&[Acute, Nelft]);
    facts.visits.push(attendance(&[Acute, Nelft]));
    facts.keyed_on_old = vec![Acute];
    person.story_facts = facts;
    person
}
