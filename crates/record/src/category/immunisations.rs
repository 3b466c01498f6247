//! Takes an Immunization, gives a vaccination given, or one not given that day, which is not "never given".
//! Source: GP Connect 1.6.2 immunisations guidance; UK Core Immunization.

use crate::item::{Facts, Immunisation, Item, Section, When};
use crate::normalise::extensions::{plain, value_date};
use crate::normalise::resource::{Resource, quantity, text, words};
use fhir::{Category, Json, Object, coding::Concept};

pub(crate) fn read(resource: &Resource<'_>) -> Item {
    let given = resource.object.boolean("notGiven") != Some(true)
        && resource.text("status").as_deref() != Some("not-done");
    let immunisation = Immunisation {
        given,
        reason_not_given: reason_not_given(resource),
        dose_number: dose_number(resource),
        batch: resource.text("lotNumber"),
        site: resource.words("site"),
        second_hand: resource.object.boolean("primarySource") == Some(false),
    };
    let mut item =
        resource.item(Section::Immunisations, Category::Immunisations, Facts::Immunisation(immunisation));
    item.what = vaccine(resource);
    let (occurred, _) = resource.span("occurrence");
    let recorded = resource.extension("daterecorded").and_then(|extension| value_date(&extension));
    item.when = When {
        from: resource.date("date").or(occurred),
        to: None,
        recorded: recorded.or_else(|| resource.date("recorded")),
    };
    if resource.object.boolean("isSubpotent") == Some(true) {
        item.caveats.push("Marked by its source as a subpotent dose".into());
    }
    item.detail("Reason", explanation(resource, "reason").or_else(|| resource.words("reasonCode")));
    item.detail("Reported by", resource.words("reportOrigin"));
    item.detail("Route", resource.words("route"));
    item.detail("Expiry of batch", resource.date("expirationDate").map(|date| date.display()));
    item.detail("Amount", resource.object.object("doseQuantity").and_then(|amount| quantity(&amount)));
    for protocol in protocols(resource) {
        item.detail("Against", words(&protocol, "targetDisease"));
        item.detail("Series", text(&protocol, "series"));
    }
    item
}

/// The procedure names the vaccine where the vaccine's own code says nothing.
fn vaccine(resource: &Resource<'_>) -> Concept {
    let is_null = |concept: &Concept| {
        concept.text.is_none()
            && concept.codings.iter().all(|coding| {
                coding
                    .system
                    .as_deref()
                    .is_some_and(|system| system.to_ascii_lowercase().contains("nullflavor"))
            })
    };
    let procedure = resource.extension("vaccinationprocedure").and_then(|e| e.object("valueCodeableConcept"));
    let procedure =
        procedure.map(|object| Concept::read(&object)).filter(|concept| concept.words().is_some());
    let code = resource.concept("vaccineCode").filter(|concept| !is_null(concept));
    match (procedure, code) {
        (Some(procedure), Some(code)) => {
            let mut codings = procedure.codings.clone();
            codings.extend(code.codings);
            Concept { text: procedure.text.or(code.text), codings }
        }
        (procedure, code) => procedure.or(code).unwrap_or_default(),
    }
}

fn explanation(resource: &Resource<'_>, key: &str) -> Option<String> {
    resource.object.object("explanation").and_then(|explanation| words(&explanation, key))
}

fn reason_not_given(resource: &Resource<'_>) -> Option<String> {
    explanation(resource, "reasonNotGiven").or_else(|| resource.words("statusReason"))
}

fn protocols<'a>(resource: &Resource<'a>) -> Vec<Object<'a>> {
    let mut protocols = resource.object.objects("vaccinationProtocol");
    protocols.extend(resource.object.objects("protocolApplied"));
    protocols
}

/// `1 of 3` in the source's own digits.
fn dose_number(resource: &Resource<'_>) -> Option<String> {
    let protocol = protocols(resource).into_iter().next()?;
    let number = protocol.get("doseSequence").and_then(plain).or_else(|| choice(&protocol, "doseNumber"))?;
    let of = protocol.get("seriesDoses").and_then(plain).or_else(|| choice(&protocol, "seriesDoses"));
    Some(of.map_or(number.clone(), |of| format!("{number} of {of}")))
}

fn choice(object: &Object<'_>, prefix: &str) -> Option<String> {
    object.choice(prefix).and_then(|(_, value): (&str, Json<'_>)| plain(value))
}
