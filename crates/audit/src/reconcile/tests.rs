//! Reconciliation: every outcome by name, on entries and lines that differ in one thing each, and hand-overs that are not what was
//! agreed.

use super::*;
use crate::{Entry, Key, Kind, OpeningId, SourceLine, Whom, sample};

mod hostile;
mod table;

const DAY: &str = "2026-11-18";
const OTHER: &str = "9990000026";

fn names() -> RequestNames {
    RequestNames::derive(&[7; 32]).unwrap()
}

fn key() -> SubjectKey {
    SubjectKey::new(&[9; 32])
}

fn day() -> Day {
    Day::parse(DAY).unwrap()
}

/// The n-th opening of the day, a minute after the one before.
fn at(n: u8) -> Millis {
    day().begins().plus_ms(i64::from(n) * 60_000)
}

fn opened(n: u8) -> Vec<Entry> {
    ended(n, "answered")
}

fn ended(n: u8, state: &str) -> Vec<Entry> {
    let mut open = sample::open(n);
    open.at = at(n);
    let mut close = sample::close(n);
    close.at = at(n).plus_ms(4_000);
    close.sources = vec![sample::line("acute", None, Some(state))];
    vec![open, close]
}

/// One request of the n-th opening, as the source logs it.
fn line(n: u8, late_ms: i64, person: &str) -> String {
    written(
        names().of(sample::opening(n).as_str(), "acute", RECORD).id([n; 6]),
        at(n).plus_ms(late_ms),
        person,
    )
}

fn written(request: String, at: Millis, person: &str) -> String {
    let time = jiff::Timestamp::from_millisecond(at.0).unwrap();
    let subject = key().subject(person);
    format!("{{\"request\":\"{request}\",\"time\":\"{time}\",\"status\":200,\"subject\":\"{subject}\"}}\n")
}

fn reconciled(entries: &[Entry], lines: &str) -> Outcome {
    let mut ours = Ours::new(&names(), "acute");
    entries.iter().for_each(|entry| ours.take(entry));
    let key = key();
    let terms = Terms { day: day(), handed_at: day().ends().plus_ms(3_600_000), subject_key: Some(&key) };
    join(&ours, &read(lines.as_bytes()).unwrap(), &terms)
}

fn ten() -> (Vec<Entry>, Vec<String>) {
    ((1..=10).flat_map(opened).collect(), (1..=10).map(|n| line(n, 700, sample::NHS_NUMBER)).collect())
}

fn items(outcome: &Outcome) -> Vec<String> {
    let classes = outcome.items("acute", day()).into_iter();
    classes.map(|item| item.occasion.split('/').nth(2).unwrap().to_owned()).collect()
}

#[test]
fn a_day_on_which_both_sides_agree_is_counted_and_raises_nothing() {
    let (entries, lines) = ten();
    let outcome = reconciled(&entries, &lines.concat());
    assert_eq!((outcome.both, outcome.lines, outcome.persons_compared), (10, 10, 10));
    assert!(outcome.items("acute", day()).is_empty(), "{outcome:?}");
    assert!(Told::of(("acute", "ZZ910", day()), &outcome).is_clean());
}

/// HAZ-030: what no log by itself can show, an entry that is not there.
#[test]
fn au36_an_entry_that_was_removed_is_a_request_that_only_the_source_knows() {
    let (mut entries, lines) = ten();
    entries.retain(|entry| entry.opening.as_ref() != Some(&sample::opening(4)));
    let outcome = reconciled(&entries, &lines.concat());
    assert_eq!((outcome.both, outcome.theirs_only.len()), (9, 1));
    assert_eq!(items(&outcome), ["theirs-only"]);
    let only_its_beginning: Vec<Entry> = ten()
        .0
        .into_iter()
        .filter(|entry| entry.kind != Kind::Open || entry.opening.as_ref() != Some(&sample::opening(4)))
        .collect();
    assert_eq!(
        reconciled(&only_its_beginning, &lines.concat()).theirs_only.len(),
        1,
        "a close opens nothing"
    );
}

