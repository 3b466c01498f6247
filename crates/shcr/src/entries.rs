//! Takes what an opening knows so far, gives the audit entry for each moment of it. Every entry stands alone: who, how,
//! whom, why and what was decided are written into each. Ids, states and counts only, never content.

/// Direct access before there is a launch.
pub(crate) mod find;
/// Those who read the audit.
pub(crate) mod reading;
/// Sources' own logs held against ours.
pub(crate) mod reconciled;
/// What was raised.
mod alerts;
/// Whether the person is in contact with the professional's organisation.
mod contact;
/// Whoever signed in by themselves.
mod staff;
/// What a launch says, as an entry has it.
mod launched;

pub(crate) use alerts::{cleared, raised, step, to_review};
pub(crate) use launched::{host_session, named_session};

use crate::{program::objection::Wish, traces};
use access::{
    Launch, Objection, Permit, Refusal, StaffMatch,
    break_glass::Exception,
    launch::GivenReason,
    person::{Identified, Trace},
    session::Ending,
};
use audit::{Entry, Key, Kind, Millis, OpeningId, SourceLine, cause, reconcile};
use fhir::{Category, SourceId};
use std::collections::BTreeMap;
use uuid::Uuid;
use web::gateway::Refused;

/// Whoever is younger is a child.
const GROWN_UP_YEARS: i16 = 18;
/// An opening of one document, not of a record.
pub(crate) const DOCUMENT: &str = "document";
/// An opening that shows what was looked for, and no more.
pub(crate) const FIND: &str = "find";
/// An opening that is told as a searchset.
pub(crate) const SEARCHSET: &str = "searchset";
/// Under this name what the permit was decided on.
pub(crate) const FACTS: &str = "facts";
/// Under this name the opening that listed it.
pub(crate) const LISTED_BY: &str = "listed-by";
/// Under this name the document that was shown, by a keyed hash.
pub(crate) const SHOWN: &str = "shown";
/// Under this name the occasion at which emergency access began.
const UNDER: &str = "break-glass";

/// One source and what it is asked about.
pub(crate) type Planned<'a> = (&'a federation::SourceConfig, Vec<Category>);

/// What the entries of one opening share, gathered as the opening goes on.
#[derive(Clone)]
pub(crate) struct Story {
    pub(crate) opening: OpeningId,
    /// Printed on the page, quoted to support: `7K2M-9QF4`.
    pub(crate) reference: String,
    /// When the request came, on the runtime's clock.
    pub(crate) arrived: tokio::time::Instant,
    /// The launching host's origin: a refusal must be readable inside its frame too.
    frame: Option<String>,
    pub(crate) at: Millis,
    who: audit::Who,
    how: audit::How,
    whom: audit::Whom,
    why: audit::Reason,
    decision: audit::Decision,
    objection: Option<audit::Objection>,
    configuration: String,
    plan: Vec<SourceLine>,
    disclosed: u32,
    /// How its disclosure says that a source ended.
    told: BTreeMap<String, String>,
    /// Sources of the professional's own organisation.
    own: Vec<SourceId>,
    /// The opening whose page listed the document that this one opens.
    listed_by: Option<OpeningId>,
    /// The document that was shown, by its name in the audit.
    shown: Option<String>,
    /// More on why it was refused than the asker may know.
    because: Option<&'static str>,
    /// What the permit was decided on, for whoever asks later why.
    facts: Option<String>,
    /// Which practice a source that stands for practices asks: its ODS code.
    practice: Option<String>,
    /// Computed in memory: how near the professional is to the person, an exception under way.
    flags: Vec<String>,
    /// Of the exception under way, where it began.
    under: Option<String>,
    /// For a collector of traces, where one is told of this opening.
    pub(crate) trace: traces::Trace,
}

impl Story {
    pub(crate) fn begin(launch: &Launch, address: &str, configuration: &str, at: Millis) -> Self {
        let opening = OpeningId::from_bytes(*Uuid::now_v7().as_bytes());
        Self {
            reference: reference(&opening),
            opening,
            arrived: tokio::time::Instant::now(),
            frame: launch.frame_origins.first().cloned(),
            at,
            who: launched::who(launch),
            how: launched::how(launch, address),
            whom: launched::whom(launch),
            why: launched::why(launch),
            decision: undecided(),
            objection: None,
            configuration: configuration.to_owned(),
            plan: Vec::new(),
            disclosed: 0,
            told: BTreeMap::new(),
            own: Vec::new(),
            listed_by: None,
            shown: None,
            because: None,
            facts: None,
            practice: None,
            flags: Vec::new(),
            under: None,
            trace: traces::Trace::default(),
        }
    }

