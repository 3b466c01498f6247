//! Who opened what: takes a question of an officer, gives the openings and attempts that fit and are theirs to see. What cannot be
//! asked as typed is said field by field.

use super::{Program, Reader, Sight, Staged, unreadable, words};
use crate::{
    clock,
    entries::{self, reading::Asked},
    program::alerts::Rule,
};
use audit::{Entry, Found, Kind, Millis, OpeningId, Query, ReadReceipt, cause};
use fhir::NhsNumber;
use jiff::{ToSpan, civil::Date};
use web::{
    gateway::Browser,
    office::values::{Fault, LookForm, Looked, Row},
};

const USUAL_DAYS: i64 = 30;

impl Program {
    pub(super) async fn office_look(&self, browser: &Browser, token: &str, form: LookForm) -> Staged<Looked> {
        let reader = self.reader(browser, Some(token)).await?;
        let wanted = match Wanted::read(&form, today()) {
            Ok(wanted) => wanted,
            Err(faults) => return Ok(Looked { desk: reader.shown, form, faults, ..Looked::default() }),
        };
        let read = self.is_about_to(&reader, wanted.asked()).await?;
        if wanted.is_for(&reader.names()) {
            self.raise(
                Rule::ReaderOfSelf,
                &read.index().to_string(),
                "a reader of the audit looked for themselves",
            )
            .await;
        }
        let Fits { rows, gone, next } = self.sight(&reader.scope).found(&wanted, &read).await?;
        Ok(Looked { desk: reader.shown, form, faults: Vec::new(), rows, gone, next })
    }
}

/// What fits.
pub(crate) struct Fits {
    pub(crate) rows: Vec<Row>,
    /// Entries that were deleted by an order, each in words: nobody can tell any more whether they would have fitted.
    pub(crate) gone: Vec<String>,
    /// Where the next page begins.
    pub(crate) next: Option<u64>,
}

impl Sight<'_> {
    pub(crate) async fn found(&self, wanted: &Wanted, read: &ReadReceipt) -> Staged<Fits> {
        let scope = self.scope.clone();
        let Wanted { query, key, only, organisation, .. } = wanted.clone();
        let is_by = move |entry: &Entry| {
            let by = entry.who.as_ref().map(|who| who.organisation.as_str());
            organisation.is_none() || by == organisation.as_deref()
        };
        let fits =
            move |entry: &Entry| scope.sees(entry) && only.fits(entry) && key.fits(entry) && is_by(entry);
        let page = self.store.find(query, fits, read).await.map_err(unreadable)?;
        let gone = page.deleted.iter().map(ToString::to_string).collect();
        Ok(Fits { rows: page.entries.iter().map(row).collect(), gone, next: page.next })
    }
}

impl Reader {
    /// What a reader may be called in a question.
    fn names(&self) -> Vec<&str> {
        let own = &self.desk.staff.practitioner;
        let ids = [Some(&own.host_sub), own.sds_user_id.as_ref(), own.family.as_ref()];
        ids.into_iter().flatten().map(String::as_str).collect()
    }
}

pub(crate) fn today() -> Date {
    fhir::date::london(clock::now()).date()
}

/// The question, as it can be asked of the store.
#[derive(Clone)]
pub(crate) struct Wanted {
    query: Query,
    key: Key,
    only: Only,
    /// Of that organisation's professionals alone.
    organisation: Option<String>,
    bounds: String,
}

/// What cannot be looked up by a column.
#[derive(Clone, PartialEq, Eq)]
enum Key {
    None,
    Person(String),
    /// Lower case.
    Professional(String),
    Reference(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Only {
    Every,
    Refused,
    Emergency,
    Objection,
    Direct,
}

impl Wanted {
    pub(crate) fn read(form: &LookForm, today: Date) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let (days, bounds) =
            period((&form.since, &form.until), (today, USUAL_DAYS), ["since", "until"], &mut faults);
        let only = Only::read(&form.only);
        let mut query =
            Query { since: Some(days.0), until: Some(days.1), kinds: only.kinds(), ..Query::default() };
        query.from = form.from.parse().unwrap_or_default();
        let mut fault = |field, says| faults.push(Fault { field, says });
        let key = match form.by.as_str() {
            "professional" => {
                let typed = form.professional.trim().to_lowercase();
                if typed.chars().count() < 2 {
                    fault("professional", "Enter a name or a user id");
                }
                Key::Professional(typed)
            }
            "reference" => {
                let typed = form.reference.trim();
                match OpeningId::parse(&typed.to_lowercase()) {
                    Ok(id) => {
                        query.opening = Some(id);
                        Key::None
                    }
                    Err(_) if is_reference(&typed.to_uppercase()) => Key::Reference(typed.to_uppercase()),
                    Err(_) => {
                        fault(
                            "reference",
                            "Enter the reference as printed on the page, for example 7K2M-9QF4",
                        );
                        Key::None
                    }
                }
            }
            "all" => Key::None,
            _ => match NhsNumber::parse(&form.nhs_number) {
                Ok(number) => {
                    query.person = Some(number.digits().to_owned());
                    Key::Person(number.digits().to_owned())
                }
                Err(_) => {
                    fault("nhs_number", "Enter an NHS number of 10 digits");
                    Key::None
                }
            },
        };
        if faults.is_empty() {
            Ok(Self { query, key, only, organisation: None, bounds })
        } else {
            Err(faults)
        }
    }

    /// Of one organisation or one kind alone.
    pub(crate) fn narrowed(mut self, organisation: Option<String>, kind: Option<Kind>) -> Self {
        self.organisation = organisation;
        if let Some(kind) = kind {
            self.query.kinds = vec![kind];
            self.bounds.push_str(&format!(" {}", kind.name()));
        }
        if let Some(organisation) = &self.organisation {
            self.bounds.push_str(&format!(" {organisation}"));
        }
        self
    }

    pub(crate) fn asked(&self) -> Asked<'_> {
        let mut asked =
            Asked { what: "search", bounds: format!("{} {:?}", self.bounds, self.only), ..Asked::default() };
        match &self.key {
            Key::Person(number) => asked.nhs_number = Some(number),
            Key::Professional(typed) => asked.professional = Some(typed),
            Key::Reference(reference) => asked.opening = Some(reference),
            Key::None => asked.opening = self.query.opening.as_ref().map(OpeningId::as_str),
        }
        asked
    }

