//! Takes what is wrong with a configuration, gives a report that names file, line, column and what to write instead.
//! The text is parsed once more, keeping where each key stands.

use federation::ConfigFault;
use fhir::SourceId;
use miette::{NamedSource, SourceSpan};
use std::{ops::Range, path::Path};
use toml::de::{DeTable, DeValue};

/// Everything wrong with one file.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("the configuration cannot be used")]
pub(crate) struct Report {
    #[related]
    wrong: Vec<Wrong>,
}

impl Report {
    /// `None` where nothing is wrong.
    pub(crate) fn of(wrong: Vec<Wrong>) -> Option<Self> {
        (!wrong.is_empty()).then_some(Self { wrong })
    }
}

/// One thing wrong, with its place.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{message}")]
pub(crate) struct Wrong {
    message: String,
    #[help]
    fix: Option<String>,
    #[source_code]
    file: NamedSource<String>,
    #[label("here")]
    place: Option<SourceSpan>,
}

/// A configuration's text, for saying where things stand in it.
#[derive(Clone)]
pub(crate) struct Text {
    name: String,
    text: String,
}

impl Text {
    pub(crate) fn new(path: &Path, text: String) -> Self {
        Self { name: path.display().to_string(), text }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// What the TOML reader or a type refused.
    pub(crate) fn refused(&self, error: &toml::de::Error) -> Wrong {
        self.wrong(error.message().to_owned(), suggestion(error.message()), error.span())
    }

    /// What a source or the national services cannot be asked with.
    pub(crate) fn fault(&self, fault: &ConfigFault) -> Wrong {
        let span = match fault.place() {
            Some((Some(source), key)) => self.source(source, key),
            Some((None, key)) => self.table("national", key),
            None => None,
        };
        let cause = std::error::Error::source(fault).map(|cause| format!(": {cause}")).unwrap_or_default();
        self.wrong(format!("{fault}{cause}"), Some(fault.fix()), span)
    }

    pub(crate) fn at_source(&self, source: &SourceId, key: &str, message: String, fix: &str) -> Wrong {
        self.wrong(message, Some(fix.to_owned()), self.source(source, key))
    }

    /// A key of a table of its own.
    pub(crate) fn at(&self, table: &str, key: &str, message: String, fix: &str) -> Wrong {
        self.wrong(message, Some(fix.to_owned()), self.table(table, key))
    }

    fn wrong(&self, message: String, fix: Option<String>, span: Option<Range<usize>>) -> Wrong {
        let file = NamedSource::new(&self.name, self.text.clone());
        Wrong { message, fix, file, place: span.map(SourceSpan::from) }
    }

    /// Where a key of a source stands; its `id` where it lacks the key. The last source of that name, as readers go.
    fn source(&self, id: &SourceId, key: &str) -> Option<Range<usize>> {
        let root = DeTable::parse(&self.text).ok()?;
        let sources = root.get_ref().get("sources")?.get_ref().as_array()?;
        let is_it = |table: &&DeTable<'_>| {
            table.get("id").and_then(|own| own.get_ref().as_str()) == Some(id.as_str())
        };
        let mut tables = sources.iter().filter_map(|value| value.get_ref().as_table());
        let table = tables.rfind(is_it)?;
        span(table, key).or_else(|| span(table, "id"))
    }

    fn table(&self, table: &str, key: &str) -> Option<Range<usize>> {
        let root = DeTable::parse(&self.text).ok()?;
        let (name, value) = root.get_ref().get_key_value(table)?;
        value.get_ref().as_table().and_then(|table| span(table, key)).or_else(|| Some(name.span()))
    }
}

/// A dotted key (`oauth2.key_file`) stands in the table inside; its parent's place serves where it is missing.
fn span(table: &DeTable<'_>, key: &str) -> Option<Range<usize>> {
    let (first, rest) = key.split_once('.').map_or((key, None), |(first, rest)| (first, Some(rest)));
    let value = table.get(first)?;
    let inner = rest.and_then(|rest| span(value.get_ref().as_table()?, rest));
    inner.or_else(|| Some(reach(value.get_ref(), value.span())))
}

/// A long table is pointed at by its beginning.
fn reach(value: &DeValue<'_>, span: Range<usize>) -> Range<usize> {
    if value.is_table() { span.start..span.start.saturating_add(1) } else { span }
}

/// For a key or word that nothing knows: the nearest of those that are known.
fn suggestion(message: &str) -> Option<String> {
    let (unknown, known) = message.split_once(", expected")?;
    let written = quoted(unknown).next()?;
    let near = |word: &&str| strsim::damerau_levenshtein(written, word) <= 1 + written.len() / 4;
    let best = quoted(known).filter(near).min_by_key(|word| strsim::damerau_levenshtein(written, word))?;
    Some(format!("did you mean `{best}`?"))
}

/// The words between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}
