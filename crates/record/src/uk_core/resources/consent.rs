//! Consents: STU3's flat permissions become R4's provisions. An exception's own type says whether it permits or denies,
//! and that is never changed. Source: sources.md 9.1; FHIR R4 Consent, version history.

use super::put;
use crate::uk_core::tree::{Fields, Node};
use crate::uk_core::work::Work;

const SCOPE: &str = "http://terminology.hl7.org/CodeSystem/consentscope";

pub(super) fn consent(fields: &mut Fields<'_>, work: &mut Work) {
    fields.rename("consentingParty", "performer");
    if let Some(source) = fields.take("sourceIdentifier") {
        put(fields, "sourceReference", Node::object([("identifier", source)]), work);
    }
    if let Some(policy) = fields.take("policyRule") {
        let coding = Node::object([("system", Node::ours("urn:ietf:rfc:3986")), ("code", policy)]);
        put(fields, "policyRule", Node::object([("coding", Node::Array(vec![coding]))]), work);
    }
    if !fields.has("policyRule") && !fields.has("policy") {
        // R4's ppc-1 wants one of the two; which rule it was is not ours to guess.
        work.caveat("Consent.policyRule: R4 requires a policy and none was sent".to_owned());
        work.is_incomplete = true;
        fields.put("policyRule", Node::Object(Fields::not_known()));
    }
    if !fields.has("scope") && !is_about_treatment(fields) {
        // STU3's resource was about privacy alone; where it is used for a decision about treatment, its scope is not known.
        let code = Node::ours("patient-privacy");
        fields.put("scope", super::coded(SCOPE, code));
    }
    provision(fields, work);
}

/// An advance decision or directive, by HL7's codes or in the sender's words: never to be read as one about sharing.
fn is_about_treatment(fields: &Fields<'_>) -> bool {
    const CODES: [&str; 6] = ["acd", "dnr", "emrgonly", "hcd", "poa", "polst"];
    const WORDS: [&str; 6] = ["advance", "directive", "resuscitat", "attorney", "treatment", "refuse"];
    let says = |text: &str| WORDS.iter().any(|word| text.to_lowercase().contains(word));
    fields.objects("category").any(|category| {
        let by_coding = category.objects("coding").any(|coding| {
            coding.text("code").is_some_and(|code| CODES.contains(&code.to_lowercase().as_str()))
                || coding.text("display").is_some_and(|display| says(&display))
        });
        by_coding || category.text("text").is_some_and(|text| says(&text))
    })
}

fn provision(fields: &mut Fields<'_>, work: &mut Work) {
    let mut whole = Fields::default();
    for name in ["period", "actor", "action", "securityLabel", "purpose", "dataPeriod", "data"] {
        if let Some(node) = fields.take(name) {
            whole.put(name, node);
        }
    }
    let exceptions = fields.take("except").map(Node::into_items).unwrap_or_default();
    let nested: Vec<Node<'_>> = exceptions.into_iter().map(nested).collect();
    if !nested.is_empty() {
        whole.put("provision", Node::Array(nested));
    }
    put(fields, "provision", Node::Object(whole), work);
}

/// Codings of content became concepts.
fn nested(mut exception: Node<'_>) -> Node<'_> {
    exception.each(&mut |exception| {
        let Some(codes) = exception.take("code") else { return };
        let concepts = codes.into_items().into_iter().map(|coding| {
            let is_coding = coding.as_object().is_some_and(|coding| !coding.has("coding"));
            if is_coding { Node::object([("coding", Node::Array(vec![coding]))]) } else { coding }
        });
        exception.put("code", Node::Array(concepts.collect()));
    });
    exception
}
