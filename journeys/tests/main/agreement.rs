//! The sharing agreement under a running gateway: a partner's switch off and back, a change that is refused, why a section shows no
//! more, and why an opening was decided as it was.

use journeys::{browser::Page, demo::Demo};
use std::{path::PathBuf, time::Duration};

/// A file of the running agreement.
fn file(demo: &Demo, name: &str) -> PathBuf {
    let config = PathBuf::from(demo.ready.text("config"));
    config.parent().expect("a folder").join("policy").join(name)
}

fn edit(demo: &Demo, name: &str, from: &str, to: &str) {
    let path = file(demo, name);
    let text = std::fs::read_to_string(&path).expect("the agreement can be read");
    assert!(text.contains(from), "`{name}` has no `{from}`");
    std::fs::write(path, text.replace(from, to)).expect("the agreement can be written");
}

/// Waits until the operator's page says it, for as long as a switch may take.
async fn until(demo: &Demo, what: &str, said: impl Fn(&serde_json::Value) -> bool) -> serde_json::Value {
    for _ in 0..240 {
        let status = demo.operator().status().await;
        if said(&status) {
            return status;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    panic!("HAZ-055: {what}: not within a minute");
}

/// What stands under every heading about why no more is shown, and how many categories are not shown.
fn policy_words(page: &Page) -> Vec<String> {
    let blocks = page.html.split("<details class=\"why\">").skip(1);
    let blocks = blocks.filter_map(|rest| rest.split("</details>").next()).map(str::to_owned);
    let text = page.text();
    let before = |words: &str| words.split_whitespace().rev().take(3).collect::<Vec<_>>().join(" ");
    let mut parts: Vec<&str> = text.split("not shown for your role").collect();
    parts.pop();
    let counted = parts.into_iter().map(before);
    let mut words: Vec<String> = blocks.chain(counted).collect();
    // Sections stand in the order in which they were ready, and once more where something came late.
    words.sort();
    words.dedup();
    words
}

// shows: R25, R38
#[tokio::test]
async fn t63_a_partner_switches_a_category_off_and_back_while_the_gateway_runs() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let view = demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    let page = view.read().await;
    assert!(page.is_complete() && page.section("alg").contains("Acute answered"), "{}", page.section("alg"));
    let before = demo.operator().status().await;

    edit(&demo, "releases/ZZ910.csv", "acute,allergies,open,F,", "acute,allergies,off,F,");
    let off = until(&demo, "off", |status| status["configuration"] != before["configuration"]).await;
    assert_eq!(off["generation"], 2);
    let section = view.read().await.section("alg");
    let not_shared = section.split("do not share allergies yet.").next().unwrap_or_default();
    assert!(not_shared.contains("Acute, EPUT"), "HAZ-007, HAZ-055: {section}");
    assert!(!section.contains("Acute answered"), "HAZ-055: {section}");
    assert!(
        section.contains("Decided by each partner for itself; ask them: their contacts stand under Sources."),
        "HAZ-011: {section}"
    );

    edit(&demo, "releases/ZZ910.csv", "acute,allergies,off,F,", "acute,allergies,open,F,");
    let back = until(&demo, "back", |status| status["configuration"] == before["configuration"]).await;
    assert_eq!(back["generation"], 3);
    assert!(view.read().await.section("alg").contains("Acute answered"), "HAZ-055: back again");
    demo.finish();
}

/// A partner's file with a line for one of its units.
fn add_unit(demo: &Demo, name: &str, line: &str) {
    let path = file(demo, name);
    let text = std::fs::read_to_string(&path).expect("the agreement can be read");
    let with_column = |line: &str| match line.split(',').collect::<Vec<_>>().as_slice() {
        ["source", "category", rest @ ..] => format!("source,category,unit,{}\n", rest.join(",")),
        [source, category, rest @ ..] if !line.starts_with('#') => {
            format!("{source},{category},,{}\n", rest.join(","))
        }
        _ => format!("{line}\n"),
    };
    let text: String = text.lines().map(with_column).collect();
    std::fs::write(path, format!("{text}{line}\n")).expect("the agreement can be written");
}

/// The id by which the source that sent an entry knows a place: what stands before its name there.
fn place_named(html: &str, name: &str) -> String {
    // As it was sent its name follows it at once; what stands behind the last name is of something else.
    let (before, _) = html.rsplit_once(name).expect("the name");
    let sent = before.split(name).filter_map(|before| before.rsplit_once("Location/"));
    let near = sent.filter(|(_, between)| between.len() < 120);
    let ids =
        near.map(|(_, id)| id.split(|c: char| !c.is_alphanumeric() && c != '-').next().unwrap_or_default());
    ids.filter(|id| id.starts_with("acute-")).map(str::to_owned).last().expect("a place as sent")
}

// shows: R25, R38
#[tokio::test]
async fn t63_a_trust_switches_one_ward_off_and_the_rest_of_its_record_stays() {
    let demo = Demo::start(&[]);
    let arthur = demo.ready.person("polypharmacy");
    let view = demo.host().sign_in("dr.okafor").await.open(&arthur).await;
    let page = view.read().await;
    assert!(page.section("con").contains("Decompensated heart failure"), "{}", page.section("con"));
    let ward = place_named(&page.html, "Coronary Care Unit");
    let before = demo.operator().status().await;

    add_unit(&demo, "releases/ZZ910.csv", &format!("acute,*,{ward},off,F,"));
    until(&demo, "off", |status| status["configuration"] != before["configuration"]).await;
    let off = view.read().await;
    assert!(off.is_complete());
    for gone in ["Decompensated heart failure", "Coronary Care Unit", ward.as_str()] {
        assert!(!off.html.contains(gone), "HAZ-055: {gone}: {}", off.text());
    }
    let contacts = off.section("con");
    assert!(contacts.contains("Acute: 1 entry not shown, by the partner's choice."), "HAZ-006: {contacts}");
    assert!(contacts.contains("Acute does not share all of them."), "HAZ-011: {contacts}");
    assert!(
        contacts.contains("Heart failure nurse clinic"),
        "HAZ-006: another place of the trust: {contacts}"
    );
    assert!(off.section("doc").contains("Discharge summary: cardiology"), "HAZ-006: of no place");
    assert!(
        off.section("src").contains("1 entry not shown, by the partner's choice"),
        "{}",
        off.section("src")
    );

    let config = demo.ready.text("config");
    let (checked, said) = demo.command(&["check", "--config", &config]);
    assert!(checked && said.contains(&format!("unit {ward} has switches of its own")), "HAZ-055: {said}");
    let ask = ["policy", "explain", "--config", &config, "--role", "R1", "--org", "ZZ910"];
    let of = ["--category", "encounters", "--source", "acute", "--unit", &ward];
    let (explained, said) = demo.command(&[&ask[..], &of[..]].concat());
    assert!(explained && said.contains("level: - (the partner lets out -)"), "HAZ-011: {said}");
    let (checked, said) = demo.command(&["policy", "check", "--config", &config]);
    assert!(
        checked && said.contains("as printed"),
        "a partner's own switch is no change of the grid: {said}"
    );

    edit(&demo, "releases/ZZ910.csv", &format!("acute,*,{ward},off,F,"), "");
    until(&demo, "back", |status| status["generation"] == 3).await;
    assert!(view.read().await.section("con").contains("Decompensated heart failure"), "HAZ-055: back again");
    demo.finish();
}

// shows: R25
#[tokio::test]
async fn t63_a_practice_switches_a_category_off_for_itself_and_another_keeps_it() {
    let demo = Demo::start(&[]);
    let (arthur, doreen) = (demo.ready.person("polypharmacy"), demo.ready.golden_person());
    let before = demo.operator().status().await;
    add_unit(&demo, "releases/ZZ900.csv", "gp,medications,ZZ902,off,F,");
    until(&demo, "off", |status| status["configuration"] != before["configuration"]).await;

    let signed_in = demo.host().sign_in("dr.okafor").await;
    let page = signed_in.open(&arthur).await.read().await;
    let medicines = page.section("med");
    assert!(
        medicines.contains("GP") && medicines.contains("not share medicines yet."),
        "HAZ-007: {medicines}"
    );
    assert!(!medicines.contains("Lactulose"), "HAZ-055: {medicines}");
    assert!(page.section("alg").contains("GP answered"), "HAZ-055: and nothing else of it");
    let kept = signed_in.open(&doreen).await.read().await.section("med");
    assert!(kept.contains("GP answered"), "HAZ-055: another practice keeps it: {kept}");
    demo.finish();
}

#[tokio::test]
async fn t43_t68_a_narrowed_agreement_narrows_an_open_view_and_a_broken_one_changes_nothing() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let view = demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    assert!(view.read().await.section("res").contains("Haemoglobin"));
    let before = demo.operator().status().await;

    edit(&demo, "matrix.csv", "allergies,F,F", "allergies,S,F");
    let refused = until(&demo, "refused", |status| !status["refused"].is_null()).await;
    assert_eq!(refused["configuration"], before["configuration"], "HAZ-055: the one before goes on");
    assert!(refused["refused"].to_string().contains("matrix.csv"), "HAZ-055: {refused}");
    assert!(view.read().await.is_complete(), "HAZ-055");

    edit(&demo, "matrix.csv", "allergies,S,F", "allergies,F,F");
    until(&demo, "mended", |status| status["refused"].is_null()).await;
    edit(&demo, "matrix.csv", "results,F,F", "results,-,F");
    until(&demo, "narrowed", |status| status["configuration"] != before["configuration"]).await;
    let page = view.read().await;
    assert!(!page.html.contains("Haemoglobin"), "HAZ-047: {}", page.section("res"));
    assert!(page.text().contains("1 category is not shown for your role."), "HAZ-011: {}", page.text());
    let alerts = demo.auditor().alerts();
    assert!(alerts.contains(&"OP-01".to_owned()), "HAZ-055: the operator hears of it: {alerts:?}");
    demo.finish();
}

