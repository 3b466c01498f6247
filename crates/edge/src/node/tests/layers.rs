//! shows: R62, R66
//! What lies on what: files whose people come last, changes that correct, readers during a publication, what is cleared away
//! (HAZ-004, HAZ-042, HAZ-043).

use super::*;
use crate::{Manifest, receipt::Outcome, testing::sent::*};
use std::sync::atomic::{AtomicBool, Ordering};

#[test]
fn lines_whose_patient_comes_last_are_released_and_bring_what_they_refer_to() {
    let fixture = Fixture::new();
    let node = fixture.open();
    let mut lines: Vec<String> = (0..1_200).map(|n| observation_line(&format!("o{n}"), "a", "80")).collect();
    lines.push(observation_line("stranger", "nobody", "90"));
    lines.extend(shared_lines());
    lines.push(patient_line("a", 1));
    let receipt = fixture.load(&node, "bulk", 1, &lines.join("\n"));
    assert_eq!(receipt.outcome, Outcome::Published, "{receipt:?}");
    assert_eq!((receipt.rows, receipt.taken, receipt.held, receipt.refused), (1_205, 1_204, 1, 0));
    assert!(
        receipt.remarks.iter().any(|remark| remark.starts_with("1200 rows that are told as held were taken"))
    );
    assert!(report(&fixture, &receipt).contains(&"1201,held,,it has no NHS number".to_owned()));
    let said = answered(&node, 1);
    assert_eq!(said.iter().filter(|one| one.starts_with("Observation")).count(), 1_200);
    for shared in ["PractitionerRole", "Practitioner", "Organization"] {
        assert_eq!(said.iter().filter(|one| one.starts_with(&format!("{shared} "))).count(), 1, "{shared}");
    }
    assert!(!said.iter().any(|one| one.contains("stranger")), "HAZ-042: what is held is not served");
    // The next one has its people first: it is not taken for one that shrank, nor the last for more.
    lines.rotate_right(1);
    assert_eq!(fixture.load(&node, "bulk", 2, &lines.join("\n")).outcome, Outcome::Published);
    lines.rotate_left(1);
    assert_eq!(fixture.load(&node, "bulk", 3, &lines.join("\n")).outcome, Outcome::Published);
}

#[test]
fn a_load_stopped_while_held_lines_are_released_counts_them_once() {
    let fixture = Fixture::new();
    let (node, allowed) = breaking(&fixture);
    let mut lines: Vec<String> = (0..700).map(|n| observation_line(&format!("o{n}"), "a", "80")).collect();
    lines.push(patient_line("a", 1));
    let text = lines.join("\n");
    let manifest = fixture.manifest("bulk", 1, &text);
    // Staged, one chunk, one step of releasing.
    allowed.only(3);
    fixture.try_load(&node, &manifest, &text).unwrap_err();
    assert!(!is_known(&node, 1));
    allowed.mend();
    let receipt = fixture.load_as(&node, &manifest, &text);
    assert_eq!((receipt.taken, receipt.held), (701, 0), "{receipt:?}");
    assert_eq!(answered(&node, 1).len(), 701);
}

#[test]
fn haz_004_a_change_that_gives_a_row_to_somebody_else_or_to_nobody_takes_it_from_whom_it_was() {
    let fixture = Fixture::new();
    let node = fixture.open();
    let lines = [patient_line("a", 1), patient_line("b", 2)];
    let own = |nth: usize, id: &str| {
        let mut line: serde_json::Value = serde_json::from_str(&observation_line(id, "a", "80")).unwrap();
        line["subject"] = serde_json::json!({ "identifier": nhs_identifier(nth) });
        line.to_string()
    };
    fixture.reconfigure("mode = \"snapshot\"\nevery = \"24h\"\noverdue_after = \"26h\"\nwithhold_after = \"14d\"\nmanifest = \"plain\"\nsettings = { version", "mode = \"delta\"\nevery = \"24h\"\noverdue_after = \"26h\"\nwithhold_after = \"14d\"\nmanifest = \"plain\"\nsettings = { version");
    drop(node);
    let node = fixture.open();
    let load = |sequence: i64, text: &str| {
        let manifest = fixture.manifest("bulk", sequence, text);
        let after = (sequence > 1).then_some(sequence - 1);
        let receipt = fixture.load_as(&node, &Manifest { mode: "delta".into(), after, ..manifest }, text);
        assert_eq!(receipt.outcome, Outcome::Published, "{receipt:?}");
    };
    load(1, &[&lines[..], &[own(1, "misfiled"), own(1, "doubted"), own(1, "right")]].concat().join("\n"));
    let has =
        |nth: usize, id: &str| answered(&node, nth).iter().any(|one| one.contains(&format!("\"{id}\"")));
    assert!(has(1, "misfiled") && has(1, "doubted"));
    load(2, &own(2, "misfiled"));
    assert!(!has(1, "misfiled") && has(2, "misfiled"), "HAZ-004");
    let unverified =
        own(1, "doubted").replace("number-present-and-verified", "number-present-but-not-traced");
    load(3, &unverified);
    assert!(!has(1, "doubted") && has(1, "right"), "HAZ-043");
    load(4, &own(1, "misfiled"));
    assert!(has(1, "misfiled") && !has(2, "misfiled"), "and back again");
}

