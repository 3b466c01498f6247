//! The words of emergency access and of records near to the professional: what opens, why not, what follows.

use super::and;
use access::StaffMatch;
use access::break_glass::{Barred, TEXT_MAX_CHARS, TEXT_MIN_CHARS, Unfit};
use fhir::Category;

pub const EMERGENCY_ACCESS: &str = "Emergency access";
/// The purpose a host may send.
const PURPOSE: &str = "emergency access";
/// Whatever is opened, this stays closed.
pub const NEVER_OPENED: &str = "It does not open what a partner itself holds back, what the GP practice holds where the person has objected, or what is limited for your organisation or your kind of sign-in.";
pub const OVER_OBJECTION_WHEN: &str = "The objection may be overridden only where there is a threat to life and the person lacks capacity, for safeguarding, or by order of a court or a statute. What the GP practice holds stays closed.";
/// Beside the way to it on the page of an objection.
pub const OVER_OBJECTION_REASONS: &str =
    "(threat to life of a person who lacks capacity, safeguarding, a court or a statute)";
pub const TOLD_AND_REVIEWED: &str =
    "It is recorded with your name and reason. A second person reviews it afterwards.";
/// After a press that came too late.
pub const STALE: &str =
    "Emergency access needs a sign-in, or a launch for this purpose, that is no more than 5 minutes old.";

/// The same where a record asks for it, and no other purpose helps.
pub const STALE_SIGN_IN: &str =
    "You signed in more than 5 minutes ago. Sign in again in your own system, then open the record again.";

/// How to get a fresh sign-in.
pub fn stale_what_to_do() -> String {
    format!(
        "Sign in again in your own system, or open the record from it with the purpose “{PURPOSE}”. Then ask here again."
    )
}

/// What stands beside each reason. The codes are the agreement's.
pub fn break_glass_reason(code: &str, over_objection: bool) -> &'static str {
    match (code, over_objection) {
        ("emergency", true) => "Threat to life, and the person lacks capacity",
        ("emergency", false) => "Emergency: needed now for the person’s care",
        ("safeguarding", _) => "Safeguarding of the person or somebody else",
        ("court-or-statute", _) => "Order of a court, or a statute that requires it",
        ("person-agreed", _) => "The person agreed just now",
        _ => "Another reason",
    }
}

/// One class, as it is named before it is opened.
pub fn opened_class(category: Category) -> &'static str {
    match category {
        Category::MentalHealth => "mental health entries in full",
        Category::Restricted => "restricted entries, such as sexual health, fertility or gender",
        other => super::category_noun(other),
    }
}

/// `Mental health entries in full, from EPUT and NELFT`
pub fn opened_from(category: Category, sources: &[&str]) -> String {
    format!("{}, from {}", super::sentence(opened_class(category)), and(sources))
}

/// Why somebody cannot ask, and who decides.
pub fn barred(why: Barred) -> &'static str {
    match why {
        Barred::Route => {
            "Emergency access cannot be asked for by the way you came in. Open the record from within your own system."
        }
        Barred::Role => {
            "Emergency access is not for your role. Your organisation’s privacy officer decides which roles have it."
        }
        Barred::NoEmergencyAccess => {
            "Your organisation has not given your role emergency access. Its information-governance lead decides that."
        }
        Barred::Assurance => {
            "You signed in with one factor. Sign in to your own system with two, then open the record again and ask here."
        }
    }
}

/// Nothing is left that it could open.
pub const NOTHING_TO_OPEN: &str = "There is nothing that emergency access could open for your role.";

pub fn unfit(what: Unfit) -> String {
    match what {
        Unfit::Reason => "Choose a reason".to_owned(),
        Unfit::TooShort => format!("Say why in at least {TEXT_MIN_CHARS} characters"),
        Unfit::TooLong => format!("Say why in no more than {TEXT_MAX_CHARS} characters"),
    }
}

/// `mental health entries in full and restricted entries, …`: in the banner while it is under way.
pub fn opened_now(opens: &[Category], over_objection: bool) -> String {
    let short = |category: &Category| match category {
        Category::MentalHealth => "mental health in full",
        Category::Restricted => "restricted entries",
        other => super::category_noun(*other),
    };
    let objection = over_objection.then_some("in spite of the person’s objection");
    let parts: Vec<&str> = objection.into_iter().chain(opens.iter().map(short)).collect();
    and(&parts)
}

/// What the professional is told about being near to the person.
pub fn near(what: StaffMatch) -> [&'static str; 2] {
    match what {
        StaffMatch::Household => [
            "You may live with this person",
            "Your organisation’s records say that you and this person may be of one household. A colleague can open this record instead.",
        ],
        _ => [
            "Your organisation asks for more care with this record",
            "It asks for a fresh sign-in and a reason before this record is opened.",
        ],
    }
}
