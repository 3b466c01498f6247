//! Takes a group of entries that are one fact, gives one row: date, what, status in words, source, and everything else in
//! its details, the original as sent among it. Nothing is cut. Source: viewer.md section 5; HAZ-014, HAZ-017, HAZ-018, HAZ-019.

use super::documents;
use super::text::{Verbatim, Wrapped};
use crate::page::{Freshness, Page};
use crate::words;
use fhir::coding::{Coding, SNOMED_CT};
use fhir::{FhirDate, SourceId};
use record::Item;
use record::item::{Facts, Label, Note, Standing};
use record::reconcile::Group;
use std::borrow::Cow;

/// One line of a list.
pub(crate) struct Row<'a> {
    pub(crate) from: Dated,
    pub(crate) to: Option<Dated>,
    /// The first day it can mean.
    pub(crate) day: Option<jiff::civil::Date>,
    pub(crate) what: Cow<'a, str>,
    pub(crate) facts: Vec<Fact<'a>>,
    /// In words, where not plainly current.
    pub(crate) status: Option<String>,
    pub(crate) struck: bool,
    pub(crate) source: &'a str,
    /// `also held by Acute (2)`
    pub(crate) also: Option<String>,
    /// Stands before the first row of entries that differ: `2 entries differ`.
    pub(crate) conflict: Option<String>,
    /// One of those entries.
    pub(crate) differs: bool,
    pub(crate) ribbon: bool,
    pub(crate) caveats: &'a [String],
    /// The ways to the documents themselves.
    pub(crate) links: Vec<Link<'a>>,
    /// The shown entry first, then the others of the group.
    pub(crate) more: Vec<More<'a>>,
}

/// The way to one document.
pub(crate) struct Link<'a> {
    /// `None` where it does not fit an address.
    pub(crate) href: Option<String>,
    pub(crate) what: &'a str,
    pub(crate) source: &'a str,
    /// Where a row has several, each names its source.
    pub(crate) several: bool,
    /// In the chapter of documents: its number in the list that is sent with it.
    pub(crate) number: Option<usize>,
    /// That this professional opened it before, and when.
    pub(crate) opened: Option<String>,
}

/// What of an item stands in sight beside its name.
pub(crate) type FactsOf = for<'a> fn(&'a Item) -> Vec<Fact<'a>>;

/// A label of ours and the words of the source.
#[derive(Clone)]
pub(crate) struct Fact<'a> {
    pub(crate) label: Cow<'a, str>,
    pub(crate) value: Cow<'a, str>,
}

/// A date as shown, and for machines and screen readers where it is one.
#[derive(Clone)]
pub(crate) struct Dated {
    pub(crate) shown: String,
    pub(crate) machine: Option<String>,
}

/// All that is known of one entry.
pub(crate) struct More<'a> {
    pub(crate) source: &'a str,
    pub(crate) facts: Vec<Fact<'a>>,
    pub(crate) notes: &'a [Note],
    pub(crate) as_sent: Verbatim<'a>,
}

/// Rows for one group: one row with its duplicates folded in, or every entry side by side where they differ (HAZ-026).
pub(crate) fn rows<'a>(page: &'a Page, group: &Group<'a>, facts: FactsOf) -> Vec<Row<'a>> {
    if group.conflict.is_none() {
        return Row::of(page, &group.items, facts).into_iter().collect();
    }
    let mut rows: Vec<Row<'a>> =
        group.items.iter().filter_map(|item| Row::of(page, &[item], facts)).collect();
    for row in &mut rows {
        row.differs = true;
    }
    if let Some(first) = rows.first_mut() {
        first.conflict.clone_from(&group.conflict);
    }
    rows
}

