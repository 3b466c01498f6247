//! The locator over its socket, and the documents its pointers lead to.

use super::{DOREEN, Started, started};
use reqwest::{RequestBuilder, Response};
use serde_json::Value;

const NHS_NUMBER: &str = "https://fhir.nhs.uk/Id/nhs-number";

/// Somebody with a token, so that every test asks as a gateway would.
struct Asker<'a> {
    started: &'a Started,
    token: String,
}

async fn asker(started: &Started) -> Asker<'_> {
    let token = started.token(&started.region.endpoints().nrl_token_url, "system/DocumentReference.rs").await;
    Asker { started, token }
}

impl Asker<'_> {
    fn url(&self, behind: &str) -> String {
        let origin = &self.started.region.endpoints().nrl_url;
        format!("{origin}/record-locator/consumer/FHIR/R4/DocumentReference{behind}")
    }

    fn with_headers(&self, request: RequestBuilder) -> RequestBuilder {
        request
            .bearer_auth(&self.token)
            .header("X-Request-ID", uuid::Uuid::new_v4().to_string())
            .header("NHSD-End-User-Organisation-ODS", "ZZ910")
    }

    async fn search(&self, form: &[(&str, &str)]) -> Response {
        let request = self.started.client.post(self.url("/_search")).form(form);
        self.with_headers(request).send().await.unwrap()
    }

    async fn pointers(&self, number: &str) -> Vec<Value> {
        let subject = format!("{NHS_NUMBER}|{number}");
        let bundle: Value = self.search(&[("subject:identifier", &subject)]).await.json().await.unwrap();
        bundle["entry"].as_array().unwrap().iter().map(|entry| entry["resource"].clone()).collect()
    }
}

fn number(started: &Started, story: &str) -> String {
    let people = &started.region.endpoints().people;
    people.iter().find(|person| person.story_key == story).unwrap().nhs_number.clone()
}

fn attachment(pointer: &Value) -> &Value {
    &pointer["content"][0]["attachment"]
}

#[tokio::test]
async fn each_story_has_its_pointers() {
    let started = started().await;
    let asker = asker(&started).await;
    for (story, custodian, code, count) in [
        ("falls", "ZZ910", "1382601000000107", 1),
        ("crisis", "ZZ911", "736253002", 2),
        ("end-of-life", "ZZ913", "861421000000109", 1),
        ("respect", "ZZ910", "1382601000000107", 3),
        ("sparse", "", "", 0),
    ] {
        let number = number(&started, story);
        let pointers = asker.pointers(&number).await;
        assert_eq!(pointers.len(), count, "{story}");
        let Some(first) = pointers.first() else { continue };
        assert!(first["id"].as_str().unwrap().starts_with(&format!("{custodian}-")), "{story}");
        assert_eq!(first["custodian"]["identifier"]["value"], custodian);
        assert_eq!(first["type"]["coding"][0]["code"], code, "{story}");
        assert_eq!(first["subject"]["identifier"]["value"], number.as_str(), "HAZ-004");
    }
}

#[tokio::test]
async fn a_crisis_plan_is_labelled_and_a_contact_gives_a_telephone() {
    let started = started().await;
    let asker = asker(&started).await;
    let pointers = asker.pointers(&number(&started, "crisis")).await;
    assert_eq!(pointers[0]["securityLabel"][0]["coding"][0]["code"], "V", "HAZ-023");
    let contact =
        pointers.iter().find(|one| one["content"][0]["format"]["code"] == "urn:nhs-ic:record-contact");
    assert!(attachment(contact.unwrap())["url"].as_str().unwrap().starts_with("tel:01632"));
}

#[tokio::test]
async fn the_newer_form_replaces_the_older_one_and_both_come() {
    let started = started().await;
    let asker = asker(&started).await;
    let pointers = asker.pointers(&number(&started, "respect")).await;
    let old = pointers.iter().find(|pointer| pointer["status"] == "superseded").unwrap();
    let new = pointers.iter().find(|pointer| pointer.get("relatesTo").is_some()).unwrap();
    assert_eq!(new["relatesTo"][0]["code"], "replaces", "HAZ-026");
    assert_eq!(new["relatesTo"][0]["target"]["identifier"]["value"], old["id"]);
}

