//! From what was read to what the payload is told, with the specification's defaults for parts that were not sent.

use super::{Area, Areas, Part};
use crate::payload::{
    AllergyPart, ConsultationPart, DiaryPart, GpParameters, ImmunisationPart, MedicationPart, Period,
    PeriodPart, ProblemPart, ProblemStatus,
};
use jiff::civil::Date;

pub(super) fn of(areas: &Areas, unrecognised: Vec<String>) -> GpParameters {
    let period =
        |name: &str, part: &str| areas.get(name).map(|area| PeriodPart { period: area.period(part) });
    GpParameters {
        allergies: areas
            .get("includeAllergies")
            .map(|area| AllergyPart { resolved: area.flag("includeResolvedAllergies", false) }),
        medication: areas.get("includeMedication").map(|area| MedicationPart {
            issues: area.flag("includePrescriptionIssues", true),
            search_from: area.day("medicationSearchFromDate"),
        }),
        consultations: areas.get("includeConsultations").map(|area| ConsultationPart {
            period: area.period("consultationSearchPeriod"),
            most_recent: area.count("includeNumberOfMostRecent"),
        }),
        problems: areas
            .get("includeProblems")
            .map(|area| ProblemPart { filter: area.status("filterStatus") }),
        immunisations: areas.get("includeImmunisations").map(|area| ImmunisationPart {
            not_given: area.flag("includeNotGiven", false),
            status: area.flag("includeStatus", true),
        }),
        uncategorised: period("includeUncategorisedData", "uncategorisedDataSearchPeriod"),
        investigations: period("includeInvestigations", "investigationSearchPeriod"),
        referrals: period("includeReferrals", "referralSearchPeriod"),
        diary: areas
            .get("includeDiaryEntries")
            .map(|area| DiaryPart { until: area.day("diaryEntriesSearchDate") }),
        unrecognised,
    }
}

impl Area {
    fn flag(&self, part: &str, default: bool) -> bool {
        match self.0.get(part) {
            Some(Part::Flag(flag)) => *flag,
            _ => default,
        }
    }

    fn day(&self, part: &str) -> Option<Date> {
        match self.0.get(part) {
            Some(Part::Day(day)) => Some(*day),
            _ => None,
        }
    }

    fn count(&self, part: &str) -> Option<u32> {
        match self.0.get(part) {
            Some(Part::Count(count)) => Some(*count),
            _ => None,
        }
    }

    fn period(&self, part: &str) -> Period {
        match self.0.get(part) {
            Some(Part::Period(start, end)) => Period { start: *start, end: *end },
            _ => Period::default(),
        }
    }

    fn status(&self, part: &str) -> Option<ProblemStatus> {
        match self.0.get(part) {
            Some(Part::Code(code)) if code == "inactive" => Some(ProblemStatus::Inactive),
            Some(Part::Code(_)) => Some(ProblemStatus::Active),
            _ => None,
        }
    }
}
