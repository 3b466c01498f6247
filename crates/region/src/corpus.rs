//! Takes a folder of published payloads, gives extra people whose record is one of its files: put under their numbers
//! in memory, otherwise as published; FHIR in XML becomes JSON on the way. A folder without such files gives nobody.
//! Source: GP Connect Access Record: Structured replies and FHIR R4 examples, as published.

/// Whole replies of practices.
mod gp;
/// Single resources and Bundles of R4, gathered into one person's record.
mod r4;
/// The files of a folder, as JSON.
mod files;
/// Edits of JSON text in place, digits untouched.
mod edit;

use crate::{options::RegionFault, people::Person};
use fhir::NhsNumber;
use files::Files;
use jiff::civil::{Date, date};
use std::{
    collections::{HashMap, HashSet},
    fs,
    path::Path,
};

/// Where GP Connect replies lie in the folder: whole records, single areas, and small ones with one point each.
const GP_FOLDERS: [&str; 3] = [
    "gp-connect-structured/full-records",
    "gp-connect-structured/by-area",
    "gp-connect-structured/small-bundles",
];
/// Where R4 resources lie in it, in JSON and in XML.
const R4_FOLDERS: [&str; 7] = [
    "immunisation",
    "medicines-r4",
    "pathology-r4",
    "uk-core-r4/encounters",
    "uk-core-r4/examples",
    "uk-core-r4/observations",
    "uk-core-r4/trust-examples",
];

/// The practice that serves published replies.
const PRACTICE: &str = "ZZ903";

/// Published payloads by the person they were given to.
#[derive(Default)]
pub(crate) struct Corpus {
    gp: HashMap<NhsNumber, String>,
    acute: HashMap<NhsNumber, Vec<String>>,
    /// Files that hold nothing that can be served, whatever they are called.
    skipped: usize,
}

/// What a file says of its person; what it does not say is invented.
#[derive(Default)]
struct Demographics {
    family: Option<String>,
    given: Vec<String>,
    title: Option<String>,
    gender: Option<&'static str>,
    birth_date: Option<Date>,
}

impl Corpus {
    /// Reads the folder and adds its people after everybody else.
    pub(crate) fn read(folder: &Path, everybody: &mut Vec<Person>) -> Result<Self, RegionFault> {
        let fault = |source| RegionFault::Corpus { path: folder.to_owned(), source };
        fs::read_dir(folder).map_err(fault)?;
        let mut numbers = Numbers::beside(everybody);
        let mut corpus = Self::default();
        let mut replies = Files::default();
        for name in GP_FOLDERS {
            replies.add(Files::read(&folder.join(name)).map_err(fault)?);
        }
        let mut skipped = replies.skipped;
        for text in replies.texts {
            let Some(number) = numbers.next() else { break };
            let Some((text, demographics)) = gp::re_number(&text, &number) else {
                skipped += 1;
                continue;
            };
            let place = corpus.gp.len() + 1;
            let story =
                format!("Published GP Connect reply {place}, {} KB: see how it is read", text.len() / 1024);
            everybody.push(person(number.clone(), demographics, PRACTICE, story));
            corpus.gp.insert(number, text);
        }
        let mut files = Files::default();
        for name in R4_FOLDERS {
            files.add(Files::read(&folder.join(name)).map_err(fault)?);
        }
        corpus.skipped = skipped + files.skipped;
        corpus.add_r4(&files.texts, everybody, &mut numbers);
        tracing::info!(people = corpus.people(), "published payloads are read");
        if corpus.skipped > 0 {
            tracing::warn!(
                files.skipped = corpus.skipped,
                "published files that cannot be read are passed over"
            );
        }
        Ok(corpus)
    }

    /// One person for all of them: the files are about many, and each about nobody in particular.
    fn add_r4(&mut self, files: &[String], everybody: &mut Vec<Person>, numbers: &mut Numbers) {
        let Some(number) = numbers.next().filter(|_| !files.is_empty()) else { return };
        let invented = Demographics {
            family: Some("Examples".to_owned()),
            given: vec!["Arfour".to_owned()],
            ..Default::default()
        };
        let story = format!("Published R4 examples from {} files, as held by the acute trust", files.len());
        let person = person(number.clone(), invented, "ZZ902", story);
        self.acute.insert(number, r4::gather(files, &person));
        everybody.push(person);
    }

    fn people(&self) -> usize {
        self.gp.len() + self.acute.len()
    }

    /// The whole reply of a practice, as text.
    pub(crate) fn gp_record(&self, number: &NhsNumber) -> Option<String> {
        self.gp.get(number).cloned()
    }

    /// What that partner holds, as texts, Patient first.
    pub(crate) fn resources(&self, partner: &str, number: &NhsNumber) -> Option<Vec<String>> {
        if partner == "acute" { self.acute.get(number).cloned() } else { None }
    }
}

/// Never issued to anyone, valid, and nobody else's here.
struct Numbers {
    taken: HashSet<NhsNumber>,
    next: u32,
}

impl Numbers {
    fn beside(everybody: &[Person]) -> Self {
        let numbers =
            |person: &Person| std::iter::once(person.nhs_number.clone()).chain(person.superseded.clone());
        Self { taken: everybody.iter().flat_map(numbers).collect(), next: 999_880_001 }
    }

    fn next(&mut self) -> Option<NhsNumber> {
        while self.next < 999_890_000 {
            let nine = self.next.to_string();
            self.next += 1;
            let number = fhir::nhs_number::check_digit(&nine).map(|check| format!("{nine}{check}"));
            let number = number.and_then(|digits| NhsNumber::parse(&digits).ok());
            if let Some(number) = number.filter(|number| self.taken.insert(number.clone())) {
                return Some(number);
            }
        }
        None
    }
}

fn person(nhs_number: NhsNumber, known: Demographics, practice: &'static str, story: String) -> Person {
    Person {
        nhs_number,
        superseded: Vec::new(),
        family: known.family.unwrap_or_else(|| "Published".to_owned()),
        given: if known.given.is_empty() { vec!["Corpus".to_owned()] } else { known.given },
        title: known.title,
        preferred: None,
        host_given: None,
        gender: known.gender.unwrap_or("unknown"),
        birth_date: known.birth_date.unwrap_or(date(1950, 1, 1)),
        deceased: None,
        address: vec!["1 Example Street".to_owned()],
        postcode: "ZZ99 3VZ".to_owned(),
        telephone: "01632960999".to_owned(),
        practice,
        restricted: false,
        gp_refuses: false,
        story,
        story_key: "corpus",
        story_facts: crate::people::facts::Facts::default(),
    }
}

#[cfg(test)]
mod tests;
