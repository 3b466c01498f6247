//! What the partner's steward may do with what rests here: hold a dataset, a person, a unit or codes back, delete, look at
//! what was set aside, see who was answered. Each is in the log before it is done, and holds from the next answer on (R66).

use super::{Node, NodeFault};
use crate::{
    journal::{entry, whom},
    sql::Value,
    vault::{
        Owner,
        generation::all,
        held_back::{Kind, folded},
        quarantine::Quarantined,
    },
};
use audit::Kind as Entry;
use fhir::NhsNumber;
use std::{path::PathBuf, sync::PoisonError};

/// What is held back, or given free again.
#[derive(Clone, PartialEq, Eq)]
pub enum Held {
    /// `feed`, or `feed/dataset`.
    Dataset(String),
    /// Answered as if nobody here knew them.
    Person(NhsNumber),
    /// A team, ward or service as the sender names it.
    Unit(String),
    /// `system|code`, or the code alone.
    Codes(Vec<String>),
}

/// One look at what this partner holds, as the log has it.
#[derive(Clone, PartialEq, Eq, serde::Serialize)]
pub struct Viewed {
    pub index: u64,
    /// RFC 3339.
    pub at: String,
    /// The gateway's id of the opening.
    pub opening: String,
    pub request: String,
    pub professional: String,
    pub professional_id: String,
    pub role: String,
    pub organisation: String,
    pub nhs_number: String,
    /// What was asked for, and how many entries were given.
    pub asked: String,
    pub given: String,
}

impl Node {
    /// `by`: who asks for it, as they say.
    pub fn hold(&self, held: &Held, is_held: bool, by: &str) -> Result<bool, NodeFault> {
        let now = self.now();
        let (kind, names, told) = match held {
            Held::Dataset(name) => (Kind::Dataset, vec![self.dataset(name)?], name.clone()),
            Held::Unit(name) => (Kind::Unit, vec![folded(name)], name.clone()),
            Held::Codes(codes) => (Kind::Code, codes.clone(), format!("{} codes", codes.len())),
            Held::Person(number) => {
                (Kind::Person, vec![self.0.vault.person_name(number)?], "one person".to_owned())
            }
        };
        let act = if is_held { "held back" } else { "given free" };
        let detail = [
            ("act", act.to_owned()),
            ("kind", kind.name().to_owned()),
            ("what", told),
            ("by", by.to_owned()),
        ];
        let mut noted = entry(Entry::Stewardship, now, &detail);
        if let Held::Person(number) = held {
            noted.whom = Some(whom(number));
        }
        self.0.journal.record_blocking(noted)?;
        let mut changed = false;
        for name in names {
            changed |= self.0.vault.hold(kind, &name, is_held, now.as_millisecond())?;
        }
        Ok(changed)
    }

    /// A feed, or a feed and one of its datasets. What a feed is not configured with cannot be switched.
    fn dataset(&self, name: &str) -> Result<String, NodeFault> {
        let (feed, dataset) = name.split_once('/').map_or((name, None), |(feed, rest)| (feed, Some(rest)));
        let known = crate::intake::datasets(&self.feed(feed)?.config.format);
        match dataset.filter(|dataset| !known.contains(dataset)) {
            Some(dataset) => Err(NodeFault::Refused(format!(
                "`{feed}` has no dataset `{dataset}`: it is one of {}",
                known.join(", ")
            ))),
            None => Ok(name.to_owned()),
        }
    }

    /// Kind, what, since when in milliseconds since 1970. For the steward's eyes: persons stand here by number.
    pub fn held_back(&self, by: &str) -> Result<Vec<(String, String, i64)>, NodeFault> {
        let detail = [("what", "what is held back".to_owned()), ("by", by.to_owned())];
        self.0.journal.record_blocking(entry(Entry::AuditRead, self.now(), &detail))?;
        Ok(self.0.vault.all_held_back()?)
    }

