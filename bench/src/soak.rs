//! Openings that begin at their time, whether those before have ended or not, for as long as is wanted: says after each minute what
//! the gateway holds and spends, and at the end how its memory grew. An opening that is refused or has no end is counted, never hidden.

use crate::{
    Outcome, process,
    size::part,
    stage::{Region, View},
};
use std::{path::Path, sync::Arc, time::Duration};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

#[cfg(test)]
mod tests;

/// Steps before memory counts: connections, tokens and caches are then had.
const WARM: usize = 3;
/// From then on views are opened anew, before their sessions end by themselves.
const RENEWED: Duration = Duration::from_secs(20 * 60);

pub(crate) struct Plan {
    /// Openings that begin in a second.
    pub(crate) rate: u64,
    /// Openings in all.
    pub(crate) openings: u64,
    /// Openings after which a line is told.
    pub(crate) step: u64,
    pub(crate) people: usize,
    pub(crate) seed: u64,
}

/// What became of the openings of one step.
#[derive(Default)]
struct Seen {
    whole: u64,
    missed: u64,
    refused: u64,
    /// From its time, so that waiting is counted.
    took: Vec<Duration>,
}

/// How one opening ended, and how long after its time.
enum End {
    Whole(Duration),
    Missed(Duration),
    Refused,
}

pub(crate) async fn run(program: &Path, plan: &Plan, say: &mut impl FnMut(&str)) -> Outcome<()> {
    let region = Arc::new(Region::start(program, plan.people, plan.seed).await?);
    let gateway = region.gateway().await?;
    let (mut views, mut renewed) = (views(&region).await?, Instant::now());
    let mut renewing = None;
    let every = Duration::from_secs(1) / u32::try_from(plan.rate.max(1))?;
    let (mut running, mut all, mut held) = (JoinSet::new(), Seen::default(), Vec::new());
    let (mut seen, mut before) = (Seen::default(), gateway.cpu()?);
    say(&format!("openings a second    {}, of {} people", plan.rate, views.len()));
    let began = Instant::now();
    for n in 1..=plan.openings {
        let due = began + every * u32::try_from(n)?;
        sleep_until(due).await;
        // Beside the openings: nothing that is due waits for it.
        if renewed.elapsed() > RENEWED && renewing.is_none() {
            let region = Arc::clone(&region);
            renewing = Some(tokio::spawn(async move { self::views(&region).await }));
        }
        if let Some(anew) = renewing.take_if(|anew| anew.is_finished()) {
            (views, renewed) = (anew.await??, Instant::now());
        }
        let place = usize::try_from(n)? % views.len();
        let view = Arc::clone(views.get(place).ok_or("nobody to open")?);
        running.spawn(one(view, due));
        while let Some(end) = running.try_join_next() {
            seen.count(end?);
        }
        if n % plan.step == 0 || n == plan.openings {
            let (now, spent) = (process::now_kib(gateway.pid())?, gateway.cpu()?);
            held.push(now);
            say(&seen.line(n, now, spent.saturating_sub(before)));
            before = spent;
            all.add(std::mem::take(&mut seen));
        }
    }
    while let Some(end) = running.join_next().await {
        seen.count(end?);
    }
    all.add(seen);
    say(&format!("ended                {}", all.ends()));
    say(&format!(
        "memory               {}",
        grown(&held, began.elapsed() / u32::try_from(held.len().max(1))?)
    ));
    Ok(())
}

/// Everybody of the region who may be opened.
async fn views(region: &Region) -> Outcome<Vec<Arc<View>>> {
    let mut views = Vec::new();
    for number in region.numbers() {
        if let Ok(view) = region.open(number).await
            && view.draw().await.is_ok()
        {
            views.push(Arc::new(view));
        }
    }
    if views.is_empty() { Err("nobody of the region can be opened".into()) } else { Ok(views) }
}

async fn one(view: Arc<View>, due: Instant) -> End {
    match view.draw().await {
        Ok(drawn) if drawn.answered().is_none_or(|(some, all)| some == all) => End::Whole(due.elapsed()),
        Ok(_) => End::Missed(due.elapsed()),
        Err(_) => End::Refused,
    }
}

impl Seen {
    fn count(&mut self, end: End) {
        match end {
            End::Whole(took) => {
                self.whole += 1;
                self.took.push(took);
            }
            End::Missed(took) => {
                self.missed += 1;
                self.took.push(took);
            }
            End::Refused => self.refused += 1,
        }
    }

    fn add(&mut self, other: Self) {
        self.whole += other.whole;
        self.missed += other.missed;
        self.refused += other.refused;
        self.took.extend(other.took);
    }

    fn line(&mut self, n: u64, held_kib: u64, spent: Duration) -> String {
        format!(
            "after {n:>6} openings memory {:.1} MiB, {:.1} s of processor time; {}",
            held_kib as f64 / 1024.0,
            spent.as_secs_f64(),
            self.ends()
        )
    }

    fn ends(&mut self) -> String {
        let ms = |time: Duration| time.as_millis();
        let (half, most) = (ms(part(&mut self.took, 50)), ms(part(&mut self.took, 99)));
        format!(
            "{} with everybody, {} with somebody missing, {} refused; p50 {half} ms, p99 {most} ms",
            self.whole, self.missed, self.refused
        )
    }
}

/// From the middle of the first half after the warm steps to the middle of the second, as growth in an hour.
fn grown(held_kib: &[u64], step: Duration) -> String {
    let settled = held_kib.get(WARM..).unwrap_or_default();
    let (first, second) = settled.split_at(settled.len() / 2);
    if first.is_empty() || second.is_empty() {
        return "too few steps to tell its growth".to_owned();
    }
    let mean = |part: &[u64]| part.iter().sum::<u64>() as f64 / part.len() as f64;
    let hours = step.as_secs_f64() * (first.len() + second.len()) as f64 / 2.0 / 3600.0;
    let grown_mib = (mean(second) - mean(first)) / 1024.0;
    format!(
        "{grown_mib:+.2} MiB from one half to the other: {:+.2} MiB an hour",
        grown_mib / hours.max(f64::EPSILON)
    )
}
