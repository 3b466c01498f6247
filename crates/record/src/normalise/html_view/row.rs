//! Takes one row of a table, gives an item as written: no code is invented, no column is dropped, what has a place of its
//! own stands there and all else in the details under the column's own heading (HAZ-014, HAZ-018, HAZ-021).
//! Source: GP Connect 0.7 HTML views, table columns; sources.md section 3.

use super::kind::Kind;
use super::{date, text::folded};
use crate::category::{medications, results};
use crate::item::{
    Allergy, Contact, Detail, Facts, Immunisation, Item, Measurement, Medicine, Problem, ProblemKind,
    Section, Standing, Status, When,
};
use crate::normalise::resource::Resource;
use fhir::FhirDate;
use fhir::coding::Concept;

/// One row's text under its headings, in the order of columns, blank cells too.
#[derive(Debug, Clone, Default)]
pub(super) struct Cells(pub(super) Vec<(String, String)>);

/// What a column says of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Main,
    From,
    To,
    LastIssued,
    Stopped,
    StopReason,
    Dose,
    Quantity,
    Supply,
    Value,
    Range,
    Significance,
    Part,
    Entry,
    Author,
    Service,
    Other,
}

/// The item of a row. `composition` lends it source, labels and category; what it is stands in the row.
pub(super) fn item(composition: &Resource<'_>, kind: Kind, mut cells: Cells) -> Item {
    let facts = facts(kind, &mut cells);
    let mut item = composition.item(kind.section(), kind.category(), Facts::Plain);
    item.notes.clear();
    item.when = when(kind, &mut cells);
    item.status = status(kind, &mut cells, &item.when);
    item.what = Concept { text: what(kind, &mut cells), codings: Vec::new() };
    item.provenance.id = None;
    item.provenance.business = None;
    item.provenance.author = cells.take(kind, Role::Author);
    item.provenance.author_role = None;
    item.facts = facts;
    name(&mut item, kind);
    let said = cells.0.into_iter().filter(|(_, value)| !value.is_empty());
    item.details = said.map(|(label, value)| Detail { label, value }).collect();
    item
}

impl Cells {
    /// The text of the first column with this role, which is then spoken for.
    fn take(&mut self, kind: Kind, role: Role) -> Option<String> {
        let place = self.0.iter().position(|(label, _)| self::role(kind, label) == role)?;
        Some(self.0.remove(place).1).filter(|text| !text.is_empty())
    }

    fn has(&self, kind: Kind, role: Role) -> bool {
        self.0.iter().any(|(label, _)| self::role(kind, label) == role)
    }

    fn look(&self, kind: Kind, role: Role) -> Option<&str> {
        self.0.iter().find(|(label, _)| self::role(kind, label) == role).map(|(_, text)| text.as_str())
    }

    /// A date that is one; text that is none stays where it stands.
    fn take_date(&mut self, kind: Kind, role: Role) -> Option<FhirDate> {
        let date = self.look(kind, role).map(date::read).filter(FhirDate::is_readable)?;
        self.take(kind, role);
        Some(date)
    }

    fn says(&self, words: &[&str]) -> bool {
        self.0.iter().any(|(_, text)| {
            let text = text.to_lowercase();
            words.iter().any(|word| text.contains(word))
        })
    }
}

fn role(kind: Kind, label: &str) -> Role {
    let medicine = kind.section() == Section::Medicines;
    match folded(label).as_str() {
        "date"
        | "start date"
        | "issue date"
        | "issued date"
        | "date of issue"
        | "first prescribed date"
        | "first prescribed" => Role::From,
        "end date" => Role::To,
        "last issued date" | "last issued" if medicine => Role::LastIssued,
        "discontinued date" if medicine => Role::Stopped,
        "discontinuation reason" | "reason for discontinuation" if medicine => Role::StopReason,
        "medication item" if medicine => Role::Main,
        "dosage instruction" | "dosage instructions" | "dosage" | "dose" if medicine => Role::Dose,
        "quantity" if medicine => Role::Quantity,
        "type" if medicine => Role::Supply,
        "significance" => Role::Significance,
        "value" if kind == Kind::Observations => Role::Value,
        "range" | "reference range" if kind == Kind::Observations => Role::Range,
        "vaccination" | "entry" => Role::Main,
        "part" if kind == Kind::Immunisations => Role::Part,
        "title" if kind == Kind::Encounters => Role::Author,
        "details" if kind == Kind::Encounters => Role::Entry,
        "details" if kind.section() == Section::Allergies || kind == Kind::Referrals => Role::Main,
        "to" if kind == Kind::Referrals => Role::Service,
        _ => Role::Other,
    }
}

fn facts(kind: Kind, cells: &mut Cells) -> Facts {
    match kind.section() {
        Section::Allergies => Facts::Allergy(Allergy::default()),
        Section::Medicines => Facts::Medicine(medicine(kind, cells)),
        Section::Problems => {
            let is_problem = !matches!(kind, Kind::Clinical | Kind::Emergency);
            Facts::Problem(Problem {
                significance: cells.take(kind, Role::Significance),
                kind: if is_problem { ProblemKind::Problem } else { ProblemKind::History },
                ..Problem::default()
            })
        }
        Section::Results => Facts::Result(Measurement {
            value: cells.take(kind, Role::Value),
            range: cells.take(kind, Role::Range),
            ..Measurement::default()
        }),
        Section::Immunisations => immunisation(kind, cells),
        _ => contact(kind, cells),
    }
}

