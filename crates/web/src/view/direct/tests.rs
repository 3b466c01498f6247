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
