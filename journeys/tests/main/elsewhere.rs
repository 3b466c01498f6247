//! Nobody alters what another partner holds: whatever professionals of every role send to the gateway, in whatever order, and whatever is
//! sent straight to a partner with all the gateway has to show there, everything each partner holds of everybody is afterwards what it
//! was, byte for byte, and what it was asked through the gateway was reading. What partners hold is read as the gateway reads it; a change made at
//! the partner itself is seen.

/// Requests drawn by a seed.
#[path = "elsewhere/drawn.rs"]
mod drawn;

use drawn::{Dice, Drawn, Request};
use journeys::{
    browser::Page,
    demo::Demo,
    door::{Door, Holdings, token},
    ready::Person,
};
use reqwest::Method;
use serde_json::Value;
use std::collections::BTreeMap;

/// Partners whose own systems answer, and those whose edge nodes do.
const SYSTEMS: [&str; 4] = ["acute", "eput", "nelft", "provide"];
const NODES: [&str; 5] = ["ic24", "ambulance", "essex", "southend", "thurrock"];
/// Who is looked at, by story: one whom every partner knows, and others.
const STORIES: [&str; 3] = ["polypharmacy", "dementia", "crisis"];
/// Sequences by each professional, and requests in each.
const SEQUENCES: u64 = 2;
const REQUESTS: usize = 14;
/// Requests straight to each partner.
const STRAIGHT: usize = 40;

/// Everything each partner holds, by its name.
type Held = BTreeMap<String, Holdings>;

async fn held(demo: &Demo) -> Held {
    let everybody: Vec<String> = demo.ready.people().into_iter().map(|person| person.nhs_number).collect();
    let mut held = Held::new();
    for name in SYSTEMS.into_iter().chain(NODES) {
        held.insert(name.to_owned(), Door::of(&demo.ready, name).await.holds(&everybody).await);
    }
    let own = people(demo).iter().map(|person| practice_holds(demo, person)).collect();
    held.insert("gp".to_owned(), own);
    held
}

fn people(demo: &Demo) -> Vec<Person> {
    let others = STORIES.iter().map(|story| demo.ready.person(story));
    std::iter::once(demo.ready.golden_person()).chain(others).collect()
}

/// What a practice gives of somebody, with everything its dialect wants of an asker: by the program's own command.
fn practice_holds(demo: &Demo, person: &Person) -> (String, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("held.ndjson").display().to_string();
    let (config, number) = (demo.ready.text("config"), person.nhs_number.as_str());
    let ask = ["source", "test", "gp", "--config", &config, "--nhs-number", number, "--r4", &path];
    let (_, said) = demo.command(&ask);
    let lines = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{error}: {said}"));
    (number.to_owned(), lines.lines().map(str::to_owned).collect())
}

/// What differs of each partner, by the question that is answered otherwise now.
fn altered(before: &Held, after: &Held) -> BTreeMap<String, Vec<String>> {
    let of = |(name, before): (&String, &Holdings)| {
        let after = &after[name];
        let asked = before.keys().chain(after.keys());
        let mut differ: Vec<String> =
            asked.filter(|asked| before.get(*asked) != after.get(*asked)).cloned().collect();
        differ.dedup();
        (!differ.is_empty()).then(|| (name.clone(), differ))
    };
    before.iter().filter_map(of).collect()
}

/// A read, a search, the operation that reads a practice's record, or a token to do so.
fn is_reading(method: &str, path: &str) -> bool {
    let by_post = ["/_search", "/oauth2/token", "/$gpc.getstructuredrecord", "/$gpc.getcarerecord"];
    method == "GET" || (method == "POST" && by_post.iter().any(|end| path.ends_with(end)))
}

/// Everything that partners and national services were asked since it was last looked at, but for reading.
async fn other_than_reading(demo: &Demo) -> Vec<(String, String, String)> {
    let every = demo.control().every_request().await;
    demo.control().forget_what_was_asked().await;
    every.into_iter().filter(|(_, method, path)| !is_reading(method, path)).collect()
}

