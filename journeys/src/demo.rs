//! Takes demo options, gives a running program on free ports with a state folder of its own; refuses one that does not come up.

use crate::{
    auditor::{Auditor, Kinds},
    control::Control,
    host::Host,
    operator::Operator,
    ready::Ready,
    signer::Signer,
};
use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::OnceLock,
    thread::sleep,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long the program may take to come up or go down. Generous: a journey asserts no wall time.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running program. Dropping it without [`Demo::finish`] kills it, so that a failed test leaves nothing behind.
pub struct Demo {
    pub ready: Ready,
    folder: TempDir,
    child: Child,
    program: PathBuf,
}

impl Demo {
    /// Seed 7, thirty people, no artificial latency, and what is asked for on top.
    pub fn start(options: &[&str]) -> Self {
        Self::start_with(options, &[])
    }

    /// The same, with environment variables.
    pub fn start_with(options: &[&str], environment: &[(&str, &str)]) -> Self {
        let program = program();
        let folder =
            tempfile::Builder::new().prefix("shcr-journey-").tempdir().expect("a folder can be made");
        let at = |name: &str| folder.path().join(name);
        let log = |name: &str| File::create(at(name)).expect("a log can be made");
        let child = Command::new(&program)
            .args(["demo", "--seed", "7", "--people", "30", "--no-latency"])
            .arg("--ready-file")
            .arg(at("ready.json"))
            .arg("--state-dir")
            .arg(at("state"))
            .args(options)
            .envs(environment.iter().copied())
            .current_dir(folder.path())
            .stdout(log("stdout.log"))
            .stderr(log("stderr.log"))
            .spawn()
            .unwrap_or_else(|error| panic!("`{}` cannot be started: {error}", program.display()));
        let mut demo = Self { ready: Ready::default(), folder, child, program };
        demo.ready = demo.wait_until_ready();
        demo
    }

    pub fn host(&self) -> Host<'_> {
        Host::new(&self.ready)
    }

    pub fn control(&self) -> Control<'_> {
        Control::new(&self.ready)
    }

    pub fn operator(&self) -> Operator {
        Operator::new(&self.ready)
    }

    pub fn auditor(&self) -> Auditor {
        Auditor::new(&self.program, &self.ready.state_dir())
    }

    pub async fn signer(&self) -> Signer {
        Signer::new(&self.ready).await
    }

    /// Everything the program has written, to a terminal or to a file, by path. The ready file is its answer to us, and not here.
    pub fn written(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut written = Vec::new();
        collect(self.folder.path(), &mut written);
        written.retain(|(path, _)| !path.ends_with("ready.json"));
        written
    }

    /// The program under test.
    pub fn program() -> PathBuf {
        program()
    }

    /// Runs one of the program's commands where nothing else runs yet; gives whether it went well, and what it said.
    pub fn run(arguments: &[&str]) -> (bool, String) {
        run(&program(), arguments, "")
    }

    /// Runs another of the program's own commands beside it; gives whether it went well, and what it said.
    pub fn command(&self, arguments: &[&str]) -> (bool, String) {
        self.command_told(arguments, "")
    }

    /// The same, with something on its standard input.
    pub fn command_told(&self, arguments: &[&str], told: &str) -> (bool, String) {
        run(&self.program, arguments, told)
    }

    /// Asks it to stop, as an operator would; gives its exit.
    pub fn stop(&mut self) -> ExitStatus {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().expect("`kill` is there");
        assert!(sent.success(), "the program had already ended");
        let began = Instant::now();
        loop {
            match self.child.try_wait().expect("a child can be waited for") {
                Some(status) => return status,
                None if began.elapsed() > PATIENCE => panic!("it did not stop on SIGTERM:\n{}", self.log()),
                None => sleep(Duration::from_millis(20)),
            }
        }
    }

    /// Stops it, wants a clean exit, and has the audit checked: the end of every journey (HAZ-030).
    pub fn finish(mut self) -> Kinds {
        let status = self.stop();
        assert!(status.success(), "it stopped with {status}:\n{}", self.log());
        self.auditor().verify()
    }

    fn wait_until_ready(&mut self) -> Ready {
        let path = self.folder.path().join("ready.json");
        let began = Instant::now();
        loop {
            if let Ok(text) = std::fs::read_to_string(&path) {
                return Ready::parse(&text);
            }
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                panic!("it ended with {status} before it was ready:\n{}", self.log());
            }
            assert!(began.elapsed() < PATIENCE, "it was not ready in {PATIENCE:?}:\n{}", self.log());
            sleep(Duration::from_millis(20));
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("stderr.log")).unwrap_or_default()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Already gone after `stop`; then there is nothing to kill, and that is well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `SHCR_PROGRAM`, or the program of this workspace, built once per run.
fn run(program: &Path, arguments: &[&str], told: &str) -> (bool, String) {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program can be run");
    let mut input = child.stdin.take().expect("its input is a pipe");
    // It may end without reading.
    let _ = input.write_all(told.as_bytes());
    drop(input);
    let ran = child.wait_with_output().expect("the program ends");
    let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    let said = if out.is_empty() { err } else { out };
    (ran.status.success(), said.into_owned())
}

fn program() -> PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let named = || std::env::var_os("SHCR_PROGRAM").map(PathBuf::from);
    PROGRAM.get_or_init(|| named().unwrap_or_else(built)).clone()
}

fn built() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("journeys stands in its workspace");
    let build =
        Command::new("cargo").args(["build", "--quiet", "--package", "shcr"]).current_dir(root).status();
    assert!(
        build.is_ok_and(|status| status.success()),
        "the program cannot be built: cargo build --package shcr"
    );
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder));
    let program = target.join("debug/shcr");
    assert!(
        program.exists(),
        "no program at `{}`: set SHCR_PROGRAM to where it was built",
        program.display()
    );
    program
}

fn collect(folder: &Path, into: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).expect("a folder can be read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, into);
        } else if let Ok(bytes) = std::fs::read(&path) {
            into.push((path, bytes));
        }
    }
}
