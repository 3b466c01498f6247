//! Whatever is fed: the same entries give the same alerts, a watch that starts again raises nothing else, and no alert
//! names anybody.

use super::{
    log::{self, DAY, Log, MINUTE, One},
    *,
};
use crate::Key;
use proptest::prelude::*;
use std::collections::BTreeSet;

const ROUTES: [&str; 3] = ["signed", "direct", "smart"];
const ROLES: [&str; 3] = ["R2", "R5", "R1"];
const CAUSES: [&str; 4] = ["nobody", "found", "looks for one person", "did not answer"];

/// One of a few professionals does something with one of a few persons, several times within minutes.
fn acts() -> impl Strategy<Value = Vec<(u8, One, u8)>> {
    let one = (0_u32..3, 0_usize..3, 0_usize..3, 0_u32..40, any::<bool>(), 0_i64..45 * 24 * 60);
    let one = one.prop_map(|(professional, route, role, person, host_open, minute)| One {
        professional,
        route: ROUTES[route],
        role: ROLES[role],
        person,
        sds: person % 2 == 0,
        relationship: if host_open { &["host-open"] } else { &["caseload"] },
        at: minute * MINUTE,
        ..One::default()
    });
    prop::collection::vec((0_u8..10, one, 1_u8..12), 1..80)
}

/// In order of time but for half an hour, as replicas write.
fn made(acts: Vec<(u8, One, u8)>) -> Log {
    let mut several: Vec<(u8, One)> = acts
        .into_iter()
        .flat_map(|(act, one, times)| {
            (0..times).map(move |n| {
                let n = u32::from(n);
                let at = one.at + i64::from(n) * MINUTE;
                (act, One { person: one.person + n * (one.person % 3), at, ..one.clone() })
            })
        })
        .collect();
    several.sort_by_key(|(act, one)| one.at + i64::from(*act) * 5 * MINUTE);
    let mut log = Log::default();
    for (act, one) in several {
        let cause = CAUSES[one.person as usize % CAUSES.len()];
        match act {
            0 => log.opened(one),
            1 => log.document(one),
            2 => log.refused(one),
            3 => log.overridden(one, "identity differs: continued"),
            4 => log.printed(one),
            5 => log.searched(one, cause),
            6 => log.opened_child(One { role: "R7", ..one }),
            7 => log.opened(One { host: "host-b", sds: true, ..one }),
            8 => log.closed(one, &[["no-recent-contact"], ["long-after-contact"]][cause.len() % 2]),
            _ => log.disclosed(one, "ZZ901", ("mental-health", "full"), "answered"),
        }
    }
    log
}

fn whole() -> Watch {
    Watch::new(Thresholds::default()).with(lists())
}

