//! The hand-made people, read like a clinic list: who they are, and what each partner knows or gets wrong.
//! Their NHS numbers are fixed and lie in the range that is never issued.

mod doreen;
mod arthur;
mod beryl;
mod winifred;
mod cyril;
mod edith;
mod malcolm;
mod rosa;
mod george;
mod gates;
mod host_differs;
mod html_view;
mod national;
mod poppy;
mod ruby;
pub(crate) mod staff;
mod wishes;

use super::{Person, facts::Facts};
use fhir::NhsNumber;
use jiff::civil::{Date, date};

/// Main person first. The order is the order of the host's patient list.
pub(super) fn clinic_list(today: Date) -> Vec<Person> {
    vec![
        doreen::doreen(),
        arthur::arthur(),
        beryl::beryl(),
        winifred::winifred(),
        cyril::cyril(),
        edith::edith(),
        malcolm::malcolm(),
        rosa::rosa(),
        george::george(),
        gates::objection(),
        gates::practice_refuses(),
        gates::restricted_address(),
        gates::superseded_number(),
        gates::almost_nothing(),
        gates::died_last_week(today),
        gates::name_differs(),
        gates::warnings_on_lists(),
        gates::problems_switched_off(),
        html_view::frank(),
        host_differs::mistyped_at_the_host(),
        html_view::hetty(),
        national::unverified_number(),
        national::very_restricted(),
        national::died_informally(today),
        national::died_long_ago(today),
        national::minimal(),
        national::invalidated(),
        national::left_the_practice(),
        national::sensitive(),
        ruby::ruby(),
        wishes::objects_to_eput(),
        wishes::objects_to_nelft(),
        wishes::died_last_year(today),
        wishes::keyed_on_the_old_number(),
        poppy::poppy(today),
    ]
    .into_iter()
    .chain(staff::all())
    .collect()
}

/// What names a hand-made person.
struct Character {
    title: &'static str,
    family: &'static str,
    given: &'static [&'static str],
    preferred: Option<&'static str>,
    born: (i16, i8, i8),
}

/// A person at the first practice, living, unrestricted, with nothing known yet.
fn character(digits: &str, story_key: &'static str, story: &str, who: Character) -> Person {
    let (year, month, day) = who.born;
    Person {
        nhs_number: number(digits),
        superseded: Vec::new(),
        family: who.family.into(),
        given: who.given.iter().map(|name| (*name).into()).collect(),
        title: Some(who.title.into()),
        preferred: who.preferred.map(Into::into),
        host_given: None,
        gender: if who.title == "Mr" { "male" } else { "female" },
        birth_date: date(year, month, day),
        deceased: None,
        address: vec!["1 Sample Street".into(), "Marshford".into()],
        postcode: "ZZ99 3AA".into(),
        telephone: "01632960100".into(),
        practice: "ZZ901",
        restricted: false,
        gp_refuses: false,
        story: story.into(),
        story_key,
        story_facts: Facts::default(),
    }
}

#[expect(clippy::expect_used, reason = "the numbers are written in this folder, and a test reads every one")]
fn number(digits: &str) -> NhsNumber {
    NhsNumber::parse(digits).expect("a hand-made NHS number holds its check digit")
}
