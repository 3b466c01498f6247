//! What a running gateway holds, and what it answers to its routes. Composes the rooms; keeps nothing of a person.

use crate::{
    clock,
    config::{Config, session::Life},
    entries::Story,
    metrics::{Metrics, outcome},
    opening::{self, session::Entered},
    refsets,
    traces::{Trace, Traces},
};
use access::{
    Objection, Permit, Refusal, host::Hosts, keys::Keys, launch::code::Redeemer, launch::direct::Direct,
    objection::weigh_by, own_keys::OwnKeys, person::Difference,
};
use audit::{Fault, Opened, Store};
use federation::Federation;
use fhir::{Reply, SourceId};
use miette::{Context, IntoDiagnostic};
use objection::Place;
use office::Office;
use record::Record;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use throttle::Throttle;
use web::gateway::{Opened as OpenedPage, Refused};

/// What the routes may ask for.
mod doors;
/// The token endpoint.
mod token;
/// A host's own server, and its token.
mod bearer;
/// Launches that come through the browser.
mod knock;
/// What everybody may read of us.
mod published;
/// How many launches a host may make.
pub(crate) mod throttle;
/// The link to a session.
mod link;
/// The sharing agreement in force.
pub(crate) mod agreement;
/// How many are let in at once.
pub(crate) mod admission;
/// What replicas share of every source.
pub(crate) mod fleet;
/// Files that change while we run.
mod files;
/// Certificates, taken anew.
pub(crate) mod certificates;
/// Roles that are new or have grown.
mod roles_seen;
/// The agreement asked about itself.
mod explained;
/// Whose browser a launch arrived in.
mod browser;
/// Views end.
mod ending;
/// What a host says of its own session.
mod event;
/// What an identity provider says when somebody signs out.
mod logout;
/// Whether an open page may stay as it is.
pub(crate) mod narrowed;
/// Whom what is held back is sealed to.
pub(crate) mod held_keys;
/// Keys for one use each.
mod keys;
/// What the ways in through an OpenID provider share.
mod provider;
/// A launch from a host's own SMART server.
mod smart;
/// Direct access.
pub(crate) mod direct;
/// The privacy officers' pages.
pub(crate) mod office;
/// What a privacy officer must hear of.
pub(crate) mod alerts;
/// What is counted over the log.
pub(crate) mod counted;
/// Alerts told out of band, and raised again.
pub(crate) mod attention;
/// When somebody looked before.
pub(crate) mod last_look;
/// Prints, recorded.
mod printed;
/// A problem reported.
pub(crate) mod reported;
/// Sources' own logs, every night.
pub(crate) mod reconciled;
/// What partners read of the audit.
pub(crate) mod feed;
/// Emergency access.
pub(crate) mod break_glass;
/// Own record, household, colleague, listed.
mod near;
/// The person's wish: who is asked, what is kept, and what becomes of an open view.
pub(crate) mod objection;
/// The national trace, and what is kept of it.
mod trace;
/// When what must not be told apart is told.
pub(crate) mod uniform;
/// A reason typed before a record opens.
mod reason;

pub(crate) use doors::Doors;
/// Logs that ended.
pub(crate) mod earlier;
/// The log signed, and shown to witnesses.
pub(crate) mod witnesses;
/// What the operator sees.
pub(crate) mod status;

