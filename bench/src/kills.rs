//! Kills loads at random moments and asks afterwards: takes a seed, gives counts; refuses the first answer that is of neither
//! extract, of both, or lacks anything. Each extract has a mark of its own in every row; apart from that an answer must be,
//! byte for byte, what an undisturbed load gave. Killed are the command that loads, a node that takes the extract from its
//! folder, and a node that clears away what was replaced. SIGKILL ends a process, not the machine: what the disk has been
//! told is still written (HAZ-042; reliability, F30).

use crate::{
    Outcome,
    asker::Asker,
    dice::Dice,
    extract::{self, SIGN},
    place::{FEED, Node, Place, beside},
};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// Of so many people it is known what an undisturbed load answers.
const POOL: usize = 300;
/// So many of them are asked about after each kill.
const ASKED: usize = 20;

#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) kills: u32,
    pub(crate) people: u64,
    pub(crate) seed: u64,
}

/// What is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Victim {
    Command,
    Folder,
    Clearing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Old,
    New,
}

/// How it went.
#[derive(Debug, Default)]
pub(crate) struct Told {
    ends: BTreeMap<(Victim, End), u32>,
    /// Of those that ended old: loads with rows already in, gone on with later.
    resumed: u32,
    /// Of those that ended new: already answered, and the file not yet taken away.
    unfinished: u32,
    answers: u64,
}

impl Told {
    pub(crate) fn kills(&self) -> u32 {
        self.ends.values().sum()
    }

    pub(crate) fn ended_old(&self) -> u32 {
        self.ends.iter().filter(|((_, end), _)| *end == End::Old).map(|(_, count)| count).sum()
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "kills                {}", self.kills())?;
        for ((victim, end), count) in &self.ends {
            writeln!(f, "  {:<18} {count}", format!("{victim:?}, {end:?}").to_lowercase())?;
        }
        writeln!(f, "gone on with         {}", self.resumed)?;
        writeln!(f, "new, file left       {}", self.unfinished)?;
        write!(f, "answers              {}: none mixed, none missing", self.answers)
    }
}

/// One node, and what is known of its answers.
struct Trial<'a> {
    place: Place,
    plan: Plan,
    dice: Dice,
    rows: u64,
    asker: Asker,
    /// By number, what is answered, without marks.
    pool: Vec<(String, Vec<String>)>,
    /// Lines of the report and counts of an undisturbed load.
    report: usize,
    counts: Value,
    /// How long an undisturbed load takes.
    load: Duration,
    told: Told,
    say: &'a mut dyn FnMut(&str),
}

pub(crate) async fn run(program: &Path, plan: Plan, say: &mut dyn FnMut(&str)) -> Outcome<Told> {
    let mut trial = Trial::begin(program, plan, say).await?;
    for kill in 1..=plan.kills {
        let mark = 2 + u64::from(kill);
        trial
            .round(kill, mark)
            .await
            .map_err(|error| format!("kill {kill} of seed {}: {error}", plan.seed))?;
    }
    Ok(trial.told)
}

impl<'a> Trial<'a> {
    /// Loads two extracts undisturbed: what is answered from the first, and how long the second takes.
    async fn begin(program: &Path, plan: Plan, say: &'a mut dyn FnMut(&str)) -> Outcome<Self> {
        let place = Place::council(program)?;
        let plain = place.at("plain.csv");
        let rows = extract::write(&plain, plan.people, plan.seed)?;
        let mut dice = Dice(plan.seed);
        let counted = extract::count(&plain, POOL, &mut dice)?;
        loaded(&place, &made(&place, rows, 1)?)?;
        let node = place.start()?;
        let asker = Asker::new(&place, &node.base).await?;
        let mut pool = Vec::with_capacity(counted.some.len());
        for number in counted.some {
            let (answers, marks) = asked(&asker, &node, &number).await?;
            if marks != BTreeSet::from([1]) {
                return Err("an undisturbed load is not answered with its own mark".into());
            }
            pool.push((number, answers));
        }
        drop(node);
        let second = made(&place, rows, 2)?;
        let began = Instant::now();
        loaded(&place, &second)?;
        let load = began.elapsed();
        let report = lines(&report(&place, 2))?;
        let counts = counts(&place)?;
        if counts.get("taken").and_then(Value::as_u64) != Some(counted.sure) {
            return Err("what was taken is not what the file counts".into());
        }
        say(&format!("an undisturbed load  {} rows in {:.2} s", rows, load.as_secs_f64()));
        let told = Told::default();
        Ok(Self { place, plan, dice, rows, asker, pool, report, counts, load, told, say })
    }

    async fn round(&mut self, kill: u32, mark: u64) -> Outcome<()> {
        let victim = match kill % 5 {
            0 => Victim::Clearing,
            1 | 3 => Victim::Command,
            _ => Victim::Folder,
        };
        let file = made(&self.place, self.rows, mark)?;
        // A quarter of the kills aim at the last moments, where indexes are made and one extract takes the other's place.
        let part = match self.dice.below(4) {
            0 => 0.85 + 0.20 * self.dice.part(),
            _ => 1.05 * self.dice.part(),
        };
        let delay = self.load.mul_f64(part);
        match victim {
            Victim::Command => self.kill_command(&file, delay)?,
            Victim::Folder => self.kill_node(&file, delay)?,
            Victim::Clearing => {
                loaded(&self.place, &file)?;
                let node = self.place.start()?;
                std::thread::sleep(delay.mul_f64(0.3));
                drop(node);
            }
        }
        let reached = lines(&report(&self.place, mark)).unwrap_or(0);
        let end = self.ask(mark).await?;
        if victim == Victim::Clearing && end == End::Old {
            return Err("what was published is not answered".into());
        }
        *self.told.ends.entry((victim, end)).or_default() += 1;
        self.told.resumed += u32::from(end == End::Old && reached > 1);
        self.told.unfinished += u32::from(end == End::New && file.exists());
        self.finish(&file, end, mark)?;
        if kill.is_multiple_of(20) {
            (self.say)(&format!("{kill} of {} killed, {} ended old", self.plan.kills, self.told.ended_old()));
        }
        Ok(())
    }

