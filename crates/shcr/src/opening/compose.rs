//! From launch, person, permit and configuration to what a page knows before its first byte, and what a source is told.

use super::handle::Listing;
use super::session::Entered;
use super::told::Beforehand;
use super::why;
use crate::{
    clock,
    config::{Config, DEFAULT_VIEW, parse_duration},
    entries::Story,
    program::{Program, last_look::Looked},
};
use access::{Launch, Permit, Role, organisation::KINDS, person::Identified};
use federation::{Asking, SourceConfig};
use fhir::{Category, Level, SourceId, date};
use std::sync::Arc;
use web::view::Panel;
use web::{
    gateway::Order,
    page::{Banner, Freshness, Page, SourceCard},
    schedule::Schedule,
};

/// What every source is told about the asker and the person.
pub(super) fn asking(launch: &Launch, person: &Identified, story: &Story) -> Asking {
    Asking {
        opening: story.opening.to_string(),
        person: person.clone(),
        practitioner: launch.practitioner.clone(),
        organisation: (launch.organisation.ods.clone(), launch.organisation.name.clone()),
        role: launch.role_claims.join(", "),
        now: clock::now(),
        opens_restricted: false,
    }
}

/// Everything of the page that does not change while it streams.
pub(super) fn page(
    program: &Program,
    session: &Entered,
    (person, permit): (&Identified, &Permit),
    story: &Story,
    (looked, emergency, sought): Beforehand,
) -> Page {
    let launch = &session.content.launch;
    let sources = program.federation.sources();
    let granted = |category: &Category| {
        sources.iter().any(|source| permit.level(&source.id, *category) > Level::Nothing)
    };
    Page {
        reference: story.reference.clone(),
        opening: story.opening.to_string(),
        path: format!("/s/{}/", session.sid_text),
        form_token: program.form_token(&session.sid),
        opened_at: clock::now(),
        last_look: looked.last,
        unheard_then: looked.unheard,
        opened_before: looked.opened,
        life: session.life(clock::millis()),
        banner: banner(person),
        professional: launch.practitioner.display.clone(),
        role: launch.role_claims.join(", "),
        organisation: launch.organisation.name.clone(),
        sources: sources.iter().map(|source| shared_card(source, permit)).collect(),
        why: why::reasons(program, permit),
        order: order(&program.config, permit.role(), &launch.organisation.kind),
        granted: Category::ALL.into_iter().filter(granted).collect(),
        not_for_role: permit.withheld_categories(),
        never_shown: program.config.restricted.own_label_notice,
        caveats: person.caveats.clone(),
        mismatch: Vec::new(),
        sought,
        training: program.config.training,
        emergency,
        documents: Arc::new(Listing::of(program, session, permit, &story.opening)),
    }
}

/// The same page for another permit: what was said of the person so far stays.
pub(super) fn anew(
    page: Page,
    program: &Program,
    session: &Entered,
    known: (&Identified, &Permit),
    story: &Story,
) -> Page {
    let Page {
        caveats, mismatch, opened_at, last_look, unheard_then, opened_before, sought, emergency, ..
    } = page;
    let looked = Looked { last: last_look, unheard: unheard_then, opened: opened_before };
    let page = self::page(program, session, known, story, (looked, emergency, sought));
    Page { caveats, mismatch, opened_at, ..page }
}

/// As they land, or strictly in page order.
pub(super) fn schedule(page: &Page, order: Order) -> Schedule {
    match order {
        Order::AsTheyLand => Schedule::new(page),
        Order::Plain => Schedule::in_order(page),
    }
}

/// The sources a page waits for: all that are configured with one.
pub(super) fn planned(page: &Page) -> Vec<SourceId> {
    page.sources.iter().map(|card| card.id.clone()).collect()
}

fn banner(person: &Identified) -> Banner {
    let shown = &person.person;
    let born = shown.birth_date.first_day();
    let until =
        |end: Option<jiff::civil::Date>| born.zip(end).and_then(|(born, end)| date::age_years(born, end));
    let died = shown.deceased.as_ref().and_then(fhir::FhirDate::first_day);
    Banner {
        family: shown.family.clone(),
        given: shown.given.join(" "),
        title: shown.title.clone(),
        preferred: shown.preferred.clone(),
        born: Some(shown.birth_date.clone()),
        age: until(Some(date::london(clock::now()).date())),
        died: shown.deceased.clone(),
        age_at_death: until(died),
        gender: shown.gender.clone(),
        nhs_number: shown.nhs_number.spaced(),
        earlier_number: person.superseded.is_some(),
        address: shown.address.clone().unwrap_or_default(),
        telephone: shown.telephone.clone(),
        practice: person.practice.as_ref().map(ToString::to_string),
    }
}

