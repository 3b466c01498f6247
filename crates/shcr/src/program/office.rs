//! The privacy officers' desk: takes an officer who signs in through the same kind of provider as direct access, and why they
//! look; gives what they may see of the audit, each reading recorded before it answers (HAZ-028). Refuses everybody else.
//! Source: audit.md sections 11 and 12.

/// Which entries an officer may see.
mod scope;
/// A store, as far as somebody may read it.
mod sight;
/// Openings and attempts that fit a question.
pub(crate) mod look;
/// One opening as a story.
mod told;
/// Who looked at one person's record.
pub(crate) mod report;
/// Alerts, and what officers did about them.
mod queue;
/// Counts for everybody.
mod figures;
/// Openings left out of the report for the person.
mod held;
/// Sources' own logs held against ours.
mod reconciled;
/// Entries in plain words.
mod words;

use super::{Doors, Program, doors::refused, provider::way};
use crate::{clock, config::Config, entries::reading};
use access::{
    Refusal,
    launch::{
        direct::{self, Direct, Door, Staff},
        oidc::{Callback, cookie},
    },
    session as secret,
};
use audit::{Entry, Fault, Millis, ReadReceipt};
use futures_util::FutureExt;
use miette::{IntoDiagnostic, WrapErr};
pub(crate) use scope::Scope;
use serde::{Deserialize, Serialize};
pub(crate) use sight::Sight;
use std::{collections::BTreeSet, sync::Arc};
use web::{
    gateway::{Browser, provider::Away},
    office::{
        Answer, Stopped,
        values::{
            Desk as Shown, Figured, HeldRows, HoldForm, LookForm, Looked, Queue, ReasonForm, Reconciliation,
            ReportForm, Reported, StepForm, Told,
        },
    },
};

/// An officer at the desk, by their cookie.
const DESK: &str = "office-desk";

/// The desk, where there is one.
pub(crate) struct Office {
    pub(crate) sign_in: Direct,
    /// As browsers reach it.
    pub(crate) url: String,
    /// Organisations whose officers see the entries of every partner.
    pub(crate) region: BTreeSet<String>,
}

impl Office {
    /// Where the configuration has it, and officers can sign in.
    pub(crate) fn load(config: &Config) -> miette::Result<Option<Self>> {
        let Some(office) = &config.office else { return Ok(None) };
        let policy_dir = &config.policy.directory;
        let sign_in = Direct::load(config.training, office.sign_in.as_ref(), policy_dir, direct::OFFICE)
            .into_diagnostic()
            .wrap_err("the privacy officers' pages cannot be offered")?;
        let region = office.region.iter().map(ToString::to_string).collect();
        Ok(sign_in.map(|sign_in| Self { sign_in, url: office.url.clone(), region }))
    }
}

/// What is known from sign-in to sign-out. Sealed under the cookie.
#[derive(Clone, Serialize, Deserialize)]
struct Desk {
    staff: Staff,
    until: i64,
    reason: String,
    address: String,
}

pub(crate) type Staged<T> = Result<T, Stopped>;

impl Program {
    async fn office_begin(&self, browser: &Browser) -> Staged<Away> {
        match direct::begin(self.office_door()?, way(browser)).await {
            Ok(begun) => self.send_away(begun, browser).await.map_err(Stopped::Refused),
            Err(failure) => Err(Stopped::Refused(self.provider_refused(failure, browser).await)),
        }
    }

    async fn office_finish(&self, callback: Callback, browser: &Browser) -> Staged<Away> {
        let door = self.office_door()?;
        let kept = self.kept(&callback).await.map_err(Stopped::Refused)?;
        let signed_in = match direct::finish(door, (kept, way(browser)), callback).await {
            Ok(signed_in) => signed_in,
            Err(failure) => {
                return Err(Stopped::Refused(self.provider_refused(failure, browser).await));
            }
        };
        if let Some(revocation) = signed_in.revocation {
            tokio::spawn(revocation.send());
        }
        let now = clock::millis();
        let entry = reading::signed_in(&signed_in.staff, &signed_in.code_hash, &browser.address, now);
        let once = audit::AssertionKey {
            issuer: direct::OFFICE.id.to_owned(),
            jti_hash: signed_in.code_hash,
            expires_s: now.0 / 1000 + 600,
        };
        self.store.use_once(once, entry, now).await.map_err(|_| unrecorded())?;
        let desk = Desk {
            staff: signed_in.staff,
            until: now.plus_ms(self.life(access::launch::Route::Direct).absolute_ms).0,
            reason: String::new(),
            address: browser.address.clone(),
        };
        let cookie = secret::new_secret();
        self.keep_officer(&cookie, &desk).await?;
        Ok(Away { location: "/".to_owned(), set_cookie: cookie::set(&cookie, false) })
    }

