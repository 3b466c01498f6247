//! What an opening costs the gateway: its processor time alone, over many openings one after the other; how soon the first
//! section is there with more and more sources hung; and what many openings at once hold in memory. A record that is not whole,
//! or says otherwise who answered, ends the run.

use crate::{
    Outcome, process,
    size::part,
    stage::{Drawn, Region, View},
};
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

#[cfg(test)]
mod tests;

/// Openings with each number of hung sources.
const HUNG: usize = 3;

pub(crate) struct Plan {
    /// Before anything is measured: connections, tokens and memory are then had.
    pub(crate) warm: usize,
    /// Measured one after the other.
    pub(crate) openings: usize,
    /// Of these, measured together: the kernel counts in steps of 10 ms.
    pub(crate) block: usize,
    pub(crate) at_once: usize,
    pub(crate) people: usize,
    pub(crate) seed: u64,
    /// Part of the name of whose record is measured.
    pub(crate) whose: String,
    /// Whether sources are hung too.
    pub(crate) hung: bool,
}

pub(crate) async fn measure(program: &Path, plan: &Plan, say: &mut impl FnMut(&str)) -> Outcome<()> {
    let region = Region::start(program, plan.people, plan.seed).await?;
    alone(&region, plan, say).await?;
    if plan.at_once > 0 {
        together(&region, plan, say).await?;
    }
    if plan.hung {
        hung(&region, plan, say).await?;
    }
    Ok(())
}

/// One after the other.
async fn alone(region: &Region, plan: &Plan, say: &mut impl FnMut(&str)) -> Outcome<()> {
    let gateway = region.gateway().await?;
    let view = region.open(region.named(&plan.whose)?).await?;
    let mut known = warm(&view, plan.warm).await?;
    say(&format!("whose                {}, {} bytes of page", plan.whose, known.text.len()));
    say(&format!("said                 {}", known.coverage()));
    let blocks = (plan.openings / plan.block).max(1);
    let (mut cpu, mut first_byte, mut first_section, mut whole) = (vec![], vec![], vec![], vec![]);
    for _ in 0..blocks {
        let before = gateway.cpu()?;
        for _ in 0..plan.block {
            let drawn = view.draw().await?;
            if drawn.answered() != known.answered() {
                return Err(format!("not as before: {}", drawn.coverage()).into());
            }
            first_byte.push(drawn.first_byte);
            first_section.push(drawn.first_section);
            whole.push(drawn.whole);
            known = drawn;
        }
        cpu.push(gateway.cpu()?.saturating_sub(before) / u32::try_from(plan.block)?);
    }
    say(&format!("openings, page       {}", blocks * plan.block));
    say(&format!("processor, opening   {} (blocks of {})", spread(&mut cpu), plan.block));
    say(&format!("first byte           {}", spread(&mut first_byte)));
    say(&format!("first section        {}", spread(&mut first_section)));
    say(&format!("whole                {}", spread(&mut whole)));
    let mut cpu = Vec::new();
    let set = view.searchset().await?;
    let (length, total) = (set.len(), total(&set)?);
    for _ in 0..blocks {
        let before = gateway.cpu()?;
        for _ in 0..plan.block {
            let found = self::total(&view.searchset().await?)?;
            if found != total {
                return Err(format!("a searchset of {found} entries after one of {total}").into());
            }
        }
        cpu.push(gateway.cpu()?.saturating_sub(before) / u32::try_from(plan.block)?);
    }
    say(&format!("searchset            {total} entries, {length} bytes"));
    say(&format!("processor, searchset {} (blocks of {})", spread(&mut cpu), plan.block));
    say(&format!("peak memory          {} MiB", gateway.peak_kib()? >> 10));
    Ok(())
}

/// How many entries match.
pub(crate) fn total(set: &str) -> Outcome<u64> {
    let set: serde_json::Value = serde_json::from_str(set)?;
    Ok(set.get("total").and_then(serde_json::Value::as_u64).ok_or("a searchset without a total")?)
}

async fn warm(view: &View, openings: usize) -> Outcome<Drawn> {
    let mut last = view.draw().await?;
    for _ in 1..openings {
        last = view.draw().await?;
    }
    Ok(last)
}

