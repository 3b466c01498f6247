//! Encrypted addresses: one that may pass, and every way in which one may not.

use super::*;
use crate::{
    Refusal,
    testing::{
        NUMBER,
        doors::{self, LEGACY_KEY, legacy_ciphertext, legacy_query},
        now,
    },
};

/// `NOW_S` in London.
const TIME: &str = "20261122100000";

fn text() -> String {
    format!(
        "nhs={NUMBER}&dob=14/08/1935&surname=Testpatient&forename=Doreen&sex=F&user=jsmith&username=J Smith&role=DOCTOR&time={TIME}"
    )
}

fn from(query: &str, address: &str, at: Timestamp) -> Result<Accepted, Declined> {
    let (hosts, _folder) = doors::hosts();
    let address = Address { host: "demo-host", query, from: address.parse().ok() };
    accept(address, &hosts, true, at)
}

fn sent(text: &str) -> Result<Accepted, Declined> {
    from(&legacy_query(text), "10.20.1.4", now())
}

fn after_s(seconds: i64) -> Timestamp {
    crate::testing::after_s(seconds)
}

#[test]
fn the_stated_moment_of_these_tests_is_theirs() {
    assert_eq!(fhir::date::london(now()).strftime("%Y%m%d%H%M%S").to_string(), TIME);
}

#[test]
fn an_encrypted_address_is_trusted_with_almost_nothing() {
    let accepted = sent(&text()).unwrap();
    let launch = &accepted.launch;
    assert_eq!(
        (launch.route, launch.assurance, launch.emergency_access),
        (Route::Legacy, 0, false),
        "HAZ-047"
    );
    assert_eq!(launch.relationship_codes().into_iter().collect::<Vec<_>>(), ["host-open"], "HAZ-048");
    assert_eq!(launch.organisation.ods.as_str(), "ZZ910");
    assert_eq!(launch.person.nhs_number.digits(), NUMBER);
    assert_eq!((launch.purpose.code(), launch.person.gender.as_str()), ("TREAT", "female"));
    assert_eq!(
        accepted.jti_hash,
        session::hash(&legacy_ciphertext(&text())),
        "the ciphertext is what is used once"
    );
    let again = sent(&text()).unwrap();
    assert_eq!((again.issuer, again.jti_hash), (accepted.issuer, accepted.jti_hash), "HAZ-046");
}

#[test]
fn t29_every_flipped_bit_is_refused() {
    let whole = legacy_ciphertext(&text());
    for place in 0..whole.len() * 8 {
        let mut flipped = whole.clone();
        flipped[place / 8] ^= 1 << (place % 8);
        let query = format!("data={}", STANDARD.encode(flipped).replace('+', "%2B"));
        assert!(from(&query, "10.20.1.4", now()).is_err(), "HAZ-046: bit {place}");
    }
    for cut in [16, 32, whole.len() - 16] {
        let query = format!("data={}", STANDARD.encode(&whole[..cut]).replace('+', "%2B"));
        assert!(from(&query, "10.20.1.4", now()).is_err(), "HAZ-046: cut at {cut}");
    }
}

#[test]
fn t29_without_a_timestamp_or_with_an_old_one_nothing_opens() {
    let without = text().replace(&format!("&time={TIME}"), "");
    assert_eq!(sent(&without).unwrap_err().refusal, Refusal::LaunchIncomplete);
    for (seconds, opens) in [(0, true), (60, true), (61, false), (-60, true), (-61, false), (86_400, false)] {
        let answer = from(&legacy_query(&text()), "10.20.1.4", after_s(seconds));
        assert_eq!(answer.is_ok(), opens, "HAZ-045: {seconds} s");
    }
    let answer = from(&legacy_query(&text()), "10.20.1.4", after_s(61)).unwrap_err();
    assert_eq!((answer.reason, answer.refusal.status()), ("timestamp", 403));
}

#[test]
fn t29_outside_the_network_or_after_the_end_date_nothing_opens() {
    for address in ["10.21.0.1", "203.0.113.9", "::1", ""] {
        let declined = from(&legacy_query(&text()), address, now()).unwrap_err();
        assert_eq!((declined.reason, declined.refusal.status()), ("network", 403), "HAZ-046: {address}");
    }
    let later: Timestamp = "2027-01-01T00:00:30Z".parse().unwrap();
    let fresh = text().replace(TIME, "20270101000030");
    let declined = from(&legacy_query(&fresh), "10.20.1.4", later).unwrap_err();
    assert_eq!((declined.reason, declined.refusal.status()), ("the end date is past", 403), "HAZ-046");
}

#[test]
fn t15_an_address_says_each_thing_once_and_nothing_else() {
    let good = text();
    for (from, to) in [
        ("nhs=", "number="),
        ("&sex=F", ""),
        ("&sex=F", "&sex=F&sex=M"),
        ("&sex=F", "&sex=female or so"),
        ("&dob=14/08/1935", "&dob=1935"),
        ("&dob=14/08/1935", "&dob=31/02/1935"),
        ("surname=Testpatient", "surname="),
        ("surname=Testpatient", "surname=Test\u{202e}patient"),
        ("surname=Testpatient", "surname=Test\rpatient"),
        ("user=jsmith", "user=admin"),
        ("user=jsmith", "user=jsmith&org=ZZ911"),
        ("role=DOCTOR", "role=AMHP"),
        (NUMBER, "9990000019"),
    ] {
        let declined = sent(&good.replacen(from, to, 1)).err();
        let declined = declined.unwrap_or_else(|| panic!("HAZ-046: {to}"));
        assert!([400, 403].contains(&declined.refusal.status()), "{to}");
    }
    let query = legacy_query(&good);
    for query in [
        String::new(),
        "data=".to_owned(),
        format!("{query}&{query}"),
        format!("{query}&next=https://attacker.example"),
        format!("{query}&org=ZZ911"),
        query.replace("data", "DATA"),
        format!("data={}", "A".repeat(9_000)),
    ] {
        assert!(from(&query, "10.20.1.4", now()).is_err(), "HAZ-046");
    }
    assert!(from(&format!("{query}&org=ZZ910"), "10.20.1.4", now()).is_ok());
}

#[test]
fn a_host_without_this_way_in_is_refused() {
    let (hosts, _folder) = doors::hosts();
    for host in ["other-host", "stranger", ""] {
        let query = legacy_query(&text());
        let address = Address { host, query: &query, from: "10.20.1.4".parse().ok() };
        let declined = accept(address, &hosts, true, now()).unwrap_err();
        assert_eq!(declined.refusal, Refusal::LaunchNotAccepted, "HAZ-046");
    }
    assert_eq!(LEGACY_KEY.len(), 32);
}
