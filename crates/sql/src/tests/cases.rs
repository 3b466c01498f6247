//! What is claimed of any database, by cases.

use super::{Case, Row, batch, count, each_on_postgres, each_on_sqlite, insert, one};
use crate::{Cell, Database, Fault, Part, Value, read, write};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicBool, Ordering},
    time::Instant,
};

const CASES: &[Case] = &[
    ("a write is there whole or not at all", whole_or_not),
    ("a statement that fails undoes what stood before it", undone_by_a_failure),
    ("a part that is undone leaves what stands around it", a_part),
    ("work that panics leaves nothing, and the store goes on", panicking),
    ("a reader sees one unmoving state while others write", unmoving),
    ("a reader cannot write", reading_only),
    ("values come back as they went in", values),
    ("many rows go in at once, and come back", many_rows),
    ("rows of which one cannot go in do not go in", many_rows_or_none),
    ("what is there already is changed or left, as is said", on_conflict),
    ("texts are ordered by their bytes", ordered),
    ("tables made and dropped are part of the transaction", tables),
    ("an index is made, and made again", indexes),
    ("a number used again names the new table", used_again),
    ("scrubbing leaves what is there", scrubbing),
    ("readers beside a writer never see half of it", readers_and_writer),
];

#[test]
fn what_the_vault_relies_on_holds_in_the_embedded_store() {
    each_on_sqlite(CASES);
}

#[test]
fn what_the_vault_relies_on_holds_on_a_server() {
    each_on_postgres(CASES);
}

const PLAIN: &str = "CREATE TABLE plain (id BIGINT PRIMARY KEY, what TEXT, sealed BYTEA);";

fn put(database: &dyn Database, id: i64) -> Result<(), Fault> {
    let sql = "INSERT INTO plain (id, what) VALUES ($1, $2)";
    database.write(&mut |link| link.execute(sql, &[Value::Int(id), Value::Text("a")]).map(drop))
}

fn whole_or_not(database: Box<dyn Database>) {
    batch(&*database, PLAIN);
    put(&*database, 1).unwrap();
    let refused = database.write(&mut |link| {
        link.execute("INSERT INTO plain (id) VALUES ($1)", &[Value::Int(2)])?;
        link.execute("DELETE FROM plain WHERE id = $1", &[Value::Int(1)])?;
        assert_eq!(one(link, "SELECT MAX(id) FROM plain")?, 2, "a transaction sees its own");
        Err(Fault::WrongKey)
    });
    assert!(matches!(refused, Err(Fault::WrongKey)), "the reason comes back as it was given");
    assert_eq!(read(&*database, |link| one(link, "SELECT id FROM plain")).unwrap(), 1);
    put(&*database, 2).unwrap();
    assert_eq!(count(&*database, "plain"), 2);
}

fn undone_by_a_failure(database: Box<dyn Database>) {
    batch(&*database, PLAIN);
    put(&*database, 1).unwrap();
    let twice = write(&*database, |link| {
        link.execute("INSERT INTO plain (id) VALUES ($1)", &[Value::Int(2)])?;
        link.execute("INSERT INTO plain (id) VALUES ($1)", &[Value::Int(1)])
    });
    assert!(twice.is_err());
    let senseless =
        write(&*database, |link| link.execute("INSERT INTO nowhere VALUES ($1)", &[Value::Int(2)]));
    assert!(senseless.is_err());
    assert!(database.read(&mut |link| link.query("SELECT nothing FROM plain", &[]).map(drop)).is_err());
    assert_eq!(count(&*database, "plain"), 1);
    put(&*database, 2).unwrap();
}

fn a_part(database: Box<dyn Database>) {
    batch(&*database, PLAIN);
    let add = |link: &mut dyn crate::Link, id| {
        link.execute("INSERT INTO plain (id) VALUES ($1)", &[Value::Int(id)]).map(drop)
    };
    database
        .write(&mut |link| {
            add(link, 1)?;
            link.part(Part::Begin)?;
            add(link, 2)?;
            assert!(matches!(add(link, 1), Err(Fault::Taken(_))), "and the transaction lives");
            link.part(Part::Undo)?;
            link.part(Part::Begin)?;
            add(link, 3)?;
            link.part(Part::Keep)
        })
        .unwrap();
    assert_eq!(count(&*database, "plain"), 2);
    assert_eq!(read(&*database, |link| one(link, "SELECT MAX(id) FROM plain")).unwrap(), 3);
}