#[tokio::test]
async fn twenty_pointers_make_a_page_and_a_token_in_the_tag_leads_on() {
    let started = started().await;
    let asker = asker(&started).await;
    let subject = format!("{NHS_NUMBER}|{}", number(&started, "deceased"));
    let first: Value = asker.search(&[("subject:identifier", &subject)]).await.json().await.unwrap();
    assert_eq!((first["entry"].as_array().unwrap().len(), &first["total"]), (20, &24.into()), "HAZ-017");
    let tag = &first["meta"]["tag"][0];
    assert_eq!(tag["display"], "next-page-token");
    let form = [("subject:identifier", subject.as_str()), ("next-page-token", tag["code"].as_str().unwrap())];
    let rest: Value = asker.search(&form).await.json().await.unwrap();
    assert_eq!(rest["entry"].as_array().unwrap().len(), 4, "HAZ-017");
    assert!(rest.get("meta").is_none(), "the last page has no token");
    let count = asker.started.client.get(asker.url("/_count")).query(&[("subject:identifier", &subject)]);
    let count: Value = asker.with_headers(count).send().await.unwrap().json().await.unwrap();
    assert_eq!(count["total"], 24);
}

#[tokio::test]
async fn type_and_custodian_narrow_what_comes() {
    let started = started().await;
    let asker = asker(&started).await;
    let subject = format!("{NHS_NUMBER}|{}", number(&started, "respect"));
    for (name, value, count) in [
        ("custodian:identifier", "https://fhir.nhs.uk/Id/ods-organization-code|ZZ913", 2),
        ("custodian:identifier", "https://fhir.nhs.uk/Id/ods-organization-code|ZZ911", 0),
        ("type", "http://snomed.info/sct|1382601000000107", 3),
        ("type", "http://snomed.info/sct|736253002", 0),
    ] {
        let form = [("subject:identifier", subject.as_str()), (name, value)];
        let bundle: Value = asker.search(&form).await.json().await.unwrap();
        assert_eq!(bundle["total"], count, "{name} {value}");
    }
}

#[tokio::test]
async fn each_wrong_parameter_has_its_refusal() {
    let started = started().await;
    let asker = asker(&started).await;
    let subject = format!("{NHS_NUMBER}|{DOREEN}");
    let right = ("subject:identifier", subject.as_str());
    for (form, issue, code, expression) in [
        (vec![right, ("extra", "1")], "invalid", "INVALID_PARAMETER", "extra"),
        (vec![right, ("_count", "50")], "invalid", "INVALID_PARAMETER", "_count"),
        (vec![right, ("next-page-token", "x")], "invalid", "INVALID_PARAMETER", "next-page-token"),
        (
            vec![right, ("custodian:identifier", "ZZ910")],
            "invalid",
            "INVALID_PARAMETER",
            "custodian:identifier",
        ),
        (vec![], "invalid", "INVALID_NHS_NUMBER", "subject:identifier"),
        (vec![("subject:identifier", DOREEN)], "invalid", "INVALID_NHS_NUMBER", "subject:identifier"),
        (vec![right, ("type", "736253002")], "code-invalid", "INVALID_CODE_SYSTEM", "type"),
        (
            vec![right, ("type", "http://snomed.info/sct|16521000000101")],
            "code-invalid",
            "INVALID_CODE_SYSTEM",
            "type",
        ),
    ] {
        let answer = asker.search(&form).await;
        assert_eq!(answer.status(), 400, "{code}");
        let outcome: Value = answer.json().await.unwrap();
        let first = &outcome["issue"][0];
        assert_eq!((&first["code"], &first["expression"][0]), (&issue.into(), &expression.into()));
        assert_eq!(first["details"]["coding"][0]["code"], code);
        assert!(!outcome.to_string().contains(DOREEN), "HAZ-049: a refusal repeats no identifier");
    }
    let extra: Value = asker.search(&[right, ("extra", "1")]).await.json().await.unwrap();
    let says = &extra["issue"][0]["diagnostics"];
    assert_eq!(says, "Invalid query parameter (extra: Extra inputs are not permitted)");
}

#[tokio::test]
async fn headers_token_and_organisation_are_checked() {
    let started = started().await;
    let asker = asker(&started).await;
    let url = asker.url("/_count");
    let bare =
        |request: RequestBuilder| request.query(&[("subject:identifier", format!("{NHS_NUMBER}|{DOREEN}"))]);
    let get = || bare(started.client.get(&url));
    let id = uuid::Uuid::new_v4().to_string();
    let ods = "NHSD-End-User-Organisation-ODS";
    for (request, status, code) in [
        (get(), 401, "ACCESS DENIED"),
        (get().bearer_auth("guess"), 401, "ACCESS DENIED"),
        (get().bearer_auth(&asker.token).header(ods, "ZZ910"), 400, "MISSING_OR_INVALID_HEADER"),
        (
            get().bearer_auth(&asker.token).header(ods, "ZZ910").header("X-Request-ID", "1"),
            400,
            "MISSING_OR_INVALID_HEADER",
        ),
        (get().bearer_auth(&asker.token).header("X-Request-ID", &id), 400, "MISSING_OR_INVALID_HEADER"),
        (
            get().bearer_auth(&asker.token).header("X-Request-ID", &id).header(ods, "RX898"),
            403,
            "ACCESS DENIED",
        ),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status);
        let outcome: Value = answer.json().await.unwrap();
        assert_eq!(outcome["issue"][0]["details"]["coding"][0]["code"], code);
    }
}

