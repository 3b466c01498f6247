//! Entries in plain words. Takes what stands in an entry, gives what an officer or the person themselves may read.

use crate::entries;
use access::Role;
use audit::{Entry, Kind, Millis, SourceLine, cause};
use fhir::{Category, NhsNumber};

/// `22-Nov-2026 14:05:09` in London.
pub(super) fn at(at: Millis) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    let minute = fhir::date::minute(at);
    let day = minute.split(' ').next().unwrap_or_default();
    format!("{day} {}", fhir::date::clock_seconds(at))
}

pub(super) fn professional(entry: &Entry) -> String {
    entry.who.as_ref().map_or_else(
        || "nobody known".to_owned(),
        |who| {
            let parts = who.name.title.iter().chain(&who.name.given).chain([&who.name.family]);
            parts.cloned().collect::<Vec<_>>().join(" ")
        },
    )
}

pub(super) fn role(entry: &Entry) -> &'static str {
    role_named(entry.who.as_ref().map(|who| who.role.as_str()).unwrap_or_default())
}

/// `R1` to `R11` in words.
pub(super) fn role_named(name: &str) -> &'static str {
    let known = Role::ALL.into_iter().find(|role| role.name() == name);
    match known {
        Some(Role::R1) => "doctor or prescriber",
        Some(Role::R2) => "nurse, midwife or allied health professional",
        Some(Role::R3) => "urgent care",
        Some(Role::R4) => "pharmacist",
        Some(Role::R5) => "mental-health practitioner",
        Some(Role::R6) => "social worker",
        Some(Role::R7) => "care-home or social-care support",
        Some(Role::R8) => "clinical administration",
        Some(Role::R9) => "student",
        Some(Role::R10) => "privacy officer",
        Some(Role::R11) => "support",
        None => "no role",
    }
}

pub(super) fn organisation(entry: &Entry) -> String {
    let who = entry.who.as_ref();
    who.map(|who| who.organisation_name.clone().unwrap_or_else(|| who.organisation.clone()))
        .unwrap_or_default()
}

/// `999 123 4578`.
pub(super) fn spaced(number: &str) -> String {
    NhsNumber::parse(number).map_or_else(|_| number.to_owned(), |number| number.spaced())
}

pub(super) fn way_in(entry: &Entry) -> String {
    let Some(how) = &entry.how else { return "not known".to_owned() };
    let way = way_named(&how.route);
    if how.route == "direct" || how.route == "office" {
        way.to_owned()
    } else {
        format!("{way}, {}", how.host)
    }
}

/// A route in words; of none we know, its name.
pub(super) fn way_named(route: &str) -> &str {
    match route {
        "signed" => "from their own system",
        "smart" => "from their own system (SMART)",
        "exchange" => "from their own system (token exchange)",
        "form" => "from their own system (form)",
        "legacy" => "from their own system (encrypted address)",
        "direct" => "direct access",
        "office" => "these pages",
        "command-line" => "at a terminal",
        other => other,
    }
}

/// Why, as the person may read it.
pub(super) fn why(entry: &Entry) -> String {
    let Some(why) = &entry.why else { return String::new() };
    let purpose = match why.purpose.as_str() {
        "TREAT" => "For their care".to_owned(),
        "ETREAT" | "BTG" => "For their emergency care".to_owned(),
        "HCOMPL" => "To look into who read what".to_owned(),
        other => format!("Purpose {other}"),
    };
    let typed = why.reason_text.as_ref().map(|text| format!(": \u{201c}{text}\u{201d}")).unwrap_or_default();
    format!("{purpose}{typed}")
}

pub(super) fn flags(entry: &Entry) -> Vec<String> {
    let said = |flag: &String| match flag.as_str() {
        "break-glass" => Some("Emergency access".to_owned()),
        "document" => Some("One document".to_owned()),
        cause::NO_RECENT_CONTACT => Some("No contact with their organisation near that day".to_owned()),
        cause::LONG_AFTER_CONTACT => Some("Long after the last contact with their organisation".to_owned()),
        cause::CONTACT_NOT_KNOWN => Some("Whether they are in contact is not known".to_owned()),
        "find" => Some("Only what was looked for was shown".to_owned()),
        other => other
            .strip_prefix("staff-match:")
            .filter(|near| *near != "none")
            .map(|near| format!("Staff match: {near}")),
    };
    let objected = entry.objection.as_ref().is_some_and(|objection| objection.state == "objected");
    let objected = objected.then(|| "The person objects".to_owned());
    entry.flags.iter().filter_map(said).chain(objected).collect()
}

pub(super) fn category(name: &str) -> String {
    let known = Category::ALL.into_iter().find(|category| category.name() == name);
    known.map_or_else(|| name.to_owned(), |category| web::words::category_noun(category).to_owned())
}

