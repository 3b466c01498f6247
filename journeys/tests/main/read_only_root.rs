//! A gateway whose whole machine is read-only but for the folder of its audit: it starts, opens a record and keeps the audit alone; where
//! that folder is read-only too, it says which file it could not write.

use journeys::{apart, auditor::Auditor, demo::Demo, gateway::Place, kept::Scan};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Command,
};

/// In mounts of its own: all that is mounted becomes read-only but the folder named first, where one is; then it becomes what follows.
const READ_ONLY: &str = r#"
set -e
if [ -n "$1" ]; then mount --bind "$1" "$1"; fi
while read -r _ point _ options _; do
    kept=ro
    for one in nosuid nodev noexec noatime nodiratime relatime; do
        case ",$options," in *",$one,"*) kept="$kept,$one" ;; esac
    done
    if [ "$point" != "$1" ]; then mount -o "remount,bind,$kept" "$point"; fi
done < /proc/self/mounts
shift
exec "$@"
"#;

/// What lies in its folder once it has opened a record and stopped, beside what was put there: agreements that openings were decided by, and
/// the audit.
const KEEPS: [&str; 4] = ["audit-months", "audit.sqlite", "audit.sqlite.lock", "policy"];

/// Whether mounts of one's own may be had, and each of those that are here may become read-only.
fn is_possible() -> bool {
    let tried = Command::new("unshare").args(["-rm", "--", "sh", "-c", READ_ONLY, "sh", "", "true"]).output();
    apart::allows("-m") && tried.is_ok_and(|tried| tried.status.success())
}

/// A region, and a gateway before it with a state folder of its own.
struct Stage {
    demo: Demo,
    place: Place,
    state: PathBuf,
    folder: tempfile::TempDir,
}

impl Stage {
    fn set() -> Self {
        let word: String = uuid::Uuid::new_v4().simple().to_string().chars().take(12).collect();
        let demo = Demo::start(&["--without-gateway", "--marks", &word]);
        let folder = tempfile::Builder::new().prefix("shcr-read-only-").tempdir().expect("a folder");
        let state = folder.path().join("state");
        apart::run(
            "cp",
            &["-r", &demo.ready.state_dir().display().to_string(), &state.display().to_string()],
        );
        // Beside the one it was written from: paths in it are from there.
        let config = Path::new(&demo.ready.text("config")).with_file_name("read-only.toml");
        let place = Place {
            program: Demo::program(),
            config,
            folder: folder.path().to_owned(),
            admin_url: demo.ready.text("admin_url"),
            through: Vec::new(),
        };
        let stage = Self { demo, place, state, folder };
        stage.configure(
            "state_dir = \"../state\"",
            &format!("state_dir = \"{}\"", stage.state.display()),
            None,
        );
        stage
    }

    /// The demo's configuration with one line changed, or two.
    fn configure(&self, from: &str, to: &str, more: Option<(&str, &str)>) {
        let mut text = std::fs::read_to_string(self.demo.ready.text("config")).expect("a configuration");
        for (from, to) in [(from, to)].into_iter().chain(more) {
            assert!(text.contains(from), "the demo's configuration says `{from}`");
            text = text.replace(from, to);
        }
        std::fs::write(&self.place.config, text).expect("a configuration can be written");
    }

    /// The gateway may write there and nowhere else.
    fn only(&mut self, writable: &str) {
        let words = ["unshare", "-rm", "--", "sh", "-c", READ_ONLY, "sh", writable];
        self.place.through = words.map(str::to_owned).to_vec();
    }

    fn said(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("stderr.log")).expect("it was started")
    }

    /// What lies in its folder.
    fn there(&self) -> BTreeSet<String> {
        let entries = std::fs::read_dir(&self.state).expect("it is there").flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    /// Whether it said the name of that file, however it was broken into lines.
    fn named(&self, file: &Path) -> bool {
        let told = |text: &str| text.replace(['\n', ' ', '│'], "");
        told(&self.said()).contains(&told(&file.display().to_string()))
    }
}

/// Mount points the process may write below, as the system has it. What another mount covers is nowhere.
fn writable(mounts: &str) -> Vec<&str> {
    let mut open = BTreeMap::new();
    for line in mounts.lines() {
        let mut fields = line.split(' ').skip(4);
        if let (Some(point), Some(options)) = (fields.next(), fields.next()) {
            open.insert(point, options.split(',').any(|one| one == "rw"));
        }
    }
    open.into_iter().filter_map(|(point, is_open)| is_open.then_some(point)).collect()
}

// shows: R58
#[tokio::test]
async fn a_gateway_whose_root_is_read_only_opens_a_record_and_keeps_its_audit_alone() {
    if !is_possible() {
        return apart::left_out(
            "read-only root: this system does not let somebody make all mounts of their own read-only",
        );
    }
    let mut stage = Stage::set();
    let (state, before) = (stage.state.display().to_string(), stage.there());
    stage.only(&state);
    let gateway = stage.place.start().await;
    let mounts = gateway.told_by_the_system("mountinfo");
    assert_eq!(writable(&mounts), [state.as_str()], "HAZ-049: nothing else is writable:\n{mounts}");
    assert!(mounts.lines().count() > 2, "{mounts}");

    let doreen = stage.demo.ready.golden_person();
    let page = stage.demo.host().sign_in("dr.okafor").await.open(&doreen).await.read().await;
    assert!(page.is_complete() && page.text().contains("Apixaban"), "{}", page.text());
    assert_eq!(gateway.end("TERM"), None, "it stopped in order: {}", stage.said());

    let kept: Vec<String> = stage.there().difference(&before).cloned().collect();
    assert_eq!(kept, KEEPS, "HAZ-049");
    let mut scan = Scan::new(&stage.demo.ready.marks());
    scan.folder("state", &stage.state, &|_| false);
    assert_eq!(scan.found, [], "HAZ-049");
    let verified = Auditor::new(&Demo::program(), &stage.state).verify();
    assert_eq!(verified.count("open"), 1);
}

#[tokio::test]
async fn a_gateway_that_may_not_write_does_not_start_and_names_the_file() {
    if !is_possible() {
        return apart::left_out(
            "read-only root: this system does not let somebody make all mounts of their own read-only",
        );
    }
    let mut stage = Stage::set();
    stage.only("");
    assert!(stage.place.refuses(&stage.place.config.clone()));
    assert!(stage.named(&stage.state.join("policy")), "{}", stage.said());

    // The folder can be written, and its audit is elsewhere.
    let elsewhere = stage.folder.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).expect("a folder can be made");
    let store = elsewhere.join("audit.sqlite");
    let own = format!("state_dir = \"{}\"", stage.state.display());
    let audit = format!("store = \"{}\"", store.display());
    stage.configure("state_dir = \"../state\"", &own, Some(("store = \"audit.sqlite\"", &audit)));
    stage.only(&stage.state.display().to_string());
    assert!(stage.place.refuses(&stage.place.config.clone()));
    assert!(stage.named(&store), "HAZ-029: {}", stage.said());
}
