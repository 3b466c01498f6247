//! AU25: trees of every shape against a second implementation that is slow and plain, and against published vectors.

use super::{
    proof::{consistency, inclusion, is_consistent, is_included, root},
    tile::{Of, Tile, bundle, unbundle},
    *,
};
use crate::hash::unhex;
use proptest::prelude::*;
use std::convert::Infallible;

/// RFC 6962 section 2.1 as it stands there, over the leaves themselves.
mod slow {
    use crate::hash::{Hash, sha256};

    fn largest_power_of_two_below(n: usize) -> usize {
        let mut k = 1;
        while k * 2 < n {
            k *= 2;
        }
        k
    }

    pub(super) fn mth(d: &[Vec<u8>]) -> Hash {
        match d.len() {
            0 => sha256(&[]),
            1 => sha256(&[&[0], &d[0]]),
            n => {
                let k = largest_power_of_two_below(n);
                sha256(&[&[1], &mth(&d[..k]), &mth(&d[k..])])
            }
        }
    }

    pub(super) fn path(m: usize, d: &[Vec<u8>]) -> Vec<Hash> {
        if d.len() == 1 {
            return Vec::new();
        }
        let k = largest_power_of_two_below(d.len());
        let (mut below, beside) =
            if m < k { (path(m, &d[..k]), mth(&d[k..])) } else { (path(m - k, &d[k..]), mth(&d[..k])) };
        below.push(beside);
        below
    }

    pub(super) fn proof(m: usize, d: &[Vec<u8>], known: bool) -> Vec<Hash> {
        if m == d.len() {
            return if known { Vec::new() } else { vec![mth(d)] };
        }
        let k = largest_power_of_two_below(d.len());
        let (mut below, beside) = if m <= k {
            (proof(m, &d[..k], known), mth(&d[k..]))
        } else {
            (proof(m - k, &d[k..], false), mth(&d[..k]))
        };
        below.push(beside);
        below
    }
}

/// A store of tiles in memory.
#[derive(Default)]
struct Tiles {
    levels: Vec<Vec<Hash>>,
    growing: Growing,
}

impl Tiles {
    fn of(leaves: &[Vec<u8>]) -> Self {
        let mut tiles = Self::default();
        for leaf in leaves {
            tiles.add(leaf_hash(leaf));
        }
        tiles
    }

    fn add(&mut self, leaf: Hash) {
        self.level(0).push(leaf);
        for tile in self.growing.push(leaf) {
            let level = usize::from(tile.level);
            let from = usize::try_from(tile.n).unwrap() * WIDTH;
            assert_eq!(self.level(level)[from..], tile.hashes, "what is kept is the last tile of its level");
            if tile.hashes.len() == WIDTH {
                self.level(level + 1).push(root_of(&tile.hashes));
            }
        }
    }

    fn level(&mut self, level: usize) -> &mut Vec<Hash> {
        self.levels.resize_with(self.levels.len().max(level + 1), Vec::new);
        &mut self.levels[level]
    }

    fn read(&self) -> impl FnMut(u8, u64, usize) -> Result<Vec<Hash>, Infallible> + '_ {
        |level, from, count| {
            let from = usize::try_from(from).unwrap();
            Ok(self.levels[usize::from(level)][from..from + count].to_vec())
        }
    }
}

fn leaves(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|n| format!("leaf {n}").into_bytes()).collect()
}

#[test]
fn au25_roots_and_proofs_are_those_of_the_published_vectors() {
    let leaves: Vec<Vec<u8>> = [
        &b""[..],
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
    ]
    .map(<[u8]>::to_vec)
    .to_vec();
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    for (size, expected) in roots.into_iter().enumerate() {
        assert_eq!(Tiles::of(&leaves[..size]).growing.root(), unhex(expected).unwrap(), "size {size}");
    }
    let tiles = Tiles::of(&leaves);
    let hashes = |texts: &[&str]| texts.iter().map(|text| unhex(text).unwrap()).collect::<Vec<Hash>>();
    let expected = hashes(&[
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]);
    assert_eq!(inclusion(&mut tiles.read(), 5, 8), Ok(expected));
    let expected = hashes(&[
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]);
    assert_eq!(consistency(&mut tiles.read(), 6, 8), Ok(expected));
}

