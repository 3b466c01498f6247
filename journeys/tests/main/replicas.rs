//! One of two replicas, over a PostgreSQL server: what it owns of a source's places is not enough for everybody at once, what it is lent
//! is, and it gives that back.

use crate::on_a_server;
use journeys::demo::Demo;
use std::time::Duration;
use tokio::{join, time::sleep};

/// How many places it was lent, as monitoring reads it.
async fn leased(demo: &Demo) -> f64 {
    demo.operator().metrics().await["shcr_fleet_leased_places"]
}

// shows: F45
#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_owns_two_places_at_a_source_is_lent_more_while_six_look_and_gives_them_back() {
    let Some(pair) = on_a_server::pair() else { return };
    let folder = tempfile::tempdir().unwrap();
    let over = on_a_server::over(folder.path(), &pair, "[fleet]\nreplicas = 2\n");
    let mut demo = Demo::start(&["--with-config", &over.display().to_string()]);
    let doreen = demo.ready.golden_person();
    let signed_in = demo.host().sign_in("dr.okafor").await;
    let view = signed_in.open(&doreen).await;
    assert!(view.read().await.is_complete());
    demo.control().fault("acute", "slow:1500").await;
    let mut all = false;
    for _ in 0..20 {
        let (a, b, c, d, e, f) =
            join!(view.read(), view.read(), view.read(), view.read(), view.read(), view.read());
        all = [a, b, c, d, e, f].iter().all(|page| page.text().contains("Haemolysed sample"));
        if all {
            break;
        }
    }
    assert!(all, "HAZ-036: two places are its own, and six were there at once");
    assert!(leased(&demo).await >= 1.0, "they were lent");
    let said = demo.operator().status().await["fleet"].as_str().unwrap_or_default().to_owned();
    assert!(said.starts_with("one of 2: ") && said.contains("lent to it"), "{said}");
    for _ in 0..200 {
        if leased(&demo).await < 1.0 {
            break;
        }
        sleep(Duration::from_millis(100)).await;
    }
    assert!(leased(&demo).await < 1.0, "HAZ-036: what nobody needs is others'");
    assert!(demo.stop().success());
}
