//! Takes what is wrong with a configuration, gives a report that names file, line, column and what to write instead.
//! The text is parsed once more, keeping where each key stands.

use access::launch::oidc::ProviderFault;
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

    pub(crate) fn at_host(&self, client_id: &str, key: &str, message: String, fix: &str) -> Wrong {
        self.wrong(message, Some(fix.to_owned()), self.listed("hosts", "client_id", client_id, key))
    }

    /// A key of a table of its own.
    pub(crate) fn at(&self, table: &str, key: &str, message: String, fix: &str) -> Wrong {
        self.wrong(message, Some(fix.to_owned()), self.table(table, key))
    }

    /// What a host cannot be registered with; `None` where it stands in another file.
    pub(crate) fn host_fault(&self, fault: &access::host::HostFault) -> Option<Wrong> {
        let (host, key, fix) = fault.place()?;
        Some(self.at_host(host, key, fault.to_string(), fix))
    }

    /// Of the file as a whole.
    pub(crate) fn general(&self, message: String, fix: &str) -> Wrong {
        self.wrong(message, Some(fix.to_owned()), None)
    }

    /// In `[hosts.smart]` of that host.
    pub(crate) fn at_smart_host(&self, client_id: &str, fault: &ProviderFault) -> Wrong {
        let message = format!("host `{client_id}`, `[hosts.smart]`: {}", fault.what);
        let span = self.listed("hosts", "client_id", client_id, &format!("smart.{}", fault.key));
        self.wrong(message, Some(fault.fix.to_owned()), span)
    }

    /// In `[direct]`.
    pub(crate) fn at_direct(&self, fault: &ProviderFault) -> Wrong {
        let message = format!("`[direct]`: {}", fault.what);
        self.wrong(message, Some(fault.fix.to_owned()), self.table("direct", fault.key))
    }

    fn wrong(&self, message: String, fix: Option<String>, span: Option<Range<usize>>) -> Wrong {
        let file = NamedSource::new(&self.name, self.text.clone());
        Wrong { message, fix, file, place: span.map(SourceSpan::from) }
    }

    /// Where a key of a source stands; its `id` where it lacks the key.
    fn source(&self, id: &SourceId, key: &str) -> Option<Range<usize>> {
        self.listed("sources", "id", id.as_str(), key)
    }

    /// Where a key stands in the table of a list that has that name; the name where it lacks the key. The last of that
    /// name, as readers go.
    fn listed(&self, list: &str, name_key: &str, name: &str, key: &str) -> Option<Range<usize>> {
        let root = DeTable::parse(&self.text).ok()?;
        let listed = root.get_ref().get(list)?.get_ref().as_array()?;
        let is_it =
            |table: &&DeTable<'_>| table.get(name_key).and_then(|own| own.get_ref().as_str()) == Some(name);
        let mut tables = listed.iter().filter_map(|value| value.get_ref().as_table());
        let table = tables.rfind(is_it)?;
        span(table, key).or_else(|| span(table, name_key))
    }

    /// Where a key of a table stands; the table's own place where it lacks the key.
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