    fn kill_command(&self, file: &Path, delay: Duration) -> Outcome<()> {
        let mut load = self.place.load(FEED, file).spawn()?;
        std::thread::sleep(delay);
        load.kill()?;
        load.wait()?;
        Ok(())
    }

    /// A node finds the extract in its folder when it starts. Afterwards it lies there no more: nobody goes on with it unasked.
    fn kill_node(&self, file: &Path, delay: Duration) -> Outcome<()> {
        let inside = self.place.at("in").join(file.file_name().unwrap_or_default());
        std::fs::rename(beside(file), beside(&inside))?;
        std::fs::rename(file, &inside)?;
        let node = self.place.start()?;
        std::thread::sleep(delay);
        drop(node);
        for (from, to) in [(inside.clone(), file.to_owned()), (beside(&inside), beside(file))] {
            if from.exists() {
                std::fs::rename(from, to)?;
            }
        }
        Ok(())
    }

    /// Asks a node started anew about people chosen by chance: all of it old, or all of it new.
    async fn ask(&mut self, mark: u64) -> Outcome<End> {
        let node = self.place.start()?;
        let mut seen = BTreeSet::new();
        for _ in 0..ASKED {
            let at = usize::try_from(self.dice.below(self.pool.len() as u64))?;
            let (number, expected) = self.pool.get(at).ok_or("nobody to ask about")?;
            let (answers, marks) = asked(&self.asker, &node, number).await?;
            if answers != *expected {
                return Err("an answer is not what an undisturbed load gives".into());
            }
            seen.extend(marks);
            self.told.answers += answers.len() as u64;
        }
        match seen.into_iter().collect::<Vec<_>>().as_slice() {
            [one] if *one == mark => Ok(End::New),
            [one] if *one + 1 == mark => Ok(End::Old),
            several => Err(format!("answers of extracts {several:?}, where {mark} was loaded").into()),
        }
    }

    /// Loads it to its end. The report and the counts are then those of an undisturbed load.
    fn finish(&self, file: &Path, end: End, mark: u64) -> Outcome<()> {
        match (file.exists(), end) {
            (true, _) => loaded(&self.place, file)?,
            (false, End::New) => {}
            (false, End::Old) => return Err("the file was taken away, and is not answered from".into()),
        }
        let path = report(&self.place, mark);
        let said = lines(&path)?;
        if said != self.report {
            return Err(
                format!("its report has {said} lines, that of an undisturbed load {}", self.report).into()
            );
        }
        let counts = counts(&self.place)?;
        if counts != self.counts {
            return Err(format!("it is counted as {counts}, an undisturbed load as {}", self.counts).into());
        }
        // What nobody needs any more would fill the disk.
        for path in [path, beside(file)] {
            let _ = std::fs::remove_file(path);
        }
        let _ = std::fs::remove_dir_all(self.place.at("quarantine"));
        std::fs::create_dir_all(self.place.at("quarantine"))?;
        Ok(())
    }
}

/// The extract with that mark, and its manifest.
fn made(place: &Place, rows: u64, mark: u64) -> Outcome<PathBuf> {
    let file = place.at(&format!("council-{mark}.csv"));
    extract::mark(&place.at("plain.csv"), &file, mark)?;
    place.sign(&file, rows, mark)?;
    Ok(file)
}

fn loaded(place: &Place, file: &Path) -> Outcome<()> {
    let said = place.load(FEED, file).output()?;
    match said.status.success() {
        true => Ok(()),
        false => Err(format!(
            "it was not loaded: {}{}",
            String::from_utf8_lossy(&said.stdout),
            String::from_utf8_lossy(&said.stderr)
        )
        .into()),
    }
}

/// The answers of one opening from their entries on, without their marks; and the marks.
async fn asked(asker: &Asker, node: &Node, number: &str) -> Outcome<(Vec<String>, BTreeSet<u64>)> {
    let (mut answers, mut marks) = (Vec::new(), BTreeSet::new());
    for answer in asker.open(&node.base, number).await? {
        // Before that stand what is new in every answer, and when the extract was made.
        let (_, told) = answer.body.split_once(r#""type":"searchset""#).ok_or("an answer is no searchset")?;
        let mut plain = String::with_capacity(told.len());
        for (place, piece) in told.split(SIGN).enumerate() {
            match place % 2 {
                0 => plain.push_str(piece),
                _ => {
                    plain.push(SIGN);
                    marks.insert(piece.parse()?);
                }
            }
        }
        answers.push(plain);
    }
    Ok((answers, marks))
}

fn report(place: &Place, mark: u64) -> PathBuf {
    place.at("reports").join(format!("{FEED}-{mark}.csv"))
}

fn lines(path: &Path) -> Outcome<usize> {
    Ok(std::fs::read_to_string(path)?.lines().count())
}

/// Without what is new with every extract.
fn counts(place: &Place) -> Outcome<Value> {
    let status = place.status()?;
    let count = |name: &str| (name.to_owned(), status.get(name).cloned().unwrap_or(Value::Null));
    Ok(["taken", "held", "refused"].into_iter().map(count).collect())
}

#[cfg(test)]
pub(crate) mod tests;
