//! What a consumer asked of a practice, area by area. An area that is `None` was not asked.
//! Source: GP Connect 1.6.2, `$gpc.getstructuredrecord` parameters; sources, section 1.4.

use jiff::civil::Date;

/// The parameters of one request. Defaults of parts are those of the specification.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GpParameters {
    pub allergies: Option<AllergyPart>,
    pub medication: Option<MedicationPart>,
    pub consultations: Option<ConsultationPart>,
    pub problems: Option<ProblemPart>,
    pub immunisations: Option<ImmunisationPart>,
    pub uncategorised: Option<PeriodPart>,
    pub investigations: Option<PeriodPart>,
    pub referrals: Option<PeriodPart>,
    pub diary: Option<DiaryPart>,
    /// `includeX` or `includeX.partY` that this practice does not know: answered with a warning each.
    pub unrecognised: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllergyPart {
    pub resolved: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MedicationPart {
    pub issues: bool,
    pub search_from: Option<Date>,
}

impl Default for MedicationPart {
    fn default() -> Self {
        Self { issues: true, search_from: None }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ConsultationPart {
    pub period: Period,
    pub most_recent: Option<u32>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProblemPart {
    pub filter: Option<ProblemStatus>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemStatus {
    Active,
    Inactive,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImmunisationPart {
    pub not_given: bool,
    pub status: bool,
}

impl Default for ImmunisationPart {
    fn default() -> Self {
        Self { not_given: false, status: true }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PeriodPart {
    pub period: Period,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DiaryPart {
    /// Entries due on or before this day.
    pub until: Option<Date>,
}

/// Whole days, both included; an end that is `None` is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Period {
    pub start: Option<Date>,
    pub end: Option<Date>,
}

impl Period {
    /// Something undated is always inside; a month or a year is inside when any day of it is.
    pub(crate) fn holds(&self, range: Option<(Date, Date)>) -> bool {
        let Some((first, last)) = range else { return true };
        self.start.is_none_or(|start| last >= start) && self.end.is_none_or(|end| first <= end)
    }
}
