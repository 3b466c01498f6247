//! Every code, in both orders, on the same day, undated; and the codes that must have no effect (HAZ-022).

use super::*;
use proptest::prelude::*;

fn sign(system: &str, code: &str, effective: &str) -> Sign {
    let date = |text: &str| (!text.is_empty()).then(|| FhirDate::parse(text));
    Sign { system: system.to_owned(), code: code.to_owned(), effective: date(effective), issued: None }
}

fn refused(effective: &str) -> Sign {
    sign(SNOMED, "416409005", effective)
}

fn given(effective: &str) -> Sign {
    sign(SNOMED, "417528008", effective)
}

/// In both orders, which must agree.
fn of(one: Sign, other: Sign) -> Objection {
    let forth = weigh(&[one.clone(), other.clone()]);
    assert_eq!(forth, weigh(&[other, one]), "HAZ-022: order does not matter");
    forth.0
}

#[test]
fn every_code_of_the_table_means_what_it_says() {
    for (system, code) in [
        (SNOMED, "416409005"),
        (READ_V2, "93C1."),
        (READ_V2, "93C1.00"),
        (READ_V2, "93C1000"),
        (READ_V2, "93C1"),
        (READ_V2, "9Nd1."),
        (READ_V2, "9Nd1.11"),
        (CTV3, "XaKRw"),
        (CTV3, "XaKII"),
    ] {
        let objection = sign(system, code, "2020-01-01");
        assert_eq!(weigh(std::slice::from_ref(&objection)).0, Objection::Objected, "HAZ-022: {code}");
        assert_eq!(of(objection.clone(), given("2021")), Objection::None, "HAZ-022: {code} withdrawn");
        for (system, code) in [(SNOMED, "425691002"), (READ_V2, "93C0.00"), (READ_V2, "9Nd7.")] {
            assert_eq!(
                of(objection.clone(), sign(system, code, "2021-01-01")),
                Objection::None,
                "HAZ-022: {code}"
            );
            assert_eq!(of(objection.clone(), sign(system, code, "2019-01-01")), Objection::Objected);
        }
    }
}

#[test]
fn opt_outs_and_look_alikes_have_no_effect() {
    for (system, code) in [
        (SNOMED, "416308001"),
        (SNOMED, "777441000000102"),
        (SNOMED, "773031000000109"),
        (READ_V2, "93C3."),
        (READ_V2, "9Ndo."),
        (READ_V2, "9Nu0."),
        (READ_V2, "9Nu4."),
        (READ_V2, "93c1."),
        (READ_V2, "XaKRw"),
        (CTV3, "XaKRy"),
        (CTV3, "XaXj6"),
        (CTV3, "XaZ89"),
        (CTV3, "XaaVL"),
        (CTV3, "xakrw"),
        ("http://loinc.org", "416409005"),
        ("", "416409005"),
    ] {
        let (objection, caveats) = weigh(&[sign(system, code, "2024-01-01")]);
        assert_eq!((objection, caveats), (Objection::None, vec![]), "HAZ-022: {system} {code}");
        assert_eq!(
            of(refused("2020-01-01"), sign(system, code, "2024-01-01")),
            Objection::Objected,
            "HAZ-022: {code}"
        );
    }
    assert_eq!(weigh(&[]), (Objection::None, vec![]));
}

#[test]
fn the_latest_word_counts_and_a_tie_is_an_objection() {
    let day = "2024-05-01";
    for (refusal, consent, expected) in [
        ("2024-05-02", day, Objection::Objected),
        (day, "2024-05-02", Objection::None),
        (day, day, Objection::Objected),
        (day, "2024-05-01T10:00:00+01:00", Objection::Objected),
        ("2024-05-01T10:00:00+01:00", day, Objection::Objected),
        ("2024-05-01T10:00:00+01:00", "2024-05-01T10:00:01+01:00", Objection::None),
        ("2024-05-01T10:00:00+01:00", "2024-05-01T09:00:00Z", Objection::Objected),
        ("2024-05", "2024-05-31", Objection::Objected),
        ("2024", "2025-01-01", Objection::None),
        ("2024-05", "2024", Objection::Objected),
        ("", "2026-01-01", Objection::Objected),
        ("some time ago", "2026-01-01", Objection::Objected),
        ("2020-01-01", "", Objection::Objected),
        ("", "", Objection::Objected),
    ] {
        assert_eq!(
            of(refused(refusal), given(consent)),
            expected,
            "HAZ-022: `{refusal}` against `{consent}`"
        );
    }
}

