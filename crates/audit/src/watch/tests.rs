//! AU37: each rule with entries that must raise it and entries that must not, at the edge of its threshold.

/// Entries as the program writes them.
mod log;
/// What holds whatever is fed.
mod laws;
/// Where the professional is, and how near the person is to them.
mod near;

use super::*;
use crate::OpeningId;
use log::{DAY, HOUR, Log, MINUTE, One};

fn rules(raised: &[Raised]) -> Vec<&'static str> {
    raised.iter().map(|raised| raised.rule.id()).collect()
}

fn fires(log: &Log) -> Vec<&'static str> {
    rules(&log.raised())
}

fn sensitive(one: One, partner: &str, (category, level): (&str, &str)) -> Log {
    let mut log = Log::default();
    log.disclosed(one, partner, (category, level), "answered");
    log
}

#[test]
fn au37_po_03_safeguarding_or_mental_health_in_full_of_another_organisation_is_told_once_for_an_opening() {
    let mut log = sensitive(One::default(), "ZZ901", ("safeguarding", "existence"));
    log.again_disclosed("ZZ902", ("mental-health", "full"));
    let raised = log.raised();
    assert_eq!(rules(&raised), ["PO-03"]);
    let opening = log.entries[0].opening.clone().unwrap();
    assert_eq!((raised[0].about.as_str(), raised[0].index), (opening.as_str(), Some(0)));
    assert_eq!(raised[0].organisation, "Z99");
    let one = One::default;
    assert_eq!(fires(&sensitive(one(), "ZZ902", ("mental-health", "full"))), ["PO-03"]);
    assert!(fires(&sensitive(one(), "ZZ902", ("mental-health", "summary"))).is_empty());
    assert!(fires(&sensitive(one(), "ZZ902", ("safeguarding", "nothing"))).is_empty());
    assert!(fires(&sensitive(one(), "ZZ902", ("problems", "full"))).is_empty());
    assert!(fires(&sensitive(one(), "Z99", ("mental-health", "full"))).is_empty(), "their own");
}

#[test]
fn au37_po_03_a_source_that_has_nothing_shows_nothing_and_the_level_is_a_choice() {
    let mut empty = Log::default();
    empty.disclosed(One::default(), "ZZ901", ("safeguarding", "full"), "answered-empty");
    assert!(fires(&empty).is_empty());
    let thresholds = Thresholds { safeguarding_from: Level::Summary, ..Thresholds::default() };
    let existence = sensitive(One::default(), "ZZ901", ("safeguarding", "existence"));
    assert!(existence.raised_by(Watch::new(thresholds.clone())).is_empty());
    let summary = sensitive(One::default(), "ZZ901", ("safeguarding", "summary"));
    assert_eq!(rules(&summary.raised_by(Watch::new(thresholds))), ["PO-03"]);
}

#[test]
fn au37_po_03_a_role_whose_normal_work_it_is_has_one_digest_for_the_day() {
    let mut log = Log::default();
    for (professional, at) in [(1, 0), (2, HOUR), (2, 2 * HOUR)] {
        let one = One { professional, role: "R5", at, ..One::default() };
        log.disclosed(one, "ZZ901", ("mental-health", "full"), "answered");
    }
    assert!(fires(&log).is_empty(), "the day is not over");
    log.opened(One { at: DAY, ..One::default() });
    let raised = log.raised();
    assert_eq!(rules(&raised), ["PO-03"]);
    assert!(raised[0].what.contains("role R5") && raised[0].what.ends_with(": 3"), "{}", raised[0].what);
    assert_eq!((raised[0].index, raised[0].organisation.as_str()), (None, "Z99"));
    assert!(OpeningId::parse(&raised[0].about).is_err());
}

fn searched(causes: &[(&str, i64)]) -> Log {
    let mut log = Log::default();
    for (cause, at) in causes {
        log.searched(One { at: *at, ..One::default() }, "looks for one person");
        log.searched(One { at: *at, ..One::default() }, cause);
    }
    log
}

