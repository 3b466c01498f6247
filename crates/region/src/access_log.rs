//! What each partner's own system logs of whoever asks it, and hands over for one day: a line for each request about somebody, with
//! its id, its moment, its status, and the person as a hash under a key the partner and the gateway have. In memory.
//! Source: `docs/look-up/reconciliation.md`; HMAC (RFC 2104) with SHA-256.

use crate::{
    faults::Fault,
    host::key::write_private,
    options::RegionFault,
    outcome::{Dialect, Problem},
    rest::partner::PARTNERS,
    world::World,
};
use aws_lc_rs::{
    hmac,
    rand::{SecureRandom, SystemRandom},
};
use axum::{
    extract::{Query, Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Deserialize;
use serde_json::json;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Lines kept per partner; a demonstration asks less.
const KEPT: usize = 100_000;
/// How much of the days around a hand-over holds.
const MARGIN_MIN: i64 = 15;
/// Asked about nobody.
const ABOUT_NOBODY: [&str; 2] = ["/metadata", "/access-log"];

/// The file in which both sides find a partner's key.
pub(crate) fn key_file(folder: &Path, partner: &str) -> PathBuf {
    folder.join(format!("access-log-{partner}.key"))
}

/// The logs of all partners, and what they hash people under.
#[derive(Default)]
pub(crate) struct AccessLogs {
    keys: BTreeMap<&'static str, hmac::Key>,
    lines: Mutex<BTreeMap<&'static str, Vec<Line>>>,
}

#[derive(Clone)]
struct Line {
    request: Option<String>,
    opening: Option<String>,
    at: Timestamp,
    status: u16,
    subject: Option<String>,
}

/// Whom an answer was about, for whoever logs it: an NHS number.
#[derive(Clone)]
pub(crate) struct Subject(pub(crate) String);

/// One partner's log.
#[derive(Clone)]
pub(crate) struct Keeper {
    pub(crate) world: Arc<World>,
    pub(crate) partner: &'static str,
    pub(crate) dialect: Dialect,
}

impl AccessLogs {
    /// New keys, written to that folder.
    pub(crate) fn make(folder: &Path) -> Result<Self, RegionFault> {
        let mut logs = Self::default();
        for partner in &PARTNERS {
            let mut key = [0u8; 32];
            SystemRandom::new().fill(&mut key).map_err(|_| RegionFault::Certificates)?;
            let digits: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
            let path = key_file(folder, partner.name);
            write_private(&path, &digits).map_err(|source| RegionFault::WriteKey { path, source })?;
            logs.keys.insert(partner.name, hmac::Key::new(hmac::HMAC_SHA256, &key));
        }
        Ok(logs)
    }

    fn note(&self, partner: &'static str, line: Line) {
        let mut all = self.lines();
        let lines = all.entry(partner).or_default();
        if lines.len() < KEPT {
            lines.push(line);
        }
    }

    /// The lines of a day of UTC, and a quarter of an hour around it.
    fn of_day(&self, partner: &str, day: Date) -> String {
        let Ok(begins) = day.to_zoned(TimeZone::UTC) else { return String::new() };
        let s = begins.timestamp().as_second();
        let span = s - MARGIN_MIN * 60..s + (24 * 60 + MARGIN_MIN) * 60;
        let all = self.lines();
        let lines = all.get(partner).into_iter().flatten();
        lines.filter(|line| span.contains(&line.at.as_second())).map(Line::text).collect()
    }

    fn subject(&self, partner: &str, number: &str) -> Option<String> {
        let tag = hmac::sign(self.keys.get(partner)?, number.as_bytes());
        Some(tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn lines(&self) -> MutexGuard<'_, BTreeMap<&'static str, Vec<Line>>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn text(&self) -> String {
        let Self { request, opening, at, status, subject } = self;
        let line = json!({
            "request": request, "opening": opening, "time": at.to_string(), "status": status, "subject": subject,
        });
        format!("{line}\n")
    }
}

/// The middleware behind a partner's lock: whoever is not let in asks nothing.
pub(crate) async fn note(State(keeper): State<Keeper>, request: Request, next: Next) -> Response {
    let is_about_nobody = ABOUT_NOBODY.iter().any(|path| request.uri().path().ends_with(path));
    let header = |headers: &HeaderMap, name| headers.get(name)?.to_str().ok().map(str::to_owned);
    let (id, opening) =
        (header(request.headers(), "X-Request-Id"), header(request.headers(), "X-Correlation-Id"));
    let at = crate::clock::now();
    let response = next.run(request).await;
    let Keeper { world, partner, .. } = keeper;
    if !is_about_nobody && world.faults.of(partner) != Fault::Unlogged {
        let whose = response.extensions().get::<Subject>();
        let subject = whose.and_then(|Subject(number)| world.access_logs.subject(partner, number));
        let status = response.status().as_u16();
        world.access_logs.note(partner, Line { request: id, opening, at, status, subject });
    }
    response
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    day: String,
}

/// `GET /fhir/access-log?day=2026-11-28`
pub(crate) async fn hand_over(State(keeper): State<Keeper>, Query(asked): Query<Asked>) -> Response {
    let Ok(day) = asked.day.parse::<Date>() else {
        return Problem::new("BAD_REQUEST", "day is not a day").respond(keeper.dialect);
    };
    let kind = HeaderValue::from_static("application/x-ndjson");
    let lines = keeper.world.access_logs.of_day(keeper.partner, day);
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], lines)
        .into_response()
}