    async fn office_desk(&self, browser: &Browser) -> Staged<Shown> {
        let (cookie, desk) = self.officer(browser).await?;
        self.with_waiting(&cookie, &desk).await
    }

    /// With how many alerts nobody has closed, which is told beside the way there on every page. Without a reason there is no way there.
    async fn with_waiting(&self, cookie: &[u8; 32], desk: &Desk) -> Staged<Shown> {
        let waiting = if desk.reason.is_empty() { 0 } else { self.waiting(&self.scope(desk)?).await };
        Ok(Shown { waiting, ..self.at_desk(cookie, desk) })
    }

    /// `Some`: the reason does not do, and is asked for again.
    async fn office_reason(
        &self,
        browser: &Browser,
        token: &str,
        form: &ReasonForm,
    ) -> Staged<Option<Shown>> {
        let (cookie, mut desk) = self.officer(browser).await?;
        self.is_from(&cookie, token)?;
        let Some(reason) = reading::reason(&form.reason) else {
            return Ok(Some(self.at_desk(&cookie, &desk)));
        };
        reason.clone_into(&mut desk.reason);
        self.keep_officer(&cookie, &desk).await?;
        Ok(None)
    }

    async fn office_sign_out(&self, browser: &Browser, token: &str) -> Staged<()> {
        let (cookie, desk) = self.officer(browser).await?;
        self.is_from(&cookie, token)?;
        let now = clock::millis();
        let entry = reading::signed_out(&desk.staff, &secret::hash(&cookie), &desk.address, now);
        self.store.append(vec![entry], now).await.map_err(|_| unrecorded())?;
        let gone = self.store.take_note(DESK, &secret::encode(&cookie), now).await;
        gone.map(drop).map_err(|_| unrecorded())
    }

    /// Who asks, and that their reason stands. Their form, where `token` is given.
    async fn reader(&self, browser: &Browser, token: Option<&str>) -> Staged<Reader> {
        let (cookie, desk) = self.officer(browser).await?;
        if let Some(token) = token {
            self.is_from(&cookie, token)?;
        }
        if desk.reason.is_empty() {
            return Err(Stopped::NoReason);
        }
        // Each use puts the idle time-out off.
        self.keep_officer(&cookie, &desk).await?;
        let scope = self.scope(&desk)?;
        let shown = self.with_waiting(&cookie, &desk).await?;
        Ok(Reader { desk, scope, shown })
    }

    /// Durable before anything is read.
    async fn is_about_to(&self, reader: &Reader, asked: reading::Asked<'_>) -> Staged<ReadReceipt> {
        let now = clock::millis();
        let entry: Entry = asked.entry((&reader.desk.staff, &reader.desk.reason), &reader.desk.address, now);
        self.store.reads(entry, now).await.map_err(|_| unrecorded())
    }

    fn office_door(&self) -> Staged<Door<'_>> {
        let office = self.office.as_ref().ok_or(Stopped::SignedOut)?;
        Ok(Door { direct: &office.sign_in, keys: &self.keys, public_url: &office.url, now: clock::now() })
    }

    fn sight(&self, scope: &Scope) -> Sight<'_> {
        Sight { store: &self.store, sources: &self.config.sources, scope: scope.clone() }
    }

    fn scope(&self, desk: &Desk) -> Staged<Scope> {
        let office = self.office.as_ref().ok_or(Stopped::SignedOut)?;
        Ok(Scope::of(desk.staff.organisation.ods.as_str(), &office.region))
    }

    async fn officer(&self, browser: &Browser) -> Staged<([u8; 32], Desk)> {
        let cookie = way(browser).ok_or(Stopped::SignedOut)?;
        let now = clock::millis();
        let kept = self.store.note(DESK, &secret::encode(&cookie), now).await;
        let kept = kept.map_err(|_| unrecorded())?.ok_or(Stopped::SignedOut)?;
        let desk: Desk = serde_json::from_slice(&kept).map_err(|_| Stopped::SignedOut)?;
        if desk.until > now.0 { Ok((cookie, desk)) } else { Err(Stopped::SignedOut) }
    }

    /// For as long as a direct session may rest.
    async fn keep_officer(&self, cookie: &[u8; 32], desk: &Desk) -> Staged<()> {
        let bytes = serde_json::to_vec(desk).map_err(|_| Stopped::SignedOut)?;
        let idle = clock::millis().plus_ms(self.life(access::launch::Route::Direct).idle_ms);
        let until = Millis(idle.0.min(desk.until));
        let kept = self.store.put_note(DESK, &secret::encode(cookie), &bytes, until).await;
        kept.map_err(|_| unrecorded())
    }

    fn is_from(&self, cookie: &[u8; 32], token: &str) -> Staged<()> {
        if self.form_token(cookie) == token { Ok(()) } else { Err(Stopped::SignedOut) }
    }

    fn at_desk(&self, cookie: &[u8; 32], desk: &Desk) -> Shown {
        let sees_all = self.scope(desk).is_ok_and(|scope| scope.is_region());
        Shown {
            officer: desk.staff.practitioner.display.clone(),
            organisation: desk.staff.organisation.name.clone(),
            sees_all,
            token: self.form_token(cookie),
            reason: desk.reason.clone(),
            waiting: 0,
            training: self.config.training,
            earlier: self.earlier.iter().map(|log| log.origin().to_owned()).collect(),
        }
    }
}

