//! R4 as sent: takes a resource already in R4, gives the same bytes but for the profiles it claims and does not meet.
//! Source: FHIR R4 section 2.27.0.4 (`meta.profile` is a claim); UK Core R4.

use super::r4::{self, Kind};
use super::tree::{Fields, Node};
use super::work::{Dialect, Work};
use super::{Dropped, Emitted, conformance, settle};

pub(super) fn emit(resource: &str, fields: &Fields<'_>) -> Option<Emitted> {
    let resource_type = fields.text("resourceType")?.into_owned();
    if Kind::resource(&resource_type).is_none() && !r4::is_other_resource(&resource_type) {
        return None;
    }
    let claims = conformance::claims(fields);
    let is_sound = !claims.is_empty() && is_sound(fields);
    let holding = |claim: &&String| is_sound && conformance::held(fields, claim).is_some();
    let kept: Vec<&String> = claims.iter().filter(holding).collect();
    let dropped =
        claims.iter().enumerate().filter(|(_, claim)| !kept.contains(claim)).map(|(place, claim)| Dropped {
            path: format!("{resource_type}.meta.profile[{place}]"),
            why: "a claim that could not be confirmed",
            sent: written(&Node::ours(claim)),
        });
    let dropped: Vec<Dropped> = dropped.collect();
    let profile = kept.iter().find_map(|claim| conformance::held(fields, claim));
    let json = if dropped.is_empty() { resource.to_owned() } else { without(resource, fields, &kept)? };
    Some(Emitted { json, resource_type, profile, kept: Vec::new(), dropped, caveats: Vec::new() })
}

/// Whether R4 has a place for everything in it and nothing required is missing.
fn is_sound(fields: &Fields<'_>) -> bool {
    let mut work = Work::new(Dialect::R4);
    settle::resource(fields.clone(), &mut work).is_some() && !work.has_losses() && !work.is_incomplete
}

fn written(node: &Node<'_>) -> String {
    let mut out = String::new();
    node.write(&mut out);
    out
}

/// The bytes as sent, with another `meta`.
fn without(resource: &str, fields: &Fields<'_>, kept: &[&String]) -> Option<String> {
    let mut meta = fields.object("meta")?.clone();
    meta.take("profile");
    if !kept.is_empty() {
        meta.put("profile", Node::Array(kept.iter().map(|claim| Node::ours(claim)).collect()));
    }
    let root = fhir::Json::of(resource).object()?;
    let (sent, text) = (root.get("meta")?.as_sent(), written(&Node::Object(meta)));
    let start = sent.as_ptr().addr().checked_sub(resource.as_ptr().addr())?;
    let (head, rest) = resource.split_at_checked(start)?;
    let tail = rest.get(sent.len()..)?;
    if text != "{}" {
        return Some(format!("{head}{text}{tail}"));
    }
    // An empty object is no R4: the member goes, and one comma with it.
    let (before, _) = head.rsplit_once(':')?;
    let before = before.trim_end().strip_suffix('"').and_then(|name| name.rsplit_once('"'))?.0;
    Some(match before.trim_end().strip_suffix(',') {
        Some(before) => format!("{before}{tail}"),
        None => format!("{before}{}", tail.trim_start().strip_prefix(',').unwrap_or(tail)),
    })
}
