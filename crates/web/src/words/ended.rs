//! A view that has ended: what is said in its place, and how to open it again. Causes that are nobody's business but the
//! privacy officer's are said no more of than that it ended. Source: access.md sections 2 and 4; HAZ-003, HAZ-057.

use access::session::Ending;

/// On every refusal too, whatever the cause.
pub const VIEW_ENDED: &str = "This view has ended. Open again from your system.";
/// Without script: the page was put away while the view lives.
pub const PUT_AWAY: &str = "This page was put away because nobody used it.";

/// The words that stand where the record stood.
pub fn ended(ending: Ending) -> &'static str {
    match ending {
        Ending::Idle => "This view has ended because nobody used it. Open it again from your system.",
        Ending::Absolute => "This view has ended because its time is over. Open it again from your system.",
        Ending::Closed => super::CLOSED,
        Ending::PatientClosed => {
            "Ended: your system closed this person’s record. Open it again from your system."
        }
        Ending::PatientChanged => {
            "Ended: your system moved to another person. Open this one again from your system."
        }
        Ending::UserOut | Ending::SignedOut => {
            "Ended: you signed out of your system. Sign in there and open it again."
        }
        Ending::NextLaunch => "Ended: your system opened another view. Open this one again from your system.",
        Ending::AnotherProfessional => {
            "Ended: somebody else opened a record in this browser. Open it again from your system."
        }
        Ending::PolicyNarrowed => {
            "This view has ended because what you may see has changed. Open it again from your system."
        }
        Ending::OtherBrowser
        | Ending::HandleReuse
        | Ending::HostDisabled
        | Ending::Operator
        | Ending::Objected => VIEW_ENDED,
    }
}