    /// The same story at an occasion recorded before; `None` where that is no occasion's name.
    pub(crate) fn at_occasion(&self, opening: &str) -> Option<Self> {
        let opening = OpeningId::parse(opening).ok()?;
        Some(Self { opening, ..self.clone() })
    }

    /// From now on every entry says by which exception more is open, and where that began with its reason.
    pub(crate) fn during(mut self, exception: Option<&Exception>) -> Self {
        if let Some(exception) = exception {
            self.why.overridden = Some(format!("break-glass {}", exception.reason));
            self.under = Some(exception.opening.clone());
            self.flag("break-glass");
        }
        self
    }

    /// What the professional's own organisation said.
    pub(crate) fn near(&mut self, near: StaffMatch) {
        self.flag(&format!("staff-match:{}", near.name()));
    }

    pub(crate) fn flag(&mut self, flag: &str) {
        self.flags.push(flag.to_owned());
    }

    /// Why, in the professional's own words.
    pub(crate) fn given(&mut self, reason: &GivenReason) {
        self.why.reason_code = Some(reason.code.clone());
        self.why.reason_text = Some(reason.text.clone());
    }

    pub(crate) fn way_in(&self) -> &str {
        &self.how.route
    }

    /// What is opened: a record, in whole, as a searchset or only what was looked for, or one document.
    pub(crate) fn what(&self) -> &'static str {
        let flagged = |what| self.flags.iter().any(|flag| flag == what).then_some(what);
        let document = self.listed_by.as_ref().map(|_| DOCUMENT);
        document.or_else(|| flagged(FIND)).or_else(|| flagged(SEARCHSET)).unwrap_or("record")
    }

    /// For the audit alone: what the next refusal rests on.
    pub(crate) fn because(&mut self, why: &'static str) {
        self.because = Some(why);
    }

    /// The agreement that decides from here on, and the role map that spoke.
    pub(crate) fn under(&mut self, configuration: &str, map: String) {
        configuration.clone_into(&mut self.configuration);
        self.who.map = Some(map);
    }

    pub(crate) fn configuration(&self) -> &str {
        &self.configuration
    }

    /// From now on every entry says that this opening is of one document, and whose page listed it.
    pub(crate) fn of_document(&mut self, listed_by: &OpeningId) {
        self.listed_by = Some(listed_by.clone());
    }

    /// Its content was disclosed: the end of this opening says which it was.
    pub(crate) fn showing(&mut self, name: String) {
        self.shown = Some(name);
    }

    /// What the browser is told, with the reference it may quote.
    pub(crate) fn refusing(&self, refusal: Refusal) -> Refused {
        Refused { refusal, reference: self.reference.clone(), frame_ancestor: self.frame.clone() }
    }

    pub(crate) fn traced(&mut self, trace: &Trace) {
        self.whom.trace = match trace {
            Trace::Found(_) => "found",
            Trace::NotFound => "not-found",
            Trace::Invalidated => "invalidated",
            Trace::DidNotAnswer => "did-not-answer",
        }
        .to_owned();
    }

    pub(crate) fn differed(&mut self, fields: Vec<String>) {
        self.whom.differed = fields;
    }

    pub(crate) fn identified(&mut self, person: &Identified) {
        let current = person.person.nhs_number.digits().to_owned();
        if current != self.whom.sent {
            self.whom.superseded = vec![self.whom.sent.clone()];
        }
        self.whom.nhs_number = current;
        let today =
            fhir::date::london(jiff::Timestamp::from_millisecond(self.at.0).unwrap_or_default()).date();
        let age = person.person.birth_date.first_day().and_then(|born| fhir::date::age_years(born, today));
        if age.is_some_and(|years| years < GROWN_UP_YEARS) {
            self.flag(cause::CHILD);
        }
    }

    /// The plan: the sources to be asked and what about.
    pub(crate) fn permitted(&mut self, permit: &Permit, plan: &[Planned<'_>]) {
        let level =
            |source: &SourceId, category| format!("{:?}", permit.level(source, category)).to_lowercase();
        let line = |(source, categories): &Planned<'_>| SourceLine {
            source: source.id.to_string(),
            partner: Some(source.ods.to_string()),
            categories: categories
                .iter()
                .map(|category| (category.name().to_owned(), level(&source.id, *category)))
                .collect(),
            ..SourceLine::default()
        };
        self.plan = plan.iter().map(line).collect();
        self.own = contact::own(&self.who.organisation, permit, plan);
        let grants = plan.iter().flat_map(|(source, categories)| {
            categories.iter().flat_map(|category| permit.grant(&source.id, *category).policies.clone())
        });
        let policies: std::collections::BTreeSet<String> = grants.collect();
        permit.role().name().clone_into(&mut self.who.role);
        self.facts = Some(permit.facts().to_owned());
        self.practice = permit.practice().map(|unit| unit.as_str().to_ascii_uppercase());
        self.decision = audit::Decision {
            outcome: "permit".to_owned(),
            permit: permit.digest(),
            policies: policies.into_iter().collect(),
            slices: BTreeMap::new(),
            reasons: Vec::new(),
        };
    }

    /// The permit in force once the person's wish was known.
    pub(crate) fn redecided(&mut self, permit: &Permit) {
        self.decision.permit = permit.digest();
    }

    /// What is known of the person's wish, by whom, and how old that is.
    pub(crate) fn objection(&mut self, wish: &Wish, now: jiff::Timestamp) {
        let (source, age_s) = wish.decided_by(now);
        self.objection = Some(audit::Objection {
            state: wish.objection.name().to_owned(),
            source: Some(source.to_owned()),
            age_s,
        });
    }

    /// What the professional typed because this record asks for it.
    pub(crate) fn reason(&mut self, reason: &GivenReason) {
        self.why.reason_code = Some(reason.code.clone());
        self.why.reason_text = Some(reason.text.clone());
    }

    /// Today in London, `2026-11-22`: what counts as future or recent.
    pub(crate) fn today(&self) -> String {
        let at = jiff::Timestamp::from_millisecond(self.at.0).unwrap_or_default();
        fhir::date::london(at).date().to_string()
    }

    pub(crate) fn permit_digest(&self) -> &str {
        &self.decision.permit
    }

    /// W1: durable before any question.
    pub(crate) fn open(&self) -> Entry {
        let entry = self.entry(Kind::Open, Key::open(&self.opening), self.at);
        let practice = self.practice.iter().map(|ods| (reconcile::PRACTICE.to_owned(), ods.clone()));
        let detail = entry.detail.into_iter().chain(practice).collect();
        Entry { sources: self.plan.clone(), detail, ..entry }
    }

    /// An opening that ends before anything is asked.
    pub(crate) fn refused(&mut self, refusal: &Refusal) -> Entry {
        self.decision.outcome = "deny".to_owned();
        self.decision.reasons = [refusal.code()].into_iter().chain(self.because).map(str::to_owned).collect();
        if let Refusal::IdentityMismatch { fields } = refusal {
            self.whom.differed.clone_from(fields);
        }
        self.entry(Kind::Refused, Key::refused(&self.opening), self.at)
    }

    /// Something more than opening was asked for, and is not given.
    pub(crate) fn denied(&mut self, why: &str) -> Entry {
        self.decision.outcome = "deny".to_owned();
        self.decision.reasons = vec![why.to_owned()];
        self.entry(Kind::Refused, Key::refused(&self.opening), self.at)
    }

    /// A moment of an exception.
    pub(crate) fn override_entry(&self, n: u32, what: &str, at: Millis) -> Entry {
        Entry {
            cause: Some(what.to_owned()),
            ..self.entry(Kind::Override, Key::overridden(&self.opening, n), at)
        }
    }

    /// The identity interruption page is about to be shown, or was passed.
    pub(crate) fn interruption(&self, what: &str, n: u32) -> Entry {
        self.override_entry(n, what, self.at)
    }

    /// Somebody's word that the person objects; `place` is whose.
    pub(crate) fn objected(&self, place: &str, at: Millis) -> Entry {
        let objection = audit::Objection {
            state: Objection::Objected.name().to_owned(),
            source: Some(place.to_owned()),
            age_s: None,
        };
        let entry = self.entry(Kind::Objection, Key::objection(&self.opening, place), at);
        Entry { objection: Some(objection), ..entry }
    }

    /// An open view asked again, for the `times`th time; the partners to whose sharing the person objects are named.
    pub(crate) fn asked_again(
        &self,
        times: u32,
        objected_to: &std::collections::BTreeSet<fhir::OdsCode>,
        at: Millis,
    ) -> Entry {
        let key = Key::objection(&self.opening, &format!("asked-again-{times}"));
        let mut entry = self.entry(Kind::Objection, key, at);
        entry.cause = Some("an open view asked again".to_owned());
        let partners: Vec<String> = objected_to.iter().map(ToString::to_string).collect();
        if !partners.is_empty() {
            entry.detail.insert("objected-to".to_owned(), partners.join(" "));
        }
        entry
    }

    /// W2: durable before the first byte of the source's part leaves.
    pub(crate) fn disclosure(&mut self, line: SourceLine, at: Millis) -> (u32, Entry) {
        self.disclosed += 1;
        self.told.insert(line.source.clone(), line.state.clone().unwrap_or_default());
        let part = 1;
        let key = Key::disclosure(&self.opening, &line.source, part);
        let planned = self.plan.iter().find(|planned| planned.source == line.source);
        let line =
            SourceLine { part: Some(part), partner: planned.and_then(|one| one.partner.clone()), ..line };
        (part, Entry { sources: vec![line], ..self.entry(Kind::Disclosure, key, at) })
    }

    /// W3: how every planned source ended.
    pub(crate) fn close(
        &self,
        state_of: &dyn Fn(&SourceId) -> Option<&'static str>,
        cause: &str,
        at: Millis,
    ) -> Entry {
        let ended = |line: &SourceLine| {
            let state = state_of(&SourceId::new(&line.source)).unwrap_or("did-not-answer(timed out)");
            let told = self.told.get(&line.source).filter(|_| state == "answered");
            let state = told.map_or(state, String::as_str);
            SourceLine { state: Some(state.to_owned()), categories: BTreeMap::new(), ..line.clone() }
        };
        let mut entry = self.entry(Kind::Close, Key::close(&self.opening), at);
        entry.sources = self.plan.iter().map(ended).collect();
        entry.cause = Some(cause.to_owned());
        entry.detail.insert("disclosures".to_owned(), self.disclosed.to_string());
        entry.detail.extend(self.shown.iter().map(|name| (SHOWN.to_owned(), name.clone())));
        entry
    }

    fn detail(&self) -> BTreeMap<String, String> {
        let listed_by = self.listed_by.iter().map(|id| (LISTED_BY.to_owned(), id.to_string()));
        let facts = self.facts.iter().map(|facts| (FACTS.to_owned(), facts.clone()));
        let under = self.under.iter().map(|id| (UNDER.to_owned(), id.clone()));
        listed_by.chain(facts).chain(under).collect()
    }

    fn entry(&self, kind: Kind, key: Key, at: Millis) -> Entry {
        Entry {
            opening: Some(self.opening.clone()),
            configuration: Some(self.configuration.clone()),
            software: Some(env!("CARGO_PKG_VERSION").to_owned()),
            who: Some(self.who.clone()),
            how: Some(self.how.clone()),
            whom: Some(self.whom.clone()),
            why: Some(self.why.clone()),
            decision: Some(self.decision.clone()),
            objection: self.objection.clone(),
            flags: self.listed_by.iter().map(|_| DOCUMENT.to_owned()).chain(self.flags.clone()).collect(),
            detail: self.detail(),
            ..Entry::new(kind, key, at)
        }
    }
}