/// An officer who may read now.
struct Reader {
    desk: Desk,
    scope: Scope,
    shown: Shown,
}

impl Reader {
    fn subject(&self) -> &str {
        &self.desk.staff.practitioner.host_sub
    }
}

/// Whether an entry of the kind is an alert that somebody takes on.
pub(super) fn is_alert(entry: &Entry) -> bool {
    words::raised(entry).is_some()
}

fn unreadable(_: Fault) -> Stopped {
    Stopped::Unreadable
}

fn unrecorded() -> Stopped {
    Stopped::Refused(refused(Refusal::CannotRecord))
}

impl web::office::Office for Doors {
    fn begin(&self, browser: Browser) -> Answer<Away> {
        let program = Arc::clone(&self.0);
        async move { program.office_begin(&browser).await }.boxed()
    }

    fn finish(&self, callback: Callback, browser: Browser) -> Answer<Away> {
        let program = Arc::clone(&self.0);
        async move { program.office_finish(callback, &browser).await }.boxed()
    }

    fn desk(&self, browser: Browser) -> Answer<Shown> {
        let program = Arc::clone(&self.0);
        async move { program.office_desk(&browser).await }.boxed()
    }

    fn say_why(&self, browser: Browser, token: String, form: ReasonForm) -> Answer<Option<Shown>> {
        let program = Arc::clone(&self.0);
        async move { program.office_reason(&browser, &token, &form).await }.boxed()
    }

    fn look(&self, browser: Browser, token: String, form: LookForm) -> Answer<Looked> {
        let program = Arc::clone(&self.0);
        async move { program.office_look(&browser, &token, form).await }.boxed()
    }

    fn tell(&self, browser: Browser, opening: String) -> Answer<Told> {
        let program = Arc::clone(&self.0);
        async move { program.office_tell(&browser, &opening).await }.boxed()
    }

    fn report(&self, browser: Browser, token: String, form: ReportForm) -> Answer<Reported> {
        let program = Arc::clone(&self.0);
        async move { program.office_report(&browser, &token, form).await }.boxed()
    }

    fn queue(&self, browser: Browser) -> Answer<Queue> {
        let program = Arc::clone(&self.0);
        async move { program.office_queue(&browser).await }.boxed()
    }

    fn step(&self, browser: Browser, token: String, form: StepForm) -> Answer<Queue> {
        let program = Arc::clone(&self.0);
        async move { program.office_step(&browser, &token, form).await }.boxed()
    }

    fn figures(&self, browser: Browser, month: String) -> Answer<Figured> {
        let program = Arc::clone(&self.0);
        async move { program.office_figures(&browser, &month).await }.boxed()
    }

    fn held(&self, browser: Browser) -> Answer<HeldRows> {
        let program = Arc::clone(&self.0);
        async move { program.office_held(&browser).await }.boxed()
    }

    fn hold(&self, browser: Browser, token: String, form: HoldForm) -> Answer<Option<Told>> {
        let program = Arc::clone(&self.0);
        async move { program.office_hold(&browser, &token, form).await }.boxed()
    }

    fn reconciliation(&self, browser: Browser) -> Answer<Reconciliation> {
        let program = Arc::clone(&self.0);
        async move { program.office_reconciliation(&browser).await }.boxed()
    }

    fn sign_out(&self, browser: Browser, token: String) -> Answer<()> {
        let program = Arc::clone(&self.0);
        async move { program.office_sign_out(&browser, &token).await }.boxed()
    }
}
