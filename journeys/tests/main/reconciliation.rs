//! Sources' own logs held against ours on a running gateway: what both know, a question asked past the gateway, a log that is short,
//! and somebody else's record.

use journeys::{browser::Browser, demo::Demo, ready::Person, today};
use serde_json::json;
use std::path::Path;

const WHY: &str = "a journey looks whether both sides agree";

/// Today's, by a running gateway: whether both sides agree, and what is said.
fn reconciled(demo: &Demo, source: Option<&str>) -> (bool, String) {
    let (operator, today) = (demo.ready.text("admin_url"), today());
    let asked =
        ["audit", "reconcile", "--operator", &operator, "--day", &today, "--by", "A. First", "--reason", WHY];
    let of: Vec<&str> = source.iter().flat_map(|source| ["--source", source]).collect();
    demo.command(&[&asked[..], &of].concat())
}

async fn opened(demo: &Demo) {
    let doreen = demo.ready.golden_person();
    assert!(demo.host().sign_in("dr.okafor").await.open(&doreen).await.read().await.is_complete());
}

/// A request to a source with the gateway's own certificate, past the gateway.
async fn ask_past_the_gateway(demo: &Demo, path: &str) -> String {
    let read = |name: &str| std::fs::read(demo.ready.text(name)).expect("a file of the region");
    let identity = reqwest::Identity::from_pem(&read("client_identity")).expect("certificate and key");
    let authority = reqwest::Certificate::from_pem(&read("ca_file")).expect("an authority");
    let client = reqwest::Client::builder().no_proxy().identity(identity).tls_certs_only([authority]);
    let url = format!("{}/{path}", demo.ready.source_url("provide"));
    let request = client.build().expect("a client").get(url).header("X-Request-Id", "somebody-1");
    request.send().await.expect("it answers").text().await.expect("text")
}

// shows: R47, R49
#[tokio::test]
async fn au36_a_question_asked_past_the_gateway_is_found_and_told_to_the_privacy_officer_once() {
    let demo = Demo::start(&[]);
    opened(&demo).await;
    let (clean, said) = reconciled(&demo, None);
    assert!(clean, "both sides agree:\n{said}");
    for source in ["acute", "eput", "nelft", "provide", "ic24", "ambulance", "essex", "southend", "thurrock"]
    {
        let line = said.lines().find(|line| line.starts_with(&format!("{source} "))).unwrap_or_default();
        let agrees = line.contains(", 0 ours only, 0 theirs only, 0 different") && !line.contains(": 0 both");
        assert!(agrees, "`{source}` has a line of each question:\n{said}");
    }
    assert!(demo.auditor().alerts_of("PO-28").is_empty());

    let doreen = demo.ready.golden_person();
    let path = format!("Patient?identifier=https://fhir.nhs.uk/Id/nhs-number|{}", doreen.nhs_number);
    assert!(ask_past_the_gateway(&demo, &path).await.contains(&doreen.nhs_number), "positive control");
    for _ in 0..2 {
        let (clean, said) = reconciled(&demo, None);
        assert!(!clean && said.contains(", 1 theirs only, 0 different"), "HAZ-030:\n{said}");
    }
    let alerts = demo.auditor().alerts_of("PO-28");
    assert_eq!(alerts.len(), 1, "a day that is worked out twice raises once: {alerts:?}");
    assert_eq!(alerts[0]["organisation"], "ZZ913");
    assert!(alerts[0]["what"].contains("1 requests in the access log of provide"), "{alerts:?}");
    let told = format!("{alerts:?}");
    assert!(!told.contains(&doreen.nhs_number) && !told.contains("somebody-1"), "AU37: {told}");
    let reads = demo.auditor().entries("audit-read");
    let recorded =
        reads.iter().filter(|read| read["cause"] == "reconciliation" && read["why"]["reason_text"] == WHY);
    assert_eq!(recorded.count(), 3, "AU39: each reading is on record");
    demo.finish();
}

