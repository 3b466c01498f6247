//! The steps every opening begins with, of a record and of a document alike: who the person is, what may be seen of them, and
//! the durable word that it is about to be asked for. Each gives the value the next one needs, or a refusal that is recorded.

use super::session::Entered;
use crate::{
    clock,
    config::ObjectionPage,
    entries::{Planned, Story},
    program::{
        Program,
        alerts::Rule,
        objection::{Wish, Wishes},
    },
};
use access::{
    Launch, Objection, Permit, Refusal, StaffMatch,
    person::{Difference, Identified, Identity},
    policy::{Circumstances, ReasonCode},
};
use audit::Opened;
use federation::{Asking, Plan, SourceConfig};
use fhir::{Category, Level, OdsCode, Reply, ReplyState, SourceId, date, reply::Withholder};
use record::{Places, Record, Restricted, Under, Units, release::Released};
use web::gateway::Refused;

/// Who the person is by the national record.
pub(super) enum Who {
    /// With the fields that differ from the host's, where the professional has said that it is the right person.
    Known(Box<Identified>, Vec<Difference>),
    /// The professional is asked first.
    Asks(Asks),
}

/// What a record asks before it opens.
pub(super) enum Asks {
    /// Whether this is the right person: nobody has said so yet (HAZ-001).
    Differs(Vec<Difference>),
    /// Why, of whoever is near to the person.
    Near(StaffMatch),
    /// Why, of somebody who died long ago.
    Reason,
}

/// A record of somebody who has died is looked at later than this for reasons worth hearing of.
const DIED_LONG_AGO_DAYS: i32 = 30;

/// Asks PDS, and the professional's own organisation about the two, anew at every opening.
pub(super) async fn person(program: &Program, session: &Entered, story: &mut Story) -> Result<Who, Refused> {
    let launch = &session.content.launch;
    let ((trace, last), near) = tokio::join!(
        program.trace(&launch.person.nhs_number, story.opening.as_str()),
        program.near(launch, story.opening.as_str()),
    );
    story.traced(&trace);
    program.tell_near(&session.sid, launch, story, near).await;
    if near == StaffMatch::Own {
        return Err(program.refuse(story, Refusal::OwnRecord).await);
    }
    let rules = program.config.identity.rules();
    let (person, differing) = match access::person::identify_by(rules, launch, &trace, last.as_ref()) {
        Identity::Confirmed(person) => (person, Vec::new()),
        Identity::Interrupt(person, differing) if session.content.confirmed_identity => (person, differing),
        Identity::Interrupt(_, differing) => return Ok(Who::Asks(Asks::Differs(differing))),
        Identity::Refused(refusal) => {
            program.hidden(launch, &trace, story).await;
            return Err(program.refuse(story, refusal).await);
        }
    };
    story.identified(&person);
    if near.needs_reason() && session.content.acknowledged != Some(near) {
        return Ok(Who::Asks(Asks::Near(near)));
    }
    let today = date::london(clock::now()).date();
    let days = person.days_since_death(today).unwrap_or_default();
    match &session.content.reason {
        Some(reason) => story.reason(reason),
        None if days > program.config.deceased.days => return Ok(Who::Asks(Asks::Reason)),
        None => {}
    }
    if days > DIED_LONG_AGO_DAYS {
        let what = "the record of somebody who died more than 30 days ago was opened";
        program.raise(Rule::DiedLongAgo, story.opening.as_str(), what).await;
    }
    Ok(Who::Known(Box::new(person), differing))
}

/// What this professional may see of this person by the policy in force now, before the person's own wish is known. Of practices,
/// the one that would be asked.
pub(super) async fn permit(
    program: &Program,
    (launch, practice): (&Launch, Option<&OdsCode>),
    beside: &Circumstances,
    story: &mut Story,
) -> Result<Permit, Refused> {
    let policy = program.policy();
    story.under(policy.id(), policy.map_version(launch));
    match policy.decide(launch, beside) {
        Ok(permit) => Ok(permit.at_practice(practice)),
        Err(refusal) => Err(program.refuse(story, refusal).await),
    }
}

/// What is restricted is read only where an exception lets it be seen; otherwise the record is put together as though it had
/// never been sent (HAZ-010). While nobody has said nationally that the person's address may be known, none is told (HAZ-023).
fn under<'p>(
    program: &'p Program,
    person: &Identified,
    level: &dyn Fn(Category) -> Level,
    units: &'p Units,
) -> Under<'p> {
    let is_open = level(Category::Restricted) == Level::Full;
    Under {
        restrictions: &program.restrictions,
        restricted: if is_open { Restricted::Read } else { Restricted::TakenOut },
        places: if person.traced { Places::Told } else { Places::Kept },
        units,
    }
}

