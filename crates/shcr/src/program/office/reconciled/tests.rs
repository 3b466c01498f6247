//! What the page says of a source's last day, and of one that is silent.

use super::*;

fn today() -> Day {
    Day::parse("2026-11-29").unwrap()
}

fn source(with_log: bool) -> SourceConfig {
    let log = if with_log { "access_log = {}" } else { "" };
    let text = format!(
        "id = 'acute'\nshort = 'Acute'\npartner = 'Marsh Trust'\nods = 'ZZ910'\nkind = 'fhir-r4'\ncontact = '01632 960000'\n{log}"
    );
    toml::from_str(&text).unwrap()
}

fn told(day: &str) -> Told {
    Told { source: "acute".to_owned(), day: day.to_owned(), both: 9, persons_compared: 40, ..Told::default() }
}

/// HAZ-030: silence never reads as agreement.
#[test]
fn a_source_is_silent_after_seven_days_without_a_hand_over_and_not_before() {
    for (last, how) in [
        (Some("2026-11-28"), HandsOver::Lately),
        (Some("2026-11-22"), HandsOver::Lately),
        (Some("2026-11-21"), HandsOver::Silent),
        (None, HandsOver::Silent),
    ] {
        let last = last.map(told);
        assert_eq!(side(&source(true), last.as_ref(), today()).how, how, "{:?}", last.map(|told| told.day));
    }
    for (written, day) in [("2026-11-28", "28-Nov-2026"), ("2026-06-30", "30-Jun-2026")] {
        assert_eq!(side(&source(true), Some(&told(written)), today()).day.as_deref(), Some(day));
    }
    assert_eq!(side(&source(false), None, today()).how, HandsOver::NotAgreed);
    assert_eq!(side(&source(false), Some(&told("2026-11-28")), today()).how, HandsOver::Lately, "by file");
}

#[test]
fn what_stands_beside_the_counts_is_said_where_there_is_something_to_say() {
    assert!(beside(&told("2026-11-28")).is_empty());
    let odd = Told {
        unreadable: 2,
        repeated: 3,
        out_of_day: 4,
        explained: 5,
        persons_compared: 0,
        offset_ms: Some(-612_400),
        ..told("2026-11-28")
    };
    let said = beside(&odd).join("; ");
    for part in
        ["5 not asked", "2 lines that cannot be read", "3 lines that stand twice", "4 lines of other days"]
    {
        assert!(said.contains(part), "{said}");
    }
    assert!(said.contains("Persons are not compared") && said.contains("612 s behind ours"), "{said}");
    let of_one = Told { source: "gp@ZZ901".to_owned(), ..told("2026-11-28") };
    assert_eq!(beside(&of_one), ["Of practice ZZ901 alone"], "it does not pass for all of them");
    let right = Told { offset_ms: Some(3_000), ..told("2026-11-28") };
    assert!(beside(&right).is_empty(), "seconds are the way a question takes");
}
