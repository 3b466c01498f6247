//! What leaves over the network, in one that nobody else has: no source is sent anything while access cannot be recorded, and nothing is
//! sent anywhere but to what is configured, whatever a source's links, redirects and names lead to.

use journeys::{
    apart,
    demo::Demo,
    gateway::{Gateway, Place},
    packets::{Capture, Packet},
};
use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

/// Where a cloud keeps a machine's credentials.
const CLOUD: &str = "169.254.169.254";
/// In somebody's own network.
const INSIDE: &str = "10.11.12.13";

/// A region in the network of this test, and a place for a gateway before it.
struct Stage {
    demo: Demo,
    place: Place,
    folder: tempfile::TempDir,
}

impl Stage {
    fn set() -> Self {
        apart::raise_loopback();
        let demo = Demo::start(&["--without-gateway"]);
        let folder = tempfile::Builder::new().prefix("shcr-packets-").tempdir().expect("a folder");
        let place = Place {
            program: Demo::program(),
            config: PathBuf::from(demo.ready.text("config")),
            folder: folder.path().to_owned(),
            admin_url: demo.ready.text("admin_url"),
            through: Vec::new(),
        };
        Self { demo, place, folder }
    }

    fn configuration(&self) -> String {
        std::fs::read_to_string(self.demo.ready.text("config")).expect("a configuration")
    }

    /// Beside the one it was written from: paths in it are from there.
    fn configure(&mut self, text: &str) {
        self.place.config = Path::new(&self.demo.ready.text("config")).with_file_name("packets.toml");
        std::fs::write(&self.place.config, text).expect("a configuration can be written");
    }

    async fn start(&self) -> Gateway {
        self.place.start().await
    }

    /// Opens the golden person's record to its end; gives the words of the page.
    async fn open(&self) -> String {
        let doreen = self.demo.ready.golden_person();
        let page = self.demo.host().sign_in("dr.okafor").await.open(&doreen).await.read().await;
        assert!(page.is_complete(), "{}", page.text());
        page.text()
    }

    /// Where the sources with something clinical listen.
    fn sources(&self) -> BTreeSet<SocketAddr> {
        let urls = self.demo.ready.sources().into_iter().map(|name| self.demo.ready.source_url(&name));
        urls.flat_map(|url| addresses(&url)).collect()
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("stderr.log")).unwrap_or_default()
    }
}

/// Every address on this machine that some text has.
fn addresses(text: &str) -> BTreeSet<SocketAddr> {
    let behind = |host: &str| -> Vec<SocketAddr> {
        let port = |rest: &str| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse::<u16>().ok();
        let found = text.split(host).skip(1).filter_map(port);
        found.map(|port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)).collect()
    };
    ["127.0.0.1:", "localhost:"].into_iter().flat_map(behind).collect()
}

/// Who was asked for a connection, or sent anything but TCP.
fn reached(packets: &[Packet]) -> BTreeSet<SocketAddr> {
    packets.iter().filter(|packet| packet.opens || !packet.is_tcp).map(|packet| packet.to).collect()
}

/// Packets that bring one of them something: a connection, or bytes on one that stood.
fn brought(packets: &[Packet], to: &BTreeSet<SocketAddr>) -> usize {
    let brings = |packet: &&Packet| to.contains(&packet.to) && (packet.opens || !packet.carries.is_empty());
    packets.iter().filter(brings).count()
}

// shows: F34
#[tokio::test]
async fn f34_no_packet_reaches_a_source_while_access_cannot_be_recorded() {
    const THIS: &str = "packets::f34_no_packet_reaches_a_source_while_access_cannot_be_recorded";
    if !apart::is_inside("-n", THIS) {
        return;
    }
    let stage = Stage::set();
    let sources = stage.sources();
    assert!(sources.len() > 5, "{sources:?}");
    let _gateway = stage.start().await;
    let seen = Capture::start();
    stage.open().await;
    let control = brought(&seen.end(), &sources);
    assert!(control > 20, "positive control: an opening sends its sources packets, and {control} were seen");

    let doreen = stage.demo.ready.golden_person();
    let view = stage.demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    stage.demo.auditor().hold();
    let seen = Capture::start();
    let page = view.read().await;
    assert_eq!(page.status, 503, "HAZ-029: {}", page.text());
    let packets = seen.end();
    assert!(packets.iter().any(|packet| packet.carries.windows(5).any(|five| five == b" 503 ")), "control");
    assert_eq!(brought(&packets, &sources), 0, "HAZ-029");
    stage.demo.auditor().release();
    assert!(view.read().await.is_complete(), "HAZ-029: it recovers without a restart");
}

