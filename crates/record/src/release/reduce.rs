//! Takes an item of a category shown in part, gives the part, or nothing: the table of what summary and existence mean.
//! The original, notes and details never stay. Source: access.md section 6.

use crate::category::care_plans::WITHIN;
use crate::item::{
    Care, Contact, Document, Facts, Item, Original, Plan, PlanFamily, Provenance, Section, Standing, When,
};
use fhir::coding::Concept;
use fhir::{Category, FhirDate, Level};
use std::collections::HashSet;

/// Contacts shown in a summary besides those to come.
const LAST: usize = 3;

/// Which items of a reply are in the part that is shown where the part is chosen among many.
pub(super) struct Choice(HashSet<usize>);

/// The day of the opening.
pub(super) type Day = Option<jiff::civil::Date>;

impl Choice {
    pub(super) fn of(items: &[Item], level: &dyn Fn(Category) -> Level, today: Day) -> Self {
        let mut chosen = HashSet::new();
        chosen.extend(last_contacts(items, Category::Encounters));
        chosen.extend(last_contacts(items, Category::Consultations));
        chosen.extend(admissions(items, today));
        for category in
            [Category::Encounters, Category::Documents, Category::MentalHealth, Category::SocialCare]
        {
            if level(category) == Level::Existence {
                chosen.retain(|place| items.get(*place).is_none_or(|item| item.category != category));
                chosen.extend(one_of_each_service(items, category));
            }
        }
        Self(chosen)
    }

    pub(super) fn has(&self, place: usize) -> bool {
        self.0.contains(&place)
    }
}

fn of_category(items: &[Item], category: Category) -> impl Iterator<Item = (usize, &Item)> {
    items.iter().enumerate().filter(move |(_, item)| item.category == category && item.is_shown())
}

/// The last three and all to come.
fn last_contacts(items: &[Item], category: Category) -> Vec<usize> {
    let contacts = of_category(items, category).filter(|(_, item)| matches!(item.facts, Facts::Contact(_)));
    let (future, mut past): (Vec<_>, Vec<_>) =
        contacts.partition(|(_, item)| matches!(&item.facts, Facts::Contact(contact) if contact.future));
    past.sort_by(|(_, a), (_, b)| FhirDate::newest_first(a.when.shown(), b.when.shown()));
    future.into_iter().chain(past.into_iter().take(LAST)).map(|(place, _)| place).collect()
}

/// Admissions of the last twelve months.
fn admissions(items: &[Item], today: Day) -> Vec<usize> {
    let Some(today) = today else { return Vec::new() };
    let year_ago = today.saturating_sub(jiff::Span::new().years(1));
    let recent =
        |item: &Item| item.when.shown().and_then(FhirDate::first_day).is_some_and(|day| day >= year_ago);
    let inpatient =
        |item: &Item| matches!(&item.facts, Facts::Contact(contact) if contact.setting == "Inpatient");
    let admissions =
        of_category(items, Category::Encounters).filter(|(_, item)| inpatient(item) && recent(item));
    admissions.map(|(place, _)| place).collect()
}

/// The newest of each service, so that the number of rows is the number of services.
fn one_of_each_service(items: &[Item], category: Category) -> Vec<usize> {
    let mut all: Vec<(usize, &Item)> = of_category(items, category).collect();
    all.sort_by(|(_, a), (_, b)| FhirDate::newest_first(a.when.shown(), b.when.shown()));
    let mut seen = HashSet::new();
    all.into_iter().filter(|(_, item)| seen.insert(service(item))).map(|(place, _)| place).collect()
}

/// What is left of `item`; `None` where it is not in the part. A category without a rule has no part (access.md 6).
pub(super) fn reduce(item: &Item, level: Level, chosen: bool) -> Option<Item> {
    use Category::*;
    match (item.category, level) {
        (Alerts, Level::Summary) => Some(alert(item)),
        (Problems, Level::Summary) => problem(item),
        (Encounters, Level::Summary) => chosen.then(|| contact(item, false)),
        (Consultations, Level::Summary) => chosen.then(|| contact(item, true)),
        (Documents, Level::Summary) => Some(document(item)),
        (CarePlans, Level::Summary) => Some(plan(item)),
        (MentalHealth, Level::Summary) => mental_health(item),
        (SocialCare, Level::Summary) => social_care(item),
        (Safeguarding, Level::Summary) => Some(alert(item)),
        (Safeguarding, Level::Existence) => Some(referred(item)),
        (Encounters | Documents | MentalHealth | SocialCare, Level::Existence) => {
            chosen.then(|| existence(item))
        }
        (CarePlans, Level::Existence) => Some(plan_exists(item)),
        _ => None,
    }
}

/// The bare row: what, status, dates, source.
fn bare(item: &Item) -> Item {
    Item {
        facts: Facts::Plain,
        notes: Vec::new(),
        details: Vec::new(),
        provenance: Provenance { author: None, author_role: None, ..item.provenance.clone() },
        original: Original::none(),
        parts: Vec::new(),
        caveats: vec!["Shown in part for your role".into()],
        ..item.clone()
    }
}

fn alert(item: &Item) -> Item {
    let facts = match &item.facts {
        Facts::Alert { what_to_do } => Facts::Alert { what_to_do: what_to_do.clone() },
        _ => Facts::Plain,
    };
    let kept = ["Team", "Kind"];
    let details = item.details.iter().filter(|d| kept.contains(&d.label.as_str())).cloned().collect();
    Item { facts, details, ..bare(item) }
}

/// Date, team, source and status; neither the kind of plan nor what to do.
fn referred(item: &Item) -> Item {
    let details = item.details.iter().filter(|detail| detail.label == "Team").cloned().collect();
    Item { what: words("Known to safeguarding"), details, ..bare(item) }
}

