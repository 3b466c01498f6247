//! What the sharing agreement shows to nobody by default, as one value: codes, services and kinds of document. The program makes
//! it from the agreement's files and hands it in; nothing here reads anything. Source: access.md section 9, points 1 and 3.

use fhir::coding::SNOMED_CT;
use std::collections::HashSet;

/// SNOMED CT's object identifiers, as CDA names it.
const SNOMED_OIDS: [&str; 2] = ["2.16.840.1.113883.6.96", "2.16.840.1.113883.2.1.3.2.4.15"];

/// Longer words stand in no list.
const WORD_MAX: usize = 63;

/// The lists of one deployment. The default lists nothing: then only labels restrict.
#[derive(Clone, Default)]
pub struct Restrictions {
    /// Concept ids of SNOMED CT.
    concepts: HashSet<String>,
    /// The words of those concepts, for entries without a code.
    terms: HashSet<String>,
    services: Services,
    documents: Words,
    words: Index,
}

/// Services whose every entry is restricted.
#[derive(Clone, Default)]
struct Services {
    /// ODS codes, in capitals.
    organisations: HashSet<String>,
    words: Words,
}

/// Codes of some system, and phrases.
#[derive(Clone, Default)]
struct Words {
    /// A part of the system's address in small letters, and the code.
    codes: Vec<(String, String)>,
    /// Each between blanks, as [`spaced`] has it.
    phrases: Vec<String>,
}

impl Restrictions {
    /// A restricted concept of SNOMED CT, with its words where the release gave some.
    pub fn concept(&mut self, id: &str, display: &str) {
        self.words.insert(id);
        self.concepts.insert(id.to_owned());
        let term = fold(display);
        if !term.is_empty() {
            self.terms.insert(term);
        }
    }

    /// A listed organisation.
    pub fn organisation(&mut self, ods: &str) {
        self.words.insert(ods);
        self.services.organisations.insert(ods.to_ascii_uppercase());
    }

    /// A listed service's own code, in any system whose address holds `system`.
    pub fn service_code(&mut self, system: &str, code: &str) {
        self.words.insert_rarest(code);
        self.services.words.codes.push((system.to_ascii_lowercase(), code.to_owned()));
    }

    /// Words that stand in the name of a listed service, whole words and in their order.
    pub fn service_name(&mut self, phrase: &str) {
        let phrase = spaced(phrase);
        self.words.insert_rarest(&phrase);
        self.services.words.phrases.push(phrase);
    }

    /// A kind of document that is restricted whoever wrote it.
    pub fn document_code(&mut self, system: &str, code: &str) {
        self.words.insert_rarest(code);
        self.documents.codes.push((system.to_ascii_lowercase(), code.to_owned()));
    }

    /// Words that stand in the name of a restricted kind of document.
    pub fn document_name(&mut self, phrase: &str) {
        let phrase = spaced(phrase);
        self.words.insert_rarest(&phrase);
        self.documents.phrases.push(phrase);
    }

    /// Whether the text holds a word of any list. Where it holds none nothing in it needs a closer look.
    pub(crate) fn may_concern(&self, text: &str) -> bool {
        if self.words.is_empty() {
            return false;
        }
        // An escape could hide a word.
        self.words.stands_in(text) || text.contains("\\u")
    }

    /// Whether a code, alone or within an expression, is a listed concept. A code without a system counts as one.
    pub(crate) fn has_concept(&self, system: Option<&str>, code: &str) -> bool {
        let is_snomed = |system: &str| {
            let oid = system.strip_prefix("urn:oid:").unwrap_or(system);
            system.starts_with(SNOMED_CT) || SNOMED_OIDS.contains(&oid)
        };
        system.is_none_or(|system| system.trim().is_empty() || is_snomed(system.trim()))
            && code.split(|c: char| !c.is_ascii_digit()).any(|id| self.concepts.contains(id))
    }

    /// Whether words are exactly those of a listed concept.
    pub(crate) fn has_term(&self, words: &str) -> bool {
        !self.terms.is_empty() && self.terms.contains(&fold(words))
    }

    pub(crate) fn has_organisation(&self, ods: &str) -> bool {
        self.services.organisations.contains(&ods.trim().to_ascii_uppercase())
    }

    pub(crate) fn has_service_code(&self, system: Option<&str>, code: &str) -> bool {
        self.services.words.has_code(system, code)
    }

