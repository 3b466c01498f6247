//! Takes one question for a FHIR server of our own partners (UK Core R4, Care Connect STU3), gives one reply: the
//! statement of what it can do, the person, then every permitted search at once. A failing search is a state of its
//! category, never of the others (HAZ-006). A document is opened by asking again. Source: FHIR R4 and STU3 http, search; UK Core R4; Care Connect.

use crate::{
    asking::{Asker, ObjectionReply},
    auth::Credentials,
    fault::Fault,
    guard::Verdict,
    open::{OpenQuestion, Opening},
    probe::Check,
    question::{Ended, Question},
    source::{self, ConfigFault, PersonSearch, Place, SourceConfig},
    sources::{KindOfSource, Source, Surroundings},
    subject::{OnePatient, Person},
    wire::{Answer, Bounds, Line},
};
use capability::{Capabilities, Capability};
use fhir::{
    Json,
    reply::{Format, ReplyState, Withholder},
};
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream};
use jiff::Timestamp;
use patient::Found;
use reqwest::{Method, RequestBuilder, Url};
use search::SearchEnd;
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};
use table::Search;

/// What the server says it can do, read at most hourly.
mod capability;
/// Finding the one Patient.
mod patient;
/// Which searches answer for which category.
mod table;
/// One search, to its last page.
mod search;
/// Where a next link may lead.
mod paging;
/// What the searches together say.
mod reply;
/// One document opened.
mod content;
/// What only a test question tries.
mod checks;
/// Whether the person has objected to this partner's sharing.
mod consent;
/// Who asks, for a partner that wants to be told.
mod asker;

const TAKES: &[&str] = &[
    "base_url",
    "api_key_file",
    "api_key_header",
    "oauth2",
    "tls",
    "addresses",
    "feed",
    "person_search",
    "says_who",
    "consent",
    "keys_on_superseded",
    "access_log",
];

const FHIR_JSON: &str = "application/fhir+json";

/// UK Core R4 servers.
pub(crate) const R4: KindOfSource = KindOfSource {
    name: "fhir-r4",
    speaks: "FHIR R4",
    is_practice: false,
    takes: TAKES,
    build: |source, around| build(source, around, Version::R4),
};

/// Care Connect STU3 servers.
pub(crate) const STU3: KindOfSource = KindOfSource {
    name: "fhir-stu3",
    speaks: "FHIR STU3",
    is_practice: false,
    takes: TAKES,
    build: |source, around| build(source, around, Version::Stu3),
};

fn build(
    source: &SourceConfig,
    around: &Surroundings,
    configured: Version,
) -> Result<Arc<dyn Source>, ConfigFault> {
    let missing = || ConfigFault::NoBaseUrl { id: source.id.clone() };
    let base = source.base_url.as_deref().ok_or_else(missing)?;
    let base = source::base_url(Place::of(&source.id, "base_url"), base)?;
    let client =
        around.lines.line(&around.limits, source.tls.as_ref(), Some(&source.id), &source.addresses)?;
    Ok(Arc::new(Server {
        credentials: Credentials::of(source, &client)?,
        client,
        base,
        person_search: source.person_search,
        keys_on_superseded: source.keys_on_superseded,
        configured,
        is_feed: source.feed.is_some(),
        says_who: source.says_who,
        capabilities: Default::default(),
        asked_plainly: Default::default(),
    }))
}

impl Source for Server {
    fn ask<'a>(&'a self, question: &'a Question, bounds: &'a Bounds) -> BoxFuture<'a, Ended> {
        ask(self, question, bounds).boxed()
    }

    fn objection<'a>(
        &'a self,
        question: &'a Question,
        bounds: &'a Bounds,
    ) -> BoxFuture<'a, (ObjectionReply, Verdict)> {
        consent::ask(self, question, bounds).boxed()
    }

    fn checks<'a>(&'a self, question: &'a Question, bounds: &'a Bounds) -> BoxFuture<'a, Vec<Check>> {
        checks::checks(self, question, bounds).boxed()
    }

    fn open<'a>(&'a self, question: &'a OpenQuestion, bounds: &'a Bounds) -> BoxFuture<'a, Opening> {
        content::open(self, question, bounds).boxed()
    }
}

