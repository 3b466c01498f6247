//! Asked about one person and given another: for every kind of source and every way that can happen, the whole reply is withheld,
//! nothing of it is named, and where it may be somebody else's the source is not asked again until a person has looked.

use crate::{Asking, Federation, NationalConfig, Route, SourceConfig, plan, testing::*};
use audit::reconcile::{RECORD as PLANNED, RequestName, RequestNames};
use fhir::{
    Category::{self, *},
    Level, Reply, ReplyState,
    reply::{Silence, Withholder},
};
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::sync::Arc;

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    OtherPerson,
    /// The person, and somebody else beside them.
    TwoPersons,
    /// One entry of many is about somebody else.
    StraySubject,
    /// The number agrees, the birth date does not.
    OtherBirthDate,
}

const WRONGS: [Wrong; 4] =
    [Wrong::OtherPerson, Wrong::TwoPersons, Wrong::StraySubject, Wrong::OtherBirthDate];

/// One kind of source, by one of its ways.
struct Kind {
    name: &'static str,
    answer: fn(Option<Wrong>) -> Fake,
    source: fn(&str) -> SourceConfig,
    /// A pointer carries no birth date: there is nothing to compare.
    has_birth_date: bool,
}

const KINDS: [Kind; 8] = [
    Kind { name: "gp-connect, structured", answer: structured, source: practice, has_birth_date: true },
    Kind {
        name: "gp-connect, by the national gateway",
        answer: by_gateway,
        source: gateway,
        has_birth_date: true,
    },
    Kind { name: "gp-connect, HTML view", answer: html, source: practice, has_birth_date: true },
    Kind {
        name: "gp-connect, documents",
        answer: documents,
        source: practice_with_documents,
        has_birth_date: true,
    },
    Kind { name: "fhir-r4", answer: r4, source: acute, has_birth_date: true },
    Kind { name: "fhir-stu3", answer: stu3, source: nelft, has_birth_date: true },
    Kind { name: "fhir-r4, an edge node", answer: edge, source: council, has_birth_date: true },
    Kind { name: "nrl, pointers to documents", answer: nrl, source: locator, has_birth_date: false },
];

// shows: R31, F19, A41
#[tokio::test]
async fn t53_another_person_in_any_answer_withholds_it_whole_and_holds_the_source() {
    for kind in KINDS {
        let good = (kind.answer)(None);
        let reply = ask(&federation_of(&kind, &good).await, "first").await;
        assert!(reply.state.is_answer() && !reply.payloads.is_empty(), "{}: {:?}", kind.name, reply.state);
        for wrong in WRONGS.into_iter().filter(|wrong| kind.has_birth_date || *wrong != Wrong::OtherBirthDate)
        {
            let case = format!("HAZ-004 {}: {wrong:?}", kind.name);
            let fake = (kind.answer)(Some(wrong));
            let federation = federation_of(&kind, &fake).await;
            let reply = ask(&federation, "first").await;
            assert!(reply.payloads.is_empty(), "{case}: the good goes with it");
            assert_eq!(reply.state, expected(wrong), "{case}");
            if wrong == Wrong::OtherBirthDate {
                continue;
            }
            assert!(reply.warnings.is_empty() && reply.asked.is_none(), "{case}: nothing of it is named");
            let asked = fake.seen().len();
            let later = ask(&federation, "later").await;
            assert!(
                matches!(later.state, ReplyState::DidNotAnswer(Silence::BreakerOpen { .. })),
                "{case}: held, {:?}",
                later.state
            );
            assert_eq!(fake.seen().len(), asked, "{case}: not asked while held");
            // The alarm that a person must answer: the operator sees it held, and it stays so until they clear it.
            let id = federation.sources()[0].id.clone();
            assert!(is_held(&federation, &id), "{case}: {}", federation.breaker(&id));
            federation.clear(&id);
            let again = ask(&federation, "after").await;
            assert_eq!(again.state, expected(wrong), "{case}: asked again once cleared");
        }
    }
}

