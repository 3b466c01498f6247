//! Takes services, packages, teams and tasks, gives care and support: who provides what, since when, whom to call.
//! Source: sources.md 14 (how councils' events become resources); UK Core EpisodeOfCare, CareTeam.

use super::{care_plans::activities, encounters};
use crate::item::{Care, Facts, Item, Section, When};
use crate::normalise::resource::{Resource, date, words};
use crate::normalise::{provenance, status};
use fhir::{Category, FhirDate, Object, coding::Concept};

pub(crate) fn episode(resource: &Resource<'_>) -> Item {
    let manager = provenance::party(resource, "careManager");
    let care = Care {
        service: resource.words("type"),
        provider: organisation(resource),
        worker: manager.and_then(|party| party.name),
        ..Care::default()
    };
    let mut item = resource.item(section(resource), Category::Encounters, Facts::Care(care));
    item.what = resource.concept("type").unwrap_or_else(|| named("Episode of care"));
    let (from, to) = resource.period("period");
    item.when = When { from, to, recorded: None };
    for diagnosis in resource.object.objects("diagnosis") {
        let condition = diagnosis.object("condition");
        item.detail("For", condition.and_then(|condition| resource.words_behind(&condition, "code")));
    }
    for team in resource.object.objects("team") {
        item.detail("Team", provenance::name(resource, &team));
    }
    item
}

/// A council's care plan: the package, line by line as recorded.
pub(crate) fn package(resource: &Resource<'_>) -> Item {
    let (from, to) = resource.period("period");
    let lines = activities(resource).into_iter().map(|line| format!("{}: {}", line.label, line.value));
    let care = Care {
        service: resource.text("title").or_else(|| resource.words("category")),
        provider: organisation(resource),
        worker: provenance::party(resource, "author").and_then(|party| party.name),
        package: resource.text("description").into_iter().chain(lines).collect(),
        review_due: to.clone(),
        ..Care::default()
    };
    let mut item = resource.item(Section::Care, Category::SocialCare, Facts::Care(care));
    item.what = resource.concept("category").unwrap_or_default();
    item.what.text = resource.text("title").or(item.what.text);
    item.when = When { from, to, recorded: resource.date("created") };
    for goal in resource.object.objects("goal") {
        item.detail("Goal", resource.words_behind(&goal, "description"));
    }
    item
}

/// A request to a council's service.
pub(crate) fn request(resource: &Resource<'_>) -> Item {
    let care = Care {
        service: ["performer", "recipient"].iter().find_map(|key| provenance::party(resource, key)?.name),
        provider: organisation(resource),
        ..Care::default()
    };
    let mut item = resource.item(Section::Care, Category::SocialCare, Facts::Care(care));
    if status::is_not_to_be_done(resource) {
        item.what.text = Some(format!("{}: {}", status::NOT_TO_BE_DONE, item.words()));
    }
    status::propose(resource, &mut item);
    item.when = When { from: resource.date("authoredOn"), to: None, recorded: None };
    item.detail("Kind", resource.words("category"));
    item.detail("Reason", resource.words("reasonCode"));
    item.detail("Priority", resource.text("priority"));
    item
}

/// An assessment or another contact with a council's service: what, by whom, why and what came of it.
pub(crate) fn assessment(resource: &Resource<'_>) -> Item {
    let care = Care {
        service: resource.words("serviceType"),
        provider: organisation(resource),
        worker: provenance::party(resource, "participant").and_then(|party| party.name),
        ..Care::default()
    };
    let mut item = resource.item(Section::Care, Category::SocialCare, Facts::Care(care));
    let named_by = resource.concept("type").or_else(|| encounters::class(resource));
    item.what = named_by.unwrap_or_else(|| named("Contact with social care"));
    if resource.text("status").as_deref() == Some("planned") {
        item.caveats.push("Planned: not a record that it took place".into());
    }
    let (from, to) = resource.period("period");
    item.when = When { from, to, recorded: None };
    item.detail("Reason", resource.words("reasonCode"));
    item.detail("Outcome", encounters::outcome(resource));
    item.detail("Place", encounters::place(resource));
    item.detail("Priority", resource.words("priority"));
    item
}

/// A team with its members, each with role and telephone as recorded.
pub(crate) fn team(resource: &Resource<'_>) -> Item {
    let members = resource.object.objects("participant");
    let people: Vec<Member> = members.iter().filter_map(|member| Member::of(resource, member)).collect();
    let now = people.iter().find(|member| member.until.is_none()).or(people.first());
    let care = Care {
        service: resource.text("name"),
        provider: organisation(resource),
        worker: now.map(Member::words),
        telephone: provenance::telephone(&resource.object),
        ..Care::default()
    };
    let section = if section(resource) == Section::Care { Section::Care } else { Section::People };
    let mut item = resource.item(section, Category::Encounters, Facts::Care(care));
    item.what = named(
        &resource.text("name").or_else(|| resource.words("category")).unwrap_or_else(|| "Care team".into()),
    );
    let (from, to) = resource.period("period");
    item.when = When { from, to, recorded: None };
    for member in people {
        item.detail(member.role.as_deref().unwrap_or("Member"), Some(member.words()));
    }
    item
}

struct Member {
    role: Option<String>,
    name: String,
    until: Option<FhirDate>,
}

impl Member {
    fn of<'a>(team: &Resource<'a>, member: &Object<'a>) -> Option<Self> {
        let name = provenance::party_of(team, member)?.name?;
        let until = member.object("period").and_then(|period| date(&period, "end"));
        Some(Self { role: words(member, "role"), name, until })
    }

    /// Who has left, or will, is named with the day.
    fn words(&self) -> String {
        let until = self.until.as_ref().map(|until| format!(", until {}", until.display_day()));
        format!("{}{}", self.name, until.unwrap_or_default())
    }
}

pub(crate) fn task(resource: &Resource<'_>) -> Item {
    let care =
        Care { worker: provenance::party(resource, "owner").and_then(|party| party.name), ..Care::default() };
    let mut item = resource.item(section(resource), Category::Encounters, Facts::Care(care));
    if item.what.words().is_none() {
        item.what = named(&resource.text("description").unwrap_or_else(|| "Task".into()));
    }
    let (from, to) = resource.period("executionPeriod");
    item.when = When { from, to, recorded: resource.date("authoredOn") };
    item.detail("Description", resource.text("description"));
    item.detail("Reason", resource.words("reasonCode"));
    item
}

fn section(resource: &Resource<'_>) -> Section {
    if resource.document.searched == Some(Category::SocialCare) { Section::Care } else { Section::Contacts }
}

fn organisation(resource: &Resource<'_>) -> Option<String> {
    provenance::read(resource).organisation
}

fn named(words: &str) -> Concept {
    Concept { text: Some(words.to_owned()), codings: Vec::new() }
}
