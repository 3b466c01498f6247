//! The seam between routes and the program: plain requests in, plain answers or a refusal out.
//! `web` never asks a source, never writes the audit: whoever implements this does.

use access::Refusal;
use bytes::Bytes;
use futures_util::{future::BoxFuture, stream::BoxStream};

pub type Answer<T> = BoxFuture<'static, Result<T, Refused>>;

/// A refusal with the reference the person may quote.
#[derive(Debug, Clone)]
pub struct Refused {
    pub refusal: Refusal,
    pub reference: String,
    /// The launching host's origin where it is known, so that a refusal inside its frame can be read (HAZ-034).
    pub frame_ancestor: Option<String>,
}

/// What the browser said about itself that a decision needs. Header values, bounded in length by the server.
#[derive(Debug, Clone, Default)]
pub struct Browser {
    /// The value of `__Host-shcr`, if sent.
    pub cookie: Option<String>,
    /// `Sec-Fetch-Dest` is `iframe`.
    pub framed: bool,
    pub origin: Option<String>,
    pub fetch_site: Option<String>,
    pub address: String,
}

/// The form of `POST /oauth2/token`.
#[derive(Debug, Clone, Default, serde::Deserialize)]
pub struct TokenRequest {
    #[serde(default)]
    pub grant_type: String,
    #[serde(default)]
    pub assertion: String,
    #[serde(default)]
    pub scope: String,
    pub client_assertion_type: Option<String>,
    pub client_assertion: Option<String>,
}

/// RFC 6749 section 5: status and JSON body.
#[derive(Debug, Clone)]
pub struct TokenAnswer {
    pub status: u16,
    pub body: serde_json::Value,
}

/// A redeemed launch: where to go and with which cookie.
#[derive(Debug, Clone)]
pub struct Admitted {
    /// `/s/{sid}/`
    pub location: String,
    /// The whole `Set-Cookie` value.
    pub set_cookie: String,
}

/// A request for something under `/s/{sid}/`.
#[derive(Debug, Clone)]
pub struct Within {
    pub sid: String,
    pub browser: Browser,
}

/// A record document under way.
pub struct Document {
    /// This launch's host origin, for `frame-ancestors`; `None` means `'none'`.
    pub frame_ancestor: Option<String>,
    pub framed: bool,
    pub body: BoxStream<'static, Bytes>,
}

/// The answer to a GET of the record document.
pub enum Opened {
    Record(Document),
    /// The identity interruption page, already rendered by [`crate::view::interruption`].
    Interruption {
        frame_ancestor: Option<String>,
        framed: bool,
        html: String,
    },
}

/// The page round one document, whole.
#[derive(Debug, Clone)]
pub struct Shell {
    pub frame_ancestor: Option<String>,
    pub html: String,
}

/// What stands in that page's frame: a file as it came, or a page of ours with the document or with the reason why not.
pub struct Content {
    pub frame_ancestor: Option<String>,
    pub kind: ContentKind,
    pub body: Bytes,
}

/// What a browser is told a document's content is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentKind {
    /// A page of ours.
    Page,
    Pdf,
}

/// What `GET /s/{sid}/state` may say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionState {
    Live,
    Ended,
}

/// How the strictly ordered page differs from the usual one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    #[default]
    AsTheyLand,
    Plain,
}

/// Everything a route can ask of the program.
pub trait Gateway: Send + Sync + 'static {
    fn token(&self, request: TokenRequest, address: String) -> BoxFuture<'static, TokenAnswer>;
    /// Consumes the handle. Called for a real navigation or a button press only.
    fn redeem(&self, handle: String, browser: Browser) -> Answer<Admitted>;
    /// A new opening: every source is asked again.
    fn open(&self, within: Within, order: Order) -> Answer<Opened>;
    /// The page round one document: no source is asked, and the audit has the opening that listed it.
    fn document(&self, within: Within, handle: String) -> Answer<Shell>;
    /// One document: an opening of its own, asking the one source that holds it.
    fn content(&self, within: Within, handle: String) -> Answer<Content>;
    /// The interruption page's "this is the right person": recorded, then the record may be opened.
    fn confirm_identity(&self, within: Within, token: String) -> Answer<()>;
    /// Why a record that asks for a reason is opened: code and text. Recorded; `false` where what was typed is no reason.
    fn give_reason(&self, within: Within, token: String, reason: (String, String)) -> Answer<bool>;
    fn state(&self, within: Within) -> BoxFuture<'static, SessionState>;
    fn extend(&self, within: Within, token: String) -> Answer<()>;
    fn close(&self, within: Within, token: String) -> Answer<()>;
    /// For the operator's page: status of sources, audit head, configuration id. No person in it.
    fn status(&self) -> BoxFuture<'static, crate::admin::Status>;
    /// Lets a held source be asked again, recorded first; `false` if it could not be recorded.
    fn clear(&self, source: String, by: String) -> BoxFuture<'static, bool>;
}
