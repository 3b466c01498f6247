//! Reads one resource's text for the codes and references in it, wherever they stand.

use fhir::{Json, bundle::type_and_id};
use std::collections::HashSet;

/// Types that belong to nobody and are sent along with what refers to them.
const SHARED: [&str; 8] = [
    "Practitioner",
    "PractitionerRole",
    "Organization",
    "Location",
    "HealthcareService",
    "Medication",
    "Device",
    "Endpoint",
];

/// Deeper than any resource nests.
const DEPTH_MAX: u8 = 100;

/// Whether a coding anywhere in it is on the list, with its system or alone.
pub(super) fn has_any(json: &str, codes: &HashSet<String>) -> bool {
    codings(Json::of(json), DEPTH_MAX, &mut |system, code| {
        codes.contains(code) || system.is_some_and(|system| codes.contains(&format!("{system}|{code}")))
    })
}

fn codings(value: Json<'_>, depth: u8, is_meant: &mut dyn FnMut(Option<&str>, &str) -> bool) -> bool {
    if depth == 0 {
        return false;
    }
    if value.as_sent().starts_with('[') {
        return value.items().into_iter().any(|item| codings(item, depth - 1, is_meant));
    }
    let Some(object) = value.object() else { return false };
    if let Some(code) = object.text("code")
        && is_meant(object.text("system").as_deref(), &code)
    {
        return true;
    }
    object.members().any(|(_, member)| codings(member, depth - 1, is_meant))
}

/// The shared resources this content refers to, as `Type/id`. Content that is no JSON refers to none.
pub(super) fn shared_names(body: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(body).unwrap_or_default();
    let is_shared = |name: &String| {
        SHARED.iter().any(|kind| name.strip_prefix(kind).is_some_and(|rest| rest.starts_with('/')))
    };
    references(text).filter(is_shared).collect()
}

/// Everything a resource refers to, as `Type/id`.
pub(crate) fn references(json: &str) -> impl Iterator<Item = String> {
    values_of(json, "\"reference\"")
}

/// The files an entry has, as `Binary/id`.
pub(super) fn files(json: &str) -> impl Iterator<Item = String> {
    values_of(json, "\"url\"").chain(references(json)).filter(|name| name.starts_with("Binary/"))
}

fn values_of<'a>(json: &'a str, key: &'a str) -> impl Iterator<Item = String> + 'a {
    json.split(key).skip(1).filter_map(|rest| {
        let value = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
        type_and_id(&value.split('"').next()?.replace("\\/", "/"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_wherever_it_stands() {
        let list = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<HashSet<_>>();
        let resource = r#"{"resourceType":"Encounter","reasonCode":[{"coding":[{"system":"http://snomed.info/sct","code":"86406008"}]}]}"#;
        assert!(has_any(resource, &list(&["86406008"])));
        assert!(has_any(resource, &list(&["http://snomed.info/sct|86406008"])));
        assert!(!has_any(resource, &list(&["http://read.info/readv2|86406008", "8640600"])));
        assert!(!has_any("no json", &list(&["86406008"])));
    }

    #[test]
    fn shared_resources_are_named_by_type_and_id() {
        let body = br#"{"a":{"reference":"Practitioner/p-1"},"b":{"reference" : "Patient/~"},"c":{"reference":"https:\/\/x.example\/Organization\/o.2"}}"#;
        assert_eq!(shared_names(body), ["Practitioner/p-1", "Organization/o.2"]);
        assert!(shared_names(&[0xff, b'"']).is_empty());
    }
}
