//! Takes one source's reply to a test question, gives what its contract expects and how far it holds. Counts and resource
//! types only: no content stands in a finding. Pure. Source: FHIR R4 and STU3 RESTful API; UK Core; GP Connect 1.6.2.

use federation::{Check, Exchange};
use fhir::{
    Category, FhirDate, Json, Object, Reply, ReplyState,
    bundle::{Bundle, Entry},
    date::Precision,
    reply::{Format, Payload},
};
use record::Normalised;
use std::collections::{BTreeMap, BTreeSet};

/// One thing the contract expects.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Finding {
    /// Stable, for whoever compares two runs.
    pub(crate) id: &'static str,
    pub(crate) expects: &'static str,
    pub(crate) source: &'static str,
    pub(crate) outcome: Outcome,
    /// Counts and types, never content.
    pub(crate) found: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    Met,
    Broken,
    /// Nothing came by which it could be judged.
    NotSeen,
}

/// What a source answered, as the expectations see it.
pub(crate) struct Answered<'a> {
    pub(crate) reply: &'a Reply,
    pub(crate) normalised: &'a Normalised,
    pub(crate) exchanges: &'a [Exchange],
    /// What the configuration says it shares.
    pub(crate) shares: &'a [Category],
    pub(crate) is_feed: bool,
    /// As the configuration names it.
    pub(crate) kind: &'static str,
}

/// Practices SHALL answer within it; our own deadline for a first byte is the same.
const SLOWEST_MS: u64 = 3000;

/// Resources that are not the person's care: they need no subject and no identifier.
const FRAME: [&str; 15] = [
    "Patient",
    "Practitioner",
    "PractitionerRole",
    "Organization",
    "Location",
    "HealthcareService",
    "Medication",
    "Specimen",
    "List",
    "OperationOutcome",
    "Device",
    "Composition",
    "Binary",
    "Bundle",
    "Substance",
];