fn medicine(kind: Kind, cells: &mut Cells) -> Medicine {
    let supply = cells.take(kind, Role::Supply);
    let elsewhere = supply.as_ref().is_some_and(|supply| supply.to_lowercase().contains("elsewhere"));
    let is_over = kind.standing() == Standing::Past;
    Medicine {
        doses: cells.take(kind, Role::Dose).into_iter().collect(),
        quantity: cells.take(kind, Role::Quantity),
        last_issued: cells.take_date(kind, Role::LastIssued),
        stopped: cells.take_date(kind, Role::Stopped),
        stop_reason: cells.take(kind, Role::StopReason),
        list: if elsewhere && !is_over { "GP prescribed elsewhere" } else { kind.list() }.to_owned(),
        supply,
        ..Medicine::default()
    }
}

/// Nobody says "given" for the practice where the row speaks of a refusal (HAZ-018).
fn immunisation(kind: Kind, cells: &mut Cells) -> Facts {
    const DOUBTS: [&str; 8] =
        ["not given", "declin", "refus", "contraindic", "not done", "not attend", "dissent", "consent"];
    if cells.says(&DOUBTS) {
        return Facts::Plain;
    }
    Facts::Immunisation(Immunisation {
        given: true,
        dose_number: cells.take(kind, Role::Part),
        ..Immunisation::default()
    })
}

fn contact(kind: Kind, cells: &mut Cells) -> Facts {
    let setting = match kind {
        Kind::Encounters => "GP",
        Kind::Referrals => "Referral",
        _ => return Facts::Plain,
    };
    Facts::Contact(Contact {
        setting: setting.to_owned(),
        service: cells.take(kind, Role::Service),
        entries: cells.take(kind, Role::Entry).into_iter().collect(),
        ..Contact::default()
    })
}

/// What the column of dates shows, even where it is none: shown as recorded.
fn when(kind: Kind, cells: &mut Cells) -> When {
    let read = |text: String| date::read(&text);
    When {
        from: cells.take(kind, Role::From).map(read),
        to: cells.take(kind, Role::To).map(read),
        recorded: None,
    }
}

/// Where the table does not say it, a label in the row may: a cancelled course is not current (HAZ-013).
fn status(kind: Kind, cells: &mut Cells, when: &When) -> Status {
    let is_open = matches!(
        kind,
        Kind::Acute | Kind::CurrentIssues | Kind::Medicines | Kind::Problems | Kind::Allergies
    );
    let is_labelled = |(label, text): &(String, String)| {
        (folded(label) == "discontinuation details" && !text.is_empty())
            || text.lines().any(|line| {
                let line = line.trim_start();
                line.starts_with("CANCELLED:") || line.starts_with("DISCONTINUED:")
            })
    };
    let is_labelled = cells.0.iter().any(is_labelled);
    let has_ended = when.to.is_some() && matches!(kind, Kind::Problems | Kind::Allergies);
    let is_over = is_open && (is_labelled || has_ended);
    let standing = if is_over { Standing::Past } else { kind.standing() };
    // The one heading that says more than "past": another list may still hold it.
    let code = if kind == Kind::Discontinued { "stopped" } else { "" };
    Status { code: code.to_owned(), standing }
}

/// The main cell; of a row without one the first that is no date. What a consultation is called names who held it.
fn what(kind: Kind, cells: &mut Cells) -> Option<String> {
    if kind == Kind::Encounters {
        return Some("Encounter".to_owned());
    }
    let has_main = cells.has(kind, Role::Main);
    let main = cells.take(kind, Role::Main);
    if kind == Kind::Referrals {
        return main.or_else(|| Some("Referral".to_owned()));
    }
    if has_main {
        return main;
    }
    let is_text = |(_, text): &(String, String)| !text.is_empty() && !date::read(text).is_readable();
    let place = cells.0.iter().position(is_text)?;
    Some(cells.0.remove(place).1)
}

/// What follows from the words of the main term.
fn name(item: &mut Item, kind: Kind) {
    let words = item.what.words().unwrap_or_default().to_owned();
    let at = item.when.from.clone();
    let name = item.what.clone();
    match &mut item.facts {
        Facts::Allergy(allergy) => {
            allergy.no_known = is_negative(&words);
            allergy.degraded = !allergy.no_known;
            if allergy.degraded {
                item.caveats.push("Not coded: will not trigger checks in other systems".into());
            }
        }
        Facts::Medicine(medicine) => medicine.group_key = medications::name::substance(&words),
        Facts::Result(measurement) => {
            measurement.name = name;
            measurement.at = at;
        }
        _ => {}
    }
    if matches!(kind, Kind::Observations | Kind::Clinical) && results::is_frailty(&item.what) {
        item.section = Section::Frailty;
    }
}

/// The whole of the words says that there is none: no allergy, and no coded statement either (HAZ-012).
fn is_negative(words: &str) -> bool {
    const NONE: [&str; 10] = [
        "nka",
        "nkda",
        "no known adverse reactions",
        "no known allergies",
        "no known allergies or adverse reactions",
        "no known allergy",
        "no known drug allergies",
        "no known drug allergies or adverse reactions",
        "no known drug allergy",
        "no known food allergies",
    ];
    NONE.binary_search(&folded(words).as_str()).is_ok()
}
