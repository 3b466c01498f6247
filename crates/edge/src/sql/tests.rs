//! Which database the configuration names; and claims about the vault, made of both databases.

use super::{Database, StoreFault, open};
use crate::config::Store;
use ::sql::{postgres::Postgres, sqlite::Sqlite};
use cluster::{Cluster, PASSWORD};
use std::{fs::Permissions, os::unix::fs::PermissionsExt};

/// A claim, made of a database in which nothing is.
pub(crate) type Case = (&'static str, fn(Box<dyn Database>));

pub(crate) fn each_on_sqlite(cases: &[Case]) {
    for (name, claim) in cases {
        println!("SQLite: {name}");
        let folder = tempfile::tempdir().unwrap();
        claim(Box::new(Sqlite::open(&folder.path().join("store.db")).unwrap()));
    }
}

pub(crate) fn each_on_postgres(cases: &[Case]) {
    let Some(cluster) = Cluster::start(&[]) else { return };
    for (name, claim) in cases {
        println!("PostgreSQL: {name}");
        claim(Box::new(Postgres::open(&cluster.database(), None, "shcr-edge test").unwrap()));
    }
}

#[test]
fn the_configuration_says_which_store_and_others_may_not_read_how_to_reach_it() {
    let folder = tempfile::tempdir().unwrap();
    let embedded = open(&Store::Sqlite { file: folder.path().join("store.db") }).unwrap();
    assert!(embedded.describe().starts_with("SQLite"));
    let url_file = folder.path().join("url");
    let store = Store::Postgresql { url_file: url_file.clone(), ca_file: None };
    let fault = |store| open(store).err().expect("a refusal");
    assert!(matches!(fault(&store), StoreFault::File(..)));
    let Some(cluster) = Cluster::start(&[]) else { return };
    std::fs::write(&url_file, format!("{}\n", cluster.url("postgres"))).unwrap();
    std::fs::set_permissions(&url_file, Permissions::from_mode(0o640)).unwrap();
    let refused = format!("{:?}", fault(&store));
    assert!(refused.contains("chmod 600") && !refused.contains(PASSWORD));
    std::fs::set_permissions(&url_file, Permissions::from_mode(0o600)).unwrap();
    let database = open(&store).unwrap();
    assert!(database.describe().starts_with("PostgreSQL 1"), "{}", database.describe());
    assert!(matches!(fault(&store), StoreFault::Held));
}
