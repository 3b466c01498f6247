//! shows: R41, R63
//! HAZ-049: marks in every field of every format are looked for in every byte the node leaves behind, as they are, as UTF-16, as
//! base64 and as hexadecimal. A mark put there on purpose is found.

use super::*;
use crate::{Held, Manifest, testing::sent::*};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::{
    fmt::Write,
    sync::{Mutex, OnceLock},
};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

const MARK: &str = "Kanarienvogel";

/// Everything that is logged in this process.
static LOGGED: OnceLock<Mutex<String>> = OnceLock::new();

fn logged() -> &'static Mutex<String> {
    LOGGED.get_or_init(Mutex::default)
}

struct Listener;

impl Subscriber for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        span.record(&mut Heard);
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut Heard);
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Heard);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

struct Heard;

impl Visit for Heard {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let mut all = logged().lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let _ = writeln!(all, "{}={value:?}", field.name());
    }
}

/// A mark as it might have been written.
fn forms(mark: &str) -> Vec<Vec<u8>> {
    let bytes = mark.as_bytes();
    let hex = crate::vault::held_back::hex(bytes);
    let mut forms = vec![bytes.to_vec(), mark.to_uppercase().into_bytes(), mark.to_lowercase().into_bytes()];
    forms.push(mark.encode_utf16().flat_map(u16::to_le_bytes).collect());
    forms.push(mark.encode_utf16().flat_map(u16::to_be_bytes).collect());
    forms.extend([hex.to_uppercase().into_bytes(), hex.into_bytes()]);
    // Wherever it stands in what was encoded, these characters are in the outcome.
    for before in 0..3 {
        let padded = [&vec![0; before][..], bytes].concat();
        let text = STANDARD.encode(padded);
        forms.push(text.as_bytes()[4 * before.div_ceil(3)..text.len() - 4].to_vec());
    }
    forms
}

/// Each byte a character: text is searched faster than bytes are.
fn as_text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn found(text: &str, mark: &str) -> bool {
    forms(mark).iter().any(|form| text.contains(&as_text(form)))
}

fn marked(nth: usize) -> Service {
    Service {
        person: format!("{MARK}-a{nth}"),
        family: format!("{MARK}-b"),
        told: format!("{MARK}-c"),
        provider: format!("{MARK}-d"),
        team: format!("{MARK}-e"),
        ..service(nth)
    }
}

fn filled(fixture: &Fixture, live: &Live) {
    let node = &live.node;
    let mut services: Vec<Service> = (0..40).map(marked).collect();
    services[1].nhs_number = String::new();
    services[2].started = format!("{MARK}-f");
    services[3].la_code = format!("{MARK}-g");
    assert_eq!(fixture.load(node, "asc", 1, &csv(&services)).refused, 2);
    let bad = csv(&services[..3]);
    let refused = Manifest { rows: 9, ..fixture.manifest("asc", 2, &bad) };
    assert!(fixture.load_as(node, &refused, &bad).reason.is_some());
    let lines = [
        patient_line(&format!("{MARK}-h"), 1).replace("Example1", MARK),
        observation_line(&format!("{MARK}-i"), &format!("{MARK}-h"), MARK),
        format!("{{\"resourceType\":\"{MARK}\"}}"),
        format!("{MARK} is no JSON"),
    ];
    let lenient = lines[..2].join("\n");
    assert_eq!(fixture.load(node, "bulk", 1, &lenient).taken, 2);
    assert!(fixture.load(node, "bulk", 2, &lines.join("\n")).reason.is_some());
    let hospital = result("202611270900", &format!("{MARK}-j"), (&format!("{MARK}k"), Some(1)), MARK)
        .replace("EXAMPLE", MARK);
    let messages = [
        ("pas", hospital.clone()),
        ("pas", hospital.replace("mmol", MARK)),
        ("pas", hospital.replace("|P|2.4", &format!("|{MARK}|2.4"))),
        ("pas", hospital.replace("202611270900||ORU", &format!("{MARK}||ORU"))),
        ("pas", MARK.to_owned()),
        ("calls", report_111(1, MARK)),
        ("calls", report_111(2, MARK).replace("20261127030405+0000", MARK)),
        ("calls", format!("<{MARK}>")),
        ("ambulance", ambulance(1, MARK)),
        ("ambulance", ambulance(2, MARK).replace("message\"", &format!("{MARK}\""))),
        ("letters", letter(1, MARK, MARK)),
        ("letters", letter(2, MARK, MARK).replace("373942005", MARK).replace("Composition", MARK)),
    ];
    for (feed, text) in &messages {
        let _ = node.deliver(feed, text.as_bytes()).unwrap();
    }
    assert!(node.quarantined().unwrap().len() >= 5, "some of it is set aside");
    // Half an upload.
    let text = csv(&services);
    let begun = at_intake(fixture, live, reqwest::Method::POST, "/feeds/asc/uploads");
    let begun = fixture.send(begun.body(fixture.sealed(&fixture.manifest("asc", 5, &text))));
    let path = begun.headers["location"].to_str().unwrap().to_owned();
    let piece = at_intake(fixture, live, reqwest::Method::PATCH, &path).header("Upload-Offset", 0);
    assert_eq!(fixture.send(piece.body(text.get(..600).unwrap().to_owned())).status, 204);
}

#[test]
fn haz_049_no_mark_of_anybody_stands_in_what_the_node_leaves_behind() {
    let _ = tracing::subscriber::set_global_default(Listener);
    let fixture = Fixture::new();
    let live = fixture.start();
    filled(&fixture, &live);
    for kind in ["Observation", "DocumentReference", "CarePlan", "Bundle"] {
        let answer = fixture.ask(&live, kind, &number(1)).unwrap();
        assert!(answer.text.contains(MARK) || answer.total() == 0 || kind == "CarePlan", "{kind}");
    }
    live.node.hold(&Held::Person(number(1)), true, "a steward").unwrap();
    live.node.backup(&fixture.state().join("copy"), "a steward").unwrap();
    let marks =
        [MARK.to_owned(), number(0).digits().to_owned(), number(1).digits().to_owned(), number(1).spaced()];
    let look = || {
        let all = files(&fixture.state());
        assert!(all.len() > 10, "store, log, reports, receipts, quarantine, spool, copy");
        let mut hits = Vec::new();
        for path in all {
            let text = as_text(&std::fs::read(&path).unwrap());
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            hits.extend(
                marks
                    .iter()
                    .filter(|mark| found(&text, mark) || name.contains(mark.as_str()))
                    .map(|mark| (name.clone(), mark.clone())),
            );
        }
        hits
    };
    assert_eq!(look(), [], "HAZ-049");
    fixture.stop(live);
    assert_eq!(look(), [], "HAZ-049: after it ended");
    let said = logged().lock().unwrap().clone();
    assert!(said.contains("an extract was refused"), "the log is heard");
    assert!(!said.contains(MARK) && !said.contains(number(1).digits()), "HAZ-049: the log");
    // What is there on purpose is found, in every form.
    std::fs::write(fixture.state().join("planted"), MARK).unwrap();
    assert_eq!(look(), [("planted".to_owned(), MARK.to_owned())]);
    for form in forms(MARK) {
        assert!(found(&as_text(&[b"xx", &form[..], b"yy"].concat()), MARK));
    }
}
