//! AU31: what was held back can be read by the partner whose source it is, and by nobody else; nobody else can tell that there was
//! anything. HAZ-028.

use super::*;
use crate::{hash::unhex, sample};
use proptest::prelude::*;

/// The recipient's key pair of RFC 9180, appendix A.1.1.
const RECIPIENT: &str = "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8";
const RECIPIENT_PUBLIC: &str = "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d";

fn bytes<const N: usize>(text: &str) -> [u8; N] {
    unhex(text).unwrap()
}

fn pem(label: &str, prefix: &[u8], key: &[u8]) -> String {
    let text = STANDARD.encode([prefix, key].concat());
    format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
}

pub(crate) fn partners_key() -> PartnersKey {
    PartnersKey::parse(&pem("PUBLIC KEY", PUBLIC, &bytes::<32>(RECIPIENT_PUBLIC))).unwrap()
}

pub(crate) fn own_key() -> OwnKey {
    OwnKey::parse(&pem("PRIVATE KEY", PRIVATE, &bytes::<32>(RECIPIENT))).unwrap()
}

fn held(n: usize, reason: HeldFor) -> Held {
    let (resource, version) = ("Condition".to_owned(), Some("3".to_owned()));
    Held { resource, id: format!("0195b4c8-0000-7000-8000-{n:012}"), version, reason }
}

fn about(opening: &OpeningId) -> About<'_> {
    About { opening, source: "gp", part: 1 }
}

#[test]
fn the_published_vector_opens_with_its_key() {
    // RFC 9180, appendix A.1.1.1, sequence number 0.
    let secret = bytes::<32>("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431");
    let info = bytes::<20>("4f6465206f6e2061204772656369616e2055726e");
    let body = "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a";
    let secret = EncapsulatedSecret(secret.to_vec());
    let plain = SUITE.open(&secret, &info, b"Count-0", &bytes::<45>(body), &own_key().0).unwrap();
    assert_eq!(plain, b"Beauty is truth, truth beauty");
}

#[test]
fn au31_nobody_but_the_partner_can_tell_that_something_was_held_back() {
    let opening = sample::opening(1);
    let (one, many): (Vec<Held>, Vec<Held>) =
        (vec![held(1, HeldFor::Label)], (0..900).map(|n| held(n, HeldFor::Role)).collect());
    let sealed = |key: &PartnersKey, held: &[Held]| key.seal(about(&opening), held).unwrap();
    let nobody = PartnersKey::of_nobody().unwrap();
    let all = [
        sealed(&partners_key(), &[]),
        sealed(&partners_key(), &one),
        sealed(&partners_key(), &many),
        sealed(&nobody, &one),
        sealed(&nobody, &[]),
    ];
    assert!(all.iter().all(|text| text.len() == all[0].len()), "one length, whatever was held back");
    assert!(all.iter().all(|text| !text.contains("Condition")));
    assert_ne!(all[0], sealed(&partners_key(), &[]), "nothing twice looks like something else, twice");
    // In the manifest nothing else differs, and the entry commits to as many characters.
    let manifest = |held: &String| {
        let mut manifest = sample::manifest(1, "gp", 1);
        manifest.held = held.clone();
        manifest.to_bytes().unwrap().len()
    };
    assert!(all.iter().all(|text| manifest(text) == manifest(&all[0])));
    assert!(all.iter().all(|text| commitment(text).len() == 64));
    // The partner can.
    let opened = |text: &str| own_key().open(about(&opening), text);
    assert_eq!(opened(&all[0]), Ok(HeldBack::default()));
    assert_eq!(opened(&all[1]), Ok(HeldBack { rows: one, more: Vec::new() }));
    let told = opened(&all[2]).unwrap();
    assert!(told.rows.len() > 30, "{}", told.rows.len());
    assert_eq!(told.more, [("Condition".to_owned(), HeldFor::Role, 900 - told.rows.len() as u64)]);
    assert_eq!(opened(&all[3]), Err(HeldFault::Sealed), "nobody has that key");
}

