//! What the manifest says of an item that was held: why, and never more.

use super::*;
use fhir::{Category, Level};
use record::item::Original;

#[test]
fn the_manifest_tells_a_restricted_item_from_one_the_role_does_not_see() {
    let line = ManifestLine {
        resource_type: "Condition".to_owned(),
        id: Some("c1".to_owned()),
        version: None,
        last_updated: None,
        category: Category::Restricted,
        level: Level::Nothing,
        reason: None,
        original: Original::of(&"{}".into(), "{}", fhir::reply::Format::R4),
    };
    let why = |held_for| held((&line, held_for)).reason;
    assert_eq!(why(release::Held::Restricted), HeldFor::Label, "HAZ-025");
    assert_eq!(why(release::Held::Role), HeldFor::Role, "HAZ-025");
    assert_eq!(why(release::Held::Summary), HeldFor::Role, "HAZ-025");
}
