//! What is known when the first byte of a record document leaves: who looks, at whom, whom we ask, what is asked.

use crate::view::Panel;
use access::policy::ReasonCode;
use fhir::{Category, FhirDate, Level, Retrieval, SourceId};
use record::Section;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is looked for.
mod sought;
/// From one document to the next.
mod letters;

pub use letters::{Axis, Chosen, Letter, Letters, Neighbour, Place};
pub use sought::Sought;
pub(crate) use sought::fold;

/// Everything of an opening that does not change while it streams.
#[derive(Clone)]
pub struct Page {
    /// `7K2M-9QF4`: printed on the page, quoted to support, found in the audit.
    pub reference: String,
    /// Its whole id, which a print is recorded under.
    pub opening: String,
    /// The path of this session, `/s/{sid}/`, for links and forms.
    pub path: String,
    /// Masks this response's form token.
    pub form_token: String,
    pub opened_at: jiff::Timestamp,
    /// When this professional opened this person's record before, in another view.
    pub last_look: LastLook,
    /// Sources that had not answered then.
    pub unheard_then: Vec<SourceId>,
    /// When this professional last opened a document of this person, by [`Handles::name`]; empty where that is not known.
    pub opened_before: BTreeMap<String, jiff::Timestamp>,
    pub life: Life,
    pub banner: Banner,
    pub professional: String,
    pub role: String,
    pub organisation: String,
    /// In the order of configuration. Every partner of the agreement is here, also those without a source.
    pub sources: Vec<SourceCard>,
    /// The summary in the role's order.
    pub order: Vec<Panel>,
    /// Categories this role sees at some level. A section all of whose categories are missing says so in words.
    pub granted: BTreeSet<Category>,
    /// Categories of the matrix this role does not see at all: counted on the page (HAZ-011). From policy, never from data.
    pub not_for_role: Vec<Category>,
    /// Why less than everything is shown, and whom to ask. From policy, never from data.
    pub why: Vec<Why>,
    /// Whether the page says that some kinds of information are never shown, whatever there is of them.
    pub never_shown: NeverShown,
    /// "identity not checked nationally at this opening" and the like.
    pub caveats: Vec<String>,
    /// Identity fields that differ between host and national record and were confirmed by the professional.
    pub mismatch: Vec<String>,
    /// What is looked for, where only that is shown.
    pub sought: Option<Sought>,
    pub training: bool,
    pub emergency: Emergency,
    /// Makes the address of each document that may be opened.
    pub documents: Arc<dyn Handles>,
}

/// When somebody last looked, as the audit has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LastLook {
    At(jiff::Timestamp),
    Never,
    /// It could not be read, or nobody asked.
    #[default]
    Unknown,
}

/// One reason why less than everything of one category is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    pub category: Category,
    pub reason: ReasonCode,
    /// What is shown nevertheless.
    pub level: Level,
    /// It holds for parts of the sources only.
    pub in_part: bool,
    /// Short names of the sources it holds for; none where it holds whichever source it is.
    pub sources: Vec<String>,
    /// Who decided so, and whom to ask about it.
    pub decided_by: String,
    pub ask: String,
}

/// How long a page may stand, in seconds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// Until somebody does something.
    pub idle_s: i64,
    /// Whatever anybody does.
    pub absolute_s: i64,
}

impl Life {
    /// When a page that cannot ask puts itself away.
    pub(crate) fn put_away_s(self) -> i64 {
        self.idle_s.min(self.absolute_s)
    }
}

/// When a page says that some kinds of information are never shown. The deployment's choice; only the first tells nothing of
/// the person (HAZ-010).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NeverShown {
    /// On every record.
    #[default]
    Constant,
    /// Where something was held back for its label.
    WhenPresent,
}

/// Emergency access, as a page tells of it. From policy and the session, never from data (HAZ-050).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Emergency {
    /// It may be asked for from the record.
    pub offered: bool,
    /// It may be asked for from the page of an objection.
    pub offered_over_objection: bool,
    pub active: Option<ActiveEmergency>,
}

/// Under way in this session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveEmergency {
    pub until: jiff::Timestamp,
    /// The classes it opens.
    pub opens: Vec<Category>,
    pub over_objection: bool,
}

/// Seals what opening one document needs, so that nothing of it is kept (HAZ-049).
pub trait Handles: Send + Sync {
    /// One path segment, or `None` where it would be too long for one.
    fn handle(&self, document: &ListedDocument) -> Option<String>;
    /// What the audit calls it, for this professional and person alone.
    fn name(&self, document: &ListedDocument) -> String;
    /// The whole list as a value of a form, or `None` where it would be too long for one.
    fn letters(&self, letters: &Letters) -> Option<String>;
}

/// A document as a row lists it.
#[derive(Clone, PartialEq, Eq)]
pub struct ListedDocument {
    pub source: SourceId,
    pub category: Category,
    pub retrieval: Retrieval,
    pub words: DocumentWords,
}

