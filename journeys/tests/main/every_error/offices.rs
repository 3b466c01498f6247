//! Takes nothing, gives every running program the table needs: whose record lies open in it, and what is broken under it.
//! Rows of sources that have nothing to do with each other are in force at the same time.

use super::{
    Office,
    desk::{Desk, Lane},
    row::{
        AS_BEFORE, Expected, FAILED, HELD_BACK, Line, OBJECTION_UNKNOWN, OUR_SIDE, SOMEBODY_ELSE, UNREADABLE,
        WITHOUT_END, rows, rows_with_rest,
    },
    tables,
};

pub(super) fn all() -> [Office; 5] {
    [practices(), gateway(), partners(), national(), from_the_start()]
}

const GP: Lane =
    Lane { source: "gp", short: "GP", whole: None, sections: |_| true, beside: &[], rows: Vec::new() };

/// A lane of a practice, of which only a part is broken.
const PART_OF_GP: Lane = Lane {
    source: "gp",
    short: "GP",
    whole: Some("answered-with-warnings"),
    sections: |slot| slot != "doc",
    beside: &[],
    rows: Vec::new(),
};

/// Of nobody, with everything in order at first.
const NOBODY: Desk = Desk { family: "", lanes: Vec::new(), begins_in_order: true, unharmed: &[] };

/// Through the Spine Secure Proxy: the structured record, the view of it, the documents.
fn practices() -> Office {
    let record = [
        rows("gp-connect", "gp:ZZ902:structured", tables::HANGS),
        rows("gp-connect", "gp:ZZ902:structured", tables::OUT_OF_ORDER),
        rows("gp-connect", "gp:ZZ902:structured", tables::BUSY_BEFORE),
        rows("gp-connect", "gp:ZZ902:structured", tables::WHOSE),
        rows("gp-connect", "gp:ZZ902:structured", tables::BARE_OF_PRACTICES),
        rows("gp-connect", "gp:ZZ902:structured", tables::SPINE),
        rows("gp-connect", "gp:ZZ902:structured", tables::FALLS_BACK),
        rows("gp-connect, all off", "gp:ZZ902", tables::ALL_OFF),
    ];
    let view = [
        rows("gp-connect html", "gp:ZZ904:html", &later_parts_out_of_order()),
        rows("gp-connect html", "gp:ZZ904:html", tables::BUSY),
        rows("gp-connect html", "gp:ZZ904:html", tables::WHOSE),
        rows("gp-connect html", "gp:ZZ904:html", tables::BARE_OF_PRACTICES),
        rows("gp-connect html", "gp:ZZ904:html", tables::SPINE),
        rows("gp-connect html", "gp:ZZ904:html", tables::OF_THE_VIEW),
    ];
    let documents = [
        rows("gp-connect documents", "gp:ZZ901:documents", tables::HANGS),
        rows("gp-connect documents", "gp:ZZ901:documents", &later_parts_out_of_order()),
        rows("gp-connect documents", "gp:ZZ901:documents", tables::BUSY),
        rows("gp-connect documents", "gp:ZZ901:documents", tables::WHOSE),
        rows("gp-connect documents", "gp:ZZ901:documents", tables::BARE_OF_PRACTICES),
        rows("gp-connect documents", "gp:ZZ901:documents", tables::SPINE),
        rows("gp-connect documents", "gp:ZZ901:documents", tables::DOCUMENTS_OFF),
    ];
    let beside = rows("gp-connect beside documents", "gp:ZZ901:structured", tables::BESIDE_DOCUMENTS);
    let arthur = Desk {
        family: "SAMPLE",
        lanes: vec![Lane { rows: record.concat(), ..GP }],
        unharmed: &["Inpatient stay, cardiology"],
        ..NOBODY
    };
    let frank = Desk {
        family: "UNSHARED",
        lanes: vec![Lane { beside: &["Cardiology: appointment letter"], rows: view.concat(), ..PART_OF_GP }],
        unharmed: &[],
        ..NOBODY
    };
    let documents = Lane {
        sections: |slot| slot == "doc",
        beside: &["One To Be Taken Twice A Day"],
        rows: documents.concat(),
        ..PART_OF_GP
    };
    let doreen = Desk { lanes: vec![documents], ..doreen() };
    let unregistered = rows("gp-connect documents, not registered", "gp:ZZ903", tables::NOT_REGISTERED);
    let george = Desk { family: "TEMPLATE", lanes: vec![Lane { rows: unregistered, ..GP }], ..NOBODY };
    let beryl = Desk { family: "PLACEHOLDER", lanes: vec![Lane { rows: beside, ..PART_OF_GP }], ..NOBODY };
    Office { options: &[], desks: vec![vec![arthur], vec![frank], vec![doreen, beryl], vec![george]] }
}

/// What is asked for second, the view or the list of documents, has little time left once the first answer is in.
fn later_parts_out_of_order() -> Vec<Line> {
    let line = |(fault, expected): &Line| match *fault {
        "endless" => (*fault, WITHOUT_END),
        _ => (*fault, *expected),
    };
    tables::OUT_OF_ORDER.iter().map(line).collect()
}

/// Doreen, of whom everybody holds something.
fn doreen() -> Desk {
    Desk { family: "TESTPATIENT", unharmed: &["Trimethoprim"], ..NOBODY }
}

