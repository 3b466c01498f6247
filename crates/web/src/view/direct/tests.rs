//! The pages of direct access say what is wrong where it is wrong, and give back nothing but what was typed.

use super::*;
use crate::gateway::{Refused, provider::Desk};
use access::launch::direct::{FindFault, FindForm, OpenForm};

fn desk() -> Desk {
    Desk { professional: "Sam Reed".into(), organisation: "Trust".into(), token: "tok".into() }
}

#[test]
fn a_fault_stands_beside_its_field_and_is_linked_from_the_top() {
    let form = FindForm { by: "details".into(), family: "<b>*</b>".into(), ..FindForm::default() };
    let faults = vec![FindFault { field: Field::Family, says: "Enter the whole last name" }];
    let page = FindPage { desk: desk(), form, faults, outcome: Outcome::None };
    let html = find(&page, &Settings::default());
    assert!(html.contains("<title>Error: ") && html.contains("href=\"#family\""));
    assert!(html.contains("id=\"family-error\"") && html.contains("aria-describedby=\"family-error\""));
    assert!(html.contains("value=\"&#60;b&#62;*&#60;/b&#62;\""), "escaped as text: {html}");
    assert!(!html.contains("<script"), "complete without script");
}

fn number_input(html: &str) -> &str {
    let (_, input) =
        html.split_once("<input class=\"nhsuk-input nhsuk-input--width-10\" id=\"nhs-number\"").unwrap();
    input.split_once('>').unwrap().0
}

#[test]
fn cui_number_num_0010_0012_0013_0014_one_box_as_wide_as_a_number_takes_it_however_it_is_put_in() {
    let page = FindPage { desk: desk(), form: FindForm::default(), faults: vec![], outcome: Outcome::None };
    let html = find(&page, &Settings::default());
    assert_eq!(html.matches("name=\"nhs_number\"").count(), 1, "NUM-0010");
    let input = number_input(&html);
    for forbidden in [" type=", " readonly", " maxlength", " pattern", " on"] {
        assert!(!input.contains(forbidden), "NUM-0014: typed, pasted or written by hand: {input}");
    }
    let css = &assets::FORMS.text;
    assert!(css.contains(".nhsuk-input--width-10{max-width:23ex}"), "NUM-0012: twelve characters, whole");
    assert!(
        css.contains(".nhsuk-input{box-sizing:border-box;width:100%;height:2.5rem"),
        "NUM-0013: with the letters"
    );
}

#[test]
fn cui_number_num_0011_0016_0018_a_box_takes_one_whole_number_of_today_and_nothing_else() {
    let today = "2026-11-22".parse().unwrap();
    let asked = |number: &str| {
        let [day, month, year] = ["14", "8", "1935"].map(str::to_owned);
        FindForm { by: "number".into(), nhs_number: number.into(), day, month, year, ..FindForm::default() }
            .wanted(today)
    };
    for whole in ["999 123 4578", "9991234578", " 999 123 4578 "] {
        assert!(asked(whole).is_ok(), "NUM-0016: {whole}");
    }
    for (rule, typed) in [
        ("NUM-0011: two numbers", "999 123 4578 999 000 0018"),
        ("NUM-0016: nine digits", "999 123 457"),
        ("NUM-0016: eleven digits", "999 123 45780"),
        ("NUM-0016: check digit", "999 123 4567"),
        ("NUM-0018: old format", "ABCD 123 4"),
        ("NUM-0018: temporary", "999T 12 345"),
    ] {
        let faults = asked(typed).unwrap_err();
        assert!(faults.iter().any(|fault| fault.field == Field::NhsNumber), "HAZ-048: {rule}");
    }
}

// shows: T33
#[test]
fn the_reason_page_shows_what_was_typed_and_what_is_missing() {
    let typed = vec![("NHS number".to_owned(), "999 000 0018".to_owned())];
    let unstated = vec![Unstated::Text];
    let page = ReasonPage { desk: desk(), typed, form: OpenForm::default(), unstated };
    let html = reason(&page, &Settings::default());
    assert!(html.contains("999 000 0018") && html.contains("href=\"#text\""));
    assert!(html.contains(Unstated::Text.says()) && !html.contains(Unstated::Reason.says()));
    assert!(REASONS.iter().all(|(code, words)| html.contains(code) && html.contains(words)));
}

#[test]
fn every_end_says_what_to_do_next() {
    for refusal in
        [Refusal::NoRole, Refusal::LaunchNotAccepted, Refusal::HostUnreachable, Refusal::CannotRecord]
    {
        let refused = Refused { refusal, reference: "7K2M-9QF4".into(), frame_ancestor: None };
        let html = stopped(&Stopped::Refused(refused), &Settings::default());
        assert!(html.contains("href=\"/direct\"") && html.contains("7K2M-9QF4"));
    }
}
