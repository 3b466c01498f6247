//! A copy of everything that rests here, and back: rows as they are sealed, the whole sealed once more and bound together, so
//! that a copy cut short, altered or made under another key is refused before anything is touched. The same copy restores
//! into either kind of store.
//!
//! Stored form: a sealed stream (`seal/stream.rs`) of JSON lines, each one row of one table, the last a count of all.

use super::{Node, NodeFault};
use crate::{
    feed::private,
    journal::entry,
    key::{PartnerKey, Purpose},
    seal::{Seal, stream},
    sql::{self, Line, Link, Row, StoreFault, Value},
    vault::{
        self, Ring, Vault,
        held_back::{hex, unhex},
        secret::Secret,
    },
};
use audit::Kind;
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD as BASE64};
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Read, Write},
    path::Path,
    sync::PoisonError,
};

const NAME: &str = "backup";
/// Rows read or written in one step.
const AT_ONCE: i64 = 2_000;

/// One line of a copy.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Part {
    Head {
        format: u8,
        partner: String,
        secret: String,
    },
    /// Columns in the table's order.
    Generation(Vec<Col>),
    /// Of the generation that stands last before it.
    Row(Vec<Col>),
    Name(String, i64),
    Party(Vec<Col>),
    HeldBack(Vec<Col>),
    Quarantine(Vec<Col>),
    Receipt(Vec<Col>),
    End {
        parts: u64,
    },
}

/// A value of a column.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Col {
    I(i64),
    T(String),
    B(String),
    N,
}

/// The tables beside content: name, columns, how many.
const PARTY: &str = "scope, local, person, into_local";
const HELD_BACK: &str = "kind, what, since";
const QUARANTINE: &str = "id, feed, since, reason, key_id, sealed";
const RECEIPT: &str = "id, feed, since, body";
const GENERATION: &str = "id, feed, state, mode, layer, sequence, as_at, received, sha256, size, reached, report, taken, held, refused";

impl Node {
    /// Writes a copy of one unmoving state to `to`, while the node goes on. Rows in it.
    pub fn backup(&self, to: &Path, by: &str) -> Result<u64, NodeFault> {
        self.0.journal.record_blocking(entry(Kind::Backup, self.now(), &[("by", by.to_owned())]))?;
        let fault = |error| NodeFault::File(to.display().to_string(), error);
        let ring = self.0.vault.ring()?;
        let beside = to.with_extension("part");
        let file = private(&beside).map_err(fault)?;
        let rows = copy_out(&self.0.vault, &ring, file).map_err(NodeFault::Store)?;
        std::fs::rename(&beside, to).map_err(fault)?;
        Ok(rows)
    }

    /// Replaces everything that rests here by what a copy holds, in one step at its end. Rows in it.
    pub fn restore(&self, from: &Path, by: &str) -> Result<u64, NodeFault> {
        let _no_load = self.0.loading.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.journal.record_blocking(entry(Kind::Restore, self.now(), &[("by", by.to_owned())]))?;
        let fault = |error| NodeFault::File(from.display().to_string(), error);
        let ring = self.0.vault.ring()?;
        let open = || File::open(from).map_err(fault);
        // Read whole before anything is touched.
        check(&ring, &self.0.vault.ods, open()?)?;
        let keys = self.keys_in_force()?;
        let vault = &self.0.vault;
        vault.write(forget_unfinished)?;
        let copied = copy_in(vault, &ring, open()?);
        if copied.is_err() {
            vault.write(forget_unfinished)?;
        }
        let copied = copied?;
        // The names of people change with the secret: in between, nobody is answered rather than said to be unknown.
        vault.rekey(None)?;
        let replaced = vault.write(|link| replace(link, &ring, &vault.ods, &copied));
        vault.rekey(Some(keys))?;
        replaced?;
        while vault.clear_step()? {}
        Ok(copied.rows)
    }
}

fn seal(of: &PartnerKey) -> Result<Seal, StoreFault> {
    Seal::of(of, Purpose::Backup).map_err(|_| StoreFault::WrongKey)
}

