//! Takes a next link, gives the address to follow; refuses whatever is not below the same server's base, so that our
//! credentials and the person's id never leave their host (HAZ-041). Source: FHIR R4 3.1.0.3 (paging).

use crate::wire::path::climbs;
use reqwest::Url;

/// Why a next link is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotFollowed {
    #[error("longer than the limit")]
    TooLong,
    #[error("not an address")]
    NotAnAddress,
    #[error("leads to another origin or outside the base path")]
    Elsewhere,
}

/// Same scheme, host, port and base path, without user or fragment.
pub(super) fn follow(base: &Url, current: &Url, next: &str, chars_max: usize) -> Result<Url, NotFollowed> {
    if next.chars().count() > chars_max {
        return Err(NotFollowed::TooLong);
    }
    let url = current.join(next).map_err(|_| NotFollowed::NotAnAddress)?;
    let same_origin = url.scheme() == base.scheme()
        && url.host() == base.host()
        && url.port_or_known_default() == base.port_or_known_default();
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let path = base.path().trim_end_matches('/');
    let rest = url.path().strip_prefix(path).filter(|rest| !climbs(rest));
    let below = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if same_origin && bare && below { Ok(url) } else { Err(NotFollowed::Elsewhere) }
}
