//! Takes HL7 v2 messages, one by one or in batch files, gives units that hold each message whole, and folds all that is
//! kept of one person, in the order it happened, into R4 resources; refuses by place what is no message, and by field what it
//! cannot be sure of. Source: HL7 v2.3 to 2.5.1, chapters 2, 3, 7 and 9; NHS ITK HL7 v2; sources.md 10; HAZ-005, HAZ-042, HAZ-043.

use crate::format::{About, Demographics, Format, Kept, Seen, Shown, Take, Unusable};
use crate::unit::{Refused, Unit, Untraced, Whose};
use event::Told;
use message::Message;
use serde::Deserialize;
use std::{collections::BTreeMap, io::Read};

/// Frames of a connection.
pub mod mllp;
/// Messages of a file.
mod batch;
/// Bytes to text.
mod charset;
/// Segments, fields and their parts, where they lie.
mod message;
/// Times.
mod time;
/// What kind of message, and when it happened.
mod event;
/// Whose it is.
mod person;
/// What it comes to.
mod unit;
/// What the sender is answered.
pub mod ack;
/// What is kept, as resources.
mod show;

pub use charset::Charset;
pub use event::{Kind, kind};
pub use person::Numbers;

/// How one feed's messages are read. Every member has a default.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// For messages whose MSH-18 is empty.
    pub charset: Charset,
    pub numbers: Numbers,
    /// Takes MSH-11 T and D too: for a node that holds nothing real.
    pub training: bool,
    /// Versions taken, as MSH-12 writes them.
    pub accept: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        let accept = ["2.3", "2.3.1", "2.4", "2.5", "2.5.1"].map(str::to_owned).to_vec();
        Self { charset: Charset::default(), numbers: Numbers::default(), training: false, accept }
    }
}

/// Segments that mean something here; every other is kept and counted.
const KNOWN: [&str; 21] = [
    "MSH", "EVN", "PID", "PD1", "NK1", "PV1", "PV2", "AL1", "DG1", "PR1", "ORC", "OBR", "OBX", "NTE", "TQ1",
    "SPM", "TXA", "MRG", "MSA", "ERR", "SFT",
];

/// The format, as one feed has it configured.
#[derive(Debug, Clone, Default)]
pub struct Hl7v2 {
    settings: Settings,
}

impl Hl7v2 {
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }

    fn message(&self, sent: batch::Sent, tally: &mut Tally) -> Result<Unit, Refused> {
        let bytes = sent.bytes.ok_or_else(|| Refused::new("the message is larger than 24 MiB"))?;
        let (text, charset) = charset::decode(&bytes, self.settings.charset)?;
        *tally.charsets.entry(charset.name()).or_default() += 1;
        let message = Message::read(&text, sent.line)?;
        for segment in message.segments().iter().filter(|segment| !KNOWN.contains(&segment.name)) {
            *tally.unknown.entry(segment.name.to_owned()).or_default() += 1;
        }
        let unit = unit::read(&message, &self.settings)?;
        let is_join = message.first("MRG").is_some();
        tally.conflicts += u64::from(is_join && matches!(unit.whose, Whose::Untraced(Untraced::Several)));
        Ok(Unit { body: text.into_bytes(), ..unit })
    }
}

/// What is counted while reading.
#[derive(Default)]
struct Tally {
    charsets: BTreeMap<&'static str, u64>,
    unknown: BTreeMap<String, u64>,
    conflicts: u64,
}

impl Tally {
    fn seen(self, units: u64) -> Seen {
        let decoded = self.charsets.iter().map(|(name, count)| format!("{count} read as {name}"));
        let conflicts = (self.conflicts > 0)
            .then(|| format!("{} merges name several NHS numbers: held, nothing joined", self.conflicts));
        Seen {
            units,
            unknown: self.unknown.into_iter().collect(),
            remarks: decoded.chain(conflicts).collect(),
        }
    }
}

impl Format for Hl7v2 {
    fn read(&self, input: &mut dyn Read, take: Take<'_>) -> Result<Seen, Unusable> {
        let mut tally = Tally::default();
        let units = batch::read(input, mllp::LIMIT_BYTES, &mut |sent| {
            let line = sent.line;
            take(line, self.message(sent, &mut tally))
        })?;
        Ok(tally.seen(units))
    }

    fn show(&self, kept: &[Kept<'_>], about: &About<'_>) -> Vec<Shown> {
        show::show(&told(kept), about)
    }

    fn person(&self, kept: &[Kept<'_>]) -> Option<Demographics> {
        let told = told(kept);
        let about_one = told.iter().filter(|told| told.kind != Kind::Unmerge);
        person::demographics(about_one.filter_map(|told| told.message.first("PID")))
    }
}

/// What is kept, in the order it happened. Whatever was taken can be read again.
fn told<'a>(kept: &[Kept<'a>]) -> Vec<Told<'a>> {
    let text = |kept: &Kept<'a>| std::str::from_utf8(kept.body).ok();
    let messages = kept.iter().filter_map(text).filter_map(|text| Message::read(text, 1).ok());
    event::in_order(messages.filter_map(Told::read).collect())
}

#[cfg(test)]
mod tests;
