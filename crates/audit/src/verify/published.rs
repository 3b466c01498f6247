//! Takes a way to fetch the parts of a log, and whom to trust; gives what the log holds, or the first index at which it is
//! not one log. An export lies in files under the same paths, with bodies and proofs beside, and is checked offline.
//! Source: C2SP tlog-tiles, "APIs"; C2SP tlog-proof; C2SP tlog-policy.

use super::{
    VerifyFault,
    chain::{Chains, Leaf},
    fault_at, orders,
    said::{Key, Said, Signed},
    tree::{self, Tree},
};
use crate::{
    hash::{ENTRY, Hash, MANIFEST, commitment, hex, sha256, unhex},
    policy::Policy,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;

/// Why a part could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// It is not there.
    Absent,
    /// Nobody could say.
    Unreachable(String),
}

/// Gives the bytes at a path such as `checkpoint` or `tile/0/000`.
pub type Fetch<'a> = dyn FnMut(&str) -> Result<Vec<u8>, Missing> + 'a;

/// Whose signatures count.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// With it the log's key and the witnesses come from outside; without it the signature is not looked at.
    pub policy: Option<Policy>,
    /// Leaves before this index are taken as their hashes in the tiles.
    pub from: u64,
    /// Leaves from this index on, too: an export need not have them.
    pub to: Option<u64>,
}

/// A log that is one log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checked {
    pub origin: String,
    pub size: u64,
    pub root: Hash,
    /// Leaves that were read, not only their hashes.
    pub leaves: u64,
    /// Entries whose commitment was recomputed.
    pub bodies: u64,
    pub proofs: u64,
    /// Entries that are gone, each by an order in the same log.
    pub deleted: u64,
    /// By which witnesses of the policy, by name; and whether they are enough.
    pub witnesses: Vec<String>,
    pub quorum: bool,
    /// Whether a key from outside vouches for the checkpoint.
    pub signed: bool,
    /// The end of the log that this one goes on from; not yet looked at.
    pub goes_on_from: Option<Before>,
}

/// How a log says that the one before it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    pub origin: String,
    pub size: u64,
    pub root: Hash,
}

/// Reads the checkpoint, then the tree under it.
pub fn published(fetch: &mut Fetch<'_>, trust: &Trust) -> Result<Checked, VerifyFault> {
    let note = text(fetch, "checkpoint", 0)?;
    let said = Said::read(&note).ok_or_else(|| fault_at(0, "the checkpoint cannot be read"))?;
    let mut checked = Checked {
        origin: said.origin.clone(),
        size: said.size,
        root: said.root,
        quorum: true,
        ..Checked::default()
    };
    signatures(&said, trust.policy.as_ref(), &mut checked)?;
    let hashes = hashes(fetch, &said)?;
    let read = leaves(fetch, trust, &hashes, &mut checked)?;
    extras(fetch, (trust.from, &read.commits), &hashes, &mut checked)?;
    if let Some(kind) = read.first {
        checked.goes_on_from = goes_on_from(fetch, &kind, read.commits.first())?;
    }
    Ok(checked)
}

/// The first leaf of a log that goes on from another is an incident, and what it commits to is there for everybody.
fn goes_on_from(
    fetch: &mut Fetch<'_>,
    kind: &str,
    leaf: Option<&(Hash, i64)>,
) -> Result<Option<Before>, VerifyFault> {
    if kind != "incident" {
        return Ok(None);
    }
    let wrong = || fault_at(0, "what this log goes on from is not what its first leaf commits to");
    let body: Body = serde_json::from_slice(&part(fetch, "fork-after", 0)?).map_err(|_| wrong())?;
    if !leaf.is_some_and(|(commit, _)| body.index == 0 && body.manifest.is_none() && is_of(&body, commit)) {
        return Err(wrong());
    }
    let entry: serde_json::Value = serde_json::from_str(&body.entry).map_err(|_| wrong())?;
    let said = |name: &str| entry.pointer(&format!("/detail/{name}")).and_then(serde_json::Value::as_str);
    let before = || {
        let size = said("size")?.parse().ok()?;
        Some(Before { origin: said("log")?.to_owned(), size, root: unhex(said("root")?)? })
    };
    before().map(Some).ok_or_else(|| fault_at(0, "the first leaf names no log to go on from"))
}

fn signatures(said: &Said, policy: Option<&Policy>, checked: &mut Checked) -> Result<(), VerifyFault> {
    let Some(policy) = policy else { return Ok(()) };
    let keys = policy.logs.iter().filter_map(|log| Key::read(&log.verifier));
    for key in keys.filter(|key| key.name == said.origin && key.kind == 1) {
        match said.by(&key) {
            Signed::Falsely => return Err(fault_at(said.size, "the checkpoint's signature is false")),
            Signed::Truly(_) => checked.signed = true,
            Signed::Not => {}
        }
    }
    if !checked.signed {
        return Err(fault_at(said.size, "the checkpoint is not signed by a log of the policy"));
    }
    for witness in &policy.witnesses {
        let key = Key::read(&witness.verifier).filter(|key| key.kind == 4);
        let Some(key) = key else {
            return Err(fault_at(0, "the policy has a witness key that cannot be read"));
        };
        match said.by(&key) {
            Signed::Falsely => return Err(fault_at(said.size, "a cosignature is false")),
            Signed::Truly(_) => checked.witnesses.push(witness.name.clone()),
            Signed::Not => {}
        }
    }
    checked.quorum = policy.is_met(&|name| checked.witnesses.iter().any(|one| one == name));
    Ok(())
}

