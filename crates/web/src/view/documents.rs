//! Takes a document's listing, gives what is known of it and the way to open it; a document that cannot be had says why.
//! Source: viewer.md section 7, Documents; HAZ-017.

/// The chapter, with the ways to choose among them.
pub(super) mod chapter;

use super::row::{Fact, Link, is_not_for_the_person, short};
use crate::page::{DocumentWords, ListedDocument, Page};
use crate::words;
use record::Item;
use record::item::{Document, Facts};

pub(crate) fn facts(item: &Item) -> Vec<Fact<'_>> {
    let Facts::Document(document) = &item.facts else { return super::frailty::facts(item) };
    let title = document.title.as_deref().filter(|title| *title != item.words());
    [
        Fact::maybe("Title", title),
        Fact::maybe("Type", document.kind.as_deref().filter(|kind| *kind != item.words())),
        Fact::maybe("Author", document.author.as_deref()),
    ]
    .into_iter()
    .flatten()
    .chain(in_the_chapter(item))
    .collect()
}

/// What has no column of its own there.
fn in_the_chapter(item: &Item) -> Vec<Fact<'_>> {
    let Facts::Document(document) = &item.facts else { return super::frailty::facts(item) };
    [
        Fact::maybe("Organisation", document.organisation.as_deref()),
        Fact::maybe("File", document.content_type.as_deref()),
        Fact::maybe("Size in bytes", document.size_bytes.as_deref()),
        not_retrieved(document).map(|why| Fact::new(words::NOT_RETRIEVED, why)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn not_retrieved(document: &Document) -> Option<&str> {
    let is_contact = document.retrieval.as_ref().is_some_and(|retrieval| retrieval.is_contact());
    let placeholder = document.placeholder.as_deref().filter(|why| !why.trim().is_empty());
    placeholder.or(is_contact.then_some(words::CONTACT_ONLY))
}

/// One way per entry that can be opened: release has taken the way from those the role may not open. A document whose way
/// does not fit an address exists and says so (HAZ-017).
pub(crate) fn links<'a>(page: &'a Page, items: &[&'a Item]) -> Vec<Link<'a>> {
    let several = items.iter().filter(|item| listed(item).is_some()).count() > 1;
    let link = |item: &&'a Item| {
        let document = listed(item)?;
        let handle = page.documents.handle(&document);
        let opened = page.opened_before.get(&page.documents.name(&document));
        Some(Link {
            opened: opened.map(|at| words::opened_by_you(*at)),
            href: handle.map(|handle| format!("{}d/{handle}", page.path)),
            what: title(item),
            source: short(page, &item.source),
            several,
            number: None,
        })
    };
    items.iter().filter_map(link).collect()
}

/// Those of [`links`] that open, in their order.
fn copies<'a>(links: &'a [Link<'a>], items: &'a [&'a Item]) -> impl Iterator<Item = ListedDocument> {
    let all = items.iter().filter_map(|item| listed(item));
    links.iter().zip(all).filter(|(link, _)| link.href.is_some()).map(|(_, document)| document)
}

/// What tells this document from others of its kind.
fn title(item: &Item) -> &str {
    match &item.facts {
        Facts::Document(document) => document.title.as_deref().unwrap_or_else(|| item.words()),
        _ => item.words(),
    }
}

/// What is known of a document that can be opened.
fn listed(item: &Item) -> Option<ListedDocument> {
    let Facts::Document(document) = &item.facts else { return None };
    let retrieval = document.retrieval.as_ref().filter(|retrieval| !retrieval.is_contact())?;
    let said = |text: &Option<String>| text.clone().unwrap_or_default();
    let date = item.when.shown();
    Some(ListedDocument {
        source: item.source.clone(),
        category: item.category,
        retrieval: retrieval.clone(),
        words: DocumentWords {
            title: title(item).to_owned(),
            kind: document.kind.clone().unwrap_or_else(|| item.words().to_owned()),
            date: date.map_or_else(|| words::DATE_NOT_RECORDED.to_owned(), fhir::FhirDate::display_day),
            author: said(&document.author),
            organisation: said(&document.organisation),
            size_bytes: said(&document.size_bytes),
            not_for_the_person: is_not_for_the_person(item),
        },
    })
}