/// Every shape a tree can have below 70, and the sizes around full tiles.
#[test]
fn au25_every_proof_of_every_index_is_the_slow_ones_and_holds_only_where_it_belongs() {
    let leaves = leaves(70);
    for size in 1..=leaves.len() {
        let tree = &leaves[..size];
        let tiles = Tiles::of(tree);
        let root = slow::mth(tree);
        assert_eq!(tiles.growing.root(), root);
        for (index, bytes) in tree.iter().enumerate() {
            let path = inclusion(&mut tiles.read(), index as u64, size as u64).unwrap();
            assert_eq!(path, slow::path(index, tree), "{index} of {size}");
            let leaf = leaf_hash(bytes);
            let place = (index as u64, size as u64);
            assert!(is_included(&leaf, place, &path, &root));
            assert!(!is_included(&leaf_hash(b"another"), place, &path, &root));
            for other in (0..size).filter(|other| *other != index) {
                assert!(
                    !is_included(&leaf, (other as u64, size as u64), &path, &root),
                    "{index} is not {other}"
                );
            }
            let longer: Vec<Hash> = path.iter().copied().chain([[7; 32]]).collect();
            assert!(!is_included(&leaf, place, &longer, &root));
            assert!(path.is_empty() || !is_included(&leaf, place, &path[1..], &root));
        }
        for old in 0..=size {
            let path = consistency(&mut tiles.read(), old as u64, size as u64).unwrap();
            let before = slow::mth(&leaves[..old]);
            if old > 0 {
                assert_eq!(path, slow::proof(old, tree, true), "{old} to {size}");
            }
            let (old, new) = (old as u64, size as u64);
            assert!(is_consistent((old, &before), (new, &root), &path), "{old} to {new}");
            assert!(!is_consistent((old, &[7; 32]), (new, &root), &path));
            assert!(!is_consistent((old, &before), (new, &[7; 32]), &path) || old == 0);
            let longer: Vec<Hash> = path.iter().copied().chain([[7; 32]]).collect();
            assert!(!is_consistent((old, &before), (new, &root), &longer));
            assert!(path.is_empty() || !is_consistent((old, &before), (new, &root), &path[1..]));
        }
    }
    assert!(!is_included(&[0; 32], (0, 0), &[], &root_of(&[])), "nothing is in an empty tree");
    assert!(!is_consistent((9, &[0; 32]), (8, &[0; 32]), &[]), "a tree does not shrink");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    /// AU25. Sizes on both sides of full tiles and of a second level of them.
    #[test]
    fn au25_random_trees_agree_with_the_slow_implementation(
        size in prop_oneof![1..600_usize, 65_500..65_900_usize],
        (a, b) in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
    ) {
        let leaves = leaves(size);
        let tiles = Tiles::of(&leaves);
        prop_assert_eq!(tiles.growing.root(), slow::mth(&leaves));
        let index = a.index(size);
        let path = inclusion(&mut tiles.read(), index as u64, size as u64).unwrap();
        prop_assert_eq!(&path, &slow::path(index, &leaves));
        prop_assert!(path.len() <= proof::LONGEST);
        let old = b.index(size) + 1;
        let path = consistency(&mut tiles.read(), old as u64, size as u64).unwrap();
        prop_assert_eq!(&path, &slow::proof(old, &leaves, true));
        prop_assert_eq!(root(&mut tiles.read(), old as u64).unwrap(), slow::mth(&leaves[..old]));
    }

    /// An edge read back from its unfinished tiles grows as the first did.
    #[test]
    fn a_tree_taken_up_again_grows_on_as_if_it_had_never_stopped(size in 0..1_000_usize, more in 1..300_usize) {
        let leaves = leaves(size + more);
        let mut tiles = Tiles::of(&leaves[..size]);
        let open = (0..tiles.levels.len()).map(|level| {
            let all = &tiles.levels[level];
            all[all.len() / WIDTH * WIDTH..].to_vec()
        });
        let mut again = Growing::at(open.collect()).unwrap();
        prop_assert_eq!((again.size(), again.root()), (tiles.growing.size(), tiles.growing.root()));
        for leaf in &leaves[size..] {
            again.push(leaf_hash(leaf));
            tiles.add(leaf_hash(leaf));
        }
        prop_assert_eq!(again.root(), tiles.growing.root());
    }

    #[test]
    fn leaves_come_out_of_a_bundle_as_they_went_in(
        leaves in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..400), 0..20),
        cut in any::<prop::sample::Index>(),
    ) {
        let bytes = bundle(leaves.iter().map(Vec::as_slice)).unwrap();
        prop_assert_eq!(unbundle(&bytes).unwrap(), leaves);
        // A bundle that is cut is refused or has fewer leaves; it never panics and never invents one.
        if !bytes.is_empty() {
            let cut = cut.index(bytes.len());
            prop_assert!(unbundle(&bytes[..cut]).is_none_or(|less| less.len() < leaves_in(&bytes)));
        }
    }
}

fn leaves_in(bytes: &[u8]) -> usize {
    unbundle(bytes).unwrap().len()
}

#[test]
fn tiles_have_the_published_paths_and_no_others() {
    for (of, n, width, path) in [
        (Of::Hashes(0), 1_234_067, 256, "tile/0/x001/x234/067"),
        (Of::Hashes(63), 0, 256, "tile/63/000"),
        (Of::Hashes(2), 999, 1, "tile/2/999.p/1"),
        (Of::Entries, 1_000, 255, "tile/entries/x001/000.p/255"),
    ] {
        let tile = Tile { of, n, width };
        assert_eq!(tile.path(), path);
        assert_eq!(Tile::parse(path), Some(tile));
    }
    for hostile in [
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/0/1",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/+1/000",
        "tile/0/x000/001",
        "tile/0/x001",
        "tile/0/001/x002",
        "tile/0/001/002",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p/1.p/1",
        "tile/0/000.p",
        "tile/0/../000",
        "tile/0/\u{0661}\u{0662}\u{0663}",
        "tile/entries/x999/x999/x999/x999/x999/x999/x999/999",
        "Tile/0/000",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/000 ",
        "tile/256/000",
    ] {
        assert_eq!(Tile::parse(hostile), None, "{hostile}");
    }
}

#[test]
fn a_tree_of_seventy_thousand_has_the_tiles_of_the_specifications_example() {
    let count = |of| {
        let tiles: Vec<Tile> = Tile::all(of, 70_000).collect();
        (tiles.iter().filter(|tile| tile.width == WIDTH).count(), tiles.last().map(|tile| tile.width))
    };
    assert_eq!(count(Of::Hashes(0)), (273, Some(112)));
    assert_eq!(count(Of::Entries), (273, Some(112)));
    assert_eq!(count(Of::Hashes(1)), (1, Some(17)));
    assert_eq!(count(Of::Hashes(2)), (0, Some(1)));
    assert_eq!(count(Of::Hashes(3)), (0, None));
    assert_eq!(
        Tile::all(Of::Hashes(1), 256).collect::<Vec<_>>(),
        [Tile { of: Of::Hashes(1), n: 0, width: 1 }]
    );
    assert_eq!(bundle([vec![0; 65_536].as_slice()]), None);
}
