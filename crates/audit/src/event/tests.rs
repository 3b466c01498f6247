//! Every kind against its golden events, the published constraints, and hostile text. `UPDATE_GOLDEN=1` writes the golden files:
//! read what changed before it is kept.

/// One entry for every kind and every way it ends.
mod cases;
/// The constraints of the published profiles, as data.
mod profiles;

use super::*;
use crate::{Millis, cause, entry::Kind, sample};
use cases::cases;
use profiles::Profiles;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const COMMITMENT: Hash = [0xab; 32];

pub(super) fn deployment() -> Deployment {
    Deployment {
        observer: "gateway:g1".to_owned(),
        site: "ZZ900".to_owned(),
        address: Some("https://record.example.test".to_owned()),
        base: "https://record.example.test/fhir".to_owned(),
    }
}

pub(super) fn lines(entry: &Entry) -> Vec<String> {
    let placed =
        Placed { entry, index: 41, commitment: &COMMITMENT, log: "record.example.test/audit/ZZ900/2026" };
    events(&placed, &deployment()).unwrap()
}

fn parsed(entry: &Entry) -> Vec<Value> {
    lines(entry).iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn golden(name: &str, got: &str) {
    let path = format!("{}/src/event/tests/golden/{name}.ndjson", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, got).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(golden == got, "{path} differs: look at it, then run with UPDATE_GOLDEN=1");
}

#[test]
fn every_kind_has_its_golden_events() {
    let mut kinds = BTreeSet::new();
    for (name, entry) in cases() {
        kinds.insert(entry.kind);
        let text: String = lines(&entry).iter().map(|line| format!("{line}\n")).collect();
        golden(name, &text);
    }
    assert_eq!(kinds, Kind::ALL.into_iter().collect());
}

#[test]
fn au29_every_kind_renders_to_an_event_that_its_profile_takes_and_failures_claim_none() {
    let profiles = Profiles::read();
    let mut claimed = BTreeSet::new();
    for (name, entry) in cases() {
        for event in parsed(&entry) {
            assert_eq!(profiles.faults(&event), Vec::<String>::new(), "{name}");
            let claims = event.pointer("/meta/profile/0").and_then(Value::as_str).unwrap_or_default();
            let short = claims.rsplit("BasicAudit.").next().unwrap_or_default().to_owned();
            let is_decision = short == "AuthZconsent" || short.is_empty();
            assert!(event["outcome"] == "0" || is_decision, "{name}: {short} is of a failure");
            let tells = event.pointer("/contained/0/resourceType") == Some(&"OperationOutcome".into());
            let fails = ["4", "8", "12"].iter().any(|code| event["outcome"] == **code);
            assert_eq!(tells, fails && short.is_empty(), "{name}: a failure says why");
            assert_eq!(tells, event.to_string().contains(r##""reference":"#outcome""##), "{name}: dom-3");
            claimed.insert(short);
        }
    }
    let all = ["", "AuthZconsent", "PatientQuery", "PatientRead", "PrivacyDisclosure.Source", "Query"];
    assert_eq!(claimed.into_iter().collect::<Vec<_>>(), all);
}

#[test]
fn every_published_constraint_is_found_broken_when_it_is() {
    let profiles = Profiles::read();
    let all: Vec<Value> = cases().iter().flat_map(|(_, entry)| parsed(entry)).collect();
    let blunt = profiles.blunt(&all);
    assert_eq!(blunt, Vec::<String>::new(), "no golden event breaks these, whatever is done to it");
}

#[test]
fn one_event_is_about_one_person_and_all_are_about_the_same() {
    for (name, entry) in cases() {
        for event in parsed(&entry) {
            let people: Vec<&str> = event["entity"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|entity| entity["type"]["code"] == "1")
                .filter_map(|entity| entity.pointer("/what/identifier/value")?.as_str())
                .collect();
            let whom: Vec<&str> = entry.whom.iter().map(|whom| whom.nhs_number.as_str()).collect();
            assert_eq!(people, whom, "{name}");
        }
    }
}

/// shows: R49
#[test]
fn every_event_of_an_opening_names_the_professional_their_organisation_and_role_the_person_and_the_moment() {
    let stands_alone = |(_, entry): &(&str, Entry)| entry.kind.stands_alone();
    for (name, entry) in cases().into_iter().filter(stands_alone) {
        let who = entry.who.as_ref().unwrap();
        for event in parsed(&entry) {
            let agents = event["agent"].to_string();
            let id = who.sds_user_id.as_ref().unwrap_or(&who.subject);
            for named in [id, &who.name.family, &who.organisation, &who.role] {
                assert!(agents.contains(&format!("{named}\"")), "{name}: {agents}");
            }
            assert!(event["entity"].to_string().contains(&entry.whom.as_ref().unwrap().nhs_number), "{name}");
            assert_eq!(event["recorded"], "2026-11-18T11:06:40.123Z");
        }
    }
}

/// Law 7: what may have been shown is never told as not shown.
#[test]
fn a_close_tells_each_source_that_gave_nothing_and_a_sweep_each_that_may_have() {
    let outcomes = |entry: &Entry| -> Vec<(String, String)> {
        let told = |event: &Value| {
            let of = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
            (of("outcome"), of("outcomeDesc"))
        };
        parsed(entry).iter().map(told).collect()
    };
    let mut entry = sample::close(1);
    let states = [
        ("answered", ""),
        ("answered-empty", ""),
        ("did-not-answer(timed out)", "8"),
        ("unreadable", "8"),
        ("a state of later years", "8"),
        ("withheld(by the source)", "4"),
        ("withheld(by policy: identity)", "4"),
        ("withheld(by policy: access not recorded)", "12"),
        ("not-shared", "4"),
        ("not-asked", "4"),
    ];
    entry.sources = states.iter().map(|(state, _)| sample::line("gp", None, Some(state))).collect();
    let want = states.iter().filter(|(_, code)| !code.is_empty());
    let want: Vec<_> = want.map(|(state, code)| ((*code).to_owned(), (*state).to_owned())).collect();
    assert_eq!(outcomes(&entry), want);

    entry.sources = vec![sample::line("gp", None, Some("answered"))];
    assert_eq!(outcomes(&entry), []);
    entry.cause = Some("not shown: not recorded".to_owned());
    assert_eq!(outcomes(&entry), [("12".to_owned(), "not shown: not recorded".to_owned())]);

    let mut sweep = cases::sweep();
    assert_eq!(outcomes(&sweep), [("12".to_owned(), "possibly-shown".to_owned())]);
    sweep.sources.clear();
    sweep.detail.insert("possibly-shown".to_owned(), "acute gp".to_owned());
    assert_eq!(outcomes(&sweep).len(), 2, "a sweep that outgrew its lines still tells each source");
}

#[test]
fn whoever_signs_in_is_told_as_signing_in_whatever_they_signed_in_to() {
    let subtype = |cause: &str| {
        let mut entry = sample::session_entry([7; 32], 0);
        entry.cause = Some(cause.to_owned());
        parsed(&entry)[0]["subtype"][0]["code"].clone()
    };
    for begins in cause::BEGINNINGS {
        assert_eq!(subtype(begins), "110122", "{begins}");
    }
    assert_eq!(subtype("signed out of reading the audit"), "110123");
}

#[test]
fn the_question_and_the_addresses_nobody_recorded_are_said_to_be_unknown() {
    let [query, disclosure]: [Value; 2] = parsed(&sample::disclosure(1, "gp", 1)).try_into().unwrap();
    let unknown = &query["agent"][1]["network"]["extension"][0];
    assert_eq!(unknown["valueCode"], "unknown");
    let question =
        query["entity"].as_array().unwrap().iter().find(|one| one["role"]["code"] == "24").unwrap();
    assert_eq!((&question["query"], &question["_query"]["extension"][0]), (&Value::Null, unknown));
    assert!(
        !query.to_string().contains(codes::X_REQUEST_ID),
        "no entry of a gateway holds what it sent there"
    );
    assert_eq!(disclosure["agent"][0]["network"]["address"], "https://record.example.test");
}

const HOSTILE: &str = "a\r\nINFO x\u{0}\u{1b}[31m\u{202e}\u{2028}\u{85}\u{feff}\u{e0041}\"},{\\ b";

/// AU28. Every text of every case in turn is replaced by what could break a line, a terminal or a reader, and by nothing.
#[test]
fn au28_hostile_text_in_any_field_stays_on_one_line_and_in_its_type() {
    let profiles = Profiles::read();
    let mut tried = 0;
    for (name, entry) in cases() {
        let whole = serde_json::to_value(&entry).unwrap();
        for path in texts(&whole, "") {
            for sent in [HOSTILE.repeat(50), " ".to_owned()] {
                let Some(entry) = with(&whole, std::slice::from_ref(&path), &sent) else { continue };
                tried += 1;
                for line in lines(&entry) {
                    assert!(is_plain(&line), "{name} {path}");
                    let event: Value = serde_json::from_str(&line).unwrap();
                    assert_eq!(profiles.faults(&event), Vec::<String>::new(), "{name} {path}");
                    let blank = |one: &String| one.contains(char::is_whitespace);
                    assert!(!addresses(&event).iter().any(blank), "{name} {path}");
                }
            }
        }
    }
    assert!(tried > 1_000, "{tried}");
}

/// AU28. All at once, so that the other validator sees it too.
#[test]
fn au28_hostile_text_in_every_field_gives_events_that_are_still_resources() {
    let whole =
        serde_json::to_value(&cases().iter().find(|(name, _)| *name == "disclosure").unwrap().1).unwrap();
    let entry = with(&whole, &texts(&whole, ""), HOSTILE).unwrap();
    let text: String = lines(&entry).iter().map(|line| format!("{line}\n")).collect();
    golden("hostile", &text);
}

/// The entry with other text in these places, where it still is one.
fn with(whole: &Value, paths: &[String], text: &str) -> Option<Entry> {
    let mut changed = whole.clone();
    paths.iter().for_each(|path| *changed.pointer_mut(path).unwrap() = text.into());
    let entry: Entry = serde_json::from_value(changed).ok()?;
    entry.canonical().ok().map(|_| entry)
}

fn is_plain(line: &str) -> bool {
    line.chars().all(|c| !c.is_control() && !crate::inspect::steers(c))
}

/// AU28, where an entry has names of its own.
#[test]
fn au28_hostile_names_stay_on_one_line_too() {
    let hostile = "a\r\n\u{0}\u{202e}\"},{".to_owned();
    let levels = BTreeMap::from([(hostile.clone(), hostile.clone()), (String::new(), hostile.clone())]);
    for mut entry in [sample::open(1), sample::disclosure(1, "gp", 1), sample::refused(1)] {
        entry.detail = levels.clone();
        entry.sources.iter_mut().for_each(|line| line.categories = levels.clone());
        if let Some(decision) = &mut entry.decision {
            decision.slices = BTreeMap::from([(hostile.clone(), levels.clone())]);
        }
        for line in lines(&entry) {
            assert!(is_plain(&line), "{line}");
            let event: Value = serde_json::from_str(&line).unwrap();
            assert_eq!(Profiles::read().faults(&event), Vec::<String>::new());
            assert!(line.contains(r"a\\u000d\\u000a\\u0000\\u202e"), "{line}");
        }
    }
}

#[test]
fn nothing_is_cut() {
    let mut entry = sample::refused(1);
    let long = "ö".repeat(20_000);
    entry.cause = Some(long.clone());
    assert_eq!(parsed(&entry)[0]["outcomeDesc"], long);
}

#[test]
fn what_the_log_would_not_take_a_base_that_is_none_and_no_name_are_refused() {
    let of = |entry: &Entry, at: &Deployment| {
        events(&Placed { entry, index: 0, commitment: &COMMITMENT, log: "log" }, at).map(drop)
    };
    let good = sample::open(1);
    assert_eq!(of(&good, &deployment()), Ok(()));
    let partial = Entry { who: None, ..good.clone() };
    assert_eq!(of(&partial, &deployment()), Err(EventFault::Entry(EntryFault::StandsAlone)));
    for base in ["", "record", "https://", "https://a/", "https://a b", "javascript:alert(1)", "https://a\"b"]
    {
        assert_eq!(
            of(&good, &Deployment { base: base.to_owned(), ..deployment() }),
            Err(EventFault::Base),
            "{base}"
        );
    }
    assert_eq!(
        of(&good, &Deployment { observer: " ".to_owned(), ..deployment() }),
        Err(EventFault::Nameless)
    );
    for at in [i64::MIN, -62_200_000_000_000, i64::MAX] {
        assert!(of(&Entry { at: Millis(at), ..sample::refused(1) }, &deployment()).is_err(), "{at}");
    }
}

/// The pointers of every text of an entry but its key, version and kind.
fn texts(value: &Value, at: &str) -> Vec<String> {
    match value {
        Value::String(_) if !matches!(at, "/key" | "/kind" | "/opening") => vec![at.to_owned()],
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(n, item)| texts(item, &format!("{at}/{n}"))).collect()
        }
        Value::Object(fields) => {
            fields.iter().flat_map(|(name, item)| texts(item, &format!("{at}/{name}"))).collect()
        }
        _ => Vec::new(),
    }
}

/// Everything FHIR types as an address or a code.
fn addresses(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, item)| match (name.as_str(), item) {
                ("system" | "url", Value::String(text)) => vec![text.clone()],
                ("policy", Value::Array(items)) => {
                    items.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect()
                }
                _ => addresses(item),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(addresses).collect(),
        _ => Vec::new(),
    }
}
