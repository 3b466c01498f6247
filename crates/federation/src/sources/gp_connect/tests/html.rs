//! Practices without a structured record: their HTML view, section by section.

use super::*;

const INTERACTION: &str = "urn:nhs:names:services:gpconnect:fhir:operation:gpc.getcarerecord";
const VIEW: &str = "https://gp.example/ZZ901/DSTU2/1/gpconnect/fhir";
const VIEW_PATH: &str = "/https://gp.example/ZZ901/DSTU2/1/gpconnect/fhir/Patient/$gpc.getcarerecord";
const TABLE: &str =
    "<div><h1>x</h1><table><tbody><tr><td>01-Feb-2026</td><td>Entry</td></tr></tbody></table></div>";
const NONE: &str = "<div><p>No 'Current Allergies' data is recorded for this patient.</p></div>";

/// As the older version writes a Patient; systems differ, names are arrays, and no entry names its profile's version.
fn patient_dstu2(system: &str, number: &str) -> Value {
    json!({
        "resourceType": "Patient", "id": "2", "birthDate": "1935-08-14", "gender": "female",
        "identifier": [{ "system": system, "value": number }],
        "name": [{ "use": "usual", "family": ["Testpatient"], "given": ["Doreen"] }],
        "careProvider": [{ "reference": "Practitioner/3" }],
        "managingOrganization": { "reference": "Organization/2" },
    })
}

fn composition(code: &str, div: &str) -> Value {
    json!({
        "resourceType": "Composition", "status": "final", "subject": { "reference": "Patient/2" },
        "section": [{
            "code": { "coding": [{ "system": "http://fhir.nhs.net/ValueSet/gpconnect-record-section-1", "code": code }] },
            "text": { "status": "generated", "div": div },
        }],
    })
}

fn view_of(patient: Value, code: &str, div: &str) -> Value {
    let practice = json!({ "resourceType": "Organization", "id": "2", "name": "Old Mill Practice" });
    let entries = [composition(code, div), patient, practice].map(|resource| json!({ "resource": resource }));
    json!({ "resourceType": "Bundle", "type": "searchset", "entry": entries })
}

fn view(code: &str, div: &str) -> Canned {
    let body = view_of(patient_dstu2("http://fhir.nhs.net/Id/nhs-number", NUMBER), code, div).to_string();
    Canned::Typed { status: 200, media_type: "application/json+fhir", body }
}

