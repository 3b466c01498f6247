//! AU9: disks that fill, files that go, locks that are held, processes that are killed.

use super::*;
use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::Instant,
};

fn path(dir: &Path) -> PathBuf {
    sample::settings(dir).place.path
}

/// Until it may be written again, without a restart.
async fn recovers(store: &Store) {
    for _ in 0..200 {
        if store.is_writable() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("HAZ-029: the store did not recover");
}

#[tokio::test]
async fn while_held_nothing_is_written_and_nothing_is_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let store = sample::store(dir.path());
    let hold = file::beside(&path(dir.path()), ".hold");
    fs::write(&hold, "").unwrap();
    assert!(!store.is_writable());
    let refused = store.open_opening(sample::opening(1), sample::open(1), NOW).await;
    assert_eq!(refused.unwrap_err(), Fault::Unavailable, "HAZ-029");
    assert_eq!(store.append(vec![sample::refused(1)], NOW).await, Err(Fault::Unavailable), "HAZ-029");
    assert_eq!(kinds(dir.path()), ["replica"], "HAZ-029: nothing was recorded");
    fs::remove_file(&hold).unwrap();
    assert!(store.is_writable(), "HAZ-029: recovery without restart");
    store.open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
    assert_eq!(kinds(dir.path()), ["replica", "open"]);
}

// shows: F37
#[tokio::test]
async fn a_full_disk_closes_the_door_and_room_opens_it_again() {
    let dir = tempfile::tempdir().unwrap();
    let store = sample::store(dir.path());
    let limit = |pages: &'static str| {
        store.write(0, move |desk| {
            desk.link.query(pages, &[])?;
            Ok(Ok(()))
        })
    };
    limit("PRAGMA max_page_count=1").await.unwrap();
    let mut refused = 0;
    for n in 0..200 {
        match store.append(vec![sample::refused(n)], NOW).await {
            Ok(_) => {}
            Err(fault) => {
                assert_eq!(fault, Fault::Unavailable, "HAZ-029");
                refused += 1;
                break;
            }
        }
    }
    assert_eq!(refused, 1, "the disk did fill");
    recovers(&store).await;
    store.append(vec![sample::refused(900)], NOW).await.unwrap();
    verify(&path(dir.path()), Some(KEY), None).unwrap();
}

#[tokio::test]
async fn a_file_that_is_taken_away_or_exchanged_is_not_written_and_is_taken_up_when_it_is_back() {
    let dir = tempfile::tempdir().unwrap();
    let store = sample::store(dir.path());
    store.append(vec![sample::refused(1)], NOW).await.unwrap();
    let (away, elsewhere) = (dir.path().join("away"), tempfile::tempdir().unwrap());
    fs::create_dir(&away).unwrap();
    let moved = |from: &Path, to: &Path| {
        for ending in ["", "-wal", "-shm"] {
            let (from, to) =
                (file::beside(&from.join("audit.db"), ending), file::beside(&to.join("audit.db"), ending));
            if from.exists() {
                fs::rename(from, to).unwrap();
            }
        }
    };
    moved(dir.path(), &away);
    let gone = store.append(vec![sample::refused(2)], NOW).await;
    assert_eq!(gone, Err(Fault::Unavailable), "HAZ-030: a write to a removed file is no write");
    assert!(!store.is_writable() && !path(dir.path()).exists(), "and none is made in its place");

    // Another store with the same key and name: an old copy, put there by mistake.
    drop(sample::store(elsewhere.path()));
    moved(elsewhere.path(), dir.path());
    let other = store.append(vec![sample::refused(2)], NOW).await;
    assert_eq!(other, Err(Fault::Unavailable), "HAZ-030: a file without what was acknowledged is not ours");
    moved(dir.path(), elsewhere.path());

    moved(&away, dir.path());
    recovers(&store).await;
    let next = store.append(vec![sample::refused(2)], NOW).await.unwrap();
    assert_eq!(next[0].index, 2);
    verify(&path(dir.path()), Some(KEY), None).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_another_program_holds_is_unavailable_within_the_deadline() {
    let dir = tempfile::tempdir().unwrap();
    let store = sample::store(dir.path());
    let other = rusqlite::Connection::open(path(dir.path())).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let start = Instant::now();
    assert_eq!(store.append(vec![sample::refused(1)], NOW).await, Err(Fault::Unavailable), "HAZ-029");
    assert!(start.elapsed() < DEADLINE);
    other.execute_batch("ROLLBACK").unwrap();
    recovers(&store).await;
    store.append(vec![sample::refused(1)], NOW).await.unwrap();
}

/// AU5.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_too_slow_is_unknown_and_the_same_call_settles_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = sample::store(dir.path());
    let (slow, _) = Task::new(0, |_: &mut Desk<'_>| {
        std::thread::sleep(DEADLINE + Duration::from_millis(300));
        Ok(Ok(()))
    });
    store.0.queue.as_ref().unwrap().try_send(Box::new(slow)).unwrap();
    let late = store.open_opening(sample::opening(1), sample::open(1), NOW).await;
    assert_eq!(late.unwrap_err(), Fault::Unknown);
    let settled = store.open_opening(sample::opening(1), sample::open(1), NOW).await.unwrap();
    assert_eq!(settled.receipt().index, 1);
    assert_eq!(kinds(dir.path()), ["replica", "open"], "HAZ-030: recorded once");
    let attempts: i64 = rusqlite::Connection::open(path(dir.path()))
        .unwrap()
        .query_row("SELECT count(*) FROM attempt WHERE key IS NOT NULL", [], |row| row.get(0))
        .unwrap();
    assert_eq!(attempts, 1, "AU12: finding it again was itself a durable write");
}

