//! Takes an entry of any other kind, gives one event of the codes that say most truly what it was: sign-in and out, emergency
//! access, alerts, configuration, reading the audit, start and stop, and what an edge node does. None claims a profile.
//! Source: DICOM PS3.16 annex D; ISO 21089 lifecycle events; audit.md section 4.

use super::{
    codes::{self, ISO_21089, coding, dcm},
    frame::{Event, Frame, Outcome},
    text,
};
use crate::{cause, reconcile::Told};
use serde_json::{Value, json};

const SECURITY_ALERT: &str = "110113";
const AUDIT_LOG_USED: &str = "110101";
const USER_AUTHENTICATION: &str = "110114";
const LOGIN: &str = "110122";
const LOGOUT: &str = "110123";

/// Before there is a session.
const ON_THE_WAY: [&str; 2] = ["launch accepted", "code received"];
/// Reasons of a launch's refusal that are a failure of a machine, the host's or the provider's, not of a rule.
const NOT_REACHED: [&str; 12] = [
    "authorization_endpoint",
    "client assertion",
    "discovery",
    "discovery form",
    "keys",
    "Patient",
    "pending",
    "PractitionerRole",
    "token",
    "token form",
    "userinfo",
    "userinfo_endpoint",
];

/// What happened and how it went is the caller's; who and what about are told alike for all.
fn event(frame: &Frame<'_>, what: Value, subtype: Option<Value>, action: &'static str) -> Event {
    let entities = frame.patient().into_iter().chain(frame.opening()).chain([frame.rest()]).collect();
    Event {
        subtype,
        because: frame.placed.entry.cause.clone(),
        agents: frame.everybody(),
        entities,
        ..Event::new(what, action, Outcome::Success)
    }
}

/// The log, or what one partner may read of it.
pub(super) fn audit_read(frame: &Frame<'_>) -> Event {
    let mut event = event(frame, dcm(AUDIT_LOG_USED), None, "R");
    event.entities.push(json!({"type": codes::entity_type("2"), "role": codes::object_role("13"),
        "what": {"identifier": {"value": frame.placed.log}}}));
    event
}

pub(super) fn configuration(frame: &Frame<'_>) -> Event {
    event(frame, dcm(SECURITY_ALERT), Some(dcm("110129")), "E")
}

pub(super) fn deletion(frame: &Frame<'_>) -> Event {
    event(frame, coding(ISO_21089, "destroy"), None, "D")
}

/// What an officer looks into is no failure of ours; the result of a day's reconciliation is one where something in it has to
/// be looked into.
pub(super) fn incident(frame: &Frame<'_>) -> Event {
    if let Some(step @ (cause::HELD | cause::LIFTED)) = frame.placed.entry.cause.as_deref() {
        let subtype = coding(&frame.ours("incident"), &text::code(step));
        return event(frame, dcm(SECURITY_ALERT), Some(subtype), "U");
    }
    match Told::read(frame.placed.entry) {
        Some(told) if told.is_clean() => event(frame, dcm(AUDIT_LOG_USED), None, "E"),
        _ => Event { outcome: Outcome::Major, ..event(frame, dcm(SECURITY_ALERT), None, "E") },
    }
}

pub(super) fn backup(frame: &Frame<'_>) -> Event {
    event(frame, coding(ISO_21089, "archive"), None, "R")
}

pub(super) fn restore(frame: &Frame<'_>) -> Event {
    event(frame, coding(ISO_21089, "restore"), None, "U")
}

/// An attempt to get in, or a host's word that somebody is out which was not taken.
pub(super) fn launch_refused(frame: &Frame<'_>) -> Event {
    let entry = frame.placed.entry;
    let cause = entry.cause.as_deref().unwrap_or_default();
    let is_event = entry.detail.get("flow").is_some_and(|flow| flow == "event");
    let outcome = match cause.strip_prefix("not heeded: ").unwrap_or(cause) {
        "audit" => Outcome::Major,
        cause if NOT_REACHED.contains(&cause) => Outcome::Failed,
        _ => Outcome::Refused,
    };
    let subtype = dcm(if is_event { LOGOUT } else { LOGIN });
    Event { outcome, ..event(frame, dcm(USER_AUTHENTICATION), Some(subtype), "E") }
}

pub(super) fn session(frame: &Frame<'_>) -> Event {
    let cause = frame.placed.entry.cause.as_deref();
    let subtype = match cause {
        Some(said) if ON_THE_WAY.contains(&said) => coding(&frame.ours("session"), said),
        Some(said) if !cause::BEGINNINGS.contains(&said) => dcm(LOGOUT),
        _ => dcm(LOGIN),
    };
    event(frame, dcm(USER_AUTHENTICATION), Some(subtype), "E")
}

/// Emergency access begins or ends; or an interruption page was shown, or passed.
pub(super) fn overridden(frame: &Frame<'_>) -> Event {
    let entry = frame.placed.entry;
    let subtype = match entry.cause.as_deref().unwrap_or_default() {
        cause::EMERGENCY_BEGINS => dcm("110127"),
        cause::EMERGENCY_ENDS => dcm("110138"),
        _ if entry.key.as_str().ends_with(":0") => coding(&frame.ours("override"), "shown"),
        _ => coding(&frame.ours("override"), "continued"),
    };
    event(frame, dcm(SECURITY_ALERT), Some(subtype), "E")
}

/// By the rule's number, such as `PO-06`; whom it concerns stands in the entries of the same occasion.
pub(super) fn alert(frame: &Frame<'_>) -> Event {
    let cause = frame.placed.entry.cause.as_deref().map(text::code).unwrap_or_default();
    let subtype = (!cause.is_empty()).then(|| coding(&frame.ours("alert"), &cause));
    event(frame, dcm(SECURITY_ALERT), subtype, "E")
}

pub(super) fn replica(frame: &Frame<'_>) -> Event {
    let is_stop = frame.placed.entry.key.as_str().ends_with(":stop");
    event(frame, dcm("110100"), Some(dcm(if is_stop { "110121" } else { "110120" })), "E")
}

/// An extract or a message of a partner's own system.
pub(super) fn intake(frame: &Frame<'_>) -> Event {
    let outcome = match frame.placed.entry.detail.get("outcome").map(String::as_str) {
        Some("refused") => Outcome::Refused,
        Some("unreadable") => Outcome::Failed,
        _ => Outcome::Success,
    };
    let said = frame.placed.entry.detail.get("reason").filter(|reason| !reason.is_empty());
    let because = said.cloned();
    Event { outcome, because, ..event(frame, dcm("110107"), Some(coding(ISO_21089, "receive")), "C") }
}

/// What may be seen was changed; or something set aside was looked at.
pub(super) fn stewardship(frame: &Frame<'_>) -> Event {
    match frame.placed.entry.detail.get("act").map(String::as_str) {
        Some("looked at") => event(frame, coding(ISO_21089, "access"), None, "R"),
        _ => event(frame, dcm(SECURITY_ALERT), Some(dcm("110135")), "U"),
    }
}
