//! Launches no honest host would send: each is refused in the same few words, recorded, and leads nowhere.

use journeys::{
    browser::Browser,
    client,
    demo::Demo,
    now_s,
    signer::{Granted, Signer},
};
use serde_json::{Value, json};

fn doreen_at_the_host() -> Value {
    json!({"birthDate": "1935-08-14", "name": {"family": "Testpatient", "given": ["Doreen"]}, "gender": "female", "gpPracticeOds": "ZZ901"})
}

fn honest(demo: &Demo, signer: &Signer) -> Value {
    signer.claims(&demo.ready.golden_person(), &doreen_at_the_host())
}

/// Refused as a fault of the assertion, without a word of what it said.
fn refused(granted: &Granted, what: &str) {
    assert_eq!(
        (granted.status, granted.error()),
        (400, "invalid_grant"),
        "HAZ-046: {what}: {}",
        granted.body
    );
    let answer = granted.body.to_string();
    assert!(
        !answer.contains("9991234578") && !answer.to_lowercase().contains("testpatient"),
        "HAZ-049: {what}: {answer}"
    );
}

/// One edit of an honest launch's claims.
type Edit = (&'static str, fn(&mut Value));

const EDITS: [Edit; 12] = [
    ("expired", |c| {
        c["iat"] = json!(now_s() - 600);
        c["nbf"] = json!(now_s() - 600);
        c["exp"] = json!(now_s() - 540);
    }),
    ("not yet valid", |c| {
        c["iat"] = json!(now_s() + 600);
        c["nbf"] = json!(now_s() + 600);
        c["exp"] = json!(now_s() + 660);
    }),
    ("longer than a minute", |c| c["exp"] = json!(now_s() + 3600)),
    ("wrong audience", |c| c["aud"] = json!("https://another.test/oauth2/token")),
    ("two audiences", |c| c["aud"] = json!([c["aud"].clone(), "https://another.test/"])),
    ("unknown issuer", |c| c["iss"] = json!("another-host")),
    ("no use id", |c| {
        c.as_object_mut().expect("claims").remove("jti");
    }),
    ("guessable use id", |c| c["jti"] = json!("1")),
    ("organisation of another host", |c| {
        c["extensions"]["ihe_iua"]["subject_organization_id"] = json!("ZZ999")
    }),
    ("no person", |c| {
        c.as_object_mut().expect("claims").remove("patient");
    }),
    ("number that fails its check digit", |c| c["patient"]["identifier"][0]["value"] = json!("9991234577")),
    ("no professional", |c| {
        c.as_object_mut().expect("claims").remove("sub");
    }),
];

// shows: R32, A12
#[tokio::test]
async fn t15_every_edit_of_a_launch_is_refused_and_recorded() {
    let demo = Demo::start(&[]);
    let signer = demo.signer().await;
    for (what, edit) in EDITS {
        let mut claims = honest(&demo, &signer);
        edit(&mut claims);
        let granted = signer.launch(&claims).await;
        assert!(
            (400..=401).contains(&granted.status),
            "HAZ-046: {what}: {} {}",
            granted.status,
            granted.body
        );
        assert!(granted.body.get("launch_uri").is_none(), "HAZ-046: {what} was granted a launch");
    }
    assert_eq!(demo.control().asked().await, [], "nothing was asked of anyone");
    let kinds = demo.finish();
    assert_eq!(
        kinds.count("launch-refused"),
        EDITS.len() as u64,
        "HAZ-046: each refusal is recorded: {kinds:?}"
    );
}

// shows: A1
#[tokio::test]
async fn t01_a_launch_is_accepted_once() {
    let demo = Demo::start(&[]);
    let signer = demo.signer().await;
    let assertion = signer.sign("shcr-launch+jwt", &honest(&demo, &signer));
    assert_eq!(signer.present(&assertion).await.status, 200);
    refused(&signer.present(&assertion).await, "replayed");
    assert_eq!(demo.auditor().refusals(), [("signed".to_owned(), "replay".to_owned())], "HAZ-046");
    assert_eq!(demo.auditor().alerts(), ["PO-23"], "HAZ-046");
    let kinds = demo.finish();
    assert_eq!(kinds.count("launch-refused"), 1, "HAZ-046: {kinds:?}");
}

#[tokio::test]
async fn t02_of_many_at_once_at_most_one_opens() {
    let demo = Demo::start(&[]);
    let signer = std::sync::Arc::new(demo.signer().await);
    let assertion = signer.sign("shcr-launch+jwt", &honest(&demo, &signer));
    let present = || {
        let (signer, assertion) = (std::sync::Arc::clone(&signer), assertion.clone());
        tokio::spawn(async move { signer.present(&assertion).await.status })
    };
    let presented: Vec<_> = (0..30).map(|_| present()).collect();
    let mut granted = 0;
    for one in presented {
        granted += u32::from(one.await.expect("presented") == 200);
    }
    assert_eq!(granted, 1, "HAZ-046: one assertion opened {granted} launches");
    demo.finish();
}

// shows: A8
#[tokio::test]
async fn t07_a_token_that_is_not_a_launch_or_not_signed_by_the_host_is_refused() {
    let demo = Demo::start(&[]);
    let signer = demo.signer().await;
    let claims = || honest(&demo, &signer);
    for typ in ["JWT", "at+jwt", "shcr-form+jwt", "shcr-actor+jwt", ""] {
        refused(&signer.present(&signer.sign(typ, &claims())).await, &format!("typ `{typ}`"));
    }
    refused(&signer.present(&signer.unsigned(&claims())).await, "alg none");

    let strange = another_key();
    refused(&signer.present(&signer.sign_with(&strange, "shcr-launch+jwt", &claims())).await, "another key");

    let whole = signer.sign("shcr-launch+jwt", &claims());
    let unsigned = signer.unsigned(&claims());
    let edited: Vec<&str> = whole
        .split('.')
        .zip(unsigned.split('.'))
        .map(|(own, other)| if own.len() > 200 { other } else { own })
        .collect();
    refused(&signer.present(&edited.join(".")).await, "claims changed after signing");
    refused(&signer.present(&"x".repeat(20_000)).await, "too large");
    assert_eq!(signer.present("").await.status, 400, "HAZ-046: empty");
    demo.finish();
}

#[tokio::test]
async fn a_host_that_does_not_prove_itself_is_refused() {
    let demo = Demo::start(&[]);
    let signer = demo.signer().await;
    let assertion = signer.sign("shcr-launch+jwt", &honest(&demo, &signer));
    for client_assertion in ["", "x.y.z", &assertion] {
        let granted = signer.send(&assertion, client_assertion).await;
        assert_eq!(granted.error(), "invalid_client", "HAZ-046: {}", granted.body);
    }
    demo.finish();
}

#[tokio::test]
async fn t05_a_link_nobody_was_given_a_scanner_or_a_prefetch_opens_nothing() {
    let demo = Demo::start(&[]);
    let signer = demo.signer().await;
    let link = signer.launch(&honest(&demo, &signer)).await.link();
    // A mail scanner or an old engine: no Fetch Metadata. It is shown a button, and the link is not used up.
    let scanned = client().get(&link).send().await.expect("the gateway answers");
    assert_eq!(scanned.status(), 200, "HAZ-046");
    let prefetched =
        client().get(&link).header("Sec-Purpose", "prefetch").send().await.expect("the gateway answers");
    assert!(prefetched.headers().get("set-cookie").is_none(), "HAZ-046: a prefetch opened a session");
    assert!(
        client().head(&link).send().await.expect("the gateway answers").headers().get("set-cookie").is_none()
    );
    let view = Browser::new(&demo.ready).follow(&link).await;
    assert!(view.read().await.is_complete(), "the professional's own click still opens it");

    let gateway = demo.ready.text("gateway_url");
    let guessed = Browser::new(&demo.ready).follow(&format!("{gateway}/launch/{}", "A".repeat(43))).await;
    assert_eq!(guessed.launched.status, 403, "HAZ-046: {}", guessed.launched.text());
    demo.finish();
}

/// Another demo's host has a key of its own.
fn another_key() -> jsonwebtoken::EncodingKey {
    let other = Demo::start(&[]);
    let pem = std::fs::read(other.ready.text("host_signing_key")).expect("its key can be read");
    other.finish();
    jsonwebtoken::EncodingKey::from_ec_pem(&pem).expect("a P-384 key")
}
