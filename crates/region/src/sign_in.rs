//! "Harbour Sign-in": where staff sign in by themselves, as NHS CIS2 has them do. Takes the gateway's authorisation request,
//! shows who may sit there, gives a code once, and for it an identity token and what the smartcard says. Refuses other clients, other
//! addresses to return to, codes used before and verifiers that do not fit.
//! Source: OpenID Connect Core 1.0 section 3.1; RFC 7636; RFC 9207; NHS CIS2 Authentication, scopes and claims.

use crate::{
    clock,
    host::{
        key::SigningKey,
        users::{Smartcard, USERS, User, card, user},
    },
    html,
    oauth::{Assertions, CLIENT_ID, Client, TOKEN_PATH},
    options::RegionFault,
};
use aws_lc_rs::{digest, rand};
use axum::{
    Form, Json, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

/// How long a code and an access token live, in seconds.
const CODE_LIFE_S: i64 = 60;
const TOKEN_LIFE_S: i64 = 300;

/// Two privacy officers of one trust, and one of the board, beside whoever of the host's users has a smartcard.
const OFFICERS: [User; 2] = [
    card(
        user("priv.marsh", ["", "Edwin", "Marsh"], "PRIVACY-OFFICER", "ZZ910"),
        "555910000120",
        "555910000920",
        "S8000:G8000:R0001",
    ),
    card(
        user("priv.board", ["", "Oona", "Reyes"], "PRIVACY-OFFICER", "ZZ920"),
        "555920000121",
        "555920000921",
        "S8000:G8000:R0001",
    ),
];

/// The service, its key and what is under way.
pub(crate) struct SignIn {
    origin: String,
    /// The only addresses it sends a browser back to.
    returns: Vec<String>,
    key: SigningKey,
    client: Arc<Client>,
    assertions: Assertions,
    state: Mutex<UnderWay>,
}

#[derive(Default)]
struct UnderWay {
    codes: HashMap<String, Code>,
    tokens: HashMap<String, Token>,
}

struct Code {
    asked: Asked,
    staff: &'static User,
    at_s: i64,
}

struct Token {
    staff: &'static User,
    at_s: i64,
}

/// An authorisation request.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    response_type: String,
    client_id: String,
    redirect_uri: String,
    scope: String,
    state: String,
    nonce: String,
    code_challenge: String,
    code_challenge_method: String,
}

#[derive(Deserialize)]
struct Chosen {
    login: String,
    #[serde(flatten)]
    asked: Asked,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Exchange {
    grant_type: String,
    code: String,
    redirect_uri: String,
    code_verifier: String,
    client_assertion: String,
}

impl SignIn {
    /// `gateway_url` and `office_url`: where the gateway has people return to.
    pub(crate) fn new(
        folder: &Path,
        origin: &str,
        (gateway_url, office_url): (&str, Option<&str>),
        client: &Arc<Client>,
    ) -> Result<Arc<Self>, RegionFault> {
        let office = office_url.map(|url| format!("{url}/callback"));
        let returns = std::iter::once(format!("{gateway_url}/direct/callback")).chain(office).collect();
        Ok(Arc::new(Self {
            origin: origin.to_owned(),
            returns,
            key: SigningKey::named(folder, "harbour-sign-in")?,
            client: Arc::clone(client),
            assertions: Assertions::default(),
            state: Mutex::default(),
        }))
    }

    pub(crate) fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route(
                "/jwks.json",
                get(|State(service): State<Arc<Self>>| async move { Json(service.key.jwks()) }),
            )
            .route("/style.css", get(|| async { html::style(include_str!("host/host.css")) }))
            .route("/authorize", get(choose))
            .route("/sign-in", post(chosen))
            .route(TOKEN_PATH, post(token))
            .route("/userinfo", get(userinfo))
            .route("/revoke", post(|| async { StatusCode::OK }))
            .with_state(Arc::clone(self))
    }

    /// What is wrong with a request, before anything is sent anywhere.
    fn wrong(&self, asked: &Asked) -> Option<&'static str> {
        let is_registered = asked.client_id == CLIENT_ID && self.returns.contains(&asked.redirect_uri);
        if !is_registered {
            return Some("This program, or the address it returns to, is not registered here.");
        }
        let is_code = asked.response_type == "code" && asked.code_challenge_method == "S256";
        let is_whole =
            is_code && !asked.code_challenge.is_empty() && asked.scope.split(' ').any(|one| one == "openid");
        (!is_whole).then_some("The request is not an OpenID Connect code request with S256.")
    }

    fn granted(&self, exchange: &Exchange) -> Result<Value, &'static str> {
        let now = clock::now();
        let token_url = format!("{}{TOKEN_PATH}", self.origin);
        if exchange.grant_type != "authorization_code" {
            return Err("unsupported_grant_type");
        }
        self.assertions
            .check(&exchange.client_assertion, &self.client, &token_url, now)
            .map_err(|_| "invalid_client")?;
        let now_s = now.as_second();
        let mut under_way = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let code = under_way.codes.remove(&exchange.code).ok_or("invalid_grant")?;
        let verifier = digest::digest(&digest::SHA256, exchange.code_verifier.as_bytes());
        let fits = URL_SAFE_NO_PAD.encode(verifier.as_ref()) == code.asked.code_challenge;
        if !fits || code.asked.redirect_uri != exchange.redirect_uri || code.at_s + CODE_LIFE_S < now_s {
            return Err("invalid_grant");
        }
        let claims = json!({
            "iss": self.origin, "aud": CLIENT_ID, "sub": subject(code.staff), "iat": now_s, "exp": now_s + TOKEN_LIFE_S,
            "auth_time": code.at_s, "nonce": code.asked.nonce, "sid": secret(),
            "id_assurance_level": "3", "authentication_assurance_level": "3",
            "selected_roleid": code.staff.smartcard.as_ref().map(|card| card.role_profile_id),
        });
        let id_token = self.key.sign("JWT", &claims).map_err(|_| "server_error")?;
        let access_token = secret();
        under_way.tokens.insert(access_token.clone(), Token { staff: code.staff, at_s: now_s });
        Ok(json!({
            "access_token": access_token, "token_type": "Bearer", "expires_in": TOKEN_LIFE_S,
            "scope": code.asked.scope, "id_token": id_token,
        }))
    }
}

