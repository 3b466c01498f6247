//! shows: R62, R63, R64
//! Extracts: published whole or not at all, gone on with after a stop, refused in words of their own while what was here is
//! still answered (HAZ-042, HAZ-008, F30).

use super::*;
use crate::{
    Manifest,
    receipt::{Outcome, Receipt},
    testing::sent::*,
};

fn counts(receipt: &Receipt) -> [u64; 5] {
    [receipt.rows, receipt.taken, receipt.held, receipt.refused, receipt.repeated]
}

fn refused(receipt: &Receipt) -> &str {
    assert_eq!(receipt.outcome, Outcome::Refused);
    receipt.reason.as_deref().unwrap()
}

/// One row without a number, one of another council, one that is no row, among forty.
fn dirty() -> String {
    let mut services: Vec<Service> = (0..40).map(service).collect();
    services[3].nhs_number = String::new();
    services[5].la_code = "777".into();
    services[7].started = "31/02/2025".into();
    csv(&services)
}

#[test]
fn a_first_extract_is_published_and_every_row_is_accounted_for_by_line() {
    let fixture = Fixture::new();
    let node = fixture.open();
    let receipt = fixture.load(&node, "asc", 1, &dirty());
    assert_eq!(receipt.outcome, Outcome::Published, "{receipt:?}");
    assert_eq!(counts(&receipt), [40, 37, 1, 2, 0]);
    assert_eq!(receipt.taken + receipt.held + receipt.refused, receipt.rows, "HAZ-042: nothing is dropped");
    let report = report(&fixture, &receipt);
    assert_eq!(report.len(), 3, "{report:?}");
    assert!(report[0].starts_with("5,held,,it has no NHS number"), "{report:?}");
    assert!(report[1].starts_with("7,refused,LA Code,"), "{report:?}");
    assert!(report[2].starts_with("9,refused,Event Start Date,"), "{report:?}");
    assert!(is_known(&node, 0) && !is_known(&node, 3) && !is_known(&node, 5) && !is_known(&node, 41));
    let kept: Receipt = serde_json::from_slice(
        &std::fs::read(fixture.state().join("receipts").join(format!("{}.json", receipt.id))).unwrap(),
    )
    .unwrap();
    assert_eq!(kept, receipt);
    let logged = fixture.logged(audit::Kind::Intake);
    assert_eq!(logged[0]["detail"]["taken"], "37");
    assert!(fixture.dir.path().join("asc-1.txt").exists(), "whose file it is takes it away");
}

#[test]
fn the_same_extract_again_is_known_and_changes_nothing() {
    let fixture = Fixture::new();
    let node = fixture.open();
    let first = fixture.load(&node, "asc", 1, &dirty());
    let before = answered(&node, 1);
    let again = fixture.load(&node, "asc", 1, &dirty());
    assert_eq!((first.outcome, again.outcome), (Outcome::Published, Outcome::AlreadyTaken));
    // A sender that lost the first receipt has all of it in the second.
    assert_eq!((counts(&again), again.report), (counts(&first), first.report));
    assert_eq!(answered(&node, 1), before);
}

