//! Takes an order that was carried out, destroys the keys of the months that it ends, so that what was deleted cannot be had from
//! a backup either. What stays of such a month is sealed anew before, under the month of the order. A key goes only when nothing
//! in the store is sealed under it any more.

use super::{Order, RetentionFault, Scope, What, acts};
use crate::{
    Entry, Millis,
    seal::{
        self, Keys, Use,
        month::{Lost, Month, Name, Of},
    },
    store::{columns_of, removal::Removal, rows},
};
use sql::{Fault, Link, Value};

/// Rows sealed anew in one transaction.
const AT_ONCE: usize = 1_000;

/// The keys that an order is the end of. Erasing one entry or one opening ends no month.
pub(super) fn over(keys: &Keys, order: &Order) -> Result<Vec<Name>, RetentionFault> {
    let (Some(months), Scope::Before { at_s }) = (keys.months(), &order.scope) else { return Ok(Vec::new()) };
    let names = months.names().map_err(|lost| RetentionFault::Month(io(lost)))?.into_iter();
    let is_over = |name: &Name| name.month.end_s().is_some_and(|end_s| end_s <= *at_s);
    Ok(names.filter(is_over).filter(|name| order.what == What::Entries || name.of == Of::Manifests).collect())
}

/// Seals under the key of the month `at` is in whatever stays.
pub(super) fn sealed_anew(
    removal: &mut Removal,
    keys: &Keys,
    (over, at): (&[Name], Millis),
) -> Result<(), RetentionFault> {
    for (of, table) in [(Of::Entries, "entry"), (Of::Manifests, "manifest")] {
        let months: Vec<Month> = over.iter().filter(|name| name.of == of).map(|name| name.month).collect();
        let mut from = (!months.is_empty()).then_some(0);
        while let Some(begin) = from {
            let mut done = Ok(None);
            let written = removal.transact(&mut |link| {
                done = some(link, keys, (of, table), (&months, begin, at))?;
                done.as_ref().map(drop).map_err(|_| Fault::Damaged)
            });
            from = done?;
            written.map_err(RetentionFault::Remove)?;
        }
    }
    Ok(())
}

/// Whatever was sealed under these can be had no more. Gives their names.
pub(super) fn destroyed(keys: &Keys, over: Vec<Name>) -> Result<Vec<String>, RetentionFault> {
    let Some(months) = keys.months() else { return Ok(Vec::new()) };
    let destroy = |name: Name| months.destroy(name).map(|()| name.to_string());
    over.into_iter().map(destroy).collect::<Result<_, _>>().map_err(|lost| RetentionFault::Month(io(lost)))
}

type Done = Result<Option<u64>, RetentionFault>;

/// The next rows under those keys. Gives where to go on, if there are more.
fn some(
    link: &mut dyn Link,
    keys: &Keys,
    (of, table): (Of, &str),
    (months, from, at): (&[Month], u64, Millis),
) -> Result<Done, Fault> {
    let begins: Vec<_> = months.iter().map(|month| seal::begins(*month)).collect();
    let mut values = vec![rows::int(from)];
    let places = rows::places(&mut values, begins.iter().map(|begin| Value::Bytes(begin)));
    let sql = format!(
        "SELECT t.idx, e.key, t.sealed FROM {table} t JOIN entry e ON e.idx = t.idx
         WHERE t.idx >= $1 AND substr(t.sealed, 1, 5) IN ({places}) ORDER BY t.idx LIMIT {AT_ONCE}"
    );
    let mut next = None;
    for mut line in link.query(&sql, &values)? {
        let (index, key, sealed) = (line.int().cast_unsigned(), line.text(), rows::bytes(&mut line)?);
        let Some(row) = anew(keys, of, (&key, &sealed), at) else {
            return Ok(Err(RetentionFault::Sealed(index)));
        };
        let columns = row.columns.as_ref();
        match columns {
            Some((person, professional)) => link.execute(
                "UPDATE entry SET sealed = $1, person = $2, professional = $3 WHERE idx = $4",
                &[
                    Value::Bytes(&row.sealed),
                    rows::maybe(person.as_ref()),
                    rows::maybe(professional.as_ref()),
                    rows::int(index),
                ],
            )?,
            None => link.execute(
                "UPDATE manifest SET sealed = $1 WHERE idx = $2",
                &[Value::Bytes(&row.sealed), rows::int(index)],
            )?,
        };
        next = Some(index + 1);
    }
    Ok(Ok(next))
}

/// A row as it stands from here on.
struct Row {
    sealed: Vec<u8>,
    /// Of an entry.
    columns: Option<(Option<crate::hash::Hash>, Option<crate::hash::Hash>)>,
}

/// The same salt and text under another key. `None`: it does not open.
fn anew(keys: &Keys, of: Of, (key, sealed): (&str, &[u8]), at: Millis) -> Option<Row> {
    let of_row = if of == Of::Entries { Use::Entry } else { Use::Manifest };
    let plain = keys.open(of_row, key.as_bytes(), sealed).ok()?;
    let columns = match of {
        Of::Manifests => None,
        Of::Entries => {
            let entry = acts::opened(keys, key, sealed)?;
            Some(columns_of(keys, &Entry { at, ..entry }).ok()?)
        }
    };
    Some(Row { sealed: keys.seal_at(at, of_row, key.as_bytes(), &plain).ok()?, columns })
}

fn io(lost: Lost) -> std::io::Error {
    match lost {
        Lost::Directory(fault) => fault,
        lost => std::io::Error::other(lost),
    }
}
