//! Takes what a host says of a professional's role, gives one of the eleven roles, or none, by the map that the host's partner
//! approved. Refuses maps with one approver, unreadable dates and rows that could not apply (HAZ-047).
//! Source: National RBAC Database (job roles, activities, areas of work).

use super::Role;
use crate::{
    session,
    table::{self, Row, TableFault},
};
use fhir::OdsCode;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, PoisonError, RwLock};

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

/// National activities that allow emergency access: emergency, legal, sealed.
const EMERGENCY_ACTIVITIES: [&str; 3] = ["B0168", "B0082", "B0083"];
/// A role that sees nothing but who the person is: staff who only verify NHS numbers.
const CAPPED: &str = ":demographics";

/// One host's map, as its partner's information-governance lead approved it.
#[derive(Debug, Clone)]
pub struct RoleMap {
    rows: Vec<Line>,
    version: String,
}

/// What a map says of a host's role on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mapped {
    pub role: Role,
    /// May ask for emergency access (break-glass).
    pub emergency_access: bool,
    /// Sees who the person is, and nothing else.
    pub demographics_only: bool,
}

/// What a smartcard says beside the job role; empty where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Smartcard {
    /// `B0168`
    pub activity_codes: Vec<String>,
    /// Workgroups or areas of work, such as `ED`.
    pub workgroups: Vec<String>,
}

/// What was claimed of one professional.
#[derive(Debug, Clone, Copy)]
pub struct Claimed<'a> {
    /// As the host names the roles.
    pub claims: &'a [String],
    /// `S8000:G8000:R8001`, where there is a smartcard.
    pub job_role: Option<&'a str>,
    pub smartcard: &'a Smartcard,
}

#[derive(Debug, Clone)]
struct Line {
    host_role: String,
    /// `None` in the national map: any.
    organisation: Option<OdsCode>,
    area: Option<String>,
    to: Role,
    demographics_only: bool,
    emergency: Emergency,
    from: Date,
    until: Option<Date>,
}

/// Where the right to ask for emergency access comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Emergency {
    Yes,
    No,
    /// From the professional's own smartcard.
    ByActivity,
}

/// What the rows that apply say together.
enum Found {
    NoRow,
    Disagree,
    One(Mapped),
}

impl RoleMap {
    /// A host's own map: every row is of one organisation.
    pub fn read(text: &str) -> Result<Self, TableFault> {
        Self::rows(text, false)
    }

    /// The national default: its rows hold for every organisation, written `*`.
    pub fn read_national(text: &str) -> Result<Self, TableFault> {
        Self::rows(text, true)
    }

    fn rows(text: &str, national: bool) -> Result<Self, TableFault> {
        let rows = table::read(text, &COLUMNS)?;
        let version = session::hex(&session::hash(text.as_bytes()));
        Ok(Self { rows: rows.iter().map(|row| read_row(row, national)).collect::<Result<_, _>>()?, version })
    }

    /// The hash of the file, for the audit.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The role that every mapped claim agrees on. None mapped, or two that disagree: no role.
    pub fn find(&self, claimed: &Claimed<'_>, organisation: &OdsCode, on: Date) -> Option<Mapped> {
        match self.look(claimed, organisation, on) {
            Found::One(mapped) => Some(mapped),
            Found::NoRow | Found::Disagree => None,
        }
    }

    fn look(&self, claimed: &Claimed<'_>, organisation: &OdsCode, on: Date) -> Found {
        let applies = |row: &&Line| {
            row.organisation.as_ref().is_none_or(|ods| ods == organisation)
                && row.from <= on
                && row.until.is_none_or(|until| on <= until)
        };
        let current: Vec<&Line> = self.rows.iter().filter(applies).collect();
        let rows: Vec<&Line> = claimed
            .names()
            .into_iter()
            .flat_map(|name| for_claim(&current, name, claimed.smartcard))
            .collect();
        let Some(first) = rows.first() else { return Found::NoRow };
        if rows.iter().any(|row| (row.to, row.demographics_only) != (first.to, first.demographics_only)) {
            return Found::Disagree;
        }
        Found::One(Mapped {
            role: first.to,
            // Only where each of them has it.
            emergency_access: rows.iter().all(|row| row.has_emergency_access(claimed.smartcard)),
            demographics_only: first.demographics_only,
        })
    }
}

