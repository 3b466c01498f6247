//! Takes the configuration, gives the one door to every source. Each source has its own client, guard and deadline, so
//! that none can hold another up (HAZ-035).

use crate::{
    Demographics, NotHandedOver, access_log,
    asking::{Asking, ObjectionReply},
    exchange::Log,
    fault::{self, Fault},
    fleet::Fleet,
    gather::{self, Word},
    guard::{Agreed, Closed, Guard, Stance, Suppliers, Ticket, Verdict, Visit},
    limits::Limits,
    national::{National, pds::Wanted},
    open::{OpenQuestion, OpenReply, Opening},
    plan::{self, Plan},
    question::{Ended, Question},
    source::{self, ConfigFault, NationalConfig, SourceConfig},
    sources::{Source, Surroundings},
    wire::{Bounds, Hold, Kept, Lines, line::Renewed},
};
use access::{Permit, person::Trace};
use audit::{
    Opened,
    reconcile::{RECORD, RequestName, RequestNames, SubjectKey, WISH},
};
use fhir::{
    NhsNumber, OdsCode, Reply, ReplyState, Retrieval, SourceId,
    reply::{NotAsked, Silence, Withholder},
};
use futures_util::stream::BoxStream;
use jiff::Timestamp;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, timeout_at};

/// How long past its deadline a question may take to come to its own end before it is cut off.
const GRACE: Duration = Duration::from_millis(250);

/// A partner's register of objections.
const REGISTER: &str = "register";

/// Followed by how long.
const ASKED_TO_WAIT: &str = "it asked us to wait another";

/// Every source, ready to be asked.
pub struct Federation {
    sources: Vec<SourceConfig>,
    limits: Arc<Limits>,
    asked: HashMap<SourceId, Arc<dyn Source>>,
    national: Arc<National>,
    /// What questions are called by; without it their requests cannot be told from anybody else's.
    names: Option<RequestNames>,
    logs: HashMap<SourceId, access_log::AccessLog>,
    /// Room for what is read.
    hold: Hold,
    /// Every client, to be made anew when its certificates are.
    lines: Lines,
    /// By source and, where one source stands for many practices, by practice: one practice's fault is not another's. A
    /// register of objections stands apart from its source.
    guards: Mutex<BTreeMap<(SourceId, String), Arc<Guard>>>,
    suppliers: Arc<Suppliers>,
    fleet: Fleet,
}

impl Federation {
    /// Reads key files and builds clients; touches no network. A TLS provider must be installed for the process.
    pub fn new(
        sources: Vec<SourceConfig>,
        national: NationalConfig,
        limits: Limits,
    ) -> Result<Self, ConfigFault> {
        Self::over(sources, national, limits, Lines::default())
    }

    pub(crate) fn over(
        sources: Vec<SourceConfig>,
        national: NationalConfig,
        limits: Limits,
        lines: Lines,
    ) -> Result<Self, ConfigFault> {
        source::check(&sources)?;
        let limits = Arc::new(limits);
        let national = Arc::new(National::new(&national, &limits, &lines)?);
        let fleet = Fleet::default();
        let suppliers = Arc::new(Suppliers::new(&sources, &limits, &fleet));
        let around = Surroundings {
            national: Arc::clone(&national),
            limits: Arc::clone(&limits),
            lines: lines.clone(),
            suppliers: Arc::clone(&suppliers),
        };
        let mut asked = HashMap::new();
        for source in &sources {
            if let Some(kind) = source.kind.line() {
                asked.insert(source.id.clone(), (kind.build)(source, &around)?);
            }
        }
        let logs = access_log::of(&sources, &lines)?;
        let hold = Hold::new(limits.replica_bytes);
        let guards = Mutex::default();
        Ok(Self {
            sources,
            limits,
            asked,
            national,
            names: None,
            logs,
            hold,
            lines,
            guards,
            suppliers,
            fleet,
        })
    }

    /// Of certificates, keys and authorities towards sources and the national services.
    pub fn certificate_files(&self) -> BTreeSet<PathBuf> {
        self.lines.files()
    }

