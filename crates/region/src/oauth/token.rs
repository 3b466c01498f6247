//! The token endpoint: takes the client credentials grant with a signed assertion, gives a bearer token and how long it
//! lives, or the standard's refusal.
//! Source: RFC 6749 sections 4.4 and 5; RFC 7523 section 2.2; SMART App Launch 2.2, Obtain access token.

use super::{Authority, assertion, lock, scope::Scopes};
use crate::faults::Fault;
use axum::{
    Form, Json,
    extract::{State, rejection::FormRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    grant_type: String,
    scope: String,
    client_assertion_type: String,
    client_assertion: String,
}

/// An error code of RFC 6749 and a sentence for the developer.
#[derive(Debug, PartialEq, Eq)]
struct Refused(&'static str, &'static str);

pub(super) async fn issue(
    State(authority): State<Arc<Authority>>,
    form: Result<Form<Asked>, FormRejection>,
) -> Response {
    let answer = match form {
        Ok(Form(asked)) => authority.issued(&asked, crate::clock::now()),
        Err(_) => Err(Refused("invalid_request", "the body is not a form")),
    };
    let mut response = match answer {
        Ok(token) => Json(token).into_response(),
        Err(Refused(error, description)) => {
            let body = Json(json!({"error": error, "error_description": description}));
            (StatusCode::BAD_REQUEST, body).into_response()
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

impl Authority {
    fn issued(&self, asked: &Asked, now: Timestamp) -> Result<Value, Refused> {
        if asked.grant_type != "client_credentials" {
            return Err(Refused("unsupported_grant_type", "grant_type must be client_credentials"));
        }
        if asked.client_assertion_type != ASSERTION_TYPE || asked.client_assertion.is_empty() {
            return Err(Refused("invalid_request", "a jwt-bearer client_assertion is required"));
        }
        if self.world.faults.of(&self.source) == Fault::TokenRefused {
            return Err(Refused("invalid_client", "the client is not registered"));
        }
        let mut seen = lock(&self.seen);
        assertion::check(&asked.client_assertion, &self.client, &self.token_url, &mut seen, now)
            .map_err(|wrong| Refused("invalid_client", wrong))?;
        let scopes = Scopes::parse(&asked.scope)
            .ok_or(Refused("invalid_scope", "only system/*.read, system/Type.read and system/Type.rs"))?;
        let token = self.grant(scopes, now).ok_or(Refused("server_error", "no token could be made"))?;
        Ok(json!({
            "access_token": token,
            "token_type": "bearer",
            "expires_in": self.world.token_life_s,
            "scope": asked.scope,
        }))
    }
}
