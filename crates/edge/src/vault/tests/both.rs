//! What is claimed of the vault on either database: extracts take one another's place whole, messages follow the sender's records
//! of people through merges, a key is changed while everything is answered, and what is held back or set aside stays so.

use crate::{
    key::PartnerKey,
    sql::{
        Database, Link, Row, StoreFault, Value, Work,
        tests::{Case, each_on_postgres, each_on_sqlite},
    },
    unit::{Act, LocalId, Unit, Untraced, Whose},
    vault::{
        Owner, Vault,
        filing::{Filed, Filing},
        generation::{self, Generation, Mode, Progress},
        held_back::{self, Kind},
        place,
        quarantine::Quarantined,
    },
};
use fhir::NhsNumber;
use std::{collections::HashSet, sync::Arc};

const CASES: &[Case] = &[
    ("an extract is answered when it is published, and not before", published_whole),
    ("what an extract replaced is cleared away", cleared),
    ("a delta lies on what was there", layered),
    ("a load that stopped is found where it was", resumed),
    ("what was held is released by a later row of the extract", released),
    ("a message that came before is not stored twice", repeated),
    ("a later message of a key replaces the earlier one", later),
    ("a merge moves what was held, an unmerge moves it back", merged),
    ("chains of merges are followed, and circles end", chained),
    ("two verified numbers are never joined", never_joined),
    ("a later trace releases what waited for it", traced),
    ("others' resources are found by name", named),
    ("a key is changed while everything is answered", rotated),
    ("another partner, or another key, opens nothing", closed),
    ("without its key nothing is answered", without_key),
    ("what is held back is held back until it is given free", held),
    ("what was set aside can be looked at, and forgotten", set_aside),
    ("nothing of a person lies in clear", sealed),
];

/// HAZ-005, HAZ-042.
#[test]
fn a_partners_store_keeps_its_promises_in_one_file() {
    each_on_sqlite(CASES);
}

#[test]
fn a_partners_store_keeps_its_promises_on_a_server() {
    each_on_postgres(CASES);
}

const ODS: &str = "ZZ917";
const NOW: i64 = 1_700_000_000_000;
const FEED: &str = "adt";

/// The database beside the vault that has it.
#[derive(Clone)]
struct Beside(Arc<dyn Database>);

impl Database for Beside {
    fn read(&self, work: Work<'_>) -> Result<(), StoreFault> {
        self.0.read(work)
    }

    fn write(&self, work: Work<'_>) -> Result<(), StoreFault> {
        self.0.write(work)
    }

    fn scrub(&self, tables: &[String]) -> Result<(), StoreFault> {
        self.0.scrub(tables)
    }

    fn describe(&self) -> String {
        self.0.describe()
    }
}

fn keys(bytes: &[u8]) -> Vec<PartnerKey> {
    bytes.iter().map(|byte| PartnerKey::of(&[*byte; 32]).unwrap()).collect()
}

fn vault(database: Box<dyn Database>) -> Vault {
    Vault::open(database, ODS, keys(&[1])).unwrap()
}

fn one() -> NhsNumber {
    NhsNumber::parse("9990000018").unwrap()
}

fn two() -> NhsNumber {
    NhsNumber::parse("9990000026").unwrap()
}

fn local(id: &str) -> LocalId {
    LocalId { authority: "PAS".to_owned(), id: id.to_owned() }
}

fn unit(whose: Whose, locals: &[&str], key: &str, body: &str) -> Unit {
    let local = locals.iter().map(|id| local(id)).collect();
    Unit { whose, local, act: None, key: key.to_owned(), order: 1, body: body.into(), names: Vec::new() }
}

fn of(number: NhsNumber, locals: &[&str], key: &str) -> Unit {
    unit(Whose::Person(number), locals, key, &format!("body of {key}"))
}

fn untraced(locals: &[&str], key: &str) -> Unit {
    unit(Whose::Untraced(Untraced::NoNumber), locals, key, &format!("body of {key}"))
}