/// HAZ-028: somebody with our credentials, and a name that is like ours.
#[test]
fn au36_a_question_made_outside_the_product_is_found_whatever_it_calls_itself() {
    let (entries, lines) = ten();
    let known = sample::opening(4);
    let elsewhere = RequestNames::derive(&[8; 32]).unwrap();
    let forged = [
        elsewhere.of(known.as_str(), "acute", RECORD).id([1; 6]),
        names().of(known.as_str(), "gp", RECORD).id([1; 6]),
        known.as_str().to_owned(),
        "0f0e1d2c-aaaa-4bbb-8ccc-000000000001".to_owned(),
        String::new(),
    ];
    for request in forged {
        let outcome =
            reconciled(&entries, &(lines.concat() + &written(request.clone(), at(4), sample::NHS_NUMBER)));
        assert_eq!((outcome.both, outcome.theirs_only.len()), (10, 1), "{request}");
        let item = &outcome.items("acute", day())[0];
        assert!(item.what.contains("that no entry names"), "{}", item.what);
    }
}

/// HAZ-004.
#[test]
fn au36_a_wrong_person_is_told_with_the_opening() {
    let (entries, mut lines) = ten();
    lines[3] = line(4, 700, OTHER);
    let outcome = reconciled(&entries, &lines.concat());
    assert_eq!((outcome.both, outcome.differences()), (9, 1));
    assert_eq!(outcome.different[&Difference::Person], [sample::opening(4)]);
    let items = outcome.items("acute", day());
    assert_eq!(items[0].about, sample::opening(4).as_str());
    let told = format!("{items:?}");
    assert!(!told.contains(OTHER) && !told.contains(sample::NHS_NUMBER), "AU37: {told}");
}

#[test]
fn a_person_who_was_asked_for_under_an_earlier_number_is_the_same_person() {
    let (mut entries, mut lines) = ten();
    for entry in &mut entries {
        entry.whom.as_mut().unwrap().superseded = vec![OTHER.to_owned()];
    }
    lines[3] = line(4, 700, OTHER);
    assert_eq!(reconciled(&entries, &lines.concat()).differences(), 0);
}

#[test]
fn au36_a_clock_that_is_wrong_is_told_and_hides_no_line_that_is() {
    let (entries, _) = ten();
    let wrong = |ahead_ms: i64| -> Vec<String> {
        (1..=10).map(|n| line(n, 700 + ahead_ms, sample::NHS_NUMBER)).collect()
    };
    for ahead_ms in [-600_000, 600_000] {
        let mut lines = wrong(ahead_ms);
        let outcome = reconciled(&entries, &lines.concat());
        assert_eq!((outcome.both, outcome.offset_ms), (10, Some(ahead_ms + 700)), "{outcome:?}");
        assert!(items(&outcome).is_empty());
        lines[3] = line(4, 700 + ahead_ms + 240_000, sample::NHS_NUMBER);
        let outcome = reconciled(&entries, &lines.concat());
        assert_eq!(outcome.different[&Difference::Time], [sample::opening(4)], "{outcome:?}");
        assert_eq!(items(&outcome), ["other-time"]);
    }
    let outcome = reconciled(&entries, &wrong(1_200_000).concat());
    assert_eq!((outcome.both, outcome.differences()), (0, 10), "a clock that far off is not believed");
}

#[test]
fn two_minutes_are_the_most_by_which_a_time_may_differ() {
    let (entries, mut lines) = ten();
    for (late_ms, differs) in [(124_000, 0), (124_800, 1), (-119_000, 0), (-119_900, 1)] {
        lines[3] = line(4, late_ms, sample::NHS_NUMBER);
        let outcome = reconciled(&entries, &lines.concat());
        assert_eq!(outcome.differences(), differs, "{late_ms}: {outcome:?}");
    }
}

