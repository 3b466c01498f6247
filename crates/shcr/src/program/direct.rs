//! Direct access: takes a professional from sign-in to one person and a reason, gives a session by the same door as every launch.
//! What is known between the steps is sealed under the browser's cookie for minutes. Every attempt to find somebody is recorded
//! before it is made, and how it ended; limits stop whoever tries too often (HAZ-048).

/// How often one professional may look for somebody.
mod limit;
/// The opening of somebody who found the person themselves.
mod review;

use super::{Program, doors::refused, provider::way};
use crate::{clock, config::Config, entries::find as find_entries};
use access::{
    Refusal,
    launch::{
        Person,
        direct::{self, Direct, Door, FindForm, OpenForm, Staff, Wanted},
        oidc::{Callback, cookie},
    },
    person::Trace,
    session as secret,
};
use audit::Millis;
use federation::Demographics;
use miette::{IntoDiagnostic, WrapErr};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use web::gateway::{
    Browser,
    provider::{Away, Desk as DeskView, FindPage, Opening, Outcome, ReasonPage, Step, Stopped},
};

/// A professional at the desk, by their cookie.
const DESK: &str = "direct-desk";
/// Nobody, somebody restricted and a number of the wrong kind are told apart by nothing, and not by time (HAZ-050).
const UNIFORM: Duration = Duration::from_millis(1500);

/// What is known between sign-in and session.
#[derive(Serialize, Deserialize)]
struct Desk {
    staff: Staff,
    /// Whatever happens, the desk ends then.
    until: i64,
    found: Option<Found>,
}

/// One person, and what was typed to find them.
#[derive(Serialize, Deserialize)]
struct Found {
    person: Person,
    typed: Vec<(String, String)>,
}

type Staged<T> = Result<T, Stopped>;

/// Where the configuration enables it.
pub(crate) fn load(config: &Config) -> miette::Result<Option<Direct>> {
    Direct::load(config.training, config.direct.as_ref(), &config.policy.directory, direct::DESK)
        .into_diagnostic()
        .wrap_err("direct access cannot be offered")
}

impl Program {
    /// `GET /direct`.
    pub(super) async fn direct_begin(&self, browser: &Browser) -> Staged<Away> {
        match direct::begin(self.direct_door()?, way(browser)).await {
            Ok(begun) => Ok(self.send_away(begun, browser).await?),
            Err(failure) => Err(self.provider_refused(failure, browser).await.into()),
        }
    }

    /// `GET /direct/callback`: the professional, under a cookie of their own.
    pub(super) async fn direct_finish(&self, callback: Callback, browser: &Browser) -> Staged<Away> {
        let door = self.direct_door()?;
        let kept = self.kept(&callback).await?;
        let signed_in = match direct::finish(door, (kept, way(browser)), callback).await {
            Ok(signed_in) => signed_in,
            Err(failure) => return Err(self.provider_refused(failure, browser).await.into()),
        };
        if let Some(revocation) = signed_in.revocation {
            tokio::spawn(revocation.send());
        }
        let now = clock::millis();
        let entry = find_entries::signed_in(&signed_in.staff, &signed_in.code_hash, &browser.address, now);
        let once = audit::AssertionKey {
            issuer: direct::HOST.to_owned(),
            jti_hash: signed_in.code_hash,
            expires_s: now.0 / 1000 + 600,
        };
        self.store.use_once(once, entry, now).await.map_err(|_| refused(Refusal::CannotRecord))?;
        let desk = Desk {
            staff: signed_in.staff,
            until: now.plus_ms(millis(self.config.session.direct_absolute)).0,
            found: None,
        };
        let cookie = secret::new_secret();
        self.keep(&cookie, &desk).await?;
        Ok(Away { location: "/direct/find".to_owned(), set_cookie: cookie::set(&cookie, false) })
    }

    /// `GET /direct/find`.
    pub(super) async fn direct_desk(&self, browser: &Browser) -> Staged<Step> {
        let (cookie, desk) = self.desk(browser).await?;
        Ok(Step::Find(FindPage { desk: self.shown(&cookie, &desk.staff), ..FindPage::default() }))
    }

