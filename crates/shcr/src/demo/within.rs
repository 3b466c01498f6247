//! For tests: a gateway in this process on three listeners, as three replicas over one store, with a synthetic region of its own;
//! and a browser and a host's server before it. Everything between them goes over sockets.

use super::{Options, prepare_state, region_options, running};
use crate::{
    config::Config,
    program::{Doors, Program},
};
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use reqwest::{Client, Method, RequestBuilder, Response, header};
use std::{path::PathBuf, sync::Arc};
use tokio::net::TcpListener;

/// Sources of those names only: openings are then cheap.
const SOURCES: [&str; 2] = ["gp", "acute"];

/// Three gateways over one store.
pub(crate) struct Within {
    pub(crate) program: Arc<Program>,
    pub(crate) gateways: Vec<String>,
    pub(crate) region: region::Region,
    pub(crate) client: Client,
    _folder: tempfile::TempDir,
}

/// With the demo's configuration, edited.
pub(crate) async fn start(edit: impl FnOnce(&mut Config)) -> Within {
    // Whichever test comes first installs it; the others find it there.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path().to_owned());
    let state = prepare_state(folder.path()).unwrap();
    let mut config = Config::load(&state.join("config/demo.toml")).unwrap();
    let mut listeners = Vec::new();
    for _ in 0..3 {
        listeners.push(TcpListener::bind("127.0.0.1:0").await.unwrap());
    }
    let ports: Vec<u16> = listeners.iter().map(|one| one.local_addr().unwrap().port()).collect();
    config.public_url = format!("http://localhost:{}", ports[0]);
    // Its host speaks to the public listener: what only the back channel may do is tested where that listens.
    config.back_channel = None;
    let region = region::start(region_options(&options, &config, &state)).await.unwrap();
    let mut config = running::settle(&state, region.endpoints(), &options, config).unwrap();
    config.sources.retain(|source| SOURCES.contains(&source.id.as_str()));
    edit(&mut config);
    let program = Program::new(config).unwrap();
    for listener in listeners {
        let settings = web::routes::Settings {
            gateway_origin: program.config.public_url.clone(),
            training: true,
            contacts: Vec::new(),
            sharing_notice: String::new(),
            shared: Vec::new(),
            views: Vec::new(),
        };
        let router = web::routes::router(Arc::new(Doors(Arc::clone(&program))), settings)
            .into_make_service_with_connect_info::<std::net::SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    }
    let client = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let gateways = ports.iter().map(|port| format!("http://127.0.0.1:{port}")).collect();
    Within { program, gateways, region, client, _folder: folder }
}

fn options(state_dir: PathBuf) -> Options {
    Options {
        seed: 7,
        people: 30,
        port_base: None,
        ready_file: None,
        state_dir,
        corpus: None,
        faults: Vec::new(),
        no_latency: true,
        poor_source: false,
        marks: None,
        national_gateway: false,
        without_gateway: false,
        with_config: None,
        changed: Vec::new(),
    }
}

impl Within {
    /// The host's own number of the first person with that story, and their NHS number, spaced.
    pub(crate) fn person(&self, story: &str) -> (String, String) {
        let people = &self.region.endpoints().people;
        let place = people.iter().position(|person| person.story_key == story).unwrap();
        let number = fhir::NhsNumber::parse(&people[place].nhs_number).unwrap();
        (host_key(place), number.spaced())
    }

    /// A professional signed in to the host: its cookie.
    pub(crate) async fn sign_in(&self, login: &str) -> String {
        let url = format!("{}/sign-in", self.region.endpoints().host_url);
        let answer = self.client.post(url).form(&[("login", login)]).send().await.unwrap();
        first(answer.headers().get(header::SET_COOKIE).unwrap())
    }

    /// What a page of the host answers.
    pub(crate) async fn host_page(&self, cookie: &str, method: Method, path: &str) -> Response {
        let url = format!("{}{path}", self.region.endpoints().host_url);
        let form = [("view", "window")];
        let asked = self.client.request(method, url).header(header::COOKIE, cookie).form(&form);
        asked.send().await.unwrap()
    }

    /// The button on a person's page: the path of the link the host's server was granted.
    pub(crate) async fn link(&self, host_cookie: &str, key: &str) -> String {
        let path = format!("/patients/{key}/shared-care-record");
        let answer = self.host_page(host_cookie, Method::POST, &path).await;
        let location = answer.headers().get(header::LOCATION).unwrap().to_str().unwrap();
        location.strip_prefix(&self.program.config.public_url).unwrap().to_owned()
    }

    /// A request as a browser's navigation.
    pub(crate) fn navigation(&self, gateway: usize, path: &str, cookie: Option<&str>) -> RequestBuilder {
        let asked = self
            .client
            .get(format!("{}{path}", self.gateways[gateway]))
            .header("Sec-Fetch-Mode", "navigate")
            .header("Sec-Fetch-Dest", "document");
        match cookie {
            Some(cookie) => asked.header(header::COOKIE, cookie),
            None => asked,
        }
    }

    /// Follows a link: the view's path and the cookie the browser then has.
    pub(crate) async fn follow(&self, link: &str, cookie: Option<&str>) -> (String, String) {
        let answer = self.navigation(0, link, cookie).send().await.unwrap();
        let location = answer.headers().get(header::LOCATION).unwrap().to_str().unwrap().to_owned();
        (location, first(answer.headers().get(header::SET_COOKIE).unwrap()))
    }

    /// Status and text of a page.
    pub(crate) async fn get(&self, gateway: usize, path: &str, cookie: Option<&str>) -> (u16, String) {
        let answer = self.navigation(gateway, path, cookie).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// A server's form.
    pub(crate) async fn tell(&self, gateway: usize, path: &str, form: &[(&str, &str)]) -> u16 {
        let url = format!("{}{path}", self.gateways[gateway]);
        self.client.post(url).form(form).send().await.unwrap().status().as_u16()
    }

    /// Signed as the host signs.
    pub(crate) fn sign(&self, typ: &str, claims: &serde_json::Value) -> String {
        let pem = std::fs::read_to_string(&self.region.endpoints().host_signing_key).unwrap();
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let der = STANDARD.decode(body).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &der).unwrap();
        let head = serde_json::json!({"alg": "ES384", "typ": typ, "kid": "demo-host-1"});
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&head), part(claims));
        let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }

    /// Every entry of the audit so far, as text.
    pub(crate) fn audited(&self) -> String {
        let key = std::fs::read_to_string(&self.program.config.audit.key_file).unwrap();
        let key = crate::program::parse_key(&key).unwrap();
        let views =
            audit::inspect(&self.program.config.audit.place().unwrap(), key, &audit::Filter::default())
                .unwrap();
        views.iter().map(|view| format!("{}\n", view.entry)).collect()
    }
}

fn first(value: &header::HeaderValue) -> String {
    value.to_str().unwrap().split(';').next().unwrap().to_owned()
}

/// As the host writes it in its addresses.
fn host_key(place: usize) -> String {
    format!("MPM{:05}", place + 1)
}
