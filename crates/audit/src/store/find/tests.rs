//! Who may look, what is found, and where a page ends.

use super::*;
use crate::entry::Kind;
use crate::{
    Key,
    sample::{self, NHS_NUMBER, NOW, SUBJECT},
};
use std::path::Path;

fn reading(id: &str) -> Entry {
    let mut entry = sample::whole(Kind::Open, Key::open(&sample::opening(9)), &sample::opening(9));
    (entry.kind, entry.key, entry.opening) = (Kind::AuditRead, Key::audit_read(id), None);
    entry
}

async fn filled(dir: &Path) -> Store {
    let store = sample::store(dir);
    for n in 1..=3 {
        let mut open = sample::open(n);
        open.at = NOW.plus_ms(i64::from(n) * 86_400_000);
        if n == 3 {
            open.whom.as_mut().unwrap().nhs_number = "9990000026".to_owned();
        }
        let opened = store.open_opening(sample::opening(n), open, NOW).await.unwrap();
        let mut disclosure = sample::disclosure(n, "gp", 1);
        disclosure.at = NOW.plus_ms(i64::from(n) * 86_400_000 + 10);
        store
            .disclose(&opened, disclosure, sample::manifest(n, "gp", 1).to_bytes().unwrap(), NOW)
            .await
            .unwrap();
    }
    store
}

async fn indexes(store: &Store, query: Query, read: &ReadReceipt) -> Vec<(u64, &'static str)> {
    let page = store.find(query, |_| true, read).await.unwrap();
    page.entries.iter().map(|found| (found.index, found.entry.kind.name())).collect()
}

pub(in crate::store) async fn au39_a_reading_is_recorded_first_and_is_itself_found(dir: &Path) {
    let store = filled(dir).await;
    let read = store.reads(reading("r-1"), NOW).await.unwrap();
    let query = Query { kinds: vec![Kind::AuditRead], ..Query::default() };
    assert_eq!(indexes(&store, query, &read).await, [(read.index(), "audit-read")]);
    let nameless = Entry::new(Kind::AuditRead, Key::audit_read("r-2"), NOW);
    assert_eq!(store.reads(nameless, NOW).await.unwrap_err(), Fault::Rejected(Why::Malformed));
    let other = store.reads(sample::refused(1), NOW).await.unwrap_err();
    assert_eq!(other, Fault::Rejected(Why::Malformed), "only a reading opens the door");
}

pub(in crate::store) async fn entries_are_found_by_person_professional_opening_kind_and_day(dir: &Path) {
    let store = filled(dir).await;
    let read = store.reads(reading("r-1"), NOW).await.unwrap();
    let person = Query { person: Some(NHS_NUMBER.to_owned()), kinds: vec![Kind::Open], ..Query::default() };
    assert_eq!(indexes(&store, person, &read).await, [(1, "open"), (3, "open")]);
    let by = |subject: &str| Query {
        professional: Some(("host-a".to_owned(), subject.to_owned())),
        kinds: vec![Kind::Disclosure],
        ..Query::default()
    };
    assert_eq!(indexes(&store, by(SUBJECT), &read).await.len(), 3);
    assert_eq!(indexes(&store, by("somebody-else"), &read).await, []);
    let opening = Query { opening: Some(sample::opening(2)), manifests: true, ..Query::default() };
    let page = store.find(opening, |_| true, &read).await.unwrap();
    assert_eq!(page.entries.len(), 2);
    assert_eq!(page.entries[1].manifest.as_ref().unwrap().shown.len(), 1, "what was shown stands beside");
    let day = NOW.plus_ms(2 * 86_400_000);
    let on_the_day = Query { since: Some(day), until: Some(day.plus_ms(86_400_000)), ..Query::default() };
    assert_eq!(indexes(&store, on_the_day, &read).await, [(3, "open"), (4, "disclosure")]);
    let newest = Query {
        person: Some(NHS_NUMBER.to_owned()),
        professional: Some(("host-a".to_owned(), SUBJECT.to_owned())),
        kinds: vec![Kind::Open, Kind::Disclosure],
        newest: Some(3),
        ..Query::default()
    };
    let newest_first = [(6, "disclosure"), (4, "disclosure"), (3, "open")];
    assert_eq!(indexes(&store, newest.clone(), &read).await, newest_first);
    let page = store.find(Query { newest: Some(1), ..newest }, |_| true, &read).await.unwrap();
    assert_eq!((page.entries[0].index, page.next), (6, None), "one page, and none after it");
    let wanted = store.find(Query::default(), |entry| entry.kind == Kind::Replica, &read).await.unwrap();
    assert_eq!(wanted.end, read.index() + 1, "what was not wanted is behind too");
    assert_eq!(wanted.entries.len(), 1);
}

pub(in crate::store) async fn au38_a_page_ends_at_500_and_says_where_to_go_on(dir: &Path) {
    let store = sample::store(dir);
    store.append((0..520).map(sample::refused).collect(), NOW).await.unwrap();
    let read = store.reads(reading("r-1"), NOW).await.unwrap();
    let query = || Query { kinds: vec![Kind::LaunchRefused], ..Query::default() };
    let first = store.find(query(), |_| true, &read).await.unwrap();
    assert_eq!((first.entries.len(), first.next), (MOST, Some(501)));
    let rest = store.find(Query { from: 501, ..query() }, |_| true, &read).await.unwrap();
    assert_eq!((rest.entries.len(), rest.next), (20, None));
}

/// HAZ-024: what an opening asks for is found while somebody reads on and on.
#[tokio::test]
async fn the_newest_are_found_while_somebody_reads_through_all() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path()).await;
    let (found, told) = std::sync::mpsc::channel();
    let readings = std::sync::Arc::clone(&store.0.readings);
    let (begun, begins) = tokio::sync::oneshot::channel();
    let long = tokio::spawn(async move {
        readings
            .look(move |_| {
                begun.send(()).unwrap();
                Ok(told.recv().is_ok())
            })
            .await
    });
    begins.await.unwrap();
    let newest = Query { newest: Some(2), kinds: vec![Kind::Open], ..Query::default() };
    let page = store.watched(newest).await.unwrap();
    assert_eq!(page.entries.iter().map(|found| found.index).collect::<Vec<_>>(), [5, 3]);
    found.send(()).unwrap();
    assert!(long.await.unwrap().unwrap(), "it was still reading");
}
