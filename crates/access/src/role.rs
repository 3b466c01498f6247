//! Takes a host's own role name and organisation, gives one of the eleven roles of the sharing agreement, or none.
//! Refuses maps with one approver, doubled rows and unreadable dates (HAZ-047).

use crate::{
    session,
    table::{self, Row, TableFault},
};
use fhir::OdsCode;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A role of the sharing agreement, in the order of its matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Role {
    /// Doctor, prescriber.
    R1,
    /// Nurse, midwife, allied health professional.
    R2,
    /// Urgent care: emergency department, 999, 111, out of hours.
    R3,
    /// Pharmacist.
    R4,
    /// Mental-health practitioner.
    R5,
    /// Social worker, approved mental-health professional.
    R6,
    /// Care-home and social-care support.
    R7,
    /// Clinical administration.
    R8,
    /// Student.
    R9,
    /// Privacy officer, Caldicott function: cannot open a record.
    R10,
    /// Support: cannot open a record.
    R11,
}

impl Role {
    pub const ALL: [Role; 11] = [
        Role::R1,
        Role::R2,
        Role::R3,
        Role::R4,
        Role::R5,
        Role::R6,
        Role::R7,
        Role::R8,
        Role::R9,
        Role::R10,
        Role::R11,
    ];

    /// The name in policy, tables and audit.
    pub fn name(self) -> &'static str {
        match self {
            Role::R1 => "R1",
            Role::R2 => "R2",
            Role::R3 => "R3",
            Role::R4 => "R4",
            Role::R5 => "R5",
            Role::R6 => "R6",
            Role::R7 => "R7",
            Role::R8 => "R8",
            Role::R9 => "R9",
            Role::R10 => "R10",
            Role::R11 => "R11",
        }
    }

    /// In words, for the page: `doctor or prescriber`.
    pub fn title(self) -> &'static str {
        match self {
            Role::R1 => "doctor or prescriber",
            Role::R2 => "nurse, midwife or allied health professional",
            Role::R3 => "urgent care",
            Role::R4 => "pharmacist",
            Role::R5 => "mental-health practitioner",
            Role::R6 => "social worker or approved mental-health professional",
            Role::R7 => "care-home or social-care support",
            Role::R8 => "clinical administration",
            Role::R9 => "student",
            Role::R10 => "privacy officer",
            Role::R11 => "support",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// One host's map, as its partner's information-governance lead approved it.
#[derive(Debug, Clone)]
pub struct RoleMap {
    rows: Vec<Mapping>,
    version: String,
}

/// What a map says of a host's role on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mapped {
    pub role: Role,
    /// May ask for emergency access (break-glass).
    pub emergency_access: bool,
}

#[derive(Debug, Clone)]
struct Mapping {
    host_role: String,
    organisation: OdsCode,
    to: Role,
    emergency_access: bool,
    from: Date,
    until: Option<Date>,
}

const COLUMNS: [&str; 9] = [
    "host_role",
    "organisation",
    "area",
    "to",
    "emergency_access",
    "from",
    "until",
    "approved_by_1",
    "approved_by_2",
];

impl RoleMap {
    pub fn read(text: &str) -> Result<Self, TableFault> {
        let rows = table::read(text, &COLUMNS)?;
        let version = session::hex(&session::hash(text.as_bytes()));
        Ok(Self { rows: rows.iter().map(mapping).collect::<Result<_, _>>()?, version })
    }

    /// The hash of the file, for the audit.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The role that every mapped claim agrees on. None mapped, or two that disagree: no role. Emergency access only where
    /// each of them has it.
    pub fn find(&self, claims: &[String], organisation: &OdsCode, on: Date) -> Option<Mapped> {
        let found: Vec<&Mapping> = self
            .rows
            .iter()
            .filter(|row| {
                claims.contains(&row.host_role)
                    && row.organisation == *organisation
                    && row.from <= on
                    && row.until.is_none_or(|until| on <= until)
            })
            .collect();
        let role = found.first()?.to;
        let emergency_access = found.iter().all(|row| row.emergency_access);
        found.iter().all(|row| row.to == role).then_some(Mapped { role, emergency_access })
    }
}

fn mapping(row: &Row) -> Result<Mapping, TableFault> {
    let date = |column: &str| row.cell(column).parse().map_err(|_| row.fault("not a date (YYYY-MM-DD)"));
    let (one, two) = (row.cell("approved_by_1"), row.cell("approved_by_2"));
    if one.is_empty() || two.is_empty() || one == two {
        return Err(row.fault("a role map row needs two different approvers"));
    }
    if !row.cell("area").is_empty() {
        return Err(row.fault("no launch carries an area: the row could never apply as meant"));
    }
    if !matches!(row.cell("emergency_access"), "yes" | "no") {
        return Err(row.fault("emergency_access is yes or no"));
    }
    if row.cell("host_role").is_empty() {
        return Err(row.fault("the host's role is missing"));
    }
    Ok(Mapping {
        host_role: row.cell("host_role").to_owned(),
        organisation: OdsCode::parse(row.cell("organisation"))
            .map_err(|_| row.fault("not an organisation code"))?,
        to: Role::parse(row.cell("to")).ok_or_else(|| row.fault("not one of the roles R1 to R11"))?,
        emergency_access: row.cell("emergency_access") == "yes",
        from: date("from")?,
        until: if row.cell("until").is_empty() { None } else { Some(date("until")?) },
    })
}

#[cfg(test)]
mod tests;
