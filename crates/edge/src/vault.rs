//! Where a partner's data rests: every person's content sealed under a key derived from the partner's key and the NHS
//! number, found by a token that only this node can make or read. Nothing in it can be listed by person without the key.
//! Refuses a store of another partner, or one sealed under a key it does not have (A47).
//!
//! What is stored in clear: which feeds there are, when what arrived, how much, and how many. No name, no number, no content.

/// Names that mean something to this node alone.
pub(crate) mod secret;
/// Extracts as they arrive, layer by layer.
pub(crate) mod generation;
/// One unit into the store, and what it does to others.
pub(crate) mod filing;
/// What is kept of one person.
pub(crate) mod read;
/// From the old key to the new one, while it answers.
pub(crate) mod rotate;
/// What the partner holds back.
pub(crate) mod held_back;
/// Messages and rows that could not be taken.
pub(crate) mod quarantine;

use crate::{
    key::{PartnerKey, Purpose},
    seal::Seal,
    sql::{self, Database, Link, StoreFault, Value},
};
use fhir::NhsNumber;
use secret::Secret;
use std::sync::{Arc, PoisonError, RwLock};

/// The tables that are always there. Those of content are made with each extract.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BYTEA NOT NULL);
CREATE TABLE IF NOT EXISTS generation (
  id BIGINT PRIMARY KEY, feed TEXT NOT NULL, state TEXT NOT NULL, mode TEXT NOT NULL, layer BIGINT NOT NULL,
  sequence BIGINT NOT NULL, as_at BIGINT NOT NULL, received BIGINT NOT NULL, sha256 TEXT NOT NULL, size BIGINT NOT NULL,
  reached BIGINT NOT NULL, report BIGINT NOT NULL, taken BIGINT NOT NULL, held BIGINT NOT NULL, refused BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS party (
  scope TEXT NOT NULL, local BYTEA NOT NULL, person BYTEA, into_local BYTEA, PRIMARY KEY (scope, local));
CREATE TABLE IF NOT EXISTS held_back (kind TEXT NOT NULL, what TEXT NOT NULL, since BIGINT NOT NULL, PRIMARY KEY (kind, what));
CREATE TABLE IF NOT EXISTS quarantine (
  id BIGINT PRIMARY KEY, feed TEXT NOT NULL, since BIGINT NOT NULL, reason TEXT NOT NULL, key_id BIGINT NOT NULL, sealed BYTEA NOT NULL);
CREATE TABLE IF NOT EXISTS receipt (id TEXT PRIMARY KEY, feed TEXT NOT NULL, since BIGINT NOT NULL, body TEXT NOT NULL);
";

/// The version of the stored format.
const FORMAT: &str = "1";

/// The keys in force: the first seals, all open.
pub(crate) struct Ring {
    keys: Vec<PartnerKey>,
    pub(crate) secret: Secret,
}

/// One partner's store.
pub(crate) struct Vault {
    database: Box<dyn Database>,
    pub(crate) ods: String,
    /// `None` while the key service does not give the key: then nothing is answered (F31).
    ring: RwLock<Option<Arc<Ring>>>,
}

/// Whose row it is, for sealing and for its place.
#[derive(Clone, Copy)]
pub(crate) enum Owner<'a> {
    Person(&'a NhsNumber),
    /// Nobody, or nobody sure.
    Held,
}

impl Vault {
    /// Opens the store, or makes it under the first of the keys.
    pub(crate) fn open(
        database: Box<dyn Database>,
        ods: &str,
        keys: Vec<PartnerKey>,
    ) -> Result<Self, StoreFault> {
        database.write(&mut |link| link.batch(SCHEMA))?;
        let current = keys.first().ok_or(StoreFault::WrongKey)?;
        let secret = sql::write(&*database, |link| match meta(link, "partner")?.map(String::from_utf8) {
            None => {
                set_meta(link, "partner", ods.as_bytes())?;
                set_meta(link, "format", FORMAT.as_bytes())?;
                let secret = Secret::random().map_err(|_| StoreFault::WrongKey)?;
                set_meta(link, "secret", &secret.sealed(current, ods).map_err(|_| StoreFault::WrongKey)?)?;
                Ok(secret)
            }
            Some(Ok(partner)) if partner == ods => secret(link, &keys, ods),
            Some(_) => Err(StoreFault::Unusable("it belongs to another partner".to_owned())),
        })?;
        let ring = RwLock::new(Some(Arc::new(Ring { keys, secret })));
        Ok(Self { database, ods: ods.to_owned(), ring })
    }

    /// The keys, or why nothing can be opened now.
    pub(crate) fn ring(&self) -> Result<Arc<Ring>, StoreFault> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone().ok_or(StoreFault::WrongKey)
    }

    /// Other keys from now on; `None` takes them away.
    pub(crate) fn rekey(&self, keys: Option<Vec<PartnerKey>>) -> Result<(), StoreFault> {
        let ring = match keys {
            Some(keys) => {
                let secret = sql::read(&*self.database, |link| secret(link, &keys, &self.ods))?;
                Some(Arc::new(Ring { keys, secret }))
            }
            None => None,
        };
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = ring;
        Ok(())
    }

    pub(crate) fn read<T>(
        &self,
        work: impl FnMut(&mut dyn Link) -> Result<T, StoreFault>,
    ) -> Result<T, StoreFault> {
        sql::read(&*self.database, work)
    }

    pub(crate) fn write<T>(
        &self,
        work: impl FnMut(&mut dyn Link) -> Result<T, StoreFault>,
    ) -> Result<T, StoreFault> {
        sql::write(&*self.database, work)
    }

    pub(crate) fn scrub(&self, tables: &[String]) -> Result<(), StoreFault> {
        self.database.scrub(tables)
    }

    pub(crate) fn describe(&self) -> String {
        self.database.describe()
    }
}

