//! Takes what is peculiar to an event, gives the whole resource: where its entry stands, when, why, who recorded it. An outcome
//! that is not 0 carries a contained OperationOutcome. Source: FHIR R4 AuditEvent; audit.md section 4.

use super::{Deployment, EventFault, Placed, codes, text};
use crate::{Millis, SourceLine};
use serde_json::{Value, json};

/// How it went. Source: DICOM PS3.15 A.5.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Success,
    /// Refused by a rule.
    Refused,
    /// Attempted, and failed.
    Failed,
    /// Recording or integrity failed.
    Major,
    /// Not known when it was recorded.
    Open,
}

impl Outcome {
    fn code(self) -> Option<&'static str> {
        match self {
            Outcome::Success => Some("0"),
            Outcome::Refused => Some("4"),
            Outcome::Failed => Some("8"),
            Outcome::Major => Some("12"),
            Outcome::Open => None,
        }
    }

    /// The kind of issue, where it is one. Source: FHIR R4 IssueType.
    fn issue(self) -> Option<&'static str> {
        match self {
            Outcome::Refused => Some("forbidden"),
            Outcome::Failed | Outcome::Major => Some("exception"),
            Outcome::Success | Outcome::Open => None,
        }
    }
}

/// What is peculiar to one event.
pub(super) struct Event {
    /// Claimed, by its name within BALP.
    pub(super) profile: Option<&'static str>,
    pub(super) what: Value,
    pub(super) subtype: Option<Value>,
    pub(super) action: &'static str,
    pub(super) outcome: Outcome,
    pub(super) because: Option<String>,
    /// From the question to its answer.
    pub(super) period: Option<(Option<Millis>, Option<Millis>)>,
    pub(super) agents: Vec<Value>,
    pub(super) entities: Vec<Value>,
}

impl Event {
    pub(super) fn new(what: Value, action: &'static str, outcome: Outcome) -> Self {
        Self {
            profile: None,
            what,
            subtype: None,
            action,
            outcome,
            because: None,
            period: None,
            agents: Vec::new(),
            entities: Vec::new(),
        }
    }

    /// Of a profile that takes successes alone, only a success claims it.
    pub(super) fn claims(mut self, profile: &'static str) -> Self {
        self.profile = Some(profile).filter(|_| self.outcome == Outcome::Success);
        self
    }

    pub(super) fn during(mut self, line: &SourceLine) -> Self {
        self.period = Some((line.asked_at, line.answered_at));
        self
    }

    /// A failure says more than its number, except where a profile closes the list of entities.
    fn issue(&self) -> Option<Value> {
        let code = self.outcome.issue().filter(|_| self.profile.is_none())?;
        let text = self.because.as_deref().unwrap_or("no reason was recorded");
        Some(json!({"resourceType": "OperationOutcome", "id": "outcome",
            "issue": [{"severity": "error", "code": code, "details": {"text": text}}]}))
    }
}

/// One entry, its place and the deployment.
pub(super) struct Frame<'a> {
    pub(super) placed: &'a Placed<'a>,
    pub(super) at: &'a Deployment,
}

impl Frame<'_> {
    /// One of our own addresses.
    pub(super) fn ours(&self, name: &str) -> String {
        format!("{}/{name}", self.at.base)
    }

    /// Something named below one of our own addresses.
    pub(super) fn named(&self, name: &str, what: &str) -> String {
        format!("{}/{name}/{}", self.at.base, text::segment(what))
    }

    /// Whoever recorded; the same value wherever a profile wants the same.
    pub(super) fn observer(&self) -> Value {
        json!({"identifier": {"value": self.at.observer}})
    }

    pub(super) fn resource(&self, mut event: Event) -> Result<Value, EventFault> {
        let entry = self.placed.entry;
        let issue = event.issue();
        if issue.is_some() {
            event.entities.push(json!({"type": codes::coding(codes::RESOURCE_TYPES, "OperationOutcome"),
                "what": {"reference": "#outcome"}}));
        }
        let moment = |at: Option<Millis>| at.map(text::instant).transpose();
        let period = event.period.map(|(start, end)| Ok((moment(start)?, moment(end)?))).transpose()?;
        Ok(json!({
            "resourceType": "AuditEvent",
            "meta": {"profile": event.profile.map(codes::balp).into_iter().collect::<Vec<_>>()},
            "contained": issue.into_iter().collect::<Vec<_>>(),
            "extension": [self.place()],
            "type": event.what,
            "subtype": event.subtype.into_iter().collect::<Vec<_>>(),
            "action": event.action,
            "period": period.map(|(start, end)| json!({"start": start, "end": end})),
            "recorded": text::instant(entry.at)?,
            "outcome": event.outcome.code(),
            "outcomeDesc": event.because,
            "purposeOfEvent": self.purposes(),
            "agent": event.agents,
            "source": {"site": self.at.site, "observer": self.observer(),
                "type": [codes::coding("http://terminology.hl7.org/CodeSystem/security-source-type", "4")]},
            "entity": event.entities,
        }))
    }

    /// The log, the index, the commitment and the kind: what an event says can be held against the log.
    fn place(&self) -> Value {
        let Placed { entry, index, commitment, log } = self.placed;
        json!({"url": self.ours("StructureDefinition/audit-entry"), "extension": [
            {"url": "log", "valueString": log},
            {"url": "index", "valueString": index.to_string()},
            {"url": "commit", "valueString": crate::hash::hex(*commitment)},
            {"url": "kind", "valueCode": entry.kind.name()},
        ]})
    }

    /// As a code of the standard where it looks like one, else in words.
    pub(super) fn purposes(&self) -> Vec<Value> {
        let purpose = self.placed.entry.why.iter().map(|why| why.purpose.as_str());
        let is_code = |purpose: &str| {
            purpose.len() <= 12 && purpose.bytes().all(|b| b.is_ascii_uppercase()) && !purpose.is_empty()
        };
        let told = |purpose: &str| match is_code(purpose) {
            true => codes::concept(codes::ACT_REASON, purpose),
            false => json!({"text": purpose}),
        };
        purpose.map(told).collect()
    }
}
