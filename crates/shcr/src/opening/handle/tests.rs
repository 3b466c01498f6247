//! What a handle opens, and all that it does not. Everything in it is invented.

use super::*;

const SID: [u8; 32] = [7; 32];

fn sealer() -> Sealer {
    Sealer::new(&[1; 32]).unwrap()
}

fn handle() -> Handle {
    Handle {
        opening: OpeningId::from_bytes([9; 16]),
        until: Millis(1_000),
        source: SourceId::new("acute"),
        category: Category::Documents,
        level: Level::Full,
        retrieval: Retrieval {
            resource: Some("DocumentReference/17".into()),
            url: Some("https://acute.example.test/fhir/Binary/17".into()),
            content_type: Some("application/pdf".into()),
            ..Retrieval::default()
        },
        words: DocumentWords {
            title: "Clinic letter".into(),
            date: "18-Nov-2026".into(),
            not_for_the_person: true,
            ..DocumentWords::default()
        },
    }
}

#[test]
fn a_handle_opens_what_was_sealed_and_is_never_the_same_twice() {
    let sealer = sealer();
    let (one, two) = (sealer.seal(&SID, &handle()).unwrap(), sealer.seal(&SID, &handle()).unwrap());
    assert_ne!(one, two);
    assert!(sealer.open(&SID, &one, Millis(999)) == Some(handle()));
    assert!(one.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')));
    assert!(!one.contains("Clinic") && one.len() < 700, "HAZ-049: {}", one.len());
    // Another replica of the same deployment opens it; another deployment does not.
    assert!(Sealer::new(&[1; 32]).unwrap().open(&SID, &one, Millis(0)).is_some());
    assert!(Sealer::new(&[2; 32]).unwrap().open(&SID, &one, Millis(0)).is_none());
}

#[test]
fn a_handle_of_another_session_or_time_opens_nothing() {
    let sealer = sealer();
    let text = sealer.seal(&SID, &handle()).unwrap();
    assert!(sealer.open(&[8; 32], &text, Millis(0)).is_none(), "HAZ-002");
    assert!(sealer.open(&SID, &text, Millis(1_000)).is_none());
}

#[test]
fn a_handle_that_was_changed_opens_nothing() {
    let sealer = sealer();
    let text = sealer.seal(&SID, &handle()).unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(sealer.open(&SID, &URL_SAFE_NO_PAD.encode(changed), Millis(0)).is_none(), "byte {at}");
        assert!(sealer.open(&SID, &URL_SAFE_NO_PAD.encode(&bytes[..at]), Millis(0)).is_none(), "cut at {at}");
    }
    for junk in [
        "",
        "A",
        "====",
        "../../etc",
        "é",
        "AQ",
        &"A".repeat(1536),
        &"A".repeat(100_000),
        &format!("{text}="),
    ] {
        assert!(sealer.open(&SID, junk, Millis(0)).is_none(), "{junk:.40}");
    }
}

#[test]
fn words_give_way_before_an_address_grows_too_long_and_a_way_that_does_not_fit_is_none() {
    let sealer = sealer();
    let mut wordy = handle();
    let long = "Ünïcödé ".repeat(500);
    wordy.words = DocumentWords {
        title: long.clone(),
        kind: long.clone(),
        author: long.clone(),
        organisation: long.clone(),
        ..wordy.words
    };
    let text = sealer.seal(&SID, &wordy).unwrap();
    assert!(text.len() <= LONGEST);
    let opened = sealer.open(&SID, &text, Millis(0)).unwrap();
    assert!(opened.retrieval == wordy.retrieval && opened.words.title.ends_with('…'), "cut words say so");
    wordy.retrieval.url = Some("x".repeat(2_000));
    assert!(sealer.seal(&SID, &wordy).is_none(), "HAZ-017: then the row says that it cannot be opened here");
}