fn panicking(database: Box<dyn Database>) {
    batch(&*database, PLAIN);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        database.write(&mut |link| {
            link.execute("INSERT INTO plain (id) VALUES ($1)", &[Value::Int(1)])?;
            panic!("as a fault in the program would")
        })
    }));
    assert!(panicked.is_err());
    let panicked = catch_unwind(AssertUnwindSafe(|| database.read(&mut |_| panic!("the same"))));
    assert!(panicked.is_err());
    put(&*database, 2).unwrap();
    assert_eq!(read(&*database, |link| one(link, "SELECT MIN(id) FROM plain")).unwrap(), 2);
}

fn unmoving(database: Box<dyn Database>) {
    batch(&*database, PLAIN);
    put(&*database, 1).unwrap();
    database
        .read(&mut |link| {
            let before = one(link, "SELECT COUNT(*) FROM plain")?;
            put(&*database, before + 1)?;
            batch(&*database, "CREATE TABLE other (id BIGINT PRIMARY KEY);");
            assert_eq!(one(link, "SELECT COUNT(*) FROM plain")?, before);
            Ok(())
        })
        .unwrap();
    assert_eq!(count(&*database, "plain"), 2, "the next one sees it");
}

fn reading_only(database: Box<dyn Database>) {
    batch(&*database, PLAIN);
    let sql = "INSERT INTO plain (id) VALUES ($1)";
    assert!(database.read(&mut |link| link.execute(sql, &[Value::Int(1)]).map(drop)).is_err());
    assert_eq!(count(&*database, "plain"), 0);
}

fn values(database: Box<dyn Database>) {
    batch(&*database, PLAIN);
    let large: Vec<u8> = (0..1 << 20).map(|place: u32| (place * 7 % 256) as u8).collect();
    let every: Vec<u8> = (0..=255).collect();
    type Kept<'a> = (i64, Option<&'a str>, Option<&'a [u8]>);
    let cases: [Kept<'_>; 6] = [
        (i64::MIN, None, None),
        (i64::MAX, Some(""), Some(&[])),
        (0, Some("Siân O’Brien 𝕬 \u{202e} \u{301}"), Some(&[0])),
        (-1, Some("'; DROP TABLE plain; -- $1 \\ \" \r\n\t"), Some(&every)),
        (7, Some("\u{10ffff}"), Some(&large)),
        (8, Some("ROWKEY TEXT"), Some(b"\\x00")),
    ];
    for (id, what, sealed) in cases {
        let what = what.map_or(Value::Null, Value::Text);
        let sql = "INSERT INTO plain (id, what, sealed) VALUES ($1, $2, $3)";
        let changed =
            write(&*database, |link| link.execute(sql, &[Value::Int(id), what, Value::maybe(sealed)]))
                .unwrap();
        assert_eq!(changed, 1);
    }
    for (id, what, sealed) in cases {
        let sql = "SELECT what, sealed, id FROM plain WHERE id = $1";
        let mut line = read(&*database, |link| link.query(sql, &[Value::Int(id)])).unwrap().pop().unwrap();
        let (kept, bytes) = (line.0.next().unwrap(), line.bytes());
        assert_eq!(if let Cell::Text(text) = &kept { Some(text.as_str()) } else { None }, what);
        assert!(matches!(kept, Cell::Null) == what.is_none());
        assert!(bytes.as_deref() == sealed);
        assert_eq!(line.int(), id);
    }
    let sql = "SELECT id FROM plain WHERE sealed = $1";
    let found = read(&*database, |link| link.query(sql, &[Value::Bytes(&every)])).unwrap();
    assert_eq!(found.into_iter().map(|mut line| line.int()).collect::<Vec<_>>(), [-1]);
    let sql = "UPDATE plain SET what = NULL WHERE id > $1";
    assert_eq!(write(&*database, |link| link.execute(sql, &[Value::Int(0)])).unwrap(), 3);
}

pub(super) const CONTENT: &str = "CREATE TABLE content_1 (n ROWKEY PRIMARY KEY, person BYTEA, subject BYTEA, key BYTEA NOT NULL, \
     digest BYTEA NOT NULL, ord BIGINT NOT NULL, received BIGINT NOT NULL, gone BIGINT NOT NULL, key_id BIGINT NOT NULL, sealed BYTEA NOT NULL);";

fn row(n: i64) -> Row {
    let bytes = n.to_be_bytes().to_vec();
    Row {
        n,
        person: (n % 3 > 0).then(|| if n % 3 == 1 { Vec::new() } else { bytes.clone() }),
        subject: (n % 2 == 0).then(|| bytes.clone()),
        key: [&b"key"[..], &bytes].concat(),
        digest: vec![n as u8; 32],
        ord: -n,
        received: n << 20,
        gone: n % 5 == 0,
        key_id: i64::MIN + n,
        sealed: vec![(n % 251) as u8; 300 + n as usize % 100],
    }
}

