//! shows: R23, R25, R42, R48, R49, R66
//! What the partner's steward does holds from the next answer on, is in the log, and what is deleted is gone from the bytes.

use super::*;
use crate::{Held, testing::sent::*};
use std::path::Path;

fn filled(fixture: &Fixture, live: &Live) {
    let mut services: Vec<Service> = (0..4).map(service).collect();
    services[2].team = "South  Team".into();
    services[3] = Service {
        person: "P1".into(),
        nhs_number: number(1).digits().into(),
        team: "South Team".into(),
        started: "03/06/2025".into(),
        ..service(1)
    };
    assert_eq!(fixture.load(&live.node, "asc", 1, &csv(&services)).taken, 4);
    let lines = [
        patient_line("a", 1),
        observation_line("o1", "a", "80"),
        observation_line("o2", "a", "80").replace("27113001", "73211009"),
    ];
    assert_eq!(fixture.load(&live.node, "bulk", 1, &lines.join("\n")).taken, 3);
    live.node
        .deliver("pas", result("202611270900", "m1", ("A1", Some(1)), "4.1").as_bytes())
        .unwrap()
        .unwrap();
}

fn count(fixture: &Fixture, live: &Live, kind: &str, nth: usize) -> Option<u64> {
    fixture.ask(live, kind, &number(nth)).map(|answer| answer.total())
}

#[test]
fn a_switch_holds_from_the_next_answer_on_and_back() {
    let fixture = Fixture::new();
    let live = fixture.start();
    filled(&fixture, &live);
    let node = &live.node;
    let by = "the information asset owner";
    let all = count(&fixture, &live, "Observation", 1).unwrap();
    assert_eq!(count(&fixture, &live, "CarePlan", 1), Some(2));

    assert!(node.hold(&Held::Unit("south team".into()), true, by).unwrap());
    assert!(!node.hold(&Held::Unit("SOUTH TEAM".into()), true, by).unwrap(), "held already");
    assert_eq!(count(&fixture, &live, "CarePlan", 1), Some(1));
    let note = fixture.ask(&live, "CarePlan", &number(0)).unwrap().notes();
    assert!(
        note.contains(&"This partner holds some kinds of entries back".to_owned()),
        "HAZ-010: said of everybody alike"
    );
    assert!(node.hold(&Held::Unit("South Team".into()), false, by).unwrap());

    node.hold(&Held::Codes(vec!["http://snomed.info/sct|73211009".into()]), true, by).unwrap();
    assert_eq!(count(&fixture, &live, "Observation", 1), Some(all - 1), "HAZ-023");
    node.hold(&Held::Codes(vec!["27113001".into()]), true, by).unwrap();
    assert_eq!(count(&fixture, &live, "Observation", 1), Some(all - 2));
    assert_eq!(node.held_back("a test").unwrap().len(), 2);
    node.hold(&Held::Codes(vec!["27113001".into(), "http://snomed.info/sct|73211009".into()]), false, by)
        .unwrap();

    node.hold(&Held::Person(number(1)), true, by).unwrap();
    assert_eq!(count(&fixture, &live, "CarePlan", 1), None);
    assert_eq!(node.held_back("a test").unwrap()[0].1, number(1).spaced(), "the steward reads whom");
    node.hold(&Held::Person(number(1)), false, by).unwrap();
    assert_eq!(count(&fixture, &live, "CarePlan", 1), Some(2));

    node.hold(&Held::Dataset("pas".into()), true, by).unwrap();
    assert_eq!(count(&fixture, &live, "Observation", 1), Some(all - 1));
    let unknown = node.hold(&Held::Dataset("typo".into()), true, by).unwrap_err().to_string();
    assert!(unknown.starts_with("there is no feed `typo`: it is one of `asc`"), "{unknown}");

    let acts = fixture.logged(audit::Kind::Stewardship);
    assert!(acts.iter().all(|act| act["detail"]["by"] == by), "R66");
    let persons: Vec<_> = acts.iter().filter(|act| act["detail"]["kind"] == "person").collect();
    assert_eq!(persons.len(), 2);
    assert!(persons.iter().all(|act| act["whom"]["nhs_number"] == number(1).digits()));
    fixture.stop(live);
    fixture.verify_log();
    // What is held back is held back after a restart.
    let live = fixture.start();
    assert!(live.node.held_back("a test").unwrap().iter().any(|(_, what, _)| what == "pas"));
    fixture.stop(live);
}

fn holds(folder: &Path, needle: &[u8]) -> bool {
    files(folder).iter().any(|path| {
        let bytes = std::fs::read(path).unwrap();
        bytes.windows(needle.len()).any(|window| window == needle)
    })
}

