//! Takes a store on a server, gives a file with the same rows as they were at one moment, so that what checks a file checks it too.
//! Nothing is opened on the way: what is sealed stays sealed. Refuses a file that is there already. The server's working tables,
//! which prove nothing, are left out.

use super::{Place, StoreFault, schema};
use sql::{Cell, Column, Line, Link, Value, sqlite::Session};
use std::{fs::OpenOptions, os::unix::fs::OpenOptionsExt, path::Path};

/// Rows carried at once.
const AT_ONCE: usize = 1_000;

/// A table and its columns, in the order in which rows may refer to each other. The first column is the order of its rows;
/// `whole`: several may have the same, and the table is small.
struct Table {
    name: &'static str,
    columns: &'static [(&'static str, Column)],
    whole: bool,
}

const fn paged(name: &'static str, columns: &'static [(&'static str, Column)]) -> Table {
    Table { name, columns, whole: false }
}

const fn whole(name: &'static str, columns: &'static [(&'static str, Column)]) -> Table {
    Table { name, columns, whole: true }
}

const TABLES: [Table; 11] = {
    use Column::{Bytes, Int, Text};
    [
        paged("meta", &[("name", Text), ("value", Text)]),
        paged("leaf", &[("idx", Int), ("leaf", Bytes), ("hash", Bytes)]),
        paged(
            "entry",
            &[
                ("idx", Int),
                ("key", Text),
                ("kind", Text),
                ("opening", Text),
                ("hash", Bytes),
                ("sealed", Bytes),
                ("person", Bytes),
                ("professional", Bytes),
            ],
        ),
        paged("manifest", &[("idx", Int), ("hash", Bytes), ("sealed", Bytes)]),
        paged("opening", &[("id", Text), ("idx", Int), ("at", Int), ("closed", Text)]),
        paged(
            "head",
            &[("replica", Text), ("boot", Int), ("n", Int), ("idx", Int), ("hash", Bytes), ("mac", Bytes)],
        ),
        whole("tile", &[("level", Int), ("n", Int), ("hashes", Bytes)]),
        paged("tree", &[("one", Int), ("size", Int), ("root", Bytes)]),
        paged("checkpoint", &[("size", Int), ("root", Bytes), ("note", Text), ("at", Int)]),
        whole("cosignature", &[("size", Int), ("verifier", Text), ("line", Text), ("seconds", Int)]),
        paged("log_key", &[("generation", Int), ("verifier", Text), ("since", Int)]),
    ]
};

/// Writes the file. Only its owner may read it. Blocks.
pub fn mirror(place: &Place, to: &Path) -> Result<(), StoreFault> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(to).map_err(StoreFault::File)?;
    let connection = schema::connect(to, Some("mirrored"))?;
    // The connection goes along: a server is read on a thread of its own.
    let carried = place.look(move |from| {
        let mut into = Session(&connection);
        into.batch("BEGIN; DELETE FROM meta; DELETE FROM tree")?;
        TABLES.iter().try_for_each(|table| table.carry(from, &mut into))?;
        into.batch("COMMIT")
    });
    carried.map_err(StoreFault::Connect)
}

impl Table {
    fn carry(&self, from: &mut dyn Link, into: &mut dyn Link) -> Result<(), sql::Fault> {
        let mut after = None;
        loop {
            let rows: Vec<Vec<Cell>> =
                self.next(from, after.as_ref())?.into_iter().map(|line| line.0.collect()).collect();
            let values: Vec<Vec<Value<'_>>> =
                rows.iter().map(|row| row.iter().map(value).collect()).collect();
            let values: Vec<&[Value<'_>]> = values.iter().map(Vec::as_slice).collect();
            let columns: Vec<Column> = self.columns.iter().map(|(_, column)| *column).collect();
            into.insert(self.name, &columns, &values)?;
            if self.whole || rows.len() < AT_ONCE {
                return Ok(());
            }
            after = rows.last().and_then(|row| row.first()).cloned();
        }
    }

    fn next(&self, from: &mut dyn Link, after: Option<&Cell>) -> Result<Vec<Line>, sql::Fault> {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        let (name, first, names) = (self.name, names.first().copied().unwrap_or_default(), names.join(", "));
        let limit = if self.whole { String::new() } else { format!("LIMIT {AT_ONCE}") };
        match after {
            None => from.query(&format!("SELECT {names} FROM {name} ORDER BY {first} {limit}"), &[]),
            Some(after) => {
                let sql = format!("SELECT {names} FROM {name} WHERE {first} > $1 ORDER BY {first} {limit}");
                from.query(&sql, &[value(after)])
            }
        }
    }
}

fn value(cell: &Cell) -> Value<'_> {
    match cell {
        Cell::Int(value) => Value::Int(*value),
        Cell::Text(text) => Value::Text(text),
        Cell::Bytes(bytes) => Value::Bytes(bytes),
        Cell::Null => Value::Null,
    }
}
