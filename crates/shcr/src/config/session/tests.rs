//! Bounds that no deployment may choose away, and half of it all for direct access.

use super::*;

fn session(text: &str) -> Session {
    toml::from_str(text).unwrap()
}

#[test]
fn direct_access_has_half_the_time() {
    let session = session("idle = '10m'\nabsolute = '60m'");
    let minutes = |life: Life| (life.idle_ms / 60_000, life.absolute_ms / 60_000);
    assert_eq!(minutes(session.life(Route::Direct)), (5, 30));
    for route in Route::ALL.into_iter().filter(|route| *route != Route::Direct) {
        assert_eq!(minutes(session.life(route)), (10, 60));
    }
    assert_eq!(session.wrong(), None);
}

#[test]
fn times_outside_the_bounds_are_refused_with_their_key() {
    for (text, key) in [
        ("idle = '119s'\nabsolute = '60m'", "idle"),
        ("idle = '31m'\nabsolute = '60m'", "idle"),
        ("idle = '10m'\nabsolute = '241m'", "absolute"),
        ("idle = '20m'\nabsolute = '10m'", "absolute"),
        ("idle = '10m'\nabsolute = '60m'\ndirect_idle = '1m'", "direct_idle"),
        ("idle = '10m'\nabsolute = '60m'\ndirect_absolute = '5h'", "direct_absolute"),
    ] {
        assert_eq!(session(text).wrong().map(|(key, _)| key), Some(key), "HAZ-003: {text}");
    }
    assert_eq!(session("idle = '2m'\nabsolute = '4h'").wrong(), None);
    assert_eq!(session("idle = '30m'\nabsolute = '30m'").wrong(), None);
}
