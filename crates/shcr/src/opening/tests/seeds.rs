//! AU3: whole gateways by seeds. Partners that are slow, broken, silent or about somebody else; a store whose transactions fail, or of
//! which nobody knows; readers that leave. What must always hold, holds after each.

use super::{
    gateway::{Gateway, partners, text},
    partners::{Behaves, Partner},
};
use crate::{clock, program::store_settings};
use audit::store::testing::{Dice, Faults};
use futures_util::{StreamExt, stream};
use miette::IntoDiagnostic;
use std::collections::BTreeMap;

/// Without a word of the environment.
const FEW: u64 = 200;
/// Each in a folder of its own.
const AT_ONCE: usize = 6;
/// How often the store fails: five of so many transactions, or hardly ever.
const SIDES: [u64; 4] = [12, 30, 90, u64::MAX];

/// How many seeds, and the first; `SHCR_SEEDS` and `SHCR_SEED` for others.
fn seeds(few: u64) -> std::ops::Range<u64> {
    let said = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let first = said("SHCR_SEED").unwrap_or(0);
    first..first + said("SHCR_SEEDS").unwrap_or(few)
}

fn behaviour(dice: &mut Dice) -> Behaves {
    match dice.throw(20) {
        0 => Behaves::Slow(dice.throw(300)),
        1 => Behaves::Status(503),
        2 => Behaves::Status(403),
        3 => Behaves::Broken,
        4 => Behaves::Torn,
        5 => Behaves::Another,
        6 => Behaves::Hangs,
        _ => Behaves::Well,
    }
}

/// What a reader has: all of the page, or so many parts of it.
async fn read(gateway: &Gateway, dice: &mut Dice, hangs: bool) -> Option<String> {
    let within = gateway.host.launched(&gateway.program).await?;
    let page = gateway.page(&within).await?;
    // Nobody waits eight seconds in a test for a partner that is silent.
    let leaves = hangs || dice.throw(4) == 0;
    let most = if hangs { 3 } else { 8 };
    let parts = if leaves { usize::try_from(dice.throw(most)).unwrap() } else { usize::MAX };
    Some(text(page.take(parts).collect().await))
}

/// One seed: what came of its openings.
async fn run(seed: u64, partners: [Partner; 2]) -> Vec<&'static str> {
    let mut dice = Dice::of(seed);
    let sides = SIDES[usize::try_from(dice.throw(4)).unwrap()];
    let faults = Faults::of(seed, sides);
    faults.cease(true);
    let opened = Gateway::over(partners, |config, key| {
        faults.store(store_settings(config, key)?, clock::millis()).into_diagnostic()
    });
    let gateway = opened.await.unwrap();
    faults.cease(false);
    let (mut pages, mut came) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        let behave = [behaviour(&mut dice), behaviour(&mut dice)];
        gateway.partners.iter().zip(behave).for_each(|(partner, behaves)| partner.behave(behaves));
        match read(&gateway, &mut dice, behave.contains(&Behaves::Hangs)).await {
            None => came.push("refused"),
            Some(page) => {
                came.push(if page.contains("id=\"complete\"") { "whole" } else { "cut" });
                let shown = gateway.partners.iter().filter(|partner| page.contains(&partner.mark()));
                came.push(["nothing shown", "one shown", "both shown"][shown.count()]);
                pages.push(page);
            }
        }
    }
    gateway.partners.iter().for_each(|partner| partner.behave(Behaves::Well));
    faults.cease(true);
    // What was under way ends by itself, or is swept.
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    gateway.sweep().await;
    gateway.was_recorded_before_asked(&format!("seed {seed}"));
    gateway.holds(&pages, &format!("seed {seed}"));
    came
}

#[tokio::test(flavor = "multi_thread")]
async fn au3_whatever_fails_nothing_is_asked_or_shown_unrecorded_and_nothing_is_told_as_less() {
    let runs = seeds(FEW).map(|seed| async move {
        let ended = tokio::spawn(run(seed, partners().await)).await;
        ended.unwrap_or_else(|_| panic!("seed {seed} failed: SHCR_SEED={seed} SHCR_SEEDS=1 runs it again"))
    });
    let came: Vec<Vec<&str>> = stream::iter(runs).buffer_unordered(AT_ONCE).collect().await;
    let mut met: BTreeMap<&str, u32> = BTreeMap::new();
    came.into_iter().flatten().for_each(|what| *met.entry(what).or_default() += 1);
    println!("met: {met:?}");
    let all = ["both shown", "cut", "nothing shown", "one shown", "refused", "whole"];
    let is_few = seeds(FEW).count() < 50;
    assert!(is_few || all.iter().all(|what| met.contains_key(what)), "everything was met: {met:?}");
}
