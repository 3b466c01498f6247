//! Observations, reports, specimens and images. Values keep their digits (HAZ-039). Source: sources.md 9.1; obs-6, obs-7.

use super::{definition, encounter, extend, note, put, third_edition};
use crate::uk_core::extensions;
use crate::uk_core::tree::{Fields, Node};
use crate::uk_core::work::{NO_PLACE, Work};

pub(super) fn observation(fields: &mut Fields<'_>, work: &mut Work) {
    encounter(fields, work);
    if let Some(comment) = fields.take("comment") {
        note(fields, comment);
    }
    if let Some(related) = fields.take("related") {
        related.into_items().into_iter().for_each(|item| relate(fields, item, work));
    }
    attachment(fields, "Observation.value");
    fields.each("component", &mut |component| attachment(component, "Observation.component.value"));
}

/// `has-member` and `derived-from` have elements of their own. The others, and those without a type, have none.
fn relate<'a>(fields: &mut Fields<'a>, item: Node<'a>, work: &mut Work) {
    let Node::Object(mut related) = item else {
        work.lose(&item, "not the kind of value R4 takes here");
        return;
    };
    let element = match related.text("type").as_deref() {
        Some("has-member") => "hasMember",
        Some("derived-from") => "derivedFrom",
        _ => return keep_related(fields, &mut related, work),
    };
    related.take("type").iter().for_each(|kind| work.rule(kind));
    if let Some(target) = related.take("target") {
        let mut all = fields.take(element).map(Node::into_items).unwrap_or_default();
        all.push(target);
        fields.put(element, Node::Array(all));
    }
    work.lose(&Node::Object(related), NO_PLACE);
}

fn keep_related<'a>(fields: &mut Fields<'a>, related: &mut Fields<'a>, work: &mut Work) {
    let mut parts = Vec::new();
    for (name, value) in [("type", "valueCode"), ("target", "valueReference")] {
        if let Some(node) = related.take(name) {
            parts.push(Node::object([("url", Node::ours(name)), (value, node)]));
        }
    }
    work.lose(&Node::Object(std::mem::take(related)), NO_PLACE);
    if !parts.is_empty() {
        let url = Node::ours(&format!("{}Observation.related", super::THIRD_EDITION));
        extend(fields, Node::object([("url", url), ("extension", Node::Array(parts))]));
    }
}

/// R4 has no attachment among an observation's values: it is a document.
fn attachment(fields: &mut Fields<'_>, path: &str) {
    if let Some(attachment) = fields.take("valueAttachment") {
        third_edition(fields, path, "valueAttachment", attachment);
    }
}

pub(super) fn diagnostic_report(fields: &mut Fields<'_>, work: &mut Work) {
    encounter(fields, work);
    performers(fields, work);
    fields.rename("codedDiagnosis", "conclusionCode");
    fields.rename("image", "media");
}

/// Actors without their roles; who interpreted the results has an element.
fn performers(fields: &mut Fields<'_>, work: &mut Work) {
    let Some(node) = fields.take("performer") else { return };
    let (mut performers, mut interpreters) = (Vec::new(), Vec::new());
    for mut item in node.into_items() {
        let (mut actor, mut is_interpreter) = (None, false);
        item.each(&mut |performer| {
            actor = performer.take("actor");
            is_interpreter = performer.object("role").is_some_and(is_interpreting);
        });
        match actor {
            Some(actor) if is_interpreter => interpreters.push(actor),
            Some(actor) => performers.push(actor),
            None => {
                performers.push(item);
                continue;
            }
        }
        work.lose(&item, "R4 has no role for who performed a report");
    }
    put(fields, "performer", Node::Array(performers), work);
    put(fields, "resultsInterpreter", Node::Array(interpreters), work);
}

fn is_interpreting(role: &Fields<'_>) -> bool {
    role.objects("coding").any(|coding| coding.text("code").as_deref() == Some("interpreter"))
}

pub(super) fn specimen(fields: &mut Fields<'_>, _: &mut Work) {
    let of_root = fasting(fields);
    let Some(Node::Object(mut collection)) = fields.take("collection") else { return };
    if let Some(fasting) = fasting(&collection).or(of_root) {
        collection.put("fastingStatusCodeableConcept", fasting);
    }
    fields.put("collection", Node::Object(collection));
}

fn fasting<'a>(fields: &Fields<'a>) -> Option<Node<'a>> {
    extensions::find(fields, "fastingstatus")?.get("valueCodeableConcept").cloned()
}

pub(super) fn imaging_study(fields: &mut Fields<'_>, work: &mut Work) {
    encounter(fields, work);
    definition(fields, "instantiatesCanonical", work);
    fields.rename("patient", "subject");
    fields.rename("modalityList", "modality");
    identifiers(fields);
    if let Some(reason) = fields.take("reason") {
        put(fields, "reasonCode", reason, work);
    }
    fields.each("series", &mut |series| {
        bare_uid(series);
        series.each("instance", &mut bare_uid);
        let Some(performers) = series.take("performer") else { return };
        let actors = performers.into_items().into_iter().map(|actor| Node::object([("actor", actor)]));
        series.put("performer", Node::Array(actors.collect()));
    });
}

/// R4 writes these without `urn:oid:`.
fn bare_uid(fields: &mut Fields<'_>) {
    let bare = fields.text("uid").and_then(|uid| uid.strip_prefix("urn:oid:").map(str::to_owned));
    if let Some(node) = bare.and_then(|bare| Some(fields.get("uid")?.instead(&bare))) {
        fields.set("uid", node);
    }
}

/// The study's own number and the one its request was filed under are identifiers in R4.
fn identifiers(fields: &mut Fields<'_>) {
    let mut all = fields.take("identifier").map(Node::into_items).unwrap_or_default();
    if let Some(uid) = fields.take("uid") {
        all.insert(0, Node::object([("system", Node::ours("urn:dicom:uid")), ("value", uid)]));
    }
    all.extend(fields.take("accession"));
    if !all.is_empty() {
        fields.put("identifier", Node::Array(all));
    }
}