    /// Makes new connections with what stands in those of its files that changed, as far as it can be used. Blocks: reads files.
    /// What is under way goes on as it began.
    pub fn renew(&self, changed: &BTreeSet<PathBuf>) -> Renewed {
        self.lines.renew(changed)
    }

    /// The same, with every request of a question bearing its name.
    pub fn naming(self, names: RequestNames) -> Self {
        Self { names: Some(names), ..self }
    }

    /// What a source logged of us on a day, as it hands it over: at most as much as a hand-over may have. `day`: `2026-11-28`;
    /// `now`: for tokens. Never longer than ten minutes; cancel-safe.
    pub async fn access_log(
        &self,
        source: &SourceId,
        day: &str,
        now: Timestamp,
    ) -> Result<Vec<u8>, NotHandedOver> {
        self.logs.get(source).ok_or(NotHandedOver::NotAgreed)?.of_day(day, now).await
    }

    /// What the source's log hashes persons under, where that is agreed.
    pub fn subject_key(&self, source: &SourceId) -> Option<&SubjectKey> {
        self.logs.get(source)?.subject_key()
    }

    /// Everything wrong with a configuration, where [`Federation::new`] stops at the first.
    pub fn faults(sources: &[SourceConfig], national: &NationalConfig, limits: &Limits) -> Vec<ConfigFault> {
        let (limits, lines) = (Arc::new(limits.clone()), Lines::default());
        let mut faults = source::faults(sources);
        let national = match National::new(national, &limits, &lines) {
            Ok(national) => Arc::new(national),
            Err(fault) => {
                faults.push(fault);
                return faults;
            }
        };
        let suppliers = Arc::new(Suppliers::new(sources, &limits, &Fleet::default()));
        let around = Surroundings { national, limits, lines: lines.clone(), suppliers };
        let kinds = sources.iter().filter_map(|source| Some((source, source.kind.line()?)));
        faults.extend(kinds.filter_map(|(source, kind)| (kind.build)(source, &around).err()));
        faults.extend(sources.iter().filter_map(|source| access_log::AccessLog::new(source, &lines).err()));
        faults
    }

    /// The sources in the order of the configuration.
    pub fn sources(&self) -> &[SourceConfig] {
        &self.sources
    }

    /// Asks PDS who the number is. Never longer than its own deadline; cancel-safe. `now`: for tokens and registrations.
    pub async fn trace(&self, number: &NhsNumber, request_id: &str, now: Timestamp) -> Trace {
        let bounds = self.bounds(self.limits.trace);
        let wanted = Wanted { number, request_id, now };
        timeout_at(bounds.deadline, self.national.pds.trace(&wanted, &bounds))
            .await
            .unwrap_or(Trace::DidNotAnswer)
    }

    /// Asks PDS for the one person who is exactly so; nobody and several are both [`Trace::NotFound`]. Never longer than the
    /// trace's deadline; cancel-safe.
    pub async fn find(&self, sought: &Demographics<'_>, request_id: &str, now: Timestamp) -> Trace {
        let bounds = self.bounds(self.limits.trace);
        timeout_at(bounds.deadline, self.national.pds.find(sought, (request_id, now), &bounds))
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
        let practice = self.sources.iter().find(|source| source.kind.is_practice());
        let question = practice.and_then(|source| plan::objection(source, asking));
        let asked = question.and_then(|question| Some((self.asked.get(&question.source)?, question)));
        let Some((source, question)) = asked else {
            return ended(ReplyState::NotAsked(NotAsked("no practice to ask".to_owned())));
        };
        let ticket = match self.enter(&Place::of(&question)).await {
            Ok(ticket) => ticket,
            Err(state) => return ended(state),
        };
        let bounds = bounds.clone().named(self.name(&question.opening, &question.source, WISH));
        let bounds = bounds.sent_by(ticket.errand());
        let (reply, verdict) = source.objection(&question, &bounds).await;
        conclude(ticket, &Place::of(&question), verdict);
        reply
    }

