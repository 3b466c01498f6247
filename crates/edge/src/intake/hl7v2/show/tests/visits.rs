//! Stays as ADT messages tell them: admitted, moved, discharged, cancelled, reopened, deleted (HAZ-043).

use super::{adt, of, one, pv1};

const FROM: &str = "202403101200";

fn admitted() -> String {
    adt("A01", "202403101200", "a", &[&pv1("I", "W1^BAY2^BED3^SITE9", FROM, "")])
}

fn moved(at: &str, control: &str, ward: &str) -> String {
    adt("A02", at, control, &[&pv1("I", ward, FROM, "")])
}

fn discharged() -> String {
    let gap = |pipes: usize| "|".repeat(pipes);
    let home = format!("{}19{}", gap(17), gap(8));
    adt("A03", "202403151400", "c", &[&pv1("I", "W1", FROM, "202403151400").replace(&gap(25), &home)])
}

#[test]
fn an_admission_is_a_stay_with_place_doctors_and_specialty() {
    let stay = one(&[admitted()], "Encounter");
    assert_eq!(stay["status"], "in-progress");
    assert_eq!(stay["class"]["code"], "IMP");
    assert_eq!(stay["period"]["start"], "2024-03-10T12:00:00+00:00");
    assert_eq!(stay["location"][0]["location"]["display"], "W1, BAY2, BED3, SITE9");
    let doctors: Vec<&str> = stay["participant"]
        .as_array()
        .expect("doctors")
        .iter()
        .filter_map(|one| one["individual"]["display"].as_str())
        .collect();
    assert_eq!(doctors, ["Dr Bob Example", "Dr Cy Other", "Dr Ann Referrer"]);
    assert_eq!(
        stay["participant"][0]["individual"]["identifier"]["system"],
        "https://fhir.hl7.org.uk/Id/gmc-number"
    );
    assert_eq!(stay["serviceType"]["text"], "300");
    assert_eq!(
        stay["hospitalization"]["extension"][0]["valueCodeableConcept"]["text"], "21",
        "admission method"
    );
    assert_eq!(stay["hospitalization"]["admitSource"]["text"], "19");
    assert_eq!(stay["identifier"][0]["value"], "V7");
    assert_eq!(stay["serviceProvider"]["display"], "Test Trust");
    let shown = super::shown(&[admitted()]);
    assert_eq!(shown[0].0.unit.as_deref(), Some("W1"), "the ward a partner may hold back");
}

#[test]
fn haz_043_a_discharge_ends_a_stay_and_its_cancellation_opens_it_again() {
    let stay = one(&[admitted(), discharged()], "Encounter");
    assert_eq!(stay["status"], "finished");
    assert_eq!(stay["period"]["end"], "2024-03-15T14:00:00+00:00");
    assert_eq!(stay["hospitalization"]["dischargeDisposition"]["text"], "19");
    let reopened = adt("A13", "202403151500", "d", &[&pv1("I", "W1", FROM, "202403151400")]);
    let stay = one(&[admitted(), discharged(), reopened], "Encounter");
    assert_eq!(stay["status"], "in-progress");
    assert!(stay["period"]["end"].is_null() && stay["hospitalization"]["dischargeDisposition"].is_null());
}

#[test]
fn haz_043_a_cancelled_admission_is_shown_as_cancelled_and_its_diagnoses_as_errors() {
    let diagnosed = adt(
        "A08",
        "202403101300",
        "b",
        &[&pv1("I", "W1", FROM, ""), "DG1|1||J18^Pneumonia^I10|||F", "PR1|1||E1^Scan"],
    );
    let cancelled = adt("A11", "202403101400", "c", &[&pv1("I", "W1", FROM, "")]);
    let all = [admitted(), diagnosed, cancelled];
    assert_eq!(one(&all, "Encounter")["status"], "cancelled");
    assert_eq!(one(&all, "Condition")["verificationStatus"]["coding"][0]["code"], "entered-in-error");
    assert_eq!(one(&all, "Procedure")["status"], "entered-in-error");
    let again = adt("A01", "202403110900", "d", &[&pv1("I", "W3", FROM, "")]);
    assert_eq!(one(&[all[0].clone(), all[2].clone(), again], "Encounter")["status"], "in-progress");
}

