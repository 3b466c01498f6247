//! Takes a folder of published payloads, gives their texts as JSON by file name, and how many could not be read.
//! XML becomes JSON on the way; a file of another kind is nobody's and is not counted.

use fhir::xml;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// What a folder held.
#[derive(Default)]
pub(super) struct Files {
    pub(super) texts: Vec<String>,
    /// JSON or XML by name, and not by content.
    pub(super) skipped: usize,
}

impl Files {
    /// Nothing where there is no such folder.
    pub(super) fn read(folder: &Path) -> io::Result<Self> {
        let mut files = Self::default();
        for path in sorted(folder)? {
            if !path.extension().is_some_and(|ending| ending == "json" || ending == "xml") {
                continue;
            }
            match text(&fs::read(&path)?) {
                Some(text) => files.texts.push(text),
                None => files.skipped += 1,
            }
        }
        Ok(files)
    }

    pub(super) fn add(&mut self, other: Self) {
        self.texts.extend(other.texts);
        self.skipped += other.skipped;
    }
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.sort();
    Ok(paths)
}

/// Checked JSON, without a byte order mark. The first character tells what it was: published names do not always.
fn text(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let is_xml = text.trim_start().starts_with('<');
    let json = if is_xml { xml::to_json(text).ok()? } else { text.to_owned() };
    fhir::json::check(json.as_bytes()).is_ok().then_some(json)
}

#[cfg(test)]
mod tests {
    use super::Files;

    #[test]
    fn files_are_read_by_what_they_hold_and_those_that_cannot_be_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let patient = r#"<Patient xmlns="http://hl7.org/fhir"><active value="true"/></Patient>"#;
        let files: [(&str, &[u8]); 8] = [
            ("a.json", b"\xef\xbb\xbf{\"resourceType\":\"Flag\"}"),
            ("b.xml", patient.as_bytes()),
            ("c.xml", b"{\"resourceType\":\"List\"}"),
            ("d.json", b"{"),
            ("e.xml", b"<html></html>"),
            ("f.xml", b"<!DOCTYPE a [<!ENTITY a 'b'>]><a>&a;</a>"),
            ("g.json", b"\xff\xfe"),
            ("notes.md", b"not a payload"),
        ];
        for (name, bytes) in files {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        let read = Files::read(folder.path()).unwrap();
        let expected = [
            r#"{"resourceType":"Flag"}"#,
            r#"{"resourceType":"Patient","active":true}"#,
            r#"{"resourceType":"List"}"#,
        ];
        assert_eq!(read.texts, expected);
        assert_eq!(read.skipped, 4, "HAZ-041: what cannot be read stops nothing, and is counted");
        assert!(Files::read(&folder.path().join("nowhere")).unwrap().texts.is_empty());
    }
}