fn copy_out(vault: &Vault, ring: &Ring, file: File) -> Result<u64, StoreFault> {
    let fault = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::StorageFull => StoreFault::Full,
        _ => StoreFault::File("the copy".to_owned(), error),
    };
    let current = ring.current()?;
    let mut writer = Some(stream::Writer::new(BufWriter::new(file), seal(current)?, NAME, 0));
    vault.read(|link| {
        let mut out = writer.take().ok_or(StoreFault::Damaged)?;
        let mut copy = Copy { link, out: &mut out, parts: 0, rows: 0 };
        let sealed = ring.secret.sealed(current, &vault.ods).map_err(|_| StoreFault::WrongKey)?;
        copy.put(&Part::Head { format: 1, partner: vault.ods.clone(), secret: BASE64.encode(sealed) })?;
        copy.generations()?;
        copy.table("party", PARTY, Part::Party)?;
        copy.table("held_back", HELD_BACK, Part::HeldBack)?;
        copy.table("quarantine", QUARANTINE, Part::Quarantine)?;
        copy.table("receipt", RECEIPT, Part::Receipt)?;
        let (parts, rows) = (copy.parts, copy.rows);
        copy.put(&Part::End { parts })?;
        let file = out.finish().map_err(fault)?.into_inner().map_err(|error| fault(error.into_error()))?;
        file.sync_all().map_err(fault)?;
        Ok(rows)
    })
}

struct Copy<'a, W: Write> {
    link: &'a mut dyn Link,
    out: &'a mut W,
    parts: u64,
    rows: u64,
}

impl<W: Write> Copy<'_, W> {
    fn put(&mut self, part: &Part) -> Result<(), StoreFault> {
        let mut line = serde_json::to_vec(part).map_err(|_| StoreFault::Damaged)?;
        line.push(b'\n');
        self.parts += 1;
        self.out.write_all(&line).map_err(|error| match error.kind() {
            std::io::ErrorKind::StorageFull => StoreFault::Full,
            _ => StoreFault::File("the copy".to_owned(), error),
        })
    }

    fn table(&mut self, table: &str, columns: &str, part: fn(Vec<Col>) -> Part) -> Result<(), StoreFault> {
        for line in self.link.query(&format!("SELECT {columns} FROM {table}"), &[])? {
            self.put(&part(cols(line)))?;
        }
        Ok(())
    }

    fn generations(&mut self) -> Result<(), StoreFault> {
        let sql = format!("SELECT {GENERATION} FROM generation WHERE state = 'live' ORDER BY id");
        for line in self.link.query(&sql, &[])? {
            let generation = cols(line);
            let Some(Col::I(id)) = generation.first() else { return Err(StoreFault::Damaged) };
            let (content, names) = (format!("content_{id}"), format!("name_{id}"));
            self.put(&Part::Generation(generation))?;
            self.content(&content)?;
            for mut line in self.link.query(&format!("SELECT name, n FROM {names}"), &[])? {
                let name = BASE64.encode(line.bytes().unwrap_or_default());
                self.put(&Part::Name(name, line.int()))?;
            }
        }
        Ok(())
    }

    fn content(&mut self, content: &str) -> Result<(), StoreFault> {
        let mut after = i64::MIN;
        loop {
            let sql = format!("SELECT * FROM {content} WHERE n > $1 ORDER BY n LIMIT $2");
            let lines = self.link.query(&sql, &[Value::Int(after), Value::Int(AT_ONCE)])?;
            if lines.is_empty() {
                return Ok(());
            }
            for line in lines {
                let row = cols(line);
                if let Some(Col::I(n)) = row.first() {
                    after = *n;
                }
                self.rows += 1;
                self.put(&Part::Row(row))?;
            }
        }
    }
}

fn cols(line: Line) -> Vec<Col> {
    use crate::sql::Cell;
    line.0
        .map(|cell| match cell {
            Cell::Int(value) => Col::I(value),
            Cell::Text(text) => Col::T(text),
            Cell::Bytes(bytes) => Col::B(BASE64.encode(bytes)),
            Cell::Null => Col::N,
        })
        .collect()
}

/// The parts of a copy, each checked; an error before its end is an error of the whole.
fn parts(
    ring: &Ring,
    file: File,
    mut each: impl FnMut(Part) -> Result<(), NodeFault>,
) -> Result<(), NodeFault> {
    let bad = |reason: &str| NodeFault::Refused(format!("the copy cannot be restored: {reason}"));
    for key in ring.keys() {
        let file = file.try_clone().map_err(|error| NodeFault::File("the copy".to_owned(), error))?;
        let mut lines = BufReader::new(stream::Reader::new(BufReader::new(rewound(file)?), seal(key)?, NAME));
        let mut first = [0; 1];
        if lines.read_exact(&mut first).is_err() {
            continue;
        }
        let (mut line, mut parts, mut is_ended) = (first.to_vec(), 0, false);
        loop {
            let got =
                lines.read_until(b'\n', &mut line).map_err(|_| bad("it is not whole, or was altered"))?;
            if got == 0 {
                break;
            }
            let part: Part = serde_json::from_slice(&line).map_err(|_| bad("a line of it cannot be read"))?;
            line.clear();
            match &part {
                Part::End { parts: said } if *said == parts => is_ended = true,
                Part::End { .. } => return Err(bad("its count is wrong")),
                _ => parts += 1,
            }
            each(part)?;
        }
        return if is_ended { Ok(()) } else { Err(bad("it has no end")) };
    }
    Err(bad("it was made under a key this node does not have"))
}

