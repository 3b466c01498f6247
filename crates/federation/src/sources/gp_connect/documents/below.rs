//! Takes an address a practice wrote, gives its path below the practice's own service root; refuses whatever lies elsewhere,
//! so that nothing of ours is sent where the directory did not point (HAZ-041).
//! Source: GP Connect Access Document 1.6.2 (attachment addresses); FHIR STU3 2.21.1.0.1 (paging links).

use crate::wire::path::climbs;
use reqwest::Url;

const CHARS_MAX: usize = 2048;

/// The path and query below `root`, without the first `/`. Relative addresses start at the root.
pub(super) fn path(root: &str, address: &str) -> Option<String> {
    if address.chars().count() > CHARS_MAX {
        return None;
    }
    let root = Url::parse(&format!("{}/", root.trim_end_matches('/'))).ok()?;
    let url = root.join(address).ok()?;
    let same_origin = url.scheme() == root.scheme()
        && url.host() == root.host()
        && url.port_or_known_default() == root.port_or_known_default();
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let path = url.path().strip_prefix(root.path()).filter(|path| !path.is_empty())?;
    if !same_origin || !bare || climbs(path) {
        return None;
    }
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    Some(format!("{path}{query}"))
}

#[cfg(test)]
mod tests;
