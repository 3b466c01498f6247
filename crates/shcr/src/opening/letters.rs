//! Takes the documents a chapter lists, gives them as one value of a form, for this session and until its end; takes such a value,
//! gives the list again, or nothing. It travels with whoever reads from one document to the next, and nothing of it is kept.
//! Source: as `handle`; HAZ-002, HAZ-017, HAZ-049.
//!
//! Sealed form: as a handle's, with the associated data `letters ‖ 0x00 ‖ sid`. Every text stands once, in a table.

use super::handle::{Handle, Sealer, bound};
use audit::{Millis, OpeningId};
use fhir::{Category, Level, Retrieval, SourceId};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use web::page::{Axis, DocumentWords, Letter, Letters, ListedDocument};

const USE: &[u8] = b"letters";

/// A list of one opening's page.
#[derive(PartialEq, Eq)]
pub(crate) struct List {
    pub(crate) opening: OpeningId,
    pub(crate) until: Millis,
    pub(crate) letters: Letters,
    /// What the role had of each copy's category when it was listed.
    pub(crate) levels: Vec<Level>,
}

/// As stored: numbers stand for places in `texts`.
#[derive(Serialize, Deserialize)]
struct Stored {
    opening: String,
    until: i64,
    texts: Vec<String>,
    axes: Vec<(char, usize, Vec<usize>)>,
    rows: Vec<(usize, Vec<usize>, Vec<Copied>)>,
}

type Copied = (usize, Category, Level, [Option<usize>; 8], [usize; 6], bool);

impl List {
    /// `None` where it would be too long for a form.
    pub(super) fn seal(&self, sealer: &Sealer, sid: &[u8; 32]) -> Option<String> {
        let body = serde_json::to_vec(&self.stored()).ok()?;
        sealer.shut(bound(USE, sid), body).filter(|text| text.len() <= Letters::LONGEST)
    }

    /// `None` for whatever was not sealed by this deployment, for this session, or has run out.
    pub(crate) fn open(sealer: &Sealer, sid: &[u8; 32], text: &str, now: Millis) -> Option<Self> {
        let text = Some(text).filter(|text| text.len() <= Letters::LONGEST)?;
        let stored: Stored = serde_json::from_slice(&sealer.unshut(bound(USE, sid), text)?).ok()?;
        stored.list().filter(|list| now < list.until)
    }

    /// What opens that copy of the list; numbered from 1.
    pub(crate) fn handle(&self, number: usize) -> Option<Handle> {
        let ListedDocument { source, category, retrieval, words } = self.letters.copy(number)?.clone();
        let level = *self.levels.get(number.checked_sub(1)?)?;
        let (opening, until) = (self.opening.clone(), self.until);
        Some(Handle { opening, until, source, category, level, retrieval, words })
    }

    fn stored(&self) -> Stored {
        let mut texts = Texts::default();
        let mut levels = self.levels.iter().copied();
        let axes = self.letters.axes.iter().map(|axis| {
            let choices = axis.choices.iter().map(|choice| texts.number(choice)).collect();
            (axis.letter, texts.number(&axis.legend), choices)
        });
        let axes = axes.collect();
        let rows = self.letters.rows.iter().map(|row| {
            let title = texts.number(&row.title);
            let level = |copy| (copy, levels.next().unwrap_or(Level::Full));
            let copies =
                row.copies.iter().map(level).map(|(copy, level)| texts.copied(copy, level)).collect();
            (title, row.answers.clone(), copies)
        });
        let rows = rows.collect();
        let (opening, until) = (self.opening.to_string(), self.until.0);
        Stored { opening, until, texts: texts.all, axes, rows }
    }
}

/// Texts that are written once.
#[derive(Default)]
struct Texts {
    all: Vec<String>,
    places: HashMap<String, usize>,
}

impl Texts {
    fn number(&mut self, text: &str) -> usize {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        self.places.insert(text.to_owned(), self.all.len());
        self.all.push(text.to_owned());
        self.all.len() - 1
    }

    fn copied(&mut self, copy: &ListedDocument, level: Level) -> Copied {
        let r = &copy.retrieval;
        let w = &copy.words;
        let fields =
            [&r.resource, &r.url, &r.content_type, &r.size_bytes, &r.hash, &r.format, &r.asid, &r.custodian];
        let fields = fields.map(|field| field.as_deref().map(|text| self.number(text)));
        let words = [&w.title, &w.kind, &w.date, &w.author, &w.organisation, &w.size_bytes];
        let words = words.map(|text| self.number(text));
        (self.number(copy.source.as_str()), copy.category, level, fields, words, w.not_for_the_person)
    }
}

impl Stored {
    fn list(self) -> Option<List> {
        let text = |number: usize| self.texts.get(number).cloned();
        let axis = |(letter, legend, choices): &(char, usize, Vec<usize>)| {
            let choices = choices.iter().map(|choice| text(*choice)).collect::<Option<_>>()?;
            Some(Axis { letter: *letter, legend: text(*legend)?, choices })
        };
        let row = |(title, answers, copies): &(usize, Vec<usize>, Vec<Copied>)| {
            let copies = copies.iter().map(|copy| self.copy(copy)).collect::<Option<_>>()?;
            Some(Letter { title: text(*title)?, answers: answers.clone(), copies })
        };
        let letters = Letters {
            axes: self.axes.iter().map(axis).collect::<Option<_>>()?,
            rows: self.rows.iter().map(row).collect::<Option<_>>()?,
        };
        let levels = self.rows.iter().flat_map(|(_, _, copies)| copies).map(|copy| copy.2).collect();
        Some(List {
            opening: OpeningId::parse(&self.opening).ok()?,
            until: Millis(self.until),
            letters,
            levels,
        })
    }

    fn copy(
        &self,
        (source, category, _, fields, words, not_for_the_person): &Copied,
    ) -> Option<ListedDocument> {
        let text = |number: usize| self.texts.get(number).cloned();
        let [resource, url, content_type, size_bytes, hash, format, asid, custodian] =
            fields.map(|field| field.and_then(text));
        let retrieval = Retrieval { resource, url, content_type, size_bytes, hash, format, asid, custodian };
        let [title, kind, date, author, organisation, size_bytes] =
            words.map(|word| text(word).unwrap_or_default());
        let not_for_the_person = *not_for_the_person;
        let words = DocumentWords { title, kind, date, author, organisation, size_bytes, not_for_the_person };
        Some(ListedDocument { source: SourceId::new(&text(*source)?), category: *category, retrieval, words })
    }
}

#[cfg(test)]
mod tests;
