//! Every error of every kind of source: what it is called in the audit, what the page says, and that nobody else is touched.
//! Takes the rows of `tables.rs`, gives `table.txt` beside them, to be read by people; `UPDATE_GOLDEN=1` writes it anew.

use desk::Desk;
use journeys::{canary::Canaries, demo::Demo};
use judged::Round;
use row::Row;
use std::{path::Path, sync::Barrier};

/// What a row is made of.
#[path = "every_error/row.rs"]
mod row;
/// The rows.
#[path = "every_error/tables.rs"]
mod tables;
/// Who is at work, and on what.
#[path = "every_error/offices.rs"]
mod offices;
/// One page reloaded under one fault after another.
#[path = "every_error/desk.rs"]
mod desk;
/// What was seen beside what the audit has.
#[path = "every_error/judged.rs"]
mod judged;
/// What a page says of one source.
#[path = "every_error/reading.rs"]
mod reading;

/// A region is some ten processes. With more of them at work on two processors, what is slow on purpose is told by the clock.
const AT_ONCE: usize = 2;

/// One running program, and the desks at work in it at the same time.
struct Office {
    options: &'static [&'static str],
    /// Those of one practice, or of one person, one after the other.
    desks: Vec<Vec<Desk>>,
}

// shows: R52, R53, A41
#[test]
fn every_error_of_every_kind_of_source_is_said_as_what_it_is() {
    let offices = offices::all();
    let rounds: Vec<Round> = offices.chunks(AT_ONCE).flat_map(at_work).collect();
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

fn at_work(offices: &[Office]) -> Vec<Round> {
    // Nobody is asked anything before every region stands: what starts beside would slow the first answers.
    let standing = Barrier::new(offices.len());
    std::thread::scope(|scope| {
        let at_work: Vec<_> = offices.iter().map(|office| scope.spawn(|| office.run(&standing))).collect();
        at_work.into_iter().flat_map(|office| office.join().expect("an office ends")).collect()
    })
}

impl Office {
    fn run(&self, standing: &Barrier) -> Vec<Round> {
        let mut demo = Demo::start(self.options);
        standing.wait();
        let one_by_one =
            |desks: &[Desk]| -> Vec<_> { desks.iter().map(|desk| block_on(desk.run(&demo))).collect() };
        let days: Vec<_> = std::thread::scope(|scope| {
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
        let judged = desks().zip(days).zip(&people).flat_map(|((desk, day), person)| {
            let own: Vec<_> = closed.iter().filter(|one| one.nhs_number == person.nhs_number).collect();
            judged::judge(desk, day, &own)
        });
        judged.collect()
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime can be built").block_on(future)
}

/// One line per row, in columns; kinds together, in the order in which each first comes.
fn table(rounds: &[Round]) -> String {
    let mut kinds: Vec<&str> = Vec::new();
    for round in rounds {
        if !kinds.contains(&round.row.kind) {
            kinds.push(round.row.kind);
        }
    }
    let of =
        |kind: &str| rounds.iter().filter(move |round| round.row.kind == kind).map(line).collect::<String>();
    std::iter::once(HEAD.to_owned()).chain(kinds.into_iter().map(of)).collect()
}

const HEAD: &str = "kind | where | fault | state of the source in the audit | \
                    words in the Sources chapter / in the last line | every other source\n";

fn line(round: &Round) -> String {
    let Row { kind, at, fault, .. } = round.row;
    format!("{kind} | {at} | {fault} | {} | {} | {}\n", round.state, round.words, round.others)
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
