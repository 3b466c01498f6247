//! How figures are told, and what is refused of an answer; and one opening with the program just built, by a peer that is given what
//! the gateway asked.

use super::*;
use plan::Ask;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use table::Table;
use tokio::net::TcpListener;

#[test]
fn an_interval_is_where_the_median_lies_in_samples_drawn_from_the_same() {
    let even: Vec<f64> = (1..=100).map(f64::from).collect();
    let interval = bootstrap::median(&even, 7);
    assert!((interval.median - 50.5).abs() < 1e-9, "{interval:?}");
    // Two standard errors of a median of 100 even figures are about ten to each side.
    assert!((35.0..46.0).contains(&interval.low) && (55.0..66.0).contains(&interval.high), "{interval:?}");
    assert_eq!(interval, bootstrap::median(&even, 7));
    assert_ne!(interval, bootstrap::median(&even, 8));
    let same = bootstrap::median(&[3.0; 5], 7);
    assert_eq!((same.median, same.low, same.high), (3.0, 3.0, 3.0));
    assert_eq!(bootstrap::median(&[], 7).median, 0.0);
}

#[test]
fn a_ratio_draws_together_what_was_measured_together() {
    // Twice as much at every turn, though the machine was ever busier: there is no doubt of it.
    let pairs: Vec<(f64, f64)> = (1..=10).map(|turn| (2.0 * f64::from(turn), f64::from(turn))).collect();
    let ratio = bootstrap::ratio(&pairs, 7);
    assert_eq!((ratio.median, ratio.low, ratio.high), (2.0, 2.0, 2.0));
    assert_eq!(ratio.to_string(), "2.00 (2.00 to 2.00)");
    assert_eq!(bootstrap::ratio(&[(1.0, 0.0)], 7).median, 0.0);
}

fn bundle(entries: &[Value]) -> Value {
    json!({"resourceType": "Bundle", "type": "searchset", "total": entries.len(), "entry": entries})
}

fn entry(kind: &str, id: &str) -> Value {
    json!({"resource": {"resourceType": kind, "id": id}})
}

#[test]
fn an_answer_that_is_not_whole_or_has_too_much_is_refused() {
    let (one, two) = (entry("Condition", "1"), json!({"fullUrl": "urn:a", "resource": {"id": "1"}}));
    let mut expected = Expected { keys: Default::default(), entries: 0, size_bytes: 0 };
    expected.add(&bundle(&[one.clone(), two.clone()]));
    let outcome = json!({"resource": {"resourceType": "OperationOutcome"}, "search": {"mode": "outcome"}});
    expected.add(&bundle(&[one.clone(), outcome]));
    expected.add(&entry("Patient", "9")["resource"]);
    assert_eq!((expected.entries, expected.keys.len()), (3, 2), "an answer that is no bundle has no entries");
    let check =
        |answer: &Value| expected.check(&serde_json::to_vec(answer).unwrap()).map_err(|e| e.to_string());
    assert_eq!(check(&bundle(&[two.clone(), one.clone()])), Ok(()), "in which order does not matter");
    let refused = |answer: &Value| check(answer).unwrap_err();
    assert_eq!(refused(&bundle(std::slice::from_ref(&one))), "1 of 2 entries missing, 0 others");
    assert_eq!(refused(&bundle(&[one.clone(), two.clone(), one.clone()])), "1 entries stand twice");
    let other = bundle(&[one.clone(), two.clone(), entry("Condition", "3")]);
    assert_eq!(refused(&other), "0 of 2 entries missing, 1 others");
    let mut miscounted = bundle(&[one, two]);
    miscounted["total"] = json!(3);
    assert_eq!(refused(&miscounted), "a total of Some(3) over 2 entries");
    assert_eq!(refused(&entry("Condition", "1")), "an answer that is no bundle");
    assert!(expected.check(b"{").is_err());
}

