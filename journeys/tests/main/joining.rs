//! A council's source joins by configuration alone while records are being opened: no opening fails, the next one asks it, and what the
//! other partners give is what they gave before, byte for byte. A gateway reads its sources when it starts (docs/do/connect-a-source.md), so
//! the one with the new source begins beside the one without, over the same store, and that goes.

use crate::on_a_server;
use journeys::{
    browser::{Page, View},
    demo::Demo,
    front::{Front, Kind},
    gateway::{Gateway, Place},
    ready::Person,
};
use serde_json::{Value, value::RawValue};
use std::{
    collections::{BTreeMap, HashMap},
    fs,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};
use tokio::{join, sync::RwLock, time::sleep};

/// The council that joins, and how its block in the configuration begins.
const COUNCIL: &str = "thurrock";
const BLOCK: &str = "[[sources]]\n";
/// Whose page and searchset are compared: one who sees nearly all, one who sees councils', one who sees little.
const COMPARED: [&str; 3] = ["dr.okafor", "sw.dean", "clerk.ellis"];
/// Who opens the record again and again meanwhile.
const AT_WORK: [&str; 3] = ["dr.vane", "nurse.bright", "para.cole"];

/// Two replicas' configurations, the one before with no word of the council's source, and the one address before them.
struct Stage {
    demo: Demo,
    public: Front,
    back_channel: Front,
    without: Replica,
    with: Replica,
}

struct Replica {
    place: Place,
    public: SocketAddr,
    back_channel: SocketAddr,
    _folder: tempfile::TempDir,
}

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Where a table of the configuration listens; the first lines are of no table.
fn listens(text: &str, table: &str) -> SocketAddr {
    let from = if table.is_empty() { text } else { text.split(&format!("[{table}]\n")).nth(1).unwrap() };
    let line = from.lines().find_map(|line| line.strip_prefix("listen = ")).unwrap();
    line.trim_matches('"').parse().unwrap()
}

/// The configuration without that source's block.
fn without(text: &str, source: &str) -> String {
    let id = format!("id = \"{source}\"\n");
    let (blocks, own): (Vec<&str>, Vec<&str>) = text.split(BLOCK).partition(|block| !block.contains(&id));
    assert_eq!(own.len(), 1, "`{source}` is a block of its own");
    blocks.join(BLOCK)
}

impl Replica {
    /// At addresses and in a folder of its own, with keys and agreement as every replica has them.
    fn set(demo: &Demo, name: &str, text: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("shcr-replica-").tempdir().unwrap();
        let state = folder.path().join("state");
        let copied = Command::new("cp").arg("-r").args([&demo.ready.state_dir(), &state]).status();
        assert!(copied.unwrap().success());
        let months = demo.ready.state_dir().join("audit-months");
        let mut text = text
            .replace("state_dir = \"../state\"", &format!("state_dir = {:?}", state.display().to_string()))
            .replace(
                "month_keys = \"audit-months\"",
                &format!("month_keys = {:?}", months.display().to_string()),
            )
            .replace("replica = \"demo-1\"", &format!("replica = \"{name}\""));
        let admin = free();
        let (public, back_channel, office) = (free(), free(), free());
        for (table, own) in [("", public), ("back_channel", back_channel), ("office", office)] {
            text = text
                .replace(&format!("listen = \"{}\"", listens(&text, table)), &format!("listen = \"{own}\""));
        }
        let old = demo.ready.text("admin_url").replace("http://", "");
        text = text.replace(&format!("admin_listen = \"{old}\""), &format!("admin_listen = \"{admin}\""));
        // Beside the region's own, where the agreement lies that both have.
        let config = PathBuf::from(demo.ready.text("config")).with_file_name(format!("{name}.toml"));
        fs::write(&config, text).unwrap();
        let place = Place {
            program: Demo::program(),
            config,
            folder: folder.path().to_owned(),
            admin_url: format!("http://{admin}"),
            through: Vec::new(),
        };
        Self { place, public, back_channel, _folder: folder }
    }

    /// Starts it on a configuration that was checked as an operator would.
    async fn start(&self, demo: &Demo) -> Gateway {
        let (checked, said) = demo.command(&["check", "--config", &self.place.config.display().to_string()]);
        assert!(checked, "{said}");
        self.place.start().await
    }
}

