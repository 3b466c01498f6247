//! Values of the audit's own among those a row holds.

use crate::hash::Hash;
use sql::{Fault, Line, Link, Value, first};

/// The next cell of a row, which is a hash.
pub(crate) fn hash(line: &mut Line) -> Result<Hash, Fault> {
    maybe_hash(line)?.ok_or(Fault::Damaged)
}

/// The next cell of a row, where it is not empty.
pub(crate) fn maybe_hash(line: &mut Line) -> Result<Option<Hash>, Fault> {
    line.bytes().map(|bytes| Hash::try_from(bytes.as_slice()).map_err(|_| Fault::Damaged)).transpose()
}

/// The next cell of a row, which holds bytes.
pub(crate) fn bytes(line: &mut Line) -> Result<Vec<u8>, Fault> {
    line.bytes().ok_or(Fault::Damaged)
}

/// A number that is there in every case.
pub(crate) fn number(link: &mut dyn Link, sql: &str, values: &[Value<'_>]) -> Result<i64, Fault> {
    first(link, sql, values)?.and_then(|mut line| line.maybe_int()).ok_or(Fault::Damaged)
}

/// `$3, $4`: where these values stand, put behind the others.
pub(crate) fn places<'a>(values: &mut Vec<Value<'a>>, more: impl Iterator<Item = Value<'a>>) -> String {
    let first = values.len() + 1;
    values.extend(more);
    let places: Vec<String> = (first..=values.len()).map(|place| format!("${place}")).collect();
    places.join(", ")
}

/// Indexes and sizes are counted without a sign, and stored with one.
pub(crate) fn int(number: u64) -> Value<'static> {
    Value::Int(number.cast_signed())
}

/// A hash, where there is one.
pub(crate) fn maybe(hash: Option<&Hash>) -> Value<'_> {
    Value::maybe(hash.map(Hash::as_slice))
}
