//! Takes coded parts, people, places and identifiers of HL7 v2, gives the FHIR elements for them. Words as sent come first;
//! a code whose system is not known keeps none. Source: HL7 v2.5.1 2.A (CE, CWE, XCN, PL, EI); sources.md 17.

use super::super::message::Piece;
use super::json::Object;

/// CE or CWE, the two codings it may hold and its words.
pub(crate) fn concept(piece: Piece<'_>) -> Option<Object> {
    let words = words(piece)?;
    let coding = |from: usize| {
        let code = piece.component(from).text()?;
        let system = system(&piece.component(from + 2).text().unwrap_or_default());
        let display = piece.component(from + 1).text();
        Some(Object::new().with("system", system).with("code", code).with("display", display))
    };
    let codings: Vec<Object> = [coding(1), coding(4)].into_iter().flatten().collect();
    Some(Object::new().with("coding", codings).with("text", words))
}

/// The original text, else the term, else the other coding's, else the code.
pub(crate) fn words(piece: Piece<'_>) -> Option<String> {
    [9, 2, 5, 1, 4].into_iter().find_map(|component| piece.component(component).text())
}

pub(crate) fn text(words: impl Into<String>) -> Object {
    Object::new().with("text", words.into())
}

pub(crate) fn coded(system: &'static str, code: &str, words: &str) -> Object {
    let coding = Object::new().with("system", system).with("code", code).with("display", words);
    Object::new().with("coding", vec![coding]).with("text", words)
}

/// A code of the NHS Data Dictionary: two characters, the first a digit. Anything else is the sender's own, and has no system.
pub(crate) fn national(system: &'static str, piece: Piece<'_>) -> Option<Object> {
    let piece = piece.repetitions().next()?;
    let code = piece.component(1).text().filter(|code| {
        code.len() == 2
            && code.starts_with(|c: char| c.is_ascii_digit())
            && code.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    let coding = code.map(|code| vec![Object::new().with("system", system).with("code", code)]);
    Some(Object::new().with("coding", coding).with("text", words(piece)?))
}

/// Names of coding systems as senders write them.
pub(crate) fn system(name: &str) -> Option<&'static str> {
    match name.to_ascii_uppercase().as_str() {
        "LN" | "LOINC" => Some("http://loinc.org"),
        "SCT" | "SNM" | "SNOMED" | "SNOMED-CT" | "SNOMEDCT" => Some("http://snomed.info/sct"),
        "UCUM" => Some("http://unitsofmeasure.org"),
        "I10" | "ICD10" | "ICD-10" => Some("http://hl7.org/fhir/sid/icd-10"),
        "OPCS4" | "OPCS-4" | "OPCS" => Some("https://fhir.hl7.org.uk/Id/opcs-4"),
        _ => None,
    }
}

/// XCN: a reference without a target, with the number where it is the GMC's.
pub(crate) fn clinician(piece: Piece<'_>) -> Option<Object> {
    let part = |number: usize| piece.component(number);
    let family = part(2).subcomponent(1).text();
    let name: Vec<String> =
        [part(6).text(), part(3).text(), part(4).text(), family].into_iter().flatten().collect();
    let number = part(1).text();
    let display = if name.is_empty() { number.clone()? } else { name.join(" ") };
    let authority = part(9).subcomponent(1).text().or_else(|| part(8).text());
    let system = match authority.as_deref() {
        Some("GMC") => Some("https://fhir.hl7.org.uk/Id/gmc-number"),
        Some("GMP") => Some("https://fhir.hl7.org.uk/Id/gmp-number"),
        _ => None,
    };
    let identifier =
        system.and(number).map(|number| Object::new().with("system", system).with("value", number));
    Some(Object::new().with("identifier", identifier).with("display", display))
}

/// PL in words: ward, bay, bed, site.
pub(crate) fn place(piece: Piece<'_>) -> Option<String> {
    let parts: Vec<String> =
        (1..=4).filter_map(|part| piece.component(part).subcomponent(1).text()).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// A number and who gave it: CX or EI.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Number {
    pub(crate) id: String,
    pub(crate) authority: String,
}

impl Number {
    /// CX: the authority stands in the fourth component.
    pub(crate) fn extended(piece: Piece<'_>) -> Option<Self> {
        let authority = piece.component(4).subcomponent(1).text().unwrap_or_default();
        Some(Self { id: piece.component(1).text()?, authority })
    }

    /// EI: in the second, or as a universal id in the third.
    pub(crate) fn entity(piece: Piece<'_>) -> Option<Self> {
        let authority = piece.component(2).text().or_else(|| piece.component(3).text());
        Some(Self { id: piece.component(1).text()?, authority: authority.unwrap_or_default() })
    }

    pub(crate) fn key(&self) -> String {
        format!("{}\n{}", self.authority, self.id)
    }

    pub(crate) fn identifier(&self) -> Object {
        let assigner = Object::new().with("display", self.authority.as_str());
        Object::new().with("value", self.id.as_str()).with("assigner", assigner)
    }
}
