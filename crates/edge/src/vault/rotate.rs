//! From an old key to the new one while everything goes on: each step seals a few rows again in one transaction, readers open
//! whatever they find with the key it names. When no step is left, the old key opens nothing that is stored.

use super::{
    Ring, Vault,
    generation::{self, Generation},
    place, quarantine, set_meta,
};
use crate::sql::{Link, StoreFault, Value};

/// Rows looked at in one step.
const AT_ONCE: i64 = 1_000;

/// How far a change of key has got: the generation, and the row of it.
#[derive(Debug, Default)]
pub(crate) struct Place {
    generation: i64,
    row: i64,
}

impl Vault {
    /// One step from `at` on; how many rows it sealed again. `None`: everything was looked at.
    pub(crate) fn rotate_step(&self, at: &mut Place) -> Result<Option<u64>, StoreFault> {
        let ring = self.ring()?;
        let (begun, row) = (at.generation, at.row);
        let (sealed, next) = self.write(|link| {
            let secret = ring.secret.sealed(ring.current()?, &self.ods).map_err(|_| StoreFault::WrongKey)?;
            set_meta(link, "secret", &secret)?;
            let of = generation::all(link)?.into_iter().find(|one| one.id >= begun);
            match of {
                // Messages that were set aside come last.
                None => Ok((set_aside(link, &ring, &self.ods)?, None)),
                Some(of) => {
                    let after = if of.id == begun { row } else { 0 };
                    let (sealed, last) = rows(link, &ring, &self.ods, (&of, after))?;
                    let next = last.map_or((of.id + 1, 0), |last| (of.id, last));
                    Ok((sealed, Some(next)))
                }
            }
        })?;
        match next {
            Some((generation, row)) => {
                (at.generation, at.row) = (generation, row);
                Ok(Some(sealed))
            }
            None => Ok((sealed > 0).then_some(sealed)),
        }
    }
}

/// How many were sealed again, and the last row looked at; none left: `None`.
fn rows(
    link: &mut dyn Link,
    ring: &Ring,
    ods: &str,
    (of, after): (&Generation, i64),
) -> Result<(u64, Option<i64>), StoreFault> {
    let current = ring.current()?;
    let content = of.content();
    let sql =
        format!("SELECT n, person, key, key_id, sealed FROM {content} WHERE n > $1 ORDER BY n LIMIT $2");
    let lines = link.query(&sql, &[Value::Int(after), Value::Int(AT_ONCE)])?;
    let (mut moved, mut last) = (0, None);
    for mut line in lines {
        let (n, person, key) = (line.int(), line.bytes(), line.bytes().unwrap_or_default());
        let (key_id, sealed) = (line.int(), line.bytes().unwrap_or_default());
        last = Some(n);
        if key_id == current.id {
            continue;
        }
        let body = ring.opened(ods, &of.feed, person.as_deref(), &key, key_id, &sealed)?;
        let seal = ring.seal_of(current, person.as_deref())?;
        let sealed = seal.close(&place(ods, &of.feed, person.as_deref(), &key), &body);
        let sealed = sealed.map_err(|_| StoreFault::WrongKey)?;
        let sql = format!("UPDATE {content} SET key_id = $1, sealed = $2 WHERE n = $3");
        link.execute(&sql, &[Value::Int(current.id), Value::Bytes(&sealed), Value::Int(n)])?;
        moved += 1;
    }
    Ok((moved, last))
}

fn set_aside(link: &mut dyn Link, ring: &Ring, ods: &str) -> Result<u64, StoreFault> {
    let current = ring.current()?;
    let sql = "SELECT id, feed, key_id, sealed FROM quarantine WHERE key_id <> $1 LIMIT $2";
    let lines = link.query(sql, &[Value::Int(current.id), Value::Int(AT_ONCE)])?;
    let mut moved = 0;
    for mut line in lines {
        let (id, feed, key_id) = (line.int(), line.text(), line.int());
        let sealed = line.bytes().unwrap_or_default();
        let at = quarantine::place_of(id);
        let body = ring.opened(ods, &feed, None, &at, key_id, &sealed)?;
        let sealed = ring.seal_of(current, None)?.close(&place(ods, &feed, None, &at), &body);
        let sealed = sealed.map_err(|_| StoreFault::WrongKey)?;
        let sql = "UPDATE quarantine SET key_id = $1, sealed = $2 WHERE id = $3";
        link.execute(sql, &[Value::Int(current.id), Value::Bytes(&sealed), Value::Int(id)])?;
        moved += 1;
    }
    Ok(moved)
}