/// As [`category`], for a report that the person themselves reads.
pub(super) fn category_for_the_person(name: &str) -> String {
    match name {
        "restricted" | "safeguarding" => "other information".to_owned(),
        other => category(other),
    }
}

/// What became of an opening or an attempt, by its first entry.
pub(super) fn outcome(entry: &Entry) -> String {
    let reasons = || {
        let decided = entry.decision.iter().flat_map(|decision| decision.reasons.iter().cloned());
        decided.chain(entry.cause.clone()).collect::<Vec<_>>().join(", ")
    };
    match entry.kind {
        Kind::Open => "Opened".to_owned(),
        Kind::Refused => format!("Refused: {}", reasons()),
        Kind::LaunchRefused => format!("Launch refused: {}", reasons()),
        Kind::Find => format!("Search: {}", reasons()),
        Kind::Override => reasons(),
        other => other.name().to_owned(),
    }
}

fn source(line: &SourceLine) -> String {
    let state = line.state.as_deref().map(|state| format!(" {state}")).unwrap_or_default();
    let reason = line.reason.as_deref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!("{}{state}{reason}", line.source)
}

/// One entry of an opening, in a sentence.
pub(super) fn step(entry: &Entry, own: &dyn Fn(&SourceLine) -> bool) -> String {
    let sources: Vec<String> = entry.sources.iter().filter(|line| own(line)).map(source).collect();
    let sources = sources.join(", ");
    let cause = entry.cause.clone().unwrap_or_default();
    match entry.kind {
        Kind::Open => format!("Opening recorded before anything was asked. Planned: {sources}"),
        Kind::Refused => outcome(entry),
        Kind::Ask => format!("About to ask: {sources}"),
        Kind::Disclosure => format!("About to show what came from {sources}"),
        Kind::Close => format!("Closed ({cause}): {sources}"),
        Kind::Sweep => format!("Not closed in time; counted as possibly shown: {sources}"),
        Kind::Override => format!("Exception: {cause}"),
        Kind::Objection => {
            let state =
                entry.objection.as_ref().map(|objection| objection.state.as_str()).unwrap_or_default();
            format!("The person’s wish: {state} {cause}").trim_end().to_owned()
        }
        Kind::Alert => format!("Alert {cause}"),
        Kind::Print => "Printed or saved".to_owned(),
        other => format!("{}: {cause}", other.name()),
    }
}

/// What an alert is about; `None` for entries of that kind that are none to look into.
pub(super) fn raised(entry: &Entry) -> Option<String> {
    match entry.cause.as_deref()? {
        cause::REVIEW => entry.detail.get("what").cloned().or_else(|| rule(cause::REVIEW).map(str::to_owned)),
        OWN_WORD if entry.detail.contains_key(cause::REVIEW) => Some(REVIEW_OF_DIRECT.to_owned()),
        // One-sided in one way or another: the occasion says in which.
        RECONCILIATION => entry.detail.get("what").cloned().or_else(|| Some(ONE_SIDED.to_owned())),
        REPORTED => Some(reported(entry)),
        numbered => rule(numbered).map(str::to_owned),
    }
}

use crate::program::reported::RULE as REPORTED;

/// `a problem was reported: Something is missing. Medicines, GP. Reference 7K2M-9QF4`
fn reported(entry: &Entry) -> String {
    let told = |name: &str| entry.detail.get(name).map(String::as_str).unwrap_or_default();
    let places: Vec<&str> =
        [told("section"), told("source")].into_iter().filter(|place| !place.is_empty()).collect();
    format!(
        "a problem was reported: {}. {}. Reference {}",
        told("kind"),
        places.join(", "),
        told("reference")
    )
}

const RECONCILIATION: &str = "PO-28";
const ONE_SIDED: &str = "our entries and a source\u{2019}s own log do not say the same";
const OWN_WORD: &str = "PO-01";
const REVIEW_OF_DIRECT: &str =
    "direct access on the professional\u{2019}s own word, to be looked at by a second person";

/// How a source ended, by the name that stands in a close.
pub(super) fn ended_named(state: &str) -> &str {
    match state {
        "answered-with-warnings" => "answered, with warnings",
        "answered-empty" => "answered, nothing to show",
        "did-not-answer(timed out)" => "did not answer in time",
        "did-not-answer(failed)" => "did not answer: it failed",
        "did-not-answer(failed: our side)" => "did not answer: the fault is ours",
        "did-not-answer(breaker open)" => "not asked: it had failed too often",
        "unreadable" => "answered what cannot be read",
        "withheld(by the source)" => "held back by the source",
        "withheld(by policy: identity)" => "held back: about somebody else",
        "withheld(by policy: ambiguous)" => "held back: about more than one person",
        "withheld(by policy: access not recorded)" => "held back: the access could not be recorded",
        "withheld(by policy: objection)" => "held back: the person objects",
        "withheld(by policy: objection unknown)" => "held back: whether the person objects is not known",
        "not-shared" => "not shared",
        "not-asked" => "not asked",
        cause::POSSIBLY_SHOWN => "possibly shown",
        other => other,
    }
}

