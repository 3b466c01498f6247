//! A node as its partner sees it: what is sent, what is asked afterwards, and what the log says of it.

use super::*;
use crate::testing::{
    breaking::{Allowed, Breaking},
    *,
};

/// Extracts in, whole or not at all.
mod loads;
/// What lies on what.
mod layers;
/// Messages, and whose they are.
mod filing;
/// What a steward does.
mod stewardship;
/// Keys, and their change.
mod keys;
/// Copies, and back.
mod copies;
/// A disk that fills.
mod full;
/// What must stand nowhere in clear.
mod canary;

/// Over a store that a test can break.
pub(crate) fn breaking(fixture: &Fixture) -> (Node, Allowed) {
    let config = Config::load(&fixture.config_path()).unwrap();
    let allowed = Allowed::all();
    let inner = sql::open(&config.store).unwrap();
    let database = Box::new(Breaking { inner, allowed: allowed.clone() });
    let _on = fixture.runtime.enter();
    let node = Node::over(&fixture.config_path(), config, database, fixture.clock()).unwrap();
    (node, allowed)
}

/// Everything that is answered about a person, as types and JSON, in a stable order.
pub(crate) fn answered(node: &Node, nth: usize) -> Vec<String> {
    let all = node.everything(&number(nth)).unwrap_or_else(|fault| panic!("{fault}"));
    let mut said: Vec<String> =
        all.shown.into_iter().map(|one| format!("{} {}", one.resource_type, one.json)).collect();
    said.extend(all.patient);
    said.sort();
    said
}

pub(crate) fn is_known(node: &Node, nth: usize) -> bool {
    node.everything(&number(nth)).unwrap().patient.is_some()
}

pub(crate) fn notes(node: &Node, nth: usize) -> Vec<String> {
    node.everything(&number(nth)).unwrap().notes.into_iter().map(|note| note.text).collect()
}

/// What the report of a receipt says, without its heading.
pub(crate) fn report(fixture: &Fixture, receipt: &crate::receipt::Receipt) -> Vec<String> {
    let path = fixture.state().join("reports").join(receipt.report.as_deref().unwrap());
    std::fs::read_to_string(path).unwrap().lines().skip(1).map(str::to_owned).collect()
}