/// Every expectation, in a fixed order.
pub(crate) fn expectations(answered: &Answered<'_>) -> Vec<Finding> {
    let bundles: Vec<(Format, Bundle<'_>)> = answered.reply.payloads.iter().filter_map(bundle).collect();
    // The sections of the HTML view repeat the person and whoever wrote: they are pages, not resources.
    let structured = bundles.iter().filter(|(format, _)| *format != Format::GpConnectHtml);
    let entries: Vec<&Entry<'_>> = structured.flat_map(|(_, bundle)| &bundle.entries).collect();
    let care: Vec<&Entry<'_>> =
        entries.iter().filter(|entry| !FRAME.contains(&entry.resource_type.as_str())).copied().collect();
    vec![
        answers(answered),
        quick(answered.exchanges),
        in_time(answered.reply),
        media_type(answered.exchanges),
        shares(answered),
        readable(answered.normalised),
        ids(&care),
        subjects(&care),
        business_identifiers(&care, answered.kind),
        systems(&care),
        zones(&care),
        copies(&entries),
        modes(&bundles, answered.kind),
        totals(&bundles),
        whole(answered.reply),
        profiles(&bundles),
        verified(&entries),
        trace_id(answered.reply, &bundles),
        as_at(answered),
    ]
}

/// What was tried beside the question.
pub(crate) fn checked(check: &Check) -> Finding {
    let outcome = match check.met {
        Some(true) => Outcome::Met,
        Some(false) => Outcome::Broken,
        None => Outcome::NotSeen,
    };
    finding(check.id, check.expects, check.source, outcome, check.found.clone())
}

fn bundle(payload: &Payload) -> Option<(Format, Bundle<'_>)> {
    Some((payload.format, Bundle::read(Json::of(&payload.text))?))
}

fn finding(
    id: &'static str,
    expects: &'static str,
    source: &'static str,
    outcome: Outcome,
    found: String,
) -> Finding {
    Finding { id, expects, source, outcome, found }
}

/// So many of so many do not; nothing to judge where there are none.
fn judged(bad: usize, of: usize, what: &str) -> (Outcome, String) {
    match (bad, of) {
        (_, 0) => (Outcome::NotSeen, format!("no {what} came")),
        (0, of) => (Outcome::Met, format!("all {of} {what}")),
        (bad, of) => (Outcome::Broken, format!("{bad} of {of} {what} do not")),
    }
}

fn answers(answered: &Answered<'_>) -> Finding {
    let met = answered.reply.state.is_answer();
    let outcome = if met { Outcome::Met } else { Outcome::Broken };
    let found = answered.reply.state.name().to_owned();
    finding(
        "answers",
        "answers a question about a test person",
        "FHIR R4 3.1.0; GP Connect 1.6.2",
        outcome,
        found,
    )
}

fn quick(exchanges: &[Exchange]) -> Finding {
    let slow = exchanges.iter().filter(|exchange| exchange.elapsed_ms > SLOWEST_MS).count();
    let (outcome, found) = judged(slow, exchanges.len(), "exchanges");
    finding("quick", "every answer within 3 s", "GP Connect 1.6.2, service levels", outcome, found)
}

/// What an opening waits for a source.
fn in_time(reply: &Reply) -> Finding {
    let limit_ms = federation::Limits::default().total.as_millis();
    let met = u128::from(reply.elapsed_ms) <= limit_ms;
    let outcome = if met { Outcome::Met } else { Outcome::Broken };
    let found = format!("{} ms", reply.elapsed_ms);
    finding(
        "in-time",
        "everything within the 6 s an opening waits",
        "the gateway's own deadline",
        outcome,
        found,
    )
}

fn media_type(exchanges: &[Exchange]) -> Finding {
    let answered = || exchanges.iter().filter(|exchange| exchange.status.is_some());
    // The HTML view is DSTU2, whose type was spelt the other way round.
    let fhir = ["application/fhir+json", "application/json+fhir"];
    let is_fhir = |exchange: &&Exchange| fhir.contains(&exchange.media_type.as_str()) || exchange.is_token();
    let bad = answered().filter(|exchange| !is_fhir(exchange)).count();
    let (outcome, found) = judged(bad, answered().count(), "answers");
    finding("media-type", "answers as application/fhir+json", "FHIR R4 3.1.0.1.9", outcome, found)
}

/// A category of the sharing schedule that cannot be asked for reads "not shared" on the page.
fn shares(answered: &Answered<'_>) -> Finding {
    let is_missing = |category: &&Category| *answered.reply.state_of(**category) == ReplyState::NotShared;
    let missing: Vec<_> = answered.shares.iter().filter(is_missing).map(|category| category.name()).collect();
    let (outcome, found) = match (answered.reply.state.is_answer(), missing.is_empty()) {
        (false, _) => (Outcome::NotSeen, "no answer came".to_owned()),
        (true, true) => (Outcome::Met, format!("all {} categories", answered.shares.len())),
        (true, false) => (Outcome::Broken, format!("cannot be asked for: {}", missing.join(", "))),
    };
    finding(
        "shares",
        "declares a search for every category it shares",
        "FHIR R4 CapabilityStatement",
        outcome,
        found,
    )
}

fn readable(normalised: &Normalised) -> Finding {
    let mut why: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for entry in &normalised.unread {
        *why.entry((&entry.resource_type, &entry.why)).or_default() += 1;
    }
    let said: Vec<_> = why.iter().map(|((kind, why), count)| format!("{count} {kind} {why}")).collect();
    let (outcome, found) = match (normalised.received_total(), said.is_empty()) {
        (0, _) => (Outcome::NotSeen, "nothing came".to_owned()),
        (total, true) => (Outcome::Met, format!("all {total} entries")),
        (_, false) => (Outcome::Broken, said.join("; ")),
    };
    finding("readable", "every entry can be read", "UK Core; Care Connect", outcome, found)
}

fn ids(care: &[&Entry<'_>]) -> Finding {
    let is_id = |id: &str| {
        (1..=64).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
    };
    let bad = care.iter().filter(|entry| !entry.id.as_deref().is_some_and(is_id)).count();
    let (outcome, found) = judged(bad, care.len(), "resources");
    finding("ids", "every resource has an id of FHIR's form", "FHIR R4 2.24.0.1 (id)", outcome, found)
}

fn subjects(care: &[&Entry<'_>]) -> Finding {
    let names = |entry: &Entry<'_>| {
        ["subject", "patient", "beneficiary", "for"].iter().any(|key| entry.resource.get(key).is_some())
            // An appointment names its person among the participants.
            || entry.resource_type == "Appointment"
    };
    let bad = care.iter().filter(|entry| !names(entry)).count();
    let (outcome, found) = judged(bad, care.len(), "resources");
    finding("subject", "every resource names whom it is about", "UK Core; hazard HAZ-004", outcome, found)
}

/// A pointer's id is the locator's own, and its only one.
fn business_identifiers(care: &[&Entry<'_>], kind: &str) -> Finding {
    let care = if kind == "nrl" { &[] } else { care };
    let whole =
        |identifier: &Object<'_>| identifier.text("system").is_some() && identifier.text("value").is_some();
    let bad = care.iter().filter(|entry| !entry.resource.objects("identifier").iter().any(whole)).count();
    let (outcome, found) = judged(bad, care.len(), "resources");
    let expects = "every resource has a business identifier with its system";
    finding("identifier", expects, "GP Connect 1.6.2; UK Core", outcome, found)
}

/// Every coding anywhere in a resource.
fn systems(care: &[&Entry<'_>]) -> Finding {
    let (mut bad, mut of) = (0, 0);
    for entry in care {
        walk(&entry.resource, &mut |key, value| {
            if key == "coding"
                && let Some(coding) = value.object().filter(|coding| coding.get("code").is_some())
            {
                of += 1;
                bad += usize::from(coding.text("system").is_none_or(|system| system.trim().is_empty()));
            }
        });
    }
    let (outcome, found) = judged(bad, of, "codes");
    finding("system", "every code names its system", "FHIR R4 2.24.0.5 (Coding)", outcome, found)
}

/// A time without its zone may be an hour out; one that cannot be read is shown as recorded.
fn zones(care: &[&Entry<'_>]) -> Finding {
    let (mut bad, mut of) = (0, 0);
    for entry in care {
        walk(&entry.resource, &mut |key, value| {
            let is_date = key.ends_with("DateTime")
                || matches!(key, "issued" | "recordedDate" | "authoredOn" | "start" | "end" | "date");
            let Some(text) = value.text().filter(|_| is_date) else { return };
            of += 1;
            let precision = FhirDate::parse(&text).precision();
            bad += usize::from(matches!(precision, Precision::Unreadable | Precision::Local(_)));
        });
    }
    let (outcome, found) = judged(bad, of, "dates");
    finding(
        "dates",
        "every date can be read and every time has its zone",
        "FHIR R4 2.24.0.1 (dateTime)",
        outcome,
        found,
    )
}

/// One id, two contents: which of them is the entry?
fn copies(entries: &[&Entry<'_>]) -> Finding {
    let mut texts: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for entry in entries {
        if let Some(id) = &entry.id {
            texts.entry(format!("{}/{id}", entry.resource_type)).or_default().insert(entry.json.as_sent());
        }
    }
    let bad = texts.values().filter(|texts| texts.len() > 1).count();
    let (outcome, found) = judged(bad, texts.len(), "ids");
    finding("one-content", "one id has one content", "FHIR R4 3.1.0 (identity)", outcome, found)
}

fn searchsets<'a, 'b>(bundles: &'b [(Format, Bundle<'a>)]) -> impl Iterator<Item = &'b Bundle<'a>> {
    bundles.iter().map(|(_, bundle)| bundle).filter(|bundle| bundle.kind == "searchset")
}

/// Of servers that are asked to include what a match refers to: there the two must be told apart.
fn modes(bundles: &[(Format, Bundle<'_>)], kind: &str) -> Finding {
    let includes = kind.starts_with("fhir-");
    let entries: Vec<_> =
        searchsets(bundles).filter(|_| includes).flat_map(|bundle| &bundle.entries).collect();
    let bad = entries.iter().filter(|entry| entry.search_mode.is_none()).count();
    let (outcome, found) = judged(bad, entries.len(), "entries");
    finding(
        "search-mode",
        "every entry says whether it was searched for",
        "FHIR R4 3.1.1.4 (search.mode)",
        outcome,
        found,
    )
}

/// A total is of the whole search: only where one page is the whole can it be compared.
fn totals(bundles: &[(Format, Bundle<'_>)]) -> Finding {
    let alone = searchsets(bundles).filter(|bundle| bundle.next.is_none() && bundle.total.is_some());
    let (mut bad, mut of) = (0, 0);
    for bundle in alone {
        let is_match = |entry: &&Entry<'_>| entry.search_mode.as_deref().is_none_or(|mode| mode == "match");
        of += 1;
        // The last of several pages holds fewer than the total.
        bad += usize::from(
            bundle.total.is_some_and(|total| total < bundle.entries.iter().filter(is_match).count() as u64),
        );
    }
    let (outcome, found) = judged(bad, of, "totals");
    finding("total", "its totals are not below what came", "FHIR R4 3.1.0.3 (total)", outcome, found)
}

fn whole(reply: &Reply) -> Finding {
    let cut = reply.warnings.iter().filter(|warning| warning.code == "paging").count();
    let (outcome, found) = match (reply.state.is_answer(), cut) {
        (false, _) => (Outcome::NotSeen, "no answer came".to_owned()),
        (true, 0) => (Outcome::Met, "every search reached its end".to_owned()),
        (true, cut) => (Outcome::Broken, format!("{cut} searches did not reach their end or their total")),
    };
    finding(
        "whole",
        "pages lead to the end, within its own base address",
        "FHIR R4 3.1.0.3 (paging)",
        outcome,
        found,
    )
}

/// `meta.profile` is a claim: judged where it is one of UK Core's.
fn profiles(bundles: &[(Format, Bundle<'_>)]) -> Finding {
    let (mut bad, mut of) = (BTreeMap::<&str, usize>::new(), 0);
    for (format, entry) in
        bundles.iter().flat_map(|(format, bundle)| bundle.entries.iter().map(move |e| (*format, e)))
    {
        let meta = entry.resource.object("meta").unwrap_or_default();
        let claims = meta
            .items("profile")
            .into_iter()
            .any(|url| url.text().is_some_and(|url| url.contains("UKCore-")));
        if !claims {
            continue;
        }
        of += 1;
        let emitted = record::uk_core::emit(entry.json.as_sent(), format);
        if emitted.is_none_or(|emitted| emitted.profile.is_none()) {
            *bad.entry(&entry.resource_type).or_default() += 1;
        }
    }
    let named: Vec<_> = bad.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    let (outcome, found) = match (of, named.is_empty()) {
        (0, _) => (Outcome::NotSeen, "no UK Core profile is claimed".to_owned()),
        (of, true) => (Outcome::Met, format!("all {of} claims hold as far as is checked")),
        (_, false) => (Outcome::Broken, format!("claimed and not kept: {}", named.join(", "))),
    };
    finding("profile", "a profile that is claimed is kept", "UK Core 2.x", outcome, found)
}

fn verified(entries: &[&Entry<'_>]) -> Finding {
    let patients = entries.iter().filter(|entry| entry.resource_type == "Patient").collect::<Vec<_>>();
    let has_status = |entry: &&&Entry<'_>| {
        let identifiers = entry.resource.objects("identifier");
        let extensions = identifiers.iter().flat_map(|identifier| identifier.objects("extension"));
        let mut urls = extensions.filter_map(|extension| extension.text("url").map(|url| url.into_owned()));
        urls.any(|url| url.contains("NHSNumberVerificationStatus"))
    };
    let bad = patients.iter().filter(|entry| !has_status(entry)).count();
    let (outcome, found) = judged(bad, patients.len(), "Patients");
    finding(
        "verified",
        "the NHS number comes with its verification status",
        "UK Core Patient",
        outcome,
        found,
    )
}

fn trace_id(reply: &Reply, bundles: &[(Format, Bundle<'_>)]) -> Finding {
    let of = bundles.iter().filter(|(format, _)| *format == Format::GpConnectStu3).count();
    let bad = reply.warnings.iter().filter(|warning| warning.code == "trace-id").count();
    let (outcome, found) = judged(bad, of, "structured replies");
    finding(
        "trace-id",
        "a reply's Bundle.id is the request's trace id",
        "GP Connect 1.6.2, Structured",
        outcome,
        found,
    )
}

fn as_at(answered: &Answered<'_>) -> Finding {
    let (outcome, found) = match (answered.is_feed, &answered.reply.as_at) {
        (false, _) => (Outcome::NotSeen, "a live source".to_owned()),
        (true, Some(_)) => (Outcome::Met, "declared".to_owned()),
        (true, None) => (Outcome::Broken, "not declared".to_owned()),
    };
    finding(
        "as-at",
        "a periodic source declares when it last received its data",
        "FHIR R4 Meta.lastUpdated",
        outcome,
        found,
    )
}

/// Every member at any depth, arrays taken apart.
fn walk(object: &Object<'_>, see: &mut dyn FnMut(&str, Json<'_>)) {
    for key in object.keys() {
        for value in object.items(key) {
            see(key, value);
            if let Some(inner) = value.object() {
                walk(&inner, see);
            }
        }
    }
}

#[cfg(test)]
mod tests;
