//! The HTML view: well-formed, the same facts as the structured record, every banner and every sentence in its place.

use super::*;
use crate::people::HtmlSystem;

fn record(section: RecordSection, system: HtmlSystem) -> CareRecord {
    CareRecord { section, period: None, system, published: false }
}

fn div(person: &Person, record: &CareRecord) -> String {
    let bundle = care_record(person, record, today());
    let composition = &bundle["entry"][0]["resource"];
    assert_eq!(composition["resourceType"], "Composition");
    let section = &composition["section"][0];
    assert_eq!(section["code"]["coding"][0]["code"], record.section.code());
    section["text"]["div"].as_str().unwrap().to_owned()
}

fn current(person: &Person, section: RecordSection) -> String {
    div(person, &record(section, HtmlSystem::Current))
}

fn family(name: &str) -> Person {
    everybody().into_iter().find(|person| person.family == name).unwrap()
}

fn rows(div: &str) -> usize {
    div.matches("<tr>").count() - div.matches("<thead>").count()
}

#[test]
fn every_section_of_everybody_is_well_formed() {
    for person in everybody() {
        for system in [HtmlSystem::Current, HtmlSystem::WithoutAdministration, HtmlSystem::Older] {
            for section in RecordSection::ALL {
                let div = div(&person, &record(section, system));
                let document = roxmltree::Document::parse(&div).unwrap();
                let root = document.root_element();
                assert_eq!(root.tag_name().namespace(), Some("http://www.w3.org/1999/xhtml"));
                for table in root.descendants().filter(|node| node.has_tag_name("table")) {
                    let columns = table.descendants().filter(|node| node.has_tag_name("th")).count();
                    let body = table.children().find(|node| node.has_tag_name("tbody")).unwrap();
                    for row in body.children() {
                        let cells = row.children().count();
                        assert!(cells == columns || cells == 1, "{}: {cells} of {columns}", section.code());
                    }
                }
            }
        }
    }
}

#[test]
fn every_table_of_the_specification_stands_under_its_id_where_it_has_rows() {
    let frank = family("UNSHARED");
    for (section, ids) in [
        (RecordSection::Problems, &["prb-tab-act", "prb-tab-majinact", "prb-tab-othinact"][..]),
        (RecordSection::Encounters, &["enc-tab"]),
        (RecordSection::Allergies, &["all-tab-curr", "all-tab-hist"]),
        (RecordSection::ClinicalItems, &["cli-tab"]),
        (
            RecordSection::Medications,
            &["med-tab-acu-med", "med-tab-curr-rep", "med-tab-dis-rep", "med-tab-all-sum", "med-tab-all-iss"],
        ),
        (RecordSection::Referrals, &["ref-tab"]),
        (RecordSection::Observations, &["obs-tab"]),
        (RecordSection::Immunisations, &["imm-tab"]),
        (RecordSection::AdministrativeItems, &["adm-tab"]),
        (
            RecordSection::Summary,
            &[
                "enc-tab",
                "prb-tab-act",
                "prb-tab-majinact",
                "all-tab-curr",
                "med-tab-acu-med",
                "med-tab-curr-rep",
            ],
        ),
    ] {
        let div = current(&frank, section);
        let mut from = 0;
        for id in ids {
            let at = div
                .find(&format!("<table id=\"{id}\">"))
                .unwrap_or_else(|| panic!("{id} in {}", section.code()));
            assert!(at > from, "{id} stands in its order");
            from = at;
        }
        assert!(div.contains(&format!("<h1>{}</h1>", section.title())));
    }
}

#[test]
fn the_rows_are_the_facts_of_the_practice_and_of_nobody_else() {
    let frank = family("UNSHARED");
    assert_eq!(rows(&current(&frank, RecordSection::Encounters)), 4, "not the trust's attendance");
    let summary = current(&frank, RecordSection::Summary);
    assert_eq!(
        summary.split("enc-tab").nth(1).unwrap().split("</table>").next().unwrap().matches("<tr>").count(),
        4
    );
    let allergies = current(&frank, RecordSection::Allergies);
    assert!(allergies.contains("Penicillin allergy<br/>Reaction: Anaphylaxis<br/>Severity: severe<br/>"));
    assert!(allergies.contains("Ended: Patch test negative"));
    let medicines = current(&frank, RecordSection::Medications);
    assert!(medicines.contains("One To Be Taken Twice A Day With Meals"), "HAZ-013: the dose as written");
    assert!(
        medicines
            .contains("<td class=\"med-item-column\" colspan=\"7\"><strong>Metformin 500mg tablets</strong>")
    );
    let other = current(&frank, RecordSection::Problems);
    assert!(other.contains("Settled with doxycycline &amp; steam &lt; 2 weeks"), "text is not markup");
}