#[test]
fn haz_043_a_cancelled_transfer_restores_the_place_before() {
    let place = |messages: &[String]| {
        one(messages, "Encounter")["location"][0]["location"]["display"].as_str().map(str::to_owned)
    };
    let second = moved("202403111200", "b", "W2");
    let back = adt("A12", "202403111300", "c", &[&pv1("I", "W2", FROM, "")]);
    assert_eq!(place(&[admitted(), second.clone()]).as_deref(), Some("W2"));
    assert_eq!(place(&[admitted(), second.clone(), back.clone()]).as_deref(), Some("W1, BAY2, BED3, SITE9"));
    // Told late, the transfer still came before its cancellation.
    assert_eq!(place(&[back.clone(), second, admitted()]).as_deref(), Some("W1, BAY2, BED3, SITE9"));
    assert_eq!(place(&[back]).as_deref(), Some("W2"), "a transfer never heard of: the message's own place");
}

#[test]
fn a_late_message_never_overwrites_a_newer_one() {
    let late = adt("A08", "202403101230", "late", &[&pv1("I", "W8", FROM, "")]);
    let stay = one(&[admitted(), discharged(), late], "Encounter");
    assert_eq!(
        (stay["status"].as_str(), stay["location"][0]["location"]["display"].as_str()),
        (Some("finished"), Some("W1"))
    );
}

#[test]
fn empty_says_nothing_null_deletes_and_what_is_sent_overrides() {
    let reason = |text: &str| format!("PV2|||{text}");
    let first = adt("A01", "202403101200", "a", &[&pv1("I", "W1", FROM, ""), &reason("R1^Fall")]);
    let told = |text: &str| {
        let later = adt("A08", "202403101300", "b", &["PV1|1||||||||||||||||||V7^^^TESTA", &reason(text)]);
        one(&[first.clone(), later], "Encounter")
    };
    assert_eq!(told("")["reasonCode"][0]["text"], "Fall");
    assert_eq!(told("R2^Faint")["reasonCode"][0]["text"], "Faint");
    assert!(told("\"\"")["reasonCode"].is_null());
    assert_eq!(told("")["class"]["code"], "IMP", "an empty class leaves it as it was");
}

#[test]
fn pre_admission_is_planned_with_the_day_it_is_expected() {
    let planned = adt("A05", "20240301", "a", &[&pv1("P", "W1", "", ""), "PV2||||||||20240320"]);
    let stay = one(&[planned], "Encounter");
    assert_eq!((stay["status"].as_str(), stay["class"]["code"].as_str()), (Some("planned"), Some("PRENC")));
    assert_eq!(stay["period"]["start"], "2024-03-20");
    let cancelled = [
        adt("A05", "20240301", "a", &[&pv1("P", "W1", "", "")]),
        adt("A38", "20240302", "b", &[&pv1("P", "W1", "", "")]),
    ];
    assert_eq!(one(&cancelled, "Encounter")["status"], "cancelled");
}

#[test]
fn a_discharge_told_only_by_its_date_ends_the_stay() {
    let home = adt("A08", "202403151500", "b", &[&pv1("I", "W1", FROM, "202403151400")]);
    assert_eq!(one(&[admitted(), home.clone()], "Encounter")["status"], "finished");
    assert_eq!(
        one(&[home], "Encounter")["status"],
        "finished",
        "and where it is the first that is heard of it"
    );
}

#[test]
fn a_class_change_keeps_the_stay() {
    let inpatient = adt("A06", "202403111200", "b", &[&pv1("I", "W2", FROM, "")]);
    let outpatient = adt("A04", "202403101200", "a", &[&pv1("O", "CLINIC", FROM, "")]);
    assert_eq!(one(std::slice::from_ref(&outpatient), "Encounter")["class"]["code"], "AMB");
    assert_eq!(one(&[outpatient, inpatient], "Encounter")["class"]["code"], "IMP");
    let emergency = adt("A04", "20240310", "a", &[&pv1("E", "ED", FROM, "")]);
    assert_eq!(one(&[emergency], "Encounter")["class"]["code"], "EMER");
}