/// Who is asked about, by whom, in which opening, when.
struct About<'a> {
    person: &'a Person,
    asker: &'a Asker,
    opening: &'a str,
    now: Timestamp,
}

impl<'a> About<'a> {
    fn of(question: &'a Question) -> Self {
        let Question { person, asker, opening, now, .. } = question;
        Self { person, asker, opening, now: *now }
    }

    fn of_document(question: &'a OpenQuestion) -> Self {
        let OpenQuestion { person, asker, opening, now, .. } = question;
        Self { person, asker, opening, now: *now }
    }
}

/// Which FHIR a server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    Stu3,
    R4,
}

impl Version {
    fn format(self) -> Format {
        match self {
            Version::Stu3 => Format::Stu3,
            Version::R4 => Format::R4,
        }
    }
}

/// One partner's server.
struct Server {
    client: Line,
    credentials: Credentials,
    base: Url,
    person_search: PersonSearch,
    /// Whether it may keep a person under an earlier number.
    keys_on_superseded: bool,
    configured: Version,
    /// Whether it is fed by extracts, and so declares when it received the last.
    is_feed: bool,
    /// Whether it is told who asks.
    says_who: bool,
    capabilities: Capabilities,
    /// Types whose searches it took without optional parameters alone: not asked the long way first again (HAZ-036).
    asked_plainly: Mutex<HashSet<&'static str>>,
}

impl Server {
    /// The numbers it is asked under: the current one, and earlier ones where it may still go by those (HAZ-005).
    fn asked_under<'p>(&self, person: &'p Person) -> impl Iterator<Item = &'p fhir::NhsNumber> {
        let count = if self.keys_on_superseded { usize::MAX } else { 1 };
        person.numbers.iter().take(count)
    }

    fn address(&self, path: &str) -> String {
        format!("{}/{path}", self.base.as_str().trim_end_matches('/'))
    }

    /// When an extract-fed server received its data, as it declares it in a checked answer.
    fn received(&self, text: &str) -> Option<String> {
        let root = Json::of(text).object().filter(|_| self.is_feed)?;
        root.object("meta")?.text("lastUpdated").map(|text| text.into_owned())
    }

    /// A request with what every request to a partner carries, our proof excepted.
    fn request(&self, method: Method, url: impl reqwest::IntoUrl, about: &About<'_>) -> RequestBuilder {
        self.request_as(method, url, about, FHIR_JSON)
    }

    fn request_as(
        &self,
        method: Method,
        url: impl reqwest::IntoUrl,
        about: &About<'_>,
        accept: &str,
    ) -> RequestBuilder {
        let request = self.bare(method, url, about.opening, accept);
        if self.says_who { request.headers(asker::headers(about.asker)) } else { request }
    }

    /// For what is asked on nobody's behalf.
    fn bare(
        &self,
        method: Method,
        url: impl reqwest::IntoUrl,
        opening: &str,
        accept: &str,
    ) -> RequestBuilder {
        let request = self.client.request(method, url).header("Accept", accept);
        request.header("X-Correlation-Id", opening)
    }

    /// Sends under the question's name, with our proof.
    async fn fetch(&self, request: RequestBuilder, now: Timestamp, bounds: &Bounds) -> Result<Answer, Fault> {
        self.credentials.fetch(named(request, bounds), now, bounds).await
    }

    fn is_asked_plainly(&self, resource_type: &str) -> bool {
        self.asked_plainly.lock().unwrap_or_else(PoisonError::into_inner).contains(resource_type)
    }

    fn ask_plainly(&self, resource_type: &'static str) {
        self.asked_plainly.lock().unwrap_or_else(PoisonError::into_inner).insert(resource_type);
    }
}

fn named(request: RequestBuilder, bounds: &Bounds) -> RequestBuilder {
    request.header("X-Request-Id", bounds.request_id())
}

/// A FHIR id, and so a part of an address that leads nowhere else. Source: FHIR R4 2.24.0.1 (id).
fn is_id(text: &str) -> bool {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.');
    is_plain && (1..=64).contains(&text.len()) && text.trim_matches('.') == text
}

