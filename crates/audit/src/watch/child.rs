//! PO-13: the record of a child was opened by a role that does no work with children. That the person is a child is in the entry as
//! a flag; how old they are is not.

use super::{
    Rule, Thresholds, Tipped,
    seen::{Act, Seen},
};
use crate::cause::CHILD;

const WHAT: &str = "the record of a child was opened by a role that does no work with children";

/// Once for each opening.
pub(super) fn take(seen: &Seen<'_>, thresholds: &Thresholds) -> Option<Tipped> {
    let is_child = seen.entry.flags.iter().any(|flag| flag == CHILD);
    if seen.act != Act::Opened || !is_child || thresholds.children_roles.contains(seen.role) {
        return None;
    }
    let opening = seen.entry.opening.as_ref()?;
    Some(Tipped {
        of: seen.other(&["opening", opening.as_str()]),
        ..Tipped::by(seen, Rule::ChildOpened, WHAT)
    })
}
