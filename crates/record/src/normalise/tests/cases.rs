//! Runs every folder of `fixtures/cases/normalise`: what is given, read, must say what is expected; why stands beside.
//! `given.json` holds replies by source; in `expect.json` objects may leave members out, lists may not.

use super::check_law;
use crate::item::{Facts, Item, Measurement};
use crate::reconcile::{Record, SourceNote};
use crate::{Normalised, normalise, release};
use fhir::reply::{Format, Payload};
use fhir::{Category, Level, Reply, ReplyState, SourceId};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

#[derive(Deserialize)]
struct Given {
    replies: Vec<GivenReply>,
}

#[derive(Deserialize)]
struct GivenReply {
    source: String,
    format: Format,
    category: Option<Category>,
    /// Kept as written: digits are part of the case.
    document: Option<Box<RawValue>>,
}

#[test]
fn every_case_says_what_is_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/cases/normalise");
    let mut cases: Vec<_> =
        std::fs::read_dir(&folder).expect("the cases").flatten().map(|entry| entry.path()).collect();
    cases.sort();
    for case in &cases {
        check(case);
    }
    assert!(cases.len() >= 60, "only {} cases", cases.len());
}

fn check(case: &Path) {
    let name = case.file_name().unwrap_or_default().to_string_lossy();
    let text = |file: &str| {
        std::fs::read_to_string(case.join(file)).unwrap_or_else(|_| panic!("{name}: {file} is missing"))
    };
    assert!(!text("why.md").trim().is_empty(), "{name}: says why");
    let given: Given = serde_json::from_str(&text("given.json")).unwrap_or_else(|e| panic!("{name}: {e}"));
    let expected: Value =
        serde_json::from_str(&text("expect.json")).unwrap_or_else(|e| panic!("{name}: {e}"));
    let sources: Vec<SourceId> = given.replies.iter().map(|reply| SourceId::new(&reply.source)).collect();
    let mut record = Record::new(sources.clone());
    let mut all = Normalised::default();
    for reply in &given.replies {
        let reply = self::reply(reply);
        let normalised = normalise(&reply);
        check_law(&normalised, &name);
        merge(&mut all, &normalised);
        let released = release(&reply.source, normalised, &|_| Level::Full, None);
        record.add(note(&reply), released);
    }
    let actual = json!({ "reply": understood(&all), "record": stood(&record, &sources) });
    holds(&expected, &actual, &name);
}

fn reply(given: &GivenReply) -> Reply {
    let silent = ReplyState::DidNotAnswer(fhir::reply::Silence::TimedOut);
    let state = if given.document.is_some() { ReplyState::Answered } else { silent };
    let mut reply = Reply::of(SourceId::new(&given.source), state);
    reply.payloads.extend(given.document.as_ref().map(|document| Payload {
        format: given.format,
        category: given.category,
        text: Arc::from(fhir::json::check(document.get().as_bytes()).expect("JSON")),
    }));
    reply
}

pub(crate) fn note(reply: &Reply) -> SourceNote {
    SourceNote {
        source: reply.source.clone(),
        state: reply.state.clone(),
        by_category: reply.by_category.clone(),
        asked: None,
        as_at: None,
        answered_at: None,
        elapsed_ms: 0,
        missed: Vec::new(),
    }
}

fn merge(all: &mut Normalised, one: &Normalised) {
    all.items.extend(one.items.iter().cloned());
    all.unread.extend(one.unread.iter().cloned());
    all.warnings.extend(one.warnings.iter().cloned());
    all.not_shared.extend(one.not_shared.iter().copied());
    all.withheld.extend(one.withheld.iter().copied());
    for (kind, count) in &one.context {
        *all.context.entry(kind.clone()).or_default() += count;
    }
}

fn understood(normalised: &Normalised) -> Value {
    json!({
        "items": normalised.items.iter().map(item).collect::<Vec<_>>(),
        "unread": normalised.unread.iter().map(|entry| entry.resource_type.clone()).collect::<Vec<_>>(),
        "context": normalised.context,
        "warnings": normalised.warnings,
        "not_shared": normalised.not_shared,
        "withheld": normalised.withheld,
    })
}

fn stood(record: &Record, sources: &[SourceId]) -> Value {
    let words = |item: &Item| item.words().to_owned();
    let row = record.allergy_row(sources);
    let matrix = record.medicines();
    let short = |source: &SourceId| source.as_str().to_owned();
    let rows: BTreeMap<String, String> = matrix
        .current
        .iter()
        .chain(&matrix.past)
        .map(|row| (row.name.clone(), row.difference.words(&short)))
        .collect();
    let sections: BTreeMap<String, Value> = crate::reconcile::SECTIONS
        .iter()
        .map(|section| {
            let groups = record.section(*section);
            let group = |g: &crate::Group<'_>| json!({ "of": g.items.iter().map(|i| words(i)).collect::<Vec<_>>(), "conflict": g.conflict });
            (format!("{section:?}"), groups.iter().map(group).collect())
        })
        .collect();
    json!({
        "allergies": {
            "label": format!("{:?}", row.label),
            "agents": row.agents.iter().filter_map(|group| group.items.first().map(|i| words(i))).collect::<Vec<_>>(),
            "negatives": row.negatives.iter().map(|item| words(item)).collect::<Vec<_>>(),
            "silent": row.silent,
            "disagrees": row.disagrees,
        },
        "medicines": rows,
        "sections": sections,
        "in_error": crate::reconcile::SECTIONS.iter().map(|section| record.entered_in_error(*section)).sum::<usize>(),
    })
}