    /// Deletes everything of one person from every feed. How many rows. What is sent again comes again: hold the person
    /// back as well, or have the sender leave them out.
    pub fn delete_person(&self, number: &NhsNumber, by: &str) -> Result<u64, NodeFault> {
        let mut noted =
            entry(Entry::Deletion, self.now(), &[("what", "one person".to_owned()), ("by", by.to_owned())]);
        noted.whom = Some(whom(number));
        self.0.journal.record_blocking(noted)?;
        let token = self.0.vault.ring()?.column(Owner::Person(number))?.unwrap_or_default();
        let mut tables = Vec::new();
        let deleted = self.0.vault.write(|link| {
            let mut deleted = 0;
            tables.clear();
            for of in all(link)? {
                let (content, names) = (of.content(), of.names());
                let own = [Value::Bytes(&token)];
                let sql =
                    format!("DELETE FROM {names} WHERE n IN (SELECT n FROM {content} WHERE person = $1)");
                link.execute(&sql, &own)?;
                deleted += link.execute(&format!("DELETE FROM {content} WHERE person = $1"), &own)?;
                tables.extend([content, names]);
            }
            link.execute("DELETE FROM party WHERE person = $1", &[Value::Bytes(&token)])?;
            Ok(deleted)
        })?;
        self.0.vault.scrub(&tables)?;
        Ok(deleted)
    }

    /// Deletes everything this partner ever sent here, and what was set aside of it. What is held back stays held back.
    pub fn delete_all(&self, by: &str) -> Result<(), NodeFault> {
        let _no_load = self.0.loading.lock().unwrap_or_else(PoisonError::into_inner);
        let detail = [("what", "everything".to_owned()), ("by", by.to_owned())];
        self.0.journal.record_blocking(entry(Entry::Deletion, self.now(), &detail))?;
        self.0.vault.write(|link| {
            link.execute("UPDATE generation SET state = 'dropped'", &[])?;
            link.batch("DELETE FROM party; DELETE FROM quarantine; DELETE FROM receipt;")
        })?;
        while self.0.vault.clear_step()? {}
        let tables = ["generation", "party", "quarantine", "receipt"].map(str::to_owned);
        self.0.vault.scrub(&tables)?;
        let folders = &self.0.folders;
        for folder in [&folders.quarantine, &folders.spool, &folders.reports, &folders.receipts] {
            empty(folder)?;
        }
        Ok(())
    }

    /// Messages that could not be taken.
    pub fn quarantined(&self) -> Result<Vec<(i64, String, i64, String)>, NodeFault> {
        let plain = |one: Quarantined| (one.id, one.feed, one.since, one.reason);
        Ok(self.0.vault.quarantined()?.into_iter().map(plain).collect())
    }

    /// A message that was set aside, as it came. Recorded before it is given.
    pub fn quarantined_message(&self, id: i64, by: &str) -> Result<Option<Vec<u8>>, NodeFault> {
        let detail = [("act", "looked at".to_owned()), ("quarantine", id.to_string()), ("by", by.to_owned())];
        self.0.journal.record_blocking(entry(Entry::Stewardship, self.now(), &detail))?;
        Ok(self.0.vault.taken_out(id)?)
    }

    /// Forgets one message that was set aside, or all.
    pub fn forget_quarantined(&self, id: Option<i64>, by: &str) -> Result<u64, NodeFault> {
        let what = id.map_or("everything set aside".to_owned(), |id| format!("quarantine {id}"));
        let detail = [("what", what), ("by", by.to_owned())];
        self.0.journal.record_blocking(entry(Entry::Deletion, self.now(), &detail))?;
        let forgotten = self.0.vault.forget_quarantined(id)?;
        if id.is_some() {
            return Ok(forgotten);
        }
        let files = self.quarantined_files()?.len();
        empty(&self.0.folders.quarantine)?;
        Ok(forgotten + files as u64)
    }

