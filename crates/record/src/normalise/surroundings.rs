//! Takes the shelf of a reply, gives what one entry cannot know alone: which results belong to a report, which issues to
//! a medicine, which list holds what. Source: sources.md 1.6 (results point to their group, orders to their plan).

use super::gp_connect::Lists;
use super::gp_connect::is_set_apart;
use super::message::Messages;
use super::resource::{Resource, text};
use super::shelf::Shelf;
use crate::category::{medications, results};
use fhir::Object;
use fhir::reply::Format;
use std::collections::{HashMap, HashSet};

/// What surrounds the entries of one reply.
#[derive(Default)]
pub(crate) struct Surroundings<'a> {
    /// Orders by plan, dispenses by request: every issue under what it issues.
    issues: HashMap<usize, Vec<Resource<'a>>>,
    /// Observations that say "derived from" another, under that other.
    children: HashMap<usize, Vec<Resource<'a>>>,
    /// Entries that are read with another entry.
    context: HashSet<usize>,
    /// Their names and bytes: the same entry sent again is no other.
    copies: HashSet<(String, &'a str)>,
    pub(crate) lists: Lists<'a>,
    pub(crate) messages: Messages<'a>,
    /// What the documents of the reply say they replace: name or identifier, and which document says so.
    replaced: HashMap<String, Vec<usize>>,
    /// By the id of a written document's Bundle, the entry that says where its files lie.
    opened: HashMap<String, Resource<'a>>,
}

