//! A whole county's extract: how fast it goes in, how much memory that takes, and what an answer costs from it afterwards.
//! The program's own counts are held against an independent pass over the file; where they differ nothing is measured.

use crate::{
    Outcome,
    asker::Asker,
    dice::Dice,
    extract::{self, Counted},
    messages,
    place::{FEED, MESSAGES, Node, Place},
    process, say,
};
use serde_json::Value;
use std::{
    path::Path,
    process::{Child, Command},
    time::{Duration, Instant},
};

/// People who are asked about.
const ASKED: usize = 2_000;
/// Openings measured together: `stat` counts in steps of 10 ms.
const BLOCK: usize = 100;
/// Messages about one person.
const TOLD: u32 = 100;
/// How often a load is looked at.
const LOOK: Duration = Duration::from_millis(20);
/// People of the extract that is loaded once more to see its bar.
const WATCHED: u64 = 60_000;

pub(crate) async fn measure(program: &Path, people: u64, seed: u64) -> Outcome<()> {
    let place = Place::council(program)?;
    let file = place.at("county.csv");
    let began = Instant::now();
    let rows = extract::write(&file, people, seed)?;
    let bytes = std::fs::metadata(&file)?.len();
    say(&format!("people               {people}"));
    say(&format!("rows                 {rows}"));
    say(&format!("bytes                {bytes} ({} MiB)", bytes >> 20));
    say(&format!("written in           {:.1} s", began.elapsed().as_secs_f64()));
    let counted = extract::count(&file, ASKED, &mut Dice(seed))?;
    place.sign(&file, rows, 1)?;
    loaded(&place, &file, &counted)?;
    answers(&place, &counted.some).await?;
    messages(program, seed).await?;
    say(&format!("the bar              {}", watched(program, seed)?));
    Ok(())
}

fn loaded(place: &Place, file: &Path, counted: &Counted) -> Outcome<()> {
    let began = Instant::now();
    let mut load = place.load(FEED, file).spawn()?;
    let (cpu, peak_kib) = followed(&mut load)?;
    let wall = began.elapsed();
    let said = load.wait_with_output()?;
    if !said.status.success() {
        return Err(format!("it was not loaded: {}", String::from_utf8_lossy(&said.stderr)).into());
    }
    let receipt: Value = serde_json::from_slice(&said.stdout)?;
    let count = |name: &str| receipt.get(name).and_then(Value::as_u64).unwrap_or(u64::MAX);
    let (taken, others) = (count("taken"), count("held").saturating_add(count("refused")));
    let size = |name: &str| std::fs::metadata(place.at(name)).map_or(0, |found| found.len());
    let store = size("edge.sqlite") + size("edge.sqlite-wal");
    let rate = counted.rows as f64 / wall.as_secs_f64();
    say(&format!(
        "loaded in            {:.1} s, {:.1} s of processor time",
        wall.as_secs_f64(),
        cpu.as_secs_f64()
    ));
    say(&format!("rate                 {rate:.0} rows/s"));
    say(&format!("peak memory          {} MiB", peak_kib >> 10));
    say(&format!("store                {} MiB", store >> 20));
    if (count("rows"), taken, others) != (counted.rows, counted.sure, counted.rows - counted.sure) {
        return Err(format!("its counts are not those of the file: {receipt}").into());
    }
    say(&format!("taken                {taken}, as counted"));
    say(&format!("held and refused     {} and {}, together as counted", count("held"), count("refused")));
    Ok(())
}

/// Somebody of whom a hospital has told a hundred times, asked about again and again.
async fn messages(program: &Path, seed: u64) -> Outcome<()> {
    let place = Place::hospital(program)?;
    let file = place.at("messages.hl7");
    let number = extract::some_number(seed)?;
    std::fs::write(&file, messages::of(&number, TOLD))?;
    let said = place.load(MESSAGES, &file).output()?;
    let receipt: Value = serde_json::from_slice(&said.stdout)?;
    if receipt.get("taken").and_then(Value::as_u64) != Some(u64::from(TOLD)) {
        return Err(format!("not every message was taken: {receipt}").into());
    }
    say(&format!("one person with      {TOLD} HL7 v2 messages"));
    answers(&place, &vec![number; BLOCK * 5]).await
}