    /// A refused extract, or one with refused rows, as it came: opened into `to`.
    pub fn open_quarantined_file(&self, name: &str, to: &std::path::Path, by: &str) -> Result<(), NodeFault> {
        let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        let path = self.0.folders.quarantine.join(format!("{name}.sealed"));
        if !is_plain || !path.exists() {
            return Err(NodeFault::Refused(format!("there is no quarantined file `{name}`")));
        }
        let detail =
            [("act", "looked at".to_owned()), ("quarantine", name.to_owned()), ("by", by.to_owned())];
        self.0.journal.record_blocking(entry(Entry::Stewardship, self.now(), &detail))?;
        let source = crate::feed::Source::Sealed { path, name: name.to_owned(), ring: self.0.vault.ring()? };
        let fault = |error| NodeFault::File(to.display().to_string(), error);
        let mut out = crate::feed::private(to).map_err(fault)?;
        std::io::copy(&mut source.open().map_err(fault)?, &mut out).map_err(fault)?;
        let manifest = self.0.folders.quarantine.join(format!("{name}.manifest"));
        if manifest.exists() {
            let mut beside = to.as_os_str().to_owned();
            beside.push(".manifest");
            std::fs::copy(manifest, PathBuf::from(beside)).map_err(fault)?;
        }
        Ok(())
    }

    /// The names of the files that are kept in quarantine.
    pub fn quarantined_files(&self) -> Result<Vec<String>, NodeFault> {
        let names = entries(&self.0.folders.quarantine)?.into_iter();
        let mut names: Vec<String> = names
            .filter_map(|path| Some(path.file_name()?.to_str()?.strip_suffix(".sealed")?.to_owned()))
            .collect();
        names.sort();
        Ok(names)
    }

    /// Who was answered, about whom, and what: from the log, oldest first, behind index `after`. Recorded before it is given.
    pub fn viewed(
        &self,
        of: Option<&NhsNumber>,
        after: Option<u64>,
        by: &str,
    ) -> Result<Vec<Viewed>, NodeFault> {
        let detail = [("what", "who viewed".to_owned()), ("by", by.to_owned())];
        let mut noted = entry(Entry::AuditRead, self.now(), &detail);
        noted.whom = of.map(whom);
        self.0.journal.record_blocking(noted)?;
        let filter = audit::Filter {
            kind: Some(Entry::Answer),
            from: after.map_or(0, |after| after.saturating_add(1)),
            ..audit::Filter::default()
        };
        let key = super::hex_key(&self.0.config.audit.key_file)?;
        let entries = audit::inspect(&self.0.config.audit.place(), key, &filter)
            .map_err(|fault| NodeFault::Refused(format!("the log could not be read: {fault}")))?;
        let viewed = entries.into_iter().map(|one| Viewed::of(one.index, &one.entry));
        Ok(viewed.filter(|one| of.is_none_or(|number| one.nhs_number == number.digits())).collect())
    }
}

impl Viewed {
    fn of(index: u64, entry: &serde_json::Value) -> Self {
        let at = |pointer: &str| match entry.pointer(pointer) {
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => String::new(),
        };
        let moment = entry.get("at").and_then(serde_json::Value::as_i64);
        let moment = moment.and_then(|at| jiff::Timestamp::from_millisecond(at).ok());
        let name = [at("/who/name/title"), at("/who/name/given/0"), at("/who/name/family")];
        Self {
            index,
            at: moment.map(|at| at.to_string()).unwrap_or_default(),
            opening: at("/detail/opening"),
            request: at("/detail/request"),
            professional: name.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "),
            professional_id: at("/who/subject"),
            role: at("/who/role"),
            organisation: at("/who/organisation"),
            nhs_number: at("/whom/nhs_number"),
            asked: at("/detail/asked"),
            given: at("/detail/given"),
        }
    }
}

impl std::fmt::Debug for Viewed {
    /// It names two people.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Viewed({}, …)", self.index)
    }
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Held::Dataset(_) => "Dataset(…)",
            Held::Person(_) => "Person(…)",
            Held::Unit(_) => "Unit(…)",
            Held::Codes(_) => "Codes(…)",
        })
    }
}

fn entries(folder: &std::path::Path) -> Result<Vec<PathBuf>, NodeFault> {
    let fault = |error| NodeFault::File(folder.display().to_string(), error);
    let found = std::fs::read_dir(folder).map_err(fault)?;
    found.map(|entry| entry.map(|entry| entry.path()).map_err(fault)).collect()
}

fn empty(folder: &std::path::Path) -> Result<(), NodeFault> {
    for path in entries(folder)? {
        std::fs::remove_file(&path).map_err(|error| NodeFault::File(path.display().to_string(), error))?;
    }
    Ok(())
}
