//! AU6, AU7: the browser goes while a partner is still silent; and nothing is kept for later where the store cannot be written.

use super::{gateway::Gateway, partners::Behaves};
use futures_util::StreamExt;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// Until it is so. Gives how long that took.
async fn until(what: &str, is_so: impl Fn() -> bool) -> Duration {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(6), "never: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    begun.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn au6_a_browser_that_goes_in_the_middle_ends_the_questions_at_once_and_what_was_disclosed_stays() {
    let gateway = Gateway::start().await;
    let [acute, eput] = gateway.partners.clone();
    let within = gateway.host.launched(&gateway.program).await.unwrap();
    let mut fastest = Duration::MAX;
    for _ in 0..3 {
        eput.behave(Behaves::Hangs);
        let mut page = gateway.page(&within).await.unwrap();
        let mut so_far = String::new();
        while !so_far.contains(&acute.mark()) {
            so_far.push_str(std::str::from_utf8(&page.next().await.unwrap()).unwrap());
        }
        until("the other is asked", || eput.waiting() > 0).await;
        let closes = closes(&gateway);
        drop(page);
        fastest = fastest.min(until("it waits no more", || eput.waiting() == 0).await);
        until("the opening is closed", || self::closes(&gateway) > closes).await;
        gateway.holds(&[so_far], "left");
    }
    // On a machine that does a great deal beside, the one time that was not interrupted counts.
    assert!(fastest <= Duration::from_millis(100), "{fastest:?}");
    let views = gateway.views();
    let last = views.iter().rev().find(|view| view.entry["kind"] == "close").unwrap();
    assert_eq!(last.entry["cause"], "client-gone");
    let disclosed = views.iter().filter(|view| view.entry["kind"] == "disclosure");
    assert_eq!(disclosed.filter(|view| view.entry["sources"][0]["source"] == "acute").count(), 3);
}

fn closes(gateway: &Gateway) -> usize {
    gateway.views().iter().filter(|view| view.entry["kind"] == "close").count()
}

/// Every file below, and how long it is.
fn files(folder: &Path) -> BTreeMap<PathBuf, u64> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let listed = entries.flat_map(|path| match path.is_dir() {
        true => files(&path),
        false => BTreeMap::from([(path.clone(), std::fs::metadata(&path).unwrap().len())]),
    });
    listed.collect()
}

// shows: F34
#[tokio::test(flavor = "multi_thread")]
async fn au7_where_the_store_cannot_be_written_nothing_is_shown_and_no_file_appears() {
    let gateway = Gateway::start().await;
    let within = gateway.host.launched(&gateway.program).await.unwrap();
    let hold = gateway.folder.path().join("audit.sqlite.hold");
    std::fs::write(&hold, "").unwrap();
    let before = files(gateway.folder.path());
    for _ in 0..3 {
        assert!(gateway.read(&within).await.is_none(), "HAZ-029: a record is shown unrecorded");
    }
    assert_eq!(files(gateway.folder.path()), before, "nothing is put by to be recorded later");
    assert!(gateway.partners.iter().all(|partner| partner.asked().is_empty()), "HAZ-029: nobody was asked");
    // In the middle of an opening: what could not be recorded is not shown, and is not kept for later either.
    std::fs::remove_file(&hold).unwrap();
    for partner in &gateway.partners {
        partner.behave(Behaves::Slow(700));
    }
    let page = gateway.page(&within).await.unwrap();
    std::fs::write(&hold, "").unwrap();
    let names = |files: BTreeMap<PathBuf, u64>| files.into_keys().collect::<Vec<_>>();
    let before = names(files(gateway.folder.path()));
    let page = super::gateway::text(page.collect().await);
    assert!(
        gateway.partners.iter().all(|partner| !page.contains(&partner.mark())),
        "HAZ-029: shown unrecorded"
    );
    assert_eq!(names(files(gateway.folder.path())), before);
    std::fs::remove_file(&hold).unwrap();
    until("it can be written again", || gateway.program.store.is_writable()).await;
    gateway.sweep().await;
    gateway.holds(&[page], "held");
}
