//! Takes MDM messages, gives one DocumentReference a document number: original, addendum, edit, replacement, cancellation.
//! Only what is authenticated and available is current; what its sender withholds has no content (HAZ-019, HAZ-043).
//! Source: HL7 v2.5.1 chapter 9, tables 0271, 0272, 0273; sources.md 10.

use super::super::event::{Kind, Told};
use super::super::message::{Message, Piece, Segment};
use super::super::time;
use super::blocks::{Block, blocks};
use super::encounters::Visits;
use super::files::{self, Content, Paper};
use super::observation::Entry;
use super::terms::{self, Number};
use super::{Desk, visit};
use std::collections::{BTreeMap, BTreeSet};

/// One document while its messages are read.
struct Document<'a> {
    number: Option<Number>,
    txa: Segment<'a>,
    contents: Vec<Content>,
    sent: Option<time::Moment>,
    visit: Option<String>,
    unit: Option<String>,
    /// `replaces` or `appends`, and the other's key.
    relates: Option<(&'static str, String)>,
    is_edited: bool,
    is_replaced: bool,
    is_cancelled: bool,
}

pub(super) fn show(told: &[Told<'_>], visits: &Visits, desk: &mut Desk<'_, '_>) {
    let mut documents: BTreeMap<String, Document<'_>> = BTreeMap::new();
    for told in told.iter().filter(|told| told.kind == Kind::Document) {
        if let Some(txa) = told.message.first("TXA") {
            apply(&mut documents, told, txa);
        }
    }
    for (key, document) in documents {
        let encounter = document.visit.as_ref().and_then(|visit| visits.get(visit)).cloned();
        files::put(document.paper(key, encounter), desk);
    }
}

fn apply<'a>(documents: &mut BTreeMap<String, Document<'a>>, told: &Told<'a>, txa: Segment<'a>) {
    let number = Number::entity(txa.field(12));
    let key = number.as_ref().map_or_else(|| format!("message\n{}", told.control()), Number::key);
    let parent = Number::entity(txa.field(13)).map(|parent| parent.key()).filter(|parent| *parent != key);
    let event = told.event.as_str();
    let replaced = parent.as_ref().filter(|_| matches!(event, "T09" | "T10"));
    if let Some(replaced) = replaced.and_then(|parent| documents.get_mut(parent)) {
        replaced.is_replaced = true;
    }
    let message = &told.message;
    let now = Document {
        number,
        txa,
        contents: contents(message),
        sent: time::moment(message.field("MSH", 7)),
        visit: visit::key(message).map(|(key, _)| key),
        unit: visit::unit(message.field("PV1", 3)),
        relates: parent.and_then(|parent| match event {
            "T05" | "T06" => Some(("appends", parent)),
            "T09" | "T10" => Some(("replaces", parent)),
            _ => None,
        }),
        is_edited: matches!(event, "T07" | "T08"),
        is_replaced: false,
        is_cancelled: event == "T11",
    };
    let merged = match documents.remove(&key) {
        Some(before) => now.after(before),
        None => now,
    };
    documents.insert(key, merged);
}

impl Document<'_> {
    /// What a later message of the same number leaves of the one before: its text where the later brings none, and that it
    /// was replaced or cancelled, which no status takes back.
    fn after(mut self, before: Self) -> Self {
        if self.contents.is_empty() {
            self.contents = before.contents;
        }
        self.relates = self.relates.or(before.relates);
        self.visit = self.visit.or(before.visit);
        self.unit = self.unit.or(before.unit);
        self.is_edited |= before.is_edited;
        self.is_replaced |= before.is_replaced;
        self.is_cancelled |= before.is_cancelled;
        self
    }

    fn paper(self, name: String, encounter: Option<String>) -> Paper {
        let txa = self.txa;
        let code = |field: usize| txa.field(field).first(1).text().unwrap_or_default();
        let (completion, availability) = (code(17), code(19));
        let is_signed = matches!(completion.as_str(), "AU" | "LA");
        let is_withheld = availability == "UN";
        let status = match availability.as_str() {
            _ if self.is_cancelled => "entered-in-error",
            "CA" => "entered-in-error",
            _ if self.is_replaced => "superseded",
            "OB" => "superseded",
            _ => "current",
        };
        let doc_status = match (is_signed, availability.as_str()) {
            (true, "AV") if self.is_edited => "amended",
            (true, "AV" | "OB") => "final",
            _ => "preliminary",
        };
        let confidentiality = match code(18).as_str() {
            "R" => Some("R"),
            "V" => Some("V"),
            _ => None,
        };
        let withheld = || Content {
            title: Some("Its sender marks it unavailable for patient care".into()),
            content_type: None,
            bytes: None,
        };
        let title = txa.field(16).text().or_else(|| self.contents.iter().find_map(|one| one.title.clone()));
        let written = time::moment(txa.field(4)).or_else(|| time::moment(txa.field(6)));
        let authors = [9, 5].into_iter().flat_map(|field| txa.field(field).repetitions());
        let mut seen = BTreeSet::new();
        let authors = authors.filter(|who| seen.insert(who.raw()));
        let authors = authors.filter_map(terms::clinician).collect();
        let signed: Option<Piece<'_>> = txa.field(22).repetitions().next();
        Paper {
            name,
            identifiers: self.number.iter().map(Number::identifier).collect(),
            status,
            doc_status: Some(doc_status),
            kind: terms::concept(txa.field(2)).or_else(|| Some(files::unnamed())),
            description: title,
            confidentiality,
            created: written,
            recorded: self.sent,
            authors,
            authenticator: signed.and_then(terms::clinician),
            contents: if is_withheld { vec![withheld()] } else { self.contents },
            relates: self.relates.into_iter().collect(),
            encounter,
            related: Vec::new(),
            unit: self.unit,
        }
    }
}

/// Files and texts of the OBX, in their order.
fn contents(message: &Message<'_>) -> Vec<Content> {
    let entries = message.all("OBX").map(|obx| Entry { obx, notes: Vec::new() });
    let entries: Vec<Entry<'_>> = entries.collect();
    let content = |block: &Block<'_>| {
        let entry = block.first()?;
        let title = terms::words(entry.obx.field(3)).filter(|_| entry.code().is_some());
        if block.is_file() {
            return Some(files::content(entry.obx.field(5), title));
        }
        Some(files::written(block.words()?, title))
    };
    blocks(&entries).iter().filter_map(content).collect()
}
