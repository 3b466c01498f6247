//! Takes one person's facts at one council, gives a row for each event: requests, assessments, services and reviews, as the
//! council's system would report them by that day.
//! Source: Adult Social Care Client Level Data, release 1; sources, section 14.

use super::{Row, Setting, support};
use crate::{
    feeds::wire,
    people::{
        Person,
        facts::{Episode, Plan, Referral},
    },
};
use jiff::{ToSpan, civil::Date};

/// SNOMED CT, personalised care and support plan: the only kind of plan that is reviewed as a package.
const PACKAGE: &str = "2181441000000107";

/// What makes one row of a person's.
struct Event<'a> {
    kind: &'static str,
    start: Date,
    end: Option<Date>,
    description: String,
    outcome: &'static str,
    more: Vec<(&'static str, String)>,
    worker: &'a str,
}

pub(super) fn rows(setting: &Setting<'_>, person: &Person) -> Vec<Row> {
    if !person.is_known_to(setting.partner) {
        return Vec::new();
    }
    let facts = &person.story_facts;
    let team = facts.teams.iter().find(|team| team.at.contains(&setting.partner)).map(|team| team.name);
    let referrals = facts.referrals.iter().filter(|one| one.at.contains(&setting.partner));
    let episodes: Vec<&Episode> =
        facts.episodes.iter().filter(|one| one.at.contains(&setting.partner)).collect();
    let plans: Vec<&Plan> = facts.plans.iter().filter(|one| one.at.contains(&setting.partner)).collect();
    let package = plans.iter().find(|plan| plan.kind.code == Some(PACKAGE)).copied();
    let mut events: Vec<Event<'_>> = Vec::new();
    // That somebody is safeguarded has no column, and may stand in no other (HAZ-023).
    events.extend(referrals.filter(|one| !one.safeguarding).flat_map(|one| requested(setting, one)));
    for episode in &episodes {
        events.extend(entered(setting, episode));
        events.extend(served(setting, person, episode, package));
    }
    events.extend(package.into_iter().flat_map(|plan| equipped(setting, plan)));
    events.extend(reviewed(setting, &episodes, package));
    let reported = events.into_iter().filter_map(|event| event.by(setting.day));
    let mut rows: Vec<Row> = reported.map(|event| event.row(setting, person)).collect();
    rows.iter_mut().for_each(|row| row.put("Team", team.unwrap_or("Adult social care")));
    rows.extend(carers(setting, person));
    rows
}

impl Event<'_> {
    /// As it stood on that day. Only a service is reported before it has ended.
    fn by(mut self, day: Date) -> Option<Self> {
        if self.start > day {
            return None;
        }
        let over = self.end.is_some_and(|end| end <= day);
        if !over && self.kind != "Service" {
            return None;
        }
        if !over {
            self.end = None;
            self.outcome = "Provision of service";
        }
        Some(self)
    }

    fn row(self, setting: &Setting<'_>, person: &Person) -> Row {
        let service = self.more.iter().any(|(name, _)| *name == "Service Type");
        let reason = support::reason(person, setting.partner);
        let start = self.start.to_string();
        let mut row = Row::of_person(setting, person);
        row.put("Client Type", "Service User");
        row.put("Primary Support Reason", reason);
        row.put("Event Type", self.kind);
        let reference = format!("{} {} {start} {}", person.nhs_number.digits(), self.kind, self.description);
        row.put("Event Reference", format!("{}-{}", initial(self.kind), wire::local(&reference)));
        row.put("Event Start Date", setting.date(self.start));
        row.put("Event End Date", self.end.map(|end| setting.date(end)).unwrap_or_default());
        row.put("Event Description", self.description);
        row.put("Event Outcome", self.outcome);
        row.put("Allocated Worker", self.worker);
        self.more.into_iter().for_each(|(name, value)| row.put(name, value));
        if service && row.get("Delivery Mechanism").is_empty() {
            row.put("Delivery Mechanism", "CASSR Commissioned Support");
        }
        row
    }
}

fn initial(kind: &str) -> &str {
    kind.get(..1).unwrap_or_default()
}

fn requested<'a>(setting: &Setting<'_>, fact: &'a Referral) -> Vec<Event<'a>> {
    let Some(on) = wire::day(fact.on, setting.today) else { return Vec::new() };
    let mut events = vec![Event {
        kind: "Request",
        start: on,
        end: Some(after(on, 2)),
        description: fact.what.text.to_owned(),
        outcome: "Progress to Assessment",
        more: vec![("Request: Route of Access", "Community / Other".to_owned())],
        worker: fact.to,
    }];
    if fact.status == Some("completed") {
        events.push(assessment(after(on, 4), after(on, 5), fact.what.text, "No change in package", fact.to));
    }
    events
}

fn assessment<'a>(start: Date, end: Date, what: &str, outcome: &'static str, worker: &'a str) -> Event<'a> {
    let more = vec![
        ("Assessment Type", "Long Term Assessment".to_owned()),
        ("Eligible Needs Identified", "Yes".to_owned()),
        ("Method of Assessment", "Face to face".to_owned()),
    ];
    Event { kind: "Assessment", start, end: Some(end), description: what.to_owned(), outcome, more, worker }
}

/// How somebody came to be served.
fn entered<'a>(setting: &Setting<'_>, fact: &'a Episode) -> Vec<Event<'a>> {
    let Some(since) = wire::day(fact.since, setting.today) else { return Vec::new() };
    let short = support::service(fact.service.text).0.starts_with("Short");
    let outcome =
        if short { "Progress to Reablement/ST-Max" } else { "Progress to Support Planning / Services" };
    let request = Event {
        kind: "Request",
        start: before(since, 30),
        end: Some(before(since, 28)),
        description: format!("Contact: {}", fact.service.text),
        outcome: "Progress to Assessment",
        more: vec![("Request: Route of Access", "Community / Other".to_owned())],
        worker: fact.worker,
    };
    vec![request, assessment(before(since, 21), before(since, 14), "Needs assessment", outcome, fact.worker)]
}

