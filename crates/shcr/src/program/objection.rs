//! Takes how those who may know answered about the person's wish, gives the wish as far as it is known, how fresh that is, and
//! the words for the page. Pure; who asks, keeps and watches stands in the modules below. Only a whole answer says that
//! nobody objects; a sign of objection stands however little else came (HAZ-022). Source: access.md section 11.

/// Everybody who may know, asked at once.
mod wishes;
/// What is known from the last day.
mod kept;
/// Open views ask again.
mod watch;

pub(crate) use kept::Kept;
pub(crate) use watch::{Watched, Watches};
pub(crate) use wishes::{Decider, Wishes};

use crate::config::WhenUnknown;
use access::objection::{NoElectronicSharing, Objection, ObjectionCaveat, Sign, weigh_by};
use fhir::{ReplyState, SourceId, date, reply::Withholder};

/// Who may know whether the person objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// The registered practice.
    Practice,
    /// A partner's register of objections, or the region's list.
    Register(SourceId),
}

impl Place {
    /// In the audit, and under which what it said is kept.
    pub(crate) fn name(&self) -> &str {
        match self {
            Place::Practice => "gp",
            Place::Register(source) => source.as_str(),
        }
    }

    fn words(&self) -> &'static str {
        match self {
            Place::Practice => "the GP practice",
            Place::Register(_) => "the region's list of objections",
        }
    }
}

/// What one of them says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) place: Place,
    /// At this opening.
    pub(crate) fresh: Objection,
    /// From the last day.
    pub(crate) kept: Option<Kept>,
    pub(crate) caveats: Vec<ObjectionCaveat>,
    /// It holds its own record back because the person has asked it to.
    pub(crate) is_at_request: bool,
}

impl Word {
    /// Nothing was heard at this opening.
    fn silent(place: Place, kept: Option<Kept>) -> Self {
        Self { place, fresh: Objection::Unknown, kept, caveats: Vec::new(), is_at_request: false }
    }

    fn of(
        place: Place,
        kept: Option<Kept>,
        (state, signs): (&ReplyState, &[Sign]),
        no_sharing: NoElectronicSharing,
    ) -> Self {
        let (weighed, caveats) = weigh_by(no_sharing, signs);
        let fresh = match (weighed, state) {
            (Objection::Objected, _) => Objection::Objected,
            (_, ReplyState::Answered) => Objection::None,
            // A practice that holds back at the person's request has not said for whom the request was meant.
            _ => Objection::Unknown,
        };
        let is_at_request = matches!(state, ReplyState::Withheld(Withholder::Source(_)));
        Self { place, fresh, kept, caveats, is_at_request }
    }

    /// The fresh word; without one, that of the last day.
    pub(crate) fn objection(&self) -> Objection {
        match (self.fresh, &self.kept) {
            (Objection::Unknown, Some(kept)) => kept.state,
            (fresh, _) => fresh,
        }
    }

    /// What the page says of it.
    fn said(&self) -> Vec<String> {
        let mut said: Vec<String> = self.caveats.iter().filter_map(caveat_words).map(str::to_owned).collect();
        let who = self.place.words();
        said.extend(match (self.fresh, &self.kept) {
            (Objection::Unknown, Some(kept)) => Some(format!(
                "objection not confirmed since {}: {who} did not say at this opening",
                date::minute(kept.as_at)
            )),
            (Objection::Unknown, None) if self.is_at_request => Some(format!(
                "objection not confirmed: {who} holds its own record back at the person's request, and did not say \
                 whether the person objects to sharing as a whole"
            )),
            (Objection::Unknown, None) => Some(format!(
                "whether the person objects to sharing was not confirmed by {who} at this opening"
            )),
            _ => None,
        });
        said
    }
}

/// The person's wish about sharing as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) objection: Objection,
    words: Vec<Word>,
}

impl Wish {
    /// One objection is enough; that nobody objects everybody must have said.
    pub(crate) fn of(words: Vec<Word>) -> Self {
        let objection =
            words.iter().map(Word::objection).fold(Objection::None, |all, one| match (all, one) {
                (Objection::Objected, _) | (_, Objection::Objected) => Objection::Objected,
                (Objection::Unknown, _) | (_, Objection::Unknown) => Objection::Unknown,
                (Objection::None, Objection::None) => Objection::None,
            });
        Self { objection, words }
    }

    /// What is decided on: where the deployment opens nothing while the wish is unknown, as if the person had objected.
    pub(crate) fn as_decided(&self, when_unknown: WhenUnknown) -> Objection {
        match (self.objection, when_unknown) {
            (Objection::Unknown, WhenUnknown::Refuse) => Objection::Objected,
            (objection, _) => objection,
        }
    }

    /// Sentences for the page.
    pub(crate) fn said(&self) -> Vec<String> {
        self.words.iter().flat_map(Word::said).collect()
    }

    /// What a page says in place of everything else, where nothing is shown.
    pub(crate) fn sentence(&self) -> &'static str {
        match self.objection {
            Objection::Unknown => web::words::OBJECTION_UNKNOWN,
            Objection::Objected | Objection::None => web::words::OBJECTION,
        }
    }

    /// Those who say that the person objects.
    pub(crate) fn objecting(&self) -> impl Iterator<Item = &Place> {
        let objects = |word: &&Word| word.objection() == Objection::Objected;
        self.words.iter().filter(objects).map(|word| &word.place)
    }

    /// Whose word decided, and how old it is in seconds where it is not of this opening.
    pub(crate) fn decided_by(&self, now: jiff::Timestamp) -> (&str, Option<i64>) {
        let word = self.words.iter().find(|word| word.objection() == self.objection);
        let aged = word.filter(|word| word.fresh == Objection::Unknown).and_then(|word| word.kept.as_ref());
        let age_s = aged.map(|kept| now.as_second().saturating_sub(kept.as_at.as_second()));
        (word.map_or("gp", |word| word.place.name()), age_s)
    }
}

/// Entries that a practice must not release are its own matter: on a page they would tell that there are some (HAZ-010).
fn caveat_words(caveat: &ObjectionCaveat) -> Option<&'static str> {
    match caveat {
        ObjectionCaveat::Undated => Some("an objection without a date stands in the GP record"),
        ObjectionCaveat::Contradictory => Some("the GP record holds contradicting entries about sharing"),
        ObjectionCaveat::ManualReview => {
            Some("the GP record holds a sharing choice that needs reading by a person")
        }
        ObjectionCaveat::Confidential => None,
    }
}

#[cfg(test)]
mod tests;
