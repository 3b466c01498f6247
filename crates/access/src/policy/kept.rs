//! Takes an agreement in force, gives its texts to be kept; takes what was kept, gives the agreement of that day, the same to the
//! last bit or not at all. Nothing in it is about any person.

use super::{
    Deployment, Policy, PolicyFault, SourceFacts,
    bundle::{self, Bundle},
    engine,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::Path};

const SETTINGS: &str = "deployment.json";
const TEXTS: &str = "agreement/";

/// What an agreement was read from.
pub(super) struct Read {
    texts: BTreeMap<String, String>,
    settings: Settings,
}

/// What was not in the agreement's files.
#[derive(Clone, Serialize, Deserialize)]
struct Settings {
    sources: Vec<SourceFacts>,
    deployment: Option<Deployment>,
}

/// Why the agreement of an earlier day cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeptFault {
    #[error("no agreement `{0}` was kept here")]
    Absent(String),
    #[error("what was kept of agreement `{0}` is not what was in force")]
    Altered(String),
    #[error("the agreement that was kept cannot be read")]
    Policy(#[from] PolicyFault),
}

impl Read {
    pub(super) fn of(bundle: &Bundle, sources: &[SourceFacts], deployment: Option<&Deployment>) -> Self {
        let settings = Settings { sources: sources.to_vec(), deployment: deployment.cloned() };
        Self { texts: bundle.texts().clone(), settings }
    }

    /// Whether the engine made from these texts is the one that those would make.
    pub(super) fn has_the_same_rules(&self, other: &Bundle, training: bool) -> bool {
        let was_training = self.settings.deployment.as_ref().is_some_and(|deployment| deployment.training);
        let same = |name: &&str| self.texts.get(*name) == other.texts().get(*name);
        was_training == training && engine::FILES.iter().all(same)
    }
}

impl Policy {
    /// Files by their path, to be written once under the agreement's id.
    pub fn to_keep(&self) -> BTreeMap<String, String> {
        let texts = self.read.texts.iter().map(|(name, text)| (format!("{TEXTS}{name}"), text.clone()));
        let settings = serde_json::to_string_pretty(&self.read.settings).unwrap_or_default();
        texts.chain([(SETTINGS.to_owned(), settings)]).collect()
    }

    /// The agreement of that id, from the directory those files were written to. Signatures were checked when it came into force.
    pub fn of_then(dir: &Path, id: &str) -> Result<Policy, KeptFault> {
        let absent = || KeptFault::Absent(id.to_owned());
        let text = std::fs::read_to_string(dir.join(SETTINGS)).map_err(|_| absent())?;
        let settings: Settings =
            serde_json::from_str(&text).map_err(|_| KeptFault::Altered(id.to_owned()))?;
        let policy = Self::assemble(
            bundle::read(&dir.join(TEXTS))?,
            &settings.sources,
            settings.deployment.as_ref(),
            None,
        )?;
        if policy.id == id { Ok(policy) } else { Err(KeptFault::Altered(id.to_owned())) }
    }
}
