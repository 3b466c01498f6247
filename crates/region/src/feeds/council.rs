//! A council's extract of a night: everybody its adult social care knows, a row for each event, as CSV. One council sends the
//! standard headings, two their vendor's; all of them send what real extracts are full of.
//! Source: Adult Social Care Client Level Data, release 1; RFC 4180; sources, section 14.

/// Headings.
pub(crate) mod columns;
/// From a person's facts to rows.
mod rows;
/// Words of the council's lists.
mod support;
/// What is wrong with real extracts.
mod dirt;

use super::{Extract, Mode, Moment, Transport, wire};
use crate::people::{Person, partner::Partner};
use columns::{LIQUIDLOGIC, LIQUIDLOGIC_WORDS, STANDARD};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use std::collections::BTreeMap;

pub(super) const FEED: &str = "adult-social-care";

/// How one council writes.
struct Setting<'a> {
    partner: Partner,
    today: Date,
    /// The day it writes: nothing later has happened.
    day: Date,
    /// A date's form, as `strftime` has it.
    form: &'a str,
}

/// One event, by standard heading. What is not there is empty.
#[derive(Clone, Default)]
struct Row(BTreeMap<&'static str, String>);

pub(super) fn extract(moment: &Moment<'_>, partner: Partner, as_at: Timestamp) -> Extract {
    let zone = TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC);
    let form = if partner == Partner::Thurrock { "%Y-%m-%d" } else { "%d/%m/%Y" };
    let setting = Setting { partner, today: moment.today, day: as_at.to_zoned(zone).date(), form };
    let told: Vec<Row> = moment.people.iter().flat_map(|person| rows::rows(&setting, person)).collect();
    let told = dirt::spread(&setting, told);
    let slug = partner.profile().slug;
    Extract {
        partner: slug,
        feed: FEED,
        file_name: format!("{slug}-{FEED}-{}.csv", setting.day),
        bytes: written(partner, &told),
        as_at,
        rows: told.len() as u64,
        transport: Transport::File,
        mode: Mode::Snapshot,
    }
}

impl Setting<'_> {
    fn date(&self, day: Date) -> String {
        day.strftime(self.form).to_string()
    }

    /// The council's own number of a person.
    fn local_id(&self, person: &Person) -> String {
        format!("P{}", wire::local(&format!("{} {}", self.partner.profile().ods, person.nhs_number.digits())))
    }
}

impl Row {
    fn put(&mut self, heading: &'static str, value: impl Into<String>) {
        self.0.insert(heading, value.into());
    }

    fn get(&self, heading: &str) -> &str {
        self.0.get(heading).map(String::as_str).unwrap_or_default()
    }

    /// What every row of an extract says.
    fn of_setting(setting: &Setting<'_>) -> Self {
        let mut row = Self::default();
        row.put(
            "LA Code",
            match setting.partner {
                Partner::Southend => "621",
                Partner::Thurrock => "622",
                _ => "620",
            },
        );
        row.put("Reporting Period Start Date", setting.date(setting.day.saturating_sub(1.year())));
        row.put("Reporting Period End Date", setting.date(setting.day));
        row
    }

    fn of_person(setting: &Setting<'_>, person: &Person) -> Self {
        let mut row = Self::of_setting(setting);
        let practice = person.practice_profile().map_or("", |practice| practice.name);
        let carer = person.story_facts.contacts.iter().any(|one| one.relationship.starts_with("Carer"));
        let gender = match person.gender {
            "male" => "Male",
            "female" => "Female",
            "other" => "Other",
            _ => "Unknown",
        };
        row.put("NHS Number", person.nhs_number.digits());
        row.put("LA Person Unique Identifier", setting.local_id(person));
        row.put("First Name", person.given.join(" "));
        row.put("Last Name", person.family.clone());
        row.put("GP Practice Name", practice);
        row.put("GP Practice Code", person.practice);
        row.put("Gender", gender);
        row.put("Ethnicity", "White: English, Welsh, Scottish, Northern Irish or British");
        row.put("Date of Birth", setting.date(person.birth_date));
        row.put("Date of Death", person.deceased.map(|day| setting.date(day)).unwrap_or_default());
        row.put("Postcode", person.postcode.clone());
        row.put("Accommodation Status", "Owner occupier or shared ownership scheme");
        row.put("Employment Status", "Retired");
        row.put("Has Unpaid Carer", if carer { "Yes" } else { "Unknown" });
        row.put("Autism Spectrum Disorder (ASD)", "No");
        row.put("Visual Impairment", "No");
        row.put("Hearing Impairment", "Unknown");
        row.put("Dementia", if support::has_dementia(person) { "Yes" } else { "No" });
        row
    }
}

/// The file. The standard extract is UTF-8 with a byte order mark; the vendor's is Windows-1252 and has its own words.
fn written(partner: Partner, rows: &[Row]) -> Vec<u8> {
    if partner == Partner::Essex {
        let columns = STANDARD.map(|heading| (heading, heading));
        return format!("\u{feff}{}", text(&columns, rows, |_, word| word)).into_bytes();
    }
    text(&LIQUIDLOGIC, rows, vendors).chars().map(windows_1252).collect()
}

/// What the vendor's system writes for a word of the standard.
fn vendors<'a>(heading: &str, word: &'a str) -> &'a str {
    let mut words = LIQUIDLOGIC_WORDS.iter();
    words.find(|(column, standard, _)| *column == heading && *standard == word).map_or(word, |(.., own)| own)
}

fn text<W>(columns: &[(&'static str, &'static str)], rows: &[Row], words: W) -> String
where
    W: for<'a> Fn(&str, &'a str) -> &'a str,
{
    let mut text = line(columns.iter().map(|(_, own)| quoted(own)));
    for row in rows {
        text.push_str(&line(columns.iter().map(|(name, _)| quoted(words(name, row.get(name))))));
    }
    text
}

fn line(fields: impl Iterator<Item = String>) -> String {
    format!("{}\r\n", fields.collect::<Vec<_>>().join(","))
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

/// What has no place there becomes a question mark, as such systems write it.
fn windows_1252(c: char) -> u8 {
    match c {
        '\u{2013}' => 0x96,
        '\u{2019}' => 0x92,
        c => u8::try_from(u32::from(c)).ok().filter(|byte| *byte < 0x80 || *byte >= 0xa0).unwrap_or(b'?'),
    }
}