#[test]
fn a_plan_is_read_as_it_was_written_and_nginx_gets_it_in_its_own_words() {
    let ask = |url: &str, body: Option<&str>, merge| Ask {
        method: if body.is_some() { "POST" } else { "GET" }.to_owned(),
        url: url.to_owned(),
        headers: BTreeMap::from([("x-api-key".to_owned(), "demo".to_owned())]),
        body: body.map(str::to_owned),
        merge,
    };
    let mut asks = vec![
        ask("http://127.0.0.1:1/Patient/1", None, false),
        ask("https://127.0.0.1:2/fhir/Condition/_search?_count=5", Some("{\"a\":1}"), true),
    ];
    let plan = Plan {
        partners: vec![vec![asks.split_off(1)], vec![asks]],
        authority: "ca.pem".into(),
        identity: "own.pem".into(),
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plan.json");
    plan.write(&file).unwrap();
    let read = Plan::read(&file).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), serde_json::to_value(&plan).unwrap());
    let text = njs::configuration(folder.path(), &plan, 8080).unwrap();
    for part in [
        "server 127.0.0.1:2;",
        "location = /merged/0/0/0 {\n            internal;\n            proxy_method \"POST\";",
        "proxy_set_body \"{\\\"a\\\":1}\";",
        "proxy_pass \"https://p127_0_0_1_2/fhir/Condition/_search?_count=5\";",
        "location = /other/1/0/0 {",
        "set $partners '[[[\"/merged/0/0/0\"]],[[\"/other/1/0/0\"]]]';",
    ] {
        assert!(text.contains(part), "no `{part}` in {text}");
    }
    assert!(!text.contains("{{"), "{text}");
    let only = |url: &str| Plan { partners: vec![vec![vec![ask(url, None, true)]]], ..plan.clone() };
    let dollar = njs::configuration(folder.path(), &only("http://127.0.0.1:1/$everything"), 8080).unwrap();
    assert!(dollar.contains("/${dollar}everything\";"), "it would be a variable: {dollar}");
    assert!(njs::configuration(folder.path(), &only("http://127.0.0.1:1/a\nb"), 8080).is_err());
}

#[test]
fn a_row_that_is_void_says_why_and_has_no_figures() {
    let mut table =
        Table { slow: false, asks: vec![(2, 0)], rows: vec![Row::new("the gateway"), Row::new("b")] };
    for (row, ms) in table.rows.iter_mut().zip([40.0, 20.0]) {
        (row.cpu, row.first, row.whole) = (vec![ms], vec![ms], vec![ms]);
    }
    let line = |table: &Table| table.lines(7).pop().unwrap();
    assert!(
        line(&table).starts_with("| b | 20.0 (20.0 to 20.0) | 0.50 (0.50 to 0.50) |"),
        "{}",
        line(&table)
    );
    table.rows[1].void = Some("3 of 9 entries missing, 0 others".to_owned());
    assert_eq!(line(&table), "| b | void: 3 of 9 entries missing, 0 others |");
    table.rows[1].void = None;
    table.rows[0].void = Some("ended".to_owned());
    assert_eq!(line(&table), "| b | void: there is nothing to hold it against |");
}

#[tokio::test]
async fn a_peer_is_given_what_the_gateway_asked_and_what_it_leaves_out_is_seen() {
    let region = Region::start(&crate::kills::tests::program(), 30, 7).await.unwrap();
    let recorded = relay::record(&region, "TESTPATIENT").await.unwrap();
    let plan = recorded.plan;
    let partners: std::collections::BTreeSet<&str> =
        plan.asks().filter_map(|ask| ask.url.split('/').nth(2)).collect();
    assert!(
        recorded.entries > 0 && plan.asks().count() > 3 * partners.len(),
        "{} requests",
        plan.asks().count()
    );
    // Nine partners, the locator, and what leads to the practice: PDS, SDS and the proxy before it.
    assert!(partners.len() >= 12, "{partners:?}");
    assert!(plan.asks().any(|ask| ask.url.starts_with("https://")), "nobody wants a certificate");
    // Who the person is there, and then what it has of them.
    let firsts = plan.partners.iter().filter(|steps| steps.len() > 1 && steps[0].len() < steps[1].len());
    assert!(firsts.count() > 0, "nobody is asked in steps");
    let expected = Expected::of(&plan).await.unwrap();
    let open = async |plan: Plan| {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let peer = tokio::spawn(serve(listener, plan));
        let answer = read(Client::builder().no_proxy().build().unwrap().get(url)).await.unwrap();
        peer.abort();
        expected.check(&answer.body).map_err(|error| error.to_string())
    };
    assert_eq!(open(plan.clone()).await, Ok(()));
    let mut less = plan;
    for step in less.partners.iter_mut().flatten() {
        step.retain(|ask| !ask.url.contains("/Condition"));
    }
    let seen = open(less).await.unwrap_err();
    assert!(seen.ends_with("entries missing, 0 others"), "{seen}");
}
