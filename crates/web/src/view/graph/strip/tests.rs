//! Two years, to scale, within 2 kB.

use super::*;
use jiff::civil::date;

const TODAY: Date = date(2026, 11, 22);

fn contact(from: Date, to: Option<Date>) -> Contact {
    Contact { from, to, is_urgent: false }
}

#[test]
fn stays_are_bars_and_contacts_are_marks_at_their_day() {
    let stay = contact(date(2024, 12, 2), Some(date(2024, 12, 12)));
    let urgent = Contact { is_urgent: true, ..contact(date(2024, 12, 1), None) };
    let strip = of(&[stay, contact(date(2024, 11, 23), None), urgent], TODAY).unwrap();
    let svg = strip.svg.to_string();
    for drawn in ["M10 2H20V38H10z", "M1 22v14", "M9 3v14"] {
        assert!(svg.contains(drawn), "{drawn}: {svg}");
    }
    assert!(strip.words.starts_with("24 months: 2 contacts and 1 stay."), "{}", strip.words);
    assert!(svg.contains(&format!("<desc>{}</desc>", strip.words)), "HAZ-052");
    assert_eq!((strip.from.as_str(), strip.to.as_str()), ("22-Nov-2024", "22-Nov-2026"));
}

#[test]
fn what_is_older_is_not_drawn_and_a_stay_that_reaches_in_is() {
    assert!(of(&[contact(date(2023, 1, 1), None)], TODAY).is_none());
    let reaches = contact(date(2024, 11, 1), Some(date(2024, 11, 30)));
    assert!(of(&[reaches], TODAY).unwrap().svg.to_string().contains("M0 2H8V38H0z"));
}

#[test]
fn a_contact_on_every_day_stays_within_two_kilobytes_and_says_what_is_missing() {
    let every: Vec<Contact> =
        (0..730).map(|ago| contact(TODAY.checked_sub(ago.days()).unwrap(), None)).collect();
    let strip = of(&every, TODAY).unwrap();
    assert!(strip.svg.to_string().len() <= 2_048, "HAZ-024: {}", strip.svg.to_string().len());
    assert!(strip.words.contains("730 contacts") && strip.words.contains("newest days are drawn"), "HAZ-017");
}
