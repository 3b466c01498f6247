//! Emergency access: takes a professional's wish to see more of this person, gives a page that names what would open, then the
//! exception in their session, for a while. Recorded and told to both sides before it opens anything; it closes by itself.
//! Source: access.md section 8; audit.md, PO-06; HAZ-011, HAZ-022, HAZ-028, HAZ-048.

/// Its entries in the audit.
mod entries;

use super::Program;
use crate::{
    clock,
    entries::Story,
    opening::{
        compose,
        session::{self, Entered},
    },
};
use access::{
    break_glass::{self, Barred, Exception, Offer, Unfit},
    launch::{GivenReason, Purpose},
    session::SessionContent,
};
use fhir::{OdsCode, SourceId};
use jiff::{SignedDuration, Timestamp};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use web::{
    gateway::{BreakGlassForm, Refused, Sent, StillPage, Within},
    page::{ActiveEmergency, Emergency},
    view::{Asked, BreakGlassPage},
};

/// One request for it, weighed.
struct Request {
    entered: Entered,
    story: Story,
    now: Timestamp,
    /// It came from the page of an objection.
    over_objection: bool,
    offer: Offer,
    no: Option<No>,
}

/// Why there is no form.
#[derive(Clone, Copy)]
enum No {
    Barred(Barred),
    Nothing,
    Stale,
}

impl No {
    /// For the audit.
    fn name(self) -> &'static str {
        match self {
            No::Barred(why) => why.name(),
            No::Nothing => "break-glass: nothing to open",
            No::Stale => "break-glass: sign-in not fresh",
        }
    }
}

impl Program {
    /// What a page says of it: whether it may be asked for, and what is under way. By policy and session alone (HAZ-050).
    pub(crate) fn emergency(&self, content: &SessionContent) -> Emergency {
        let now = clock::now();
        let (launch, held) = (&content.launch, content.exception(now));
        let may = break_glass::bar(launch, &self.config.break_glass.roles).is_none();
        let opens = |over| may && !break_glass::offer(&self.policy(), launch, over, held).is_empty();
        Emergency { offered: opens(false), offered_over_objection: opens(true), active: held.map(active) }
    }

    /// Whether a launch leads to the form at once: it was made for this purpose, and may.
    pub(super) fn begins_with_break_glass(&self, content: &SessionContent) -> bool {
        content.launch.purpose == Purpose::Btg && self.emergency(content).offered
    }

    /// The page that asks. Its own entry is durable before it is sent.
    pub(super) async fn ask_break_glass(
        &self,
        within: &Within,
        over_objection: bool,
    ) -> Result<StillPage, Refused> {
        let mut request = self.weigh(within, over_objection).await?;
        if let Some(no) = request.no {
            return self.say_no(&mut request, no, "").await;
        }
        let entry = request.story.emergency_asked(&request.offer);
        if let Err(fault) = self.store.append(vec![entry], clock::millis()).await {
            return Err(self.cannot_record(&request.story, &fault));
        }
        Ok(self.draw(&request, 200, Asked::Form { reason: "", text: "", wrong: &[] }))
    }

    /// Everything is looked at again, recorded, told, and only then remembered in the session.
    pub(super) async fn begin_break_glass(
        self: Arc<Self>,
        within: Within,
        form: BreakGlassForm,
    ) -> Result<Sent, Refused> {
        let mut request = self.weigh(&within, form.objection == "yes").await?;
        self.must_be_ours(&request.entered.sid, &form.token)?;
        if let Some(no) = request.no {
            return Ok(Sent::Again(self.say_no(&mut request, no, &form.text).await?));
        }
        let reasons = break_glass::reasons(request.offer.over_objection);
        match break_glass::given(&form.reason, &form.text, reasons) {
            Ok(given) => self.open_up(request, &given).await.map(|()| Sent::Taken),
            Err(wrong) => Ok(Sent::Again(self.say_wrong(&mut request, &form, &wrong).await?)),
        }
    }

