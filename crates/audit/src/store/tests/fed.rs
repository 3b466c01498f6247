//! AU35, AU31, AU16: the cases of a partner's feed on a server, and its store checked by what checks a file.

use super::{server::Pair, *};
use crate::feed::tests as feed;

#[tokio::test(flavor = "multi_thread")]
async fn au35_on_a_server_too_a_copy_is_rebuilt_resumed_and_misses_what_was_dropped() {
    let Some(pair) = tokio::task::block_in_place(Pair::start) else { return };
    let place = || {
        let dir = tempfile::tempdir().unwrap();
        tokio::task::block_in_place(|| pair.tables(dir.path()));
        dir
    };
    feed::rebuilt(place().path()).await;
    feed::dropped(place().path()).await;
    feed::resumed(place().path()).await;
    feed::sealed(place().path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn au16_a_store_on_a_server_is_checked_like_a_file_and_what_was_changed_there_is_named() {
    let Some(pair) = tokio::task::block_in_place(Pair::start) else { return };
    let dir = tempfile::tempdir().unwrap();
    tokio::task::block_in_place(|| pair.tables(dir.path()));
    let place = sample::settings(dir.path()).place;
    let store = sample::store(dir.path());
    // More than is carried at once, and tiles that are full.
    for group in 0..11_u32 {
        let entries = (0..100).map(|n| sample::refused(group * 100 + n)).collect();
        store.append(entries, NOW).await.unwrap();
    }
    feed::openings(&store, 1..4).await;
    store.checkpoint(NOW).await.unwrap();
    let check = |name: &str| {
        let to = dir.path().join(name);
        tokio::task::block_in_place(|| mirror(&place, &to)).unwrap();
        verify(&to, Some(KEY), place.month_keys.as_deref())
    };
    let seen = check("right").unwrap();
    assert_eq!((seen.entries, seen.openings, seen.unclosed, seen.manifests), (1_110, 3, 0, 3));
    assert_eq!(seen.signed, seen.entries);
    assert!(mirror(&place, &dir.path().join("right")).is_err(), "nothing is written over");
    let owner = pair.url("owner", "audit_0");
    drop(store);
    let change =
        |sql: &str| tokio::task::block_in_place(|| cluster::client(&owner).batch_execute(sql).unwrap());
    change("UPDATE entry SET person = '\\x00' WHERE idx = 1107");
    let fault = check("column").unwrap_err();
    assert_eq!(fault.at, 1_107, "AU17: {fault}");
    change("UPDATE leaf SET leaf = leaf || '\\x00' WHERE idx = 700");
    assert_eq!(check("leaf").unwrap_err().at, 700);
}
