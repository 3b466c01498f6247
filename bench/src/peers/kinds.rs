//! The peers there are: takes a folder, installs each into one of its own below it; starts one with a plan, each one process. One that
//! cannot be had is told with the reason, and the others are there all the same.

use crate::{
    Outcome,
    peers::{njs, plan::Plan},
    process,
    stage::{Killed, end_of},
};
use reqwest::Client;
use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// How long a peer may take until it answers.
const PATIENCE: Duration = Duration::from_secs(60);
/// Written last, with everything that was installed from: another text means another installation.
const INSTALLED: &str = "installed";

/// How a peer is started.
#[derive(Clone, Copy)]
enum Kind {
    /// This very program.
    Value,
    Node,
    Python,
    Nginx,
}

/// A peer as it lies in `bench/peers`.
struct Made {
    name: &'static str,
    kind: Kind,
    files: &'static [(&'static str, &'static str)],
    /// In its folder, one after the other.
    install: &'static [&'static [&'static str]],
}

macro_rules! files {
    ($folder:literal: $($file:literal),+) => {
        &[$(($file, include_str!(concat!("../../peers/", $folder, "/", $file)))),+]
    };
}

const NODE: &[&[&str]] = &[&["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]];

const MADE: [Made; 5] = [
    Made { name: "Rust, reqwest, serde_json Value", kind: Kind::Value, files: &[], install: &[] },
    Made {
        name: "Node, undici",
        kind: Kind::Node,
        files: files!("undici": "main.mjs", "package.json", "package-lock.json"),
        install: NODE,
    },
    Made {
        name: "Node, Fastify, fetch",
        kind: Kind::Node,
        files: files!("fastify": "main.mjs", "package.json", "package-lock.json"),
        install: NODE,
    },
    Made {
        name: "Python, FastAPI, aiohttp, orjson",
        kind: Kind::Python,
        files: files!("fastapi": "main.py", "requirements.txt"),
        install: &[
            &["python3", "-m", "venv", "venv"],
            &[
                "venv/bin/pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--require-hashes",
                "--only-binary",
                ":all:",
                "--requirement",
                "requirements.txt",
            ],
        ],
    },
    Made {
        name: "nginx, njs",
        kind: Kind::Nginx,
        files: files!("njs": "aggregate.js", "nginx.conf"),
        install: &[
            &["apt-get", "download", "--quiet", "nginx", "libnginx-mod-http-js"],
            &["sh", "-c", "for package in *.deb; do dpkg-deb -x \"$package\" debian; done"],
            // It says here if a library is missing.
            &["debian/usr/sbin/nginx", "-v"],
        ],
    },
];

/// One that can be started.
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    kind: Kind,
    folder: PathBuf,
}

/// One that answers. It ends when it is let go.
pub(crate) struct Running {
    process: Killed,
    pub(crate) url: String,
}

/// Those that can be had; and each other by name, with the reason.
pub(crate) fn install(folder: &Path) -> (Vec<Peer>, Vec<(&'static str, String)>) {
    let (mut peers, mut missing) = (Vec::new(), Vec::new());
    for made in MADE {
        match made.install(folder) {
            Ok(peer) => peers.push(peer),
            Err(error) => missing.push((made.name, error.to_string())),
        }
    }
    (peers, missing)
}

impl Made {
    fn install(&self, folder: &Path) -> Outcome<Peer> {
        let short = self.name.to_lowercase().replace([',', ' '], "-");
        let folder = folder.join(short);
        std::fs::create_dir_all(&folder)?;
        let folder = folder.canonicalize()?;
        let from: String = self.files.iter().map(|(name, text)| format!("{name}\n{text}")).collect();
        let mark = folder.join(INSTALLED);
        if std::fs::read_to_string(&mark).ok().as_ref() != Some(&from) {
            std::fs::remove_dir_all(&folder)?;
            std::fs::create_dir_all(&folder)?;
            for (name, text) in self.files {
                std::fs::write(folder.join(name), text)?;
            }
            self.install.iter().try_for_each(|command| ran(command, &folder))?;
            std::fs::write(mark, from)?;
        }
        Ok(Peer { name: self.name, kind: self.kind, folder })
    }
}

fn ran(command: &[&str], folder: &Path) -> Outcome<()> {
    let (program, arguments) = command.split_first().ok_or("no command")?;
    // What stands in the folder is meant by its path from there.
    let program = if program.contains('/') { folder.join(program) } else { PathBuf::from(program) };
    let ran = Command::new(&program).args(arguments).current_dir(folder).stdin(Stdio::null()).output();
    let ran = ran.map_err(|error| format!("`{}`: {error}", program.display()))?;
    if ran.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&ran.stderr);
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it says nothing");
    Err(format!("`{}`: {last}", command.join(" ")).into())
}

impl Peer {
    /// Returns once it answers. `place` is a folder for what it is given and what it says.
    pub(crate) async fn start(&self, plan: &Plan, place: &Path) -> Outcome<Running> {
        let place = place.join(self.folder.file_name().unwrap_or_default());
        std::fs::create_dir_all(&place)?;
        let (file, log) = (place.join("plan.json"), place.join("log"));
        plan.write(&file)?;
        let port = free_port()?;
        let mut command = match self.kind {
            Kind::Value => {
                let mut command = Command::new(std::env::current_exe()?);
                command.arg("peer-value");
                command
            }
            Kind::Node => {
                let mut command = Command::new("node");
                command.arg(self.folder.join("main.mjs"));
                command
            }
            Kind::Python => {
                let mut command = Command::new(self.folder.join("venv/bin/python3"));
                command.arg(self.folder.join("main.py"));
                command
            }
            Kind::Nginx => njs::command(&self.folder, plan, port)?,
        };
        command.env("PLAN", &file).env("PORT", port.to_string()).env("NODE_ENV", "production");
        let said = File::create(&log)?;
        command.stdin(Stdio::null()).stdout(said.try_clone()?).stderr(said);
        let mut process = Killed(command.spawn()?);
        let url = format!("http://127.0.0.1:{port}/");
        let client = Client::builder().no_proxy().build()?;
        let began = Instant::now();
        while client.get(format!("{url}ready")).send().await.is_err() {
            if process.0.try_wait()?.is_some() || began.elapsed() > PATIENCE {
                return Err(format!("does not answer: {}", end_of(&log)).into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(Running { process, url })
    }
}

impl Running {
    pub(crate) fn cpu(&self) -> Outcome<Duration> {
        process::cpu(self.process.0.id())
    }

    pub(crate) fn peak_kib(&self) -> Outcome<u64> {
        process::peak_kib(self.process.0.id())
    }
}

/// One that nobody held a moment ago.
fn free_port() -> Outcome<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
