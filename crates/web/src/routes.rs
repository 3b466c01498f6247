//! Takes HTTP requests, gives pages, streams and refusals; every URL stands in one table and nothing else answers.
//! No route takes a person: a session names the person. Source: access.md sections 1 (B), 4 and 15; viewer.md section 2; HAZ-002.

use crate::gateway::{As, Gateway, Published};
use axum::Router;
use axum::extract::{DefaultBodyLimit, RawPathParams, Request, State};
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, on};
use std::sync::Arc;

/// What a request says about its browser, and which requests no person made.
pub(crate) mod browser;
/// The token endpoint.
mod token;
/// The listener of hosts' servers.
pub mod back_channel;
/// What everybody may read of us.
mod published;
/// Launches that come through the browser.
mod knock;
/// The link a host sends the browser to.
pub(crate) mod launch;
/// A host's own server, and back.
pub(crate) mod smart;
/// Direct access.
mod direct;
/// Everything under one session.
pub(crate) mod session;
/// The same record for a host's own software.
mod searchset;
/// One document of a session.
mod document;
/// The audit's log, read by partners.
mod log;
/// What a partner may read of the audit itself.
mod feed;
/// What hosts and identity providers say to us, server to server.
mod notice;
/// Emergency access, and the reason a professional gives about somebody near to them.
mod break_glass;
/// A problem reported.
mod report;
/// Pages without a person.
pub(crate) mod still;
/// Headers of every answer.
pub(crate) mod headers;

/// What the public routes need to know of the deployment.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// `https://record.example.nhs.uk`: the only origin a form may come from.
    pub gateway_origin: String,
    pub training: bool,
    /// Where a person reads how and why information is shared; empty where there is no such page.
    pub sharing_notice: String,
    /// Whom to ask, on refusals and on the help page.
    pub contacts: Vec<Contact>,
    /// Every partner and what it is set up to share: the help page's, so it is of nobody's opening.
    pub shared: Vec<Shared>,
    /// In which order each role reads the summary.
    pub views: Vec<View>,
}

/// The summary as some roles read it.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// `Pharmacist`
    pub who: String,
    pub order: Vec<crate::view::Panel>,
}

/// What one partner is set up to share, in words.
#[derive(Debug, Clone, Default)]
pub struct Shared {
    pub short: String,
    pub partner: String,
    pub freshness: String,
    pub shares: String,
    pub contact: String,
}

/// An organisation and how to reach it.
#[derive(Debug, Clone, Default)]
pub struct Contact {
    pub name: String,
    pub contact: String,
}

/// One line of the table of routes.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    act: Act,
    who: &'static str,
    person: &'static str,
    audit: &'static str,
}

impl Route {
    /// One line of the golden text.
    fn line(&self) -> String {
        format!("{} {} | {} | {} | {}\n", self.method.name(), self.path, self.who, self.person, self.audit)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
}

/// What a route does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Metadata,
    Keys,
    Token,
    LaunchForm,
    LaunchCode,
    LaunchAddress,
    LaunchLink,
    LaunchButton,
    SmartBegin,
    SmartBack,
    DirectBegin,
    DirectBack,
    DirectDesk,
    DirectFind,
    DirectOpen,
    Record,
    Searchset,
    Find,
    Document,
    Letter,
    Content,
    Words,
    Confirm,
    BreakGlass,
    BreakGlassBegin,
    BreakGlassEnd,
    StaffReason,
    Reason,
    Extend,
    Print,
    Report,
    Close,
    State,
    PutAway,
    HostEvent,
    SignedOut,
    Log,
    Feed,
    Help,
    HelpPage,
    Asset,
    Icon,
}

const fn route(method: Method, path: &'static str, act: Act, notes: [&'static str; 3]) -> Route {
    let [who, person, audit] = notes;
    Route { method, path, act, who, person, audit }
}

use Method::{Get, Post};
const NOBODY: [&str; 3] = ["anyone", "-", "-"];
const SESSION: &str = "cookie and sid";
const SIGNED_IN: &str = "signed in to direct access";