#[test]
fn haz_042_changes_without_what_they_change_are_refused() {
    let fixture = Fixture::new();
    let node = fixture.open();
    let text = people(2);
    let receipt = fixture.load(&node, "changes", 6, &text);
    assert_eq!(receipt.reason.as_deref(), Some("an extract is missing: this one follows 5, and 0 is here"));
    let first = Manifest { after: None, ..fixture.manifest("changes", 6, &text) };
    assert_eq!(fixture.load_as(&node, &first, &text).outcome, Outcome::Published);
}

// shows: R60, F30
#[test]
fn whoever_asks_during_a_publication_sees_the_old_or_the_new_and_never_a_mix() {
    let fixture = Fixture::new();
    let node = fixture.open();
    let text = |provider: &str| {
        let of = |nth: usize| (0..3).map(move |n| (nth, n));
        let services = (0..30).flat_map(of).map(|(nth, n)| Service {
            provider: provider.into(),
            started: format!("0{}/06/2025", n + 1),
            ..service(nth)
        });
        csv(&services.collect::<Vec<_>>())
    };
    fixture.load(&node, "asc", 1, &text("Generation 1."));
    let whole = answered(&node, 7).join("\n").matches("Generation ").count();
    assert!(whole >= 3);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| {
            let mut asked = 0;
            while !is_over.load(Ordering::SeqCst) {
                let said = answered(&node, 7).join("\n");
                let marks: std::collections::BTreeSet<&str> =
                    said.match_indices("Generation ").map(|(at, _)| said.get(at..at + 12).unwrap()).collect();
                assert_eq!(marks.len(), 1, "HAZ-042: {marks:?}");
                assert_eq!(said.matches("Generation ").count(), whole);
                asked += 1;
            }
            asked
        });
        for sequence in 2..7 {
            let receipt = fixture.load(&node, "asc", sequence, &text(&format!("Generation {sequence}.")));
            assert_eq!(receipt.outcome, Outcome::Published);
            while node.tidy_step().unwrap() {}
        }
        is_over.store(true, Ordering::SeqCst);
        assert!(asking.join().unwrap() > 5);
    });
    assert!(answered(&node, 7).join("\n").contains("Generation 6."));
}

#[test]
fn what_was_replaced_is_cleared_away_whole() {
    let fixture = Fixture::new();
    let node = fixture.open();
    for sequence in 1..4 {
        fixture.load(&node, "asc", sequence, &people(4));
    }
    let tables = || {
        let of =
            |link: &mut dyn sql::Link| link.query("SELECT name FROM sqlite_master WHERE type = 'table'", &[]);
        let names = node
            .0
            .vault
            .read(|link| Ok(of(link)?.into_iter().map(|mut line| line.text()).collect::<Vec<_>>()));
        names.unwrap().into_iter().filter(|name| name.starts_with("content_")).count()
    };
    assert_eq!(tables(), 3);
    while node.tidy_step().unwrap() {}
    assert_eq!(tables(), 1);
    let parties =
        node.0.vault.read(|link| link.query("SELECT local FROM party", &[]).map(|lines| lines.len()));
    assert_eq!(parties.unwrap(), 4, "names of people of what was replaced went with it");
    assert!(is_known(&node, 3));
}

/// HAZ-054
#[test]
fn numbers_for_training_stay_out_of_a_live_node() {
    let fixture = Fixture::with(|config| config.replace("training = true", "training = false"));
    let node = fixture.open();
    let receipt = fixture.load(&node, "asc", 1, &people(2));
    assert_eq!(receipt.outcome, Outcome::Refused, "HAZ-054");
    assert!(report(&fixture, &receipt)[0].contains("is one for training, and this node is live"));
    let delivered = node.deliver("ambulance", ambulance(1, "High Street").as_bytes()).unwrap().unwrap();
    assert!(matches!(delivered[0], crate::Delivered::Refused(_)), "HAZ-054");
}

#[test]
fn first_messages_that_come_at_once_are_filed_in_one_place() {
    let fixture = Fixture::new();
    let node = fixture.open();
    std::thread::scope(|scope| {
        for n in 0..8 {
            let node = &node;
            scope.spawn(move || {
                let text = result("202611270900", &format!("m{n}"), ("A1", Some(1)), "4.5");
                node.deliver("pas", text.as_bytes()).unwrap().unwrap();
            });
        }
    });
    assert_eq!(node.0.vault.live("pas").unwrap().len(), 1);
    let pas = node.status().unwrap()["feeds"][3].clone();
    assert_eq!((&pas["feed"], &pas["taken"]), (&"pas".into(), &8.into()), "the status counts messages");
}