fn key(code: &str) -> String {
    format!(r#"{VIEW_PATH}#"code":"{code}""#)
}

/// The directory knows the HTML view here, and every section shows a table.
fn old_practice() -> Fake {
    let sections = ["ALL", "MED", "PRB", "IMM", "OBS", "ENC", "REF", "CLI", "ADM"];
    let fake = registered(Fake::default(), INTERACTION, VIEW);
    sections.iter().fold(fake, |fake, code| fake.on(&key(code), view(code, TABLE)))
}

async fn ask_for(fake: &Fake, shares: &[Category]) -> Reply {
    let gp = source("gp", kind("gp-connect"), None, shares);
    one(&federation(vec![gp], &fake.serve().await, limits())).await
}

fn requests(fake: &Fake) -> Vec<Value> {
    let seen = fake.seen().into_iter().filter(|seen| seen.path == VIEW_PATH);
    seen.map(|seen| serde_json::from_str(&seen.body).unwrap()).collect()
}

fn sections(fake: &Fake) -> Vec<String> {
    let code = |body: &Value| body["parameter"][1]["valueCodeableConcept"]["coding"][0]["code"].clone();
    requests(fake).iter().map(|body| code(body).as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_practice_without_structured_records_is_shown_as_it_displays_them() {
    let fake = old_practice();
    let reply = ask_for(&fake, &[Demographics, Allergies, Medications, Problems]).await;
    assert_eq!(reply.state, ReplyState::AnsweredWithWarnings);
    assert_eq!(reply.asked.as_deref(), Some("Old Mill Practice"));
    let view = reply.warnings.iter().find(|warning| warning.code == "html-view").unwrap();
    assert_eq!(view.text, "This practice does not send coded records: shown as it displays them");
    assert!(reply.payloads.iter().all(|p| p.format == Format::GpConnectHtml && p.category.is_none()));
    assert!(!reply.by_category.contains_key(&Allergies), "{:?}", reply.by_category);
    assert_eq!(sections(&fake).iter().filter(|code| *code == "SUM").count(), 0);
    let mut asked = sections(&fake);
    asked.sort();
    assert_eq!(asked, ["ALL", "CLI", "MED", "PRB"], "only what the role may see, one section per call");
    assert_eq!(reply.payloads.len(), 4);
}

#[tokio::test]
async fn the_view_stands_in_only_where_the_structured_record_is_off() {
    let table = [
        (fhir(403, &outcome("error", "ACCESS DENIED", "x")), true),
        (fhir(501, &outcome("error", "NOT_IMPLEMENTED", "x")), true),
        (fhir(403, &outcome("error", "NO_PATIENT_CONSENT", "x")), false),
        (fhir(404, &outcome("error", "PATIENT_NOT_FOUND", "x")), false),
        (fhir(500, &outcome("error", "INTERNAL_SERVER_ERROR", "x")), false),
        (fhir(403, &outcome("error", "403", "FOT_CHECK_FAILED_x")), false),
    ];
    for (answer, stands_in) in table {
        let fake = registered(old_practice(), super::super::capability::STRUCTURED.interaction, ROOT);
        fake.set(super::PATH, answer);
        let reply = ask_for(&fake, &[Allergies]).await;
        let shown = reply.payloads.iter().any(|payload| payload.format == Format::GpConnectHtml);
        assert_eq!(shown, stands_in, "HAZ-022: {:?}", reply.state);
        assert_eq!(!requests(&fake).is_empty(), stands_in, "HAZ-022: an objection is never gone around");
    }
}

#[tokio::test]
async fn a_practice_with_neither_is_not_shared() {
    let reply = ask_for(&Fake::default(), &[Allergies]).await;
    assert_eq!(reply.state, ReplyState::NotShared, "HAZ-006");
    let fake = old_practice();
    fake.set(&key("ALL"), fhir(403, &outcome("error", "ACCESS DENIED", "x")));
    assert_eq!(ask_for(&fake, &[Allergies]).await.state, ReplyState::NotShared, "HAZ-006");
}

#[tokio::test]
async fn a_section_is_asked_for_as_its_own_version_spells_it() {
    let fake = old_practice();
    ask_for(&fake, &[Allergies]).await;
    let request = fake.seen().into_iter().find(|seen| seen.path == VIEW_PATH).unwrap();
    assert_eq!(request.method, "POST");
    for name in ["content-type", "accept"] {
        assert_eq!(request.headers[name], "application/json+fhir;charset=utf-8");
    }
    assert_eq!(request.headers["ssp-interactionid"], INTERACTION);
    let golden = json!({
        "resourceType": "Parameters",
        "parameter": [
            { "name": "patientNHSNumber", "valueIdentifier": { "system": "http://fhir.nhs.net/Id/nhs-number", "value": NUMBER } },
            { "name": "recordSection", "valueCodeableConcept": { "coding": [
                { "system": "http://fhir.nhs.net/ValueSet/gpconnect-record-section-1", "code": "ALL" },
            ] } },
        ],
    });
    assert_eq!(requests(&fake), [golden], "and no timePeriod");
}

#[tokio::test]
async fn the_older_token_names_the_record_and_has_the_published_mistake() {
    let fake = old_practice();
    ask_for(&fake, &[Allergies]).await;
    let request = fake.seen().into_iter().find(|seen| seen.path == VIEW_PATH).unwrap();
    let bearer = request.headers["authorization"].strip_prefix("Bearer ").unwrap().to_owned();
    assert!(bearer.ends_with('.') && !bearer.contains('='));
    let payload = bearer.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    assert_eq!(claims["aud"], "https://authorize.fhir.nhs.net/token");
    assert_eq!(claims["requested_scope"], "patient/*.read");
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);
    let number = json!([{ "system": "http://fhir.nhs.net/Id/nhs-number", "value": NUMBER }]);
    assert_eq!(claims["requested_record"], json!({ "resourceType": "Patient", "identifier": number }));
    let practitioner = &claims["requesting_practitioner"];
    assert_eq!(claims["sub"], practitioner["id"]);
    assert_eq!(
        practitioner["identifier"][0],
        json!({ "system": "http://fhir.nhs.net/sds-user-id", "value": "UNK" })
    );
    assert_eq!(practitioner["name"], json!({ "family": ["Okafor"], "given": ["Ada"], "prefix": ["Dr"] }));
    let role = &practitioner["practitionerRole"][0]["role"]["coding"][0];
    assert_eq!(role["system"], "http://fhir.nhs.net/ValueSet/sds-job-role-name-1");
    let organisation = &claims["requesting_organization"];
    assert_eq!(organisation["identifier"][0]["system"], "http://fhir.nhs.net/Id/ods-organization-code");
    assert!(organisation["id"].is_string() && claims["requesting_device"]["id"].is_string());
}

#[tokio::test]
async fn only_the_sentence_that_nothing_is_recorded_reads_as_empty() {
    let unsupported = "<div><p>This system does not support retrieval of 'Allergies' data. This data may still \
                       exist in the source system.</p></div>";
    let denied = "<div><p>Access is denied to 'Allergies' data for this patient.</p></div>";
    let held = ReplyState::Withheld(Withholder::Source("it denied access to them".to_owned()));
    let other = ReplyState::AnsweredWithWarnings;
    let empty = || ReplyState::AnsweredEmpty;
    let silence = failed("its section of them came empty");
    let table = [
        (NONE.to_owned(), empty()),
        (NONE.replace('\'', "&apos;"), empty()),
        (format!("<div><h1>A</h1><h2 class='x'>B</h2><p>All relevant items</p>{NONE}</div>"), empty()),
        ("<div>No 'x'\n  data is recorded for this patient</div>".to_owned(), empty()),
        // Whatever else stands beside the sentence is somebody's to read.
        ("<div>No 'x' data is <b>recorded</b> for this patient.</div>".to_owned(), other.clone()),
        ("<div>No 'x' data is recorded for this patient. But ask.</div>".to_owned(), other.clone()),
        (format!("<div><p>Items excluded due to confidentiality</p>{NONE}</div>"), other.clone()),
        (format!("<div><h2>B</h2>Penicillin{NONE}</div>"), other.clone()),
        // A part that has a heading and says nothing has not said that nothing is recorded.
        (format!("<div><h2>A</h2>{NONE}<H2 class='x'>B</H2></div>"), other.clone()),
        (format!("<div><h2>A</h2>{NONE}<h2>B</h2>{NONE}</div>"), empty()),
        (format!("<div>{NONE}{denied}</div>"), other.clone()),
        (format!("<div>{NONE}{unsupported}</div>"), other.clone()),
        (format!("<div>{NONE}{TABLE}</div>"), other.clone()),
        (format!("<div>{denied}{TABLE}</div>"), other.clone()),
        ("<div>Telephone the practice.</div>".to_owned(), other),
        (unsupported.to_owned(), ReplyState::NotShared),
        ("<div>'Allergies' data is not supported by this system.</div>".to_owned(), ReplyState::NotShared),
        (denied.to_owned(), held.clone()),
        (format!("<div>{unsupported}{denied}</div>"), held),
        ("<div><h1></h1></div>".to_owned(), silence.clone()),
        (String::new(), silence),
    ];
    for (div, state) in table {
        let fake = old_practice().on(&key("ALL"), view("ALL", &div));
        let reply = ask_for(&fake, &[Allergies, Medications]).await;
        assert_eq!(reply.state, ReplyState::AnsweredWithWarnings);
        assert_eq!(reply.state_of(Allergies), &state, "HAZ-006: {div}");
        assert_eq!(reply.state_of(Medications), &ReplyState::AnsweredWithWarnings);
    }
}

#[tokio::test]
async fn a_section_that_fails_is_said_and_hides_no_other() {
    let hang = old_practice().on(&key("MED"), fhir(500, &outcome("error", "INTERNAL_SERVER_ERROR", "x")));
    let reply = ask_for(&hang, &[Allergies, Medications]).await;
    assert_eq!(reply.state_of(Medications), &failed("answered with an error"), "HAZ-006");
    assert_eq!(reply.state_of(Allergies), &ReplyState::AnsweredWithWarnings);
    let half = old_practice().on(&key("CLI"), fhir(500, &outcome("error", "INTERNAL_SERVER_ERROR", "x")));
    let reply = ask_for(&half, &[Problems]).await;
    assert_eq!(
        reply.state_of(Problems),
        &failed("answered with an error"),
        "HAZ-017: a half is not the whole"
    );
    assert!(reply.warnings.iter().any(|w| w.text == "the practice did not send clinical items"));
    assert_eq!(reply.payloads.len(), 1);
}

#[tokio::test]
async fn a_section_the_system_has_not_does_not_make_its_category_empty() {
    let unsupported = "<div>This system does not support retrieval of 'Administrative Items' data.</div>";
    let fake = old_practice().on(&key("ADM"), view("ADM", unsupported)).on(&key("REF"), view("REF", NONE));
    let reply = ask_for(&fake, &[Encounters]).await;
    assert_eq!(reply.state_of(Encounters), &ReplyState::AnsweredWithWarnings, "HAZ-006");
    assert!(reply.warnings.iter().any(|w| w.text == "the practice does not share administrative items"));
}

#[tokio::test]
async fn a_record_not_given_is_no_empty_view() {
    let fake = registered(Fake::default(), INTERACTION, VIEW);
    fake.set(VIEW_PATH, fhir(404, &outcome("error", "PATIENT_NOT_FOUND", "x")));
    let reply = ask_for(&fake, &[Allergies, Medications]).await;
    assert_eq!(reply.state, ReplyState::AnsweredEmpty);
    assert_eq!(reply.state_of(Allergies), &failed("no record given"), "HAZ-006");
    assert_eq!(reply.warnings[0].code, "no-record-given");
    fake.set(VIEW_PATH, fhir(403, &outcome("error", "NON_AUTHORITATIVE", "x")));
    let words = "it is not the person's registered practice".to_owned();
    let reply = ask_for(&fake, &[Allergies]).await;
    assert_eq!(reply.state, ReplyState::Withheld(Withholder::Source(words)));
}

#[tokio::test]
async fn somebody_elses_view_withholds_everything_whichever_number_system_it_uses() {
    for system in ["http://fhir.nhs.net/Id/nhs-number", "https://fhir.nhs.uk/Id/nhs-number"] {
        let answer = |number| Canned::Json(view_of(patient_dstu2(system, number), "MED", TABLE));
        let own = old_practice().on(&key("MED"), answer(NUMBER));
        assert_eq!(ask_for(&own, &[Medications]).await.payloads.len(), 1, "{system}");
        let other = old_practice().on(&key("MED"), answer(OTHER_NUMBER));
        let reply = ask_for(&other, &[Allergies, Medications]).await;
        assert_eq!(reply.state, ReplyState::Withheld(Withholder::PolicyIdentity), "HAZ-004: {system}");
        assert!(reply.payloads.is_empty() && reply.warnings.is_empty(), "HAZ-004");
    }
    let mut stray = view_of(patient_dstu2("https://fhir.nhs.uk/Id/nhs-number", NUMBER), "MED", TABLE);
    stray["entry"][0]["resource"]["subject"]["reference"] = json!("Patient/9");
    let reply = ask_for(&old_practice().json(&key("MED"), stray), &[Medications]).await;
    assert_eq!(reply.state, ReplyState::Withheld(Withholder::PolicyIdentity), "HAZ-004");
    let mut two = view_of(patient_dstu2("http://fhir.nhs.net/Id/nhs-number", NUMBER), "MED", TABLE);
    let second = patient_dstu2("http://fhir.nhs.net/Id/nhs-number", OTHER_NUMBER);
    two["entry"].as_array_mut().unwrap().push(json!({ "resource": second }));
    let reply = ask_for(&old_practice().json(&key("MED"), two), &[Medications]).await;
    assert_eq!(reply.state, ReplyState::Withheld(Withholder::PolicyIdentity), "HAZ-004");
}

#[tokio::test]
async fn another_birth_date_or_no_number_withholds_the_view() {
    let mut other = patient_dstu2("http://fhir.nhs.net/Id/nhs-number", NUMBER);
    other["birthDate"] = json!("1953-08-14");
    let nameless = patient_dstu2("urn:something-local", NUMBER);
    for (patient, field) in [(other, "birth date"), (nameless, "NHS number")] {
        let fake = old_practice().json(&key("MED"), view_of(patient, "MED", TABLE));
        let state = ask_for(&fake, &[Medications]).await.state;
        assert_eq!(state, ReplyState::Withheld(Withholder::PolicyDiffers(vec![field.to_owned()])), "HAZ-037");
    }
}

#[tokio::test]
async fn what_is_not_the_section_asked_for_is_unreadable() {
    let doreen = || patient_dstu2("http://fhir.nhs.net/Id/nhs-number", NUMBER);
    let mut none = view_of(doreen(), "MED", TABLE);
    none["entry"][0]["resource"]["section"] = json!([]);
    let mut two = view_of(doreen(), "MED", TABLE);
    let again = two["entry"][0].clone();
    two["entry"].as_array_mut().unwrap().push(again);
    let nobody = json!({ "resourceType": "Bundle", "type": "searchset", "entry": [] });
    for answer in [view_of(doreen(), "ALL", TABLE), none, two, nobody] {
        let fake = old_practice().json(&key("MED"), answer);
        let reply = ask_for(&fake, &[Medications]).await;
        assert!(matches!(reply.state, ReplyState::Unreadable(_)), "HAZ-006, HAZ-038: {:?}", reply.state);
    }
    let page = Canned::Typed { status: 200, media_type: "text/html", body: "<html>".to_owned() };
    let reply = ask_for(&old_practice().on(&key("MED"), page), &[Medications]).await;
    assert!(matches!(reply.state, ReplyState::Unreadable(_)), "HAZ-038");
}

#[tokio::test]
async fn the_objection_is_not_read_out_of_words() {
    let fake = old_practice();
    let gp = source("gp", kind("gp-connect"), None, &ALL);
    let federation = federation(vec![gp], &fake.serve().await, limits());
    let reply = federation.ask_objection(&asking()).await;
    assert_eq!(reply.state, ReplyState::NotShared, "HAZ-022: unknown, so the signed-off setting decides");
    assert!(requests(&fake).is_empty());
}
