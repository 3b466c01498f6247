//! Takes a reason of the sharing agreement, gives the sentence a professional reads for it, with who decided and whom to ask.
//! Never about an entry, so that a sentence tells nothing of what there is. Source: access.md section 13; HAZ-010, HAZ-011.

use super::{and, sentence};
use access::policy::ReasonCode;
use fhir::Level;

pub const HEADING: &str = "Why am I not seeing this?";
/// On every section of every record, so that its presence tells nothing (HAZ-010).
pub const NEVER_SHOWN: &str = "Some kinds of information are never shown here.";
/// Where the agreement holds back nothing of a section.
pub const NOTHING_HELD_BACK: &str = "The sharing agreement keeps nothing of this section from your role.";

/// Where several partners each decided so for themselves.
pub const EACH_PARTNER: &str = "each partner for itself";
pub const ASK_EACH: &str = "them: their contacts stand under Sources";

/// `Problems: your role sees a summary. Decided by …; ask …`
pub fn reason(nouns: &[&str], reason: ReasonCode, level: Level, sources: &[String]) -> String {
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    let about = sentence(&and(nouns));
    let at = if sources.is_empty() { String::new() } else { format!(" at {}", and(&sources)) };
    match reason {
        ReasonCode::NotShared => {
            let verb = if sources.len() == 1 { "does" } else { "do" };
            format!("{about}: {} {verb} not share them yet.", and(&sources))
        }
        ReasonCode::SourceRelease => {
            let verb = if sources.len() == 1 { "shares" } else { "share" };
            format!("{about}: {} {verb} {} only.", and(&sources), part(level))
        }
        ReasonCode::Objection => format!("{about}{at}: the person has objected to sharing them."),
        ReasonCode::PolicyError => {
            format!("{about}{at}: a rule of the agreement failed, so nothing is shown.")
        }
        ReasonCode::BreakGlassOnly => format!("{about}{at}: shown in emergency access only."),
        ReasonCode::NoRule => format!("{about}{at}: no rule of the agreement shows them."),
        ReasonCode::Label => NEVER_SHOWN.to_owned(),
        ReasonCode::Role => who("your role", &about, &at, level),
        ReasonCode::OrganisationCeiling => who("your kind of organisation", &about, &at, level),
        ReasonCode::Assurance => who("somebody signed in the way you did", &about, &at, level),
        ReasonCode::Route => who("somebody who opens the record the way you did", &about, &at, level),
        ReasonCode::Purpose => who("somebody with your purpose", &about, &at, level),
        ReasonCode::Relationship => who("somebody with your relationship to the person", &about, &at, level),
    }
}

/// Where some parts of a partner share less than the partner: neither which, nor whether they know the person.
pub fn in_part(nouns: &[&str], sources: &[String]) -> String {
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    let verb = if sources.len() == 1 { "does" } else { "do" };
    format!("{}: {} {verb} not share all of them.", sentence(&and(nouns)), and(&sources))
}

fn who(who: &str, about: &str, at: &str, level: Level) -> String {
    match level {
        Level::Nothing => format!("{about}{at}: {who} does not see them."),
        level => format!("{about}{at}: {who} sees {} only.", part(level)),
    }
}

fn part(level: Level) -> &'static str {
    match level {
        Level::Existence => "that they exist, and whom to ask",
        _ => "a summary",
    }
}

/// `Decided by the Caldicott Guardian; ask Information governance, 01632 960 102.`
pub fn ask(decided_by: &str, ask: &str) -> String {
    format!("Decided by {decided_by}; ask {}.", ask.trim().trim_end_matches('.'))
}

/// An owner as the agreement names them, in words.
pub fn owner(name: &str) -> String {
    match name {
        "CG" => "the Caldicott Guardian".to_owned(),
        "CSO" => "the Clinical Safety Officer".to_owned(),
        "CG+CSO" => "the Caldicott Guardian and the Clinical Safety Officer".to_owned(),
        "partner" => "the partner itself".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests;
