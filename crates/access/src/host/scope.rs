//! What a host may ask for: takes its registration and the `scope` of a request, gives whether a searchset is asked for; refuses any
//! scope that is not ours. Source: RFC 6749 section 3.3; access.md section 15.

use super::{HostConfig, Wrong};
use serde::Deserialize;

/// What a launch is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// A professional opens a record.
    Launch,
    /// The host's own software reads it.
    Fhir,
}

pub(super) fn usual() -> Vec<Scope> {
    vec![Scope::Launch]
}

/// `launch`, or `launch` and `fhir` in either order, once each. `None`: anything else.
pub(crate) fn read(text: &str) -> Option<&'static [Scope]> {
    match text {
        "launch" => Some(&[Scope::Launch]),
        "launch fhir" | "fhir launch" => Some(&[Scope::Launch, Scope::Fhir]),
        _ => None,
    }
}

pub(super) fn check(config: &HostConfig) -> Result<(), Wrong> {
    let has = |scope| config.scopes.contains(&scope);
    if !has(Scope::Launch) {
        let what = "nothing can be asked for without `launch`";
        return Err(Wrong::new("scopes", what, "write `scopes = [\"launch\"]`, or leave it out"));
    }
    if has(Scope::Fhir) && config.certificates.is_empty() {
        let what = "`fhir` is for a server that is known by its certificate, and none is registered";
        return Err(Wrong::new("scopes", what, "name it under `certificates`, or take `fhir` out"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
