//! Takes identifiers and clinical words, gives every place they are found in, in any common encoding (HAZ-049).

#[cfg(test)]
mod tests;

use crate::kept::forms;
use aho_corasick::AhoCorasick;

/// What may never be found.
pub struct Canaries {
    patterns: AhoCorasick,
    /// The word of each pattern.
    words: Vec<String>,
}

impl Canaries {
    /// Each is looked for in every form of [`forms`], and as an address would have it.
    pub fn new(words: &[&str]) -> Self {
        let mut all = Vec::new();
        for word in words {
            let in_an_address = word.replace(' ', "%20").replace(',', "%2C").into_bytes();
            let written = forms::FORMS.iter().flat_map(|(_, form)| form(word)).chain([in_an_address]);
            all.extend(written.map(|form| ((*word).to_owned(), form)));
        }
        let (words, forms): (Vec<String>, Vec<Vec<u8>>) = all.into_iter().unzip();
        Self { patterns: AhoCorasick::new(forms).expect("so few patterns fit"), words }
    }

    /// The words found in these bytes, each once. Empty is what is wanted.
    pub fn found_in(&self, bytes: &[u8]) -> Vec<&str> {
        let hits = self.patterns.find_overlapping_iter(bytes);
        let mut words: Vec<&str> =
            hits.filter_map(|hit| Some(self.words.get(hit.pattern().as_usize())?.as_str())).collect();
        words.sort_unstable();
        words.dedup();
        words
    }
}
