//! One synthetic entry for every kind and every way it ends, as the gateway and an edge node write them today.

use crate::{
    Entry, Key, Objection, SourceLine,
    entry::Kind,
    sample::{self, NOW},
};
use std::collections::BTreeMap;

/// The name of the golden file, and the entry.
pub(super) fn cases() -> Vec<(&'static str, Entry)> {
    let all = [decisions(), questions(), ways_in(), watch(), edge()];
    all.into_iter().flatten().collect()
}

fn decisions() -> Vec<(&'static str, Entry)> {
    let opening = sample::opening(1);
    let mut open = named(sample::open(1));
    for line in &mut open.sources {
        line.categories = BTreeMap::from([("allergies".to_owned(), "full".to_owned())]);
    }
    let objection =
        |state: &str| Objection { state: state.to_owned(), source: Some("gp".to_owned()), age_s: Some(12) };
    open.objection = Some(objection("none"));
    let mut refused = named(sample::whole(Kind::Refused, Key::refused(&opening), &opening));
    if let Some(decision) = &mut refused.decision {
        decision.outcome = "deny".to_owned();
        decision.reasons = vec!["no-relationship".to_owned()];
    }
    let mut unrecorded = refused.clone();
    if let Some(decision) = &mut unrecorded.decision {
        decision.reasons = vec!["cannot-record".to_owned()];
    }
    let mut objected = sample::whole(Kind::Objection, Key::objection(&opening, "gp"), &opening);
    objected.objection = Some(objection("objected"));
    let mut again = sample::whole(Kind::Objection, Key::objection(&opening, "asked-again-1"), &opening);
    again.objection = Some(objection("none"));
    again.cause = Some("an open view asked again".to_owned());
    again.detail.insert("objected-to".to_owned(), "ZZ901".to_owned());
    let partial = Entry { how: None, ..again.clone() };
    vec![
        ("open", open),
        ("refused", refused),
        ("refused-unrecorded", unrecorded),
        ("objection", objected),
        ("objection-asked-again", again),
        ("objection-in-part", partial),
    ]
}

fn questions() -> Vec<(&'static str, Entry)> {
    let mut disclosure = named(sample::disclosure(1, "gp", 1));
    disclosure.manifest = Some("cd".repeat(32));
    let answered = SourceLine {
        partner: Some("ZZ901".to_owned()),
        as_at: Some("2026-11-18T02:10:00Z".to_owned()),
        asked_at: Some(NOW.plus_ms(-412)),
        answered_at: Some(NOW),
        size_bytes: Some(20_481),
        caveats: vec!["paging".to_owned()],
        categories: BTreeMap::from([("allergies".to_owned(), "full".to_owned())]),
        ..disclosure.sources.remove(0)
    };
    disclosure.sources = vec![answered];
    let as_today = Entry {
        sources: vec![SourceLine { partner: None, ..sample::line("gp", Some(1), Some("answered")) }],
        ..disclosure.clone()
    };
    let mut document = disclosure.clone();
    document.flags = vec!["document".to_owned()];
    document.detail.insert("listed-by".to_owned(), sample::opening(9).to_string());
    let mut not_shown = sample::close(1);
    not_shown.flags = vec!["document".to_owned()];
    not_shown.cause = Some("not shown: too-large".to_owned());
    not_shown.sources.truncate(1);
    let mut all_answered = sample::close(1);
    all_answered.sources.truncate(1);
    let opening = sample::opening(1);
    let mut print = sample::whole(Kind::Print, Key::edge(Kind::Print, &[opening.as_str(), "0"]), &opening);
    print.manifest = Some("cd".repeat(32));
    vec![
        ("ask", sample::ask(1, "gp", 2)),
        ("disclosure", disclosure),
        ("disclosure-as-today", as_today),
        ("disclosure-document", document),
        ("close", sample::close(1)),
        ("close-all-answered", all_answered),
        ("close-document-not-shown", not_shown),
        ("sweep", sweep()),
        ("print", print),
    ]
}

