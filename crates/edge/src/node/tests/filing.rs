//! shows: R62, R52
//! Messages of people whose records are joined, parted, traced late or sent twice, asked for over the interface each time
//! (HAZ-005, HAZ-042).

use super::*;
use crate::{Delivered, testing::sent::*, unit::Untraced};

struct Hospital {
    fixture: Fixture,
    live: Live,
}

impl Hospital {
    fn new() -> Self {
        let fixture = Fixture::new();
        let live = fixture.start();
        Self { fixture, live }
    }

    fn send(&self, text: &str) -> Delivered {
        let mut delivered = self.live.node.deliver("pas", text.as_bytes()).unwrap().unwrap();
        assert_eq!(delivered.len(), 1);
        delivered.remove(0)
    }

    /// Potassium of a person as the gateway gets it, in order of value.
    fn values(&self, nth: usize) -> Vec<String> {
        let Some(answer) = self.fixture.ask(&self.live, "Observation", &number(nth)) else {
            return Vec::new();
        };
        let value = |one: &serde_json::Value| {
            assert!(one["subject"]["reference"].as_str().unwrap().starts_with("Patient/"));
            one["valueQuantity"]["value"].to_string()
        };
        let mut values: Vec<String> = answer.matches().iter().map(value).collect();
        values.sort();
        values
    }

    fn quarantined(&self) -> Vec<String> {
        self.live.node.quarantined().unwrap().into_iter().map(|(_, _, _, reason)| reason).collect()
    }
}

#[test]
fn haz_005_a_merge_moves_everything_and_an_unmerge_moves_it_back() {
    let at = Hospital::new();
    assert_eq!(at.send(&result("202611270900", "m1", ("A1", Some(1)), "4.1")), Delivered::Taken);
    assert_eq!(
        at.send(&result("202611270901", "m2", ("A2", None), "4.2")),
        Delivered::Held(Untraced::NoNumber)
    );
    assert_eq!(at.values(1), ["4.1"], "HAZ-042: what is held is nobody's");
    assert_eq!(at.send(&merge("202611270902", "m3", ("A1", Some(1)), "A2")), Delivered::Taken);
    assert_eq!(at.values(1), ["4.1", "4.2"], "HAZ-005");
    // What comes under the retired record goes the same way.
    assert_eq!(at.send(&result("202611270903", "m4", ("A2", None), "4.3")), Delivered::Taken);
    assert_eq!(at.values(1), ["4.1", "4.2", "4.3"]);
    let unmerge = hl7("ADT^A37", "202611270904", "m5", ("A1", Some(1)), &["MRG|A2^^^TESTA^MR"]);
    let delivered = at.send(&unmerge);
    assert!(matches!(delivered, Delivered::Taken | Delivered::Held(_)), "{delivered:?}");
    assert_eq!(at.values(1), ["4.1"], "HAZ-005: they were two after all");
    at.fixture.stop(at.live);
    at.fixture.verify_log();
}

#[test]
fn haz_005_a_merge_that_comes_before_its_people_still_joins_them() {
    let at = Hospital::new();
    at.send(&merge("202611270902", "m3", ("A1", None), "A2"));
    assert!(matches!(at.send(&result("202611270901", "m2", ("A2", None), "4.2")), Delivered::Held(_)));
    assert_eq!(at.values(1), Vec::<String>::new());
    assert_eq!(at.send(&result("202611270900", "m1", ("A1", Some(1)), "4.1")), Delivered::Taken);
    assert_eq!(at.values(1), ["4.1", "4.2"], "HAZ-005");
}

#[test]
fn haz_005_two_verified_numbers_are_never_joined() {
    let at = Hospital::new();
    at.send(&result("202611270900", "m1", ("A1", Some(1)), "4.1"));
    at.send(&result("202611270901", "m2", ("A2", Some(2)), "4.2"));
    let refused = at.send(&merge("202611270902", "m3", ("A1", Some(1)), "A2"));
    let Delivered::Refused(why) = refused else { panic!("{refused:?}") };
    assert_eq!(why.to_string(), "the records it joins have different verified NHS numbers");
    assert_eq!((at.values(1), at.values(2)), (vec!["4.1".to_owned()], vec!["4.2".to_owned()]));
    assert_eq!(at.quarantined(), [why.to_string()]);
    let (id, ..) = at.live.node.quarantined().unwrap().remove(0);
    let kept = at.live.node.quarantined_message(id, "a steward").unwrap().unwrap();
    assert!(String::from_utf8(kept).unwrap().contains("ADT^A40"), "nothing a partner sends is lost");
    // A record with one verified number does not get another.
    let refused = at.send(&result("202611270903", "m4", ("A1", Some(2)), "4.4"));
    assert!(matches!(refused, Delivered::Refused(_)), "{refused:?}");
    assert_eq!((at.values(1).len(), at.values(2).len()), (1, 1));
}

#[test]
fn haz_042_a_later_trace_releases_what_was_held() {
    let at = Hospital::new();
    assert!(matches!(at.send(&result("202611270900", "m1", ("A1", None), "4.1")), Delivered::Held(_)));
    assert!(at.values(1).is_empty());
    assert_eq!(at.send(&hl7("ADT^A31", "202611270901", "m2", ("A1", Some(1)), &[])), Delivered::Taken);
    assert_eq!(at.values(1), ["4.1"]);
}

#[test]
fn a_replayed_message_changes_nothing_and_one_of_the_same_name_with_other_content_is_refused() {
    let at = Hospital::new();
    let text = result("202611270900", "m1", ("A1", Some(1)), "4.1");
    assert_eq!(at.send(&text), Delivered::Taken);
    assert_eq!(at.send(&text), Delivered::Repeated);
    let altered = at.send(&text.replace("|4.1|", "|9.9|"));
    let Delivered::Refused(why) = altered else { panic!("{altered:?}") };
    assert!(why.to_string().contains("with other content"));
    assert_eq!(at.values(1), ["4.1"]);
    assert_eq!(at.quarantined().len(), 1);
    assert_eq!(at.live.node.forget_quarantined(None, "a steward").unwrap(), 1);
    assert!(at.quarantined().is_empty());
}

#[test]
fn what_cannot_be_read_at_all_is_set_aside_as_it_came() {
    let at = Hospital::new();
    assert!(at.live.node.deliver("pas", b"not a message").unwrap().is_err());
    let (id, feed, ..) = at.live.node.quarantined().unwrap().remove(0);
    assert_eq!(feed, "pas");
    assert_eq!(at.live.node.quarantined_message(id, "a steward").unwrap().unwrap(), b"not a message");
    assert_eq!(at.live.node.quarantined_message(id + 1, "a steward").unwrap(), None);
}

#[test]
fn messages_past_their_time_are_not_shown_and_then_not_there() {
    let fixture = Fixture::new();
    let node = fixture.open();
    node.deliver("letters", letter(1, "D1", "Rest.").as_bytes()).unwrap().unwrap();
    assert!(is_known(&node, 1));
    fixture.at("2026-12-28T03:00:01Z");
    assert!(!is_known(&node, 1), "HAZ-043");
    assert!(node.tidy_step().unwrap());
    assert!(!node.tidy_step().unwrap());
    fixture.at(NOW);
    assert!(!is_known(&node, 1), "it is gone");
    assert_eq!(fixture.logged(audit::Kind::Deletion)[0]["detail"]["what"], "1 messages past their time");
}
