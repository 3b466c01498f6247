//! Takes the shelf of a reply, gives what one entry cannot know alone: which results belong to a report, which issues to
//! a medicine, which list holds what. Source: sources.md 1.6 (results point to their group, orders to their plan).

use super::gp_connect::Lists;
use super::gp_connect::is_set_apart;
use super::resource::Resource;
use super::shelf::Shelf;
use crate::category::results;
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
    pub(crate) lists: Lists<'a>,
}

impl<'a> Surroundings<'a> {
    pub(crate) fn of(shelf: &'a Shelf<'a>, entries: &[Resource<'a>]) -> Self {
        let mut around = Self { lists: Lists::read(shelf, entries), ..Self::default() };
        for entry in entries {
            around.note_issue(entry);
            around.note_child(entry);
        }
        for entry in entries {
            around.note_context(entry);
        }
        around
    }

    pub(crate) fn is_context(&self, resource: &Resource<'a>) -> bool {
        self.context.contains(&address(resource))
    }

    pub(crate) fn issues_of(&self, resource: &Resource<'a>) -> &[Resource<'a>] {
        self.issues.get(&address(resource)).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn linked_to(&self, resource: &Resource<'_>) -> Option<String> {
        self.lists.linked_to(&resource.key()?)
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
