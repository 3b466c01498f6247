//! Stands between a gateway and the partners it is configured with, passes everything on, and keeps what was asked: the plan cannot
//! drift from what the gateway asks, since it is that. Such a gateway is never measured.

use crate::{
    Outcome,
    peers::plan::{Ask, Plan},
    stage::Region,
};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use reqwest::Client;
use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{net::TcpListener, task::JoinSet};
use toml::{Table, Value};

/// Searchsets before the one that is kept: tokens, and what a partner says it can, are then had.
const WARM: usize = 3;

/// Between two machines alone, or of one connection.
const HOPS: [HeaderName; 4] =
    [header::HOST, header::CONTENT_LENGTH, header::CONNECTION, header::TRANSFER_ENCODING];

/// National services, and whether what they answer with belongs to the record.
const NATIONAL: [(&str, bool); 3] = [("pds_url", false), ("sds_url", false), ("ssp_url", true)];

/// What was asked for one searchset, and what of it peers are not given.
pub(crate) struct Recorded {
    pub(crate) plan: Plan,
    /// Requests that were not answered with 200.
    pub(crate) left_out: usize,
    /// The gateway's own searchset.
    pub(crate) entries: u64,
}

/// What is asked together is seen to be: each request waits for so long before it is passed on, and so much longer the later it comes,
/// up to eight of them, so that those who waited for a place do not find everybody gone.
const WAIT_MS: u64 = 20;
const MORE_MS: u64 = 7;

/// What one partner was asked. A step begins where nothing of it is under way.
#[derive(Default)]
struct Heard {
    under_way: usize,
    asked: u64,
    steps: Vec<Vec<(Ask, StatusCode)>>,
}

type Partner = Arc<Mutex<Heard>>;

/// One door, before one partner's.
#[derive(Clone)]
struct Relay {
    /// The partner's: `http://127.0.0.1:<port>`.
    origin: String,
    own: String,
    merge: bool,
    client: Client,
    partner: Partner,
}

/// All doors. They close when it is let go.
struct Relays {
    client: Client,
    partners: Vec<Partner>,
    doors: JoinSet<()>,
}

/// Starts a gateway behind relays, asks it for that person's searchset, and ends it.
pub(crate) async fn record(region: &Region, whose: &str) -> Outcome<Recorded> {
    let empty = Plan {
        partners: Vec::new(),
        authority: region.text("ca_file")?.into(),
        identity: region.text("client_identity")?.into(),
    };
    let mut relays = Relays { client: empty.client()?, partners: Vec::new(), doors: JoinSet::new() };
    let own = Path::new(region.text("config")?);
    let mut config: Table = toml::from_str(&std::fs::read_to_string(own)?)?;
    relays.stand_before(&mut config).await?;
    // Beside the other: paths in it count from its folder.
    let file = own.with_file_name("recording.toml");
    std::fs::write(&file, toml::to_string(&config)?)?;
    let _gateway = region.gateway_by(&file.display().to_string()).await?;
    let view = region.open(region.named(whose)?).await?;
    for _ in 0..WARM {
        view.searchset().await?;
    }
    relays.heard();
    let entries = crate::opening::total(&view.searchset().await?)?;
    let (partners, left_out) = relays.heard();
    Ok(Recorded { plan: Plan { partners, ..empty }, left_out, entries })
}

impl Relays {
    /// Puts a door before every partner that the configuration names, and has it name the door.
    async fn stand_before(&mut self, config: &mut Table) -> Outcome<()> {
        if let Some(national) = config.get_mut("national").and_then(Value::as_table_mut) {
            // The practice is reached by way of all three.
            let practice = self.partner();
            for (key, merge) in NATIONAL {
                self.door(national, (key, merge), &practice).await?;
            }
        }
        let sources = config.get_mut("sources").and_then(Value::as_array_mut);
        for source in sources.into_iter().flatten().filter_map(Value::as_table_mut) {
            let partner = self.partner();
            if self.door(source, ("base_url", true), &partner).await? && source.remove("tls").is_some() {
                // Towards the partner the door shows the certificate; a key there is one too many, and harmless.
                source.insert("api_key_file".into(), Value::from("demo-api.key"));
            }
        }
        Ok(())
    }

