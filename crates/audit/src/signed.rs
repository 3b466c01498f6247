//! Takes text and keys, gives notes signed by them; takes a note, gives its text and signatures. Refuses notes with control
//! characters, without a signature, or with one that no line of this form could hold. Who has signed is asked key by key:
//! lines of keys that nobody asks about are left alone.
//! Source: C2SP signed-note; RFC 8032 (Ed25519); C2SP tlog-cosignature, "Ed25519 signed message".

/// What a checkpoint says.
pub mod checkpoint;
/// One leaf, its checkpoint, and what joins them.
pub mod proof;

use crate::hash::{hex, sha256, unhex};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::fmt;

/// A longer note is refused unread.
pub const LONGEST: usize = 64 * 1024;
/// More signatures than this are refused; the standard asks for 16 at least.
const MOST_LINES: usize = 64;

/// What a key signs: each kind has another id for the same key, so that one is never taken for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signs {
    /// Notes, as logs do.
    Notes = 1,
    /// Checkpoints of others, with the time, as witnesses do.
    Cosignatures = 4,
}

/// A public key with its name, `name+id+key`: all that trust is put in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Verifier {
    name: String,
    signs: Signs,
    key: [u8; 32],
}

/// The text is no verifier key of Ed25519.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a verifier key `name+id+key` of Ed25519 (types 1 and 4)")]
pub struct NotAVerifier;

impl Verifier {
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn signs(&self) -> Signs {
        self.signs
    }

    /// The key itself: two verifiers with the same are one, whatever their names.
    pub fn public_key(&self) -> &[u8; 32] {
        &self.key
    }

    pub fn parse(text: &str) -> Result<Self, NotAVerifier> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NotAVerifier);
        };
        let bytes = STANDARD.decode(key).map_err(|_| NotAVerifier)?;
        let (signs, key) = match bytes.split_first() {
            Some((1, key)) => (Signs::Notes, key),
            Some((4, key)) => (Signs::Cosignatures, key),
            _ => return Err(NotAVerifier),
        };
        let key = key.try_into().map_err(|_| NotAVerifier)?;
        let verifier = Self { name: name.to_owned(), signs, key };
        let right = is_name(name) && unhex(id) == Some(verifier.id());
        right.then_some(verifier).ok_or(NotAVerifier)
    }

    /// `SHA-256(name ‖ 0x0A ‖ type ‖ key)`, its first four bytes.
    fn id(&self) -> [u8; 4] {
        let hash = sha256(&[self.name.as_bytes(), b"\n", &[self.signs as u8], &self.key]);
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// `None`: no line of this key. `Some(Err)`: there is one, and it is false. Of a cosignature: the seconds it states.
    pub fn check(&self, note: &Note) -> Option<Result<u64, FalseSignature>> {
        let id = self.id();
        let mut lines = note.lines.iter().filter(|line| line.name == self.name && line.id == id).peekable();
        lines.peek()?;
        let checked: Result<Vec<u64>, _> =
            lines.map(|line| self.check_one(&note.text, &line.signature)).collect();
        Some(checked.map(|times| times.into_iter().max().unwrap_or(0)))
    }

    fn check_one(&self, text: &str, signature: &[u8]) -> Result<u64, FalseSignature> {
        let (time, signature, message) = match self.signs {
            Signs::Notes => (0, signature, text.as_bytes().to_vec()),
            Signs::Cosignatures => {
                let (time, signature) = signature.split_first_chunk::<8>().ok_or(FalseSignature)?;
                let time = u64::from_be_bytes(*time);
                (time, signature, cosigned(text, time))
            }
        };
        if i64::try_from(time).is_err() {
            return Err(FalseSignature);
        }
        let key = UnparsedPublicKey::new(&ED25519, &self.key);
        key.verify(&message, signature).map(|()| time).map_err(|_| FalseSignature)
    }
}

/// A line under a known key's name and id that the key did not write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a signature under a known key is false")]
pub struct FalseSignature;

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = STANDARD.encode([&[self.signs as u8], self.key.as_slice()].concat());
        write!(f, "{}+{}+{key}", self.name, hex(&self.id()))
    }
}

/// A private key with its name.
pub struct Signer {
    verifier: Verifier,
    pair: Ed25519KeyPair,
}

impl Signer {
    /// From the 32 bytes of an Ed25519 seed. `None` where the name cannot stand in a note.
    pub fn new(name: &str, signs: Signs, seed: &[u8; 32]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
        let key = pair.public_key().as_ref().try_into().ok()?;
        let verifier = Verifier { name: name.to_owned(), signs, key };
        is_name(name).then_some(Self { verifier, pair })
    }

    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// One signature line over this text, with its newline. `seconds` stands in a cosignature only.
    pub fn line(&self, text: &str, seconds: u64) -> String {
        let mut bytes = self.verifier.id().to_vec();
        let message = match self.verifier.signs {
            Signs::Notes => text.as_bytes().to_vec(),
            Signs::Cosignatures => {
                bytes.extend_from_slice(&seconds.to_be_bytes());
                cosigned(text, seconds)
            }
        };
        bytes.extend_from_slice(self.pair.sign(&message).as_ref());
        format!("\u{2014} {} {}\n", self.verifier.name, STANDARD.encode(bytes))
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.verifier)
    }
}

/// A text and who is said to have signed it. Nothing of it is to be believed before a [`Verifier`] has checked it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Ends with a newline.
    pub text: String,
    lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    name: String,
    id: [u8; 4],
    signature: Vec<u8>,
}

/// Why a text is no signed note. Carries nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotANote {
    #[error("longer than 65,536 bytes, or with a control character")]
    Text,
    #[error("no empty line before the signatures")]
    Divided,
    #[error("a signature line is not `\u{2014} name base64`")]
    Line,
    #[error("more than 64 signatures")]
    Lines,
}

impl Note {
    pub fn parse(note: &str) -> Result<Self, NotANote> {
        if note.len() > LONGEST || note.chars().any(|c| c < ' ' && c != '\n') {
            return Err(NotANote::Text);
        }
        // The last empty line: the text may have others.
        let at = note.rfind("\n\n").ok_or(NotANote::Divided)?;
        let (text, lines) = note.split_at_checked(at + 1).ok_or(NotANote::Divided)?;
        let lines =
            lines.strip_prefix('\n').and_then(|lines| lines.strip_suffix('\n')).ok_or(NotANote::Line)?;
        let lines: Vec<Line> = lines.split('\n').take(MOST_LINES + 1).map(line).collect::<Result<_, _>>()?;
        if lines.len() > MOST_LINES {
            return Err(NotANote::Lines);
        }
        Ok(Self { text: text.to_owned(), lines })
    }
}

fn line(text: &str) -> Result<Line, NotANote> {
    let (name, base64) =
        text.strip_prefix("\u{2014} ").and_then(|rest| rest.split_once(' ')).ok_or(NotANote::Line)?;
    let bytes = STANDARD.decode(base64).map_err(|_| NotANote::Line)?;
    let (id, signature) = bytes.split_first_chunk::<4>().ok_or(NotANote::Line)?;
    if !is_name(name) || signature.is_empty() {
        return Err(NotANote::Line);
    }
    Ok(Line { name: name.to_owned(), id: *id, signature: signature.to_vec() })
}

fn cosigned(text: &str, seconds: u64) -> Vec<u8> {
    format!("cosignature/v1\ntime {seconds}\n{text}").into_bytes()
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

#[cfg(test)]
mod tests;