impl Ring {
    pub(crate) fn current(&self) -> Result<&PartnerKey, StoreFault> {
        self.keys.first().ok_or(StoreFault::WrongKey)
    }

    pub(crate) fn keys(&self) -> &[PartnerKey] {
        &self.keys
    }

    pub(crate) fn by_id(&self, id: i64) -> Result<&PartnerKey, StoreFault> {
        self.keys.iter().find(|key| key.id == id).ok_or(StoreFault::WrongKey)
    }

    /// A key made ready for rows of that owner.
    pub(crate) fn seal(&self, key: &PartnerKey, owner: Owner<'_>) -> Result<Seal, StoreFault> {
        let purpose = match owner {
            Owner::Person(number) => Purpose::Person(number.digits()),
            Owner::Held => Purpose::Unfiled,
        };
        Seal::of(key, purpose).map_err(|_| StoreFault::WrongKey)
    }

    /// The `person` column of that owner's rows.
    pub(crate) fn column(&self, owner: Owner<'_>) -> Result<Option<Vec<u8>>, StoreFault> {
        match owner {
            Owner::Person(number) => self.secret.token(number).map(Some).map_err(|_| StoreFault::WrongKey),
            Owner::Held => Ok(None),
        }
    }
}

/// What binds a row: it opens in no other partner's store, in no other feed, for no other person, under no other key.
pub(crate) fn place(ods: &str, feed: &str, person: Option<&[u8]>, key: &[u8]) -> Vec<u8> {
    let person = person.map_or([&[0][..], &[]], |person| [&[1][..], person]);
    [ods.as_bytes(), &[0], feed.as_bytes(), &[0], person[0], person[1], &[0], key].concat()
}

pub(crate) fn meta(link: &mut dyn Link, name: &str) -> Result<Option<Vec<u8>>, StoreFault> {
    let lines = link.query("SELECT value FROM meta WHERE name = $1", &[Value::Text(name)])?;
    Ok(lines.into_iter().next().and_then(|mut line| line.bytes()))
}

pub(crate) fn set_meta(link: &mut dyn Link, name: &str, value: &[u8]) -> Result<(), StoreFault> {
    let sql = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    link.execute(sql, &[Value::Text(name), Value::Bytes(value)]).map(drop)
}

fn secret(link: &mut dyn Link, keys: &[PartnerKey], ods: &str) -> Result<Secret, StoreFault> {
    let sealed = meta(link, "secret")?.ok_or(StoreFault::Damaged)?;
    keys.iter().find_map(|key| Secret::open(key, ods, &sealed)).ok_or(StoreFault::WrongKey)
}

#[cfg(test)]
pub(crate) mod tests;
