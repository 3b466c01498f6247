//! Takes two people's order, gives the store without the bodies, salts, manifests and search columns that it covers, once an
//! entry that says so is durable. Leaves, tiles, checkpoints and commitments stay, so every proof holds for ever. Refuses an
//! order nobody has tried before; what is held, an opening that is not closed, and what is younger than the rule stay.
//! Source: audit.md section 9.

/// How long something is kept.
mod period;
/// What an order covers, and the words it is kept in.
mod scope;
/// What was held, tried and deleted before.
pub(crate) mod acts;
/// The store gone through once: what goes and what stays.
mod pass;
/// What may not be deleted.
mod hold;
/// The keys of months that are over.
mod months;

pub use acts::{Gap, Gone};
pub use hold::Held;
pub use pass::{Tally, tally};
pub use period::{NotAPeriod, Period};
pub use scope::{Scope, What};

use crate::{
    Entry, Key, Kind, Millis, hash, seal,
    seal::Keys,
    store::{Fault, Place, Store, removal::Removal},
};
pub(crate) use acts::DELETED;
use acts::TRIED;
use std::{collections::BTreeMap, fmt};

/// Fewer characters name no authority and give no reason.
const SHORTEST: usize = 10;
/// What is typed is never longer.
const LONGEST: usize = 1_000;