/// One document opened: its entry is read again, and must still be the person's.
#[tokio::test]
async fn t53_a_document_whose_entry_has_become_somebody_elses_is_not_opened() {
    for wrong in [Wrong::OtherPerson, Wrong::StraySubject, Wrong::OtherBirthDate] {
        let fake = r4(Some(wrong));
        let subject = if wrong == Wrong::StraySubject { "Patient/d9" } else { "Patient/d1" };
        let entry = json!({
            "resourceType": "DocumentReference", "id": "r1", "status": "current", "subject": { "reference": subject },
            "content": [{ "attachment": { "url": "Binary/b1", "contentType": "application/pdf" } }],
        });
        let fake = fake.json("/fhir/DocumentReference/r1", entry);
        let federation = federation(vec![acute(&fake.serve().await)], "http://127.0.0.1:9", limits());
        let retrieval = fhir::Retrieval {
            resource: Some("DocumentReference/r1".to_owned()),
            url: Some("Binary/b1".to_owned()),
            ..Default::default()
        };
        let id = federation.sources()[0].id.clone();
        let reply = federation.open_document(&asking(), &id, &retrieval).await;
        assert_eq!(reply.state, expected(wrong), "HAZ-004 {wrong:?}");
        assert!(reply.content.is_none() && fake.count("/fhir/Binary") == 0, "HAZ-004 {wrong:?}");
        assert_eq!(is_held(&federation, &id), wrong != Wrong::OtherBirthDate, "HAZ-004 {wrong:?}");
    }
}

// shows: F22
/// Two entries of one person are never picked from; nobody else's data came, so the source is not held.
#[tokio::test]
async fn t53_two_entries_with_the_persons_own_number_are_ambiguous() {
    let twins = || searchset(vec![patient("d1", NUMBER), patient("d2", NUMBER)]);
    let at_servers =
        [("fhir-r4", acute as fn(&str) -> SourceConfig), ("fhir-stu3", nelft), ("an edge node", council)];
    for (name, source) in at_servers {
        let fake = r4(None).json("/fhir/Patient/_search", twins());
        let federation = federation(vec![source(&fake.serve().await)], "http://127.0.0.1:9", limits());
        let reply = ask(&federation, "first").await;
        assert_eq!(reply.state, ReplyState::Withheld(Withholder::PolicyAmbiguous), "HAZ-037 {name}");
        assert!(
            reply.payloads.is_empty() && !is_held(&federation, &federation.sources()[0].id),
            "HAZ-037 {name}"
        );
    }
}

/// What is not permitted is not put into words on any wire.
#[tokio::test]
async fn t59_no_request_leaves_for_a_category_without_a_permit() {
    for (permitted, type_asked) in [(Allergies, "AllergyIntolerance"), (Problems, "Condition")] {
        let fake = r4(None);
        let federation = federation(vec![acute(&fake.serve().await)], "http://127.0.0.1:9", limits());
        let only =
            |_: &fhir::SourceId, category| if category == permitted { Level::Full } else { Level::Nothing };
        let plan = plan::plan(federation.sources(), &only, &asking());
        federation.gather(plan).next().await.unwrap();
        let known = ["/fhir/metadata", "/fhir/Patient/_search"];
        let searched: Vec<String> = fake
            .seen()
            .into_iter()
            .map(|seen| seen.path)
            .filter(|path| !known.contains(&path.as_str()))
            .collect();
        assert!(searched.iter().all(|path| path.contains(type_asked)), "HAZ-047 {permitted:?}: {searched:?}");
    }
}

fn expected(wrong: Wrong) -> ReplyState {
    ReplyState::Withheld(match wrong {
        Wrong::OtherBirthDate => Withholder::PolicyDiffers(vec!["birth date".to_owned()]),
        _ => Withholder::PolicyIdentity,
    })
}