// shows: F34, F37
#[tokio::test]
async fn f37_no_packet_reaches_a_source_while_the_disk_of_the_audit_is_full() {
    const THIS: &str = "packets::f37_no_packet_reaches_a_source_while_the_disk_of_the_audit_is_full";
    if !apart::is_inside("-mn", THIS) {
        return;
    }
    let mut stage = Stage::set();
    let small = stage.folder.path().join("small");
    std::fs::create_dir(&small).expect("a folder can be made");
    apart::run("mount", &["-t", "tmpfs", "-o", "size=24m", "none", &small.display().to_string()]);
    let text = stage.configuration();
    let own = format!("store = \"{}\"", small.join("audit.sqlite").display());
    assert!(text.contains("store = \"audit.sqlite\""), "{text}");
    stage.configure(&text.replace("store = \"audit.sqlite\"", &own));
    let sources = stage.sources();
    let _gateway = stage.start().await;
    let seen = Capture::start();
    stage.open().await;
    assert!(brought(&seen.end(), &sources) > 20, "positive control");

    let doreen = stage.demo.ready.golden_person();
    let view = stage.demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    let filler = small.join("filler");
    // To the last byte: the end is that nothing more fits.
    let full = std::fs::write(&filler, vec![0; 32 * 1024 * 1024]);
    assert!(full.is_err(), "it was to be full");
    let seen = Capture::start();
    let page = view.read().await;
    assert_eq!(page.status, 503, "HAZ-029: {}", page.text());
    assert_eq!(brought(&seen.end(), &sources), 0, "HAZ-029");

    std::fs::remove_file(&filler).expect("it can be taken away");
    let mut page = view.read().await;
    while page.status == 503 {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        page = view.read().await;
    }
    assert!(page.is_complete(), "HAZ-029: it recovers without a restart: {}", page.text());
}

// shows: F5, F24, A37
#[tokio::test]
async fn a37_nothing_is_sent_but_to_what_is_configured_wherever_a_source_leads() {
    const THIS: &str = "packets::a37_nothing_is_sent_but_to_what_is_configured_wherever_a_source_leads";
    if !apart::is_inside("-mn", THIS) {
        return;
    }
    let mut stage = Stage::set();
    // Packets to either go over `lo` then, and are seen.
    for address in [CLOUD, INSIDE] {
        apart::run("ip", &["address", "add", address, "dev", "lo"]);
    }
    let hosts = stage.folder.path().join("hosts");
    let names =
        format!("127.0.0.1 localhost\n{CLOUD} cloud.partner.example\n{INSIDE} inside.partner.example\n");
    std::fs::write(&hosts, names).expect("a file can be written");
    apart::run("mount", &["--bind", &hosts.display().to_string(), "/etc/hosts"]);
    let (mut text, ready) = (stage.configuration(), &stage.demo.ready);
    for (token_url, name) in [(ready.token_url("eput"), "cloud"), (ready.text("nrl_token_url"), "inside")] {
        let from = format!("\"{token_url}\"");
        assert!(text.contains(&from), "no token is had from {from}");
        text = text.replace(&from, &format!("\"https://{name}.partner.example/token\""));
    }
    // Who is in the region asks each other, too: a partner's line its own node.
    let allowed = addresses(&format!("{} {text}", ready.whole()));
    let redirected = SocketAddr::from(([127, 0, 0, 1], 9));
    assert!(allowed.len() > 10 && !allowed.contains(&redirected), "{allowed:?}");
    stage.configure(&text);

    let gateway = stage.start().await;
    let seen = Capture::start();
    for (source, fault) in [("acute", "redirect"), ("nelft", "paging-elsewhere"), ("provide", "redirect")] {
        stage.demo.control().fault(source, fault).await;
    }
    stage.open().await;
    stage.demo.control().fault("acute", "paging-elsewhere").await;
    stage.demo.control().fault("nelft", "redirect").await;
    stage.open().await;
    let packets = seen.end();
    let elsewhere: Vec<SocketAddr> = reached(&packets).difference(&allowed).copied().collect();
    assert!(elsewhere.is_empty(), "HAZ-041: {elsewhere:?}");
    assert!(stage.log().contains("SECURITY"), "it is said: {}", stage.log());
    let sent =
        |word: &[u8]| packets.iter().any(|packet| packet.carries.windows(word.len()).any(|at| at == word));
    assert!(sent(b"http://127.0.0.1:9/elsewhere"), "control: a source led elsewhere");
    assert!(sent(b"http://127.0.0.9:"), "control: a next page led elsewhere");
    gateway.end("TERM");

    // The control: where the partner's network is listed, the very name is gone to, and that is seen.
    let from = "id = \"nrl\"\n";
    assert_eq!(text.matches(from).count(), 1);
    stage.configure(&text.replace(from, &format!("{from}addresses = [\"10.0.0.0/8\"]\n")));
    let _gateway = stage.start().await;
    let seen = Capture::start();
    stage.open().await;
    let reached = reached(&seen.end());
    let inside: IpAddr = INSIDE.parse().expect("an address");
    assert!(reached.contains(&SocketAddr::new(inside, 443)), "positive control: {reached:?}");
}
