//! What the page reads of each kind of event, through the gateway's own reader.
// shows: R62

use super::*;
use record::item::{Care, Facts, Section, Standing};

const FLAGS: &str = r#"
numbers = "traced"
[flags_as]
"Dementia" = "alert"
"Hearing Impairment" = "individual-requirement"
"Visual Impairment" = "alert"
"Autism Spectrum Disorder (ASD)" = "off"
"#;

fn named<'i>(items: &'i [Item], words: &str) -> &'i Item {
    let named: Vec<&Item> = items.iter().filter(|item| item.words() == words).collect();
    assert_eq!(named.len(), 1, "{words} among {:?}", items.iter().map(Item::words).collect::<Vec<_>>());
    named[0]
}

fn care(item: &Item) -> &Care {
    match &item.facts {
        Facts::Care(care) => care,
        _ => panic!("not care"),
    }
}

/// What stands in the row, then what stands behind it.
fn details(item: &Item) -> Vec<String> {
    let mut told = Vec::new();
    if let Facts::Result(measured) = &item.facts {
        told.extend(measured.value.iter().map(|value| format!("Value: {value}")));
        let parts = measured.components.iter();
        told.extend(
            parts.filter_map(|part| Some(format!("{}: {}", part.name.words()?, part.value.as_deref()?))),
        );
    }
    told.extend(item.details.iter().map(|detail| format!("{}: {}", detail.label, detail.value)));
    told
}

fn from(item: &Item) -> &str {
    item.when.from.as_ref().unwrap().as_sent()
}

#[test]
fn a_request_is_read_with_reason_outcome_and_route() {
    let request = event(
        "Request",
        &[
            ("Event Outcome", "NFA – Information & Advice / Signposting only"),
            ("Request: Route of Access", "Discharge from Hospital"),
            ("Team", "Contact Centre"),
        ],
    );
    let items = page(&shown(PLAIN, &[request]));
    let item = named(&items, "Request to adult social care");
    assert_eq!((item.category, item.section), (Category::SocialCare, Section::Care));
    assert_eq!((from(item), item.status.standing), ("2025-06-02", Standing::Past));
    assert_eq!(care(item).service.as_deref(), Some("Contact Centre"));
    let notes: Vec<&str> = item.notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(
        notes,
        [
            "Outcome: NFA – Information & Advice / Signposting only",
            "Route of access: Discharge from Hospital"
        ]
    );
    assert_eq!(details(item), ["Kind: Adult social care", "Reason: Physical Support: Personal care support"]);
}

#[test]
fn an_assessment_is_a_contact_with_what_came_of_it() {
    let assessment = event(
        "Assessment",
        &[
            ("Assessment Type", "Long term assessment"),
            ("Eligible Needs Identified", "Yes"),
            ("Method of Assessment", "Face to face"),
            ("Event Outcome", "Progress to Support Planning / Services"),
        ],
    );
    let items = page(&shown(PLAIN, &[assessment]));
    let item = named(&items, "Long term assessment");
    assert_eq!((item.category, item.section), (Category::SocialCare, Section::Care));
    let told = [
        "Reason: Physical Support: Personal care support",
        "Outcome: Progress to Support Planning / Services",
    ];
    assert_eq!(details(item), told);
    assert_eq!(item.when.to.as_ref().unwrap().as_sent(), "2025-06-20");
    let outcome = named(&items, "Outcome of assessment: Long term assessment");
    let told = [
        "Value: Progress to Support Planning / Services",
        "Eligible Needs Identified: Yes",
        "Method: Face to face",
    ];
    assert_eq!(details(outcome), told);
    assert_eq!((outcome.category, from(outcome)), (Category::SocialCare, "2025-06-20"));
}

