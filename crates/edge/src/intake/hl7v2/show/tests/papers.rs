//! Documents as MDM messages tell them: signed, replaced, added to, edited, cancelled, restricted (HAZ-019, 023, 043).

use super::super::super::tests::check_read_whole;
use super::{of, one, said, shown, shown_bytes};
use record::item::Standing;
use serde_json::Value;

/// One MDM message: event and time, number and parent, then completion, confidentiality and availability.
fn mdm([event, at]: [&str; 2], [number, parent]: [&str; 2], status: [&str; 3], text: &str) -> String {
    let [completion, confidentiality, availability] = status;
    let who = "C1^Example^Bob^^^Dr^^^GMC";
    let txa = format!(
        "TXA|1|DS^Discharge summary|TX|202403101600|{who}|202403101500|||{who}|||{number}^T|{parent}|||Summary.txt|{completion}|{confidentiality}|{availability}"
    );
    let lines: Vec<String> = text.lines().map(|line| format!("OBX|1|TX|^Line||{line}")).collect();
    let mut segments = vec!["PV1|1|I|W5", txa.as_str()];
    segments.extend(lines.iter().map(String::as_str));
    said(&format!("MDM^{event}"), at, &format!("{event}{at}"), &segments)
}

const SIGNED: [&str; 3] = ["AU", "U", "AV"];

fn by_number(all: &[String], number: &str) -> Value {
    let found = of(all, "DocumentReference");
    found.into_iter().find(|one| one["identifier"][0]["value"] == number).expect("a document of that number")
}

fn standing(all: &[String]) -> Vec<Standing> {
    let bodies: Vec<Vec<u8>> = all.iter().map(|text| text.clone().into_bytes()).collect();
    let read = check_read_whole(&shown_bytes(&bodies));
    read.items.iter().map(|item| item.status.standing).collect()
}

#[test]
fn a_signed_document_is_current_with_its_author_and_its_text() {
    let all = [mdm(["T02", "202403101700"], ["d1", ""], SIGNED, "first\n  second")];
    let document = one(&all, "DocumentReference");
    assert_eq!(
        (document["status"].as_str(), document["docStatus"].as_str()),
        (Some("current"), Some("final"))
    );
    assert_eq!(document["type"]["text"], "Discharge summary");
    assert_eq!(document["author"][0]["display"], "Dr Bob Example");
    assert_eq!(document["author"].as_array().map(Vec::len), Some(1), "said twice, named once");
    assert_eq!(document["date"], "2024-03-10T17:00:00+00:00");
    assert_eq!(document["content"][0]["attachment"]["creation"], "2024-03-10T16:00:00+00:00");
    assert_eq!(one(&all, "Binary")["data"], "Zmlyc3QKICBzZWNvbmQ=");
    assert_eq!(one(&all, "Binary")["contentType"], "text/plain; charset=utf-8");
    assert_eq!(shown(&all)[0].0.unit.as_deref(), Some("W5"));
    assert_eq!(standing(&all), [Standing::Current]);
}

#[test]
fn haz_019_what_is_not_signed_or_not_available_is_not_current() {
    for completion in ["DI", "DO", "IP", "PA", ""] {
        assert_eq!(
            standing(&[mdm(["T02", "20240310"], ["d1", ""], [completion, "U", "AV"], "x")]),
            [Standing::Provisional],
            "{completion}"
        );
    }
    assert_eq!(
        standing(&[mdm(["T02", "20240310"], ["d1", ""], ["LA", "U", "AV"], "x")]),
        [Standing::Current]
    );
    assert_eq!(
        standing(&[mdm(["T02", "20240310"], ["d1", ""], ["AU", "U", ""], "x")]),
        [Standing::Provisional]
    );
    assert_eq!(standing(&[mdm(["T02", "20240310"], ["d1", ""], ["AU", "U", "OB"], "x")]), [Standing::Past]);
    assert_eq!(
        standing(&[mdm(["T02", "20240310"], ["d1", ""], ["AU", "U", "CA"], "x")]),
        [Standing::EnteredInError]
    );
    let withheld = [mdm(["T02", "20240310"], ["d1", ""], ["AU", "U", "UN"], "x")];
    assert!(of(&withheld, "Binary").is_empty(), "its text is withheld");
    assert_eq!(standing(&withheld), [Standing::Provisional]);
}

