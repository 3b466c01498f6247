//! Gives every resource a business identifier with its system: what tells one entry from another across replies and sources,
//! where its sender gave none. Everything else stays as it is, digit by digit. Source: UK Core; sources.md 1.5, 7.

use fhir::Json;

/// Types whose `identifier` is one and not a list, or that have none. Source: FHIR R4.
const ONE_OR_NONE: [&str; 5] = ["Patient", "Bundle", "Binary", "QuestionnaireResponse", "Composition"];

/// The resource, with one. `system` is this node's own.
pub(super) fn identified(json: String, resource_type: &str, system: &str, id: &str) -> String {
    let Some(object) = Json::of(&json).object() else { return json };
    let sent = object.objects("identifier");
    let has_one = sent.iter().any(|one| one.text("system").is_some() && one.text("value").is_some());
    if has_one || ONE_OR_NONE.contains(&resource_type) {
        return json;
    }
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let own = format!(r#"{{"system":{},"value":{}}}"#, quoted(system), quoted(id));
    let others = object.items("identifier").into_iter().map(|one| one.as_sent().to_owned());
    let list = std::iter::once(own).chain(others).collect::<Vec<_>>().join(",");
    let mut members: Vec<String> = object
        .members()
        .filter(|(name, _)| *name != "identifier")
        .map(|(name, value)| format!("{}:{}", quoted(name), value.as_sent()))
        .collect();
    let place = members.len().min(2);
    members.insert(place, format!(r#""identifier":[{list}]"#));
    format!("{{{}}}", members.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(json: &str, kind: &str) -> String {
        identified(json.to_owned(), kind, "urn:x", "1.a")
    }

    #[test]
    fn an_entry_without_an_identifier_gets_one_and_loses_no_digit() {
        let sent = r#"{"resourceType":"Observation","id":"a","valueQuantity":{"value":10.00}}"#;
        let wanted = r#"{"resourceType":"Observation","id":"a","identifier":[{"system":"urn:x","value":"1.a"}],"valueQuantity":{"value":10.00}}"#;
        assert_eq!(with(sent, "Observation"), wanted);
        let sent = r#"{"resourceType":"Encounter","identifier":[{"value":"V1"}]}"#;
        let wanted =
            r#"{"resourceType":"Encounter","identifier":[{"system":"urn:x","value":"1.a"},{"value":"V1"}]}"#;
        assert_eq!(with(sent, "Encounter"), wanted);
    }

    #[test]
    fn an_identifier_with_its_system_and_a_type_that_has_none_stay_as_they_are() {
        for (kind, sent) in [
            ("Encounter", r#"{"resourceType":"Encounter","identifier":[{"system":"s","value":"V1"}]}"#),
            ("Bundle", r#"{"resourceType":"Bundle"}"#),
            ("Flag", "no json"),
        ] {
            assert_eq!(with(sent, kind), sent);
        }
    }
}