pub(super) fn rule(rule: &str) -> Option<&'static str> {
    Some(match rule {
        REPORTED => "a problem was reported",
        "PO-01" => "opened on the professional\u{2019}s own word",
        "PO-02" => "opened although the person objects",
        "PO-03" => "sensitive records of another organisation opened",
        "PO-04" => "restricted information opened",
        "PO-05" => "somebody with restricted details was asked for",
        "PO-06" => "emergency access",
        "PO-07" => "own record asked for",
        "PO-08" => "same household or surname",
        "PO-09" => "a colleague\u{2019}s record",
        "PO-10" => "somebody whose record is specially watched",
        "PO-11" => "somebody who had left or was suspended",
        "PO-13" => "a child\u{2019}s record, by a role that does no work with children",
        "PO-12" => "somebody who died more than 30 days ago",
        "PO-14" => "several searches missed, then one found",
        "PO-15" => "very many records in one hour",
        "PO-16" => "opened with no contact near that day",
        "PO-17" => "opened long after the last contact",
        "PO-18" => "opened outside rostered hours",
        "PO-19" => "at two places, closer in time than travel allows",
        "PO-20" => "the same record again and again",
        "PO-21" => "records in a row",
        "PO-22" => "identity warnings passed over often",
        "PO-23" => "a launch was used again or changed",
        "PO-24" => "the cookie of one session used on another",
        "PO-25" => "a role never seen before",
        "PO-26" => "an encrypted address was used",
        "PO-27" => "a reader of the audit looked for themselves",
        "PO-29" => "the log may not be whole: the operator must look",
        "PO-30" => "very much was printed",
        cause::REVIEW => "listed for a second person",
        "OP-01" => "a changed agreement was refused",
        _ => return None,
    })
}

/// What `entries::reference` made of the opening.
pub(super) fn reference(entry: &Entry) -> String {
    entry
        .opening
        .as_ref()
        .map(entries::reference)
        .or_else(|| entry.detail.get("reference").cloned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use audit::Key;
    use fhir::{
        ReplyState,
        reply::{Silence, Withholder},
    };

    #[test]
    fn every_way_a_source_ends_has_words_and_no_code_of_ours() {
        let word = || "words".to_owned();
        let all = [
            ReplyState::Answered,
            ReplyState::AnsweredWithWarnings,
            ReplyState::AnsweredEmpty,
            ReplyState::DidNotAnswer(Silence::TimedOut),
            ReplyState::DidNotAnswer(Silence::Failed(word())),
            ReplyState::DidNotAnswer(Silence::FailedOurSide(word())),
            ReplyState::DidNotAnswer(Silence::BreakerOpen { since: word() }),
            ReplyState::Unreadable(word()),
            ReplyState::Withheld(Withholder::Source(word())),
            ReplyState::Withheld(Withholder::PolicyIdentity),
            ReplyState::Withheld(Withholder::PolicyAmbiguous),
            ReplyState::Withheld(Withholder::PolicyNotRecorded),
            ReplyState::Withheld(Withholder::PolicyObjection),
            ReplyState::Withheld(Withholder::PolicyObjectionUnknown),
            ReplyState::NotShared,
        ];
        for name in all.iter().map(ReplyState::name).chain(["not-asked", cause::POSSIBLY_SHOWN]) {
            assert!(!ended_named(name).contains(['-', '(']), "{name}");
        }
    }

    #[test]
    fn every_alert_that_is_raised_has_words_and_nothing_else_is_listed() {
        let alert = |cause: &str| {
            let mut entry = Entry::new(Kind::Alert, Key::raised(cause, "about"), Millis(0));
            entry.cause = Some(cause.to_owned());
            entry
        };
        let counted = audit::watch::Rule::ALL.into_iter().map(audit::watch::Rule::id);
        let on_the_way = crate::program::alerts::Rule::ALL.into_iter().map(crate::program::alerts::Rule::id);
        for rule in counted.chain(on_the_way).chain(["PO-06", "PO-29", cause::REVIEW]) {
            assert!(raised(&alert(rule)).is_some(), "{rule}");
        }
        assert!(raised(&alert("source cleared by hand")).is_none());
        let mut direct = alert(OWN_WORD);
        direct.detail.insert(cause::REVIEW.to_owned(), "ZZ910".to_owned());
        assert_eq!(raised(&direct).as_deref(), Some(REVIEW_OF_DIRECT), "one item says both");
        let mut emergency = alert(cause::REVIEW);
        emergency.detail.insert("what".to_owned(), "emergency access".to_owned());
        assert_eq!(raised(&emergency).as_deref(), Some("emergency access"));
    }
}
