//! Takes an index, its path and a checkpoint, gives the text that proves one leaf to whoever has the log's public key; takes
//! such a text, gives them back. Whether it holds is asked with [`TlogProof::holds`].
//! Source: C2SP tlog-proof, "Format".

use super::{Note, checkpoint};
use crate::{
    hash::Hash,
    tree::proof::{LONGEST, is_included},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use checkpoint::Checkpoint;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// A leaf's place, without the leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    pub index: u64,
    pub path: Vec<Hash>,
    /// The signed note as it was published, cosignatures and all.
    pub note: String,
}

impl TlogProof {
    pub fn text(&self) -> String {
        let path: String = self.path.iter().map(|hash| STANDARD.encode(hash) + "\n").collect();
        format!("{FIRST_LINE}\nindex {}\n{path}\n{}", self.index, self.note)
    }

    /// `None` where it is of another form. Extra data is passed over: nothing vouches for it.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > super::LONGEST * 2 {
            return None;
        }
        let rest = text.strip_prefix(FIRST_LINE)?.strip_prefix('\n')?;
        let (head, note) = rest.split_once("\n\n")?;
        let mut lines = head.split('\n').peekable();
        let extra = lines.next_if(|line| line.starts_with("extra "));
        if extra
            .and_then(|line| line.strip_prefix("extra "))
            .is_some_and(|data| STANDARD.decode(data).is_err())
        {
            return None;
        }
        let index = checkpoint::number(lines.next()?.strip_prefix("index ")?)?;
        let path: Vec<Hash> = lines.map(checkpoint::hash).collect::<Option<_>>()?;
        (path.len() <= LONGEST).then(|| Self { index, path, note: note.to_owned() })
    }

    /// The checkpoint under which a leaf with this hash stands. Its signatures are still to be checked.
    pub fn holds(&self, leaf: &Hash) -> Option<(Note, Checkpoint)> {
        let note = Note::parse(&self.note).ok()?;
        let checkpoint = Checkpoint::parse(&note.text)?;
        let place = (self.index, checkpoint.size);
        is_included(leaf, place, &self.path, &checkpoint.root).then_some((note, checkpoint))
    }
}
