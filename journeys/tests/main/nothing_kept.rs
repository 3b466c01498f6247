//! Nothing of what sources answered is kept: marks in every class of field of every source, and a look into everything a gateway could
//! have written, after faults, a kill, a fall and a configuration it refuses. A program that keeps on purpose is the control: where it is
//! built (`SHCR_LEAKY`), it must be caught in every channel and every form. Decision 0058.

/// What it writes to.
#[path = "nothing_kept/written.rs"]
mod written;
/// What goes over the network.
#[path = "nothing_kept/packets.rs"]
mod packets;
/// What a browser keeps.
#[path = "nothing_kept/browser.rs"]
mod browser;
/// What is left in its memory.
#[path = "nothing_kept/memory.rs"]
mod memory;

use journeys::{
    auditor::Auditor,
    collector::{Collector, Temper},
    demo::Demo,
    gateway::{Gateway, Place},
    kept::{Mark, Scan},
};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

const FAULTS: [&str; 6] = ["wrong-person", "malformed", "bad-utf8", "duplicate-key", "drop", "deep"];
const PACKED: [&str; 3] = ["deflate", "gzip", "zstd"];

/// A region with marks, and a place for a gateway before it.
struct Stage {
    demo: Demo,
    place: Place,
    /// Hears of every opening.
    collector: Collector,
    _folder: tempfile::TempDir,
    _told: tempfile::TempDir,
}

impl Stage {
    async fn set(program: PathBuf) -> Self {
        let word: String = uuid::Uuid::new_v4().simple().to_string().chars().take(12).collect();
        let (collector, told) =
            (Collector::start(Temper::Takes).await, tempfile::tempdir().expect("a folder"));
        let traces = told.path().join("traces.toml");
        std::fs::write(&traces, collector.configuration()).expect("a file can be written");
        let traces = traces.display().to_string();
        let demo = Demo::start(&["--without-gateway", "--marks", &word, "--with-config", &traces]);
        let folder = tempfile::Builder::new().prefix("shcr-kept-").tempdir().expect("a folder");
        let place = Place {
            program,
            config: PathBuf::from(demo.ready.text("config")),
            folder: folder.path().to_owned(),
            admin_url: demo.ready.text("admin_url"),
            through: Vec::new(),
        };
        Self { demo, place, collector, _folder: folder, _told: told }
    }

    /// Opens a record while every source has that fault; gives the page.
    async fn open(&self, fault: &str) -> String {
        for source in ["gp", "acute", "nelft", "provide"] {
            self.demo.control().fault(source, fault).await;
        }
        let doreen = self.demo.ready.golden_person();
        self.demo.host().sign_in("dr.okafor").await.open(&doreen).await.read().await.html
    }

    /// Everything that lies where the gateway can write, and what its operator is answered.
    async fn look(&self, scan: &mut Scan) {
        for page in ["/metrics", "/", "/status.json"] {
            let channel = if page == "/metrics" { "metrics" } else { "status page" };
            scan.look(channel, page, self.demo.operator().page(page).await.as_bytes());
        }
        // A text with escapes of its own has each backslash twice in JSON.
        let told = String::from_utf8_lossy(&self.collector.taken()).replace("\\\\", "\\");
        scan.look("traces", "every request", told.as_bytes());
        self.files(scan);
    }

    fn files(&self, scan: &mut Scan) {
        let at = |name: &str| self.place.folder.join(name);
        for (channel, name) in [("output", "stdout.log"), ("log", "stderr.log")] {
            scan.look(channel, name, &std::fs::read(at(name)).expect("it was written"));
        }
        let apart = |path: &Path| ["stdout.log", "stderr.log", "tmp"].iter().any(|name| path == at(name));
        scan.folder("working folder", &self.place.folder, &apart);
        scan.folder("temporary folder", &at("tmp"), &|_| false);
        scan.folder("shared memory", Path::new("/dev/shm"), &|_| false);
        scan.folder("state", &self.demo.ready.state_dir(), &|_| false);
        scan.look("audit, opened", "every entry", opened(&self.demo.auditor()).as_bytes());
    }

    /// The audit as it comes back from a copy of its files, where it verifies; of a gateway there is nothing else to copy.
    fn restored(&self, scan: &mut Scan) {
        let (from, to) = (self.demo.ready.state_dir(), tempfile::tempdir().expect("a folder"));
        let copied = Command::new("cp")
            .arg("-r")
            .args(["audit.sqlite", "audit.key", "audit-months"].map(|name| from.join(name)))
            .arg(to.path())
            .status();
        assert!(copied.is_ok_and(|status| status.success()));
        let auditor = Auditor::new(&Demo::program(), to.path());
        assert!(auditor.verify().count("open") > 0);
        scan.folder("restored copy", to.path(), &|_| false);
        scan.look("restored copy", "every entry", opened(&auditor).as_bytes());
    }
}

