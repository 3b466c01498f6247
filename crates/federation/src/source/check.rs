//! Takes the sources as configured, gives what no question could use, without touching a file or the network: options a
//! kind does not take, credentials that contradict each other.

use super::{ConfigFault, Keeper, PersonSearch, Place, Route, SourceConfig, duration};
use crate::{guard::hours::Window, limits::Limits};
use fhir::SourceId;
use reqwest::header::HeaderName;
use std::collections::HashSet;

/// Headers that are ours, or the connection's.
const NOT_FOR_KEYS: [&str; 10] = [
    "accept",
    "connection",
    "content-length",
    "content-type",
    "host",
    "nhsd-end-user-organisation",
    "nhsd-end-user-organisation-ods",
    "nhsd-requesting-practitioner",
    "prefer",
    "transfer-encoding",
];

/// The first fault, if there is one.
pub(crate) fn check(sources: &[SourceConfig]) -> Result<(), ConfigFault> {
    faults(sources).into_iter().next().map_or(Ok(()), Err)
}

/// Every fault, in the order of the configuration.
pub(crate) fn faults(sources: &[SourceConfig]) -> Vec<ConfigFault> {
    let mut seen = HashSet::new();
    let mut faults = Vec::new();
    for source in sources {
        if !seen.insert(&source.id) {
            faults.push(ConfigFault::DuplicateId { id: source.id.clone() });
        }
        faults.extend(durations(source));
        if source.ceiling == Some(0) {
            faults.push(ConfigFault::Zero { at: Place::of(&source.id, "ceiling") });
        }
        if let Some(all) = source.supplier_ceiling {
            faults.extend(of_all(source, all));
        }
        if source.per_second == Some(0) {
            faults.push(ConfigFault::Zero { at: Place::of(&source.id, "per_second") });
        }
        faults.extend(windows(source));
        // A partner that is not asked yet may have its settings ready.
        if !source.kind.is_none() {
            faults.extend(not_for_kind(source));
            faults.extend(proof(&source.id, &Proof::of(source)));
            faults.extend(source.retrieve_from.iter().flat_map(|keeper| keeper_faults(&source.id, keeper)));
        }
    }
    faults
}

/// Where all practices of a supplier together may have fewer questions than one of them, its own ceiling is never reached.
fn of_all(source: &SourceConfig, all: usize) -> Option<ConfigFault> {
    let at = Place::of(&source.id, "supplier_ceiling");
    let one = source.ceiling.unwrap_or(Limits::default().ceiling);
    match all {
        0 => Some(ConfigFault::Zero { at }),
        all if all < one => Some(ConfigFault::TooLow { at, least: one }),
        _ => None,
    }
}

fn durations(source: &SourceConfig) -> impl Iterator<Item = ConfigFault> {
    let feed = source.feed.iter();
    let named = feed.flat_map(|feed| [("feed.every", &feed.every), ("feed.stale_after", &feed.stale_after)]);
    let wrong = named.filter(|(_, text)| duration(text).is_none());
    wrong.map(|(key, text)| ConfigFault::Duration { at: Place::of(&source.id, key), text: text.clone() })
}

fn windows(source: &SourceConfig) -> impl Iterator<Item = ConfigFault> {
    let named = [("agreed_hours", &source.agreed_hours), ("quiet_windows", &source.quiet_windows)];
    let all = named.into_iter().flat_map(|(key, texts)| texts.iter().map(move |text| (key, text)));
    let wrong = all.filter(|(_, text)| Window::of(text).is_none());
    wrong.map(|(key, text)| ConfigFault::Window { at: Place::of(&source.id, key), text: text.clone() })
}

/// An option that would be ignored is refused: whoever wrote it believes that it works.
fn not_for_kind(source: &SourceConfig) -> impl Iterator<Item = ConfigFault> {
    let takes = source.kind.line().map(|kind| kind.takes).unwrap_or_default();
    let given = [
        ("base_url", source.base_url.is_some()),
        ("api_key_file", source.api_key_file.is_some()),
        ("api_key_header", source.api_key_header.is_some()),
        ("oauth2", source.oauth2.is_some()),
        ("tls", source.tls.is_some()),
        ("addresses", !source.addresses.is_empty()),
        ("feed", source.feed.is_some()),
        ("person_search", source.person_search != PersonSearch::Post),
        ("says_who", source.says_who),
        ("consent", source.consent.is_asked()),
        ("access_log", source.access_log.is_some()),
        ("keys_on_superseded", source.keys_on_superseded),
        ("retrieve_from", !source.retrieve_from.is_empty()),
        ("supplier_ceiling", source.supplier_ceiling.is_some()),
        ("route", source.route != Route::SpineSecureProxy),
    ];
    let ignored = given.into_iter().filter(|(key, is_given)| *is_given && !takes.contains(key));
    ignored.map(|(key, _)| ConfigFault::NotForKind { id: source.id.clone(), key, kind: source.kind.name() })
}

/// What proves who we are, whoever it is shown to.
struct Proof<'a> {
    has_key: bool,
    header: Option<&'a str>,
    has_oauth2: bool,
    has_tls: bool,
    url: Option<&'a str>,
}

impl<'a> Proof<'a> {
    fn of(source: &'a SourceConfig) -> Self {
        Self {
            has_key: source.api_key_file.is_some(),
            header: source.api_key_header.as_deref(),
            has_oauth2: source.oauth2.is_some(),
            has_tls: source.tls.is_some(),
            url: source.base_url.as_deref(),
        }
    }
}

fn keeper_faults(id: &SourceId, keeper: &Keeper) -> impl Iterator<Item = ConfigFault> {
    let own = Proof {
        has_key: keeper.api_key_file.is_some(),
        header: keeper.api_key_header.as_deref(),
        has_oauth2: keeper.oauth2.is_some(),
        has_tls: keeper.tls.is_some(),
        url: Some(&keeper.origin),
    };
    let faults = proof(id, &own);
    faults.into_iter().map(|fault| ConfigFault::Keeper { id: id.clone(), fault: Box::new(fault) })
}

fn proof(id: &SourceId, own: &Proof<'_>) -> Vec<ConfigFault> {
    let id = || id.clone();
    let mut faults = Vec::new();
    if own.has_key && own.has_oauth2 {
        faults.push(ConfigFault::TwoCredentials { id: id() });
    }
    if let Some(header) = own.header {
        if !own.has_key {
            faults.push(ConfigFault::HeaderWithoutKey { id: id() });
        }
        let name = HeaderName::from_bytes(header.as_bytes());
        if !name.is_ok_and(|name| !NOT_FOR_KEYS.contains(&name.as_str())) {
            faults.push(ConfigFault::Header { id: id() });
        }
    }
    if own.has_tls && own.url.is_some_and(|url| url.starts_with("http://")) {
        faults.push(ConfigFault::TlsWithoutHttps { id: id() });
    }
    faults
}