/// The person as the host knows them: for pages that ask nobody.
pub(crate) fn host_banner(launch: &Launch) -> Banner {
    let person = &launch.person;
    Banner {
        family: person.family.clone(),
        given: person.given.join(" "),
        born: Some(person.birth_date.clone()),
        gender: person.gender.clone(),
        nhs_number: person.nhs_number.spaced(),
        ..Banner::default()
    }
}

/// With what the partner lets out to this asker, and no more (HAZ-007).
fn shared_card(source: &SourceConfig, permit: &Permit) -> SourceCard {
    let card = card(source);
    let shares = card.shares.into_iter().filter(|category| permit.is_shared(&source.id, *category)).collect();
    SourceCard { shares, ..card }
}

pub(crate) fn card(source: &SourceConfig) -> SourceCard {
    SourceCard {
        id: source.id.clone(),
        short: source.short.clone(),
        partner: source.partner.clone(),
        freshness: freshness(source),
        shares: source.shares.clone(),
        contact: source.contact.clone(),
    }
}

fn freshness(source: &SourceConfig) -> Freshness {
    let Some(feed) = &source.feed else {
        return if source.kind.is_none() { Freshness::None } else { Freshness::Live };
    };
    let stale_after =
        parse_duration(&feed.stale_after).map_or(0, |age| i64::try_from(age.as_secs()).unwrap_or(i64::MAX));
    let cadence = match feed.every.as_str() {
        "24h" => "nightly".to_owned(),
        "1h" => "hourly".to_owned(),
        every => format!("every {}", in_words(every)),
    };
    Freshness::Periodic { cadence, agreed: in_words(&feed.stale_after), stale_after_s: stale_after }
}

/// `26h` as `26 hours`.
fn in_words(duration: &str) -> String {
    let (number, unit) =
        duration.split_at_checked(duration.len().saturating_sub(1)).unwrap_or((duration, ""));
    match unit {
        "h" => format!("{number} hours"),
        "m" => format!("{number} minutes"),
        _ => duration.to_owned(),
    }
}

/// What the summary holds for whom, and in which order; presentation only: what a role may see is policy's.
fn order(config: &Config, role: Role, kind: &str) -> Vec<Panel> {
    let views = &config.views;
    let own = views.get(&format!("{}-{kind}", role.name()));
    let view = own.or_else(|| views.get(role.name())).or_else(|| views.get(DEFAULT_VIEW));
    view.map(|view| view.0.clone()).unwrap_or_default()
}

/// The order of every role that may open a record, roles of one order together; where a role has one of its own at a kind of
/// organisation, that stands apart.
pub(crate) fn views(config: &Config) -> Vec<web::routes::View> {
    let mut orders: Vec<(Vec<Panel>, Vec<String>)> = Vec::new();
    for role in Role::ALL.into_iter().filter(|role| !matches!(role, Role::R10 | Role::R11)) {
        let has_own = |kind: &&str| config.views.contains_key(&format!("{}-{kind}", role.name()));
        for kind in std::iter::once("").chain(KINDS.into_iter().filter(has_own)) {
            let order = order(config, role, kind);
            let who = format!("{}{}", role.title(), at(kind));
            match orders.iter_mut().find(|(other, _)| *other == order) {
                Some((_, others)) => others.push(who),
                None => orders.push((order, vec![who])),
            }
        }
    }
    let view = |(order, who): (_, Vec<String>)| web::routes::View {
        who: web::words::sentence(&who.join("; ")),
        order,
    };
    orders.into_iter().map(view).collect()
}

/// Behind a role's title, where the role is meant at that kind of organisation.
pub(crate) fn at(kind: &str) -> &'static str {
    match kind {
        "gp" => " at a GP practice",
        "acute" => " at an acute trust",
        "mental-health" => " at a mental-health trust",
        "community" => " at a community trust",
        "urgent-care" => " at an urgent-care service",
        "ambulance" => " at an ambulance service",
        "council" => " at a council",
        "icb" => " at an integrated care board",
        "care-home" => " at a care home",
        "pharmacy" => " at a pharmacy",
        "optometry" => " at an optometry practice",
        _ => "",
    }
}
