//! Takes the officers' values, gives their pages. Every table scrolls in its own box, and prints.

use super::{
    Stopped,
    values::{
        Desk, Fault, Figured, HandsOver, Held, HeldRows, LookForm, Looked, NextStep, Queue, ReasonForm,
        Reconciliation, ReportForm, Reported, Side, Told,
    },
};
use crate::{assets, routes::Settings, view::drawn};
use access::Refusal;
use askama::Template;

impl ToldPage<'_> {
    fn is_held(&self) -> bool {
        matches!(self.told.held, Some(Held::Yes { .. }))
    }

    fn may_change(&self) -> bool {
        !matches!(self.told.held, Some(Held::Yes { may_lift: false, .. }))
    }
}

/// What can be asked for alone.
const ONLY: [(&str, &str); 5] = [
    ("every", "Every opening, refused ones too"),
    ("refused", "Refused ones"),
    ("emergency", "Emergency access"),
    ("objection", "Opened although the person objects"),
    ("direct", "Direct access"),
];

/// The fields every page needs.
struct Frame<'a> {
    title: &'a str,
    css: &'a str,
    forms: &'a str,
    icon: &'a str,
    training: bool,
}

impl<'a> Frame<'a> {
    fn new(title: &'a str, training: bool) -> Self {
        Self {
            title,
            css: &assets::STYLE.path,
            forms: &assets::FORMS.path,
            icon: &assets::ICON.path,
            training,
        }
    }
}

#[derive(Template)]
#[template(path = "office_stopped.html", whitespace = "minimize")]
struct Stop<'a> {
    frame: Frame<'a>,
    paragraphs: &'a [&'a str],
    reference: &'a str,
    again: &'a str,
}

#[derive(Template)]
#[template(path = "office_desk.html", whitespace = "minimize")]
struct DeskPage<'a> {
    frame: Frame<'a>,
    desk: &'a Desk,
    look: &'a LookForm,
    report: &'a ReportForm,
    faults: &'a [Fault],
    /// What was typed as a reason that does not do.
    unsaid: Option<&'a ReasonForm>,
}

#[derive(Template)]
#[template(path = "office_looked.html", whitespace = "minimize")]
struct LookedPage<'a> {
    frame: Frame<'a>,
    looked: &'a Looked,
}

#[derive(Template)]
#[template(path = "office_told.html", whitespace = "minimize")]
struct ToldPage<'a> {
    frame: Frame<'a>,
    told: &'a Told,
}

#[derive(Template)]
#[template(path = "office_report.html", whitespace = "minimize")]
struct ReportPage<'a> {
    frame: Frame<'a>,
    reported: &'a Reported,
}

#[derive(Template)]
#[template(path = "office_queue.html", whitespace = "minimize")]
struct QueuePage<'a> {
    frame: Frame<'a>,
    queue: &'a Queue,
}

#[derive(Template)]
#[template(path = "office_figures.html", whitespace = "minimize")]
struct FiguresPage<'a> {
    frame: Frame<'a>,
    figured: &'a Figured,
}

#[derive(Template)]
#[template(path = "office_held.html", whitespace = "minimize")]
struct HeldPage<'a> {
    frame: Frame<'a>,
    held: &'a HeldRows,
}

#[derive(Template)]
#[template(path = "office_reconciliation.html", whitespace = "minimize")]
struct ReconciliationPage<'a> {
    frame: Frame<'a>,
    reconciliation: &'a Reconciliation,
}

/// A field of text.
struct Field<'a> {
    id: &'static str,
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    width: u8,
    value: &'a str,
}

impl<'a> Field<'a> {
    const fn of(
        (id, name): (&'static str, &'static str),
        (label, hint, width): (&'static str, &'static str, u8),
        value: &'a str,
    ) -> Self {
        Self { id, name, label, hint, width, value }
    }
}

const NUMBER: (&str, &str, u8) = ("NHS number", "10 digits", 10);
const UNTIL: (&str, &str, u8) = ("To", "Day, included. Without one: today", 10);

impl DeskPage<'_> {
    fn look_fields(&self) -> [Field<'_>; 5] {
        let look = self.look;
        let same = |name| (name, name);
        let who = ("Professional", "Last name, smartcard user id, or user id at their own system", 20);
        let since = ("From", "Day, for example 2026-11-01. Without one: the last 30 days", 10);
        [
            Field::of(same("nhs_number"), NUMBER, &look.nhs_number),
            Field::of(same("professional"), who, &look.professional),
            Field::of(same("reference"), ("Reference", "For example 7K2M-9QF4", 10), &look.reference),
            Field::of(same("since"), since, &look.since),
            Field::of(same("until"), UNTIL, &look.until),
        ]
    }

    fn report_fields(&self) -> [Field<'_>; 3] {
        let since = ("From", "Day, for example 2026-11-01. Without one: the last 12 months", 10);
        [
            Field::of(("report-nhs_number", "nhs_number"), NUMBER, &self.report.nhs_number),
            Field::of(("report-since", "since"), since, &self.report.since),
            Field::of(("report-until", "until"), UNTIL, &self.report.until),
        ]
    }

    fn says(&self, field: &str) -> Option<&'static str> {
        self.faults.iter().find(|fault| fault.field == field).map(|fault| fault.says)
    }

    fn has_error(&self) -> bool {
        !self.faults.is_empty() || self.unsaid.is_some()
    }

    fn is_by(&self, by: &str) -> bool {
        self.look.by == by || (self.look.by.is_empty() && by == "person")
    }
}