/// HAZ-030: a source's own log can be held against our entries, whatever kind of source it is.
#[tokio::test]
async fn every_kind_of_source_is_asked_under_the_name_of_the_question() {
    for kind in &KINDS {
        let fake = (kind.answer)(None);
        let federation = federation_of(kind, &fake).await;
        let reply = ask(&federation, "0197-opening").await;
        let name = names().of("0197-opening", reply.source.as_str(), PLANNED);
        let seen = fake.seen();
        // The directory is asked where the practice is, and not about anybody.
        let own: Vec<_> = seen.iter().filter(|seen| !seen.path.starts_with("/spine-directory")).collect();
        assert!(!own.is_empty(), "{}", kind.name);
        for request in own {
            let id = request.headers.get("x-request-id").or(request.headers.get("ssp-traceid"));
            let named = id.and_then(|id| RequestName::in_id(id));
            assert_eq!(named, Some(name), "{}: {} {}", kind.name, request.method, request.path);
        }
    }
}

async fn federation_of(kind: &Kind, fake: &Fake) -> Arc<Federation> {
    install_tls();
    let url = fake.serve().await;
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "not-a-real-token\n").unwrap();
    let national =
        NationalConfig { gateway_url: Some(url.clone()), gateway_token_file: Some(token), ..national(&url) };
    let federation = Federation::new(vec![(kind.source)(&url)], national, limits()).unwrap();
    Arc::new(federation.naming(names()))
}

fn names() -> RequestNames {
    RequestNames::derive(&[7; 32]).unwrap()
}

async fn ask(federation: &Arc<Federation>, opening: &str) -> Reply {
    let asking = Asking { opening: opening.to_owned(), ..asking() };
    let plan = plan::plan(federation.sources(), &|_, _| Level::Full, &asking);
    federation.gather(plan).next().await.unwrap()
}

fn is_held(federation: &Federation, id: &fhir::SourceId) -> bool {
    federation.breaker(id).contains("held since")
}

fn acute(url: &str) -> SourceConfig {
    source("acute", kind("fhir-r4"), Some(format!("{url}/fhir")), &[Allergies, Problems])
}

fn nelft(url: &str) -> SourceConfig {
    source("nelft", kind("fhir-stu3"), Some(format!("{url}/fhir")), &[Allergies, Problems])
}

fn council(url: &str) -> SourceConfig {
    let feed = crate::Feed { every: "24h".to_owned(), stale_after: "26h".to_owned() };
    SourceConfig { feed: Some(feed), ..acute(url) }
}

fn locator(url: &str) -> SourceConfig {
    source("nrl", kind("nrl"), Some(url.to_owned()), &[CarePlans, Documents])
}

const RECORD: [Category; 3] = [Allergies, Medications, Problems];

fn practice(_: &str) -> SourceConfig {
    source("gp", kind("gp-connect"), None, &RECORD)
}

fn practice_with_documents(_: &str) -> SourceConfig {
    source("gp", kind("gp-connect"), None, &[Allergies, Documents])
}

fn gateway(url: &str) -> SourceConfig {
    SourceConfig { route: Route::NationalGateway, ..practice(url) }
}

/// The Patients an answer holds.
fn patients(id: &str, wrong: Option<Wrong>) -> Vec<Value> {
    let mut own = patient(id, NUMBER);
    match wrong {
        Some(Wrong::OtherPerson) => vec![patient(id, OTHER_NUMBER)],
        Some(Wrong::TwoPersons) => vec![own, patient("d9", OTHER_NUMBER)],
        Some(Wrong::OtherBirthDate) => {
            own["birthDate"] = json!("1953-08-14");
            vec![own]
        }
        Some(Wrong::StraySubject) | None => vec![own],
    }
}

/// The entries it holds beside them.
fn entries(id: &str, wrong: Option<Wrong>) -> Vec<Value> {
    let mut entries = vec![allergy("a1", id)];
    if wrong == Some(Wrong::StraySubject) {
        entries.push(allergy("a2", "d9"));
    }
    entries
}

