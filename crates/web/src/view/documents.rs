//! Takes a document's listing, gives what is known of it; a document that cannot be had says why.
//! Source: viewer.md section 7, Documents; HAZ-017.

use super::row::Fact;
use record::Item;
use record::item::Facts;

pub(crate) fn facts(item: &Item) -> Vec<Fact<'_>> {
    let Facts::Document(document) = &item.facts else { return super::frailty::facts(item) };
    let title = document.title.as_deref().filter(|title| *title != item.words());
    [
        Fact::maybe("Title", title),
        Fact::maybe("Type", document.kind.as_deref().filter(|kind| *kind != item.words())),
        Fact::maybe("Author", document.author.as_deref()),
        Fact::maybe("Organisation", document.organisation.as_deref()),
        Fact::maybe("File", document.content_type.as_deref()),
        Fact::maybe("Size in bytes", document.size_bytes.as_deref()),
        Fact::maybe("Exists, not retrieved", document.placeholder.as_deref()),
    ]
    .into_iter()
    .flatten()
    .collect()
}