impl LookForm {
    /// What the next page of the same question is asked with.
    fn carried(&self) -> [(&'static str, &str); 7] {
        [
            ("by", &self.by),
            ("nhs_number", &self.nhs_number),
            ("professional", &self.professional),
            ("reference", &self.reference),
            ("only", &self.only),
            ("since", &self.since),
            ("until", &self.until),
        ]
    }
}

impl Looked {
    fn how_many(&self) -> String {
        let more = if self.next.is_some() { "at least " } else { "" };
        match self.rows.len() {
            0 => "Nothing fits in this part of the log.".to_owned(),
            1 => format!("{more}1 entry"),
            many => format!("{more}{many} entries"),
        }
    }
}

pub(super) fn signed_out(settings: &Settings) -> String {
    drawn(&Stop {
        frame: Frame::new("Who looked at a record", settings.training),
        paragraphs: &[
            "These pages are for privacy officers and Caldicott Guardians: who opened whose record, from where, why, and what they were shown.",
            "Sign in as yourself, in the role you have as a privacy officer. Everything you look at here is recorded too.",
        ],
        reference: "",
        again: "Sign in",
    })
}

pub(super) fn stopped(stopped: &Stopped, settings: &Settings) -> String {
    let (title, paragraphs, reference): (_, &[&str], &str) = match stopped {
        Stopped::SignedOut => (
            "You are not signed in",
            &["These pages close after a few minutes without use. Nothing is open."],
            "",
        ),
        Stopped::NoReason => ("Say why first", &["Nothing is shown before you have said why you look."], ""),
        Stopped::NotFound => (
            "No such opening",
            &["No opening of that name concerns your organisation’s professionals or its own data."],
            "",
        ),
        Stopped::Unreadable => (
            "The log could not be read",
            &[
                "Nothing is shown. Try again; if it stays so, tell the operator: the store is down, or an entry is not as it was written.",
            ],
            "",
        ),
        Stopped::Refused(refused) => (
            match refused.refusal {
                Refusal::CannotRecord => "Nothing can be shown",
                _ => "You were not signed in",
            },
            match refused.refusal {
                Refusal::CannotRecord => &["Your reading cannot be recorded, so nothing can be shown."],
                Refusal::NoRole => &[
                    "These pages are for privacy officers alone.",
                    "If you have several roles, choose that one when you sign in. Your organisation must have been enabled for these pages by two people.",
                ],
                Refusal::HostUnreachable => &["The sign-in service could not confirm who you are."],
                _ => &[
                    "Your sign-in could not be accepted. It must be your own, with two factors, and a moment ago.",
                ],
            },
            &refused.reference,
        ),
    };
    let again = if matches!(stopped, Stopped::NotFound | Stopped::NoReason | Stopped::Unreadable) {
        "Back"
    } else {
        "Sign in again"
    };
    drawn(&Stop { frame: Frame::new(title, settings.training), paragraphs, reference, again })
}

pub(super) fn desk(desk: &Desk, unsaid: Option<&ReasonForm>) -> String {
    at_desk(desk, (&LookForm::default(), &ReportForm::default()), (&[], unsaid))
}

fn at_desk(
    desk: &Desk,
    (look, report): (&LookForm, &ReportForm),
    (faults, unsaid): (&[Fault], Option<&ReasonForm>),
) -> String {
    let frame = Frame::new("Who looked at a record", desk.training);
    drawn(&DeskPage { frame, desk, look, report, faults, unsaid })
}

/// With faults, the form again.
pub(super) fn looked(looked: &Looked) -> String {
    if !looked.faults.is_empty() {
        return at_desk(&looked.desk, (&looked.form, &ReportForm::default()), (&looked.faults, None));
    }
    drawn(&LookedPage { frame: Frame::new("What was found", looked.desk.training), looked })
}

pub(super) fn told(told: &Told) -> String {
    drawn(&ToldPage { frame: Frame::new("One opening", told.desk.training), told })
}

pub(super) fn report(reported: &Reported) -> String {
    drawn(&ReportPage { frame: Frame::new("Who looked at this record", reported.desk.training), reported })
}

pub(super) fn report_faults(reported: &Reported) -> String {
    at_desk(&reported.desk, (&LookForm::default(), &reported.form), (&reported.faults, None))
}

pub(super) fn queue(queue: &Queue) -> String {
    drawn(&QueuePage { frame: Frame::new("Alerts", queue.desk.training), queue })
}

pub(super) fn figures(figured: &Figured) -> String {
    drawn(&FiguresPage { frame: Frame::new("Figures", figured.desk.training), figured })
}

pub(super) fn held(held: &HeldRows) -> String {
    drawn(&HeldPage { frame: Frame::new("Left out of reports", held.desk.training), held })
}

impl Side {
    fn one_sided(&self) -> [(&'static str, u64); 3] {
        [("Ours only", self.ours_only), ("Theirs only", self.theirs_only), ("Different", self.different)]
    }
}

pub(super) fn reconciliation(reconciliation: &Reconciliation) -> String {
    let frame = Frame::new("Reconciliation", reconciliation.desk.training);
    drawn(&ReconciliationPage { frame, reconciliation })
}

#[cfg(test)]
mod tests;
