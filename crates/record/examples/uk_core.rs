//! Writes UK Core R4 for a validator that is not ours: takes `--stu3` or `--r4` and files or folders of JSON, gives one
//! resource a line; a Bundle gives its entries, a golden case (`given.json`) its resource. Files that are no JSON or hold no resource are passed over and counted.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program whose output is the point")]

use fhir::bundle::Bundle;
use fhir::reply::Format;
use fhir::{Json, json};
use std::path::{Path, PathBuf};

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let format = match arguments.first().map(String::as_str) {
        Some("--stu3") => Format::Stu3,
        Some("--gp-connect") => Format::GpConnectStu3,
        Some("--r4") => Format::R4,
        _ => return eprintln!("uk_core (--stu3|--gp-connect|--r4) <file or folder>…"),
    };
    let mut files = Vec::new();
    arguments.drain(1..).for_each(|name| find(Path::new(&name), &mut files));
    files.sort();
    let (mut written, mut passed_over) = (0_usize, 0_usize);
    for file in files {
        let bytes = std::fs::read(&file).unwrap_or_default();
        let text = json::check(&bytes).unwrap_or_default();
        let given = given(text);
        let (text, format) = given.unwrap_or((text, format));
        passed_over += usize::from(text.is_empty());
        for resource in resources(text) {
            if let Some(emitted) = record::uk_core::emit(resource, format) {
                println!("{}", one_line(&emitted.json));
                written += 1;
            } else {
                passed_over += 1;
            }
        }
    }
    eprintln!("{written} resources, {passed_over} passed over");
}

/// A golden case: its resource, and the format it names itself.
fn given(text: &str) -> Option<(&str, Format)> {
    let case = Json::of(text).object()?;
    let format = match case.text("format")?.as_ref() {
        "stu3" => Format::Stu3,
        "gp-connect-stu3" => Format::GpConnectStu3,
        "gp-connect-html" => Format::GpConnectHtml,
        _ => Format::R4,
    };
    Some((case.get("resource")?.as_sent(), format))
}

fn find(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_file() {
        files.push(path.to_owned());
        return;
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries.for_each(|entry| find(&entry.path(), files));
}

/// The entries of a Bundle, those inside a Bundle's Bundle, or the one resource.
fn resources(text: &str) -> Vec<&str> {
    let document = Json::of(text);
    match Bundle::read(document) {
        Some(bundle) => bundle.entries.iter().flat_map(|entry| resources(entry.json.as_sent())).collect(),
        None if text.is_empty() => Vec::new(),
        None => vec![document.as_sent()],
    }
}

/// Line breaks between JSON's tokens become blanks; inside strings there are none.
fn one_line(json: &str) -> String {
    json.replace(['\n', '\r'], " ")
}
