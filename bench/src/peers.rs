//! The gateway beside its peers, in one run: each asks the same partners the same requests for one person and gives one searchset. Takes
//! turns, there and back, with fresh processes each round; gives processor time an opening, its ratio to the gateway's, and how soon the
//! answer is there. An answer that is not whole voids its row.

/// What is asked, and the merge that answers are held against.
mod plan;
/// How the plan is had.
mod relay;
/// The peers there are.
mod kinds;
/// The plan in nginx's own words.
mod njs;
/// Ordinary Rust.
mod value;
/// Medians, ratios and how sure they are.
mod bootstrap;
/// One source that never answers.
mod silent;
/// What is told.
mod table;

#[cfg(test)]
mod tests;

use crate::{
    Outcome,
    stage::{Gateway, Region, View},
};
use kinds::{Peer, Running};
use plan::Expected;
use relay::Recorded;
use reqwest::{Client, RequestBuilder};
use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use table::{Row, Table};

pub(crate) use plan::Plan;
pub(crate) use value::serve;

/// Openings before each block: connections may have gone cold meanwhile.
const AGAIN: usize = 3;

pub(crate) struct Wish {
    /// Each is two passes over everybody: one there, one back.
    pub(crate) rounds: usize,
    /// After a start, not measured.
    pub(crate) warm: usize,
    /// Openings measured together, with partners that answer at once.
    pub(crate) block: usize,
    /// The same with partners that take their time; no such table with 0.
    pub(crate) slow_block: usize,
    pub(crate) people: usize,
    pub(crate) seed: u64,
    pub(crate) whose: String,
    /// Where peers are installed.
    pub(crate) folder: PathBuf,
    pub(crate) json: Option<PathBuf>,
}

/// One answer as it came, from the request on.
struct Answer {
    first_byte: Duration,
    whole: Duration,
    body: Vec<u8>,
}

/// Whose turn it is.
enum Subject<'a> {
    /// Its searchset, of so many entries.
    Searchset(&'a Gateway, &'a View, u64),
    /// Its page, of which the first section counts instead of the first byte.
    Page(&'a Gateway, &'a View),
    Peer(&'a Running, &'a Expected),
}

pub(crate) async fn measure(program: &Path, wish: &Wish, say: &mut impl FnMut(&str)) -> Outcome<()> {
    let (peers, missing) = kinds::install(&wish.folder);
    for (name, why) in &missing {
        say(&format!("not measured: {name}: {why}"));
    }
    let region = Region::start(program, wish.people, wish.seed).await?;
    let mut tables = vec![rounds(&region, &peers, (wish, false), say).await?];
    let silent = silent::measure(&region, &peers, wish).await?;
    silent.lines().iter().for_each(|line| say(line));
    drop(region);
    if wish.slow_block > 0 {
        let region = Region::with_latency(program, wish.people, wish.seed).await?;
        tables.push(rounds(&region, &peers, (wish, true), say).await?);
    }
    if let Some(file) = &wish.json {
        let told = table::json(&tables, &silent, (wish, &missing));
        std::fs::write(file, serde_json::to_vec_pretty(&told)?)?;
    }
    Ok(())
}

async fn rounds(
    region: &Region,
    peers: &[Peer],
    (wish, slow): (&Wish, bool),
    say: &mut impl FnMut(&str),
) -> Outcome<Table> {
    let gateway = if slow { "the gateway's page" } else { "the gateway" };
    let names = [gateway].into_iter().chain(peers.iter().map(|peer| peer.name));
    let mut table = Table { slow, asks: vec![], rows: names.map(Row::new).collect() };
    for round in 1..=wish.rounds {
        let Recorded { plan, left_out, entries } = relay::record(region, &wish.whose).await?;
        let expected = Expected::of(&plan).await?;
        let asks = plan.asks().count();
        table.asks.push((asks, left_out));
        say(&format!(
            "round {round}: {asks} requests, {left_out} left out; {} partners in at most {} steps; {} bytes of answers; \
             {} entries in them, {} different; {entries} in the gateway's",
            plan.partners.len(),
            plan.steps(),
            expected.size_bytes,
            expected.entries,
            expected.keys.len()
        ));
        let gateway = region.gateway().await?;
        let view = region.open(region.named(&wish.whose)?).await?;
        let first =
            if slow { Subject::Page(&gateway, &view) } else { Subject::Searchset(&gateway, &view, entries) };
        let place = tempfile::Builder::new().prefix("shcr-peers-").tempdir()?;
        let mut running = Vec::new();
        for peer in peers {
            running.push(peer.start(&plan, place.path()).await);
        }
        let mut subjects = vec![Ok(first)];
        subjects.extend(running.iter().map(|one| match one {
            Ok(running) => Ok(Subject::Peer(running, &expected)),
            Err(error) => Err(error.to_string()),
        }));
        turns(&mut table, &subjects, wish).await?;
    }
    table.lines(wish.seed).iter().for_each(|line| say(line));
    Ok(table)
}

