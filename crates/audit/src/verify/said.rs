//! Takes a checkpoint as it was published, gives what it says and who signed it. Refuses extension lines.
//! Source: C2SP signed-note; C2SP tlog-checkpoint; C2SP tlog-cosignature; RFC 8032.

use crate::hash::{Hash, hex, sha256};
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::STANDARD};

/// A checkpoint, not yet believed.
pub(super) struct Said {
    pub(super) origin: String,
    pub(super) size: u64,
    pub(super) root: Hash,
    text: String,
    /// Name, and key id with signature.
    lines: Vec<(String, Vec<u8>)>,
}

/// What a key has to do with a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signed {
    Not,
    Falsely,
    /// With the seconds that a cosignature states; for a log 0.
    Truly(u64),
}

impl Said {
    pub(super) fn read(note: &str) -> Option<Self> {
        let (text, lines) = note.split_once("\n\n")?;
        let parts: Vec<&str> = text.split('\n').collect();
        let [origin, size, root] = parts.as_slice() else { return None };
        let line = |line: &str| {
            let (name, signature) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
            Some((name.to_owned(), STANDARD.decode(signature).ok().filter(|bytes| bytes.len() > 4)?))
        };
        let count: u64 = size.parse().ok()?;
        Some(Self {
            origin: (*origin).to_owned(),
            size: count,
            root: STANDARD.decode(root).ok()?.try_into().ok()?,
            text: format!("{text}\n"),
            lines: lines.strip_suffix('\n')?.split('\n').map(line).collect::<Option<_>>()?,
        })
        .filter(|said| count.to_string() == *size && !said.origin.is_empty())
    }

    pub(super) fn by(&self, key: &Key) -> Signed {
        let ours = self.lines.iter().filter(|(name, bytes)| *name == key.name && bytes.starts_with(&key.id));
        let mut seen = Signed::Not;
        for (_, bytes) in ours {
            let signature = bytes.get(4..).unwrap_or_default();
            let (time, message, signature) = match (key.kind, signature.split_first_chunk::<8>()) {
                (1, _) => (0, self.text.clone(), signature),
                (_, Some((time, signature))) => {
                    let time = u64::from_be_bytes(*time);
                    (time, format!("cosignature/v1\ntime {time}\n{}", self.text), signature)
                }
                (_, None) => return Signed::Falsely,
            };
            if UnparsedPublicKey::new(&ED25519, &key.public).verify(message.as_bytes(), signature).is_err() {
                return Signed::Falsely;
            }
            seen = Signed::Truly(time);
        }
        seen
    }
}

/// A public key as `name+id+key`.
pub(super) struct Key {
    pub(super) name: String,
    id: [u8; 4],
    /// 1 signs notes, 4 cosigns.
    pub(super) kind: u8,
    pub(super) public: [u8; 32],
}

impl Key {
    pub(super) fn read(text: &str) -> Option<Self> {
        let (name, rest) = text.split_once('+')?;
        let (id, key) = rest.split_once('+')?;
        let key = STANDARD.decode(key).ok()?;
        let (kind, public) = key.split_first()?;
        let id_of: [u8; 4] = *sha256(&[name.as_bytes(), b"\n", &key]).first_chunk()?;
        Some(Self { name: name.to_owned(), id: id_of, kind: *kind, public: public.try_into().ok()? })
            .filter(|_| matches!(kind, 1 | 4) && hex(&id_of) == id && !name.is_empty())
    }
}
