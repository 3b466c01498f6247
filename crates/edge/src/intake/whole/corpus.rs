//! Finds published payloads and reads what is shown as the page will.

use crate::format::Shown;
use fhir::SourceId;
use fhir::reply::{Format, Payload, Reply, ReplyState};
use record::normalise::{Normalised, normalise};
use std::path::{Path, PathBuf};

pub(crate) fn root() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let root = std::env::var_os("SHCR_CORPUS").map_or_else(beside, PathBuf::from);
    if root.join("MANIFEST.md").is_file() {
        return Some(root);
    }
    println!("SKIPPED: no corpus at SHCR_CORPUS or beside the workspace: nothing was checked");
    None
}

/// The files of a folder by name.
pub(crate) fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries =
        std::fs::read_dir(folder).expect("a corpus folder").flatten().filter(|entry| entry.path().is_file());
    let mut found: Vec<_> = entries
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).unwrap()))
        .collect();
    found.sort();
    found
}

/// A searchset of what is shown, as a gateway would receive it.
pub(crate) fn normalised(shown: &[Shown]) -> Normalised {
    let entry = |one: &Shown| {
        let mode = if one.is_context { "include" } else { "match" };
        format!(
            r#"{{"fullUrl":"https://edge.test/{}/{}","resource":{},"search":{{"mode":"{mode}"}}}}"#,
            one.resource_type, one.id, one.json
        )
    };
    let entries: Vec<String> = shown.iter().map(entry).collect();
    let text = format!(r#"{{"resourceType":"Bundle","type":"searchset","entry":[{}]}}"#, entries.join(","));
    fhir::json::check(text.as_bytes()).expect("readable JSON");
    let payload = Payload { format: Format::R4, category: None, text: text.into() };
    normalise(&Reply { payloads: vec![payload], ..Reply::of(SourceId::new("edge"), ReplyState::Answered) })
}
