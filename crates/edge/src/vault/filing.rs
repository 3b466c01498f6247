//! One unit into the store: under the person its sender is sure of, or held. Follows the sender's own records of people: a
//! later trace releases what was held, a merge moves everything, an unmerge moves it back (HAZ-005). Two verified
//! numbers are never joined: the message that asks for it is refused and told.
//! Source: HL7 v2 chapter 3 (A40, A37); sources.md 10, 13.

use super::{
    Owner, Ring,
    generation::{Generation, Mode},
    place,
};
use crate::{
    seal::Seal,
    sql::{Cell, Line, Link, Row, StoreFault, Value},
    unit::{Act, LocalId, Unit, Untraced, Whose},
};
use fhir::NhsNumber;

/// Held rows read again in one step.
const RELEASED_AT_ONCE: i64 = 500;
/// A chain of merges longer than this is a circle.
const MERGES_MAX: usize = 16;

/// What became of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Filed {
    Taken,
    Held(Untraced),
    /// The same was here before: nothing is stored twice.
    Duplicate,
    /// It contradicts what is here, and was not taken.
    Conflict(&'static str),
}

const OTHER_BYTES: &str = "a message of this sender and control id is here with other content";
const TWO_NUMBERS: &str = "the records it joins have different verified NHS numbers";
const NO_DELTA: &str = "a deletion stands in what is no delta: what a snapshot does not hold is gone";
const ANOTHER_NUMBER: &str = "this record of the sender has another verified NHS number";

/// Files units of one extract or feed.
pub(crate) struct Filing<'a> {
    pub(crate) ring: &'a Ring,
    pub(crate) ods: &'a str,
    pub(crate) to: &'a Generation,
    pub(crate) now: i64,
    /// The key made ready last: rows of one person often follow one another.
    ready: Option<(Option<Vec<u8>>, Seal)>,
}

/// The `person` column, what became of the unit, and its `subject`.
type Placed = (Option<Vec<u8>>, Filed, Option<Vec<u8>>);

/// One of the sender's records of a person, as it is known here.
#[derive(Default)]
struct Party {
    person: Option<Vec<u8>>,
    into: Option<Vec<u8>>,
}

impl<'a> Filing<'a> {
    pub(crate) fn new(ring: &'a Ring, ods: &'a str, to: &'a Generation, now: i64) -> Self {
        Self { ring, ods, to, now, ready: None }
    }

    /// What became of it, and the row to be written, if any. Links and moves are made at once.
    pub(crate) fn file(
        &mut self,
        link: &mut dyn Link,
        n: i64,
        unit: &Unit,
    ) -> Result<(Filed, Option<Row>), StoreFault> {
        let key = self.ring.secret.name("key", &[&self.to.feed, &unit.key]);
        let digest = self.ring.secret.digest(&unit.body);
        if self.to.mode == Mode::Messages
            && let Some(filed) = self.met_before(link, &key, &digest, unit.order)?
        {
            return Ok((filed, None));
        }
        if unit.act == Some(Act::Delete) {
            return self.gone(n, key, digest, unit.order);
        }
        let locals: Vec<Vec<u8>> = unit.local.iter().map(|local| self.local(local)).collect();
        if let Some(act) = &unit.act
            && let Some(refused) = self.act(link, act, unit)?
        {
            return Ok((Filed::Conflict(refused), None));
        }
        let (person, filed, subject) = match &unit.whose {
            Whose::Shared => (Some(Vec::new()), Filed::Taken, None),
            Whose::Person(number) => match self.sure(link, number, &locals)? {
                Some(token) => (Some(token), Filed::Taken, locals.first().cloned()),
                None => return Ok((Filed::Conflict(ANOTHER_NUMBER), None)),
            },
            Whose::Untraced(why) => self.unsure(link, *why, &locals)?,
        };
        // Of a delta too: what it says of nobody sure takes the place of what was said of somebody before.
        let is_kept = person.is_some() || subject.is_some() || self.to.mode != Mode::Snapshot;
        if !is_kept {
            return Ok((filed, None));
        }
        let sealed = self.sealed(person.as_deref(), &key, &unit.body)?;
        let key_id = self.ring.current()?.id;
        self.name(link, n, unit)?;
        let (ord, received) = (unit.order, self.now);
        Ok((filed, Some(Row { n, person, subject, key, digest, ord, received, gone: false, key_id, sealed })))
    }