fn rewound(mut file: File) -> Result<File, NodeFault> {
    use std::io::Seek;
    file.rewind().map_err(|error| NodeFault::File("the copy".to_owned(), error))?;
    Ok(file)
}

fn check(ring: &Ring, ods: &str, file: File) -> Result<(), NodeFault> {
    let mut is_ours = false;
    parts(ring, file, |part| {
        if let Part::Head { format, partner, secret } = part {
            let secret = BASE64.decode(secret).unwrap_or_default();
            let opens = ring.keys().iter().any(|key| Secret::open(key, ods, &secret).is_some());
            if format != 1 || partner != ods || !opens {
                return Err(NodeFault::Refused("the copy is another partner's".to_owned()));
            }
            is_ours = true;
        }
        Ok(())
    })?;
    if is_ours { Ok(()) } else { Err(NodeFault::Refused("the copy has no head".to_owned())) }
}

/// Where rows go while a copy is read.
struct Filling {
    content: String,
    names: String,
    rows: Vec<Row>,
}

/// A copy that is in, and not yet answered.
#[derive(Default)]
struct Copied {
    rows: u64,
    generations: Vec<i64>,
    rest: Vec<Part>,
    secret: Vec<u8>,
}

/// Of a restoration that did not end.
pub(super) fn forget_unfinished(link: &mut dyn Link) -> Result<(), StoreFault> {
    link.execute("UPDATE generation SET state = 'dropped' WHERE state = 'restoring'", &[]).map(drop)
}

fn copy_in(vault: &Vault, ring: &Ring, file: File) -> Result<Copied, NodeFault> {
    let mut copied = Copied::default();
    let mut filling: Option<Filling> = None;
    parts(ring, file, |part| {
        match part {
            Part::Head { secret: sealed, .. } => copied.secret = BASE64.decode(sealed).unwrap_or_default(),
            Part::Generation(columns) => {
                flush(vault, filling.as_mut())?;
                let (id, tables) = stage(vault, &columns)?;
                copied.generations.push(id);
                filling = Some(tables);
            }
            Part::Row(columns) => {
                copied.rows += 1;
                let into = filling.as_mut().ok_or(StoreFault::Damaged)?;
                into.rows.push(row(columns).ok_or(StoreFault::Damaged)?);
                if into.rows.len() as i64 >= AT_ONCE {
                    flush(vault, Some(into))?;
                }
            }
            Part::Name(name, n) => {
                let into = filling.as_mut().ok_or(StoreFault::Damaged)?;
                let name = BASE64.decode(name).unwrap_or_default();
                let sql = format!("INSERT INTO {} (name, n) VALUES ($1, $2)", into.names);
                vault.write(|link| link.execute(&sql, &[Value::Bytes(&name), Value::Int(n)]).map(drop))?;
            }
            Part::End { .. } => {}
            other => copied.rest.push(other),
        }
        Ok(())
    })?;
    flush(vault, filling.as_mut())?;
    Ok(copied)
}

/// A generation of the copy under a number of its own, unseen.
fn stage(vault: &Vault, columns: &[Col]) -> Result<(i64, Filling), NodeFault> {
    let text = |place: usize| match columns.get(place) {
        Some(Col::T(text)) => text.clone(),
        _ => String::new(),
    };
    let int = |place: usize| match columns.get(place) {
        Some(Col::I(value)) => *value,
        _ => 0,
    };
    let mode = vault::generation::Mode::parse(&text(3)).ok_or(StoreFault::Damaged)?;
    let new = vault::generation::Generation {
        id: 0,
        feed: text(1),
        mode,
        sequence: int(5),
        as_at: int(6),
        received: int(7),
        sha256: text(8),
        size_bytes: int(9),
        progress: vault::generation::Progress::default(),
    };
    let made = vault.begin(&new, "restoring")?;
    vault.write(|link| {
        let sql = "UPDATE generation SET layer = $1, reached = $2, report = $3, taken = $4, held = $5, refused = $6 WHERE id = $7";
        let values = [int(4), int(10), int(11), int(12), int(13), int(14), made.id].map(Value::Int);
        link.execute(sql, &values).map(drop)
    })?;
    Ok((made.id, Filling { content: made.content(), names: made.names(), rows: Vec::new() }))
}

