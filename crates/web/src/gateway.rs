//! The seam between routes and the program: plain requests in, plain answers or a refusal out.
//! `web` never asks a source, never writes the audit: whoever implements this does.

use access::{
    Channel, Refusal,
    launch::{
        direct::{FindForm, OpenForm},
        oidc::Callback,
    },
    session::{Device, Ending},
};
use bytes::Bytes;
use futures_util::{FutureExt, future::BoxFuture, stream::BoxStream};

/// The two ways in through an OpenID provider.
pub mod provider;

use provider::{Away, Opening, Step, Stopped};

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
    /// Further values of it: a browser keeps one for its windows and one for each site that frames us, and sends both where
    /// that site is our own.
    pub further_cookies: Vec<String>,
    pub device: Device,
    /// The value of `__Host-shcr-pre`, if sent.
    pub pre_cookie: Option<String>,
    /// `Sec-Fetch-Dest` is `iframe`.
    pub framed: bool,
    pub origin: Option<String>,
    pub fetch_site: Option<String>,
    pub address: String,
}

impl Browser {
    /// Every value of the cookie.
    pub fn cookies(&self) -> impl Iterator<Item = &str> {
        self.cookie.iter().chain(&self.further_cookies).map(String::as_str)
    }
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
    pub client_id: Option<String>,
    pub client_assertion_type: Option<String>,
    pub client_assertion: Option<String>,
    pub subject_token: Option<String>,
    pub subject_token_type: Option<String>,
    pub actor_token: Option<String>,
    pub actor_token_type: Option<String>,
    pub requested_token_type: Option<String>,
    pub resource: Option<String>,
    pub authorization_details: Option<String>,
    /// Which listener it came to, and with which certificate: never from the form.
    #[serde(skip)]
    pub channel: Channel,
}

/// A launch that comes through the browser, without a handle yet.
#[derive(Clone)]
pub enum Knock {
    /// An encrypted launch, posted from a page of the host. `navigates`: by a form that moves the window, not by a script.
    Form { assertion: String, navigates: bool },
    /// A code of that host, to be redeemed by us.
    Code { host: String, code: String },
    /// An encrypted address of that host.
    Legacy { host: String, query: String },
}

/// What everybody may read of us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// RFC 8414.
    Metadata,
    /// RFC 7517.
    Keys,
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
    /// Where a token is shown instead of the cookie: of the searchset alone.
    pub bearer: Option<Bearer>,
}

/// RFC 6750, and which listener it came to with which certificate (RFC 8705).
#[derive(Clone)]
pub struct Bearer {
    /// `None`: none was shown, or nothing that could be one.
    pub token: Option<String>,
    pub channel: Channel,
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

/// A whole page that is not a record, with its status.
#[derive(Debug, Clone)]
pub struct StillPage {
    pub status: u16,
    pub frame_ancestor: Option<String>,
    pub html: String,
}

/// What became of a form.
#[derive(Debug, Clone)]
pub enum Sent {
    /// The record may be opened.
    Taken,
    /// The same page again, with what is wrong.
    Again(StillPage),
}

/// The form of emergency access.
#[derive(Clone, Default, serde::Deserialize)]
pub struct BreakGlassForm {
    #[serde(default)]
    pub token: String,
    /// One of the reasons on the form.
    #[serde(default)]
    pub reason: String,
    #[serde(default)]
    pub text: String,
    /// `yes` where it was asked for on the page of an objection.
    #[serde(default)]
    pub objection: String,
}

/// The form of a record that asks for a reason because of who the professional is to the person.
#[derive(Clone, Default, serde::Deserialize)]
pub struct StaffReasonForm {
    #[serde(default)]
    pub token: String,
    #[serde(default)]
    pub text: String,
}

/// The form that reports a problem with what an opening showed.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct ReportForm {
    pub token: String,
    /// The whole id of the opening.
    pub opening: String,
    pub kind: String,
    /// The section's short name, or one of two places that are none.
    pub section: String,
    /// The source's id; empty where it is not known.
    pub source: String,
    pub text: String,
}

