//! Takes a number of entries and of groups at once, gives how many the embedded store records in a second on this machine.
//! `cargo run --release -p audit --example append -- 100000 64`

use audit::{Entry, Key, Kind, Millis, Settings, Store};
use std::{io::Write, time::Instant};

const NOW: Millis = Millis(1_795_000_000_000);
/// Entries in one call.
const BATCH: u32 = 100;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let number = |n| std::env::args().nth(n).and_then(|text| text.parse::<u32>().ok());
    let (count, at_once) = (number(1).unwrap_or(20_000), number(2).unwrap_or(16));
    let folder = std::env::temp_dir().join(format!("audit-append-{}", std::process::id()));
    std::fs::create_dir(&folder)?;
    let origin = "bench.example/audit/Z99".to_owned();
    let settings = Settings {
        place: audit::Place::file(&folder.join("audit.db")),
        key: [7; 32],
        replica: "bench".to_owned(),
        origin,
    };
    let store = Store::open(settings, NOW)?;
    let begun = Instant::now();
    let each = count / at_once / BATCH;
    let tasks: Vec<_> = (0..at_once)
        .map(|task| {
            let store = store.clone();
            tokio::spawn(async move {
                for batch in 0..each {
                    let first = (task * each + batch) * BATCH;
                    let entries = (first..first + BATCH).map(entry).collect();
                    if store.append(entries, NOW).await.is_err() {
                        return false;
                    }
                }
                true
            })
        })
        .collect();
    for task in tasks {
        if !task.await? {
            return Err("an entry was not recorded".into());
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    let written = f64::from(at_once * each * BATCH);
    let said = format!("{written} entries in {seconds:.2} s: {:.0} a second\n", written / seconds);
    std::io::stdout().write_all(said.as_bytes())?;
    drop(store);
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

fn entry(n: u32) -> Entry {
    let mut entry = Entry::new(Kind::LaunchRefused, Key::launch_refused("bench", &[3; 32], n), NOW);
    entry.cause = Some("x".repeat(900));
    entry
}
