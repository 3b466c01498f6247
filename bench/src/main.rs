//! Measures the built program from outside: takes a wish from the command line, gives a table on the standard output. Nothing
//! here knows the program's inside; it is started, fed, asked and killed as anybody could.

/// Folder, keys, certificates and configuration of one node, and the commands on it.
mod place;
/// What is loaded, and what an independent pass counts in it.
mod extract;
/// What the kernel says of a process.
mod process;
/// Questions as the gateway asks them.
mod asker;
/// What a hospital tells of one person.
mod messages;
/// A whole county's extract, and answers from it.
mod size;
/// Loads that are killed.
mod kills;
/// A region and a gateway before it.
mod stage;
/// What an opening costs.
mod opening;
/// Openings for a long time.
mod soak;
/// The gateway beside what others would have written.
mod peers;
/// Choices that can be made again.
mod dice;

use clap::Parser;
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// What went wrong, in words.
pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[derive(Parser)]
struct Wish {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// A partner's edge node.
    Edge {
        /// How many people the council's extract is about.
        #[arg(long, default_value_t = 1_200_000)]
        people: u64,
        #[arg(long, default_value = "target/release/shcr")]
        program: PathBuf,
        /// Kill so many loads of a smaller extract instead.
        #[arg(long, default_value_t = 0)]
        kills: u32,
        /// How many people the smaller extract is about.
        #[arg(long, default_value_t = 20_000)]
        kill_people: u64,
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Openings of a synthetic region's records.
    Opening {
        /// How many are measured one after the other.
        #[arg(long, default_value_t = 200)]
        openings: usize,
        /// How many are then opened at once; none with 0.
        #[arg(long, default_value_t = 200)]
        at_once: usize,
        /// How many people the region has.
        #[arg(long, default_value_t = 30)]
        people: usize,
        /// Part of the name of whose record is measured.
        #[arg(long, default_value = "TESTPATIENT")]
        whose: String,
        /// Hang none, one, two … of the sources too.
        #[arg(long)]
        hung: bool,
        /// Open records for so many minutes instead, whether the ones before have ended or not.
        #[arg(long, default_value_t = 0)]
        soak_minutes: u64,
        /// How many a second then begin.
        #[arg(long, default_value_t = 10)]
        rate: u64,
        #[arg(long, default_value = "target/release/shcr")]
        program: PathBuf,
        #[arg(long, default_value_t = 7)]
        seed: u64,
    },
    /// One person's searchset from the gateway, and from peers that ask the same partners the same and merge what they answer.
    Peers {
        /// Everybody has two turns in each.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
        /// Openings of a turn.
        #[arg(long, default_value_t = 25)]
        block: usize,
        /// Openings of a turn with partners that take their time; none with 0.
        #[arg(long, default_value_t = 5)]
        slow_block: usize,
        /// How many people the region has.
        #[arg(long, default_value_t = 30)]
        people: usize,
        /// Part of the name of whose record is measured.
        #[arg(long, default_value = "TESTPATIENT")]
        whose: String,
        /// Where the peers are installed.
        #[arg(long, default_value = "target/bench-peers")]
        folder: PathBuf,
        /// Write everything that was measured there as well.
        #[arg(long)]
        json: Option<PathBuf>,
        #[arg(long, default_value = "target/release/shcr")]
        program: PathBuf,
        #[arg(long, default_value_t = 7)]
        seed: u64,
    },
    /// One of the peers, for `peers` to start.
    #[command(hide = true)]
    PeerValue {
        #[arg(long, env = "PLAN")]
        plan: PathBuf,
        #[arg(long, env = "PORT")]
        port: u16,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Wish::parse().what).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "bench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(what: What) -> Outcome<()> {
    match what {
        What::Edge { people, program, kills, kill_people, seed } => {
            let program = found(&program)?;
            if kills == 0 {
                return size::measure(&program, people, seed).await;
            }
            let told =
                kills::run(&program, kills::Plan { kills, people: kill_people, seed }, &mut say).await?;
            say(&told.to_string());
            Ok(())
        }
        What::Opening { soak_minutes, rate, people, program, seed, .. } if soak_minutes > 0 => {
            let openings = soak_minutes.saturating_mul(rate * 60);
            soak::run(
                &found(&program)?,
                &soak::Plan { rate, openings, step: rate * 60, people, seed },
                &mut say,
            )
            .await
        }
        What::Opening { openings, at_once, people, whose, hung, program, seed, .. } => {
            let plan = opening::Plan { warm: 30, openings, block: 25, at_once, people, seed, whose, hung };
            opening::measure(&found(&program)?, &plan, &mut say).await
        }
        What::Peers { rounds, block, slow_block, people, whose, folder, json, program, seed } => {
            let wish = peers::Wish { rounds, warm: 30, block, slow_block, people, seed, whose, folder, json };
            peers::measure(&found(&program)?, &wish, &mut say).await
        }
        What::PeerValue { plan, port } => {
            let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
            peers::serve(listener, peers::Plan::read(&plan)?).await
        }
    }
}

fn found(program: &Path) -> Outcome<PathBuf> {
    Ok(program.canonicalize().map_err(|error| format!("`{}`: {error}", program.display()))?)
}

pub(crate) fn say(line: &str) {
    // Whoever does not read it any more is not told any more.
    let _ = writeln!(std::io::stdout(), "{line}");
}
