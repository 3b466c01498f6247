//! Takes one search, reads it page by page to its end, and says how far it got: a part is never taken for the whole
//! (HAZ-017). Loops, foreign links and strays end it. Source: FHIR R4 3.1.0.3 (paging), 3.2.1.1.5 (handling=strict).

use super::{About, Server, paging, table::Search};
use crate::{document, fault::Fault, question::Question, subject::OnePatient, wire::Bounds};
use fhir::{
    bundle::Bundle,
    reply::{Format, Payload, Warning},
};
use reqwest::{Method, RequestBuilder, Url};
use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    sync::OnceLock,
    time::Duration,
};

/// How one search ended. Whole pages read before a fault are kept.
pub(super) struct SearchEnd {
    pub(super) search: &'static Search,
    pub(super) payloads: Vec<Payload>,
    pub(super) matches: usize,
    pub(super) warnings: Vec<Warning>,
    /// Only where not one page could be read.
    pub(super) fault: Option<Fault>,
    /// Something in it is about somebody else.
    pub(super) is_stray: bool,
    pub(super) as_at: Option<String>,
}

/// What every page of a search needs.
pub(super) struct Run<'a> {
    pub(super) server: &'a Server,
    pub(super) question: &'a Question,
    pub(super) bounds: &'a Bounds,
    pub(super) patient: &'a OnePatient,
    /// Shared by all searches of one question.
    pub(super) wait: &'a OnceLock<Duration>,
}

/// What one page says, owned.
struct Page {
    is_stray: bool,
    /// `Type/id` of each match; its place where the server gave no id.
    matches: Vec<String>,
    total: Option<u64>,
    next: Option<String>,
    warnings: Vec<Warning>,
    as_at: Option<String>,
}

/// How far one search has got.
#[derive(Default)]
struct Progress {
    urls: HashSet<String>,
    pages: HashSet<u64>,
    matches: HashSet<String>,
    total: Option<u64>,
    /// Why the reading stopped before the end.
    cut: Option<&'static str>,
}

