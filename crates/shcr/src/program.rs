//! What a running gateway holds, and what it answers to its routes. Composes the rooms; keeps nothing of a person.

use crate::{
    clock,
    config::Config,
    entries::Story,
    opening::{self, session::Entered},
};
use access::{
    Objection, Permit, Policy, Refusal, host::Hosts, keys::Keys, objection::weigh_by, person::Difference,
    session,
};
use audit::{Fault, Opened, Store};
use federation::Federation;
use fhir::{Reply, SourceId};
use miette::{Context, IntoDiagnostic};
use objection::Place;
use record::Record;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use web::gateway::{Opened as OpenedPage, Refused};

/// What the routes may ask for.
mod doors;
/// The token endpoint.
mod token;
/// The link to a session.
mod link;
/// What a privacy officer must hear of.
pub(crate) mod alerts;
/// The person's wish: who is asked, what is kept, and what becomes of an open view.
pub(crate) mod objection;
/// The national trace, and what is kept of it.
mod trace;
/// When what must not be told apart is told.
pub(crate) mod uniform;
/// A reason typed before a record opens.
mod reason;

pub(crate) use doors::Doors;
/// What the operator sees.
pub(crate) mod status;

/// A gateway.
pub(crate) struct Program {
    pub(crate) config: Config,
    pub(crate) hosts: Hosts,
    pub(crate) keys: Keys,
    pub(crate) policy: Policy,
    pub(crate) federation: Arc<Federation>,
    pub(crate) store: Store,
    form_key: [u8; 32],
    /// Seals the ways to documents.
    pub(crate) documents: Arc<opening::handle::Sealer>,
    /// Per source: how its last question ended, and how many it answered and did not. States only.
    tally: Mutex<BTreeMap<String, status::Tally>>,
    openings: AtomicU64,
    /// Open views that ask again whether the person objects.
    watches: objection::Watches,
}

impl Program {
    /// Reads policy, role maps and keys, and opens the audit store. Nothing listens yet.
    pub(crate) fn new(config: Config) -> miette::Result<Arc<Self>> {
        let facts: Vec<_> = config.sources.iter().map(status::facts).collect();
        let policy = Policy::load(&config.policy.directory, &facts)
            .into_diagnostic()
            .wrap_err("the sharing policy cannot be used")?;
        let hosts = Hosts::load(config.hosts.clone(), &config.policy.directory)
            .into_diagnostic()
            .wrap_err("a host cannot be registered")?;
        let federation =
            Federation::new(config.sources.clone(), config.national.clone(), federation::Limits::default())
                .into_diagnostic()?;
        std::fs::create_dir_all(&config.state_dir).into_diagnostic()?;
        let key = read_key(&config)?;
        let settings =
            audit::Settings { path: config.audit.store.clone(), key, replica: config.audit.replica.clone() };
        let store = Store::open(settings, clock::millis())
            .into_diagnostic()
            .wrap_err("the audit store cannot be opened; nothing can be shown without it")?;
        Ok(Arc::new(Self {
            keys: Keys::new(hosts.issuers()).into_diagnostic()?,
            hosts,
            policy,
            federation: Arc::new(federation),
            store,
            form_key: session::new_secret(),
            documents: Arc::new(
                opening::handle::Sealer::new(&key).ok_or_else(|| miette::miette!("no key can be derived"))?,
            ),
            tally: Mutex::default(),
            openings: AtomicU64::new(0),
            watches: objection::Watches::default(),
            config,
        }))
    }

    /// How long a view may rest, in milliseconds.
    pub(crate) fn idle_ms(&self) -> i64 {
        i64::try_from(self.config.session.idle.as_millis()).unwrap_or(i64::MAX)
    }

    /// Proves that a form came from a page of this session and this process.
    pub(crate) fn form_token(&self, sid: &[u8; 32]) -> String {
        let mut text = self.form_key.to_vec();
        text.extend_from_slice(sid);
        session::encode(&session::hash(&text))
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
        story.refusing(refusal)
    }

    /// Access cannot be recorded, so nothing is asked and nothing shown (HAZ-029).
    pub(crate) fn cannot_record(&self, story: &Story, fault: &Fault) -> Refused {
        tracing::error!(opening.id = %story.opening, ?fault, "the audit cannot be written; the door is closed");
        story.refusing(Refusal::CannotRecord)
    }

    /// Never fails the page: what cannot be closed now is swept later.
    pub(crate) async fn close(&self, opened: &Opened, story: &Story, record: &Record, cause: &str) {
        let ended = |source: &SourceId| record.note(source).map(|note| note.state.name());
        self.close_with(opened, story, &ended, cause).await;
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
        tracing::info!(opening.id = %story.opening, cause, "opening closed");
    }

    /// Counts how a question ended.
    pub(crate) fn count(&self, reply: &Reply) {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        tally.entry(reply.source.to_string()).or_default().count(reply);
    }

    /// Opens a record; see [`opening::open`].
    async fn open_record(
        self: Arc<Self>,
        within: web::gateway::Within,
        order: web::gateway::Order,
    ) -> Result<OpenedPage, Refused> {
        opening::open(self, within, order).await
    }
}

/// 64 hexadecimal digits.
pub(crate) fn parse_key(text: &str) -> Option<[u8; 32]> {
    audit::hash::unhex(text.trim())
}

fn read_key(config: &Config) -> miette::Result<[u8; 32]> {
    let path = &config.audit.key_file;
    let text = std::fs::read_to_string(path)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot read the audit key `{}`", path.display()))?;
    parse_key(&text)
        .ok_or_else(|| miette::miette!("`{}` does not hold 64 hexadecimal digits", path.display()))
}