#[tokio::test]
async fn a_pointer_is_read_by_id_unless_its_type_was_not_agreed() {
    let started = started().await;
    let asker = asker(&started).await;
    let pointer = asker.pointers(DOREEN).await.remove(0);
    let read = async |id: &str| {
        let answer =
            asker.with_headers(started.client.get(asker.url(&format!("/{id}")))).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    assert_eq!(read(pointer["id"].as_str().unwrap()).await, (200, pointer.clone()));
    let (status, outcome) = read("ZZ910-nowhere").await;
    assert_eq!(
        (status, &outcome["issue"][0]["details"]["coding"][0]["code"]),
        (404, &"NO_RECORD_FOUND".into())
    );
    let people = crate::people::people(1, 0, crate::clock::today());
    let doreen = people.iter().find(|person| person.story_key == "falls").unwrap();
    let today = crate::clock::today();
    let acute = crate::people::partner::Partner::Acute;
    let folder = crate::payload::document_ids(acute, doreen, "folder", today).reference;
    let (status, outcome) = read(&format!("ZZ910-{folder}")).await;
    assert_eq!((status, &outcome["issue"][0]["code"]), (403, &"forbidden".into()));
}

#[tokio::test]
async fn a_plain_address_leads_to_the_partners_own_document() {
    let started = started().await;
    let asker = asker(&started).await;
    for story in ["falls", "end-of-life"] {
        let pointer = asker.pointers(&number(&started, story)).await.remove(0);
        let attachment = attachment(&pointer);
        let request = started.client.get(attachment["url"].as_str().unwrap());
        let request = request.header("X-Api-Key", "demo").header("X-Request-Id", "1");
        let answer = request.send().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["content-type"]),
            (200, &"application/pdf".parse().unwrap())
        );
        assert_eq!(attachment["size"], answer.bytes().await.unwrap().len(), "{story}");
    }
}

#[tokio::test]
async fn an_ssp_address_leads_through_the_proxy_to_the_provider() {
    let started = started().await;
    let asker = asker(&started).await;
    let pointer = asker.pointers(&number(&started, "crisis")).await.remove(0);
    let attachment = attachment(&pointer);
    let url = attachment["url"].as_str().unwrap();
    let (scheme, rest) = url.split_once("://").unwrap();
    assert_eq!(scheme, "ssp");
    assert!(started.region.endpoints().ssp_url.ends_with(rest.split('/').next().unwrap()));
    assert_eq!(rest.matches('/').count(), 1, "the target is one segment");
    let asid = pointer["context"]["related"][0]["identifier"]["value"].as_str().unwrap();
    let through = async |to: &str, interaction: &str| {
        let request = started
            .client
            .get(format!("http://{rest}"))
            .header("Ssp-TraceID", uuid::Uuid::new_v4().to_string())
            .header("Ssp-From", "918999198999")
            .header("Ssp-To", to)
            .header("Ssp-InteractionID", format!("urn:nhs:names:services:nrl:{interaction}"))
            .header("Authorization", "Bearer x.y.");
        request.send().await.unwrap()
    };
    let plan = through(asid, "DocumentReference.content.read").await;
    assert_eq!(
        (plan.status().as_u16(), &plan.headers()["content-type"]),
        (200, &"application/pdf".parse().unwrap())
    );
    let bytes = plan.bytes().await.unwrap();
    assert!(bytes.starts_with(b"%PDF-") && attachment["size"] == bytes.len());
    assert_eq!(through("918999198901", "DocumentReference.content.read").await.status(), 403);
    assert_eq!(through(asid, "DocumentReference.read").await.status(), 403);
    let provider = rest.split('/').nth(1).unwrap().replace("%3A", ":").replace("%2F", "/");
    let straight = started.client.get(provider).send().await.unwrap();
    assert_eq!(straight.status(), 400, "nobody comes past the proxy");
}

#[tokio::test]
async fn a_locator_that_mixes_people_up_gives_pointers_of_somebody_else() {
    let started = started().await;
    let asker = asker(&started).await;
    started.set("nrl", "wrong-person").await;
    let pointers = asker.pointers(&number(&started, "crisis")).await;
    assert!(!pointers.is_empty());
    let others = pointers
        .iter()
        .all(|one| one["subject"]["identifier"]["value"] != number(&started, "crisis").as_str());
    assert!(others, "HAZ-004");
}