    /// Asks a partner's register whether the person has objected to its sharing. Signs are only complete when the state is
    /// [`ReplyState::Answered`]. The register has a guard of its own: its silence is not its source's. Cancel-safe.
    pub async fn consent(&self, _opened: &Opened, asking: &Asking, source: &SourceId) -> ObjectionReply {
        self.ask_consent(asking, source).await
    }

    pub(crate) async fn ask_consent(&self, asking: &Asking, source: &SourceId) -> ObjectionReply {
        let bounds = self.bounds(self.limits.objection);
        let ended = |state| ObjectionReply { signs: Vec::new(), state, elapsed_ms: bounds.elapsed_ms() };
        let config = self.sources.iter().find(|config| config.id == *source && config.consent.is_asked());
        let (Some(config), Some(asked)) = (config, self.asked.get(source)) else {
            return ended(ReplyState::NotShared);
        };
        let question = plan::consent(config, asking);
        let place = Place { part: REGISTER, ..Place::of(&question) };
        let ticket = match self.enter(&place).await {
            Ok(ticket) => ticket,
            Err(state) => return ended(state),
        };
        let bounds = bounds.clone().named(self.name(&question.opening, source, WISH));
        let bounds = bounds.sent_by(ticket.errand());
        let (reply, verdict) = asked.objection(&question, &bounds).await;
        conclude(ticket, &place, verdict);
        reply
    }

    /// What this opening asks, and what is settled without asking: what a partner's switch keeps back is not shared (HAZ-007). Pure.
    pub fn plan(&self, permit: &Permit, _opened: &Opened, asking: Asking) -> Plan {
        let switched = |source: &SourceConfig| {
            let mut source = source.clone();
            source.shares.retain(|category| permit.is_shared(&source.id, *category));
            source
        };
        let sources: Vec<SourceConfig> = self.sources.iter().map(switched).collect();
        plan::plan(&sources, &|source, category| permit.level(source, category), &asking)
    }

