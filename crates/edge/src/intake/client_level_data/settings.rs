//! Takes one feed's settings and, where they name one, the text of a column map; gives the rules rows are read by.
//! Refuses a map that says two things, or names a column the standard does not have.

use super::columns::{Column, FLAGS};
use super::dates::DateForm;
use super::decode::Encoding;
use super::words;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;

/// One feed of adult social care extracts. Columns are named as the standard names them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    #[serde(default)]
    pub encoding: Encoding,
    /// One ASCII character: `,` where nothing is said.
    #[serde(default = "comma")]
    pub delimiter: char,
    /// The forms dates may have. Two are accepted where nothing is said: `dd/mm/yyyy` and `yyyy-mm-dd`.
    #[serde(default = "both")]
    pub dates: Vec<DateForm>,
    /// A file with `columns` and `values`, as in `config/edge/columns`. What stands here goes before it.
    pub columns_file: Option<PathBuf>,
    /// From the standard's name of a column to the extract's own heading.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Per column, from the extract's own word to the standard's.
    #[serde(default)]
    pub values: BTreeMap<String, BTreeMap<String, String>>,
    pub numbers: Numbers,
    /// Per flag column what a Yes becomes. A flag that is not named is off.
    #[serde(default)]
    pub flags_as: BTreeMap<String, FlagAs>,
    /// The council's own codes as the extract writes them; a row with another is another council's (HAZ-042).
    #[serde(default)]
    pub la_codes: Vec<String>,
    /// Headings of columns that are not to be kept at all.
    #[serde(default)]
    pub leave_out: Vec<String>,
    /// Whether Event Description is taken. It is free text, and may name other people.
    #[serde(default)]
    pub descriptions: bool,
}

/// What makes an NHS number one to rely on (HAZ-042).
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Numbers {
    /// The council declares that every number in the extract was traced.
    Traced,
    /// The extract says so row by row.
    StatusColumn { heading: String, verified: Vec<String> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlagAs {
    Alert,
    IndividualRequirement,
    Off,
}

/// Why a feed's settings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misconfigured {
    #[error("`{0}` is no column of the standard")]
    NoColumn(String),
    #[error("`{0}` is no flag: it is one of Dementia, Visual Impairment, Hearing Impairment and Autism")]
    NoFlag(String),
    #[error("`{0}` is named as the heading of two columns")]
    Twice(String),
    #[error("the column `{0}` is named twice, or has no heading")]
    Heading(String),
    #[error("`delimiter` is one ASCII character, and no quotation mark or end of line")]
    Delimiter,
    #[error("`dates` names no form")]
    NoDates,
    #[error("`numbers`: a status column has a heading, and at least one value that means verified")]
    NoVerified,
    #[error("`columns_file` is named, and its text was not given")]
    NoFile,
    #[error("`columns_file` cannot be read: {0}")]
    File(String),
}

/// What a file of `config/edge/columns` holds.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnMap {
    #[serde(default)]
    columns: BTreeMap<String, String>,
    #[serde(default)]
    values: BTreeMap<String, BTreeMap<String, String>>,
}

/// The settings, made ready.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) encoding: Encoding,
    pub(super) delimiter: u8,
    pub(super) dates: Vec<DateForm>,
    /// By folded heading.
    pub(super) headings: HashMap<String, Column>,
    values: HashMap<Column, HashMap<String, String>>,
    pub(super) status: Option<Status>,
    pub(super) flags: BTreeMap<Column, FlagAs>,
    pub(super) la_codes: HashSet<String>,
    pub(super) leave_out: HashSet<String>,
    pub(super) descriptions: bool,
}

/// Where a row says that its number is verified, folded.
#[derive(Debug)]
pub(super) struct Status {
    pub(super) name: String,
    pub(super) heading: String,
    pub(super) verified: HashSet<String>,
}

