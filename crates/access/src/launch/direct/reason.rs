//! Takes what a professional says about why they open a record, gives a reason that is recorded with it; refuses one that is
//! missing, too short, or not of the list, and an opening without a claim to be part of the person's care (HAZ-048).

use crate::{jwt, launch::GivenReason};
use serde::Deserialize;
use std::fmt;

/// Code and words, in the order they are offered.
pub const REASONS: [(&str, &str); 4] = [
    ("direct-care-now", "I am caring for this person now"),
    ("handover", "I am taking over or handing over their care"),
    ("safeguarding", "I am answering a safeguarding enquiry about them"),
    ("other", "Another reason to do with their direct care"),
];

const SHORTEST: usize = 20;
/// As much as the audit keeps.
const LONGEST: usize = 1000;

/// The form, as posted.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct OpenForm {
    pub reason: String,
    pub text: String,
    /// `yes`: a claim to be part of this person's care.
    pub relationship: String,
}

/// What of it does not stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unstated {
    Reason,
    Text,
    Relationship,
}

impl Unstated {
    pub fn says(self) -> &'static str {
        match self {
            Unstated::Reason => "Choose why you need to open this record",
            Unstated::Text => "Say in 20 to 1,000 characters why you need to open this record",
            Unstated::Relationship => "Confirm that you are involved in this person’s care",
        }
    }
}

impl OpenForm {
    pub(super) fn stated(&self) -> Result<GivenReason, Vec<Unstated>> {
        // Blanks are no words, and a line's end is a blank.
        let text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let length = text.chars().count();
        let known = REASONS.iter().any(|(code, _)| *code == self.reason);
        let readable = !text.contains(jwt::is_hostile);
        let unstated: Vec<Unstated> = [
            (known, Unstated::Reason),
            (readable && (SHORTEST..=LONGEST).contains(&length), Unstated::Text),
            (self.relationship == "yes", Unstated::Relationship),
        ]
        .into_iter()
        .filter(|(stands, _)| !stands)
        .map(|(_, unstated)| unstated)
        .collect();
        if unstated.is_empty() { Ok(GivenReason { code: self.reason.clone(), text }) } else { Err(unstated) }
    }
}

impl fmt::Debug for OpenForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpenForm(…)")
    }
}