    /// Asks every question at once, on tasks of their own. The stream gives what was settled first, then each reply as
    /// it ends, exactly one per source, the last by the deadline. Dropping the stream cancels what is outstanding.
    /// Must be called inside the runtime.
    pub fn gather(self: &Arc<Self>, plan: Plan) -> BoxStream<'static, Reply> {
        gather::gather(self, plan, HashMap::new())
    }

    /// The same, where something must be known of some partners first: see [`Word`].
    pub fn gather_after(
        self: &Arc<Self>,
        plan: Plan,
        words: HashMap<SourceId, Word>,
    ) -> BoxStream<'static, Reply> {
        gather::gather(self, plan, words)
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

    /// The same for a machine; where it stands for many practices, the one worst off.
    pub fn stance(&self, source: &SourceId) -> Stance {
        let guards = self.guards();
        let stances = guards.iter().filter(|((id, _), _)| id == source).map(|(_, guard)| guard.stance());
        stances.max().unwrap_or(Stance::Closed)
    }

    /// How many questions at once a source is asked now, and at most; where it stands for many practices, the one asked least.
    pub fn places(&self, source: &SourceId) -> (usize, usize) {
        let guards = self.guards();
        let places = guards.iter().filter(|((id, _), _)| id == source).map(|(_, guard)| guard.places());
        places.min().unwrap_or_else(|| self.agreed(source).at_first(&self.limits))
    }

    /// Who answers for practices, how many questions are there now, and how many may be at most (HAZ-036).
    pub fn suppliers(&self) -> Vec<(String, usize, usize)> {
        self.suppliers.taken()
    }

    /// How many requests were sent to a source once more since the program began (HAZ-036).
    pub fn repeats(&self, source: &SourceId) -> u64 {
        let guards = self.guards();
        guards.iter().filter(|((id, _), _)| id == source).map(|(_, guard)| guard.repeats()).sum()
    }

    /// One question to its end, whatever happens, and what must be kept as long as the reply.
    pub(crate) async fn ask_keeping(&self, question: &Question) -> (Reply, Kept) {
        let bounds = self.bounds(self.limits.total);
        let kept = bounds.kept();
        (self.ask_within(question, bounds).await, kept)
    }

    /// Bytes of answers that are held, in steps of 64 KiB.
    pub fn held_bytes(&self) -> usize {
        self.hold.held_bytes()
    }

    /// The same, with every exchange noted.
    pub(crate) async fn ask_noted(&self, question: &Question, log: &Arc<Log>) -> Reply {
        self.ask_within(question, self.bounds(self.limits.total).noted(log)).await
    }

    pub(crate) fn asked(&self, source: &SourceId) -> Option<&dyn Source> {
        self.asked.get(source).map(Arc::as_ref)
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    async fn ask_within(&self, question: &Question, bounds: Bounds) -> Reply {
        let place = Place::of(question);
        let bounds = bounds.named(self.name(&question.opening, &question.source, RECORD));
        let mut reply = match self.enter(&place).await {
            Err(state) => question.reply(state),
            Ok(ticket) => {
                let bounds = bounds.clone().sent_by(ticket.errand());
                let asked = timeout_at(bounds.deadline + GRACE, self.ask_source(question, &bounds)).await;
                let ended = asked.unwrap_or_else(|_| {
                    ticket.errand().strain();
                    Ended::fault(question, &Fault::TimedOut)
                });
                conclude(ticket, &place, ended.verdict);
                ended.reply
            }
        };
        // A category is named apart only where it ended otherwise than its source.
        let Reply { state, by_category, .. } = &mut reply;
        by_category.retain(|_, own| own != state);
        (reply.elapsed_ms, reply.size_bytes) = (bounds.elapsed_ms(), bounds.size_bytes());
        reply
    }

    /// Asks for the content of one document that an earlier reply of this source named. Never longer than the deadline of
    /// a question; cancel-safe.
    pub async fn open(
        &self,
        _opened: &Opened,
        asking: &Asking,
        source: &SourceId,
        retrieval: &Retrieval,
    ) -> OpenReply {
        self.open_document(asking, source, retrieval).await
    }

    pub(crate) async fn open_document(
        &self,
        asking: &Asking,
        source: &SourceId,
        retrieval: &Retrieval,
    ) -> OpenReply {
        let bounds = self.bounds(self.limits.total).named(self.name(&asking.opening, source, RECORD));
        let config = self.sources.iter().find(|config| config.id == *source);
        let question = config.map(|config| plan::open(config, asking, retrieval));
        let opening = match (question, self.asked.get(source)) {
            (Some(question), Some(asked)) => self.open_at(&question, asked.as_ref(), &bounds).await,
            _ => Opening::well(ReplyState::NotShared),
        };
        OpenReply {
            source: source.clone(),
            state: opening.state,
            content: opening.content,
            elapsed_ms: bounds.elapsed_ms(),
            size_bytes: bounds.size_bytes(),
            _kept: bounds.kept(),
        }
    }

    async fn open_at(&self, question: &OpenQuestion, source: &dyn Source, bounds: &Bounds) -> Opening {
        let place = Place::of_document(question);
        let ticket = match self.enter(&place).await {
            Ok(ticket) => ticket,
            Err(state) => return Opening::well(state),
        };
        let bounds = bounds.clone().sent_by(ticket.errand());
        let opened = timeout_at(bounds.deadline + GRACE, source.open(question, &bounds)).await;
        let opened = opened.unwrap_or_else(|_| {
            ticket.errand().strain();
            Opening::fault(&Fault::TimedOut)
        });
        conclude(ticket, &place, opened.verdict);
        opened
    }

    async fn enter(&self, place: &Place<'_>) -> Result<Ticket, ReplyState> {
        let clock = fhir::date::clock(place.now);
        let visit = Visit { clock, at: place.now, opening: place.opening.to_owned() };
        self.guard(place).enter(visit).await.map_err(|closed| closed_state(closed, place.opening))
    }

    async fn ask_source(&self, question: &Question, bounds: &Bounds) -> Ended {
        match self.asked.get(&question.source) {
            Some(source) => source.ask(question, bounds).await,
            None => Ended::well(question.reply(ReplyState::NotShared)),
        }
    }

    fn name(&self, opening: &str, source: &SourceId, part: u32) -> Option<RequestName> {
        self.names.as_ref().map(|names| names.of(opening, source.as_str(), part))
    }

    pub(crate) fn bounds(&self, time: Duration) -> Bounds {
        let now = Instant::now();
        Bounds::new(&self.limits, now, now + time).holding(&self.hold)
    }

    fn guard(&self, place: &Place<'_>) -> Arc<Guard> {
        let part = place.practice.map_or_else(|| place.part.to_owned(), ToString::to_string);
        let key = (place.source.clone(), part);
        let guard = |key: &(SourceId, String)| {
            Guard::shared(&self.limits, self.agreed(place.source), (&self.fleet, &quota(key)))
        };
        Arc::clone(self.guards().entry(key).or_insert_with_key(guard))
    }

    /// Whatever has a ceiling that all replicas share, under the name that all know it by.
    pub(crate) fn every_guard(&self) -> Vec<(String, Arc<Guard>)> {
        let guards = self.guards();
        let own = guards.iter().map(|(key, guard)| (quota(key), Arc::clone(guard)));
        own.chain(self.suppliers.every()).collect()
    }

    pub(crate) fn fleet(&self) -> &Fleet {
        &self.fleet
    }

    fn agreed(&self, source: &SourceId) -> Agreed {
        let config = self.sources.iter().find(|config| config.id == *source);
        let ours = || Agreed::ours(self.limits.ceiling);
        config.map_or_else(ours, |config| Agreed::of(config, &self.limits))
    }

    fn guards(&self) -> MutexGuard<'_, BTreeMap<(SourceId, String), Arc<Guard>>> {
        self.guards.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// No person: a source, and a practice or a door of it.
fn quota((source, part): &(SourceId, String)) -> String {
    format!("{source}/{part}")
}

/// Whose guard a question passes, and what is told of it.
struct Place<'a> {
    source: &'a SourceId,
    /// Where the source stands for many practices.
    practice: Option<&'a OdsCode>,
    /// Which door of a source, where it has several.
    part: &'static str,
    opening: &'a str,
    now: jiff::Timestamp,
}