#[tokio::test]
async fn a_group_that_cannot_be_committed_tells_no_one_it_was_refused_or_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let store = sample::store(dir.path());
    let (one, first) = Task::new(1, |desk: &mut Desk<'_>| Ok(Ok(desk.attempt(None, NOW)?)));
    let (two, second) =
        Task::new(1, |_: &mut Desk<'_>| Err::<Kept<()>, _>(Stop::Fail(desk::End::unavailable())));
    let queue = store.0.queue.as_ref().unwrap();
    // Long enough for both to be in one group behind it.
    let (wait, _) = Task::new(300, |_: &mut Desk<'_>| {
        std::thread::sleep(Duration::from_millis(100));
        Ok(Ok(()))
    });
    queue.try_send(Box::new(wait)).unwrap();
    queue.try_send(Box::new(one)).unwrap();
    queue.try_send(Box::new(two)).unwrap();
    assert_eq!(first.await.unwrap(), Err(Fault::Unavailable));
    assert_eq!(second.await.unwrap(), Err(Fault::Unavailable));
}

#[tokio::test]
async fn a_second_process_another_key_and_a_foreign_file_are_refused_at_start() {
    let dir = tempfile::tempdir().unwrap();
    let store = sample::store(dir.path());
    let again = Store::open(sample::settings(dir.path()), NOW);
    assert!(matches!(again, Err(StoreFault::Held)));
    drop(store);
    let other = Store::open(Settings { key: [8; 32], ..sample::settings(dir.path()) }, NOW);
    assert!(matches!(other, Err(StoreFault::Head)), "{other:?}");
    drop(sample::store(dir.path()));

    fs::write(path(dir.path()), "not a database at all, but long enough to be read as one".repeat(9))
        .unwrap();
    assert!(matches!(Store::open(sample::settings(dir.path()), NOW), Err(StoreFault::Connect(_))));
    fs::remove_file(path(dir.path())).unwrap();
    rusqlite::Connection::open(path(dir.path())).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
    assert!(matches!(Store::open(sample::settings(dir.path()), NOW), Err(StoreFault::Check(_))));
}

#[tokio::test]
async fn a_stop_is_recorded_and_ends_writing_and_the_next_boot_says_how_the_last_ended() {
    let dir = tempfile::tempdir().unwrap();
    for (boot, stop) in [(1, true), (2, false), (3, true)] {
        let store = sample::store(dir.path());
        let receipts = store.append(vec![sample::refused(boot)], NOW).await.unwrap();
        assert_eq!((receipts[0].boot, receipts[0].n), (u64::from(boot), 1));
        if stop {
            store.stop(NOW).await.unwrap();
            assert_eq!(store.append(vec![sample::refused(9)], NOW).await, Err(Fault::Rejected(Why::Closed)));
            assert!(!store.is_writable());
        }
    }
    let filter = Filter { kind: Some(Kind::Replica), ..Filter::default() };
    let views = inspect(&Place::file(&path(dir.path())), KEY, &filter).unwrap();
    let said: Vec<_> =
        views.iter().filter_map(|view| view.entry["detail"]["previous_boot"].as_str()).collect();
    assert_eq!(said, ["in-order", "without-stop"], "AU22");
    assert_eq!(verify(&path(dir.path()), Some(KEY), None).unwrap().entries, 8);
}