/// Every URL: method, path, who may call it, where the person comes from, what the audit keeps.
pub(crate) const ROUTES: &[Route] = &[
    route(Get, "/.well-known/oauth-authorization-server", Act::Metadata, NOBODY),
    route(Get, "/.well-known/jwks.json", Act::Keys, NOBODY),
    route(Post, "/oauth2/token", Act::Token, ["registered host", "signed assertion", "launch"]),
    route(Get, "/launch/smart", Act::SmartBegin, ["a registered host's browser", "-", "launch refused"]),
    route(
        Get,
        "/launch/smart/callback/{host}",
        Act::SmartBack,
        ["the browser it began in", "host's server", "launch, session"],
    ),
    route(Post, "/launch/form", Act::LaunchForm, ["registered host's page", "signed assertion", "launch"]),
    route(Get, "/launch/code/{host}", Act::LaunchCode, ["holder of the code", "signed assertion", "launch"]),
    route(
        Get,
        "/launch/url/{host}",
        Act::LaunchAddress,
        ["registered network", "encrypted address", "launch"],
    ),
    route(Get, "/launch/{handle}", Act::LaunchLink, ["holder of the handle", "stored launch", "open"]),
    route(Post, "/launch/{handle}", Act::LaunchButton, ["holder of the handle", "stored launch", "open"]),
    route(Post, "/launch/event", Act::HostEvent, ["registered host", "-", "session end"]),
    route(Post, "/logout/backchannel", Act::SignedOut, ["registered identity provider", "-", "session end"]),
    route(Get, "/direct", Act::DirectBegin, ["anyone, where on", "-", "launch refused"]),
    route(Get, "/direct/callback", Act::DirectBack, ["the browser it began in", "-", "sign-in"]),
    route(Get, "/direct/find", Act::DirectDesk, [SIGNED_IN, "-", "-"]),
    route(Post, "/direct/find", Act::DirectFind, [SIGNED_IN, "body of the form", "find"]),
    route(Post, "/direct/open", Act::DirectOpen, [SIGNED_IN, "the one found", "launch, session"]),
    route(Get, "/s/{sid}/", Act::Record, [SESSION, "session", "open, disclosures, close"]),
    route(Get, "/s/{sid}/fhir", Act::Searchset, [SESSION, "session", "open, disclosures, close"]),
    route(Post, "/s/{sid}/find", Act::Find, [SESSION, "session", "open, disclosures, close"]),
    route(Get, "/s/{sid}/d/{handle}", Act::Document, [SESSION, "session", "-"]),
    route(Post, "/s/{sid}/letters", Act::Letter, [SESSION, "session", "-"]),
    route(Get, "/s/{sid}/b/{handle}", Act::Content, [SESSION, "session", "open, disclosure, close"]),
    route(Get, "/s/{sid}/t/{handle}", Act::Words, [SESSION, "session", "open, disclosure, close"]),
    route(Post, "/s/{sid}/confirm", Act::Confirm, [SESSION, "session", "identity confirmed"]),
    route(Get, "/s/{sid}/break-glass", Act::BreakGlass, [SESSION, "session", "override"]),
    route(Post, "/s/{sid}/break-glass", Act::BreakGlassBegin, [SESSION, "session", "override, alerts"]),
    route(Post, "/s/{sid}/break-glass/end", Act::BreakGlassEnd, [SESSION, "session", "override, alerts"]),
    route(Post, "/s/{sid}/staff-match", Act::StaffReason, [SESSION, "session", "override"]),
    route(Post, "/s/{sid}/reason", Act::Reason, [SESSION, "session", "reason given"]),
    route(Post, "/s/{sid}/extend", Act::Extend, [SESSION, "session", "-"]),
    route(Post, "/s/{sid}/print", Act::Print, [SESSION, "session", "print"]),
    route(Post, "/s/{sid}/report", Act::Report, [SESSION, "session", "alert"]),
    route(Post, "/s/{sid}/close", Act::Close, [SESSION, "session", "session end"]),
    route(Get, "/s/{sid}/state", Act::State, [SESSION, "session", "-"]),
    route(Get, "/s/{sid}/ended", Act::PutAway, [SESSION, "session", "-"]),
    route(Get, "/help", Act::Help, NOBODY),
    route(Get, "/help/{page}", Act::HelpPage, NOBODY),
    route(Get, "/assets/{file}", Act::Asset, NOBODY),
    route(Get, "/favicon.ico", Act::Icon, NOBODY),
    route(Get, "/favicon", Act::Icon, NOBODY),
];

/// No form of ours is longer, but one.
const LONGEST_BODY: usize = 64 * 1024;
/// A sealed list of documents with what was chosen among them.
const LONGEST_LIST: usize = crate::page::Letters::LONGEST + LONGEST_BODY;

/// What every handler is given.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) gateway: Arc<dyn Gateway>,
    pub(crate) settings: Arc<Settings>,
}

