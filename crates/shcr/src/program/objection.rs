//! Takes how the practice answered about the person's wish, gives whether the opening goes on, and the words for the page.
//! Pure. Only a whole answer says that nobody objects; a sign of objection stands however little else came (HAZ-022).

use crate::config::WhenUnknown;
use access::objection::{Objection, ObjectionCaveat, Sign, weigh};
use fhir::{ReplyState, reply::Withholder};

/// The practice has not said whether the person objects.
const NOT_CONFIRMED: &str =
    "whether the person objects to sharing was not confirmed by the GP practice at this opening";

/// The person's wish as far as it is known, and what the page says about it.
pub(super) fn settle(state: &ReplyState, signs: &[Sign]) -> (Objection, Vec<String>) {
    let (weighed, caveats) = weigh(signs);
    let mut words: Vec<String> = caveats.into_iter().map(|caveat| caveat_words(caveat).to_owned()).collect();
    let objection = match (weighed, state) {
        (Objection::Objected, _) => Objection::Objected,
        // A practice that keeps its own record back for the person says so in its own place.
        (_, ReplyState::Answered | ReplyState::Withheld(Withholder::Source(_))) => Objection::None,
        _ => Objection::Unknown,
    };
    if objection == Objection::Unknown {
        words.push(NOT_CONFIRMED.to_owned());
    }
    (objection, words)
}

/// Whether the opening ends here.
pub(super) fn stops(objection: Objection, when_unknown: WhenUnknown) -> bool {
    match objection {
        Objection::None => false,
        Objection::Objected => true,
        Objection::Unknown => when_unknown == WhenUnknown::Refuse,
    }
}

fn caveat_words(caveat: ObjectionCaveat) -> &'static str {
    match caveat {
        ObjectionCaveat::Undated => "an objection without a date stands in the GP record",
        ObjectionCaveat::Contradictory => "the GP record holds contradicting entries about sharing",
        ObjectionCaveat::ManualReview => {
            "the GP record holds a sharing choice that needs reading by a person"
        }
    }
}

#[cfg(test)]
mod tests;