    /// What takes the place of a row that is no more. It is nobody's: no person is named where something is deleted.
    fn gone(
        &mut self,
        n: i64,
        key: Vec<u8>,
        digest: Vec<u8>,
        ord: i64,
    ) -> Result<(Filed, Option<Row>), StoreFault> {
        if self.to.mode != Mode::Delta {
            return Ok((Filed::Conflict(NO_DELTA), None));
        }
        let sealed = self.sealed(None, &key, &[])?;
        let (key_id, received) = (self.ring.current()?.id, self.now);
        let (person, subject) = (None, None);
        let row = Row { n, person, subject, key, digest, ord, received, gone: true, key_id, sealed };
        Ok((Filed::Taken, Some(row)))
    }

    /// A message that was here already, or one that contradicts it.
    fn met_before(
        &self,
        link: &mut dyn Link,
        key: &[u8],
        digest: &[u8],
        order: i64,
    ) -> Result<Option<Filed>, StoreFault> {
        let sql = format!("SELECT digest, ord FROM {} WHERE key = $1", self.to.content());
        let mut filed = None;
        for mut line in link.query(&sql, &[Value::Bytes(key)])? {
            if line.bytes().as_deref() == Some(digest) {
                return Ok(Some(Filed::Duplicate));
            }
            if line.int() == order {
                filed = Some(Filed::Conflict(OTHER_BYTES));
            }
        }
        Ok(filed)
    }

    fn local(&self, local: &LocalId) -> Vec<u8> {
        self.ring.secret.name("local", &[&self.to.feed, &local.authority, &local.id])
    }

    /// The person of a unit that carries a verified number; links the sender's names to it and releases what waited for
    /// that. `None` where one of these names is already somebody else's.
    fn sure(
        &mut self,
        link: &mut dyn Link,
        number: &NhsNumber,
        locals: &[Vec<u8>],
    ) -> Result<Option<Vec<u8>>, StoreFault> {
        let token = self.ring.secret.token(number).map_err(|_| StoreFault::WrongKey)?;
        for local in locals {
            let known = self.person_of(link, local)?;
            if known.as_ref().is_some_and(|known| *known != token) {
                return Ok(None);
            }
        }
        for local in locals {
            if self.party(link, local)?.person.is_none() {
                self.set_party(link, local, "person", Some(&token))?;
                // An extract releases what waited once, at its end: row by row would read all of it for every person.
                if self.to.mode == Mode::Messages {
                    self.move_rows(link, local, Some(&token))?;
                }
            }
        }
        Ok(Some(token))
    }

    /// The person of a unit without one: whoever the sender's own name stands for, if its number does not contradict.
    fn unsure(&self, link: &mut dyn Link, why: Untraced, locals: &[Vec<u8>]) -> Result<Placed, StoreFault> {
        let may_be_released = matches!(why, Untraced::NoNumber | Untraced::NotVerified);
        let Some(subject) = locals.first().filter(|_| may_be_released) else {
            return Ok((None, Filed::Held(why), None));
        };
        for local in locals {
            if let Some(token) = self.person_of(link, local)? {
                return Ok((Some(token), Filed::Taken, Some(subject.clone())));
            }
        }
        Ok((None, Filed::Held(why), Some(subject.clone())))
    }

