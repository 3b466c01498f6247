//! Which kind of browser a session was begun in: takes what a browser says of itself, gives keyed hashes of its family, so that
//! a cookie carried to a browser of another kind is seen. Versions are left out: browsers renew themselves within a shift.
//! Source: RFC 9110 section 10.1.5 (User-Agent); User-Agent Client Hints (W3C draft), low-entropy hints.

use super::hash;
use aws_lc_rs::hmac;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Products and systems told apart; the first that fits of each list. Order matters: most browsers name their ancestors too.
const PRODUCTS: [&str; 11] = [
    "Edg",
    "OPR",
    "SamsungBrowser",
    "Firefox",
    "FxiOS",
    "CriOS",
    "HeadlessChrome",
    "Chrome",
    "Safari",
    "Trident",
    "MSIE",
];
const SYSTEMS: [&str; 8] = ["Android", "iPhone", "iPad", "Windows", "CrOS", "Macintosh", "Linux", "X11"];

/// What one request says of its browser. Absent where the browser does not say it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Device {
    pub user_agent: Option<String>,
    /// `Sec-CH-UA`: brands, with one that nobody has among them.
    pub brands: Option<String>,
    /// `Sec-CH-UA-Platform`
    pub platform: Option<String>,
}

/// What the session keeps of it: nothing that names or counts anybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    agent: [u8; 32],
    /// Not every browser sends hints, nor with every request.
    hints: Option<[u8; 32]>,
}

impl Device {
    pub fn fingerprint(&self, key: &[u8; 32]) -> Fingerprint {
        let hints = self.brands.is_some() || self.platform.is_some();
        Fingerprint {
            agent: keyed(key, "agent", &self.agent()),
            hints: hints.then(|| keyed(key, "hints", &self.hints())),
        }
    }

    /// `Firefox on Linux`. A program that names no browser is taken by the whole of its name.
    fn agent(&self) -> String {
        let said = self.user_agent.as_deref().unwrap_or_default();
        let first = |of: &[&'static str]| of.iter().find(|name| said.contains(**name)).copied();
        let product = first(&PRODUCTS).unwrap_or(said);
        format!("{product} on {}", first(&SYSTEMS).unwrap_or_default())
    }

    /// Brand names without versions, sorted, since browsers shuffle them; the one made up to keep readers honest is left out.
    fn hints(&self) -> String {
        let brands = self.brands.as_deref().unwrap_or_default();
        let names: BTreeSet<&str> = brands
            .split(',')
            .filter_map(|brand| brand.trim().split(';').next())
            .map(|name| name.trim_matches('"'))
            .filter(|name| !name.contains("Not"))
            .collect();
        let names: Vec<&str> = names.into_iter().collect();
        format!("{} on {}", names.join(", "), self.platform.as_deref().unwrap_or_default())
    }
}

impl Fingerprint {
    /// Whether both can come from one browser. What only one of them says tells nothing.
    pub fn may_be(&self, other: &Fingerprint) -> bool {
        let differ = self.hints.zip(other.hints).is_some_and(|(one, two)| one != two);
        self.agent == other.agent && !differ
    }
}

fn keyed(key: &[u8; 32], what: &str, text: &str) -> [u8; 32] {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let tag = hmac::sign(&key, format!("{what}\0{text}").as_bytes());
    tag.as_ref().try_into().unwrap_or_else(|_| hash(tag.as_ref()))
}

#[cfg(test)]
mod tests;