    /// `POST /direct/find`.
    pub(super) async fn direct_find(&self, browser: &Browser, token: &str, form: FindForm) -> Staged<Step> {
        let arrived = tokio::time::Instant::now();
        let (cookie, mut desk) = self.desk(browser).await?;
        if self.form_token(&cookie) != token {
            return Err(Stopped::SignedOut);
        }
        let shown = self.shown(&cookie, &desk.staff);
        let page =
            |outcome, faults, form| Ok(Step::Find(FindPage { desk: shown.clone(), form, faults, outcome }));
        let today = fhir::date::london(clock::now()).date();
        let wanted = match form.wanted(today) {
            Ok(wanted) => wanted,
            Err(faults) => return page(Outcome::None, faults, form),
        };
        let attempt = find_entries::Attempt::new(&desk.staff, &wanted, &browser.address);
        if !self.may_look(&attempt).await? {
            return page(Outcome::Paused, Vec::new(), form);
        }
        let trace = self.look_for(&wanted, &attempt).await;
        let person = direct::exactly(&wanted, &trace);
        self.looked(&attempt, &trace, person.as_ref()).await?;
        let Some(person) = person else {
            tokio::time::sleep_until(arrived + UNIFORM).await;
            let silent = trace == Trace::DidNotAnswer;
            return page(if silent { Outcome::Unanswered } else { Outcome::Nobody }, Vec::new(), form);
        };
        let typed = form.typed().into_iter().map(|(label, value)| (label.to_owned(), value)).collect();
        let found = desk.found.insert(Found { person, typed });
        let page = ReasonPage { desk: shown.clone(), typed: found.typed.clone(), ..ReasonPage::default() };
        self.keep(&cookie, &desk).await?;
        Ok(Step::Reason(page))
    }

    /// `POST /direct/open`: the one person found, and no other; the record opens for them once.
    pub(super) async fn direct_open(
        &self,
        browser: &Browser,
        token: &str,
        form: OpenForm,
    ) -> Staged<Opening> {
        let (cookie, mut desk) = self.desk(browser).await?;
        if self.form_token(&cookie) != token {
            return Err(Stopped::SignedOut);
        }
        let Some(found) = desk.found.take() else { return Err(Stopped::SignedOut) };
        let door = self.direct_door()?;
        match direct::launch(door.direct, &desk.staff, found.person, (&form, door.now)) {
            Ok(launch) => {
                self.keep(&cookie, &desk).await?;
                // Each opening of one sign-in has a name of its own; there is no code that could come back.
                let name = secret::hash(launch.id.as_bytes());
                Ok(Opening::Admitted(self.admit_launch(launch, name, browser).await?))
            }
            Err(unstated) => {
                let desk = self.shown(&cookie, &desk.staff);
                Ok(Opening::Unstated(ReasonPage { desk, typed: found.typed, form, unstated }))
            }
        }
    }

    async fn look_for(&self, wanted: &Wanted, attempt: &find_entries::Attempt) -> Trace {
        if !wanted.is_of(self.config.training) {
            return Trace::NotFound;
        }
        let now = clock::now();
        match wanted {
            Wanted::Number { nhs_number, .. } => self.federation.trace(nhs_number, attempt.id(), now).await,
            Wanted::Details { family, given, gender, birth_date, postcode } => {
                let birth_date = birth_date.as_sent();
                let sought = Demographics { family, given, gender, birth_date, postcode };
                self.federation.find(&sought, attempt.id(), now).await
            }
        }
    }

    fn direct_door(&self) -> Staged<Door<'_>> {
        let direct = self.direct.as_ref().ok_or(Stopped::Off)?;
        let (keys, public_url) = (&self.keys, self.config.public_url.as_str());
        Ok(Door { direct, keys, public_url, now: clock::now() })
    }

    async fn desk(&self, browser: &Browser) -> Staged<([u8; 32], Desk)> {
        self.direct_door()?;
        let cookie = way(browser).ok_or(Stopped::SignedOut)?;
        let now = clock::millis();
        let kept = self.store.note(DESK, &secret::encode(&cookie), now).await;
        let kept = kept.map_err(|_| refused(Refusal::CannotRecord))?.ok_or(Stopped::SignedOut)?;
        let desk: Desk = serde_json::from_slice(&kept).map_err(|_| Stopped::SignedOut)?;
        if desk.until > now.0 { Ok((cookie, desk)) } else { Err(Stopped::SignedOut) }
    }

    /// For as long as a direct session may rest.
    async fn keep(&self, cookie: &[u8; 32], desk: &Desk) -> Staged<()> {
        let bytes = serde_json::to_vec(desk).map_err(|_| Stopped::SignedOut)?;
        let idle = clock::millis().plus_ms(millis(self.config.session.direct_idle));
        let until = Millis(idle.0.min(desk.until));
        let kept = self.store.put_note(DESK, &secret::encode(cookie), &bytes, until).await;
        Ok(kept.map_err(|_| refused(Refusal::CannotRecord))?)
    }

    fn shown(&self, cookie: &[u8; 32], staff: &Staff) -> DeskView {
        DeskView {
            professional: staff.practitioner.display.clone(),
            organisation: staff.organisation.name.clone(),
            token: self.form_token(cookie),
        }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