/// As many as that at once, of different people's records.
async fn together(region: &Region, plan: &Plan, say: &mut impl FnMut(&str)) -> Outcome<()> {
    let gateway = region.gateway().await?;
    let mut views = Vec::new();
    for number in region.numbers() {
        if views.len() == plan.at_once {
            break;
        }
        // Whoever may not be opened is not.
        if let Ok(view) = region.open(number).await
            && view.draw().await.is_ok()
        {
            views.push(Arc::new(view));
        }
    }
    let before = process::now_kib(gateway.pid())?;
    let (cpu, began) = (gateway.cpu()?, Instant::now());
    let openings: Vec<_> = (0..plan.at_once)
        .filter_map(|place| views.get(place % views.len().max(1)).cloned())
        .map(|view| tokio::spawn(async move { view.draw().await }))
        .collect();
    let (mut whole, mut missed, mut refused) = (0, 0, 0);
    for opening in openings {
        match opening.await? {
            Ok(drawn) if drawn.answered().is_none_or(|(some, all)| some == all) => whole += 1,
            Ok(_) => missed += 1,
            Err(_) => refused += 1,
        }
    }
    let (took, spent) = (began.elapsed(), gateway.cpu()?.saturating_sub(cpu));
    let peak = gateway.peak_kib()?;
    say(&format!("at once              {} openings of {} people", plan.at_once, views.len()));
    say(&format!(
        "ended                {whole} with everybody, {missed} with somebody missing, {refused} refused"
    ));
    say(&format!(
        "took                 {:.1} s, {:.1} s of processor time",
        took.as_secs_f64(),
        spent.as_secs_f64()
    ));
    let each = peak.saturating_sub(before) / u64::try_from(plan.at_once.max(1))?;
    say(&format!(
        "memory               {} MiB before, {} MiB at most: {each} KiB an opening",
        before >> 10,
        peak >> 10
    ));
    Ok(())
}

/// Each source alone never answering; then none, one, two … of them: the practices last, whose word on sharing is waited for whoever
/// else answers.
async fn hung(region: &Region, plan: &Plan, say: &mut impl FnMut(&str)) -> Outcome<()> {
    let mut sources = region.sources();
    sources.sort_by_key(|name| name.starts_with("gp"));
    for source in &sources {
        without(region, plan, (&format!("{source} alone"), &[*source]), say).await?;
    }
    for count in 0..=sources.len() {
        let silent = sources.get(..count).unwrap_or_default();
        without(region, plan, (&format!("{count:>2} hung"), silent), say).await?;
    }
    Ok(())
}

/// One row: the sources of it hang, after a few openings in which nobody did. A gateway of its own each time: what it learns of who
/// hangs is not carried into the next.
async fn without(
    region: &Region,
    plan: &Plan,
    (name, silent): (&str, &[&str]),
    say: &mut impl FnMut(&str),
) -> Outcome<()> {
    let _gateway = region.gateway().await?;
    let view = region.open(region.named(&plan.whose)?).await?;
    warm(&view, plan.warm).await?;
    for source in silent {
        region.fault(source, "hang").await?;
    }
    let (mut first, mut whole, mut answered) = (Vec::new(), Vec::new(), None);
    for _ in 0..HUNG {
        let drawn = view.draw().await?;
        first.push(drawn.first_section);
        whole.push(drawn.whole);
        answered = drawn.answered();
    }
    for source in silent {
        region.fault(source, "none").await?;
    }
    let (some, all) = answered.ok_or("a record that does not say who answered")?;
    let (first, whole) = (spread(&mut first), spread(&mut whole));
    say(&format!("{name:<21}first section {first}; whole {whole}; {some} of {all} answered"));
    Ok(())
}

fn spread(times: &mut [Duration]) -> String {
    let ms = |time: Duration| format!("{:.1}", time.as_secs_f64() * 1000.0);
    let (half, most) = (part(times, 50), part(times, 95));
    format!("p50 {} ms, p95 {} ms", ms(half), ms(most))
}
