//! Takes a table's id, its subsection's title, its section's code or its headings, gives what kind of entries its rows are:
//! where they stand on the page, who may see them, and how current they are.
//! Source: GP Connect 0.7 HTML views; sources.md section 3 (ids, titles old and new).

use super::text::folded;
use crate::item::{Section, Standing};
use fhir::Category;

/// The record section that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Code {
    Summary,
    Problems,
    Encounters,
    Allergies,
    Clinical,
    Medications,
    Referrals,
    Observations,
    Immunisations,
    Administrative,
    Unknown,
}

/// Code, its name, and the section's title.
const CODES: [(Code, &str, &str); 10] = [
    (Code::Summary, "SUM", "summary"),
    (Code::Problems, "PRB", "problems and issues"),
    (Code::Encounters, "ENC", "encounters"),
    (Code::Allergies, "ALL", "allergies and adverse reactions"),
    (Code::Clinical, "CLI", "clinical items"),
    (Code::Medications, "MED", "medications"),
    (Code::Referrals, "REF", "referrals"),
    (Code::Observations, "OBS", "observations"),
    (Code::Immunisations, "IMM", "immunisations"),
    (Code::Administrative, "ADM", "administrative items"),
];

impl Code {
    pub(super) fn parse(code: &str) -> Option<Self> {
        CODES.iter().find(|(_, name, _)| name.eq_ignore_ascii_case(code.trim())).map(|(code, ..)| *code)
    }

    pub(super) fn by_title(title: &str) -> Option<Self> {
        CODES.iter().find(|(.., known)| folded(title) == *known).map(|(code, ..)| *code)
    }

    pub(super) fn name(self) -> &'static str {
        CODES.iter().find(|(code, ..)| *code == self).map_or("other", |(_, name, _)| name)
    }

    /// What a table of the section holds when nothing else says so.
    fn kind(self) -> Option<Kind> {
        Some(match self {
            Code::Summary | Code::Unknown => return None,
            Code::Problems => Kind::Problems,
            Code::Encounters => Kind::Encounters,
            Code::Allergies => Kind::Allergies,
            Code::Clinical => Kind::Clinical,
            Code::Medications => Kind::Medicines,
            Code::Referrals => Kind::Referrals,
            Code::Observations => Kind::Observations,
            Code::Immunisations => Kind::Immunisations,
            Code::Administrative => Kind::Administrative,
        })
    }

    /// The categories of which the section may hold something.
    pub(super) fn categories(self) -> Vec<Category> {
        match (self, self.kind()) {
            (_, Some(kind)) => vec![kind.category()],
            (Code::Summary, None) => {
                vec![Category::Allergies, Category::Medications, Category::Problems, Category::Consultations]
            }
            _ => vec![Category::Consultations],
        }
    }

    /// The one category of the section, where it has one.
    pub(super) fn category(self) -> Option<Category> {
        self.kind().map(Kind::category)
    }
}

/// What the rows of one table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Emergency,
    Encounters,
    ActiveProblems,
    InactiveProblems,
    /// Problems of which the table does not say whether they are active.
    Problems,
    CurrentAllergies,
    HistoricalAllergies,
    Allergies,
    Acute,
    /// Issues that are current: the lists of older systems.
    CurrentIssues,
    Repeat,
    Discontinued,
    PastMedicines,
    /// Every medicine there ever was.
    Medicines,
    Issues,
    Clinical,
    Referrals,
    Observations,
    Immunisations,
    Administrative,
    Unknown,
}

/// Where a table stands.
pub(super) struct Place<'a> {
    pub(super) code: Code,
    pub(super) id: Option<&'a str>,
    pub(super) title: Option<&'a str>,
    pub(super) headings: &'a [String],
}

impl Kind {
    /// Id before title before the section's own code before headings.
    pub(super) fn of(place: &Place<'_>) -> Self {
        let by_id = place.id.and_then(Self::by_id);
        let by_title = || place.title.and_then(Self::by_title);
        by_id
            .or_else(by_title)
            .or_else(|| place.code.kind())
            .or_else(|| by_headings(place.headings))
            .unwrap_or(Kind::Unknown)
    }

    fn by_id(id: &str) -> Option<Self> {
        const IDS: [(&str, Kind); 16] = [
            ("adm-tab", Kind::Administrative),
            ("all-tab-curr", Kind::CurrentAllergies),
            ("all-tab-hist", Kind::HistoricalAllergies),
            ("cli-tab", Kind::Clinical),
            ("enc-tab", Kind::Encounters),
            ("imm-tab", Kind::Immunisations),
            ("med-tab-acu-med", Kind::Acute),
            ("med-tab-curr-rep", Kind::Repeat),
            ("med-tab-dis-rep", Kind::Discontinued),
            ("med-tab-all-sum", Kind::Medicines),
            ("med-tab-all-iss", Kind::Issues),
            ("obs-tab", Kind::Observations),
            ("prb-tab-act", Kind::ActiveProblems),
            ("prb-tab-majinact", Kind::InactiveProblems),
            ("prb-tab-othinact", Kind::InactiveProblems),
            ("ref-tab", Kind::Referrals),
        ];
        IDS.iter().find(|(known, _)| *known == id.trim()).map(|(_, kind)| *kind)
    }

