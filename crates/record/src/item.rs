//! One entry of the record: what it says as written, when, how sure, who from, and the bytes it came as.

use fhir::{Category, FhirDate, Retrieval, SourceId, coding::Concept, reply::Format};
use std::{fmt, ops::Range, sync::Arc};

/// Where an item stands on the page. The category says who may see it; the section, where it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    Plans,
    Frailty,
    Alerts,
    Allergies,
    Medicines,
    Problems,
    Immunisations,
    Results,
    Contacts,
    Documents,
    Care,
    People,
}

/// One entry, from one source.
#[derive(Clone)]
pub struct Item {
    pub source: SourceId,
    pub category: Category,
    pub section: Section,
    /// The main term: words first, codes beside.
    pub what: Concept,
    pub status: Status,
    pub when: When,
    pub facts: Facts,
    /// Free text of the source, each whole and byte-exact.
    pub notes: Vec<Note>,
    /// Everything else worth reading in the row's details, in order.
    pub details: Vec<Detail>,
    pub labels: Vec<Label>,
    pub provenance: Provenance,
    pub original: Original,
    /// What of the reply is read as part of it: a medicine's own entry, its plan and issues, the results of a report.
    pub parts: Vec<Part>,
    /// What a reader must know about this item, in words.
    pub caveats: Vec<String>,
}

/// The source's own status, and how we read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The code as sent, `unknown` if that was sent; empty if none was.
    pub code: String,
    pub standing: Standing,
}

/// How a status is shown (HAZ-019).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    Current,
    /// Resolved, completed, stopped, ended, inactive: shown apart from what is current.
    Past,
    /// Draft, preliminary, on hold, planned: shown with its word.
    Provisional,
    /// Cancelled, not done, not given, refuted: struck through, with its word.
    Negated,
    /// Entered in error: not shown, counted.
    EnteredInError,
    /// The source said `unknown` or nothing we know: shown with that word.
    Unknown,
}

/// The dates of an item at their own precision.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct When {
    /// When it was so: onset, effective, start.
    pub from: Option<FhirDate>,
    pub to: Option<FhirDate>,
    pub recorded: Option<FhirDate>,
}

impl When {
    /// The date a row is sorted and shown by: from, else recorded.
    pub fn shown(&self) -> Option<&FhirDate> {
        self.from.as_ref().or(self.recorded.as_ref())
    }
}

