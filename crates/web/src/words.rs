//! Takes states and counts, gives the exact words a professional reads for them; nobody words these facts elsewhere.
//! Refuses nothing and never answers with an empty text. Source: viewer.md section 4; HAZ-006, HAZ-007, HAZ-010.

/// One document: had, shown, or not.
mod documents;
/// Why less than everything is shown.
pub mod why;
/// A view that has ended.
mod ended;
/// Emergency access, and professionals near to the person.
mod break_glass;
/// What came since somebody last looked.
mod news;
/// Looked for in a record.
mod find;
/// A problem reported.
mod report;
/// For programs.
mod searchset;

pub use break_glass::*;
pub use documents::*;
pub use ended::*;
pub use find::*;
pub use news::*;
pub use report::*;
pub use searchset::*;

use fhir::reply::{NotAsked, Silence, Withholder};
use fhir::{Category, ReplyState};
use record::Section;

pub const SERVICE: &str = "Shared Care Record";
/// On every page, whatever it holds, so that its presence tells nothing (HAZ-010).
pub const STANDING_FOOTER: &str = "Your role may not include everything in this record.";
/// On every record, so that it tells nothing of this one; a deployment may choose otherwise (HAZ-010).
pub const NEVER_SHOWN: &str = "Some kinds of information are never shown here.";
pub const STILL_LOADING: &str = "Not complete: still loading.";
pub const NOT_FINISHED: &str = "This page has not finished loading. Do not rely on it. Reload";
pub const CUT_OFF: &str = "This section is cut off. Reload before relying on it.";
pub const CLOSED: &str = "This record is closed. Open it again from your own system.";
pub const OBJECTION: &str =
    "This person has objected to sharing through this record. Contact organisations directly.";
/// Where the deployment opens nothing while the person's wish is not known.
pub const OBJECTION_UNKNOWN: &str = "Whether this person objects to sharing through this record could not be confirmed, so nothing is shown. Contact organisations directly.";
/// Of one organisation, where the others are shown.
const OBJECTED_TO: &str = "the person has objected to its sharing";
const OBJECTION_NOT_SAID: &str = "it did not say whether the person objects to its sharing";
pub const TRAINING: &str = "TRAINING: not a real person";
/// Without script the press records, and the browser prints.
pub const PRINT_THEN: &str =
    "To print, press Print, which records it, and then use your browser\u{2019}s own print command.";
pub const UNCONTROLLED_COPY: &str = "Uncontrolled copy: may be out of date.";
/// On a sheet printed too early.
pub const UNFINISHED_SHEET: &str = "This page had not finished loading: do not rely on it.";
pub const ALWAYS_PRINTED: &str =
    "Who the person is, allergies, which sources answered and late answers are always printed.";
pub const ROLE_EXCLUDES: &str = "your role does not include them";
/// From the policy, whatever the source holds: it is said also where nothing was held back (HAZ-010).
pub const HELD_BACK_BY_ROLE: &str = "Some entries may be held back because of your role.";
pub const NOT_FOR_THE_PERSON: &str = "Do not share with the person";
pub const DATE_NOT_RECORDED: &str = "Date not recorded";
pub const NOT_RECORDED: &str = "Not recorded";
pub const REASON_NOT_RECORDED: &str = "reason not recorded";
pub const REACTION_NOT_RECORDED: &str = "reaction not recorded";
pub const NOT_CODED: &str = "Not coded: will not trigger checks in other systems";
/// A partner that takes part and holds nothing of its own: said where partners are listed, counted nowhere.
pub const NO_SOURCE: &str = "Has no source of its own; its staff may look";
/// By the level of the role alone, so that it tells nothing of the entry (HAZ-010).
pub const ORIGINAL_NOT_SHOWN: &str = "The entry as sent is not shown for your role.";
/// What `No … recorded` speaks of where past ones are shown elsewhere.
pub const CURRENT_MEDICINES: &str = "current medicines";
pub const NOT_ON_LIST: &str = "Not on this list";

/// A page has only so many graphs; the table is whole.
pub const NOT_DRAWN: &str = "Not drawn: this page has all the graphs it may have. The table has every value.";

/// A document that is there and cannot be opened here; why is said beside it (HAZ-017).
pub const NOT_RETRIEVED: &str = "Exists, not retrieved";
pub const ADDRESS_TOO_LONG: &str = "(its address is too long to be opened here: ask its source)";
pub const CONTACT_ONLY: &str = "its source names whom to ask, not a document";
pub const TRY_AGAIN: &str = "Try again (asks every source again)";
pub const BACK_ASKS_AGAIN: &str = "(opens it again: every source is asked again)";