#[test]
fn the_issue_date_decides_where_the_effective_dates_cannot() {
    let issued = |sign: Sign, text: &str| Sign { issued: Some(FhirDate::parse(text)), ..sign };
    let refusal = issued(refused("2024-05-01"), "2024-05-01T09:00:00Z");
    assert_eq!(of(refusal.clone(), issued(given("2024-05-01"), "2024-05-01T10:00:00Z")), Objection::None);
    assert_eq!(of(refusal.clone(), issued(given("2024-05-01"), "2024-05-01T08:00:00Z")), Objection::Objected);
    assert_eq!(
        of(refusal.clone(), issued(given("2024-04-01"), "2026-01-01T00:00:00Z")),
        Objection::Objected,
        "HAZ-022"
    );
    assert_eq!(of(refusal, issued(given("2024-05-01"), "unknown")), Objection::Objected);
}

#[test]
fn what_somebody_should_look_at_is_said() {
    use ObjectionCaveat::{Contradictory, ManualReview, Undated};
    assert_eq!(weigh(&[refused("")]).1, [Undated]);
    assert_eq!(weigh(&[refused("2024-05-01"), given("2024-05-01")]).1, [Contradictory]);
    for (system, code) in [(SNOMED, "320011000000108"), (READ_V2, "9NdJ.00"), (CTV3, "XaNwT")] {
        let (objection, caveats) = weigh(&[sign(system, code, "2024-05-01")]);
        assert_eq!((objection, caveats), (Objection::None, vec![ManualReview]), "HAZ-022: nothing automatic");
    }
}

#[test]
fn a_sign_prints_nothing() {
    assert_eq!(format!("{:?}", refused("2024-05-01")), "Sign(…)", "HAZ-049");
}

fn any_sign() -> impl Strategy<Value = Sign> {
    let codes =
        prop::sample::select(vec!["416409005", "417528008", "425691002", "416308001", "320011000000108"]);
    let dates = prop::sample::select(vec![
        "",
        "2023",
        "2024-05",
        "2024-05-01",
        "2024-05-01T10:00:00Z",
        "2025-01-01",
        "x",
    ]);
    (codes, dates).prop_map(|(code, date)| sign(SNOMED, code, date))
}

proptest! {
    #[test]
    fn the_order_of_signs_never_matters_and_an_objection_never_opens(
        signs in prop::collection::vec(any_sign(), 0..6),
        one in any_sign(),
    ) {
        let mut reversed = signs.clone();
        reversed.reverse();
        prop_assert_eq!(weigh(&signs), weigh(&reversed));
        if weigh(&signs).0 == Objection::Objected && read(&one) == Some(Meaning::Objects) {
            let mut more = signs;
            more.push(one);
            prop_assert_eq!(weigh(&more).0, Objection::Objected, "HAZ-022");
        }
    }
}

/// The table, row by row: system, code, what an entry of it alone makes of the person's wish.
const TABLE: [(&str, &str, Objection, &[ObjectionCaveat]); 21] = {
    use Objection::{None, Objected};
    use ObjectionCaveat::{Confidential, ManualReview};
    [
        (SNOMED, "416409005", Objected, &[]),
        (READ_V2, "93C1.", Objected, &[]),
        (CTV3, "XaKRw", Objected, &[]),
        (READ_V2, "9Nd1.", Objected, &[]),
        (CTV3, "XaKII", Objected, &[]),
        (SNOMED, "417528008", None, &[]),
        (READ_V2, "93C0.", None, &[]),
        (SNOMED, "425691002", None, &[]),
        (READ_V2, "9Nd7.", None, &[]),
        (SNOMED, "320011000000108", None, &[ManualReview]),
        (READ_V2, "9NdH.", None, &[ManualReview]),
        (READ_V2, "9NdJ.", None, &[ManualReview]),
        (CTV3, "XaNwT", None, &[ManualReview]),
        (CTV3, "XaNwU", None, &[ManualReview]),
        (READ_V2, "9R1.", None, &[Confidential]),
        (READ_V2, "9R13.", None, &[Confidential]),
        (READ_V2, "9R15.00", None, &[Confidential]),
        (CTV3, "9R14.", None, &[Confidential]),
        (CONSENT, DENY, Objected, &[]),
        (CONSENT, PERMIT, None, &[]),
        (CONSENT, IN_PART, None, &[ManualReview]),
    ]
};

