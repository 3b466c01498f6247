//! A gateway that answers from memory, and remembers what was asked of it.

use super::*;

/// Remembers what it was asked.
#[derive(Default)]
pub(super) struct Fake {
    pub(super) asked: Mutex<Vec<String>>,
    pub(super) refuse: Mutex<Option<Refusal>>,
}

impl Fake {
    fn ask<T: Send + 'static>(&self, what: String, answer: T) -> Answer<T> {
        self.asked.lock().unwrap().push(what);
        let refusal = self.refuse.lock().unwrap().clone();
        let refused = |refusal| Refused {
            refusal,
            reference: "7K2M-9QF4".into(),
            frame_ancestor: Some("https://host.example.test".into()),
        };
        async move { refusal.map_or(Ok(answer), |refusal| Err(refused(refusal))) }.boxed()
    }
}

impl Gateway for Fake {
    fn token(&self, request: TokenRequest, _address: String) -> BoxFuture<'static, TokenAnswer> {
        self.asked.lock().unwrap().push(format!("token {}", request.assertion));
        async { TokenAnswer { status: 200, body: serde_json::json!({"token_type": "N_A"}) } }.boxed()
    }

    fn log_part(&self, shard: String, path: String) -> BoxFuture<'static, Option<LogPart>> {
        let part = match (shard.as_str(), path.as_str()) {
            ("2026", "checkpoint") => Some(LogPart::Checkpoint("signed".into())),
            ("2026", "tile/0/x001/002.p/7") => Some(LogPart::Tile(b"hashes".to_vec())),
            ("2026", "busy") => Some(LogPart::Unavailable),
            _ => None,
        };
        async { part }.boxed()
    }

    fn feed(
        &self,
        partner: String,
        after: Option<u64>,
        (certificate, _): (access::Certificate, String),
    ) -> BoxFuture<'static, Feed> {
        self.asked.lock().unwrap().push(format!("feed {partner} {after:?}"));
        let own = certificate == access::Certificate::new(b"gp");
        let answer = match partner.as_str() {
            "ZG1" if own => Feed::Lines("{\"next\":7,\"more\":false}\n".into()),
            "busy" => Feed::Unavailable,
            _ => Feed::NotYours,
        };
        async { answer }.boxed()
    }

    fn published(&self, what: Published) -> serde_json::Value {
        serde_json::json!({"what": format!("{what:?}")})
    }

    fn knock(&self, knock: Knock, browser: Browser) -> Answer<String> {
        let carried = match knock {
            Knock::Form { assertion, navigates } => format!("form {assertion} {navigates}"),
            Knock::Code { host, code } => format!("code {host} {code}"),
            Knock::Legacy { host, query } => format!("address {host} {query}"),
        };
        self.ask(format!("knock {carried} from {:?}", browser.origin), "/launch/abc".to_owned())
    }

    fn redeem(&self, handle: String, _browser: Browser) -> Answer<Admitted> {
        let admitted = Admitted {
            location: "/s/sid/".into(),
            set_cookie: "__Host-shcr=x; Secure; HttpOnly; Path=/; SameSite=Lax".into(),
        };
        self.ask(format!("redeem {handle}"), admitted)
    }

    fn open(&self, within: Within, order: Order) -> Answer<Opened> {
        let parts = ["<!DOCTYPE html>", "<p>part</p>"].map(|part| Bytes::from_static(part.as_bytes()));
        let body = stream::iter(parts).boxed();
        let document = Document {
            frame_ancestor: Some("https://host.example.test".into()),
            framed: within.browser.framed,
            body,
        };
        self.ask(
            format!("open {} {:?} {order:?}", within.sid, within.browser.cookie),
            Opened::Record(document),
        )
    }

    fn find(&self, within: Within, token: String, sought: crate::page::Sought) -> Answer<Opened> {
        let body = stream::iter([Bytes::from_static(b"<p>found</p>")]).boxed();
        let document = Document { frame_ancestor: None, framed: within.browser.framed, body };
        let asked = format!("find {} {token} {}", within.sid, sought.as_str());
        self.ask(asked, Opened::Record(document))
    }

    fn report(&self, within: Within, form: ReportForm) -> Answer<StillPage> {
        let ReportForm { token, opening, kind, section, source, text } = form;
        let page = still(if kind.is_empty() { 400 } else { 200 });
        self.ask(format!("report {} {token} {opening} {kind} {section} {source} {text}", within.sid), page)
    }

    fn searchset(&self, within: Within, wanted: Wanted) -> Answer<Searchset> {
        let given = Searchset { status: 200, body: "{\"resourceType\":\"Bundle\"}".into() };
        let bearer = within.bearer.map(|bearer| format!(" {:?} {:?}", bearer.token, bearer.channel));
        let by = bearer.unwrap_or_default();
        self.ask(format!("searchset {} {:?}{by}", within.sid, wanted.types), given)
    }

    fn document(&self, within: Within, handle: String) -> Answer<Shell> {
        let shell =
            Shell { frame_ancestor: Some("https://host.example.test".into()), html: "<p>shell</p>".into() };
        self.ask(format!("document {} {}", within.sid, handle.len()), shell)
    }

    fn letter(&self, within: Within, form: LettersForm) -> Answer<Shell> {
        let LettersForm { ref token, ref list, ref at, .. } = form;
        let chosen = form.chosen();
        let asked =
            format!("letter {} {token} {} {at} {:?} {}", within.sid, list.len(), chosen.by, chosen.term);
        let shell = Shell { frame_ancestor: None, html: "<p>letter</p>".into() };
        self.ask(asked, shell)
    }

    fn content(&self, within: Within, handle: String, shown_as: As) -> Answer<Content> {
        let kind = if handle == "pdf" { ContentKind::Pdf } else { ContentKind::Page };
        let content = Content {
            frame_ancestor: Some("https://host.example.test".into()),
            kind,
            body: Bytes::from_static(b"%PDF-1.4"),
        };
        self.ask(format!("content {} {} {shown_as:?}", within.sid, handle.len()), content)
    }

    fn confirm_identity(&self, within: Within, token: String) -> Answer<()> {
        self.ask(format!("confirm {} {token}", within.sid), ())
    }

    fn break_glass(&self, within: Within, over_objection: bool) -> Answer<StillPage> {
        self.ask(format!("break-glass {} {over_objection}", within.sid), still(200))
    }

    fn begin_break_glass(&self, within: Within, form: BreakGlassForm) -> Answer<Sent> {
        let BreakGlassForm { token, reason, text, objection } = form;
        let sent = if reason.is_empty() { Sent::Again(still(400)) } else { Sent::Taken };
        self.ask(format!("begin {} {token} {reason} {text} {objection}", within.sid), sent)
    }

    fn end_break_glass(&self, within: Within, token: String) -> Answer<()> {
        self.ask(format!("end {} {token}", within.sid), ())
    }

    fn give_staff_reason(&self, within: Within, form: StaffReasonForm) -> Answer<Sent> {
        self.ask(format!("staff {} {} {}", within.sid, form.token, form.text), Sent::Taken)
    }

    fn give_reason(&self, within: Within, token: String, (code, text): (String, String)) -> Answer<bool> {
        let is_one = text.len() >= 20;
        self.ask(format!("reason {} {token} {code}", within.sid), is_one)
    }

    fn state(&self, within: Within) -> BoxFuture<'static, SessionState> {
        let state = match within.sid.as_str() {
            "live" => SessionState::Live(Left { idle_s: 598, absolute_s: 3_000 }),
            "moved" => SessionState::Ended(Some(access::session::Ending::PatientChanged)),
            "unreadable" => SessionState::Unknown,
            _ => SessionState::Ended(None),
        };
        async move { state }.boxed()
    }

    fn put_away(&self, within: Within) -> Answer<Shell> {
        let html = crate::view::put_away("/s/live/", true);
        let shell = Shell { frame_ancestor: Some("https://host.example.test".into()), html };
        self.ask(format!("put away {}", within.sid), shell)
    }

    fn host_event(
        &self,
        token: String,
        _channel: Channel,
        _address: String,
    ) -> BoxFuture<'static, TokenAnswer> {
        self.asked.lock().unwrap().push(format!("event {token}"));
        async { TokenAnswer { status: 204, body: serde_json::Value::Null } }.boxed()
    }

    fn signed_out(&self, token: String, _address: String) -> BoxFuture<'static, TokenAnswer> {
        self.asked.lock().unwrap().push(format!("signed out {token}"));
        async { TokenAnswer { status: 200, body: serde_json::Value::Null } }.boxed()
    }

    fn end_sessions(&self, of: EndSessions) -> BoxFuture<'static, Option<u32>> {
        self.asked.lock().unwrap().push(format!(
            "end {} {}{} by {}",
            of.host,
            of.sub,
            if of.all { "all" } else { "" },
            of.by
        ));
        async { Some(2) }.boxed()
    }

    fn extend(&self, within: Within, token: String) -> Answer<()> {
        self.ask(format!("extend {} {token}", within.sid), ())
    }

    fn print(&self, within: Within, token: String, opening: String) -> Answer<()> {
        self.ask(format!("print {} {token} {opening}", within.sid), ())
    }

    fn close(&self, within: Within, token: String) -> Answer<()> {
        self.ask(format!("close {} {token}", within.sid), ())
    }

    fn status(&self) -> BoxFuture<'static, crate::admin::Status> {
        async { crate::admin::Status { audit: "ok".into(), ..Default::default() } }.boxed()
    }

    fn clear(&self, _source: String, _by: String) -> BoxFuture<'static, bool> {
        async { true }.boxed()
    }
}
