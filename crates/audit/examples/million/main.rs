//! Takes a number of entries and of openings, fills an embedded store with them, and says how long that, searches and checks of it
//! take on this machine: entries in calls of a hundred, openings of eleven sources, searches by a person, by a professional and by an
//! hour, the check of the file, and of the file with its key. `cargo run --release -p audit --example million -- 1000000 1000`

/// Openings of a record.
mod openings;
#[cfg(test)]
mod tests;

use audit::{Entry, Fault, Key, Kind, Millis, Name, Place, Query, Settings, Store, Who, Whom, verify};
use std::{error::Error, io::Write, time::Instant};

type Done = Result<(), Box<dyn Error>>;

const NOW: Millis = Millis(1_795_000_000_000);
const KEY: [u8; 32] = [7; 32];
/// Entries in one call.
const BATCH: u32 = 100;
const AT_ONCE: u32 = 16;
/// Entries about one person.
const OF_A_PERSON: u32 = 25;
const PROFESSIONALS: u32 = 4_000;
/// Searches of each kind.
const SEARCHES: u32 = 200;

/// What was measured, in the order in which it was.
#[derive(Default)]
struct Figures {
    /// What, how much, and in which unit.
    told: Vec<(&'static str, f64, &'static str)>,
    /// Entries that the check of the file with its key has found.
    verified: u64,
}

#[tokio::main]
async fn main() -> Done {
    let number = |n| std::env::args().nth(n).and_then(|text| text.parse().ok());
    let figures = measured([number(1).unwrap_or(100_000), number(2).unwrap_or(200), SEARCHES]).await?;
    let lines = figures.told.iter().map(|(what, value, unit)| format!("{what}: {value:.1} {unit}\n"));
    Ok(std::io::stdout().write_all(lines.collect::<String>().as_bytes())?)
}

/// Of so many entries, openings, and searches of each kind.
async fn measured([count, openings, searches]: [u32; 3]) -> Result<Figures, Box<dyn Error>> {
    let mut figures = Figures::default();
    let folder = std::env::temp_dir().join(format!("audit-million-{}", std::process::id()));
    std::fs::create_dir(&folder)?;
    let path = folder.join("audit.db");
    let origin = "bench.example/audit/Z99".to_owned();
    let settings = Settings { place: Place::file(&path), key: KEY, replica: "bench".to_owned(), origin };
    let store = Store::open(settings, NOW)?;
    fill(&store, count, &mut figures).await?;
    openings::measure(&store, openings, &mut figures).await?;
    store.checkpoint(NOW).await?;
    search(&store, (count, searches), &mut figures).await?;
    drop(store);
    figures.tell("size of the file", (std::fs::metadata(&path)?.len() >> 10) as f64 / 1024.0, "MiB");
    for (what, key) in [("checked without the key", None), ("checked with the key", Some(KEY))] {
        let begun = Instant::now();
        let seen = verify(&path, key, None).map_err(|fault| fault.to_string())?;
        figures.tell(what, begun.elapsed().as_secs_f64(), "s");
        figures.verified = seen.entries;
    }
    std::fs::remove_dir_all(folder)?;
    Ok(figures)
}

impl Figures {
    fn tell(&mut self, what: &'static str, value: f64, unit: &'static str) {
        self.told.push((what, value, unit));
    }

