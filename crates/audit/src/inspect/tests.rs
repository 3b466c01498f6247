//! What is read back is what was written, and stays on its line.

use super::*;
use crate::sample::{self, KEY, NOW};

fn written(cause: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = sample::store(dir.path());
        let mut entry = sample::refused(1);
        entry.cause = Some(cause.to_owned());
        store.append(vec![entry], NOW).await.unwrap();
    });
    let path = sample::settings(dir.path()).place.path;
    (dir, path)
}

/// AU28.
#[test]
fn hostile_text_is_one_line_whose_direction_nothing_turns() {
    let typed = "a\r\nb\u{0}c\u{1b}[2J\u{85}\u{2028}\u{202e}d\u{e0041}é";
    let (_dir, path) = written(typed);
    let views = inspect(&Place::file(&path), KEY, &Filter { from: 1, ..Filter::default() }).unwrap();
    let [view] = views.as_slice() else { panic!("one entry from index 1 on") };
    let line = view.line();
    assert!(line.chars().all(|c| !c.is_control() && !steers(c)), "{line}");
    let back: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(back["cause"], typed, "escaped, not lost");
    assert_eq!(format!("{view:?}"), "EntryView(1, …)", "HAZ-049");
}

#[test]
fn another_key_reads_nothing() {
    let (_dir, path) = written("x");
    let fault = inspect(&Place::file(&path), [1; 32], &Filter::default()).unwrap_err();
    assert!(matches!(fault, InspectFault::Sealed(0)), "{fault}");
    assert!(inspect(&Place::file(&path.with_extension("none")), KEY, &Filter::default()).is_err());
}