/// The first hand-over of a day was short; the whole one comes later.
#[test]
fn au36_a_file_that_comes_late_closes_the_gap_and_raises_nothing_twice() {
    let (entries, lines) = ten();
    let early = reconciled(&entries, &lines[..6].concat());
    assert_eq!((early.both, early.ours_only.len()), (6, 4));
    assert_eq!(items(&early), ["ours-only"]);
    let late = reconciled(&entries, &lines.concat());
    assert_eq!((late.both, items(&late).len()), (10, 0));
    let told = |outcome: &Outcome| Told::of(("acute", "ZZ910", day()), outcome);
    let (first, again) = (told(&early).entry(at(1)), told(&early).entry(at(2)));
    assert_eq!(first.key, again.key, "a day that is worked out twice is recorded once");
    assert_ne!(first.key, told(&late).entry(at(1)).key, "what has changed is recorded");
    assert_eq!(Told::read(&told(&late).entry(at(1))), Some(told(&late)));
    assert_eq!(early.items("acute", day()), reconciled(&entries, &lines[..6].concat()).items("acute", day()));
}

#[test]
fn a_source_that_was_not_asked_or_did_not_answer_need_not_have_a_line() {
    let states = [
        "not-asked",
        "not-shared",
        "did-not-answer(breaker open)",
        "did-not-answer(timed out)",
        "withheld(by policy: objection)",
    ];
    for (n, state) in (1..).zip(states) {
        let outcome = reconciled(&ended(n, state), "");
        assert_eq!((outcome.explained, outcome.ours_only.len()), (1, 0), "{state}");
        let there = reconciled(&ended(n, state), &line(n, 700, sample::NHS_NUMBER));
        assert_eq!((there.both, there.explained), (1, 0), "{state}");
    }
    let must = ["answered", "answered-empty", "unreadable", "withheld(by the source)"];
    for (n, state) in (1..).zip(must) {
        assert_eq!(reconciled(&ended(n, state), "").ours_only.len(), 1, "{state}");
    }
}

#[test]
fn a_swept_opening_must_have_reached_what_it_showed_and_nothing_else() {
    let mut entries = opened(1);
    entries.truncate(1);
    let mut sweep = Entry::new(Kind::Sweep, Key::sweep(&sample::opening(1)), at(30));
    sweep.opening = Some(sample::opening(1));
    sweep.sources = vec![sample::line("acute", None, Some("possibly-shown"))];
    entries.push(sweep);
    assert_eq!(reconciled(&entries, "").explained, 1);
    let mut shown = sample::disclosure(1, "acute", 1);
    shown.at = at(1).plus_ms(900);
    entries.insert(1, shown);
    assert_eq!(reconciled(&entries, "").ours_only.len(), 1, "HAZ-031");
    let late = line(1, 20 * 60_000, sample::NHS_NUMBER);
    let others: String = (2..=4).map(|n| line(n, 700, sample::NHS_NUMBER)).collect();
    entries.extend((2..=4).flat_map(opened));
    assert_eq!(
        reconciled(&entries, &(others + &late)).differences(),
        1,
        "a sweep is no moment of a question"
    );
}

#[test]
fn one_missing_question_in_a_thousand_is_borne_and_no_more() {
    let outcome = |both, missing: u8| Outcome {
        both,
        ours_only: (0..missing).map(sample::opening).collect(),
        ..Outcome::default()
    };
    assert!(!outcome(999, 1).lacks_too_many() && outcome(998, 1).lacks_too_many());
    assert!(!outcome(1, 0).lacks_too_many());
}

