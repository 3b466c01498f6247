//! A document as a source sends it, under any claim of what it is: what is shown of it runs, loads and links nothing (HAZ-020).
#![no_main]

use libfuzzer_sys::fuzz_target;
use web::content::Form;

const CLAIMS: [&str; 8] = [
    "", "text/plain", "text/html", "text/rtf", "application/pdf", "image/tiff", "image/png", "application/xml",
];

fuzz_target!(|input: (u8, &[u8])| {
    let claim = CLAIMS[usize::from(input.0) % CLAIMS.len()];
    let Ok(shown) = web::content::shown(input.1, &[claim]) else { return };
    let Form::Page(page) = shown.form else { return };
    let page = page.to_string().to_ascii_lowercase();
    for never in ["<script", "<iframe", "<object", "<embed", "<form", "<link", "<meta", "<base", "<svg", "href=", "srcset="] {
        assert!(!page.contains(never), "HAZ-020: {never}");
    }
});
