//! What becomes of the audit: a partner's own copy over mutual TLS, a legal hold, and an opening erased by two people's order.

use journeys::{demo::Demo, held};

/// The trust's program shows the certificate of the trust's own system.
fn with_feed(folder: &std::path::Path) -> String {
    let feeds = "[[audit.feeds]]\nods = \"ZZ910\"\ncertificates = [\"marlowe.example\"]\n";
    let text = feeds.to_owned() + &held::published(folder, &["ZZ910"]);
    let path = folder.join("feeds.toml");
    std::fs::write(&path, text).expect("a file can be written");
    path.display().to_string()
}

// shows: R49
#[tokio::test]
async fn au35_a_partner_keeps_a_copy_of_what_its_professionals_viewed_and_of_who_viewed_its_own() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let demo = Demo::start(&["--with-config", &with_feed(folder.path())]);
    let doreen = demo.ready.golden_person();
    let view = demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    assert!(view.read().await.is_complete());
    let at = |name: &str| folder.path().join(name).display().to_string();
    let store = demo.ready.state_dir().join("audit.sqlite").display().to_string();
    let (_, keys) = demo.command(&["audit", "keys", "--store", &store]);
    std::fs::write(at("log.keys"), keys).expect("a file can be written");
    let feed = format!("{}/audit/feed/ZZ910", demo.ready.text("back_channel_url"));
    let (copy, log_keys, ca) = (at("copy"), at("log.keys"), demo.ready.text("ca_file"));
    let import = |identity: &str| {
        let asked = ["audit", "import-feed", "--from", &feed, "--into", &copy, "--partner", "ZZ910"];
        let proof = ["--log-keys", &log_keys, "--ca", &ca, "--identity", identity];
        demo.command(&[&asked[..], &proof[..]].concat())
    };
    let (done, said) = import(&demo.ready.text("client_identity"));
    assert!(!done && said.contains("status 403"), "another partner's certificate: {said}");
    // What was recorded last is signed within seconds.
    let mut told = String::new();
    for _ in 0..60 {
        let (done, said) = import(&demo.ready.text("host_identity"));
        assert!(done, "{said}");
        told = std::fs::read_to_string(&copy).expect("the copy is there");
        if told.contains("\\\"kind\\\":\\\"close\\\"") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    for kind in ["open", "disclosure", "close"] {
        assert!(told.contains(&format!("\\\"kind\\\":\\\"{kind}\\\"")), "{kind}");
    }
    assert!(told.contains("dr.okafor"), "who of ours viewed whom");
    // What was held back of its own answers the trust alone can read, and with its own key alone.
    std::fs::write(at("held.key"), held::PRIVATE).expect("a file can be written");
    let (read, said) = demo.command(&["audit", "held", "--key", &at("held.key"), "--from", &copy]);
    assert!(read && said.ends_with("1 opened, 0 not\n"), "AU31: {said}");
    std::fs::write(at("other.key"), held::PRIVATE.replace("EYSxV", "EYSxW")).expect("a file can be written");
    let (read, said) = demo.command(&["audit", "held", "--key", &at("other.key"), "--from", &copy]);
    assert!(!read && said.contains("0 opened, 1 not"), "{said}");
    demo.finish();
}

// shows: R49
#[tokio::test]
async fn au33_an_opening_under_legal_hold_is_erased_only_once_another_person_has_lifted_it() {
    let mut demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let view = demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    assert!(view.read().await.is_complete());
    assert!(demo.stop().success());
    let config = demo.ready.text("config");
    let [store, key, months] = ["audit.sqlite", "audit.key", "audit-months"]
        .map(|file| demo.ready.state_dir().join(file).display().to_string());
    let opening = opening(&exported(&demo));
    let act =
        |words: &[&str]| demo.command(&[&["audit", words[0], "--config", &config], &words[1..]].concat());
    let order = ["--by", "A. First", "--second", "B. Second", "--authority", "Court order 7 of 2026"];
    let delete = |more: &[&str]| act(&[&["delete", "--opening", &opening], &order[..], more].concat());
    let (done, said) = delete(&[]);
    assert!(!done && said.contains("not tried before"), "{said}");
    let reason = ["--authority", "Guardian, 29 November", "--reason", "a complaint is open"];
    let (held, said) = act(&[&["hold", "--opening", &opening, "--by", "A. First"], &reason[..]].concat());
    assert!(held, "{said}");
    let hold = said.trim().rsplit(' ').next().expect("its index").to_owned();
    let (tried, said) = delete(&["--dry-run"]);
    assert!(tried && said.contains("0 bodies") && said.contains(&format!("index {hold} stands")), "{said}");
    let lift = |by: &str| act(&["lift", "--hold", &hold, "--by", by, "--reason", "it was settled"]);
    let (done, said) = lift("a. first");
    assert!(!done && said.contains("two people"), "{said}");
    assert!(lift("B. Second").0);
    let (done, said) = delete(&[]);
    assert!(!done && said.contains("go otherwise now"), "{said}");
    assert!(delete(&["--dry-run"]).0);
    let (done, said) = delete(&[]);
    assert!(done && said.contains("deleted by the order"), "{said}");
    let (verified, said) =
        demo.command(&["audit", "verify", "--store", &store, "--key", &key, "--month-keys", &months]);
    assert!(verified && said.contains("bodies deleted under rule erasure"), "HAZ-030: {said}");
    assert!(said.lines().any(|line| line.ends_with(" open")), "its leaf and its place stay: {said}");
    let rule = act(&[&["delete", "--before", "2020-01-01", "--what", "entries"], &order[..]].concat());
    assert!(!rule.0 && rule.1.contains("no rule for entries"), "never, where none was chosen: {}", rule.1);
}

fn exported(demo: &Demo) -> String {
    let to = demo.ready.state_dir().join("export").display().to_string();
    let asked = ["audit", "export", "--config", &demo.ready.text("config"), "--range", "0..6", "--to", &to];
    let said = ["--reason", "to find the opening", "--by", "A. First", "--second", "B. Second"];
    let (done, told) = demo.command(&[&asked[..], &said[..]].concat());
    assert!(done, "{told}");
    to
}

/// The opening's id, as an export tells it.
fn opening(export: &str) -> String {
    let bodies = std::fs::read_to_string(std::path::Path::new(export).join("bodies.ndjson")).expect("bodies");
    let (_, after) = bodies.split_once("\\\"opening\\\":\\\"").expect("an entry of an opening");
    after.chars().take(36).collect()
}