/// A gateway.
pub(crate) struct Program {
    pub(crate) config: Config,
    pub(crate) hosts: Hosts,
    /// Where it is on.
    pub(crate) direct: Option<Direct>,
    /// The privacy officers' pages, where officers can sign in.
    pub(crate) office: Option<Office>,
    /// Who is told of urgent alerts, where somebody is.
    pub(crate) notifier: Option<attention::Notifier>,
    /// Held while a professional's attempts to find somebody are counted.
    looking: tokio::sync::Mutex<()>,
    pub(crate) keys: Arc<Keys>,
    agreement: agreement::Agreement,
    pub(crate) certificates: certificates::Certificates,
    pub(crate) admission: Arc<admission::Admission>,
    pub(crate) fleet: fleet::Heard,
    /// What the agreement shows to nobody.
    pub(crate) restrictions: record::Restrictions,
    pub(crate) federation: Arc<Federation>,
    pub(crate) store: Store,
    /// What questions to sources are called by.
    pub(crate) request_names: audit::reconcile::RequestNames,
    /// Absent where no way in needs them.
    pub(crate) own_keys: Option<OwnKeys>,
    redeemer: Redeemer,
    /// Assertions taken, by host.
    launches: Throttle,
    /// Links followed, by host.
    admissions: Throttle,
    /// Identity providers whose word ends sessions.
    pub(crate) providers: access::logout::Providers,
    pub(crate) session_keys: keys::SessionKeys,
    /// Organisations that can be asked about their own staff.
    pub(crate) employers: federation::Employers,
    /// Seals the ways to documents.
    pub(crate) documents: Arc<opening::handle::Sealer>,
    /// Per source: how its last question ended, and how many it answered and did not. States only.
    tally: Mutex<BTreeMap<String, status::Tally>>,
    openings: AtomicU64,
    /// For the operator's monitoring.
    pub(crate) metrics: Arc<Metrics>,
    /// A collector that is told of openings, where there is one.
    pub(crate) traces: Option<Arc<Traces>>,
    /// Who watches the log.
    pub(crate) witnesses: witnesses::Witnesses,
    /// Whom what is held back is sealed to.
    pub(crate) held_keys: held_keys::HeldKeys,
    /// Logs that this one goes on from, the newest last.
    pub(crate) earlier: Vec<Store>,
    /// Open views that ask again whether the person objects.
    watches: objection::Watches,
}

impl Program {
    /// Reads policy, role maps and keys, and opens the audit store. Nothing listens yet.
    pub(crate) fn new(config: Config) -> miette::Result<Arc<Self>> {
        Self::over(config, |config, key| {
            let settings = store_settings(config, key)?;
            earlier::must_be_begun(config, &settings.place)?;
            let at = settings.place.server.is_none().then(|| settings.place.path.clone());
            Store::open(settings, clock::millis()).into_diagnostic().wrap_err_with(|| {
                let at = at.map(|path| format!(" `{}`", path.display())).unwrap_or_default();
                format!("the audit store{at} cannot be opened; nothing can be shown without it")
            })
        })
    }

    /// The same, over another store; it is opened last, when everything else is known to be good.
    pub(crate) fn over(
        config: Config,
        open: impl FnOnce(&Config, [u8; 32]) -> miette::Result<Store>,
    ) -> miette::Result<Arc<Self>> {
        let agreement = agreement::Agreement::begin(&config)?;
        let restrictions = restrictions(&config)?;
        let hosts = Hosts::load_in(config.training, config.hosts.clone(), &config.policy.directory)
            .into_diagnostic()
            .wrap_err("a host cannot be registered")?;
        let own_keys = config.keys.as_ref().map(OwnKeys::read).transpose();
        let own_keys = own_keys.into_diagnostic().wrap_err("our own keys cannot be used")?;
        let providers = access::logout::Providers::load(&config.logout)
            .into_diagnostic()
            .wrap_err("an identity provider cannot be registered")?;
        let direct = direct::load(&config)?;
        let office = Office::load(&config)?;
        let notifier = attention::Notifier::load(&config)?;
        counted::lists::read(&config.alerts)
            .into_diagnostic()
            .wrap_err("a list of professionals cannot be used")?;
        let (sources, national) = (config.sources.clone(), config.national.clone());
        let federation = Federation::new(sources, national, config.fleet.limits()).into_diagnostic()?;
        let employers = employers(&config).into_diagnostic().wrap_err("an employer cannot be asked")?;
        let witnesses = witnesses::Witnesses::load(&config)?;
        let held_keys = held_keys::HeldKeys::load(&config)?;
        std::fs::create_dir_all(&config.state_dir).into_diagnostic()?;
        let key = read_key(&config)?;
        let request_names = audit::reconcile::RequestNames::derive(&key).ok_or_else(no_key)?;
        let store = open(&config, key)?;
        let earlier = earlier::read(&config, &store)?;
        let certificates = certificates::Certificates::begin(&config, &federation, &employers);
        let metrics = count(&federation, &store);
        Ok(Arc::new(Self {
            keys: Arc::new(
                Keys::new(hosts.issuers().chain(providers.issuers()).chain(
                    direct.iter().chain(office.iter().map(|office| &office.sign_in)).map(Direct::issuer),
                ))
                .into_diagnostic()?,
            ),
            own_keys,
            redeemer: Redeemer::new().into_diagnostic()?,
            launches: Throttle::default(),
            admissions: Throttle::default(),
            providers,
            hosts,
            agreement,
            certificates,
            admission: admission::Admission::new(&config.admission),
            fleet: fleet::Heard::default(),
            restrictions,
            direct,
            office,
            notifier,
            looking: tokio::sync::Mutex::default(),
            federation: Arc::new(federation.naming(request_names.clone())),
            request_names,
            store,
            employers,
            session_keys: keys::SessionKeys::new(&key).ok_or_else(no_key)?,
            documents: Arc::new(opening::handle::Sealer::new(&key).ok_or_else(no_key)?),
            tally: Mutex::default(),
            openings: AtomicU64::new(0),
            traces: Traces::load(&config, &metrics)?,
            metrics,
            witnesses,
            held_keys,
            earlier,
            watches: objection::Watches::default(),
            config,
        }))
    }

