//! Takes identifiers and clinical words, gives every place they are found in, in any common encoding (HAZ-049).

#[cfg(test)]
mod tests;

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};

/// What may never be found.
pub struct Canaries(Vec<(String, Vec<u8>)>);

impl Canaries {
    /// Each is looked for as it stands, in small letters and in capitals, and each of these in hexadecimal, base64, UTF-16 and
    /// percent-encoding.
    pub fn new(words: &[&str]) -> Self {
        let mut forms = Vec::new();
        for word in words {
            for case in [(*word).to_owned(), word.to_lowercase(), word.to_uppercase()] {
                forms.extend(encodings(&case).into_iter().map(|form| ((*word).to_owned(), form)));
            }
        }
        forms.sort();
        forms.dedup();
        Self(forms)
    }

    /// The words found in these bytes. Empty is what is wanted.
    pub fn found_in(&self, bytes: &[u8]) -> Vec<&str> {
        let found = self.0.iter().filter(|(_, form)| bytes.windows(form.len()).any(|window| window == form));
        let mut words: Vec<&str> = found.map(|(word, _)| word.as_str()).collect();
        words.dedup();
        words
    }
}

fn encodings(word: &str) -> Vec<Vec<u8>> {
    let bytes = word.as_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let percent = word.replace(' ', "%20").replace(',', "%2C");
    let wide: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut forms = vec![
        bytes.to_vec(),
        hex.clone().into_bytes(),
        hex.to_uppercase().into_bytes(),
        percent.into_bytes(),
        wide,
    ];
    forms.extend((0..3).map(|shift| within_base64(bytes, shift)));
    forms
}

/// What base64 makes of these bytes where they begin at that place of a group, without the letters their neighbours decide.
fn within_base64(bytes: &[u8], shift: usize) -> Vec<u8> {
    let padded: Vec<u8> = std::iter::repeat_n(0, shift).chain(bytes.iter().copied()).collect();
    let encoded = STANDARD_NO_PAD.encode(&padded).into_bytes();
    let first = (shift * 8).div_ceil(6);
    let last = padded.len() * 8 / 6;
    encoded.get(first..last).map(<[u8]>::to_vec).unwrap_or_default()
}
