//! Takes whom and what stand in an entry, gives the entities of an event. What has no place of its own in FHIR stands as named
//! details of an entity of ours, so that nothing recorded is lost. Source: IHE BALP 1.1 (entity slices); audit.md section 4.

use super::{codes, frame::Frame};
use crate::SourceLine;
use serde_json::{Value, json};

/// Where the edge counts what it gave: BALP keeps the number of results out of an event.
const COUNT: &str = "given";

impl Frame<'_> {
    /// The person, by number; earlier numbers of the same person beside it.
    pub(super) fn patient(&self) -> Option<Value> {
        let whom = self.placed.entry.whom.as_ref()?;
        let mut details = Details::default();
        details.add("trace", &whom.trace);
        if whom.sent != whom.nhs_number {
            details.add("sent", &whom.sent);
        }
        details.add("superseded", &whom.superseded.join(" "));
        details.add("differed", &whom.differed.join(" "));
        Some(json!({"type": codes::entity_type("1"), "role": codes::object_role("1"),
            "what": codes::named("Patient", Some(codes::NHS_NUMBER), &whom.nhs_number),
            "detail": details.0}))
    }

    /// The question. Its text is not recorded, which is said; what it was about is, where the entry holds it.
    pub(super) fn query(&self, line: &SourceLine) -> Value {
        let asked = line.categories.keys().map(String::as_str).collect::<Vec<_>>().join(" ");
        json!({"type": codes::entity_type("2"), "role": codes::object_role("24"),
            "_query": codes::unknown(), "description": asked})
    }

    pub(super) fn opening(&self) -> Option<Value> {
        let opening = self.placed.entry.opening.as_ref()?;
        Some(json!({"type": codes::coding(&self.ours("entity-type"), "opening"),
            "what": codes::named("", Some(codes::RFC_3986), &format!("urn:uuid:{opening}"))}))
    }

    /// What was released, by the commitment of its manifest.
    pub(super) fn manifest(&self, line: &SourceLine) -> Value {
        json!({"name": "release-manifest", "detail": self.released(line).0})
    }

    /// The same as the one object that was read or released. Role 3: a report; 4: a resource.
    pub(super) fn released_object(&self, line: &SourceLine, role: &str) -> Value {
        let commit = self.placed.entry.manifest.as_deref().unwrap_or_default();
        let what = codes::named("", Some(&self.ours("release-manifest")), commit);
        json!({"type": codes::entity_type("2"), "role": codes::object_role(role), "what": what,
            "name": "release-manifest", "detail": self.released(line).0})
    }

    fn released(&self, line: &SourceLine) -> Details {
        let mut details = Details::default();
        details.add("commit", self.placed.entry.manifest.as_deref().unwrap_or_default());
        details.line(line);
        details
    }

    /// What else the entry says.
    pub(super) fn rest(&self) -> Value {
        json!({"name": "entry", "detail": self.said().0})
    }

    pub(super) fn said(&self) -> Details {
        let entry = self.placed.entry;
        let mut details = Details::default();
        details.add("key", entry.key.as_str());
        details.add("cause", entry.cause.as_deref().unwrap_or_default());
        details.add("flags", &entry.flags.join(" "));
        details.add("configuration", entry.configuration.as_deref().unwrap_or_default());
        details.add("software", entry.software.as_deref().unwrap_or_default());
        details.asker(entry);
        details.reasons(entry);
        for (name, value) in entry.detail.iter().filter(|(name, _)| *name != COUNT) {
            details.add(name, value);
        }
        details
    }
}

/// Names and values, in order; an empty value is left out.
#[derive(Default)]
pub(super) struct Details(pub(super) Vec<Value>);

impl Details {
    pub(super) fn add(&mut self, name: &str, value: &str) {
        if !value.trim().is_empty() {
            self.0.push(
                json!({"type": if name.trim().is_empty() { "detail" } else { name }, "valueString": value}),
            );
        }
    }

    /// One source, as far as it is known.
    pub(super) fn line(&mut self, line: &SourceLine) {
        self.add("source", &line.source);
        self.add("partner", line.partner.as_deref().unwrap_or_default());
        self.add("part", &line.part.map(|part| part.to_string()).unwrap_or_default());
        let categories: Vec<String> =
            line.categories.iter().map(|(category, level)| format!("{category}={level}")).collect();
        self.add("categories", &categories.join(" "));
        self.add("state", line.state.as_deref().unwrap_or_default());
        self.add("reason", line.reason.as_deref().unwrap_or_default());
        self.add("as-at", line.as_at.as_deref().unwrap_or_default());
        self.add("size-bytes", &line.size_bytes.map(|size| size.to_string()).unwrap_or_default());
        self.add("caveats", &line.caveats.join(" "));
    }

    fn asker(&mut self, entry: &crate::Entry) {
        if let Some(who) = &entry.who {
            self.add("host-subject", &format!("{} {}", who.host, who.subject));
            self.add("sds-role-profile-id", who.sds_role_profile_id.as_deref().unwrap_or_default());
            self.add("registration", who.registration.as_deref().unwrap_or_default());
            self.add("role-map", who.map.as_deref().unwrap_or_default());
        }
        if let Some(how) = &entry.how {
            self.add("route", &how.route);
            self.add("assurance", &how.assurance.to_string());
            self.add("host-session", how.host_session.as_deref().unwrap_or_default());
            self.add("auth-time", &how.auth_time.map(|at| at.to_string()).unwrap_or_default());
            self.add("device", how.device.as_deref().unwrap_or_default());
        }
    }

    fn reasons(&mut self, entry: &crate::Entry) {
        if let Some(why) = &entry.why {
            for relationship in &why.relationship {
                let parts = [
                    Some(&relationship.code),
                    relationship.service.as_ref(),
                    relationship.reference.as_ref(),
                ];
                let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
                self.add("relationship", &parts.join(" "));
            }
            self.add("reason-code", why.reason_code.as_deref().unwrap_or_default());
            self.add("reason-text", why.reason_text.as_deref().unwrap_or_default());
            self.add("overridden", why.overridden.as_deref().unwrap_or_default());
        }
        if let Some(decision) = &entry.decision {
            self.add("permit", &decision.permit);
        }
        if let Some(objection) = &entry.objection {
            let age = objection.age_s.map(|age| format!("{age} s old"));
            let parts = [Some(&objection.state), objection.source.as_ref(), age.as_ref()];
            let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
            self.add("objection", &parts.join(" "));
        }
    }
}
