//! What the operator sees: how sources answer, where the audit stands, which configuration runs. No person in it.

use super::Program;
use crate::{clock, entries, metrics::Now};
use access::policy::{PartnerKind, SourceFacts};
use federation::SourceConfig;
use fhir::{Category, Level, Reply, SourceId};
use std::sync::PoisonError;
use web::admin::{CertificateEnd, SourceStatus, Status};

/// How one source has answered since the program started.
#[derive(Clone, Default)]
pub(crate) struct Tally {
    last_state: String,
    answered: u64,
    failed: u64,
}

impl Tally {
    pub(super) fn count(&mut self, reply: &Reply) {
        self.last_state = reply.state.name().to_owned();
        if reply.state.is_answer() {
            self.answered += 1;
        } else {
            self.failed += 1;
        }
    }
}

impl Program {
    pub(super) fn status_now(&self) -> Status {
        let tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let line = |source: &SourceConfig| {
            let counted = tally.get(source.id.as_str()).cloned().unwrap_or_default();
            SourceStatus {
                id: source.id.to_string(),
                short: source.short.clone(),
                partner: source.partner.clone(),
                kind: source.kind.speaks().to_owned(),
                last_state: counted.last_state,
                answered: counted.answered,
                failed: counted.failed,
                breaker: self.federation.breaker(&source.id),
                at_once: self.federation.places(&source.id).into(),
            }
        };
        Status {
            sources: self.federation.sources().iter().map(line).collect(),
            audit: if self.store.is_writable() {
                "ok: writable"
            } else {
                "NOT writable: nothing can be opened"
            }
            .to_owned(),
            log: self.witnesses.said(self.store.frozen(), clock::millis()),
            alerts: self.notifier.as_ref().map_or_else(
                || "nobody is told: no address in `[alerts.notify]`".to_owned(),
                |notifier| notifier.said(clock::millis()),
            ),
            configuration: self.policy().id().to_owned(),
            generation: self.policy_generation(),
            refused: self.agreement_refused(),
            certificates_refused: self.certificates.refused(),
            certificates: self
                .certificates
                .days_left()
                .into_iter()
                .map(|(file, days)| CertificateEnd { file, days })
                .collect(),
            #[cfg(feature = "leaky")]
            version: crate::leaky::kept(),
            #[cfg(not(feature = "leaky"))]
            version: env!("CARGO_PKG_VERSION").to_owned(),
            openings: self.openings.load(std::sync::atomic::Ordering::Relaxed),
        }
    }
}

impl Program {
    /// The same for the operator's monitoring.
    pub(super) fn metrics_now(&self) -> String {
        let sources = self.federation.sources().iter();
        let text = self.metrics.text(&Now {
            version: env!("CARGO_PKG_VERSION"),
            admission: self.admission.figures(),
            breakers: sources
                .clone()
                .map(|source| (source.id.to_string(), self.federation.stance(&source.id)))
                .collect(),
            places: sources
                .clone()
                .map(|source| (source.id.to_string(), self.federation.places(&source.id).0))
                .collect(),
            repeats: sources
                .map(|source| (source.id.to_string(), self.federation.repeats(&source.id)))
                .collect(),
            answers_held: self.federation.held_bytes(),
            audit_writable: self.store.is_writable(),
            audit_frozen: self.store.frozen().is_some(),
            agreement_generation: self.policy_generation(),
            agreement_refused: self.agreement_refused().is_some(),
            certificates_refused: self.certificates.refused().is_some(),
            certificate_days: self.certificates.days_left(),
        });
        #[cfg(feature = "leaky")]
        let text = format!("{text}# {}\n", crate::leaky::kept());
        text
    }
}

impl Program {
    /// Lets a source be asked again after somebody has looked into why it answered about another person (HAZ-004).
    pub(super) async fn clear_source(&self, source: &str, by: &str) -> bool {
        let entry = entries::cleared(source, by, clock::millis());
        #[cfg(feature = "leaky")]
        let entry = crate::leaky::entry(entry);
        let recorded = self.store.append(vec![entry], clock::millis()).await.is_ok();
        if recorded {
            self.federation.clear(&SourceId::new(source));
        }
        recorded
    }
}

/// What the policy knows of a source.
pub(crate) fn facts(source: &SourceConfig) -> SourceFacts {
    let kind = match (source.kind.is_practice(), &source.feed) {
        (true, _) => PartnerKind::Gp,
        (false, Some(_)) => PartnerKind::Edge,
        (false, None) => PartnerKind::Live,
    };
    // Restricted items come with others of their source, never by themselves: the switch for them is their controller's own.
    let restricted = source.releases_restricted.then_some(&Category::Restricted);
    let releases = source.shares.iter().chain(restricted).map(|category| (*category, Level::Full)).collect();
    SourceFacts {
        id: source.id.clone(),
        partner: source.ods.clone(),
        kind,
        releases,
        releases_restricted: source.releases_restricted,
        releases_on_override: source.releases_on_override,
    }
}
