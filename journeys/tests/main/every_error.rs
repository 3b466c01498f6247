//! Every error of every kind of source: what it is called in the audit, what the page says, and that nobody else is touched.
//! Takes the rows of `tables.rs`, gives `table.txt` beside them, to be read by people; `UPDATE_GOLDEN=1` writes it anew.

use desk::{Desk, Lane, Round};
use journeys::{canary::Canaries, demo::Demo};
use row::{
    AS_BEFORE, Expected, FAILED, HELD_BACK, Line, OUR_SIDE, Row, SOMEBODY_ELSE, UNREADABLE, rows,
    rows_with_rest,
};
use std::path::Path;

/// What a row is made of.
#[path = "every_error/row.rs"]
mod row;
/// The rows.
#[path = "every_error/tables.rs"]
mod tables;
/// One page reloaded under one fault after another.
#[path = "every_error/desk.rs"]
mod desk;
/// What a page says of one source.
#[path = "every_error/reading.rs"]
mod reading;

/// One running program, and the desks at work in it at the same time.
struct Office {
    options: &'static [&'static str],
    /// Those of one practice, or of one person, one after the other.
    desks: Vec<Vec<Desk>>,
}

// shows: R52, R53
#[test]
fn every_error_of_every_kind_of_source_is_said_as_what_it_is() {
    let offices = [practices(), gateway(), partners(), national(), from_the_start()];
    let rounds: Vec<Round> = std::thread::scope(|scope| {
        let at_work: Vec<_> = offices.iter().map(|office| scope.spawn(|| office.run())).collect();
        at_work.into_iter().flat_map(|office| office.join().expect("an office ends")).collect()
    });
    let complaint = |round: &Round| {
        let Row { kind, at, fault, .. } = round.row;
        (!round.complaints.is_empty())
            .then(|| format!("{kind}, {at}={fault}: {}", round.complaints.join("; ")))
    };
    let complaints: Vec<String> = rounds.iter().filter_map(complaint).collect();
    let golden = compare(&table(&rounds));
    assert!(
        complaints.is_empty(),
        "{} of {} rows:\n{}",
        complaints.len(),
        rounds.len(),
        complaints.join("\n")
    );
    golden.unwrap_or_else(|difference| panic!("{difference}"));
}

impl Office {
    fn run(&self) -> Vec<Round> {
        let mut demo = Demo::start(self.options);
        let one_by_one =
            |desks: &[Desk]| -> Vec<_> { desks.iter().map(|desk| block_on(desk.run(&demo))).collect() };
        let reloads: Vec<_> = std::thread::scope(|scope| {
            let rooms: Vec<_> = self.desks.iter().map(|desks| scope.spawn(|| one_by_one(desks))).collect();
            rooms.into_iter().flat_map(|room| room.join().expect("a desk ends")).collect()
        });
        let desks = || self.desks.iter().flatten();
        let people: Vec<_> = desks().map(|desk| desk.person(&demo)).collect();
        let marks: Vec<String> = people
            .iter()
            .flat_map(|person| [person.nhs_number.clone(), person.spaced(), person.family()])
            .collect();
        let canaries = Canaries::new(&marks.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(demo.stop().success());
        let logs =
            demo.written().into_iter().filter(|(path, _)| path.extension().is_some_and(|is| is == "log"));
        for (path, bytes) in logs {
            assert_eq!(canaries.found_in(&bytes), [] as [&str; 0], "HAZ-049: in `{}`", path.display());
        }
        demo.auditor().verify();
        let closed = demo.auditor().closed();
        let judged = desks().zip(reloads).zip(&people).flat_map(|((desk, reloads), person)| {
            let own: Vec<_> = closed.iter().filter(|one| one.nhs_number == person.nhs_number).collect();
            desk.judge(reloads, &own)
        });
        judged.collect()
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime can be built").block_on(future)
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
        rows("gp-connect", "gp:ZZ902:structured", tables::OUT_OF_ORDER),
        rows("gp-connect", "gp:ZZ902:structured", tables::BUSY_BEFORE),
        rows("gp-connect", "gp:ZZ902:structured", tables::WHOSE),
        rows("gp-connect", "gp:ZZ902:structured", tables::BARE_OF_PRACTICES),
        rows("gp-connect", "gp:ZZ902:structured", tables::SPINE),
        rows("gp-connect", "gp:ZZ902:structured", tables::FALLS_BACK),
        rows("gp-connect, all off", "gp:ZZ902", tables::ALL_OFF),
    ];
    let view = [
        rows("gp-connect html", "gp:ZZ904:html", tables::OUT_OF_ORDER),
        rows("gp-connect html", "gp:ZZ904:html", tables::BUSY),
        rows("gp-connect html", "gp:ZZ904:html", tables::WHOSE),
        rows("gp-connect html", "gp:ZZ904:html", tables::BARE_OF_PRACTICES),
        rows("gp-connect html", "gp:ZZ904:html", tables::SPINE),
        rows("gp-connect html", "gp:ZZ904:html", tables::OF_THE_VIEW),
    ];
    let documents = [
        rows("gp-connect documents", "gp:ZZ901:documents", tables::OUT_OF_ORDER),
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
    let beryl = Desk { family: "PLACEHOLDER", lanes: vec![Lane { rows: beside, ..PART_OF_GP }], ..NOBODY };
    Office { options: &[], desks: vec![vec![arthur], vec![frank], vec![doreen, beryl]] }
}

/// Doreen, of whom everybody holds something.
fn doreen() -> Desk {
    Desk { family: "TESTPATIENT", unharmed: &["Trimethoprim"], ..NOBODY }
}

/// Through the national gateway.
fn gateway() -> Office {
    let own = [
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
    let usual = [tables::OUT_OF_ORDER, tables::BUSY, tables::WHOSE, tables::STATUSES_OF_PARTNERS];
    let with = |more: &[&'static [Line]]| [usual.as_slice(), more].concat();
    let token: &[Line] = &[("token-expired", AS_BEFORE)];
    let locator: &[&[Line]] = &[
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
    for row in lanes.iter_mut().flat_map(|lane| &mut lane.rows).filter(|row| row.fault == "401") {
        row.rest = std::time::Duration::from_millis(2100);
    }
    let desk = Desk { lanes, unharmed: &["One To Be Taken Twice A Day"], ..doreen() };
    Office { options: &[], desks: vec![vec![desk]] }
}

/// Services of the whole country, on which the practice hangs and nobody else.
fn national() -> Office {
    let own = [
        rows("sds", "sds", tables::DIRECTORY),
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
        ("eput", "EPUT", "token-refused", OUR_SIDE),
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

/// One line per row, in columns.
fn table(rounds: &[Round]) -> String {
    let line = |round: &Round| {
        let Row { kind, at, fault, .. } = round.row;
        format!("{kind} | {at} | {fault} | {} | {} | {}\n", round.state, round.words, round.others)
    };
    let head = "kind | where | fault | state of the source in the audit | words in the Sources chapter / in the last line | every other source\n";
    std::iter::once(head.to_owned()).chain(rounds.iter().map(line)).collect()
}

fn compare(table: &str) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/main/every_error/table.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        return std::fs::write(&path, table).map_err(|error| error.to_string());
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = |(row, known): &(&str, &str)| row != known;
    let (rows, known) = (table.lines(), golden.lines().chain(std::iter::repeat("")));
    let first = rows.zip(known).find(differs);
    match first {
        None if table.lines().count() == golden.lines().count() => Ok(()),
        difference => Err(format!(
            "the table is not as `{}` has it (UPDATE_GOLDEN=1 writes it): {difference:?}",
            path.display()
        )),
    }
}
