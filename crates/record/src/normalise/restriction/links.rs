//! Takes the entries of a reply, gives who refers to whom and in what sense. Source: FHIR R4 and STU3 references; GP Connect 1.6.2
//! consultation structure and problem links; access.md section 9, point 3.

use super::is_about_nobody;
use crate::normalise::resource::{Resource, extension_name};
use fhir::{Json, Object};
use std::collections::HashMap;

/// In what sense one entry refers to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// It happened in that encounter.
    Within,
    /// It was done or given for that.
    Reason,
    /// A problem, and what is filed under it.
    Content,
    /// Two sides of one thing: report and result, medicine and issue, encounter and appointment.
    Part,
    /// A request, and what was done on it: a request may stand behind many things.
    Request,
    /// An encounter, and the longer stay or episode it belongs to.
    Course,
    /// What it is made of: a medicine's product, a result's specimen.
    Made,
    /// A plan or team that names many things.
    Names,
}

/// Plans name many things: one of them does not restrict the others.
const PLANS: [&str; 6] = ["CarePlan", "Goal", "CareTeam", "Consent", "Task", "RequestGroup"];
const REASONS: [&str; 9] = [
    "reasonReference",
    "reason",
    "indication",
    "addresses",
    "diagnosis",
    "problem",
    "condition",
    "reasonsStarted",
    "evidence",
];
/// Lists inside Lists, at most.
const DEPTH_MAX: u8 = 6;

/// Entries by place, and the links between them.
pub(super) struct Graph {
    out: Vec<Vec<(Link, usize)>>,
    into: Vec<Vec<(Link, usize)>>,
    /// Copies of one resource, and the entries of one document or message.
    same: Vec<Vec<usize>>,
}

impl Graph {
    pub(super) fn of(entries: &[Resource<'_>]) -> Self {
        let names = Names::of(entries);
        let none = || vec![Vec::new(); entries.len()];
        let mut graph = Self { out: none(), into: none(), same: names.same(entries) };
        for (place, entry) in entries.iter().enumerate() {
            references(entry, &mut |member, reference| {
                for target in names.behind(entry, reference) {
                    let kind = entries.get(*target).map_or("", |target| target.resource_type.as_str());
                    graph.link(place, *target, sense(entry, member, kind));
                }
            });
            graph.listed(entry, &names);
        }
        graph
    }

    pub(super) fn same(&self, place: usize) -> impl Iterator<Item = usize> {
        self.same.get(place).into_iter().flatten().copied()
    }

    pub(super) fn out(&self, place: usize) -> impl Iterator<Item = (Link, usize)> {
        self.out.get(place).into_iter().flatten().copied()
    }

    pub(super) fn into(&self, place: usize) -> impl Iterator<Item = (Link, usize)> {
        self.into.get(place).into_iter().flatten().copied()
    }

    fn link(&mut self, from: usize, to: usize, link: Option<Link>) {
        let Some(link) = link.filter(|_| from != to) else { return };
        if let (Some(out), Some(into)) = (self.out.get_mut(from), self.into.get_mut(to)) {
            out.push((link, to));
            into.push((link, from));
        }
    }

    /// What stands in a List of a consultation belongs to its encounter; in one of a topic, to its problem too.
    fn listed(&mut self, list: &Resource<'_>, names: &Names) {
        if list.resource_type != "List" {
            return;
        }
        let encounters: Vec<usize> =
            list.encounter().iter().flat_map(|name| names.of_name(name)).copied().collect();
        let mut problems = Vec::new();
        references(list, &mut |member, reference| {
            if is_problem_link(member) {
                problems.extend(names.behind(list, reference).iter().copied());
            }
        });
        if encounters.is_empty() && problems.is_empty() {
            return;
        }
        for (problem, encounter) in problems.iter().flat_map(|p| encounters.iter().map(move |e| (*p, *e))) {
            self.link(problem, encounter, Some(Link::Content));
        }
        for member in members(list, DEPTH_MAX, names) {
            encounters.iter().for_each(|encounter| self.link(member, *encounter, Some(Link::Within)));
            problems.iter().for_each(|problem| self.link(*problem, member, Some(Link::Content)));
        }
    }
}

fn members(list: &Resource<'_>, depth: u8, names: &Names) -> Vec<usize> {
    let mut found = Vec::new();
    let items = list.object.objects("entry").into_iter().filter_map(|entry| entry.object("item"));
    for item in items.filter(|_| depth > 0) {
        match list.follow(&item) {
            Some(inner) if inner.resource_type == "List" => found.extend(members(&inner, depth - 1, names)),
            _ => found.extend(names.behind(list, &item)),
        }
    }
    found
}

/// `None` where the reference tells nothing: to the person, to who did it, from what is about nobody.
fn sense(entry: &Resource<'_>, member: &str, target: &str) -> Option<Link> {
    if is_about_nobody(&entry.resource_type) || is_about_nobody(target) {
        return None;
    }
    Some(match target {
        _ if member.contains("relatedclinicalcontent") => Link::Content,
        "Encounter" if entry.resource_type == "Encounter" => Link::Course,
        "EpisodeOfCare" => Link::Course,
        "Encounter" => Link::Within,
        // Before the reasons: a plan is for many things, and one that is withheld may cost a life. What it says of a
        // restricted entry is cut out of it instead.
        _ if PLANS.contains(&entry.resource_type.as_str()) => Link::Names,
        _ if REASONS.contains(&member) || is_problem_link(member) => Link::Reason,
        "Medication" | "Specimen" | "Substance" | "RelatedPerson" => Link::Made,
        "Condition" => Link::Reason,
        "CarePlan" | "Goal" | "CareTeam" => Link::Course,
        "ServiceRequest" | "ReferralRequest" | "ProcedureRequest" => Link::Request,
        _ => Link::Part,
    })
}

fn is_problem_link(member: &str) -> bool {
    member.contains("relatedproblem")
}

/// Every reference in an entry, with the member of the entry it stands in; of an extension, its name.
pub(super) fn references(entry: &Resource<'_>, found: &mut dyn FnMut(&str, &Object<'_>)) {
    for (member, value) in entry.object.members() {
        let items = if value.as_sent().starts_with('[') { value.items() } else { vec![value] };
        for item in items {
            let Some(object) = item.object() else { continue };
            let name = (member == "extension").then(|| extension_name(&object));
            below(name.as_deref().unwrap_or(member), &object, found);
        }
    }
}

