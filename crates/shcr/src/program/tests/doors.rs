//! The doors without their sockets: two gateways over one store, links that are late, unknown or too many.

use crate::program::*;
use access::session;
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;
use web::gateway::{Browser, Knock, TokenRequest, Within};

const TOKEN_URL: &str = "http://localhost:1/oauth2/token";

/// One host's server, with its key set on a socket.
pub(crate) struct Host {
    key: EcdsaKeyPair,
    jwks_url: String,
}

impl Host {
    pub(crate) async fn start() -> Self {
        let (mut host, jwks) = Self::made(String::new());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        host.jwks_url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        let answer = move || std::future::ready(axum::Json(jwks.clone()));
        let router = axum::Router::new().route("/jwks.json", axum::routing::get(answer));
        tokio::spawn(async move { axum::serve(listener, router).await });
        host
    }

    /// Without a socket: whoever gives out the key set beside it does so at that address.
    pub(crate) fn made(jwks_url: String) -> (Self, Value) {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let key = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
        let (x, y) = key.public_key().as_ref()[1..].split_at(48);
        let jwks = json!({"keys": [{
            "kty": "EC", "crv": "P-384", "kid": "k1", "x": session::encode(x), "y": session::encode(y),
        }]});
        (Self { key, jwks_url }, jwks)
    }

    fn sign(&self, typ: &str, claims: &Value) -> String {
        let part = |value: &Value| session::encode(value.to_string().as_bytes());
        let text = format!("{}.{}", part(&json!({"alg": "ES384", "typ": typ, "kid": "k1"})), part(claims));
        let signature = self.key.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
        format!("{text}.{}", session::encode(signature.as_ref()))
    }

    /// A launch and its link followed: the view as its browser asks for it. `None` where a door stayed shut.
    pub(crate) async fn launched(&self, program: &Program) -> Option<Within> {
        let granted = program.issue_handle(self.request(), "127.0.0.1").await;
        let admitted = program.admit(granted.body["access_token"].as_str()?, &browser()).await.ok()?;
        let cookie = admitted.set_cookie.split(';').next()?.split_once('=')?.1.to_owned();
        let sid = admitted.location.trim_start_matches("/s/").trim_end_matches('/').to_owned();
        Some(Within { sid, browser: Browser { cookie: Some(cookie), ..browser() }, bearer: None })
    }

    /// An honest request for a launch, with an id of its own.
    fn request(&self) -> TokenRequest {
        self.request_about(|_| {})
    }

    /// The same about whoever the edit makes of the person.
    pub(super) fn request_about(&self, edit: impl FnOnce(&mut Value)) -> TokenRequest {
        self.request_with(|launch| edit(&mut launch["patient"]))
    }

    /// The same with whatever the edit makes of the launch.
    pub(crate) fn request_with(&self, edit: impl FnOnce(&mut Value)) -> TokenRequest {
        let now = clock::now().as_second();
        let times = |mut claims: Value| {
            for (key, value) in [("iat", now), ("exp", now + 60)] {
                claims[key] = json!(value);
            }
            claims["jti"] = json!(session::encode(&session::new_secret()));
            claims["aud"] = json!(TOKEN_URL);
            claims["iss"] = json!("demo-host");
            claims
        };
        let mut launch = times(json!({
            "sub": "u-1",
            "patient": {
                "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}],
                "birthDate": "1935-08-14", "name": {"family": "Testpatient", "given": ["Doreen"]}, "gender": "female",
            },
            "relationship": [{"code": "host-open"}],
            "extensions": {"ihe_iua": {
                "subject_name": "Dr N Example", "subject_organization_id": "ZZ910", "subject_role": ["DOCTOR"],
            }},
        }));
        edit(&mut launch);
        TokenRequest {
            grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer".into(),
            assertion: self.sign("shcr-launch+jwt", &launch),
            scope: "launch".into(),
            client_assertion_type: Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer".into()),
            client_assertion: Some(self.sign("JWT", &times(json!({"sub": "demo-host"})))),
            ..TokenRequest::default()
        }
    }