impl<'a> Surroundings<'a> {
    pub(crate) fn of(shelf: &'a Shelf<'a>, entries: &[Resource<'a>]) -> Self {
        let (lists, messages) = (Lists::read(shelf, entries), Messages::read(entries));
        let mut around = Self { lists, messages, replaced: replaced(entries), ..Self::default() };
        for entry in entries {
            around.note_issue(entry);
            around.note_child(entry);
        }
        for entry in entries {
            around.note_context(entry);
            around.note_opened(entry);
        }
        let context = entries.iter().filter(|entry| around.context.contains(&address(entry)));
        around.copies = context.filter_map(copy).collect();
        around
    }

    pub(crate) fn is_context(&self, resource: &Resource<'a>) -> bool {
        let of_a_document = resource.document.is_whole && resource.resource_type != "Composition";
        let again = || copy(resource).is_some_and(|copy| self.copies.contains(&copy));
        of_a_document
            || self.messages.is_told(resource)
            || self.context.contains(&address(resource))
            || (!self.copies.is_empty() && again())
    }

    /// Whether a later document of the same reply replaces it.
    pub(crate) fn is_replaced(&self, document: &Resource<'_>) -> bool {
        let by_another = |name: &String| {
            let by = self.replaced.get(name).map(Vec::as_slice).unwrap_or_default();
            by.iter().any(|replacing| *replacing != address(document))
        };
        !self.replaced.is_empty() && !replaces_its_own(document) && names(document).iter().any(by_another)
    }

    pub(crate) fn issues_of(&self, resource: &Resource<'a>) -> &[Resource<'a>] {
        self.issues.get(&address(resource)).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn linked_to(&self, resource: &Resource<'_>) -> Option<String> {
        self.lists.linked_to(&resource.name()?)
    }

    /// All Observations of a report, headers before their members, each once.
    pub(crate) fn results_of(&self, report: &Resource<'a>) -> Vec<Resource<'a>> {
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        let mut waiting: Vec<Resource<'a>> = report.linked("result");
        waiting.reverse();
        while let Some(next) = waiting.pop() {
            if next.resource_type != "Observation" || !seen.insert(address(&next)) {
                continue;
            }
            let mut members = related(&next, "has-member");
            members.extend(next.linked("hasMember"));
            members.extend(self.children.get(&address(&next)).into_iter().flatten().cloned());
            waiting.extend(members.into_iter().rev());
            found.push(next);
        }
        found
    }

    /// The names of a report's test groups, each once, in their order; nothing for a report without groups.
    pub(crate) fn panels_of(&self, report: &Resource<'a>) -> Vec<String> {
        let is_group = |member: &&Resource<'a>| {
            let leads =
                !related(member, "has-member").is_empty() || self.children.contains_key(&address(member));
            leads && !is_set_apart(member)
        };
        let mut names: Vec<String> = Vec::new();
        for name in report.linked("result").iter().filter(is_group).filter_map(|group| group.words("code")) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The entry that says where the files of a document lie, where that document came along to be read.
    pub(crate) fn opened_by(&self, composition: &Resource<'_>) -> Option<&Resource<'a>> {
        self.opened.get(composition.document.bundle.id.as_deref()?)
    }

    /// A document that came as a Bundle is one entry of the page, however its files are named beside it.
    fn note_opened(&mut self, entry: &Resource<'a>) {
        if entry.resource_type != "DocumentReference" || entry.document.is_whole {
            return;
        }
        let related =
            entry.object.object("context").map(|context| context.objects("related")).unwrap_or_default();
        let names = related.iter().filter_map(|related| text(related, "reference"));
        let ids = names.filter_map(|name| name.strip_prefix("Bundle/").map(str::to_owned));
        for id in ids.filter(|id| entry.shelf.documents().iter().any(|document| document.is_read_as(id))) {
            self.context.insert(address(entry));
            self.opened.entry(id).or_insert_with(|| entry.clone());
        }
    }

    fn note_issue(&mut self, entry: &Resource<'a>) {
        let target = match entry.resource_type.as_str() {
            "MedicationRequest" => entry.linked_as("basedOn", "MedicationRequest").into_iter().next(),
            "MedicationDispense" => entry.linked("authorizingPrescription").into_iter().next(),
            "MedicationAdministration" => {
                entry.linked("request").into_iter().chain(entry.linked("prescription")).next()
            }
            _ => None,
        };
        if let Some(target) = target.filter(|target| address(target) != address(entry)) {
            self.issues.entry(address(&target)).or_default().push(entry.clone());
        }
    }

    /// In STU3 a result points to its header by derived-from; in R4 the word means "computed from".
    fn note_child(&mut self, entry: &Resource<'a>) {
        if entry.resource_type != "Observation" || entry.document.format == Format::R4 {
            return;
        }
        for parent in related(entry, "derived-from") {
            self.children.entry(address(&parent)).or_default().push(entry.clone());
        }
    }

    fn note_context(&mut self, entry: &Resource<'a>) {
        match entry.resource_type.as_str() {
            "DiagnosticReport" => {
                let members = self.results_of(entry);
                self.context.extend(members.iter().map(address));
                self.note_requests(entry);
            }
            "Observation" => self.note_requests(entry),
            "Encounter" => self.note_comments(entry),
            // Only what hangs on a medicine of the list, so that a plan without its statement is still shown.
            "MedicationStatement" => {
                for plan in entry.linked("basedOn") {
                    self.context.extend(self.issues_of(&plan).iter().map(address).collect::<Vec<_>>());
                    self.context.insert(address(&plan));
                    for earlier in medications::earlier(&plan) {
                        self.context.extend(self.issues_of(&earlier).iter().map(address).collect::<Vec<_>>());
                        self.context.insert(address(&earlier));
                    }
                }
            }
            "MedicationRequest" => {
                let issues: Vec<usize> = self.issues_of(entry).iter().map(address).collect();
                self.context.extend(issues);
            }
            "CarePlan" => self.context.extend(entry.linked("goal").iter().map(address)),
            _ => {}
        }
    }

    /// A practice's system makes a request up from the report it answers: it is no plan. What stands in the diary is.
    fn note_requests(&mut self, result: &Resource<'a>) {
        if !result.is_gp_connect() {
            return;
        }
        let requests = result.linked_as("basedOn", "ProcedureRequest");
        let answered = |request: &&Resource<'a>| {
            request.resource_type == "ProcedureRequest" && !self.lists.is_diary(request)
        };
        let answered: Vec<usize> = requests.iter().filter(answered).map(address).collect();
        self.context.extend(answered);
    }

    /// A comment is read in its consultation and nowhere else; one that may not stand there is an entry of its own.
    fn note_comments(&mut self, encounter: &Resource<'a>) {
        if is_set_apart(encounter) {
            return;
        }
        let members = self.lists.consultation_members(encounter);
        let comments = members.iter().filter(|member| results::is_comment(member) && !is_set_apart(member));
        self.context.extend(comments.map(address));
    }
}

fn copy<'a>(entry: &Resource<'a>) -> Option<(String, &'a str)> {
    Some((entry.key()?, entry.json.as_sent()))
}

/// What the documents of a reply say they replace. One that was made in error replaces nothing (HAZ-026).
fn replaced(entries: &[Resource<'_>]) -> HashMap<String, Vec<usize>> {
    let is_document =
        |entry: &&Resource<'_>| matches!(entry.resource_type.as_str(), "Composition" | "DocumentReference");
    let mut replaced: HashMap<String, Vec<usize>> = HashMap::new();
    for document in entries.iter().filter(is_document).filter(|document| !is_in_error(document)) {
        for name in replaces(document) {
            replaced.entry(name).or_default().push(address(document));
        }
    }
    replaced
}

fn is_in_error(document: &Resource<'_>) -> bool {
    ["status", "docStatus"].iter().any(|key| document.text(key).as_deref() == Some("entered-in-error"))
}

/// The names and identifiers of what one document replaces.
fn replaces(document: &Resource<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for relation in document.object.objects("relatesTo") {
        if relation.text("code").as_deref() != Some("replaces") {
            continue;
        }
        let target = ["target", "targetReference"].iter().find_map(|key| relation.object(key));
        names.extend(target.as_ref().and_then(|target| document.name_behind(target)));
        let inside = target.and_then(|target| target.object("identifier"));
        let identifier = relation.object("targetIdentifier").or(inside);
        names.extend(identifier.and_then(|identifier| identity(&identifier)));
    }
    names
}

/// The new version of a document that keeps its identity through all versions.
fn replaces_its_own(document: &Resource<'_>) -> bool {
    let own = names(document);
    replaces(document).iter().any(|name| own.contains(name))
}

/// An equal number of another system is another's; a number without a system is whosever it is.
fn identity(identifier: &Object<'_>) -> Option<String> {
    Some(format!("{}|{}", text(identifier, "system").unwrap_or_default().trim(), text(identifier, "value")?))
}

/// What a document may be called by another: name, identifiers, with their system and without.
fn names(document: &Resource<'_>) -> Vec<String> {
    let mut identifiers = document.object.objects("identifier");
    identifiers.extend(document.object.objects("masterIdentifier"));
    let values = identifiers.iter().filter_map(|identifier| text(identifier, "value"));
    let alone: Vec<String> = values.map(|value| format!("|{value}")).collect();
    identifiers.iter().filter_map(identity).chain(alone).chain(document.name()).collect()
}

/// Where an entry lies in memory: two entries with one id are still two.
pub(crate) fn address(resource: &Resource<'_>) -> usize {
    resource.json.as_sent().as_ptr() as usize
}

/// The targets of STU3 `Observation.related` of one kind; of either kind where no kind is given.
fn related<'a>(resource: &Resource<'a>, kind: &str) -> Vec<Resource<'a>> {
    let relations = resource.object.objects("related");
    let fits = relations.iter().filter(|relation| relation.text("type").is_none_or(|own| own == kind));
    fits.flat_map(|relation| relation.objects("target"))
        .filter_map(|target| resource.follow(&target))
        .collect()
}