impl Stage {
    async fn set(over: &Path) -> Self {
        let demo = Demo::start(&["--without-gateway", "--with-config", &over.display().to_string()]);
        let text = fs::read_to_string(demo.ready.text("config")).unwrap();
        let (public, back_channel) = (listens(&text, ""), listens(&text, "back_channel"));
        let before = Replica::set(&demo, "without", &without(&text, COUNCIL));
        let with = Replica::set(&demo, "with", &text);
        Self {
            public: Front::start(public, before.public, Kind::Plain).await,
            back_channel: Front::start(back_channel, before.back_channel, Kind::Encrypted).await,
            demo,
            without: before,
            with,
        }
    }
}

/// What stands in an answer, by its source.
type BySource = BTreeMap<String, Vec<String>>;

/// Every entry of a searchset, byte for byte, by the source in its address, and what is said of that source. Left out are the moment it
/// answered at, which is another each time, and what is said of the opening, which counts its sources.
fn entries(page: &Page) -> BySource {
    assert!(page.ended, "cut off");
    let bundle: HashMap<String, Box<RawValue>> = serde_json::from_str(&page.html).unwrap();
    let all: Vec<Box<RawValue>> = serde_json::from_str(bundle["entry"].get()).unwrap();
    let mut by_source = BySource::new();
    for entry in all {
        let read: Value = serde_json::from_str(entry.get()).unwrap();
        let address = read["fullUrl"].as_str().unwrap();
        let source = address.split("/fhir/").nth(1).and_then(|rest| rest.split('/').next()).unwrap();
        let is_outcome = read["search"]["mode"] == "outcome";
        let text = if is_outcome { without_moment(entry.get()) } else { entry.get().to_owned() };
        if source != "opening" {
            by_source.entry(source.to_owned()).or_default().push(text);
        }
    }
    by_source
}

/// Only the moment of an answer has seconds: `Answered 13:43:39`.
fn without_moment(text: &str) -> String {
    let is_moment = |word: &str| {
        let parts: Vec<&str> = word.trim_end_matches(',').split(':').collect();
        parts.len() == 3
            && parts.iter().all(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()))
    };
    text.split(' ').map(|word| if is_moment(word) { "MOMENT" } else { word }).collect::<Vec<_>>().join(" ")
}

/// Every entry of a page as its source sent it, sorted: where it stands depends on which answer came first.
fn as_sent(page: &Page) -> Vec<String> {
    let pieces = page.html.split("<pre class=\"sent\">").skip(1);
    let mut sent: Vec<String> =
        pieces.filter_map(|piece| Some(piece.split_once("</pre>")?.0.to_owned())).collect();
    sent.sort();
    sent
}

/// What is on the one page and not on the other, where nothing is on the other alone.
fn more_on(after: &Page, before: &Page, login: &str) -> Vec<String> {
    let mut more = as_sent(after);
    for sent in as_sent(before) {
        let place = more.iter().position(|other| *other == sent);
        more.remove(place.unwrap_or_else(|| panic!("{login}: gone or altered: {sent}")));
    }
    more
}

/// What one professional is given: as a page and as a searchset.
struct Given {
    entries: BySource,
    page: Page,
}

async fn given(view: &View) -> Given {
    let page = view.read().await;
    assert!(page.is_complete(), "{}", page.text());
    Given { entries: entries(&view.browser.get(&format!("{}fhir", view.path)).await), page }
}

/// Professionals who open the record again and again.
#[derive(Default)]
struct Work {
    over: AtomicBool,
    opened: AtomicUsize,
    /// Held by whoever launches. The host keeps its encrypted connections, and a launch that sets out on one in the very moment it is closed is
    /// lost as TCP loses it, whatever closes it: it is closed while nobody launches, as load balancers drain. Records are read meanwhile.
    launching: RwLock<()>,
}