impl Run<'_> {
    pub(super) async fn to_the_end(
        &self,
        search: &'static Search,
        format: Format,
        address: String,
        parameters: &[(&'static str, String)],
    ) -> SearchEnd {
        let category = search.category(self.question);
        let mut end = SearchEnd::new(search);
        let mut progress = Progress::default();
        let is_long = parameters.len() > 1;
        let mut is_plain = is_long && self.server.is_asked_plainly(search.resource_type);
        let mut next = self.first(&address, if is_plain { plain(parameters) } else { parameters });
        while let Some((url, request)) = next.take() {
            let page = match self.page(request, search.resource_type).await {
                Ok(page) => page,
                // A strict server says so where it does not know a parameter; it is asked once without them.
                Err(Fault::Status(400)) if is_long && !is_plain && end.payloads.is_empty() => {
                    is_plain = true;
                    next = self.first(&address, plain(parameters));
                    continue;
                }
                Err(fault) if end.payloads.is_empty() => {
                    end.fault = Some(fault);
                    return end;
                }
                Err(fault) => {
                    progress.cut = Some(cut(&fault));
                    break;
                }
            };
            if page.seen.is_stray {
                return SearchEnd { is_stray: true, ..SearchEnd::new(search) };
            }
            if is_plain {
                // Only now is it known that the parameters were what it refused.
                self.server.ask_plainly(search.resource_type);
            }
            next = self.step(&mut progress, &url, &page);
            end.as_at = end.as_at.take().or(page.seen.as_at);
            end.warn(page.seen.warnings, search, self.question);
            end.payloads.push(Payload { format, category, text: page.text });
        }
        end.matches = progress.matches.len();
        end.warnings.extend(is_plain.then(|| asked_plainly(category, parameters)));
        end.warnings.extend(progress.warning(category));
        end
    }

    /// By GET as agreed; by POST where the server's own id is the NHS number, which no address may carry (HAZ-049).
    fn first(&self, address: &str, parameters: &[(&'static str, String)]) -> Option<(Url, RequestBuilder)> {
        let number = self.question.person.number().map(fhir::NhsNumber::digits).unwrap_or_default();
        let names_number = parameters.iter().any(|(_, value)| !number.is_empty() && value.contains(number));
        let (method, address) = match names_number {
            true => (Method::POST, format!("{address}/_search")),
            false => (Method::GET, address.to_owned()),
        };
        let url = Url::parse(&address).ok()?;
        let request = self.request(method, url.clone());
        Some((url, if names_number { request.form(parameters) } else { request.query(parameters) }))
    }

    fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.server.request(method, url, &About::of(self.question)).header("Prefer", "handling=strict")
    }

    async fn page(
        &self,
        request: RequestBuilder,
        kind: &'static str,
    ) -> Result<document::Document<Page>, Fault> {
        if let Some(wait) = self.wait.get() {
            return Err(Fault::AskedToWait(*wait));
        }
        let answer = self.server.fetch(request, self.question.now, self.bounds).await?;
        if let Fault::AskedToWait(wait) = Fault::of(&answer) {
            // The first to be told is enough; whoever is second says the same.
            let _ = self.wait.set(wait);
        }
        let patient = self.patient.clone();
        let page = document::open(answer, move |bundle| inspect(bundle, &patient, kind)).await?;
        let as_at = self.server.received(&page.text);
        Ok(document::Document { seen: Page { as_at, ..page.seen }, ..page })
    }

    /// The next request, or none: at the end, or because the link must not be followed.
    fn step(
        &self,
        progress: &mut Progress,
        url: &Url,
        page: &document::Document<Page>,
    ) -> Option<(Url, RequestBuilder)> {
        let limits = &self.bounds.limits;
        progress.urls.insert(url.to_string());
        let is_repeat = !progress.pages.insert(hash(&page.text));
        progress.matches.extend(page.seen.matches.iter().cloned());
        progress.total = progress.total.max(page.seen.total);
        let next = page.seen.next.as_deref()?;
        let url = match paging::follow(&self.server.base, url, next, limits.next_link_chars) {
            Ok(url) => url,
            Err(reason) => {
                tracing::warn!(source.id = %self.question.source, %reason, "a source's next link was not followed");
                progress.cut = Some("the link to the rest could not be followed");
                return None;
            }
        };
        if is_repeat || progress.urls.contains(url.as_str()) {
            progress.cut = Some("its pages repeat");
            return None;
        }
        if progress.pages.len() >= limits.pages {
            progress.cut = Some("more exists than is read here");
            return None;
        }
        let request = self.request(Method::GET, url.clone());
        Some((url, request))
    }
}

/// The person alone, which every search needs.
fn plain<'p>(parameters: &'p [(&'static str, String)]) -> &'p [(&'static str, String)] {
    parameters.get(..1).unwrap_or_default()
}

/// What is missing because of it is said, not guessed.
fn asked_plainly(category: Option<fhir::Category>, parameters: &[(&'static str, String)]) -> Warning {
    let text = match parameters.iter().any(|(name, _)| *name == "_include") {
        true => "it took a simpler question only: entries that belong to these may be missing",
        false => "it took a simpler question only",
    };
    Warning { code: "asked-plainly".to_owned(), category, text: text.to_owned() }
}

/// Cursors expire: what they led to is not deleted, but it is not here.
fn cut(fault: &Fault) -> &'static str {
    match fault {
        Fault::Status(404 | 410) => "the rest is no longer there",
        Fault::AskedToWait(_) => "it asked us to wait with the rest",
        _ => "the rest did not arrive",
    }
}

impl SearchEnd {
    fn new(search: &'static Search) -> Self {
        let (payloads, warnings) = (Vec::new(), Vec::new());
        Self { search, payloads, matches: 0, warnings, fault: None, is_stray: false, as_at: None }
    }

    /// What a server warns of in one search touches every category the search is made for: each may lack something, and none of
    /// them is empty because nothing came (HAZ-006, HAZ-008). Said on every page, it is one warning.
    fn warn(&mut self, told: Vec<Warning>, search: &Search, question: &Question) {
        let categories = search.categories(question).iter().copied();
        let touched: Vec<_> = categories.filter(|category| question.categories.contains(category)).collect();
        for warning in told {
            for category in &touched {
                let warning = Warning { category: Some(*category), ..warning.clone() };
                if !self.warnings.contains(&warning) {
                    self.warnings.push(warning);
                }
            }
        }
    }
}

impl Progress {
    /// `showing 200 of 1,001`, where not everything was read.
    fn warning(&self, category: Option<fhir::Category>) -> Option<Warning> {
        let shown = self.matches.len() as u64;
        let text = match (self.total.filter(|total| *total > shown), self.cut) {
            (None, None) => return None,
            (Some(total), None) => format!("showing {shown} of {total}"),
            (Some(total), Some(cut)) => format!("showing {shown} of {total}; {cut}"),
            (None, Some(cut)) => format!("showing {shown}; {cut}"),
        };
        Some(Warning { code: "paging".to_owned(), category, text })
    }
}

fn inspect(bundle: &Bundle<'_>, patient: &OnePatient, resource_type: &str) -> Result<Page, Fault> {
    if bundle.entries.is_empty() && bundle.kind != "searchset" {
        // Nothing in it, and not said to be the answer to a search (HAZ-038).
        return Err(Fault::NotARecord);
    }
    let is_match = |mode: Option<&str>, kind: &str| match mode {
        Some(mode) => mode == "match",
        None => kind == resource_type,
    };
    let entries = bundle.entries.iter().enumerate();
    let matches = entries.filter(|(_, e)| is_match(e.search_mode.as_deref(), &e.resource_type));
    let name = |(place, entry): (usize, &fhir::bundle::Entry<'_>)| match &entry.id {
        Some(id) => format!("{}/{id}", entry.resource_type),
        None => format!("{place} {}", hash(entry.json.as_sent())),
    };
    Ok(Page {
        is_stray: !patient.is_all(bundle),
        matches: matches.map(name).collect(),
        total: bundle.total,
        next: bundle.next.clone(),
        warnings: document::warnings(bundle),
        as_at: None,
    })
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