    /// How long a view of that way in may stand.
    pub(crate) fn life(&self, route: access::launch::Route) -> Life {
        self.config.session.life(route)
    }

    /// Proves that a form came from a page of this session, to every replica.
    pub(crate) fn form_token(&self, sid: &[u8; 32]) -> String {
        self.session_keys.form_token(sid)
    }

    /// Whether a practice's reply says what its silence left open: then the opening ends, however much was written (HAZ-022).
    pub(crate) async fn hears_objection(&self, reply: &Reply, story: &Story, permit: &Permit) -> bool {
        let signs = federation::objection_signs(reply);
        let objects = weigh_by(self.config.objection.no_electronic_sharing, &signs).0 == Objection::Objected;
        // Under an exception the practice is closed by the permit already.
        let is_news = objects && !permit.asked(&reply.source).is_empty();
        if is_news {
            self.record_objection(story, &Place::Practice).await;
        }
        is_news
    }

    /// Shows both values and stops by default. Recorded before the page is sent (HAZ-001).
    pub(crate) async fn interrupt(
        &self,
        session: &Entered,
        story: &mut Story,
        differing: Vec<Difference>,
    ) -> Result<OpenedPage, Refused> {
        story.differed(differing.iter().map(|difference| difference.field.clone()).collect());
        if let Err(fault) = self
            .store
            .append(vec![story.interruption("identity differs: interruption shown", 0)], clock::millis())
            .await
        {
            return Err(self.cannot_record(story, &fault));
        }
        let page = web::view::interruption(
            &differing,
            &format!("/s/{}/", session.sid_text),
            &self.form_token(&session.sid),
            &story.reference,
            self.config.training,
        );
        Ok(OpenedPage::Interruption {
            frame_ancestor: session.content.frame.clone(),
            framed: session.content.frame.is_some(),
            html: page,
        })
    }

    /// Records a refusal and says it. If it cannot be recorded, that is what is said. Whether a person is unknown,
    /// restricted or invalidated takes the same time to tell (HAZ-050).
    pub(crate) async fn refuse(&self, story: &mut Story, refusal: Refusal) -> Refused {
        let entry = story.refused(&refusal);
        // Before the moment, so that the time it takes tells nothing either.
        if let Err(fault) = self.store.append(vec![entry], clock::millis()).await {
            return self.cannot_record(story, &fault);
        }
        if refusal == Refusal::NoSharedRecord {
            story.uniform_moment().await;
        }
        self.metrics.refused(story.way_in(), &refusal);
        story.trace.end(story.what(), story.way_in(), refusal.code());
        story.refusing(refusal)
    }

    /// Access cannot be recorded, so nothing is asked and nothing shown (HAZ-029).
    pub(crate) fn cannot_record(&self, story: &Story, fault: &Fault) -> Refused {
        tracing::error!(opening.id = %story.opening, ?fault, "the audit cannot be written; the door is closed");
        self.metrics.refused(story.way_in(), &Refusal::CannotRecord);
        story.trace.end(story.what(), story.way_in(), Refusal::CannotRecord.code());
        story.refusing(Refusal::CannotRecord)
    }