/// A session's life: start, end. It names the professional, the person and the way in.
pub(crate) fn session(launch: &Launch, key: Key, cause: &str, address: &str, at: Millis) -> Entry {
    Entry {
        software: Some(env!("CARGO_PKG_VERSION").to_owned()),
        who: Some(launched::who(launch)),
        how: Some(launched::how(launch, address)),
        whom: Some(launched::whom(launch)),
        why: Some(launched::why(launch)),
        cause: Some(cause.to_owned()),
        detail: asserted(launch),
        ..Entry::new(Kind::Session, key, at)
    }
}

/// Sessions of one professional that end together. The persons they were about stand in the entries each began with; the store
/// lists the sessions.
pub(crate) fn sessions_ended(launch: &Launch, key: Key, ending: Ending, address: &str, at: Millis) -> Entry {
    Entry { whom: None, why: None, ..session(launch, key, ending.code(), address, at) }
}

/// What else the host or an identity provider said.
fn asserted(launch: &Launch) -> BTreeMap<String, String> {
    let told = &launch.particulars;
    let provider = told.provider.as_ref();
    let activities = &launch.smartcard.activity_codes;
    let activities = (!activities.is_empty()).then(|| activities.join(" "));
    let said = [
        ("activities", activities),
        ("client-address", told.workstation_address.clone()),
        ("provider", provider.map(|(issuer, _)| issuer.clone())),
        ("provider-subject", provider.map(|(_, subject)| subject.clone())),
    ];
    said.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// A launch that never became a session.
pub(crate) struct LaunchRefusal<'a> {
    /// A registered client id, or `unknown`.
    pub(crate) issuer: &'a str,
    /// SHA-256 of what was presented.
    pub(crate) assertion_hash: &'a [u8; 32],
    pub(crate) reason: &'a str,
    /// The way it came: a route's name, or `event`.
    pub(crate) flow: &'a str,
    pub(crate) address: &'a str,
}