impl Work {
    async fn of(&self, stage: &Stage, login: &str, person: &Person) {
        let signed_in = stage.demo.host().sign_in(login).await;
        while !self.over.load(Ordering::SeqCst) {
            let view = {
                let _launching = self.launching.read().await;
                signed_in.open(person).await
            };
            let page = view.read().await;
            assert!(
                page.is_complete(),
                "HAZ-057: {login}: cut after {} bytes: {}",
                page.html.len(),
                page.text()
            );
            assert!(!page.section("src").contains("Did not answer"), "{login}: {}", page.section("src"));
            self.opened.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Until so many more were opened.
    async fn goes_on(&self, more: usize) {
        let from = self.opened.load(Ordering::SeqCst);
        while self.opened.load(Ordering::SeqCst) < from + more {
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Starts the replica with the new source, leads everybody there, and ends the other while it still gives records.
    async fn change(&self, stage: &Stage, without: Gateway) -> Gateway {
        let with = stage.with.start(&stage.demo).await;
        self.goes_on(AT_WORK.len()).await;
        // So that somebody reads at every moment of it.
        stage.demo.control().fault("acute", "slow:200").await;
        self.goes_on(AT_WORK.len()).await;
        let nobody_launches = loop {
            let nobody_launches = self.launching.write().await;
            if stage.public.standing(stage.without.public) > 0 {
                break nobody_launches;
            }
            drop(nobody_launches);
            sleep(Duration::from_millis(20)).await;
        };
        stage.public.lead_to(stage.with.public);
        stage.back_channel.lead_to(stage.with.back_channel);
        let ending = tokio::task::spawn_blocking(move || without.end("TERM"));
        while stage.back_channel.standing(stage.without.back_channel) > 0 {
            sleep(Duration::from_millis(5)).await;
        }
        drop(nobody_launches);
        assert_eq!(ending.await.unwrap(), None, "it ended by itself");
        stage.demo.control().fault("acute", "none").await;
        self.goes_on(2 * AT_WORK.len()).await;
        self.over.store(true, Ordering::SeqCst);
        with
    }
}

// shows: R11, R24
#[tokio::test(flavor = "multi_thread")]
async fn a_councils_source_joins_while_records_are_opened_and_what_others_give_stays_as_it_was() {
    let Some(pair) = on_a_server::pair() else { return };
    let folder = tempfile::tempdir().unwrap();
    let over = on_a_server::over(folder.path(), &pair, "[fleet]\nreplicas = 2\n");
    let mut stage = Stage::set(&over).await;
    let without = stage.without.start(&stage.demo).await;

    let doreen = stage.demo.ready.golden_person();
    let (mut views, mut before) = (Vec::new(), Vec::new());
    for login in COMPARED {
        let view = stage.demo.host().sign_in(login).await.open(&doreen).await;
        before.push(given(&view).await);
        views.push(view);
    }
    let asked = stage.demo.control().clinical_sources_asked().await;
    assert!(asked.contains(&"essex".to_owned()) && !asked.contains(&COUNCIL.to_owned()), "{asked:?}");

    let work = Work::default();
    let [one, two, three] = AT_WORK.map(|login| work.of(&stage, login, &doreen));
    let (with, (), (), ()) = join!(work.change(&stage, without), one, two, three);

    let mut given_by_council = Vec::new();
    for ((view, before), login) in views.iter().zip(&before).zip(COMPARED) {
        let mut after = given(view).await;
        let joined = after.entries.remove(COUNCIL).unwrap_or_default();
        for (source, entries) in &before.entries {
            assert_eq!(Some(entries), after.entries.get(source), "{login}: {source}");
        }
        assert_eq!(before.entries.len(), after.entries.len(), "{login}: and nobody else joined");
        let more = more_on(&after.page, &before.page, login);
        assert!(
            more.iter().all(|sent| sent.contains(":ZZ919:") || sent.contains(COUNCIL)),
            "{login}: {more:?}"
        );
        assert!(!before.page.section("src").contains("Thurrock"), "{login}");
        assert!(after.page.section("src").contains("Thurrock"), "{login}: {}", after.page.section("src"));
        // What is said of it, and entries as sent where the role sees them whole.
        assert!(!joined.is_empty() && (more.is_empty() || login == "sw.dean"), "{login}: {joined:?}");
        given_by_council.push(more.len());
    }
    assert!(given_by_council.iter().sum::<usize>() > 0, "the council's entries are there");
    let asked = stage.demo.control().clinical_sources_asked().await;
    assert!(asked.contains(&COUNCIL.to_owned()), "{asked:?}");
    stage.demo.control().wish(&doreen, "nelft", "objects").await;
    let changed = given(&views[0]).await.entries;
    assert_ne!(
        before[0].entries.get("nelft"),
        changed.get("nelft"),
        "positive control: a change at a partner is seen"
    );

    let config = stage.with.place.config.display().to_string();
    assert_eq!(tokio::task::spawn_blocking(move || with.end("TERM")).await.unwrap(), None);
    let key = stage.demo.ready.state_dir().join("audit.key").display().to_string();
    let (verified, said) = stage.demo.command(&["audit", "verify", "--config", &config, "--key", &key]);
    assert!(verified && said.contains(", 0 of them not closed"), "HAZ-030: {said}");
    assert!(stage.demo.stop().success());
}
