//! Takes a size and a root, gives the text a log signs; takes that text, gives them back. Refuses extension lines, as ours
//! has none and nobody could check them.
//! Source: C2SP tlog-checkpoint, "Note text".

use crate::hash::Hash;
use base64::{Engine, engine::general_purpose::STANDARD};

/// What a log says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name.
    pub origin: String,
    /// Leaves in the tree.
    pub size: u64,
    pub root: Hash,
}

impl Checkpoint {
    /// Three lines.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// `None` for everything that [`Checkpoint::text`] would not have written.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, hash(lines.next()?)?);
        let more = lines.next().is_some();
        (!more && !origin.is_empty()).then_some(Self { origin: origin.to_owned(), size: number(size)?, root })
    }
}

/// Decimal, one spelling, within what a store can count.
pub fn number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (i64::try_from(number).is_ok() && number.to_string() == text).then_some(number)
}

/// One hash in base64.
pub fn hash(text: &str) -> Option<Hash> {
    STANDARD.decode(text).ok()?.try_into().ok()
}