/// The form of the documents' chapter, and of a document that was opened from it.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct LettersForm {
    pub token: String,
    /// The list as it was sealed.
    pub list: String,
    /// Which of its documents.
    pub at: String,
    /// What is chosen on each axis; empty where it is all.
    #[serde(rename = "doc-a")]
    pub a: String,
    #[serde(rename = "doc-b")]
    pub b: String,
    #[serde(rename = "doc-c")]
    pub c: String,
    /// What a title was found by.
    pub term: String,
}

impl LettersForm {
    /// What was chosen; a number nobody was offered is all.
    pub fn chosen(&self) -> crate::page::Chosen {
        let number = |text: &String| text.parse().unwrap_or_default();
        let by = [&self.a, &self.b, &self.c].map(number);
        crate::page::Chosen { by, term: self.term.clone() }
    }
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

/// How one document is to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum As {
    /// As what it is.
    ItIs,
    /// The words of a PDF, for a browser that does not show one; anything else as what it is.
    Words,
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
    Live(Left),
    /// Why is told only to the browser whose view it was.
    Ended(Option<Ending>),
    /// Nobody can say just now.
    Unknown,
}

/// How long a view may still stand, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Until somebody does something.
    pub idle_s: i64,
    /// Whatever anybody does.
    pub absolute_s: i64,
}

/// What an operator says about one professional, or about everybody of a host.
#[derive(Debug, Clone, Default, serde::Deserialize)]
pub struct EndSessions {
    /// The host's client id.
    pub host: String,
    /// Their id there; empty where it is everybody.
    #[serde(default)]
    pub sub: String,
    /// Everybody of that host.
    #[serde(default)]
    pub all: bool,
    /// Who says so, and why; both are recorded.
    pub by: String,
    pub reason: String,
}

impl EndSessions {
    /// One professional or everybody, never neither, never both; and somebody who says why.
    pub fn is_whole(&self) -> bool {
        let is_said = [&self.host, &self.by, &self.reason].iter().all(|text| !text.trim().is_empty());
        is_said && self.all == self.sub.trim().is_empty()
    }
}

/// What an operator has held against a source's own log.
#[derive(Clone, Default, serde::Deserialize)]
pub struct Reconcile {
    /// Empty: every source that hands over its log.
    #[serde(default)]
    pub source: String,
    /// `2026-11-28`; empty: yesterday.
    #[serde(default)]
    pub day: String,
    /// What came by another way than the source's own address.
    pub lines: Option<String>,
    /// Of a source that stands for practices, the one whose log that is: its ODS code. Empty: of all.
    #[serde(default)]
    pub practice: String,
    /// Who says so, and why; both are recorded.
    pub by: String,
    pub reason: String,
}

/// What became of it, in words for an operator. No person in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reconciled {
    /// Both sides agree.
    Clean(String),
    /// Something has to be looked into.
    Differs(String),
    /// A source handed nothing over.
    Incomplete(String),
    Refused(String),
}

/// How the strictly ordered page differs from the usual one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    #[default]
    AsTheyLand,
    Plain,
}

/// A part of the audit's log as it is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogPart {
    /// Changes within seconds.
    Checkpoint(String),
    /// Never changes.
    Tile(Vec<u8>),
    /// The store did not answer: there may be such a part.
    Unavailable,
}

/// What a partner is given of the audit.
#[derive(Clone, PartialEq, Eq)]
pub enum Feed {
    /// Lines of JSON: rows, then the end of the batch. They name people.
    Lines(String),
    /// No such feed, or it is another's: the same to whoever asks.
    NotYours,
    /// It could not be recorded that somebody reads, or it could not be read.
    Unavailable,
}

impl std::fmt::Debug for Feed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Feed::Lines(_) => "Lines(…)",
            Feed::NotYours => "NotYours",
            Feed::Unavailable => "Unavailable",
        })
    }
}

