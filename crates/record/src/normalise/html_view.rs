//! Takes the GP Connect HTML view of a practice that sends no coded records, gives its rows as items as written. Nothing
//! is invented and nothing is lost: every row is an item, unread, or repeats another; a section that cannot be read is
//! counted and kept; of a source's markup only text is taken (HAZ-021, HAZ-040, HAZ-041).
//! Source: GP Connect 0.7.4 Access Record HTML (FHIR DSTU2); sources.md section 3.

use super::resource::{Resource, text};
use super::{Normalised, Unread, filing, odd_date};
use crate::item::{Item, Original};
use account::Account;
use fhir::reply::{Format, Warning};
use fhir::{Category, Object};
use kind::{Code, Kind};
use overview::Overview;
use row::Cells;
use section::{Entry, Section, Subsection};
use sentence::Said;
use std::collections::HashSet;

/// HTML's named characters.
mod entities;
/// XML for a strict reader, and the way back to what was sent.
mod markup;
/// Text of elements, and what of it is left out.
mod text;
/// Headings and rows of a table.
mod table;
/// Titles, prose and tables in their order.
mod outline;
/// What prose says of a section.
mod sentence;
/// What kind of entries a table holds.
mod kind;
/// Dates as displayed.
mod date;
/// Subsections of a section.
mod section;
/// A row as an item.
mod row;
/// Rows that repeat another table's.
mod overview;
/// Categories that are not shared or held back.
mod account;

/// The view as a whole.
pub const HTML_VIEW: &str = "html-view";
/// A banner, as returned.
pub const HTML_BANNER: &str = "html-banner";
/// Prose in place of a list of allergies, as written.
pub const HTML_TEXT: &str = "html-text";
/// A section or subsection the practice's system cannot send, in its words.
pub const HTML_NOT_SUPPORTED: &str = "html-not-supported";
/// A section or subsection that is refused, in its words.
pub const HTML_ACCESS_DENIED: &str = "html-access-denied";
/// Something of the source's markup is not shown.
pub const ALTERED_FOR_SAFETY: &str = "altered-for-safety";

const NOT_CODED: &str = "This practice does not send coded records: shown as it displays them";
const LEFT_OUT: &str = "Something in this section was left out for safety: see the practice's own record";
const STRUCK: &str = "Struck through, in whole or in part, in the practice's own record";
const AS_TEXT: &str = "Sent as text in place of a table";
const CONFIDENTIAL: &str = "Items excluded due to confidentiality and/or patient preferences";
/// The system that made the view: its author, and no part of the record.
const DEVICE: &str = "Device";
/// Sections inside one another: one is published.
const NESTED_MAX: usize = 5;
/// More than this is not read as banners: the rest stands among the entries, and nothing is compared without end (HAZ-041).
const WARNINGS_MAX: usize = 120;
/// The longest prose that is taken for a banner beside a table.
const BANNER_MAX: usize = 600;

/// One section of one reply.
struct View<'a> {
    composition: Resource<'a>,
    code: Code,
    /// `None` where it cannot be read.
    section: Option<Section>,
    sent: String,
    /// The same section came before.
    repeated: bool,
}

/// Whether an entry is read here and nowhere else.
pub(super) fn is_view(entry: &Resource<'_>) -> bool {
    let is_part = matches!(entry.resource_type.as_str(), "Composition" | DEVICE);
    entry.document.format == Format::GpConnectHtml && is_part
}

pub(super) fn read(entries: &[Resource<'_>], normalised: &mut Normalised) {
    let views = views(entries, normalised);
    if views.is_empty() {
        return;
    }
    let mut reading =
        Reading { overview: Overview::of(&views), account: Account::default(), views: &views, normalised };
    reading.warn(HTML_VIEW, None, NOT_CODED);
    for view in &views {
        reading.view(view);
    }
    let Reading { account, normalised, .. } = reading;
    account.settle(normalised);
}

/// Every section, each Composition counted.
fn views<'a>(entries: &[Resource<'a>], normalised: &mut Normalised) -> Vec<View<'a>> {
    let mut seen = HashSet::new();
    let mut views = Vec::new();
    for composition in entries.iter().filter(|entry| is_view(entry)) {
        normalised.receive(&composition.resource_type);
        if composition.resource_type == DEVICE {
            normalised.set_aside(DEVICE);
            continue;
        }
        let sections = sections(&composition.object);
        if sections.is_empty() {
            normalised.unread.push(Unread {
                source: composition.shelf.source.clone(),
                category: Category::Consultations,
                resource_type: composition.resource_type.clone(),
                why: "a section of the practice's record without a text".to_owned(),
                original: composition.original(),
            });
            continue;
        }
        normalised.set_aside(&composition.resource_type);
        for (code, sent) in sections {
            let repeated = !seen.insert((code, sent.clone()));
            let section = Section::read(&sent, code);
            views.push(View { composition: composition.clone(), code, section, sent, repeated });
        }
    }
    views
}

