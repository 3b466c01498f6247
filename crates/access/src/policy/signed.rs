//! Takes the agreement as read and those who may sign it, gives nothing where every part that must be signed is signed by two of
//! them, else the part that is not. The board signs the agreement, each partner its own files; two hands always (HAZ-055).

use super::{
    Deployment, PolicyFault,
    bundle::{self, Bundle},
};
use crate::signed_note::Verifier;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::Path};

/// How many different people sign.
const HANDS: usize = 2;
/// What the board signs, by name.
const AGREEMENT: &str = "agreement";

/// One person's key, and what they may sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signer {
    /// `name+hash+key`, as `shcr policy new-key` prints it.
    pub key: String,
    /// `agreement`, or files of one partner such as `roles/acute-epr.csv`.
    pub signs: Vec<String>,
}

/// The text a signature of `name` is over: `agreement`, or a partner's file by its path within the directory.
pub fn text_to_sign(dir: &Path, name: &str) -> Result<String, PolicyFault> {
    text(&bundle::read(dir)?, name)
}

fn text(bundle: &Bundle, name: &str) -> Result<String, PolicyFault> {
    match name {
        AGREEMENT => Ok(format!("sharing agreement 1\n{}\n", bundle.agreement_id())),
        file => Ok(format!("sharing agreement file 1\n{file}\n{}\n", bundle::hash(bundle.text(file)?))),
    }
}

pub(super) fn check(bundle: &Bundle, deployment: &Deployment) -> Result<(), PolicyFault> {
    let verifiers = verifiers(deployment)?;
    if deployment.training && verifiers.is_empty() {
        return Ok(());
    }
    let own = bundle.texts().keys().map(String::as_str);
    let own = own.filter(|name| bundle::is_partners_own(name) && name.ends_with(".csv"));
    for name in std::iter::once(AGREEMENT).chain(own) {
        let text = text(bundle, name)?;
        let note = std::fs::read_to_string(bundle.path(&format!("{name}.sig"))).unwrap_or_default();
        // By name and by key: one person with two keys, or two names for one key, are one hand.
        let mut hands: BTreeMap<&str, String> = BTreeMap::new();
        for (verifier, signs) in &verifiers {
            let may = signs.iter().any(|signs| signs == name);
            if may && verifier.has_signed(&note, &text) && !hands.values().any(|key| *key == key_of(verifier))
            {
                hands.insert(verifier.name(), key_of(verifier));
            }
        }
        if hands.len() < HANDS {
            return Err(PolicyFault::Signatures { file: name.to_owned(), valid: hands.len() });
        }
    }
    Ok(())
}

fn verifiers(deployment: &Deployment) -> Result<Vec<(Verifier, &[String])>, PolicyFault> {
    let parse = |signer: &Signer| {
        Verifier::parse(&signer.key).map_err(|_| PolicyFault::Signer { key: signer.key.clone() })
    };
    deployment.signers.iter().map(|signer| Ok((parse(signer)?, signer.signs.as_slice()))).collect()
}

/// The key without its name.
fn key_of(verifier: &Verifier) -> String {
    verifier.to_string().rsplit('+').next().unwrap_or_default().to_owned()
}
