//! shows: R41, R63
//! A47: a store opens under its own key, for its own partner. A key is changed while the node answers; a key service that does
//! not give the key stops every answer until it does (F31, HAZ-043).

use super::*;
use crate::{sql::StoreFault, testing::sent::*};
use std::sync::atomic::{AtomicBool, Ordering};

fn refused(fixture: &Fixture) -> String {
    match fixture.try_open() {
        Ok(_) => panic!("it opened"),
        Err(fault) => fault.to_string(),
    }
}

// shows: A47
#[test]
fn another_key_or_another_partner_does_not_open_the_store() {
    let fixture = Fixture::new();
    let node = fixture.open();
    fixture.load(&node, "asc", 1, &people(2));
    drop(node);
    fixture.put("key.hex", OTHER_KEY);
    assert_eq!(refused(&fixture), "the store is sealed under a key that this node does not have", "A47");
    fixture.put("key.hex", "short");
    assert!(refused(&fixture).contains("64 hexadecimal digits"));
    fixture.put("key.hex", KEY);
    fixture.reconfigure("partner = \"ZZ917\"", "partner = \"ZZ918\"");
    assert_eq!(refused(&fixture), "the store cannot be used: it belongs to another partner", "A47");
    fixture.reconfigure("partner = \"ZZ918\"", "partner = \"ZZ917\"");
    assert!(is_known(&fixture.open(), 1));
    std::fs::remove_file(fixture.state().join("key.hex")).unwrap();
    assert!(refused(&fixture).contains("there is no key"), "HAZ-043: without the key nothing is readable");
    use std::os::unix::fs::PermissionsExt;
    let path = fixture.put("key.hex", KEY);
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    assert!(refused(&fixture).contains("chmod 600"));
}

#[test]
fn a_store_is_held_by_one_process_at_a_time() {
    let fixture = Fixture::new();
    let _node = fixture.open();
    assert_eq!(refused(&fixture), "another process holds the store");
}

#[test]
fn a_key_is_changed_while_the_node_answers_and_the_old_one_then_opens_nothing() {
    let fixture = Fixture::new();
    let live = fixture.start();
    let node = &live.node;
    let mut services: Vec<Service> = (0..2_500)
        .map(|n| Service {
            person: format!("P{}", n % 5),
            started: format!("{:02}/{:02}/20{:02}", n % 28 + 1, n % 12 + 1, n % 20),
            provider: format!("Home {n}"),
            ..service(n % 5)
        })
        .collect();
    services[0].started = "never".into();
    assert_eq!(fixture.load(node, "asc", 1, &csv(&services)).refused, 1);
    node.deliver("pas", result("202611270900", "m1", ("A1", Some(1)), "4.1").as_bytes()).unwrap().unwrap();
    node.deliver("pas", b"no message").unwrap().unwrap_err();
    let name = node.quarantined_files().unwrap().remove(0);
    let before = answered(node, 1);
    fixture.put("old.hex", KEY);
    fixture.put("key.hex", OTHER_KEY);
    fixture.reconfigure("file = \"key.hex\"", "file = \"key.hex\"\nretired = [\"old.hex\"]");
    let is_over = AtomicBool::new(false);
    let mut steps = 0;
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| {
            let mut asked = 0;
            while !is_over.load(Ordering::SeqCst) {
                assert_eq!(answered(node, 1), before, "never a failure, never a mix");
                asked += 1;
            }
            asked
        });
        let sending = scope.spawn(|| {
            let mut n = 0;
            while !is_over.load(Ordering::SeqCst) {
                n += 1;
                let text = result("202611270900", &format!("r{n}"), ("A9", Some(3)), "4.1");
                node.deliver("pas", text.as_bytes()).unwrap().unwrap();
            }
        });
        let rotated = node.rotate_key("a steward", &mut |_| steps += 1).unwrap();
        assert!(rotated.rows >= 2_500, "{}", rotated.rows);
        is_over.store(true, Ordering::SeqCst);
        assert!(asking.join().unwrap() > 0);
        sending.join().unwrap();
    });
    assert!(steps > 2, "in steps");
    let sent = answered(node, 3);
    fixture.stop(live);
    // The old key is taken away: everything opens with the new one alone, and nothing with the old one alone.
    fixture.reconfigure("retired = [\"old.hex\"]", "");
    std::fs::remove_file(fixture.state().join("old.hex")).unwrap();
    let node = fixture.open();
    assert_eq!((answered(&node, 1), answered(&node, 3)), (before, sent));
    assert_eq!(node.quarantined_message(1, "a steward").unwrap().unwrap(), b"no message");
    node.open_quarantined_file(&name, &fixture.dir.path().join("opened"), "a steward").unwrap();
    assert_eq!(std::fs::read_to_string(fixture.dir.path().join("opened")).unwrap(), csv(&services));
    drop(node);
    fixture.put("key.hex", KEY);
    assert!(refused(&fixture).contains("sealed under a key"), "A47");
    assert_eq!(fixture.logged(audit::Kind::Configuration).len(), 1);
    fixture.verify_log();
}

#[test]
fn f31_while_the_key_service_gives_no_key_nothing_is_answered_and_then_it_is() {
    let fixture = Fixture::with(|config| {
        config.replace("file = \"key.hex\"", "command = [\"cat\", \"KEYFILE\"]\nrenew = \"1h\"")
    });
    let path = fixture.state().join("key.hex");
    fixture.reconfigure("KEYFILE", path.to_str().unwrap());
    let live = fixture.start();
    fixture.load(&live.node, "asc", 1, &people(2));
    let before = fixture.find(&live, &number(1));
    assert_eq!(before.total(), 1);
    let id = before.matches()[0]["id"].as_str().unwrap().to_owned();
    for bad in [None, Some("no key"), Some(OTHER_KEY)] {
        match bad {
            None => std::fs::remove_file(&path).unwrap(),
            Some(text) => drop(fixture.put("key.hex", text)),
        }
        live.node.renew_key();
        for answer in [
            fixture.find(&live, &number(1)),
            fixture.get(&live, &format!("CarePlan?patient={id}")),
            fixture.get(&live, "Binary/1"),
        ] {
            assert_eq!(answer.status, 503, "F31: {bad:?}");
        }
        assert_eq!(live.node.status().unwrap()["key"], "missing");
        let taken = live.node.deliver("pas", result("202611270900", "m1", ("A1", Some(1)), "4.1").as_bytes());
        assert!(matches!(taken, Err(NodeFault::Store(StoreFault::WrongKey))), "nothing is acknowledged");
        let text = people(3);
        assert!(fixture.try_load(&live.node, &fixture.manifest("asc", 2, &text), &text).is_err());
        fixture.put("key.hex", KEY);
        live.node.renew_key();
        assert_eq!(fixture.find(&live, &number(1)).total(), 1, "F31: it is back");
    }
    // The service has a new key: the configuration names the old one until everything is sealed again.
    fixture.put("old.hex", KEY);
    fixture.put("key.hex", OTHER_KEY);
    fixture.reconfigure("renew = \"1h\"", "renew = \"1h\"\nretired = [\"old.hex\"]");
    live.node.renew_key();
    assert_eq!(fixture.find(&live, &number(1)).total(), 1, "F31: asked again in the middle of a change");
    live.node.rotate_key("a steward", &mut |_| {}).unwrap();
    assert_eq!(fixture.find(&live, &number(1)).total(), 1);
    fixture.stop(live);
}
