//! A PostgreSQL server of a test's own: made in a folder that goes with it, reached over a socket in that folder or a free port
//! of this machine, stopped when dropped. Takes Debian's binaries; says loudly where there are none.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a harness reports by failing the test it serves"
)]

use postgres::{Client, NoTls};
use std::{
    os::unix::fs::chown,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

pub const PASSWORD: &str = "correct-horse";

pub struct Cluster {
    folder: tempfile::TempDir,
    binaries: PathBuf,
    /// The server refuses to run as root.
    user: Option<(u32, u32)>,
    pub settings: Vec<String>,
    server: Option<Child>,
    databases: AtomicU32,
    pub port: u16,
}

/// Where `initdb` and `postgres` are, of the newest version.
fn binaries() -> Option<PathBuf> {
    let versions =
        std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten().map(|entry| entry.path().join("bin"));
    versions.filter(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file()).max()
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn number(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).stderr(Stdio::null()).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

impl Cluster {
    /// `settings`: `name=value`, beside the server's own.
    pub fn start(settings: &[&str]) -> Option<Self> {
        let Some(binaries) = binaries() else {
            println!(
                "SKIPPED: no PostgreSQL server in /usr/lib/postgresql: nothing was checked of it (cargo xtask setup)"
            );
            return None;
        };
        let user = (number(&["-u"]) == Some(0)).then(|| {
            let user = ["postgres", "nobody"]
                .into_iter()
                .find_map(|name| Some((number(&["-u", name])?, number(&["-g", name])?)));
            user.expect("somebody who is not root")
        });
        let folder = tempfile::Builder::new().prefix("pg").tempdir().unwrap();
        if let Some((user, group)) = user {
            chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let settings = settings.iter().map(ToString::to_string).collect();
        let (server, databases, port) = (None, AtomicU32::new(0), free_port());
        let mut cluster = Self { folder, binaries, user, settings, server, databases, port };
        cluster.place("password", PASSWORD.as_bytes());
        let made = cluster
            .program("initdb")
            .args([
                "--username=owner",
                "--auth-local=trust",
                "--auth-host=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--data-checksums",
                "--no-sync",
            ])
            .arg(format!("--pwfile={}", cluster.path("password").display()))
            .arg(cluster.path("data"))
            .output()
            .unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        cluster.run();
        Some(cluster)
    }

    /// A copy of this server that follows it under that name, and has what it acknowledged where it is told to wait for that.
    pub fn standby(&self, name: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("pg").tempdir().unwrap();
        if let Some((user, group)) = self.user {
            chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let (binaries, user, settings) = (self.binaries.clone(), self.user, self.settings.clone());
        let (server, databases, port) = (None, AtomicU32::new(0), free_port());
        let mut standby = Self { folder, binaries, user, settings, server, databases, port };
        standby.follow(self, name);
        standby
    }

    /// Becomes a copy of that server, whatever it was before.
    pub fn follow(&mut self, primary: &Self, name: &str) {
        self.end("KILL");
        let _ = std::fs::remove_dir_all(self.path("data"));
        let from = primary.folder.path().display();
        let from = format!("host={from} port={} user=owner application_name={name}", primary.port);
        let mut copy = self.program("pg_basebackup");
        copy.arg("-D").arg(self.path("data")).args([
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
            "--no-sync",
            "-d",
            &from,
        ]);
        let made = copy.output().unwrap();
        assert!(made.status.success(), "pg_basebackup: {}", String::from_utf8_lossy(&made.stderr));
        self.run();
    }

    /// Follows nobody any more and may be written to.
    pub fn promote(&self) {
        client(&self.url("postgres")).batch_execute("SELECT pg_promote()").unwrap();
    }

    /// Every process of it at once, as a machine that loses its power.
    pub fn crash(&mut self) {
        self.end("KILL");
    }

    /// Nothing of it runs until it is resumed.
    pub fn pause(&self, paused: bool) {
        let signal = if paused { "STOP" } else { "CONT" };
        let server = self.server.as_ref().map(Child::id).unwrap_or_default();
        let command = format!("kill -{signal} {server}; pkill -{signal} -P {server}");
        let _ = Command::new("sh").args(["-c", &command]).status();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file the server may read, and nobody else.
    pub fn place(&self, name: &str, content: &[u8]) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        if let Some((user, group)) = self.user {
            chown(&path, Some(user), Some(group)).unwrap();
        }
    }

    fn program(&self, name: &str) -> Command {
        let program = self.binaries.join(name);
        let mut command = match self.user {
            None => Command::new(program),
            Some((user, group)) => {
                let mut command = Command::new("setpriv");
                let user = [format!("--reuid={user}"), format!("--regid={group}")];
                // The test's end is the server's, however it ends.
                command.args(user).args(["--clear-groups", "--pdeathsig=INT", "--"]).arg(program);
                command
            }
        };
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    /// Starts it, and waits until it answers.
    pub fn run(&mut self) {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.path("log")).unwrap();
        let mut command = self.program("postgres");
        command.arg("-D").arg(self.path("data")).arg("-k").arg(self.folder.path());
        command.args([
            "-p",
            &self.port.to_string(),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "shared_buffers=32MB",
        ]);
        for setting in &self.settings {
            command.args(["-c", setting]);
        }
        self.server = Some(command.stdout(Stdio::null()).stderr(log).spawn().unwrap());
        let until = Instant::now() + Duration::from_secs(60);
        while let Err(error) = Client::connect(&self.url("postgres"), NoTls) {
            let log = || std::fs::read_to_string(self.path("log")).unwrap_or_default();
            assert!(Instant::now() < until, "the server does not answer: {error}\n{}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Over the socket in its folder, which asks for no password: proving one costs a test without optimisation most of its time.
    pub fn url(&self, database: &str) -> String {
        url(&self.folder.path().display().to_string(), self.port, database)
    }

    /// A schema in which nothing is: made faster than a database, and as good.
    pub fn database(&self) -> String {
        let name = format!("store_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.sql(&format!("CREATE SCHEMA {name}"));
        format!("{}?options=-csearch_path%3D{name}", self.url("postgres"))
    }

    /// As somebody beside the node.
    pub fn sql(&self, sql: &str) {
        client(&self.url("postgres")).batch_execute(sql).unwrap();
    }

    /// A setting of the whole server, in force; without a value, its own again.
    pub fn set(&self, name: &str, value: Option<&str>) {
        let mut client = client(&self.url("postgres"));
        let sql = match value {
            Some(value) => format!("ALTER SYSTEM SET {name} = '{value}'"),
            None => format!("ALTER SYSTEM RESET {name}"),
        };
        client.batch_execute(&sql).unwrap();
        client.batch_execute("SELECT pg_reload_conf()").unwrap();
        let asked = format!("SELECT setting = COALESCE($1, boot_val) FROM pg_settings WHERE name = '{name}'");
        while !client.query_one(&asked, &[&value]).unwrap().get::<_, bool>(0) {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it at once, as a fault would: what it acknowledged must be found in its log.
    pub fn kill(&mut self) {
        self.end("QUIT");
    }

    fn end(&mut self, signal: &str) {
        if let Some(mut server) = self.server.take() {
            let id = server.id();
            // One that is killed takes nobody with it by itself.
            let command = match signal {
                "KILL" => {
                    format!("pkill -STOP -P {id}; kill -STOP {id}; pkill -KILL -P {id}; kill -KILL {id}")
                }
                signal => format!("pkill -CONT -P {id}; kill -CONT {id}; kill -{signal} {id}"),
            };
            let _ = Command::new("sh").args(["-c", &command]).status();
            let _ = server.wait();
        }
    }
}

/// Two servers, each waiting for the other whichever may be written to: what one acknowledges the other has.
pub struct Pair {
    pub one: Cluster,
    pub two: Cluster,
    rejoined: u32,
}

impl Pair {
    /// `sql`: what is to be there before, such as roles.
    pub fn start(sql: &str) -> Option<Self> {
        let mut one = Cluster::start(&[])?;
        one.sql(sql);
        one.kill();
        one.settings = vec!["synchronous_standby_names=ANY 1 (one, two)".to_owned()];
        one.run();
        let two = one.standby("two");
        Some(Self { one, two, rejoined: 0 })
    }

    /// A connection string to the one that is written to, for that role.
    pub fn url(&self, role: &str, schema: &str) -> String {
        any_of(&[&self.one, &self.two], role, "postgres", schema)
    }

    /// The one that is written to loses its power, and its standby takes its place.
    pub fn fail_over(&mut self) {
        self.one.crash();
        self.two.promote();
        std::mem::swap(&mut self.one, &mut self.two);
    }

    /// The one that lost its power becomes the other's standby.
    pub fn rejoin(&mut self) {
        let name = if self.rejoined.is_multiple_of(2) { "one" } else { "two" };
        self.rejoined += 1;
        self.two.follow(&self.one, name);
    }
}

/// A connection string to whichever of these servers may be written to, for that role.
pub fn any_of(servers: &[&Cluster], role: &str, database: &str, schema: &str) -> String {
    let hosts: Vec<String> =
        servers.iter().map(|server| server.folder.path().display().to_string()).collect();
    let ports: Vec<String> = servers.iter().map(|server| server.port.to_string()).collect();
    format!(
        "host={} port={} user={role} dbname={database} options='-csearch_path={schema}'",
        hosts.join(","),
        ports.join(",")
    )
}

/// A connection string of the owner. `host` is a name, or the folder of a socket.
pub fn url(host: &str, port: u16, database: &str) -> String {
    format!("postgresql://owner:{PASSWORD}@{}:{port}/{database}", host.replace('/', "%2F"))
}

pub fn client(url: &str) -> Client {
    Client::connect(url, NoTls).unwrap()
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.end("INT");
    }
}
