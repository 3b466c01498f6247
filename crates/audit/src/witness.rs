//! Takes a log's checkpoint with the proof that it only grew since the last one seen here, gives a cosignature; refuses
//! everything else with the status the protocol has for it. What is cosigned is on disk first, and comparing and writing are
//! one step, so that no two requests and no kill can bring a log back to an earlier state.
//! Source: C2SP tlog-witness, "add-checkpoint"; where that leaves two roots of one size to a conflict, this answers 422 as
//! `audit.md` section 6 asks, since sending another size would not help the log.

use crate::{
    hash::{Hash, hex, unhex},
    signed::{
        Note, Signer, Signs, Verifier,
        checkpoint::{Checkpoint, hash, number},
    },
    tree::proof::{LONGEST, is_consistent},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs, io,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// A longer request is refused unread.
pub const LONGEST_BODY: usize = 128 * 1024;

/// A witness of some logs.
pub struct Witness {
    signer: Signer,
    logs: Vec<Verifier>,
    state: PathBuf,
    seen: Mutex<BTreeMap<String, Seen>>,
}

/// The last checkpoint of one log that was cosigned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seen {
    size: u64,
    root: String,
}

/// Status and body of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// A 409 has `text/x.tlog.size`.
    pub content_type: &'static str,
    pub body: String,
}

/// Why a witness does not start.
#[derive(Debug, thiserror::Error)]
pub enum WitnessFault {
    #[error("a witness signs with a key for cosignatures, and logs with keys for notes")]
    Keys,
    #[error("could not read or write the state in `{0}`")]
    State(PathBuf, #[source] io::Error),
    #[error("`{0}` does not hold a witness's state")]
    Read(PathBuf),
}

impl Witness {
    /// Reads the state, or begins one where there is no file. Proves at once that it can be written.
    pub fn open(signer: Signer, logs: Vec<Verifier>, state: &Path) -> Result<Self, WitnessFault> {
        let fit = logs.iter().all(|log| log.signs() == Signs::Notes);
        if signer.verifier().signs() != Signs::Cosignatures || !fit {
            return Err(WitnessFault::Keys);
        }
        let fault = |error| WitnessFault::State(state.to_owned(), error);
        let seen: BTreeMap<String, Seen> = match fs::read(state) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|_| WitnessFault::Read(state.to_owned()))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(fault(error)),
        };
        if seen.values().any(|seen| unhex::<32>(&seen.root).is_none()) {
            return Err(WitnessFault::Read(state.to_owned()));
        }
        persist(state, &seen).map_err(fault)?;
        Ok(Self { signer, logs, state: state.to_owned(), seen: Mutex::new(seen) })
    }

    pub fn verifier(&self) -> &Verifier {
        self.signer.verifier()
    }

    /// `POST /add-checkpoint`. `seconds` is the time the cosignature states. Blocks while it writes.
    pub fn add_checkpoint(&self, body: &[u8], seconds: u64) -> Answer {
        match self.added(body, seconds) {
            Ok(line) => Answer { status: 200, content_type: "text/plain; charset=utf-8", body: line },
            Err(answer) => answer,
        }
    }

    fn added(&self, body: &[u8], seconds: u64) -> Result<String, Answer> {
        let asked = Asked::read(body).ok_or_else(|| refused(400, "the request cannot be read"))?;
        let mut keys = self.logs.iter().filter(|log| log.name() == asked.checkpoint.origin).peekable();
        if keys.peek().is_none() {
            return Err(refused(404, "the log is not known here"));
        }
        let mut signed = false;
        for key in keys {
            match key.check(&asked.note) {
                Some(Ok(_)) => signed = true,
                Some(Err(_)) => return Err(refused(403, "a signature of the log is false")),
                None => {}
            }
        }
        if !signed {
            return Err(refused(403, "no key of the log has signed it"));
        }
        if asked.old > asked.checkpoint.size {
            return Err(refused(400, "the old size is larger than the checkpoint's"));
        }
        self.compared(&asked)?;
        Ok(self.signer.line(&asked.note.text, seconds))
    }

    /// Compares and writes while nobody else can. Nothing is kept in memory that is not on disk.
    fn compared(&self, asked: &Asked) -> Result<(), Answer> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let origin = &asked.checkpoint.origin;
        let empty = crate::tree::root_of(&[]);
        let (held, root) = seen.get(origin).map_or((0, empty), |seen| (seen.size, root_of(seen)));
        if held != asked.old {
            return Err(Answer { status: 409, content_type: "text/x.tlog.size", body: format!("{held}\n") });
        }
        let new = (asked.checkpoint.size, &asked.checkpoint.root);
        if !is_consistent((held, &root), new, &asked.path) {
            return Err(refused(422, "the proof does not show that the log only grew"));
        }
        let mut after = seen.clone();
        after.insert(origin.clone(), Seen { size: new.0, root: hex(new.1) });
        if after != *seen {
            persist(&self.state, &after).map_err(|_| refused(500, "what was seen could not be kept"))?;
            *seen = after;
        }
        Ok(())
    }
}

/// A request as it came.
struct Asked {
    old: u64,
    path: Vec<Hash>,
    note: Note,
    checkpoint: Checkpoint,
}

impl Asked {
    fn read(body: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok().filter(|text| text.len() <= LONGEST_BODY)?;
        let (head, note) = text.split_once("\n\n")?;
        let mut lines = head.split('\n');
        let old = number(lines.next()?.strip_prefix("old ")?)?;
        let path: Vec<Hash> = lines.map(hash).collect::<Option<_>>()?;
        let note = Note::parse(note).ok()?;
        let checkpoint = Checkpoint::parse(&note.text)?;
        (path.len() <= LONGEST).then_some(Self { old, path, note, checkpoint })
    }
}

/// What a log sends to `add-checkpoint`.
pub fn request(old: u64, path: &[Hash], note: &str) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let path: String = path.iter().map(|hash| STANDARD.encode(hash) + "\n").collect();
    format!("old {old}\n{path}\n{note}")
}

fn root_of(seen: &Seen) -> Hash {
    // Checked when it was read.
    unhex(&seen.root).unwrap_or_default()
}

fn refused(status: u16, why: &str) -> Answer {
    Answer { status, content_type: "text/plain; charset=utf-8", body: format!("{why}\n") }
}

/// Written beside, synced and renamed, and the rename synced: either state is there whole, and stays.
fn persist(path: &Path, seen: &BTreeMap<String, Seen>) -> io::Result<()> {
    let beside = path.with_extension("part");
    let mut file =
        fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&beside)?;
    file.write_all(&serde_json::to_vec_pretty(seen).map_err(io::Error::other)?)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests;