/// The entry of it. Two attempts with the same bytes are two entries.
pub(crate) fn launch_refused_at(refused: &LaunchRefusal<'_>, at: Millis) -> Entry {
    let attempt = Uuid::new_v4().as_fields().0;
    let key = Key::launch_refused(refused.issuer, refused.assertion_hash, attempt);
    let mut entry = Entry::new(Kind::LaunchRefused, key, at);
    entry.cause = Some(refused.reason.to_owned());
    entry.detail.insert("flow".to_owned(), refused.flow.to_owned());
    entry.detail.insert("address".to_owned(), refused.address.to_owned());
    entry
}

/// A host's code came through a browser, and is about to be redeemed.
pub(crate) fn code_received(host: &str, key: Key, address: &str, at: Millis) -> Entry {
    let mut entry = Entry::new(Kind::Session, key, at);
    entry.cause = Some("code received".to_owned());
    entry.detail.insert("host".to_owned(), host.to_owned());
    entry.detail.insert("address".to_owned(), address.to_owned());
    entry
}

/// Another agreement decides from here on. `before` is the one until now, at the start none.
pub(crate) fn agreement(id: &str, before: Option<&str>, at: Millis) -> Entry {
    let mut entry = Entry::new(Kind::Configuration, Key::configuration(id, at), at);
    entry.cause = Some("sharing agreement in force".to_owned());
    entry.configuration = Some(id.to_owned());
    entry.software = Some(env!("CARGO_PKG_VERSION").to_owned());
    entry.detail.extend(before.map(|before| ("before".to_owned(), before.to_owned())));
    entry
}