#[test]
fn dates_are_written_as_far_as_they_are_known() {
    let frank = family("UNSHARED");
    let problems = current(&frank, RecordSection::Problems);
    assert!(problems.contains("<td class=\"date-column\">Sep-2021</td>"), "HAZ-017");
    assert!(problems.contains("<td class=\"date-column\">1995</td>"));
    assert!(
        current(&frank, RecordSection::Encounters).contains("<td class=\"date-column\">13-Oct-2026</td>")
    );
    let older = div(&frank, &record(RecordSection::Encounters, HtmlSystem::Older));
    assert!(older.contains("<td>2026-10-13 10:20:00.0</td>"));
    assert!(
        div(&frank, &record(RecordSection::Referrals, HtmlSystem::Older)).contains("<td>13-10-2026</td>")
    );
}

#[test]
fn an_older_system_sends_no_ids_no_classes_and_older_titles() {
    let frank = family("UNSHARED");
    for section in RecordSection::ALL {
        let div = div(&frank, &record(section, HtmlSystem::Older));
        assert!(
            !div.contains("id=\"") && !div.contains("class=\"date") && !div.contains("<h1>"),
            "{}",
            section.code()
        );
        assert!(!div.contains("-banner"));
    }
    let medicines = div(&frank, &record(RecordSection::Medications, HtmlSystem::Older));
    for title in ["Current Medication Issues", "Current Repeat Medications", "Past Medications"] {
        assert!(medicines.contains(&format!("<h2>{title}</h2>")));
    }
}

#[test]
fn where_there_is_no_table_one_of_four_sentences_says_why() {
    let percy = by_story("sparse");
    let nothing = current(&percy, RecordSection::Immunisations);
    assert!(nothing.contains("<p>No 'Immunisations' data is recorded for this patient.</p>"), "HAZ-006");
    let adm = div(&percy, &record(RecordSection::AdministrativeItems, HtmlSystem::WithoutAdministration));
    assert!(
        adm.contains("<p>This system does not support retrieval of 'Administrative Items' data.</p>"),
        "HAZ-007"
    );
    assert!(adm.contains("<p>This data may still exist in the source system.</p>") && !adm.contains("No '"));
    let vera = family("DISABLED");
    let denied = current(&vera, RecordSection::Problems);
    assert!(
        denied.contains("Access is denied to 'Active Problems and Issues' data for this patient."),
        "HAZ-007"
    );
    let summary = current(&percy, RecordSection::Summary);
    assert!(summary.contains("<p>'Emergency Codes' data is not supported by this system.</p>"));
    let published = CareRecord { published: true, ..record(RecordSection::Medications, HtmlSystem::Older) };
    assert!(!div(&percy, &published).contains("No '"), "HAZ-006: what this view has nothing of is not empty");
}

#[test]
fn banners_say_what_is_missing_and_which_period_was_shown() {
    let hetty = family("MARKUP");
    for section in RecordSection::ALL {
        assert!(current(&hetty, section).contains(
            "<div class=\"gptransfer-banner\"><p>Patient record transfer from previous GP practice not yet complete; \
             information recorded before 02-Nov-2026 may be missing</p></div>"
        ), "HAZ-009: {}", section.code());
    }
    let excluded = "<div class=\"exclusion-banner\"><p>Items excluded due to confidentiality and/or patient preferences</p></div>";
    assert!(current(&hetty, RecordSection::Problems).contains(excluded), "HAZ-010");
    let asked = |start, end| CareRecord {
        period: Some(Period { start, end }),
        ..record(RecordSection::Problems, HtmlSystem::Current)
    };
    let (from, until) = (Some(date(2026, 1, 1)), Some(date(2026, 6, 30)));
    for (start, end, says) in [
        (from, until, "For the period '01-Jan-2026' to '30-Jun-2026'"),
        (from, None, "All data items from '01-Jan-2026'"),
        (None, until, "All data items until '30-Jun-2026'"),
    ] {
        let div = div(&hetty, &asked(start, end));
        let banner = format!("<div class=\"date-banner\"><p>{}</p></div>", says.replace('\'', "&#39;"));
        assert!(div.contains(&banner), "{says}");
        assert!(div.contains("<p>Date filter not applied</p>"), "active problems come whatever the period");
    }
    assert!(current(&hetty, RecordSection::Referrals).contains("<p>All relevant items</p>"));
}

#[test]
fn a_period_leaves_out_what_lies_outside_and_keeps_what_has_no_date() {
    let frank = family("UNSHARED");
    let asked = |start, end| CareRecord {
        period: Some(Period { start, end }),
        ..record(RecordSection::Encounters, HtmlSystem::Current)
    };
    assert_eq!(rows(&div(&frank, &asked(Some(date(2026, 1, 1)), None))), 2);
    assert!(div(&frank, &asked(None, Some(date(1990, 1, 1)))).contains("No 'Encounters' data is recorded"));
    let doreen = by_story("falls");
    let clinical = CareRecord {
        period: Some(Period { start: None, end: Some(date(2020, 12, 31)) }),
        ..record(RecordSection::ClinicalItems, HtmlSystem::Current)
    };
    assert!(
        div(&doreen, &clinical).contains("Lives alone"),
        "HAZ-017: a year that touches the period is inside"
    );
}

