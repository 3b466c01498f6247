//! One resource as UK Core R4: takes it as its source sent it, gives R4 with what did not come over listed by path, so
//! that "as sent" and R4 together are always the whole (HAZ-040). Nothing is guessed into a code; numbers keep their
//! digits (HAZ-039). Refuses what is no resource of R4. Source: sources.md 9; HL7 FHIR R4 (4.0.1); UK Core R4 (2025).

use fhir::Json;
use fhir::reply::Format;
use std::fmt;

/// JSON as a tree whose leaves know where they were sent.
mod tree;
/// The notes taken on the way.
mod work;
/// STU3's and DSTU2's members under R4's names.
mod resources;
/// What changed inside the data types.
mod datatypes;
/// Care Connect's extensions under UK Core's names.
mod extensions;
/// Code systems' addresses.
mod terminology;
/// R4's elements as a table.
mod r4;
/// Values of primitive types.
mod values;
/// Only what R4 has a place for, and what it requires.
mod settle;
/// R4 that was R4 already.
mod passthrough;
/// Which profile may be claimed.
mod conformance;
/// What stands in "as sent" alone.
mod account;

/// One resource in R4.
#[derive(Clone, PartialEq, Eq)]
pub struct Emitted {
    pub json: String,
    /// R4's name for it: a `ReferralRequest` is a `ServiceRequest`.
    pub resource_type: String,
    /// The UK Core profile it conforms to and claims; `None` where that is not sure.
    pub profile: Option<&'static str>,
    /// Addresses of extensions that UK Core has no place for: kept as sent, or made for an element R4 dropped.
    pub kept: Vec<String>,
    /// What stands in "as sent" alone.
    pub dropped: Vec<Dropped>,
    /// What a reader of the R4 must know; holds no clinical text.
    pub caveats: Vec<String>,
}

/// Something sent that R4 has no place for.
#[derive(Clone, PartialEq, Eq)]
pub struct Dropped {
    /// Where it was sent: `MedicationStatement.taken`, `Observation.note[1].time`.
    pub path: String,
    pub why: &'static str,
    /// The JSON as sent. Clinical: for the page, never for a log.
    pub sent: String,
}

impl fmt::Debug for Emitted {
    /// Clinical text is never printed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kept, dropped) = (self.kept.len(), self.dropped.len());
        write!(f, "Emitted({} bytes, {kept} extensions kept, {dropped} dropped)", self.json.len())
    }
}

impl fmt::Debug for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dropped({})", self.why)
    }
}

/// One resource, as sent, in R4. `None`: no JSON object, a repeated key, or a kind of resource R4 does not have.
/// A Bundle is converted with everything in it.
pub fn emit(resource: &str, format: Format) -> Option<Emitted> {
    let dialect = match format {
        Format::Stu3 => work::Dialect::Stu3,
        Format::GpConnectStu3 => work::Dialect::GpConnect,
        Format::GpConnectHtml => work::Dialect::Dstu2,
        Format::R4 => work::Dialect::R4,
    };
    let sent = tree::Node::read(Json::of(resource))?;
    let fields = sent.as_object()?;
    if dialect == work::Dialect::R4 {
        return passthrough::emit(resource.trim(), fields);
    }
    let root = fields.text("resourceType")?.into_owned();
    let mut work = work::Work::new(dialect);
    let mut made = settle::resource(fields.clone(), &mut work)?;
    let profile = conformance::profile(&made).filter(|_| !work.is_incomplete);
    if let Some(profile) = profile {
        claim(&mut made, profile);
    }
    let resource_type = made.text("resourceType")?.into_owned();
    let made = tree::Node::Object(made);
    let dropped = account::dropped(&sent, &made, &root, &work);
    let mut json = String::with_capacity(resource.len() + 256);
    made.write(&mut json);
    let kept = work.kept.into_iter().collect();
    Some(Emitted { json, resource_type, profile, kept, dropped, caveats: work.caveats })
}

/// Whether R4 has a resource of that name.
pub fn is_resource(name: &str) -> bool {
    r4::Kind::resource(name).is_some() || r4::is_other_resource(name)
}

fn claim(fields: &mut tree::Fields<'_>, profile: &str) {
    let claims = tree::Node::Array(vec![tree::Node::ours(profile)]);
    match fields.get_mut("meta") {
        Some(meta) => meta.each(&mut |meta| meta.set("profile", claims.clone())),
        None => fields.put_early("meta", tree::Node::object([("profile", claims)])),
    }
}

#[cfg(test)]
mod tests;
