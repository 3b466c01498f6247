//! Takes the versions of one report, gives a DiagnosticReport with its Observations and files as the latest has them. A value that
//! changed carries the earlier one as a comment; one that was withdrawn is entered in error; one that is gone is named, without
//! its value (HAZ-019, HAZ-043). Source: HL7 v2.5.1 7.4.1 (OBR-25, 26, 29), table 0123; UK Core DiagnosticReport; sources.md 10.

use super::super::message::Segment;
use super::super::time;
use super::blocks::{Block, blocks};
use super::encounters::Visits;
use super::files::{self, Paper};
use super::json::Object;
use super::observation;
use super::reports::Report;
use super::{Desk, Served, patient, reference, resource, terms};
use std::collections::{BTreeMap, BTreeSet};

/// One report, its versions in order.
pub(super) struct Versions<'v, 'a> {
    pub(super) key: &'v str,
    pub(super) current: &'v Report<'a>,
    pub(super) earlier: &'v [Report<'a>],
}

pub(super) fn put(versions: &Versions<'_, '_>, visits: &Visits, desk: &mut Desk<'_, '_>) {
    let id = desk.id(&format!("DiagnosticReport\n{}", versions.key));
    let report = versions.current;
    let encounter = report.visit.as_ref().and_then(|key| visits.get(key)).cloned();
    let now = blocks(&report.entries);
    let earlier: Vec<Earlier<'_>> = versions.earlier.iter().map(Earlier::of).collect();
    // Deleted results are not shown, and are no longer part of it.
    let shown: Vec<&Block<'_>> = now.iter().filter(|block| block.status() != "D").collect();
    let (mut results, mut forms, mut withdrawn) = (Vec::new(), Vec::new(), Vec::new());
    for block in &shown {
        let place = Place { versions, earlier: &earlier, report: &id, encounter: encounter.as_deref() };
        let is_file = block.is_file();
        let form = if is_file { place.file(block, desk) } else { None };
        let result = (!is_file).then(|| reference("Observation", &place.observation(block, desk)));
        // What was withdrawn stands apart, as an error: its value is no part of the report (HAZ-019).
        if block.status() == "W" {
            withdrawn.push(name(block));
        } else {
            forms.extend(form);
            results.extend(result);
        }
    }
    let gone = Gone { missing: missing(&earlier, &shown), withdrawn };
    let resource =
        versions.report(&id, &gone, desk).with("encounter", encounter.map(|id| reference("Encounter", &id)));
    let resource = resource.with("result", results).with("presentedForm", forms);
    let served = Served { kind: "DiagnosticReport", id: &id, dataset: "results", unit: unit(report) };
    desk.put(served, &resource);
}

/// OBR-24, else the ward.
fn unit(report: &Report<'_>) -> Option<String> {
    section(report.obr).or_else(|| report.ward.clone())
}

fn section(obr: Segment<'_>) -> Option<String> {
    terms::words(obr.field(24).repetitions().next()?)
}

/// Names of results that are not current, without their values.
struct Gone {
    missing: Vec<String>,
    withdrawn: Vec<String>,
}

impl Gone {
    fn words(&self) -> impl Iterator<Item = String> {
        let said = [
            ("Withdrawn by the sender", &self.withdrawn),
            ("In an earlier version of this report and not in this one", &self.missing),
        ];
        let said = said.into_iter().filter(|(_, names)| !names.is_empty());
        said.map(|(what, names)| format!("{what}: {}", names.join(", ")))
    }
}

/// The results of one version before, by their keys.
struct Earlier<'v> {
    blocks: BTreeMap<String, Block<'v>>,
    sent: Option<&'v str>,
}

impl<'v> Earlier<'v> {
    fn of(report: &'v Report<'v>) -> Self {
        let blocks = blocks(&report.entries).into_iter().map(|block| (block.key.clone(), block)).collect();
        Self { blocks, sent: report.sent.as_ref().map(|at| at.text.as_str()) }
    }
}

/// Results that an earlier version had and this has not.
fn missing(earlier: &[Earlier<'_>], now: &[&Block<'_>]) -> Vec<String> {
    let there: BTreeSet<&str> = now.iter().map(|block| block.key.as_str()).collect();
    let all = earlier.iter().flat_map(|version| version.blocks.values());
    let gone = all.filter(|block| block.status() != "D" && !there.contains(block.key.as_str()));
    gone.map(name).collect::<BTreeSet<String>>().into_iter().collect()
}

