//! Takes the bytes of a PDF, gives its words, read by a process of its own that can write nothing, and is ended when it takes
//! too long or too much: a letter may be made to run away with its reader. Whatever goes wrong there reads as not read.
//! Source: setrlimit(2), proc(5); HAZ-020, HAZ-021, HAZ-049.

use rustix::process::{Resource, Rlimit, setrlimit};
use std::{
    io::{self, Read, Write},
    process::{ExitCode, Stdio},
    time::Duration,
};
use tokio::{io::AsyncWriteExt, process::Command, sync::Semaphore};
use web::content::pdf::Words;

/// The name of the command that reads; nobody types it.
pub(crate) const COMMAND: &str = "read-pdf";
const PATIENCE: Duration = Duration::from_secs(5);
const PROCESSOR_S: u64 = 5;
/// All its memory, the program itself among it.
const MEMORY_BYTES: u64 = 768 * 1024 * 1024;
/// No words are longer.
const WORDS_BYTES: usize = 16 * 1024 * 1024;
/// This very program, also where a newer one was put in its place on disk since it started.
const OURSELVES: &str = "/proc/self/exe";
/// So many at once; others wait, and not longer than they would be read.
static READERS: Semaphore = Semaphore::const_new(2);

/// The words of that file, or that they could not be read.
pub(crate) async fn of(bytes: Vec<u8>) -> Words {
    match tokio::time::timeout(2 * PATIENCE, apart(bytes)).await {
        Ok(Ok(words)) => words,
        Ok(Err(_)) | Err(_) => {
            tracing::warn!("the words of a document could not be read");
            Words::Damaged
        }
    }
}

async fn apart(bytes: Vec<u8>) -> io::Result<Words> {
    let _one_of_few = READERS.acquire().await.map_err(io::Error::other)?;
    let mut reader = Command::new(OURSELVES)
        .arg(COMMAND)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // What a reader says as it falls may have words of the letter in it.
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let to = reader.stdin.take();
    let give = async move {
        if let Some(mut to) = to {
            to.write_all(&bytes).await?;
        }
        io::Result::Ok(())
    };
    let read = async { tokio::join!(give, reader.wait_with_output()) };
    let (given, output) = tokio::time::timeout(PATIENCE, read).await.map_err(io::Error::other)?;
    given?;
    let output = output?;
    if !output.status.success() || output.stdout.len() > WORDS_BYTES {
        return Err(io::Error::other("the reader ended without words"));
    }
    serde_json::from_slice(&output.stdout).map_err(io::Error::other)
}

/// In the process that reads: a file from the one pipe, its words into the other.
pub(crate) fn read() -> miette::Result<ExitCode> {
    let done = confine().and_then(|()| {
        let mut bytes = Vec::new();
        let most = u64::try_from(web::content::SIZE_MAX_BYTES).unwrap_or(u64::MAX);
        io::stdin().take(most).read_to_end(&mut bytes)?;
        let words = serde_json::to_vec(&web::content::pdf::words(bytes))?;
        io::stdout().write_all(words.get(..words.len().min(WORDS_BYTES + 1)).unwrap_or_default())
    });
    Ok(if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// No file, no picture of its memory on a disk, no more than its share.
fn confine() -> io::Result<()> {
    let at_most = |most: u64| Rlimit { current: Some(most), maximum: Some(most) };
    for (resource, most) in [
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Cpu, PROCESSOR_S),
        (Resource::As, MEMORY_BYTES),
    ] {
        setrlimit(resource, at_most(most))?;
    }
    Ok(())
}