/// Files units with the rows they make, in one transaction.
fn file(vault: &Vault, to: &Generation, units: &[Unit]) -> Vec<Filed> {
    let ring = vault.ring().unwrap();
    let work = |link: &mut dyn Link| {
        let mut filing = Filing::new(&ring, &vault.ods, to, NOW);
        let mut filed = Vec::new();
        for unit in units {
            let n = generation::next_row(link, to)?;
            let (what, row) = filing.file(link, n, unit)?;
            generation::append(link, to, row.as_slice(), Progress::default())?;
            filed.push(what);
        }
        Ok(filed)
    };
    vault.write(work).unwrap()
}

fn said(vault: &Vault, unit: Unit) -> Filed {
    let to = vault.messages(FEED, NOW).unwrap();
    file(vault, &to, &[unit]).pop().unwrap()
}

/// What is answered of a person, by the keys in it.
fn answered(vault: &Vault, number: &NhsNumber) -> Vec<String> {
    let holding = vault.reading(|reading| reading.holding(FEED, number, 0)).unwrap();
    let text = |body: Vec<u8>| String::from_utf8(body).unwrap().replace("body of ", "");
    holding.rows.into_iter().map(|row| text(row.body)).collect()
}

fn new(mode: Mode, sequence: i64) -> Generation {
    Generation {
        id: 0,
        feed: FEED.to_owned(),
        mode,
        sequence,
        as_at: NOW + sequence,
        received: NOW,
        sha256: format!("{sequence:064x}"),
        size_bytes: 7,
        progress: Progress::default(),
    }
}

fn publish(vault: &Vault, mode: Mode, sequence: i64, units: &[Unit]) -> Generation {
    let staged = vault.begin(&new(mode, sequence), "staged").unwrap();
    file(vault, &staged, units);
    vault.publish(&staged, (&format!("r{sequence}"), "{}"), NOW).unwrap();
    staged
}

fn published_whole(database: Box<dyn Database>) {
    let vault = vault(database);
    let first = vault.begin(&new(Mode::Snapshot, 1), "staged").unwrap();
    file(&vault, &first, &[of(one(), &["a"], "k1"), of(two(), &["b"], "k2"), of(one(), &["a"], "k3")]);
    assert!(answered(&vault, &one()).is_empty());
    assert_eq!(vault.feed_state(FEED).unwrap().as_at, None);
    vault.publish(&first, ("r1", "{}"), NOW + 5).unwrap();
    assert_eq!(answered(&vault, &one()), ["k1", "k3"]);
    assert_eq!(answered(&vault, &two()), ["k2"]);
    let state = vault.feed_state(FEED).unwrap();
    assert_eq!((state.as_at, state.sequence, state.received), (Some(NOW + 1), 1, Some(NOW + 5)));
    let second = vault.begin(&new(Mode::Snapshot, 2), "staged").unwrap();
    file(&vault, &second, &[of(one(), &["a"], "k4")]);
    assert_eq!(answered(&vault, &one()), ["k1", "k3"]);
    // A reader that began before the step sees what was there, all of it.
    let seen = vault.reading(|reading| {
        let before = reading.holding(FEED, &one(), 0)?.rows.len();
        if vault.staged(FEED)?.is_some() {
            vault.publish(&second, ("r2", "{}"), NOW)?;
        }
        Ok((
            before,
            reading.holding(FEED, &one(), 0)?.rows.len(),
            reading.holding(FEED, &two(), 0)?.rows.len(),
        ))
    });
    assert_eq!(seen.unwrap(), (2, 2, 1));
    assert_eq!(answered(&vault, &one()), ["k4"]);
    assert!(answered(&vault, &two()).is_empty(), "what is not in a snapshot is no more");
}

fn cleared(database: Box<dyn Database>) {
    let vault = vault(database);
    let many: Vec<Unit> = (0..50).map(|n| of(one(), &["a"], &format!("k{n}"))).collect();
    let first = publish(&vault, Mode::Snapshot, 1, &many);
    publish(&vault, Mode::Snapshot, 2, &[of(one(), &["a"], "kept")]);
    let abandoned = vault.begin(&new(Mode::Snapshot, 3), "staged").unwrap();
    file(&vault, &abandoned, &many);
    vault.discard(&abandoned).unwrap();
    let mut steps = 0;
    while vault.clear_step().unwrap() {
        steps += 1;
        assert_eq!(answered(&vault, &one()), ["kept"]);
    }
    assert_eq!(steps, 4, "rows, then tables, of each");
    let count = |table: &str| {
        let sql = format!("SELECT COUNT(*) FROM {table}");
        vault.read(|link| Ok(link.query(&sql, &[])?.pop().map_or(-1, |mut line| line.int())))
    };
    assert!(count(&first.content()).is_err() && count(&abandoned.names()).is_err());
    assert_eq!((count("generation").unwrap(), count("party").unwrap()), (1, 1));
    vault.scrub(&["content_2".to_owned(), first.content()]).unwrap();
    // Its number is free again, and its tables with it.
    let third = publish(&vault, Mode::Snapshot, 4, &[of(two(), &["b"], "new")]);
    assert_eq!(third.id, abandoned.id);
    assert_eq!((answered(&vault, &one()).len(), answered(&vault, &two())), (0, vec!["new".to_owned()]));
}