impl<'a> Row<'a> {
    pub(crate) fn of(page: &'a Page, items: &[&'a Item], facts: FactsOf) -> Option<Self> {
        let (item, others) = items.split_first()?;
        Some(Self {
            from: Dated::of(item.when.shown()),
            to: end(item),
            day: item.when.shown().and_then(FhirDate::first_day),
            what: Cow::Borrowed(item.words()),
            facts: facts(item),
            status: status(item),
            struck: item.status.standing == Standing::Negated,
            source: short(page, &item.source),
            also: also(page, others),
            conflict: None,
            differs: false,
            ribbon: items.iter().any(|item| is_not_for_the_person(item)),
            caveats: &item.caveats,
            links: documents::links(page, items),
            more: items.iter().map(|item| More::of(page, item)).collect(),
        })
    }

    pub(crate) fn text(&self) -> Verbatim<'_> {
        Verbatim(&self.what)
    }

    pub(crate) fn class(&self) -> &'static str {
        match (self.struck, self.differs) {
            (true, true) => "struck differing",
            (true, false) => "struck",
            (false, true) => "differing",
            (false, false) => "",
        }
    }
}

/// Wherever an entry can be seen, so is that it is not to be shared with the person (HAZ-023).
pub(crate) fn is_not_for_the_person(item: &Item) -> bool {
    item.labels.contains(&Label::NotForThePerson)
}

/// A contact of one day shows that day once; both times stand in the details.
fn end(item: &Item) -> Option<Dated> {
    let to = Dated::of(Some(item.when.to.as_ref()?));
    (Some(&to.shown) != item.when.shown().map(FhirDate::display_day).as_ref()).then_some(to)
}

/// Anything not plainly current says what it is, in the source's own word where there is one (HAZ-019). That a contact of the past
/// is over is no news: its word stands in the details.
pub(crate) fn status(item: &Item) -> Option<String> {
    if is_contact_over(item) {
        return None;
    }
    let code = item.status.code.replace(['-', '_'], " ");
    let is_said = !code.is_empty() && code != "unknown";
    let said = |otherwise: &str| Some(if is_said { code.clone() } else { otherwise.to_owned() });
    match item.status.standing {
        Standing::Current => None,
        Standing::Past => said("past"),
        Standing::Provisional => said("provisional"),
        Standing::Negated => said("cancelled or refuted"),
        Standing::EnteredInError => Some("entered in error".to_owned()),
        Standing::Unknown if !is_said => Some("status not known".to_owned()),
        Standing::Unknown => Some(format!("status “{code}” as recorded")),
    }
}

fn is_contact_over(item: &Item) -> bool {
    let is_over = matches!(item.status.code.as_str(), "finished" | "completed" | "fulfilled");
    is_over && item.status.standing == Standing::Past && matches!(item.facts, Facts::Contact(_))
}

pub(crate) fn short<'a>(page: &'a Page, source: &SourceId) -> &'a str {
    page.sources.iter().find(|card| card.id == *source).map_or("Source not named", |card| card.short.as_str())
}

/// `also held by Acute (2), MH (1)`: grouped, never deleted.
pub(crate) fn also(page: &Page, others: &[&Item]) -> Option<String> {
    let mut held: Vec<(&str, usize)> = Vec::new();
    for item in others {
        let name = short(page, &item.source);
        match held.iter_mut().find(|(other, _)| *other == name) {
            Some((_, count)) => *count += 1,
            None => held.push((name, 1)),
        }
    }
    let held: Vec<String> = held.iter().map(|(name, count)| format!("{name} ({count})")).collect();
    (!held.is_empty()).then(|| format!("also held by {}", held.join(", ")))
}

impl Dated {
    pub(crate) fn of(date: Option<&FhirDate>) -> Self {
        date.map_or_else(
            || Self { shown: words::DATE_NOT_RECORDED.to_owned(), machine: None },
            |date| Self {
                shown: date.display_day(),
                machine: date.is_readable().then(|| date.as_sent().to_owned()),
            },
        )
    }
}

impl<'a> Fact<'a> {
    pub(crate) fn new(label: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        Self { label: label.into(), value: value.into() }
    }

