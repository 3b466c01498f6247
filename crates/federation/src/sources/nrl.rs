//! Takes a question for the National Record Locator, gives the pointers it has of the person: who keeps a plan, and where it
//! lies. Retrieving one is another question, asked when a professional opens it.
//! Source: NRL consumer API (FHIR R4), DocumentReference; sources, section 6.

use crate::{
    auth::Credentials,
    document,
    fault::{Fault, our_side},
    guard::{Agreed, Guard, Verdict},
    national::National,
    open::{OpenQuestion, Opening},
    question::{Ended, Question},
    source::{self, ConfigFault, Place, SourceConfig},
    sources::{KindOfSource, Source, Surroundings},
    subject::{self, Person},
    wire::{Answer, Bounds, Line},
};
use fhir::{
    Json, Object, ReplyState,
    bundle::Bundle,
    nhs_number,
    reply::{Format, Payload, Warning},
};
use futures_util::{FutureExt, future::BoxFuture};
use reqwest::Url;
use std::sync::Arc;

/// Fetching what a pointer names.
mod retrieval;

/// Plans and records that lie elsewhere.
pub(crate) const KIND: KindOfSource = KindOfSource {
    name: "nrl",
    speaks: "NRL pointers (FHIR R4)",
    is_practice: false,
    takes: &[
        "base_url",
        "api_key_file",
        "api_key_header",
        "oauth2",
        "tls",
        "addresses",
        "retrieve_from",
        "access_log",
    ],
    build,
};

/// The service, and where documents may be fetched from.
struct Locator {
    client: Line,
    base: Url,
    credentials: Credentials,
    national: Arc<National>,
    keepers: Vec<Keeper>,
    /// Towards the proxy, with our Spine identity.
    to_proxy: Line,
    proxy_guard: Arc<Guard>,
}

/// Somebody documents may be fetched from, each with a connection, credentials and a guard of its own: its trouble is not
/// the locator's (HAZ-035).
struct Keeper {
    origin: Url,
    client: Line,
    credentials: Credentials,
    guard: Arc<Guard>,
}

/// How the search ended, where it did not fail.
#[derive(Default)]
struct Pointers {
    payloads: Vec<Payload>,
    count: usize,
    /// As the service counts them.
    total: u64,
    warnings: Vec<Warning>,
}

/// What one page says.
struct Page {
    is_stray: bool,
    count: usize,
    total: Option<u64>,
    next: Option<String>,
    warnings: Vec<Warning>,
}

fn build(source: &SourceConfig, around: &Surroundings) -> Result<Arc<dyn Source>, ConfigFault> {
    let missing = || ConfigFault::NoBaseUrl { id: source.id.clone() };
    let base = source.base_url.as_deref().ok_or_else(missing)?;
    let client =
        around.lines.line(&around.limits, source.tls.as_ref(), Some(&source.id), &source.addresses)?;
    let national = Arc::clone(&around.national);
    let named = |fault| ConfigFault::Keeper { id: source.id.clone(), fault: Box::new(fault) };
    let keeper = |own: &source::Keeper| Keeper::of(own, source, around).map_err(named);
    Ok(Arc::new(Locator {
        base: source::base_url(Place::of(&source.id, "base_url"), base)?,
        credentials: Credentials::of(source, &client)?,
        keepers: source.retrieve_from.iter().map(keeper).collect::<Result<_, _>>()?,
        to_proxy: around.lines.line(&around.limits, national.tls.as_ref(), None, &national.addresses)?,
        proxy_guard: Guard::new(&around.limits, Agreed::ours(around.limits.ceiling)),
        national,
        client,
    }))
}

/// A path would be ignored, and whoever wrote it believes that it narrows.
fn origin(at: Place, text: &str) -> Result<Url, ConfigFault> {
    let url = source::base_url(at.clone(), text)?;
    if url.path() == "/" { Ok(url) } else { Err(ConfigFault::Url { at }) }
}

