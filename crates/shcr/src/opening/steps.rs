//! The steps every opening begins with, of a record and of a document alike: who the person is, what may be seen of them, and
//! the durable word that it is about to be asked for. Each gives the value the next one needs, or a refusal that is recorded.

use super::session::Entered;
use crate::{clock, entries::Planned, entries::Story, program::Program, program::alerts::Rule};
use access::{
    Launch, Permit,
    person::{Difference, Identified, Identity, Trace},
    policy::Circumstances,
};
use audit::Opened;
use fhir::{Category, Level};
use record::{Places, Restricted, Under};
use web::gateway::Refused;

/// Who the person is by the national record.
pub(super) enum Who {
    /// With the fields that differ from the host's, where the professional has said that it is the right person.
    Known(Box<Identified>, Vec<Difference>),
    /// Nobody has said so yet (HAZ-001).
    Differs(Vec<Difference>),
}

/// Asks PDS anew at every opening.
pub(super) async fn person(program: &Program, session: &Entered, story: &mut Story) -> Result<Who, Refused> {
    let launch = &session.content.launch;
    let trace =
        program.federation.trace(&launch.person.nhs_number, story.opening.as_str(), clock::now()).await;
    story.traced(&trace);
    let (person, differing) = match access::person::identify(launch, &trace) {
        Identity::Confirmed(person) => (person, Vec::new()),
        Identity::Interrupt(person, differing) if session.content.confirmed_identity => (person, differing),
        Identity::Interrupt(_, differing) => return Ok(Who::Differs(differing)),
        Identity::Refused(refusal) => {
            // The asker is told what is told of a person nobody knows; the audit and the privacy officer are not (HAZ-050).
            if launch.person.sensitive || matches!(&trace, Trace::Found(traced) if traced.restricted) {
                story.because("where the person is must not be told");
                program.raise(Rule::RestrictedPerson, story.opening.as_str(), "record attempted").await;
            }
            return Err(program.refuse(story, refusal).await);
        }
    };
    story.identified(&person);
    Ok(Who::Known(Box::new(person), differing))
}

/// What this professional may see of this person, by the policy in force now.
pub(super) async fn permit(program: &Program, launch: &Launch, story: &mut Story) -> Result<Permit, Refused> {
    let policy = program.policy();
    story.under(policy.id(), policy.map_version(launch));
    match policy.decide(launch, &Circumstances::default()) {
        Ok(permit) => Ok(permit),
        Err(refusal) => Err(program.refuse(story, refusal).await),
    }
}

/// What is restricted is read only where an exception lets it be seen; otherwise the record is put together as though it had
/// never been sent (HAZ-010). While nobody has said nationally that the person's address may be known, none is told (HAZ-023).
pub(super) fn under<'p>(
    program: &'p Program,
    person: &Identified,
    level: &dyn Fn(Category) -> Level,
) -> Under<'p> {
    let is_open = level(Category::Restricted) == Level::Full;
    Under {
        restrictions: &program.restrictions,
        restricted: if is_open { Restricted::Read } else { Restricted::TakenOut },
        places: if person.traced { Places::Told } else { Places::Kept },
    }
}

/// Every source, and all that may be asked of it.
pub(super) fn everything<'a>(program: &'a Program, permit: &Permit) -> Vec<Planned<'a>> {
    let sources = program.federation.sources().iter();
    sources.map(|source| (source, permit.asked(&source.id))).collect()
}

/// One category of one source; `None` where no such source is configured.
pub(super) fn only<'a>(
    program: &'a Program,
    source: &fhir::SourceId,
    category: Category,
) -> Option<Planned<'a>> {
    let config = program.federation.sources().iter().find(|config| config.id == *source)?;
    Some((config, vec![category]))
}

/// W1: nothing is asked before this is durable (HAZ-029).
pub(super) async fn account(program: &Program, story: &Story) -> Result<Opened, Refused> {
    let opened = program.store.open_opening(story.opening.clone(), story.open(), clock::millis()).await;
    opened.map_err(|fault| program.cannot_record(story, &fault))
}