/// R22: an open view asks again whether the person objects, under the opening that began it.
#[test]
fn a_wish_that_is_asked_again_belongs_to_its_entry_and_to_no_other_moment() {
    let (mut entries, mut lines) = ten();
    let mut again =
        sample::whole(Kind::Objection, Key::objection(&sample::opening(4), "again"), &sample::opening(4));
    again.at = at(4).plus_ms(50 * 60_000);
    entries.push(again);
    let wish = |minutes: i64, salt: u8| {
        let name = names().of(sample::opening(4).as_str(), "acute", WISH);
        written(name.id([salt; 6]), at(4).plus_ms(minutes * 60_000), sample::NHS_NUMBER)
    };
    lines.push(wish(50, 1));
    let outcome = reconciled(&entries, &lines.concat());
    assert_eq!((outcome.both, outcome.differences()), (11, 0), "{outcome:?}");
    lines.push(wish(25, 2));
    assert_eq!(reconciled(&entries, &lines.concat()).differences(), 1);
    let of_the_record = |minutes: i64| {
        let name = names().of(sample::opening(4).as_str(), "acute", RECORD);
        written(name.id([77; 6]), at(4).plus_ms(minutes * 60_000), sample::NHS_NUMBER)
    };
    lines.pop();
    lines.push(of_the_record(50));
    assert_eq!(reconciled(&entries, &lines.concat()).differences(), 1, "a record is asked for once");
}

/// The practice and the region's list are asked about the wish when a document of another source is opened.
#[test]
fn a_wish_may_be_asked_of_a_source_that_is_not_planned_and_a_record_may_not() {
    let mut entries = opened(4);
    entries.iter_mut().for_each(|entry| entry.sources = vec![sample::line("eput", None, None)]);
    let under = |part| {
        let name = names().of(sample::opening(4).as_str(), "acute", part);
        written(name.id([4; 6]), at(4).plus_ms(300), sample::NHS_NUMBER)
    };
    let wish = reconciled(&entries, &under(WISH));
    assert_eq!((wish.both, wish.theirs_only.len(), wish.explained), (1, 0, 0), "{wish:?}");
    assert_eq!(reconciled(&entries, &under(RECORD)).theirs_only.len(), 1, "HAZ-029: no entry plans it");
}

/// A locator's pointer leads to a partner that is a source of its own: its log has a line that bears the locator's name.
#[test]
fn a_document_to_which_a_pointer_led_is_ours_where_pointers_may_lead_and_nowhere_else() {
    let mut entries = opened(4);
    entries.iter_mut().for_each(|entry| entry.sources = vec![sample::line("nrl", None, Some("answered"))]);
    let name = names().of(sample::opening(4).as_str(), "nrl", RECORD);
    let line = written(name.id([4; 6]), at(4).plus_ms(300), sample::NHS_NUMBER);
    let outcome = |locators: &[&str], entries: &[Entry]| {
        let mut ours = Ours::new(&names(), "acute").led_by(locators);
        entries.iter().for_each(|entry| ours.take(entry));
        let terms = Terms { day: day(), handed_at: day().ends(), subject_key: None };
        let outcome = join(&ours, &read(line.as_bytes()).unwrap(), &terms);
        (outcome.both, outcome.theirs_only.len(), outcome.explained)
    };
    assert_eq!(outcome(&["nrl"], &entries), (1, 0, 0));
    assert_eq!(outcome(&[], &entries), (0, 1, 0));
    assert_eq!(outcome(&["nrl"], &opened(4)), (0, 1, 0), "HAZ-029: no entry plans it");
}

#[test]
fn one_request_that_was_answered_twice_is_told_and_one_renewed_after_a_refusal_is_not() {
    let (entries, lines) = ten();
    let again = line(4, 1_700, sample::NHS_NUMBER);
    let outcome = reconciled(&entries, &(lines.concat() + &again));
    assert_eq!(outcome.different[&Difference::UsedTwice], [sample::opening(4)]);
    let refused = line(4, 300, sample::NHS_NUMBER).replace("200", "401");
    assert_eq!(reconciled(&entries, &(refused + &lines.concat())).differences(), 0);
}

