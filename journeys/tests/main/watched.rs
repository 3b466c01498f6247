//! Rules that are counted over the log while the gateway runs: contact with the professional's organisation, hours on a roster, two
//! places at once, whoever has left, a child. What each fires on and what it must not is tried entry by entry elsewhere.

use journeys::{browser::Browser, demo::Demo, ready::Person, signer::Signer};
use serde_json::{Value, json};
use std::{collections::BTreeMap, collections::BTreeSet, path::Path, time::Duration};

/// Of dr.okafor and of nurse.bell, as their host sends them.
const DOCTOR: &str = "555910000101";
const FAR_AWAY: &str = "FAR-";

/// An overlay, and what lists it names.
fn with_alerts(folder: &Path, alerts: &str) -> String {
    let over = folder.join("over.toml");
    std::fs::write(&over, format!("[alerts]\n{alerts}")).expect("a file can be written");
    over.display().to_string()
}

fn list(folder: &Path, name: &str, lines: &str) -> String {
    let file = folder.join(name);
    std::fs::write(&file, lines).expect("a file can be written");
    format!("{:?}", file.display().to_string())
}

/// The alerts of a rule once there are as many; the gateway counts every ten seconds.
async fn raised(demo: &Demo, rule: &str, count: usize) -> Vec<BTreeMap<String, String>> {
    for _ in 0..120 {
        let raised = demo.auditor().alerts_of(rule);
        if raised.len() >= count {
            return raised;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("{rule}: {count} alerts were to be raised, not {:?}", demo.auditor().alerts_of(rule));
}

/// Everything an alert says names nobody (HAZ-049).
fn names_nobody(alert: &BTreeMap<String, String>, person: &Person) {
    let said: String = alert.values().cloned().collect();
    let family = person.family();
    assert!(
        !said.contains(&person.nhs_number)
            && !said.to_uppercase().contains(&family)
            && !said.contains(DOCTOR),
        "HAZ-049: {said}"
    );
}

fn flags(entry: &Value) -> BTreeSet<&str> {
    entry["flags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Doreen's launch by the doctor, from one workstation.
async fn opened_from(demo: &Demo, signer: &Signer, workstation: &str) {
    let known = json!({"birthDate": "1935-08-14", "name": {"family": "Testpatient", "given": ["Doreen"]}, "gender": "female"});
    let mut claims = signer.claims(&demo.ready.golden_person(), &known);
    claims["client_hint"] = json!({"workstation": workstation});
    let granted = signer.launch(&claims).await;
    assert!(Browser::new(&demo.ready).follow(&granted.link()).await.read().await.is_complete());
}

// shows: R49
#[tokio::test]
async fn au37_po_16_and_po_17_are_raised_for_each_record_without_a_contact_near_and_for_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let demo = Demo::start(&["--with-config", &with_alerts(folder.path(), "after_contact_days = 31\n")]);
    let signed_in = demo.host().sign_in("dr.okafor").await;
    for person in demo.ready.people().iter().take(16) {
        signed_in.open(person).await.read().await;
    }
    let closes = demo.auditor().entries("close");
    let of = |flag: &str| -> BTreeSet<String> {
        let flagged = closes.iter().filter(|close| flags(close).contains(flag));
        flagged.map(|close| close["opening"].as_str().expect("an opening").to_owned()).collect()
    };
    let (long, none) = (of("long-after-contact"), of("no-recent-contact"));
    let only_none: BTreeSet<String> = none.difference(&long).cloned().collect();
    assert!(!long.is_empty() && !only_none.is_empty(), "positive control: {long:?} {only_none:?}");
    assert!(none.len() + of("contact-not-known").len() < closes.len(), "somebody was there lately");
    for (rule, openings) in [("PO-17", long), ("PO-16", only_none)] {
        let alerts = raised(&demo, rule, openings.len()).await;
        let about: BTreeSet<String> = alerts.iter().map(|alert| alert["about"].clone()).collect();
        assert_eq!(
            (about, alerts.len()),
            (openings.clone(), openings.len()),
            "{rule}: once for each of these"
        );
        alerts.iter().for_each(|alert| names_nobody(alert, &demo.ready.golden_person()));
    }
    demo.finish();
}

#[tokio::test]
async fn au37_po_18_a_record_opened_outside_a_shift_is_told_once_and_one_without_a_roster_never() {
    let folder = tempfile::tempdir().expect("a folder");
    // Shifts long ago and long to come, so that today lies within the roster and in nobody's hours.
    let shifts = format!(
        "user,from,until\n{DOCTOR},2020-01-01T08:00,2020-01-01T20:00\n{DOCTOR},2090-01-01T08:00,2090-01-01T20:00\n"
    );
    let rosters = format!("rosters = {{ ZZ910 = {} }}\n", list(folder.path(), "roster.csv", &shifts));
    let demo = Demo::start(&["--with-config", &with_alerts(folder.path(), &rosters)]);
    let doreen = demo.ready.golden_person();
    for login in ["nurse.bell", "dr.okafor", "dr.okafor"] {
        assert!(demo.host().sign_in(login).await.open(&doreen).await.read().await.is_complete());
    }
    let alerts = raised(&demo, "PO-18", 1).await;
    assert_eq!(alerts.len(), 1, "once a day, and of nobody who is not on the roster: {alerts:?}");
    assert_eq!(alerts[0]["organisation"], "ZZ910");
    names_nobody(&alerts[0], &doreen);
    demo.finish();
}

#[tokio::test]
async fn au37_po_19_one_professional_at_two_places_within_a_moment_is_told_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let sites = format!(
        "[[alerts.sites]]\nhost = \"demo-host\"\nlatitude = 51.558\nlongitude = 0.451\n\
         [[alerts.sites]]\nhost = \"demo-host\"\nworkstations = \"{FAR_AWAY}\"\nlatitude = 54.978\nlongitude = -1.617\n"
    );
    let demo = Demo::start(&["--with-config", &with_alerts(folder.path(), &sites)]);
    let signer = demo.signer().await;
    opened_from(&demo, &signer, "NEAR-1").await;
    opened_from(&demo, &signer, "NEAR-2").await;
    tokio::time::sleep(Duration::from_secs(12)).await;
    assert!(demo.auditor().alerts_of("PO-19").is_empty(), "two workstations of one place");
    opened_from(&demo, &signer, &format!("{FAR_AWAY}7")).await;
    opened_from(&demo, &signer, "NEAR-1").await;
    let alerts = raised(&demo, "PO-19", 1).await;
    assert_eq!((alerts.len(), alerts[0]["organisation"].as_str()), (1, "ZZ910"), "once a day: {alerts:?}");
    names_nobody(&alerts[0], &demo.ready.golden_person());
    demo.finish();
}

#[tokio::test]
async fn au37_po_11_whoever_is_put_on_the_list_of_leavers_is_found_without_a_restart_and_is_let_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let leavers = format!("leavers = {{ ZZ910 = {} }}\n", list(folder.path(), "leavers.csv", "user,since\n"));
    let demo = Demo::start(&["--with-config", &with_alerts(folder.path(), &leavers)]);
    let doreen = demo.ready.golden_person();
    assert!(demo.host().sign_in("dr.okafor").await.open(&doreen).await.read().await.is_complete());
    assert!(demo.auditor().alerts_of("PO-11").is_empty());
    let today = journeys::today();
    list(folder.path(), "leavers.csv", &format!("user,since\n{DOCTOR},{today}\n"));
    let alerts = raised(&demo, "PO-11", 1).await;
    assert_eq!(
        (alerts.len(), alerts[0]["organisation"].as_str()),
        (1, "ZZ910"),
        "of what was done before, too"
    );
    names_nobody(&alerts[0], &doreen);
    let page = demo.host().sign_in("dr.okafor").await.open(&doreen).await.read().await;
    assert!(page.is_complete(), "it is an alert and no lock: that is the business of the sign-in");
    demo.finish();
}

// shows: R49
#[tokio::test]
async fn au37_po_13_a_childs_record_opened_by_a_role_without_childrens_work_is_told_of_and_no_other() {
    let demo = Demo::start(&[]);
    let child = demo.ready.person("child");
    let doctor = demo.host().sign_in("dr.okafor").await;
    assert!(doctor.open(&child).await.read().await.is_complete(), "a role that works with children");
    let carer = demo.host().sign_in("care.hale").await;
    assert!(carer.open(&demo.ready.golden_person()).await.read().await.is_complete(), "nobody's child");
    assert!(carer.open(&child).await.read().await.is_complete());
    let raised = raised(&demo, "PO-13", 1).await;
    assert_eq!(raised.len(), 1, "{raised:?}");
    raised.iter().for_each(|alert| names_nobody(alert, &child));
    let opens = demo.auditor().entries("open");
    let of_children: Vec<&Value> = opens.iter().filter(|open| flags(open).contains("child")).collect();
    assert_eq!((opens.len(), of_children.len()), (3, 2), "the flag stands where a child's record was opened");
    demo.finish();
}