fn served<'a>(
    setting: &Setting<'_>,
    person: &Person,
    fact: &'a Episode,
    package: Option<&Plan>,
) -> Option<Event<'a>> {
    let since = wire::day(fact.since, setting.today)?;
    let (kind, component) = support::service(fact.service.text);
    let mut more = vec![("Service Type", kind.to_owned()), ("Service Component", component.to_owned())];
    if let Some(provider) = support::provider(person, setting.partner) {
        more.push(("Provider CQC Location Name", provider.to_owned()));
        more.push(("Provider CQC Location ID", format!("1-{}", wire::local(provider))));
        more.push(("Delivery Mechanism", "CASSR Managed Personal Budget".to_owned()));
    }
    if let Some(hours) = package.and_then(|plan| support::hours_a_week(plan.summary)) {
        more.push(("Unit Cost", "23.40".to_owned()));
        more.push(("Cost Frequency (Unit Type)", "Hourly".to_owned()));
        more.push(("Planned units per week", hours.to_owned()));
    }
    Some(Event {
        kind: "Service",
        start: since,
        end: fact.until.and_then(|until| wire::day(until, setting.today)),
        description: fact.service.text.to_owned(),
        outcome: "Service Ended as Planned",
        more,
        worker: fact.worker,
    })
}

/// What stands in the house as part of a package.
fn equipped<'a>(setting: &Setting<'_>, plan: &'a Plan) -> Vec<Event<'a>> {
    let Some(on) = wire::day(plan.on, setting.today) else { return Vec::new() };
    let equipment = plan.lines.iter().filter(|(heading, _)| *heading == "Equipment");
    let piece = |piece: &str| {
        let component = if piece.contains("alarm") { "Telecare" } else { "Equipment" };
        Event {
            kind: "Service",
            start: after(on, 3),
            end: None,
            description: piece.trim().to_owned(),
            outcome: "Provision of service",
            more: vec![
                ("Service Type", "Long Term Support: Community".to_owned()),
                ("Service Component", component.to_owned()),
                ("Delivery Mechanism", "CASSR Commissioned Support".to_owned()),
            ],
            worker: plan.author,
        }
    };
    // One event of a kind a day: a component is told once, with everything that belongs to it.
    let mut pieces: Vec<(bool, String)> = Vec::new();
    for (_, words) in equipment {
        for part in words.split(", ") {
            let alarm = part.contains("alarm");
            match pieces.iter_mut().find(|(other, _)| *other == alarm) {
                Some((_, text)) => *text = format!("{text}, {part}"),
                None => pieces.push((alarm, part.to_owned())),
            }
        }
    }
    pieces.iter().map(|(_, text)| piece(text)).collect()
}

/// Six weeks after a package began; without one, each year that a service has lasted.
fn reviewed<'a>(
    setting: &Setting<'_>,
    episodes: &[&'a Episode],
    package: Option<&'a Plan>,
) -> Vec<Event<'a>> {
    let review = |on: Date, reason: &str, worker: &'a str| Event {
        kind: "Review",
        start: on,
        end: Some(on),
        description: "Review of care and support".to_owned(),
        outcome: "No change in package",
        more: vec![
            ("Review Reason", reason.to_owned()),
            ("Review Outcomes Achieved", "Partially achieved".to_owned()),
            ("Method of Review", "Face to face".to_owned()),
        ],
        worker,
    };
    if let Some(plan) = package {
        let on = wire::day(plan.on, setting.today);
        return on.map(|on| review(after(on, 42), "Planned", plan.author)).into_iter().collect();
    }
    let open = episodes.iter().filter(|episode| episode.until.is_none());
    let yearly = open.filter_map(|episode| {
        let since = wire::day(episode.since, setting.today)?;
        let years = since.until(setting.day).ok()?.get_days() / 365;
        (years > 0).then(|| review(after(since, years * 365), "Planned", episode.worker))
    });
    yearly.collect()
}

/// A carer is a person of the council's too, known by nothing but the name: never to be shown on somebody's record.
fn carers(setting: &Setting<'_>, person: &Person) -> Vec<Row> {
    let relations = person.story_facts.contacts.iter().filter(|one| one.relationship.starts_with("Carer"));
    let known = relations.filter_map(|carer| {
        let (first, last) = carer.name.split_once(' ')?;
        let on = before(setting.day, 60);
        let mut row = Row::of_setting(setting);
        row.put("LA Person Unique Identifier", format!("P{}", wire::local(carer.name)));
        row.put("First Name", first);
        row.put("Last Name", last);
        row.put("Gender", "Unknown");
        row.put("Client Type", "Carer known by association");
        row.put("Primary Support Reason", "Unknown");
        row.put("Event Type", "Request");
        row.put("Event Reference", format!("R-{}", wire::local(&format!("{} carer", carer.name))));
        row.put("Event Start Date", setting.date(on));
        row.put("Event End Date", setting.date(on));
        row.put("Event Outcome", "No change in package");
        row.put("No. of adults being cared for", "1");
        row.put("Adult 1 Linked Person_ID", setting.local_id(person));
        Some(row)
    });
    known.collect()
}

fn after(day: Date, days: i32) -> Date {
    day.saturating_add(days.days())
}

fn before(day: Date, days: i32) -> Date {
    day.saturating_sub(days.days())
}