/// An opening late in the evening asks on after midnight, and a view of yesterday still asks today.
#[test]
fn questions_over_midnight_are_joined_and_told_on_one_day_alone() {
    let late =
        |entry: &Entry| Entry { at: Millis(entry.at.0 - at(4).0 + day().ends().0 - 2_000), ..entry.clone() };
    let entries: Vec<Entry> = opened(4).iter().map(late).collect();
    let name = names().of(sample::opening(4).as_str(), "acute", RECORD);
    let lines = written(name.id([4; 6]), day().ends().plus_ms(1_000), sample::NHS_NUMBER);
    assert_eq!(reconciled(&entries, &lines).both, 1);
    let stray = |at| written("nobody".to_owned(), at, sample::NHS_NUMBER);
    for (at, theirs, out) in [
        (day().begins().plus_ms(-1), 0, 0),
        (day().begins(), 1, 0),
        (day().ends().plus_ms(-1), 1, 0),
        (day().ends(), 0, 0),
        (day().ends().plus_ms(MARGIN_MS), 0, 1),
        (day().begins().plus_ms(-MARGIN_MS - 1), 0, 1),
    ] {
        let outcome = reconciled(&[], &stray(at));
        assert_eq!((outcome.theirs_only.len(), outcome.out_of_day), (theirs, out), "{at:?}");
    }
    let (from, until) = day().entries();
    assert!(from.0 < day().begins().0 - 4 * 3_600_000 && until > day().ends());
}

#[test]
fn what_was_opened_after_the_hand_over_is_not_missed_in_it() {
    let mut ours = Ours::new(&names(), "acute");
    opened(4).iter().for_each(|entry| ours.take(entry));
    let terms = |handed_at| Terms { day: day(), handed_at, subject_key: None };
    let missing = |handed_at| join(&ours, &HandOver::default(), &terms(handed_at)).ours_only.len();
    assert_eq!((missing(at(4).plus_ms(3_999)), missing(at(4).plus_ms(4_000))), (0, 1));
}

/// An edge node's own entries, exported, are a hand-over.
#[test]
fn audit_events_are_read_as_lines() {
    let (entries, lines) = ten();
    let name = names().of(sample::opening(4).as_str(), "acute", RECORD);
    let told = |id: &str, person: &str| {
        let mut answer = Entry::new(Kind::Answer, Key::edge(Kind::Answer, &["1"]), at(4).plus_ms(700));
        answer.detail = [("request".to_owned(), id.to_owned())].into();
        answer.whom = Some(Whom {
            nhs_number: person.to_owned(),
            sent: person.to_owned(),
            superseded: Vec::new(),
            trace: "as asked".to_owned(),
            differed: Vec::new(),
        });
        let deployment = crate::event::Deployment {
            observer: "edge".to_owned(),
            site: "ZZ910".to_owned(),
            address: None,
            base: "https://edge.example".to_owned(),
        };
        let placed = crate::event::Placed {
            entry: &answer,
            index: 7,
            commitment: &[1; 32],
            log: "edge/audit/ZZ910/2026",
        };
        crate::event::events(&placed, &deployment).unwrap().concat() + "\n"
    };
    let mut mixed = lines.clone();
    mixed[3] = told(&name.id([4; 6]), sample::NHS_NUMBER);
    let outcome = reconciled(&entries, &mixed.concat());
    assert_eq!((outcome.both, outcome.persons_compared), (10, 10), "{outcome:?}");
    mixed[3] = told(&name.id([4; 6]), OTHER);
    assert_eq!(reconciled(&entries, &mixed.concat()).different[&Difference::Person].len(), 1);
    mixed[3] = told("0f0e1d2c-aaaa-4bbb-8ccc-000000000001", OTHER);
    assert_eq!(reconciled(&entries, &mixed.concat()).theirs_only.len(), 1);
}

