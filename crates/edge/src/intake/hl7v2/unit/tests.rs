//! Merges and their undoing, and what is refused by its header (HAZ-005).

use super::super::tests::{NUMBER, OTHER, local, pid, said, said_of, training, unit, unit_with};
use crate::intake::hl7v2::{Settings, ack::Outcome};
use crate::unit::{Act, Refused, Unit, Untraced, Whose};

fn join(event: &str, ids: &str, more: &[&str]) -> Result<Unit, Refused> {
    unit(&said_of(&pid(ids, "01"), &format!("ADT^{event}"), "20240310", "m1", more))
}

fn merge(unit: &Unit) -> (String, String, String, String) {
    match unit.act.clone().expect("an act") {
        Act::Merge { retired, survivor } => (retired.authority, retired.id, survivor.authority, survivor.id),
        Act::Unmerge { restored, from } => (restored.authority, restored.id, from.authority, from.id),
        Act::Delete => panic!("a deletion is no merge"),
    }
}

fn four(a: &str, b: &str, c: &str, d: &str) -> (String, String, String, String) {
    (a.into(), b.into(), c.into(), d.into())
}

#[test]
fn haz_005_a_merge_joins_the_ids_of_one_authority() {
    let ids = format!("{NUMBER}^^^NHS~2^^^T^MR~5^^^U^MR");
    for event in ["A40", "A34", "A36", "A18", "A47"] {
        let unit = join(event, &ids, &["MRG|1^^^T^MR"]).expect("taken");
        assert_eq!(merge(&unit), four("T", "1", "T", "2"), "{event}");
        assert!(matches!(unit.act, Some(Act::Merge { .. })));
    }
    let several = join("A40", &ids, &["MRG|9^^^X~4^^^U~1^^^T"]).expect("taken");
    assert_eq!(merge(&several), four("U", "4", "U", "5"), "the first that pairs");
}

#[test]
fn haz_005_where_no_authority_pairs_the_only_two_do_and_else_the_number_survives() {
    let unit = join("A40", &format!("{NUMBER}^^^NHS~2^^^T^MR"), &["MRG|1^^^OLD"]).expect("taken");
    assert_eq!(merge(&unit), four("OLD", "1", "T", "2"));
    let unit = join("A40", &format!("{NUMBER}^^^NHS"), &["MRG|1^^^OLD"]).expect("taken");
    assert_eq!(merge(&unit), four("OLD", "1", "NHS", NUMBER));
    assert!(unit.local.contains(&local("NHS", NUMBER)), "the survivor is one of its names");
    let unclear = join("A40", &format!("{NUMBER}^^^NHS~2^^^T~3^^^U"), &["MRG|1^^^X"]).expect_err("refused");
    assert_eq!(unclear.field.as_deref(), Some("MRG-1"));
    assert_eq!(join("A40", "2^^^T", &[]).expect_err("refused").to_string(), "`MRG`: is missing");
}

#[test]
fn haz_005_a_merge_of_two_nhs_numbers_is_held_and_joins_nothing() {
    let ids = format!("{NUMBER}^^^NHS~2^^^T");
    let unit = join("A40", &ids, &[&format!("MRG|{OTHER}^^^NHS~1^^^T")]).expect("kept");
    assert!(unit.act.is_none());
    assert!(matches!(unit.whose, Whose::Untraced(Untraced::Several)));
    let same = join("A40", &ids, &[&format!("MRG|{NUMBER}^^^NHS~1^^^T")]).expect("taken");
    assert_eq!(merge(&same), four("T", "1", "T", "2"));
}

#[test]
fn haz_005_an_unmerge_restores_what_was_retired() {
    let ids = format!("{NUMBER}^^^NHS~2^^^T");
    let by_mrg = join("A37", &ids, &["MRG|1^^^T"]).expect("taken");
    let by_pid = join("A37", &ids, &["PID|2||1^^^T"]).expect("taken");
    for unit in [by_mrg, by_pid] {
        assert!(matches!(unit.act, Some(Act::Unmerge { .. })));
        assert_eq!(merge(&unit), four("T", "1", "T", "2"));
    }
}

#[test]
fn events_that_move_or_swap_are_refused_rather_than_left_out() {
    for event in ["A17", "A24", "A30", "A39", "A43", "A45"] {
        let refused = join(event, "2^^^T", &["MRG|1^^^T"]).expect_err("refused");
        assert_eq!(refused.field.as_deref(), Some("MSH-9"), "{event}");
    }
}

#[test]
fn the_header_decides_between_rejected_and_in_error() {
    let good = said("ADT^A08", "20240310", "m1", &[]);
    let outcome =
        |from: &str, to: &str| Outcome::refused(unit(&good.replacen(from, to, 1)).expect_err("refused"));
    for (from, to) in
        [("|P|", "|T|"), ("|P|", "|D|"), ("|P|", "||"), ("|2.4", "|2.2"), ("|2.4", "|"), ("ADT^A08", "")]
    {
        assert!(matches!(outcome(from, to), Outcome::Rejected(_)), "{from} to {to}");
    }
    for (from, to) in [("|m1|", "||"), ("20240310||", "||"), ("PID|", "ZID|")] {
        let broken = good.replace("EVN||20240310\r", "").replacen(from, to, 1);
        assert!(matches!(Outcome::refused(unit(&broken).expect_err("refused")), Outcome::Error(_)), "{from}");
    }
    assert!(unit_with(training(), &good.replacen("|P|", "|T|", 1)).is_ok());
    for version in ["2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.5.1^GBR"] {
        assert!(unit(&good.replacen("|2.4", &format!("|{version}"), 1)).is_ok(), "{version}");
    }
    let narrow = Settings { accept: vec!["2.5.1".into()], ..Settings::default() };
    assert!(unit_with(narrow, &good).is_err());
}

#[test]
fn orders_and_acknowledgements_are_kept_without_a_person_of_their_own() {
    for kind in ["OML^O21", "RDE^O11", "ORM^O01", "ACK"] {
        let text = said_of("NTE|1", kind, "20240310", "m1", &[]);
        assert!(matches!(unit(&text).expect("kept").whose, Whose::Untraced(Untraced::NoNumber)), "{kind}");
    }
    assert!(matches!(unit(&said("OML^O21", "20240310", "m1", &[])).expect("kept").whose, Whose::Person(_)));
}

#[test]
fn a_message_whose_content_would_be_shown_as_nothing_is_refused() {
    let field = |kind: &str, segments: &[&str]| {
        unit(&said(kind, "20240310", "m1", segments)).err().and_then(|r| r.field)
    };
    assert_eq!(field("ORU^R01", &["NTE|1"]).as_deref(), Some("OBR"));
    assert_eq!(field("ORU^R01", &["OBX|1|ST|a||b", "OBR|1||f1|T"]).as_deref(), Some("OBX"));
    assert_eq!(field("MDM^T02", &["OBX|1|TX|a||b"]).as_deref(), Some("TXA"));
    assert_eq!(field("ORU^R01", &["OBR|1||f1|T"]), None);
}
