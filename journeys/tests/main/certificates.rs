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
