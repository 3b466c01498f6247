//! Plans that differ, alerts and letters told twice, scores and orders: each stands where a clinician looks for it.

use super::{answer, record};
use crate::item::{Facts, Section};
use crate::reconcile::Record;
use fhir::SourceId;

fn plan(id: u8, kind: &str, status: &str, says: &str, on: &str) -> String {
    format!(
        r#"{{"resourceType":"CarePlan","id":"{id}","status":"{status}","category":[{{"text":"{kind}"}}],"title":"{kind}",
        "description":"{says}","period":{{"start":"{on}"}}}}"#
    )
}

/// The words of each group's entries, and its conflict.
fn groups(record: &Record, section: Section) -> Vec<(Vec<String>, Option<String>)> {
    let words = |group: &crate::Group<'_>| group.items.iter().map(|item| item.words().to_owned()).collect();
    record.section(section).iter().map(|group| (words(group), group.conflict.clone())).collect()
}

fn plans(acute: &[String], community: &[String]) -> Vec<(Vec<String>, Option<String>)> {
    groups(&record(&[answer("acute", acute), answer("community", community)]), Section::Plans)
}

#[test]
fn haz_026_two_forms_that_disagree_stand_together_and_their_number_is_said() {
    let acute = [
        plan(1, "ReSPECT form", "active", "Not for CPR", "2026-10-14"),
        plan(2, "Treatment escalation plan", "draft", "Ward care", "2026-10-13"),
    ];
    let community = [plan(1, "ReSPECT form", "active", "For CPR", "2025-03-22")];
    let all = plans(&acute, &community);
    assert_eq!(all.len(), 1, "HAZ-026 one question, one place");
    let beside = ["ReSPECT form", "ReSPECT form", "Treatment escalation plan"];
    assert_eq!(all[0].0, beside, "HAZ-026 the two that differ stand beside each other");
    assert_eq!(all[0].1.as_deref(), Some("2 entries differ"), "HAZ-026 two versions of one form");
}

#[test]
fn haz_026_forms_of_different_kinds_on_one_question_are_to_be_compared() {
    let acute = [plan(1, "DNACPR decision", "active", "In force", "2026-10-13")];
    let community = [plan(1, "ReSPECT form", "active", "For CPR", "2025-03-22")];
    let all = plans(&acute, &community);
    assert_eq!(all.len(), 1, "HAZ-026");
    let expected = "2 kinds of entry on one question: compare";
    assert_eq!(all[0].1.as_deref(), Some(expected), "HAZ-026 never silent");
}

#[test]
fn haz_026_a_version_its_own_source_replaced_is_a_row_apart_and_contradicts_nothing() {
    let crisis = |id, status, on| plan(id, "Crisis plan", status, status, on);
    let rows = |acute: &[String], community: &[String]| -> Vec<(Vec<String>, Option<String>)> {
        let record = record(&[answer("acute", acute), answer("community", community)]);
        let codes = |group: &crate::Group<'_>| group.items.iter().map(|i| i.status.code.clone()).collect();
        record.section(Section::Plans).iter().map(|group| (codes(group), group.conflict.clone())).collect()
    };
    let row = |codes: &[&str], conflict: Option<&str>| {
        (codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>(), conflict.map(str::to_owned))
    };
    let both = [crisis(1, "revoked", "2025-09-28"), crisis(2, "active", "2026-10-23")];
    let apart = [row(&["active"], None), row(&["revoked"], None)];
    assert_eq!(rows(&both, &[]), apart, "HAZ-026 the trust replaced its own");
    let differ = [row(&["active", "revoked"], Some("2 entries differ"))];
    assert_eq!(rows(&both[..1], &both[1..]), differ, "HAZ-026 one withdrew what another lists");
    let later = [crisis(1, "revoked", "2026-11-01"), crisis(2, "active", "2026-10-23")];
    assert_eq!(rows(&later, &[]), differ, "HAZ-026 withdrawn later: what holds stands first all the same");
}

#[test]
fn haz_026_a_newer_dressing_plan_never_stands_before_a_resuscitation_decision() {
    let acute = [plan(1, "ReSPECT form", "active", "Not for CPR", "2024-01-01")];
    let community = [plan(1, "Wound care plan", "active", "Dressing", "2026-11-15")];
    let first = plans(&acute, &community).into_iter().next().map(|(words, _)| words);
    assert_eq!(first, Some(vec!["ReSPECT form".to_owned()]), "HAZ-026");
}

#[test]
fn haz_026_a_newer_dressing_plan_never_stands_before_the_signed_form_either() {
    let form = r#"{"resourceType":"DocumentReference","id":"9","status":"current","date":"2024-01-01T09:00:00Z",
        "type":{"coding":[{"system":"http://snomed.info/sct","code":"736373009","display":"End of life care plan"}],"text":"ReSPECT form"},
        "category":[{"coding":[{"system":"http://snomed.info/sct","code":"734163000","display":"Care plan"}]}],
        "content":[{"attachment":{"contentType":"application/pdf","url":"https://acute.example/Binary/9"}}]}"#;
    let community = [plan(1, "Wound care plan", "active", "Dressing", "2026-11-15")];
    let answers = [answer("acute", &[form.to_owned()]), answer("community", &community)];
    let record = record(&answers);
    let first: Vec<&str> = record
        .section(Section::Plans)
        .iter()
        .filter_map(|group| Some(group.items.first()?.words()))
        .collect();
    assert_eq!(first, ["ReSPECT form", "Wound care plan"], "HAZ-026");
}