/// One professional and one person: what a seed draws, then every route with what would write. Gives how many requests went well, and how
/// many were refused.
async fn sequence(demo: &Demo, login: &str, person: &Person, dice: &mut Dice) -> (usize, usize) {
    let view = demo.host().sign_in(login).await.open(person).await;
    let page = if view.path.starts_with("/s/") { Some(view.read().await) } else { None };
    let drawn = Drawn::from(&view.path, page.as_ref());
    let (mut well, mut refused) = (0, 0);
    let requests: Vec<Request> =
        (0..REQUESTS).map(|_| drawn.request(dice)).chain(drawn.every_route()).collect();
    for (method, path, body) in requests {
        let answer: Page = match method {
            Method::GET => view.browser.get(&path).await,
            _ => view.browser.send_body(method.clone(), &path, body).await,
        };
        let is_refused = answer.status.is_client_error();
        let may_be_taken = [Method::GET, Method::POST].contains(&method);
        assert!(may_be_taken || is_refused, "R16: {login}: {method} {path}: {}", answer.status);
        *(if is_refused { &mut refused } else { &mut well }) += 1;
    }
    (well, refused)
}

/// An entry of what a partner holds, altered, and where it lies there.
fn another(held: &Holdings, dice: &mut Dice) -> (String, String, String) {
    let entries: Vec<&String> = held.values().flatten().filter(|text| text.starts_with('{')).collect();
    let drawn: &&String = dice.one_of(&entries);
    let entry: Value = serde_json::from_str(drawn).unwrap_or_default();
    let mut resource = if entry["resource"].is_null() { entry } else { entry["resource"].clone() };
    let text = |key: &str| resource[key].as_str().unwrap_or("none").to_owned();
    let (kind, id) = (text("resourceType"), text("id"));
    resource["status"] = "entered-in-error".into();
    resource["note"] = serde_json::json!([{"text": "written from elsewhere"}]);
    (kind, id, resource.to_string())
}

/// Straight to a partner, with that to show: every one is refused.
async fn straight(name: &str, door: &Door, held: &Holdings, dice: &mut Dice) {
    const PATCH: &str = r#"[{"op": "replace", "path": "/status", "value": "entered-in-error"}]"#;
    for _ in 0..STRAIGHT {
        let (kind, id, resource) = another(held, dice);
        let fhir = ("application/fhir+json", resource.clone());
        let bundle = format!(
            r#"{{"resourceType":"Bundle","type":"transaction","entry":[{{"resource":{resource},"request":{{"method":"PUT","url":"{kind}/{id}"}}}}]}}"#
        );
        let ways = [
            (Method::PUT, format!("/{kind}/{id}"), fhir.clone()),
            (Method::PUT, format!("/{kind}?_id={id}"), fhir.clone()),
            (Method::POST, format!("/{kind}"), fhir.clone()),
            (Method::POST, format!("/{kind}/{id}"), fhir),
            (Method::PATCH, format!("/{kind}/{id}"), ("application/json-patch+json", PATCH.to_owned())),
            (Method::DELETE, format!("/{kind}/{id}"), ("", String::new())),
            (Method::DELETE, format!("/{kind}?_id={id}"), ("", String::new())),
            (Method::POST, String::new(), ("application/fhir+json", bundle.clone())),
            (Method::POST, "/$process-message".to_owned(), ("application/fhir+json", bundle)),
        ];
        let (method, path, body) = dice.one_of(&ways).clone();
        let answer = door.send(method.clone(), &path, body).await;
        let is_refused = answer.as_ref().is_none_or(|(status, _)| (400..500).contains(status));
        assert!(is_refused, "R17: {name}: {method} {path}: {answer:?}");
    }
}

/// Where a node takes in what its partner sends, nobody else gets as far as a request: neither the gateway nor the line by which it is
/// asked, nor another partner's sender.
async fn at_the_intake(demo: &Demo, name: &str) {
    let ready = &demo.ready;
    let intake = format!("https://{}", ready.edge_has(name, "addresses/intake"));
    let other = if name == "essex" { "thurrock" } else { "essex" };
    let others = [
        ready.text("client_identity"),
        ready.edge_has(name, "line_client_identity"),
        ready.edge_has(other, "sender_identity"),
    ];
    let feeds =
        ["nhs111-reports/messages", "documents/messages", "incidents/messages", "adult-social-care/uploads"];
    for identity in others {
        let door = Door::with_certificate(ready, &intake, &identity);
        for feed in feeds {
            let body = ("application/octet-stream", "written from elsewhere".to_owned());
            let answer = door.send(Method::POST, &format!("/feeds/{feed}"), body).await;
            assert_eq!(answer, None, "R17: {name}: {feed} with {identity}");
        }
    }
    let own = Door::with_certificate(ready, &intake, &ready.edge_has(name, "sender_identity"));
    let answer = own.send(Method::GET, "/feeds/none", ("", String::new())).await;
    assert!(answer.is_some(), "positive control: {name} lets its own sender in");
}

