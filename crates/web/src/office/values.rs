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
    /// Why and how many: told to the source's own officer alone.
    pub held: Vec<(String, usize)>,
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
    /// The opening it is about, where there is one.
    pub opening: Option<String>,
    pub organisation: String,
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
