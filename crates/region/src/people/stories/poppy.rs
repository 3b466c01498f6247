//! A child: of her, rules on the audit ask who works with children. Nothing about her is computed from her age.

use super::{character, gates::someone};
use crate::people::{
    Person,
    facts::{Allergy, Facts, Medicine, Problem},
    partner::Partner::{Gp, Thurrock},
    terms::{ASTHMA, NO_KNOWN_ALLERGIES, SALBUTAMOL},
    when::When::{Day, Year},
};
use jiff::{ToSpan, civil::Date};

const AGE_YEARS: i32 = 9;

pub(super) fn poppy(today: Date) -> Person {
    let story =
        "Poppy, nine years old: who opens her record and does no work with children is asked about later";
    let born = today.saturating_sub(AGE_YEARS.years()).saturating_sub(40.days());
    let who = someone("Miss", "YOUNGSTER", &["Poppy"], (born.year(), born.month(), born.day()));
    let mut person = character("9990065101", "child", story, who);
    person.story_facts = Facts {
        known_to: vec![Gp, Thurrock],
        allergies: vec![Allergy {
            at: &[Gp],
            substance: NO_KNOWN_ALLERGIES,
            recorded: Day(300),
            ..Allergy::default()
        }],
        medicines: vec![Medicine {
            at: &[Gp],
            name: SALBUTAMOL,
            dose: "Two Puffs When Needed",
            started: Day(400),
            issued: &[30],
            ..Medicine::default()
        }],
        problems: vec![Problem { at: &[Gp], name: ASTHMA, since: Year(3), ..Problem::default() }],
        ..Facts::default()
    };
    person
}
