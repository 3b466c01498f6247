//! Takes a mark, gives the byte strings it would be if somebody had written it down: as it stands, in small letters and capitals, and
//! each of these encoded or escaped.

use base64::{
    Engine, alphabet,
    engine::general_purpose::{GeneralPurpose, NO_PAD},
};

type Form = fn(&str) -> Vec<Vec<u8>>;

/// Every form that is not packed.
pub(crate) const FORMS: [(&str, Form); 10] = [
    ("utf-8", |mark| cases(mark).into_iter().map(String::into_bytes).collect()),
    ("utf-16le", |mark| each(mark, |case| case.encode_utf16().flat_map(u16::to_le_bytes).collect())),
    ("utf-16be", |mark| each(mark, |case| case.encode_utf16().flat_map(u16::to_be_bytes).collect())),
    ("base64-0", |mark| base64(mark, 0)),
    ("base64-1", |mark| base64(mark, 1)),
    ("base64-2", |mark| base64(mark, 2)),
    ("hexadecimal", |mark| by_byte(mark, &["{:02x}", "{:02X}"])),
    ("percent", |mark| by_byte(mark, &["%{:02x}", "%{:02X}"])),
    ("json", |mark| by_byte(mark, &["\\u00{:02x}", "\\u00{:02X}"])),
    ("html", |mark| by_byte(mark, &["&#{};", "&#x{:x};", "&#x{:X};"])),
];

fn cases(mark: &str) -> Vec<String> {
    let mut cases = vec![mark.to_owned(), mark.to_lowercase(), mark.to_uppercase()];
    cases.sort();
    cases.dedup();
    cases
}

fn each(mark: &str, form: impl Fn(&str) -> Vec<u8>) -> Vec<Vec<u8>> {
    cases(mark).iter().map(|case| form(case)).collect()
}

/// Of letters and digits, of which each is one byte, what anybody would write; of others, their bytes one by one.
fn by_byte(mark: &str, patterns: &[&str]) -> Vec<Vec<u8>> {
    let one = |pattern: &str, byte: u8| {
        let small = pattern.replace("{:02x}", &format!("{byte:02x}")).replace("{:x}", &format!("{byte:x}"));
        let large = small.replace("{:02X}", &format!("{byte:02X}")).replace("{:X}", &format!("{byte:X}"));
        large.replace("{}", &byte.to_string())
    };
    let written = |case: &String, pattern: &str| -> Vec<u8> {
        case.bytes().map(|byte| one(pattern, byte)).collect::<String>().into_bytes()
    };
    let mut all: Vec<Vec<u8>> = patterns
        .iter()
        .flat_map(|pattern| cases(mark).iter().map(|case| written(case, pattern)).collect::<Vec<_>>())
        .collect();
    all.sort();
    all.dedup();
    all
}

/// What base64 makes of it where it begins at that place of a group, without the letters its neighbours decide; both alphabets.
fn base64(mark: &str, shift: usize) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for alphabet in [alphabet::STANDARD, alphabet::URL_SAFE] {
        let engine = GeneralPurpose::new(&alphabet, NO_PAD);
        for case in cases(mark) {
            let padded: Vec<u8> = std::iter::repeat_n(0, shift).chain(case.bytes()).collect();
            let encoded = engine.encode(&padded).into_bytes();
            let (first, last) = ((shift * 8).div_ceil(6), padded.len() * 8 / 6);
            all.extend(encoded.get(first..last).map(<[u8]>::to_vec));
        }
    }
    all.sort();
    all.dedup();
    all
}
