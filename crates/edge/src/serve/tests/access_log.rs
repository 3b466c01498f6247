//! What was asked on a day, for the gateway to hold against its own log.
//! shows: R49

use super::*;
use audit::reconcile::{Day, RECORD, RequestNames, SubjectKey};

const KEY: [u8; 32] = [0x44; 32];

fn keyed() -> Fixture {
    let fixture = Fixture::new();
    fixture.put("subjects.hex", &"44".repeat(32));
    fixture.reconfigure("[serve]\n", "[serve]\nsubject_key_file = \"subjects.hex\"\n");
    fixture
}

fn today(live: &Live) -> Day {
    Day::of(crate::journal::millis(live.node.now()))
}

fn lines(answer: &Answer) -> Vec<Value> {
    answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// AU36, the node's side.
#[test]
fn a_day_is_handed_over_line_by_line_with_people_as_hashes_and_the_reading_on_record() {
    let fixture = keyed();
    let live = filled(&fixture);
    let id = id_of(&fixture, &live, &number(1));
    let names = RequestNames::derive(&[7; 32]).unwrap();
    let request = names.of("opening-7", "essex", RECORD).id([1; 6]);
    let asked = fixture.gateway().get(live.url(&format!("Observation?patient={id}")));
    let asked = asked.header("X-Correlation-Id", "opening-7").header("X-Request-Id", &request);
    assert_eq!(fixture.send(asked).status, 200);
    let reads = fixture.logged(audit::Kind::AuditRead).len();
    let answer = fixture.get(&live, &format!("access-log?day={}", today(&live)));
    assert_eq!(
        (answer.status, answer.headers["content-type"].to_str().unwrap()),
        (200, "application/x-ndjson")
    );
    let lines = lines(&answer);
    assert_eq!(lines.len(), fixture.logged(audit::Kind::Answer).len());
    let last = lines.last().unwrap();
    assert_eq!((&last["request"], &last["opening"]), (&request.as_str().into(), &"opening-7".into()));
    assert_eq!(last["subject"], SubjectKey::new(&KEY).subject(number(1).digits()).as_str());
    assert!(!answer.text.contains(number(1).digits()), "HAZ-049");
    assert_eq!(audit::reconcile::read(answer.text.as_bytes()).unwrap().unreadable, 0);
    assert_eq!(fixture.logged(audit::Kind::AuditRead).len(), reads + 1, "AU39");
    fixture.stop(live);
    fixture.verify_log();
}

#[test]
fn another_day_is_empty_what_is_no_day_is_refused_and_without_a_key_nobody_is_told() {
    let fixture = Fixture::new();
    let live = filled(&fixture);
    id_of(&fixture, &live, &number(1));
    let of = |day: &str| fixture.get(&live, &format!("access-log?day={day}"));
    let before = of(&today(&live).before(2).to_string());
    assert_eq!((before.status, before.text.as_str()), (200, ""));
    for not in ["", "yesterday", "2026-11-31", "20261128", "2026-11-28%0a"] {
        assert_eq!(of(not).status, 400, "{not}");
    }
    let lines = lines(&of(&today(&live).to_string()));
    assert!(!lines.is_empty() && lines.iter().all(|line| line["subject"].is_null()), "{lines:?}");
    let hold = fixture.put("audit.db.hold", "");
    assert_eq!(of(&today(&live).to_string()).status, 503, "HAZ-029: what cannot be recorded is not read");
    std::fs::remove_file(hold).unwrap();
    fixture.stop(live);
}