    /// Never fails the page: what cannot be closed now is swept later.
    pub(crate) async fn close(&self, opened: &Opened, story: &Story, record: &Record, cause: &str) {
        let ended = |source: &SourceId| record.note(source).map(|note| note.state.name());
        let story = story.with_contact(record, &self.config.alerts.thresholds);
        self.close_with(opened, &story, &ended, cause).await;
    }

    /// The same, where the end of a source stands elsewhere.
    pub(crate) async fn close_with(
        &self,
        opened: &Opened,
        story: &Story,
        ended: &(dyn Fn(&SourceId) -> Option<&'static str> + Sync),
        cause: &str,
    ) {
        let now = clock::millis();
        if let Err(fault) = self.store.close(opened, story.close(ended, cause, now), now).await {
            tracing::error!(opening.id = %story.opening, ?fault, "an opening could not be closed; the sweep will");
        }
        self.openings.fetch_add(1, Ordering::Relaxed);
        self.metrics.ended(story.what(), story.way_in(), cause);
        story.trace.end(story.what(), story.way_in(), outcome(cause));
        tracing::info!(opening.id = %story.opening, cause, "opening closed");
    }

    /// Of an opening that begins now; nothing where no collector is told.
    pub(crate) fn trace_opening(&self) -> Trace {
        self.traces.as_ref().map(Traces::begin).unwrap_or_default()
    }

    /// Counts how a question ended.
    pub(crate) fn count(&self, reply: &Reply, story: &Story, what: &str) {
        story.trace.source(reply);
        let ended = (&reply.state, reply.elapsed_ms, reply.size_bytes);
        self.metrics.question(reply.source.as_str(), what, ended);
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        tally.entry(reply.source.to_string()).or_default().count(reply);
    }
}

/// What the agreement shows to nobody.
fn restrictions(config: &Config) -> miette::Result<record::Restrictions> {
    let lists = refsets::load(&config.policy.directory, config.training)
        .into_diagnostic()
        .wrap_err("what is restricted cannot be told, so nothing starts")?;
    if lists.starter {
        tracing::warn!("the lists of restricted concepts are the starter list, not for live use");
    }
    Ok(lists.restrictions)
}

/// Every write of the audit is counted from here on.
fn count(federation: &Federation, store: &Store) -> Arc<Metrics> {
    let sources = federation.sources().iter().map(|source| source.id.as_str());
    let metrics = Metrics::new(sources, clock::millis());
    let hears = Arc::clone(&metrics);
    store.tell_of_writes(Box::new(move |after, ended| hears.wrote(after, ended)));
    metrics
}

fn no_key() -> miette::Report {
    miette::miette!("no key can be derived")
}

/// Every organisation that is configured to be asked about its staff.
pub(crate) fn employers(config: &Config) -> Result<federation::Employers, federation::ConfigFault> {
    let asked = config.organisations.iter();
    let asked = asked.filter_map(|one| Some((one.ods.clone(), one.staff_match.clone()?)));
    federation::Employers::new(asked, config.staff_match.wait)
}

/// 64 hexadecimal digits.
pub(crate) fn parse_key(text: &str) -> Option<[u8; 32]> {
    audit::hash::unhex(text.trim())
}

/// Where the store lies, what seals it, and what its log is called.
pub(crate) fn store_settings(config: &Config, key: [u8; 32]) -> miette::Result<audit::Settings> {
    let (place, replica) = (config.audit.place()?, config.audit.replica.clone());
    Ok(audit::Settings { place, key, replica, origin: config.audit.origin.clone() })
}

pub(crate) fn read_key(config: &Config) -> miette::Result<[u8; 32]> {
    key_in(&config.audit.key_file)
}

/// The key of a store, from its file.
pub(crate) fn key_in(path: &std::path::Path) -> miette::Result<[u8; 32]> {
    let text = std::fs::read_to_string(path)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot read the audit key `{}`", path.display()))?;
    parse_key(&text)
        .ok_or_else(|| miette::miette!("`{}` does not hold 64 hexadecimal digits", path.display()))
}

#[cfg(test)]
pub(crate) mod tests;
