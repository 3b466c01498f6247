//! AU8: a store behind faults, simulated: a file whose transactions fail before, within, at and after their commit, by a seed.
//! Whatever was acknowledged is there once, and nothing else is said to be.

use super::{
    conform::{settled, verified},
    *,
};
use crate::store::testing::{Fate, Faults};
use std::collections::BTreeMap;

fn store(dir: &Path, faults: &Faults) -> Store {
    for _ in 0..200 {
        match faults.store(sample::settings(dir), NOW) {
            Ok(store) => return store,
            // A program another test starts holds our lock until it runs.
            Err(StoreFault::Start(_) | StoreFault::Connect(_) | StoreFault::Held) => {}
            Err(fault) => panic!("{fault:?}"),
        }
    }
    panic!("the store did not open in 200 attempts");
}

/// Openings begun, shown, closed and left, with the store let go of in between. What was acknowledged comes back.
async fn run(dir: &Path, faults: &Faults) -> BTreeMap<u64, String> {
    let mut acknowledged = BTreeMap::new();
    let mut keep = |receipt: &Receipt, what: String| {
        let before = acknowledged.insert(receipt.index, what.clone());
        assert!(before.is_none_or(|before| before == what), "two entries were given one place");
    };
    let mut at = store(dir, faults);
    for n in 1..=6_u8 {
        let opening = sample::opening(n);
        let entry = sample::open(n);
        let opened =
            settled(async || at.open_opening(opening.clone(), entry.clone(), NOW).await).await.unwrap();
        keep(opened.receipt(), entry.key.as_str().to_owned());
        for part in 1..=2 {
            let entry = sample::disclosure(n, "gp", part);
            let shown = async || at.disclose(&opened, entry.clone(), b"{}".to_vec(), NOW).await;
            settled(shown).await.unwrap();
        }
        let calls: Vec<Entry> = (0..3).map(|m| sample::refused(u32::from(n) * 10 + m)).collect();
        for (receipt, entry) in
            settled(async || at.append(calls.clone(), NOW).await).await.unwrap().iter().zip(&calls)
        {
            keep(receipt, entry.key.as_str().to_owned());
        }
        settled(async || at.checkpoint(NOW).await).await.unwrap();
        if n % 3 == 0 {
            drop(at);
            at = store(dir, faults);
        } else {
            settled(async || at.close(&opened, sample::close(n), NOW).await).await.unwrap();
        }
    }
    let mut swept = 0;
    while swept < 2 {
        swept += at.sweep(NOW.plus_ms(1), NOW).await.unwrap_or(0);
        if verified(dir).unclosed == 0 {
            break;
        }
    }
    acknowledged
}

async fn holds(dir: &Path, seed: u64) -> BTreeMap<Fate, u32> {
    let faults = Faults::of(seed, 12);
    let acknowledged = run(dir, &faults).await;
    let seen = verified(dir);
    assert_eq!((seen.openings, seen.unclosed, seen.manifests), (6, 0, 12), "seed {seed}");
    let views = inspect(&sample::settings(dir).place, KEY, &Filter::default()).unwrap();
    for (index, key) in &acknowledged {
        let stands = views.iter().find(|view| view.index == *index).map(|view| view.entry["key"].clone());
        assert_eq!(stands.as_ref().and_then(|key| key.as_str()), Some(key.as_str()), "seed {seed}: HAZ-030");
    }
    let mut keys: Vec<String> = views.iter().map(|view| view.entry["key"].to_string()).collect();
    let count = keys.len();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), count, "seed {seed}: each once");
    faults.met()
}

/// How many seeds; `SHCR_SEEDS` for more of them.
fn seeds(few: u64) -> u64 {
    std::env::var("SHCR_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(few)
}

#[tokio::test(flavor = "multi_thread")]
async fn au8_behind_faults_what_was_acknowledged_stands_once_and_nothing_is_said_that_is_not() {
    let mut met: BTreeMap<Fate, u32> = BTreeMap::new();
    for seed in 0..seeds(40) {
        let memory = Path::new("/dev/shm");
        let dir = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        for (fate, times) in holds(dir.unwrap().path(), seed).await {
            *met.entry(fate).or_default() += times;
        }
    }
    println!("met: {met:?}");
    assert_eq!(met.len(), 7, "every fate was met: {met:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn au8_behind_faults_on_a_server_too() {
    let Some(pair) = tokio::task::block_in_place(server::Pair::start) else { return };
    for seed in 0..seeds(4) {
        let dir = tempfile::tempdir().unwrap();
        tokio::task::block_in_place(|| pair.tables(dir.path()));
        holds(dir.path(), seed).await;
    }
}
