//! What the audit says of an item that was held: to its partner why, to everybody else not even that there was one.

use super::*;
use fhir::{Category, Level};
use record::item::Original;

fn line(reason: Option<release::Held>) -> ManifestLine {
    ManifestLine {
        resource_type: "Condition".to_owned(),
        id: Some("c1".to_owned()),
        version: None,
        last_updated: None,
        category: Category::Restricted,
        level: Level::Nothing,
        reason,
        original: Original::of(&"{\"a\":1}".into(), "{\"a\":1}", fhir::reply::Format::R4),
    }
}

#[test]
fn au31_state_and_size_of_a_disclosure_are_the_same_with_what_was_held_back_and_without() {
    let nothing = Released::nothing(SourceId::new("gp"));
    for reason in [release::Held::Restricted, release::Held::Role, release::Held::Partner] {
        let held = Released { held: vec![line(Some(reason))], ..nothing.clone() };
        assert_eq!(told(&ReplyState::Answered, &held), told(&ReplyState::AnsweredEmpty, &nothing), "HAZ-010");
        assert_eq!(size_bytes(&held), size_bytes(&nothing));
        let shown = Released { shown: vec![line(None)], ..nothing.clone() };
        let both = Released { held: held.held, ..shown.clone() };
        assert_eq!(told(&ReplyState::Answered, &both), told(&ReplyState::Answered, &shown));
        assert_eq!((size_bytes(&both), size_bytes(&shown)), (7, 7));
    }
    assert_eq!(
        told(&ReplyState::Answered, &Released { shown: vec![line(None)], ..nothing.clone() }),
        "answered"
    );
    assert_eq!(told(&ReplyState::NotShared, &nothing), "not-shared");
}

#[test]
fn the_manifest_tells_a_restricted_item_from_one_the_role_does_not_see() {
    let line = line(None);
    let why = |held_for| held((&line, held_for)).reason;
    assert_eq!(why(release::Held::Restricted), HeldFor::Label, "HAZ-025");
    assert_eq!(why(release::Held::Role), HeldFor::Role, "HAZ-025");
    assert_eq!(why(release::Held::Summary), HeldFor::Role, "HAZ-025");
}