#[test]
fn haz_043_a_replacement_supersedes_its_parent_for_good() {
    let all = [
        mdm(["T10", "202403111200"], ["d2", "d1^T"], SIGNED, "new"),
        mdm(["T02", "202403101200"], ["d1", ""], SIGNED, "old"),
        mdm(["T03", "202403121200"], ["d1", ""], SIGNED, ""),
    ];
    assert_eq!(by_number(&all, "d1")["status"], "superseded", "a later status does not bring it back");
    let new = by_number(&all, "d2");
    assert_eq!(
        (new["status"].as_str(), new["relatesTo"][0]["code"].as_str()),
        (Some("current"), Some("replaces"))
    );
    let old = by_number(&all, "d1");
    assert_eq!(
        new["relatesTo"][0]["target"]["reference"],
        format!("DocumentReference/{}", old["id"].as_str().expect("id"))
    );
}

#[test]
fn haz_043_a_cancelled_document_is_in_error_whatever_is_said_later() {
    let all = [
        mdm(["T02", "202403101200"], ["d1", ""], SIGNED, "old"),
        mdm(["T11", "202403111200"], ["d1", ""], SIGNED, ""),
        mdm(["T03", "202403121200"], ["d1", ""], SIGNED, ""),
    ];
    assert_eq!(one(&all, "DocumentReference")["status"], "entered-in-error");
    assert_eq!(standing(&all), [Standing::EnteredInError]);
}

#[test]
fn an_addendum_stands_beside_its_parent_and_an_edit_in_its_place() {
    let first = mdm(["T02", "202403101200"], ["d1", ""], SIGNED, "old");
    let added = [first.clone(), mdm(["T06", "202403111200"], ["d2", "d1^T"], SIGNED, "more")];
    assert_eq!(by_number(&added, "d1")["status"], "current");
    assert_eq!(by_number(&added, "d2")["relatesTo"][0]["code"], "appends");
    let edited = [mdm(["T08", "202403111200"], ["d1", ""], SIGNED, "new"), first];
    assert_eq!(one(&edited, "DocumentReference")["docStatus"], "amended");
    assert_eq!(one(&edited, "Binary")["data"], "bmV3");
}

#[test]
fn a_status_change_keeps_the_text_and_a_notification_has_none() {
    let draft = mdm(["T02", "202403101200"], ["d1", ""], ["DI", "U", "AV"], "text");
    let signed = [draft, mdm(["T03", "202403111200"], ["d1", ""], SIGNED, "")];
    assert_eq!(one(&signed, "DocumentReference")["docStatus"], "final");
    assert_eq!(one(&signed, "Binary")["data"], "dGV4dA==");
    let announced = [mdm(["T01", "20240310"], ["d1", ""], SIGNED, "")];
    assert!(of(&announced, "Binary").is_empty());
    let title = &one(&announced, "DocumentReference")["content"][0]["attachment"]["title"];
    assert_eq!(title, "The sender announced it without its text");
}

#[test]
fn haz_023_a_restricted_document_is_labelled_and_so_is_its_file() {
    for code in ["R", "V"] {
        let all = [mdm(["T02", "20240310"], ["d1", ""], ["AU", code, "AV"], "x")];
        assert_eq!(one(&all, "DocumentReference")["securityLabel"][0]["coding"][0]["code"], code);
        assert_eq!(one(&all, "Binary")["meta"]["security"][0]["code"], code);
        let bodies = [all[0].clone().into_bytes()];
        let read = check_read_whole(&shown_bytes(&bodies));
        assert_eq!(read.items[0].category, fhir::Category::Restricted);
    }
    assert!(
        one(&[mdm(["T02", "20240310"], ["d1", ""], SIGNED, "x")], "DocumentReference")["securityLabel"]
            .is_null()
    );
}
