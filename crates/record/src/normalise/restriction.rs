//! Takes the items of a reply and the encounter each belongs to, files under restricted whatever shares an encounter
//! with a restricted item: its neighbours would tell. Source: access.md 9, episode and service filter; HAZ-023.

use crate::item::{Item, Label};
use fhir::Category;
use std::collections::HashSet;

/// `links` stands beside `items`, one for one.
pub(super) fn spread(items: &mut [Item], links: &[Option<String>]) {
    let restricted: HashSet<String> = items
        .iter()
        .zip(links)
        .filter(|(item, _)| item.category == Category::Restricted)
        .filter_map(|(_, link)| link.clone())
        .collect();
    for (item, link) in items.iter_mut().zip(links) {
        if link.as_ref().is_some_and(|link| restricted.contains(link))
            && item.category != Category::Restricted
        {
            item.category = Category::Restricted;
            item.labels.push(Label::Restricted);
        }
    }
}
