//! What the officers' pages are made of: plain values in, forms out. Nothing here reads or decides.

use serde::Deserialize;

/// An officer at the desk.
#[derive(Clone, Default)]
pub struct Desk {
    pub officer: String,
    pub organisation: String,
    /// Entries of every partner, not of their own organisation alone.
    pub sees_all: bool,
    /// Proves that a form is from their page.
    pub token: String,
    /// Why they read today, in their own words; empty until they said so.
    pub reason: String,
    /// Alerts nobody has closed.
    pub waiting: usize,
    pub training: bool,
    /// Logs that ended, by name: what is in them is on none of these pages.
    pub earlier: Vec<String>,
}

#[derive(Clone, Default, Deserialize)]
pub struct ReasonForm {
    #[serde(default)]
    pub reason: String,
}

/// What is looked for. Fields of the other ways of asking are ignored.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct LookForm {
    /// `person`, `professional`, `reference`, `all`.
    pub by: String,
    pub nhs_number: String,
    /// A name, a smartcard user id, or the host's own user id.
    pub professional: String,
    /// As printed on the page, or the whole id.
    pub reference: String,
    /// `every`, `refused`, `emergency`, `objection`, `direct`.
    pub only: String,
    /// `2026-11-22`, both days included.
    pub since: String,
    pub until: String,
    /// Where the page before ended.
    pub from: String,
}

/// A field that cannot be used as typed, and what to type instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub field: &'static str,
    pub says: &'static str,
}

/// The answer to a question.
#[derive(Clone, Default)]
pub struct Looked {
    pub desk: Desk,
    pub form: LookForm,
    pub faults: Vec<Fault>,
    pub rows: Vec<Row>,
    /// What was deleted by an order in this part of the log, each in words.
    pub gone: Vec<String>,
    pub next: Option<u64>,
}

/// One opening, or one attempt at one.
#[derive(Clone, Default)]
pub struct Row {
    /// Its id, where it can be told as a story.
    pub opening: Option<String>,
    pub reference: String,
    pub at: String,
    pub professional: String,
    pub role: String,
    pub organisation: String,
    /// NHS number, spaced.
    pub person: String,
    pub way_in: String,
    pub outcome: String,
    pub flags: Vec<String>,
}