fn flush(vault: &Vault, filling: Option<&mut Filling>) -> Result<(), StoreFault> {
    let Some(filling) = filling.filter(|filling| !filling.rows.is_empty()) else { return Ok(()) };
    vault.write(|link| sql::insert(link, &filling.content, &filling.rows))?;
    filling.rows.clear();
    Ok(())
}

/// What was here is answered no more, and what came is. What is held back now stays held back, whatever the copy says: it may
/// be older than the wish.
fn replace(link: &mut dyn Link, ring: &Ring, ods: &str, copied: &Copied) -> Result<(), StoreFault> {
    link.execute("UPDATE generation SET state = 'dropped' WHERE state <> 'restoring'", &[])?;
    link.batch("DELETE FROM party; DELETE FROM quarantine; DELETE FROM receipt;")?;
    let secret = ring.keys().iter().find_map(|key| Secret::open(key, ods, &copied.secret));
    rename_persons(link, &ring.secret, &secret.ok_or(StoreFault::WrongKey)?)?;
    for id in &copied.generations {
        vault::generation::index(link, *id)?;
        link.execute("UPDATE generation SET state = 'live' WHERE id = $1", &[Value::Int(*id)])?;
    }
    link.execute("UPDATE generation SET state = 'dropped' WHERE state = 'restoring'", &[])?;
    vault::set_meta(link, "secret", &copied.secret)?;
    for part in &copied.rest {
        let (table, columns, values) = match part {
            Part::Party(values) => ("party", PARTY, values),
            Part::HeldBack(values) => ("held_back", HELD_BACK, values),
            Part::Quarantine(values) => ("quarantine", QUARANTINE, values),
            Part::Receipt(values) => ("receipt", RECEIPT, values),
            _ => return Err(StoreFault::Damaged),
        };
        put(link, table, columns, values)?;
    }
    Ok(())
}

/// Persons who are held back, under the names the copy has for them.
fn rename_persons(link: &mut dyn Link, old: &Secret, new: &Secret) -> Result<(), StoreFault> {
    for mut line in link.query("SELECT what, since FROM held_back WHERE kind = 'person'", &[])? {
        let (what, since) = (line.text(), line.int());
        let number = unhex(&what).and_then(|token| old.number(&token)).ok_or(StoreFault::Damaged)?;
        let name = hex(&new.token(&number).map_err(|_| StoreFault::WrongKey)?);
        link.execute("DELETE FROM held_back WHERE kind = 'person' AND what = $1", &[Value::Text(&what)])?;
        let sql = "INSERT INTO held_back (kind, what, since) VALUES ('person', $1, $2) ON CONFLICT (kind, what) DO NOTHING";
        link.execute(sql, &[Value::Text(&name), Value::Int(since)])?;
    }
    Ok(())
}

fn put(link: &mut dyn Link, table: &str, columns: &str, values: &[Col]) -> Result<(), StoreFault> {
    let places: Vec<String> = (1..=values.len()).map(|place| format!("${place}")).collect();
    let sql =
        format!("INSERT INTO {table} ({columns}) VALUES ({}) ON CONFLICT DO NOTHING", places.join(", "));
    let bytes: Vec<Vec<u8>> = values
        .iter()
        .map(|col| if let Col::B(text) = col { BASE64.decode(text).unwrap_or_default() } else { Vec::new() })
        .collect();
    let values: Vec<Value<'_>> = values
        .iter()
        .zip(&bytes)
        .map(|(col, bytes)| match col {
            Col::I(value) => Value::Int(*value),
            Col::T(text) => Value::Text(text),
            Col::B(_) => Value::Bytes(bytes),
            Col::N => Value::Null,
        })
        .collect();
    link.execute(&sql, &values).map(drop)
}

fn row(columns: Vec<Col>) -> Option<Row> {
    let mut columns = columns.into_iter();
    let mut next = || columns.next();
    let int = |col: Option<Col>| if let Some(Col::I(value)) = col { Some(value) } else { None };
    let bytes = |col: Option<Col>| match col {
        Some(Col::B(text)) => Some(Some(BASE64.decode(text).ok()?)),
        Some(Col::N) => Some(None),
        _ => None,
    };
    Some(Row {
        n: int(next())?,
        person: bytes(next())?,
        subject: bytes(next())?,
        key: bytes(next())??,
        digest: bytes(next())??,
        ord: int(next())?,
        received: int(next())?,
        gone: int(next())? != 0,
        key_id: int(next())?,
        sealed: bytes(next())??,
    })
}
