//! A name and where it leads, over real handshakes: to a partner, to somebody else, to nobody, and to the machine's own metadata.

use super::*;
use crate::{
    Federation, SourceConfig, Tls,
    testing::*,
    wire::{
        Lines,
        tls::tests::{Authority, NAME, partner, serve},
    },
};
use fhir::{Category::Allergies, ReplyState, reply::Silence};
use std::{sync::Mutex, time::Duration};

#[derive(Clone)]
enum Found {
    At(Vec<IpAddr>),
    Unknown,
    /// No answer ever comes.
    Never,
}

/// What every look-up finds, and who was looked up.
struct Names {
    found: Found,
    asked: Mutex<Vec<String>>,
}

impl Names {
    fn of(found: Found) -> Arc<Self> {
        Arc::new(Self { found, asked: Mutex::default() })
    }

    fn leads(addresses: &[&str]) -> Arc<Self> {
        Self::of(Found::At(addresses.iter().map(|text| text.parse().unwrap()).collect()))
    }
}

impl Lookup for Names {
    fn look_up(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        self.asked.lock().unwrap().push(name);
        let found = self.found.clone();
        async move {
            match found {
                Found::At(addresses) => Ok(addresses),
                Found::Unknown => Err(io::Error::new(io::ErrorKind::NotFound, "no such name")),
                Found::Never => std::future::pending().await,
            }
        }
        .boxed()
    }
}

/// A partner on this machine, known by name, and its source as configured.
struct Place {
    fake: Fake,
    source: SourceConfig,
    _authority: Authority,
}

impl Place {
    async fn start(addresses: &str) -> Self {
        let (authority, fake) = (Authority::new(), partner());
        let url = serve(&fake, &authority).await.replace("127.0.0.1", NAME);
        let tls = Tls { identity_file: Some(authority.identity()), ca_file: Some(authority.ca_file()) };
        let base = source("acute", kind("fhir-r4"), Some(url), &[Allergies]);
        let addresses = serde_json::from_str(addresses).unwrap();
        let source = SourceConfig { tls: Some(tls), addresses, ..base };
        Self { fake, source, _authority: authority }
    }

    async fn asked(&self, names: &Arc<Names>) -> ReplyState {
        let lookup = Arc::clone(names) as Arc<dyn Lookup>;
        let limits = crate::Limits { connect: Duration::from_millis(300), ..limits() };
        let (sources, national) = (vec![self.source.clone()], national("http://127.0.0.1:9"));
        let federation = Federation::over(sources, national, limits, Lines::knowing(lookup));
        one(&Arc::new(federation.unwrap())).await.state
    }
}

fn failed(words: &str) -> ReplyState {
    ReplyState::DidNotAnswer(Silence::Failed(words.to_owned()))
}

const NOT_ALLOWED: &str = "could not be reached at an address that is allowed";

// shows: F5, A37
#[tokio::test]
async fn f5_a_name_leads_where_it_is_agreed_and_the_address_that_was_judged_is_the_one_connected() {
    let place = Place::start("[\"127.0.0.1\"]").await;
    // No other look-up knows this name, so whoever is reached was reached at what was judged.
    let names = Names::leads(&["127.0.0.1"]);
    assert_eq!(place.asked(&names).await, ReplyState::Answered);
    let asked = names.asked.lock().unwrap().clone();
    assert!(!asked.is_empty() && asked.iter().all(|name| name == NAME), "{asked:?}");
    // What else the name leads to is left out.
    assert_eq!(place.asked(&Names::leads(&["10.0.0.1", "127.0.0.1", "::1"])).await, ReplyState::Answered);
    // It moves.
    let seen = place.fake.seen().len();
    assert_eq!(place.asked(&Names::leads(&["169.254.169.254"])).await, failed(NOT_ALLOWED), "HAZ-041");
    assert_eq!(place.fake.seen().len(), seen);
}

// shows: F5, A37
#[tokio::test]
async fn f5_a_name_that_leads_into_a_network_or_to_a_machines_metadata_leads_nowhere() {
    let place = Place::start("[]").await;
    let inside = [
        "127.0.0.1",
        "10.0.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "::1",
        "fd00:ec2::254",
        "::ffff:127.0.0.1",
    ];
    for address in inside {
        let state = place.asked(&Names::leads(&[address])).await;
        assert_eq!(state, failed(NOT_ALLOWED), "HAZ-041: {address}");
        assert!(place.fake.seen().is_empty(), "HAZ-041: {address}: nothing leaves");
    }
    let listed = Place::start("[\"10.0.0.0/8\"]").await;
    let state = listed.asked(&Names::leads(&["127.0.0.1"])).await;
    assert_eq!(state, failed(NOT_ALLOWED), "HAZ-041: another range is listed");
    assert!(listed.fake.seen().is_empty(), "HAZ-041");
}

// shows: F5
#[tokio::test]
async fn f5_a_name_that_cannot_be_found_or_takes_for_ever_is_a_source_that_did_not_answer() {
    let place = Place::start("[\"127.0.0.1\"]").await;
    assert_eq!(place.asked(&Names::of(Found::Unknown)).await, failed("could not be reached"), "HAZ-006");
    assert_eq!(place.asked(&Names::leads(&[])).await, failed("could not be reached"), "HAZ-006");
    let never = place.asked(&Names::of(Found::Never)).await;
    assert_eq!(never, ReplyState::DidNotAnswer(Silence::TimedOut), "HAZ-035");
    assert!(place.fake.seen().is_empty());
}