/// What is particular to the kind of item. Text members are as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Facts {
    Allergy(Allergy),
    Medicine(Medicine),
    Problem(Problem),
    Immunisation(Immunisation),
    Result(Measurement),
    /// A report, with the identities of the results that belong to it.
    Report {
        results: Vec<Measurement>,
        conclusion: Option<String>,
    },
    Contact(Contact),
    Document(Document),
    Plan(Plan),
    Care(Care),
    Alert {
        what_to_do: Option<String>,
    },
    /// A code and its text, without more structure.
    Plain,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Allergy {
    /// One entry per reaction; manifestations that came together stand in one (joined by `+` on the page).
    pub reactions: Vec<Reaction>,
    pub criticality: Option<String>,
    /// Medication, environment, food …, as sent.
    pub kinds: Vec<String>,
    /// A coded statement that there is none (716186003 or a descendant): a negative, never an allergy.
    pub no_known: bool,
    /// Transfer-degraded or uncoded: will not trigger checks in other systems.
    pub degraded: bool,
    pub end_reason: Option<String>,
    pub asserter: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reaction {
    pub manifestations: Vec<String>,
    pub severity: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Medicine {
    /// Dose instructions byte-exact, one per dosage (HAZ-014).
    pub doses: Vec<String>,
    /// The structured part of every dosage in one comparable line, digits as sent; only where each has amount and
    /// timing. Never shown.
    pub dose_key: Option<String>,
    /// Instructions to the person, byte-exact.
    pub instructions: Vec<String>,
    pub route: Option<String>,
    pub form: Option<String>,
    pub quantity: Option<String>,
    /// Acute, repeat, hospital, … in words; `None` where the source says nothing.
    pub supply: Option<String>,
    pub last_issued: Option<FhirDate>,
    pub stopped: Option<FhirDate>,
    pub stop_reason: Option<String>,
    pub prescriber: Option<String>,
    /// Which list it stood in, for the column head: `GP repeat`, `discharge list`, `inpatient`.
    pub list: String,
    /// Reached only through a problem or consultation: never part of a complete list.
    pub linked_to: Option<String>,
    /// The substance name that groups it across sources, folded; never shown.
    pub group_key: String,
    /// dm+d or SNOMED CT code where there is one.
    pub code: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Problem {
    pub significance: Option<String>,
    pub certainty: Option<String>,
    pub severity: Option<String>,
    /// Problem, diagnosis, procedure, family history, …
    pub kind: ProblemKind,
    pub body_site: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ProblemKind {
    #[default]
    Problem,
    Procedure,
    FamilyHistory,
    /// Uncategorised GP entries and other coded history.
    History,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Immunisation {
    pub given: bool,
    pub reason_not_given: Option<String>,
    pub dose_number: Option<String>,
    pub batch: Option<String>,
    pub site: Option<String>,
    /// From the person or another system, not first hand.
    pub second_hand: bool,
}

/// A measured or observed value with the laboratory's own range and flag.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Measurement {
    pub name: Concept,
    /// Digits, comparator and unit exactly as sent (`<5 mg/L`, `10.00 mmol/L`); text values as written.
    pub value: Option<String>,
    /// The number's own digits, without comparator or unit; only for drawing and ordering.
    pub number: Option<String>,
    pub unit: Option<String>,
    pub range: Option<String>,
    /// The bounds of that range, digits as sent, where it is one range in the unit of the value; only for drawing.
    pub bounds: Bounds,
    pub flag: Option<String>,
    pub status: String,
    pub at: Option<FhirDate>,
    pub comments: Vec<String>,
    /// Blood pressure and other panels.
    pub components: Vec<Measurement>,
}

/// Digits as sent, without unit; either may be open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bounds {
    pub low: Option<String>,
    pub high: Option<String>,
}

/// `271649006` and `271650006`: systolic and diastolic blood pressure.
const PRESSURES: [(&str, &str); 2] = [("systolic", "271649006"), ("diastolic", "271650006")];

impl Measurement {
    /// Upper and lower value of a blood pressure, where both are numbers in one unit.
    pub fn pressures(&self) -> Option<[&Measurement; 2]> {
        let part = |(word, code): (&str, &str)| {
            let is_it = |one: &&Measurement| {
                let said = one.name.words().unwrap_or_default().to_lowercase();
                one.number.is_some() && (one.name.has(fhir::coding::SNOMED_CT, code) || said.contains(word))
            };
            self.components.iter().find(is_it)
        };
        let [upper, lower] = PRESSURES.map(part);
        let (upper, lower) = (upper?, lower?);
        (upper.unit == lower.unit && !std::ptr::eq(upper, lower)).then_some([upper, lower])
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contact {
    /// GP, 111, Ambulance, ED, Inpatient, Outpatient, Community, Mental health, Social care, Appointment, Referral.
    pub setting: String,
    pub reason: Option<String>,
    pub service: Option<String>,
    pub place: Option<String>,
    pub outcome: Option<String>,
    /// Consultation headings and their entries in the practice's order; free text only under `consultations`.
    pub entries: Vec<String>,
    /// Those of `entries` that are headings or coded terms, without free text: all a summary may show.
    pub entries_coded: Vec<String>,
    pub future: bool,
    pub open_item: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    pub title: Option<String>,
    pub kind: Option<String>,
    pub author: Option<String>,
    pub organisation: Option<String>,
    pub content_type: Option<String>,
    pub size_bytes: Option<String>,
    /// Why it cannot be had, in the source's words (HAZ-017).
    pub placeholder: Option<String>,
    /// Where its content lies; `None` where it exists and cannot be had.
    pub retrieval: Option<Retrieval>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// ReSPECT, DNACPR, EPaCCS, crisis plan, advance decision … as the source names it.
    pub kind: String,
    /// What kind of plan it is, for standing conflicting versions together; `None` for kinds we do not know.
    pub family: Option<PlanFamily>,
    pub author: Option<String>,
    pub review_due: Option<FhirDate>,
    pub original_at: Option<String>,
    /// Label and text of what it says, as written.
    pub says: Vec<Detail>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlanFamily {
    Resuscitation,
    EndOfLife,
    Crisis,
    AdvanceDecision,
    CareAndSupport,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Care {
    pub service: Option<String>,
    pub provider: Option<String>,
    pub worker: Option<String>,
    pub telephone: Option<String>,
    pub package: Vec<String>,
    pub review_due: Option<FhirDate>,
}

/// Free text of a source; `preformatted` keeps laboratory layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub text: String,
    pub preformatted: bool,
    pub by: Option<String>,
}

/// A label of ours and a value as recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    pub label: String,
    pub value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Label {
    /// Not to be disclosed to the person.
    NotForThePerson,
    Restricted,
}

/// Who made it, where it lies, which version.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Provenance {
    pub resource_type: String,
    pub id: Option<String>,
    pub version: Option<String>,
    pub last_updated: Option<String>,
    /// System and value: the key that says two entries are one (HAZ-005).
    pub business: Option<(String, String)>,
    pub author: Option<String>,
    pub author_role: Option<String>,
    pub organisation: Option<String>,
    /// `Type/id` of the contact it was made at, where its source says so.
    pub contact: Option<String>,
}

/// An entry of the reply that is no item for itself.
#[derive(Clone)]
pub struct Part {
    pub provenance: Provenance,
    pub original: Original,
}

impl Part {
    /// `Type/id`
    pub(crate) fn key(&self) -> String {
        let Provenance { resource_type, id, .. } = &self.provenance;
        format!("{resource_type}/{}", id.as_deref().unwrap_or_default())
    }
}

/// The resource exactly as it was sent: a slice of the reply.
#[derive(Clone)]
pub struct Original {
    document: Arc<str>,
    range: Range<usize>,
    format: Format,
}

impl Original {
    /// `part` must be a slice of `document`; anything else keeps a copy of `part`.
    pub fn of(document: &Arc<str>, part: &str, format: Format) -> Self {
        let start = (part.as_ptr() as usize).wrapping_sub(document.as_ptr() as usize);
        let range = start..start.wrapping_add(part.len());
        if document.get(range.clone()) == Some(part) {
            Self { document: Arc::clone(document), range, format }
        } else {
            Self { document: Arc::from(part), range: 0..part.len(), format }
        }
    }

    /// Where the bytes are not for this reader.
    pub(crate) fn none() -> Self {
        Self { document: Arc::from(""), range: 0..0, format: Format::R4 }
    }

    pub fn as_sent(&self) -> &str {
        self.document.get(self.range.clone()).unwrap_or_default()
    }

    /// Where it lies in memory, as an entry of the same reply does.
    pub(crate) fn address(&self) -> usize {
        self.as_sent().as_ptr() as usize
    }

    /// The standard it was sent in.
    pub fn format(&self) -> Format {
        self.format
    }
}

impl fmt::Debug for Original {
    /// Clinical text is never printed (HAZ-049).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Original({} bytes)", self.range.len())
    }
}

impl Item {
    /// The words of the main term, or the plain statement that there are none.
    pub fn words(&self) -> &str {
        self.what.words().unwrap_or("No name recorded")
    }

    /// Whether it counts and stands in lists: everything but entries made in error.
    pub fn is_shown(&self) -> bool {
        self.status.standing != Standing::EnteredInError
    }
}

impl fmt::Debug for Item {
    /// Clinical text is never printed (HAZ-049).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Item({}, {}, {:?}, {:?})",
            self.source,
            self.category.name(),
            self.section,
            self.status.standing
        )
    }
}

impl Item {
    /// Adds a labelled value to the details where the source gave one.
    pub(crate) fn detail(&mut self, label: &str, value: Option<String>) {
        self.details.extend(value.map(|value| Detail { label: label.to_owned(), value }));
    }
}