fn name(block: &Block<'_>) -> String {
    let words = block.first().and_then(|entry| terms::words(entry.obx.field(3)));
    words.unwrap_or_else(|| "a text".into())
}

impl Versions<'_, '_> {
    /// OBR-4; a report under another's result says which (OBR-26, third component).
    fn name(&self) -> Object {
        let obr = self.current.obr;
        let above = obr.field(26).component(3).text();
        let named = terms::words(obr.field(4));
        match (above, named) {
            (Some(above), named) => {
                terms::text(format!("{} ({above})", named.unwrap_or_else(|| "Report".into())))
            }
            (None, _) => terms::concept(obr.field(4)).unwrap_or_else(|| terms::text("Report")),
        }
    }

    fn status(&self) -> &'static str {
        let sent = self.current.obr.field(25).text().unwrap_or_default();
        let of_results = || {
            let mut said = self.current.entries.iter().map(|entry| observation::status(&entry.status(), ""));
            let first = said.next().unwrap_or("unknown");
            if said.all(|other| other == first) { first } else { "unknown" }
        };
        match sent.as_str() {
            "F" => "final",
            "C" => "corrected",
            "P" | "R" => "preliminary",
            "A" => "partial",
            "X" => "cancelled",
            "I" | "O" | "S" => "registered",
            "" => of_results(),
            _ => "unknown",
        }
    }

    fn report(&self, id: &str, gone: &Gone, desk: &Desk<'_, '_>) -> Object {
        let (report, obr) = (self.current, self.current.obr);
        let mut words: Vec<String> = Vec::new();
        words.extend((!report.notes.is_empty()).then(|| report.notes.join("\n")));
        words.extend(gone.words());
        let issued = time::moment(obr.field(22)).or_else(|| report.sent.clone());
        let issued = issued.as_ref().and_then(|at| at.instant()).map(str::to_owned);
        let specimens = specimens(report);
        let named = (1..=specimens.len()).map(|n| Object::new().with("reference", format!("#specimen-{n}")));
        resource("DiagnosticReport", id)
            .with("contained", specimens.clone())
            .with("identifier", report.number.as_ref().map(|number| vec![number.identifier()]))
            .with("status", self.status())
            .with("category", section(obr).map(|section| vec![terms::text(section)]))
            .with("code", self.name())
            .with("subject", patient())
            .with("effectiveDateTime", time::moment(obr.field(7)).map(|at| at.text))
            .with("issued", issued)
            .with("performer", vec![desk.partner()])
            .with("specimen", named.collect::<Vec<_>>())
            .with("conclusion", words.join("\n\n"))
    }
}

/// SPM; in older messages OBR-15.
fn specimens(report: &Report<'_>) -> Vec<Object> {
    let specimen = |(number, kind, collected): (usize, Option<Object>, Option<String>)| {
        let collection = Object::new().with("collectedDateTime", collected);
        resource("Specimen", &format!("specimen-{number}"))
            .with("type", kind)
            .with("subject", patient())
            .with("collection", collection)
    };
    let at = |piece| time::moment(piece).map(|at| at.text);
    let sent = (1..).zip(&report.specimens);
    let sent: Vec<Object> =
        sent.map(|(n, spm)| specimen((n, terms::concept(spm.field(4)), at(spm.field(17))))).collect();
    if !sent.is_empty() {
        return sent;
    }
    let words = terms::words(report.obr.field(15).first(1)).or_else(|| report.obr.field(15).first(1).text());
    words.map(|words| vec![specimen((1, Some(terms::text(words)), None))]).unwrap_or_default()
}

/// Where a result stands.
struct Place<'p, 'v, 'a> {
    versions: &'p Versions<'v, 'a>,
    earlier: &'p [Earlier<'p>],
    report: &'p str,
    encounter: Option<&'p str>,
}