/// Looks at a process until it ends.
fn followed(child: &mut Child) -> Outcome<(Duration, u64)> {
    let (mut cpu, mut peak_kib) = (Duration::ZERO, 0);
    while child.try_wait()?.is_none() {
        // One that has just ended says nothing more.
        cpu = process::cpu(child.id()).unwrap_or(cpu).max(cpu);
        peak_kib = process::peak_kib(child.id()).unwrap_or(peak_kib).max(peak_kib);
        std::thread::sleep(LOOK);
    }
    Ok((cpu, peak_kib))
}

async fn answers(place: &Place, numbers: &[String]) -> Outcome<()> {
    let node = place.start()?;
    let asker = Asker::new(place, &node.base).await?;
    // The first openings pay for connections and for pages not yet in memory.
    let (first, rest) = numbers.split_at(BLOCK.min(numbers.len()));
    block(&node, &asker, first).await?;
    let (mut cpu, mut wall) = (Vec::new(), Vec::new());
    for people in rest.chunks_exact(BLOCK) {
        let (spent, mut took) = block(&node, &asker, people).await?;
        cpu.push(spent);
        wall.append(&mut took);
    }
    let opening = part(&mut cpu, 50) / u32::try_from(BLOCK)?;
    let answer = opening / u32::try_from(asker.answers())?;
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    say(&format!("openings             {}, {} answers in each", cpu.len() * BLOCK, asker.answers()));
    say(&format!(
        "processor, answer    {:.2} ms (p50 of {} blocks of {BLOCK} openings)",
        ms(answer),
        cpu.len()
    ));
    say(&format!("processor, opening   {:.2} ms", ms(opening)));
    say(&format!(
        "wall, answer         p50 {:.2} ms, p95 {:.2} ms",
        ms(part(&mut wall, 50)),
        ms(part(&mut wall, 95))
    ));
    say(&format!("node's peak memory   {} MiB", process::peak_kib(node.pid())? >> 10));
    Ok(())
}

/// The node's processor time, and how long each answer took.
async fn block(node: &Node, asker: &Asker, people: &[String]) -> Outcome<(Duration, Vec<Duration>)> {
    let before = process::cpu(node.pid())?;
    let mut took = Vec::with_capacity(people.len() * asker.answers());
    for number in people {
        took.extend(asker.open(&node.base, number).await?.iter().map(|answer| answer.took));
    }
    Ok((process::cpu(node.pid())?.saturating_sub(before), took))
}

/// So many of a hundred are not above it.
pub(crate) fn part(times: &mut [Duration], of_hundred: usize) -> Duration {
    times.sort_unstable();
    times
        .get((times.len() * of_hundred / 100).min(times.len().saturating_sub(1)))
        .copied()
        .unwrap_or_default()
}

/// One line of the bar, as a terminal gets it.
fn watched(program: &Path, seed: u64) -> Outcome<String> {
    let place = Place::council(program)?;
    let file = place.at("watched.csv");
    let rows = extract::write(&file, WATCHED, seed)?;
    place.sign(&file, rows, 1)?;
    let Ok(said) = Command::new("script").args(["-qec", &place.load_line(&file), "/dev/null"]).output()
    else {
        return Ok("not seen: there is no `script` here".to_owned());
    };
    let text = String::from_utf8_lossy(&said.stdout);
    let lines = text
        .split(['\r', '\n', '\u{1b}'])
        .filter_map(|line| line.find("loading").and_then(|at| line.get(at..)));
    let lines: Vec<&str> = lines.filter(|line| line.contains(" left,")).collect();
    let middle = lines.get(lines.len() / 2).copied().unwrap_or("not seen");
    Ok(middle.trim_end().to_owned())
}