/// What a document is called, for the page it is opened on. As written by its source; empty where it said nothing.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentWords {
    pub title: String,
    pub kind: String,
    /// As shown.
    pub date: String,
    pub author: String,
    pub organisation: String,
    pub size_bytes: String,
    /// Its source says that it is not to be shared with the person.
    #[serde(default)]
    pub not_for_the_person: bool,
}

/// The page round one document. Nothing of it was asked for anew.
pub struct DocumentPage {
    /// The reference of the opening it was listed by.
    pub reference: String,
    /// Its whole id, which a problem is reported under.
    pub opening: String,
    /// `/s/{sid}/`
    pub path: String,
    pub handle: String,
    /// It may be a PDF, whose words alone can be asked for.
    pub has_words: bool,
    pub opened_at: jiff::Timestamp,
    pub life: Life,
    /// The person as the host knows them.
    pub banner: Banner,
    pub words: DocumentWords,
    pub source: SourceCard,
    pub professional: String,
    pub organisation: String,
    pub training: bool,
    /// Masks the forms.
    pub form_token: String,
    pub emergency: Option<ActiveEmergency>,
    /// Where it stands in the list it was opened from, where it was opened from one.
    pub place: Option<Place>,
}

/// The identity banner by CUI rules. All text as PDS has it, else as the host sent it.
#[derive(Clone, Default)]
pub struct Banner {
    pub family: String,
    pub given: String,
    pub title: Option<String>,
    pub preferred: Option<String>,
    pub born: Option<FhirDate>,
    /// Years, for whom `born` is a whole date.
    pub age: Option<i16>,
    pub died: Option<FhirDate>,
    pub age_at_death: Option<i16>,
    /// FHIR code; shown as a full word.
    pub gender: String,
    /// 3-3-4.
    pub nhs_number: String,
    /// "also held under an earlier NHS number".
    pub earlier_number: bool,
    pub address: Vec<String>,
    pub telephone: Option<String>,
    pub practice: Option<String>,
}

/// One partner's source as configured.
#[derive(Clone)]
pub struct SourceCard {
    pub id: SourceId,
    /// `Acute`
    pub short: String,
    /// `Mid and South Essex NHS Foundation Trust`
    pub partner: String,
    pub freshness: Freshness,
    pub shares: Vec<Category>,
    /// Telephone or team to ask.
    pub contact: String,
}

impl SourceCard {
    /// What it is set up to share, whoever asks.
    pub fn in_words(&self) -> crate::routes::Shared {
        let nouns: Vec<&str> =
            self.shares.iter().map(|category| crate::words::category_noun(*category)).collect();
        let shares = match nouns.as_slice() {
            [] if self.has_source() => "Nothing yet".to_owned(),
            [] => crate::words::NO_SOURCE.to_owned(),
            nouns => crate::words::sentence(&crate::words::and(nouns)),
        };
        crate::routes::Shared {
            short: self.short.clone(),
            partner: self.partner.clone(),
            freshness: crate::view::freshness(self),
            shares,
            contact: self.contact.clone(),
        }
    }

    /// Partners whose staff look and who hold nothing are listed among the sources, and counted and waited for nowhere.
    pub fn has_source(&self) -> bool {
        self.freshness != Freshness::None
    }
}

#[derive(Clone, PartialEq, Eq)]
pub enum Freshness {
    Live,
    /// "nightly", and the age beyond which it is stale, in words and seconds.
    Periodic {
        cadence: String,
        agreed: String,
        stale_after_s: i64,
    },
    /// A partner without a source: views only.
    None,
}

/// Which categories feed a section, its own first. Plans, teams, flags and contacts found by a mental health or social care
/// search keep that category wherever they are read.
pub fn categories(section: Section) -> &'static [Category] {
    use Category::*;
    match section {
        Section::Plans => &[CarePlans, MentalHealth, SocialCare],
        Section::Frailty => &[CarePlans, Results, Problems],
        Section::Alerts => &[Alerts, Safeguarding, MentalHealth],
        Section::Allergies => &[Allergies],
        Section::Medicines => &[Medications],
        Section::Problems => &[Problems, Consultations, MentalHealth],
        Section::Immunisations => &[Immunisations],
        Section::Results => &[Results],
        Section::Contacts => &[Encounters, Consultations, MentalHealth, SocialCare],
        Section::Documents => &[Documents],
        Section::Care => &[SocialCare, CarePlans, MentalHealth],
        Section::People => &[Encounters, SocialCare, MentalHealth],
    }
}

/// The sources that can contribute to a section, in configured order.
pub fn contributors(page: &Page, section: Section) -> Vec<&SourceCard> {
    let wanted = categories(section);
    page.sources.iter().filter(|card| card.shares.iter().any(|category| wanted.contains(category))).collect()
}

/// Short names by id, for source lines.
pub fn short_names(page: &Page) -> BTreeMap<&SourceId, &str> {
    page.sources.iter().map(|card| (&card.id, card.short.as_str())).collect()
}
