//! What a sealed list gives again, to whom, and how long it is. Everything in it is invented.

use super::*;

const SID: [u8; 32] = [7; 32];

fn sealer() -> Sealer {
    Sealer::new(&[1; 32]).unwrap()
}

fn row(number: usize) -> Letter {
    let title = format!("Letter {number} of the falls clinic to the practice");
    let retrieval = Retrieval {
        resource: Some(format!("DocumentReference/0c9b1a4e-7d6f-4b2a-9d57-{number:012}")),
        url: Some(format!("https://acute.example.test/fhir/Binary/5d1f0c9b-1a4e-4b2a-9d57-{number:012}")),
        content_type: Some("application/pdf".into()),
        hash: Some(format!("2jmj7l5rSw0yVb/vlWAYkK{number:06}=")),
        size_bytes: Some(format!("{}", 10_000 + number)),
        ..Retrieval::default()
    };
    let words = DocumentWords {
        title: title.clone(),
        kind: "Letter".into(),
        date: "18-Nov-2026".into(),
        author: "Dr B Invented".into(),
        not_for_the_person: number == 2,
        ..DocumentWords::default()
    };
    let copy =
        ListedDocument { source: SourceId::new("acute"), category: Category::Documents, retrieval, words };
    Letter { title, answers: vec![1, 2], copies: vec![copy] }
}

fn list(rows: usize) -> List {
    let axes =
        vec![Axis { letter: 'a', legend: "Type".into(), choices: vec!["Letter".into(), "Report".into()] }];
    let letters = Letters { axes, rows: (1..=rows).map(row).collect() };
    List {
        opening: OpeningId::from_bytes([9; 16]),
        until: Millis(1_000),
        letters,
        levels: vec![Level::Full; rows],
    }
}

#[test]
fn a_list_is_given_again_whole_to_its_own_session_until_its_end() {
    let sealer = sealer();
    let mut sealed = list(3);
    sealed.levels = vec![Level::Full, Level::Summary, Level::Full];
    let text = sealed.seal(&sealer, &SID).unwrap();
    assert!(List::open(&sealer, &SID, &text, Millis(999)) == Some(sealed));
    assert!(
        !text.contains("falls") && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)),
        "HAZ-049"
    );
    assert!(List::open(&sealer, &[8; 32], &text, Millis(0)).is_none(), "HAZ-002");
    assert!(List::open(&sealer, &SID, &text, Millis(1_000)).is_none());
    assert!(List::open(&Sealer::new(&[2; 32]).unwrap(), &SID, &text, Millis(0)).is_none());
    for at in [0, 1, 20, text.len() - 1] {
        let mut changed = text.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(List::open(&sealer, &SID, &changed, Millis(0)).is_none(), "at {at}");
    }
}

#[test]
fn a_list_is_no_handle_and_a_handle_is_no_list() {
    let sealer = sealer();
    let list = list(1);
    let handle = list.handle(1).unwrap();
    assert!(handle.words.title.starts_with("Letter 1") && handle.level == Level::Full);
    assert!(list.handle(0).is_none() && list.handle(2).is_none());
    let sealed = sealer.seal(&SID, &handle).unwrap();
    assert!(List::open(&sealer, &SID, &sealed, Millis(0)).is_none(), "HAZ-002");
    assert!(sealer.open(&SID, &list.seal(&sealer, &SID).unwrap(), Millis(0)).is_none(), "HAZ-002");
}

#[test]
fn a_thousand_documents_travel_in_one_form_and_what_does_not_fit_is_none() {
    let sealer = sealer();
    let text = list(1_000).seal(&sealer, &SID).unwrap();
    assert!(text.len() < 450 * 1_000, "HAZ-017: {}", text.len());
    assert!(list(2_000).seal(&sealer, &SID).is_none(), "then each is opened by itself");
}