// shows: F30
/// Each in its own words, and the generation that was here is answered and ages all the while.
#[test]
fn haz_042_what_cannot_be_believed_is_refused_in_its_own_words_and_kept_sealed() {
    let fixture = Fixture::new();
    let node = fixture.open();
    fixture.at("2026-11-27T03:00:00Z");
    fixture.load(&node, "asc", 5, &people(10));
    let before = answered(&node, 1);
    fixture.at(NOW);
    let text = people(12);
    let right = || fixture.manifest("asc", 6, &text);
    let older_as_at = "2026-11-26T03:00:00Z".parse().unwrap();
    let ahead = "2026-11-28T03:10:00Z".parse().unwrap();
    let cases: Vec<(Manifest, &str, &str)> = vec![
        (
            Manifest { sequence: 4, ..right() },
            &text,
            "it is older than what is here: sequence 4, and 5 was taken",
        ),
        (Manifest { sequence: 5, ..right() }, &text, "sequence 5 was taken already, with other content"),
        (Manifest { as_at: older_as_at, ..right() }, &text, "it is as at a time before that of what is here"),
        (Manifest { as_at: ahead, ..right() }, &text, "it is as at a time that is still to come"),
        (
            Manifest { partner: "ZZ918".into(), ..right() },
            &text,
            "the manifest is `ZZ918`'s, not this partner's",
        ),
        (Manifest { feed: "other".into(), ..right() }, &text, "the manifest is of feed `other`"),
        (Manifest { mode: "delta".into(), ..right() }, &text, "the manifest says `delta`"),
        (Manifest { sha256: "ab".repeat(32), ..right() }, &text, "its hash is not the one in its manifest"),
        (right(), text.get(..text.len() - 30).unwrap(), "bytes and its manifest says"),
        (Manifest { rows: 13, ..right() }, &text, "it has 12 rows and its manifest says 13"),
    ];
    for (manifest, content, words) in cases {
        let receipt = fixture.load_as(&node, &manifest, content);
        assert!(refused(&receipt).contains(words), "{words}: {:?}", receipt.reason);
        assert_eq!(answered(&node, 1), before, "{words}");
        assert!(!is_known(&node, 11), "HAZ-042: nothing of it is seen: {words}");
        let name = format!("asc-{}", receipt.id);
        assert!(node.quarantined_files().unwrap().contains(&name));
        let opened = fixture.dir.path().join("opened");
        node.open_quarantined_file(&name, &opened, "a steward").unwrap();
        assert_eq!(std::fs::read_to_string(&opened).unwrap(), content, "{words}");
    }
    assert!(node.open_quarantined_file("../state/key", &fixture.dir.path().join("x"), "a steward").is_err());
    // Refused or not: what is here grows older by its own time.
    fixture.at("2026-11-28T05:00:01Z");
    let overdue = notes(&node, 1).into_iter().find(|note| note.starts_with("Adult social care")).unwrap();
    assert!(overdue.contains("overdue") && overdue.contains("27-Nov-2026 03:00"), "HAZ-008: {overdue}");
    fixture.at("2026-12-11T03:00:01Z");
    assert!(!is_known(&node, 1), "HAZ-008: nothing is shown past the partner's limit");
    fixture.at(NOW);
    assert_eq!(
        fixture.load(&node, "asc", 6, &text).outcome,
        Outcome::Published,
        "the right one still comes in"
    );
    assert!(is_known(&node, 11));
}

#[test]
fn a_manifest_of_another_signer_or_none_is_refused() {
    let (fixture, stranger) = (Fixture::new(), Fixture::new());
    let node = fixture.open();
    let text = people(2);
    let manifest = fixture.manifest("asc", 1, &text);
    let path = fixture.dir.path().join("asc.csv");
    for (sealed, words) in
        [(Some(stranger.sealed(&manifest)), "not signed by the key"), (None, "without its manifest")]
    {
        std::fs::write(&path, &text).unwrap();
        let receipt = node.load_file("asc", &path, sealed.as_deref(), false, &mut |_| {}).unwrap();
        assert!(refused(&receipt).contains(words), "HAZ-042: {:?}", receipt.reason);
        assert!(!is_known(&node, 0));
    }
}