/// Everybody of the region, whatever their story: objections, other numbers, differences, refusals; sources in trouble; documents.
#[tokio::test]
async fn au36_a_day_of_all_sorts_of_openings_and_documents_raises_nothing() {
    let demo = Demo::start(&[]);
    let signed_in = demo.host().sign_in("dr.okafor").await;
    demo.control().fault("southend", "503").await;
    let under_another =
        |person: &&Person| ["superseded", "keyed-on-old-number"].contains(&&*person.story_key);
    for person in demo.ready.people().iter().filter(|person| !under_another(person)) {
        signed_in.open(person).await.read().await;
    }
    let signer = demo.signer().await;
    for (story, number, birth_date, family, given, gender) in [
        ("superseded", "9990014140", "1949-07-07", "Merged", "Ivor", "male"),
        ("keyed-on-old-number", "9990060509", "1942-12-05", "Renumbered", "Nora", "female"),
    ] {
        let earlier = Person { nhs_number: number.to_owned(), ..demo.ready.person(story) };
        let demographics =
            json!({"birthDate": birth_date, "name": {"family": family, "given": [given]}, "gender": gender});
        let granted = signer.launch(&signer.claims(&earlier, &demographics)).await;
        let page = Browser::new(&demo.ready).follow(&granted.link()).await.read().await;
        assert!(page.is_complete(), "HAZ-005: {}", page.text());
    }
    demo.control().fault("southend", "none").await;
    let view = signed_in.open(&demo.ready.golden_person()).await;
    let page = view.read().await;
    let documents: Vec<String> = page
        .html
        .split("href=\"")
        .filter_map(|link| link.split('"').next())
        .filter(|link| link.contains("/d/"))
        .map(|link| link.replace("/d/", "/b/"))
        .collect();
    assert!(documents.len() > 5, "positive control: {documents:?}");
    for document in &documents {
        view.browser.get(document).await;
    }
    let (clean, said) = reconciled(&demo, None);
    assert!(clean && said.lines().count() == 9, "both sides agree:\n{said}");
    assert!(demo.auditor().alerts_of("PO-28").is_empty());
    demo.finish();
}

#[tokio::test]
async fn a_source_that_does_not_log_what_it_answers_and_one_that_answers_about_somebody_else_are_told_apart()
{
    let demo = Demo::start(&[]);
    demo.control().fault("acute", "unlogged").await;
    demo.control().fault("provide", "wrong-person").await;
    opened(&demo).await;
    let (clean, said) = reconciled(&demo, Some("acute"));
    assert!(!clean && said.contains(", 1 ours only, 0 theirs only, 0 different"), "{said}");
    let (clean, said) = reconciled(&demo, Some("provide"));
    assert!(!clean && said.contains("0 theirs only, 1 different"), "HAZ-004:\n{said}");
    demo.control().fault("nelft", "503").await;
    let (clean, said) = reconciled(&demo, Some("nelft"));
    assert!(!clean && said.contains("nelft: not handed over: status 503"), "{said}");
    let what: Vec<String> =
        demo.auditor().alerts_of("PO-28").into_iter().map(|alert| alert["what"].clone()).collect();
    assert!(
        what.len() == 2 && what[0].contains("no line of them") && what[1].contains("somebody else"),
        "{what:?}"
    );
    demo.finish();
}

// shows: R49
#[tokio::test]
async fn au36_a_file_that_comes_late_is_reconciled_by_hand_while_no_gateway_runs() {
    let mut demo = Demo::start(&[]);
    opened(&demo).await;
    let log = ask_past_the_gateway(&demo, &format!("access-log?day={}", today())).await;
    assert!(log.lines().count() > 3, "one line for each request:\n{log}");
    assert!(!log.contains(&demo.ready.golden_person().nhs_number), "HAZ-049: people stand there as hashes");
    assert!(demo.stop().success());
    let file = demo.ready.state_dir().join("late.ndjson");
    let reconcile = |text: &str, source: &str| {
        std::fs::write(&file, text).expect("a file can be written");
        let (config, today) = (demo.ready.text("config"), today());
        let asked = ["audit", "reconcile", "--config", &config, "--day", &today, "--by", "A. First"];
        let more = ["--reason", WHY, "--source", source, "--file", path(&file)];
        demo.command(&[&asked[..], &more].concat())
    };
    let (clean, said) = reconcile(&log, "provide");
    assert!(clean && said.contains("0 ours only, 0 theirs only, 0 different"), "{said}");
    let (clean, said) = reconcile("", "provide");
    assert!(!clean && said.contains("1 ours only"), "{said}");
    let (clean, said) = reconcile(&log, "acute");
    assert!(
        !clean && said.contains("1 ours only") && !said.contains(" 0 theirs only"),
        "another's log: {said}"
    );
    for (text, source, why) in
        [("not a log", "provide", "no line of it"), (&*log, "nobody", "no source `nobody`")]
    {
        let (done, said) = reconcile(text, source);
        assert!(!done && said.starts_with("refused: ") && said.contains(why), "{said}");
    }
    demo.auditor().verify();
}

