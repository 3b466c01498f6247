//! Published replies of real systems: each is about one person by our check, but for one that is not.

use super::{Facts, inspect};
use crate::{
    sources::gp_connect::exchange::{Asked, Condemned, Seen},
    subject::Person,
    testing::{NUMBER, number},
};
use fhir::{FhirDate, Json, bundle::Bundle, json};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Three of its ended allergies name another Patient than the rest.
const STRAY: &str = "Consolidated_Allergies_Test_Record_v0_1.json";

fn corpus() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let root = std::env::var_os("SHCR_CORPUS").map_or(root, PathBuf::from);
    if !root.is_dir() {
        println!("SKIPPED: the corpus of published payloads is not here; set SHCR_CORPUS to its folder");
        return None;
    }
    Some(root)
}

/// The published number, masked or templated, becomes one that is never issued.
fn renumber(value: &mut Value, old: &str) {
    match value {
        Value::String(text) if text == old => NUMBER.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(|item| renumber(item, old)),
        Value::Object(members) => members.values_mut().for_each(|member| renumber(member, old)),
        _ => {}
    }
}

fn seen(path: &Path) -> Option<Seen<Facts>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut document: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
    let entries = document["entry"].as_array()?.clone();
    let patient = &entries.iter().find(|entry| entry["resource"]["resourceType"] == "Patient")?["resource"];
    let old = patient["identifier"][0]["value"].as_str()?.to_owned();
    let person = Person {
        numbers: vec![number(NUMBER)],
        birth_date: patient["birthDate"].as_str().map(FhirDate::parse),
        families: Vec::new(),
        given: Vec::new(),
        gender: None,
    };
    renumber(&mut document, &old);
    let text = document.to_string();
    let bundle = Bundle::read(Json::of(json::check(text.as_bytes()).unwrap()))?;
    let asked = Asked { person, root: "https://gp.example".to_owned(), trace_id: "trace".to_owned() };
    Some(inspect(&bundle, &asked))
}

fn replies() -> Vec<PathBuf> {
    let Some(root) = corpus() else { return Vec::new() };
    let folders = ["full-records", "by-area", "small-bundles"];
    let folders = folders.map(|folder| root.join("gp-connect-structured").join(folder));
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap());
    files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect()
}

/// By a part of its name: whole names hold numbers that may be somebody's.
fn named(part: &str) -> Option<PathBuf> {
    replies()
        .into_iter()
        .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().contains(part)))
}

fn facts(path: &Path) -> Option<Facts> {
    match seen(path) {
        Some(Seen::Record(facts)) => Some(facts),
        _ => None,
    }
}

#[test]
fn every_published_reply_is_about_one_person_but_one() {
    let (mut about_one, mut others) = (0, Vec::new());
    for path in replies() {
        match seen(&path) {
            Some(Seen::Record(_)) => about_one += 1,
            Some(Seen::Condemned(Condemned::WrongPerson)) => {
                others.push(path.file_name().unwrap().to_owned())
            }
            _ => panic!("{} was not read as a record", path.display()),
        }
    }
    if about_one > 0 {
        assert_eq!(others, [STRAY], "HAZ-004: {about_one} others are whole");
    }
}

#[test]
fn the_published_warnings_and_lists_are_seen() {
    let (Some(transit), Some(quiet)) = (named("_Birdi_full_"), named("_Dougill_full_")) else {
        return;
    };
    let (transit, quiet) = (facts(&transit).unwrap(), facts(&quiet).unwrap());
    assert!(transit.lists_warn && !quiet.lists_warn, "HAZ-006");
    assert!(transit.has_items && quiet.lists.contains("1102181000000102"));
}

#[test]
fn an_empty_published_record_has_lists_and_no_items() {
    let empty = named("ssp_response_");
    if let Some(facts) = empty.and_then(|path| facts(&path)) {
        assert!(!facts.has_items && facts.lists.contains("886921000000105"), "HAZ-006");
    }
}
