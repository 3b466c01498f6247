//! The two halves of an exchange: together a launch, and with anybody else's nothing.

use super::*;
use crate::{
    launch::signed,
    testing::{
        DEMO_KEY, Fixed, NOW_S, OTHER_KEY, TOKEN_URL, client_assertion,
        doors::{self, PROVIDER, PROVIDER_KEY, actor_claims, exchange_form, id_token, id_token_claims},
        header, launch_claims, now, sign,
    },
};
use serde_json::{Value, json};

async fn exchanged(form: &TokenForm) -> Result<Accepted, TokenError> {
    let (hosts, _folder) = doors::hosts();
    let keys = Keys::over(Box::new(Fixed::default()), hosts.issuers());
    signed::accept(form, &hosts, &keys, TOKEN_URL, true, now()).await
}

fn actor(claims: &Value) -> String {
    sign(&header("shcr-actor+jwt"), &claims.to_string(), &DEMO_KEY)
}

/// An honest exchange but for one edit of each half; the halves still fit.
async fn edited(
    subject: impl FnOnce(&mut Value),
    host: impl FnOnce(&mut Value),
) -> Result<Accepted, TokenError> {
    let mut claims = id_token_claims();
    subject(&mut claims);
    let token = id_token(&claims);
    let mut claims = actor_claims(&token);
    host(&mut claims);
    exchanged(&exchange_form(token, actor(&claims))).await
}

fn refused(answer: Result<Accepted, TokenError>, reason: &str) {
    let refusal = answer.expect_err(reason);
    assert_eq!(
        (refusal.status, refusal.error, refusal.audit.reason),
        (400, "invalid_grant", reason),
        "HAZ-046"
    );
}

// shows: R30
#[tokio::test]
async fn an_identity_from_elsewhere_and_the_hosts_word_open_one_record() {
    let launch = edited(|_| {}, |_| {}).await.unwrap().launch;
    assert_eq!((launch.route, launch.assurance), (Route::Exchange, 2), "HAZ-047: as the provider says");
    assert_eq!(launch.auth_time_s, Some(NOW_S - 3600));
    assert_eq!(launch.particulars.provider, Some((PROVIDER.to_owned(), "entra-77".to_owned())));
    assert_eq!(launch.person.family, "Testpatient");
    let told = edited(|_| {}, |claims| claims["acr"] = json!("AAL3")).await.unwrap().launch;
    assert_eq!(told.assurance, 2, "HAZ-047: the host says nothing of how somebody signed in elsewhere");
    let token = id_token(&id_token_claims());
    let mut form = exchange_form(token.clone(), actor(&actor_claims(&token)));
    form.subject_token_type = Some(JWT.to_owned());
    assert!(exchanged(&form).await.is_ok());
}

#[tokio::test]
async fn t27_a_subject_token_with_anothers_actor_token_is_refused() {
    let mut other = id_token_claims();
    other["sub"] = json!("entra-78");
    let (one, other) = (id_token(&id_token_claims()), id_token(&other));
    refused(exchanged(&exchange_form(other, actor(&actor_claims(&one)))).await, "subject_token_hash");
    refused(
        edited(|_| {}, |claims| drop(claims.as_object_mut().unwrap().remove("subject_token_hash"))).await,
        "subject_token_hash",
    );
    let forged = sign(&header("shcr-actor+jwt"), &actor_claims(&one).to_string(), &OTHER_KEY);
    refused(exchanged(&exchange_form(one.clone(), forged)).await, "signature");
    let own = sign(&header("JWT"), &id_token_claims().to_string(), &DEMO_KEY);
    refused(
        exchanged(&exchange_form(own.clone(), actor(&actor_claims(&own)))).await,
        "subject_token signature",
    );
}

#[tokio::test]
async fn t27_details_outside_the_signed_actor_token_are_refused() {
    let token = id_token(&id_token_claims());
    let mut form = exchange_form(token.clone(), actor(&actor_claims(&token)));
    form.authorization_details = Some("[]".to_owned());
    let refusal = exchanged(&form).await.unwrap_err();
    assert_eq!((refusal.status, refusal.error), (400, "invalid_request"), "HAZ-046");
    let patient = launch_claims()["patient"].clone();
    refused(
        edited(|_| {}, |claims| claims["patient"] = patient).await,
        "patient outside authorization_details",
    );
    for details in [json!([]), json!([{"type": "other"}]), json!("text"), Value::Null] {
        refused(edited(|_| {}, |c| c["authorization_details"] = details).await, "authorization_details");
    }
    let double = |claims: &mut Value| {
        let one = claims["authorization_details"][0].clone();
        claims["authorization_details"].as_array_mut().unwrap().push(one);
    };
    refused(edited(|_| {}, double).await, "authorization_details");
}

