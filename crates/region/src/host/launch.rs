//! Takes who is signed in and whose chart is open, tells the gateway so with a signed assertion over the back channel,
//! gives the address the browser is sent to. Every failure leaves the host's own page working.
//! Source: access paper, flow B; RFC 7523; IHE IUA; OAuth 2.0 (RFC 6749) section 5.2.

use super::{CLIENT_ID, Purpose, key::SigningKey, sessions::Session, users::User};
use crate::people::Person;
use aws_lc_rs::rand;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

/// How long the host waits for the gateway before it says so.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Assertions live this long, in seconds: the longest the gateway accepts.
pub(super) const LIFE_S: i64 = 60;

/// Why the record did not open. Says nothing of the person.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum LaunchFault {
    #[error("the launch could not be signed")]
    Sign,
    #[error("the gateway did not answer")]
    Silent,
    #[error("the gateway refused: `{0}`")]
    Refused(String),
    #[error("the gateway's answer could not be read")]
    Unreadable,
}

/// Where launches go.
pub(super) struct Gateway {
    /// Its token endpoint by name, whichever listener answers for it.
    pub(super) audience: String,
    /// Where it is reached.
    pub(super) url: String,
    /// Whom its word of a chart is for.
    pub(super) event_audience: String,
    /// Where it hears of charts that change.
    pub(super) event_url: String,
    pub(super) client: reqwest::Client,
}

/// The host's side of flow B.
pub(super) struct Launcher {
    pub(super) gateway: Gateway,
    pub(super) key: SigningKey,
}

#[derive(Deserialize)]
struct Granted {
    launch_uri: String,
}

#[derive(Deserialize)]
struct Denied {
    error: String,
}

impl Launcher {
    /// The single-use address of this opening.
    pub(super) async fn launch(
        &self,
        session: &Session,
        person: &Person,
        purpose: Purpose,
    ) -> Result<String, LaunchFault> {
        let form = self.form(session, person, purpose)?;
        let sent = self.gateway.client.post(&self.gateway.url).timeout(PATIENCE).form(&form).send().await;
        let answer = sent.map_err(|_| LaunchFault::Silent)?;
        let granted = answer.status().is_success();
        let body = answer.bytes().await.map_err(|_| LaunchFault::Silent)?;
        if !granted {
            return Err(refusal(&body));
        }
        let granted: Granted = serde_json::from_slice(&body).map_err(|_| LaunchFault::Unreadable)?;
        match reqwest::Url::parse(&granted.launch_uri) {
            Ok(uri) if matches!(uri.scheme(), "http" | "https") => Ok(granted.launch_uri),
            _ => Err(LaunchFault::Unreadable),
        }
    }

    fn form(
        &self,
        session: &Session,
        person: &Person,
        purpose: Purpose,
    ) -> Result<[(&'static str, String); 5], LaunchFault> {
        let now = crate::clock::now();
        let sign = |typ, claims| self.key.sign(typ, &claims).map_err(|_| LaunchFault::Sign);
        let assertion = sign("shcr-launch+jwt", self.launch_claims(session, person, (purpose, now))?)?;
        let client_assertion = sign("JWT", self.client_claims(now)?)?;
        Ok([
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer".to_owned()),
            ("scope", "launch".to_owned()),
            ("assertion", assertion),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned()),
            ("client_assertion", client_assertion),
        ])
    }

    fn client_claims(&self, now: Timestamp) -> Result<Value, LaunchFault> {
        Ok(json!({
            "iss": CLIENT_ID,
            "sub": CLIENT_ID,
            "aud": self.gateway.audience,
            "iat": now.as_second(),
            "exp": now.as_second() + LIFE_S,
            "jti": nonce()?,
        }))
    }

    fn launch_claims(
        &self,
        session: &Session,
        person: &Person,
        (purpose, now): (Purpose, Timestamp),
    ) -> Result<Value, LaunchFault> {
        let user = session.user;
        Ok(json!({
            "iss": CLIENT_ID,
            "sub": user.login,
            "aud": self.gateway.audience,
            "iat": now.as_second(),
            "nbf": now.as_second(),
            "exp": now.as_second() + LIFE_S,
            "jti": nonce()?,
            "auth_time": session.signed_in.as_second(),
            "acr": "AAL2",
            "amr": ["pwd", "otp"],
            "patient": patient(person),
            "relationship": [{"code": "host-open", "since": session.signed_in.to_string()}],
            "extensions": {"ihe_iua": ihe_iua(user, person, purpose)},
            "nhs": nhs(user),
            "host_session": session.id,
            "client_hint": {"workstation": "MARLOWE-DEMO", "address": "127.0.0.1"},
        }))
    }
}

/// 256 random bits.
pub(super) fn nonce() -> Result<String, LaunchFault> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).map_err(|_| LaunchFault::Sign)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The person as this host knows them.
fn patient(person: &Person) -> Value {
    json!({
        "identifier": [{"system": fhir::nhs_number::SYSTEM, "value": person.host_nhs_number().digits()}],
        "birthDate": person.birth_date.to_string(),
        "name": {"family": person.family, "given": person.host_given()},
        "gender": person.gender,
        "gpPracticeOds": person.practice,
    })
}

fn ihe_iua(user: &User, person: &Person, purpose: Purpose) -> Value {
    json!({
        "subject_name": user.name(),
        "subject_organization": user.organisation_name(),
        "subject_organization_id": user.organisation,
        "subject_role": [{"system": "urn:marlowe:role", "code": user.role}],
        "purpose_of_use": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": purpose.code()}],
        "person_id": format!("{}|{}", fhir::nhs_number::SYSTEM, person.host_nhs_number().digits()),
    })
}

fn nhs(user: &User) -> Value {
    let card =
        |read: fn(&super::users::Smartcard) -> &'static str| user.smartcard.as_ref().map_or("UNK", read);
    let mut nhs = json!({
        "sds_user_id": card(|card| card.user_id),
        "sds_role_profile_id": card(|card| card.role_profile_id),
        "sds_job_role": card(|card| card.job_role),
        "activity_codes": [],
        "family": user.family,
        "given": user.given,
        "local_user_id": user.login,
    });
    if let (false, Some(members)) = (user.title.is_empty(), nhs.as_object_mut()) {
        members.insert("title".to_owned(), json!(user.title));
    }
    nhs
}

/// The error code only, and only if it is one: what a gateway adds is not for this page.
fn refusal(body: &[u8]) -> LaunchFault {
    let denied = serde_json::from_slice::<Denied>(body).ok();
    let code =
        |error: &String| error.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') && error.len() < 40;
    match denied.map(|denied| denied.error).filter(code) {
        Some(error) => LaunchFault::Refused(error),
        None => LaunchFault::Unreadable,
    }
}