// shows: R35
#[tokio::test]
async fn t62_why_no_more_is_shown_and_how_many_categories_are_not_is_the_same_for_every_person() {
    let demo = Demo::start(&[]);
    let (doreen, other) = (demo.ready.golden_person(), demo.ready.person("dementia"));
    for login in ["dr.okafor", "clerk.ellis", "sw.dean"] {
        let signed_in = demo.host().sign_in(login).await;
        let first = policy_words(&signed_in.open(&doreen).await.read().await);
        let second = policy_words(&signed_in.open(&other).await.read().await);
        assert!(first.len() >= 12, "HAZ-011: under every section: {login} {first:#?}");
        assert_eq!(first, second, "HAZ-010, HAZ-050: {login}");
    }
    let page = demo.host().sign_in("clerk.ellis").await.open(&doreen).await.read().await;
    let section = page.section("med");
    assert!(section.contains("Why am I not seeing this?"), "HAZ-011: {section}");
    assert!(section.contains("Medicines: your role does not see them."), "HAZ-011: {section}");
    assert!(section.contains("ask Information governance, 01632 960 102."), "HAZ-011: {section}");
    demo.finish();
}

// shows: R33, R34
#[tokio::test]
async fn t67_an_opening_is_explained_by_the_agreement_of_its_day() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let view = demo.host().sign_in("sw.dean").await.open(&doreen).await;
    assert!(view.read().await.is_complete());
    let opening = demo.auditor().opened().pop().expect("an opening is recorded");
    let before = demo.operator().status().await;
    edit(&demo, "matrix.csv", "documents,F,F,F,S,F,S", "documents,F,F,F,S,F,-");
    until(&demo, "changed", |status| status["configuration"] != before["configuration"]).await;

    let config = demo.ready.text("config");
    let (same, said) = demo.command(&["policy", "explain", "--config", &config, "--opening", &opening]);
    assert!(same && said.contains("the same as recorded"), "HAZ-055: {said}");
    assert!(said.contains("acute documents: summary by [cell:R6:documents]"), "HAZ-055: as it was: {said}");
    for named in [&doreen.nhs_number, "Testpatient", "Dean"] {
        assert!(!said.contains(named), "HAZ-049: `{named}` in {said}");
    }
    let (now, said) = demo.command(&[
        "policy",
        "explain",
        "--config",
        &config,
        "--role",
        "R6",
        "--org",
        "ZZ917",
        "--category",
        "documents",
        "--source",
        "acute",
    ]);
    assert!(now && said.contains("level: - (the partner lets out F)"), "{said}");
    let (checked, said) = demo.command(&["policy", "check", "--config", &config]);
    assert!(!checked && said.contains("R6 documents: S -> -"), "HAZ-055: not as printed: {said}");
    let (mapped, said) = demo.command(&["role", "map", "demo-host", "SW", "ZZ917", "--config", &config]);
    assert!(mapped && said.contains("is R6, social worker"), "{said}");
    let (mapped, _) = demo.command(&["role", "map", "demo-host", "CODER", "ZZ917", "--config", &config]);
    assert!(!mapped, "HAZ-047");
    let page = demo.operator().page("/simulator?role=R6&organisation=ZZ917&route=signed&assurance=2&relationship=host-open&purpose=TREAT&objection=none&source=acute&category=documents").await;
    assert!(page.contains("Level: nothing") && page.contains("cell:R6:documents"), "{page}");
    demo.finish();
}