fn item(item: &Item) -> Value {
    json!({
        "section": format!("{:?}", item.section),
        "category": item.category,
        "words": item.words(),
        "status": item.status.code,
        "standing": format!("{:?}", item.status.standing),
        "from": item.when.from.as_ref().map(|date| date.display()),
        "to": item.when.to.as_ref().map(|date| date.display()),
        "recorded": item.when.recorded.as_ref().map(|date| date.display()),
        "notes": item.notes.iter().map(|note| note.text.clone()).collect::<Vec<_>>(),
        "details": item.details.iter().map(|d| (d.label.clone(), d.value.clone())).collect::<BTreeMap<_, _>>(),
        "caveats": item.caveats,
        "labels": item.labels.iter().map(|label| format!("{label:?}")).collect::<Vec<_>>(),
        "business": item.provenance.business,
        "author": item.provenance.author,
        "organisation": item.provenance.organisation,
        "kind": item.provenance.resource_type,
        "headed": item.notes.iter().map(|note| note.by.clone()).collect::<Vec<_>>(),
        "facts": facts(&item.facts),
    })
}

fn facts(facts: &Facts) -> Value {
    match facts {
        Facts::Allergy(a) => json!({
            "reactions": a.reactions.iter().map(|r| json!([r.manifestations, r.severity])).collect::<Vec<_>>(),
            "no_known": a.no_known, "degraded": a.degraded, "end_reason": a.end_reason, "criticality": a.criticality,
        }),
        Facts::Medicine(m) => json!({
            "doses": m.doses, "instructions": m.instructions, "quantity": m.quantity, "supply": m.supply, "list": m.list,
            "last_issued": m.last_issued.as_ref().map(|date| date.display()), "stop_reason": m.stop_reason,
            "stopped": m.stopped.as_ref().map(|date| date.display()), "linked_to": m.linked_to,
        }),
        Facts::Immunisation(i) => {
            json!({ "given": i.given, "reason_not_given": i.reason_not_given, "dose": i.dose_number, "second_hand": i.second_hand })
        }
        Facts::Result(one) => measurement(one),
        Facts::Report { results, conclusion } => {
            json!({ "results": results.iter().map(measurement).collect::<Vec<_>>(), "conclusion": conclusion })
        }
        Facts::Contact(c) => json!({
            "setting": c.setting, "entries": c.entries, "future": c.future, "reason": c.reason, "service": c.service,
            "place": c.place, "outcome": c.outcome, "open": c.open_item, "coded": c.entries_coded,
        }),
        Facts::Problem(p) => json!({
            "kind": format!("{:?}", p.kind), "significance": p.significance, "certainty": p.certainty, "site": p.body_site,
        }),
        Facts::Care(c) => json!({
            "service": c.service, "provider": c.provider, "worker": c.worker, "telephone": c.telephone, "package": c.package,
        }),
        Facts::Alert { what_to_do } => json!({ "what_to_do": what_to_do }),
        Facts::Plan(p) => json!({
            "kind": p.kind, "family": p.family.map(|family| format!("{family:?}")),
            "says": p.says.iter().map(|line| format!("{}: {}", line.label, line.value)).collect::<Vec<_>>(),
        }),
        Facts::Document(d) => json!({
            "title": d.title, "kind": d.kind, "placeholder": d.placeholder, "author": d.author, "organisation": d.organisation,
            "can_be_had": d.retrieval.is_some(), "from": d.retrieval.as_ref().and_then(|r| r.url.clone()),
        }),
        _ => Value::Null,
    }
}

fn measurement(one: &Measurement) -> Value {
    json!({
        "name": one.name.words(), "value": one.value, "number": one.number, "range": one.range, "flag": one.flag,
        "status": one.status, "comments": one.comments,
        "components": one.components.iter().map(measurement).collect::<Vec<_>>(),
    })
}

/// Objects may say less than is there; everything else is equal.
fn holds(expected: &Value, actual: &Value, place: &str) {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            for (key, value) in expected {
                holds(value, actual.get(key).unwrap_or(&Value::Null), &format!("{place}.{key}"));
            }
        }
        (Value::Array(expected), Value::Array(actual)) => {
            assert_eq!(expected.len(), actual.len(), "{place}: {actual:?}");
            for (at, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                holds(expected, actual, &format!("{place}[{at}]"));
            }
        }
        _ => assert_eq!(expected, actual, "{place}"),
    }
}
