//! AU35: a copy goes on where it stopped, keeps nothing that is cut or wrong, and is read again before anything is added.

use super::*;
use audit::{Entry, Key, Kind, Millis, Place, Settings, Store, feed::Partner};

const NOW: Millis = Millis(1_795_000_000_123);
const ODS: &str = "ZZ910";

/// A log with statements to the partner, each a row of its feed; their batches; and the log's keys in a file.
async fn feed(dir: &Path) -> (Vec<u8>, PathBuf) {
    let place = Place::file(&dir.join("audit.db"));
    let origin = "log.example/audit/Z99".to_owned();
    let settings = Settings { place: place.clone(), key: [7; 32], replica: "g1".to_owned(), origin };
    let store = Store::open(settings, NOW).unwrap();
    let partner = Partner { ods: ODS.to_owned(), sources: std::collections::BTreeSet::new() };
    for day in ["2026-11-27", "2026-11-28", "2026-11-29"] {
        store.checkpoint(NOW).await.unwrap();
        store.state_feed(&partner, day, NOW).await.unwrap().unwrap();
    }
    store.checkpoint(NOW).await.unwrap();
    let mut lines = String::new();
    for (n, after) in [None, Some(1)].into_iter().enumerate() {
        let mut read = Entry::new(Kind::AuditRead, Key::audit_read(&n.to_string()), NOW);
        read.detail.insert("partner".to_owned(), ODS.to_owned());
        let mut batch = store.feed(partner.clone(), after, read, NOW).await.unwrap();
        if n == 0 {
            batch.rows.truncate(1);
            batch.end = End { next: Some(batch.rows[0].index), more: true };
        }
        batch.rows.iter().for_each(|row| lines.push_str(&row.line().unwrap()));
        lines.push_str(&batch.end.line().unwrap());
    }
    let keys = audit::export::log_keys(&place).unwrap();
    let keys: String = keys.iter().map(|(since, key)| format!("{since} {key}\n")).collect();
    std::fs::write(dir.join("log.keys"), keys).unwrap();
    (lines.into_bytes(), dir.join("log.keys"))
}

/// The exit, and the copy.
async fn import(dir: &Path, lines: &[u8], log_keys: &Path) -> (ExitCode, Vec<u8>) {
    let (from, into) = (dir.join("lines"), dir.join("copy"));
    std::fs::write(&from, lines).unwrap();
    let options = Options {
        from: from.display().to_string(),
        into: into.clone(),
        partner: ODS.to_owned(),
        log_keys: log_keys.to_owned(),
        identity: None,
        ca: None,
    };
    let exit = run(options).await.unwrap();
    (exit, std::fs::read(into).unwrap())
}

/// Where the first batch ends.
fn first_batch(lines: &[u8]) -> usize {
    let ends = lines.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at + 1);
    ends.take(2).last().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn au35_a_copy_that_is_cut_anywhere_keeps_whole_batches_and_goes_on_from_there() {
    let dir = tempfile::tempdir().unwrap();
    let (lines, keys) = feed(dir.path()).await;
    let first = first_batch(&lines);
    for cut in [0, 1, first - 1, first, first + 1, lines.len() - 1] {
        let _ = std::fs::remove_file(dir.path().join("copy"));
        let (_, copy) = import(dir.path(), &lines[..cut], &keys).await;
        assert_eq!(copy, lines[..if cut < first { 0 } else { first }], "cut at {cut}");
        // What a stopped import wrote half.
        let half = &lines[copy.len()..copy.len() + 40];
        std::fs::write(dir.path().join("copy"), [&copy, half].concat()).unwrap();
        let (exit, copy) = import(dir.path(), &lines[copy.len()..], &keys).await;
        assert_eq!(exit, ExitCode::SUCCESS);
        assert!(copy == lines, "cut at {cut}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn au35_a_batch_with_one_false_row_is_not_kept_and_a_copy_that_was_changed_is_not_added_to() {
    let dir = tempfile::tempdir().unwrap();
    let (lines, keys) = feed(dir.path()).await;
    let first = first_batch(&lines);
    let text = String::from_utf8(lines.clone()).unwrap();
    let at = text.rfind("2026-11-29").unwrap();
    let mut forged = lines.clone();
    forged[at] = b'3';
    let (exit, copy) = import(dir.path(), &forged, &keys).await;
    assert_eq!((exit, copy.len()), (ExitCode::FAILURE, first), "nothing of that batch");
    let mut changed = lines.clone();
    changed[text.find("salt").unwrap() + 8] ^= 1;
    std::fs::write(dir.path().join("copy"), &changed).unwrap();
    let options = Options {
        from: dir.path().join("lines").display().to_string(),
        into: dir.path().join("copy"),
        partner: ODS.to_owned(),
        log_keys: keys,
        identity: None,
        ca: None,
    };
    let refused = run(options).await.unwrap_err();
    assert!(format!("{refused}").contains("is not the copy it was"), "{refused}");
}