impl Keeper {
    fn of(own: &source::Keeper, source: &SourceConfig, around: &Surroundings) -> Result<Self, ConfigFault> {
        let client = around.lines.line(&around.limits, own.tls.as_ref(), Some(&source.id), &own.addresses)?;
        Ok(Self {
            origin: origin(Place::of(&source.id, "retrieve_from"), &own.origin)?,
            credentials: Credentials::of_keeper(&source.id, own, &client)?,
            guard: Guard::new(&around.limits, Agreed::ours(around.limits.ceiling)),
            client,
        })
    }
}

impl Source for Locator {
    fn ask<'a>(&'a self, question: &'a Question, bounds: &'a Bounds) -> BoxFuture<'a, Ended> {
        self.pointers(question, bounds).boxed()
    }

    fn open<'a>(&'a self, question: &'a OpenQuestion, bounds: &'a Bounds) -> BoxFuture<'a, Opening> {
        retrieval::open(self, question, bounds).boxed()
    }
}

impl Locator {
    async fn pointers(&self, question: &Question, bounds: &Bounds) -> Ended {
        let mut found = Pointers::default();
        let mut next = None;
        for _ in 0..bounds.limits.pages {
            let page = match self.page(question, next.as_deref(), bounds).await {
                Ok(page) => page,
                Err(end) if found.payloads.is_empty() => return found.without(end, question),
                Err(end) => return found.cut_by(&end, question),
            };
            if page.seen.is_stray {
                return Ended::wrong_person(question);
            }
            let before = std::mem::replace(&mut next, found.take(page));
            if next.is_none() {
                return Ended::well(found.whole().reply(question));
            }
            if next == before {
                return Ended::well(found.part("its pages repeat").reply(question));
            }
        }
        Ended::well(found.part("more exists than is read here").reply(question))
    }

    /// The number travels in a form, never in an address (HAZ-049). An extra parameter would be refused, so none is sent.
    async fn page(
        &self,
        question: &Question,
        token: Option<&str>,
        bounds: &Bounds,
    ) -> Result<document::Document<Page>, End> {
        let number = question.person.number().map(fhir::NhsNumber::digits).unwrap_or_default();
        let mut form = vec![("subject:identifier", format!("{}|{number}", nhs_number::SYSTEM))];
        form.extend(token.map(|token| ("next-page-token", token.to_owned())));
        let base = self.base.as_str().trim_end_matches('/');
        let request = self
            .client
            .post(format!("{base}/DocumentReference/_search"))
            .header("Accept", "application/fhir+json")
            .header("NHSD-End-User-Organisation-ODS", &question.asker.organisation_ods)
            .header("X-Request-ID", bounds.request_id())
            .header("X-Correlation-ID", &question.opening)
            .form(&form);
        let answer = self.credentials.fetch(request, question.now, bounds).await?;
        if answer.status != 200 {
            return Err(refused(&answer));
        }
        let person = question.person.clone();
        let page = document::open(answer, move |bundle| inspect(bundle, &person)).await?;
        let next = next_token(&page.text);
        Ok(document::Document { seen: Page { next, ..page.seen }, ..page })
    }
}

/// How a page failed.
enum End {
    /// There is no pointer, said as an error.
    Nothing,
    State(ReplyState),
    Fault(Fault),
}

impl From<Fault> for End {
    fn from(fault: Fault) -> Self {
        End::Fault(fault)
    }
}

/// Refused by code: an organisation or a type that was not taken on shares nothing with us; a bad question is ours.
fn refused(answer: &Answer) -> End {
    let issues = document::checked(answer).map(document::issues).unwrap_or_default();
    let code = issues.iter().find_map(|issue| issue.spine_code.as_deref()).unwrap_or_default();
    match (answer.status, code) {
        (403, "ACCESS DENIED" | "ACCESS_DENIED") => End::State(ReplyState::NotShared),
        (404, "NO_RECORD_FOUND") => End::Nothing,
        (400..=422, _) if answer.status != 404 && answer.status != 403 => {
            tracing::error!(http.status = answer.status, "the record locator refused our request");
            End::State(our_side("our request was not accepted"))
        }
        _ => End::Fault(Fault::of(answer)),
    }
}