/// Through the national gateway.
fn gateway() -> Office {
    let own = [
        rows("gp-connect by gateway", "gateway", tables::HANGS),
        rows("gp-connect by gateway", "gateway", tables::OUT_OF_ORDER),
        rows("gp-connect by gateway", "gateway", tables::BUSY_BEFORE),
        rows("gp-connect by gateway", "gateway", tables::OF_THE_GATEWAY),
        rows("gp-connect by gateway", "gp:ZZ901:structured", tables::WHOSE),
        rows("gp-connect by gateway", "ssp", &[("500", FAILED), ("outcome:FOT_CHECK_FAILED", FAILED)]),
        rows("gp-connect by gateway", "sds", &[("500", FAILED), ("several", AS_BEFORE), ("blank", FAILED)]),
    ];
    let desk = Desk { lanes: vec![Lane { rows: own.concat(), ..GP }], ..doreen() };
    Office { options: &["--national-gateway"], desks: vec![vec![desk]] }
}

/// Partners' own servers, and the locator.
fn partners() -> Office {
    let lane = |source: &'static str, short: &'static str, kind: &'static str, lists: &[&[Line]]| {
        let rows = lists.iter().flat_map(|lines| rows(kind, source, lines)).collect();
        Lane { source, short, rows, whole: None, sections: |_| true, beside: &[] }
    };
    let usual =
        [tables::HANGS, tables::OUT_OF_ORDER, tables::BUSY, tables::WHOSE, tables::STATUSES_OF_PARTNERS];
    let with = |more: &[&'static [Line]]| [usual.as_slice(), more].concat();
    let token: &[Line] = &[("token-expired", AS_BEFORE)];
    let locator: &[&[Line]] = &[
        tables::HANGS,
        tables::OUT_OF_ORDER,
        tables::BUSY,
        tables::WHOSE_POINTERS,
        tables::OF_THE_LOCATOR,
        token,
        tables::UNAUTHORISED,
    ];
    let mut lanes = vec![
        lane("acute", "Acute", "fhir-r4, API key", &with(&[tables::OF_SEARCHES, tables::UNAUTHORISED])),
        lane("eput", "EPUT", "fhir-r4, OAuth 2", &with(&[tables::OF_SEARCHES, token, tables::UNAUTHORISED])),
        lane("provide", "Provide", "fhir-r4, mTLS", &with(&[tables::OF_SEARCHES, tables::UNAUTHORISED])),
        lane("nelft", "NELFT", "fhir-stu3", &with(&[tables::OF_SEARCHES, tables::UNAUTHORISED])),
        lane("essex", "Essex CC", "fhir-r4, periodic", &with(&[tables::OF_SEARCHES, tables::UNAUTHORISED])),
        lane("nrl", "NRL", "nrl", locator),
    ];
    for row in lanes
        .iter_mut()
        .flat_map(|lane| &mut lane.rows)
        .filter(|row| tables::UNAUTHORISED.iter().any(|(fault, _)| *fault == row.fault))
    {
        row.rest = std::time::Duration::from_millis(2100);
    }
    let desk = Desk { lanes, unharmed: &["One To Be Taken Twice A Day"], ..doreen() };
    Office { options: &[], desks: vec![vec![desk]] }
}

/// Services of the whole country, on which the practice hangs and nobody else.
fn national() -> Office {
    let own = [
        rows("sds", "sds", tables::DIRECTORY),
        rows("ssp", "ssp", tables::HANGS),
        rows("ssp", "ssp", tables::OUT_OF_ORDER),
        rows("ssp", "ssp", tables::BUSY_BEFORE),
        rows("ssp", "ssp", tables::BARE_OF_PRACTICES),
        rows("ssp", "ssp", tables::OF_THE_PROXY),
        rows("pds", "pds", tables::DEMOGRAPHICS),
        rows_with_rest("pds", "pds", tables::DEMOGRAPHICS_BUSY),
    ];
    let desk = Desk { lanes: vec![Lane { rows: own.concat(), ..GP }], ..doreen() };
    Office { options: &[], desks: vec![vec![desk]] }
}

/// Nothing of a source was ever heard: no token, no statement of what it can do.
fn from_the_start() -> Office {
    let lane = |(source, short, fault, expected): (&'static str, &'static str, &'static str, Expected)| {
        let rows = rows("first question", source, &[(fault, expected)]);
        Lane { source, short, rows, whole: None, sections: |_| true, beside: &[] }
    };
    let lanes = [
        ("acute", "Acute", "500", FAILED),
        ("eput", "EPUT", "token-refused", OBJECTION_UNKNOWN),
        ("nelft", "NELFT", "404", FAILED),
        ("provide", "Provide", "malformed", UNREADABLE),
        ("ic24", "IC24", "redirect", FAILED),
        ("ambulance", "Ambulance", "empty", UNREADABLE),
        ("essex", "Essex CC", "403", HELD_BACK),
        ("southend", "Southend CC", "wrong-person", SOMEBODY_ELSE),
        ("thurrock", "Thurrock C", "gzip", UNREADABLE),
        ("nrl", "NRL", "token-refused", OUR_SIDE),
    ];
    let lanes = lanes.into_iter().map(lane).collect();
    let desk = Desk { lanes, begins_in_order: false, unharmed: &["One To Be Taken Twice A Day"], ..doreen() };
    Office { options: &[], desks: vec![vec![desk]] }
}
