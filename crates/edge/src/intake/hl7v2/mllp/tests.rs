//! Frames come out whole however the bytes come in; what is no frame is said.

use super::{Decoder, Event, encode};
use proptest::prelude::*;

fn decode(bytes: &[u8], limit: usize, cuts: &[usize]) -> (Vec<Event>, Option<Event>) {
    let mut decoder = Decoder::new(limit);
    let mut events = Vec::new();
    let mut rest = bytes;
    for cut in cuts {
        let (part, after) = rest.split_at((*cut).min(rest.len()));
        events.extend(decoder.push(part));
        rest = after;
    }
    events.extend(decoder.push(rest));
    (events, decoder.finish())
}

#[test]
fn a_message_in_its_frame_comes_out_as_it_went_in() {
    let message = b"MSH|^~\\&|A\rPID|1\r";
    assert_eq!(decode(&encode(message), 100, &[]), (vec![Event::Frame(message.to_vec())], None));
}

#[test]
fn bytes_between_frames_are_said_and_line_ends_are_not() {
    let mut bytes = b"noise".to_vec();
    bytes.extend(encode(b"a"));
    bytes.extend(b"\r\n");
    bytes.extend(encode(b"b"));
    bytes.extend(b"tail");
    let (events, left) = decode(&bytes, 100, &[]);
    assert_eq!(events, [Event::Junk(5), Event::Frame(b"a".to_vec()), Event::Frame(b"b".to_vec())]);
    assert_eq!(left, Some(Event::Junk(4)));
}

#[test]
fn a_frame_that_is_begun_again_or_never_ended_is_no_message() {
    let (events, left) = decode(b"\x0bhalf\x0bwhole\x1c\r\x0bcut", 100, &[]);
    assert_eq!(events, [Event::Junk(5), Event::Frame(b"whole".to_vec())]);
    assert_eq!(left, Some(Event::Junk(4)));
}

#[test]
fn an_end_mark_without_its_return_is_content() {
    assert_eq!(decode(b"\x0ba\x1cb\x1c\x1c\r", 100, &[]).0, [Event::Frame(b"a\x1cb\x1c".to_vec())]);
}

#[test]
fn a_frame_is_taken_up_to_the_limit_and_not_beyond() {
    for (length, is_taken) in [(9, true), (10, true), (11, false)] {
        let (events, _) = decode(&[encode(&vec![b'x'; length]), encode(b"next")].concat(), 10, &[]);
        let first = if is_taken { Event::Frame(vec![b'x'; length]) } else { Event::TooLarge(vec![b'x'; 10]) };
        assert_eq!(events, [first, Event::Frame(b"next".to_vec())]);
    }
}

#[test]
fn a_frame_past_the_limit_can_still_be_answered() {
    use crate::intake::hl7v2::ack;
    let message = format!("MSH|^~\\&|A|B|C|D|2024||ORU^R01|m1|P|2.4\rOBX|{}", "x".repeat(9_000));
    let (events, left) = decode(&encode(message.as_bytes()), 8_000, &[]);
    let [Event::TooLarge(head)] = events.as_slice() else { panic!("one event, and too large") };
    assert_eq!((head.len(), left), (4_096, None));
    let outcome = ack::Outcome::refused(crate::unit::Refused::new("the message is larger than 24 MiB"));
    let reply = ack::replies(head, &outcome, "2024", "r1");
    assert!(reply[0].contains("\rMSA|AE|m1|the message is larger than 24 MiB\r"));
}

proptest! {
    #[test]
    fn any_pieces_give_the_same_frames(
        bytes in proptest::collection::vec(prop_oneof![Just(0x0bu8), Just(0x1c), Just(0x0d), any::<u8>()], 0..200),
        cuts in proptest::collection::vec(0usize..20, 0..30),
    ) {
        prop_assert_eq!(decode(&bytes, 20, &cuts), decode(&bytes, 20, &[]));
    }

    #[test]
    fn messages_go_through_whatever_they_hold(
        messages in proptest::collection::vec("[ -~\r]{0,60}", 0..6),
        cuts in proptest::collection::vec(0usize..20, 0..30),
    ) {
        let bytes: Vec<u8> = messages.iter().flat_map(|message| encode(message.as_bytes())).collect();
        let frames: Vec<Event> = messages.iter().map(|m| Event::Frame(m.clone().into_bytes())).collect();
        prop_assert_eq!(decode(&bytes, 100, &cuts), (frames, None));
    }
}
