//! The pages of direct access: whom to find, why the record is opened, and why not. Complete without script; they give back what
//! was typed and nothing else of anybody. Source: access.md section 1 (F); NHS digital service manual, forms and errors.

use super::drawn;
use crate::{
    assets,
    gateway::provider::{FindPage, Outcome, ReasonPage, Stopped},
    routes::Settings,
};
use access::{
    Refusal,
    launch::direct::{Field, REASONS, Unstated},
};
use askama::Template;

const GENDERS: [(&str, &str); 4] =
    [("female", "Female"), ("male", "Male"), ("other", "Other"), ("unknown", "Not known")];

#[derive(Template)]
#[template(path = "direct_find.html", whitespace = "minimize")]
struct Find<'a> {
    css: &'a str,
    forms: &'a str,
    icon: &'a str,
    training: bool,
    page: &'a FindPage,
}

#[derive(Template)]
#[template(path = "direct_reason.html", whitespace = "minimize")]
struct Reason<'a> {
    css: &'a str,
    forms: &'a str,
    icon: &'a str,
    training: bool,
    page: &'a ReasonPage,
}

#[derive(Template)]
#[template(path = "direct_stopped.html", whitespace = "minimize")]
struct Stop<'a> {
    css: &'a str,
    icon: &'a str,
    settings: &'a Settings,
    heading: &'a str,
    paragraphs: Vec<String>,
    reference: &'a str,
}

/// A text field: which, its id, its name, its label, its width, its value.
type Text<'a> = (Field, &'static str, &'static str, &'static str, &'static str, &'a str);

impl FindPage {
    fn has_error(&self) -> bool {
        !self.faults.is_empty() || self.outcome != Outcome::None
    }

    fn problem(&self) -> &'static str {
        match self.outcome {
            Outcome::None => "There is a problem",
            Outcome::Nobody => "Nobody was found",
            Outcome::Unanswered => "Nobody could be looked for",
            Outcome::Paused => "Wait before you try again",
        }
    }

    fn said(&self) -> &'static [&'static str] {
        match self.outcome {
            Outcome::None => &[],
            Outcome::Nobody => &[
                "No one person is exactly what you typed. Check every field. After three attempts that find nobody there is a pause of 10 minutes.",
            ],
            Outcome::Unanswered => &[
                "The national demographics service did not answer. Nothing was opened. Try again in a minute.",
            ],
            Outcome::Paused => &[
                "There were too many attempts, or three that found nobody. You can try again in 10 minutes. If the person needs care now, ask the organisations directly.",
            ],
        }
    }

    /// Only beside the form that was sent.
    fn says(&self, by: &str, field: Field) -> Option<&'static str> {
        let sent = (self.form.by == "details") == (by == "details");
        self.faults.iter().find(|fault| sent && fault.field == field).map(|fault| fault.says)
    }

    fn anchor(&self, field: &Field) -> &'static str {
        match field {
            Field::NhsNumber => "nhs-number",
            Field::Family => "family",
            Field::Given => "given",
            Field::Gender => "gender-female",
            Field::Postcode => "postcode",
            Field::BirthDate if self.form.by == "details" => "details-day",
            Field::BirthDate => "number-day",
        }
    }

    fn texts(&self) -> [Text<'_>; 3] {
        let form = &self.form;
        [
            (Field::Given, "given", "given", "First name", "nhsuk-input--width-20", &form.given),
            (Field::Family, "family", "family", "Last name", "nhsuk-input--width-20", &form.family),
            (Field::Postcode, "postcode", "postcode", "Postcode", "nhsuk-input--width-10", &form.postcode),
        ]
    }

    /// The parts of the date in the form of that kind.
    fn dates(&self, by: &str) -> [(&'static str, &'static str, &'static str, &str); 3] {
        let sent = (self.form.by == "details") == (by == "details");
        let value = |text| if sent { text } else { "" };
        [
            ("day", "Day", "nhsuk-input--width-2", value(&self.form.day)),
            ("month", "Month", "nhsuk-input--width-2", value(&self.form.month)),
            ("year", "Year", "nhsuk-input--width-4", value(&self.form.year)),
        ]
    }
}

impl ReasonPage {
    fn says(&self, unstated: Unstated) -> Option<&'static str> {
        self.unstated.contains(&unstated).then(|| unstated.says())
    }

    fn anchor(&self, unstated: &Unstated) -> &'static str {
        match unstated {
            Unstated::Reason => "reason-direct-care-now",
            Unstated::Text => "text",
            Unstated::Relationship => "relationship",
        }
    }
}

pub(crate) fn find(page: &FindPage, settings: &Settings) -> String {
    let (css, forms, icon) = (&assets::STYLE.path, &assets::FORMS.path, &assets::ICON.path);
    drawn(&Find { css, forms, icon, training: settings.training, page })
}

pub(crate) fn reason(page: &ReasonPage, settings: &Settings) -> String {
    let (css, forms, icon) = (&assets::STYLE.path, &assets::FORMS.path, &assets::ICON.path);
    drawn(&Reason { css, forms, icon, training: settings.training, page })
}

/// For every end but the one where there is no page.
pub(crate) fn stopped(stopped: &Stopped, settings: &Settings) -> String {
    let (heading, paragraphs, reference) = match stopped {
        Stopped::Refused(refused) => {
            (heading(&refused.refusal), said(&refused.refusal), refused.reference.as_str())
        }
        Stopped::SignedOut | Stopped::Off => (
            "You are not signed in",
            vec!["Direct access ends after 5 minutes without an attempt. Nothing is open.".to_owned()],
            "",
        ),
    };
    let (css, icon) = (&assets::STYLE.path, &assets::ICON.path);
    drawn(&Stop { css, icon, settings, heading, paragraphs, reference })
}

fn heading(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::CannotRecord => "Nothing can be shown",
        _ => "You were not signed in",
    }
}

/// The same closed list as everywhere, in the words of somebody who signed in themselves.
fn said(refusal: &Refusal) -> Vec<String> {
    let words: &[&str] = match refusal {
        Refusal::NoRole => &[
            "Your sign-in carried no role that has access here.",
            "If you have several roles, choose the one you are working in when you sign in. Your organisation’s privacy officer decides which roles have access, and whether your organisation uses direct access.",
        ],
        Refusal::LaunchNotAccepted => {
            &["Your sign-in could not be accepted. It must be your own, with two factors, and a moment ago."]
        }
        Refusal::LaunchIncomplete => &["Your sign-in did not say who you are. Nothing was opened."],
        Refusal::HostUnreachable => {
            &["The sign-in service could not confirm who you are. Nothing was opened."]
        }
        Refusal::CannotRecord => &[
            "Access cannot be recorded, so nothing can be shown. Ask the organisations directly by telephone.",
        ],
        _ => &["This sign-in has been used or has run out."],
    };
    words.iter().map(|words| (*words).to_owned()).collect()
}

#[cfg(test)]
mod tests;
