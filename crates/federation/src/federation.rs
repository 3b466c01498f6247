//! Takes the configuration, gives the one door to every source. Each source has its own client, guard and deadline, so
//! that none can hold another up (HAZ-035).

use crate::{
    asking::{Asking, ObjectionReply},
    fault::Fault,
    gather,
    gp_connect::{self, GpConnect},
    guard::{Closed, Guard, Ticket, Verdict, Visit},
    limits::Limits,
    national::{pds::Pds, sds::Sds},
    plan::{self, Plan},
    question::{Ended, Question},
    rest::{self, Server, Version},
    source::{self, ConfigFault, Kind, NationalConfig, SourceConfig},
    wire::{self, Bounds},
};
use access::{Permit, person::Trace};
use audit::Opened;
use fhir::{
    NhsNumber, Reply, ReplyState, SourceId,
    reply::{NotAsked, Silence, Withholder},
};
use futures_util::stream::BoxStream;
use reqwest::header::HeaderValue;
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, timeout_at};

/// How long past its deadline a question may take to come to its own end before it is cut off.
const GRACE: Duration = Duration::from_millis(250);

/// Every source, ready to be asked.
pub struct Federation {
    sources: Vec<SourceConfig>,
    limits: Arc<Limits>,
    servers: HashMap<SourceId, Server>,
    gp: GpConnect,
    pds: Pds,
    /// By source and, where one source stands for many practices, by practice: one practice's fault is not another's.
    guards: Mutex<HashMap<(SourceId, String), Arc<Guard>>>,
}

impl Federation {
    /// Reads key files and builds clients; touches no network. A TLS provider must be installed for the process.
    pub fn new(
        sources: Vec<SourceConfig>,
        national: NationalConfig,
        limits: Limits,
    ) -> Result<Self, ConfigFault> {
        source::check(&sources)?;
        let limits = Arc::new(limits);
        let mut servers = HashMap::new();
        for source in &sources {
            if let Some(server) = server(source, &limits)? {
                servers.insert(source.id.clone(), server);
            }
        }
        let (gp, pds) = (gp(&national, &limits)?, pds(&national, &limits)?);
        Ok(Self { sources, limits, servers, gp, pds, guards: Mutex::default() })
    }

    /// The sources in the order of the configuration.
    pub fn sources(&self) -> &[SourceConfig] {
        &self.sources
    }

    /// Asks PDS who the number is. Never longer than its own deadline; cancel-safe.
    pub async fn trace(&self, number: &NhsNumber, request_id: &str) -> Trace {
        let bounds = self.bounds(self.limits.trace);
        timeout_at(bounds.deadline, self.pds.trace(number, request_id, &bounds))
            .await
            .unwrap_or(Trace::DidNotAnswer)
    }

    /// Asks the registered practice for its uncategorised data alone. Signs are only complete when the state is
    /// [`ReplyState::Answered`]. Cancel-safe.
    pub async fn objection(&self, _opened: &Opened, asking: &Asking) -> ObjectionReply {
        self.ask_objection(asking).await
    }

    pub(crate) async fn ask_objection(&self, asking: &Asking) -> ObjectionReply {
        let bounds = self.bounds(self.limits.objection);
        let ended = |state| ObjectionReply { signs: Vec::new(), state, elapsed_ms: bounds.elapsed_ms() };
        let practice = self.sources.iter().find(|source| source.kind == Kind::GpConnect);
        let Some(question) = practice.and_then(|source| plan::objection(source, asking)) else {
            return ended(ReplyState::NotAsked(NotAsked("no practice to ask".to_owned())));
        };
        let ticket = match self.enter(&question).await {
            Ok(ticket) => ticket,
            Err(state) => return ended(state),
        };
        let (reply, verdict) = gp_connect::objection::ask(&self.gp, &question, &bounds).await;
        conclude(ticket, &question, verdict);
        reply
    }

    /// What this opening asks, and what is settled without asking. Pure.
    pub fn plan(&self, permit: &Permit, _opened: &Opened, asking: Asking) -> Plan {
        plan::plan(&self.sources, &|source, category| permit.level(source, category), &asking)
    }