    /// In milliseconds.
    fn spread(&mut self, [half, tail]: [&'static str; 2], mut took: Vec<f64>, tail_percent: usize) {
        took.sort_by(f64::total_cmp);
        let of = |percent: usize| took.get(took.len() * percent / 100).copied().unwrap_or_default();
        self.tell(half, of(50), "ms");
        self.tell(tail, of(tail_percent), "ms");
    }
}

/// In the order of time, a second apart.
async fn fill(store: &Store, count: u32, figures: &mut Figures) -> Done {
    let (begun, before_s) = (Instant::now(), processor_s()?);
    for group in 0..count.div_ceil(BATCH * AT_ONCE) {
        let calls = (0..AT_ONCE).map(|call| {
            let first = (group * AT_ONCE + call) * BATCH;
            let entries = (first..(first + BATCH).min(count)).map(|n| entry(n, count)).collect();
            let store = store.clone();
            tokio::spawn(async move { settled(&store, entries, at(first)).await })
        });
        for call in calls.collect::<Vec<_>>() {
            call.await??;
        }
    }
    figures.tell("entries recorded", f64::from(count) / begun.elapsed().as_secs_f64(), "a second");
    let each = (processor_s()? - before_s) / f64::from(count) * 1e6;
    figures.tell("processor time of an entry, all threads", each, "µs");
    Ok(())
}

/// A disk that others keep busy leaves a write in doubt; the same call settles it.
async fn settled(store: &Store, entries: Vec<Entry>, now: Millis) -> Result<(), Fault> {
    loop {
        match store.append(entries.clone(), now).await {
            Err(Fault::Unknown) => {}
            done => return done.map(drop),
        }
    }
}

/// Of every thread of this process so far. Source: `proc_pid_stat(5)`, in hundredths.
fn processor_s() -> Result<f64, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let behind_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = behind_name.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<Result<f64, _>>()? / 100.0)
}

async fn search(store: &Store, (count, searches): (u32, u32), figures: &mut Figures) -> Done {
    let persons = (count / OF_A_PERSON).max(1);
    type Question = fn(u32, u32) -> Query;
    let kinds: [([&'static str; 2], Question); 3] = [
        (["search by a person, p50", "search by a person, p95"], |n, persons| Query {
            person: Some(person(n % persons)),
            ..Query::default()
        }),
        (["search by a professional, p50", "search by a professional, p95"], |n, persons| {
            let named = ("host".to_owned(), professional(n % PROFESSIONALS.min(persons * OF_A_PERSON)));
            Query { professional: Some(named), ..Query::default() }
        }),
        (["search by an hour, p50", "search by an hour, p95"], |n, persons| {
            let from = n % (persons * OF_A_PERSON);
            Query { since: Some(at(from)), until: Some(at(from + 3_600)), ..Query::default() }
        }),
    ];
    for (names, question) in kinds {
        let mut took = Vec::new();
        for n in 0..searches {
            let begun = Instant::now();
            // By a number that shares no factor with any other here, so that nothing is asked twice or side by side.
            let found = store.watched(question(n.wrapping_mul(7_919), persons)).await?;
            took.push(begun.elapsed().as_secs_f64() * 1_000.0);
            if found.entries.is_empty() {
                return Err(format!("nothing was found: {}", names[0]).into());
            }
        }
        figures.spread(names, took, 95);
    }
    Ok(())
}

fn at(n: u32) -> Millis {
    NOW.plus_ms(i64::from(n) * 1_000)
}

fn person(n: u32) -> String {
    format!("999{n:07}")
}

fn professional(n: u32) -> String {
    format!("staff-{n}")
}

fn entry(n: u32, count: u32) -> Entry {
    let persons = (count / OF_A_PERSON).max(1);
    let mut entry = Entry::new(Kind::LaunchRefused, Key::launch_refused("bench", &[3; 32], n), at(n));
    (entry.who, entry.whom) = (Some(who(n)), Some(whom(n % persons)));
    entry.cause = Some("x".repeat(700));
    entry
}

fn who(n: u32) -> Who {
    Who {
        host: "host".to_owned(),
        subject: professional(n % PROFESSIONALS),
        name: Name { family: "Quill".to_owned(), given: Vec::new(), title: None },
        role: "R2".to_owned(),
        claims: Vec::new(),
        organisation: "Z99".to_owned(),
        organisation_name: None,
        sds_user_id: None,
        sds_role_profile_id: None,
        registration: None,
        map: None,
    }
}

fn whom(n: u32) -> Whom {
    Whom {
        nhs_number: person(n),
        sent: person(n),
        superseded: Vec::new(),
        trace: "traced".to_owned(),
        differed: Vec::new(),
    }
}
