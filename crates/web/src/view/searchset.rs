//! Takes a record that is whole, gives it as a FHIR searchset: every entry of the page that its role sees in full, in R4, and one
//! outcome for each source that says how it answered and what of it stands on the page alone. Nothing is here that is not
//! there. Source: FHIR R4 Bundle and 3.1.1 (search); access.md section 15; decision 0030; HAZ-006 to HAZ-008, HAZ-023, HAZ-047.

use crate::gateway::Wanted;
use crate::outcome::{Issue, Outcome, REFUSAL};
use crate::page::Page;
use crate::words;
use entries::Entries;
use record::Record;
use serde::Serialize;

/// Entries in R4, each under an address that names its source.
mod entries;
/// What is said of the opening and of each source.
mod said;

/// Where this Bundle was had, and where the same stands as a page.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// Origin under which entries have their addresses.
    pub origin: String,
    /// Its own address.
    pub own: String,
    /// `None` where no browser holds this session.
    pub page: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Head<'a> {
    resource_type: &'static str,
    r#type: &'static str,
    timestamp: String,
    total: usize,
    link: Vec<Link<'a>>,
}

#[derive(Serialize)]
struct Link<'a> {
    relation: &'static str,
    url: &'a str,
}

/// An entry of our own.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    #[serde(skip_serializing_if = "Option::is_none")]
    full_url: Option<String>,
    resource: Outcome,
    search: Search,
}

#[derive(Serialize)]
struct Search {
    mode: &'static str,
}

/// The whole Bundle; `at` is when it was put together.
pub fn searchset(
    page: &Page,
    record: &Record,
    wanted: &Wanted,
    place: &Place,
    at: jiff::Timestamp,
) -> String {
    let entries = Entries::of(page, record, wanted, &place.origin);
    let opening = Outcome::of(&page.reference, said::opening(page, record, &entries));
    let mut outcomes = vec![Said::of(place, "opening", opening)];
    for card in page.sources.iter().filter(|card| card.has_source()) {
        let outcome = Outcome::of(card.id.as_str(), said::source(page, record, card, &entries));
        outcomes.push(Said::of(place, card.id.as_str(), outcome));
    }
    let mut link = vec![Link { relation: "self", url: &place.own }];
    link.extend(place.page.iter().map(|url| Link { relation: "alternate", url }));
    let head = Head {
        resource_type: "Bundle",
        r#type: "searchset",
        timestamp: at.to_string(),
        total: entries.matches(),
        link,
    };
    // Entries are text as their sources sent it; only what is ours is made here.
    let head = serde_json::to_string(&head).unwrap_or_default();
    let ours = outcomes.iter().filter_map(|said| serde_json::to_string(said).ok());
    let all: Vec<String> = entries.into_json().into_iter().chain(ours).collect();
    format!("{},\"entry\":[{}]}}", head.strip_suffix('}').unwrap_or_default(), all.join(","))
}

/// The view has ended, the person has objected: one sentence, and nothing else.
pub fn in_place_of_searchset(words: &str) -> String {
    Outcome::of("", vec![Issue::error("suppressed", words)]).to_json()
}

/// Something is asked of the professional first, and a program must not answer it.
pub fn on_the_page_first(reference: &str) -> String {
    let issue = Issue::error("business-rule", words::ON_THE_PAGE_FIRST);
    Outcome::of(reference, vec![issue.coded(REFUSAL, "on-the-page-first")]).to_json()
}

impl Said {
    fn of(place: &Place, source: &str, resource: Outcome) -> Self {
        let base = entries::base(&place.origin, source);
        let full_url = resource.id.as_ref().map(|id| format!("{base}OperationOutcome/{id}"));
        Self { full_url, resource, search: Search { mode: "outcome" } }
    }
}

#[cfg(test)]
mod tests;
