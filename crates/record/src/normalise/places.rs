//! Takes a reply about a person of whom nobody has said that their address may be known, gives it without addresses, and which entries
//! still tell one. Where the national record is silent, it cannot be told who must not be found.
//! Source: access.md section 5 (restricted demographics); sources.md, PDS; HAZ-023.

use super::resource::Resource;
use super::restriction::is_about_nobody;
use super::surroundings::address;
use fhir::reply::Payload;
use fhir::{Json, Object};
use std::collections::HashSet;
use std::sync::Arc;

/// Shorter pieces of an address stand in half of all texts.
const PIECE_MIN: usize = 6;

/// Whether a page may tell where the person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Places {
    Told,
    /// No address, and no entry that tells the person's own.
    Kept,
}

/// The payloads without any address, and the pieces of the person's own, to be known again elsewhere.
pub(super) fn without(payloads: &[Payload]) -> (Vec<Payload>, HashSet<String>) {
    let mut pieces = HashSet::new();
    let left = payloads.iter().map(|payload| {
        let json = Json::of(payload.text.strip_prefix('\u{feff}').unwrap_or(&payload.text));
        Payload { text: Arc::from(value(json, false, &mut pieces)), ..payload.clone() }
    });
    (left.collect(), pieces)
}

/// Addresses of the entries that tell a piece of the person's own address in any words.
pub(super) fn telling(entries: &[Resource<'_>], pieces: &HashSet<String>) -> HashSet<usize> {
    let tells = |entry: &&Resource<'_>| {
        let text = squashed(entry.json.as_sent());
        pieces.iter().any(|piece| text.contains(piece))
    };
    let told = entries.iter().filter(|entry| !pieces.is_empty() && !is_about_nobody(&entry.resource_type));
    told.filter(tells).map(address).collect()
}

/// `of_person`: inside a Patient.
fn value(json: Json<'_>, of_person: bool, pieces: &mut HashSet<String>) -> String {
    let text = json.as_sent();
    if !text.contains("\"address\"") && !text.contains("\\u") {
        return text.to_owned();
    }
    if text.starts_with('[') {
        let items: Vec<String> =
            json.items().into_iter().map(|item| value(item, of_person, pieces)).collect();
        return format!("[{}]", items.join(","));
    }
    let Some(object) = json.object().filter(|_| text.starts_with('{')) else { return text.to_owned() };
    let kind = object.text("resourceType");
    let of_person = kind.as_deref().map_or(of_person, |kind| kind == "Patient");
    let mut left = Vec::new();
    for (name, member) in object.members() {
        if name == "address" && member.as_sent().starts_with(['{', '[']) {
            if of_person {
                member.items().into_iter().filter_map(Json::object).for_each(|one| note(&one, pieces));
            }
            continue;
        }
        left.push(format!("{}:{}", super::restriction::quoted(name), value(member, of_person, pieces)));
    }
    format!("{{{}}}", left.join(","))
}

fn note(address: &Object<'_>, pieces: &mut HashSet<String>) {
    let said = ["line", "postalCode", "text"].iter().flat_map(|key| address.items(key));
    let said: Vec<String> = said.filter_map(Json::text).map(|words| words.into_owned()).collect();
    let said = said.iter().flat_map(|words| words.split([',', '\n', ';'])).map(squashed);
    pieces.extend(said.filter(|piece| piece.len() >= PIECE_MIN));
}

/// Capitals and digits alone: blanks, commas and line breaks hide nothing.
fn squashed(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}