// shows: A20
#[test]
fn au37_po_14_three_misses_then_a_hit_within_ten_minutes() {
    let log =
        searched(&[("nobody", 0), ("differs", MINUTE), ("restricted", 2 * MINUTE), ("found", 9 * MINUTE)]);
    let raised = log.raised();
    assert_eq!(rules(&raised), ["PO-14"]);
    assert_eq!((raised[0].about.len(), raised[0].index), (64, Some(7)), "a hash, and where to look");
    assert!(fires(&searched(&[("nobody", 0), ("nobody", 1), ("found", 2)])).is_empty());
    let slow = [("nobody", 0), ("nobody", 9 * MINUTE), ("nobody", 9 * MINUTE), ("found", 10 * MINUTE)];
    assert!(fires(&searched(&slow)).is_empty(), "ten minutes are over");
    let silent = [("did not answer", 0), ("nobody", 1), ("nobody", 2), ("found", 3)];
    assert!(fires(&searched(&silent)).is_empty(), "silence is no miss");
    let two = [("nobody", 0), ("nobody", 1), ("found", 2), ("nobody", 3), ("found", 4)];
    assert!(fires(&searched(&two)).is_empty(), "what was found ends the count");
}

#[test]
fn au37_po_14_the_misses_of_another_professional_do_not_count() {
    let mut log = Log::default();
    for professional in [1, 2, 3] {
        log.searched(One { professional, ..One::default() }, "nobody");
    }
    log.searched(One { professional: 3, ..One::default() }, "found");
    assert!(fires(&log).is_empty());
}

fn persons(count: u32, one: One) -> Log {
    let mut log = Log::default();
    for n in 0..count {
        log.opened(One { person: n * 50, at: i64::from(n) * 1_000, ..one.clone() });
    }
    log
}

// shows: A20
#[test]
fn au37_po_15_more_than_thirty_persons_within_an_hour_and_half_of_that_in_direct_access() {
    let raised = persons(40, One::default()).raised();
    assert_eq!(rules(&raised), ["PO-15"], "once a day");
    assert_eq!(raised[0].index, Some(30), "the thirty-first");
    assert!(fires(&persons(30, One::default())).is_empty());
    let direct = One { route: "direct", ..One::default() };
    assert_eq!(persons(16, direct.clone()).raised()[0].index, Some(15));
    assert!(fires(&persons(15, direct)).is_empty());
    let mut same = Log::default();
    let mut documents = Log::default();
    let mut slow = Log::default();
    for n in 0..60 {
        same.opened(One::default());
        slow.opened(One { person: n * 50, at: i64::from(n) * 2 * MINUTE, ..One::default() });
        let one = One { professional: n, person: n * 50, ..One::default() };
        documents.document(one);
    }
    assert!(fires(&same).is_empty() && fires(&slow).is_empty() && fires(&documents).is_empty());
}

/// So many hours in which one professional opened one person, each of another professional; then three persons in one.
fn usual(hours: u32, role: &'static str) -> Log {
    let mut log = Log::default();
    for n in 0..hours {
        let at = i64::from(n % 20) * DAY;
        log.opened(One { professional: 10 + n, person: n * 50, at, ..One::default() });
    }
    log.entries.sort_by_key(|entry| entry.at);
    for person in [7, 107, 207] {
        log.opened(One { role, person, at: 25 * DAY, ..One::default() });
    }
    log
}

#[test]
fn au37_po_15_more_persons_than_the_roles_professionals_open_in_999_of_1000_hours() {
    assert_eq!(fires(&usual(1_000, "R2")), ["PO-15"]);
    assert!(fires(&usual(999, "R2")).is_empty(), "nothing is usual yet");
    assert!(fires(&usual(1_000, "R3")).is_empty(), "another role");
    let mut old = usual(1_000, "R2");
    for entry in old.entries.iter_mut().rev().take(3) {
        entry.at = entry.at.plus_ms(24 * DAY);
    }
    assert!(fires(&old).is_empty(), "28 days are over");
}

