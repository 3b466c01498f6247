//! What is left behind: nothing of a person in an address, a header, a line of log or a file, whatever happened.

use journeys::{
    browser::{Page, View},
    canary::Canaries,
    demo::Demo,
};

/// Every header of every answer, names and values, and the path that was asked for.
fn headers(view: &View, pages: &[&Page]) -> String {
    let line = |(name, value): &(String, String)| format!("{name}: {value}\n");
    let lines: String = pages.iter().flat_map(|page| &page.headers).map(line).collect();
    format!("{}\n{lines}", view.path)
}

fn title(page: &Page) -> &str {
    page.html.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).unwrap_or_default()
}

// shows: R41, R42, R58
#[tokio::test]
async fn nothing_of_a_person_is_in_an_address_a_header_a_log_or_a_file() {
    let mut demo = Demo::start_with(&[], &[("RUST_LOG", "debug")]);
    let doreen = demo.ready.golden_person();
    let names = ["9991234578", "999 123 4578", "TESTPATIENT", "Doreen", "1935-08-14", "14-Aug-1935"];
    let clinical = ["Apixaban", "Trimethoprim", "Osteoporosis", "Afraid of falling"];
    // What somebody looks for may name the person too.
    let sought = ["sapphire wheelbarrow", "cobalt lighthouse"];
    let canaries = Canaries::new(&[names.as_slice(), clinical.as_slice(), sought.as_slice()].concat());

    let signed_in = demo.host().sign_in("dr.okafor").await;
    let view = signed_in.open(&doreen).await;
    let whole = view.read().await;
    assert!(
        !canaries.found_in(whole.html.as_bytes()).is_empty(),
        "positive control: the page itself holds them"
    );
    let token = whole.field("token").expect("the page's forms carry a token");
    let form = [("token", token.as_str()), ("term", sought[0])];
    let found = view.browser.post(&format!("{}find", view.path), &form).await;
    assert!(found.is_complete() && found.text().contains(sought[0]), "positive control: {}", found.text());
    let list = whole.field("list").expect("a list of documents");
    let form = [("token", token.as_str()), ("list", &list), ("at", "1"), ("term", sought[1])];
    let letter = view.browser.post(&format!("{}letters", view.path), &form).await;
    assert!(
        letter.status == 200 && !letter.text().contains(sought[1]),
        "a title without it stands among all"
    );
    demo.control().fault("acute", "malformed").await;
    demo.control().fault("gp", "wrong-person").await;
    let faulty = view.read().await;
    let refused = signed_in.open(&demo.ready.person("restricted")).await.read().await;

    let said = headers(&view, &[&view.launched, &whole, &found, &letter, &faulty, &refused]);
    assert_eq!(
        canaries.found_in(said.as_bytes()),
        [] as [&str; 0],
        "HAZ-049: in an address or a header:\n{said}"
    );
    for page in [&whole, &found, &letter, &faulty, &refused] {
        assert_eq!(
            canaries.found_in(title(page).as_bytes()),
            [] as [&str; 0],
            "HAZ-049: browsers keep titles"
        );
        assert!(page.header("cache-control").is_some_and(|value| value.starts_with("no-store")), "HAZ-049");
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"), "HAZ-049");
    }
    // While it runs and after it has stopped: a write-ahead file is gone at the end, and was readable until then.
    for moment in ["running", "stopped"] {
        for (path, bytes) in demo.written() {
            assert_eq!(
                canaries.found_in(&bytes),
                [] as [&str; 0],
                "HAZ-049: {moment}: in `{}`",
                path.display()
            );
        }
        if moment == "running" {
            assert!(demo.stop().success());
        }
    }
    demo.auditor().verify();
}
