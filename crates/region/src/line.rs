//! The door of a partner whose own system cannot answer: takes each request there, asks the partner's edge node over mutual
//! TLS, and gives its answer as it came, or spoilt as the fault in force says. Until a node is connected, and while it
//! cannot be reached, refuses in words that are no FHIR.
//! Source: RFC 9110, section 7.6 (what an intermediary passes on); sources, section 7.

/// A request as it is passed on.
mod asked;
/// What the node says, and what a fault makes of it.
mod rewritten;

use crate::{
    faults::{Fault, gate},
    oauth,
    options::RegionFault,
    rest::{
        BASE,
        lock::{self, Keeper},
        partner::Partner,
    },
    world::World,
};
use asked::Asked;
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::StatusCode,
    middleware,
    response::{IntoResponse, Response},
    routing::any,
};
use rewritten::Whole;
use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

/// Longer than any gateway waits.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many people are tried until the node knows one of them.
const OTHERS: usize = 200;

/// What the line proves itself with at the node, and whose certificates it takes: both PEM.
#[derive(Clone, Copy)]
pub struct LineTls<'a> {
    /// Certificate and PKCS #8 key.
    pub identity: &'a [u8],
    pub ca: &'a [u8],
}

/// One partner's line.
pub(crate) struct Line {
    world: Arc<World>,
    pub(crate) partner: &'static Partner,
    /// The FHIR base the gateway knows.
    base: String,
    node: RwLock<Option<Node>>,
}

/// The edge node at the other end.
#[derive(Clone)]
struct Node {
    client: reqwest::Client,
    base: reqwest::Url,
}

impl Line {
    pub(crate) fn new(world: &Arc<World>, partner: &'static Partner, origin: &str) -> Arc<Self> {
        let base = format!("{origin}{BASE}");
        Arc::new(Self { world: Arc::clone(world), partner, base, node: RwLock::default() })
    }

    /// From now on that node answers; `base_url` stands before `/metadata`.
    pub(crate) fn connect(&self, base_url: &str, tls: LineTls<'_>) -> Result<(), RegionFault> {
        let unmade = |source| RegionFault::Line { name: self.partner.name, source };
        let base = reqwest::Url::parse(base_url.trim_end_matches('/'));
        let base = base.map_err(|_| RegionFault::NodeUrl { name: self.partner.name })?;
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .tls_certs_only([reqwest::Certificate::from_pem(tls.ca).map_err(unmade)?])
            .identity(reqwest::Identity::from_pem(tls.identity).map_err(unmade)?)
            .build()
            .map_err(unmade)?;
        *self.node.write().unwrap_or_else(PoisonError::into_inner) = Some(Node { client, base });
        Ok(())
    }

    fn node(&self) -> Option<Node> {
        self.node.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Why a partner behind a node cannot be given that fault; `None`: it can.
pub(crate) fn objection(fault: Fault) -> Option<&'static str> {
    match fault {
        Fault::TokenExpired | Fault::TokenRefused => Some("it gives no tokens"),
        Fault::Several | Fault::Blank => Some("it is no directory"),
        Fault::Unlogged => Some("its node keeps the log"),
        Fault::Budget => Some("only demographics have a budget"),
        _ => None,
    }
}

pub(crate) fn router(line: &Arc<Line>, origin: &str, client: &Arc<oauth::Client>) -> Router {
    let (world, partner) = (&line.world, line.partner);
    let gate = gate::Gate::speaking(world, partner.name, partner.dialect());
    let authority = oauth::Authority::new(world, partner.name, origin, client);
    Router::new()
        .route(BASE, any(pass))
        .route(&format!("{BASE}/{{*below}}"), any(pass))
        .with_state(Arc::clone(line))
        .layer(middleware::from_fn_with_state(Keeper::new(partner, &authority), lock::admit))
        .layer(middleware::from_fn_with_state(gate, gate::pass))
}

async fn pass(State(line): State<Arc<Line>>, request: Request) -> Response {
    let Some(node) = line.node() else {
        return words(StatusCode::SERVICE_UNAVAILABLE, "No edge node is connected here yet.\n");
    };
    let Some(asked) = Asked::read(request).await else {
        return words(StatusCode::PAYLOAD_TOO_LARGE, "The question is too long.\n");
    };
    let fault = line.world.faults.of(line.partner.name);
    line.answer(&node, &asked, fault).await.unwrap_or_else(|Unreached| {
        tracing::warn!(source = line.partner.name, "the edge node cannot be reached");
        words(StatusCode::BAD_GATEWAY, "The edge node cannot be reached.\n")
    })
}

fn words(status: StatusCode, words: &'static str) -> Response {
    (status, words).into_response()
}

/// The node could not be asked, or broke off.
#[derive(Debug)]
struct Unreached;

impl Line {
    async fn answer(&self, node: &Node, asked: &Asked, fault: Fault) -> Result<Response, Unreached> {
        let answer = node.ask(asked).await?;
        match fault {
            Fault::WrongPerson if asked.number().is_some() => {
                self.somebody_else(node, asked, Whole::read(answer).await?).await
            }
            fault if rewritten::is_for_the_source(fault) => {
                let whole = Whole::read(answer).await?;
                let view = rewritten::View::of(asked, &self.base);
                Ok(whole.spoilt(fault, &view).into_response())
            }
            _ => Ok(streamed(answer)),
        }
    }

    /// The node is asked about another person it knows; what it says of the one asked for stands only where nobody is.
    async fn somebody_else(&self, node: &Node, asked: &Asked, right: Whole) -> Result<Response, Unreached> {
        let Some(number) = asked.number().filter(|_| right.finds_somebody()) else {
            return Ok(right.into_response());
        };
        let same = fhir::NhsNumber::parse(&number).ok().and_then(|number| self.world.place(&number));
        let known = self.world.people.iter().enumerate().filter(|(place, _)| Some(*place) != same);
        let known =
            known.filter(|(_, person)| person.known_partners().any(|known| known == self.partner.name));
        for (_, other) in known.take(OTHERS) {
            let wrong = Whole::read(node.ask(&asked.about(other.nhs_number.digits())).await?).await?;
            if wrong.finds_somebody() {
                return Ok(wrong.into_response());
            }
        }
        Ok(right.into_response())
    }
}

impl Node {
    async fn ask(&self, asked: &Asked) -> Result<reqwest::Response, Unreached> {
        let url = asked.url_below(&self.base).ok_or(Unreached)?;
        let request = self.client.request(asked.method.clone(), url).headers(asked.headers.clone());
        request.body(asked.body.clone()).send().await.map_err(|_| Unreached)
    }
}

/// As it comes, byte for byte.
fn streamed(answer: reqwest::Response) -> Response {
    let (status, headers) = (answer.status(), asked::end_to_end(answer.headers()));
    let mut response = Response::new(Body::from_stream(answer.bytes_stream()));
    (*response.status_mut(), *response.headers_mut()) = (status, headers);
    response
}