/// As the store writes it for an opening nobody closed.
pub(super) fn sweep() -> Entry {
    let opening = sample::opening(1);
    let mut sweep = sample::whole(Kind::Sweep, Key::sweep(&opening), &opening);
    sweep.cause = Some("not-closed".to_owned());
    sweep.sources = vec![
        sample::line("gp", Some(1), Some("answered")),
        sample::line("acute", None, Some("possibly-shown")),
    ];
    sweep
}

fn ways_in() -> Vec<(&'static str, Entry)> {
    let refused = |cause: &str, flow: &str| {
        let mut entry = Entry::new(Kind::LaunchRefused, Key::launch_refused("host-a", &[3; 32], 1), NOW);
        entry.cause = Some(cause.to_owned());
        entry.detail = pairs(&[("flow", flow), ("address", "203.0.113.7")]);
        entry
    };
    let session = |cause: &str| Entry { cause: Some(cause.to_owned()), ..sample::session_entry([5; 32], 0) };
    let bare = |cause: &str, detail: &[(&str, &str)]| {
        let mut entry = Entry::new(Kind::Session, Key::session_event(&[4; 32]), NOW);
        entry.cause = Some(cause.to_owned());
        entry.detail = pairs(detail);
        entry
    };
    let find = |n: u32, cause: &str, has_number: bool| {
        let mut entry = Entry::new(Kind::Find, Key::find("attempt-1", n), NOW);
        let whole = sample::open(1);
        (entry.who, entry.how) = (whole.who, whole.how);
        entry.whom = whole.whom.filter(|_| has_number);
        entry.cause = Some(cause.to_owned());
        entry.detail = pairs(&[("by", if has_number { "number" } else { "details" })]);
        entry
    };
    vec![
        ("launch-refused", refused("signature", "signed")),
        ("launch-refused-unreachable", refused("discovery", "smart")),
        ("launch-refused-unrecorded", refused("audit", "signed")),
        ("launch-refused-event", refused("not heeded: replay", "event")),
        ("session-start", session("start")),
        ("session-accepted", session("launch accepted")),
        ("session-end", session("closed")),
        (
            "session-ended-by-host",
            bare("host event: user-out", &[("host", "host-a"), ("address", "203.0.113.7")]),
        ),
        ("session-ended-by-operator", bare("operator", &[("by", "A. Officer")])),
        ("session-ended-by-time", bare("idle", &[])),
        ("find-begins", find(0, "looks for one person", true)),
        ("find-hit", find(1, "found", true)),
        ("find-hit-by-details", find(1, "found", false)),
        ("find-miss", find(1, "nobody", false)),
        ("find-limited", find(1, "too many attempts", true)),
        ("find-failed", find(1, "did not answer", true)),
    ]
}

fn watch() -> Vec<(&'static str, Entry)> {
    let opening = sample::opening(1);
    let overridden = |n: u32, cause: &str| {
        let mut entry = sample::whole(Kind::Override, Key::overridden(&opening, n), &opening);
        entry.cause = Some(cause.to_owned());
        entry
    };
    let mut begins = overridden(1, "emergency access begins");
    begins.flags = vec!["break-glass".to_owned()];
    begins.detail =
        pairs(&[("opens", "mental-health"), ("until", "2026-11-18T15:30:00Z"), ("told", "ZZ901")]);
    if let Some(why) = &mut begins.why {
        why.reason_code = Some("emergency".to_owned());
        why.reason_text = Some("found collapsed, nobody who knows them is here".to_owned());
    }
    let mut alert = Entry::new(Kind::Alert, Key::raised("PO-06", "occasion"), NOW);
    alert.cause = Some("PO-06".to_owned());
    alert.detail = pairs(&[("what", "emergency access, start"), ("organisation", "ZZ901")]);
    let mut cleared = Entry::new(Kind::Alert, Key::alert("gp", NOW), NOW);
    cleared.cause = Some("source cleared by hand".to_owned());
    cleared.detail = pairs(&[("source", "gp"), ("by", "A. Officer")]);
    let mut configuration = Entry::new(Kind::Configuration, Key::configuration("bundle-2", NOW), NOW);
    configuration.cause = Some("sharing agreement in force".to_owned());
    configuration.configuration = Some("bundle-2".to_owned());
    configuration.detail = pairs(&[("before", "bundle-1")]);
    let replica = |what| Entry::new(Kind::Replica, Key::replica("g1", 3, what), NOW);
    let of = |kind| Entry::new(kind, Key::edge(kind, &["1"]), NOW);
    let mut incident = of(Kind::Incident);
    incident.cause = Some("clock stepped back".to_owned());
    let mut held = Entry::new(Kind::Incident, Key::held(&opening, 0), NOW);
    held.cause = Some("left out of the report for the person".to_owned());
    held.who = sample::open(1).who;
    held.detail = pairs(&[("about", opening.as_str()), ("note", "Looked into"), ("review", "2026-12-31")]);
    vec![
        ("override-shown", overridden(0, "identity differs: interruption shown")),
        ("override-continued", overridden(1, "identity differs: continued")),
        ("override-emergency-begins", begins),
        ("override-emergency-ends", overridden(2, "emergency access ends")),
        ("alert", alert),
        ("alert-cleared", cleared),
        ("configuration", configuration),
        ("replica-start", replica("start")),
        ("replica-stop", replica("stop")),
        ("feed-statement", of(Kind::FeedStatement)),
        ("incident", incident),
        ("incident-held", held),
    ]
}

