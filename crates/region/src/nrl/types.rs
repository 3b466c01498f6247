//! The types of record the locator knows, how each is filed, and whether the region's gateway has agreed to see it.
//! Source: NRL record type and category value sets; sources, section 6.

/// A type of record.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) code: &'static str,
    pub(super) display: &'static str,
    pub(super) category: Category,
    /// Only types agreed at onboarding come back: an absent type is not an absent plan.
    pub(super) agreed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Category {
    CarePlan,
    Observations,
    ClinicalNote,
}

impl Category {
    /// SNOMED CT code and name.
    pub(super) fn coding(self) -> (&'static str, &'static str) {
        match self {
            Self::CarePlan => ("734163000", "Care plan"),
            Self::Observations => ("1102421000000108", "Observations"),
            Self::ClinicalNote => ("823651000000106", "Clinical note"),
        }
    }
}

pub(super) fn kind(code: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.code == code)
}

const fn plan(code: &'static str, display: &'static str) -> Kind {
    Kind { code, display, category: Category::CarePlan, agreed: true }
}

static KINDS: [Kind; 12] = [
    plan("736253002", "Mental health crisis plan"),
    plan("887701000000100", "Emergency health care plan"),
    plan("861421000000109", "End of life care coordination summary"),
    plan("1382601000000107", "ReSPECT (Recommended Summary Plan for Emergency Care and Treatment) form"),
    plan("325691000000100", "Contingency plan"),
    plan("736373009", "End of life care plan"),
    plan("736366004", "Advanced care plan"),
    plan("735324008", "Treatment escalation plan"),
    plan("2181441000000107", "Personalised Care and Support Plan"),
    Kind {
        category: Category::Observations,
        ..plan("1363501000000100", "Royal College of Physicians NEWS2 (National Early Warning Score 2) chart")
    },
    Kind {
        category: Category::ClinicalNote,
        agreed: false,
        ..plan("16521000000101", "Lloyd George record folder")
    },
    Kind { category: Category::ClinicalNote, ..plan("824321000000109", "Summary record") },
];