fn days(of: &[i64], one: One) -> Log {
    let mut log = Log::default();
    for day in of {
        log.opened(One { at: day * DAY, ..one.clone() });
        log.opened(One { at: day * DAY + HOUR, ..one.clone() });
    }
    log
}

#[test]
fn au37_po_20_the_same_person_on_five_days_in_thirty_with_host_open_alone() {
    let one = || One { relationship: &["host-open"], ..One::default() };
    let raised = days(&[0, 3, 9, 20, 29, 29], one()).raised();
    assert_eq!((rules(&raised), raised[0].index), (vec!["PO-20"], Some(8)), "on the fifth day");
    assert!(fires(&days(&[0, 3, 9, 20], one())).is_empty());
    assert!(fires(&days(&[0, 3, 9, 20, 30], one())).is_empty(), "30 days are over");
    let known = One { relationship: &["host-open", "caseload"], ..One::default() };
    assert!(fires(&days(&[0, 1, 2, 3, 4, 5], known)).is_empty());
    let mut several = days(&[0, 1, 2, 3], one());
    several.opened(One { professional: 2, at: 4 * DAY, ..one() });
    several.opened(One { person: 4_000, at: 5 * DAY, ..one() });
    assert!(fires(&several).is_empty(), "neither another professional nor another person");
}

fn row(of: &[u32], one: One) -> Log {
    let mut log = Log::default();
    for (n, person) in of.iter().enumerate() {
        log.opened(One { person: *person, at: n as i64 * 20 * MINUTE, ..one.clone() });
    }
    log
}

// shows: A20
#[test]
fn au37_po_21_three_numbers_within_ten_of_each_other_within_an_hour() {
    let raised = row(&[105, 100, 110], One::default()).raised();
    assert_eq!((rules(&raised), raised[0].index), (vec!["PO-21"], Some(2)));
    assert!(fires(&row(&[100, 105, 111], One::default())).is_empty(), "eleven apart");
    assert!(fires(&row(&[100, 101, 100], One::default())).is_empty(), "two persons");
    assert!(fires(&row(&[100, 500, 900, 101, 102], One::default())).is_empty(), "the first is an hour ago");
    let direct = One { route: "direct", ..One::default() };
    assert_eq!(fires(&row(&[100, 101], direct)), ["PO-21"]);
    assert!(fires(&row(&[100, 101], One::default())).is_empty());
}

#[test]
fn au37_po_21_numbers_looked_for_and_openings_refused_count_as_well() {
    let mut log = row(&[100], One::default());
    log.refused(One { person: 101, ..One::default() });
    log.searched(One { person: 102, route: "signed", ..One::default() }, "nobody");
    assert_eq!(fires(&log), ["PO-21"]);
}

fn continued(ones: &[(u32, i64)]) -> Log {
    let mut log = Log::default();
    for (professional, at) in ones {
        let one = One { professional: *professional, at: *at, ..One::default() };
        log.overridden(one.clone(), "identity differs: interruption shown");
        log.overridden(one, "identity differs: continued");
    }
    log
}

#[test]
fn au37_po_22_the_identity_warning_passed_over_three_times_a_week_or_five_times_a_day_from_one_host() {
    let raised = continued(&[(1, 0), (1, 3 * DAY), (1, 6 * DAY)]).raised();
    assert_eq!((rules(&raised), raised[0].index), (vec!["PO-22"], Some(5)));
    assert!(fires(&continued(&[(1, 0), (1, 3 * DAY), (1, 7 * DAY)])).is_empty(), "the week is over");
    let host = continued(&[(1, 0), (2, 1), (3, 2), (4, 3), (5, 4)]).raised();
    assert_eq!((rules(&host), host[0].index), (vec!["PO-22"], Some(9)));
    assert!(host[0].what.contains("one host"));
    assert!(fires(&continued(&[(1, 0), (2, 1), (3, 2), (4, 3)])).is_empty());
    let both = continued(&[(1, 0), (2, 0), (3, 0), (3, 0), (3, 0)]).raised();
    assert_eq!(rules(&both), ["PO-22", "PO-22"]);
    assert_ne!(both[0].about, both[1].about, "two occasions");
}

