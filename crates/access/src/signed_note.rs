//! Takes a text and keys, gives a note with signatures; takes a note, gives who of the known signers signed just that text.
//! Source: C2SP signed-note (v1.0.0), Ed25519; RFC 8032.

use crate::session;
use aws_lc_rs::{
    rand,
    signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::fmt;

/// The signature type of Ed25519.
const ED25519_TYPE: u8 = 1;
const SIGNATURE_START: &str = "\u{2014} ";
const PRIVATE: &str = "PRIVATE+KEY+";
/// A note has a handful of signers.
const SIGNATURES_MAX: usize = 100;

/// Whose signatures are known: `name+hash+key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    id: [u8; 4],
    key: Vec<u8>,
}

/// Somebody's own key. Neither printed nor compared.
pub struct SigningKey {
    name: String,
    pair: Ed25519KeyPair,
}

/// The text is no key, or no note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a key of the signed-note form")]
pub struct NotAKey;

impl Verifier {
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let (name, rest) = text.trim().split_once('+').ok_or(NotAKey)?;
        let (id, key) = rest.split_once('+').ok_or(NotAKey)?;
        let key = STANDARD.decode(key).map_err(|_| NotAKey)?;
        let verifier = Self::new(name, typed(&key)?);
        let stated = session::hex(&verifier.id);
        if is_name(name) && verifier.key.len() == 32 && stated == id { Ok(verifier) } else { Err(NotAKey) }
    }

    fn new(name: &str, key: &[u8]) -> Self {
        let hashed = [name.as_bytes(), b"\n", &[ED25519_TYPE], key].concat();
        let mut id = [0; 4];
        for (to, from) in id.iter_mut().zip(session::hash(&hashed)) {
            *to = from;
        }
        Self { name: name.to_owned(), id, key: key.to_owned() }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the note holds this signer's valid signature over exactly `text`.
    pub fn has_signed(&self, note: &str, text: &str) -> bool {
        let Some(signatures) = note.strip_prefix(text).and_then(|rest| rest.strip_prefix('\n')) else {
            return false;
        };
        let own = |line: &str| {
            let (name, signature) = line.strip_prefix(SIGNATURE_START)?.split_once(' ')?;
            let bytes = STANDARD.decode(signature).ok()?;
            let signature = bytes.strip_prefix(&self.id)?;
            let key = UnparsedPublicKey::new(&ED25519, &self.key);
            (name == self.name).then(|| key.verify(text.as_bytes(), signature).is_ok())
        };
        text.ends_with('\n') && signatures.lines().take(SIGNATURES_MAX).any(|line| own(line) == Some(true))
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = STANDARD.encode([&[ED25519_TYPE], self.key.as_slice()].concat());
        write!(f, "{}+{}+{key}", self.name, session::hex(&self.id))
    }
}

impl SigningKey {
    /// A fresh key and its text, to be kept secret.
    pub fn generate(name: &str) -> Result<(Self, String), NotAKey> {
        let mut seed = [0; 32];
        rand::fill(&mut seed).map_err(|_| NotAKey)?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| NotAKey)?;
        let key = Self { name: name.to_owned(), pair };
        if !is_name(name) {
            return Err(NotAKey);
        }
        let id = session::hex(&key.verifier().id);
        let text =
            format!("{PRIVATE}{name}+{id}+{}", STANDARD.encode([&[ED25519_TYPE], seed.as_slice()].concat()));
        Ok((key, text))
    }

    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let rest = text.trim().strip_prefix(PRIVATE).ok_or(NotAKey)?;
        let (name, rest) = rest.split_once('+').ok_or(NotAKey)?;
        let (id, seed) = rest.split_once('+').ok_or(NotAKey)?;
        let seed = STANDARD.decode(seed).map_err(|_| NotAKey)?;
        let pair = Ed25519KeyPair::from_seed_unchecked(typed(&seed)?).map_err(|_| NotAKey)?;
        let key = Self { name: name.to_owned(), pair };
        if is_name(name) && session::hex(&key.verifier().id) == id { Ok(key) } else { Err(NotAKey) }
    }

    pub fn verifier(&self) -> Verifier {
        Verifier::new(&self.name, self.pair.public_key().as_ref())
    }

    /// The note with this signature behind those it has. A note over another text is begun anew: what was signed is not this.
    pub fn sign(&self, note: &str, text: &str) -> String {
        let begun = note.strip_prefix(text).is_some_and(|rest| rest.starts_with('\n'));
        let note = if begun { note.to_owned() } else { format!("{text}\n") };
        let verifier = self.verifier();
        if verifier.has_signed(&note, text) {
            return note;
        }
        let signature = [verifier.id.as_slice(), self.pair.sign(text.as_bytes()).as_ref()].concat();
        format!("{note}{SIGNATURE_START}{} {}\n", self.name, STANDARD.encode(signature))
    }
}

fn typed(bytes: &[u8]) -> Result<&[u8], NotAKey> {
    bytes.strip_prefix(&[ED25519_TYPE]).ok_or(NotAKey)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains('+') && !name.chars().any(char::is_whitespace)
}

#[cfg(test)]
mod tests;
