//! The kinds of source a partner may have, one file or folder each and one line in the table. A kind takes its part of
//! the configuration, and gives something that can be asked; what it cannot use there it refuses (HAZ-006).

use crate::{
    asking::ObjectionReply,
    fault,
    guard::{Suppliers, Verdict},
    limits::Limits,
    national::National,
    open::{OpenQuestion, Opening},
    probe::Check,
    question::{Ended, Question},
    source::{ConfigFault, SourceConfig},
    wire::{Bounds, Lines},
};
use fhir::ReplyState;
use futures_util::{FutureExt, future::BoxFuture};
use std::sync::Arc;

/// GP practices.
pub(crate) mod gp_connect;
/// Partners' FHIR servers.
pub(crate) mod rest;
/// Pointers to plans kept elsewhere.
pub(crate) mod nrl;

/// Every kind there is. A new one is a file or folder beside these and a line here.
pub(crate) static KINDS: [KindOfSource; 4] = [gp_connect::KIND, rest::R4, rest::STU3, nrl::KIND];

/// One line of the table.
pub(crate) struct KindOfSource {
    /// The name in configuration, traces and metrics.
    pub(crate) name: &'static str,
    /// What it speaks, in words for the operator.
    pub(crate) speaks: &'static str,
    /// It stands for the registered practice: traced people only, and the one that knows of an objection.
    pub(crate) is_practice: bool,
    /// The options of the configuration it takes, of those that not every kind does.
    pub(crate) takes: &'static [&'static str],
    pub(crate) build: Build,
}

/// How a kind takes its part of the configuration.
type Build = fn(&SourceConfig, &Surroundings) -> Result<Arc<dyn Source>, ConfigFault>;

/// What every kind may build on.
pub(crate) struct Surroundings {
    pub(crate) national: Arc<National>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) lines: Lines,
    pub(crate) suppliers: Arc<Suppliers>,
}

/// Something that can be asked. Every answer ends within the bounds' deadline; all are cancel-safe.
pub(crate) trait Source: Send + Sync {
    /// One question to its end, whatever happens.
    fn ask<'a>(&'a self, question: &'a Question, bounds: &'a Bounds) -> BoxFuture<'a, Ended>;

    /// The content of one document that an earlier answer named.
    fn open<'a>(&'a self, question: &'a OpenQuestion, bounds: &'a Bounds) -> BoxFuture<'a, Opening> {
        let _ = (question, bounds);
        async { Opening::well(ReplyState::NotShared) }.boxed()
    }

    /// What only a test question may try; asked about nobody.
    fn checks<'a>(&'a self, question: &'a Question, bounds: &'a Bounds) -> BoxFuture<'a, Vec<Check>> {
        let _ = (question, bounds);
        async { Vec::new() }.boxed()
    }

    /// Whether the person objected; only the registered practice knows.
    fn objection<'a>(
        &'a self,
        question: &'a Question,
        bounds: &'a Bounds,
    ) -> BoxFuture<'a, (ObjectionReply, Verdict)> {
        let _ = question;
        let state = fault::our_side("this kind of source knows of no objection");
        let reply = ObjectionReply { signs: Vec::new(), state, elapsed_ms: bounds.elapsed_ms() };
        async { (reply, Verdict::Well) }.boxed()
    }
}

#[cfg(test)]
mod tests;