/// What the source's parts share less of than the source (HAZ-055).
fn units(permit: &Permit, source: &SourceId) -> Units {
    let mut units = Units::default();
    permit.units(source).for_each(|(unit, category, level)| units.narrow(unit.as_str(), category, level));
    units
}

/// The same once the wish is known, which holds for what is asked from now on and for all that is shown. `None`: nothing is
/// (HAZ-022). What opens in spite of an objection is told to a privacy officer at once.
pub(super) async fn permit_by_wish(
    program: &Program,
    (launch, person): (&Launch, &Identified),
    (beside, wish): (&Circumstances, &Wish),
    story: &mut Story,
) -> Option<Permit> {
    story.objection(wish, clock::now());
    for place in wish.objecting() {
        program.record_objection(story, place).await;
    }
    let objection = wish.as_decided(program.config.objection.unknown);
    let policy = program.policy();
    let permit = policy.decide(launch, &Circumstances { objection, ..beside.clone() }).ok()?;
    let permit = permit.at_practice(person.practice.as_ref());
    story.under(policy.id(), policy.map_version(launch));
    story.redecided(&permit);
    if objection == Objection::Objected {
        let what = "a record was opened in spite of the person's objection";
        program.raise(Rule::ObjectionOverridden, story.opening.as_str(), what).await;
    }
    Some(permit)
}

/// Where an objection must not be told from a person nobody knows: then this is how the opening ends (HAZ-050).
pub(super) async fn unless_hidden(
    program: &Program,
    by: (&Launch, &Identified),
    (beside, wishes): (&Circumstances, &Wishes),
    opened: &Opened,
    story: &mut Story,
) -> Result<(), Refused> {
    if program.config.objection.page != ObjectionPage::Uniform {
        return Ok(());
    }
    let wish = wishes.whole().await;
    if permit_by_wish(program, by, (beside, &wish), story).await.is_some() {
        return Ok(());
    }
    program.close(opened, story, &Record::default(), "objection").await;
    story.because("objection");
    Err(program.refuse(story, Refusal::NoSharedRecord).await)
}

/// What is asked. A source that an objection alone closes is said to be closed by it.
pub(super) fn plan(program: &Program, permit: &Permit, opened: &Opened, asking: Asking) -> Plan {
    let mut plan = program.federation.plan(permit, opened, asking);
    let by_objection = |reply: &Reply| {
        let limited = |category| permit.grant(&reply.source, category).limited_by;
        let shares = |source: &SourceConfig| source.id == reply.source && !source.shares.is_empty();
        program.federation.sources().iter().any(shares)
            && Category::ALL.into_iter().any(|category| limited(category) == Some(ReasonCode::Objection))
    };
    for reply in plan.settled.iter_mut().filter(|reply| by_objection(reply)) {
        *reply = Reply::of(reply.source.clone(), ReplyState::Withheld(Withholder::PolicyObjection));
    }
    plan
}

/// What of a reply may be shown.
pub(super) fn released(
    program: &Program,
    person: &Identified,
    reply: &Reply,
    permit: &Permit,
    story: &Story,
) -> Released {
    let level = |category| permit.level(&reply.source, category);
    let units = units(permit, &reply.source);
    let normalised = record::normalise_under(reply, &under(program, person, &level, &units));
    record::release::release(&reply.source, normalised, &level, Some(&story.today()))
}

/// Every source, and all that may be asked of it.
pub(super) fn everything<'a>(program: &'a Program, permit: &Permit) -> Vec<Planned<'a>> {
    let sources = program.federation.sources().iter();
    sources.map(|source| (source, permit.asked(&source.id))).collect()
}

/// One category of one source; `None` where no such source is configured.
pub(super) fn only<'a>(program: &'a Program, source: &SourceId, category: Category) -> Option<Planned<'a>> {
    let config = program.federation.sources().iter().find(|config| config.id == *source)?;
    Some((config, vec![category]))
}

/// W1: nothing is asked before this is durable (HAZ-029).
pub(super) async fn account(program: &Program, story: &Story) -> Result<Opened, Refused> {
    let opened = program.store.open_opening(story.opening.clone(), story.open(), clock::millis()).await;
    opened.map_err(|fault| program.cannot_record(story, &fault))
}