#[test]
fn what_is_restricted_is_named_before_what_a_role_does_not_see() {
    let opening = sample::opening(1);
    let mut many: Vec<Held> = (0..500).map(|n| held(n, HeldFor::Role)).collect();
    many.extend((500..503).map(|n| held(n, HeldFor::Label)));
    let told =
        own_key().open(about(&opening), &partners_key().seal(about(&opening), &many).unwrap()).unwrap();
    let first: Vec<HeldFor> = told.rows.iter().take(4).map(|one| one.reason).collect();
    assert_eq!(first, [HeldFor::Label, HeldFor::Label, HeldFor::Label, HeldFor::Role]);
}

#[test]
fn it_opens_for_no_other_disclosure_key_or_text() {
    let (opening, other) = (sample::opening(1), sample::opening(2));
    let sealed = partners_key().seal(about(&opening), &[held(1, HeldFor::Label)]).unwrap();
    for about in [
        About { opening: &other, source: "gp", part: 1 },
        About { opening: &opening, source: "acute", part: 1 },
        About { opening: &opening, source: "gp", part: 2 },
    ] {
        assert_eq!(own_key().open(about, &sealed), Err(HeldFault::Sealed));
    }
    let stranger = OwnKey::parse(&pem("PRIVATE KEY", PRIVATE, &[9; 32])).unwrap();
    assert_eq!(stranger.open(about(&opening), &sealed), Err(HeldFault::Sealed));
    let mut changed = STANDARD.decode(&sealed).unwrap();
    *changed.last_mut().unwrap() ^= 1;
    assert_eq!(own_key().open(about(&opening), &STANDARD.encode(&changed)), Err(HeldFault::Sealed));
    changed[0] = 2;
    for wrong in [STANDARD.encode(&changed), STANDARD.encode([1; 20]), String::new(), "not base64".to_owned()]
    {
        assert_eq!(own_key().open(about(&opening), &wrong), Err(HeldFault::Form), "{wrong}");
    }
}

#[test]
fn a_text_that_is_no_key_is_refused() {
    let right = pem("PUBLIC KEY", PUBLIC, &bytes::<32>(RECIPIENT_PUBLIC));
    assert!(PartnersKey::parse(&right.replace('\n', "\r\n")).is_ok());
    for wrong in [
        String::new(),
        right.replace("PUBLIC KEY", "RSA PUBLIC KEY"),
        right.replace("MCow", "MCox"),
        right.replace("-----END", "-----"),
        pem("PUBLIC KEY", PUBLIC, &[1; 31]),
        pem("PUBLIC KEY", PUBLIC, &[1; 33]),
        // A point of low order: the secret would be zeros, whoever sends.
        pem("PUBLIC KEY", PUBLIC, &[0; 32]),
        pem("PRIVATE KEY", PRIVATE, &[1; 32]),
    ] {
        assert!(matches!(PartnersKey::parse(&wrong), Err(HeldFault::NotAKey)), "{wrong}");
    }
    assert!(matches!(OwnKey::parse(&right), Err(HeldFault::NotAKey)));
    assert_eq!(format!("{:?} {:?}", partners_key(), own_key()), "PartnersKey(…) OwnKey(…)");
}

proptest! {
    #[test]
    fn any_number_of_any_names_comes_back_named_or_counted(
        rows in proptest::collection::vec((".{0,90}", ".{0,90}", proptest::option::of(".{0,20}"), 0_u8..3), 0..120)
    ) {
        let reason = |n| [HeldFor::Label, HeldFor::Role, HeldFor::SourceRelease][usize::from(n)];
        let rows: Vec<Held> = rows
            .into_iter()
            .map(|(resource, id, version, n)| Held { resource, id, version, reason: reason(n) })
            .collect();
        let opening = sample::opening(1);
        let sealed = partners_key().seal(about(&opening), &rows).unwrap();
        let told = own_key().open(about(&opening), &sealed).unwrap();
        let more: u64 = told.more.iter().map(|(_, _, count)| count).sum();
        prop_assert_eq!(told.rows.len() as u64 + more, rows.len() as u64);
        prop_assert!(told.rows.iter().all(|one| rows.contains(one)));
    }
}
