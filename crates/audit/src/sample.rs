//! Synthetic values the tests share. The person's number is in the range that is never issued.

use crate::{
    Decision, Entry, How, Key, Kind, Millis, Name, OpeningId, Place, Relationship, Server, Settings,
    SourceLine, Store, Who, Whom,
    entry::Why,
    manifest::{self, Head, Manifest, Shown},
};
use std::{collections::BTreeMap, path::Path};

pub(crate) const NOW: Millis = Millis(1_795_000_000_123);
pub(crate) const KEY: [u8; 32] = [7; 32];
pub(crate) const NHS_NUMBER: &str = "9990000018";
pub(crate) const FAMILY: &str = "Quillfeather";
pub(crate) const SUBJECT: &str = "staff-canary-417";
pub(crate) const HOST_SESSION: &str = "host-session-canary";

/// Makes a store of today one of the second version.
pub(crate) const BACK_TO_2: &str = "DROP INDEX session_of_host; ALTER TABLE session DROP COLUMN host;
    DROP TABLE cosignature; DROP TABLE checkpoint; DROP TABLE tile; DROP TABLE tree; DROP TABLE log_key;
    DELETE FROM meta WHERE name = 'origin'; PRAGMA user_version=2;";

pub(crate) fn settings(dir: &Path) -> Settings {
    let origin = "log.example/audit/Z99".to_owned();
    let path = dir.join("audit.db");
    // Where a test put a connection string, the store rests there.
    let url = std::fs::read_to_string(dir.join("server")).ok();
    let months = dir.join("months");
    let place = Place {
        path,
        server: url.map(|url| Server { url, ca_file: None }),
        month_keys: months.exists().then_some(months),
    };
    Settings { place, key: KEY, replica: "g1".to_owned(), origin }
}

pub(crate) fn store(dir: &Path) -> Store {
    Store::open(settings(dir), NOW).unwrap()
}

pub(crate) fn opening(n: u8) -> OpeningId {
    let mut bytes = [0x11; 16];
    bytes[6] = 0x71;
    bytes[15] = n;
    OpeningId::from_bytes(bytes)
}

/// An entry that stands alone.
pub(crate) fn whole(kind: Kind, key: Key, opening: &OpeningId) -> Entry {
    let mut entry = Entry::new(kind, key, NOW);
    entry.opening = Some(opening.clone());
    entry.configuration = Some("config-1".to_owned());
    entry.who = Some(who());
    entry.how = Some(how());
    entry.whom = Some(whom());
    entry.why = Some(why());
    entry.decision = Some(decision());
    entry
}

pub(crate) fn open(n: u8) -> Entry {
    let mut entry = whole(Kind::Open, Key::open(&opening(n)), &opening(n));
    entry.sources = ["gp", "acute"].map(|name| line(name, None, None)).to_vec();
    entry
}

pub(crate) fn disclosure(n: u8, source: &str, part: u32) -> Entry {
    let mut entry = whole(Kind::Disclosure, Key::disclosure(&opening(n), source, part), &opening(n));
    entry.sources = vec![line(source, Some(part), Some("answered"))];
    entry
}

pub(crate) fn ask(n: u8, source: &str, part: u32) -> Entry {
    let mut entry = whole(Kind::Ask, Key::ask(&opening(n), source, part), &opening(n));
    entry.sources = vec![line(source, Some(part), None)];
    entry
}

pub(crate) fn close(n: u8) -> Entry {
    let mut entry = whole(Kind::Close, Key::close(&opening(n)), &opening(n));
    entry.sources =
        vec![line("gp", None, Some("answered")), line("acute", None, Some("did-not-answer(timed out)"))];
    entry
}

/// One of many entries without a state of their own.
pub(crate) fn refused(attempt: u32) -> Entry {
    let mut entry = Entry::new(Kind::LaunchRefused, Key::launch_refused("host-a", &[3; 32], attempt), NOW);
    entry.cause = Some("launch-used-or-expired".to_owned());
    entry.who = Some(who());
    entry
}

pub(crate) fn session_entry(sid: [u8; 32], n: u32) -> Entry {
    let mut entry = Entry::new(Kind::Session, Key::session(&sid, n), NOW);
    entry.who = Some(who());
    entry.how = Some(how());
    entry
}

pub(crate) fn line(source: &str, part: Option<u32>, state: Option<&str>) -> SourceLine {
    SourceLine {
        source: source.to_owned(),
        partner: Some("Example Partner".to_owned()),
        part,
        state: state.map(str::to_owned),
        ..SourceLine::default()
    }
}

pub(crate) fn manifest(n: u8, source: &str, part: u32) -> Manifest {
    let head = Head {
        opening: opening(n),
        source: source.to_owned(),
        part,
        as_at: None,
        state: "answered".to_owned(),
        permit: "permit-digest".to_owned(),
        configuration: "config-1".to_owned(),
        caveats: vec!["paging".to_owned()],
    };
    let key = manifest::item_key().unwrap();
    let hash = Some(manifest::ItemHash(manifest::hash(&key, b"{\"as\":\"sent\"}")));
    let mut manifest = Manifest::new(key, head, "sealed to the partner".to_owned());
    manifest.shown.push(Shown {
        resource: "AllergyIntolerance".to_owned(),
        id: "manifest-item-canary".to_owned(),
        version: Some("3".to_owned()),
        last_updated: None,
        category: "allergies".to_owned(),
        level: "full".to_owned(),
        hash,
    });
    manifest
}

pub(crate) fn who() -> Who {
    Who {
        host: "host-a".to_owned(),
        subject: SUBJECT.to_owned(),
        name: Name { family: FAMILY.to_owned(), given: vec!["Ottoline".to_owned()], title: None },
        role: "R2".to_owned(),
        claims: Vec::new(),
        organisation: "Z99".to_owned(),
        organisation_name: None,
        sds_user_id: None,
        sds_role_profile_id: None,
        registration: None,
        map: Some("map-1".to_owned()),
    }
}

fn how() -> How {
    How {
        route: "signed".to_owned(),
        host: "host-a".to_owned(),
        assurance: 2,
        host_session: Some(HOST_SESSION.to_owned()),
        auth_time: None,
        jti_hash: None,
        device: None,
        address: None,
    }
}

fn whom() -> Whom {
    Whom {
        nhs_number: NHS_NUMBER.to_owned(),
        sent: NHS_NUMBER.to_owned(),
        superseded: Vec::new(),
        trace: "traced".to_owned(),
        differed: Vec::new(),
    }
}

fn why() -> Why {
    let relationship = Relationship { code: "caseload".to_owned(), service: None, reference: None };
    Why {
        purpose: "TREAT".to_owned(),
        relationship: vec![relationship],
        reason_code: None,
        reason_text: None,
        overridden: None,
    }
}

fn decision() -> Decision {
    let slice = BTreeMap::from([("allergies".to_owned(), "full".to_owned())]);
    Decision {
        outcome: "permit".to_owned(),
        permit: "permit-digest".to_owned(),
        policies: vec!["policy-1".to_owned()],
        slices: BTreeMap::from([("gp".to_owned(), slice)]),
        reasons: Vec::new(),
    }
}