    /// Joins or parts two records of the sender. Words if it must not be.
    fn act(
        &mut self,
        link: &mut dyn Link,
        act: &Act,
        unit: &Unit,
    ) -> Result<Option<&'static str>, StoreFault> {
        match act {
            Act::Merge { retired, survivor } => {
                let (retired, survivor) = (self.local(retired), self.local(survivor));
                let theirs = self.person_of(link, &retired)?;
                let own = match &unit.whose {
                    Whose::Person(number) => {
                        Some(self.ring.secret.token(number).map_err(|_| StoreFault::WrongKey)?)
                    }
                    _ => self.person_of(link, &survivor)?,
                };
                if let (Some(theirs), Some(own)) = (&theirs, &own)
                    && theirs != own
                {
                    return Ok(Some(TWO_NUMBERS));
                }
                self.set_party(link, &retired, "into_local", Some(&survivor))?;
                // Whichever of the two was traced, both are that person's now.
                let person = own.or(theirs);
                if let Some(person) = &person
                    && self.party(link, &survivor)?.person.is_none()
                {
                    self.set_party(link, &survivor, "person", Some(person))?;
                    self.move_rows(link, &survivor, Some(person))?;
                }
                self.move_rows(link, &retired, person.as_deref())?;
            }
            Act::Delete => {}
            Act::Unmerge { restored, .. } => {
                let restored = self.local(restored);
                self.set_party(link, &restored, "into_local", None)?;
                let own = self.party(link, &restored)?.person;
                self.move_rows(link, &restored, own.as_deref())?;
            }
        }
        Ok(None)
    }

    fn party(&self, link: &mut dyn Link, local: &[u8]) -> Result<Party, StoreFault> {
        let sql = "SELECT person, into_local FROM party WHERE scope = $1 AND local = $2";
        let lines = link.query(sql, &[Value::Text(&self.to.scope()), Value::Bytes(local)])?;
        let party = |mut line: Line| Party { person: line.bytes(), into: line.bytes() };
        Ok(lines.into_iter().next().map(party).unwrap_or_default())
    }

    /// Whom a record stands for, through the merges it went through.
    fn person_of(&self, link: &mut dyn Link, local: &[u8]) -> Result<Option<Vec<u8>>, StoreFault> {
        let mut local = local.to_vec();
        for _ in 0..MERGES_MAX {
            let party = self.party(link, &local)?;
            match party.into {
                Some(into) => local = into,
                None => return Ok(party.person),
            }
        }
        Ok(None)
    }

    fn set_party(
        &self,
        link: &mut dyn Link,
        local: &[u8],
        column: &'static str,
        value: Option<&[u8]>,
    ) -> Result<(), StoreFault> {
        let sql = format!(
            "INSERT INTO party (scope, local, {column}) VALUES ($1, $2, $3) \
             ON CONFLICT (scope, local) DO UPDATE SET {column} = excluded.{column}"
        );
        let scope = self.to.scope();
        link.execute(&sql, &[Value::Text(&scope), Value::Bytes(local), Value::maybe(value)]).map(drop)
    }

    /// Seals every row of one record of the sender for another owner. Records merged into it move with it.
    fn move_rows(&mut self, link: &mut dyn Link, local: &[u8], to: Option<&[u8]>) -> Result<(), StoreFault> {
        let mut waiting = vec![local.to_vec()];
        let mut seen = std::collections::HashSet::new();
        while let Some(local) = waiting.pop() {
            if !seen.insert(local.clone()) {
                continue;
            }
            let sql = format!(
                "SELECT n, person, key, key_id, sealed FROM {} WHERE subject = $1",
                self.to.content()
            );
            for line in link.query(&sql, &[Value::Bytes(&local)])? {
                self.move_row(link, line, to)?;
            }
            let sql = "SELECT local FROM party WHERE scope = $1 AND into_local = $2";
            let merged = link.query(sql, &[Value::Text(&self.to.scope()), Value::Bytes(&local)])?;
            waiting.extend(merged.into_iter().filter_map(|mut line| line.bytes()));
        }
        Ok(())
    }

    fn move_row(&mut self, link: &mut dyn Link, mut line: Line, to: Option<&[u8]>) -> Result<(), StoreFault> {
        let (n, person, key) = (line.int(), line.bytes(), line.bytes().unwrap_or_default());
        let (key_id, sealed) = (line.int(), line.bytes().unwrap_or_default());
        if person.as_deref() == to {
            return Ok(());
        }
        let body = self.ring.opened(self.ods, &self.to.feed, person.as_deref(), &key, key_id, &sealed)?;
        let sealed = self.sealed(to, &key, &body)?;
        let current = self.ring.current()?.id;
        let sql =
            format!("UPDATE {} SET person = $1, key_id = $2, sealed = $3 WHERE n = $4", self.to.content());
        let values = [Value::maybe(to), Value::Int(current), Value::Bytes(&sealed), Value::Int(n)];
        link.execute(&sql, &values).map(drop)
    }

    fn sealed(&mut self, person: Option<&[u8]>, key: &[u8], body: &[u8]) -> Result<Vec<u8>, StoreFault> {
        let place = place(self.ods, &self.to.feed, person, key);
        if self.ready.as_ref().is_none_or(|(of, _)| of.as_deref() != person) {
            let seal = self.ring.seal_of(self.ring.current()?, person)?;
            self.ready = Some((person.map(<[u8]>::to_vec), seal));
        }
        let (_, seal) = self.ready.as_ref().ok_or(StoreFault::WrongKey)?;
        seal.close(&place, body).map_err(|_| StoreFault::WrongKey)
    }

    fn name(&self, link: &mut dyn Link, n: i64, unit: &Unit) -> Result<(), StoreFault> {
        for name in &unit.names {
            let name = self.ring.secret.name("resource", &[name]);
            let sql = format!("INSERT INTO {} (name, n) VALUES ($1, $2)", self.to.names());
            link.execute(&sql, &[Value::Bytes(&name), Value::Int(n)])?;
        }
        Ok(())
    }

    /// Files what was held because its person stood later in the same extract: one step, from behind row `after` on. How
    /// many, and the last row; `None` where none is left.
    pub(crate) fn release(
        &mut self,
        link: &mut dyn Link,
        after: i64,
    ) -> Result<Option<(i64, i64)>, StoreFault> {
        let sql = format!(
            "SELECT c.n, c.person, c.key, c.key_id, c.sealed, p.person FROM {} c \
             JOIN party p ON p.scope = $1 AND p.local = c.subject \
             WHERE c.n > $2 AND c.person IS NULL AND p.person IS NOT NULL ORDER BY c.n LIMIT $3",
            self.to.content()
        );
        let values = [Value::Text(&self.to.scope()), Value::Int(after), Value::Int(RELEASED_AT_ONCE)];
        let (mut released, mut last) = (0, None);
        for line in link.query(&sql, &values)? {
            let mut cells: Vec<_> = line.0.collect();
            last = cells.first().map(Cell::int);
            let to = cells.pop().and_then(|mut cell| cell.bytes());
            self.move_row(link, Line(cells.into_iter()), to.as_deref())?;
            released += 1;
        }
        let sql = "UPDATE generation SET taken = taken + $1, held = held - $1 WHERE id = $2";
        link.execute(sql, &[Value::Int(released), Value::Int(self.to.id)])?;
        Ok(last.map(|last| (released, last)))
    }
}

impl Ring {
    /// A key made ready for the owner a `person` column names.
    pub(crate) fn seal_of(
        &self,
        key: &crate::key::PartnerKey,
        person: Option<&[u8]>,
    ) -> Result<Seal, StoreFault> {
        let number = match person {
            Some(token) if !token.is_empty() => Some(self.secret.number(token).ok_or(StoreFault::Damaged)?),
            _ => None,
        };
        self.seal(key, number.as_ref().map_or(Owner::Held, Owner::Person))
    }

    /// The content of one row.
    #[expect(clippy::too_many_arguments, reason = "each is a column of the row, and all of them bind it")]
    pub(crate) fn opened(
        &self,
        ods: &str,
        feed: &str,
        person: Option<&[u8]>,
        key: &[u8],
        key_id: i64,
        sealed: &[u8],
    ) -> Result<Vec<u8>, StoreFault> {
        let seal = self.seal_of(self.by_id(key_id)?, person)?;
        seal.open(&place(ods, feed, person, key), sealed).map_err(|_| StoreFault::Damaged)
    }
}