#[test]
fn open_services_of_one_type_are_one_package_and_each_an_episode() {
    let home = row(&[
        ("Provider CQC Location Name", "Example Home Care"),
        ("Provider CQC Location ID", "1-0042"),
        ("Planned units per week", "14.00"),
    ]);
    let day = row(&[
        ("Service Component", "Day Support"),
        ("Delivery Mechanism", "Direct Payment"),
        ("Event Start Date", "05/01/2026"),
        ("Event End Date", "30/06/2026"),
    ]);
    let ended = row(&[
        ("Service Type", "Short Term Support: ST-Max"),
        ("Service Component", "Reablement"),
        ("Event Start Date", "01/04/2025"),
        ("Event End Date", "20/05/2025"),
        ("Event Outcome", "Service Ended as Planned"),
    ]);
    let items = page(&shown(PLAIN, &[home, day, ended]));
    let package = named(&items, "Long Term Support: Community");
    assert_eq!((package.section, from(package)), (Section::Care, "2025-06-02"));
    assert_eq!(package.status.standing, Standing::Current);
    let lines = [
        "Day Support: Direct Payment, since 05-Jan-2026, planned to end 30-Jun-2026",
        "Home Support: Example Home Care (CQC 1-0042), CASSR Managed Personal Budget, 14.00 planned units a week, since 02-Jun-2025",
    ];
    let mut found = care(package).package.clone();
    found.sort();
    assert_eq!(found, lines);
    let episode = named(&items, "Long Term Support: Community, Home Support");
    assert_eq!(care(episode).provider.as_deref(), Some("Example Home Care"));
    assert_eq!((episode.section, episode.status.standing), (Section::Care, Standing::Current));
    assert_eq!(named(&items, "Long Term Support: Community, Day Support").status.standing, Standing::Current);
    let past = named(&items, "Short Term Support: ST-Max, Reablement");
    assert_eq!(past.status.standing, Standing::Past);
    let outcome = named(&items, "Outcome of service: Short Term Support: ST-Max, Reablement");
    assert_eq!(details(outcome), ["Value: Service Ended as Planned"]);
}

#[test]
fn a_review_is_a_contact_and_its_day_stands_in_the_package_but_not_as_one_to_come() {
    let review = event(
        "Review",
        &[
            ("Event End Date", "12/03/2026"),
            ("Review Reason", "Planned"),
            ("Review Outcomes Achieved", "Partially achieved"),
            ("Method of Review", "Telephone"),
            ("Event Outcome", "No change in package"),
        ],
    );
    let items = page(&shown(PLAIN, &[row(&[]), review]));
    let item = named(&items, "Review of care and support");
    assert_eq!(details(item), ["Reason: Planned", "Outcome: No change in package"]);
    let outcome = named(&items, "Outcome of review");
    let told =
        ["Value: No change in package", "Review Outcomes Achieved: Partially achieved", "Method: Telephone"];
    assert_eq!(details(outcome), told);
    let package = care(named(&items, "Long Term Support: Community"));
    assert_eq!(package.package.last().unwrap(), "Last review: 12-Mar-2026 (completed)");
    assert_eq!(package.review_due, None);
}