fn server(version: &str, wrong: Option<Wrong>) -> Fake {
    Fake::default()
        .json("/fhir/metadata", capability(version, &["Patient", "AllergyIntolerance", "Condition"]))
        .json("/fhir/Patient/_search", searchset(patients("d1", wrong)))
        .json("/fhir/AllergyIntolerance", searchset(entries("d1", wrong)))
}

fn r4(wrong: Option<Wrong>) -> Fake {
    server("4.0.1", wrong)
}

fn stu3(wrong: Option<Wrong>) -> Fake {
    server("3.0.1", wrong)
}

/// As a node answers: each answer says when its data came.
fn edge(wrong: Option<Wrong>) -> Fake {
    let received = |mut bundle: Value| {
        bundle["meta"] = json!({ "lastUpdated": "2026-11-22T02:10:00Z" });
        bundle
    };
    server("4.0.1", wrong)
        .json("/fhir/Patient/_search", received(searchset(patients("d1", wrong))))
        .json("/fhir/AllergyIntolerance", received(searchset(entries("d1", wrong))))
}

fn nrl(wrong: Option<Wrong>) -> Fake {
    let pointer = |id: &str, number: &str| {
        json!({
            "resourceType": "DocumentReference", "id": id, "status": "current",
            "subject": { "identifier": { "system": fhir::nhs_number::SYSTEM, "value": number } },
            "content": [{ "attachment": { "contentType": "application/pdf", "url": "https://plans.example/1" } }],
        })
    };
    let pointers = match wrong {
        Some(Wrong::OtherPerson) => vec![pointer("a", OTHER_NUMBER)],
        Some(Wrong::TwoPersons) => vec![pointer("a", NUMBER), pointer("b", OTHER_NUMBER)],
        Some(Wrong::StraySubject) => {
            let mut stray = pointer("b", NUMBER);
            stray["contained"] = json!([patient("x", OTHER_NUMBER)]);
            vec![pointer("a", NUMBER), stray]
        }
        _ => vec![pointer("a", NUMBER)],
    };
    Fake::default().json("/DocumentReference/_search", searchset(pointers))
}

const ROOT: &str = "https://gp.example/ZZ901/STU3/1/gpconnect/structured/fhir";

fn registered(fake: Fake, interaction: &str, root: &str) -> Fake {
    let at = |kind: &str| {
        let mut url = reqwest::Url::parse("http://sds.example").unwrap();
        url.query_pairs_mut()
            .append_pair("organization", "https://fhir.nhs.uk/Id/ods-organization-code|ZZ901")
            .append_pair(
                "identifier",
                &format!("https://fhir.nhs.uk/Id/nhsServiceInteractionId|{interaction}"),
            );
        format!("/spine-directory/FHIR/R4/{kind}?{}", url.query().unwrap())
    };
    let device = json!({ "resourceType": "Device", "identifier": [{ "system": "https://fhir.nhs.uk/Id/nhsSpineASID", "value": "918999198738" }] });
    fake.json(&at("Device"), searchset(vec![device]))
        .json(&at("Endpoint"), searchset(vec![json!({ "resourceType": "Endpoint", "address": root })]))
}

fn record(wrong: Option<Wrong>) -> Value {
    let codes = ["886921000000105", "933361000000108", "717711000000103"];
    let list = |code: &str| {
        json!({
            "resourceType": "List", "status": "current", "subject": { "reference": "Patient/p1" },
            "code": { "coding": [{ "system": "http://snomed.info/sct", "code": code }] },
        })
    };
    let resources = [patients("p1", wrong), entries("p1", wrong), codes.map(list).to_vec()].concat();
    let entries: Vec<Value> = resources.into_iter().map(|resource| json!({ "resource": resource })).collect();
    json!({ "resourceType": "Bundle", "type": "collection", "entry": entries })
}