    /// No fact from an absent or blank value: an empty label would read as a negative.
    pub(crate) fn maybe(label: &'a str, value: Option<&'a str>) -> Option<Self> {
        value.filter(|value| !value.trim().is_empty()).map(|value| Self::new(label, value))
    }

    pub(crate) fn text(&self) -> Verbatim<'_> {
        Verbatim(&self.value)
    }

    /// The same for a line that may wrap.
    pub(crate) fn wrapped(&self) -> Wrapped<'_> {
        Wrapped(&self.value)
    }

    pub(crate) fn date(label: &'a str, value: Option<&FhirDate>) -> Option<Self> {
        value.map(|date| Self::new(label, date.display()))
    }
}

impl<'a> More<'a> {
    pub(crate) fn of(page: &'a Page, item: &'a Item) -> Self {
        let made = &item.provenance;
        let mut facts: Vec<Fact<'a>> = [
            Fact::maybe("Author", made.author.as_deref()),
            Fact::maybe("Role", made.author_role.as_deref()),
            Fact::maybe("Organisation", made.organisation.as_deref()),
            Fact::date("From", item.when.from.as_ref()),
            Fact::date("To", item.when.to.as_ref()),
            Fact::date("Recorded", item.when.recorded.as_ref()),
            Fact::maybe("Status as sent", Some(&item.status.code)),
        ]
        .into_iter()
        .flatten()
        .collect();
        facts.extend(item.what.codings.iter().filter_map(code));
        facts
            .extend(item.details.iter().filter_map(|detail| Fact::maybe(&detail.label, Some(&detail.value))));
        facts.extend(updated(page, item));
        facts.extend(
            made.business
                .as_ref()
                .map(|(system, value)| Fact::new("Identifier", format!("{value} ({system})"))),
        );
        Self {
            source: short(page, &item.source),
            facts,
            notes: &item.notes,
            as_sent: Verbatim(item.original.as_sent()),
        }
    }
}

impl<'a> More<'a> {
    /// An entry shown in part comes without.
    pub(crate) fn has_original(&self) -> bool {
        !self.as_sent.0.is_empty()
    }

    /// Its text as it stands in `white-space: pre-wrap`.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&'a Note, Verbatim<'a>)> {
        self.notes.iter().map(|note| (note, Verbatim(&note.text)))
    }
}

/// How old an entry of an extract is: newer entries of one feed do not make an older one new (HAZ-008). Of an entry shown in
/// part its date is no part.
fn updated<'a>(page: &Page, item: &Item) -> Option<Fact<'a>> {
    let card = page.sources.iter().find(|card| card.id == item.source)?;
    let is_periodic = matches!(card.freshness, Freshness::Periodic { .. });
    let is_whole = !item.original.as_sent().is_empty();
    let updated = item.provenance.last_updated.as_deref().filter(|_| is_periodic && is_whole)?;
    Some(Fact::new("Last updated at its source", FhirDate::parse(updated).display()))
}

fn code(coding: &Coding) -> Option<Fact<'_>> {
    let code = coding.code.as_deref()?;
    let system = system_name(coding.system.as_deref());
    let display = coding.display.as_deref().unwrap_or_default();
    Some(Fact::new("Code", format!("{display} {code} ({system})").trim_start().to_owned()))
}

fn system_name(system: Option<&str>) -> &str {
    match system {
        Some(SNOMED_CT) => "SNOMED CT",
        Some(fhir::coding::READ_V2) => "Read v2",
        Some(fhir::coding::CTV3) => "CTV3",
        Some("http://loinc.org") => "LOINC",
        Some("http://hl7.org/fhir/sid/icd-10" | "http://hl7.org/fhir/sid/icd-10-uk") => "ICD-10",
        Some("https://dmd.nhs.uk") => "dm+d",
        Some(other) => other,
        None => "code system not stated",
    }
}
