//! The server: takes its connection string, gives connections that may be relied on. Refuses a way to it that others can listen
//! on, and a server that does not keep what it has acknowledged. The one connection that writes says so in a table, so a
//! second node finds it and stays out. Source: PostgreSQL 15 manual, 19.5 (write-ahead log), 28.2.3 (`pg_stat_activity`).

use super::{
    fault::{self, Said},
    session::Session,
    tls::Tls,
};
use crate::Fault;
use ::postgres::{
    Client, Config, Error, IsolationLevel, NoTls,
    config::{Host, SslMode, TargetSessionAttrs},
};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

const CONNECT_DEADLINE: Duration = Duration::from_secs(10);
/// A peer that acknowledges nothing for so long is gone.
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// A connection whose process has just ended is still listed for a moment.
const CLAIMS: usize = 20;
const BETWEEN_CLAIMS: Duration = Duration::from_millis(100);
const VERSION_MIN: i32 = 140_000;

/// No deadline of the server's may end a wait for a commit: what looks undone would be done. The keepalives let it find out
/// within a minute that a node has lost its power, so that the next one need not wait for long.
const SETTINGS: &str = "
SET client_min_messages = warning;
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET idle_session_timeout = 0;
SET tcp_keepalives_idle = 30;
SET tcp_keepalives_interval = 10;
SET tcp_keepalives_count = 3;
";

const HOLDER: &str =
    "CREATE TABLE IF NOT EXISTS holder (id BIGINT PRIMARY KEY, pid BIGINT NOT NULL, since BIGINT NOT NULL);
INSERT INTO holder VALUES (1, 0, 0) ON CONFLICT (id) DO NOTHING;";

/// When a session began tells it from a later one with its number.
const BEGAN: &str = "CAST(EXTRACT(EPOCH FROM backend_start) * 1000000 AS BIGINT)";

/// One session of the server.
pub(super) type Identity = (i64, i64);

/// Where it is and how to get there.
pub struct Server {
    config: Config,
    tls: Option<Tls>,
}

impl Server {
    /// `application` is how the server's operator sees who asks. Connects to nothing yet.
    pub fn new(url: &str, ca_file: Option<&Path>, application: &str) -> Result<Self, Fault> {
        // The parser's own words may quote what it read: a password, where the string is malformed.
        let wrong = |_| Fault::Unusable("its connection string is malformed".to_owned());
        let mut config: Config = url.trim().parse().map_err(wrong)?;
        if let Some(refusal) = open_to_others(&config, ca_file.is_some()) {
            return Err(Fault::Unusable(refusal.to_owned()));
        }
        config
            .application_name(application)
            .connect_timeout(CONNECT_DEADLINE)
            .tcp_user_timeout(SILENCE_MAX)
            .keepalives_idle(SILENCE_MAX)
            .target_session_attrs(TargetSessionAttrs::ReadWrite)
            .ssl_mode(if ca_file.is_some() { SslMode::Require } else { SslMode::Disable });
        Ok(Self { config, tls: ca_file.map(Tls::trusting).transpose()? })
    }

    /// A connection, checked for nothing but the way to it.
    pub fn session(&self) -> Result<Session, Fault> {
        let warned = Arc::new(AtomicBool::new(false));
        let mut session = Session::new(self.connect(&warned)?, warned);
        session.begin(SETTINGS)?;
        Ok(session)
    }

    /// The connection that writes, and which one it is. `own`: the one this node had before, should it still be listed.
    pub(super) fn writer(&self, own: Option<Identity>) -> Result<(Session, Identity), Fault> {
        let mut session = self.session()?;
        session.is_kept()?;
        let of_statement = |error: Error| fault::of_statement(&error);
        for _ in 0..CLAIMS {
            if let Ok(identity) = claim(&mut session.client).map_err(of_statement)? {
                return Ok((session, identity));
            }
            std::thread::sleep(BETWEEN_CLAIMS);
        }
        match claim(&mut session.client).map_err(of_statement)? {
            Ok(identity) => Ok((session, identity)),
            Err(other) if Some(other) == own => Err(Said::Lingering.into()),
            Err(_) => Err(Fault::Held),
        }
    }

