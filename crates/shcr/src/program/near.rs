//! Own record, household, colleague, listed: asks the professional's own organisation at every opening, tells privacy officers, and
//! asks for a reason where one is needed. An organisation that does not answer stops nobody, and that is recorded.
//! Source: access.md section 10; audit.md, PO-07 to PO-10; HAZ-048.

use super::{Program, alerts::Rule};
use crate::{
    clock,
    entries::Story,
    opening::session::{self, Entered},
};
use access::{
    Launch, StaffMatch,
    break_glass::{self, Unfit},
    staff_match,
};
use federation::Staff;
use web::{
    gateway::{Opened, Refused, Sent, StaffReasonForm, StillPage, Within},
    view::NearPage,
};

impl Program {
    /// Never longer than the wait for employers, and beside the national trace.
    pub(crate) async fn near(&self, launch: &Launch, opening: &str) -> StaffMatch {
        let professional = staff_match::professional_ids(launch);
        let staff = Staff {
            organisation: &launch.organisation.ods,
            professional: &professional,
            nhs_number: &launch.person.nhs_number,
            opening,
            now: clock::now(),
        };
        self.employers.ask(&staff).await
    }

    /// Tells the privacy officer; the same session once. Where nobody answered, an equal surname is looked for and only that it
    /// is so is kept.
    pub(crate) async fn tell_near(
        &self,
        sid: &[u8; 32],
        launch: &Launch,
        story: &mut Story,
        near: StaffMatch,
    ) {
        story.near(near);
        let view = access::session::hex(&access::session::hash(sid));
        match near {
            StaffMatch::Own => {
                self.raise(
                    Rule::OwnRecord,
                    story.opening.as_str(),
                    "a professional's own record was asked for",
                )
                .await;
            }
            StaffMatch::Household => {
                self.raise(Rule::Household, &view, "a record of the professional's own household").await;
            }
            StaffMatch::Colleague => self.raise(Rule::Colleague, &view, "a colleague's record").await,
            StaffMatch::Listed => self.raise(Rule::Listed, &view, "the record of a listed person").await,
            StaffMatch::Unchecked if staff_match::has_equal_surname(launch) => {
                story.flag("equal-surname");
                let about = format!("{view}/surname");
                self.raise(Rule::Household, &about, "same surname; the organisation did not answer").await;
            }
            StaffMatch::Unchecked | StaffMatch::None => {}
        }
    }

    /// The page that asks for a reason. Recorded before it is sent.
    pub(crate) async fn ask_near(
        &self,
        session: &Entered,
        story: &Story,
        near: StaffMatch,
    ) -> Result<Opened, Refused> {
        let entry = story.interruption(asked(near), 0);
        if let Err(fault) = self.store.append(vec![entry], clock::millis()).await {
            return Err(self.cannot_record(story, &fault));
        }
        let html = self.near_page(session, story, near, ("", &[]));
        let frame_ancestor = session.content.frame.clone();
        Ok(Opened::Interruption { framed: frame_ancestor.is_some(), frame_ancestor, html })
    }

    /// Asks the organisation anew, so that the reason belongs to what it says now. Recorded first, then remembered.
    pub(super) async fn give_staff_reason(
        &self,
        within: &Within,
        form: &StaffReasonForm,
    ) -> Result<Sent, Refused> {
        let mut entered = session::enter(self, within).await?;
        self.must_be_ours(&entered.sid, &form.token)?;
        let launch = entered.content.launch.clone();
        let now = clock::millis();
        let mut story = Story::begin(&launch, &within.browser.address, self.policy().id(), now);
        let near = self.near(&launch, story.opening.as_str()).await;
        if !near.needs_reason() {
            return Ok(Sent::Taken);
        }
        story.near(near);
        let given = break_glass::given(near.name(), &form.text, &[near.name()]);
        let fresh = !needs_fresh(near) || break_glass::is_fresh(&launch, clock::now());
        let given = match given {
            Ok(given) if fresh => given,
            other => {
                let wrong = other.err().unwrap_or_default();
                let why =
                    if fresh { "staff match: no whole reason" } else { "staff match: sign-in not fresh" };
                let entry = story.denied(why);
                if let Err(fault) = self.store.append(vec![entry], now).await {
                    return Err(self.cannot_record(&story, &fault));
                }
                return Ok(Sent::Again(self.near_again(&entered, &story, near, (&form.text, &wrong))));
            }
        };
        story.given(&given);
        entered.content.acknowledged = Some(near);
        let content = serde_json::to_vec(&entered.content).unwrap_or_default();
        let entry = story.interruption(went_on(near), 1);
        match self.store.amend_session(entered.sid, content, entry, now).await {
            Ok(()) => Ok(Sent::Taken),
            Err(fault) => Err(self.cannot_record(&story, &fault)),
        }
    }

    fn near_again(
        &self,
        session: &Entered,
        story: &Story,
        near: StaffMatch,
        typed: (&str, &[Unfit]),
    ) -> StillPage {
        let html = self.near_page(session, story, near, typed);
        let status = if typed.1.is_empty() { 403 } else { 400 };
        StillPage { status, frame_ancestor: session.content.frame.clone(), html }
    }

    fn near_page(
        &self,
        session: &Entered,
        story: &Story,
        near: StaffMatch,
        (text, wrong): (&str, &[Unfit]),
    ) -> String {
        web::view::near(&NearPage {
            what: near,
            path: &format!("/s/{}/", session.sid_text),
            form_token: &self.form_token(&session.sid),
            reference: &story.reference,
            training: self.config.training,
            text,
            wrong,
            stale: needs_fresh(near) && !break_glass::is_fresh(&session.content.launch, clock::now()),
        })
    }
}

/// A listed record is opened by whoever has only just proved who they are.
fn needs_fresh(near: StaffMatch) -> bool {
    near == StaffMatch::Listed
}

fn asked(near: StaffMatch) -> &'static str {
    if near == StaffMatch::Household { "household: warning shown" } else { "listed: reason asked" }
}

fn went_on(near: StaffMatch) -> &'static str {
    if near == StaffMatch::Household { "household: continued" } else { "listed: continued" }
}