fn many_rows(database: Box<dyn Database>) {
    const ROWS: i64 = 20_000;
    batch(&*database, CONTENT);
    let rows: Vec<Row> = (1..=ROWS).map(row).collect();
    let began = Instant::now();
    database.write(&mut |link| insert(link, "content_1", &rows)).unwrap();
    println!("  {ROWS} rows in {:?}", began.elapsed());
    database.write(&mut |link| insert(link, "content_1", &[])).unwrap();
    database.write(&mut |link| insert(link, "content_1", &[row(0), row(ROWS + 1)])).unwrap();
    let sql = "SELECT n, person, subject, key, digest, ord, received, gone, key_id, sealed FROM content_1 ORDER BY n";
    let lines = read(&*database, |link| link.query(sql, &[])).unwrap();
    assert_eq!(lines.len() as i64, ROWS + 2);
    for (mut line, n) in lines.into_iter().zip(0..) {
        let row = row(n);
        assert_eq!(line.int(), n);
        assert!(line.bytes() == row.person && line.bytes() == row.subject, "row {n}");
        assert!(line.bytes() == Some(row.key) && line.bytes() == Some(row.digest), "row {n}");
        assert_eq!((line.int(), line.int(), line.int()), (row.ord, row.received, i64::from(row.gone)));
        assert_eq!(line.int(), row.key_id);
        assert!(line.bytes() == Some(row.sealed), "row {n}");
    }
}

fn many_rows_or_none(database: Box<dyn Database>) {
    batch(&*database, CONTENT);
    for rows in [vec![row(1), row(2), row(1)], (1..=500).chain([250]).map(row).collect()] {
        assert!(database.write(&mut |link| insert(link, "content_1", &rows)).is_err());
        assert_eq!(count(&*database, "content_1"), 0);
    }
    database.write(&mut |link| insert(link, "content_1", &(1..=500).map(row).collect::<Vec<_>>())).unwrap();
    assert_eq!(count(&*database, "content_1"), 500);
}

fn on_conflict(database: Box<dyn Database>) {
    batch(
        &*database,
        "CREATE TABLE party (scope TEXT NOT NULL, local BYTEA NOT NULL, person BYTEA, into_local BYTEA, PRIMARY KEY (scope, local));",
    );
    let set = |column: &str, value: Option<&[u8]>| {
        let sql = format!(
            "INSERT INTO party (scope, local, {column}) VALUES ($1, $2, $3) \
             ON CONFLICT (scope, local) DO UPDATE SET {column} = excluded.{column}"
        );
        write(&*database, |link| {
            link.execute(&sql, &[Value::Text("feed#1"), Value::Bytes(&[1]), Value::maybe(value)])
        })
    };
    assert_eq!(set("person", Some(b"p")).unwrap(), 1);
    assert_eq!(set("into_local", Some(b"i")).unwrap(), 1);
    assert_eq!(set("person", None).unwrap(), 1);
    let sql = "SELECT person, into_local FROM party WHERE scope = $1";
    let mut lines = read(&*database, |link| link.query(sql, &[Value::Text("feed#1")])).unwrap();
    let mut line = lines.pop().unwrap();
    assert!(lines.is_empty() && line.bytes().is_none());
    assert_eq!(line.bytes().unwrap(), b"i");
    batch(&*database, "CREATE TABLE receipt (id TEXT PRIMARY KEY, body TEXT NOT NULL);");
    let note = |body: &str| {
        let sql = "INSERT INTO receipt (id, body) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
        write(&*database, |link| link.execute(sql, &[Value::Text("r"), Value::Text(body)])).unwrap()
    };
    assert_eq!((note("first"), note("second")), (1, 0));
    let mut kept = read(&*database, |link| link.query("SELECT body FROM receipt", &[])).unwrap();
    assert_eq!(kept.pop().unwrap().text(), "first");
    let gone = write(&*database, |link| link.execute("DELETE FROM receipt", &[])).unwrap();
    assert_eq!(gone, 1);
}

fn ordered(database: Box<dyn Database>) {
    batch(&*database, PLAIN);
    for (id, what) in (0..).zip(["é", "a", "B", "ab", "a b", "_", "Z"]) {
        let sql = "INSERT INTO plain (id, what) VALUES ($1, $2)";
        write(&*database, |link| link.execute(sql, &[Value::Int(id), Value::Text(what)])).unwrap();
    }
    let lines = read(&*database, |link| link.query("SELECT what FROM plain ORDER BY what", &[])).unwrap();
    let texts: Vec<String> = lines.into_iter().map(|mut line| line.text()).collect();
    assert_eq!(texts, ["B", "Z", "_", "a", "a b", "ab", "é"]);
}

