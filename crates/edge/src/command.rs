//! What can be asked of a node from its command line, and what it says while it does it. The same whether the node is running,
//! when it goes over a socket that only its owner may open, or not, when the command opens the store itself.

use crate::{
    load::Step,
    node::{Held, Node, NodeFault},
};
use fhir::NhsNumber;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// Feeds, how fresh they are, what rests here.
    Status,
    Load {
        feed: String,
        path: PathBuf,
        manifest: Option<PathBuf>,
        accept_shrinking: bool,
    },
    Hold {
        what: Target,
        is_held: bool,
    },
    HeldBack,
    DeletePerson {
        nhs_number: NhsNumber,
    },
    DeleteAll,
    Backup {
        to: PathBuf,
    },
    Restore {
        from: PathBuf,
    },
    RotateKey,
    Viewed {
        nhs_number: Option<NhsNumber>,
        after: Option<u64>,
    },
    Quarantine,
    /// A message that was set aside, or a file, opened into `to`.
    TakeOut {
        name: String,
        to: PathBuf,
    },
    /// One message that was set aside; `all` for every one.
    Forget {
        name: String,
    },
}

/// What is held back, or given free.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    Dataset(String),
    Person(NhsNumber),
    Unit(String),
    Codes(Vec<String>),
}

/// What a node says to a command, one after the other; the last is `Done` or `Fault`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    Step(Step),
    /// Rows done, of an unknown number.
    Rows(u64),
    Done(Value),
    Fault(String),
}

impl Node {
    /// Does it. Blocks. `by`: who asks, as they say. `say` is told each step; the result comes back.
    pub fn perform(&self, command: Command, by: &str, say: &mut dyn FnMut(Said)) -> Result<Value, NodeFault> {
        Ok(match command {
            Command::Status => self.status()?,
            Command::Load { feed, path, manifest, accept_shrinking } => {
                let read = |path: &PathBuf| {
                    std::fs::read(path).map_err(|error| NodeFault::File(path.display().to_string(), error))
                };
                let manifest = manifest.as_ref().map(read).transpose()?;
                let mut watch = |step| say(Said::Step(step));
                let receipt =
                    self.load_file(&feed, &path, manifest.as_deref(), accept_shrinking, &mut watch)?;
                json!(receipt)
            }
            Command::Hold { what, is_held } => {
                let held = match what {
                    Target::Dataset(name) => Held::Dataset(name),
                    Target::Person(number) => Held::Person(number),
                    Target::Unit(name) => Held::Unit(name),
                    Target::Codes(codes) => Held::Codes(codes),
                };
                json!({ "changed": self.hold(&held, is_held, by)? })
            }
            Command::HeldBack => {
                let line = |(kind, what, since): (String, String, i64)| json!({ "kind": kind, "what": what, "since": moment(since) });
                json!(self.held_back(by)?.into_iter().map(line).collect::<Vec<_>>())
            }
            Command::DeletePerson { nhs_number } => json!({ "rows": self.delete_person(&nhs_number, by)? }),
            Command::DeleteAll => {
                self.delete_all(by)?;
                json!({ "left": 0 })
            }
            Command::Backup { to } => json!({ "rows": self.backup(&to, by)? }),
            Command::Restore { from } => json!({ "rows": self.restore(&from, by)? }),
            Command::RotateKey => {
                let rotated = self.rotate_key(by, &mut |rows| say(Said::Rows(rows)))?;
                json!({ "rows": rotated.rows })
            }
            Command::Viewed { nhs_number, after } => json!(self.viewed(nhs_number.as_ref(), after, by)?),
            Command::Quarantine => {
                let line = |(id, feed, since, reason): (i64, String, i64, String)| json!({ "message": id, "feed": feed, "since": moment(since), "reason": reason });
                let messages: Vec<Value> = self.quarantined()?.into_iter().map(line).collect();
                json!({ "messages": messages, "files": self.quarantined_files()? })
            }
            Command::TakeOut { name, to } => {
                self.take_out(&name, &to, by)?;
                json!({ "to": to })
            }
            Command::Forget { name } => {
                let id = match name.as_str() {
                    "all" => None,
                    name => Some(number_of(name)?),
                };
                json!({ "forgotten": self.forget_quarantined(id, by)? })
            }
        })
    }

    fn take_out(&self, name: &str, to: &std::path::Path, by: &str) -> Result<(), NodeFault> {
        let Ok(id) = number_of(name) else { return self.open_quarantined_file(name, to, by) };
        let none = || NodeFault::Refused(format!("there is no quarantined message {id}"));
        let message = self.quarantined_message(id, by)?.ok_or_else(none)?;
        let fault = |error| NodeFault::File(to.display().to_string(), error);
        let mut file = crate::feed::private(to).map_err(fault)?;
        std::io::Write::write_all(&mut file, &message).map_err(fault)
    }

    /// How every feed stands. Counts and times, no content.
    pub fn status(&self) -> Result<Value, NodeFault> {
        let now = self.now();
        let mut feeds = Vec::new();
        for feed in &self.0.feeds {
            let layers = self.0.vault.live(&feed.config.id)?;
            let state = self.0.vault.feed_state(&feed.config.id)?;
            let freshness = crate::freshness::Freshness::of(&feed.config, &state, now);
            let counts = self.0.vault.counts(&layers)?;
            feeds.push(json!({
                "feed": feed.config.id,
                "title": feed.config.title,
                "format": feed.config.format,
                "mode": feed.config.mode.name(),
                "state": freshness.name(),
                "as_at": state.as_at.map(moment),
                "received": state.received.map(moment),
                "sequence": state.sequence,
                "layers": layers.len(),
                "taken": counts.taken,
                "held": counts.held,
                "refused": counts.refused,
            }));
        }
        Ok(json!({
            "partner": self.config().partner,
            "name": self.config().name,
            "store": self.0.vault.describe(),
            "key": if self.0.vault.ring().is_ok() { "there" } else { "missing" },
            "feeds": feeds,
            "quarantined": self.quarantined()?.len(),
        }))
    }
}

fn number_of(name: &str) -> Result<i64, NodeFault> {
    name.parse()
        .map_err(|_| NodeFault::Refused(format!("`{name}` is not the number of a quarantined message")))
}

fn moment(at: i64) -> String {
    jiff::Timestamp::from_millisecond(at).map(|at| at.to_string()).unwrap_or_default()
}

impl std::fmt::Debug for Command {
    /// A command may name a person.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Command(…)")
    }
}