fn opened(auditor: &Auditor) -> String {
    // A text with escapes of its own has each backslash twice in JSON.
    auditor.everything().iter().map(|entry| format!("{entry}\n").replace("\\\\", "\\")).collect()
}

fn no_picture_of_its_memory(gateway: &Gateway) {
    let limits = gateway.told_by_the_system("limits");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).expect("a limit");
    let words: Vec<&str> = core.split_whitespace().collect();
    assert_eq!(words.get(4..6), Some(["0", "0"].as_slice()), "HAZ-049: {core}");
    let swapped = gateway.told_by_the_system("status");
    let swapped = swapped.lines().find(|line| line.starts_with("VmSwap:")).map(str::to_owned);
    assert!(swapped.is_none_or(|line| line.split_whitespace().nth(1) == Some("0")), "HAZ-049: swapped out");
}

// shows: R41, R42, R58
#[tokio::test]
async fn nothing_of_what_sources_answered_is_kept_after_faults_a_kill_a_fall_and_a_refusal() {
    let stage = Stage::set(Demo::program()).await;
    let marks = stage.demo.ready.marks();
    let mut scan = Scan::new(&marks);
    let gateway = stage.place.start().await;
    no_picture_of_its_memory(&gateway);
    let page = stage.open("none").await;
    let shown: Vec<&str> = marks.iter().filter(|mark| page.contains(&mark.mark)).map(class).collect();
    for class in ["name", "text"] {
        assert!(shown.contains(&class), "positive control: no mark of `{class}` on the page, only {shown:?}");
    }
    for fault in FAULTS {
        stage.open(fault).await;
    }
    stage.collector.openings(1 + FAULTS.len()).await;
    stage.look(&mut scan).await;
    assert_eq!(gateway.end("KILL"), Some(9));
    stage.files(&mut scan);

    let broken = stage.place.folder.join("broken.toml");
    std::fs::write(&broken, "listen = 1\n").expect("a file can be written");
    assert!(stage.place.refuses(&broken));

    let gateway = stage.place.start().await;
    stage.open("none").await;
    assert_eq!(gateway.end("ABRT"), Some(6), "it fell");
    stage.files(&mut scan);
    let gateway = stage.place.start().await;
    stage.open("none").await;
    stage.look(&mut scan).await;
    assert_eq!(gateway.end("TERM"), None, "it stopped in order");
    stage.files(&mut scan);
    stage.restored(&mut scan);

    println!("{} marks as {} byte strings; {:#?}", marks.len(), scan.patterns(), scan.looked_at);
    for channel in ["log", "metrics", "status page", "state", "audit, opened", "traces", "restored copy"] {
        assert!(
            scan.looked_at.get(channel).is_some_and(|bytes| *bytes > 1_000),
            "nothing to look at: {channel}"
        );
    }
    assert_eq!(scan.found, [], "HAZ-049");
    stage.demo.auditor().verify();
}

fn class(mark: &Mark) -> &str {
    &mark.class
}

#[tokio::test]
async fn a_program_that_keeps_on_purpose_is_caught_in_every_channel_and_every_form() {
    let Some(program) = leaky() else { return };
    let stage = Stage::set(program).await;
    let mut scan = Scan::new(&stage.demo.ready.marks());
    let gateway = stage.place.start().await;
    stage.open("none").await;
    stage.demo.operator().clear("acute").await;
    stage.collector.openings(1).await;
    stage.look(&mut scan).await;
    assert_eq!(gateway.end("ABRT"), Some(6));
    stage.files(&mut scan);

    let text = ["base64-0", "base64-1", "base64-2", "hexadecimal", "html", "json", "percent", "utf-8"];
    for channel in ["metrics", "status page", "output", "log", "audit, opened", "traces"] {
        for form in text {
            assert!(scan.forms_in(channel).contains(&form), "not caught: {channel}, {form}");
        }
    }
    let bytes = [text.as_slice(), &["utf-16be", "utf-16le"], &PACKED].concat();
    for channel in ["working folder", "temporary folder", "shared memory"] {
        for form in &bytes {
            assert!(scan.forms_in(channel).contains(form), "not caught: {channel}, {form}");
        }
    }
    println!("caught: {} in {:#?}", scan.found.len(), scan.looked_at);
    sweep_shared_memory();
}

/// The control, where it is built.
fn leaky() -> Option<PathBuf> {
    let program = std::env::var_os("SHCR_LEAKY").map(PathBuf::from);
    if program.is_none() {
        println!("SKIPPED, no program that keeps on purpose: `cargo xtask nothing-kept` builds one");
    }
    program
}

/// What the control left there.
fn sweep_shared_memory() {
    for entry in std::fs::read_dir("/dev/shm").into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with("shcr-leak-") {
            // Another test's sweep may have been first.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