    /// The professional ends it. What has run out by itself is over already, and that is no fault.
    pub(super) async fn end_break_glass(&self, within: &Within, token: &str) -> Result<(), Refused> {
        let mut entered = session::enter(self, within).await?;
        self.must_be_ours(&entered.sid, token)?;
        let Some(exception) = entered.content.break_glass.take() else { return Ok(()) };
        let now = clock::millis();
        let Some(story) = self.story_of(&entered.content, &within.browser.address, &exception) else {
            return Ok(());
        };
        let stop = story.emergency_over(&exception, "ended by the professional");
        let content = serde_json::to_vec(&entered.content).unwrap_or_default();
        match self.store.amend_session(entered.sid, content, stop, now).await {
            Ok(()) => self.record_over(story.emergency_told(&exception, false), "ended").await,
            // Its end was recorded as it ran out: nothing is left to end.
            Err(audit::Fault::Rejected(audit::Why::Conflict)) => {}
            Err(fault) => return Err(self.cannot_record(&story, &fault)),
        }
        Ok(())
    }

    /// Records its end and tells those who were told of its beginning; once, whoever comes first.
    pub(crate) async fn break_glass_over(&self, story: &Story, exception: &Exception, why: &'static str) {
        let mut entries = vec![story.emergency_over(exception, why)];
        entries.extend(story.emergency_told(exception, false));
        self.record_over(entries, why).await;
    }

    async fn record_over(&self, entries: Vec<audit::Entry>, why: &'static str) {
        match self.store.append(entries, clock::millis()).await {
            Ok(_) => tracing::warn!(alert = "PO-06", why, "emergency access has ended"),
            // Another moment or cause stands there already.
            Err(audit::Fault::Rejected(audit::Why::Conflict)) => {}
            Err(_) => tracing::error!(alert = "PO-06", "the end of emergency access could not be recorded"),
        }
    }

    /// The view is over, and emergency access with it.
    pub(super) async fn break_glass_closed(&self, content: &SessionContent, address: &str) {
        let Some(exception) = content.exception(clock::now()) else { return };
        if let Some(story) = self.story_of(content, address, exception) {
            self.break_glass_over(&story, exception, "the view was closed").await;
        }
    }

    async fn weigh(&self, within: &Within, over_objection: bool) -> Result<Request, Refused> {
        let entered = session::enter(self, within).await?;
        let now = clock::now();
        let (launch, held) = (&entered.content.launch, entered.content.exception(now));
        let story = Story::begin(launch, &within.browser.address, self.policy().id(), clock::millis());
        let offer = break_glass::offer(&self.policy(), launch, over_objection, held);
        let no = match break_glass::bar(launch, &self.config.break_glass.roles) {
            Some(why) => Some(No::Barred(why)),
            None if offer.is_empty() => Some(No::Nothing),
            None => (!break_glass::is_fresh(launch, now)).then_some(No::Stale),
        };
        Ok(Request { entered, story, now, over_objection, offer, no })
    }

    async fn say_no(&self, request: &mut Request, no: No, typed: &str) -> Result<StillPage, Refused> {
        self.record_no(request, no.name()).await?;
        let asked = match no {
            No::Barred(why) => Asked::Barred(why),
            No::Nothing => Asked::Nothing,
            No::Stale => Asked::Stale { text: typed },
        };
        Ok(self.draw(request, 403, asked))
    }

    async fn say_wrong(
        &self,
        request: &mut Request,
        form: &BreakGlassForm,
        wrong: &[Unfit],
    ) -> Result<StillPage, Refused> {
        self.record_no(request, "break-glass: no whole reason").await?;
        Ok(self.draw(request, 400, Asked::Form { reason: &form.reason, text: &form.text, wrong }))
    }

    async fn record_no(&self, request: &mut Request, why: &'static str) -> Result<(), Refused> {
        let entry = request.story.emergency_refused(why);
        match self.store.append(vec![entry], clock::millis()).await {
            Ok(_) => Ok(()),
            Err(fault) => Err(self.cannot_record(&request.story, &fault)),
        }
    }