#[test]
fn facts_are_the_last_known_as_recorded() {
    let recorded = |period: &str, changes: &[(&'static str, &str)]| {
        let mut fields = row(changes);
        fields.insert("Reporting Period End Date", period.to_owned());
        fields
    };
    let before = recorded(
        "31/12/2025",
        &[("Accommodation Status", "Tenant - private landlord"), ("Has Unpaid Carer", "No")],
    );
    let after = recorded(
        "31/03/2026",
        &[
            ("Event Start Date", "01/02/2026"),
            ("Accommodation Status", "Unknown"),
            ("Has Unpaid Carer", "Yes"),
            ("Employment Status", "Retired"),
        ],
    );
    let items = page(&shown(PLAIN, &[after, before]));
    let told = [
        ("Known to adult social care as", "Value: Service User", "2026-03-31"),
        ("Primary Support Reason", "Value: Physical Support: Personal care support", "2026-03-31"),
        ("Accommodation Status", "Value: Tenant - private landlord", "2025-12-31"),
        ("Employment Status", "Value: Retired", "2026-03-31"),
        ("Has Unpaid Carer", "Value: Yes", "2026-03-31"),
    ];
    for (words, value, day) in told {
        let item = named(&items, words);
        assert_eq!((details(item), from(item)), (vec![value.to_owned()], day));
        assert_eq!((item.category, item.section), (Category::SocialCare, Section::Care));
    }
}

#[test]
fn flags_become_what_the_council_decided() {
    let yes = [
        ("Dementia", "Yes"),
        ("Hearing Impairment", "YES"),
        ("Visual Impairment", "Severely sight impaired"),
        ("Autism Spectrum Disorder (ASD)", "Yes"),
    ];
    let items = page(&shown(FLAGS, &[row(&yes)]));
    let alert = named(&items, "Dementia");
    assert_eq!((alert.category, alert.section), (Category::Alerts, Section::Alerts));
    assert_eq!(details(alert), ["Kind: As recorded by adult social care on 31-Mar-2026"]);
    assert_eq!(details(named(&items, "Individual requirement: Hearing Impairment")), ["Value: YES"]);
    assert_eq!(named(&items, "Visual Impairment").section, Section::Care);
    assert_eq!(details(named(&items, "Visual Impairment")), ["Value: Severely sight impaired"]);
    assert!(items.iter().all(|item| !item.words().contains("Autism")));
    let off = page(&shown(PLAIN, &[row(&yes)]));
    assert!(off.iter().all(|item| !item.words().contains("Dementia")), "not decided is off");
}

#[test]
fn a_flag_is_taken_back_by_no_and_not_by_unknown() {
    // HAZ-043
    let recorded = |period: &str, dementia: &str| {
        row(&[("Reporting Period End Date", period), ("Event Start Date", period), ("Dementia", dementia)])
    };
    let alerts =
        |rows: &[Fields]| shown(FLAGS, rows).iter().filter(|one| one.resource_type == "Flag").count();
    let yes = recorded("01/01/2026", "Yes");
    assert_eq!(alerts(&[yes.clone(), recorded("01/02/2026", "Unknown")]), 1);
    assert_eq!(alerts(&[yes.clone(), recorded("01/02/2026", "No")]), 0);
    assert_eq!(alerts(&[yes, recorded("01/12/2025", "No")]), 1);
}

#[test]
fn a_later_submission_ends_an_open_service() {
    // HAZ-043
    let open = row(&[("Reporting Period End Date", "31/12/2025")]);
    let ended = row(&[("Event End Date", "28/02/2026"), ("Primary Support Reason", "Unknown")]);
    let items = page(&shown(PLAIN, &[ended, open]));
    assert_eq!(named(&items, "Long Term Support: Community, Home Support").status.standing, Standing::Past);
    assert!(items.iter().all(|item| item.provenance.resource_type != "CarePlan"));
}

#[test]
fn within_one_submission_a_known_support_reason_holds_against_unknown_then_the_later_row() {
    let said = |reason: &str, units: &str| {
        row(&[("Primary Support Reason", reason), ("Planned units per week", units)])
    };
    let units = |rows: &[Fields]| {
        let items = page(&shown(PLAIN, rows));
        care(named(&items, "Long Term Support: Community")).package[0].clone()
    };
    let known = "Mental Health Support";
    assert!(units(&[said(known, "1"), said("Unknown", "2")]).contains("1 planned"));
    assert!(units(&[said("Unknown", "2"), said(known, "1"), said("", "3")]).contains("1 planned"));
    assert!(units(&[said(known, "1"), said(known, "4")]).contains("4 planned"));
}

#[test]
fn a_carer_is_shown_as_a_carer_and_nobody_else_is_shown() {
    // HAZ-023
    let others = [
        ("Client Type", "Carer"),
        ("Service Type", "Carer Support: Direct to Carer"),
        ("Total Hrs Caring per week", "20-49 hours"),
        ("No. of adults being cared for", "1"),
        ("Adult 1 Linked Person_ID", "P7777"),
        ("Event Description", "Sister of Zoe Other"),
        ("Unit Cost", "17.40"),
        ("Cost Frequency (Unit Type)", "Per hour"),
        ("Client Funding Status", "Self-funder"),
    ];
    let units = units(&format(PLAIN), &file(&[row(&others)]));
    let shown = show(&format(PLAIN), &units);
    let items = page(&shown);
    assert_eq!(details(named(&items, "Known to adult social care as")), ["Value: Carer"]);
    assert_eq!(details(named(&items, "Total hours caring per week")), ["Value: 20-49 hours"]);
    assert_eq!(details(named(&items, "Number of adults cared for")), ["Value: 1"]);
    for never in ["P7777", "Zoe", "17.40", "Per hour", "Self-funder", ADA] {
        assert!(shown.iter().all(|one| !one.json.contains(never)), "{never} is not shown");
        assert!(!String::from_utf8_lossy(&units[0].body).contains(never), "{never} is not kept");
    }
}

#[test]
fn the_person_is_not_named_in_any_resource() {
    let shown = shown(PLAIN, &[row(&[]), event("Request", &[])]);
    assert!(shown.iter().all(|one| !one.json.contains("Ada") && one.json.contains(PATIENT)));
}

#[test]
fn who_is_known_only_through_another_is_kept_without_name_and_never_shown() {
    // HAZ-023
    let associated = row(&[("Client Type", "Carer known by association"), ("Has Unpaid Carer", "Yes")]);
    let format = format(PLAIN);
    let text = file(&[associated]).replacen("Team\n", "Team,Lives with\n", 1);
    let units = units(&format, &format!("{},Zoe Other\n", text.trim_end()));
    let body = String::from_utf8_lossy(&units[0].body);
    for never in ["Ada", "1935", "Zoe"] {
        assert!(!body.contains(never), "no more than the key needs");
    }
    assert!(show(&format, &units).is_empty());
    let kept = [Kept { order: units[0].order, body: &units[0].body }];
    assert!(format.person(&kept).is_none());
}

#[test]
fn descriptions_are_taken_only_where_the_council_says_so() {
    let toml = "numbers = \"traced\"\ndescriptions = true";
    let request = event("Request", &[("Event Description", "Wants a ramp,\nand rails")]);
    let items = page(&shown(toml, &[request]));
    assert_eq!(named(&items, "Request to adult social care").notes[0].text, "Wants a ramp,\nand rails");
}

#[test]
fn a_safeguarding_matter_is_told_to_exist_and_no_more() {
    // HAZ-023
    let matter = event(
        "Assessment",
        &[("Assessment Type", "Safeguarding enquiry"), ("Event Outcome", "Harm found"), ("Team", "Duty")],
    );
    let shown = shown(PLAIN, &[matter]);
    assert!(shown.iter().all(|one| !one.json.contains("Harm") && !one.json.contains("enquiry")));
    let items = page(&shown);
    let concern = named(&items, "Safeguarding");
    assert_eq!((concern.category, concern.section), (Category::Safeguarding, Section::Alerts));
    assert_eq!(details(concern), ["Team: Duty", "Kind: Safeguarding"]);
}

#[test]
fn datasets_and_teams_are_what_a_partner_can_hold_back() {
    let north = row(&[("Team", "North")]);
    let south = row(&[("Team", "South"), ("Service Component", "Day Support"), ("Event Outcome", "Other")]);
    let rows = [
        north,
        south,
        event("Request", &[("Team", "North"), ("Event Start Date", "01/05/2025")]),
        event("Assessment", &[("Event Outcome", "Other")]),
        event("Review", &[]),
    ];
    let shown = shown(FLAGS, &rows);
    let of = |kind: &str| {
        let mut found: Vec<_> = shown
            .iter()
            .filter(|one| one.resource_type == kind)
            .map(|one| format!("{} {}", one.dataset, one.unit.as_deref().unwrap_or("-")))
            .collect();
        found.sort();
        found
    };
    assert_eq!(of("EpisodeOfCare"), ["services North", "services South"]);
    assert_eq!(
        of("CarePlan"),
        ["services North", "services South"],
        "one team's package never tells another's"
    );
    assert_eq!(of("ServiceRequest"), ["requests North"]);
    assert_eq!(of("Encounter"), ["assessments -", "reviews -"]);
    assert!(shown.iter().all(|one| !one.is_context));
    let north = shown.iter().filter(|one| one.unit.as_deref() == Some("North"));
    assert!(north.into_iter().all(|one| !one.json.contains("Day Support")));
}

#[test]
fn the_person_is_known_from_the_latest_row_that_says_so() {
    let format = format(PLAIN);
    let early = row(&[("Reporting Period End Date", "31/12/2025"), ("Last Name", "Former")]);
    let late = row(&[("Event Start Date", "01/02/2026"), ("Date of Death", "03/03/2026"), ("Gender", "")]);
    let units = units(&format, &file(&[late, early]));
    let kept: Vec<Kept<'_>> = units.iter().map(|unit| Kept { order: unit.order, body: &unit.body }).collect();
    let person = format.person(&kept).unwrap();
    assert_eq!(person.family.as_deref(), Some("Example"));
    assert_eq!(person.given, ["Ada"]);
    assert_eq!(person.birth_date.as_deref(), Some("1935-08-14"));
    assert_eq!((person.gender, person.deceased.as_deref()), (Some("female"), Some("2026-03-03")));
}
