//! An export is checked offline, and any change to it is found.

use super::*;
use crate::{
    VerifyFault,
    sample::{self, KEY, NOW},
    verify::{Checked, Missing, Trust, published},
};

/// A store of 301 entries, the disclosure and its manifest among them, and an export of some.
async fn exported(range: Range<u64>) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let store = sample::store(dir.path());
    let opened = store.open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
    let manifest = sample::manifest(1, "gp", 1).to_bytes().unwrap();
    store.disclose(&opened, sample::disclosure(1, "gp", 1), manifest, NOW).await.unwrap();
    store.append((0..297).map(sample::refused).collect(), NOW).await.unwrap();
    store.stop(NOW).await.unwrap();
    let to = dir.path().join("bundle");
    export(&sample::settings(dir.path()).place, &KEY, range, &to).unwrap();
    (dir, to)
}

fn check(bundle: &Path, range: Range<u64>) -> Result<Checked, VerifyFault> {
    let trust = Trust { from: range.start, to: Some(range.end), ..Trust::default() };
    published(&mut |path| fs::read(bundle.join(path)).map_err(|_| Missing::Absent), &trust)
}

#[tokio::test]
async fn an_export_is_checked_offline_with_its_bodies_manifests_and_proofs() {
    for range in [0..4, 2..3, 250..300, 0..301, 300..301] {
        let (_dir, bundle) = exported(range.clone()).await;
        let checked = check(&bundle, range.clone()).unwrap();
        let count = range.end - range.start;
        assert_eq!(
            (checked.size, checked.leaves, checked.bodies, checked.proofs),
            (301, count, count, count)
        );
    }
}

#[tokio::test]
async fn au17_a_body_a_salt_a_manifest_or_a_proof_that_was_changed_in_an_export_is_found() {
    let (_dir, bundle) = exported(1..5).await;
    let file = bundle.join("bodies.ndjson");
    let bodies = fs::read_to_string(&file).unwrap();
    for (from, to, at) in [
        ("Quillfeather", "Quillfeathers", 1),
        ("\"salt\":\"", "\"salt\":\"00", 1),
        ("manifest-item-canary", "manifest-item-canar", 2),
        ("\"index\":3", "\"index\":4", 3),
        ("{\"index\":2", "{\"index\":2,\"more\":1", 2),
    ] {
        fs::write(&file, bodies.replacen(from, to, 1)).unwrap();
        assert_eq!(check(&bundle, 1..5).unwrap_err().at, at, "HAZ-030: {from}");
    }
    let without_last: String = bodies.split_inclusive('\n').take(3).collect();
    fs::write(&file, without_last).unwrap();
    assert_eq!(check(&bundle, 1..5).unwrap_err().at, 4, "a body less");
    fs::write(&file, bodies).unwrap();
    let proof = bundle.join("proofs/3.tlog-proof");
    fs::copy(bundle.join("proofs/4.tlog-proof"), &proof).unwrap();
    assert_eq!(check(&bundle, 1..5).unwrap_err().at, 3);
    fs::remove_file(proof).unwrap();
    let fault = check(&bundle, 1..5).unwrap_err();
    assert!(fault.at == 3 && fault.incomplete);
}

#[tokio::test]
async fn what_no_checkpoint_covers_is_not_exported_and_nothing_is_written_over() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, bundle) = exported(0..2).await;
    let store = sample::settings(dir.path()).place;
    for range in [0..302, 3..3, 301..301] {
        let refused = export(&store, &KEY, range, &dir.path().join("other"));
        assert!(matches!(refused, Err(ExportFault::Range(301))), "{refused:?}");
    }
    assert!(matches!(export(&store, &KEY, 0..2, &bundle), Err(ExportFault::Write(..))));
    assert!(matches!(export(&store, &[9; 32], 0..2, &dir.path().join("third")), Err(ExportFault::Sealed(0))));
    for path in [bundle.clone(), bundle.join("bodies.ndjson"), bundle.join("proofs")] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o077, 0, "it names people");
    }
    assert_eq!(prove(&store, 7).unwrap().index, 7);
    assert!(matches!(prove(&store, 301), Err(ExportFault::Range(301))));
}