/// Code and `div` of every section that has one, the outer before the inner.
fn sections(composition: &Object<'_>) -> Vec<(Code, String)> {
    let mut found = Vec::new();
    let mut level = composition.objects("section");
    for _ in 0..NESTED_MAX {
        let mut inner = Vec::new();
        for section in &level {
            let div = section.object("text").and_then(|narrative| text(&narrative, "div"));
            found.extend(div.map(|div| (code(section), div)));
            inner.extend(section.objects("section"));
        }
        level = inner;
    }
    found
}

fn code(section: &Object<'_>) -> Code {
    let concept = section.object("code").unwrap_or_default();
    let codings = concept.objects("coding");
    let by_code = codings.iter().find_map(|coding| Code::parse(&coding.text("code")?));
    let titles = [text(section, "title"), text(&concept, "text")];
    by_code
        .or_else(|| titles.iter().flatten().find_map(|title| Code::by_title(title)))
        .unwrap_or(Code::Unknown)
}

/// What was received and could not be read.
struct Lost<'l> {
    /// How it is counted.
    name: &'l str,
    category: Category,
    why: &'l str,
    /// Where it has no markup of its own, the whole Composition stands for it.
    as_sent: Option<&'l str>,
}

struct Reading<'r, 'v, 'a> {
    views: &'v [View<'a>],
    overview: Overview<'v>,
    account: Account,
    normalised: &'r mut Normalised,
}