/// The public router, built from the table. Request bodies are limited to 64 KiB, a list of documents to 576 KiB.
pub fn router(gateway: Arc<dyn Gateway>, settings: Settings) -> Router {
    let app = App { gateway, settings: Arc::new(settings) };
    let mut router = Router::new();
    for row in ROUTES {
        let act = row.act;
        let handler = move |State(app): State<App>, params: RawPathParams, request: Request| async move {
            answer(act, app, named(&params), request).await
        };
        let longest = if act == Act::Letter { LONGEST_LIST } else { LONGEST_BODY };
        let answered = on(row.method.filter(), handler).layer(DefaultBodyLimit::max(longest));
        router = router.route(row.path, answered);
    }
    router
        .fallback(|State(app): State<App>| async move { still::not_found(&app) })
        .layer(from_fn_with_state(app.clone(), headers::on_every_answer))
        .with_state(app)
}

/// The table as text, the back channel's and the operator's after the public one, kept under test in `routes.golden.txt`.
pub fn table() -> String {
    let mut text = String::from("method path | who | person from | audit\n");
    for row in ROUTES {
        text.push_str(&row.line());
    }
    text.push('\n');
    text.push_str(&back_channel::table());
    text.push('\n');
    text.push_str(&crate::admin::table());
    text.push('\n');
    text.push_str(&crate::office::table());
    text
}

/// The path's own parts, in order.
fn named(params: &RawPathParams) -> [String; 2] {
    let mut values = params.iter().map(|(_, value)| value.to_owned());
    [values.next().unwrap_or_default(), values.next().unwrap_or_default()]
}

/// `named` are the path's own parts, in order.
async fn answer(
    act: Act,
    app: App,
    [named, handle]: [String; 2],
    request: Request,
) -> axum::response::Response {
    // A browser never speaks for a server: whoever made it send this is somebody else.
    if act.is_back_channel() && browser::is_a_browser(request.headers()) {
        return still::not_for_machines(&app, axum::http::StatusCode::FORBIDDEN);
    }
    match act {
        Act::Metadata => published::published(&app, Published::Metadata),
        Act::Keys => published::published(&app, Published::Keys),
        Act::Token => token::token(app, request).await,
        Act::LaunchForm => knock::form(app, request).await,
        Act::LaunchCode => knock::code(app, named, request).await,
        Act::LaunchAddress => knock::address(app, named, request).await,
        Act::LaunchLink => launch::link(app, named, request).await,
        Act::LaunchButton => launch::button(app, named, request).await,
        Act::SmartBegin => smart::begin(app, request).await,
        Act::SmartBack => smart::back(app, named, request).await,
        Act::DirectBegin => direct::begin(app, request).await,
        Act::DirectBack => direct::back(app, request).await,
        Act::DirectDesk => direct::desk(app, request).await,
        Act::DirectFind => direct::find(app, request).await,
        Act::DirectOpen => direct::open(app, request).await,
        Act::Record => session::record(app, named, request).await,
        Act::Searchset => searchset::searchset(app, named, request).await,
        Act::Find => session::find(app, named, request).await,
        Act::Document => document::shell(app, (named, handle), request).await,
        Act::Letter => document::letter(app, named, request).await,
        Act::Content => document::content(app, (named, handle), As::ItIs, request).await,
        Act::Words => document::content(app, (named, handle), As::Words, request).await,
        Act::Confirm => session::confirm(app, named, request).await,
        Act::BreakGlass => break_glass::ask(app, named, request).await,
        Act::BreakGlassBegin => break_glass::begin(app, named, request).await,
        Act::BreakGlassEnd => break_glass::end(app, named, request).await,
        Act::StaffReason => break_glass::staff_reason(app, named, request).await,
        Act::Reason => session::reason(app, named, request).await,
        Act::Extend => session::extend(app, named, request).await,
        Act::Print => session::print(app, named, request).await,
        Act::Report => report::report(app, named, request).await,
        Act::Close => session::close(app, named, request).await,
        Act::State => session::state(app, named, request).await,
        Act::PutAway => session::put_away(app, named, request).await,
        Act::HostEvent => notice::host_event(app, request).await,
        Act::SignedOut => notice::signed_out(app, request).await,
        Act::Log => log::part(app, (named, handle), request).await,
        Act::Feed => feed::feed(app, named, request).await,
        Act::Help => still::help(&app, ""),
        Act::HelpPage => still::help(&app, &named),
        Act::Asset => still::asset(&app, &named),
        Act::Icon => still::icon(),
    }
}

impl Act {
    fn is_back_channel(self) -> bool {
        matches!(self, Act::Token | Act::HostEvent | Act::SignedOut | Act::Log | Act::Feed)
    }
}

impl Method {
    fn filter(self) -> MethodFilter {
        match self {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
        }
    }
}

#[cfg(test)]
mod tests;
