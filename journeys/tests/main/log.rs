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
    let [store, key, months] =
        ["audit.sqlite", "audit.key", "audit-months"].map(|file| state.join(file).display().to_string());
    let (counted, said) =
        demo.command(&["audit", "figures", "--store", &store, "--key", &key, "--month-keys", &months]);
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

/// AU38, AU39: at a terminal the audit is read as on the officers' pages: with a reason, recorded first, and the recording is found.
// shows: R49
#[tokio::test]
async fn au39_the_audit_is_read_at_a_terminal_with_a_reason_and_numbers_from_standard_input_alone() {
    let mut demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let view = demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    assert!(view.read().await.is_complete());
    let config = demo.ready.text("config");
    let read = |demo: &Demo, what: &[&str], (reason, organisation): (&str, &str), told: &str| {
        let by = ["--config", &config, "--by", "A. Officer", "--for", organisation, "--reason", reason];
        demo.command_told(&[&["audit"], what, &by].concat(), told)
    };
    let why = ("a complaint, reference 17", "ZZ910");
    let number = doreen.nhs_number.as_str();
    let (done, said) = read(&demo, &["search", "--person", "-"], why, number);
    assert!(!done && said.contains("another process holds the store"), "{said}");
    assert!(demo.stop().success());
    let before = demo.auditor().verify().count("audit-read");
    for (what, reason) in [(["search", "--person", "-"], "short"), (["search", "--person", number], why.0)] {
        let (done, said) = read(&demo, &what, (reason, "ZZ910"), number);
        assert!(!done, "AU38: {said}");
    }
    assert_eq!(demo.auditor().verify().count("audit-read"), before, "nothing was asked");
    let (done, said) = read(&demo, &["search", "--person", "-"], why, number);
    assert!(done && said.contains("Okafor") && said.contains("\"Opened\""), "{said}");
    assert_eq!(demo.auditor().verify().count("audit-read"), before + 1);
    let (done, said) = read(&demo, &["search", "--person", "-"], (why.0, "ZZ999"), number);
    assert!(done && said.is_empty(), "what concerns another organisation: {said}");
    let (done, said) = read(&demo, &["report", "subject"], why, number);
    assert!(done && said.contains("allergies") && !said.contains("Okafor"), "AU34: {said}");
    let (done, said) = read(&demo, &["report", "direct"], why, "");
    assert!(done && said.is_empty(), "{said}");
    let (done, said) = read(&demo, &["report", "alerts"], why, "");
    assert!(done && !said.contains(number) && !said.contains("Okafor"), "HAZ-049: {said}");
    let opened = demo.auditor().opened().remove(0);
    let (done, said) = read(&demo, &["report", "view", "--opening", &opened], why, "");
    assert!(done && said.contains("shown of ") && said.contains("About to show"), "{said}");
    let (done, said) = read(&demo, &["search", "--kind", "audit-read"], why, "");
    assert!(done && said.matches("A. Officer").count() >= 6, "AU39: {said}");
}

/// `[audit]` with another store, which goes on from the one there was.
fn gone_on(state: &Path) -> String {
    let at = |name: &str| format!("{:?}", state.join(name).display().to_string());
    let own = |store: &str, months: &str| {
        format!("store = {}\nkey_file = {}\nmonth_keys = {}\n", at(store), at("audit.key"), at(months))
    };
    let (new, old) = (own("audit-2.sqlite", "audit-2-months"), own("audit.sqlite", "audit-months"));
    format!("[audit]\n{new}[[audit.earlier]]\n{old}")
}

/// A log that evidence has frozen is gone on from by two people, and both are read and checked as one.
// shows: R49
#[tokio::test]
async fn a_frozen_log_is_gone_on_from_by_two_people_and_a_partner_walks_from_one_to_the_other() {
    let mut demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let view = demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    assert!(view.read().await.is_complete());
    let year = log(&demo).rsplit('/').next().expect("a year").to_owned();
    assert!(demo.stop().success());
    let state = demo.ready.state_dir();
    let (_, old_key) = demo.command(&["audit", "keys", "--store", &store(&demo)]);
    std::fs::write(state.join("audit.sqlite.frozen"), "two histories").expect("a file can be written");
    let overlay = state.join("gone-on.toml");
    std::fs::write(&overlay, gone_on(&state)).expect("a file can be written");
    // The configuration as it was, with the same changes.
    let was = std::fs::read_to_string(demo.ready.text("config")).expect("the configuration can be read");
    let changes = gone_on(&state);
    let (_, earlier) = changes.split_once("[[").expect("a table");
    let is = was.replace("audit.sqlite", "audit-2.sqlite").replace("audit-months", "audit-2-months");
    let config = Path::new(&demo.ready.text("config")).with_file_name("gone-on.toml");
    std::fs::write(&config, format!("{is}\n[[{earlier}")).expect("a file can be written");
    let config = config.display().to_string();

    let who = [
        "--config",
        &config,
        "--by",
        "A. Officer",
        "--for",
        "ZZ910",
        "--reason",
        "a complaint, reference 17",
    ];
    let report = |more: &[&str]| {
        demo.command_told(&[&["audit", "report", "subject"], &who[..], more].concat(), &doreen.nhs_number)
    };
    let (done, said) = report(&[]);
    assert!(!done && said.contains("is not begun"), "{said}");
    let succeed = |second: &str| {
        let asked = ["audit", "succeed", "--config", &config, "--reason", "a witness was told two histories"];
        demo.command(&[&asked[..], &["--by", "A. First", "--second", second]].concat())
    };
    let (done, said) = succeed("a. first");
    assert!(!done && said.contains("two people"), "{said}");
    let (done, said) = succeed("B. Second");
    assert!(
        done && said.contains(&format!("{year}-2 goes on from localhost/audit/ZZ920/{year} of")),
        "{said}"
    );
    let (done, told) = report(&[]);
    assert!(done && told.contains(&format!("not in this: the log localhost/audit/ZZ920/{year}\n")), "{told}");
    let (done, told) = report(&["--log", &year]);
    assert!(done && told.contains("allergies") && told.contains(&format!("{year}-2\n")), "{told}");

    let next = Demo::start(&["--with-config", &overlay.display().to_string()]);
    let policy = state.join("partner.policy");
    let log_line = |keys: &str| format!("log {}\n", keys.lines().last().expect("a key").split_at(2).1);
    let both = [log_line(&said), log_line(&old_key), "quorum none\n".to_owned()].concat();
    std::fs::write(&policy, both).expect("a file can be written");
    let (url, policy) =
        (format!("{}/audit/log/{year}-2", next.ready.text("back_channel_url")), policy.display().to_string());
    let (identity, ca) = (next.ready.text("client_identity"), next.ready.text("ca_file"));
    let asked = ["audit", "verify", "--log", &url, "--policy", &policy, "--ca", &ca, "--identity", &identity];
    let (verified, said) = demo.command(&asked);
    assert!(verified && said.matches("verified: signed by the log").count() == 2, "HAZ-030: {said}");
    assert!(said.contains(&format!("it goes on from localhost/audit/ZZ920/{year} of")), "{said}");
}