impl Place<'_, '_, '_> {
    /// The id of the Observation it becomes.
    fn observation(&self, block: &Block<'_>, desk: &mut Desk<'_, '_>) -> String {
        let report = self.versions.current;
        let id = desk.id(&format!("Observation\n{}\n{}", self.versions.key, block.key));
        let letter = block.status();
        let of_report = report.obr.field(25).text().unwrap_or_default();
        // U: it is final now, and its value was sent before.
        let unsent = || self.before(block).filter(|_| letter == "U").find_map(|(block, _)| block.value());
        let value = block.value().or_else(unsent);
        let first = block.first();
        let at = first.and_then(|entry| time::moment(entry.obx.field(14)));
        let at = at.or_else(|| time::moment(report.obr.field(7))).map(|at| at.text);
        let range = block.range().map(|text| vec![terms::text(text)]);
        let notes = block.notes().into_iter().chain(self.history(block, &letter));
        let notes: Vec<Object> = notes.map(terms::text).collect();
        let mut observation = resource("Observation", &id)
            .with("status", observation::status(&letter, &of_report))
            .with("code", self.code(block))
            .with("subject", patient())
            .with("encounter", self.encounter.map(|id| reference("Encounter", id)))
            .with("effectiveDateTime", at)
            .with("interpretation", block.flags())
            .with("note", notes)
            .with("referenceRange", range);
        if let Some(value) = value {
            observation = observation.with(value.key, value.node);
        }
        desk.put(
            Served { kind: "Observation", id: &id, dataset: "results", unit: unit(report) },
            &observation,
        );
        id
    }

    /// OBX-3; a text whose lines name nothing is the report itself.
    fn code(&self, block: &Block<'_>) -> Object {
        let entry = block.first();
        let own = entry.filter(|entry| entry.code().is_some() || !block.is_text());
        let concept = own.and_then(|entry| terms::concept(entry.obx.field(3)));
        let Some(concept) = concept else { return self.versions.name() };
        let numbered = entry
            .filter(|_| block.is_numbered)
            .and_then(|entry| Some(format!("{} [{}]", terms::words(entry.obx.field(3))?, entry.sub_id()?)));
        numbered.map_or(concept, terms::text)
    }

    /// The same result in the versions before, the latest first, with when it was reported.
    fn before(&self, block: &Block<'_>) -> impl Iterator<Item = (&Block<'_>, Option<&str>)> {
        let key = block.key.clone();
        self.earlier.iter().rev().filter_map(move |version| Some((version.blocks.get(&key)?, version.sent)))
    }

    /// Earlier values that are not the present one, each once.
    fn history(&self, block: &Block<'_>, letter: &str) -> Vec<String> {
        let mut said = block.words().into_iter().collect::<Vec<_>>();
        let mut notes = Vec::new();
        for (earlier, at) in self.before(block) {
            // What was withdrawn was never a value.
            let stood = Some(earlier).filter(|earlier| !matches!(earlier.status().as_str(), "W" | "D"));
            let words = stood.and_then(|earlier| earlier.words()).filter(|words| !said.contains(words));
            let Some(words) = words else { continue };
            let what = if letter == "C" { "Corrected" } else { "Changed" };
            // A value that only now arrived, or arrived by an earlier message, was not changed.
            if block.value().is_none() && letter == "U" {
                continue;
            }
            let at = at.map(|at| format!(", reported {at}")).unwrap_or_default();
            notes.push(format!("{what}. Earlier value: {words}{at}"));
            said.push(words);
        }
        notes
    }

    /// ED: a document of its own, named in the report.
    fn file(&self, block: &Block<'_>, desk: &mut Desk<'_, '_>) -> Option<Object> {
        let entry = block.first()?;
        let report = self.versions.current;
        let title = terms::words(entry.obx.field(3));
        let content = files::content(entry.obx.field(5), title.clone());
        let letter = block.status();
        let sent = report.obr.field(25).text().unwrap_or_default();
        let state = observation::status(&letter, &sent);
        let written = time::moment(report.obr.field(22)).or_else(|| report.sent.clone());
        let paper = Paper {
            name: format!("{}\n{}", self.versions.key, block.key),
            identifiers: Vec::new(),
            status: if matches!(state, "entered-in-error" | "cancelled") {
                "entered-in-error"
            } else {
                "current"
            },
            doc_status: match state {
                "final" => Some("final"),
                "corrected" => Some("amended"),
                "preliminary" | "registered" => Some("preliminary"),
                _ => None,
            },
            kind: terms::concept(entry.obx.field(3)).or_else(|| Some(self.versions.name())),
            description: title,
            confidentiality: None,
            created: time::moment(report.obr.field(7)).or_else(|| written.clone()),
            recorded: written,
            authors: Vec::new(),
            authenticator: None,
            contents: vec![content],
            relates: Vec::new(),
            encounter: self.encounter.map(str::to_owned),
            related: vec![reference("DiagnosticReport", self.report)],
            unit: unit(report),
        };
        files::put(paper, desk).into_iter().next()
    }
}
