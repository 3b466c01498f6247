//! Takes the OBX of one report, gives its results: lines of text that belong together as one, every other alone, each with a
//! key that finds it again in another version of the report. Source: HL7 v2.5.1 7.4.2; sources.md 10.

use super::json::Object;
use super::observation::{Entry, Value};
use std::collections::{BTreeMap, BTreeSet};

/// One result.
#[derive(Clone)]
pub(super) struct Block<'a> {
    pub(super) entries: Vec<Entry<'a>>,
    /// Its name within the report.
    pub(super) key: String,
    /// Whether the report has the same test under several OBX-4.
    pub(super) is_numbered: bool,
}

/// In the order they stand.
pub(super) fn blocks<'a>(entries: &[Entry<'a>]) -> Vec<Block<'a>> {
    let mut blocks: Vec<Block<'a>> = Vec::new();
    for entry in entries {
        match blocks.last_mut().filter(|block| block.continues_with(entry)) {
            Some(block) => block.entries.push(entry.clone()),
            None => {
                blocks.push(Block { entries: vec![entry.clone()], key: String::new(), is_numbered: false })
            }
        }
    }
    let mut same: BTreeMap<String, u32> = BTreeMap::new();
    let mut tests: BTreeMap<String, BTreeSet<Option<String>>> = BTreeMap::new();
    for block in &mut blocks {
        let test = block.test();
        let sub_id = block.sub_id();
        let name = format!("{test}\n{}", sub_id.as_deref().unwrap_or_default());
        let count = same.entry(name.clone()).or_default();
        *count += 1;
        block.key = format!("{name}\n{count}");
        tests.entry(test).or_default().insert(sub_id);
    }
    for block in &mut blocks {
        block.is_numbered = tests.get(&block.test()).is_some_and(|sub_ids| sub_ids.len() > 1);
    }
    blocks
}

impl<'a> Block<'a> {
    fn test(&self) -> String {
        self.first().and_then(Entry::code).unwrap_or_else(|| "text".into())
    }

    fn sub_id(&self) -> Option<String> {
        self.first().filter(|_| self.entries.len() == 1).and_then(Entry::sub_id)
    }

    pub(super) fn first(&self) -> Option<&Entry<'a>> {
        self.entries.first()
    }

    /// A line goes on with the text before it where both are text, both name the same test or none, and neither was withdrawn
    /// without the other.
    fn continues_with(&self, next: &Entry<'_>) -> bool {
        let is_text = |entry: &Entry<'_>| matches!(entry.kind().as_str(), "TX" | "FT" | "");
        let apart =
            |status: String| matches!(status.as_str(), "W" | "D" | "X").then_some(status).unwrap_or_default();
        self.entries.last().is_some_and(|last| {
            let is_one = last.code() == next.code() && apart(last.status()) == apart(next.status());
            is_text(last) && is_text(next) && is_one
        })
    }

    pub(super) fn is_text(&self) -> bool {
        self.entries.len() > 1
    }

    pub(super) fn is_file(&self) -> bool {
        self.first().is_some_and(|entry| entry.kind() == "ED")
    }

    /// Of several lines the most telling: corrected, then preliminary, then what any line says.
    pub(super) fn status(&self) -> String {
        let said: Vec<String> = self.entries.iter().map(Entry::status).collect();
        let telling = ["C", "P"].iter().find(|letter| said.iter().any(|status| status == *letter));
        let any = || said.iter().find(|status| !status.is_empty()).cloned().unwrap_or_default();
        telling.map_or_else(any, |letter| (*letter).to_owned())
    }

    /// Lines stand as they were sent, empty ones too.
    pub(super) fn value(&self) -> Option<Value> {
        if !self.is_text() {
            return self.first()?.value();
        }
        let lines: Vec<String> = self.entries.iter().map(Entry::lines).collect();
        Value::text(lines.join("\n"))
    }

    pub(super) fn words(&self) -> Option<String> {
        self.value().map(|value| value.words)
    }

    /// Those of all its lines, each once.
    pub(super) fn flags(&self) -> Vec<Object> {
        let mut seen = BTreeSet::new();
        let new = self.entries.iter().filter(|entry| seen.insert(entry.obx.field(8).raw()));
        new.flat_map(Entry::flags).collect()
    }

    pub(super) fn range(&self) -> Option<String> {
        self.entries.iter().find_map(Entry::range)
    }

    pub(super) fn notes(&self) -> Vec<String> {
        let notes = self.entries.iter().filter(|entry| !entry.notes.is_empty());
        notes.map(|entry| entry.notes.join("\n")).collect()
    }
}
