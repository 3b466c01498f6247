//! The documents of a practice: what is listed, what each is called, and what it really is.

use super::*;
use base64::{Engine as _, engine::general_purpose::STANDARD};

const ROOT: &str = "http://127.0.0.1:9/documents/fhir";

fn listed(wanted: &WantedDocuments) -> Vec<Value> {
    let bundle = gp_documents(&by_story("falls"), wanted, ROOT, today());
    assert_eq!(bundle["type"], "searchset");
    bundle["entry"].as_array().unwrap().iter().map(|entry| entry["resource"].clone()).collect()
}

fn titles(wanted: &WantedDocuments) -> Vec<String> {
    let all = listed(wanted);
    of_type(&all, "DocumentReference")
        .iter()
        .map(|one| one["description"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_search_gives_the_person_the_documents_and_everybody_they_name() {
    let all = listed(&WantedDocuments::default());
    assert_eq!(of_type(&all, "DocumentReference").len(), 12);
    assert_eq!(of_type(&all, "Patient").len(), 1);
    let names: BTreeSet<String> = all.iter().map(name_of).collect();
    let mut references = Vec::new();
    all.iter().for_each(|resource| values_of(resource, "reference", &mut references));
    for reference in references {
        assert!(names.contains(reference.as_str().unwrap()), "{reference} resolves");
    }
}

#[test]
fn a_confidential_document_is_not_listed_and_cannot_be_read_and_an_unreviewed_one_is() {
    let all = titles(&WantedDocuments::default());
    assert!(!all.iter().any(|title| title.contains("confidential")), "HAZ-010");
    assert!(all.iter().any(|title| title.contains("not yet reviewed")));
}

#[test]
fn created_author_and_description_narrow_a_search() {
    let since = WantedDocuments {
        created: Period { start: Some(date(2026, 11, 1)), end: None },
        ..WantedDocuments::default()
    };
    assert_eq!(titles(&since).len(), 2, "the discharge summary and the letter of yesterday");
    let nelft = WantedDocuments { author: Some("ZZ912".to_owned()), ..WantedDocuments::default() };
    assert_eq!(titles(&nelft), ["Falls service: end of programme"]);
    let own = WantedDocuments { author: Some("ZZ901".to_owned()), ..WantedDocuments::default() };
    assert_eq!(titles(&own).len(), 2, "what the practice made itself");
    let letters = WantedDocuments { description: Some("clinic".to_owned()), ..WantedDocuments::default() };
    assert_eq!(titles(&letters).len(), 2);
    assert!(titles(&WantedDocuments { description: Some("nothing".to_owned()), ..letters }).is_empty());
}

#[test]
fn a_document_over_five_megabytes_has_no_url_and_says_why() {
    let all = listed(&WantedDocuments::default());
    let references = of_type(&all, "DocumentReference");
    let placeholders: Vec<&Value> = references
        .iter()
        .map(|one| &one["content"][0]["attachment"])
        .filter(|one| one.get("url").is_none())
        .collect();
    assert_eq!(placeholders.len(), 1);
    let title = "File size 18551238 bytes greater than maximum allowable (5MB)";
    assert_eq!(placeholders[0]["title"], title, "HAZ-040: too large is not absent");
}

#[test]
fn every_url_leads_to_a_binary_of_the_declared_type_whatever_its_bytes_are() {
    let doreen = by_story("falls");
    let mut kinds = BTreeSet::new();
    for reference in of_type(&listed(&WantedDocuments::default()), "DocumentReference") {
        let attachment = &reference["content"][0]["attachment"];
        let Some(url) = attachment["url"].as_str() else { continue };
        let id = url.strip_prefix(&format!("{ROOT}/Binary/")).unwrap();
        let binary = gp_binary(&doreen, id, today()).unwrap();
        assert_eq!(binary["contentType"], attachment["contentType"]);
        let bytes = STANDARD.decode(binary["content"].as_str().unwrap()).unwrap();
        let lies = reference["description"] == "Letter replaced after it was filed";
        assert_eq!(attachment["size"].as_u64() == Some(bytes.len() as u64), !lies);
        kinds.insert((binary["contentType"].as_str().unwrap().to_owned(), bytes[..4].to_vec()));
    }
    for (kind, start) in [
        ("application/pdf", b"%PDF"),
        ("text/plain", b"%PDF"),
        ("application/rtf", b"{\\rt"),
        ("image/png", b"\x89PNG"),
        ("image/tiff", b"II*\0"),
        ("text/html", b"<!DO"),
        ("application/msword", b"\xd0\xcf\x11\xe0"),
    ] {
        assert!(kinds.contains(&(kind.to_owned(), start.to_vec())), "HAZ-041: {kind}");
    }
    assert!(gp_binary(&doreen, "nothing", today()).is_none());
}

#[test]
fn the_published_searchsets_have_the_same_shape_as_ours() {
    let Some(corpus) = crate::region::tests::corpus() else {
        println!("SKIPPED: no corpus of published payloads (SHCR_CORPUS)");
        return;
    };
    let text =
        std::fs::read_to_string(corpus.join("gp-connect-documents/search/documents_response.json")).unwrap();
    let theirs: Value = serde_json::from_str(&text).unwrap();
    let theirs: Vec<Value> =
        theirs["entry"].as_array().unwrap().iter().map(|entry| entry["resource"].clone()).collect();
    let ours = listed(&WantedDocuments::default());
    for kind in ["Patient", "DocumentReference", "Organization", "Practitioner", "PractitionerRole"] {
        let members = |all: &[Value]| -> BTreeSet<String> {
            of_type(all, kind).iter().flat_map(|one| one.as_object().unwrap().keys().cloned()).collect()
        };
        let lacking: Vec<String> = members(&theirs).difference(&members(&ours)).cloned().collect();
        // Optional, and this supplier's own.
        let known = ["masterIdentifier", "context", "address", "gender"];
        assert!(lacking.iter().all(|name| known.contains(&name.as_str())), "{kind}: {lacking:?}");
    }
}
