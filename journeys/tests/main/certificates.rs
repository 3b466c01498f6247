//! The back channel's certificate changed under a running gateway: taken where it is good, said where it is not, and nobody notices.

use journeys::{back_channel::BackChannel, demo::Demo, signer::Signer};
use serde_json::json;
use std::{path::PathBuf, time::Duration};

/// Where the running gateway has its certificate and key.
fn file(demo: &Demo) -> PathBuf {
    let config = demo.ready.state_dir().parent().expect("the demo's folder").join("config/running.toml");
    let text = std::fs::read_to_string(&config).expect("the demo writes its configuration");
    let named = text.lines().find_map(|line| line.strip_prefix("certificate_file = "));
    PathBuf::from(named.expect("a back channel").trim_matches('"'))
}

/// Until the gateway has looked.
async fn until(demo: &Demo, sample: &str, number: f64) {
    while demo.operator().metrics().await.get(sample) != Some(&number) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn launches(demo: &Demo) -> u16 {
    let signer: Signer = demo.signer().await;
    let who = json!({"birthDate": "1935-08-14", "name": {"family": "Testpatient", "given": ["Doreen"]}, "gender": "female"});
    let claims = signer.claims(&demo.ready.golden_person(), &who);
    let (launch, proof) = (signer.sign("shcr-launch+jwt", &claims), signer.client_assertion());
    BackChannel::showing(&demo.ready, Some("host_identity")).post(&Signer::form(&launch, &proof)).await.status
}

/// The certificate an edge node shows to whoever comes now.
async fn shown_by_edge(demo: &Demo, name: &str) -> Vec<u8> {
    // With the provider of TLS that all clients here have.
    let _installs = journeys::client();
    let read = |member| std::fs::read(demo.ready.edge_has(name, member)).expect("it can be read");
    let identity = reqwest::Identity::from_pem(&read("line_client_identity")).expect("a certificate and key");
    let authority = reqwest::Certificate::from_pem(&read("ca_file")).expect("an authority");
    let client =
        reqwest::Client::builder().identity(identity).tls_certs_only([authority]).tls_info(true).no_proxy();
    let client = client.build().expect("a client can be built");
    let url = format!("https://{}/fhir/metadata", demo.ready.edge_has(name, "addresses/serve"));
    let answer = client.get(url).send().await.expect("the node answers");
    let shown = answer.extensions().get::<reqwest::tls::TlsInfo>().and_then(|info| info.peer_certificate());
    shown.expect("it shows one").to_vec()
}

// shows: F42
#[tokio::test]
async fn f42_a_running_edge_node_takes_a_good_certificate_and_goes_on_with_the_one_before_a_broken_one() {
    let demo = Demo::start(&[]);
    let (own, other) = ("ic24", "ambulance");
    let file = demo.ready.edge_has(own, "server_identity");
    let before = shown_by_edge(&demo, own).await;
    let said = |what: &str| {
        let said = demo.written().into_iter().filter(|(path, _)| path.ends_with("stderr.log"));
        said.map(|(_, text)| String::from_utf8_lossy(&text).matches(what).count()).sum::<usize>()
    };
    std::fs::write(&file, "not PEM").expect("it can be written");
    while said("a changed certificate is refused; the one before goes on") == 0 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(shown_by_edge(&demo, own).await, before, "HAZ-057");

    std::fs::copy(demo.ready.edge_has(other, "server_identity"), &file).expect("it can be written");
    while shown_by_edge(&demo, own).await == before {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(shown_by_edge(&demo, own).await, shown_by_edge(&demo, other).await);
    let doreen = demo.ready.golden_person();
    let page = demo.host().sign_in("dr.okafor").await.open(&doreen).await.read().await;
    assert!(page.is_complete(), "HAZ-057: {}", page.text());
    demo.finish();
}

// shows: F4
#[tokio::test]
async fn f4_days_until_certificates_run_out_are_measured_by_file() {
    let demo = Demo::start(&[]);
    let metrics = demo.operator().metrics().await;
    let days = |name: &str| metrics.get(&format!("shcr_certificate_days{{file=\"{name}\"}}")).copied();
    let own = file(&demo).file_name().expect("a file").to_string_lossy().into_owned();
    for name in [own.as_str(), "region-ca.pem", "shcr-gateway-tls.pem"] {
        assert!(days(name).is_some_and(|days| days > 30.0), "{name}: {metrics:?}");
    }
    let page = demo.operator().page("/").await;
    assert!(
        page.contains("First certificate to run out") && !page.contains("Certificates run out:"),
        "{page}"
    );
    demo.finish();
}

// shows: F42
#[tokio::test]
async fn f42_a_running_gateway_takes_a_good_certificate_and_says_what_is_wrong_with_another() {
    let demo = Demo::start(&[]);
    assert_eq!(launches(&demo).await, 200);
    let (file, taken) = (file(&demo), "shcr_certificate_reloads_total{outcome=\"taken\"}");
    let good = std::fs::read(&file).expect("it can be read");
    std::fs::write(&file, [good.as_slice(), b"\n"].concat()).expect("it can be written");
    until(&demo, taken, 1.0).await;
    assert_eq!(launches(&demo).await, 200);

    std::fs::write(&file, "not PEM").expect("it can be written");
    until(&demo, "shcr_certificates_refused", 1.0).await;
    let page = demo.operator().page("/").await;
    assert!(
        page.contains("Certificates as they stand in their files are not in use: [back_channel]"),
        "{page}"
    );
    assert_eq!(launches(&demo).await, 200, "HAZ-057: the one before goes on");

    std::fs::write(&file, good).expect("it can be written");
    until(&demo, "shcr_certificates_refused", 0.0).await;
    assert_eq!(launches(&demo).await, 200);
    demo.finish();
}
