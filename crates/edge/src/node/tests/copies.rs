//! shows: R63, R66
//! Copies and back: the same answers, or a refusal before anything is touched (A47).

use super::*;
use crate::{Held, testing::sent::*};
use std::path::PathBuf;

fn filled(fixture: &Fixture) -> Node {
    let node = fixture.open();
    fixture.load(&node, "asc", 1, &people(30));
    let lines: Vec<String> =
        shared_lines().into_iter().chain([patient_line("a", 1), observation_line("o1", "a", "80")]).collect();
    fixture.load(&node, "bulk", 1, &lines.join("\n"));
    node.deliver("pas", result("202611270900", "m1", ("A1", Some(1)), "4.1").as_bytes()).unwrap().unwrap();
    node.deliver("calls", report_111(2, "Rest.").as_bytes()).unwrap().unwrap();
    node.deliver("pas", b"no message").unwrap().unwrap_err();
    node.hold(&Held::Person(number(3)), true, "a steward").unwrap();
    node.hold(&Held::Dataset("asc/services".into()), true, "a steward").unwrap();
    node
}

fn state(node: &Node) -> (Vec<Vec<String>>, serde_json::Value, usize) {
    let mut status = node.status().unwrap();
    status["store"] = serde_json::Value::Null;
    ((0..5).map(|nth| answered(node, nth)).collect(), status, node.held_back("a test").unwrap().len())
}

fn copied(fixture: &Fixture, node: &Node) -> PathBuf {
    let to = fixture.dir.path().join("copy");
    assert!(node.backup(&to, "a steward").unwrap() > 30);
    to
}

#[test]
fn a_copy_restored_gives_the_same_answers_here_and_in_an_empty_store_of_the_same_key() {
    let fixture = Fixture::new();
    let node = filled(&fixture);
    let before = state(&node);
    let copy = copied(&fixture, &node);
    fixture.load(
        &node,
        "asc",
        2,
        &csv(&(1..31).map(|n| Service { provider: "Later".into(), ..service(n) }).collect::<Vec<_>>()),
    );
    node.deliver("pas", result("202611270901", "m2", ("A1", Some(1)), "9.9").as_bytes()).unwrap().unwrap();
    assert_ne!(state(&node), before);
    assert!(node.restore(&copy, "a steward").unwrap() > 30);
    assert_eq!(state(&node), before);
    // Messages already here are known again, and what follows is taken.
    let again = node
        .deliver("pas", result("202611270900", "m1", ("A1", Some(1)), "4.1").as_bytes())
        .unwrap()
        .unwrap();
    assert_eq!(again, [crate::Delivered::Repeated]);
    assert_eq!(
        (fixture.logged(audit::Kind::Backup).len(), fixture.logged(audit::Kind::Restore).len()),
        (1, 1)
    );
    drop(node);
    // An empty store of the same key has a random secret of its own.
    let other = Fixture::new();
    let node = other.open();
    node.hold(&Held::Person(number(4)), true, "a steward").unwrap();
    node.restore(&copy, "a steward").unwrap();
    let (answers, _, held) = state(&node);
    assert_eq!(answers[..4], before.0[..4]);
    assert!(answers[4].is_empty() && held == 3, "R66: who was held back before stays so");
    assert_eq!(node.quarantined_message(1, "a steward").unwrap().unwrap(), b"no message");
    assert!(!node.tidy_step().unwrap());
    drop(node);
    assert!(is_known(&other.open(), 1), "and after a restart");
    other.verify_log();
}

#[test]
fn a_copy_cut_altered_or_of_another_key_or_partner_is_refused_before_anything_is_touched() {
    let fixture = Fixture::new();
    let node = filled(&fixture);
    let copy = copied(&fixture, &node);
    let before = state(&node);
    let bytes = std::fs::read(&copy).unwrap();
    assert!(!bytes.windows(7).any(|window| window == b"Example"), "R63: sealed");
    let refused = |bytes: &[u8], name: &str| {
        let path = fixture.dir.path().join("bad");
        std::fs::write(&path, bytes).unwrap();
        let fault = node.restore(&path, "a steward").unwrap_err();
        assert!(matches!(fault, NodeFault::Refused(_)), "{name}: {fault}");
        assert_eq!(state(&node), before, "{name}");
        assert!(!node.tidy_step().unwrap(), "{name}: nothing was begun");
    };
    for cut in [0, 1, 3, 40, bytes.len() / 2, bytes.len() - 1] {
        refused(&bytes[..cut], &format!("cut at {cut}"));
    }
    for place in [5, bytes.len() / 3, bytes.len() - 2] {
        let mut altered = bytes.clone();
        altered[place] ^= 1;
        refused(&altered, &format!("altered at {place}"));
    }
    refused(b"", "empty");
    for (name, from, to) in
        [("another key", KEY, OTHER_KEY), ("another partner", "partner = \"ZZ917\"", "partner = \"ZZ918\"")]
    {
        let other = Fixture::new();
        if from == KEY {
            other.put("key.hex", to);
        } else {
            other.reconfigure(from, to);
        }
        let node = other.open();
        let fault = node.restore(&copy, "a steward").unwrap_err();
        assert!(matches!(fault, NodeFault::Refused(_)), "A47: {name}: {fault}");
        assert!(!is_known(&node, 1));
    }
    assert!(matches!(node.restore(&fixture.dir.path().join("none"), "a steward"), Err(NodeFault::File(..))));
}

#[test]
fn a_restoration_that_fails_leaves_what_was_here_and_its_beginnings_are_cleared_away() {
    let fixture = Fixture::new();
    drop(filled(&fixture));
    let (node, allowed) = breaking(&fixture);
    let copy = copied(&fixture, &node);
    let before = state(&node);
    for writes in [0, 3, 9, 14] {
        allowed.only(writes);
        assert!(node.restore(&copy, "a steward").is_err(), "{writes}");
        allowed.mend();
        assert_eq!(state(&node), before, "{writes}");
    }
    // Stopped in the middle of the last: what it began goes when the node is opened.
    drop(node);
    let node = fixture.open();
    assert_eq!(state(&node), before);
    assert!(node.tidy_step().unwrap());
    node.restore(&copy, "a steward").unwrap();
    assert_eq!(state(&node), before);
    while node.tidy_step().unwrap() {}
    let left = node.0.vault.read(|link| link.query("SELECT id FROM generation", &[]));
    assert_eq!(left.unwrap().len(), 4, "one for each feed that has something");
}