/// There and back.
async fn turns(table: &mut Table, subjects: &[Result<Subject<'_>, String>], wish: &Wish) -> Outcome<()> {
    let client = Client::builder().no_proxy().build()?;
    // Where partners take their time it is they who are waited for, and nobody needs to be as warm.
    let (block, warm) = if table.slow { (wish.slow_block, AGAIN) } else { (wish.block, wish.warm) };
    // Whoever comes a second time is warm.
    let there = (0..subjects.len()).map(|turn| (turn, warm));
    let back = (0..subjects.len()).rev().map(|turn| (turn, AGAIN));
    for (turn, warm) in there.chain(back) {
        let (Some(subject), Some(row)) = (subjects.get(turn), table.rows.get_mut(turn)) else { continue };
        if row.void.is_some() {
            continue;
        }
        let measured = match subject {
            Ok(subject) => subject.block(&client, warm, block, row).await,
            Err(error) => Err(error.clone().into()),
        };
        row.void = measured.err().map(|error| error.to_string());
    }
    Ok(())
}

impl Subject<'_> {
    /// Opens so many times unmeasured, then measured; each answer is looked at.
    async fn block(&self, client: &Client, warm: usize, block: usize, row: &mut Row) -> Outcome<()> {
        for _ in 0..warm {
            self.open(client).await?;
        }
        let before = self.cpu()?;
        for _ in 0..block {
            let answer = self.open(client).await?;
            row.first.push(ms(answer.first_byte));
            row.whole.push(ms(answer.whole));
        }
        let spent = self.cpu()?.saturating_sub(before);
        row.cpu.push(ms(spent) / f64::from(u32::try_from(block.max(1))?));
        row.peak_kib = row.peak_kib.max(self.peak_kib()?);
        Ok(())
    }

    async fn open(&self, client: &Client) -> Outcome<Answer> {
        match self {
            Self::Searchset(_, view, entries) => {
                let answer = read(view.searchset_request()).await?;
                let found = crate::opening::total(std::str::from_utf8(&answer.body)?)?;
                if found != *entries {
                    return Err(format!("a searchset of {found} entries after one of {entries}").into());
                }
                Ok(answer)
            }
            Self::Page(_, view) => {
                let drawn = view.draw().await?;
                match drawn.answered() {
                    Some((some, all)) if some == all => {
                        Ok(Answer { first_byte: drawn.first_section, whole: drawn.whole, body: vec![] })
                    }
                    _ => Err(format!("not whole: {}", drawn.coverage()).into()),
                }
            }
            Self::Peer(running, expected) => {
                let answer = read(client.get(&running.url)).await?;
                expected.check(&answer.body)?;
                Ok(answer)
            }
        }
    }

    fn cpu(&self) -> Outcome<Duration> {
        match self {
            Self::Searchset(gateway, ..) | Self::Page(gateway, _) => gateway.cpu(),
            Self::Peer(running, _) => running.cpu(),
        }
    }

    fn peak_kib(&self) -> Outcome<u64> {
        match self {
            Self::Searchset(gateway, ..) | Self::Page(gateway, _) => gateway.peak_kib(),
            Self::Peer(running, _) => running.peak_kib(),
        }
    }
}

async fn read(request: RequestBuilder) -> Outcome<Answer> {
    let began = Instant::now();
    let mut answer = request.send().await?.error_for_status()?;
    let (mut body, mut first_byte) = (Vec::new(), None);
    while let Some(piece) = answer.chunk().await? {
        first_byte.get_or_insert_with(|| began.elapsed());
        body.extend_from_slice(&piece);
    }
    let whole = began.elapsed();
    Ok(Answer { first_byte: first_byte.ok_or("an empty answer")?, whole, body })
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