#[test]
fn a_name_is_a_uuid_of_version_8_that_says_nothing_and_is_known_again() {
    let name = names().of(sample::opening(1).as_str(), "acute", RECORD);
    let id = name.id([0xff; 6]);
    assert!(OpeningId::parse(&id).is_ok() && id.as_bytes()[14] == b'8', "{id}");
    assert!(matches!(id.as_bytes()[19], b'8' | b'9' | b'a' | b'b'), "{id}");
    assert_eq!(RequestName::in_id(&id), Some(name));
    assert_eq!(RequestName::in_id(&id.to_uppercase()), Some(name));
    let others = [
        names().of(sample::opening(2).as_str(), "acute", RECORD),
        names().of(sample::opening(1).as_str(), "gp", RECORD),
        names().of(sample::opening(1).as_str(), "acute", WISH),
        RequestNames::derive(&[8; 32]).unwrap().of(sample::opening(1).as_str(), "acute", RECORD),
    ];
    assert!(others.iter().all(|other| *other != name));
    for not in [
        "",
        "0f0e1d2c-aaaa-4bbb-8ccc-000000000001",
        "0f0e1d2caaaa8bbb8ccc000000000001",
        id.trim_end_matches("f"),
    ] {
        assert_eq!(RequestName::in_id(not), None, "{not}");
    }
}

#[test]
fn a_day_has_one_form_and_24_hours() {
    assert_eq!(day().to_string(), DAY);
    assert_eq!(Day::of(day().begins()), day());
    assert_eq!(Day::of(day().begins().plus_ms(-1)), day().before(1));
    assert_eq!(day().before(18).to_string(), "2026-10-31");
    for not in ["", "20261118", "2026-11-18T00:00:00Z", "2026-11-31", "-002026-11-18", " 2026-11-18"] {
        assert_eq!(Day::parse(not), Err(NotADay), "{not}");
    }
}

#[test]
fn the_result_names_its_source_and_nobody() {
    let (entries, mut lines) = ten();
    lines[3] = line(4, 700, OTHER);
    let outcome = reconciled(&entries, &lines.concat());
    let entry = Told::of(("acute", "ZZ910", day()), &outcome).entry(at(1));
    let text = String::from_utf8(entry.canonical().unwrap()).unwrap();
    assert!(
        entry.key.as_str().starts_with("incident:reconciled:acute:2026-11-18:"),
        "{}",
        entry.key.as_str()
    );
    for hidden in [OTHER, sample::NHS_NUMBER, sample::FAMILY, sample::SUBJECT] {
        assert!(!text.contains(hidden), "HAZ-049: {text}");
    }
    let [SourceLine { source, partner, .. }] = &*entry.sources else { panic!() };
    assert_eq!((source.as_str(), partner.as_deref()), ("acute", Some("ZZ910")));
    assert_eq!(Told::read(&sample::refused(1)), None);
}

/// HAZ-028: a day on which both sides agree is no alarm to whoever collects events.
#[test]
fn a_clean_day_is_exported_as_the_log_in_use_and_another_as_an_alert() {
    let (entries, lines) = ten();
    let event = |lines: &[String]| {
        let entry = Told::of(("acute", "ZZ910", day()), &reconciled(&entries, &lines.concat())).entry(at(1));
        let deployment = crate::event::Deployment {
            observer: "gateway:g1".to_owned(),
            site: "ZZ920".to_owned(),
            address: None,
            base: "https://gateway.example".to_owned(),
        };
        let log = "gateway.example/audit/ZZ920/2026";
        let placed = crate::event::Placed { entry: &entry, index: 7, commitment: &[1; 32], log };
        let text = crate::event::events(&placed, &deployment).unwrap().concat();
        let event: serde_json::Value = serde_json::from_str(&text).unwrap();
        (event["type"]["code"].clone(), event["outcome"].clone())
    };
    assert_eq!(event(&lines), ("110101".into(), "0".into()));
    assert_eq!(event(&lines[..6]), ("110113".into(), "12".into()));
}