/// One screenful of parts of speech per section: heading and what a row of it is called.
pub fn section_name(section: Section) -> &'static str {
    match section {
        Section::Plans => "Plans and wishes",
        Section::Frailty => "Frailty and function",
        Section::Alerts => "Alerts and adjustments",
        Section::Allergies => "Allergies",
        Section::Medicines => "Medicines",
        Section::Problems => "Problems and history",
        Section::Immunisations => "Vaccinations",
        Section::Results => "Results",
        Section::Contacts => "Contacts",
        Section::Documents => "Documents",
        Section::Care => "Care and support",
        Section::People => "People",
    }
}

/// In the navigation, where the whole has to stand in one line: the heading's first words.
pub fn section_short(section: Section) -> &'static str {
    match section {
        Section::Plans => "Plans",
        Section::Frailty => "Frailty",
        Section::Alerts => "Alerts",
        Section::Problems => "Problems",
        Section::Care => "Care",
        other => section_name(other),
    }
}

/// What `No … recorded` speaks of.
pub fn section_noun(section: Section) -> &'static str {
    match section {
        Section::Plans => "plans or wishes",
        Section::Frailty => "frailty or function entries",
        Section::Alerts => "alerts or adjustments",
        Section::Allergies => "allergies",
        Section::Medicines => "medicines",
        Section::Problems => "problems or history",
        Section::Immunisations => "vaccinations",
        Section::Results => "results",
        Section::Contacts => "contacts",
        Section::Documents => "documents",
        Section::Care => "care or support",
        Section::People => "people",
    }
}

pub fn category_noun(category: Category) -> &'static str {
    match category {
        Category::Demographics => "personal details",
        Category::Alerts => "alerts",
        Category::Allergies => "allergies",
        Category::Medications => "medicines",
        Category::Problems => "problems",
        Category::Immunisations => "vaccinations",
        Category::Results => "results",
        Category::Encounters => "contacts",
        Category::Documents => "documents",
        Category::Consultations => "consultations",
        Category::CarePlans => "care plans",
        Category::MentalHealth => "mental health entries",
        Category::SocialCare => "social care entries",
        Category::Safeguarding => "safeguarding entries",
        Category::Restricted => "restricted entries",
    }
}

pub fn title(reference: &str) -> String {
    format!("{SERVICE}, opening {reference}")
}

/// `GP`, `GP and Acute`, `GP, Acute and MH`.
pub fn and(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [many @ .., last] => format!("{} and {last}", many.join(", ")),
    }
}

/// First letter upper, the rest as it is.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

pub fn waiting(names: &[&str]) -> String {
    if names.is_empty() { "Being put together.".to_owned() } else { format!("Waiting for {}.", and(names)) }
}

/// A section whose source had not ended when it was written. Stays true for ever.
pub fn outstanding(short: &str, at: &str) -> String {
    format!("{short} had not answered at {at}.")
}

/// Takes the place of [`outstanding`] by style sheet once the late block stands.
pub fn answered_late(short: &str) -> String {
    format!("{short} answered late: see Late answers.")
}

pub fn late_heading(short: &str, at: &str, entries: usize) -> String {
    format!("{short} answered late at {at}: {} more {}", entries, entry(entries))
}

pub fn not_for_role(categories: usize) -> String {
    match categories {
        1 => "1 category is not shown for your role.".to_owned(),
        n => format!("{n} categories are not shown for your role."),
    }
}

/// A whole section, or the part of one, that the role does not see: `Results were not asked for: …`.
pub fn section_not_asked(section: Section) -> String {
    not_asked_for(section_noun(section))
}

pub fn not_asked_for(noun: &str) -> String {
    format!("{} were not asked for: {ROLE_EXCLUDES}.", sentence(noun))
}

/// `No falls recorded by the 8 sources that answered.` Three or fewer by name. Never used while nobody has answered.
pub fn nothing_recorded(noun: &str, answered: &[&str]) -> String {
    match answered {
        [] => format!("No source has answered about {noun}."),
        few if few.len() <= 3 => format!("No {noun} recorded by {}.", and(few)),
        many => format!("No {noun} recorded by the {} sources that answered.", many.len()),
    }
}

/// In place of [`nothing_recorded`] where nobody has answered about all they share of it; who and what is said beside it.
pub fn answered_in_part(noun: &str) -> String {
    format!("No source has answered in full about {noun}.")
}

