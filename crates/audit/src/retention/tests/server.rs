//! AU13, AU32: on a server the gateway's role cannot delete, and the role that can may do nothing else.

use super::*;
use crate::{Server, create, grant_retention};
use cluster::{Cluster, any_of};

const SCHEMA: &str = "audit";

/// A primary with its standby, the tables, and a role for each of the two.
fn pair() -> Option<(Cluster, Cluster)> {
    let mut one = Cluster::start(&["synchronous_commit=local"])?;
    one.sql(&format!(
        "CREATE ROLE gateway LOGIN; CREATE ROLE keeper LOGIN; CREATE SCHEMA {SCHEMA};
         GRANT USAGE ON SCHEMA {SCHEMA} TO gateway, keeper;"
    ));
    let owner = Server { url: any_of(&[&one], "owner", "postgres", SCHEMA), ca_file: None };
    create(&owner, "gateway").unwrap();
    grant_retention(&owner, "keeper").unwrap();
    assert!(grant_retention(&owner, "keeper; DROP TABLE leaf").is_err());
    one.kill();
    one.settings = vec!["synchronous_standby_names=ANY 1 (one, two)".to_owned()];
    one.run();
    let two = one.standby("two");
    Some((one, two))
}

#[tokio::test(flavor = "multi_thread")]
async fn au32_on_a_server_a_role_of_its_own_deletes_beside_a_running_gateway() {
    let Some((one, two)) = tokio::task::block_in_place(pair) else { return };
    let dir = super::months::folder();
    let placed = |role: &str| Place {
        path: place(dir.path()).path,
        server: Some(Server { url: any_of(&[&one, &two], role, "postgres", SCHEMA), ca_file: None }),
        month_keys: Some(dir.path().join("months")),
    };
    let settings = Settings { place: placed("gateway"), ..sample::settings(dir.path()) };
    let store = Store::open(settings, OLD).unwrap();
    let opened = store.open_opening(sample::opening(1), at(sample::open(1), OLD), OLD).await.unwrap();
    let manifest = sample::manifest(1, "gp", 1).to_bytes().unwrap();
    store.disclose(&opened, at(sample::disclosure(1, "gp", 1), OLD), manifest, OLD).await.unwrap();
    store.close(&opened, at(sample::close(1), OLD), OLD).await.unwrap();
    let order = by_rule();
    let counts = tally(&placed("gateway"), &KEY, &order).unwrap();
    dry_run(&store, &order, &counts, NOW).await.unwrap();
    let counts = tally(&placed("keeper"), &KEY, &order).unwrap();
    let recorded = record(&store, order, &counts, NOW).await.unwrap();
    let denied = recorded.carry_out(&placed("gateway"), &KEY).unwrap_err();
    assert!(matches!(denied, RetentionFault::Remove(_)), "AU13: {denied}");
    let done = recorded.carry_out(&placed("keeper"), &KEY).unwrap();
    assert_eq!((done.bodies, done.manifests), (4, 1));
    assert_eq!(done.keys, ["2025-10.entries", "2025-10.manifests"]);
    let page = store.watched(Query::default()).await.unwrap();
    assert_eq!((page.deleted.len(), page.entries.len()), (4, 2), "the dry run and the order");
    store.append(vec![sample::refused(1)], NOW).await.unwrap();
    crate::check_tree(&placed("gateway")).unwrap();
    for sql in [
        "DELETE FROM entry",
        "UPDATE entry SET hash = ''",
        "DELETE FROM leaf",
        "INSERT INTO meta VALUES ('a', 'b')",
    ] {
        let mut removal = Removal::open(&placed("keeper")).unwrap();
        assert!(removal.transact(&mut |link| link.execute(sql, &[]).map(drop)).is_err(), "AU13: {sql}");
    }
}
