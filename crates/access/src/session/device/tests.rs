//! The same browser is known again; another kind is not.

use super::Device;

const KEY: [u8; 32] = [7; 32];
const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
const EDGE: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";
const BRANDS: &str = r#""Chromium";v="140", "Not=A?Brand";v="24", "Google Chrome";v="140""#;

fn device(agent: &str, brands: Option<&str>) -> Device {
    let platform = brands.map(|_| "\"Windows\"".to_owned());
    Device { user_agent: Some(agent.to_owned()), brands: brands.map(str::to_owned), platform }
}

#[test]
fn t45_another_kind_of_browser_is_seen() {
    let start = device(CHROME, Some(BRANDS)).fingerprint(&KEY);
    let other_brands = BRANDS.replace("Google Chrome", "Brave");
    for other in [
        device(EDGE, Some(BRANDS)),
        device(FIREFOX, None),
        device("curl/8.5.0", None),
        device(&CHROME.replace("Windows NT 10.0", "Macintosh"), None),
        device(CHROME, Some(&other_brands)),
        Device::default(),
    ] {
        assert!(!start.may_be(&other.fingerprint(&KEY)), "HAZ-047: {other:?}");
    }
    assert!(
        !device("curl/8.5.0", None).fingerprint(&KEY).may_be(&device("Wget/1.21", None).fingerprint(&KEY))
    );
}

#[test]
fn t45_a_browser_that_renews_itself_or_says_less_is_known_again() {
    let start = device(CHROME, Some(BRANDS)).fingerprint(&KEY);
    let shuffled = r#""Google Chrome";v="141", "Not?A_Brand";v="8", "Chromium";v="141""#;
    for same in [
        device(CHROME, Some(BRANDS)),
        device(CHROME, Some(shuffled)),
        device(&CHROME.replace("140", "141"), Some(BRANDS)),
        device(CHROME, None),
    ] {
        assert!(start.may_be(&same.fingerprint(&KEY)), "HAZ-057: {same:?}");
    }
}

#[test]
fn what_is_kept_needs_the_key() {
    let device = device(CHROME, Some(BRANDS));
    assert_ne!(device.fingerprint(&KEY), device.fingerprint(&[8; 32]));
}