    fn connect(&self, warned: &Arc<AtomicBool>) -> Result<Client, Fault> {
        let mut config = self.config.clone();
        let warned = Arc::clone(warned);
        // Below a warning nothing is sent. Its words are not kept.
        config.notice_callback(move |_| warned.store(true, Ordering::Relaxed));
        let client = match &self.tls {
            Some(tls) => config.connect(tls.clone()),
            None => config.connect(NoTls),
        };
        client.map_err(|error| fault::of_connection(&error))
    }

    /// What and where it is, without who asks.
    pub fn describe(&self, version: &str) -> String {
        let hosts: Vec<String> = self.config.get_hosts().iter().map(named).collect();
        let database = self.config.get_dbname().unwrap_or("the user's own");
        format!("PostgreSQL {version}, database `{database}` at `{}`", hosts.join(", "))
    }
}

fn named(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        Host::Unix(path) => path.display().to_string(),
    }
}

/// Why somebody could listen, if so.
fn open_to_others(config: &Config, is_tls: bool) -> Option<&'static str> {
    let (hosts, addresses) = (config.get_hosts(), config.get_hostaddrs());
    if hosts.is_empty() {
        return Some("its connection string names no host");
    }
    let is_socket = |host: &Host| matches!(host, Host::Unix(_));
    if is_tls {
        let reason = "a `ca_file` is given, and a socket of this machine has no certificate";
        return hosts.iter().any(is_socket).then_some(reason);
    }
    let is_here = |host: &Host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
    };
    let is_local = hosts.iter().all(is_here) && addresses.iter().all(std::net::IpAddr::is_loopback);
    (!is_local).then_some(
        "it is on another machine: give a `ca_file`, so that nobody can listen or answer in its place",
    )
}

/// Whether what it acknowledges is kept. It may have been configured anew since the last connection.
pub(super) fn checked(client: &mut Client) -> Result<(), Fault> {
    let mut setting = |name: &str| -> Result<String, Fault> {
        let row = client.query_one("SELECT current_setting($1)", &[&name]);
        row.and_then(|row| row.try_get(0)).map_err(|error| fault::of_statement(&error))
    };
    let version = setting("server_version_num")?.parse::<i32>().unwrap_or(0);
    if version < VERSION_MIN {
        return Err(Fault::Unusable(format!("PostgreSQL {} or later is needed", VERSION_MIN / 10_000)));
    }
    let wanted: [(&str, &[&str]); 4] = [
        ("fsync", &["on"]),
        ("full_page_writes", &["on"]),
        ("synchronous_commit", &["on", "remote_apply"]),
        ("server_encoding", &["UTF8"]),
    ];
    for (name, good) in wanted {
        let is = setting(name)?;
        if !good.contains(&is.as_str()) {
            return Err(Fault::Unusable(format!("its `{name}` is `{is}`, not `{}`", good.join("` or `"))));
        }
    }
    Ok(())
}

/// Makes this session the one that writes, unless another that is does still live: that one comes back. A session that is no
/// more cannot write, so nothing need be asked of the table again as long as this one lives.
fn claim(client: &mut Client) -> Result<Result<Identity, Identity>, Error> {
    client.batch_execute(HOLDER)?;
    let mut transaction =
        client.build_transaction().isolation_level(IsolationLevel::ReadCommitted).start()?;
    let row = transaction.query_one("SELECT pid, since FROM holder WHERE id = 1 FOR UPDATE", &[])?;
    let held: Identity = (row.try_get(0)?, row.try_get(1)?);
    // When the session of another role began may be hidden: then it counts as alive.
    let alive = format!(
        "SELECT 1 FROM pg_stat_activity WHERE CAST(pid AS BIGINT) = $1 AND COALESCE({BEGAN} = $2, TRUE) AND pid <> pg_backend_pid()"
    );
    if !transaction.query(&alive, &[&held.0, &held.1])?.is_empty() {
        return Ok(Err(held));
    }
    let own =
        format!("SELECT CAST(pid AS BIGINT), {BEGAN} FROM pg_stat_activity WHERE pid = pg_backend_pid()");
    let row = transaction.query_one(&own, &[])?;
    let own: Identity = (row.try_get(0)?, row.try_get(1)?);
    transaction.execute("UPDATE holder SET pid = $1, since = $2 WHERE id = 1", &[&own.0, &own.1])?;
    transaction.commit()?;
    Ok(Ok(own))
}
