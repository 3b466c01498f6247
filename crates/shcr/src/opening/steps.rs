//! The steps every opening begins with, of a record and of a document alike: who the person is, what may be seen of them, and
//! the durable word that it is about to be asked for. Each gives the value the next one needs, or a refusal that is recorded.

use super::session::Entered;
use crate::{
    clock,
    entries::Planned,
    entries::Story,
    program::{Program, alerts::Rule},
};
use access::{
    Launch, Objection, Permit, Refusal, StaffMatch,
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
    /// The professional is near to the person, and has yet to say why the record is opened.
    Near(StaffMatch),
}

/// Asks PDS, and the professional's own organisation about the two, anew at every opening.
pub(super) async fn person(program: &Program, session: &Entered, story: &mut Story) -> Result<Who, Refused> {
    let launch = &session.content.launch;
    let (trace, near) = tokio::join!(
        program.federation.trace(&launch.person.nhs_number, story.opening.as_str(), clock::now()),
        program.near(launch, story.opening.as_str()),
    );
    story.traced(&trace);
    program.tell_near(&session.sid, launch, story, near).await;
    if near == StaffMatch::Own {
        return Err(program.refuse(story, Refusal::OwnRecord).await);
    }
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
    if near.needs_reason() && session.content.acknowledged != Some(near) {
        return Ok(Who::Near(near));
    }
    Ok(Who::Known(Box::new(person), differing))
}

/// What this professional may see of this person, by the policy in force now.
pub(super) async fn permit(
    program: &Program,
    launch: &Launch,
    beside: &Circumstances,
    story: &mut Story,
) -> Result<Permit, Refused> {
    let policy = program.policy();
    story.under(policy.id(), policy.map_version(launch));
    match policy.decide(launch, beside) {
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

/// The same where the person has objected and an exception goes against that. `None`: nothing is shown (HAZ-022). What opens so
/// is told to a privacy officer.
pub(super) async fn over_objection(
    program: &Program,
    launch: &Launch,
    beside: &Circumstances,
    story: &Story,
) -> Option<Permit> {
    let beside = Circumstances { objection: Objection::Objected, ..beside.clone() };
    let permit = program.policy().decide(launch, &beside).ok()?;
    let what = "a record was opened in spite of the person's objection";
    program.raise(Rule::ObjectionOverridden, story.opening.as_str(), what).await;
    Some(permit)
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
