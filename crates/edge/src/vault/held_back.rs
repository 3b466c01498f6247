//! What the partner holds back, as it stands in the store: datasets, persons, units and codes. Read with every answer, so a
//! switch holds from the next one on (R66). Persons stand here as tokens.

use super::{Owner, Vault};
use crate::sql::{Line, Link, StoreFault, Value};
use fhir::NhsNumber;
use std::collections::HashSet;

/// Everything held back now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct HeldBack {
    /// `feed/dataset`, or `feed` for all of it.
    pub(crate) datasets: HashSet<String>,
    /// As the sender names them, folded.
    pub(crate) units: HashSet<String>,
    /// `system|code`, or the code alone.
    pub(crate) codes: HashSet<String>,
}

/// What may be held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Dataset,
    Person,
    Unit,
    Code,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Dataset => "dataset",
            Kind::Person => "person",
            Kind::Unit => "unit",
            Kind::Code => "code",
        }
    }
}

/// Units are written by people: case and blanks do not tell them apart.
pub(crate) fn folded(unit: &str) -> String {
    unit.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

pub(crate) fn read(link: &mut dyn Link) -> Result<HeldBack, StoreFault> {
    let mut held = HeldBack::default();
    for mut line in link.query("SELECT kind, what FROM held_back WHERE kind <> 'person'", &[])? {
        let (kind, what) = (line.text(), line.text());
        match kind.as_str() {
            "dataset" => held.datasets.insert(what),
            "unit" => held.units.insert(what),
            _ => held.codes.insert(what),
        };
    }
    Ok(held)
}

impl Vault {
    /// How a person stands in the list.
    pub(crate) fn person_name(&self, number: &NhsNumber) -> Result<String, StoreFault> {
        let token = self.ring()?.column(Owner::Person(number))?.unwrap_or_default();
        Ok(hex(&token))
    }

    /// Holds back, or gives free again. Whether that changed anything.
    pub(crate) fn hold(&self, kind: Kind, what: &str, is_held: bool, now: i64) -> Result<bool, StoreFault> {
        let changed = self.write(|link| {
            if is_held {
                let sql = "INSERT INTO held_back (kind, what, since) VALUES ($1, $2, $3) ON CONFLICT (kind, what) DO NOTHING";
                link.execute(sql, &[Value::Text(kind.name()), Value::Text(what), Value::Int(now)])
            } else {
                let sql = "DELETE FROM held_back WHERE kind = $1 AND what = $2";
                link.execute(sql, &[Value::Text(kind.name()), Value::Text(what)])
            }
        })?;
        Ok(changed > 0)
    }

    /// Kind, what, since when (milliseconds since 1970). Persons as the numbers their tokens stand for.
    pub(crate) fn all_held_back(&self) -> Result<Vec<(String, String, i64)>, StoreFault> {
        let ring = self.ring()?;
        let sql = "SELECT kind, what, since FROM held_back ORDER BY kind, since, what";
        let read = |mut line: Line| {
            let (kind, what, since) = (line.text(), line.text(), line.int());
            let number = unhex(&what).and_then(|token| ring.secret.number(&token));
            let what = number.filter(|_| kind == "person").map_or(what, |number| number.spaced());
            (kind, what, since)
        };
        self.read(|link| Ok(link.query(sql, &[])?.into_iter().map(read).collect()))
    }
}

pub(crate) fn is_person_held(link: &mut dyn Link, token: &[u8]) -> Result<bool, StoreFault> {
    let sql = "SELECT what FROM held_back WHERE kind = 'person' AND what = $1";
    Ok(!link.query(sql, &[Value::Text(&hex(token))])?.is_empty())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    let is_plain = digits.iter().all(u8::is_ascii_hexdigit) && digits.len().is_multiple_of(2);
    let pairs =
        digits.chunks_exact(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    if is_plain { pairs.collect() } else { None }
}