/// What a practice or the locator keeps of our requests, in its own columns: a row for each of them.
async fn table(demo: &Demo, source: &str, name: &str, number: &str) -> String {
    let requests = demo.control().requests(source).await;
    assert!(!requests.is_empty(), "positive control: `{source}` was asked");
    let rows = requests.iter().map(|(at, id)| format!("{at},{id},200,{number},GET\r\n"));
    format!("Request Datetime,{name},HTTP Status Code,NHS Number,HTTP Verb\r\n") + &rows.collect::<String>()
}

/// A practice and the locator hand nothing over by themselves: somebody brings what their systems export.
// shows: R49
#[tokio::test]
async fn au36_what_a_practice_and_the_locator_export_is_held_against_the_log_and_a_crooked_file_is_refused() {
    let demo = Demo::start(&[]);
    opened(&demo).await;
    let number = demo.ready.golden_person().nhs_number;
    let file = demo.ready.state_dir().join("export.csv");
    let reconcile = |text: &str, of: &[&str]| {
        std::fs::write(&file, text).expect("a file can be written");
        let (operator, today) = (demo.ready.text("admin_url"), today());
        let asked = ["audit", "reconcile", "--operator", &operator, "--day", &today, "--by", "A. First"];
        demo.command(&[&asked[..], &["--reason", WHY, "--file", path(&file)], of].concat())
    };
    let of_practice = ["--source", "gp", "--practice", "ZZ901"];
    let practice = table(&demo, "gp:ZZ901", "SSP-TraceID", &number).await;
    let locator = table(&demo, "nrl", "X-Request-ID", &number).await;
    for (text, of) in
        [(&practice, &of_practice[..]), (&practice, &of_practice[..2]), (&locator, &["--source", "nrl"])]
    {
        let (clean, said) = reconcile(text, of);
        let agrees = said.contains(", 0 ours only, 0 theirs only, 0 different") && !said.contains(": 0 both");
        assert!(clean && agrees, "{of:?}:\n{said}\n{text}");
    }
    let (clean, said) = reconcile(&locator, &of_practice);
    assert!(!clean && said.starts_with("gp@ZZ901 ") && said.contains("1 ours only"), "another's log: {said}");
    let nothing = practice.lines().next().expect("its columns").to_owned() + "\n";
    let (clean, said) = reconcile(&nothing, &["--source", "gp", "--practice", "ZZ902"]);
    assert!(clean && said.contains(": 0 both, 0 ours only"), "nobody of that practice was opened: {said}");
    let (clean, said) = reconcile(&practice.replace(&number, "9990000026"), &of_practice);
    assert!(!clean && said.contains("0 theirs only, 1 different"), "HAZ-004: {said}");

    let rows = practice.lines().count();
    for (text, of, why) in [
        (
            practice.clone() + "\"cut",
            &of_practice[..],
            format!("line {} of the table has a quotation mark", rows + 1),
        ),
        (
            practice.replacen(&number, "99900", 1),
            &of_practice,
            "line 2 of the table has an NHS number".to_owned(),
        ),
        (
            practice.replacen("Datetime", "Day", 1),
            &of_practice,
            "line 1 of the table names no column of moments".to_owned(),
        ),
        (
            practice.clone(),
            &["--source", "acute", "--practice", "ZZ901"],
            "`acute` does not stand for practices".to_owned(),
        ),
    ] {
        let (done, said) = reconcile(&text, of);
        assert!(!done && said.starts_with("refused: ") && said.contains(&why), "{said}");
        assert!(!said.contains(&number), "HAZ-049: {said}");
    }
    let what: Vec<String> =
        demo.auditor().alerts_of("PO-28").into_iter().map(|alert| alert["what"].clone()).collect();
    assert!(what.iter().any(|what| what.contains("gp@ZZ901")), "PO-28 says whose log: {what:?}");
    assert!(!format!("{what:?}").contains(&number), "AU37: {what:?}");
    demo.finish();
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a path of this test")
}
