//! One row as it is kept: the columns taken, cleaned and in the standard's words, dates as `YYYY-MM-DD`, and what the
//! file has beside them. Small, since a council has millions.
//! Source: sources.md 14 (key, and which of two submissions holds).

use super::columns::Column;
use super::words;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is kept of a row.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Event {
    #[serde(rename = "s")]
    pub(super) said: BTreeMap<Column, String>,
    /// By heading, columns that mean nothing here. Kept, and never shown: nobody knows whom or what they speak of.
    #[serde(rename = "x", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) other: BTreeMap<String, String>,
}

/// What kind of event a row tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Request,
    Assessment,
    Service,
    Review,
}

/// As whom the council knows the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Client {
    ServiceUser,
    Carer,
    /// Known only through somebody else: of no use in anybody's record, and never shown in one.
    ByAssociation,
}

/// Between the parts of a key. No value holds a control character of this kind.
const BETWEEN: &str = "\u{1f}";
/// Rows of one file, and the bit that says the support reason is known.
const ROWS_BITS: u32 = 32;

impl Event {
    pub(super) fn of(&self, column: Column) -> Option<&str> {
        self.said.get(&column).map(String::as_str)
    }

    /// The value, unless it says that nothing is known.
    pub(super) fn known(&self, column: Column) -> Option<&str> {
        self.of(column).filter(|value| !words::is_unknown(value))
    }

    pub(super) fn kind(&self) -> Option<Kind> {
        match words::value(self.of(Column::EventType)?).as_str() {
            "request" => Some(Kind::Request),
            "assessment" => Some(Kind::Assessment),
            "service" => Some(Kind::Service),
            "review" => Some(Kind::Review),
            _ => None,
        }
    }

    pub(super) fn client(&self) -> Option<Client> {
        match words::value(self.of(Column::Client)?).as_str() {
            "serviceuser" => Some(Client::ServiceUser),
            "carer" => Some(Client::Carer),
            "carerknownbyassociation" => Some(Client::ByAssociation),
            _ => None,
        }
    }

    /// Whose it is within the feed: the council's own number, else the NHS number.
    pub(super) fn who(&self) -> String {
        let of = |column| self.of(column).unwrap_or_default();
        match self.of(Column::Person) {
            Some(person) => format!("{}{BETWEEN}{person}", words::value(of(Column::LaCode))),
            None => {
                format!("{}{BETWEEN}nhs{BETWEEN}{}", words::value(of(Column::LaCode)), of(Column::NhsNumber))
            }
        }
    }

    /// Event Reference is not dependable, so it is no part of it.
    pub(super) fn key(&self) -> String {
        let parts =
            [Column::EventType, Column::Start, Column::ServiceType, Column::Component, Column::Mechanism];
        let folded = parts.map(|column| words::value(self.of(column).unwrap_or_default()));
        format!("{}{BETWEEN}{}", self.who(), folded.join(BETWEEN))
    }

    /// A later submission holds against an earlier; within one, a known support reason against Unknown; then the later
    /// row of the file. A submission is known by its Reporting Period End Date.
    pub(super) fn order(&self, row: u64) -> i64 {
        let period = self.of(Column::PeriodEnd).and_then(|date| date.parse::<Date>().ok());
        let days = period.map_or(0, |date| (date - Date::constant(1800, 1, 1)).get_days());
        let known = i64::from(self.known(Column::SupportReason).is_some());
        let row = i64::try_from(row).unwrap_or(i64::MAX).min((1 << ROWS_BITS) - 1);
        (i64::from(days) << (ROWS_BITS + 1)) | (known << ROWS_BITS) | row
    }

    /// Whether a safeguarding matter is named in anything that would be shown (HAZ-023).
    pub(super) fn is_safeguarding(&self) -> bool {
        let shown = self.said.values().map(|value| value.to_lowercase());
        shown.into_iter().any(|value| value.contains("safeguarding"))
    }

    pub(super) fn body(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub(super) fn from_body(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }
}
