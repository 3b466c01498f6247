//! Takes the bytes of a FHIR document or message, gives it as checked JSON: XML or JSON is told by the first byte, never by a
//! name. Refuses what is neither, by place. Source: FHIR R4, 2.6.1 and 2.6.2; decision 0019.

use crate::format::Unusable;
use fhir::{json, xml};

/// How it was sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wire {
    Xml,
    Json,
}

impl Wire {
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Wire::Xml => "application/fhir+xml",
            Wire::Json => "application/fhir+json",
        }
    }

    pub(crate) fn named(media_type: &str) -> Self {
        if media_type == Wire::Xml.media_type() { Wire::Xml } else { Wire::Json }
    }
}

pub(crate) fn to_json(bytes: &[u8]) -> Result<(Wire, String), Unusable> {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    if !start.starts_with(b"<") {
        let text = json::check(bytes).map_err(|not| Unusable::Whole(not.to_string()))?;
        return Ok((Wire::Json, text.trim().to_owned()));
    }
    let text = xml::check(bytes).map_err(|not| Unusable::Whole(not.to_string()))?;
    // The words of a refusal name an element, and an element's name could be anything.
    let read = xml::to_json(text).map_err(|not| {
        Unusable::Whole(match not {
            xml::NotFhirXml::Xml(_) => "not well-formed XML".to_owned(),
            xml::NotFhirXml::Resource(_) => "XML whose root is no FHIR resource".to_owned(),
            xml::NotFhirXml::Stray(_) => "XML with something FHIR has no place for".to_owned(),
            xml::NotFhirXml::Deep => not.to_string(),
        })
    })?;
    json::check(read.as_bytes()).map_err(|not| Unusable::Whole(not.to_string()))?;
    Ok((Wire::Xml, read))
}
