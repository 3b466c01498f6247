//! What must hold once a simulation is over: of the whole log, of every page somebody has, and of what was acknowledged.

use super::{answers::Label, network::PLACES, watch::Law, world::World};
use crate::clock;
use audit::{Entry, Kind, Receipt, hash::Hash, tree};
use std::collections::{BTreeMap, BTreeSet};

/// Longer than any opening lasts.
const LATER_MS: i64 = 60 * 60 * 1_000;

/// What the store gave somebody in writing while it ran.
#[derive(Default)]
pub(super) struct Given {
    /// To a clerk who writes an entry now and then.
    pub(super) receipts: Vec<Receipt>,
    /// Checkpoints as they were published: size and root.
    pub(super) checkpoints: BTreeMap<u64, BTreeSet<Hash>>,
}

pub(super) async fn at_the_end(world: &World, given: &Given) {
    let later = clock::millis().plus_ms(LATER_MS);
    let Some(store) = world.store(0) else { return };
    while store.sweep(later, later).await.is_ok_and(|swept| swept > 0) {}
    of_the_log(world);
    of_openings(world);
    of_what_was_given(world, given);
}

/// The independent check of the file, as an auditor runs it.
fn of_the_log(world: &World) {
    let place = world.folder().join("audit.sqlite");
    let months = world.folder().join("audit-months");
    match audit::verify(&place, Some([0x42; 32]), Some(&months)) {
        Ok(verified) => {
            let ledger = world.watch.ledger();
            let size = ledger.size();
            drop(ledger);
            world.watch.must(verified.entries == size, Law::I6, || {
                format!("{} entries, and {size} were seen", verified.entries)
            });
            world.watch.must(verified.unclosed == 0, Law::I8, || {
                format!("{} openings without an end", verified.unclosed)
            });
        }
        Err(fault) => world.watch.broken(Law::I6, format!("the file is not as it was written: {fault}")),
    }
    let doubled = world.shared().doubled().unwrap_or(u64::MAX);
    world.watch.must(doubled == 0, Law::I6, || format!("{doubled} entries stand more than once"));
}

/// I8, I3 and what was shown, by the ends of openings.
fn of_openings(world: &World) {
    let (opens, ends) = {
        let ledger = world.watch.ledger();
        (ledger.opens.clone(), ledger.ends.clone())
    };
    for (opening, open) in &opens {
        let ordinal = world.net.ordinal(opening);
        let told = || format!("opening {ordinal:?}");
        let [end] = ends.get(opening).map(Vec::as_slice).unwrap_or_default() else {
            world.watch.broken(Law::I8, format!("{} has not one end", told()));
            continue;
        };
        world.watch.met(if end.kind == Kind::Close { "closed" } else { "swept" });
        let named: BTreeSet<&str> = end.sources.iter().map(|line| line.source.as_str()).collect();
        let is_each = open.sources.iter().all(|source| named.contains(source.as_str()))
            && end.sources.iter().all(|line| line.state.as_ref().is_some_and(|state| !state.is_empty()));
        world.watch.must(is_each, Law::I8, || format!("{}: a source without an end", told()));
        if end.kind == Kind::Close {
            let is_once = end.sources.len() == named.len();
            world.watch.must(is_once, Law::I8, || format!("{}: a source with two ends", told()));
            is_empty_where_it_says_so(world, end, ordinal);
        }
    }
    let pages = std::mem::take(&mut *world.pages.lock().unwrap());
    for (visit, read) in &pages {
        for label in &read.labels {
            is_told_as_no_less(world, (*visit, label), &ends);
        }
    }
}

/// I3 in the log.
fn is_empty_where_it_says_so(world: &World, end: &Entry, ordinal: Option<usize>) {
    let state_of = |place: &str| end.sources.iter().find(|line| line.source == place)?.state.clone();
    for place in PLACES.iter().filter(|place| state_of(place.id).as_deref() == Some("answered-empty")) {
        let truth = ordinal.map(|ordinal| world.net.truth(ordinal, place.id)).unwrap_or_default();
        let all = truth.of(|kind| kind != "metadata");
        world.watch.must(all.is_some_and(|(is_whole, some)| is_whole && !some), Law::I3, || {
            format!("the end of opening {ordinal:?} says that {} was empty, which said {truth:?}", place.id)
        });
    }
}

fn is_told_as_no_less(world: &World, (visit, label): (usize, &Label), ends: &BTreeMap<String, Vec<Entry>>) {
    let opening = world.net.opening(label.opening).unwrap_or_default();
    let lines = ends.get(&opening).into_iter().flatten().flat_map(|end| &end.sources);
    let states: Vec<&str> =
        lines.filter(|line| line.source == label.source).filter_map(|line| line.state.as_deref()).collect();
    let is_no_less = |state: &&str| state.starts_with("answered") || *state == "possibly-shown";
    let holds = !states.is_empty() && states.iter().all(is_no_less);
    world
        .watch
        .must(holds, Law::Told, || format!("v{visit}: {label:?} was shown, and its end says {states:?}"));
}

/// I6.
fn of_what_was_given(world: &World, given: &Given) {
    let leaves = world.shared().leaves().unwrap_or_default();
    let stands = |index: u64, leaf: Hash| {
        let at = usize::try_from(index).ok().and_then(|index| leaves.get(index));
        at.is_some_and(|(stored, _)| *stored == leaf)
    };
    for receipt in &given.receipts {
        let holds = stands(receipt.index, receipt.leaf);
        world.watch.must(holds, Law::I6, || format!("acknowledged as leaf {}, and not there", receipt.index));
    }
    for told in world.shared().told() {
        world.watch.must(stands(told.index, told.leaf), Law::I6, || {
            format!("a writer said that leaf {} is durable, and it is not there", told.index)
        });
    }
    let hashes: Vec<Hash> = leaves.iter().map(|(_, in_tree)| *in_tree).collect();
    for (size, roots) in &given.checkpoints {
        let part = usize::try_from(*size).ok().and_then(|size| hashes.get(..size));
        let root = part.map(tree::root_of);
        let holds = root.is_some_and(|root| roots.iter().all(|published| *published == root));
        world.watch.must(holds, Law::I6, || {
            format!("a checkpoint of {size} leaves that the log does not begin with")
        });
    }
}