fn documents(count: i64, one: One) -> Log {
    let mut log = Log::default();
    for n in 0..count {
        log.document(One { at: n * MINUTE, ..one.clone() });
    }
    log
}

#[test]
fn au37_po_30_ten_prints_or_downloads_within_an_hour_or_more_prints_than_openings() {
    let raised = documents(12, One::default()).raised();
    assert_eq!((rules(&raised), raised[0].index), (vec!["PO-30"], Some(9)));
    assert!(fires(&documents(9, One::default())).is_empty());
    assert_eq!(fires(&documents(5, One { route: "direct", ..One::default() })), ["PO-30"]);
    let mut once = Log::default();
    once.opened(One::default());
    once.document(One { at: 1, ..One::default() });
    once.printed(One { at: 2, ..One::default() });
    assert!(fires(&once).is_empty(), "one print of one opening");
    once.printed(One { at: DAY - 1, ..One::default() });
    assert_eq!(fires(&once), ["PO-30"]);
    let mut other = Log::default();
    other.opened(One { professional: 2, ..One::default() });
    other.printed(One::default());
    assert_eq!(fires(&other), ["PO-30"], "an opening of somebody else's");
}

#[test]
fn one_professional_is_one_whichever_way_they_come() {
    let mut log = Log::default();
    for n in 0..31 {
        let route = if n % 2 == 0 { "signed" } else { "smart" };
        let host = if n % 2 == 0 { "host-a" } else { "host-b" };
        log.opened(One { person: n * 50, route, host, sds: true, ..One::default() });
    }
    assert_eq!(fires(&log), ["PO-15"]);
}

#[test]
fn every_rule_has_a_number_of_its_own_and_none_is_one_that_the_way_in_raises() {
    let ids: Vec<&str> = Rule::ALL.map(Rule::id).to_vec();
    assert_eq!(
        ids,
        [
            "PO-03", "PO-11", "PO-13", "PO-14", "PO-15", "PO-16", "PO-17", "PO-18", "PO-19", "PO-20",
            "PO-21", "PO-22", "PO-30"
        ]
    );
    assert!(Rule::ALL.iter().all(|rule| rule.version() == 1 && rule.looks_back_ms() <= REPLAY_MS - DAY_MS));
}