fn layered(database: Box<dyn Database>) {
    let vault = vault(database);
    publish(
        &vault,
        Mode::Snapshot,
        1,
        &[of(one(), &["a"], "k1"), of(one(), &["a"], "k2"), of(one(), &["a"], "k3")],
    );
    let delta = vault.begin(&new(Mode::Delta, 2), "staged").unwrap();
    file(&vault, &delta, &[unit(Whose::Person(one()), &["a"], "k2", "changed")]);
    let (ring, number) = (vault.ring().unwrap(), one());
    let tombstone = Row {
        n: 100,
        person: ring.column(Owner::Person(&number)).unwrap(),
        subject: None,
        key: ring.secret.name("key", &[FEED, "k3"]),
        digest: Vec::new(),
        ord: 9,
        received: NOW,
        gone: true,
        key_id: ring.current().unwrap().id,
        sealed: Vec::new(),
    };
    vault.write(|link| crate::sql::insert(link, &delta.content(), std::slice::from_ref(&tombstone))).unwrap();
    vault.publish(&delta, ("r2", "{}"), NOW).unwrap();
    assert_eq!(answered(&vault, &one()), ["k1", "changed"]);
    publish(&vault, Mode::Delta, 3, &[of(one(), &["a"], "k3")]);
    assert_eq!(answered(&vault, &one()), ["k1", "changed", "k3"]);
    publish(&vault, Mode::Snapshot, 4, &[of(one(), &["a"], "k9")]);
    assert_eq!(answered(&vault, &one()), ["k9"], "a snapshot lies on nothing");
}

fn resumed(database: Box<dyn Database>) {
    let vault = vault(database);
    let staged = vault.begin(&new(Mode::Snapshot, 1), "staged").unwrap();
    let progress = Progress { reached: 2_000, report: 31, taken: 1_990, held: 7, refused: 3 };
    vault.write(|link| generation::append(link, &staged, &[], progress)).unwrap();
    let failed: Result<(), StoreFault> = vault.write(|link| {
        generation::append(link, &staged, &[], Progress { reached: 4_000, ..progress })?;
        Err(StoreFault::Full)
    });
    assert!(matches!(failed, Err(StoreFault::Full)));
    assert_eq!(vault.staged(FEED).unwrap(), Some(Generation { progress, ..staged.clone() }));
    vault.discard(&staged).unwrap();
    assert_eq!(vault.staged(FEED).unwrap(), None);
}

fn released(database: Box<dyn Database>) {
    let vault = vault(database);
    let staged = vault.begin(&new(Mode::Snapshot, 1), "staged").unwrap();
    let rows = [
        untraced(&["a"], "early"),
        of(one(), &["a"], "sure"),
        untraced(&["a"], "late"),
        untraced(&["b"], "nobody"),
    ];
    let filed = file(&vault, &staged, &rows);
    let held = Filed::Held(Untraced::NoNumber);
    assert_eq!(filed, [held.clone(), Filed::Taken, Filed::Taken, held]);
    let ring = vault.ring().unwrap();
    let release =
        |after| vault.write(|link| Filing::new(&ring, ODS, &staged, NOW).release(link, after)).unwrap();
    // The row of an extract is moved at once where it is found, or by this.
    if let Some((released, last)) = release(0) {
        assert_eq!((released, release(last)), (1, None));
    }
    vault.publish(&staged, ("r", "{}"), NOW).unwrap();
    let mut keys = answered(&vault, &one());
    keys.sort();
    assert_eq!(keys, ["early", "late", "sure"]);
}

