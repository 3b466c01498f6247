//! Takes the tree as it stands, gives it signed: durable before anybody is given it, and only when the tree still begins with
//! the one that was signed last. If it does not, nothing is signed and the door shuts (HAZ-030).
//! Source: C2SP tlog-checkpoint, "Signatures"; C2SP tlog-cosignature; RFC 6962 section 2.1.2.

use super::{
    Fault, Store, Why,
    desk::{Desk, Kept, Stop},
    frozen, grown, origin,
    rows::int,
};
use crate::{
    Millis,
    entry::{Entry, Key, Kind},
    hash::Hash,
    signed::{Note, Signs, Verifier, checkpoint::Checkpoint},
    tree::proof,
};
use sql::{Link, Value, first};
use std::collections::BTreeMap;

/// A checkpoint as it is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    pub checkpoint: Checkpoint,
    /// The signed note, with every cosignature so far.
    pub note: String,
    pub at: Millis,
    /// Who has cosigned it, by verifier key, and when, in seconds since 1970.
    pub cosigned: BTreeMap<String, u64>,
}

impl Store {
    /// The log's name.
    pub fn origin(&self) -> &str {
        &self.0.state.origin
    }

    /// Signs the tree where it has grown since it was last signed; gives the newest checkpoint either way.
    pub async fn checkpoint(&self, now: Millis) -> Result<Published, Fault> {
        self.write(0, move |desk| sign(desk, now)).await
    }

    /// The newest checkpoint, once there is one.
    pub async fn published(&self) -> Result<Option<Published>, Fault> {
        self.0.reader.look(last).await
    }

    /// That the tree of `new` leaves begins with that of `old`, from what is stored.
    pub async fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, Fault> {
        self.0.reader.look(move |link| proof::consistency(&mut grown::reader(link, new), old, new)).await
    }

    /// Keeps a witness's line over the checkpoint of this size. `Rejected(Malformed)` where it is not that witness's.
    pub async fn cosigned(&self, size: u64, verifier: &Verifier, line: String) -> Result<(), Fault> {
        let verifier = verifier.clone();
        self.write(0, move |desk| {
            let found = first(desk.link, "SELECT note FROM checkpoint WHERE size = $1", &[int(size)])?;
            let text = found.ok_or(Stop::Refuse(Why::Unknown))?.text();
            let note = Note::parse(&(text + &line)).map_err(|_| Stop::Refuse(Why::Malformed))?;
            let Some(Ok(seconds)) = verifier.check(&note).filter(|_| verifier.signs() == Signs::Cosignatures)
            else {
                return Err(Stop::Refuse(Why::Malformed));
            };
            desk.execute(
                "INSERT INTO cosignature (size, verifier, line, seconds) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (size, verifier) DO UPDATE SET line = excluded.line, seconds = excluded.seconds",
                &[int(size), Value::Text(&verifier.to_string()), Value::Text(&line), int(seconds)],
            )?;
            Ok(Ok(()))
        })
        .await
    }

    /// Changes the key that signs: a `configuration` leaf names the new one, the old one signs the tree with that leaf in
    /// it, and whatever is signed after that is the new one's. Gives the new verifier key. `by` are the two who decided it.
    pub async fn rotate_key(&self, by: [String; 2], now: Millis) -> Result<Verifier, Fault> {
        self.write(1, move |desk| {
            let (generation, old) = origin::signer(desk.link, desk.keys, &desk.state.origin)?;
            let new = origin::numbered(desk.keys, &desk.state.origin, generation + 1)?;
            let mut entry = Entry::new(Kind::Configuration, Key::configuration("log-key", now), now);
            entry.cause = Some("log key changed".to_owned());
            let [first, second] = by.clone();
            let (before, after) = (old.verifier().to_string(), new.verifier().to_string());
            for (name, value) in [("before", before), ("after", after), ("by", first), ("second", second)] {
                entry.detail.insert(name.to_owned(), value);
            }
            desk.author(&entry, now)?;
            if let Err(why) = sign(desk, now)? {
                return Ok(Err(why));
            }
            origin::announce(desk.link, generation + 1, &new, desk.tree.size())?;
            Ok(Ok(new.verifier().clone()))
        })
        .await
    }
}

