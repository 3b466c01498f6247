//! The areas a practice knows and the parts of each, as data.
//! Source: GP Connect 1.6.2, `$gpc.getstructuredrecord` (parameters).

/// How a part is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Flag,
    /// A day not after today.
    DayPast,
    /// A day not before today.
    DayAhead,
    Period,
    Count,
    /// `active` or `inactive`.
    Status,
}

impl Kind {
    pub(super) fn element(self) -> &'static str {
        match self {
            Self::Flag => "valueBoolean",
            Self::DayPast | Self::DayAhead => "valueDate",
            Self::Period => "valuePeriod",
            Self::Count => "valuePositiveInt",
            Self::Status => "valueCode",
        }
    }
}

/// One `includeX`.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) mandatory: Option<&'static str>,
    parts: &'static [(&'static str, Kind)],
}

impl Known {
    pub(super) fn part(&self, name: &str) -> Option<(&'static str, Kind)> {
        self.parts.iter().copied().find(|(known, _)| *known == name)
    }
}

pub(super) fn area(name: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.name == name)
}

const fn optional(name: &'static str, parts: &'static [(&'static str, Kind)]) -> Known {
    Known { name, mandatory: None, parts }
}

const KNOWN: [Known; 9] = [
    Known {
        name: "includeAllergies",
        mandatory: Some("includeResolvedAllergies"),
        parts: &[("includeResolvedAllergies", Kind::Flag)],
    },
    optional(
        "includeMedication",
        &[("includePrescriptionIssues", Kind::Flag), ("medicationSearchFromDate", Kind::DayPast)],
    ),
    optional(
        "includeConsultations",
        &[("consultationSearchPeriod", Kind::Period), ("includeNumberOfMostRecent", Kind::Count)],
    ),
    optional("includeProblems", &[("filterStatus", Kind::Status)]),
    optional("includeImmunisations", &[("includeNotGiven", Kind::Flag), ("includeStatus", Kind::Flag)]),
    optional("includeUncategorisedData", &[("uncategorisedDataSearchPeriod", Kind::Period)]),
    optional("includeInvestigations", &[("investigationSearchPeriod", Kind::Period)]),
    optional("includeReferrals", &[("referralSearchPeriod", Kind::Period)]),
    optional("includeDiaryEntries", &[("diaryEntriesSearchDate", Kind::DayAhead)]),
];
