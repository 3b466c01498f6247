//! Takes one source and a test person, asks as an opening would and tries what only a test may: wrong credentials, a
//! person nobody knows, a parameter that does not exist. Refuses every number that could be somebody's, so that no
//! receipt of the audit is needed: nobody's record is read. Source: FHIR R4 3.1.1.5; GP Connect 1.6.2 error handling.

use crate::{
    Federation,
    asking::Asking,
    exchange::{Exchange, Log},
    plan,
    question::Question,
    wire::Bounds,
};
use fhir::{Category, Level, Reply, SourceId};
use std::sync::Arc;

/// A number that is valid, in the range that is never issued, and given to nobody in a test set.
pub(crate) const NOBODY: &str = "9999999468";

/// What a source answered to a test question.
#[derive(Debug)]
pub struct Probe {
    pub reply: Reply,
    /// Of the question itself, in the order they ended.
    pub exchanges: Vec<Exchange>,
    /// What was tried beside it.
    pub checks: Vec<Check>,
}

/// One thing tried beside the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub id: &'static str,
    pub expects: &'static str,
    /// The standard and its section.
    pub source: &'static str,
    /// `None`: it could not be tried.
    pub met: Option<bool>,
    /// In words of ours.
    pub found: String,
}

/// Tests never ask about a number that could be somebody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a number from the range that is never issued")]
pub struct NotATestNumber;

impl Federation {
    /// Asks one source for everything it shares about a test person. Cancel-safe.
    pub async fn probe(&self, source: &SourceId, asking: Asking) -> Result<Probe, NotATestNumber> {
        let numbers = [Some(&asking.person.person.nhs_number), asking.person.superseded.as_ref()];
        if !numbers.into_iter().flatten().all(fhir::NhsNumber::is_test) {
            return Err(NotATestNumber);
        }
        let log = Arc::new(Log::default());
        let mut own: Vec<_> = self.sources().iter().filter(|config| config.id == *source).cloned().collect();
        // So that the Patient is kept and can be judged.
        own.iter_mut().for_each(|config| config.shares.push(Category::Demographics));
        let mut plan = plan::plan(&own, &|_, _| Level::Full, &asking);
        let Some(question) = plan.questions.pop() else {
            let settled = plan.settled.pop();
            let reply = settled.unwrap_or_else(|| Reply::of(source.clone(), fhir::ReplyState::NotShared));
            return Ok(Probe { reply, exchanges: Vec::new(), checks: Vec::new() });
        };
        let reply = self.ask_noted(&question, &log).await;
        let exchanges = log.taken();
        let checks = self.checks(&question).await;
        Ok(Probe { reply, exchanges, checks })
    }

    async fn checks(&self, question: &Question) -> Vec<Check> {
        match self.asked(&question.source) {
            Some(source) => source.checks(question, &self.probe_bounds()).await,
            None => Vec::new(),
        }
    }

    fn probe_bounds(&self) -> Bounds {
        self.bounds(self.limits().total)
    }
}

#[cfg(test)]
mod tests;
