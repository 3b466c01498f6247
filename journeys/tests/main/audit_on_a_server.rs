//! The audit on a PostgreSQL server with a standby: a record opens and is recorded there; while no standby has what is written
//! nothing is shown; when the server dies and its standby takes its place, records open again without a restart. A log that ended
//! there is gone on from, and both are checked.

use crate::on_a_server;
use cluster::Pair;
use journeys::demo::Demo;
use std::{fs, path::Path};

/// AU1, AU10.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_opens_over_a_server_and_over_its_standby_once_that_has_taken_over() {
    let Some(mut pair) = on_a_server::pair() else { return };
    let folder = tempfile::tempdir().unwrap();
    let over = on_a_server::over(folder.path(), &pair, "");
    let mut demo = Demo::start(&["--with-config", &over.display().to_string()]);
    let doreen = demo.ready.golden_person();
    let signed_in = demo.host().sign_in("dr.okafor").await;
    let view = signed_in.open(&doreen).await;
    assert!(view.read().await.is_complete());

    tokio::task::block_in_place(|| pair.two.pause(true));
    demo.control().forget_what_was_asked().await;
    let page = view.read().await;
    assert_eq!(page.status, 503, "HAZ-029: {}", page.text());
    assert!(!page.text().contains("Trimethoprim"), "HAZ-029: nothing clinical is shown");
    assert_eq!(demo.control().clinical_sources_asked().await, [] as [String; 0], "HAZ-029: nobody is asked");
    tokio::task::block_in_place(|| pair.two.pause(false));

    tokio::task::block_in_place(|| {
        pair.fail_over();
        pair.rejoin();
    });
    let mut shown = false;
    for _ in 0..100 {
        shown = view.read().await.is_complete();
        if shown {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    assert!(shown, "HAZ-029: it recovers without a restart");
    assert!(demo.stop().success());

    let file = demo.ready.state_dir().join("audit.sqlite");
    assert!(!file.exists(), "nothing rests beside the gateway");
    let server = Some(audit::Server { url: pair.url("gateway", "audit"), ca_file: None });
    let month_keys = Some(demo.ready.state_dir().join("audit-months"));
    let place = audit::Place { path: file, server, month_keys };
    let key = fs::read_to_string(demo.ready.state_dir().join("audit.key")).unwrap();
    let (config, key_file) = (demo.ready.text("config"), demo.ready.state_dir().join("audit.key"));
    let checked = ["audit", "verify", "--config", &config, "--key", &key_file.display().to_string()];
    let (verified, said) = demo.command(&checked);
    assert!(verified && said.starts_with("verified: "), "HAZ-030: {said}");
    let leaves = audit::check_tree(&place).unwrap();
    let entries = audit::inspect(&place, audit::hash::unhex(key.trim()).unwrap(), &audit::Filter::default());
    let entries = entries.unwrap();
    assert_eq!(entries.len() as u64, leaves, "every leaf has its entry (HAZ-030)");
    let count = |kind: &str| entries.iter().filter(|view| view.entry["kind"] == kind).count();
    assert!(count("open") >= 2 && count("disclosure") > count("open"), "{} openings", count("open"));
    assert_eq!(count("replica"), 2, "AU22: one start and one stop in order, and no other start");
}

/// `[audit]` of the log that goes on, and of the one before it, both on the server.
fn gone_on(state: &Path, [first, second]: [&str; 2]) -> [String; 2] {
    let at = |name: &str| format!("{:?}", state.join(name).display().to_string());
    let own = |store: &str, months: &str| {
        format!("store = {}\nkey_file = {}\nmonth_keys = {}\n", at(store), at("audit.key"), at(months))
    };
    let (new, old) = (own("audit-2.sqlite", "audit-2-months"), own("audit.sqlite", "audit-months"));
    [
        format!("[audit]\n{new}[audit.server]\nurl_file = \"{second}\"\n"),
        format!("[[audit.earlier]]\n{old}[audit.earlier.server]\nurl_file = \"{first}\"\n"),
    ]
}

// shows: R49
#[tokio::test(flavor = "multi_thread")]
async fn a_log_on_a_server_is_gone_on_from_in_other_tables_and_both_are_checked_and_read() {
    let sql = "CREATE ROLE gateway LOGIN; CREATE SCHEMA audit; CREATE SCHEMA later; GRANT USAGE ON SCHEMA audit, later TO gateway;";
    let Some(pair) = tokio::task::block_in_place(|| Pair::start(sql)) else { return };
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = ["audit", "later"].map(|schema| on_a_server::tables(folder.path(), &pair, schema));
    let over = folder.path().join("over.toml");
    fs::write(&over, format!("[audit.server]\nurl_file = \"{first}\"\n")).unwrap();
    let mut demo = Demo::start(&["--with-config", &over.display().to_string()]);
    let doreen = demo.ready.golden_person();
    assert!(demo.host().sign_in("dr.okafor").await.open(&doreen).await.read().await.is_complete());
    assert!(demo.stop().success());

    let state = demo.ready.state_dir();
    let was = fs::read_to_string(demo.ready.text("config")).unwrap();
    let is = was.replace("audit.sqlite", "audit-2.sqlite").replace("audit-months", "audit-2-months");
    let [own, earlier] = gone_on(&state, [&first, &second]);
    let config = Path::new(&demo.ready.text("config")).with_file_name("gone-on.toml");
    fs::write(&config, format!("{}\n{earlier}", is.replace(&first, &second))).unwrap();
    let config = config.display().to_string();
    let key = state.join("audit.key").display().to_string();
    let succeed = ["audit", "succeed", "--config", &config, "--reason", "the log was put back by mistake"];
    let (done, said) = demo.command(&[&succeed[..], &["--by", "A. First", "--second", "B. Second"]].concat());
    assert!(done && said.contains("-2 goes on from localhost/audit/ZZ920/"), "{said}");
    let (done, said) = demo.command(&[&succeed[..], &["--by", "A. First", "--second", "B. Second"]].concat());
    assert!(!done && said.contains("has entries already"), "once: {said}");
    let (checked, said) = demo.command(&[
        "audit",
        "rotate-key",
        "--config",
        &demo.ready.text("config"),
        "--by",
        "A",
        "--second",
        "B",
    ]);
    assert!(!checked, "HAZ-030: the old door is shut: {said}");

    let both = folder.path().join("both.toml");
    fs::write(&both, own + &earlier).unwrap();
    let mut next = Demo::start(&["--with-config", &both.display().to_string()]);
    assert!(next.host().sign_in("dr.okafor").await.open(&doreen).await.read().await.is_complete());
    assert!(next.stop().success());
    let verify = ["audit", "verify", "--config", &config];
    let (verified, said) = demo.command(&[&verify[..], &["--key", &key]].concat());
    assert!(verified && said.matches("verified: ").count() == 2, "HAZ-030: {said}");
    assert!(said.contains("the later log begins where localhost/audit/ZZ920/"), "HAZ-030: {said}");
    let (verified, said) = demo.command(&verify);
    assert!(verified && said.contains("is not known without --key"), "{said}");
    let (_, keys) = demo.command(&["audit", "keys", "--config", &demo.ready.text("config")]);
    let year = keys.split(['/', '+']).nth(3).expect("a log's name ends with its year").to_owned();
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
    for log in [year.as_str(), &format!("{year}-2")] {
        let asked = [&["audit", "report", "subject", "--log", log], &who[..]].concat();
        let (done, told) = demo.command_told(&asked, &doreen.nhs_number);
        assert!(done && told.contains("allergies"), "{log}: {told}");
    }

    // What is changed in the old tables afterwards is found from here, too.
    tokio::task::block_in_place(|| {
        pair.one.sql("INSERT INTO audit.checkpoint SELECT size + 1, root, note, at FROM audit.checkpoint ORDER BY size DESC LIMIT 1")
    });
    let (verified, said) = demo.command(&[&verify[..], &["--key", &key]].concat());
    assert!(!verified && said.contains("NOT verified"), "AU16: {said}");
}
