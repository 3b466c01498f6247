//! Takes one request to a practice, gives its answer classified: a Bundle about this very person, a refusal by its Spine
//! code, or the fault that stopped it. The same for every capability (HAZ-004, HAZ-006, HAZ-038).

use super::{
    GpConnect,
    refused::{self, Refused},
    route::{NotSent, Request, Sent, Who},
};
use crate::{
    document,
    fault::Fault,
    guard::Verdict,
    national::sds::NoEndpoint,
    subject::{Person, demographics::Comparison},
    wire::Bounds,
};
use fhir::{
    ReplyState,
    bundle::Bundle,
    reply::{Warning, Withholder},
};
use std::sync::Arc;

/// How one request ended.
pub(super) enum End<T> {
    Received(Received<T>),
    Refused(Refused),
    Unreached(NoEndpoint),
    Fault(Fault),
    /// The whole reply is condemned.
    Condemned(Condemned),
}

/// One usable answer, and what its reader saw in it.
pub(super) struct Received<T> {
    pub(super) text: Arc<str>,
    pub(super) seen: T,
}

/// Nothing of what this practice sent may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condemned {
    WrongPerson,
    /// A practice that holds other details of the person is not half believed (HAZ-037).
    Differs(Vec<String>),
    /// It holds several people under the number.
    Several,
    /// The person dissented to sharing: no other door of the practice leads round that (HAZ-022).
    Dissented,
}

/// What reading a Bundle may show.
pub(super) enum Seen<T> {
    Record(T),
    NotARecord,
    Condemned(Condemned),
}

/// What a reader compares a Bundle with.
pub(super) struct Asked {
    pub(super) person: Person,
    /// The practice's service root, below which its absolute addresses lie.
    pub(super) root: String,
    pub(super) trace_id: String,
}

/// Sends, and lets `inspect` read the Bundle of a success. Cancel-safe.
pub(super) async fn exchange<T, F>(
    gp: &GpConnect,
    who: &Who<'_>,
    request: &Request,
    bounds: &Bounds,
    inspect: F,
) -> End<T>
where
    T: Send + 'static,
    F: FnOnce(&Bundle<'_>, &Asked) -> Seen<T> + Send + 'static,
{
    let Sent { answer, root, trace_id, by_gateway } = match gp.route.send(who, request, bounds).await {
        Ok(sent) => sent,
        Err(NotSent::NoEndpoint(missing)) => return End::Unreached(missing),
        Err(NotSent::Fault(fault)) => return End::Fault(fault),
    };
    if answer.status != 200 {
        let refused = refused::refuse(&answer, by_gateway);
        return match refused.is_dissent() {
            true => End::Condemned(Condemned::Dissented),
            false => End::Refused(refused),
        };
    }
    let asked = Asked { person: who.person.clone(), root, trace_id };
    let opened = document::open(answer, move |bundle| Ok(inspect(bundle, &asked)));
    match opened.await {
        Err(fault) => End::Fault(fault),
        Ok(document) => match document.seen {
            Seen::NotARecord => End::Fault(Fault::NotARecord),
            Seen::Condemned(condemned) => End::Condemned(condemned),
            Seen::Record(seen) => End::Received(Received { text: document.text, seen }),
        },
    }
}

/// The warnings of a Patient that is the person asked about.
pub(super) fn same(comparison: Comparison) -> Result<Vec<Warning>, Condemned> {
    match comparison {
        Comparison::Same(warnings) => Ok(warnings),
        Comparison::OtherPerson => Err(Condemned::WrongPerson),
        Comparison::Differs(fields) => Err(Condemned::Differs(fields)),
    }
}

impl<T> End<T> {
    /// The state one request alone would give; `None` where there is an answer.
    pub(super) fn state(&self) -> Option<ReplyState> {
        match self {
            End::Received(_) => None,
            End::Refused(refused) => Some(refused.state.clone()),
            End::Unreached(missing) => Some(missing.state()),
            End::Fault(fault) => Some(fault.state()),
            End::Condemned(condemned) => Some(condemned.state()),
        }
    }

    /// What it tells the practice's guard.
    pub(super) fn verdict(&self) -> Verdict {
        match self {
            End::Fault(fault) => fault.verdict(),
            End::Refused(refused) => refused.verdict,
            End::Condemned(Condemned::WrongPerson) => Verdict::WrongPerson,
            // The directory's own trouble is not the practice's: nobody asked the practice.
            End::Unreached(_) => Verdict::Unasked,
            End::Received(_) | End::Condemned(_) => Verdict::Well,
        }
    }

    /// The capability is not there at this practice: not registered, not switched on, not built.
    pub(super) fn is_off(&self) -> bool {
        match self {
            End::Refused(refused) => refused.is_off(),
            End::Unreached(missing) => missing.is_not_registered(),
            _ => false,
        }
    }

    pub(super) fn condemned(&self) -> Option<&Condemned> {
        match self {
            End::Condemned(condemned) => Some(condemned),
            _ => None,
        }
    }
}

/// Of several requests: one that was asked to wait is enough, while one answer proves that the practice is not unwell.
pub(super) fn verdict<'a, T: 'a>(ends: impl IntoIterator<Item = &'a End<T>>) -> Verdict {
    let verdicts: Vec<Verdict> = ends.into_iter().map(End::verdict).collect();
    let told: Vec<Verdict> =
        verdicts.iter().filter(|verdict| **verdict != Verdict::Unasked).copied().collect();
    if told.is_empty() && !verdicts.is_empty() {
        return Verdict::Unasked;
    }
    let wait = told.iter().find(|verdict| matches!(verdict, Verdict::Wait(_)));
    let is_sick = !told.is_empty() && told.iter().all(|verdict| *verdict == Verdict::Sick);
    wait.copied().unwrap_or(if is_sick { Verdict::Sick } else { Verdict::Well })
}

impl Condemned {
    pub(super) fn state(&self) -> ReplyState {
        ReplyState::Withheld(match self {
            Condemned::WrongPerson => Withholder::PolicyIdentity,
            Condemned::Differs(fields) => Withholder::PolicyDiffers(fields.clone()),
            Condemned::Several => Withholder::PolicyAmbiguous,
            Condemned::Dissented => Withholder::Source(refused::AT_REQUEST.to_owned()),
        })
    }

    /// The heavier of several: another person before other details.
    pub(super) fn heaviest<'a, T: 'a>(ends: impl IntoIterator<Item = &'a End<T>>) -> Option<Self> {
        let mut all: Vec<&Self> = ends.into_iter().filter_map(End::condemned).collect();
        all.sort_by_key(|condemned| **condemned != Condemned::WrongPerson);
        all.first().map(|condemned| (*condemned).clone())
    }
}