/// In the transaction of the leaves it covers, or a later one.
pub(super) fn sign(desk: &mut Desk<'_>, now: Millis) -> Result<Kept<Published>, Stop> {
    desk.grow().map_err(Stop::Fail)?;
    let (size, root) = (desk.tree.size(), desk.tree.root());
    let before = last(desk.link)?;
    if let Some(before) = &before {
        if let Err(what) = still_begins_with(desk, before, (size, &root))? {
            let shut = frozen::freeze(
                &desk.state.store,
                &format!("{what}; a checkpoint of {size} leaves was not signed"),
            );
            return if shut.is_ok() {
                Ok(Err(Why::Closed))
            } else {
                Err(Stop::Fail(super::desk::End::unavailable()))
            };
        }
        if before.checkpoint.size == size {
            return Ok(Ok(before.clone()));
        }
    }
    let (_, signer) = origin::signer(desk.link, desk.keys, &desk.state.origin)?;
    let checkpoint = Checkpoint { origin: desk.state.origin.clone(), size, root };
    let text = checkpoint.text();
    let note = format!("{text}\n{}", signer.line(&text, 0));
    desk.execute(
        "INSERT INTO checkpoint (size, root, note, at) VALUES ($1, $2, $3, $4)",
        &[int(size), Value::Bytes(&root), Value::Text(&note), Value::Int(now.0)],
    )?;
    Ok(Ok(Published { checkpoint, note, at: now, cosigned: BTreeMap::new() }))
}

/// What was signed last is ours, and the tree of the store begins with it; otherwise what is wrong. A file that cannot be read
/// proves nothing: that is the store's own trouble, and passes.
fn still_begins_with(
    desk: &mut Desk<'_>,
    before: &Published,
    new: (u64, &Hash),
) -> Result<Result<(), String>, Stop> {
    let (size, root) = (before.checkpoint.size, &before.checkpoint.root);
    let said = format!("the checkpoint of {size} leaves");
    let Ok(note) = Note::parse(&before.note) else { return Ok(Err(format!("{said} cannot be read"))) };
    let (newest, _) = origin::signer(desk.link, desk.keys, &desk.state.origin)?;
    let ours = (0..=newest).any(|generation| {
        origin::numbered(desk.keys, &desk.state.origin, generation)
            .is_ok_and(|signer| signer.verifier().check(&note) == Some(Ok(0)))
    });
    if !ours || Checkpoint::parse(&note.text).as_ref() != Some(&before.checkpoint) {
        return Ok(Err(format!("{said} is not what was signed")));
    }
    let path = match proof::consistency(&mut grown::reader(desk.link, new.0), size, new.0) {
        Ok(path) => path,
        Err(sql::Fault::Damaged) => {
            return Ok(Err(format!("a part of the tree between {said} and now is gone")));
        }
        Err(fault) => return Err(fault.into()),
    };
    let begins = proof::is_consistent((size, root), new, &path);
    Ok(if begins { Ok(()) } else { Err(format!("the tree does not begin with {said}")) })
}

/// The newest, with its cosignatures behind it.
pub(crate) fn last(link: &mut dyn Link) -> Result<Option<Published>, sql::Fault> {
    let sql = "SELECT size, note, at FROM checkpoint ORDER BY size DESC LIMIT 1";
    let Some(mut found) = first(link, sql, &[])? else { return Ok(None) };
    let (size, mut note, at) = (found.int().cast_unsigned(), found.text(), found.int());
    // One that cannot be read is of size and root of no tree, and is refused wherever it is compared.
    let text = note.split_once("\n\n").map_or("", |(text, _)| text);
    let nothing = Checkpoint { origin: String::new(), size, root: [0; 32] };
    let checkpoint = Checkpoint::parse(&format!("{text}\n")).unwrap_or(nothing);
    let sql = "SELECT verifier, line, seconds FROM cosignature WHERE size = $1 ORDER BY verifier";
    let mut cosigned = BTreeMap::new();
    for mut line in link.query(sql, &[int(size)])? {
        let verifier = line.text();
        note.push_str(&line.text());
        cosigned.insert(verifier, line.int().cast_unsigned());
    }
    Ok(Some(Published { checkpoint, note, at: Millis(at), cosigned }))
}
