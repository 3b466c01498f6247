//! The fifteen categories of information and the four levels at which one may be seen.
//! Source: the sharing agreement's matrix, `config/policy/matrix.csv`.

use serde::{Deserialize, Serialize};

/// What an item is about. It decides who may see the item; the heading it stands under may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    Demographics,
    Alerts,
    Allergies,
    Medications,
    Problems,
    Immunisations,
    Results,
    Encounters,
    Documents,
    Consultations,
    CarePlans,
    MentalHealth,
    SocialCare,
    Safeguarding,
    Restricted,
}

impl Category {
    /// In the order of the matrix.
    pub const ALL: [Category; 15] = [
        Category::Demographics,
        Category::Alerts,
        Category::Allergies,
        Category::Medications,
        Category::Problems,
        Category::Immunisations,
        Category::Results,
        Category::Encounters,
        Category::Documents,
        Category::Consultations,
        Category::CarePlans,
        Category::MentalHealth,
        Category::SocialCare,
        Category::Safeguarding,
        Category::Restricted,
    ];

    /// The name used in configuration, policy and audit.
    pub fn name(self) -> &'static str {
        match self {
            Category::Demographics => "demographics",
            Category::Alerts => "alerts",
            Category::Allergies => "allergies",
            Category::Medications => "medications",
            Category::Problems => "problems",
            Category::Immunisations => "immunisations",
            Category::Results => "results",
            Category::Encounters => "encounters",
            Category::Documents => "documents",
            Category::Consultations => "consultations",
            Category::CarePlans => "care-plans",
            Category::MentalHealth => "mental-health",
            Category::SocialCare => "social-care",
            Category::Safeguarding => "safeguarding",
            Category::Restricted => "restricted",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.name() == name)
    }
}

/// How much of a category may be seen. Ordered: the smaller of two is their meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    #[default]
    Nothing,
    Existence,
    Summary,
    Full,
}
