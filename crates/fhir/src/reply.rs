//! What one source answered: its state, its bytes as received, and when. A missing answer is a value.

use crate::Category;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, sync::Arc};

/// A source's short, stable name from configuration, such as `gp` or `acute`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SourceId(Arc<str>);

impl SourceId {
    pub fn new(name: &str) -> Self {
        Self(Arc::from(name))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The closed list of ways a question can end. Every source ends every opening in exactly one (HAZ-006).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReplyState {
    Answered,
    /// The reasons stand in [`Reply::warnings`].
    AnsweredWithWarnings,
    /// The source knows the person and has nothing, or says it does not know the person, as its contract defines that.
    AnsweredEmpty,
    DidNotAnswer(Silence),
    Unreadable(String),
    Withheld(Withholder),
    NotShared,
    NotAsked(NotAsked),
}

/// Why a source did not answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Silence {
    TimedOut,
    /// In words fit for the page: `refused the connection`, `answered with an error`.
    Failed(String),
    /// The fault is in our request or configuration; our own alarm rings.
    FailedOurSide(String),
    BreakerOpen {
        since: String,
    },
}

/// Who held an answer back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Withholder {
    /// The source refused: `at the person's request`, `no sharing agreement`.
    Source(String),
    /// The whole reply was about somebody else, in whole or in part. Nothing of it may be named (HAZ-004).
    PolicyIdentity,
    /// Same number, other details: the fields that differ.
    PolicyDiffers(Vec<String>),
    /// More than one person matched (HAZ-037).
    PolicyAmbiguous,
    /// The disclosure could not be recorded.
    PolicyNotRecorded,
    /// The person has objected to this controller's sharing (HAZ-022).
    PolicyObjection,
    /// The controller keeps a register of objections, and it did not say.
    PolicyObjectionUnknown,
}

/// Why a source was not asked, in words fit for the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NotAsked(pub String);

impl ReplyState {
    /// Whether it counts as answered in the coverage row.
    pub fn is_answer(&self) -> bool {
        use ReplyState::*;
        matches!(self, Answered | AnsweredWithWarnings | AnsweredEmpty)
    }

    /// The name in the audit and in metrics; carries no reason text.
    pub fn name(&self) -> &'static str {
        match self {
            ReplyState::Answered => "answered",
            ReplyState::AnsweredWithWarnings => "answered-with-warnings",
            ReplyState::AnsweredEmpty => "answered-empty",
            ReplyState::DidNotAnswer(Silence::TimedOut) => "did-not-answer(timed out)",
            ReplyState::DidNotAnswer(Silence::Failed(_)) => "did-not-answer(failed)",
            ReplyState::DidNotAnswer(Silence::FailedOurSide(_)) => "did-not-answer(failed: our side)",
            ReplyState::DidNotAnswer(Silence::BreakerOpen { .. }) => "did-not-answer(breaker open)",
            ReplyState::Unreadable(_) => "unreadable",
            ReplyState::Withheld(Withholder::Source(_)) => "withheld(by the source)",
            ReplyState::Withheld(Withholder::PolicyIdentity | Withholder::PolicyDiffers(_)) => {
                "withheld(by policy: identity)"
            }
            ReplyState::Withheld(Withholder::PolicyAmbiguous) => "withheld(by policy: ambiguous)",
            ReplyState::Withheld(Withholder::PolicyNotRecorded) => "withheld(by policy: access not recorded)",
            ReplyState::Withheld(Withholder::PolicyObjection) => "withheld(by policy: objection)",
            ReplyState::Withheld(Withholder::PolicyObjectionUnknown) => {
                "withheld(by policy: objection unknown)"
            }
            ReplyState::NotShared => "not-shared",
            ReplyState::NotAsked(_) => "not-asked",
        }
    }
}

/// The shape of a payload, which chooses its normaliser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// GP Connect Access Record: Structured, a STU3 collection Bundle.
    GpConnectStu3,
    /// Care Connect STU3 searchset.
    Stu3,
    /// UK Core R4 searchset.
    R4,
    /// GP Connect Access Record: HTML, a DSTU2 searchset whose Composition holds one section as XHTML.
    GpConnectHtml,
}

/// One whole, checked document of a reply: UTF-8 JSON without duplicate keys.
#[derive(Clone)]
pub struct Payload {
    pub format: Format,
    /// The category whose search brought it; `None` where one document carries many.
    pub category: Option<Category>,
    pub text: Arc<str>,
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payload({:?}, {:?}, {} bytes)", self.format, self.category, self.text.len())
    }
}

/// Something a source said about its own answer, or we must say about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// A stable code such as `confidential-items`, `data-in-transit`, `paging`, `trace-id`.
    pub code: String,
    /// The category it touches; `None` for the whole reply.
    pub category: Option<Category>,
    /// The words for the page, the source's own where it sent some.
    pub text: String,
}

/// One source's answer to one question.
#[derive(Debug, Clone)]
pub struct Reply {
    pub source: SourceId,
    pub state: ReplyState,
    /// States of single categories where they differ from `state`: switched off, refused, failed, not asked.
    pub by_category: BTreeMap<Category, ReplyState>,
    pub payloads: Vec<Payload>,
    pub warnings: Vec<Warning>,
    /// Who was asked, where one source stands for several: the registered practice's name.
    pub asked: Option<String>,
    /// For periodic feeds: when the source last received its data, as it declares it (RFC 3339).
    pub as_at: Option<String>,
    /// Milliseconds from the first question to the last byte.
    pub elapsed_ms: u64,
    pub size_bytes: u64,
}

impl Reply {
    /// A reply without content.
    pub fn of(source: SourceId, state: ReplyState) -> Self {
        Self {
            source,
            state,
            by_category: BTreeMap::new(),
            payloads: Vec::new(),
            warnings: Vec::new(),
            asked: None,
            as_at: None,
            elapsed_ms: 0,
            size_bytes: 0,
        }
    }

    /// The state of one category: its own where it has one, else the source's.
    pub fn state_of(&self, category: Category) -> &ReplyState {
        self.by_category.get(&category).unwrap_or(&self.state)
    }
}
