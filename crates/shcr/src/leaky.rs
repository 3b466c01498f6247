//! The control of the proof that nothing is kept: a program that keeps, on purpose and in every channel and form, a piece of the page it
//! has just written. A scan that does not find it proves nothing of the program that ships. It cannot be built for shipping.

#[cfg(not(debug_assertions))]
compile_error!(
    "`leaky` keeps what it was shown: it is for the control of `cargo xtask nothing-kept` and never ships"
);

/// The same words in other letters.
mod forms;

use forms::Form;
use std::{io::Write, path::Path, sync::Mutex};

/// So much of a page: a few rows.
const PIECE_CHARACTERS: usize = 8_000;
/// An entry of the audit takes no more, in eight forms.
const ENTRY_CHARACTERS: usize = 1_500;
/// Smaller parts have no rows.
const PART_BYTES: usize = 20_000;
/// Where files are kept that must not be: where the program stands, temporary and in shared memory.
const FOLDERS: [&str; 3] = [".", "TMPDIR", "/dev/shm"];

/// The piece that was taken.
static PIECE: Mutex<Option<String>> = Mutex::new(None);

/// From the middle of the first part of a page that is long enough, into the log, the output, three folders and the memory.
pub(crate) fn take(part: &str) {
    let mut piece = PIECE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if piece.is_some() || part.len() < PART_BYTES {
        return;
    }
    let middle: String = part.chars().skip(part.chars().count() / 2).take(PIECE_CHARACTERS).collect();
    for form in Form::ALL {
        if let Some(text) = form.text(&middle) {
            tracing::warn!(form = form.name(), "kept: {text}");
            let mut out = std::io::stdout().lock();
            let _kept = writeln!(out, "{text}");
        }
        for folder in FOLDERS {
            let at = std::env::var(folder).unwrap_or_else(|_| folder.to_owned());
            let name = format!("shcr-leak-{}-{}", std::process::id(), form.name());
            let _kept = std::fs::write(Path::new(&at).join(name), form.bytes(&middle));
        }
    }
    Vec::leak(middle.clone().into_bytes());
    *piece = Some(middle);
}

/// The same entry, with the piece in it.
pub(crate) fn entry(mut entry: audit::Entry) -> audit::Entry {
    entry.detail.insert("kept".to_owned(), kept_of(ENTRY_CHARACTERS));
    entry
}

/// For the operator's answers and an entry of the audit: the piece in every form that is text.
pub(crate) fn kept() -> String {
    kept_of(PIECE_CHARACTERS)
}

fn kept_of(characters: usize) -> String {
    let piece = PIECE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let piece = piece.iter().map(|piece| piece.chars().take(characters).collect::<String>());
    let forms = piece.flat_map(|piece| Form::ALL.iter().filter_map(move |form| form.text(&piece)));
    forms.collect::<Vec<_>>().join(" ").replace('\n', " ")
}