    pub(crate) fn names_service(&self, words: &str) -> bool {
        self.services.words.stand_in(words)
    }

    pub(crate) fn has_document_code(&self, system: Option<&str>, code: &str) -> bool {
        self.documents.has_code(system, code)
    }

    pub(crate) fn names_document(&self, words: &str) -> bool {
        self.documents.stand_in(words)
    }
}

impl Words {
    fn has_code(&self, system: Option<&str>, code: &str) -> bool {
        let system = system.unwrap_or_default().to_ascii_lowercase();
        self.codes.iter().any(|(part, own)| own == code.trim() && system.contains(part))
    }

    fn stand_in(&self, words: &str) -> bool {
        if self.phrases.is_empty() {
            return false;
        }
        let words = spaced(words);
        // A phrase without a word is one blank, and names nothing.
        self.phrases.iter().any(|phrase| phrase.len() > 1 && words.contains(phrase))
    }
}

/// Small letters and digits, one blank between words.
fn fold(text: &str) -> String {
    spaced(text).trim().to_owned()
}

/// The same with a blank before and after.
fn spaced(text: &str) -> String {
    let mut folded = String::with_capacity(text.len() + 2);
    folded.push(' ');
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if word.is_ascii() {
            folded.extend(word.bytes().map(|byte| char::from(byte.to_ascii_lowercase())));
        } else {
            folded.push_str(&word.to_lowercase());
        }
        folded.push(' ');
    }
    folded
}

/// Words that half the services of a region have in their names: none of them says where to look more closely.
const COMMON: [&str; 14] = [
    "and",
    "care",
    "centre",
    "clinic",
    "health",
    "letter",
    "medicine",
    "of",
    "result",
    "service",
    "services",
    "team",
    "treatment",
    "unit",
];

/// One word of everything listed, found in a text by one pass over it.
#[derive(Clone, Default)]
struct Index {
    words: HashSet<Vec<u8>>,
    /// By first byte, the lengths that occur: most words of a record are passed over by this alone.
    lengths: Vec<u64>,
}

impl Index {
    fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    fn insert(&mut self, word: &str) {
        let word = word.to_ascii_lowercase().into_bytes();
        let Some(first) = word.first().filter(|_| word.len() <= WORD_MAX) else { return };
        self.lengths.resize(256, 0);
        if let Some(lengths) = self.lengths.get_mut(usize::from(*first)) {
            *lengths |= 1 << word.len();
        }
        self.words.insert(word);
    }

    /// One part of it, the one least likely to stand in another text: the longest that is not common, the first of two.
    fn insert_rarest(&mut self, phrase: &str) {
        let parts = || phrase.split(|c: char| !c.is_ascii_alphanumeric()).rev();
        let is_rare = |part: &&str| !COMMON.iter().any(|common| common.eq_ignore_ascii_case(part));
        let rarest = parts().filter(is_rare).max_by_key(|part| part.len()).filter(|part| !part.is_empty());
        let rarest = rarest.or_else(|| parts().max_by_key(|part| part.len()));
        self.insert(rarest.unwrap_or_default());
    }

    /// In a text as it lies in JSON: the letter of an escape (`\n`) is none of the word that comes after it.
    fn stands_in(&self, text: &str) -> bool {
        let mut escaped = false;
        text.as_bytes().split_inclusive(|byte| !byte.is_ascii_alphanumeric()).any(|part| {
            let (last, word) = match part.split_last() {
                Some((last, word)) if !last.is_ascii_alphanumeric() => (*last, word),
                _ => (b' ', part),
            };
            let after_escape = escaped.then(|| word.get(1..)).flatten();
            escaped = last == b'\\';
            self.has(word) || after_escape.is_some_and(|word| self.has(word))
        })
    }

    fn has(&self, word: &[u8]) -> bool {
        let Some(first) = word.first().filter(|_| word.len() <= WORD_MAX) else { return false };
        let lengths = self.lengths.get(usize::from(first.to_ascii_lowercase())).copied().unwrap_or_default();
        lengths & (1 << word.len()) != 0 && self.words.contains(word.to_ascii_lowercase().as_slice())
    }
}

impl std::fmt::Debug for Restrictions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (concepts, services) = (self.concepts.len(), self.services.words.phrases.len());
        write!(f, "Restrictions({concepts} concepts, {services} names of services, …)")
    }
}

#[cfg(test)]
mod tests;
