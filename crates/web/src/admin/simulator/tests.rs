//! The page holds what was asked and what was answered, and no field a person could be named in.

use super::*;

fn drawn_page(query: &Query, simulated: &Simulated) -> String {
    drawn(&Page {
        css: "/c",
        icon: "/i",
        choices: choices(query, simulated),
        capped: false,
        simulated,
        asked: !query.role.is_empty(),
    })
}

fn rule(id: &str) -> Rule {
    Rule { id: id.into(), owner: "CG".into(), says: "your role sees this in summary".into() }
}

#[test]
fn a_decision_is_shown_with_its_rules_owners_and_what_is_needed() {
    let simulated = Simulated {
        agreement: "c0ffee".into(),
        organisations: vec![("ZZ917".into(), "Council".into())],
        sources: vec![("gp".into(), "GP".into())],
        units: vec!["w7".into()],
        answer: Some(Answer {
            level: "summary".into(),
            released: "full".into(),
            granted_by: vec![rule("cell:R6:documents")],
            narrowed_by: vec![rule("cell:R6:documents")],
            stopped_by: Some("role".into()),
            units: vec![("w7".into(), "nothing".into())],
            needed: vec!["cell:R6:documents of the matrix at F".into()],
            ..Answer::default()
        }),
    };
    let query = Query { role: "R6".into(), organisation: "ZZ917".into(), ..Query::default() };
    let html = drawn_page(&query, &simulated);
    for said in [
        "cell:R6:documents",
        "CG",
        "matrix at F",
        "Of unit w7 the partner lets out nothing only.",
        "<option value=\"R6\" selected>",
        "c0ffee",
    ] {
        assert!(html.contains(said), "{said}: {html}");
    }
    assert!(
        !html.contains("type=\"text\"") && !html.contains("<script"),
        "HAZ-049: a person has no place here"
    );
}

#[test]
fn what_is_not_the_agreements_is_said_to_be_unknown() {
    let query = Query { role: "R99".into(), ..Query::default() };
    assert!(drawn_page(&query, &Simulated::default()).contains("Not one of the agreement"));
    assert!(!drawn_page(&Query::default(), &Simulated::default()).contains("Not one of the agreement"));
}