fn below(member: &str, object: &Object<'_>, found: &mut dyn FnMut(&str, &Object<'_>)) {
    if is_reference(object) {
        found(member, object);
    }
    for (_, value) in object.members() {
        let text = value.as_sent();
        if text.starts_with(['[', '{']) {
            value.items().into_iter().filter_map(Json::object).for_each(|inner| below(member, &inner, found));
        }
    }
}

/// By address, or by the identifier of what it means.
pub(super) fn is_reference(object: &Object<'_>) -> bool {
    let by_identifier =
        || object.get("identifier").is_some_and(|identifier| identifier.as_sent().starts_with('{'));
    object.text("reference").is_some() || (object.get("resourceType").is_none() && by_identifier())
}

/// By which names entries refer to each other.
pub(super) struct Names {
    by_name: HashMap<String, Vec<usize>>,
    /// System and value.
    by_identifier: HashMap<(String, String), Vec<usize>>,
}

impl Names {
    pub(super) fn of(entries: &[Resource<'_>]) -> Self {
        let mut names = Self { by_name: HashMap::new(), by_identifier: HashMap::new() };
        for (place, entry) in entries.iter().enumerate() {
            let is_told = !is_about_nobody(&entry.resource_type);
            if let Some(name) = entry.name() {
                names.by_name.entry(name).or_default().push(place);
            }
            // A document is known by its Bundle too.
            let bundle = &entry.document.bundle;
            if let Some(id) = bundle.id.as_deref().filter(|_| is_told && bundle.kind == "document") {
                names.by_name.entry(format!("Bundle/{id}")).or_default().push(place);
            }
            let mut own = entry.object.objects("identifier");
            own.extend(entry.object.objects("masterIdentifier"));
            for identity in own.iter().filter_map(identity).filter(|_| is_told) {
                names.by_identifier.entry(identity).or_default().push(place);
            }
        }
        names
    }

    fn of_name(&self, name: &str) -> &[usize] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// The entries a reference means.
    pub(super) fn behind(&self, entry: &Resource<'_>, reference: &Object<'_>) -> &[usize] {
        let named = entry.name_behind(reference).map_or(&[][..], |name| self.of_name(&name));
        if !named.is_empty() {
            return named;
        }
        let identity = reference.object("identifier").as_ref().and_then(identity);
        identity.and_then(|identity| self.by_identifier.get(&identity)).map_or(&[], Vec::as_slice)
    }

    fn same(&self, entries: &[Resource<'_>]) -> Vec<Vec<usize>> {
        let is_told =
            |place: &usize| entries.get(*place).is_some_and(|entry| !is_about_nobody(&entry.resource_type));
        let mut together: HashMap<*const str, Vec<usize>> = HashMap::new();
        for (place, entry) in entries.iter().enumerate() {
            if matches!(entry.document.bundle.kind.as_str(), "document" | "message") {
                together.entry(std::ptr::from_ref(entry.document.json.as_sent())).or_default().push(place);
            }
        }
        let mut same = vec![Vec::new(); entries.len()];
        for group in self.by_name.values().chain(together.values()) {
            let group: Vec<usize> = group.iter().copied().filter(is_told).collect();
            for place in &group {
                if let Some(others) = same.get_mut(*place) {
                    others.extend(group.iter().copied().filter(|other| other != place));
                }
            }
        }
        same
    }
}

fn identity(identifier: &Object<'_>) -> Option<(String, String)> {
    let trimmed =
        |key: &str| identifier.text(key).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    Some((trimmed("system")?, trimmed("value")?))
}