impl Reading<'_, '_, '_> {
    fn view(&mut self, view: &View<'_>) {
        let name = view.name("section");
        let Some(section) = &view.section else {
            for category in view.code.categories() {
                let why = "in a form that cannot be read safely";
                self.unread(view, Lost { name: &name, category, why, as_sent: Some(&view.sent) });
            }
            return;
        };
        self.normalised.receive(&name);
        self.normalised.set_aside(&name);
        for subsection in &section.subsections {
            self.subsection(view, section, subsection);
        }
        let row = view.name("row");
        for hidden in &section.hidden {
            let category = view.category(Kind::Unknown);
            self.unread(
                view,
                Lost { name: &row, category, why: "left out for safety", as_sent: Some(hidden) },
            );
        }
        let left_out = section.left_out || section.entries().any(|entry| entry.left_out);
        if left_out || !section.hidden.is_empty() {
            self.warn(ALTERED_FOR_SAFETY, view.code.category(), LEFT_OUT);
        }
    }

    fn subsection(&mut self, view: &View<'_>, section: &Section, subsection: &Subsection) {
        for entry in &subsection.entries {
            self.entry(view, entry);
        }
        let is_whole = subsection.title.is_some() || !section.is_divided();
        let in_place = is_whole && subsection.tables == 0 && !subsection.is_accounted_for();
        let mut texts = 0;
        for (said, words) in &subsection.said {
            let is_content = *said == Said::Other && (in_place || words.len() > BANNER_MAX);
            if is_content || (*said != Said::Nothing && self.normalised.warnings.len() >= WARNINGS_MAX) {
                self.text(view, subsection.kind, words);
                texts += 1;
            } else {
                self.said(view, subsection, *said, words);
            }
        }
        let silent = match subsection.tables {
            0 => usize::from(in_place && texts == 0),
            _ if subsection.is_accounted_for() => 0,
            _ => subsection.bare_tables,
        };
        for _ in 0..silent {
            let (name, category) = (view.name("table"), view.category(subsection.kind));
            let why = "a list without entries that does not say it is empty";
            self.unread(view, Lost { name: &name, category, why, as_sent: None });
        }
    }

    fn entry(&mut self, view: &View<'_>, entry: &Entry) {
        let name = view.name("row");
        self.normalised.receive(&name);
        let held_back = entry.is_held_back();
        if held_back {
            // That there is something is said of the section; when it was, and how many there are, is not (HAZ-010).
            self.warn("confidential-items", Some(view.category(entry.kind)), CONFIDENTIAL);
        }
        let repeats = || self.overview.holds(entry, view.code);
        if view.repeated || entry.is_sentence || held_back || entry.is_blank() || repeats() {
            self.normalised.set_aside(&name);
            return;
        }
        let mut item = row::item(&view.composition, entry.kind, entry.cells.clone());
        if entry.left_out {
            item.caveats.push(LEFT_OUT.to_owned());
        }
        if entry.struck {
            item.caveats.push(STRUCK.to_owned());
        }
        self.keep(view, item, name, &entry.as_sent);
    }

    /// Prose in place of a table is an entry as written, so that a role sees of it what it sees of the category. Of
    /// allergies nobody can tell whether it names one or none: it is said, and the list is not readable (HAZ-012).
    fn text(&mut self, view: &View<'_>, kind: Kind, words: &str) {
        let name = view.name("text");
        let category = view.category(kind);
        if category == Category::Allergies {
            if self.normalised.warnings.len() < WARNINGS_MAX {
                self.warn(HTML_TEXT, Some(category), words);
            }
            let why = "text in place of a list";
            self.unread(view, Lost { name: &name, category, why, as_sent: Some(words) });
            return;
        }
        self.normalised.receive(&name);
        if view.repeated {
            self.normalised.set_aside(&name);
            return;
        }
        let cells = Cells(vec![("Text".to_owned(), words.to_owned())]);
        let mut item = row::item(&view.composition, kind, cells);
        item.caveats.push(AS_TEXT.to_owned());
        self.keep(view, item, name, words);
    }

    fn keep(&mut self, view: &View<'_>, mut item: Item, name: String, as_sent: &str) {
        if let Some(category) = view.code.category() {
            item.category = filing::stricter(item.category, category);
        }
        if odd_date(&item) {
            item.caveats.push("A date here is not one we can read: shown as recorded".into());
        }
        // Rows carry no codes: a listed service by its name, a listed concept by exactly its words.
        let lists = view.composition.shelf.restrictions;
        if lists.names_service(as_sent) || lists.has_term(item.words()) {
            filing::restrict(&mut item);
        }
        item.provenance.resource_type = name;
        item.original = Original::of(view.composition.document.text, as_sent, Format::GpConnectHtml);
        self.normalised.items.push(item);
    }

    fn said(&mut self, view: &View<'_>, subsection: &Subsection, said: Said, words: &str) {
        let named = sentence::about(words).and_then(|name| Kind::by_title(&name));
        let is_about = matches!(said, Said::Nothing | Said::NotShared | Said::Denied);
        let kind = named.filter(|_| is_about).unwrap_or(subsection.kind);
        let category = match kind {
            Kind::Unknown => view.code.category(),
            kind => Some(view.category(kind)),
        };
        match said {
            Said::Nothing => {}
            Said::NotShared => self.warn(HTML_NOT_SUPPORTED, category, words),
            Said::Denied => self.warn(HTML_ACCESS_DENIED, category, words),
            Said::Confidential => self.warn("confidential-items", category, words),
            Said::InTransit => self.warn("data-in-transit", None, words),
            Said::Banner | Said::Other | Said::Continued => {
                let words = banner(view, subsection, said, words);
                self.warn(HTML_BANNER, category, &words);
            }
        }
        let whole = subsection.title.is_none() && named.is_none();
        self.note(view, said, category, kind.is_principal() || whole);
    }

    /// What the summary says counts only where the section itself was not read.
    fn note(&mut self, view: &View<'_>, said: Said, category: Option<Category>, is_principal: bool) {
        let categories = category.map_or_else(|| view.code.categories(), |category| vec![category]);
        for category in categories {
            let is_home = |other: &View<'_>| {
                other.code != Code::Summary
                    && other.section.is_some()
                    && other.code.category() == Some(category)
            };
            if view.code != Code::Summary || !self.views.iter().any(is_home) {
                self.account.note(said, category, is_principal);
            }
        }
    }

    fn unread(&mut self, view: &View<'_>, lost: Lost<'_>) {
        self.normalised.receive(lost.name);
        if view.repeated {
            self.normalised.set_aside(lost.name);
            return;
        }
        let composition = &view.composition;
        let text = composition.document.text;
        self.normalised.unread.push(Unread {
            source: composition.shelf.source.clone(),
            category: filing::file(composition, lost.category).category,
            resource_type: lost.name.to_owned(),
            why: lost.why.to_owned(),
            original: lost.as_sent.map_or_else(
                || composition.original(),
                |sent| Original::of(text, sent, Format::GpConnectHtml),
            ),
        });
    }

    fn warn(&mut self, code: &str, category: Option<Category>, words: &str) {
        let warning = Warning { code: code.to_owned(), category, text: words.to_owned() };
        if !self.normalised.warnings.contains(&warning) {
            self.normalised.warnings.push(warning);
        }
    }
}

impl View<'_> {
    /// How its parts are counted: `HTML row (MED)`.
    fn name(&self, part: &str) -> String {
        format!("HTML {part} ({})", self.code.name())
    }

    /// Who may see entries of a kind here: never less protected than the section.
    fn category(&self, kind: Kind) -> Category {
        match (self.code.category(), kind) {
            (Some(category), Kind::Unknown) => category,
            (Some(category), kind) => filing::stricter(kind.category(), category),
            (None, kind) => kind.category(),
        }
    }
}

/// A banner as returned; before it the subsection's title where it stands under some subsections and not under all.
fn banner(view: &View<'_>, subsection: &Subsection, said: Said, words: &str) -> String {
    let has = |other: &Subsection| other.said.iter().any(|(kind, text)| *kind == said && text == words);
    let mut all = view.section.iter().flat_map(|section| &section.subsections);
    let everywhere = all.all(|other| other.title.is_none() || has(other));
    match &subsection.title {
        Some(title) if !everywhere => format!("{title}: {words}"),
        _ => words.to_owned(),
    }
}

#[cfg(test)]
mod tests;
