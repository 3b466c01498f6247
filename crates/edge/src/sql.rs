//! Which database this node rests in, and the rows of content it writes there. Everything blocks: callers are on threads
//! that may.

use crate::config::Store;

pub(crate) use ::sql::Fault as StoreFault;
#[cfg(test)]
pub(crate) use ::sql::Work;
pub(crate) use ::sql::{Cell, Database, Line, Link, Value, read, write};
use ::sql::{Column, postgres::Postgres, sqlite::Sqlite};

/// How a server's operator sees this node.
const APPLICATION: &str = "shcr-edge";
/// The columns of a table of content.
const CONTENT: [Column; 10] = {
    use Column::{Bytes, Int};
    [Int, Bytes, Bytes, Bytes, Bytes, Int, Int, Int, Int, Bytes]
};

/// One row of content, as it is written.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) n: i64,
    /// `None` for what is held: no person is sure.
    pub(crate) person: Option<Vec<u8>>,
    /// The sender's own record of the person.
    pub(crate) subject: Option<Vec<u8>>,
    pub(crate) key: Vec<u8>,
    pub(crate) digest: Vec<u8>,
    pub(crate) ord: i64,
    pub(crate) received: i64,
    /// A tombstone: whatever had this key is no more.
    pub(crate) gone: bool,
    pub(crate) key_id: i64,
    pub(crate) sealed: Vec<u8>,
}

impl Row {
    /// In the order of the columns.
    pub(crate) fn values(&self) -> [Value<'_>; 10] {
        [
            Value::Int(self.n),
            Value::maybe(self.person.as_deref()),
            Value::maybe(self.subject.as_deref()),
            Value::Bytes(&self.key),
            Value::Bytes(&self.digest),
            Value::Int(self.ord),
            Value::Int(self.received),
            Value::Int(i64::from(self.gone)),
            Value::Int(self.key_id),
            Value::Bytes(&self.sealed),
        ]
    }
}

/// Many rows at once, into a table of content.
pub(crate) fn insert(link: &mut dyn Link, table: &str, rows: &[Row]) -> Result<(), StoreFault> {
    let values: Vec<[Value<'_>; 10]> = rows.iter().map(Row::values).collect();
    let rows: Vec<&[Value<'_>]> = values.iter().map(<[Value<'_>; 10]>::as_slice).collect();
    link.insert(table, &CONTENT, &rows)
}

/// Opens the store a configuration names. Blocks.
pub(crate) fn open(store: &Store) -> Result<Box<dyn Database>, StoreFault> {
    Ok(match store {
        Store::Sqlite { file } => Box::new(Sqlite::open(file)?),
        Store::Postgresql { url_file, ca_file } => {
            let url = ::sql::private(url_file)?;
            Box::new(Postgres::open(&url, ca_file.as_deref(), APPLICATION)?)
        }
    })
}

#[cfg(test)]
pub(crate) mod tests;
