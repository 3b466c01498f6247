//! AU30: an opening replayed gives the same manifest, and the hash of an item is that of what its source gives when it is read again.

use super::gateway::Gateway;
use audit::{
    Kind, Query,
    manifest::{Head, Manifest, Shown, hash},
};

/// The manifest without what is each opening's own: its id, its key, what is sealed.
fn told(manifest: &Manifest) -> (Head, Vec<Shown>) {
    let mut head = manifest.head.clone();
    head.opening = audit::OpeningId::from_bytes([0; 16]);
    let shown = manifest.shown.iter().map(|item| Shown { hash: None, ..item.clone() });
    (head, shown.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn au30_a_replayed_opening_has_the_same_manifest_and_each_hash_is_that_of_the_item_read_again() {
    let gateway = Gateway::start().await;
    let within = gateway.host.launched(&gateway.program).await.unwrap();
    for _ in 0..2 {
        gateway.read(&within).await.unwrap();
    }
    let query = Query { kinds: vec![Kind::Disclosure], manifests: true, ..Query::default() };
    let found = gateway.program.store.watched(query).await.unwrap().entries;
    for partner in &gateway.partners {
        let of = |source: &str| {
            found
                .iter()
                .filter_map(|found| found.manifest.clone())
                .filter(|m| m.head.source == source)
                .collect::<Vec<_>>()
        };
        let manifests = of(partner.id);
        let [first, second] = manifests.as_slice() else { panic!("two openings: {}", manifests.len()) };
        assert_eq!(told(first), told(second), "HAZ-025: {}", partner.id);
        assert_ne!(first.key, second.key, "a hash of one opening says nothing to another");
        assert!(!first.shown.is_empty(), "something was shown");
        for item in first.shown.iter().chain(&second.shown) {
            let again = partner.read(&item.resource, &item.id).await;
            let key = if first.shown.contains(item) { &first.key } else { &second.key };
            assert_eq!(item.hash.unwrap().0, hash(key, &again), "{}/{}", item.resource, item.id);
            let changed = String::from_utf8(again).unwrap().replace("Patient/d1", "Patient/d2");
            assert_ne!(item.hash.unwrap().0, hash(key, changed.as_bytes()), "and of nothing else");
        }
    }
}
