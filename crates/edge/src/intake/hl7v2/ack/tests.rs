//! Acknowledgements as their senders ask for them; never one to an acknowledgement.

use super::{Outcome, is_expected, replies};
use crate::unit::Refused;

fn message(kind: &str, version: &str, commit: &str, application: &str) -> Vec<u8> {
    format!("MSH|^~\\&|PAS|A|NODE|B|20240310||{kind}|m1|P|{version}|||{commit}|{application}\rPID|1\r")
        .into_bytes()
}

fn error() -> Outcome {
    Outcome::refused(Refused::at("PID-3[2]", "is no | number"))
}

fn rejected() -> Outcome {
    Outcome::refused(Refused::at("MSH-12", "is not a version that is taken here"))
}

/// MSA-1 of each reply.
fn codes(message: &[u8], outcome: &Outcome) -> Vec<String> {
    let replies = replies(message, outcome, "20240310120000+0000", "r1");
    assert_eq!(is_expected(message, outcome), !replies.is_empty());
    let code = |reply: &String| {
        reply.split("\rMSA|").nth(1).and_then(|msa| msa.split('|').next().map(str::to_owned))
    };
    replies.iter().filter_map(code).collect()
}

#[test]
fn original_mode_answers_once_with_the_application_code() {
    let message = message("ADT^A01^ADT_A01", "2.4", "", "");
    assert_eq!(codes(&message, &Outcome::Accepted), ["AA"]);
    assert_eq!(codes(&message, &error()), ["AE"]);
    assert_eq!(codes(&message, &rejected()), ["AR"]);
}

#[test]
fn enhanced_mode_answers_as_each_field_asks() {
    let asked = |commit: &str, application: &str, outcome: &Outcome| {
        codes(&message("ADT^A01", "2.4", commit, application), outcome)
    };
    assert_eq!(asked("AL", "", &Outcome::Accepted), ["CA"]);
    assert_eq!(asked("AL", "AL", &Outcome::Accepted), ["CA", "AA"]);
    assert_eq!(asked("AL", "AL", &error()), ["CE", "AE"]);
    assert_eq!(asked("AL", "AL", &rejected()), ["CR", "AR"]);
    assert_eq!(asked("NE", "AL", &Outcome::Accepted), ["AA"]);
    assert_eq!(asked("ER", "SU", &Outcome::Accepted), ["AA"]);
    assert_eq!(asked("ER", "SU", &error()), ["CE"]);
    assert_eq!(asked("SU", "ER", &Outcome::Accepted), ["CA"]);
    assert!(asked("NE", "NE", &error()).is_empty() && asked("", "NE", &error()).is_empty());
}

#[test]
fn an_acknowledgement_and_bytes_without_a_header_are_never_answered() {
    for kind in ["ACK", "ACK^A01^ACK", "ACK^R01"] {
        assert!(codes(&message(kind, "2.4", "", ""), &Outcome::Accepted).is_empty(), "{kind}");
        assert!(codes(&message(kind, "2.4", "AL", "AL"), &error()).is_empty(), "{kind}");
    }
    for bytes in [&b""[..], b"garbage", b"PID|1\r", b"MSH", b"MSH|^~\\&|A", b"\xff\xfe"] {
        assert!(!is_expected(bytes, &error()));
    }
}

#[test]
fn the_reply_goes_back_to_its_sender_with_the_control_id() {
    let message = message("ADT^A01^ADT_A01", "2.4", "AL", "AL");
    let replies = replies(&message, &Outcome::Accepted, "20240310120000+0000", "r1");
    assert_eq!(
        replies,
        [
            "MSH|^~\\&|NODE|B|PAS|A|20240310120000+0000||ACK^A01^ACK|r1|P|2.4\rMSA|CA|m1\r",
            "MSH|^~\\&|NODE|B|PAS|A|20240310120000+0000||ACK^A01^ACK|r1.2|P|2.4\rMSA|AA|m1\r",
        ]
    );
    let old = super::replies(&self::message("ORU^R01", "2.3", "", ""), &Outcome::Accepted, "2024", "r1");
    assert!(old[0].contains("|ACK^R01|r1|P|2.3\r"));
}

#[test]
fn the_error_names_segment_field_and_repetition_in_the_form_of_the_version() {
    let new = replies(&message("ORU^R01", "2.5.1", "", ""), &error(), "2024", "r1");
    assert!(
        new[0].ends_with("MSA|AE|m1\rERR||PID^1^3^2|102^Data type error^HL70357|E||||is no   number\r"),
        "{}",
        new[0]
    );
    let old = replies(&message("ORU^R01", "2.4", "", ""), &error(), "2024", "r1");
    assert!(
        old[0].ends_with("MSA|AE|m1|is no   number\rERR|PID^1^3^102&Data type error&HL70357\r"),
        "{}",
        old[0]
    );
    let version = replies(&message("ORU^R01", "2.5.1", "", ""), &rejected(), "2024", "r1");
    assert!(version[0].contains("ERR||MSH^1^12^1|203^Unsupported version id^HL70357|E"));
    let line = Outcome::refused(Refused::at(
        "line 7",
        "does not begin with a segment's name and the field separator",
    ));
    let line = replies(&message("ORU^R01", "2.5.1", "", ""), &line, "2024", "r1");
    assert!(line[0].contains("ERR|||100^Segment sequence error^HL70357|E||||does not begin"));
}

#[test]
fn the_reply_uses_the_marks_of_the_message_and_says_when_it_is_not_ascii() {
    let sent = "MSH$*!?%$PAS$Zoë$NODE$B$2024$$ADT*A01$m1$P$2.5.1\rPID$1\r";
    let reply = replies(sent.as_bytes(), &error(), "2024", "r1").remove(0);
    assert!(
        reply.starts_with(
            "MSH$*!?%$NODE$B$PAS$Zoë$2024$$ACK*A01*ACK$r1$P$2.5.1$$$$$$UNICODE UTF-8\rMSA$AE$m1\r"
        )
    );
    assert!(reply.contains("ERR$$PID*1*3*2$"));
}
