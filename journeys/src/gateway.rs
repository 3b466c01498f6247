//! A gateway as a process of its own, before a region that was started without one: takes the configuration that region wrote, gives a
//! program that can be killed, made to fall, and looked into.

use std::{
    ffi::OsString,
    fs::OpenOptions,
    io::{Read, Seek, SeekFrom},
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// How long it may take to come up. Generous: a journey asserts no wall time.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running `shcr serve`. Dropping it kills it.
pub struct Gateway {
    child: Child,
}

/// Where a gateway runs and what it says there.
pub struct Place {
    pub program: PathBuf,
    pub config: PathBuf,
    /// It stands here; `tmp` below is its temporary folder.
    pub folder: PathBuf,
    pub admin_url: String,
    /// What starts it in its own place, such as `strace` and its options; empty, it is started as it is.
    pub through: Vec<String>,
}

impl Place {
    /// Starts `shcr serve`, as talkative as it can be, and waits until it serves.
    pub async fn start(&self) -> Gateway {
        let mut gateway = Gateway { child: self.spawn(&self.config) };
        let client = crate::client();
        let began = Instant::now();
        while client.get(format!("{}/health", self.admin_url)).send().await.is_err() {
            let ended = gateway.child.try_wait().expect("a child can be waited for");
            assert!(ended.is_none() && began.elapsed() < PATIENCE, "the gateway does not serve: {ended:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        gateway
    }

    /// Starts it on a configuration that cannot be used; gives whether it refused.
    pub fn refuses(&self, config: &Path) -> bool {
        let mut child = self.spawn(config);
        !child.wait().expect("it ends").success()
    }

    fn spawn(&self, config: &Path) -> Child {
        let temporary = self.folder.join("tmp");
        std::fs::create_dir_all(&temporary).expect("a folder can be made");
        let log = |name: &str| {
            let file = OpenOptions::new().create(true).append(true).open(self.folder.join(name));
            file.expect("a log can be written")
        };
        let mut words = self.through.iter().map(OsString::from).chain([OsString::from(&self.program)]);
        Command::new(words.next().expect("a program"))
            .args(words)
            .args(["serve", "--config"])
            .arg(config)
            .current_dir(&self.folder)
            .env("RUST_LOG", "trace")
            .env("TMPDIR", &temporary)
            .stdin(Stdio::null())
            .stdout(log("stdout.log"))
            .stderr(log("stderr.log"))
            .spawn()
            .expect("the program can be started")
    }
}

impl Gateway {
    /// `KILL`, `ABRT` or `TERM`; gives the signal it ended by, `None` where it ended by itself.
    pub fn end(mut self, signal: &str) -> Option<i32> {
        let pid = self.child.id().to_string();
        let sent =
            Command::new("kill").args([&format!("-{signal}"), &pid]).status().expect("`kill` is there");
        assert!(sent.success(), "the gateway had already ended");
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                return status.signal();
            }
            assert!(began.elapsed() < PATIENCE, "it did not end on SIG{signal}");
            sleep(Duration::from_millis(20));
        }
    }

    /// A file of the system's on this process, such as `limits` or `status`; empty where it may not be read.
    pub fn told_by_the_system(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).unwrap_or_default()
    }

    /// What stands in its memory between two addresses; `None` where that may not be read. A piece that is none any more is empty.
    pub fn memory(&self, from: u64, to: u64) -> Option<Vec<u8>> {
        let mut file = std::fs::File::open(format!("/proc/{}/mem", self.child.id())).ok()?;
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(from)).ok()?;
        // It goes on meanwhile, and may give back what it had.
        let _ = file.take(to - from).read_to_end(&mut bytes);
        Some(bytes)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // Already gone after `end`.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