#[tokio::test]
async fn t27_a_subject_token_that_is_not_for_this_host_or_not_fresh_is_refused() {
    for (claim, value, reason) in [
        ("iss", json!("https://elsewhere.example"), "subject_token iss"),
        ("aud", json!("another-client"), "subject_token aud"),
        ("aud", json!(["pas-at-login", "another-client"]), "subject_token aud"),
        ("azp", json!("another-client"), "subject_token aud"),
        ("exp", json!(NOW_S - 61), "subject_token exp"),
        ("iat", json!(NOW_S + 61), "subject_token iat"),
        ("auth_time", json!(NOW_S - 12 * 3600 - 1), "subject_token auth_time"),
        ("auth_time", Value::Null, "subject_token auth_time"),
        ("sub", json!("admin"), "sub: a shared account"),
    ] {
        refused(edited(|claims| claims[claim] = value, |_| {}).await, reason);
    }
    assert!(edited(|claims| claims["aud"] = json!(["pas-at-login"]), |_| {}).await.is_ok());
}

// shows: R19
#[tokio::test]
async fn t31_a_citizens_identity_exchanges_for_nothing() {
    for (claim, value) in [
        ("fhirUser", json!("https://login.example/Patient/1")),
        ("fhirUser", json!("https://login.example/RelatedPerson/1")),
        ("nhs_number", json!("9990000018")),
        ("identity_proofing_level", json!("P9")),
        ("vot", json!("P9.Cp.Cd")),
        ("vtm", json!("https://auth.login.example/trustmark")),
        ("fhirUser", json!("https://login.example/NotAPractitioner/1")),
    ] {
        refused(edited(|claims| claims[claim] = value, |_| {}).await, "subject_token citizen");
    }
}

#[tokio::test]
async fn t07_every_other_token_is_neither_half() {
    let token = id_token(&id_token_claims());
    for typ in ["shcr-launch+jwt", "shcr-form+jwt", "shcr-event+jwt", "JWT", "logout+jwt"] {
        let presented = sign(&header(typ), &actor_claims(&token).to_string(), &DEMO_KEY);
        refused(exchanged(&exchange_form(token.clone(), presented)).await, "typ");
    }
    for typ in ["shcr-launch+jwt", "shcr-actor+jwt", "shcr-form+jwt", "shcr-event+jwt", "at+jwt"] {
        let subject = sign(&header(typ), &id_token_claims().to_string(), &PROVIDER_KEY);
        let form = exchange_form(subject.clone(), actor(&actor_claims(&subject)));
        refused(exchanged(&form).await, "subject_token typ");
    }
    for subject in [client_assertion(), actor(&actor_claims(&token))] {
        let form = exchange_form(subject.clone(), actor(&actor_claims(&subject)));
        refused(exchanged(&form).await, "subject_token iss");
    }
    let mut form = exchange_form(token.clone(), actor(&actor_claims(&token)));
    form.client_assertion = Some(token.clone());
    assert_eq!(exchanged(&form).await.unwrap_err().error, "invalid_client", "HAZ-046");
}

#[tokio::test]
async fn the_forms_own_parameters_are_checked() {
    let token = id_token(&id_token_claims());
    let good = || exchange_form(token.clone(), actor(&actor_claims(&token)));
    let saml = Some("urn:ietf:params:oauth:token-type:saml2".to_owned());
    for (form, error, reason) in [
        (TokenForm { subject_token_type: saml.clone(), ..good() }, "invalid_request", "subject_token_type"),
        (TokenForm { actor_token_type: saml, ..good() }, "invalid_request", "actor_token_type"),
        (TokenForm { requested_token_type: None, ..good() }, "invalid_request", "requested_token_type"),
        (TokenForm { subject_token: None, ..good() }, "invalid_request", "subject_token"),
        (TokenForm { actor_token: None, ..good() }, "invalid_request", "actor_token"),
        (
            TokenForm { resource: Some("https://elsewhere.example".into()), ..good() },
            "invalid_target",
            "resource",
        ),
        (TokenForm { scope: "openid".into(), ..good() }, "invalid_scope", "scope"),
    ] {
        let refusal = exchanged(&form).await.unwrap_err();
        assert_eq!((refusal.status, refusal.error, refusal.audit.reason), (400, error, reason));
    }
    let other = sign(&header("JWT"), &crate::testing::client_claims().to_string(), &DEMO_KEY);
    let form = TokenForm { client_assertion: Some(other), ..good() };
    assert!(exchanged(&form).await.is_ok());
}