/// The sealed content of one person's rows, as it lies in the store.
fn sealed(node: &Node, nth: usize) -> Vec<Vec<u8>> {
    let ring = node.0.vault.ring().unwrap();
    let token = ring.column(crate::vault::Owner::Person(&number(nth))).unwrap().unwrap();
    let read = node.0.vault.read(|link| {
        let mut found = Vec::new();
        for of in crate::vault::generation::all(link)? {
            let sql = format!("SELECT sealed FROM {} WHERE person = $1", of.content());
            let lines = link.query(&sql, &[crate::sql::Value::Bytes(&token)])?;
            found.extend(lines.into_iter().filter_map(|mut line| line.bytes()));
        }
        Ok(found)
    });
    read.unwrap()
}

#[test]
fn haz_043_a_person_who_is_deleted_is_in_no_answer_and_in_no_byte_of_the_store() {
    let fixture = Fixture::new();
    let live = fixture.start();
    filled(&fixture, &live);
    let rows = sealed(&live.node, 1);
    assert_eq!(rows.len(), 6, "two services, a Patient, two observations, a message");
    // The middle of a long sealed row may lie across pages: its beginning does not.
    let beginnings: Vec<&[u8]> = rows.iter().map(|row| &row[..40]).collect();
    assert!(beginnings.iter().all(|row| holds(&fixture.state(), row)), "they are found while they are there");
    let kept = answered(&live.node, 0);
    // Somebody is reading while it happens.
    std::thread::scope(|scope| {
        let node = live.node.clone();
        scope.spawn(move || {
            node.0.vault.reading(|_| {
                std::thread::sleep(std::time::Duration::from_millis(300));
                Ok(())
            })
        });
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert_eq!(live.node.delete_person(&number(1), "a steward").unwrap(), 6);
    });
    assert_eq!(count(&fixture, &live, "CarePlan", 1), None, "HAZ-043");
    for row in beginnings {
        assert!(!holds(&fixture.state(), row), "HAZ-043: a row rests in the bytes of the store");
    }
    assert_eq!(answered(&live.node, 0), kept);
    let deletion = fixture.logged(audit::Kind::Deletion).remove(0);
    assert_eq!(deletion["whom"]["nhs_number"], number(1).digits());
    fixture.stop(live);
    fixture.verify_log();
}

#[test]
fn after_everything_is_deleted_nothing_rests_here_and_what_was_held_back_stays_so() {
    let fixture = Fixture::new();
    let live = fixture.start();
    filled(&fixture, &live);
    let node = &live.node;
    node.deliver("pas", b"no message").unwrap().unwrap_err();
    fixture.load(node, "asc", 1, "other bytes\n");
    node.hold(&Held::Person(number(2)), true, "a steward").unwrap();
    let rows: Vec<Vec<u8>> = (0..4).flat_map(|nth| sealed(node, nth)).collect();
    node.delete_all("a steward").unwrap();
    for row in rows {
        assert!(!holds(&fixture.state(), &row[..40]), "HAZ-043");
    }
    for folder in ["quarantine", "spool", "reports", "receipts"] {
        assert!(files(&fixture.state().join(folder)).is_empty(), "{folder}");
    }
    assert_eq!((node.quarantined().unwrap().len(), node.quarantined_files().unwrap().len()), (0, 0));
    assert!((0..4).all(|nth| !is_known(node, nth)));
    assert!(
        notes(node, 1).contains(&"Adult social care: nothing has been received yet".to_owned()),
        "HAZ-006"
    );
    assert_eq!(node.held_back("a test").unwrap().len(), 1);
    // It begins anew.
    assert_eq!(fixture.load(node, "asc", 1, &people(4)).taken, 4);
    assert!(is_known(node, 1) && !is_known(node, 2));
    fixture.stop(live);
    fixture.verify_log();
}

/// R49: the partner's own feed of who was shown what.
#[test]
fn the_feed_of_disclosures_goes_on_from_where_it_was_read() {
    let fixture = Fixture::new();
    let live = fixture.start();
    filled(&fixture, &live);
    for nth in [1, 0] {
        fixture.find(&live, &number(nth));
    }
    let read = |after: &str| {
        let answer =
            fixture.send(at_intake(&fixture, &live, reqwest::Method::GET, &format!("/viewed{after}")));
        assert_eq!(
            (answer.status, answer.headers["content-type"].to_str().unwrap()),
            (200, "application/x-ndjson")
        );
        let lines = answer.text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        lines.collect::<Vec<_>>()
    };
    let all = read("");
    let of: Vec<&str> = all.iter().map(|line| line["nhs_number"].as_str().unwrap()).collect();
    assert_eq!(of, [number(1).digits(), number(0).digits()]);
    assert_eq!(read(&format!("?after={}", all[0]["index"])), all[1..]);
    assert!(read(&format!("?after={}", all[1]["index"])).is_empty());
    assert_eq!(fixture.send(at_intake(&fixture, &live, reqwest::Method::GET, "/viewed?after=x")).status, 400);
    fixture.stop(live);
}