/// The hashes of all leaves, once every tile of every level has proven to be theirs, and they the root's.
fn hashes(fetch: &mut Fetch<'_>, said: &Said) -> Result<Vec<Hash>, VerifyFault> {
    let mut grown = Tree::default();
    let mut hashes = Vec::new();
    for path in paths("0", said.size) {
        let bytes = part(fetch, &path, hashes.len() as u64)?;
        let width = (said.size - hashes.len() as u64).min(256) as usize;
        if bytes.len() != width * 32 {
            return Err(fault_at(hashes.len() as u64, &format!("`{path}` has not {width} hashes")));
        }
        for hash in bytes.as_chunks::<32>().0 {
            grown.add(*hash);
            hashes.push(*hash);
        }
    }
    for (level, right) in grown.levels().iter().enumerate().skip(1) {
        for (n, path) in paths(&level.to_string(), right.len() as u64).enumerate() {
            let first = ((n * 256) as u64) << (8 * level);
            let right = right.chunks(256).nth(n).unwrap_or_default();
            if part(fetch, &path, first)? != right.as_flattened() {
                return Err(fault_at(first, &format!("`{path}` is not the tile over those below it")));
            }
        }
    }
    if grown.root() != said.root {
        return Err(fault_at(said.size, "the checkpoint states another root than that of the tiles"));
    }
    Ok(hashes)
}

/// The leaves that were wanted, in order.
struct Read {
    /// What each commits to, and when it was written.
    commits: Vec<(Hash, i64)>,
    /// The kind of the log's first, where it was wanted.
    first: Option<String>,
}

