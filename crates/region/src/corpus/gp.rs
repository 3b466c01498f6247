//! Takes a published practice reply, gives it under another NHS number, with what it says of its person.

use super::{
    Demographics,
    edit::{self, Change},
};
use fhir::{Json, NhsNumber, Object};

/// `None` if the text is no reply about one Patient who has an NHS number, however masked.
pub(super) fn re_number(text: &str, number: &NhsNumber) -> Option<(String, Demographics)> {
    let checked = fhir::json::check(text.as_bytes()).ok()?;
    let bundle = fhir::bundle::Bundle::read(Json::of(checked))?;
    let patient = &bundle.of_type("Patient").next()?.resource;
    let identifiers = patient.objects("identifier");
    let held =
        identifiers.iter().find(|one| one.text("system").as_deref() == Some(fhir::nhs_number::SYSTEM))?;
    let value = held.get("value")?;
    let demographics = demographics(patient);
    // A masked or templated value stands once; a real test number also in requests and subjects of the reply.
    let text = match value.text() {
        Some(old) if NhsNumber::parse(&old).is_ok() => {
            checked.replace(&edit::literal(&old), &edit::literal(number.digits()))
        }
        _ => {
            let change = Change::of(checked, value, edit::literal(number.digits()))?;
            edit::apply(checked, vec![change])
        }
    };
    // Some published replies name a second Patient in passing; a practice would not.
    let id = patient.text("id").map(|id| id.into_owned());
    Some((id.map_or(text.clone(), |id| edit::about(text, &id)), demographics))
}

pub(super) fn demographics(patient: &Object<'_>) -> Demographics {
    let names = patient.objects("name");
    let official = names.iter().find(|name| name.text("use").as_deref() == Some("official"));
    let name = official.or(names.first()).cloned().unwrap_or_default();
    let texts = |key: &str| -> Vec<String> {
        name.items(key).into_iter().filter_map(|one| one.text().map(|text| text.into_owned())).collect()
    };
    Demographics {
        family: name.text("family").map(|family| family.into_owned()),
        given: texts("given"),
        title: texts("prefix").into_iter().next(),
        gender: patient.text("gender").and_then(|gender| known_gender(&gender)),
        birth_date: patient.text("birthDate").and_then(|born| born.parse().ok()),
    }
}

fn known_gender(gender: &str) -> Option<&'static str> {
    ["female", "male", "other", "unknown"].into_iter().find(|known| *known == gender)
}