/// Why nothing was held, tried or deleted, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum RetentionFault {
    #[error("could not read the store")]
    Read(#[source] sql::Fault),
    #[error("no key could be derived")]
    Key,
    #[error("the entry at index {0} does not open under this key: evidence of damage is not deleted")]
    Sealed(u64),
    #[error("two people are needed")]
    OnePerson,
    #[error("`{0}` takes {SHORTEST} to {LONGEST} characters")]
    Words(&'static str),
    #[error("nothing goes before its time: the rule `{0}` keeps what is as young as that")]
    TooYoung(String),
    #[error("this was not tried before, or would go otherwise now: run it with `--dry-run` first")]
    NotTried,
    #[error("there is no legal hold at index {0}, or it was lifted")]
    NoHold(u64),
    #[error("it could not be recorded, so nothing is done")]
    Record(#[source] Fault),
    #[error("the order is recorded, and not all of it is carried out: try it again, then run it again")]
    Remove(#[source] sql::Fault),
    #[error(
        "the order is recorded and its bodies are gone; a month's key could not be destroyed: run it again"
    )]
    Month(#[source] std::io::Error),
    #[error("the order is recorded; the store cannot be opened to carry it out")]
    Open(#[source] crate::StoreFault),
}

/// What is to go, by whose word.
#[derive(Clone, PartialEq, Eq)]
pub struct Order {
    pub what: What,
    pub scope: Scope,
    /// Printed wherever the entry stood: `entries after 8 years`, `erasure`.
    pub rule: String,
    /// The Guardian's decision, or the court's reference.
    pub authority: String,
    pub by: String,
    pub second: String,
}

/// Names two people.
impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Order({:?}, {:?})", self.what, self.scope)
    }
}

impl Order {
    /// Everything before a moment, of which the deployment keeps nothing that old.
    pub fn by_rule(what: What, period: &Period, before_s: i64, now: Millis) -> Result<Self, RetentionFault> {
        let rule = format!("{} after {period}", what.name());
        if before_s > period.ends_s(now) {
            return Err(RetentionFault::TooYoung(rule));
        }
        Ok(Self::new(what, Scope::Before { at_s: before_s }, rule))
    }

    /// One entry or one opening, whatever its age.
    pub fn erasure(scope: Scope) -> Self {
        Self::new(What::Entries, scope, "erasure".to_owned())
    }

    fn new(what: What, scope: Scope, rule: String) -> Self {
        let (authority, by, second) = (String::new(), String::new(), String::new());
        Self { what, scope, rule, authority, by, second }
    }

    /// By whose word.
    #[must_use]
    pub fn ordered(self, authority: &str, by: &str, second: &str) -> Self {
        let [authority, by, second] = [authority, by, second].map(|text| text.trim().to_owned());
        Self { authority, by, second, ..self }
    }

    fn check(&self) -> Result<(), RetentionFault> {
        must_be_two(&self.by, &self.second)?;
        is_said("authority", &self.authority)
    }

    fn entry(&self, cause: &str, tally: &Tally, now: Millis) -> Result<Entry, RetentionFault> {
        let covers = self.scope.words(self.what, tally);
        let mut entry = named(cause, if cause == DELETED { &covers } else { "tried" }, now)?;
        let said = [("rule", &self.rule), ("authority", &self.authority), ("by", &self.by)];
        entry.detail = said.into_iter().map(|(name, text)| (name.to_owned(), text.clone())).collect();
        entry.detail.insert("second".to_owned(), self.second.clone());
        entry.detail.extend(settled(&covers, tally));
        Ok(entry)
    }
}

/// An order whose entry is durable. Made by [`record`] alone, and the only way to [`Recorded::carry_out`].
#[derive(Debug)]
pub struct Recorded {
    order: Order,
    end: u64,
    index: u64,
    at: Millis,
}

impl Recorded {
    /// Where the order stands in the log.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Takes away what the order covers, and overwrites where it stood. `place`: as [`tally`], with the role that may delete.
    /// In a file the store must be closed. May be stopped at any moment: what is left goes with the next order.
    pub fn carry_out(&self, place: &Place, key: &[u8; 32]) -> Result<Tally, RetentionFault> {
        let keys = Keys::of(key, place).map_err(|_| RetentionFault::Key)?;
        let mut removal = Removal::open(place).map_err(RetentionFault::Open)?;
        let mut tally = pass::remove(&mut removal, &keys, &self.order, self.end)?;
        let over = months::over(&keys, &self.order)?;
        months::sealed_anew(&mut removal, &keys, (&over, self.at))?;
        removal.scrub().map_err(RetentionFault::Remove)?;
        tally.keys = months::destroyed(&keys, over)?;
        Ok(tally)
    }
}

/// Records what an order would do, without doing it. The counts are those of [`tally`].
pub async fn dry_run(
    store: &Store,
    order: &Order,
    tally: &Tally,
    now: Millis,
) -> Result<u64, RetentionFault> {
    order.check()?;
    append(store, order.entry(TRIED, tally, now)?, now).await
}

/// Makes an order durable. Refused unless the same was tried, with the same counts.
pub async fn record(
    store: &Store,
    order: Order,
    tally: &Tally,
    now: Millis,
) -> Result<Recorded, RetentionFault> {
    order.check()?;
    let covers = order.scope.words(order.what, tally);
    let wanted = settled(&covers, tally);
    if !tally.tried.iter().any(|tried| wanted.iter().all(|(name, value)| tried.get(name) == Some(value))) {
        return Err(RetentionFault::NotTried);
    }
    let index = append(store, order.entry(DELETED, tally, now)?, now).await?;
    Ok(Recorded { order, end: tally.end, index, at: now })
}

/// Nothing that is about this may go any more. `reason` and `authority` are recorded.
pub async fn hold(
    store: &Store,
    held: &Held,
    [by, authority, reason]: [&str; 3],
    now: Millis,
) -> Result<u64, RetentionFault> {
    is_said("authority", authority)?;
    is_said("reason", reason)?;
    if by.trim().is_empty() {
        return Err(RetentionFault::OnePerson);
    }
    let mut entry = named(acts::HELD, "hold", now)?;
    held.write(&mut entry);
    let said = [("by", by), ("authority", authority), ("reason", reason)];
    entry.detail.extend(said.map(|(name, text)| (name.to_owned(), text.trim().to_owned())));
    append(store, entry, now).await
}

/// Ends a hold, by another person than the one who placed it. Blocks while it reads.
pub async fn lift(
    store: &Store,
    (place, key): (&Place, &[u8; 32]),
    (index, by, reason): (u64, &str, &str),
    now: Millis,
) -> Result<u64, RetentionFault> {
    is_said("reason", reason)?;
    let keys = Keys::of(key, place).map_err(|_| RetentionFault::Key)?;
    let acts = place.look(|link| acts::read(link, &keys, 0)).map_err(RetentionFault::Read)?;
    let hold = acts.holds.iter().find(|hold| hold.index == index).ok_or(RetentionFault::NoHold(index))?;
    must_be_two(&hold.by, by)?;
    let mut entry = Entry::new(Kind::Deletion, Key::retention(&["lift", &index.to_string()]), now);
    entry.cause = Some(acts::LIFTED.to_owned());
    let said = [("hold", index.to_string()), ("by", by.trim().to_owned()), ("reason", reason.to_owned())];
    entry.detail = said.map(|(name, text)| (name.to_owned(), text)).into();
    append(store, entry, now).await
}

fn named(cause: &str, part: &str, now: Millis) -> Result<Entry, RetentionFault> {
    let random = seal::random().map_err(|_| RetentionFault::Key)?;
    let id = hash::hex(random.get(..8).unwrap_or_default());
    let begins = if cause == DELETED { "done" } else { "" };
    let parts: Vec<&str> = [begins, part, &id].into_iter().filter(|part| !part.is_empty()).collect();
    let mut entry = Entry::new(Kind::Deletion, Key::retention(&parts), now);
    entry.cause = Some(cause.to_owned());
    entry.software = Some(env!("CARGO_PKG_VERSION").to_owned());
    Ok(entry)
}

/// What an order and its dry run must agree in.
fn settled(covers: &str, tally: &Tally) -> BTreeMap<String, String> {
    let mut settled = BTreeMap::from([("covers".to_owned(), covers.to_owned())]);
    settled.extend(tally.counts().map(|(name, count)| (name.to_owned(), count.to_string())));
    if !tally.indexes.is_empty() {
        let indexes: Vec<String> = tally.indexes.iter().map(u64::to_string).collect();
        settled.insert("indexes".to_owned(), indexes.join(" "));
    }
    settled
}

async fn append(store: &Store, entry: Entry, now: Millis) -> Result<u64, RetentionFault> {
    let receipts = store.append(vec![entry], now).await.map_err(RetentionFault::Record)?;
    receipts.first().map(|receipt| receipt.index).ok_or(RetentionFault::Record(Fault::Unavailable))
}

/// Whether these are two people's names, as far as names tell.
pub fn are_two(first: &str, second: &str) -> bool {
    let [first, second] = [first, second].map(|name| name.trim().to_lowercase());
    !first.is_empty() && !second.is_empty() && first != second
}

fn must_be_two(first: &str, second: &str) -> Result<(), RetentionFault> {
    if are_two(first, second) { Ok(()) } else { Err(RetentionFault::OnePerson) }
}

fn is_said(what: &'static str, text: &str) -> Result<(), RetentionFault> {
    let said = (SHORTEST..=LONGEST).contains(&text.trim().chars().count());
    if said { Ok(()) } else { Err(RetentionFault::Words(what)) }
}

#[cfg(test)]
mod tests;