/// One of them leaves after ten days, and works at noon until then.
fn lists() -> Lists {
    let mut lists = Lists::default();
    let who = "host-a/professional-canary-1";
    lists.leavers.add("Z99", who, Millis(log::START + 10 * DAY));
    lists.sites.add("host-a", "", (51.554, 0.688));
    lists.sites.add("host-b", "", (55.922, -3.135));
    for day in 0..12 {
        let noon = log::START + day * DAY + 12 * log::HOUR;
        lists.rosters.add("Z99", who, (Millis(noon), Millis(noon + log::HOUR)));
    }
    lists
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_beginning_of_the_log_gives_the_same_alerts_every_time(acts in acts(), cut in 0.0..1.0_f64) {
        let log = made(acts);
        let cut = (log.entries.len() as f64 * cut) as usize;
        let first = || log.entries.iter().enumerate().take(cut);
        let once = log::raised(whole(), first());
        prop_assert_eq!(&once, &log::raised(whole(), first()));
        let all = log.raised_by(whole());
        prop_assert_eq!(once.as_slice(), &all[..once.len()], "more entries only add");
    }

    #[test]
    fn a_watch_that_starts_again_raises_what_the_whole_log_raises_and_nothing_else(
        acts in acts(), cut in 0.0..1.0_f64,
    ) {
        let log = made(acts);
        let cut = (log.entries.len() as f64 * cut) as usize;
        let all = log.raised_by(whole());
        let rest = log.entries.iter().enumerate().skip(cut);
        let again = log::raised(Watch::resumed(Thresholds::default()).with(lists()), rest);
        prop_assert!(again.iter().all(|raised| all.contains(raised)), "nothing else");
        let Some(first) = log.entries.get(cut) else { return Ok(()) };
        let due = all.iter().filter(|raised| {
            raised.at >= first.at.plus_ms(raised.rule.looks_back_ms() + LATE_MS)
        });
        for raised in due {
            prop_assert!(again.contains(raised), "{:?} is missing", raised);
        }
    }

    /// HAZ-049.
    #[test]
    fn au37_no_alert_contains_an_identifier_of_the_entries_it_was_raised_from(acts in acts()) {
        let log = made(acts);
        let identifiers: BTreeSet<&str> = log.entries.iter().flat_map(identifiers).collect();
        for raised in log.raised_by(whole()) {
            let text = format!("{raised:?} {} {}", Key::raised(raised.rule.id(), &raised.about).as_str(), raised.what);
            for identifier in &identifiers {
                prop_assert!(!text.contains(identifier), "{} in {}", identifier, text);
            }
        }
    }
}

fn identifiers(entry: &Entry) -> Vec<&str> {
    let who = entry.who.as_ref().unwrap();
    let (whom, why) = (entry.whom.as_ref().unwrap(), entry.why.as_ref().unwrap());
    let given = who.name.given.iter().map(String::as_str);
    let session = entry.how.as_ref().and_then(|how| how.host_session.as_deref());
    [&*who.subject, &who.name.family, &whom.nhs_number, &whom.sent]
        .into_iter()
        .chain(given)
        .chain(session)
        .chain(who.sds_user_id.as_deref())
        .chain(why.reason_text.as_deref())
        .collect()
}

#[test]
fn the_laws_are_tried_on_logs_that_raise_every_rule() {
    let mut log = Log::default();
    let base = One { relationship: &["host-open"], role: "R5", route: "direct", ..One::default() };
    for n in 0..20_u32 {
        let one = One { person: n, at: i64::from(n % 5) * DAY + i64::from(n) * MINUTE, ..base.clone() };
        let early = One { person: n, at: i64::from(n) * MINUTE, ..base.clone() };
        log.opened(early.clone());
        log.opened(One { person: 0, ..one.clone() });
        log.document(early.clone());
        log.overridden(early.clone(), "identity differs: continued");
        log.searched(early.clone(), if n % 4 == 3 { "found" } else { "nobody" });
        log.disclosed(early, "ZZ901", ("mental-health", "full"), "answered");
    }
    log.opened_child(One { role: "R7", person: 5_000, at: 11 * DAY, ..One::default() });
    log.closed(One { at: 11 * DAY, ..One::default() }, &["no-recent-contact"]);
    log.closed(One { at: 11 * DAY, ..One::default() }, &["long-after-contact"]);
    for host in ["host-a", "host-b"] {
        log.opened(One { host, sds: true, at: 13 * DAY, ..One::default() });
    }
    log.entries.sort_by_key(|entry| entry.at);
    let rules: BTreeSet<&str> = log.raised_by(whole()).iter().map(|raised| raised.rule.id()).collect();
    assert_eq!(rules, Rule::ALL.iter().map(|rule| rule.id()).collect());
}

#[test]
fn a_clock_that_was_wrong_for_one_entry_is_set_back_and_the_rules_go_on() {
    let mut log = Log::default();
    log.opened(One { professional: 9, at: 400 * DAY, ..One::default() });
    for n in 0..31 {
        log.opened(One { person: n * 50, at: i64::from(n), ..One::default() });
    }
    assert_eq!(fires(&log), ["PO-15"]);
}