#[tokio::test]
async fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let store = sample::store(dir.path());
    store.append(vec![sample::refused(1)], NOW).await.unwrap();
    for file in fs::read_dir(dir.path()).unwrap() {
        let mode = file.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
}

#[tokio::test]
async fn the_log_is_folded_into_the_file_while_the_store_is_in_use() {
    let dir = tempfile::tempdir().unwrap();
    let store = sample::store(dir.path());
    for n in 0..220 {
        store.append(vec![sample::refused(n)], NOW).await.unwrap();
    }
    let alone = tempfile::tempdir().unwrap();
    fs::copy(path(dir.path()), path(alone.path())).unwrap();
    let verified = verify(&path(alone.path()), Some(KEY), None).unwrap();
    assert!(verified.entries >= 150, "{} entries stand in the file itself", verified.entries);
}

const CHILD: &str = "AUDIT_TEST_CHILD_DIR";

/// Not a test of its own: the process that is killed by the next one. Says every index once it is acknowledged.
#[tokio::test]
async fn child_that_writes_until_killed() {
    let Some(dir) = std::env::var_os(CHILD) else { return };
    let store = sample::store(Path::new(&dir));
    let base = verify(&path(Path::new(&dir)), None, None).unwrap().entries * 1_000;
    for n in 0.. {
        let attempt = u32::try_from(base).unwrap() + n;
        let receipt = store.append(vec![sample::refused(attempt)], NOW).await.unwrap().remove(0);
        println!("acknowledged {}", receipt.index);
    }
}

/// How many; `SHCR_KILLS` for more of them.
fn kills() -> u64 {
    std::env::var("SHCR_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(8)
}

#[test]
fn au9_nothing_acknowledged_is_lost_when_the_process_is_killed() {
    const IN_ONE_FILE: u64 = 40;
    let mut dir = tempfile::tempdir().unwrap();
    let program = std::env::current_exe().unwrap();
    let (mut acknowledged, mut before, mut in_doubt) = (0, 0, 0);
    for round in 0..kills() {
        if round.is_multiple_of(IN_ONE_FILE) {
            (dir, before) = (tempfile::tempdir().unwrap(), 0);
        }
        let mut child = Command::new(&program)
            .args(["--exact", "store::tests::faults::child_that_writes_until_killed", "--nocapture"])
            .env(CHILD, dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        // Never the same moment: after some acknowledgements and some microseconds, by numbers that share no factor.
        let said = |line: String| line.rsplit_once("acknowledged ").and_then(|(_, n)| n.trim().parse().ok());
        let mut last: Option<u64> = None;
        for _ in 0..=(round * 3 % 23) {
            last = lines.by_ref().find_map(said).or(last);
        }
        std::thread::sleep(Duration::from_micros(137 * round % 2_903));
        child.kill().unwrap();
        last = lines.filter_map(said).last().or(last);
        child.wait().unwrap();
        let verified = verify(&path(dir.path()), Some(KEY), None).unwrap();
        let last = last.unwrap();
        assert!(verified.entries > last, "HAZ-030: acknowledged {last} of {}", verified.entries);
        acknowledged += last - before;
        in_doubt += verified.entries - last - 1;
        before = verified.entries;
    }
    println!(
        "{} kills: {acknowledged} acknowledged, none lost, {in_doubt} more that nobody was told of",
        kills()
    );
    drop(sample::store(dir.path()));
    verify(&path(dir.path()), Some(KEY), None).unwrap();
}

#[test]
fn a_write_ahead_log_torn_at_any_place_leaves_a_chain_that_holds() {
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let store = sample::store(dir.path());
    runtime.block_on(async {
        for n in 0..12 {
            store.append(vec![sample::refused(n)], NOW).await.unwrap();
        }
    });
    let log = fs::read(file::beside(&path(dir.path()), "-wal")).unwrap();
    let base = fs::read(path(dir.path())).unwrap();
    let torn = tempfile::tempdir().unwrap();
    let mut most = 0;
    for cut in (log.len() / 2..log.len()).step_by(1_231) {
        for ending in ["-shm", "-wal"] {
            let _ = fs::remove_file(file::beside(&path(torn.path()), ending));
        }
        fs::write(path(torn.path()), &base).unwrap();
        fs::write(file::beside(&path(torn.path()), "-wal"), &log[..cut]).unwrap();
        let verified =
            verify(&path(torn.path()), Some(KEY), None).expect("AU18: all that precedes still verifies");
        assert!(verified.entries >= most, "HAZ-030");
        most = verified.entries;
    }
    assert!(most > 1);
}
