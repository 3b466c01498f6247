//! Takes `organisations.csv` of the sharing agreement, gives organisations by code; refuses doubles and unknown kinds.
//! Source: NHS Data Dictionary, ORGANISATION CODE.

use crate::table::{self, TableFault};
use fhir::OdsCode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The kinds the ceilings of the agreement tell apart.
pub const KINDS: [&str; 11] = [
    "gp",
    "acute",
    "mental-health",
    "community",
    "urgent-care",
    "ambulance",
    "council",
    "icb",
    "care-home",
    "pharmacy",
    "optometry",
];

/// An organisation a professional may ask from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    pub ods: OdsCode,
    pub name: String,
    /// One of [`KINDS`].
    pub kind: String,
}

/// Every organisation of the agreement.
#[derive(Debug, Clone, Default)]
pub struct Organisations(BTreeMap<OdsCode, Organisation>);

impl Organisations {
    /// Columns: `ods, name, kind`.
    pub fn read(text: &str) -> Result<Self, TableFault> {
        let mut all = BTreeMap::new();
        for row in table::read(text, &["ods", "name", "kind"])? {
            let ods = OdsCode::parse(row.cell("ods")).map_err(|_| row.fault("not an organisation code"))?;
            let kind = row.cell("kind").to_owned();
            if !KINDS.contains(&kind.as_str()) {
                return Err(row.fault("not a kind of organisation the agreement knows"));
            }
            let organisation = Organisation { ods: ods.clone(), name: row.cell("name").to_owned(), kind };
            if organisation.name.is_empty() || all.insert(ods, organisation).is_some() {
                return Err(row.fault("an organisation needs a name and stands once"));
            }
        }
        Ok(Self(all))
    }

    /// In the order of their codes.
    pub fn all(&self) -> impl Iterator<Item = &Organisation> {
        self.0.values()
    }

    pub fn find(&self, ods: &OdsCode) -> Option<&Organisation> {
        self.0.get(ods)
    }
}