fn repeated(database: Box<dyn Database>) {
    let vault = vault(database);
    let message = || of(one(), &["a"], "m1");
    assert_eq!(said(&vault, message()), Filed::Taken);
    assert_eq!(said(&vault, message()), Filed::Duplicate);
    let other = unit(Whose::Person(one()), &["a"], "m1", "other words");
    assert!(matches!(said(&vault, other), Filed::Conflict(_)));
    assert_eq!(answered(&vault, &one()), ["m1"]);
}

fn later(database: Box<dyn Database>) {
    let vault = vault(database);
    for (order, body) in [(3, "third"), (1, "first"), (2, "second")] {
        let message = unit(Whose::Person(one()), &["a"], "episode", body);
        assert_eq!(said(&vault, Unit { order, ..message }), Filed::Taken);
    }
    assert_eq!(answered(&vault, &one()), ["third"], "whatever came last");
    let old = vault.reading(|reading| Ok(reading.holding(FEED, &one(), NOW + 1)?.rows.len()));
    assert_eq!(old.unwrap(), 0, "what is no longer kept is not answered");
}

fn merge(key: &str, whose: Whose, retired: &str, survivor: &str) -> Unit {
    let act = Act::Merge { retired: local(retired), survivor: local(survivor) };
    Unit { act: Some(act), ..unit(whose, &[survivor], key, key) }
}

fn unmerge(key: &str, restored: &str, from: &str) -> Unit {
    let act = Act::Unmerge { restored: local(restored), from: local(from) };
    Unit { act: Some(act), ..unit(Whose::Untraced(Untraced::NoNumber), &[from], key, key) }
}

fn merged(database: Box<dyn Database>) {
    let vault = vault(database);
    said(&vault, of(one(), &["a"], "sure"));
    assert_eq!(said(&vault, untraced(&["b"], "unsure")), Filed::Held(Untraced::NoNumber));
    assert_eq!(answered(&vault, &one()), ["sure"]);
    assert_eq!(said(&vault, merge("m", Whose::Person(one()), "b", "a")), Filed::Taken);
    assert_eq!(answered(&vault, &one()), ["sure", "unsure", "m"]);
    assert_eq!(said(&vault, untraced(&["b"], "meanwhile")), Filed::Taken, "the retired name leads on");
    assert_eq!(said(&vault, unmerge("u", "b", "a")), Filed::Taken);
    assert_eq!(answered(&vault, &one()), ["sure", "m", "u"]);
    assert_eq!(said(&vault, of(two(), &["b"], "hers")), Filed::Taken);
    assert_eq!(answered(&vault, &two()), ["unsure", "meanwhile", "hers"]);
}

fn chained(database: Box<dyn Database>) {
    let vault = vault(database);
    let nobody = || Whose::Untraced(Untraced::NotVerified);
    for name in ["a", "b", "c"] {
        said(&vault, untraced(&[name], &format!("of {name}")));
    }
    said(&vault, merge("ab", nobody(), "a", "b"));
    said(&vault, merge("bc", nobody(), "b", "c"));
    assert!(answered(&vault, &one()).is_empty());
    said(&vault, of(one(), &["c"], "traced"));
    let mut keys = answered(&vault, &one());
    keys.sort();
    assert_eq!(keys, ["ab", "bc", "of a", "of b", "of c", "traced"]);
    for (key, retired, survivor) in [("xy", "x", "y"), ("yx", "y", "x"), ("xx", "x", "x")] {
        said(&vault, merge(key, nobody(), retired, survivor));
    }
    assert_eq!(said(&vault, untraced(&["x"], "in a circle")), Filed::Held(Untraced::NoNumber));
}

fn never_joined(database: Box<dyn Database>) {
    let vault = vault(database);
    said(&vault, of(one(), &["a"], "his"));
    said(&vault, of(two(), &["b"], "hers"));
    assert!(matches!(said(&vault, merge("m", Whose::Person(one()), "b", "a")), Filed::Conflict(_)));
    assert!(matches!(said(&vault, of(two(), &["a"], "wrong")), Filed::Conflict(_)));
    assert_eq!(answered(&vault, &one()), ["his"]);
    assert_eq!(answered(&vault, &two()), ["hers"]);
}