#[test]
fn thresholds_are_those_of_the_paper_and_nought_or_an_unknown_word_is_refused() {
    let read = |text: &str| serde_json::from_str::<Thresholds>(text);
    assert_eq!(read("{}").unwrap(), Thresholds::default());
    let chosen = read(r#"{"find_misses": 2, "safeguarding_from": "full", "digest_roles": []}"#).unwrap();
    assert_eq!((chosen.find_misses.get(), chosen.safeguarding_from), (2, Level::Full));
    for wrong in [
        r#"{"find_misses": 0}"#,
        r#"{"misses": 3}"#,
        r#"{"safeguarding_from": "nothing"}"#,
        r#"{"row_span": -1}"#,
        r#"{"row_span": 4294967296}"#,
    ] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn hostile_entries_raise_nothing_and_end_nothing() {
    let mut log = Log::default();
    for (at, number) in [(i64::MIN, "999"), (i64::MAX, "99900000é1"), (0, ""), (-1, "+990000018")] {
        log.opened(One { at, ..One::default() });
        log.document(One { at, ..One::default() });
        let last = log.entries.last_mut().unwrap();
        last.whom.as_mut().unwrap().nhs_number = number.to_owned();
        log.entries.push(Entry { who: None, ..log.entries[0].clone() });
        log.entries.push(Entry { how: None, whom: None, why: None, ..log.entries[0].clone() });
        log.disclosed(
            One { role: "R5", at, ..One::default() },
            "ZZ901",
            ("mental-health", "full"),
            "answered",
        );
    }
    let raised = log.raised();
    assert!(raised.iter().all(|raised| raised.rule == Rule::SensitiveElsewhere), "{raised:?}");
}

#[test]
fn au37_po_11_whoever_left_or_was_suspended_is_told_of_once_a_day_from_that_day_on() {
    let since = Millis(log::START + DAY);
    let listed = |organisation: &str, user: &str| {
        let mut lists = Lists::default();
        lists.leavers.add(organisation, user, since);
        Watch::new(Thresholds::default()).with(lists)
    };
    let mut log = Log::default();
    for at in [0, DAY - 1, DAY, DAY + HOUR, 2 * DAY] {
        log.opened(One { sds: true, at, ..One::default() });
    }
    let raised = log.raised_by(listed("Z99", "555900000001"));
    assert_eq!(rules(&raised), ["PO-11", "PO-11"], "on two days");
    assert_eq!(raised.iter().map(|one| one.index).collect::<Vec<_>>(), [Some(2), Some(4)]);
    assert!(log.raised_by(listed("Z98", "555900000001")).is_empty(), "another organisation's list");
    assert!(log.raised_by(listed("Z99", "555900000002")).is_empty(), "somebody else");
    let mut unknown = Log::default();
    unknown.refused(One { at: 3 * DAY, ..One::default() });
    assert_eq!(rules(&unknown.raised_by(listed("Z99", "host-a/professional-canary-1"))), ["PO-11"]);
    assert!(unknown.raised_by(listed("Z99", "host-b/professional-canary-1")).is_empty(), "at another host");
}

#[test]
fn au37_po_13_a_child_is_told_of_once_for_each_opening_by_a_role_without_childrens_work() {
    let opened = |role: &'static str, child: bool| {
        let mut log = Log::default();
        let one = || One { role, ..One::default() };
        if child {
            log.opened_child(one())
        } else {
            log.opened(one())
        }
        log
    };
    assert_eq!(fires(&opened("R7", true)), ["PO-13"]);
    assert!(fires(&opened("R7", false)).is_empty(), "somebody grown up");
    assert!(fires(&opened("R2", true)).is_empty(), "their work");
    let thresholds = Thresholds { children_roles: [].into(), ..Thresholds::default() };
    assert_eq!(rules(&opened("R2", true).raised_by(Watch::new(thresholds))), ["PO-13"], "a choice");
    let mut twice = opened("R8", true);
    twice.opened_child(One { role: "R8", person: 5_000, ..One::default() });
    assert_eq!(fires(&twice), ["PO-13", "PO-13"]);
}

#[test]
fn au37_po_18_only_whoever_is_on_a_roster_is_told_of_outside_it_and_only_while_it_lasts() {
    let who = "host-a/professional-canary-1";
    let mut lists = Lists::default();
    for day in [0, 2] {
        let begins = log::START + day * DAY + 8 * HOUR;
        lists.rosters.add("Z99", who, (Millis(begins), Millis(begins + 12 * HOUR)));
    }
    let opened = |one: One| {
        let mut log = Log::default();
        log.opened(one);
        rules(&log.raised_by(Watch::new(Thresholds::default()).with(lists.clone())))
    };
    let at = |at| One { at, ..One::default() };
    assert_eq!(opened(at(22 * HOUR)), ["PO-18"]);
    assert_eq!(opened(at(DAY + 10 * HOUR)), ["PO-18"], "a day off");
    assert!(opened(at(10 * HOUR)).is_empty());
    assert!(opened(at(20 * HOUR + 50 * MINUTE)).is_empty(), "within an hour after it");
    let direct = One { route: "direct", ..at(20 * HOUR + 50 * MINUTE) };
    assert_eq!(opened(direct), ["PO-18"], "half of it in direct sessions");
    assert!(
        opened(at(7 * HOUR)).is_empty() && opened(at(3 * DAY)).is_empty(),
        "the roster does not cover it"
    );
    assert!(opened(One { professional: 2, ..at(22 * HOUR) }).is_empty(), "not on it");
    let mut document = Log::default();
    document.document(at(22 * HOUR));
    assert!(document.raised_by(Watch::new(Thresholds::default()).with(lists.clone())).is_empty());
}