/// Why the record of somebody who died long ago is opened.
pub fn reason_after_death(code: &str) -> &'static str {
    match code {
        "certification" => "Certifying or registering the death",
        "family-care" => "Care of the family",
        "review-or-inquest" => "Review, complaint or inquest",
        _ => "Something else",
    }
}

/// The way from the panel of what is new.
pub const ALL_NEW: &str = "All that is new, other periods";

/// Results that are reports or words alone.
pub const NO_SERIES: &str = "No measured results: reports stand in the chapter.";

/// The way from a panel to its chapter: `All medicines (14)`.
pub fn all_of(section: Section, groups: usize) -> String {
    format!("All {} ({groups})", section_name(section).to_lowercase())
}

/// Where a summary has nothing that holds, but the chapter has what once did.
pub fn none_current(noun: &str) -> String {
    format!("No current {noun}: past or withdrawn ones stand in the chapter.")
}

/// A source's state as one sentence of a section. `noun` is what was asked for; `at` is `HH:mm`.
pub fn in_section(short: &str, noun: &str, state: &ReplyState, at: &str, reference: &str) -> String {
    match state {
        ReplyState::Answered | ReplyState::AnsweredEmpty => format!("{short} answered {at}."),
        ReplyState::AnsweredWithWarnings => format!("{short} answered {at} with a warning."),
        ReplyState::DidNotAnswer(Silence::BreakerOpen { since }) => {
            format!("{short} was not tried: it has been failing since {since}.")
        }
        ReplyState::DidNotAnswer(_) => format!("{short} did not answer."),
        ReplyState::Unreadable(_) => unreadable(short, None, reference),
        ReplyState::Withheld(by) => withheld(short, by),
        ReplyState::NotShared => format!("{short} does not share {noun} yet."),
        ReplyState::NotAsked(NotAsked(reason)) => {
            format!("{short} was not asked for {noun}: {}.", trimmed(reason))
        }
    }
}

/// `Acute answered 14:02 with a warning: showing 200 of 1,001.`
pub fn with_warnings(short: &str, at: &str, warnings: &[&str]) -> String {
    let reasons: Vec<&str> = warnings.iter().map(|text| trimmed(text)).collect();
    match reasons.as_slice() {
        [] => format!("{short} answered {at} with a warning."),
        reasons => format!("{short} answered {at} with a warning: {}.", reasons.join("; ")),
    }
}

/// A source that answered, but not about all it was asked.
pub fn partly(short: &str, nouns: &[&str]) -> String {
    format!("{short} did not answer about {}.", and(nouns))
}

/// A source that answered, and keeps back all it was asked about these.
pub fn keeps_back(short: &str, nouns: &[&str]) -> String {
    format!("{short} holds back some entries about {}.", and(nouns))
}

/// By a part of the partner, which is not named: no more is told than how many.
pub fn kept_back(short: &str, entries: usize) -> String {
    format!("{short}: {}.", not_shown_by_choice(entries))
}

pub fn not_shown_by_choice(entries: usize) -> String {
    format!("{entries} {} not shown, by the partner's choice", entry(entries))
}

pub fn unreadable(short: &str, entries: Option<usize>, reference: &str) -> String {
    let what = entries.map_or("an answer".to_owned(), |n| format!("{n} {}", entry(n)));
    format!("{short} sent {what} we could not show. Ask {short}, quoting {reference}.")
}

fn withheld(short: &str, by: &Withholder) -> String {
    match by {
        Withholder::Source(reason) if reason.is_empty() => format!("{short} holds back some entries."),
        Withholder::Source(reason) if reason.starts_with("at ") => {
            format!("{short} holds back some entries {}.", trimmed(reason))
        }
        Withholder::Source(reason) => format!("{short} holds back some entries: {}.", trimmed(reason)),
        Withholder::PolicyIdentity => {
            format!("{short} is not shown: its answer could not be matched to this person with certainty.")
        }
        Withholder::PolicyDiffers(fields) => {
            let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
            format!("{short} is not shown: it holds another {} for this NHS number.", and(&fields))
        }
        Withholder::PolicyAmbiguous => format!("{short} is not shown: more than one person there matched."),
        Withholder::PolicyNotRecorded => format!("{short} is not shown: access to it could not be recorded."),
        Withholder::PolicyObjection => format!("{short} is not shown: {OBJECTED_TO}."),
        Withholder::PolicyObjectionUnknown => format!("{short} is not shown: {OBJECTION_NOT_SAID}."),
    }
}

