//! Practices behind one supplier's endpoint share its places, and those behind another do not.

use super::*;
use crate::{Asking, plan, source::SourceConfig};
use fhir::{Level, OdsCode, SourceId};
use futures_util::{StreamExt, stream::BoxStream};

const STRUCTURED: &str = "urn:nhs:names:services:gpconnect:fhir:operation:gpc.getstructuredrecord-1";

fn root(supplier: &str, practice: &str) -> String {
    format!("https://{supplier}.example/{practice}/STU3/1/gpconnect/structured/fhir")
}

fn path(supplier: &str, practice: &str) -> String {
    format!("/{}/Patient/$gpc.getstructuredrecord", root(supplier, practice))
}

/// The directory, and practices with their suppliers; each answers well.
fn region(practices: &[(&str, &str)]) -> Fake {
    practices.iter().fold(Fake::default(), |fake, (supplier, practice)| {
        let of = |kind| directory(kind, STRUCTURED).replace("ZZ901", practice);
        let path = path(supplier, practice);
        fake.json(&of("Device"), searchset(vec![device()]))
            .json(&of("Endpoint"), searchset(vec![endpoint(&root(supplier, practice))]))
            .json(&format!("{path}#includeAllergies"), safety())
            .json(&format!("{path}#includeImmunisations"), rest())
    })
}

/// What is asked of the practice the person is registered at.
fn asked(federation: &Arc<Federation>, practice: &str) -> BoxStream<'static, Reply> {
    let mut asking: Asking = asking();
    asking.person.practice = OdsCode::parse(practice).ok();
    federation.gather(plan::plan(federation.sources(), &|_, _| Level::Full, &asking))
}

// shows: F45
#[tokio::test]
async fn two_practices_behind_one_endpoint_share_its_places_and_a_third_elsewhere_does_not() {
    let fake = region(&[("tower", "ZZ901"), ("tower", "ZZ902"), ("bridge", "ZZ903")]);
    let first = path("tower", "ZZ901");
    fake.set(&format!("{first}#includeAllergies"), Canned::Hang);
    fake.set(&format!("{first}#includeImmunisations"), Canned::Hang);
    let gp = SourceConfig {
        ceiling: Some(1),
        supplier_ceiling: Some(1),
        ..source("gp", kind("gp-connect"), None, &ALL)
    };
    let federation = federation(vec![gp], &fake.serve().await, limits());
    let hung = asked(&federation, "ZZ901");
    while fake.count(&first) < 2 {
        tokio::task::yield_now().await;
    }
    let towers = ("https://tower.example".to_owned(), 1, 1);
    assert_eq!(federation.suppliers(), [towers], "both requests of one question have one place");
    let busy = ReplyState::NotAsked(NotAsked("busy".to_owned()));
    let second = asked(&federation, "ZZ902").next().await.unwrap();
    assert_eq!((second.state, fake.count(&path("tower", "ZZ902"))), (busy, 0), "HAZ-036");
    assert_eq!(asked(&federation, "ZZ903").next().await.unwrap().state, ReplyState::Answered, "HAZ-035");
    drop(hung);
    while federation.suppliers().iter().any(|(_, taken, _)| *taken > 0) {
        tokio::task::yield_now().await;
    }
    assert_eq!(asked(&federation, "ZZ902").next().await.unwrap().state, ReplyState::Answered);
    assert_eq!(federation.breaker(&SourceId::new("gp")), "closed", "to be one too many is no failure");
}