    /// The shipped deployment without its sources, with this host alone.
    pub(crate) fn config(&self, folder: &Path, launches_per_second: i64) -> Config {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config");
        let text = std::fs::read_to_string(shipped.join("demo.toml")).unwrap();
        let mut table: toml::Table = toml::from_str(&text).unwrap();
        for absent in ["back_channel", "office", "organisations", "keys"] {
            table.remove(absent);
        }
        let edits = format!(
            "public_url = \"http://localhost:1\"\nstate_dir = \"{}\"\nsources = []\npolicy = {{ directory = \"{}\" }}\n\
             national = {{ pds_url = \"http://127.0.0.1:1\", sds_url = \"http://127.0.0.1:1\", ssp_url = \"http://127.0.0.1:1\", asid = \"1\" }}",
            folder.display(),
            shipped.join("policy").display()
        );
        table.extend(toml::from_str::<toml::Table>(&edits).unwrap());
        // Room for whoever a test sends; who is turned away is shown elsewhere.
        table["admission"].as_table_mut().unwrap().insert("openings".into(), 100_000.into());
        let hosts = table["hosts"].as_array_mut().unwrap();
        hosts.truncate(1);
        let host = hosts[0].as_table_mut().unwrap();
        host.retain(|key, _| !["exchange", "origins", "flows", "scopes"].contains(&key));
        host.insert("jwks_url".into(), self.jwks_url.as_str().into());
        host.insert("launches_per_second".into(), launches_per_second.into());
        let path = folder.join("gateway.toml");
        std::fs::write(&path, toml::to_string(&table).unwrap()).unwrap();
        std::fs::write(folder.join("audit.key"), "42".repeat(32)).unwrap();
        Config::load(&path).unwrap()
    }
}

pub(super) async fn gateway(launches_per_second: i64) -> (Host, Arc<Program>, TempDir) {
    let (host, folder) = (Host::start().await, tempfile::tempdir().unwrap());
    let program = Program::new(host.config(folder.path(), launches_per_second)).unwrap();
    (host, program, folder)
}

fn browser() -> Browser {
    Browser { address: "127.0.0.1".into(), ..Browser::default() }
}

// shows: R32, A2
#[tokio::test(flavor = "multi_thread")]
async fn t02_of_a_hundred_at_once_over_two_gateways_and_one_store_one_wins() {
    let (host, first, folder) = gateway(1000).await;
    let store = first.store.clone();
    let second = Program::over(host.config(folder.path(), 1000), |_, _| Ok(store)).unwrap();
    let request = host.request();
    let presented: Vec<_> = (0..100)
        .map(|n| {
            let program = Arc::clone(if n % 2 == 0 { &first } else { &second });
            let request = request.clone();
            tokio::spawn(async move { program.issue_handle(request, "127.0.0.1").await })
        })
        .collect();
    let mut statuses = BTreeMap::<u16, u32>::new();
    for one in presented {
        *statuses.entry(one.await.unwrap().status).or_default() += 1;
    }
    assert_eq!(statuses, BTreeMap::from([(200, 1), (400, 99)]), "HAZ-046");
}

// shows: A9
#[tokio::test]
async fn t04_a_late_link_an_unknown_and_a_used_one_are_told_alike() {
    let (host, program, _folder) = gateway(1000).await;
    let granted = program.issue_handle(host.request(), "127.0.0.1").await;
    let used = granted.body["access_token"].as_str().unwrap().to_owned();
    program.admit(&used, &browser()).await.unwrap();
    let now = clock::millis();
    let late = session::new_secret();
    let kept = audit::NewHandle {
        handle: late,
        assertion: audit::AssertionKey {
            issuer: "demo-host".into(),
            jti_hash: [1; 32],
            expires_s: 4_000_000_000,
        },
        launch: Vec::new(),
        expires: audit::Millis(now.0 - 1),
    };
    let entry = audit::Entry::new(audit::Kind::Session, audit::Key::launch("demo-host", &[1; 32]), now);
    program.store.put_handle(kept, entry, now).await.unwrap();
    let mut told = Vec::new();
    for handle in [session::encode(&late), session::encode(&session::new_secret()), used] {
        // The same refusal, without a reference of its own: nothing in it can differ.
        told.push(format!("{:?}", program.admit(&handle, &browser()).await.unwrap_err()));
    }
    assert!(told[0].contains("LaunchUsedOrExpired"), "HAZ-046: {}", told[0]);
    assert!(told.iter().all(|one| *one == told[0]), "HAZ-046: {told:?}");
}

