//! Takes a DSTU2 resource of this region as JSON, gives it as XML: elements in the order their definitions have them,
//! the narrative as the markup it is.
//! Source: FHIR DSTU2, XML representation of resources.

use crate::html::escape;
use serde_json::Value;

/// Elements of the resources made here, in an order that fits every one of them. One that is not named comes last.
const ORDER: [&str; 47] = [
    "fullUrl",
    "resource",
    "id",
    "meta",
    "profile",
    "date",
    "use",
    "identifier",
    "active",
    "type",
    "system",
    "value",
    "severity",
    "title",
    "code",
    "display",
    "status",
    "subject",
    "author",
    "custodian",
    "coding",
    "text",
    "div",
    "section",
    "family",
    "given",
    "prefix",
    "name",
    "telecom",
    "gender",
    "birthDate",
    "deceasedDateTime",
    "address",
    "line",
    "postalCode",
    "careProvider",
    "managingOrganization",
    "role",
    "practitionerRole",
    "manufacturer",
    "model",
    "version",
    "owner",
    "reference",
    "entry",
    "details",
    "diagnostics",
];

pub(in crate::payload) fn text(resource: &Value) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    write_resource(&mut xml, resource);
    xml
}

fn write_resource(xml: &mut String, resource: &Value) {
    let kind = resource.get("resourceType").and_then(Value::as_str).unwrap_or_default();
    xml.push_str(&format!("<{kind} xmlns=\"http://hl7.org/fhir\">"));
    members(xml, resource);
    xml.push_str(&format!("</{kind}>"));
}

fn members(xml: &mut String, object: &Value) {
    let Value::Object(all) = object else { return };
    let mut ordered: Vec<(&String, &Value)> =
        all.iter().filter(|(name, _)| *name != "resourceType").collect();
    ordered.sort_by_key(|(name, _)| ORDER.iter().position(|known| known == name).unwrap_or(usize::MAX));
    for (name, value) in ordered {
        match value {
            Value::Array(items) => items.iter().for_each(|item| element(xml, name, item)),
            one => element(xml, name, one),
        }
    }
}

fn element(xml: &mut String, name: &str, value: &Value) {
    match value {
        Value::String(markup) if name == "div" => xml.push_str(markup),
        Value::Object(inner) => {
            xml.push_str(&format!("<{name}>"));
            if inner.contains_key("resourceType") {
                write_resource(xml, value);
            } else {
                members(xml, value);
            }
            xml.push_str(&format!("</{name}>"));
        }
        Value::String(text) => xml.push_str(&format!("<{name} value=\"{}\"/>", escape(text))),
        other => xml.push_str(&format!("<{name} value=\"{other}\"/>")),
    }
}
