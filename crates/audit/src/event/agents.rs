//! Takes who stands in an entry, gives the agents of an event. An address that no entry holds is said to be unknown, never guessed.
//! Source: IHE BALP 1.1 (agent slices); FHIR R4 AuditEvent.agent.

use super::{codes, frame::Frame, text};
use crate::{Kind, Name, Role, Who};
use serde_json::{Value, json};
use std::net::IpAddr;

/// Which way a question or an answer went. Source: DICOM PS3.16 (Source Role ID, Destination Role ID).
pub(super) const FROM: &str = "110153";
pub(super) const TO: &str = "110152";
const APPLICATION: &str = "110150";

impl Frame<'_> {
    /// The machine that recorded, in the role it had.
    pub(super) fn recorder(&self, role: &str) -> Value {
        json!({"type": codes::concept(codes::DCM, role), "who": self.observer(), "requestor": false,
            "network": network(self.at.address.as_deref())})
    }

    /// The machine that recorded, where that is all there is to say.
    pub(super) fn application(&self) -> Value {
        self.recorder(APPLICATION)
    }

    pub(super) fn source(&self, role: &str, source: &str) -> Value {
        machine(role, &format!("source:{source}"), None)
    }

    /// The application the professional came from.
    pub(super) fn host(&self) -> Option<Value> {
        let how = self.placed.entry.how.as_ref()?;
        Some(machine(APPLICATION, &how.host, how.address.as_deref()))
    }

    /// The professional, in their own words and ours, with the agreement they acted under.
    pub(super) fn user(&self) -> Option<Value> {
        let who = self.placed.entry.who.as_ref()?;
        Some(json!({
            "type": codes::concept("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP"),
            "requestor": true,
            "who": self.known_as(who),
            "name": name(&who.name),
            "role": [{"coding": self.roles(who)}],
            "policy": self.policies(),
            "purposeOfUse": self.purposes(),
        }))
    }

    pub(super) fn organisation(&self) -> Option<Value> {
        let who = self.organisation_reference()?;
        let role = codes::concept("http://terminology.hl7.org/CodeSystem/v3-RoleClass", "PROV");
        Some(json!({"type": role, "requestor": false, "who": who}))
    }

    /// The professional's organisation, at the address the professional asked from.
    pub(super) fn recipient(&self) -> Option<Value> {
        let address = self.placed.entry.how.as_ref().and_then(|how| how.address.as_deref());
        Some(json!({"type": codes::concept(codes::DCM, TO), "requestor": false,
            "who": self.organisation_reference()?, "network": network(address)}))
    }

    /// The partner whose record it is.
    pub(super) fn custodian(&self, partner: Option<&str>) -> Option<Value> {
        let role = codes::concept("http://snomed.info/sct", "159541003");
        Some(json!({"type": role, "requestor": false, "who": organisation(partner?, None)}))
    }

    pub(super) fn authoriser(&self) -> Value {
        let role =
            codes::concept("http://terminology.hl7.org/CodeSystem/extra-security-role-type", "authserver");
        json!({"type": role, "requestor": false, "who": self.observer()})
    }

    /// Everybody an entry names, whoever they are; the machine itself where it names nobody.
    pub(super) fn everybody(&self) -> Vec<Value> {
        let named = |kind: &str| self.placed.entry.detail.get(kind).filter(|name| !name.is_empty());
        let by = named("by").map(|by| {
            let role =
                codes::concept("http://terminology.hl7.org/CodeSystem/extra-security-role-type", "humanuser");
            json!({"type": role, "requestor": true, "name": by})
        });
        let address = named("address").map(String::as_str);
        let told_by = ["host", "provider"].into_iter().filter_map(named).map(String::as_str);
        let told_by = told_by.chain(self.issuer()).filter(|_| self.placed.entry.how.is_none());
        let told_by = told_by.map(|name| machine(APPLICATION, name, address));
        let people = self.user().into_iter().chain(self.organisation()).chain(by);
        people.chain(self.host()).chain(told_by).chain([self.application()]).collect()
    }

    /// Of a launch that was refused, whoever issued it: it stands in the key.
    fn issuer(&self) -> Option<&str> {
        let entry = self.placed.entry;
        entry.key.as_str().split(':').nth(1).filter(|_| entry.kind == Kind::LaunchRefused)
    }

    fn organisation_reference(&self) -> Option<Value> {
        let who = self.placed.entry.who.as_ref().filter(|who| !who.organisation.is_empty())?;
        Some(organisation(&who.organisation, who.organisation_name.as_deref()))
    }

    /// By the national id where there is one, else by the host's own.
    fn known_as(&self, who: &Who) -> Value {
        match &who.sds_user_id {
            Some(id) => codes::named("", Some(codes::SDS_USER), id),
            None => codes::named("", Some(&self.named("host", &who.host)), &who.subject),
        }
    }

    /// As the host sent them, and the gateway's own.
    fn roles(&self, who: &Who) -> Vec<Value> {
        let sent = who.claims.iter().map(|Role { system, code }| {
            let system =
                if is_national(code) { codes::SDS_JOB_ROLE.to_owned() } else { self.named("host", system) };
            codes::coding(&system, &text::code(code))
        });
        let ours = Some(text::code(&who.role)).filter(|role| !role.is_empty());
        let sent = sent.filter(|coding| coding.get("code") != Some(&"".into()));
        sent.chain(ours.map(|role| codes::coding(&self.ours("role"), &role))).collect()
    }

    /// The agreement in force, and the hash of the token: the id itself is not kept.
    fn policies(&self) -> Vec<String> {
        let entry = self.placed.entry;
        let agreement = entry.configuration.iter().map(|id| self.named("policy", id));
        let token = entry.how.iter().filter_map(|how| how.jti_hash.as_ref());
        agreement.chain(token.map(|hash| self.named("token-hash", hash))).collect()
    }
}

fn machine(role: &str, name: &str, address: Option<&str>) -> Value {
    json!({"type": codes::concept(codes::DCM, role), "requestor": false,
        "who": codes::named("", None, name), "network": network(address)})
}

fn organisation(ods: &str, name: Option<&str>) -> Value {
    let mut who = codes::named("Organization", Some(codes::ODS), ods);
    if let (Some(name), Some(fields)) = (name, who.as_object_mut()) {
        fields.insert("display".to_owned(), name.into());
    }
    who
}

fn network(address: Option<&str>) -> Value {
    let Some(address) = address.filter(|address| !address.is_empty()) else { return codes::unknown() };
    let kind = match address {
        address if address.parse::<IpAddr>().is_ok() => "2",
        address if address.contains("://") => "5",
        _ => "1",
    };
    json!({"address": address, "type": kind})
}

fn name(name: &Name) -> String {
    let parts = name.title.iter().chain(&name.given).chain([&name.family]);
    parts.filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// `S8000:G8000:R8001`: a national job role by its form.
fn is_national(code: &str) -> bool {
    let mut parts = code.split(':');
    let mut is = |letter: char| {
        let digits = parts.next().and_then(|part| part.strip_prefix(letter));
        digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
    };
    is('S') && is('G') && is('R') && parts.next().is_none()
}
