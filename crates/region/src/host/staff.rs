//! What the host's organisations say of their own staff: takes keyed hashes of a professional and a person, gives whether they are
//! one, live together, work together, or whether the organisation wants more care. Keeps only hashes; learns nobody's number.
//! Source: `docs/look-up/staff-match.md`; HMAC (RFC 2104) with SHA-256.

use super::{
    CLIENT_ID,
    key::write_private,
    users::{USERS, User},
};
use crate::{
    faults::gate::{Gate, pass},
    options::RegionFault,
    people::staff::{COLLEAGUE, HOUSEHOLD, LISTED, OWN},
    world::World,
};
use aws_lc_rs::{
    hmac,
    rand::{SecureRandom, SystemRandom},
};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    middleware,
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path as FilePath, PathBuf},
    sync::Arc,
};

/// The name its faults go by, and the first part of its address.
pub(crate) const NAME: &str = "staff-match";
/// What a gateway of the region sends with every question.
const API_KEY: &str = "demo";
/// The one key each organisation has.
pub(crate) const KEY_ID: &str = "demo-1";
const VERSION: u64 = 1;

/// By login: own number, and those of the household.
const STAFF: [(&str, &str, &[&str]); 2] =
    [("nurse.bell", OWN, &[HOUSEHOLD]), ("dr.lindqvist", COLLEAGUE, &[])];
/// By organisation: those it wants more care with.
const LISTS: [(&str, &[&str]); 1] = [("ZZ910", &[LISTED])];

/// Every organisation's answers, and where the key it shares with the gateway lies.
#[derive(Clone)]
pub(crate) struct Offices(Arc<BTreeMap<&'static str, Office>>);

pub(crate) struct Office {
    pub(crate) key_file: PathBuf,
    /// By hash of a name of theirs.
    staff: BTreeMap<String, Member>,
    colleagues: BTreeSet<String>,
    listed: BTreeSet<String>,
}

#[derive(Clone, Default)]
struct Member {
    own: String,
    household: Vec<String>,
}

#[derive(Deserialize)]
struct Question {
    version: u64,
    key: String,
    professional: Vec<String>,
    person: String,
}

impl Offices {
    /// A new key for each organisation of the host's users, written to that folder.
    pub(crate) fn make(folder: &FilePath) -> Result<Self, RegionFault> {
        let codes: BTreeSet<&str> = USERS.iter().map(|user| user.organisation).collect();
        let office = |ods| Ok((ods, Office::make(folder, ods)?));
        Ok(Self(Arc::new(codes.into_iter().map(office).collect::<Result<_, RegionFault>>()?)))
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (&'static str, &Office)> {
        self.0.iter().map(|(ods, office)| (*ods, office))
    }

    pub(crate) fn router(&self, world: &Arc<World>) -> Router {
        Router::new()
            .route(&format!("/{NAME}/{{ods}}"), post(answer))
            .with_state(self.clone())
            .layer(middleware::from_fn_with_state(Gate::unnoted(world, NAME), pass))
    }
}

async fn answer(
    State(offices): State<Offices>,
    Path(ods): Path<String>,
    headers: HeaderMap,
    Json(question): Json<Question>,
) -> Response {
    if headers.get("X-Api-Key").is_none_or(|key| key != API_KEY) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let Some(office) = offices.0.get(ods.as_str()) else { return StatusCode::NOT_FOUND.into_response() };
    if question.version != VERSION || question.key != KEY_ID {
        return StatusCode::BAD_REQUEST.into_response();
    }
    Json(json!({"version": VERSION, "result": office.say(&question)})).into_response()
}

impl Office {
    fn make(folder: &FilePath, ods: &'static str) -> Result<Self, RegionFault> {
        let mut bytes = [0; 32];
        SystemRandom::new().fill(&mut bytes).map_err(|_| RegionFault::SigningKey)?;
        let key_file = folder.join(format!("{NAME}-{ods}.key"));
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        write_private(&key_file, &digits)
            .map_err(|source| RegionFault::WriteKey { path: key_file.clone(), source })?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
        let person = |number: &&str| hashed(&key, "person", number);
        let own_staff = || USERS.iter().filter(move |user| user.organisation == ods);
        let members = own_staff().flat_map(|user| {
            let member = Member::of(user, &key);
            names(user).into_iter().map(move |name| (name, member.clone()))
        });
        let staff = members.map(|(name, member)| (hashed(&key, "professional", &name), member)).collect();
        let employed = STAFF.iter().filter(|(login, ..)| own_staff().any(|user| user.login == *login));
        let colleagues = employed.map(|(_, own, _)| person(own)).collect();
        let lists = LISTS.iter().filter(|(of, _)| *of == ods);
        let listed = lists.flat_map(|(_, listed)| *listed).map(person).collect();
        Ok(Self { key_file, staff, colleagues, listed })
    }

    /// The nearest first.
    fn say(&self, question: &Question) -> &'static str {
        let person = &question.person;
        let member = question.professional.iter().find_map(|name| self.staff.get(name));
        match member {
            Some(member) if member.own == *person => "own",
            Some(member) if member.household.contains(person) => "household",
            _ if self.listed.contains(person) => "listed",
            _ if self.colleagues.contains(person) => "colleague",
            _ => "none",
        }
    }
}

impl Member {
    fn of(user: &User, key: &hmac::Key) -> Self {
        let Some((_, own, household)) = STAFF.iter().find(|(login, ..)| *login == user.login) else {
            return Self::default();
        };
        let person = |number: &str| hashed(key, "person", number);
        Self { own: person(own), household: household.iter().map(|number| person(number)).collect() }
    }
}

/// As the gateway may name them: by smartcard, and by this host's own login.
fn names(user: &User) -> Vec<String> {
    let card = user.smartcard.as_ref().map(|card| format!("sds-user-id {}", card.user_id));
    card.into_iter().chain([format!("host {CLIENT_ID} {}", user.login)]).collect()
}

fn hashed(key: &hmac::Key, what: &str, value: &str) -> String {
    let text = format!("shcr staff-match {VERSION}\n{what}\n{value}");
    URL_SAFE_NO_PAD.encode(hmac::sign(key, text.as_bytes()))
}

#[cfg(test)]
mod tests;
