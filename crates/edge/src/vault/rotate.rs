//! From an old key to the new one while everything goes on: each step seals a few rows again in one transaction, readers open
//! whatever they find with the key it names. When no step is left, the old key opens nothing that is stored.

use super::{Ring, Vault, generation, place, set_meta};
use crate::sql::{Link, StoreFault, Value};

/// Rows sealed again in one step.
const AT_ONCE: i64 = 1_000;

impl Vault {
    /// One step; how many rows it sealed again. None: done.
    pub(crate) fn rotate_step(&self) -> Result<u64, StoreFault> {
        let ring = self.ring()?;
        self.write(|link| {
            let sealed = ring.secret.sealed(ring.current()?, &self.ods).map_err(|_| StoreFault::WrongKey)?;
            set_meta(link, "secret", &sealed)?;
            for of in generation::all(link)? {
                let moved = rows(link, &ring, &self.ods, &of)?;
                if moved > 0 {
                    return Ok(moved);
                }
            }
            quarantine(link, &ring, &self.ods)
        })
    }
}

fn rows(link: &mut dyn Link, ring: &Ring, ods: &str, of: &generation::Generation) -> Result<u64, StoreFault> {
    let current = ring.current()?;
    let content = of.content();
    let sql = format!("SELECT n, person, key, key_id, sealed FROM {content} WHERE key_id <> $1 LIMIT $2");
    let lines = link.query(&sql, &[Value::Int(current.id), Value::Int(AT_ONCE)])?;
    let mut moved = 0;
    for mut line in lines {
        let (n, person, key) = (line.int(), line.bytes(), line.bytes().unwrap_or_default());
        let (key_id, sealed) = (line.int(), line.bytes().unwrap_or_default());
        let body = ring.opened(ods, &of.feed, person.as_deref(), &key, key_id, &sealed)?;
        let seal = ring.seal_of(current, person.as_deref())?;
        let sealed = seal.close(&place(ods, &of.feed, person.as_deref(), &key), &body);
        let sealed = sealed.map_err(|_| StoreFault::WrongKey)?;
        let sql = format!("UPDATE {content} SET key_id = $1, sealed = $2 WHERE n = $3");
        link.execute(&sql, &[Value::Int(current.id), Value::Bytes(&sealed), Value::Int(n)])?;
        moved += 1;
    }
    Ok(moved)
}

fn quarantine(link: &mut dyn Link, ring: &Ring, ods: &str) -> Result<u64, StoreFault> {
    let current = ring.current()?;
    let sql = "SELECT id, feed, key_id, sealed FROM quarantine WHERE key_id <> $1 LIMIT $2";
    let lines = link.query(sql, &[Value::Int(current.id), Value::Int(AT_ONCE)])?;
    let mut moved = 0;
    for mut line in lines {
        let (id, feed, key_id) = (line.int(), line.text(), line.int());
        let sealed = line.bytes().unwrap_or_default();
        let at = super::quarantine::place_of(id);
        let body = ring.opened(ods, &feed, None, &at, key_id, &sealed)?;
        let sealed = ring.seal_of(current, None)?.close(&place(ods, &feed, None, &at), &body);
        let sealed = sealed.map_err(|_| StoreFault::WrongKey)?;
        let sql = "UPDATE quarantine SET key_id = $1, sealed = $2 WHERE id = $3";
        link.execute(sql, &[Value::Int(current.id), Value::Bytes(&sealed), Value::Int(id)])?;
        moved += 1;
    }
    Ok(moved)
}
