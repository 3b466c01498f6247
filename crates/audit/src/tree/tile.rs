//! Takes the number of a tile, gives its path, and the reverse; takes leaves, gives the bundle they are served in, and the
//! reverse. Refuses every other spelling of a path, and bundles with a byte too few or too many.
//! Source: C2SP tlog-tiles, "Merkle Tree" and "Log entries".

use super::{HEIGHT, WIDTH};

/// The highest level of tiles that a path may name.
const HIGHEST: u8 = 63;
/// The most digits of a tile's number: 2^63 has 19, so seven groups of three.
const LONGEST: usize = 7;

/// One tile or bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tile {
    pub of: Of,
    pub n: u64,
    /// Hashes or leaves in it: 256 when it is full.
    pub width: usize,
}

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Hashes of that level.
    Hashes(u8),
    /// Leaves.
    Entries,
}

impl Tile {
    /// `tile/0/x001/067`, `tile/entries/000.p/17`.
    pub fn path(&self) -> String {
        let of = match self.of {
            Of::Hashes(level) => level.to_string(),
            Of::Entries => "entries".to_owned(),
        };
        let mut number = format!("{:03}", self.n % 1000);
        let mut rest = self.n / 1000;
        while rest > 0 {
            number = format!("x{:03}/{number}", rest % 1000);
            rest /= 1000;
        }
        let partial = if self.width < WIDTH { format!(".p/{}", self.width) } else { String::new() };
        format!("tile/{of}/{number}{partial}")
    }

    /// `None` for anything that [`Tile::path`] would not have written.
    pub fn parse(path: &str) -> Option<Self> {
        let (of, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let of = if of == "entries" { Of::Entries } else { Of::Hashes(decimal(of)?.try_into().ok()?) };
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, usize::try_from(decimal(width)?).ok()?),
            None => (rest, WIDTH),
        };
        if number.split('/').count() > LONGEST || matches!(of, Of::Hashes(level) if level > HIGHEST) {
            return None;
        }
        let group = |n: Option<u64>, group: &str| {
            let digits = group.strip_prefix('x').unwrap_or(group);
            let plain = digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit());
            n?.checked_mul(1000)?.checked_add(plain.then(|| digits.parse::<u64>().ok()).flatten()?)
        };
        let n = number.split('/').fold(Some(0), group)?;
        // One spelling only: the groups, their `x`, the widths 1 to 255.
        let tile = Self { of, n, width };
        (width > 0 && tile.path() == path).then_some(tile)
    }

    /// The tiles of one level, or the bundles, that a tree of this size has. The last may be partial.
    pub fn all(of: Of, size: u64) -> impl Iterator<Item = Self> {
        let level = if let Of::Hashes(level) = of { level } else { 0 };
        let hashes = size.checked_shr(HEIGHT * u32::from(level)).unwrap_or(0);
        let (full, last) = (hashes / WIDTH as u64, (hashes % WIDTH as u64) as usize);
        let partial = (last > 0).then_some(Self { of, n: full, width: last });
        (0..full).map(move |n| Self { of, n, width: WIDTH }).chain(partial)
    }
}

fn decimal(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| plain && (text == "0" || !text.starts_with('0')))
}

/// Each leaf after its length in two bytes, big-endian. `None` for a leaf of 65,536 bytes or more.
pub fn bundle<'a>(leaves: impl IntoIterator<Item = &'a [u8]>) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for leaf in leaves {
        out.extend_from_slice(&u16::try_from(leaf.len()).ok()?.to_be_bytes());
        out.extend_from_slice(leaf);
    }
    Some(out)
}

/// The leaves of a bundle; `None` where its lengths do not fit it.
pub fn unbundle(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut leaves = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<2>()?;
        let (leaf, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        leaves.push(leaf);
        bytes = rest;
    }
    Some(leaves)
}
