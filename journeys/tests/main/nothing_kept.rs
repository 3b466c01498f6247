//! Nothing of what sources answered is kept: marks in every class of field of every source, and a look into everything a gateway could
//! have written, after faults, a kill, a fall and a configuration it refuses. A program that keeps on purpose is the control: where it is
//! built (`SHCR_LEAKY`), it must be caught in every channel and every form. Decision 0058.

use journeys::{
    demo::Demo,
    gateway::{Gateway, Place},
    kept::{Mark, Scan},
};
use std::path::{Path, PathBuf};

const FAULTS: [&str; 6] = ["wrong-person", "malformed", "bad-utf8", "duplicate-key", "drop", "deep"];
const PACKED: [&str; 3] = ["deflate", "gzip", "zstd"];

/// A region with marks, and a place for a gateway before it.
struct Stage {
    demo: Demo,
    place: Place,
    _folder: tempfile::TempDir,
}

impl Stage {
    fn set(program: PathBuf) -> Self {
        let word: String = uuid::Uuid::new_v4().simple().to_string().chars().take(12).collect();
        let demo = Demo::start(&["--without-gateway", "--marks", &word]);
        let folder = tempfile::Builder::new().prefix("shcr-kept-").tempdir().expect("a folder");
        let place = Place {
            program,
            config: PathBuf::from(demo.ready.text("config")),
            folder: folder.path().to_owned(),
            admin_url: demo.ready.text("admin_url"),
            through: Vec::new(),
        };
        Self { demo, place, _folder: folder }
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
        // A text with escapes of its own has each backslash twice in JSON.
        let entries = self.demo.auditor().everything();
        let opened: String = entries.iter().map(|entry| format!("{entry}\n").replace("\\\\", "\\")).collect();
        scan.look("audit, opened", "every entry", opened.as_bytes());
    }
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
    let stage = Stage::set(Demo::program());
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

    println!("{} marks as {} byte strings; {:#?}", marks.len(), scan.patterns(), scan.looked_at);
    for channel in ["log", "metrics", "status page", "state", "audit, opened"] {
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
    let Some(program) = std::env::var_os("SHCR_LEAKY").map(PathBuf::from) else {
        return println!("SKIPPED, no program that keeps on purpose: `cargo xtask nothing-kept` builds one");
    };
    let stage = Stage::set(program);
    let mut scan = Scan::new(&stage.demo.ready.marks());
    let gateway = stage.place.start().await;
    stage.open("none").await;
    stage.demo.operator().clear("acute").await;
    stage.look(&mut scan).await;
    assert_eq!(gateway.end("ABRT"), Some(6));
    stage.files(&mut scan);

    let text = ["base64-0", "base64-1", "base64-2", "hexadecimal", "html", "json", "percent", "utf-8"];
    for channel in ["metrics", "status page", "output", "log", "audit, opened"] {
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
    for entry in std::fs::read_dir("/dev/shm").into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with("shcr-leak-") {
            std::fs::remove_file(entry.path()).expect("ours to take away");
        }
    }
}
