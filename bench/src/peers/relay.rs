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

type Heard = Arc<Mutex<Vec<(Ask, StatusCode)>>>;

/// One door, before one partner's.
#[derive(Clone)]
struct Relay {
    /// The partner's: `http://127.0.0.1:<port>`.
    origin: String,
    own: String,
    merge: bool,
    client: Client,
    heard: Heard,
}

/// All doors. They close when it is let go.
struct Relays {
    client: Client,
    heard: Heard,
    doors: JoinSet<()>,
}

/// Starts a gateway behind relays, asks it for that person's searchset, and ends it.
pub(crate) async fn record(region: &Region, whose: &str) -> Outcome<Recorded> {
    let empty = Plan {
        asks: Vec::new(),
        authority: region.text("ca_file")?.into(),
        identity: region.text("client_identity")?.into(),
    };
    let mut relays = Relays { client: empty.client()?, heard: Heard::default(), doors: JoinSet::new() };
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
    relays.heard().clear();
    let entries = crate::opening::total(&view.searchset().await?)?;
    let heard = std::mem::take(&mut *relays.heard());
    let all = heard.len();
    let asks: Vec<Ask> =
        heard.into_iter().filter(|(_, status)| *status == StatusCode::OK).map(|(ask, _)| ask).collect();
    Ok(Recorded { left_out: all - asks.len(), plan: Plan { asks, ..empty }, entries })
}

impl Relays {
    /// Puts a door before every partner that the configuration names, and has it name the door.
    async fn stand_before(&mut self, config: &mut Table) -> Outcome<()> {
        if let Some(national) = config.get_mut("national").and_then(Value::as_table_mut) {
            for (key, merge) in NATIONAL {
                self.door(national, key, merge).await?;
            }
        }
        let sources = config.get_mut("sources").and_then(Value::as_array_mut);
        for source in sources.into_iter().flatten().filter_map(Value::as_table_mut) {
            if self.door(source, "base_url", true).await? && source.remove("tls").is_some() {
                // Towards the partner the door shows the certificate; a key there is one too many, and harmless.
                source.insert("api_key_file".into(), Value::from("demo-api.key"));
            }
        }
        Ok(())
    }

    async fn door(&mut self, table: &mut Table, key: &str, merge: bool) -> Outcome<bool> {
        let Some(url) = table.get(key).and_then(Value::as_str) else { return Ok(false) };
        let (scheme, rest) = url.split_once("://").ok_or("an address without a scheme")?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let relay = Relay {
            origin: format!("{scheme}://{authority}"),
            own: format!("http://{}", listener.local_addr()?),
            merge,
            client: self.client.clone(),
            heard: Arc::clone(&self.heard),
        };
        let (own, slash) = (relay.own.clone(), if path.is_empty() { "" } else { "/" });
        table.insert(key.into(), Value::from(format!("{own}{slash}{path}")));
        let router = Router::new().fallback(pass).with_state(relay);
        self.doors.spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(true)
    }

    fn heard(&self) -> MutexGuard<'_, Vec<(Ask, StatusCode)>> {
        lock(&self.heard)
    }
}

fn lock(heard: &Heard) -> MutexGuard<'_, Vec<(Ask, StatusCode)>> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
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
        let answer = ask.request(&self.client)?.send().await?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        HOPS.iter().for_each(|hop| drop(headers.remove(hop)));
        let body = answer.text().await?.replace(&self.origin, &self.own);
        lock(&self.heard).push((ask, status));
        Ok((status, headers, body).into_response())
    }
}