/// The rows for one claim: those of the professional's area where there are some, else those for any.
fn for_claim<'a>(current: &[&'a Line], claim: &str, smartcard: &Smartcard) -> Vec<&'a Line> {
    let own = current.iter().copied().filter(|row| row.host_role == claim);
    let (of_an_area, of_any): (Vec<&Line>, Vec<&Line>) = own.partition(|row| row.area.is_some());
    let here = |row: &&Line| row.area.as_ref().is_some_and(|area| smartcard.workgroups.contains(area));
    let here: Vec<&Line> = of_an_area.into_iter().filter(here).collect();
    if here.is_empty() { of_any } else { here }
}

impl Line {
    fn has_emergency_access(&self, smartcard: &Smartcard) -> bool {
        match self.emergency {
            Emergency::Yes => true,
            Emergency::No => false,
            Emergency::ByActivity => {
                EMERGENCY_ACTIVITIES.iter().any(|code| smartcard.activity_codes.iter().any(|own| own == code))
            }
        }
    }
}

impl<'a> Claimed<'a> {
    /// The host's claims, and the job role's own code: `R8001` of `S8000:G8000:R8001`.
    fn names(&self) -> Vec<&'a str> {
        let mut names: Vec<&str> = self.claims.iter().map(String::as_str).chain(self.national()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    fn national(&self) -> Option<&'a str> {
        self.job_role
            .and_then(|code| code.rsplit(':').next())
            .filter(|code| !code.is_empty() && *code != "UNK")
    }
}

/// A host's map and, where the host is registered for it, the national default. Swapped whole when the agreement is read again;
/// every clone sees the swap.
#[derive(Debug, Clone)]
pub struct Maps(Arc<RwLock<Arc<Both>>>);

#[derive(Debug)]
struct Both {
    own: RoleMap,
    national: Option<RoleMap>,
}

impl Maps {
    pub fn new(own: RoleMap, national: Option<RoleMap>) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(Both { own, national }))))
    }

    /// The national default speaks only where the host's own map has no row at all: what the partner decided stands.
    pub fn find(&self, claimed: &Claimed<'_>, organisation: &OdsCode, on: Date) -> Option<Mapped> {
        let both = self.now();
        match (both.own.look(claimed, organisation, on), &both.national) {
            (Found::One(mapped), _) => Some(mapped),
            (Found::NoRow, Some(national)) => {
                national.find(&Claimed { claims: &[], ..*claimed }, organisation, on)
            }
            (Found::NoRow | Found::Disagree, _) => None,
        }
    }

    /// The hash of what decided, for the audit.
    pub fn version(&self) -> String {
        let both = self.now();
        match &both.national {
            None => both.own.version.clone(),
            Some(national) => {
                let text = format!("{} {}", both.own.version, national.version);
                session::hex(&session::hash(text.as_bytes()))
            }
        }
    }

    /// From now on what the other says.
    pub(crate) fn renew(&self, other: &Maps) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = other.now();
    }

    fn now(&self) -> Arc<Both> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

fn read_row(row: &Row, national: bool) -> Result<Line, TableFault> {
    let date = |column: &str| row.cell(column).parse().map_err(|_| row.fault("not a date (YYYY-MM-DD)"));
    let (one, two) = (row.cell("approved_by_1"), row.cell("approved_by_2"));
    if one.is_empty() || two.is_empty() || one == two {
        return Err(row.fault("a role map row needs two different approvers"));
    }
    if row.cell("host_role").is_empty() {
        return Err(row.fault("the host's role is missing"));
    }
    let to = row.cell("to");
    Ok(Line {
        host_role: row.cell("host_role").to_owned(),
        organisation: organisation(row, national)?,
        area: Some(row.cell("area").to_owned()).filter(|area| !area.is_empty()),
        to: Role::parse(to.strip_suffix(CAPPED).unwrap_or(to))
            .ok_or_else(|| row.fault("not one of the roles R1 to R11, alone or with `:demographics`"))?,
        demographics_only: to.ends_with(CAPPED),
        emergency: match row.cell("emergency_access") {
            "yes" => Emergency::Yes,
            "no" => Emergency::No,
            "activity" => Emergency::ByActivity,
            _ => return Err(row.fault("emergency_access is yes, no or activity")),
        },
        from: date("from")?,
        until: if row.cell("until").is_empty() { None } else { Some(date("until")?) },
    })
}

fn organisation(row: &Row, national: bool) -> Result<Option<OdsCode>, TableFault> {
    let text = row.cell("organisation");
    match (national, text) {
        (true, "*") => Ok(None),
        (true, _) => Err(row.fault("the national map holds for every organisation: `*`")),
        (false, _) => OdsCode::parse(text).map(Some).map_err(|_| row.fault("not an organisation code")),
    }
}