fn edge() -> Vec<(&'static str, Entry)> {
    let of = |kind, detail: &[(&str, &str)]| {
        let mut entry = Entry::new(kind, Key::edge(kind, &["1"]), NOW);
        entry.detail = pairs(detail);
        entry
    };
    let about = |entry: Entry| Entry { whom: sample::open(1).whom, ..entry };
    let opening = sample::opening(1).to_string();
    let answered = [
        ("opening", opening.as_str()),
        ("request", "8e6f7c1a-0000-4000-8000-000000000001"),
        ("asked", "AllergyIntolerance"),
        ("given", "3 of 3"),
    ];
    let mut answer = about(of(Kind::Answer, &answered));
    answer.who = sample::open(1).who;
    let nobody = Entry { who: None, ..about(of(Kind::Answer, &answered[2..])) };
    let intake = |outcome, reason| {
        of(Kind::Intake, &[("feed", "social-care"), ("outcome", outcome), ("reason", reason)])
    };
    let steward = ("by", "S. Steward");
    vec![
        ("answer", answer),
        ("answer-nobody-named", nobody),
        ("intake", intake("published", "")),
        ("intake-refused", intake("refused", "a row is missing")),
        ("intake-unreadable", intake("unreadable", "")),
        (
            "stewardship",
            about(of(
                Kind::Stewardship,
                &[("act", "held back"), ("kind", "person"), ("what", "one person"), steward],
            )),
        ),
        (
            "stewardship-looked-at",
            of(Kind::Stewardship, &[("act", "looked at"), ("quarantine", "7"), steward]),
        ),
        ("deletion", about(of(Kind::Deletion, &[("what", "one person"), steward]))),
        ("backup", of(Kind::Backup, &[steward])),
        ("restore", of(Kind::Restore, &[steward])),
        ("audit-read", about(of(Kind::AuditRead, &[("what", "who viewed"), steward]))),
    ]
}

/// With a national identity, roles as sent, a token and an address.
fn named(mut entry: Entry) -> Entry {
    if let Some(who) = &mut entry.who {
        who.sds_user_id = Some("555910000102".to_owned());
        who.sds_role_profile_id = Some("555910000103".to_owned());
        who.registration = Some("GMC 0000000".to_owned());
        who.organisation_name = Some("Example Hospital".to_owned());
        let role = |code: &str| crate::Role { system: "host-a".to_owned(), code: code.to_owned() };
        who.claims = vec![role("S8000:G8000:R8001"), role("Ward  doctor")];
    }
    if let Some(how) = &mut entry.how {
        how.jti_hash = Some("ef".repeat(32));
        how.address = Some("203.0.113.7".to_owned());
        how.device = Some("WS-0417".to_owned());
    }
    if let Some(whom) = &mut entry.whom {
        whom.sent = "9990000026".to_owned();
        whom.superseded = vec!["9990000026".to_owned()];
    }
    entry
}

fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