async fn configuration(State(service): State<Arc<SignIn>>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", service.origin);
    Json(json!({
        "issuer": service.origin,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at(TOKEN_PATH),
        "userinfo_endpoint": at("/userinfo"),
        "revocation_endpoint": at("/revoke"),
        "jwks_uri": at("/jwks.json"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES384"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES384"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "scopes_supported": ["openid", "profile", "nationalrbacaccess", "associatedorgs", "selectedrole"],
    }))
}

/// Whoever sits there chooses who they are: everybody here is invented.
async fn choose(State(service): State<Arc<SignIn>>, Query(asked): Query<Asked>) -> Response {
    if let Some(wrong) = service.wrong(&asked) {
        return page(StatusCode::BAD_REQUEST, &format!("<p>{wrong}</p>"));
    }
    let carried = [
        ("response_type", &asked.response_type),
        ("client_id", &asked.client_id),
        ("redirect_uri", &asked.redirect_uri),
        ("scope", &asked.scope),
        ("state", &asked.state),
        ("nonce", &asked.nonce),
        ("code_challenge", &asked.code_challenge),
        ("code_challenge_method", &asked.code_challenge_method),
    ];
    let hidden = |(name, value): (&str, &String)| {
        format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", html::escape(value))
    };
    let hidden: String = carried.into_iter().map(hidden).collect();
    let button = |staff: &User| {
        let (login, name) = (html::escape(staff.login), html::escape(&staff.name()));
        let (role, organisation) = (html::escape(staff.role), html::escape(staff.organisation_name()));
        format!("<li><button name=\"login\" value=\"{login}\">{name}</button> {role}, {organisation}</li>")
    };
    let buttons: String = staff().map(button).collect();
    page(
        StatusCode::OK,
        &format!(
            "<p>Who are you?</p><form method=\"post\" action=\"/sign-in\">{hidden}<ul>{buttons}</ul></form>"
        ),
    )
}

async fn chosen(State(service): State<Arc<SignIn>>, Form(Chosen { login, asked }): Form<Chosen>) -> Response {
    if let Some(wrong) = service.wrong(&asked) {
        return page(StatusCode::BAD_REQUEST, &format!("<p>{wrong}</p>"));
    }
    let Some(staff) = staff().find(|staff| staff.login == login) else {
        return page(StatusCode::BAD_REQUEST, "<p>Nobody here has that name.</p>");
    };
    let Ok(mut back) = reqwest::Url::parse(&asked.redirect_uri) else {
        return page(StatusCode::BAD_REQUEST, "<p>The address to return to is none.</p>");
    };
    let code = secret();
    back.query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("state", &asked.state)
        .append_pair("iss", &service.origin);
    let mut under_way = service.state.lock().unwrap_or_else(PoisonError::into_inner);
    under_way.codes.insert(code, Code { asked, staff, at_s: clock::now().as_second() });
    Redirect::to(back.as_str()).into_response()
}

async fn token(State(service): State<Arc<SignIn>>, Form(exchange): Form<Exchange>) -> Response {
    let answer = match service.granted(&exchange) {
        Ok(tokens) => (StatusCode::OK, Json(tokens)),
        Err(error) => (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))),
    };
    ([(header::CACHE_CONTROL, "no-store")], answer).into_response()
}

async fn userinfo(State(service): State<Arc<SignIn>>, headers: HeaderMap) -> Response {
    let bearer =
        headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let under_way = service.state.lock().unwrap_or_else(PoisonError::into_inner);
    let token = bearer.and_then(|bearer| under_way.tokens.get(bearer));
    let live = token.filter(|token| token.at_s + TOKEN_LIFE_S > clock::now().as_second());
    match live.and_then(|token| Some((token.staff, token.staff.smartcard.as_ref()?))) {
        Some((staff, card)) => Json(said(staff, card)).into_response(),
        None => (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")])
            .into_response(),
    }
}

fn said(staff: &User, card: &Smartcard) -> Value {
    let role = json!({
        "person_roleid": card.role_profile_id, "org_code": staff.organisation, "role_code": card.job_role,
    });
    json!({
        "sub": card.user_id, "uid": card.user_id, "name": staff.name(), "title": (!staff.title.is_empty()).then_some(staff.title),
        "family_name": staff.family, "given_name": staff.given,
        "nhsid_nrbac_roles": [role], "selected_roleid": card.role_profile_id,
    })
}

fn staff() -> impl Iterator<Item = &'static User> {
    USERS.iter().chain(&OFFICERS).filter(|staff| staff.smartcard.is_some())
}

fn subject(staff: &User) -> &'static str {
    staff.smartcard.as_ref().map_or("", |card| card.user_id)
}

/// Guessed by nobody.
fn secret() -> String {
    let mut bytes = [0; 32];
    // A region whose system gives no randomness has other troubles: the secret then opens nothing.
    if rand::fill(&mut bytes).is_err() {
        return String::new();
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

fn page(status: StatusCode, body: &str) -> Response {
    let document = html::document("Harbour Sign-in", &format!("<main><h1>Harbour Sign-in</h1>{body}</main>"));
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], document).into_response()
}

#[cfg(test)]
mod tests;