/// A record is about to be printed: its opening's entry again, as a print.
pub(crate) fn printed(open: &Entry, at: Millis) -> Entry {
    let key = open.opening.as_ref().map(|opening| Key::printed(opening, at));
    let entry = open.clone();
    Entry {
        kind: Kind::Print,
        key: key.unwrap_or(entry.key),
        at,
        detail: BTreeMap::new(),
        sources: Vec::new(),
        ..entry
    }
}

/// Eight characters of the opening's random part, without look-alikes: enough to find it, nothing to guess from.
pub(crate) fn reference(opening: &OpeningId) -> String {
    const LETTERS: &[u8] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let tail = opening.as_str().rsplit('-').next().unwrap_or_default();
    let number = u64::from_str_radix(tail, 16).unwrap_or_default();
    let letter = |n: u32| {
        LETTERS
            .get(usize::try_from(number >> (n * 5) & 31).unwrap_or_default())
            .copied()
            .map_or('2', char::from)
    };
    let (left, right): (String, String) = ((0..4).map(letter).collect(), (4..8).map(letter).collect());
    format!("{left}-{right}")
}

fn undecided() -> audit::Decision {
    audit::Decision {
        outcome: "undecided".to_owned(),
        permit: String::new(),
        policies: Vec::new(),
        slices: BTreeMap::new(),
        reasons: Vec::new(),
    }
}