/// Asks. Ends within the bounds' deadline; cancel-safe.
async fn ask(server: &Server, question: &Question, bounds: &Bounds) -> Ended {
    let capability = server.capabilities.current(server, question.now, bounds).await;
    let version = match capability.as_ref().map(|known| known.version) {
        Some(None) => return Ended::fault(question, &Fault::Version),
        Some(Some(version)) => version,
        None => server.configured,
    };
    let found = match patient::find(server, &About::of(question), bounds).await {
        Ok(found) => found,
        Err(fault) => return Ended::fault(question, &fault),
    };
    match found {
        Found::Nobody(as_at) => Ended::well(reply::person_not_known(question, as_at)),
        Found::Several => withheld(question, Withholder::PolicyAmbiguous),
        Found::Differs(fields) => withheld(question, Withholder::PolicyDiffers(fields)),
        Found::OtherPerson => Ended::wrong_person(question),
        Found::One(patient) => {
            let capability = capability.as_deref();
            let wait = OnceLock::new();
            let searched = Searched { server, question, bounds, version, capability, wait };
            searched.search(*patient).await
        }
    }
}

fn withheld(question: &Question, by: Withholder) -> Ended {
    Ended::well(question.reply(ReplyState::Withheld(by)))
}

/// The person is known: what is asked next.
struct Searched<'a> {
    server: &'a Server,
    question: &'a Question,
    bounds: &'a Bounds,
    version: Version,
    capability: Option<&'a Capability>,
    /// Set once one search was asked to wait: then nothing more is sent.
    wait: OnceLock<Duration>,
}

impl Searched<'_> {
    async fn search(&self, patient: patient::One) -> Ended {
        let searches = self.declared();
        let runs: Vec<_> = searches.iter().map(|search| self.one(search, &patient.one).boxed()).collect();
        let at_once = self.bounds.limits.searches_at_once;
        let ends: Vec<SearchEnd> = stream::iter(runs).buffered(at_once).collect().await;
        if ends.iter().any(|end| end.is_stray) {
            return Ended::wrong_person(self.question);
        }
        let sick = !ends.is_empty() && ends.iter().all(|end| end.fault.as_ref().is_some_and(Fault::is_sick));
        let undeclared = self.undeclared(&searches);
        let reply = reply::combine(self.question, self.version.format(), patient, ends, &undeclared);
        let verdict = match self.wait.get() {
            Some(wait) => Verdict::Wait(*wait),
            None if sick => Verdict::Sick,
            None => Verdict::Well,
        };
        Ended { reply, verdict }
    }

    /// The searches of the permitted categories that the server declares; without a statement, the usual ones.
    fn declared(&self) -> Vec<&'static Search> {
        let wanted = table::searches(self.version, self.question);
        let can = |search: &&'static Search| match self.capability {
            Some(capability) => capability.can_search(search.resource_type),
            None => search.is_usual,
        };
        wanted.into_iter().filter(can).collect()
    }

    /// Permitted categories for which nothing could be asked: not shared, never empty (HAZ-006).
    fn undeclared(&self, searches: &[&'static Search]) -> Vec<fhir::Category> {
        let answers = |category| {
            // The person's own details came with the Patient.
            category == fhir::Category::Demographics
                || searches.iter().any(|search| search.serves(self.question, category))
        };
        self.question.categories.iter().copied().filter(|category| !answers(*category)).collect()
    }

    async fn one(&self, search: &'static Search, patient: &OnePatient) -> SearchEnd {
        let parameters = self.parameters(search, patient.id().unwrap_or_default());
        let address = self.server.address(search.resource_type);
        let Self { server, question, bounds, wait, .. } = self;
        let run = search::Run { server, question, bounds, patient, wait };
        run.to_the_end(search, self.version.format(), address, &parameters).await
    }

    fn parameters(&self, search: &Search, id: &str) -> Vec<(&'static str, String)> {
        let mut parameters = vec![("patient", id.to_owned()), ("_count", "50".to_owned())];
        let Some(capability) = self.capability else {
            return parameters;
        };
        let includes = search.includes.iter().filter(|include| capability.can_include(search, include));
        parameters.extend(includes.map(|include| ("_include", (*include).to_owned())));
        if search.is_from_today && capability.has_parameter(search.resource_type, "date") {
            parameters.push(("date", format!("ge{}", self.question.today())));
        }
        parameters
    }
}

#[cfg(test)]
mod tests;
