//! What changed between STU3 and R4 inside the data types: dosage, signatures, references, code systems, names.
//! Source: FHIR R4, datatypes, version history; DSTU2 HumanName.

use super::r4::Kind;
use super::terminology;
use super::tree::{Fields, Node};
use super::work::{Dialect, Work};

pub(super) fn convert(fields: &mut Fields<'_>, kind: &Kind, work: &mut Work) {
    match kind.name {
        "Coding" => coding(fields),
        "Reference" => reference(fields),
        "Dosage" => dosage(fields, work),
        "Signature" => signature(fields),
        "HumanName" if work.dialect == Dialect::Dstu2 => family(fields, work),
        _ => {}
    }
}

/// An object that is no use without what it lacks, and cannot say so: it goes to "as sent" whole.
pub(super) fn unusable(node: &Node<'_>, type_name: &str) -> Option<&'static str> {
    let fields = node.as_object()?;
    match type_name {
        "Narrative" if !(fields.has("status") && fields.has("div")) => {
            Some("a narrative without status or text")
        }
        "Extension" if !fields.has("url") => Some("an extension without a name"),
        "Extension" if fields.has("extension") == has_value(fields) => Some("an extension without a value"),
        _ => None,
    }
}

fn has_value(extension: &Fields<'_>) -> bool {
    extension.has_choice("value") || extension.has_choice("_value")
}

fn coding(fields: &mut Fields<'_>) {
    let code = fields.text("code").unwrap_or_default().into_owned();
    let Some(sent) = fields.text("system") else { return };
    let category = sent.trim().ends_with("/CareConnect-ConditionCategory-1")
        && matches!(code.as_str(), "problem-list-item" | "encounter-diagnosis");
    let moved = if category {
        Some("http://terminology.hl7.org/CodeSystem/condition-category".to_owned())
    } else {
        terminology::system(&sent)
    };
    if let Some(node) = moved.and_then(|moved| Some(fields.get("system")?.instead(&moved))) {
        fields.set("system", node);
    }
}

/// Resources that became `ServiceRequest` are called so; a reference to a server's own address stays as it is.
fn reference(fields: &mut Fields<'_>) {
    let Some(sent) = fields.text("reference") else { return };
    let id = sent.strip_prefix("ReferralRequest/").or_else(|| sent.strip_prefix("ProcedureRequest/"));
    let renamed = id.and_then(|id| Some(fields.get("reference")?.instead(&format!("ServiceRequest/{id}"))));
    if let Some(renamed) = renamed {
        fields.set("reference", renamed);
    }
}

/// `dose[x]` and `rate[x]` move into `doseAndRate`, digits as sent (HAZ-014).
fn dosage(fields: &mut Fields<'_>, work: &mut Work) {
    let mut together = Fields::default();
    for prefix in ["dose", "rate"] {
        let is_one = |name: &str| name != "doseAndRate" && name.starts_with(prefix);
        let Some(name) = fields.names().find(|name| is_one(name)).map(str::to_owned) else { continue };
        if let Some(node) = fields.take(&name) {
            together.put(name, node);
        }
    }
    if together.names().next().is_none() {
        return;
    }
    if fields.has("doseAndRate") {
        work.lose(&Node::Object(together), "a dose stands there already");
        return;
    }
    fields.put("doseAndRate", Node::Array(vec![Node::Object(together)]));
}

fn signature(fields: &mut Fields<'_>) {
    fields.rename("whoReference", "who");
    fields.rename("onBehalfOfReference", "onBehalfOf");
    fields.rename("contentType", "sigFormat");
}

/// DSTU2 has several family names; they are one name with blanks between.
fn family(fields: &mut Fields<'_>, work: &mut Work) {
    let Some(node) = fields.get_mut("family") else { return };
    let joined = node.items().iter().filter_map(Node::text).collect::<Vec<_>>().join(" ");
    let Some(first @ Node::Leaf(_)) = node.items().first() else { return };
    let name = first.instead(&joined);
    work.rule(node);
    *node = name;
}
