//! Takes the directory of month keys, gives the key a row says it is sealed under; tells a row whose key nobody was asked for
//! from one whose key is gone, and a directory that has other keys than the store was sealed under.

use super::bodies::opened;
use crate::hash::{hex, unhex};
use aws_lc_rs::{
    aead::{AES_256_GCM_SIV, RandomizedNonceKey},
    hkdf, hmac,
};
use rusqlite::Connection;
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    path::{Path, PathBuf},
    rc::Rc,
};

/// What is derived from one key.
pub(super) struct MonthKey {
    pub(super) sealing: RandomizedNonceKey,
    pub(super) search: hmac::Key,
    mark: String,
}

/// The keys that were asked for so far.
pub(super) struct Months {
    wrap: RandomizedNonceKey,
    directory: Option<PathBuf>,
    known: RefCell<BTreeMap<String, Rc<MonthKey>>>,
    /// A row needs a key, and no directory was named.
    pub(super) unnamed: Cell<bool>,
}

impl Months {
    pub(super) fn new(wrap: &[u8; 32], directory: Option<&Path>) -> Option<Self> {
        let wrap = RandomizedNonceKey::new(&AES_256_GCM_SIV, wrap).ok()?;
        let directory = directory.map(Path::to_owned);
        Some(Self { wrap, directory, known: RefCell::default(), unnamed: Cell::new(false) })
    }

    /// `Ok(None)`: it is sealed under the store's own key.
    pub(super) fn of(&self, sealed: &[u8], kind: &str) -> Result<Option<Rc<MonthKey>>, String> {
        let Some(month) = sealed.strip_prefix(&[2]).and_then(|rest| rest.first_chunk::<4>()) else {
            return Ok(None);
        };
        let month = u32::from_be_bytes(*month);
        let name = format!("{:04}-{:02}.{kind}", month / 100, month % 100);
        let Some(directory) = &self.directory else {
            self.unnamed.set(true);
            return Err(format!("sealed under the month key `{name}`, and no directory of these is named"));
        };
        if let Some(key) = self.known.borrow().get(&name) {
            return Ok(Some(Rc::clone(key)));
        }
        let text = std::fs::read_to_string(directory.join(&name))
            .map_err(|_| format!("sealed under the month key `{name}`, which is not there"))?;
        let key = self.read(&name, text.trim_end());
        let key = Rc::new(key.ok_or_else(|| format!("the month key `{name}` is not this store's"))?);
        self.known.borrow_mut().insert(name, Rc::clone(&key));
        Ok(Some(key))
    }

    /// Every key that was used is the one the store was sealed under.
    pub(super) fn are_agreed(&self, conn: &Connection) -> Result<(), String> {
        for (name, key) in self.known.borrow().iter() {
            let sql = "SELECT value FROM meta WHERE name = ?1";
            let mark: rusqlite::Result<String> =
                conn.query_row(sql, [format!("month-key {name}")], |row| row.get(0));
            if mark.ok().as_ref() != Some(&key.mark) {
                return Err(format!("the month key `{name}` is not the one that the store names"));
            }
        }
        Ok(())
    }

    fn read(&self, name: &str, text: &str) -> Option<MonthKey> {
        let key = opened(&self.wrap, &format!("month\0{name}"), &unhex::<61>(text)?)?;
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"shcr-audit-v1").extract(&key);
        let derive = |label: &str| {
            let mut out = [0; 32];
            root.expand(&[label.as_bytes()], hkdf::HKDF_SHA256).ok()?.fill(&mut out).ok()?;
            Some(out)
        };
        let marks = hmac::Key::new(hmac::HMAC_SHA256, &derive("mark")?);
        Some(MonthKey {
            sealing: RandomizedNonceKey::new(&AES_256_GCM_SIV, &derive("seal")?).ok()?,
            search: hmac::Key::new(hmac::HMAC_SHA256, &derive("search")?),
            mark: hex(hmac::sign(&marks, name.as_bytes()).as_ref()),
        })
    }
}