fn traced(database: Box<dyn Database>) {
    let vault = vault(database);
    for why in [Untraced::NoNumber, Untraced::NotVerified, Untraced::NotANumber, Untraced::Several] {
        let message = unit(Whose::Untraced(why), &["a"], &format!("{why:?}"), &format!("{why:?}"));
        assert_eq!(said(&vault, message), Filed::Held(why));
    }
    said(&vault, of(one(), &["a"], "traced"));
    assert_eq!(
        answered(&vault, &one()),
        ["NoNumber", "NotVerified", "traced"],
        "what was in doubt stays held"
    );
}

fn named(database: Box<dyn Database>) {
    let vault = vault(database);
    let names = |name: &str| vec![name.to_owned()];
    let practitioner = unit(Whose::Shared, &[], "p", "a practitioner");
    said(&vault, Unit { names: names("Practitioner/1"), ..practitioner });
    said(&vault, Unit { names: names("Condition/7"), ..of(one(), &["a"], "c") });
    let asked: HashSet<String> =
        ["Practitioner/1", "Condition/7", "Practitioner/2"].map(str::to_owned).into();
    let found = vault.reading(|reading| reading.shared(FEED, &asked)).unwrap();
    assert_eq!(found.into_iter().map(|row| row.body).collect::<Vec<_>>(), [b"a practitioner"]);
    let whose = |name| vault.reading(|reading| reading.person_named(&[FEED], name)).unwrap();
    assert_eq!(whose("Condition/7"), Some(one()));
    assert_eq!((whose("Practitioner/1"), whose("Condition/8")), (None, None));
}

fn rotated(database: Box<dyn Database>) {
    let beside = Beside(database.into());
    let vault = vault(Box::new(beside.clone()));
    let many: Vec<Unit> = (0..1_200).map(|n| of(one(), &["a"], &format!("k{n}"))).collect();
    let to = vault.messages(FEED, NOW).unwrap();
    file(&vault, &to, &many);
    said(&vault, untraced(&["b"], "held"));
    let aside = vault.set_aside(FEED, "why", b"set aside", NOW).unwrap();
    vault.rekey(Some(keys(&[2, 1]))).unwrap();
    let current = vault.ring().unwrap().current().unwrap().id;
    let (mut moved, mut at) = (Vec::new(), crate::vault::rotate::Place::default());
    loop {
        assert_eq!(answered(&vault, &one()).len(), 1_200, "everything is answered meanwhile");
        match vault.rotate_step(&mut at).unwrap() {
            None => break,
            Some(0) => {}
            Some(step) => moved.push(step),
        }
    }
    assert_eq!(moved, [1_000, 201, 1]);
    for table in [to.content(), "quarantine".to_owned()] {
        let sql = format!("SELECT COUNT(*) FROM {table} WHERE key_id <> $1");
        let left = crate::sql::read(&beside, |link| link.query(&sql, &[Value::Int(current)])).unwrap().pop();
        assert_eq!(left.unwrap().int(), 0);
    }
    vault.rekey(Some(keys(&[2]))).unwrap();
    assert_eq!(answered(&vault, &one()).len(), 1_200);
    assert_eq!(vault.taken_out(aside).unwrap().unwrap(), b"set aside");
    assert!(matches!(vault.rekey(Some(keys(&[1]))), Err(StoreFault::WrongKey)));
}

/// A47.
fn closed(database: Box<dyn Database>) {
    let beside = Beside(database.into());
    let open = |ods: &str, key: u8| Vault::open(Box::new(beside.clone()), ods, keys(&[key]));
    said(&open(ODS, 1).unwrap(), of(one(), &["a"], "k"));
    assert!(matches!(open(ODS, 2).err(), Some(StoreFault::WrongKey)));
    assert!(matches!(open("ZZ918", 1).err(), Some(StoreFault::Unusable(_))));
    assert_eq!(answered(&open(ODS, 1).unwrap(), &one()), ["k"]);
    // A row put in another person's place opens there for nobody.
    let vault = open(ODS, 1).unwrap();
    let number = two();
    let other = vault.ring().unwrap().column(Owner::Person(&number)).unwrap();
    let content = vault.messages(FEED, NOW).unwrap().content();
    let sql = format!("UPDATE {content} SET person = $1");
    vault.write(|link| link.execute(&sql, &[Value::maybe(other.as_deref())])).unwrap();
    let stolen = vault.reading(|reading| Ok(reading.holding(FEED, &number, 0)?.rows.len()));
    assert!(matches!(stolen, Err(StoreFault::Damaged)));
}