    fn partner(&mut self) -> Partner {
        let partner = Partner::default();
        self.partners.push(Arc::clone(&partner));
        partner
    }

    /// Whether there was anybody to stand before.
    async fn door(
        &mut self,
        table: &mut Table,
        (key, merge): (&str, bool),
        partner: &Partner,
    ) -> Outcome<bool> {
        let Some(url) = table.get(key).and_then(Value::as_str) else { return Ok(false) };
        let (scheme, rest) = url.split_once("://").ok_or("an address without a scheme")?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let relay = Relay {
            origin: format!("{scheme}://{authority}"),
            own: format!("http://{}", listener.local_addr()?),
            merge,
            client: self.client.clone(),
            partner: Arc::clone(partner),
        };
        let (own, slash) = (relay.own.clone(), if path.is_empty() { "" } else { "/" });
        table.insert(key.into(), Value::from(format!("{own}{slash}{path}")));
        let router = Router::new().fallback(pass).with_state(relay);
        self.doors.spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(true)
    }

    /// What was asked since the last time and answered with 200, and how much else.
    fn heard(&self) -> (Vec<Vec<Vec<Ask>>>, usize) {
        let (mut partners, mut left_out) = (Vec::new(), 0);
        for partner in &self.partners {
            let mut kept = Vec::new();
            for step in std::mem::take(&mut lock(partner).steps) {
                let all = step.len();
                let answered = step.into_iter().filter(|(_, status)| *status == StatusCode::OK);
                let asks: Vec<Ask> = answered.map(|(ask, _)| ask).collect();
                left_out += all - asks.len();
                kept.extend(Some(asks).filter(|asks| !asks.is_empty()));
            }
            partners.extend(Some(kept).filter(|kept| !kept.is_empty()));
        }
        (partners, left_out)
    }
}

fn lock(partner: &Partner) -> MutexGuard<'_, Heard> {
    partner.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Heard {
    /// How long this one is to wait.
    fn begins(&mut self) -> Duration {
        if self.under_way == 0 {
            self.steps.push(Vec::new());
            self.asked = 0;
        }
        self.under_way += 1;
        self.asked += 1;
        Duration::from_millis(WAIT_MS + MORE_MS * (self.asked % 8))
    }

    fn ended(&mut self, ask: Ask, status: StatusCode) {
        self.under_way = self.under_way.saturating_sub(1);
        if let Some(step) = self.steps.last_mut() {
            step.push((ask, status));
        }
    }
}

async fn pass(
    State(relay): State<Relay>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let passed = match relay.ask(&method, &uri, &headers, &body) {
        Ok(ask) => relay.passed(ask).await,
        Err(error) => Err(error),
    };
    passed.unwrap_or_else(|_| StatusCode::BAD_GATEWAY.into_response())
}

impl Relay {
    /// The same request to the partner itself.
    fn ask(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Outcome<Ask> {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let mut kept = BTreeMap::new();
        for (name, value) in headers.iter().filter(|(name, _)| !HOPS.contains(name)) {
            kept.insert(name.as_str().to_owned(), value.to_str()?.to_owned());
        }
        let body = std::str::from_utf8(body)?.replace(&self.own, &self.origin);
        Ok(Ask {
            method: method.to_string(),
            url: format!("{}{path}", self.origin),
            headers: kept,
            body: Some(body).filter(|body| !body.is_empty()),
            merge: self.merge,
        })
    }

    /// What the partner answers; its links to itself lead here, so that the next page is asked here too.
    async fn passed(&self, ask: Ask) -> Outcome<Response> {
        let wait = lock(&self.partner).begins();
        tokio::time::sleep(wait).await;
        let answer = self.answered(&ask).await;
        let status = answer.as_ref().map_or(StatusCode::BAD_GATEWAY, |(status, ..)| *status);
        lock(&self.partner).ended(ask, status);
        Ok(answer?.into_response())
    }

    async fn answered(&self, ask: &Ask) -> Outcome<(StatusCode, HeaderMap, String)> {
        let answer = ask.request(&self.client)?.send().await?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        HOPS.iter().for_each(|hop| drop(headers.remove(hop)));
        Ok((status, headers, answer.text().await?.replace(&self.origin, &self.own)))
    }
}