/// A source's state in the Sources chapter. `at` is `HH:mm:ss`; `shown` counts entries shown.
pub fn in_sources(state: &ReplyState, at: &str, shown: usize, warnings: &[&str]) -> String {
    match state {
        ReplyState::Answered => format!("Answered {at}, {shown} {}", entry(shown)),
        ReplyState::AnsweredWithWarnings => {
            // What is warned of may stand beside it as a state of its own: then there is nothing to name here.
            format!("Answered with a warning {at}, {shown} {}{}", entry(shown), because(warnings))
        }
        ReplyState::AnsweredEmpty if warnings.is_empty() => format!("Answered {at}, nothing recorded"),
        // Somebody who gives no record, or does not know the person, has not said that nothing is recorded (HAZ-006).
        ReplyState::AnsweredEmpty => format!("Answered {at}{}", because(warnings)),
        ReplyState::DidNotAnswer(silence) => format!("Did not answer: {}", silence_reason(silence)),
        ReplyState::Unreadable(reason) => format!("Answer unreadable: {}", trimmed(reason)),
        ReplyState::Withheld(Withholder::Source(_)) => "Holds back some entries".to_owned(),
        ReplyState::Withheld(Withholder::PolicyNotRecorded) => {
            "Answer not shown: access to it could not be recorded".to_owned()
        }
        ReplyState::Withheld(Withholder::PolicyObjection) => format!("Not shown: {OBJECTED_TO}"),
        ReplyState::Withheld(Withholder::PolicyObjectionUnknown) => {
            format!("Not shown: {OBJECTION_NOT_SAID}")
        }
        ReplyState::Withheld(_) => "Answer not shown: who it is about is not certain".to_owned(),
        ReplyState::NotShared => "Does not share this yet".to_owned(),
        ReplyState::NotAsked(NotAsked(reason)) => format!("Not asked: {}", trimmed(reason)),
    }
}

/// `: showing 200 of 1,001`, or nothing.
fn because(warnings: &[&str]) -> String {
    let reasons: Vec<&str> = warnings.iter().map(|text| trimmed(text)).collect();
    if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join("; ")) }
}

fn silence_reason(silence: &Silence) -> String {
    match silence {
        Silence::TimedOut => "no reply in time".to_owned(),
        Silence::Failed(reason) => trimmed(reason).to_owned(),
        Silence::FailedOurSide(_) => "our request could not be made; we have been told".to_owned(),
        Silence::BreakerOpen { since } => format!("resting after failures since {since}"),
    }
}

/// What was received on the day of the opening: `at` is `HH:mm`.
pub fn today(at: &str) -> String {
    format!("{at} today")
}

/// A fresh periodic feed, always (HAZ-008).
pub fn periodic(short: &str, cadence: &str, received: &str) -> String {
    format!("{short}: {cadence}, received {received}.")
}

/// A periodic feed older than agreed.
pub fn stale(short: &str, cadence: &str, received: &str, agreed: &str) -> String {
    format!("{short}: {cadence}, last received {received}, older than agreed ({agreed}).")
}

/// A periodic feed that does not say when it was received counts as stale.
pub fn undated(short: &str, cadence: &str) -> String {
    format!("{short}: {cadence}, time received not recorded.")
}

/// `End of medicines: 14 of 14`
pub fn end(section: &str, shown: usize, of: usize) -> String {
    format!("End of {}: {shown} of {of}", section.to_lowercase())
}

pub fn entered_in_error(entries: usize) -> String {
    match entries {
        1 => "1 entry made in error is not shown.".to_owned(),
        n => format!("{n} entries made in error are not shown."),
    }
}

pub fn entry(count: usize) -> &'static str {
    if count == 1 { "entry" } else { "entries" }
}

/// `County and City do not share medicines yet.`
pub fn not_shared(names: &[&str], noun: &str) -> String {
    let verb = if names.len() == 1 { "does" } else { "do" };
    format!("{} {verb} not share {noun} yet.", and(names))
}

/// `EPUT and NELFT have no record of this person.`
pub fn no_record_of(names: &[&str]) -> String {
    let verb = if names.len() == 1 { "has" } else { "have" };
    format!("{} {verb} no record of this person.", and(names))
}

/// `10 sources, 1 partner without a source`
pub fn partners(sources: usize, without: usize) -> String {
    let plural = |n: usize| if n == 1 { "" } else { "s" };
    match without {
        0 => format!("{sources} source{}", plural(sources)),
        n => format!("{sources} source{}, {n} partner{} without a source", plural(sources), plural(n)),
    }
}

/// A reason without the full stop it may bring, so that sentences end once.
fn trimmed(reason: &str) -> &str {
    reason.trim().trim_end_matches('.')
}

#[cfg(test)]
mod tests;