// shows: F45
#[tokio::test]
async fn t80_a_link_that_comes_too_soon_is_busy_and_is_not_used_up() {
    let (host, program, _folder) = gateway(1).await;
    let mut links = Vec::new();
    for _ in 0..2 {
        let granted = program.issue_handle(host.request(), "127.0.0.1").await;
        links.push(granted.body["access_token"].as_str().unwrap().to_owned());
    }
    let now = clock::millis();
    // Others of the same host have been let in meanwhile.
    while program.admissions.takes("demo-host", 1, now) {}
    let refused = program.admit(&links[0], &browser()).await.unwrap_err();
    assert_eq!(refused.refusal, Refusal::Busy, "HAZ-057");
    assert!(!refused.reference.is_empty(), "it is recorded, and may be quoted");
    let handle = session::decode(&links[0]).unwrap();
    assert!(program.store.peek_handle(handle, now).await.unwrap().is_some(), "HAZ-057: it still works");
}

#[tokio::test]
async fn a_live_deployment_answers_hosts_on_the_back_channel_alone() {
    let (host, program, folder) = gateway(1000).await;
    let text = std::fs::read_to_string(folder.path().join("gateway.toml")).unwrap();
    let live = folder.path().join("live.toml");
    std::fs::write(&live, text.replace("training = true", "training = false")).unwrap();
    let report = format!("{:?}", Config::load(&live).err().unwrap());
    assert!(report.contains("back_channel") && report.contains("certificates"), "HAZ-046: {report}");
    assert!(report.contains("live.toml:"), "{report}");
    // Read as training, so that the agreement needs no signatures; then live.
    let config = host.config(folder.path(), 1000);
    let mut program = Program::over(config, |_, _| Ok(program.store.clone())).unwrap();
    Arc::get_mut(&mut program).unwrap().config.training = false;
    let answer = program.issue_handle(host.request(), "127.0.0.1").await;
    assert_eq!((answer.status, answer.body["error"].as_str()), (401, Some("invalid_client")), "HAZ-046");
}

// shows: R32
#[tokio::test]
async fn a_hosts_code_is_used_once_whatever_becomes_of_it() {
    let (host, folder) = (Host::start().await, tempfile::tempdir().unwrap());
    crate::demo::keys::make(folder.path()).unwrap();
    drop(host.config(folder.path(), 1000));
    let path = folder.path().join("gateway.toml");
    let mut table: toml::Table = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let keys = "signing_key_file = \"gateway-signing.pem\"\nsigning_key_id = \"s\"\n\
        encryption_key_file = \"gateway-encryption.pem\"\nencryption_key_id = \"e\"";
    table.insert("keys".into(), toml::from_str::<toml::Table>(keys).unwrap().into());
    let exchange = "code = { token_url = \"http://127.0.0.1:1/token\", client_id = \"us\" }\n[[providers]]\n\
        issuer = \"https://login.example\"\njwks_url = \"http://127.0.0.1:1/\"\nalgorithms = [\"ES384\"]\naudience = \"a\"";
    let demo_host = table["hosts"][0].as_table_mut().unwrap();
    demo_host.insert("exchange".into(), toml::from_str::<toml::Table>(exchange).unwrap().into());
    demo_host.insert("flows".into(), toml::Value::from(vec!["signed", "exchange"]));
    std::fs::write(&path, toml::to_string(&table).unwrap()).unwrap();
    let program = Program::new(Config::load(&path).unwrap()).unwrap();
    let sent = |host: &str, code: &str| Knock::Code { host: host.into(), code: code.into() };
    for (knock, refusal) in [
        // Nobody listens at the registered endpoint.
        (sent("demo-host", "one"), Refusal::HostUnreachable),
        (sent("demo-host", "one"), Refusal::LaunchUsedOrExpired),
        (sent("stranger", "one"), Refusal::LaunchNotAccepted),
        (sent("demo-host", ""), Refusal::LaunchNotAccepted),
    ] {
        assert_eq!(program.knock(knock, &browser()).await.unwrap_err().refusal, refusal, "HAZ-046");
    }
}
