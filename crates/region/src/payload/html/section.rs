//! The ten sections a care record is asked for by.
//! Source: GP Connect 0.7.4, gpconnect-record-section-1; sources, section 3.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordSection {
    Summary,
    Problems,
    Encounters,
    Allergies,
    ClinicalItems,
    Medications,
    Referrals,
    Observations,
    Immunisations,
    AdministrativeItems,
}

impl RecordSection {
    pub const ALL: [Self; 10] = [
        Self::Summary,
        Self::Problems,
        Self::Encounters,
        Self::Allergies,
        Self::ClinicalItems,
        Self::Medications,
        Self::Referrals,
        Self::Observations,
        Self::Immunisations,
        Self::AdministrativeItems,
    ];

    pub fn code(self) -> &'static str {
        self.names().0
    }

    pub fn title(self) -> &'static str {
        self.names().1
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.code() == code)
    }

    /// Whether a request may name a period.
    pub fn takes_period(self) -> bool {
        !matches!(self, Self::Summary | Self::Allergies | Self::Immunisations)
    }

    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Summary => ("SUM", "Summary"),
            Self::Problems => ("PRB", "Problems and Issues"),
            Self::Encounters => ("ENC", "Encounters"),
            Self::Allergies => ("ALL", "Allergies and Adverse Reactions"),
            Self::ClinicalItems => ("CLI", "Clinical Items"),
            Self::Medications => ("MED", "Medications"),
            Self::Referrals => ("REF", "Referrals"),
            Self::Observations => ("OBS", "Observations"),
            Self::Immunisations => ("IMM", "Immunisations"),
            Self::AdministrativeItems => ("ADM", "Administrative Items"),
        }
    }
}
