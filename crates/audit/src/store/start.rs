//! Takes a store before it is opened, gives what is needed to ask witnesses how far they have seen its log: a checkpoint of
//! no leaves, which every tree begins with, and how far the store itself was published. Writes nothing.
//! Source: C2SP tlog-witness, "add-checkpoint", on asking with an old size of zero.

use super::{Settings, StoreFault, checkpoint, origin};
use crate::{Millis, seal::Keys, signed::checkpoint::Checkpoint, tree};
use sql::Link;

/// What to ask with, and what the answer is compared to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BeforeOpening {
    /// A signed checkpoint of the empty tree.
    pub note: String,
    /// Leaves under the newest checkpoint of the file; 0 where there is none.
    pub published: u64,
}

/// A store that is not there yet is asked about under the name it would take.
pub fn before_opening(settings: &Settings, now: Millis) -> Result<BeforeOpening, StoreFault> {
    let keys = Keys::derive(&settings.key).map_err(|_| StoreFault::Key)?;
    let (name, generation, published) = if settings.place.exists() {
        settings.place.look(stored).map_err(StoreFault::Connect)?
    } else {
        (None, 0, 0)
    };
    let name = name.unwrap_or_else(|| origin::named(&settings.origin, now.seconds()));
    let signer = origin::numbered(&keys, &name, generation).map_err(|_| StoreFault::Origin(name.clone()))?;
    let text = Checkpoint { origin: name, size: 0, root: tree::root_of(&[]) }.text();
    Ok(BeforeOpening { note: format!("{text}\n{}", signer.line(&text, 0)), published })
}

fn stored(link: &mut dyn Link) -> Result<(Option<String>, u32, u64), sql::Fault> {
    // A file from before the tree has published nothing, and no table that could say so.
    let Ok(generation) = origin::generation(link) else { return Ok((None, 0, 0)) };
    let published = checkpoint::last(link)?.map_or(0, |published| published.checkpoint.size);
    Ok((origin::of(link)?, generation.unwrap_or(0), published))
}
