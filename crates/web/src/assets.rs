//! The style sheets, the script and the icon, embedded and named by their content, so that a browser may keep them for ever.
//! Takes nothing from outside; any other name is refused. Source: viewer.md sections 3.2 and 10.

use crate::view::Key;
use std::{fmt::Write, sync::LazyLock};

/// Late blocks have a place each; a region with more sources than this needs more places.
pub const LATE_PLACES: usize = 64;

/// One file as it is served.
#[derive(Debug)]
pub struct Asset {
    /// `/assets/{hash}.css`
    pub path: String,
    pub content_type: &'static str,
    pub text: String,
}

pub static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    let text =
        [include_str!("../static/nhsuk.css"), include_str!("../static/record.css"), &placement()].concat();
    named("css", "text/css; charset=utf-8", text)
});

/// Sent with the end mark: hides the incomplete notice in engines without `:has`. If it fails the notice stays.
pub static COMPLETE: LazyLock<Asset> = LazyLock::new(|| {
    named("css", "text/css; charset=utf-8", include_str!("../static/complete.css").to_owned())
});

/// The fields of direct access; no other page has any.
pub static FORMS: LazyLock<Asset> = LazyLock::new(|| {
    let text = [include_str!("../static/nhsuk-forms.css"), include_str!("../static/forms.css")].concat();
    named("css", "text/css; charset=utf-8", text)
});

pub static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    named("js", "text/javascript; charset=utf-8", include_str!("../static/record.js").to_owned())
});

/// Closes the page of a document with its session.
pub static DOCUMENT_SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    named("js", "text/javascript; charset=utf-8", include_str!("../static/document.js").to_owned())
});

/// Every opening would log a missing file without it.
pub static ICON: LazyLock<Asset> =
    LazyLock::new(|| named("svg", "image/svg+xml", include_str!("../static/icon.svg").to_owned()));

pub fn find(path: &str) -> Option<&'static Asset> {
    [&*STYLE, &*COMPLETE, &*FORMS, &*SCRIPT, &*DOCUMENT_SCRIPT, &*ICON]
        .into_iter()
        .find(|asset| asset.path == path)
}

fn named(ending: &str, content_type: &'static str, text: String) -> Asset {
    Asset { path: format!("/assets/{:016x}.{ending}", fnv1a(text.as_bytes())), content_type, text }
}

/// Enough to name a file by what is in it; nothing rests on it being hard to forge.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A filled slot becomes a line without height that links still reach. Places are classes because each role has its own
/// order; only children of `main` are matched, so that nothing deeper can imitate a section or a mark (HAZ-033).
fn placement() -> String {
    let mut css = String::new();
    for place in 1..=Key::PLACES + LATE_PLACES {
        let _ = write!(css, "main>.at-{place:02}{{grid-row:{place}}}");
    }
    css.push_str("@media(min-width:701px){");
    for place in 1..=Key::PLACES {
        let _ = write!(css, "main>.pair-{place:02}{{grid-row-start:{place}}}");
    }
    css.push('}');
    for key in Key::all() {
        let area = key.area();
        let _ = write!(
            css,
            "main:has(>#s-{area})>#{area}{{visibility:hidden;height:0;min-height:0;padding:0;margin:0;border:0}}"
        );
    }
    css.push_str(&rooms());
    css.push_str(&crate::view::filter::rules());
    css.push_str(&left_out());
    for late in 1..=LATE_PLACES {
        let _ = write!(
            css,
            "main:has(>#late-{late:02}) .w-{late:02}{{display:none}}main:has(>#late-{late:02}) .l-{late:02}{{display:inline}}"
        );
    }
    css
}

/// The height of a section that is not drawn yet, by its rows: rather more than it will have, narrow pages more than wide ones.
fn rooms() -> String {
    let of = |rem_a_row: u32| -> String {
        let rooms = 0..=crate::view::ROOMS;
        let rule =
            |room| format!("main>.room-{room}{{contain-intrinsic-block-size:{}rem}}", rem_a_row << room);
        rooms.map(rule).collect()
    };
    format!("{}@media(max-width:700px){{{}}}", of(5), of(12))
}

/// What is not ticked is not printed, and every sheet says so.
fn left_out() -> String {
    let mut css = String::from("@media print{");
    let parts = Key::all().into_iter().filter(|key| !matches!(key, Key::AllergyRow | Key::Panel(_)));
    let mut add = |area: &str, shown: &str| {
        // Named step by step, so that no engine looks for the box to tick among the entries of the record.
        let left = format!("body:has(>aside>.choose>label>#to-{area}:not(:checked))");
        let _ = write!(css, "{left} main>{shown}{{display:none}}{left} .out-{area}{{display:inline}}");
    };
    add(crate::view::SUMMARY, ".panel");
    for key in parts {
        add(key.area(), &format!("#s-{}", key.area()));
    }
    css.push('}');
    css
}

#[cfg(test)]
mod tests;
