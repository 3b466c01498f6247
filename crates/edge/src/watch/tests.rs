//! shows: R56, R62
//! A folder somebody copies into: whole files alone are taken, and what became of each stands beside it (HAZ-042).

use super::*;
use crate::{
    node::tests::is_known,
    receipt::Outcome,
    testing::{sent::*, *},
};

#[test]
fn a_file_waits_for_its_manifest_and_for_its_last_byte() {
    let fixture = Fixture::new();
    let node = fixture.open();
    let mut watcher = Watcher::default();
    let inbox = fixture.state().join("inbox");
    let text = people(3);
    let sealed = fixture.sealed(&fixture.manifest("asc", 1, &text));
    let file = inbox.join("asc-1.csv");
    std::fs::write(&file, text.get(..100).unwrap()).unwrap();
    std::fs::write(inbox.join("asc-1.csv.part"), "x").unwrap();
    std::fs::write(inbox.join(".hidden"), "x").unwrap();
    assert!(watcher.look(&node).is_empty(), "there is no manifest");
    std::fs::write(inbox.join("asc-1.csv.manifest"), &sealed).unwrap();
    assert!(watcher.look(&node).is_empty(), "it is still growing");
    std::fs::write(&file, &text).unwrap();
    let receipts = watcher.look(&node);
    assert_eq!((receipts.len(), receipts[0].outcome, receipts[0].taken), (1, Outcome::Published, 3));
    assert!(is_known(&node, 1));
    let beside = std::fs::read(inbox.join("asc-1.csv.receipt.json")).unwrap();
    assert_eq!(serde_json::from_slice::<Receipt>(&beside).unwrap(), receipts[0]);
    assert!(!file.exists() && !inbox.join("asc-1.csv.manifest").exists());
    assert!(inbox.join("asc-1.csv.part").exists() && inbox.join(".hidden").exists());
    assert!(watcher.look(&node).is_empty());
}

#[test]
fn files_are_taken_in_their_order_and_a_refused_one_does_not_stop_what_is_answered() {
    let fixture = Fixture::new();
    let node = fixture.open();
    let inbox = fixture.state().join("inbox");
    let put = |sequence: i64, text: &str, manifest: &[u8]| {
        std::fs::write(inbox.join(format!("asc-{sequence}.csv")), text).unwrap();
        std::fs::write(inbox.join(format!("asc-{sequence}.csv.manifest")), manifest).unwrap();
    };
    let (one, two, three) = (people(3), people(4), people(5));
    put(3, &three, &fixture.sealed(&fixture.manifest("asc", 3, &three)));
    put(1, &one, &fixture.sealed(&fixture.manifest("asc", 1, &one)));
    // Of the right length, and other bytes.
    put(2, &two.replace("Ada", "Eve"), &fixture.sealed(&fixture.manifest("asc", 2, &two)));
    let receipts = Watcher::default().look(&node);
    let outcomes: Vec<(i64, Outcome)> = receipts.iter().map(|one| (one.sequence, one.outcome)).collect();
    assert_eq!(outcomes, [(1, Outcome::Published), (2, Outcome::Refused), (3, Outcome::Published)]);
    assert!(is_known(&node, 4));
    let said = std::fs::read_to_string(inbox.join("asc-2.csv.receipt.json")).unwrap();
    assert!(said.contains("its hash is not the one in its manifest"));
}

#[test]
fn a_file_without_a_manifest_is_taken_once_it_has_stopped_growing() {
    let inbox = "manifest = \"none\"\nfolder = \"messages\"\nmllp";
    let fixture = Fixture::with(|config| config.replace("manifest = \"none\"\nmllp", inbox));
    std::fs::create_dir(fixture.state().join("messages")).unwrap();
    let node = fixture.open();
    let mut watcher = Watcher::default();
    let file = fixture.state().join("messages/night.hl7");
    std::fs::write(&file, "MSH|").unwrap();
    assert!(watcher.look(&node).is_empty());
    std::fs::write(&file, result("202611270900", "m1", ("A1", Some(1)), "4.1")).unwrap();
    assert!(watcher.look(&node).is_empty());
    std::thread::sleep(STILL);
    let receipts = watcher.look(&node);
    assert_eq!((receipts.len(), receipts[0].taken), (1, 1));
    assert!(is_known(&node, 1));
}
