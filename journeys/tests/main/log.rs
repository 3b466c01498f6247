//! The audit's log as a partner has it: read over mutual TLS, proven entry by entry, exported by two people and checked offline.

use journeys::demo::Demo;
use std::path::Path;

/// The current log's address.
fn log(demo: &Demo) -> String {
    let (said, keys) = demo.command(&["audit", "keys", "--store", &store(demo)]);
    assert!(said, "{keys}");
    let year = keys.split(['/', '+']).nth(3).expect("host, audit, ODS, year").to_owned();
    format!("{}/audit/log/{year}", demo.ready.text("back_channel_url"))
}

fn store(demo: &Demo) -> String {
    demo.ready.state_dir().join("audit.sqlite").display().to_string()
}

// shows: R49
#[tokio::test]
async fn au25_a_partner_checks_the_log_with_its_certificate_and_the_key_it_was_given_by_hand() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let view = demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    assert!(view.read().await.is_complete());
    let (_, keys) = demo.command(&["audit", "keys", "--store", &store(&demo)]);
    let key = keys.trim().strip_prefix("0 ").expect("the first key signs from the first entry on");
    let policy = demo.ready.state_dir().join("partner.policy");
    std::fs::write(&policy, format!("log {key}\nquorum none\n")).expect("a file can be written");
    let (url, policy) = (log(&demo), policy.display().to_string());
    let (identity, ca) = (demo.ready.text("client_identity"), demo.ready.text("ca_file"));
    let asked = ["audit", "verify", "--log", &url, "--policy", &policy, "--ca", &ca, "--identity", &identity];
    let (verified, said) = demo.command(&asked);
    assert!(verified && said.contains("verified: signed by the log"), "HAZ-030: {said}");
    let (verified, said) = demo.command(&asked[..8]);
    assert!(!verified && said.contains("status 401"), "without a certificate: {said}");
    std::fs::write(&policy, format!("log {}\nquorum none\n", key.replace("localhost/", "elsewhere/")))
        .expect("a file can be written");
    let (verified, said) = demo.command(&asked);
    assert!(!verified && said.contains("not signed by a log of the policy"), "{said}");
    let (proven, proof) = demo.command(&["audit", "prove", "--store", &store(&demo), "--index", "0"]);
    assert!(proven && proof.starts_with("c2sp.org/tlog-proof@v1\nindex 0\n"), "{proof}");
    demo.finish();
}

// shows: R49
#[tokio::test]
async fn an_export_by_two_people_is_recorded_first_and_checked_offline() {
    let mut demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let view = demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    assert!(view.read().await.is_complete());
    assert!(demo.stop().success());
    let to = demo.ready.state_dir().join("bundle").display().to_string();
    let config = demo.ready.text("config");
    let export = |reason: &str, second: &str| {
        let asked = ["audit", "export", "--config", &config, "--range", "0..6", "--to", &to];
        let (done, said) = demo
            .command(&[&asked[..], &["--reason", reason, "--by", "A. First", "--second", second]].concat());
        (done, said)
    };
    for (reason, second) in [("short", "B. Second"), ("a complaint, reference 17", "a. first ")] {
        let (done, said) = export(reason, second);
        assert!(!done && said.starts_with("refused"), "{said}");
    }
    assert!(!Path::new(&to).exists());
    let before = demo.auditor().verify().count("audit-read");
    let (done, said) = export("a complaint, reference 17", "B. Second");
    assert!(done, "{said}");
    assert_eq!(demo.auditor().verify().count("audit-read"), before + 1, "looking is recorded");
    let (verified, said) = demo.command(&["audit", "verify", "--bundle", &to]);
    assert!(
        verified && said.contains("6 leaves read, 6 bodies recomputed, 6 proofs followed"),
        "HAZ-030: {said}"
    );
    let events = std::fs::read_to_string(Path::new(&to).join("events.ndjson")).expect("the events are there");
    let of_audit = |line: &str| {
        let event: serde_json::Value = serde_json::from_str(line).expect("one event to a line");
        assert_eq!(event["resourceType"], "AuditEvent", "AU29");
        event["source"]["site"].as_str().map(str::to_owned)
    };
    let sites: Vec<_> = events.lines().map(of_audit).collect();
    assert!(sites.len() >= 6 && sites.iter().all(|site| site.as_deref() == Some("ZZ920")), "{sites:?}");
    let state = demo.ready.state_dir();
    let [store, key] = ["audit.sqlite", "audit.key"].map(|file| state.join(file).display().to_string());
    let (counted, said) = demo.command(&["audit", "figures", "--store", &store, "--key", &key]);
    assert!(
        counted && said.contains("1 openings\n") && said.contains("1 openings by way in signed"),
        "{said}"
    );
    let bodies = Path::new(&to).join("bodies.ndjson");
    let text = std::fs::read_to_string(&bodies).expect("the bodies are there");
    std::fs::write(&bodies, text.replacen("replica", "replicb", 1)).expect("a file can be written");
    let (verified, said) = demo.command(&["audit", "verify", "--bundle", &to]);
    assert!(!verified && said.contains("index 0"), "HAZ-030: {said}");
}