impl Pointers {
    /// Takes one page; gives the token of the next.
    fn take(&mut self, page: document::Document<Page>) -> Option<String> {
        self.count += page.seen.count;
        self.total = self.total.max(page.seen.total.unwrap_or_default());
        self.warnings.extend(page.seen.warnings);
        self.payloads.push(Payload { format: Format::R4, category: None, text: page.text });
        page.seen.next
    }

    /// Not one page came.
    fn without(self, end: End, question: &Question) -> Ended {
        match end {
            End::Nothing => Ended::well(self.reply(question)),
            End::State(state) => Ended::well(question.reply(state)),
            End::Fault(fault) => Ended::fault(question, &fault),
        }
    }

    /// Some pages came. Whoever asks us to wait is left alone all the same (HAZ-036).
    fn cut_by(self, end: &End, question: &Question) -> Ended {
        let wait = match end {
            End::Fault(fault) => Some(fault.verdict()).filter(|verdict| matches!(verdict, Verdict::Wait(_))),
            _ => None,
        };
        let reply = self.part("the rest did not arrive").reply(question);
        Ended { reply, verdict: wait.unwrap_or(Verdict::Well) }
    }

    fn part(mut self, why: &str) -> Self {
        self.warnings.push(warning("paging", format!("showing {}; {why}", self.count)));
        self
    }

    /// Fewer than the service counts is a part too (HAZ-017).
    fn whole(mut self) -> Self {
        if self.total > self.count as u64 {
            self.warnings.push(warning("paging", format!("showing {} of {}", self.count, self.total)));
        }
        self
    }

    /// Only what was agreed is pointed to, so that no pointer says nothing of a plan (HAZ-006).
    fn reply(mut self, question: &Question) -> fhir::Reply {
        let state = match (self.count, self.warnings.is_empty()) {
            (_, false) => ReplyState::AnsweredWithWarnings,
            (0, true) => ReplyState::AnsweredEmpty,
            (_, true) => ReplyState::Answered,
        };
        if self.count == 0 {
            let words = "no plan is registered nationally; there may be one all the same";
            self.warnings.push(warning("no-pointer", words.to_owned()));
        }
        fhir::Reply { payloads: self.payloads, warnings: self.warnings, ..question.reply(state) }
    }
}

fn warning(code: &str, text: String) -> Warning {
    Warning { code: code.to_owned(), category: None, text }
}

/// Pointers and words about them, and nothing else: whose anything else is could not be told (HAZ-004).
fn inspect(bundle: &Bundle<'_>, person: &Person) -> Result<Page, Fault> {
    let is_known = |kind: &str| matches!(kind, "DocumentReference" | "OperationOutcome");
    if bundle.kind != "searchset" || !bundle.entries.iter().all(|entry| is_known(&entry.resource_type)) {
        return Err(Fault::NotARecord);
    }
    let pointers = || bundle.of_type("DocumentReference");
    Ok(Page {
        is_stray: !pointers().all(|pointer| is_about(&pointer.resource, person)),
        count: pointers().count(),
        total: bundle.total,
        next: None,
        warnings: document::warnings(bundle),
    })
}

/// The token of the next page stands among the Bundle's tags.
fn next_token(text: &str) -> Option<String> {
    let meta = Json::of(text).object()?.object("meta")?;
    let tags = meta.objects("tag");
    let tag = tags.iter().find(|tag| tag.text("display").as_deref() == Some("next-page-token"))?;
    tag.text("code").map(|code| code.into_owned())
}

/// A pointer names its subject by number alone; one that names nobody is no pointer of this person.
fn is_about(pointer: &Object<'_>, person: &Person) -> bool {
    let subject = pointer.object("subject").and_then(|subject| subject.object("identifier"));
    let number =
        subject.filter(|identifier| identifier.text("system").as_deref() == Some(nhs_number::SYSTEM));
    let is_named =
        number.and_then(|identifier| identifier.text("value")).is_some_and(|number| person.has(&number));
    let carried = pointer.objects("contained").iter().flat_map(subject::nhs_numbers).collect::<Vec<_>>();
    is_named && carried.iter().all(|number| person.has(number))
}

#[cfg(test)]
mod tests;
