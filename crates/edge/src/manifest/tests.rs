//! HAZ-042: late, older, altered, replayed, another partner's: each is told from the other.

use super::*;

const NOW: &str = "2026-11-28T03:00:00Z";

fn manifest() -> Manifest {
    Manifest {
        partner: "ZZ917".into(),
        feed: "adult-social-care".into(),
        file: "asc.csv".into(),
        sha256: "aa".into(),
        size_bytes: 10,
        rows: 2,
        as_at: "2026-11-28T02:10:00Z".parse().unwrap(),
        sequence: 7,
        mode: "snapshot".into(),
        after: None,
    }
}

fn here(sequence: i64, as_at: &str) -> FeedState {
    let as_at: Timestamp = as_at.parse().unwrap();
    FeedState { as_at: Some(as_at.as_millisecond()), sequence, received: None }
}

fn check(manifest: &Manifest, mode: Mode, here: &FeedState) -> Result<bool, ManifestFault> {
    manifest.check(("ZZ917", "adult-social-care", mode), here, Some("aa"), NOW.parse().unwrap())
}

#[test]
fn the_first_extract_of_a_feed_is_taken() {
    assert_eq!(check(&manifest(), Mode::Snapshot, &FeedState::default()), Ok(false));
}

#[test]
fn another_partners_feeds_or_modes_extract_is_refused() {
    let other = Manifest { partner: "ZZ918".into(), ..manifest() };
    assert_eq!(
        check(&other, Mode::Snapshot, &FeedState::default()),
        Err(ManifestFault::Partner("ZZ918".into()))
    );
    let other = Manifest { feed: "x".into(), ..manifest() };
    assert_eq!(check(&other, Mode::Snapshot, &FeedState::default()), Err(ManifestFault::Feed("x".into())));
    assert_eq!(
        check(&manifest(), Mode::Delta, &FeedState::default()),
        Ok(false),
        "changes begin with everything"
    );
    let delta = Manifest { mode: "delta".into(), after: Some(6), ..manifest() };
    let refused = check(&delta, Mode::Snapshot, &FeedState::default());
    assert!(matches!(refused, Err(ManifestFault::Mode { .. })));
}

#[test]
fn an_older_a_replayed_and_a_future_one_are_refused_and_the_same_one_is_known() {
    let before = "2026-11-27T02:10:00Z";
    assert_eq!(check(&manifest(), Mode::Snapshot, &here(6, before)), Ok(false));
    assert_eq!(check(&manifest(), Mode::Snapshot, &here(7, before)), Ok(true));
    let altered = Manifest { sha256: "bb".into(), ..manifest() };
    assert_eq!(check(&altered, Mode::Snapshot, &here(7, before)), Err(ManifestFault::Replayed(7)));
    let older = check(&manifest(), Mode::Snapshot, &here(8, before));
    assert_eq!(older, Err(ManifestFault::Older { sequence: 7, here: 8 }));
    let late = here(6, "2026-11-28T02:11:00Z");
    assert_eq!(check(&manifest(), Mode::Snapshot, &late), Err(ManifestFault::Backwards));
    let future = Manifest { as_at: "2026-11-28T03:05:01Z".parse().unwrap(), ..manifest() };
    assert_eq!(check(&future, Mode::Snapshot, &here(6, before)), Err(ManifestFault::Future));
}

#[test]
fn a_delta_follows_the_extract_it_names() {
    let delta = |after| Manifest { mode: "delta".into(), after, ..manifest() };
    let before = here(6, "2026-11-27T02:10:00Z");
    assert_eq!(check(&delta(Some(6)), Mode::Delta, &before), Ok(false));
    assert_eq!(check(&delta(None), Mode::Delta, &before), Err(ManifestFault::NoAfter));
    assert_eq!(check(&delta(Some(5)), Mode::Delta, &before), Err(ManifestFault::Gap { after: 5, here: 6 }));
}

fn pair() -> (String, String) {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    (pair.serialize_pem(), pair.public_key_pem())
}

#[test]
fn a_signature_of_another_key_or_over_another_text_is_refused() {
    let ((private, public), (_, other)) = (pair(), pair());
    let signed = manifest().signed(private.as_bytes()).unwrap();
    let trust = |key: &str| Trust::of(ManifestKind::Signed, Some(key.as_bytes())).unwrap();
    assert_eq!(trust(&public).read(format!("{signed}\n").as_bytes()), Ok(manifest()));
    assert_eq!(trust(&other).read(signed.as_bytes()), Err(ManifestFault::Signature));
    for place in 0..signed.len() {
        let mut changed = signed.clone().into_bytes();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        assert!(trust(&public).read(&changed).is_err() || changed == signed.as_bytes(), "{place}");
        assert!(trust(&public).read(&signed.as_bytes()[..place]).is_err());
    }
    let plain = serde_json::to_vec(&manifest()).unwrap();
    assert_eq!(trust(&public).read(&plain), Err(ManifestFault::Signature));
    assert_eq!(Trust::Plain.read(&plain), Ok(manifest()));
    assert!(matches!(Trust::Plain.read(b"{}"), Err(ManifestFault::Form(_))));
    assert_eq!(Trust::Plain.read(&vec![b' '; SIZE_MAX_BYTES + 1]), Err(ManifestFault::Size));
}

#[test]
fn a_trust_without_a_usable_key_does_not_start() {
    assert!(Trust::of(ManifestKind::Signed, None).is_err());
    assert!(Trust::of(ManifestKind::Signed, Some(b"no")).is_err());
}