#[test]
fn haz_043_deleted_stays_and_people_are_not_shown() {
    let deleted = adt("A23", "202403201200", "x", &[&pv1("I", "W1", FROM, "")]);
    assert!(of(&[admitted(), deleted.clone()], "Encounter").is_empty());
    assert_eq!(
        of(&[deleted, adt("A01", "202403211200", "y", &[&pv1("I", "W1", FROM, "")])], "Encounter").len(),
        1
    );
    let allergic = adt("A31", "20240301", "z", &["AL1|1|DA|X1^Penicillin"]);
    let forgotten = adt("A29", "20240320", "x", &[]);
    assert!(super::shown(&[admitted(), allergic, forgotten]).is_empty());
}

#[test]
fn a_stay_without_a_number_is_known_by_what_comes_nearest_to_one() {
    let without = |event: &str, at: &str, control: &str, from: &str| {
        adt(event, at, control, &[&pv1("I", "W1", from, "").replace("V7^^^TESTA", "")])
    };
    let same = [without("A01", "20240310", "a", FROM), without("A08", "20240311", "b", FROM)];
    assert_eq!(of(&same, "Encounter").len(), 1, "class and time of admission");
    let apart = [without("A01", "20240310", "a", ""), without("A01", "20240311", "b", "")];
    assert_eq!(of(&apart, "Encounter").len(), 2, "each beginning is one");
    assert!(
        of(&[without("A08", "20240311", "b", "")], "Encounter").is_empty(),
        "an update of nobody knows what"
    );
}

#[test]
fn a_changed_visit_number_keeps_one_stay() {
    let renamed = adt(
        "A50",
        "202403111200",
        "b",
        &["MRG|A1^^^TESTA||||V7^^^TESTA", &pv1("I", "W1", FROM, "").replace("V7", "V8")],
    );
    let stay = one(&[admitted(), renamed], "Encounter");
    assert_eq!(stay["identifier"][0]["value"], "V8");
}

#[test]
fn diagnoses_of_one_kind_replace_their_like_and_leave_the_others() {
    let said = |at: &str, control: &str, list: &[&str]| {
        let pv1 = pv1("I", "W1", FROM, "");
        let segments: Vec<&str> = std::iter::once(pv1.as_str()).chain(list.iter().copied()).collect();
        adt("A08", at, control, &segments)
    };
    let first = said(
        "202403101300",
        "b",
        &["DG1|1||J18^Pneumonia^I10||20240310|A", "DG1|2||I10^Hypertension^I10|||F"],
    );
    let second = said("202403111300", "c", &["DG1|1||J15.9^Bacterial pneumonia^I10||20240311|F"]);
    let mut words: Vec<String> = of(&[first, second], "Condition")
        .iter()
        .map(|one| {
            format!(
                "{} ({})",
                one["code"]["text"].as_str().expect("words"),
                one["category"][0]["text"].as_str().expect("kind")
            )
        })
        .collect();
    words.sort();
    assert_eq!(words, ["Bacterial pneumonia (Final diagnosis)", "Pneumonia (Admitting diagnosis)"]);
}

#[test]
fn haz_012_allergies_are_as_the_latest_message_has_each() {
    let first = adt("A28", "20240101", "a", &["AL1|1|DA|X1^Penicillin|SV|Rash|1998", "AL1|2|FA|N1^Nuts|5"]);
    let later = adt("A31", "20240201", "b", &["AL1|1|DA|X1^Penicillin|MO|Rash~Swelling|199807"]);
    let allergies = of(&[later, first], "AllergyIntolerance");
    assert_eq!(allergies.len(), 2);
    let penicillin = allergies.iter().find(|one| one["code"]["text"] == "Penicillin").expect("penicillin");
    assert_eq!(penicillin["reaction"][0]["severity"], "moderate");
    assert_eq!(penicillin["reaction"][0]["manifestation"].as_array().expect("two").len(), 2);
    assert_eq!(penicillin["recordedDate"], "1998-07");
    let nuts = allergies.iter().find(|one| one["code"]["text"] == "Nuts").expect("nuts");
    assert_eq!(nuts["note"][0]["text"], "Severity as sent: 5");
    assert_eq!(nuts["category"][0], "food");
    let none = adt("A31", "20240301", "c", &["AL1|1||\"\""]);
    assert!(of(&[adt("A28", "20240101", "a", &["AL1|1|DA|X1"]), none], "AllergyIntolerance").is_empty());
}