/// Reads the leaves wanted.
fn leaves(
    fetch: &mut Fetch<'_>,
    trust: &Trust,
    hashes: &[Hash],
    checked: &mut Checked,
) -> Result<Read, VerifyFault> {
    let to = trust.to.unwrap_or(checked.size).min(checked.size);
    let mut read = Read { commits: Vec::new(), first: None };
    let mut chains: Option<Chains> = None;
    for (n, path) in paths("entries", checked.size).enumerate() {
        let first = (n * 256) as u64;
        if first + 256 <= trust.from || first >= to {
            continue;
        }
        let bundle = part(fetch, &path, first)?;
        let mut rest = bundle.as_slice();
        for index in first..(first + 256).min(checked.size) {
            let cut = || fault_at(index, "the bundle ends before its leaves");
            let (length, after) = rest.split_first_chunk::<2>().ok_or_else(cut)?;
            let length = usize::from(u16::from_be_bytes(*length));
            let (bytes, after) = after.split_at_checked(length).ok_or_else(cut)?;
            rest = after;
            let right = hashes.get(index as usize).is_some_and(|hash| *hash == tree::leaf(bytes));
            if !right {
                return Err(fault_at(index, "the leaf is not the one in the tree"));
            }
            if index < trust.from || index >= to {
                continue;
            }
            let leaf = Leaf::read(bytes).map_err(|what| fault_at(index, &what))?;
            let chains = chains.get_or_insert_with(|| Chains::from(&leaf, index));
            chains.follow(&leaf, index, sha256(&[bytes])).map_err(|what| fault_at(index, &what))?;
            read.commits.push((leaf.commitment, leaf.at));
            if index == 0 {
                read.first = Some(leaf.kind.into_owned());
            }
            checked.leaves += 1;
        }
        if !rest.is_empty() {
            return Err(fault_at(first, "the bundle goes on after its leaves"));
        }
    }
    Ok(read)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    index: u64,
    salt: String,
    /// The canonical text of the entry.
    entry: String,
    manifest: Option<ManifestBody>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ManifestBody {
    salt: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Whole(Body),
    Gone(Gone),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Gone {
    index: u64,
    deleted: Order,
}

/// An order by which a body is gone, and its leaf.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    index: u64,
    leaf: String,
    salt: String,
    entry: String,
}

/// Bodies and proofs, where an export has them.
fn extras(
    fetch: &mut Fetch<'_>,
    (from, commits): (u64, &[(Hash, i64)]),
    hashes: &[Hash],
    checked: &mut Checked,
) -> Result<(), VerifyFault> {
    let Ok(bodies) = fetch("bodies.ndjson") else { return Ok(()) };
    for (line, expected) in bodies.split_inclusive(|b| *b == b'\n').zip(from..) {
        let line: Line =
            serde_json::from_slice(line).map_err(|_| fault_at(expected, "the body cannot be read"))?;
        let leaf = expected.checked_sub(from).and_then(|at| commits.get(at as usize));
        match &line {
            Line::Whole(body)
                if body.index == expected && leaf.is_some_and(|(commit, _)| is_of(body, commit)) =>
            {
                checked.bodies += 1;
            }
            Line::Whole(_) => return Err(fault_at(expected, "the body is not the one its leaf commits to")),
            Line::Gone(gone)
                if gone.index == expected && leaf.is_some_and(|(_, at)| gone.is_ordered(*at, hashes)) =>
            {
                checked.deleted += 1;
            }
            Line::Gone(_) => {
                return Err(fault_at(expected, "the body is missing, and no order of this log says why"));
            }
        }
        let proof = text(fetch, &format!("proofs/{expected}.tlog-proof"), expected)?;
        let leads =
            hashes.get(expected as usize).and_then(|leaf| led_to(leaf, expected, checked.size, &proof));
        if leads != Some(checked.root) {
            return Err(fault_at(expected, "the proof does not lead from the leaf to the root"));
        }
        checked.proofs += 1;
    }
    let lines = checked.bodies + checked.deleted;
    if lines != commits.len() as u64 {
        return Err(fault_at(from + lines, "the body is missing"));
    }
    Ok(())
}

impl Gone {
    /// The order stands in the same tree, is what its leaf commits to, and covers this entry.
    fn is_ordered(&self, at: i64, hashes: &[Hash]) -> bool {
        let order = &self.deleted;
        let stands = hashes.get(order.index as usize) == Some(&tree::leaf(order.leaf.as_bytes()));
        let commit = Leaf::read(order.leaf.as_bytes()).ok().map(|leaf| leaf.commitment);
        let said = unhex(&order.salt).map(|salt| commitment(ENTRY, &salt, order.entry.as_bytes()));
        stands
            && commit.is_some()
            && commit == said
            && orders::is_covered(order.entry.as_bytes(), self.index, at)
    }
}

fn is_of(body: &Body, commit: &Hash) -> bool {
    let entry = unhex(&body.salt).map(|salt| commitment(ENTRY, &salt, body.entry.as_bytes()));
    let manifest = body.manifest.as_ref().is_none_or(|manifest| {
        let of = unhex(&manifest.salt).map(|salt| commitment(MANIFEST, &salt, manifest.text.as_bytes()));
        let read: Option<serde_json::Value> = serde_json::from_str(&body.entry).ok();
        let said = read.as_ref().and_then(|entry| entry.get("manifest")).and_then(serde_json::Value::as_str);
        of.is_some_and(|of| Some(hex(&of).as_str()) == said)
    });
    entry == Some(*commit) && manifest
}

fn led_to(leaf: &Hash, index: u64, size: u64, proof: &str) -> Option<Hash> {
    let rest = proof.strip_prefix(&format!("c2sp.org/tlog-proof@v1\nindex {index}\n"))?;
    let (path, _) = rest.split_once("\n\n").or_else(|| Some(("", rest.strip_prefix('\n')?)))?;
    let hash = |line: &str| STANDARD.decode(line).ok()?.try_into().ok();
    // Of one leaf alone the path is empty, and so is its place in the text.
    let path = if size == 1 { "" } else { path };
    let path: Option<Vec<Hash>> = path.split('\n').filter(|line| !line.is_empty()).map(hash).collect();
    tree::led_to(leaf, index, size, &path?)
}

/// The paths of one level or of the bundles, in order.
fn paths(of: &str, hashes: u64) -> impl Iterator<Item = String> {
    (0..hashes.div_ceil(256)).map(move |n| {
        let width = (hashes - n * 256).min(256);
        let number = match n {
            0..1_000 => format!("{n:03}"),
            1_000..1_000_000 => format!("x{:03}/{:03}", n / 1_000, n % 1_000),
            _ => format!("x{:03}/x{:03}/{:03}", n / 1_000_000, n / 1_000 % 1_000, n % 1_000),
        };
        let partial = if width < 256 { format!(".p/{width}") } else { String::new() };
        format!("tile/{of}/{number}{partial}")
    })
}

fn part(fetch: &mut Fetch<'_>, path: &str, at: u64) -> Result<Vec<u8>, VerifyFault> {
    fetch(path).map_err(|missing| {
        let what = match missing {
            Missing::Absent => format!("`{path}` is not there"),
            Missing::Unreachable(why) => format!("`{path}` could not be fetched: {why}"),
        };
        VerifyFault { at, what, incomplete: true }
    })
}

fn text(fetch: &mut Fetch<'_>, path: &str, at: u64) -> Result<String, VerifyFault> {
    String::from_utf8(part(fetch, path, at)?).map_err(|_| fault_at(at, &format!("`{path}` is not text")))
}