    /// A reader who looks for what they themselves did.
    pub(crate) fn is_for(&self, names: &[&str]) -> bool {
        let Key::Professional(typed) = &self.key else { return false };
        names.iter().any(|name| name.to_lowercase() == *typed)
    }
}

impl Key {
    fn fits(&self, entry: &Entry) -> bool {
        match self {
            Key::None | Key::Person(_) => true,
            Key::Reference(reference) => {
                entry.opening.as_ref().map(entries::reference).as_ref() == Some(reference)
            }
            Key::Professional(typed) => entry.who.as_ref().is_some_and(|who| {
                let is = |text: &str| text.to_lowercase() == *typed;
                let whole = words::professional(entry).to_lowercase();
                is(&who.subject)
                    || who.sds_user_id.as_deref().is_some_and(is)
                    || whole.contains(typed.as_str())
            }),
        }
    }
}

impl Only {
    fn read(text: &str) -> Self {
        match text {
            "refused" => Self::Refused,
            "emergency" => Self::Emergency,
            "objection" => Self::Objection,
            "direct" => Self::Direct,
            _ => Self::Every,
        }
    }

    fn kinds(self) -> Vec<Kind> {
        match self {
            Self::Every | Self::Direct => vec![Kind::Open, Kind::Refused, Kind::LaunchRefused, Kind::Find],
            Self::Refused => vec![Kind::Refused, Kind::LaunchRefused],
            Self::Emergency => vec![Kind::Open, Kind::Override],
            Self::Objection => vec![Kind::Open, Kind::Refused],
        }
    }

    fn fits(self, entry: &Entry) -> bool {
        match self {
            Self::Every | Self::Refused => true,
            Self::Emergency => {
                let begins = entry.cause.as_deref() == Some(cause::EMERGENCY_BEGINS);
                begins || entry.flags.iter().any(|flag| flag == "break-glass")
            }
            Self::Objection => {
                entry.objection.as_ref().is_some_and(|objection| objection.state == "objected")
            }
            Self::Direct => entry.how.as_ref().is_some_and(|how| how.route == "direct"),
        }
    }
}

fn is_reference(text: &str) -> bool {
    text.len() == 9
        && text.char_indices().all(|(at, c)| if at == 4 { c == '-' } else { c.is_ascii_alphanumeric() })
}

/// The first and the last day, both included, as moments; and in words. Days are London's.
pub(crate) fn period(
    (since, until): (&str, &str),
    (today, usual_days): (Date, i64),
    fields: [&'static str; 2],
    faults: &mut Vec<Fault>,
) -> ((Millis, Millis), String) {
    let mut day = |text: &str, usual: Date, field| match text.trim() {
        "" => usual,
        typed => typed.parse().unwrap_or_else(|_| {
            faults.push(Fault { field, says: "Enter a day as year, month and day, for example 2026-11-01" });
            usual
        }),
    };
    let last = day(until, today, fields[1]);
    let usual = last.checked_sub(usual_days.days()).unwrap_or(last);
    let first = day(since, usual, fields[0]);
    if first > last && faults.is_empty() {
        faults.push(Fault { field: fields[0], says: "The first day is after the last" });
    }
    let after = last.checked_add(1.day()).unwrap_or(last);
    ((start(first), start(after)), format!("{first} to {last}"))
}

pub(super) fn start(day: Date) -> Millis {
    let midnight = day.in_tz("Europe/London").map(|zoned| zoned.timestamp().as_millisecond());
    Millis(midnight.unwrap_or_default())
}

fn row(found: &Found) -> Row {
    let entry = &found.entry;
    let person = entry.whom.as_ref().map(|whom| words::spaced(&whom.nhs_number)).unwrap_or_default();
    Row {
        opening: entry.opening.as_ref().map(ToString::to_string),
        reference: words::reference(entry),
        at: words::at(entry.at),
        professional: words::professional(entry),
        role: words::role(entry).to_owned(),
        organisation: words::organisation(entry),
        person,
        way_in: words::way_in(entry),
        outcome: words::outcome(entry),
        flags: words::flags(entry),
    }
}

#[cfg(test)]
mod tests;