fn tables(database: Box<dyn Database>) {
    batch(&*database, PLAIN);
    put(&*database, 1).unwrap();
    let refused = database.write(&mut |link| {
        link.batch("CREATE TABLE made (id BIGINT PRIMARY KEY); CREATE INDEX made_id ON made (id);")?;
        link.execute("INSERT INTO made VALUES ($1)", &[Value::Int(1)])?;
        link.batch("DROP TABLE plain")?;
        Err(Fault::Damaged)
    });
    assert!(matches!(refused, Err(Fault::Damaged)));
    assert!(database.read(&mut |link| link.query("SELECT id FROM made", &[]).map(drop)).is_err());
    assert_eq!(count(&*database, "plain"), 1);
    batch(&*database, "CREATE TABLE made (id BIGINT PRIMARY KEY); DROP TABLE plain;");
    assert_eq!(count(&*database, "made"), 0);
}

fn indexes(database: Box<dyn Database>) {
    batch(&*database, CONTENT);
    let rows: Vec<Row> = (1..=100).map(row).collect();
    database.write(&mut |link| insert(link, "content_1", &rows)).unwrap();
    for _ in 0..2 {
        batch(&*database, "CREATE INDEX IF NOT EXISTS content_1_person ON content_1 (person);");
    }
    let sql = "SELECT COUNT(*) FROM content_1 WHERE person = $1";
    let shared = read(&*database, |link| Ok(link.query(sql, &[Value::Bytes(&[])])?.pop().unwrap().int()));
    assert_eq!(shared.unwrap(), 34);
}

/// Statements are kept ready; one that named a table that is no more must not answer for it.
fn used_again(database: Box<dyn Database>) {
    for times in 1..=3 {
        batch(&*database, CONTENT);
        let rows: Vec<Row> = (1..=times * 10).map(row).collect();
        database.write(&mut |link| insert(link, "content_1", &rows)).unwrap();
        assert_eq!(count(&*database, "content_1"), times * 10);
        let sql = "DELETE FROM content_1 WHERE n IN (SELECT n FROM content_1 ORDER BY n LIMIT $1)";
        assert_eq!(write(&*database, |link| link.execute(sql, &[Value::Int(4)])).unwrap(), 4);
        batch(&*database, "DROP TABLE content_1");
    }
}

fn scrubbing(database: Box<dyn Database>) {
    batch(&*database, CONTENT);
    let rows: Vec<Row> = (1..=1_000).map(row).collect();
    database.write(&mut |link| insert(link, "content_1", &rows)).unwrap();
    write(&*database, |link| link.execute("DELETE FROM content_1 WHERE n > $1", &[Value::Int(10)])).unwrap();
    let tables = ["content_1".to_owned(), "content_2".to_owned()];
    database.scrub(&tables).unwrap();
    database.scrub(&[]).unwrap();
    assert_eq!(count(&*database, "content_1"), 10);
    database.write(&mut |link| insert(link, "content_1", &[row(2_000)])).unwrap();
    database.scrub(&tables).unwrap();
}

fn readers_and_writer(database: Box<dyn Database>) {
    batch(&*database, "CREATE TABLE side (name TEXT PRIMARY KEY, held BIGINT NOT NULL);");
    batch(&*database, "INSERT INTO side VALUES ('left', 1000); INSERT INTO side VALUES ('right', 0);");
    let (database, is_over) = (&*database, AtomicBool::new(false));
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..12)
            .map(|_| {
                scope.spawn(|| {
                    let mut reads = 0;
                    while !is_over.load(Ordering::Relaxed) || reads < 20 {
                        let held = |name| format!("SELECT held FROM side WHERE name = '{name}'");
                        let sum =
                            read(database, |link| Ok(one(link, &held("left"))? + one(link, &held("right"))?));
                        assert_eq!(sum.unwrap(), 1000);
                        reads += 1;
                    }
                })
            })
            .collect();
        for _ in 0..200 {
            database
                .write(&mut |link| {
                    link.execute("UPDATE side SET held = held - $1 WHERE name = 'left'", &[Value::Int(1)])?;
                    link.execute("UPDATE side SET held = held + $1 WHERE name = 'right'", &[Value::Int(1)])?;
                    Ok(())
                })
                .unwrap();
        }
        is_over.store(true, Ordering::Relaxed);
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
    assert_eq!(read(database, |link| one(link, "SELECT MIN(held) FROM side")).unwrap(), 200);
}
