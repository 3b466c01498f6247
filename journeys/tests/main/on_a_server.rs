//! A PostgreSQL server with a standby for a program's audit: the roles, the tables, and the configuration that names them.

use cluster::Pair;
use journeys::demo::Demo;
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// `None`, and said, where the server's programs are missing.
pub(crate) fn pair() -> Option<Pair> {
    let sql = "CREATE ROLE gateway LOGIN; CREATE SCHEMA audit; GRANT USAGE ON SCHEMA audit TO gateway;";
    tokio::task::block_in_place(|| Pair::start(sql))
}

/// Makes the tables in a schema; gives the file that says how a gateway connects to them.
pub(crate) fn tables(folder: &Path, pair: &Pair, schema: &str) -> String {
    let owner = secret(&folder.join("owner"), &pair.url("owner", schema));
    let (made, said) = Demo::run(&["audit", "create", "--url-file", &owner, "--role", "gateway"]);
    assert!(made && said.contains("the tables are made"), "{said}");
    let (again, said) = Demo::run(&["audit", "create", "--url-file", &owner, "--role", "gateway"]);
    assert!(!again, "an audit is made once: {said}");
    secret(&folder.join(format!("url-of-{schema}")), &pair.url("gateway", schema))
}

/// The tables in a schema of their own, and a configuration that lays the audit there, with `more` of it.
pub(crate) fn over(folder: &Path, pair: &Pair, more: &str) -> PathBuf {
    let gateway = tables(folder, pair, "audit");
    let over = folder.join("over.toml");
    fs::write(&over, format!("[audit.server]\nurl_file = \"{gateway}\"\n{more}")).unwrap();
    over
}

fn secret(path: &Path, text: &str) -> String {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    path.display().to_string()
}
