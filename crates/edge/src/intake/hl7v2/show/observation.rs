//! Takes one OBX, gives an Observation: digits, comparator, unit, range and flag as sent (HAZ-014, HAZ-015), its status and its
//! comments. An OBX cut short is a result without a value. Source: HL7 v2.5.1 7.4.2, tables 0085, 0125; sources.md 10.

use super::super::message::{Piece, Segment};
use super::super::time;
use super::json::{Node, Object};
use super::terms;

/// One OBX and the comments under it.
#[derive(Clone)]
pub(super) struct Entry<'a> {
    pub(super) obx: Segment<'a>,
    pub(super) notes: Vec<String>,
}

/// A value as a member of a resource, and in words.
#[derive(Clone)]
pub(super) struct Value {
    pub(super) key: &'static str,
    pub(super) node: Node,
    pub(super) words: String,
}

impl Value {
    pub(super) fn text(words: String) -> Option<Self> {
        let node = Node::Text(words.clone());
        (!words.trim().is_empty()).then_some(Self { key: "valueString", node, words })
    }
}

impl<'a> Entry<'a> {
    pub(super) fn kind(&self) -> String {
        self.obx.field(2).text().unwrap_or_default().to_ascii_uppercase()
    }

    /// OBX-11, one letter.
    pub(super) fn status(&self) -> String {
        self.obx.field(11).text().unwrap_or_default()
    }

    /// What is measured, as one text: the code, else the words.
    pub(super) fn code(&self) -> Option<String> {
        let field = self.obx.field(3);
        field.first(1).text().or_else(|| field.first(4).text())
    }

    pub(super) fn sub_id(&self) -> Option<String> {
        self.obx.field(4).text()
    }

    pub(super) fn value(&self) -> Option<Value> {
        let field = self.obx.field(5);
        let mut repetitions = field.repetitions();
        let (first, more) = (repetitions.next()?, repetitions.next().is_some());
        if field.is_null() || field.is_empty() {
            return None;
        }
        let kind = self.kind();
        if more && !matches!(kind.as_str(), "TX" | "FT" | "ST" | "") {
            let words: Vec<String> = field.repetitions().filter_map(terms::words).collect();
            return Value::text(words.join("; "));
        }
        let moment = || {
            let node = Node::Text(time::moment(first)?.text);
            Some(Value { key: "valueDateTime", node, words: first.text()? })
        };
        let time = || {
            let node = Node::Text(time::time_of_day(&first.text()?)?);
            Some(Value { key: "valueTime", node, words: first.text()? })
        };
        let read = match kind.as_str() {
            "NM" => self.quantity(None, &first.text()?),
            "SN" => self.structured(first),
            "CE" | "CWE" | "CNE" => terms::words(first).and_then(|words| {
                Some(Value { key: "valueCodeableConcept", node: Node::Object(terms::concept(first)?), words })
            }),
            "DT" | "TS" | "DTM" => moment(),
            "TM" => time(),
            "RP" => first
                .component(1)
                .text()
                .and_then(|pointer| Value::text(format!("Kept in the sender's system: {pointer}"))),
            _ => None,
        };
        read.or_else(|| Value::text(self.lines()))
    }

    /// Text as it stands, what is no number or no date too; with its unit where it has one.
    pub(super) fn lines(&self) -> String {
        let text = text_lines(self.obx.field(5));
        if text.trim().is_empty() { text } else { self.with_unit(text) }
    }

    fn unit_words(&self) -> Option<String> {
        let field = self.obx.field(6);
        field.first(1).text().or_else(|| field.first(2).text())
    }

    fn amount(&self, comparator: Option<&str>, digits: &str) -> Option<Object> {
        let field = self.obx.field(6);
        let system = terms::system(&field.first(3).text().unwrap_or_default());
        let code = system.and_then(|_| field.first(1).text());
        let amount = Object::new().with("value", Some(Node::number(digits)?)).with("comparator", comparator);
        Some(amount.with("unit", self.unit_words()).with("system", system).with("code", code))
    }

    fn quantity(&self, comparator: Option<&str>, digits: &str) -> Option<Value> {
        let unit = self.unit_words().map(|unit| format!(" {unit}")).unwrap_or_default();
        let words = format!("{}{digits}{unit}", comparator.unwrap_or_default());
        Some(Value { key: "valueQuantity", node: Node::Object(self.amount(comparator, digits)?), words })
    }

    /// SN: comparator, number, separator, number.
    fn structured(&self, piece: Piece<'_>) -> Option<Value> {
        let part = |number: usize| piece.component(number).text();
        let (comparator, first, separator, second) = (part(1), part(2), part(3), part(4));
        let words = [&comparator, &first, &separator, &second].map(|part| part.clone().unwrap_or_default());
        let words = words.concat();
        let comparator = match comparator.as_deref() {
            None | Some("=") => None,
            Some(sign @ ("<" | "<=" | ">" | ">=")) => Some(sign),
            Some(_) => return Value::text(self.with_unit(words)),
        };
        let pair = |key: &'static str, low: &'static str, high: &'static str| {
            let low_amount = self.amount(None, first.as_deref()?)?;
            let both = Object::new().with(low, low_amount).with(high, self.amount(None, second.as_deref()?)?);
            Some(Value { key, node: Node::Object(both), words: self.with_unit(words.clone()) })
        };
        let read = match (separator.as_deref(), comparator) {
            (None, _) if second.is_none() => self.quantity(comparator, first.as_deref()?),
            (Some("-"), None) => pair("valueRange", "low", "high"),
            (Some(":" | "/"), None) => pair("valueRatio", "numerator", "denominator"),
            _ => None,
        };
        read.or_else(|| Value::text(self.with_unit(words)))
    }

    fn with_unit(&self, words: String) -> String {
        self.unit_words().map_or(words.clone(), |unit| format!("{words} {unit}"))
    }

    pub(super) fn range(&self) -> Option<String> {
        self.obx.field(7).text()
    }

    /// OBX-8, each as sent.
    pub(super) fn flags(&self) -> Vec<Object> {
        const FLAGS: &str = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";
        const KNOWN: [&str; 12] = ["H", "L", "N", "A", "HH", "LL", "AA", "S", "R", "I", "<", ">"];
        let flag = |one: Piece<'_>| {
            let code = one.component(1).text()?;
            let is_known = KNOWN.contains(&code.as_str());
            let coding = Object::new().with("system", is_known.then_some(FLAGS)).with("code", code.as_str());
            let words = one.component(2).text().unwrap_or_else(|| code.clone());
            Some(Object::new().with("coding", vec![coding]).with("text", words))
        };
        self.obx.field(8).repetitions().filter_map(flag).collect()
    }
}

/// The lines of a text field: repetitions are lines too.
pub(super) fn text_lines(field: Piece<'_>) -> String {
    if field.is_null() {
        return String::new();
    }
    field.repetitions().map(Piece::lines).collect::<Vec<_>>().join("\n")
}

/// OBX-11; where it is empty, what the report says. Source: HL7 table 0085.
pub(super) fn status(letter: &str, report: &str) -> &'static str {
    match letter {
        "F" | "U" => "final",
        "P" | "R" | "S" => "preliminary",
        "C" => "corrected",
        "X" | "N" => "cancelled",
        "W" => "entered-in-error",
        "I" | "O" => "registered",
        "" => match report {
            "F" => "final",
            "C" => "corrected",
            "P" | "R" | "A" => "preliminary",
            "X" => "cancelled",
            _ => "unknown",
        },
        _ => "unknown",
    }
}
