//! What goes over the network while a record is opened, in one that nobody else has: marks stand in what sources answer without TLS and in the
//! page as its reader takes it, and in nothing else. The answers without TLS are the control.

use super::Stage;
use journeys::{
    apart,
    demo::Demo,
    kept::Scan,
    packets::{Capture, Packet},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
};

/// What each sent to each, in order, without what loopback shows twice.
fn flows(packets: &[Packet]) -> BTreeMap<(SocketAddr, SocketAddr), Vec<u8>> {
    let mut seen = BTreeSet::new();
    let mut flows = BTreeMap::<_, Vec<u8>>::new();
    for packet in packets.iter().filter(|packet| !packet.carries.is_empty()) {
        let flow = (packet.from, packet.to);
        if seen.insert((flow, packet.at)) {
            flows.entry(flow).or_default().extend_from_slice(&packet.carries);
        }
    }
    flows
}

fn port(url: &str) -> Option<u16> {
    let authority = url.split("://").nth(1)?.split('/').next()?;
    authority.rsplit(':').next()?.parse().ok()
}

// shows: R58
#[tokio::test]
async fn marks_go_over_the_network_from_sources_without_tls_and_to_the_reader_alone() {
    const THIS: &str =
        "nothing_kept::packets::marks_go_over_the_network_from_sources_without_tls_and_to_the_reader_alone";
    if !apart::is_inside("-n", THIS) {
        return;
    }
    apart::raise_loopback();
    let stage = Stage::set(Demo::program()).await;
    let ready = &stage.demo.ready;
    let gateway = stage.place.start().await;
    let seen = Capture::start();
    let page = stage.open("none").await;
    assert!(page.contains("id=\"complete\""));
    stage.open("malformed").await;
    stage.collector.openings(2).await;
    gateway.end("TERM");
    let packets = seen.end();

    let urls: Vec<String> = ready.sources().iter().map(|name| ready.source_url(name)).collect();
    let ports = |scheme: &str| -> BTreeSet<u16> {
        urls.iter().filter(|url| url.starts_with(scheme)).filter_map(|url| port(url)).collect()
    };
    let (mut plain, covered) = (ports("http://"), ports("https://"));
    // What the national services know of people, what practices answer through them, and the host's own pages.
    plain.extend(
        ["pds_url", "sds_url", "ssp_url", "nrl_url", "host_url"]
            .into_iter()
            .filter_map(|key| port(&ready.text(key))),
    );
    let reader = port(&ready.text("gateway_url")).expect("a port");
    let (mut by_tls, mut marked) = (0, BTreeSet::new());
    let mut scan = Scan::new(&ready.marks());
    for ((from, to), bytes) in flows(&packets) {
        if covered.contains(&from.port()) {
            by_tls += bytes.len();
        }
        let before = scan.found.len();
        scan.look("packets", &format!("{from} to {to}"), &bytes);
        if scan.found.len() > before {
            marked.insert(from.port());
        }
    }
    println!(
        "packets: {} of {:?} bytes, {by_tls} bytes under TLS; marks from ports {marked:?}",
        packets.len(),
        scan.looked_at
    );
    assert!(by_tls > 10_000, "control: sources answered under TLS: {urls:?}");
    assert!(marked.intersection(&plain).count() > 1, "positive control: {marked:?} of {plain:?}");
    assert!(marked.contains(&reader), "positive control: the page itself");
    let others: Vec<u16> =
        marked.iter().filter(|port| !plain.contains(port) && **port != reader).copied().collect();
    assert!(others.is_empty(), "HAZ-049: {others:?} of {}", ready.whole());
}