/// Something altered at the partner itself: an objection recorded, or a person held back by the node's steward.
async fn alter(demo: &Demo, name: &str, person: &Person) {
    if NODES.contains(&name) {
        let config = demo.ready.edge(name);
        let words = ["edge", "hold", "--config", &config, "--by", "r.steward", "person"];
        let (held, said) = demo.command_told(&words, &person.nhs_number);
        assert!(held, "{name}: {said}");
    } else {
        demo.control().wish(person, name, "objects").await;
    }
}

// shows: R15, R16, R17
#[tokio::test]
async fn no_sequence_of_requests_by_any_role_alters_what_another_partner_holds() {
    let demo = Demo::start(&[]);
    let before = held(&demo).await;
    assert_eq!(altered(&before, &held(&demo).await), BTreeMap::new(), "reading alters nothing");
    demo.control().forget_what_was_asked().await;

    let people = people(&demo);
    let (mut well, mut refused) = (0, 0);
    for (number, (login, _)) in (0..).zip(demo.ready.professionals()) {
        for round in 0..SEQUENCES {
            let mut dice = Dice::of(number * SEQUENCES + round);
            let person = dice.one_of(&people).clone();
            let (more_well, more_refused) = sequence(&demo, &login, &person, &mut dice).await;
            (well, refused) = (well + more_well, refused + more_refused);
            assert_eq!(other_than_reading(&demo).await, [], "R17: {login}");
        }
    }
    assert!(well > 100 && refused > 1000, "the seeds draw what is taken and what is not: {well}, {refused}");
    let kinds = demo.auditor().kinds_in_order();
    for kind in ["open", "print", "alert", "session"] {
        assert!(kinds.iter().any(|recorded| recorded == kind), "nobody ever did what is recorded as {kind}");
    }
    assert_eq!(altered(&before, &held(&demo).await), BTreeMap::new(), "R17: through the gateway");
    demo.finish();
}

// shows: R16, R17
#[tokio::test]
async fn with_all_the_gateway_has_to_show_nothing_is_written_at_any_partner() {
    let demo = Demo::start(&[]);
    let before = held(&demo).await;
    let mut dice = Dice::of(17);
    for name in SYSTEMS.into_iter().chain(NODES) {
        demo.control().forget_what_was_asked().await;
        straight(name, &Door::of(&demo.ready, name).await, &before[name], &mut dice).await;
        assert!(
            !other_than_reading(&demo).await.is_empty(),
            "positive control: {name} logs what would write"
        );
    }
    let practices = demo.ready.sources().into_iter().filter(|name| name.starts_with("gp:"));
    for practice in practices {
        let door = Door::of(&demo.ready, &practice).await;
        straight(&practice, &door, &before["gp"], &mut dice).await;
        let through_the_proxy = format!("{}/{}", demo.ready.text("ssp_url"), door.base);
        straight(&practice, &door.behind(through_the_proxy), &before["gp"], &mut dice).await;
    }
    for url in [demo.ready.token_url("eput"), demo.ready.text("nrl_token_url")] {
        for scope in ["system/*.write", "system/*.cruds", "system/*.*", "system/AllergyIntolerance.c"] {
            assert!(token(&demo.ready, &url, scope).await.is_null(), "R16: a token to write: {scope}");
        }
    }
    for name in NODES {
        at_the_intake(&demo, name).await;
    }
    assert_eq!(altered(&before, &held(&demo).await), BTreeMap::new(), "R17: straight to a partner");

    let doreen = demo.ready.golden_person();
    let everywhere: Vec<&String> = before.keys().collect();
    for name in &everywhere {
        alter(&demo, name, &doreen).await;
    }
    let after = altered(&before, &held(&demo).await);
    assert_eq!(
        after.keys().collect::<Vec<_>>(),
        everywhere,
        "positive control: what is altered at a partner is seen"
    );
    demo.finish();
}