/// One opening from its beginning to its end.
#[derive(Clone, Default)]
pub struct Told {
    pub desk: Desk,
    pub opening: String,
    pub reference: String,
    /// One sentence: who opened whose record, when and how it ended.
    pub summary: String,
    /// Label and value.
    pub facts: Vec<(&'static str, String)>,
    pub shown: Vec<Shown>,
    /// Source and how it ended, for those nothing was shown of.
    pub not_shown: Vec<(String, String)>,
    pub steps: Vec<Step>,
    /// Whether it is left out of the report for the person; `None` where this officer has no say in it.
    pub held: Option<Held>,
    /// What was typed, and why nothing was changed.
    pub hold: HoldForm,
    pub fault: Option<String>,
}

/// Whether an opening is left out of the report for the person.
#[derive(Clone, Default)]
pub enum Held {
    #[default]
    No,
    /// By somebody else, this officer may put it back.
    Yes { says: String, may_lift: bool },
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct HoldForm {
    /// The opening's id.
    pub opening: String,
    /// `hold`, `lift`.
    pub step: String,
    pub note: String,
    /// `2026-12-31`: the day on which it is looked at again.
    pub review: String,
}

/// Everything that is left out, by the day on which it is looked at again.
#[derive(Clone, Default)]
pub struct HeldRows {
    pub desk: Desk,
    pub rows: Vec<HeldRow>,
}

#[derive(Clone, Default)]
pub struct HeldRow {
    pub opening: String,
    pub since: String,
    pub by: String,
    pub reason: String,
    pub review: String,
    /// That day has come.
    pub is_due: bool,
}

/// Counts of one month.
#[derive(Clone, Default)]
pub struct Figured {
    pub desk: Desk,
    /// `2026-11`
    pub month: String,
    /// A group's name, which may be empty, and its counts.
    pub groups: Vec<(String, Vec<(String, u64)>)>,
    pub alerts: Vec<AlertFigures>,
    /// How far the log is signed and witnessed now.
    pub log: String,
}

/// The alerts of one rule that were raised in the month.
#[derive(Clone, Default)]
pub struct AlertFigures {
    pub rule: String,
    pub says: String,
    pub raised: u64,
    pub open: u64,
    pub justified: u64,
    pub breaches: u64,
    /// Of those closed, how many were a breach; `None` while none is closed.
    pub precision: Option<String>,
}

/// What one source's part of the page was.
#[derive(Clone, Default)]
pub struct Shown {
    pub source: String,
    pub partner: String,
    pub state: String,
    pub at: String,
    pub as_at: Option<String>,
    /// Category, level, entries.
    pub categories: Vec<(String, String, usize)>,
    /// Resource, id, version: for comparing with the source's own log.
    pub items: Vec<(String, String, String)>,
    /// What was held back, sealed to the partner and with what it is sealed for: given to the source's own officer alone.
    pub held: Option<String>,
    /// Where the entry stands in the log, and what it commits to.
    pub index: u64,
    pub commitment: String,
}

/// One entry in plain words.
#[derive(Clone, Default)]
pub struct Step {
    pub index: u64,
    pub at: String,
    pub says: String,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct ReportForm {
    pub nhs_number: String,
    pub since: String,
    pub until: String,
}

/// Who looked at one person's record.
#[derive(Clone, Default)]
pub struct Reported {
    pub desk: Desk,
    pub form: ReportForm,
    pub faults: Vec<Fault>,
    pub nhs_number: String,
    /// In words: `1-Nov-2026 to 29-Nov-2026`.
    pub period: String,
    pub made_at: String,
    pub rows: Vec<Looker>,
    /// There are more than one report may hold: choose a shorter time.
    pub is_cut: bool,
    /// How many openings are left out; told to the region's officers alone, and on no paper.
    pub held: Option<usize>,
}

/// One opening as the person themselves may read it.
#[derive(Clone, Default)]
pub struct Looker {
    pub at: String,
    pub organisation: String,
    pub role: String,
    pub way_in: String,
    pub why: String,
    /// What was shown, by partner.
    pub shown: Vec<(String, String)>,
    pub flags: Vec<String>,
    pub reference: String,
    /// Where the opening stands in the log.
    pub index: u64,
}

/// Sources' own logs held against ours.
#[derive(Clone, Default)]
pub struct Reconciliation {
    pub desk: Desk,
    pub sources: Vec<Side>,
    /// When it is done by itself: `03:00`.
    pub at: String,
}

/// One source's last day.
#[derive(Clone, Default)]
pub struct Side {
    pub source: String,
    pub partner: String,
    pub how: HandsOver,
    /// `28-Nov-2026`; `None` before the first.
    pub day: Option<String>,
    pub both: u64,
    pub ours_only: u64,
    pub theirs_only: u64,
    pub different: u64,
    /// What else is known of the day, in words.
    pub beside: Vec<String>,
}

/// Whether a source hands over its log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HandsOver {
    #[default]
    Lately,
    /// Nothing for a week.
    Silent,
    /// It has not been agreed.
    NotAgreed,
}

/// Alerts, the newest first.
#[derive(Clone, Default)]
pub struct Queue {
    pub desk: Desk,
    pub alerts: Vec<Alert>,
    pub fault: Option<String>,
    pub is_cut: bool,
}

#[derive(Clone, Default)]
pub struct Alert {
    pub index: u64,
    /// `PO-06`, or `review`.
    pub rule: String,
    pub says: String,
    pub at: String,
    /// What a professional wrote, where they reported a problem.
    pub text: String,
    /// The opening it is about, where there is one.
    pub opening: Option<String>,
    pub organisation: String,
    /// Nobody took it on in time.
    pub is_overdue: bool,
    /// What has happened to it, in words.
    pub history: Vec<String>,
    pub next: NextStep,
}

/// What this officer may do with an alert.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NextStep {
    /// Take it on.
    #[default]
    Take,
    /// Close it: somebody else took it on.
    Close,
    /// Somebody else must close it.
    Wait,
    Closed,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct StepForm {
    /// The alert, by where it stands in the log.
    pub alert: String,
    /// `take`, `justified`, `breach`.
    pub step: String,
    pub note: String,
}
