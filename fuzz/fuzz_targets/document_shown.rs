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
    // What a document says is text, whatever it looks like; what counts is what stands in a tag.
    let tags = page.split('<').skip(1).filter_map(|rest| rest.split('>').next());
    for tag in tags {
        for never in ["script", "iframe", "object", "embed", "form", "link", "meta", "base", "svg"] {
            assert!(!tag.starts_with(never), "HAZ-020: {never}");
        }
        for never in [" href=", " srcset=", " action=", " onload", " onerror", "javascript:"] {
            assert!(!tag.contains(never), "HAZ-020: {never}");
        }
    }
});