    async fn open_up(self: Arc<Self>, request: Request, given: &GivenReason) -> Result<(), Refused> {
        let Request { mut entered, mut story, now, offer, .. } = request;
        let before = entered.content.exception(now).cloned();
        let exception = self.exception(&entered, &story, now, (&offer, before.as_ref(), given));
        story.given(given);
        let begun = story.emergency_begun(&exception);
        let mut entries = vec![begun.clone(), story.emergency_review(&exception)];
        entries.extend(story.emergency_told(&exception, true));
        entered.content.break_glass = Some(exception.clone());
        let content = serde_json::to_vec(&entered.content).unwrap_or_default();
        let at = clock::millis();
        // Recorded and told first: should the session not take it, one too many was told, and nothing was opened.
        let kept = match self.store.append(entries, at).await {
            Ok(_) => self.store.amend_session(entered.sid, content, begun, at).await,
            Err(fault) => Err(fault),
        };
        if let Err(fault) = kept {
            return Err(self.cannot_record(&story, &fault));
        }
        tracing::warn!(alert = "PO-06", opening.id = %story.opening, "emergency access begins");
        if let Some(before) = before
            && let Some(story) = story.at_occasion(&before.opening)
        {
            self.break_glass_over(&story, &before, "a further one took its place").await;
        }
        tokio::spawn(self.close_in_time(story, exception));
        Ok(())
    }

    /// Nothing opens by it after its moment, whoever is awake; this only tells so then.
    async fn close_in_time(self: Arc<Self>, story: Story, exception: Exception) {
        let left = exception.until.duration_since(clock::now());
        tokio::time::sleep(Duration::try_from(left).unwrap_or_default()).await;
        self.break_glass_over(&story, &exception, "it ran out").await;
    }

    /// What was named and no more; what was open by an earlier one stays.
    fn exception(
        &self,
        entered: &Entered,
        story: &Story,
        now: Timestamp,
        (offer, before, given): (&Offer, Option<&Exception>, &GivenReason),
    ) -> Exception {
        let mut opens = offer.opens();
        let mut told = self.told(entered, offer);
        if let Some(before) = before {
            opens.extend(before.opens.iter().copied());
            told.extend(before.told.iter().cloned());
        }
        let minutes = SignedDuration::from_mins(self.config.break_glass.minutes.into());
        let absolute = Timestamp::from_millisecond(entered.absolute_until.0).unwrap_or(now);
        Exception {
            reason: given.code.clone(),
            opens,
            over_objection: offer.over_objection,
            until: now.checked_add(minutes).unwrap_or(now).min(absolute),
            opening: story.opening.to_string(),
            told,
        }
    }

    /// The professional's own organisation, and every partner of which something would open.
    fn told(&self, entered: &Entered, offer: &Offer) -> BTreeSet<OdsCode> {
        let sources = self.federation.sources().iter().filter(|source| offer.sources.contains(&source.id));
        let partners = sources.map(|source| source.ods.clone());
        partners.chain([entered.content.launch.organisation.ods.clone()]).collect()
    }

    /// The occasion at which it began, told from this session.
    fn story_of(&self, content: &SessionContent, address: &str, exception: &Exception) -> Option<Story> {
        Story::begin(&content.launch, address, self.policy().id(), clock::millis())
            .at_occasion(&exception.opening)
    }

    fn draw(&self, request: &Request, status: u16, asked: Asked<'_>) -> StillPage {
        let content = &request.entered.content;
        let sources = self.federation.sources();
        let short = |id: &SourceId| {
            let source = sources.iter().find(|source| source.id == *id);
            source.map(|source| source.short.clone()).unwrap_or_default()
        };
        let own = &content.launch.organisation;
        let partners = sources.iter().filter(|source| request.offer.sources.contains(&source.id));
        let partners = partners.filter(|source| source.ods != own.ods).map(|source| source.partner.clone());
        let told: Vec<String> = std::iter::once(own.name.clone()).chain(partners).collect();
        let html = web::view::break_glass(&BreakGlassPage {
            path: &format!("/s/{}/", request.entered.sid_text),
            form_token: &self.form_token(&request.entered.sid),
            reference: &request.story.reference,
            training: self.config.training,
            banner: &compose::host_banner(&content.launch),
            now: request.now,
            minutes: self.config.break_glass.minutes,
            over_objection: request.over_objection,
            offer: &request.offer,
            short: &short,
            told: &told,
            asked,
        });
        StillPage { status, frame_ancestor: content.frame.clone(), html }
    }
}

/// As pages tell of it.
pub(crate) fn active(exception: &Exception) -> ActiveEmergency {
    ActiveEmergency {
        until: exception.until,
        opens: exception.opens.iter().copied().collect(),
        over_objection: exception.over_objection,
    }
}

#[cfg(test)]
mod tests;