fn problem(item: &Item) -> Option<Item> {
    let active = matches!(item.status.standing, Standing::Current | Standing::Unknown);
    let facts = item.facts.clone();
    (active && matches!(facts, Facts::Problem(_))).then(|| Item { facts, ..bare(item) })
}

fn contact(item: &Item, coded: bool) -> Item {
    let facts = match &item.facts {
        Facts::Contact(contact) => Facts::Contact(Contact {
            setting: contact.setting.clone(),
            reason: contact.reason.clone().filter(|_| !coded),
            service: contact.service.clone(),
            place: contact.place.clone(),
            entries: if coded { contact.entries_coded.clone() } else { Vec::new() },
            entries_coded: if coded { contact.entries_coded.clone() } else { Vec::new() },
            future: contact.future,
            open_item: contact.open_item,
            outcome: None,
        }),
        _ => Facts::Plain,
    };
    Item { facts, provenance: role_only(item), ..bare(item) }
}

fn role_only(item: &Item) -> Provenance {
    Provenance { author: None, ..item.provenance.clone() }
}

/// Discharge summaries stay whole; others are listed, not openable.
fn document(item: &Item) -> Item {
    let Facts::Document(document) = &item.facts else { return bare(item) };
    let said = [&document.kind, &document.title];
    if said.into_iter().flatten().any(|words| words.to_lowercase().contains("discharge summary")) {
        return item.clone();
    }
    let facts = Facts::Document(Document {
        kind: document.kind.clone(),
        organisation: document.organisation.clone(),
        ..Document::default()
    });
    let what = match &document.kind {
        Some(_) => item.what.clone(),
        None => words("Document"),
    };
    Item { facts, what, caveats: vec!["Listed only: not opened for your role".into()], ..bare(item) }
}

/// Type, status, dates, author, where the original is; of a resuscitation decision also what it decides.
fn plan(item: &Item) -> Item {
    let Facts::Plan(plan) = &item.facts else { return bare(item) };
    let decides = |label: &str| {
        let own = label.rsplit(WITHIN).next().unwrap_or(label);
        let label = own.to_lowercase();
        label.contains("cpr") || label.contains("resuscitation")
    };
    let is_resuscitation = plan.family == Some(PlanFamily::Resuscitation);
    let says = plan.says.iter().filter(|line| is_resuscitation && decides(&line.label)).cloned().collect();
    let facts = Facts::Plan(Plan { says, ..plan.clone() });
    Item { facts, provenance: item.provenance.clone(), ..bare(item) }
}

fn plan_exists(item: &Item) -> Item {
    let Facts::Plan(plan) = &item.facts else { return Item { what: words("Care plan"), ..bare(item) } };
    let facts = Facts::Plan(Plan { kind: plan.kind.clone(), family: plan.family, ..Plan::default() });
    Item { what: words(&plan.kind), facts, ..bare(item) }
}

/// The team and worker, the legal status, and whether a crisis plan exists.
fn mental_health(item: &Item) -> Option<Item> {
    let current = matches!(item.status.standing, Standing::Current | Standing::Provisional);
    match &item.facts {
        Facts::Care(care) if current => Some(Item { facts: Facts::Care(who(care)), ..bare(item) }),
        Facts::Plan(plan) if plan.family == Some(PlanFamily::Crisis) => Some(plan_exists(item)),
        Facts::Alert { .. } | Facts::Result(_) | Facts::Problem(_) if is_legal_status(item) => {
            Some(bare(item))
        }
        _ => None,
    }
}

fn is_legal_status(item: &Item) -> bool {
    let words = item.words().to_lowercase();
    ["mental health act", "legal status", "community treatment order"].iter().any(|part| words.contains(part))
}

/// Status, package, key worker, next review.
fn social_care(item: &Item) -> Option<Item> {
    let Facts::Care(care) = &item.facts else { return None };
    let as_recorded = item.section == Section::Care && *care == Care::default();
    (!as_recorded).then(|| Item { facts: Facts::Care(care.clone()), ..bare(item) })
}

/// Team and contact, without the package.
fn who(care: &Care) -> Care {
    Care { package: Vec::new(), ..care.clone() }
}

/// That a service knows the person: which, whom to call, and of contacts when last by month.
fn existence(item: &Item) -> Item {
    let telephone = match &item.facts {
        Facts::Care(care) => care.telephone.clone(),
        _ => None,
    };
    let care = Care { service: Some(service(item)), telephone, ..Care::default() };
    let month = item
        .when
        .shown()
        .filter(|_| item.category == Category::Encounters)
        .and_then(FhirDate::first_day)
        .map(|day| FhirDate::parse(&format!("{:04}-{:02}", day.year(), day.month())));
    Item {
        what: words(&format!("Known to {}", service(item))),
        facts: Facts::Care(care),
        when: When { from: month, ..When::default() },
        labels: item.labels.clone(),
        ..bare(item)
    }
}

/// The service's name, as far as the item knows it.
fn service(item: &Item) -> String {
    let named = match &item.facts {
        Facts::Contact(contact) => contact.service.clone().or_else(|| Some(contact.setting.clone())),
        Facts::Care(care) => care.provider.clone().or_else(|| care.service.clone()),
        Facts::Document(document) => document.organisation.clone(),
        _ => None,
    };
    let named = named.filter(|name| !name.is_empty());
    named.or_else(|| item.provenance.organisation.clone()).unwrap_or_else(|| "this organisation".into())
}

fn words(text: &str) -> Concept {
    Concept { text: Some(text.to_owned()), codings: Vec::new() }
}