/// What a program asks of a record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Types of FHIR R4; none: all.
    pub types: Vec<String>,
}

impl Wanted {
    pub fn is_of(&self, resource_type: &str) -> bool {
        self.types.is_empty() || self.types.iter().any(|wanted| wanted == resource_type)
    }
}

/// A record as a program is given it, whole, or an OperationOutcome in its place.
#[derive(Clone)]
pub struct Searchset {
    pub status: u16,
    pub body: String,
}

/// Everything a route can ask of the program.
pub trait Gateway: Send + Sync + 'static {
    fn token(&self, request: TokenRequest, address: String) -> BoxFuture<'static, TokenAnswer>;
    /// What stands at a well-known address.
    fn published(&self, what: Published) -> serde_json::Value;
    /// A launch through the browser: where to send it, `/launch/{handle}`.
    fn knock(&self, knock: Knock, browser: Browser) -> Answer<String>;
    /// Consumes the handle. Called for a real navigation or a button press only.
    fn redeem(&self, handle: String, browser: Browser) -> Answer<Admitted>;
    /// A new opening: every source is asked again.
    fn open(&self, within: Within, order: Order) -> Answer<Opened>;
    /// A new opening that shows only what holds `sought`, which stands on that page and nowhere else.
    fn find(&self, within: Within, token: String, sought: crate::page::Sought) -> Answer<Opened>;
    /// The same opening, told as a FHIR searchset.
    fn searchset(&self, within: Within, wanted: Wanted) -> Answer<Searchset>;
    /// The page round one document: no source is asked, and the audit has the opening that listed it.
    fn document(&self, within: Within, handle: String) -> Answer<Shell>;
    /// The same for one document of a list, with its place in that list.
    fn letter(&self, within: Within, form: LettersForm) -> Answer<Shell>;
    /// One document: an opening of its own, asking the one source that holds it.
    fn content(&self, within: Within, handle: String, shown_as: As) -> Answer<Content>;
    /// The interruption page's "this is the right person": recorded, then the record may be opened.
    fn confirm_identity(&self, within: Within, token: String) -> Answer<()>;
    /// The page that asks for emergency access, `over_objection` from the page of one: recorded before it is sent.
    fn break_glass(&self, within: Within, over_objection: bool) -> Answer<StillPage>;
    /// Emergency access begins: recorded first, then remembered in the session.
    fn begin_break_glass(&self, within: Within, form: BreakGlassForm) -> Answer<Sent>;
    /// It ends before its time.
    fn end_break_glass(&self, within: Within, token: String) -> Answer<()>;
    /// Why this professional opens this person's record: recorded, then it may be opened.
    fn give_staff_reason(&self, within: Within, form: StaffReasonForm) -> Answer<Sent>;
    /// Why a record that asks for a reason is opened: code and text. Recorded; `false` where what was typed is no reason.
    fn give_reason(&self, within: Within, token: String, reason: (String, String)) -> Answer<bool>;
    /// A problem with what an opening showed: recorded first. The page says so, or what is wrong with the form.
    fn report(&self, within: Within, form: ReportForm) -> Answer<StillPage>;
    fn state(&self, within: Within) -> BoxFuture<'static, SessionState>;
    /// Where a page without script goes when nobody has used it: the way back while the view lives. No activity.
    fn put_away(&self, within: Within) -> Answer<Shell>;
    fn extend(&self, within: Within, token: String) -> Answer<()>;
    /// The record of that opening is about to be printed: recorded first.
    fn print(&self, within: Within, token: String, opening: String) -> Answer<()>;
    fn close(&self, within: Within, token: String) -> Answer<()>;
    /// A host's signed word on one of its sessions: status and, where it is refused, a body.
    fn host_event(&self, token: String, channel: Channel, address: String)
    -> BoxFuture<'static, TokenAnswer>;
    /// An identity provider's: the same.
    fn signed_out(&self, token: String, address: String) -> BoxFuture<'static, TokenAnswer>;
    /// Ends every session of one professional, recorded with it: how many, or `None` if it could not be recorded.
    fn end_sessions(&self, of: EndSessions) -> BoxFuture<'static, Option<u32>>;
    /// Holds sources' own logs against ours, recorded with it.
    fn reconcile(&self, _asked: Reconcile) -> BoxFuture<'static, Reconciled> {
        async { Reconciled::Refused("there is nothing to reconcile here".to_owned()) }.boxed()
    }
    /// For the operator's page: status of sources, audit head, configuration id. No person in it.
    fn status(&self) -> BoxFuture<'static, crate::admin::Status>;
    /// For the operator's monitoring: an OpenMetrics exposition. No person in it.
    fn metrics(&self) -> String {
        "# EOF\n".to_owned()
    }
    /// The agreement asked about itself, with what may be chosen. No person in it.
    fn simulate(
        &self,
        query: Option<crate::admin::simulator::Query>,
    ) -> BoxFuture<'static, crate::admin::simulator::Simulated> {
        drop(query);
        Box::pin(async { crate::admin::simulator::Simulated::default() })
    }
    /// A part of the audit's log, which names nobody: its checkpoint, tiles and leaves. `None`: there is no such part.
    fn log_part(&self, _shard: String, _path: String) -> BoxFuture<'static, Option<LogPart>> {
        async { None }.boxed()
    }
    /// What a partner may have of the audit, behind an index; recorded first. `address` is the caller's.
    fn feed(
        &self,
        _partner: String,
        _after: Option<u64>,
        _caller: (access::Certificate, String),
    ) -> BoxFuture<'static, Feed> {
        async { Feed::NotYours }.boxed()
    }
    /// Lets a held source be asked again, recorded first; `false` if it could not be recorded.
    fn clear(&self, source: String, by: String) -> BoxFuture<'static, bool>;

    /// A browser comes with a host's `iss` and `launch`, and is sent to that host's server.
    fn smart_begin(&self, _iss: String, _launch: String, _browser: Browser) -> Answer<Away> {
        not_accepted()
    }
    /// It comes back; `host` is the path's. A session, as from a link.
    fn smart_finish(&self, _host: String, _callback: Callback, _browser: Browser) -> Answer<Admitted> {
        not_accepted()
    }
    /// A professional is sent to sign in.
    fn direct_begin(&self, _browser: Browser) -> Staged<Away> {
        off()
    }
    /// They come back, and are sent on to find somebody.
    fn direct_finish(&self, _callback: Callback, _browser: Browser) -> Staged<Away> {
        off()
    }
    /// The empty form.
    fn direct_desk(&self, _browser: Browser) -> Staged<Step> {
        off()
    }
    fn direct_find(&self, _browser: Browser, _token: String, _form: FindForm) -> Staged<Step> {
        off()
    }
    fn direct_open(&self, _browser: Browser, _token: String, _form: OpenForm) -> Staged<Opening> {
        off()
    }
}

/// An answer of direct access.
pub type Staged<T> = BoxFuture<'static, Result<T, Stopped>>;

fn not_accepted<T: Send + 'static>() -> Answer<T> {
    let refusal = Refusal::LaunchNotAccepted;
    async { Err(Refused { refusal, reference: String::new(), frame_ancestor: None }) }.boxed()
}

fn off<T: Send + 'static>() -> Staged<T> {
    async { Err(Stopped::Off) }.boxed()
}

impl std::fmt::Debug for Bearer {
    /// A token is a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bearer({:?})", self.channel)
    }
}

impl std::fmt::Debug for Knock {
    /// What they carry names the person.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Knock::Form { .. } => "Form(…)",
            Knock::Code { .. } => "Code(…)",
            Knock::Legacy { .. } => "Legacy(…)",
        })
    }
}
