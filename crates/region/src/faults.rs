//! Takes a source's name, gives the fault it is under; one table for the whole region, changed while it runs. A fault
//! is said in one word, or in one word and what belongs to it; text that says none is refused with the list of all.
//! Source: the fault rows of the reliability paper; sources, sections 1.7, 4 and 5 (error codes).

use crate::{line, options::RegionFault, rest::partner::PARTNERS};
use std::{collections::BTreeMap, str::FromStr};
use tokio::sync::watch;

/// How requests meet the faults: the gate every source stands behind.
pub(crate) mod gate;
/// What the gate does to a body that is whole.
mod spoilt;

/// The error codes an `outcome:` may name.
pub use crate::outcome::Code;

/// What is wrong with one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fault {
    #[default]
    None,
    /// Accepts and never answers, until the fault is lifted or the region stops.
    Hang,
    /// Answers so many milliseconds late.
    Slow { ms: u64 },
    /// Answers this HTTP status with words that are not FHIR.
    Status(u16),
    /// Answers 429 and says how many seconds to wait.
    RetryAfter { s: u32 },
    /// Refuses with this code, in the source's own dialect.
    Outcome(Code),
    /// Sends half of the body and breaks the connection.
    Drop,
    /// Declares the whole length and ends after half of it.
    Truncated,
    /// Answers with another person's data, subject and all.
    WrongPerson,
    /// Answers a well-framed half of its JSON.
    Malformed,
    /// Answers 200 with no body at all.
    Empty,
    /// One object has a key twice.
    DuplicateKey,
    /// One string is no UTF-8.
    BadUtf8,
    /// Ten thousand arrays inside each other.
    Deep,
    /// Declares a body of a tebibyte and goes on sending.
    Huge,
    /// Declares nothing and goes on sending.
    Endless,
    /// A page of HTML with status 200.
    WrongType,
    /// Compressed, though nobody asked for it.
    Gzip,
    /// Sends the asker to another port.
    Redirect,
    /// Nothing says whom it is about.
    NoSubject,
    /// The directory knows several systems where there should be one.
    Several,
    /// The directory knows the system but not its number or address.
    Blank,
    /// Demographics answer five questions a second and no more.
    Budget,
    /// The last page of a search leads back to the first.
    PagingLoop,
    /// The next page is at another origin.
    PagingElsewhere,
    /// Fewer matches come than the total says.
    PagingShort,
    /// An OperationOutcome of severity error stands inside a 200.
    ErrorInside,
    /// Two people have the number.
    Ambiguous,
    /// The person's entry was replaced by another one.
    Merged,
    /// The person's entry is no longer in use.
    Inactive,
    /// A token that was good is refused once.
    TokenExpired,
    /// No token is given.
    TokenRefused,
    /// It answers, and its own log does not say so.
    Unlogged,
    /// What it holds was received ten days before it was.
    Stale,
}

/// Faults that are one word.
const WORDS: [(&str, Fault); 31] = [
    ("none", Fault::None),
    ("hang", Fault::Hang),
    ("drop", Fault::Drop),
    ("truncated", Fault::Truncated),
    ("wrong-person", Fault::WrongPerson),
    ("malformed", Fault::Malformed),
    ("empty", Fault::Empty),
    ("duplicate-key", Fault::DuplicateKey),
    ("bad-utf8", Fault::BadUtf8),
    ("deep", Fault::Deep),
    ("huge", Fault::Huge),
    ("endless", Fault::Endless),
    ("wrong-type", Fault::WrongType),
    ("gzip", Fault::Gzip),
    ("redirect", Fault::Redirect),
    ("no-subject", Fault::NoSubject),
    ("several", Fault::Several),
    ("blank", Fault::Blank),
    ("budget", Fault::Budget),
    ("paging-loop", Fault::PagingLoop),
    ("paging-elsewhere", Fault::PagingElsewhere),
    ("paging-short", Fault::PagingShort),
    ("error-inside", Fault::ErrorInside),
    ("ambiguous", Fault::Ambiguous),
    ("merged", Fault::Merged),
    ("inactive", Fault::Inactive),
    ("token-expired", Fault::TokenExpired),
    ("token-refused", Fault::TokenRefused),
    ("unlogged", Fault::Unlogged),
    ("stale", Fault::Stale),
    ("", Fault::None),
];

/// The text names no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no fault: {}", all_of_them())]
pub struct NotAFault {
    text: String,
}