/// F31.
fn without_key(database: Box<dyn Database>) {
    let vault = vault(database);
    said(&vault, of(one(), &["a"], "k"));
    vault.rekey(None).unwrap();
    assert!(matches!(
        vault.reading(|reading| Ok(reading.holding(FEED, &one(), 0)?.rows.len())),
        Err(StoreFault::WrongKey)
    ));
    assert!(matches!(vault.set_aside(FEED, "why", b"", NOW), Err(StoreFault::WrongKey)));
    vault.rekey(Some(keys(&[1]))).unwrap();
    assert_eq!(answered(&vault, &one()), ["k"]);
}

fn held(database: Box<dyn Database>) {
    let vault = vault(database);
    let person = vault.person_name(&one()).unwrap();
    for (kind, what) in [
        (Kind::Dataset, "adt/reports"),
        (Kind::Unit, "ward b"),
        (Kind::Code, "http://snomed.info/sct|73211009"),
        (Kind::Person, person.as_str()),
    ] {
        assert!(vault.hold(kind, what, true, NOW).unwrap());
        assert!(!vault.hold(kind, what, true, NOW + 1).unwrap(), "it was already");
    }
    let read = || vault.read(|link| held_back::read(link)).unwrap();
    assert_eq!(read().datasets, HashSet::from(["adt/reports".to_owned()]));
    assert_eq!((read().units.len(), read().codes.len()), (1, 1));
    let token = held_back::unhex(&person).unwrap();
    let is_held = || vault.read(|link| held_back::is_person_held(link, &token)).unwrap();
    assert!(is_held());
    let kinds: Vec<String> = vault.all_held_back().unwrap().into_iter().map(|(kind, ..)| kind).collect();
    assert_eq!(kinds, ["code", "dataset", "person", "unit"]);
    assert_eq!(vault.all_held_back().unwrap()[2], ("person".to_owned(), one().spaced(), NOW));
    assert!(vault.hold(Kind::Person, &person, false, NOW).unwrap());
    assert!(!vault.hold(Kind::Person, &person, false, NOW).unwrap());
    assert!(!is_held());
}

fn set_aside(database: Box<dyn Database>) {
    let vault = vault(database);
    let first = vault.set_aside(FEED, "it contradicts", b"MSH|one", NOW).unwrap();
    let second = vault.set_aside(FEED, "it is not one", b"", NOW + 1).unwrap();
    let reason = "it contradicts".to_owned();
    let list = vault.quarantined().unwrap();
    assert_eq!(list[0], Quarantined { id: first, feed: FEED.to_owned(), since: NOW, reason });
    assert_eq!(list.len(), 2);
    assert_eq!(vault.taken_out(first).unwrap().unwrap(), b"MSH|one");
    assert_eq!(vault.taken_out(second).unwrap().unwrap(), b"");
    assert_eq!(vault.taken_out(99).unwrap(), None);
    assert_eq!(vault.forget_quarantined(Some(first)).unwrap(), 1);
    assert_eq!(vault.forget_quarantined(None).unwrap(), 1);
    assert!(vault.quarantined().unwrap().is_empty());
}

fn sealed(database: Box<dyn Database>) {
    let vault = vault(database);
    let to = vault.messages(FEED, NOW).unwrap();
    said(&vault, unit(Whose::Person(one()), &["RXX1234567"], "m", "walks with a frame"));
    let sql = format!("SELECT person, subject, key, digest, sealed FROM {}", to.content());
    let mut lines = vault.read(|link| link.query(&sql, &[])).unwrap();
    let mut line = lines.pop().unwrap();
    let cells: Vec<u8> = (0..5).flat_map(|_| line.bytes().unwrap()).collect();
    for clear in [&b"9990000018"[..], b"RXX1234567", b"walks"] {
        assert!(!cells.windows(clear.len()).any(|part| part == clear));
    }
    let place = |person: Option<&[u8]>| place(ODS, FEED, person, b"k");
    assert_ne!(place(None), place(Some(&[])), "held is not shared");
}
