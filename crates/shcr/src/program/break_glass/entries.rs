//! Takes an exception, gives its entries: asked, refused, begun, over; one alert for each organisation told; and the item that a
//! second person has to close. Alerts name organisations and the occasion, never a person.

use crate::{clock, entries::Story};
use access::break_glass::{Exception, Offer};
use audit::{Entry, Key, Kind, cause};
use fhir::{Category, OdsCode, SourceId};

const ASKED: u32 = 0;
const BEGUN: u32 = 1;
const OVER: u32 = 2;
/// Any emergency access, start and stop.
const RULE: &str = "PO-06";

impl Story {
    /// The page that names what would open is about to be shown.
    pub(super) fn emergency_asked(&self, offer: &Offer) -> Entry {
        let mut entry = self.override_entry(ASKED, "emergency access: page shown", self.at);
        entry.detail.insert("opens".to_owned(), classes(offer.classes.keys()));
        entry.detail.insert("sources".to_owned(), sources(&offer.sources));
        if offer.over_objection {
            entry.flags.push("over-objection".to_owned());
        }
        entry
    }

    /// Nothing was opened, and why.
    pub(super) fn emergency_refused(&mut self, why: &'static str) -> Entry {
        self.denied(why)
    }

    /// Who, whom, why in their own words, what opens, until when.
    pub(super) fn emergency_begun(&self, exception: &Exception) -> Entry {
        let entry = self.override_entry(BEGUN, cause::EMERGENCY_BEGINS, self.at);
        told_of(entry, exception)
    }

    pub(super) fn emergency_over(&self, exception: &Exception, why: &str) -> Entry {
        let mut entry = self.override_entry(OVER, cause::EMERGENCY_ENDS, clock::millis());
        entry.detail.insert("ended".to_owned(), why.to_owned());
        told_of(entry, exception)
    }

    /// One alert for each privacy officer who is to hear of it.
    pub(super) fn emergency_told(&self, exception: &Exception, start: bool) -> Vec<Entry> {
        let moment = if start { "start" } else { "stop" };
        let alert = |organisation: &OdsCode| {
            let about = format!("{}/{moment}/{organisation}", self.opening);
            let mut entry = Entry::new(Kind::Alert, Key::raised(RULE, &about), clock::millis());
            entry.cause = Some(RULE.to_owned());
            for (key, value) in [
                ("what", format!("emergency access, {moment}")),
                ("about", self.opening.to_string()),
                ("organisation", organisation.to_string()),
                ("reason", exception.reason.clone()),
                ("opens", classes(&exception.opens)),
                ("until", exception.until.to_string()),
            ] {
                entry.detail.insert(key.to_owned(), value);
            }
            entry
        };
        exception.told.iter().map(alert).collect()
    }

    /// Open until somebody else than the professional has looked and closed it.
    pub(super) fn emergency_review(&self, exception: &Exception) -> Entry {
        let key = Key::raised(cause::REVIEW, self.opening.as_str());
        let mut entry = Entry::new(Kind::Alert, key, self.at);
        entry.cause = Some(cause::REVIEW.to_owned());
        let told: Vec<String> = exception.told.iter().map(ToString::to_string).collect();
        for (key, value) in [
            ("what", "emergency access: to be looked at and closed by a second person".to_owned()),
            ("about", self.opening.to_string()),
            ("organisations", told.join(" ")),
            ("state", "open".to_owned()),
        ] {
            entry.detail.insert(key.to_owned(), value);
        }
        entry
    }
}

fn told_of(mut entry: Entry, exception: &Exception) -> Entry {
    entry.detail.insert("opens".to_owned(), classes(&exception.opens));
    entry.detail.insert("until".to_owned(), exception.until.to_string());
    let told: Vec<String> = exception.told.iter().map(ToString::to_string).collect();
    entry.detail.insert("told".to_owned(), told.join(" "));
    entry.flags.push("break-glass".to_owned());
    if exception.over_objection {
        entry.flags.push("over-objection".to_owned());
    }
    entry
}

fn classes<'a>(classes: impl IntoIterator<Item = &'a Category>) -> String {
    let names: Vec<&str> = classes.into_iter().map(|class| class.name()).collect();
    names.join(" ")
}

fn sources<'a>(ids: impl IntoIterator<Item = &'a SourceId>) -> String {
    let names: Vec<&str> = ids.into_iter().map(SourceId::as_str).collect();
    names.join(" ")
}