fn all_of_them() -> String {
    let words: Vec<&str> = WORDS.iter().map(|(word, _)| *word).filter(|word| !word.is_empty()).collect();
    let codes: Vec<&str> = Code::all().map(Code::as_str).collect();
    format!(
        "{}, slow:<ms>, retry-after:<seconds>, <HTTP status>, outcome:<code> with one of {}",
        words.join(", "),
        codes.join(", ")
    )
}

impl FromStr for Fault {
    type Err = NotAFault;
    fn from_str(text: &str) -> Result<Self, NotAFault> {
        let one_word = WORDS.iter().find(|(word, _)| *word == text).map(|(_, fault)| *fault);
        one_word.or_else(|| with_more(text)).ok_or_else(|| NotAFault { text: text.to_owned() })
    }
}

fn with_more(text: &str) -> Option<Fault> {
    match text.split_once(':') {
        Some(("slow", ms)) => digits(ms).map(|ms| Fault::Slow { ms }),
        Some(("retry-after", s)) => digits(s).map(|s| Fault::RetryAfter { s }),
        Some(("outcome", code)) => Code::known(code).map(Fault::Outcome),
        Some(_) => None,
        None => digits(text).filter(|status| (200..=599).contains(status)).map(Fault::Status),
    }
}

/// `parse` alone would take a sign.
fn digits<N: FromStr>(text: &str) -> Option<N> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Slow { ms } => write!(f, "slow:{ms}"),
            Self::RetryAfter { s } => write!(f, "retry-after:{s}"),
            Self::Status(status) => write!(f, "{status}"),
            Self::Outcome(code) => write!(f, "outcome:{}", code.as_str()),
            word => {
                f.write_str(WORDS.iter().find(|(_, fault)| fault == word).map_or("none", |(word, _)| word))
            }
        }
    }
}

/// The faults in force, by source name. A source without a fault of its own has that of what it belongs to:
/// `gp:ZZ901:html` that of `gp:ZZ901`, and that of `gp`.
pub(crate) struct Faults {
    names: Vec<String>,
    table: watch::Sender<BTreeMap<String, Fault>>,
}

impl Faults {
    pub(crate) fn new(names: Vec<String>) -> Self {
        Self { names, table: watch::Sender::new(BTreeMap::new()) }
    }

    /// Every name that can be given a fault, in the order the control page shows them.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    pub(crate) fn set(&self, source: &str, fault: Fault) -> Result<(), RegionFault> {
        if !self.names.iter().any(|name| name == source) {
            return Err(RegionFault::UnknownSource(source.to_owned()));
        }
        if let Some(why) = objection(source, fault) {
            return Err(RegionFault::NotItsFault { name: source.to_owned(), fault, why });
        }
        self.table.send_modify(|table| {
            table.insert(source.to_owned(), fault);
        });
        Ok(())
    }

    /// Everything answers as it should.
    pub(crate) fn lift_all(&self) {
        self.table.send_modify(BTreeMap::clear);
    }

    /// The fault that was set under this very name.
    pub(crate) fn of_its_own(&self, source: &str) -> Fault {
        self.table.borrow().get(source).copied().unwrap_or_default()
    }

    /// The fault a request to this source meets now.
    pub(crate) fn of(&self, source: &str) -> Fault {
        in_force(&self.table.borrow(), source)
    }

    /// Returns once the source does not hang. Cancel-safe.
    pub(crate) async fn lifted(&self, source: &str) {
        let mut changes = self.table.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = changes.wait_for(|table| in_force(table, source) != Fault::Hang).await;
    }
}

/// Why that source cannot have that fault: a partner behind an edge node objects to some, whoever answers live to one.
pub(crate) fn objection(source: &str, fault: Fault) -> Option<&'static str> {
    let behind_a_node = PARTNERS.iter().any(|partner| partner.behind_a_node && partner.name == source);
    match fault {
        fault if behind_a_node => line::objection(fault),
        Fault::Stale => Some("it answers of this moment"),
        _ => None,
    }
}

fn in_force(table: &BTreeMap<String, Fault>, source: &str) -> Fault {
    let mut name = source;
    loop {
        let own = table.get(name).copied().unwrap_or_default();
        match name.rsplit_once(':') {
            Some((whole, _)) if own == Fault::None => name = whole,
            _ => return own,
        }
    }
}

#[cfg(test)]
mod tests;