#[test]
fn pasted_markup_is_sent_on_as_it_is() {
    let encounters = current(&family("MARKUP"), RecordSection::Encounters);
    for hostile in ["<script>", "onclick=", "<iframe", "<form", "tracker.example.test", "javascript:"] {
        assert!(encounters.contains(hostile), "HAZ-041: {hostile}");
    }
    for kept in ["Before the pasted letter.", "After the pasted letter.", "penicillin tolerated"] {
        assert!(encounters.contains(kept));
    }
    assert!(encounters.contains("&lt;home reading&gt;"), "what was typed as text stays text");
}

#[test]
fn the_people_of_a_reply_are_as_their_version_has_them() {
    let frank = family("UNSHARED");
    let bundle = |system| care_record(&frank, &record(RecordSection::Summary, system), today());
    let resource = |bundle: &Value, kind: &str| {
        let entries = bundle["entry"].as_array().unwrap();
        entries.iter().map(|one| one["resource"].clone()).find(|one| one["resourceType"] == kind).unwrap()
    };
    let new = bundle(HtmlSystem::Current);
    let patient = resource(&new, "Patient");
    assert_eq!(patient["identifier"][0]["system"], "http://fhir.nhs.net/Id/nhs-number");
    assert_eq!(patient["name"][0]["family"], json!(["UNSHARED"]));
    assert!(patient.get("careProvider").is_some() && patient.get("generalPractitioner").is_none());
    for kind in ["Practitioner", "Organization", "Device"] {
        resource(&new, kind);
    }
    let old = resource(&bundle(HtmlSystem::Older), "Patient");
    assert_eq!(old["identifier"][0]["system"], "https://fhir.nhs.uk/Id/nhs-number");
}

#[test]
fn xml_has_the_same_content_in_the_order_of_the_definitions() {
    let frank = family("UNSHARED");
    let bundle = care_record(&frank, &record(RecordSection::Medications, HtmlSystem::Current), today());
    let xml = dstu2_xml(&bundle);
    let document = roxmltree::Document::parse(&xml).unwrap();
    let root = document.root_element();
    assert_eq!(
        (root.tag_name().name(), root.tag_name().namespace()),
        ("Bundle", Some("http://hl7.org/fhir"))
    );
    let composition =
        root.descendants().find(|node| node.has_tag_name(("http://hl7.org/fhir", "Composition"))).unwrap();
    let names: Vec<&str> = composition.children().map(|child| child.tag_name().name()).collect();
    let order =
        ["id", "meta", "date", "type", "title", "status", "subject", "author", "custodian", "section"];
    assert_eq!(names, order);
    let tables =
        root.descendants().filter(|node| node.has_tag_name(("http://www.w3.org/1999/xhtml", "table")));
    assert_eq!(tables.count(), 5);
    let number = root.descendants().find(|node| node.attribute("value") == Some(frank.nhs_number.digits()));
    assert_eq!(number.unwrap().tag_name().name(), "value");
}

#[test]
fn the_published_replies_have_the_same_shape_as_ours() {
    let Some(corpus) = crate::region::tests::corpus() else {
        println!("SKIPPED: no corpus of published payloads (SHCR_CORPUS)");
        return;
    };
    // The one published in JSON.
    let mut files = std::fs::read_dir(corpus.join("gp-connect-html")).unwrap();
    let file = files.find_map(|file| {
        let path = file.unwrap().path();
        path.to_str().unwrap().ends_with("_ADM.json").then_some(path)
    });
    let text = std::fs::read_to_string(file.unwrap()).unwrap();
    let theirs: Value = serde_json::from_str(&text).unwrap();
    let ours = care_record(
        &family("UNSHARED"),
        &record(RecordSection::AdministrativeItems, HtmlSystem::Older),
        today(),
    );
    let kinds = |bundle: &Value| -> BTreeSet<String> {
        let entries = bundle["entry"].as_array().unwrap().iter();
        entries.map(|one| one["resource"]["resourceType"].as_str().unwrap().to_owned()).collect()
    };
    assert!(kinds(&theirs).is_subset(&kinds(&ours)));
    let headings = |bundle: &Value| -> Vec<String> {
        let entries = bundle["entry"].as_array().unwrap();
        let composition =
            entries.iter().find(|one| one["resource"]["resourceType"] == "Composition").unwrap();
        let div = composition["resource"]["section"][0]["text"]["div"].as_str().unwrap();
        let document = roxmltree::Document::parse(div).unwrap();
        let marked = document.descendants().filter(|node| ["h2", "th"].contains(&node.tag_name().name()));
        marked.map(|node| node.text().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(headings(&theirs), headings(&ours));
}
