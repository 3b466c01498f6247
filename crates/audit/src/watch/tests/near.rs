//! AU37: PO-16, PO-17 and PO-19, each with entries that must raise it and entries that must not.

use super::{log::*, *};
use crate::cause::{CONTACT_NOT_KNOWN, LONG_AFTER_CONTACT, NO_RECENT_CONTACT};

fn closed(marks: &[&str]) -> Log {
    let mut log = Log::default();
    log.closed(One::default(), marks);
    log
}

#[test]
fn au37_po_16_no_contact_near_the_opening_is_told_once_for_each() {
    let log = closed(&[NO_RECENT_CONTACT]);
    let raised = log.raised();
    assert_eq!(rules(&raised), ["PO-16"]);
    let opening = log.entries[0].opening.clone().unwrap();
    assert_eq!((raised[0].about.as_str(), raised[0].organisation.as_str()), (opening.as_str(), "Z99"));
    assert!(fires(&closed(&[])).is_empty(), "there was one");
    assert!(fires(&closed(&[CONTACT_NOT_KNOWN])).is_empty(), "what is not known is told of nobody");
    let mut two = closed(&[NO_RECENT_CONTACT]);
    two.closed(One { person: 7, ..One::default() }, &[NO_RECENT_CONTACT]);
    assert_eq!(fires(&two), ["PO-16", "PO-16"]);
    let mut opened = Log::default();
    opened.marked(One::default(), &[NO_RECENT_CONTACT]);
    assert!(fires(&opened).is_empty(), "nobody knows before the sources have answered");
}

#[test]
fn au37_po_17_long_after_the_last_contact_is_told_once_and_says_the_other_too() {
    assert_eq!(fires(&closed(&[NO_RECENT_CONTACT, LONG_AFTER_CONTACT])), ["PO-17"]);
    assert!(fires(&closed(&[])).is_empty());
}

/// Southend, Basildon and Edinburgh.
fn sites() -> Lists {
    let mut lists = Lists::default();
    for (host, workstations, place) in [
        ("host-a", "", (51.5540, 0.6880)),
        ("host-b", "", (51.5580, 0.4510)),
        ("host-b", "EDI-", (55.9220, -3.1350)),
    ] {
        lists.sites.add(host, workstations, place).unwrap();
    }
    lists
}

fn travels(steps: &[(&'static str, i64, Option<&str>)]) -> Vec<&'static str> {
    let mut log = Log::default();
    for (host, minutes, device) in steps {
        log.opened(One { host, sds: true, at: 10 * HOUR + minutes * MINUTE, ..One::default() });
        log.entries.last_mut().unwrap().how.as_mut().unwrap().device = device.map(str::to_owned);
    }
    rules(&log.raised_by(Watch::new(Thresholds::default()).with(sites())))
}

#[test]
fn au37_po_19_two_places_closer_in_time_than_travel_allows() {
    // 16 km as the crow flies: eight minutes.
    assert_eq!(travels(&[("host-a", 0, None), ("host-b", 5, None)]), ["PO-19"]);
    assert!(travels(&[("host-a", 0, None), ("host-b", 9, None)]).is_empty());
    assert!(travels(&[("host-a", 0, None), ("host-a", 0, None)]).is_empty(), "where they were");
    assert!(travels(&[("host-a", 0, None), ("host-z", 1, None)]).is_empty(), "nobody knows where that is");
    // 500 km: more than four hours.
    assert_eq!(travels(&[("host-b", 0, None), ("host-b", 60, Some("EDI-WS-9"))]), ["PO-19"]);
    assert!(travels(&[("host-b", 0, None), ("host-b", 300, Some("EDI-WS-9"))]).is_empty());
    assert!(travels(&[("host-b", 0, None), ("host-b", 1, Some("BAS-WS-9"))]).is_empty());
    let there_and_back = [("host-a", 0, None), ("host-b", 1, None), ("host-a", 2, None)];
    assert_eq!(travels(&there_and_back), ["PO-19"], "once a day");
}

#[test]
fn au37_po_19_judges_each_professional_alone_at_the_speed_that_was_chosen() {
    let mut log = Log::default();
    for (professional, host, at) in [(1, "host-a", 0), (2, "host-b", 1)] {
        log.opened(One { professional, host, sds: true, at: at * MINUTE, ..One::default() });
    }
    let watch = |thresholds: Thresholds| Watch::new(thresholds).with(sites());
    assert!(log.raised_by(watch(Thresholds::default())).is_empty(), "two people");
    log.refused(One { host: "host-b", sds: true, at: 5 * MINUTE, ..One::default() });
    assert_eq!(
        rules(&log.raised_by(watch(Thresholds::default()))),
        ["PO-19"],
        "who is refused was there too"
    );
    let helicopters =
        Thresholds { travel_km_an_hour: std::num::NonZeroU32::new(250).unwrap(), ..Thresholds::default() };
    assert!(log.raised_by(watch(helicopters)).is_empty());
    assert!(log.raised().is_empty(), "without sites nobody is judged");
}

#[test]
fn a_site_that_is_no_place_on_the_earth_is_refused() {
    for place in [(90.1, 0.0), (0.0, -180.1), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
        assert_eq!(Sites::default().add("host-a", "", place), None, "{place:?}");
    }
    assert_eq!(Sites::default().add("host-a", "", (-90.0, 180.0)), Some(()));
}