impl Rules {
    pub(super) fn of(settings: &Settings, columns_file: Option<&str>) -> Result<Self, Misconfigured> {
        let file = match (&settings.columns_file, columns_file) {
            (Some(_), None) => return Err(Misconfigured::NoFile),
            (_, Some(text)) => toml::from_str(text).map_err(|e| Misconfigured::File(e.to_string()))?,
            (None, None) => ColumnMap::default(),
        };
        if settings.dates.is_empty() {
            return Err(Misconfigured::NoDates);
        }
        let status = status(&settings.numbers)?;
        let headings = headings([&settings.columns, &file.columns], status.as_ref())?;
        Ok(Self {
            encoding: settings.encoding,
            delimiter: delimiter(settings.delimiter)?,
            dates: settings.dates.clone(),
            headings,
            values: values([&file.values, &settings.values])?,
            status,
            flags: flags(&settings.flags_as)?,
            la_codes: settings.la_codes.iter().map(|code| words::value(code)).collect(),
            leave_out: settings.leave_out.iter().map(|name| words::heading(name)).collect(),
            descriptions: settings.descriptions,
        })
    }

    /// The standard's word for a value, where the council gave one.
    pub(super) fn mapped<'v>(&'v self, column: Column, value: &'v str) -> &'v str {
        let map = self.values.get(&column);
        map.and_then(|map| map.get(&words::value(value))).map_or(value, String::as_str)
    }
}

fn comma() -> char {
    ','
}

fn both() -> Vec<DateForm> {
    vec![DateForm::DayFirst, DateForm::YearFirst]
}

fn delimiter(given: char) -> Result<u8, Misconfigured> {
    let byte = u8::try_from(given).ok().filter(u8::is_ascii);
    byte.filter(|byte| !matches!(byte, b'"' | b'\n' | b'\r' | 0)).ok_or(Misconfigured::Delimiter)
}

fn column(name: &str) -> Result<Column, Misconfigured> {
    Column::named(name).ok_or_else(|| Misconfigured::NoColumn(name.to_owned()))
}

/// By folded heading, each column once. The first map goes before the second.
fn headings(
    maps: [&BTreeMap<String, String>; 2],
    status: Option<&Status>,
) -> Result<HashMap<String, Column>, Misconfigured> {
    let mut named: BTreeMap<Column, &str> = BTreeMap::new();
    for map in maps {
        let mut own = HashSet::new();
        for (name, heading) in map {
            let column = column(name)?;
            if !own.insert(column) || words::heading(heading).is_empty() {
                return Err(Misconfigured::Heading(name.clone()));
            }
            named.entry(column).or_insert(heading);
        }
    }
    let mut headings = HashMap::new();
    for (column, heading) in named {
        let folded = words::heading(heading);
        let is_status = status.is_some_and(|status| status.heading == folded);
        if is_status || headings.insert(folded, column).is_some() {
            return Err(Misconfigured::Twice(heading.to_owned()));
        }
    }
    Ok(headings)
}

/// The second map goes before the first.
fn values(
    maps: [&BTreeMap<String, BTreeMap<String, String>>; 2],
) -> Result<HashMap<Column, HashMap<String, String>>, Misconfigured> {
    let mut all: HashMap<Column, HashMap<String, String>> = HashMap::new();
    for (name, words) in maps.into_iter().flatten() {
        let own = all.entry(column(name)?).or_default();
        own.extend(words.iter().map(|(word, standard)| (words::value(word), standard.clone())));
    }
    Ok(all)
}

fn flags(given: &BTreeMap<String, FlagAs>) -> Result<BTreeMap<Column, FlagAs>, Misconfigured> {
    let flag = |(name, becomes): (&String, &FlagAs)| {
        let column = Column::named(name).filter(|column| FLAGS.contains(column));
        Ok((column.ok_or_else(|| Misconfigured::NoFlag(name.clone()))?, *becomes))
    };
    given.iter().map(flag).collect()
}

fn status(numbers: &Numbers) -> Result<Option<Status>, Misconfigured> {
    let Numbers::StatusColumn { heading, verified } = numbers else { return Ok(None) };
    let folded: HashSet<String> = verified.iter().map(|word| words::value(word)).collect();
    if words::heading(heading).is_empty() || folded.is_empty() || folded.contains("") {
        return Err(Misconfigured::NoVerified);
    }
    Ok(Some(Status { name: heading.clone(), heading: words::heading(heading), verified: folded }))
}