impl<'a> Place<'a> {
    fn of(question: &'a Question) -> Self {
        let practice = question.practice.as_ref().filter(|_| question.kind.is_practice());
        Self { source: &question.source, practice, part: "", opening: &question.opening, now: question.now }
    }

    fn of_document(question: &'a OpenQuestion) -> Self {
        let practice = question.practice.as_ref().filter(|_| question.kind.is_practice());
        Self { source: &question.source, practice, part: "", opening: &question.opening, now: question.now }
    }
}

/// Tells the guard, and rings the alarm where somebody else's data came. No identifier stands in it.
fn conclude(ticket: Ticket, place: &Place<'_>, verdict: Verdict) {
    if verdict == Verdict::WrongPerson {
        tracing::error!(
            opening.id = place.opening,
            source.id = %place.source,
            partner.ods = place.practice.map(OdsCode::as_str),
            "SAFETY: a source answered about somebody else; it is not asked again until cleared"
        );
    }
    ticket.end(verdict);
}

/// Rounded up: never before it said.
fn seconds(left: Duration) -> String {
    match left.as_secs() + u64::from(left.subsec_nanos() > 0) {
        0 | 1 => "1 second".to_owned(),
        more => format!("{more} seconds"),
    }
}

/// A source that this very opening caught answering about somebody else reads as withheld, not as unwell.
pub(crate) fn closed_state(closed: Closed, opening: &str) -> ReplyState {
    match closed {
        Closed::Busy => ReplyState::NotAsked(NotAsked(fault::BUSY.to_owned())),
        Closed::OutOfHours => ReplyState::NotAsked(NotAsked(plan::OUT_OF_HOURS.to_owned())),
        Closed::Open(shut) if shut.held_by.as_deref() == Some(opening) => {
            ReplyState::Withheld(Withholder::PolicyIdentity)
        }
        Closed::Waiting(left) => ReplyState::NotAsked(NotAsked(format!("{ASKED_TO_WAIT} {}", seconds(left)))),
        Closed::Open(shut) => ReplyState::DidNotAnswer(Silence::BreakerOpen { since: shut.since }),
    }
}
