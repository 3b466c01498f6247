//! Messages cut anywhere, garbage and giants: refused at a place or taken, never a panic, never content in an error.

use super::{NUMBER, read_with, said, shown_bytes, training, unit};
use crate::format::Unusable;
use crate::intake::hl7v2::{Settings, ack, mllp::LIMIT_BYTES};
use proptest::prelude::*;

fn whole() -> String {
    let result = "OBX|1|ED|1^File^L||a^b^pdf^Base64^JVBERi0=||||||F|||202401011200";
    let visit = "PV1|1|I|W^B|21||||||300|||||||||V7^^^T";
    said(
        "ORU^R01",
        "20240310120000+0000",
        "m1",
        &[visit, "OBR|1|p1|f1|T^Test|||2024", result, "NTE|1||a\\.br\\b\\X41\\"],
    )
}

#[test]
fn haz_042_a_message_cut_at_any_byte_never_breaks_the_reader() {
    let text = whole();
    for end in 0..text.len() {
        let part = &text.as_bytes()[..end];
        let (taken, _) = read_with(training(), part);
        for (_, unit) in taken {
            if let Ok(unit) = unit {
                shown_bytes(&[unit.body]);
            }
        }
        shown_bytes(&[part.to_vec()]);
        ack::replies(part, &ack::Outcome::Accepted, "20240310", "1");
    }
}

#[test]
fn a_refusal_names_the_place_and_never_the_content() {
    let text = said("ADT^A01", "20240310", "m1", &["PV1|1|I", "SECRET words of a wrapped line", "PV2|"]);
    let refused = unit(&text).expect_err("refused");
    assert_eq!(refused.to_string(), "`line 5`: does not begin with a segment's name and the field separator");
    let strange = said("ADT^A01", "never", "m1", &[]);
    let refused = unit(&strange).expect_err("refused");
    assert_eq!(refused.field.as_deref(), Some("MSH-7"));
    assert!(!refused.to_string().contains("never") && !refused.to_string().contains(NUMBER));
}

#[test]
fn a_message_past_the_limit_is_refused_and_the_next_one_is_taken() {
    let small = said("ADT^A08", "20240310", "m1", &[]);
    let big = said("ADT^A08", "20240310", "m1", &[&format!("NTE|{}", "x".repeat(LIMIT_BYTES))]);
    let file = format!("{big}{small}");
    let (taken, seen) = read_with(Settings::default(), file.as_bytes());
    assert_eq!(seen.expect("read").units, 2);
    assert_eq!(taken[0].1.as_ref().expect_err("refused").to_string(), "the message is larger than 24 MiB");
    assert!(taken[1].1.is_ok(), "the next message is taken");
}

#[test]
fn a_file_that_is_none_of_this_is_unusable() {
    for text in ["hello\n", "{\"resourceType\":\"Bundle\"}", "MSHX|^~\\&|", "<ClinicalDocument/>"] {
        let (taken, seen) = read_with(Settings::default(), text.as_bytes());
        assert!(taken.is_empty());
        assert!(matches!(seen, Err(Unusable::Line { line: 1, .. })), "{text}");
    }
}

proptest! {
    #[test]
    fn garbage_never_breaks_anything(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut with_head = b"MSH|^~\\&|A|B|C|D|20240101||ORU^R01|1|P|2.4\rPID|||\rOBR|1|a|b|c\rOBX|1|".to_vec();
        with_head.extend(&bytes);
        for input in [bytes, with_head] {
            let (taken, _) = read_with(training(), &input);
            let bodies: Vec<Vec<u8>> = taken.into_iter().filter_map(|(_, unit)| Some(unit.ok()?.body)).collect();
            for one in shown_bytes(&bodies) {
                prop_assert!(serde_json::from_str::<serde_json::Value>(&one.json).is_ok());
            }
            shown_bytes(std::slice::from_ref(&input));
            ack::replies(&input, &ack::Outcome::Accepted, "20240310", "1");
        }
    }

    #[test]
    fn fields_of_any_text_are_shown_as_json(
        kind in "(NM|SN|ST|TX|FT|CE|CWE|DT|TM|TS|ED|RP|)",
        value in "[ -~]{0,40}",
        flag in "[ -~]{0,6}",
    ) {
        let result = format!("OBX|1|{kind}|c^Name||{}|u|r|{}|||F", value.replace('|', "!"), flag.replace('|', "!"));
        let text = said("ORU^R01", "20240310", "m1", &["OBR|1||f1|T^Test", &result]);
        let shown = shown_bytes(&[text.into_bytes()]);
        super::check_read_whole(&shown);
    }
}