/// Codes that look alike and are about something else: refused national shared record, Summary Care Record dissent and
/// consent, Type 1, Type 2.
const ELSEWHERE: [(&str, &str); 11] = [
    (SNOMED, "416308001"),
    (READ_V2, "93C3."),
    (CTV3, "XaKRy"),
    (SNOMED, "777441000000102"),
    (SNOMED, "773031000000109"),
    (READ_V2, "9Ndo."),
    (CTV3, "XaXj6"),
    (READ_V2, "9Nu0."),
    (CTV3, "XaZ89"),
    (READ_V2, "9Nu4."),
    (CTV3, "XaaVL"),
];

// shows: R45
#[test]
fn t69_every_code_means_what_its_row_says_whatever_its_date() {
    for (system, code, expected, caveats) in TABLE {
        for date in ["2024-05-01", "2024-05-01T10:00:00Z", "2024"] {
            let (objection, said) = weigh(&[sign(system, code, date)]);
            assert_eq!((objection, said.as_slice()), (expected, caveats), "HAZ-022: {system} {code} {date}");
        }
        let (undated, said) = weigh(&[sign(system, code, "")]);
        assert_eq!(undated, expected, "HAZ-022: {code} undated");
        let is_said = said.contains(&ObjectionCaveat::Undated);
        assert_eq!(is_said, expected == Objection::Objected, "HAZ-022: the practice is told of {code}");
    }
}

#[test]
fn t69_every_objection_against_every_withdrawal_before_after_on_the_same_day_and_undated() {
    let of_meaning = |expected: Objection| {
        TABLE.into_iter().filter(move |(.., wish, caveats)| *wish == expected && caveats.is_empty())
    };
    for (system, code, ..) in of_meaning(Objection::Objected) {
        for (other_system, other, ..) in of_meaning(Objection::None) {
            for (refused, given, expected) in [
                ("2024-05-01", "2024-05-02", Objection::None),
                ("2024-05-02", "2024-05-01", Objection::Objected),
                ("2024-05-01", "2024-05-01", Objection::Objected),
                ("2024-05-01T09:00:00Z", "2024-05-01", Objection::Objected),
                ("", "2024-05-01", Objection::Objected),
                ("2024-05-01", "", Objection::Objected),
                ("", "", Objection::Objected),
            ] {
                let wish = of(sign(system, code, refused), sign(other_system, other, given));
                assert_eq!(wish, expected, "HAZ-022: {code} `{refused}` against {other} `{given}`");
            }
        }
    }
}

// shows: R43, R45
#[test]
fn t70_opt_outs_and_dissent_from_anything_else_have_no_effect() {
    for (system, code) in ELSEWHERE {
        for date in ["2024-05-01", ""] {
            assert_eq!(weigh(&[sign(system, code, date)]), (Objection::None, vec![]), "HAZ-022: {code}");
            let later = of(refused("2020-01-01"), sign(system, code, date));
            assert_eq!(later, Objection::Objected, "HAZ-022: {code} takes no objection back");
            let both = weigh(&[refused("2020-01-01"), given("2021-01-01"), sign(system, code, date)]);
            assert_eq!(both, (Objection::None, vec![]), "HAZ-022: {code} is no objection of its own");
        }
    }
}

#[test]
fn the_row_that_is_the_guardians_can_be_for_reading_by_a_person() {
    for (system, code) in [(READ_V2, "9Nd1."), (CTV3, "XaKII")] {
        let signs = [sign(system, code, "2024-05-01")];
        let read = weigh_by(NoElectronicSharing::Review, &signs);
        assert_eq!(read, (Objection::None, vec![ObjectionCaveat::ManualReview]), "{code}");
    }
    let refused = weigh_by(NoElectronicSharing::Review, &[refused("2024-05-01")]);
    assert_eq!(refused.0, Objection::Objected, "HAZ-022: no other row is touched");
}