fn flag(words: &str, status: &str) -> Vec<String> {
    vec![format!(
        r#"{{"resourceType":"Flag","id":"1","status":"{status}","code":{{"text":"{words}"}},"period":{{"start":"2025-10-18"}}}}"#
    )]
}

#[test]
fn haz_010_one_alert_told_by_two_partners_is_one_row_with_both() {
    let told = |a: &str, b: &str, status: &str| {
        let answers = [answer("council", &flag(a, "active")), answer("community", &flag(b, status))];
        record(&answers).section(Section::Alerts).len()
    };
    let key_safe = "Key safe by the side door";
    assert_eq!(told(key_safe, "key safe by the side door.", "active"), 1, "HAZ-010");
    assert_eq!(told(key_safe, "Key safe by the front door", "active"), 2, "HAZ-010");
    assert_eq!(told(key_safe, key_safe, "inactive"), 2, "HAZ-019 what is over stands apart");
    let enquiry = "Safeguarding enquiry";
    assert_eq!(told(enquiry, enquiry, "active"), 2, "HAZ-023 two enquiries are two");
}

fn letter(title: &str, author: &str, size: u32) -> Vec<String> {
    vec![format!(
        r#"{{"resourceType":"DocumentReference","id":"1","status":"current","type":{{"text":"Discharge summary"}},
        "description":"{title}","author":[{{"display":"{author}"}}],
        "content":[{{"attachment":{{"url":"Binary/1","size":{size},"creation":"2026-11-11"}}}}]}}"#
    )]
}

#[test]
fn haz_020_a_letter_and_its_copy_are_one_only_where_title_day_author_and_size_agree() {
    let rows = |copy: &[String]| {
        let answers = [answer("acute", &letter("Care of older people", "Dr A", 171)), answer("gp", copy)];
        record(&answers).section(Section::Documents).len()
    };
    assert_eq!(rows(&letter("Care of older people", "Dr A", 171)), 1, "HAZ-020");
    assert_eq!(rows(&letter("Care of older people", "Dr A", 172)), 2, "HAZ-020");
    assert_eq!(rows(&letter("Care of older people", "Dr B", 171)), 2, "HAZ-020");
    assert_eq!(rows(&letter("Cardiology", "Dr A", 171)), 2, "HAZ-020");
}

#[test]
fn haz_056_frailty_and_cognition_scores_stand_in_their_section_and_in_no_series() {
    let score = |id: usize, words: &str| {
        format!(
            r#"{{"resourceType":"Observation","id":"{id}","status":"final","code":{{"text":"{words}"}},
            "effectiveDateTime":"2026-05-16","valueQuantity":{{"value":0.39}}}}"#
        )
    };
    let names =
        ["Electronic frailty index", "Clinical frailty scale", "Addenbrooke's cognitive examination score"];
    let scores: Vec<String> = names.iter().enumerate().map(|(id, words)| score(id, words)).collect();
    let record = record(&[answer("gp", &scores)]);
    assert_eq!(record.section(Section::Frailty).len(), 3, "HAZ-056 as recorded");
    assert!(record.result_series().is_empty(), "HAZ-056 and in no line of results");
    assert_eq!(record.count(&SourceId::new("gp")).shown, 3, "HAZ-040");
}

#[test]
fn haz_018_a_999_call_is_the_ambulance_and_not_the_emergency_department() {
    let call = r#"{"resourceType":"Encounter","id":"1","status":"finished","class":{"code":"EMER"},"type":[{"text":"999 incident"}]}"#;
    let record = record(&[answer("ambulance", &[call.to_owned()])]);
    let groups = record.section(Section::Contacts);
    let setting = match &groups[0].items[0].facts {
        Facts::Contact(contact) => contact.setting.as_str(),
        _ => "",
    };
    assert_eq!(setting, "Ambulance", "HAZ-018");
}

#[test]
fn haz_020_a_document_names_the_contact_it_was_written_at_only_where_its_source_does() {
    let written = |context: &str| {
        let letter = format!(
            r#"{{"resourceType":"DocumentReference","id":"d","status":"current","type":{{"text":"Letter"}}{context},
            "content":[{{"attachment":{{"url":"Binary/1"}}}}]}}"#
        );
        let visit = r#"{"resourceType":"Encounter","id":"9","status":"finished","class":{"code":"AMB"}}"#;
        let record = record(&[answer("acute", &[letter, visit.to_owned()])]);
        record.section(Section::Documents)[0].items[0].provenance.contact.clone()
    };
    let at = r#","context":{"encounter":[{"reference":"Encounter/9"}]}"#;
    assert_eq!(written(at).as_deref(), Some("Encounter/9"), "HAZ-020");
    assert_eq!(written(""), None, "HAZ-020");
}