    /// Asks every question at once, on tasks of their own. The stream gives what was settled first, then each reply as
    /// it ends, exactly one per source, the last by the deadline. Dropping the stream cancels what is outstanding.
    /// Must be called inside the runtime.
    pub fn gather(self: &Arc<Self>, plan: Plan) -> BoxStream<'static, Reply> {
        gather::gather(self, plan)
    }

    /// Lets a source be asked again after somebody has looked into why it was held (HAZ-004).
    pub fn clear(&self, source: &SourceId) {
        for ((_, practice), guard) in self.guards().iter().filter(|((id, _), _)| id == source) {
            tracing::warn!(source.id = %source, partner.ods = practice, "a source's breaker was cleared by hand");
            guard.clear();
        }
    }

    /// A source's breaker in words for the operator; where it stands for many practices, the first that is not closed.
    pub fn breaker(&self, source: &SourceId) -> String {
        let guards = self.guards();
        let words = guards.iter().filter(|((id, _), _)| id == source).map(|(_, guard)| guard.words());
        words.filter(|words| words != "closed").min().unwrap_or_else(|| "closed".to_owned())
    }

    /// One question to its end, whatever happens.
    pub(crate) async fn ask(&self, question: &Question) -> Reply {
        let bounds = self.bounds(self.limits.total);
        let mut reply = match self.enter(question).await {
            Err(state) => question.reply(state),
            Ok(ticket) => {
                let asked = timeout_at(bounds.deadline + GRACE, self.ask_source(question, &bounds)).await;
                let ended = asked.unwrap_or_else(|_| Ended::fault(question, &Fault::TimedOut));
                conclude(ticket, question, ended.verdict);
                ended.reply
            }
        };
        // A category is named apart only where it ended otherwise than its source.
        let Reply { state, by_category, .. } = &mut reply;
        by_category.retain(|_, own| own != state);
        (reply.elapsed_ms, reply.size_bytes) = (bounds.elapsed_ms(), bounds.size_bytes());
        reply
    }

    async fn enter(&self, question: &Question) -> Result<Ticket, ReplyState> {
        let clock = fhir::date::clock(question.now);
        let visit = Visit { clock, opening: question.opening.clone() };
        self.guard(question).enter(visit).await.map_err(|closed| closed_state(closed, &question.opening))
    }

    async fn ask_source(&self, question: &Question, bounds: &Bounds) -> Ended {
        match (question.kind, self.servers.get(&question.source)) {
            (Kind::GpConnect, _) => gp_connect::ask(&self.gp, question, bounds).await,
            (_, Some(server)) => rest::ask(server, question, bounds).await,
            (_, None) => Ended::well(question.reply(ReplyState::NotShared)),
        }
    }

    fn bounds(&self, time: Duration) -> Bounds {
        let now = Instant::now();
        Bounds::new(&self.limits, now, now + time)
    }

    fn guard(&self, question: &Question) -> Arc<Guard> {
        let practice = question.practice.as_ref().filter(|_| question.kind == Kind::GpConnect);
        let key = (question.source.clone(), practice.map(ToString::to_string).unwrap_or_default());
        let ceiling = self.sources.iter().find(|source| source.id == question.source);
        let ceiling = ceiling.and_then(|source| source.ceiling);
        Arc::clone(self.guards().entry(key).or_insert_with(|| Guard::new(&self.limits, ceiling)))
    }

    fn guards(&self) -> MutexGuard<'_, HashMap<(SourceId, String), Arc<Guard>>> {
        self.guards.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the guard, and rings the alarm where somebody else's data came. No identifier stands in it.
fn conclude(ticket: Ticket, question: &Question, verdict: Verdict) {
    if verdict == Verdict::WrongPerson {
        tracing::error!(
            opening.id = question.opening,
            source.id = %question.source,
            partner.ods = question.practice.as_ref().map(fhir::OdsCode::as_str),
            "SAFETY: a source answered about somebody else; it is not asked again until cleared"
        );
    }
    ticket.end(verdict);
}

/// A source that this very opening caught answering about somebody else reads as withheld, not as unwell.
fn closed_state(closed: Closed, opening: &str) -> ReplyState {
    match closed {
        Closed::Busy => ReplyState::NotAsked(NotAsked("busy".to_owned())),
        Closed::Open(shut) if shut.held_by.as_deref() == Some(opening) => {
            ReplyState::Withheld(Withholder::PolicyIdentity)
        }
        Closed::Open(shut) => ReplyState::DidNotAnswer(Silence::BreakerOpen { since: shut.since }),
    }
}

fn server(source: &SourceConfig, limits: &Limits) -> Result<Option<Server>, ConfigFault> {
    let configured = match source.kind {
        Kind::FhirR4 => Version::R4,
        Kind::FhirStu3 => Version::Stu3,
        Kind::GpConnect | Kind::None => return Ok(None),
    };
    let missing = || ConfigFault::NoBaseUrl { id: source.id.clone() };
    let base = source.base_url.as_deref().ok_or_else(missing)?;
    Ok(Some(Server {
        client: wire::client(limits).map_err(ConfigFault::Client)?,
        base: source::base_url(&format!("{}.base_url", source.id), base)?,
        api_key: source.api_key_file.as_ref().map(key).transpose()?,
        configured,
        is_feed: source.feed.is_some(),
        capabilities: Default::default(),
    }))
}

fn gp(national: &NationalConfig, limits: &Limits) -> Result<GpConnect, ConfigFault> {
    let sds = Sds {
        client: wire::client(limits).map_err(ConfigFault::Client)?,
        base: source::base_url("sds_url", &national.sds_url)?,
        api_key: national.sds_api_key_file.as_ref().map(key).transpose()?,
        guard: Guard::new(limits, None),
    };
    let client = wire::client(limits).map_err(ConfigFault::Client)?;
    let ssp = source::base_url("ssp_url", &national.ssp_url)?;
    Ok(GpConnect { client, ssp, asid: national.asid.clone(), sds })
}

fn pds(national: &NationalConfig, limits: &Limits) -> Result<Pds, ConfigFault> {
    let client = wire::client(limits).map_err(ConfigFault::Client)?;
    let base = source::base_url("pds_url", &national.pds_url)?;
    Ok(Pds { client, base, guard: Guard::new(limits, None) })
}

fn key(path: &PathBuf) -> Result<HeaderValue, ConfigFault> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigFault::KeyFile { path: path.clone(), source })?;
    wire::secret(&text).ok_or_else(|| ConfigFault::Key { path: path.clone() })
}