#[test]
fn haz_042_an_extract_with_too_many_refused_rows_or_far_fewer_people_is_not_published() {
    let fixture = Fixture::new();
    let node = fixture.open();
    fixture.load(&node, "asc", 1, &people(20));
    let mut services: Vec<Service> = (0..20).map(service).collect();
    services.iter_mut().take(2).for_each(|one| one.la_code = "777".into());
    let receipt = fixture.load(&node, "asc", 2, &csv(&services));
    assert_eq!(refused(&receipt), "2 of its 20 rows are refused, more than 5 of a hundred");
    assert_eq!(report(&fixture, &receipt).len(), 2);
    let fewer = people(15);
    let receipt = fixture.load(&node, "asc", 3, &fewer);
    assert!(refused(&receipt).contains("--accept-shrinking"), "{:?}", receipt.reason);
    assert!(is_known(&node, 19));
    let path = fixture.dir.path().join("fewer.csv");
    std::fs::write(&path, &fewer).unwrap();
    let sealed = fixture.sealed(&fixture.manifest("asc", 3, &fewer));
    let accepted = node.load_file("asc", &path, Some(&sealed), true, &mut |_| {}).unwrap();
    assert_eq!(accepted.outcome, Outcome::Published);
    assert!(!is_known(&node, 19) && is_known(&node, 14), "HAZ-043: who is left out is gone");
    // A fifth fewer is no more than is allowed.
    assert_eq!(fixture.load(&node, "asc", 4, &people(12)).outcome, Outcome::Published);
}

#[test]
fn a_delta_replaces_what_it_names_keeps_the_rest_and_must_follow_without_a_gap() {
    let fixture = Fixture::new();
    let node = fixture.open();
    let mut services: Vec<Service> = (0..3).map(service).collect();
    let first = fixture.load(&node, "changes", 1, &csv(&services));
    assert_eq!(first.outcome, Outcome::Published, "{first:?}");
    let kept = answered(&node, 0);
    services[1].provider = "Other Care".into();
    let change = csv(&services[1..2]);
    let gap = Manifest { sequence: 3, after: Some(2), ..fixture.manifest("changes", 3, &change) };
    let receipt = fixture.load_as(&node, &gap, &change);
    assert_eq!(refused(&receipt), "an extract is missing: this one follows 2, and 1 is here", "HAZ-042");
    assert_eq!(fixture.load(&node, "changes", 2, &change).outcome, Outcome::Published);
    assert_eq!(answered(&node, 0), kept, "what it does not name stays");
    let said = answered(&node, 1).join("\n");
    assert!(said.contains("Other Care") && !said.contains("Invented Care"), "HAZ-043");
}

#[test]
fn a_stop_anywhere_in_a_load_is_gone_on_with_and_counts_nothing_twice() {
    let fixture = Fixture::new();
    let (node, allowed) = breaking(&fixture);
    fixture.load(&node, "asc", 1, &people(2));
    let mut services: Vec<Service> =
        (0..4_100).map(|nth| Service { person: format!("P{nth}"), ..service(nth % 50) }).collect();
    services.iter_mut().step_by(41).for_each(|one| one.started = "never".into());
    services[0] = service(0);
    let text = csv(&services);
    let manifest = fixture.manifest("asc", 2, &text);
    let mut stops = 0;
    let receipt = loop {
        allowed.only(1 + stops % 3);
        stops += 1;
        match fixture.try_load(&node, &manifest, &text) {
            Ok(receipt) => break receipt,
            Err(fault) => {
                assert!(matches!(fault, NodeFault::Store(crate::sql::StoreFault::Full)), "{fault}");
                assert!(is_known(&node, 1) && !is_known(&node, 3), "HAZ-042: no half of it is seen");
            }
        }
        assert!(stops < 40);
    };
    allowed.mend();
    assert!(stops > 2, "it was stopped");
    assert_eq!(receipt.outcome, Outcome::Published);
    assert_eq!(counts(&receipt), [4_100, 4_001, 0, 99, 0]);
    let report = report(&fixture, &receipt);
    let lines: std::collections::BTreeSet<&String> = report.iter().collect();
    assert_eq!((report.len(), lines.len()), (99, 99), "every refused row once");
    let rows = node.0.vault.read(|link| {
        let live = crate::vault::generation::live(link, "asc")?.remove(0);
        let lines = link.query(&format!("SELECT COUNT(*) FROM {}", live.content()), &[])?;
        Ok(lines.into_iter().next().map_or(0, |mut line| line.int()))
    });
    assert_eq!(rows.unwrap(), 4_001, "no row twice");
}