    /// By the words of a title of today or of an older system.
    pub(super) fn by_title(title: &str) -> Option<Self> {
        let title = folded(title);
        let has = |words: &[&str]| words.iter().any(|word| title.contains(word));
        let is_over = has(&["historical", "past", "inactive", "ended", "previous"]);
        Some(if has(&["emergency"]) {
            Kind::Emergency
        } else if has(&["medication", "medicine"]) {
            medicines(&has)
        } else if has(&["allerg", "adverse"]) {
            match (is_over, has(&["current"])) {
                (true, _) => Kind::HistoricalAllergies,
                (_, true) => Kind::CurrentAllergies,
                _ => Kind::Allergies,
            }
        } else if has(&["problem"]) {
            match (is_over, has(&["active"])) {
                (true, _) => Kind::InactiveProblems,
                (_, true) => Kind::ActiveProblems,
                _ => Kind::Problems,
            }
        } else {
            return others(&has);
        })
    }

    pub(super) fn category(self) -> Category {
        use Kind::*;
        match self {
            ActiveProblems | InactiveProblems | Problems | Clinical | Emergency => Category::Problems,
            CurrentAllergies | HistoricalAllergies | Allergies => Category::Allergies,
            Acute | CurrentIssues | Repeat | Discontinued | PastMedicines | Medicines | Issues => {
                Category::Medications
            }
            Observations => Category::Results,
            Immunisations => Category::Immunisations,
            Referrals | Administrative => Category::Encounters,
            // Free text, or nobody knows what: as protected as a consultation.
            Encounters | Unknown => Category::Consultations,
        }
    }

    pub(super) fn section(self) -> Section {
        match self.category() {
            Category::Problems => Section::Problems,
            Category::Allergies => Section::Allergies,
            Category::Medications => Section::Medicines,
            Category::Results => Section::Results,
            Category::Immunisations => Section::Immunisations,
            _ => Section::Contacts,
        }
    }

    /// As the heading of the table says; where it says nothing of it, the entry is a fact as recorded or not known.
    pub(super) fn standing(self) -> Standing {
        use Kind::*;
        match self {
            InactiveProblems | HistoricalAllergies | Discontinued | PastMedicines | Issues => Standing::Past,
            Problems | Allergies | Acute | Medicines | Unknown => Standing::Unknown,
            _ => Standing::Current,
        }
    }

    /// Without it nobody can say what there is of the category now. The others only add what was.
    pub(super) fn is_principal(self) -> bool {
        use Kind::*;
        !matches!(
            self,
            Emergency
                | InactiveProblems
                | HistoricalAllergies
                | Discontinued
                | PastMedicines
                | Medicines
                | Issues
        )
    }

    /// A view over what the section's other tables hold too.
    pub(super) fn is_overview(self) -> bool {
        matches!(self, Kind::Medicines | Kind::Issues)
    }

    /// The column in which a medicine stands.
    pub(super) fn list(self) -> &'static str {
        match self {
            Kind::Acute => "GP acute",
            Kind::CurrentIssues => "GP current issues",
            Kind::Repeat => "GP repeat",
            Kind::Discontinued => "GP discontinued repeat",
            Kind::PastMedicines => "GP past",
            Kind::Issues => "GP issues",
            _ => "GP all medication",
        }
    }
}

fn medicines(has: &dyn Fn(&[&str]) -> bool) -> Kind {
    if has(&["discontinued"]) {
        Kind::Discontinued
    } else if has(&["past ", "previous"]) {
        Kind::PastMedicines
    } else if has(&["all medication issues", "repeat medication issues"]) {
        Kind::Issues
    } else if has(&["all medication"]) {
        Kind::Medicines
    } else if has(&["repeat"]) {
        Kind::Repeat
    } else if has(&["acute"]) {
        Kind::Acute
    } else if has(&["current medication issues"]) {
        Kind::CurrentIssues
    } else {
        Kind::Medicines
    }
}

fn others(has: &dyn Fn(&[&str]) -> bool) -> Option<Kind> {
    Some(if has(&["encounter", "consultation"]) {
        Kind::Encounters
    } else if has(&["clinical item"]) {
        Kind::Clinical
    } else if has(&["referral"]) {
        Kind::Referrals
    } else if has(&["observation"]) {
        Kind::Observations
    } else if has(&["immunis", "immuniz", "vaccin"]) {
        Kind::Immunisations
    } else if has(&["administrative"]) {
        Kind::Administrative
    } else {
        return None;
    })
}

fn by_headings(headings: &[String]) -> Option<Kind> {
    let headings: Vec<String> = headings.iter().map(|heading| folded(heading)).collect();
    let has = |name: &str| headings.iter().any(|heading| heading == name);
    Some(if has("medication item") {
        Kind::Medicines
    } else if has("location of further information") {
        Kind::Emergency
    } else if has("vaccination") {
        Kind::Immunisations
    } else if has("significance") {
        Kind::Problems
    } else if has("value") {
        Kind::Observations
    } else if has("from") && has("to") {
        Kind::Referrals
    } else if has("title") {
        Kind::Encounters
    } else {
        return None;
    })
}