fn structured(wrong: Option<Wrong>) -> Fake {
    let interaction = "urn:nhs:names:services:gpconnect:fhir:operation:gpc.getstructuredrecord-1";
    registered(Fake::default(), interaction, ROOT)
        .json(&format!("/{ROOT}/Patient/$gpc.getstructuredrecord"), record(wrong))
}

fn by_gateway(wrong: Option<Wrong>) -> Fake {
    Fake::default().json("/patient/$gpc.getstructuredrecord", record(wrong))
}

/// The older version's Patients, and one section that says whose it is.
fn html(wrong: Option<Wrong>) -> Fake {
    const VIEW: &str = "https://gp.example/ZZ901/DSTU2/1/gpconnect/fhir";
    let older = |mut patient: Value| {
        patient["name"] = json!([{ "use": "usual", "family": ["Testpatient"], "given": ["Doreen"] }]);
        patient
    };
    let subject = if wrong == Some(Wrong::StraySubject) { "Patient/9" } else { "Patient/2" };
    let section = |code: &str| {
        let composition = json!({
            "resourceType": "Composition", "status": "final", "subject": { "reference": subject },
            "section": [{
                "code": { "coding": [{ "system": "http://fhir.nhs.net/ValueSet/gpconnect-record-section-1", "code": code }] },
                "text": { "status": "generated", "div": "<div><h1>x</h1><table><tbody><tr><td>01-Feb-2026</td><td>Entry</td></tr></tbody></table></div>" },
            }],
        });
        let resources = [vec![composition], patients("2", wrong).into_iter().map(older).collect()].concat();
        let entries: Vec<Value> =
            resources.into_iter().map(|resource| json!({ "resource": resource })).collect();
        json!({ "resourceType": "Bundle", "type": "searchset", "entry": entries })
    };
    let fake = registered(
        Fake::default(),
        "urn:nhs:names:services:gpconnect:fhir:operation:gpc.getcarerecord",
        VIEW,
    );
    ["ALL", "MED", "PRB", "ENC"].into_iter().fold(fake, |fake, code| {
        fake.json(&format!(r#"/{VIEW}/Patient/$gpc.getcarerecord#"code":"{code}""#), section(code))
    })
}

/// A well record, and beside it a list of documents that is not.
fn documents(wrong: Option<Wrong>) -> Fake {
    const DOCS: &str = "https://gp.example/ZZ901/STU3/1/gpconnect/documents/fhir";
    const WAYS: [&str; 3] = [
        "urn:nhs:names:services:gpconnect:documents:fhir:rest:search:patient-1",
        "urn:nhs:names:services:gpconnect:documents:fhir:rest:search:documentreference-1",
        "urn:nhs:names:services:gpconnect:documents:fhir:rest:read:binary-1",
    ];
    let letter = |id: &str, subject: &str| {
        json!({
            "resourceType": "DocumentReference", "id": id, "status": "current", "subject": { "reference": subject },
            "content": [{ "attachment": { "contentType": "application/pdf", "url": format!("{DOCS}/Binary/{id}") } }],
        })
    };
    let mut letters = vec![letter("b1", "Patient/d1")];
    if wrong == Some(Wrong::StraySubject) {
        letters.push(letter("b2", "Patient/d9"));
    }
    let mut list = searchset(letters);
    let included = json!({ "resource": patient("d1", NUMBER), "search": { "mode": "include" } });
    list["entry"].as_array_mut().unwrap().push(included);
    let fake = WAYS.into_iter().fold(structured(None), |fake, way| registered(fake, way, DOCS));
    fake.json(&format!("/{DOCS}/Patient"), searchset(patients("d1", wrong)))
        .json(&format!("/{DOCS}/Patient/d1/DocumentReference"), list)
}

/// Whoever wrote a new kind must have thought of it here.
#[test]
fn every_kind_of_source_stands_in_the_table() {
    for kind in &super::KINDS {
        assert!(
            KINDS.iter().any(|line| line.name.starts_with(kind.name)),
            "{} is not in the table",
            kind.name
        );
    }
}
