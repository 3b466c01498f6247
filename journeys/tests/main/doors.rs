//! The other ways in, over real sockets: a server known by its certificate, an identity from elsewhere, an encrypted form, an
//! encrypted address. Each opens the same one-use link, and each refusal is recorded.

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use journeys::{
    back_channel::BackChannel,
    browser::{Browser, View},
    client,
    demo::Demo,
    now_s, sealed,
    signer::Signer,
};
use serde_json::{Value, json};

fn doreen_at_the_host() -> Value {
    json!({"birthDate": "1935-08-14", "name": {"family": "Testpatient", "given": ["Doreen"]}, "gender": "female", "gpPracticeOds": "ZZ901"})
}

fn honest(demo: &Demo, signer: &Signer) -> Value {
    signer.claims(&demo.ready.golden_person(), &doreen_at_the_host())
}

async fn follows(demo: &Demo, link: &str) -> View {
    Browser::new(&demo.ready).follow(link).await
}

// shows: R32, R39, R40, A40
#[tokio::test]
async fn t13_another_partners_certificate_or_none_is_invalid_client() {
    let demo = Demo::start(&[]);
    let signer = demo.signer().await;
    let own = BackChannel::showing(&demo.ready, Some("host_identity"));
    let assertion = || signer.sign("shcr-launch+jwt", &honest(&demo, &signer));
    let (launch, proof) = (assertion(), signer.client_assertion());
    let granted = own.post(&Signer::form(&launch, &proof)).await;
    assert!(follows(&demo, &granted.link()).await.read().await.is_complete(), "R40");

    let (launch, grant) = (assertion(), "urn:ietf:params:oauth:grant-type:jwt-bearer");
    let by_certificate =
        |id| [("grant_type", grant), ("scope", "launch"), ("assertion", launch.as_str()), ("client_id", id)];
    assert_eq!(own.post(&by_certificate("demo-host")).await.status, 200, "tls_client_auth");
    for id in ["fairfax", "stranger", ""] {
        let refused = own.post(&by_certificate(id)).await;
        assert_eq!((refused.status, refused.error()), (401, "invalid_client"), "HAZ-046: {id}");
    }
    // Signed by the same authority, and registered to somebody else.
    for identity in [Some("client_identity"), None] {
        let channel = BackChannel::showing(&demo.ready, identity);
        let (launch, proof) = (assertion(), signer.client_assertion());
        for form in [Signer::form(&launch, &proof), by_certificate("demo-host").to_vec()] {
            let refused = channel.post(&form).await;
            assert_eq!((refused.status, refused.error()), (401, "invalid_client"), "HAZ-046: {identity:?}");
            assert!(!refused.body.to_string().contains("Testpatient"), "HAZ-049");
        }
    }
    // Another region's authority is nobody's here.
    let other = Demo::start(&[]);
    let strange =
        BackChannel::with(&demo.ready, Some(std::path::Path::new(&other.ready.text("host_identity"))));
    let (launch, proof) = (assertion(), signer.client_assertion());
    assert!(
        strange.try_post(&Signer::form(&launch, &proof)).await.is_err(),
        "HAZ-046: a stranger's authority"
    );
    other.finish();
    let refusals = demo.auditor().refusals();
    assert_eq!(refusals.len(), 7, "HAZ-046: each refusal is recorded: {refusals:?}");
    demo.finish();
}

// shows: R32
#[tokio::test]
async fn what_a_host_needs_to_know_is_published() {
    let demo = Demo::start(&[]);
    let gateway = demo.ready.text("gateway_url");
    let get = async |path: &str| -> Value {
        let answer = client().get(format!("{gateway}{path}")).send().await.expect("the gateway answers");
        assert_eq!(answer.status(), 200, "{path}");
        serde_json::from_str(&answer.text().await.expect("text")).expect("JSON")
    };
    let metadata = get("/.well-known/oauth-authorization-server").await;
    assert_eq!(metadata["issuer"], json!(gateway));
    assert_eq!(metadata["token_endpoint"], json!(format!("{gateway}/oauth2/token")));
    let alias = metadata["mtls_endpoint_aliases"]["token_endpoint"].as_str().expect("a back channel");
    assert_eq!(alias, demo.ready.text("back_channel_url") + "/oauth2/token");
    assert_eq!(metadata["scopes_supported"], json!(["launch", "fhir"]), "one host here is registered for it");
    assert_eq!(metadata["tls_client_certificate_bound_access_tokens"], json!(true), "RFC 8705");
    let keys = get("/.well-known/jwks.json").await;
    let keys = keys["keys"].as_array().expect("keys");
    assert_eq!(keys.len(), 2);
    assert!(keys.iter().all(|key| key.get("d").is_none()), "HAZ-049: a private key was published");
    demo.finish();
}

/// An identity token of the host, which is its own provider, and the host's word about it.
fn halves(demo: &Demo, signer: &Signer) -> (String, String) {
    let now = now_s();
    let identity = json!({
        "iss": demo.ready.text("host_url"), "sub": "okafor@marlowe", "aud": "marlowe", "iat": now - 5, "exp": now + 600,
        "auth_time": now - 600, "acr": "AAL3", "amr": ["hwk"],
    });
    let subject = signer.sign("JWT", &identity);
    let mut claims = honest(demo, signer);
    let members = claims.as_object_mut().expect("claims");
    let (patient, relationship) = (members.remove("patient"), members.remove("relationship"));
    let hash = digest::digest(&digest::SHA256, subject.as_bytes());
    members.insert("subject_token_hash".to_owned(), json!(URL_SAFE_NO_PAD.encode(hash)));
    let detail = json!({"type": "shcr-launch", "patient": patient, "relationship": relationship, "purpose_of_use": ["TREAT"]});
    members.insert("authorization_details".to_owned(), json!([detail]));
    (subject, signer.sign("shcr-actor+jwt", &claims))
}

async fn exchange(demo: &Demo, signer: &Signer, subject: &str, actor: &str) -> journeys::signer::Granted {
    let (us, proof) = (demo.ready.text("gateway_url"), signer.client_assertion());
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("scope", "launch"),
        ("subject_token", subject),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:id_token"),
        ("actor_token", actor),
        ("actor_token_type", "urn:ietf:params:oauth:token-type:jwt"),
        ("requested_token_type", "urn:shcr:params:oauth:token-type:launch"),
        ("resource", &us),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", &proof),
    ];
    BackChannel::showing(&demo.ready, Some("host_identity")).post(&form).await
}

// shows: R29, R30, R31
#[tokio::test]
async fn t27_an_identity_from_elsewhere_opens_a_record_and_half_of_another_does_not() {
    let demo = Demo::start(&[]);
    let signer = demo.signer().await;
    let (subject, actor) = halves(&demo, &signer);
    let granted = exchange(&demo, &signer, &subject, &actor).await;
    assert_eq!(granted.body["issued_token_type"], json!("urn:shcr:params:oauth:token-type:launch"));
    assert!(follows(&demo, &granted.link()).await.read().await.is_complete());
    let (other_subject, other_actor) = halves(&demo, &signer);
    for (subject, actor) in [(&subject, &other_actor), (&other_subject, &actor), (&subject, &actor)] {
        let refused = exchange(&demo, &signer, subject, actor).await;
        assert_eq!((refused.status, refused.error()), (400, "invalid_grant"), "HAZ-046: {}", refused.body);
    }
    assert_eq!(demo.auditor().sessions(), [("exchange".to_owned(), 3)], "HAZ-047");
    let refusals = demo.auditor().refusals();
    assert!(refusals.iter().all(|(flow, _)| flow == "exchange"), "{refusals:?}");
    demo.finish();
}

async fn form(demo: &Demo, signer: &Signer, typ: &str) -> String {
    sealed::for_gateway(&demo.ready, &signer.sign(typ, &honest(demo, signer))).await
}

fn header<'a>(page: &'a journeys::browser::Page, name: &str) -> &'a str {
    page.header(name).unwrap_or_default()
}

// shows: R29, R30, R31
#[tokio::test]
async fn t28_a_form_of_the_hosts_page_opens_once_and_from_nowhere_else() {
    let demo = Demo::start(&[]);
    let signer = demo.signer().await;
    let (browser, host, gateway) =
        (Browser::new(&demo.ready), demo.ready.text("host_url"), demo.ready.text("gateway_url"));
    let assertion = form(&demo, &signer, "shcr-form+jwt").await;
    let body = [("assertion", assertion.as_str())];
    for origin in ["https://attacker.example", "null", gateway.as_str()] {
        let page = browser.post_from(origin, "/launch/form", &body).await;
        assert_eq!(page.status, 403, "HAZ-046: {origin}");
        assert!(page.header("location").is_none(), "HAZ-046: {origin}");
    }
    // By script: a fetch, with the right origin.
    let url = format!("{gateway}/launch/form");
    for mode in [Some("cors"), Some("no-cors"), None] {
        let request = client().post(&url).header("Origin", &host).form(&body);
        let request = mode.into_iter().fold(request, |request, mode| request.header("Sec-Fetch-Mode", mode));
        assert_eq!(request.send().await.expect("the gateway answers").status(), 403, "HAZ-046: {mode:?}");
    }
    let posted = browser.post_from(&host, "/launch/form", &body).await;
    assert_eq!(posted.status, 303, "{}", posted.text());
    let link = header(&posted, "location").to_owned();
    assert!(link.starts_with("/launch/"), "{link}");
    assert!(follows(&demo, &format!("{gateway}{link}")).await.read().await.is_complete());
    let again = browser.post_from(&host, "/launch/form", &body).await;
    assert_eq!(again.status, 403, "HAZ-046: replayed");
    for typ in ["shcr-launch+jwt", "shcr-actor+jwt", "shcr-event+jwt", "JWT"] {
        let other = form(&demo, &signer, typ).await;
        let page = browser.post_from(&host, "/launch/form", &[("assertion", &other)]).await;
        assert_eq!(page.status, 403, "HAZ-046: {typ}");
    }
    let (sessions, refusals) = (demo.auditor().sessions(), demo.auditor().refusals());
    assert_eq!(sessions, [("form".to_owned(), 2)], "HAZ-047");
    assert_eq!(refusals.len(), 11, "HAZ-046: each is recorded: {refusals:?}");
    assert!(demo.auditor().alerts().contains(&"PO-23".to_owned()), "HAZ-046: the replay is an alert");
    demo.finish();
}

fn address_text(demo: &Demo, role: &str) -> String {
    let time = london_wall_clock();
    format!(
        "NHSNumber={}&DOB=14/08/1935&Surname=Testpatient&Forenames=Doreen&Sex=F&UserID=jsmith&UserName=Jo Smith&Role={role}&Time={time}",
        demo.ready.golden_person().nhs_number
    )
}

/// Now, as a clock on a wall in London shows it.
fn london_wall_clock() -> String {
    let said = std::process::Command::new("date").env("TZ", "Europe/London").arg("+%Y%m%d%H%M%S").output();
    String::from_utf8(said.expect("`date` is there").stdout).expect("digits").trim().to_owned()
}

// shows: R29
#[tokio::test]
async fn t29_an_encrypted_address_opens_once_is_trusted_with_little_and_is_an_alert() {
    let demo = Demo::start(&[]);
    let (browser, gateway) = (Browser::new(&demo.ready), demo.ready.text("gateway_url"));
    let sent = sealed::address(&demo.ready, &address_text(&demo, "DOCTOR"));
    let path = |bytes: &[u8]| format!("/launch/url/fairfax?data={}", sealed::in_query(bytes));
    for place in [0, 40, sent.len() - 1] {
        let mut flipped = sent.clone();
        flipped[place] ^= 1;
        let page = browser.get(&path(&flipped)).await;
        assert_eq!(page.status, 403, "HAZ-046: byte {place}");
    }
    let without = address_text(&demo, "DOCTOR").split("&Time=").next().expect("a text").to_owned();
    assert_eq!(browser.get(&path(&sealed::address(&demo.ready, &without))).await.status, 400, "HAZ-045");
    assert_eq!(browser.get(&path(&sent).replace("fairfax", "demo-host")).await.status, 403, "HAZ-046");

    let opened = browser.get(&path(&sent)).await;
    assert_eq!(opened.status, 303, "{}", opened.text());
    let link = header(&opened, "location").to_owned();
    assert!(link.starts_with("/launch/") && !link.contains('?'), "HAZ-049: {link}");
    let view = follows(&demo, &format!("{gateway}{link}")).await;
    assert!(view.read().await.is_complete(), "{}", view.launched.text());
    assert_eq!(browser.get(&path(&sent)).await.status, 403, "HAZ-046: replayed");

    assert_eq!(demo.auditor().sessions(), [("legacy".to_owned(), 0)], "HAZ-047");
    let alerts = demo.auditor().alerts();
    assert_eq!(alerts.iter().filter(|rule| *rule == "PO-26").count(), 1, "{alerts:?}");
    assert!(alerts.contains(&"PO-23".to_owned()), "HAZ-046: {alerts:?}");
    for (path, bytes) in demo.written() {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(&sealed::in_query(&sent)), "HAZ-049: the query stands in {}", path.display());
    }
    demo.finish();
}

// shows: R32
#[tokio::test]
async fn t80_a_host_in_haste_is_told_to_wait_and_no_other_is() {
    let demo = Demo::start(&[]);
    let signer = std::sync::Arc::new(demo.signer().await);
    let assertions: Vec<String> =
        (0..200).map(|_| signer.sign("shcr-launch+jwt", &honest(&demo, &signer))).collect();
    let sent: Vec<_> = assertions
        .into_iter()
        .map(|assertion| {
            let signer = std::sync::Arc::clone(&signer);
            tokio::spawn(async move { signer.present(&assertion).await })
        })
        .collect();
    let (mut granted, mut told_to_wait) = (0, 0);
    for one in sent {
        let answer = one.await.expect("presented");
        match answer.status {
            200 => granted += 1,
            429 => {
                assert_eq!(answer.retry_after.as_deref(), Some("1"));
                told_to_wait += 1;
            }
            other => panic!("{other}: {}", answer.body),
        }
    }
    assert!(granted >= 40, "the allowance itself is kept: {granted}");
    assert!(told_to_wait > 0, "HAZ-057: nobody was told to wait, {granted} granted");
    let text = sealed::address(&demo.ready, &address_text(&demo, "DOCTOR"));
    let path = format!("/launch/url/fairfax?data={}", sealed::in_query(&text));
    assert_eq!(Browser::new(&demo.ready).get(&path).await.status, 303, "HAZ-057: another host is unmoved");
    demo.finish();
}

// shows: R32
#[tokio::test]
async fn t77_no_error_of_any_door_echoes_what_was_sent() {
    let demo = Demo::start(&[]);
    let (browser, gateway) = (Browser::new(&demo.ready), demo.ready.text("gateway_url"));
    let canary = "zzCANARYzz<script>alert(1)</script>";
    let escaped = "zzCANARYzz%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    for path in [
        format!("/launch/url/{escaped}?data={escaped}"),
        format!("/launch/url/fairfax?data={escaped}"),
        format!("/launch/code/{escaped}?code={escaped}"),
        format!("/launch/code/demo-host?code={escaped}"),
        format!("/launch/{escaped}"),
        format!("/{escaped}"),
    ] {
        let page = browser.get(&path).await;
        assert!(page.status.is_client_error(), "{path}: {}", page.status);
        assert!(!page.html.contains("CANARY"), "HAZ-049: {path}");
        assert!(page.headers.iter().all(|(_, value)| !value.contains("CANARY")), "HAZ-049: {path}");
    }
    let page =
        browser.post_from(&demo.ready.text("host_url"), "/launch/form", &[("assertion", canary)]).await;
    assert!(page.status == 403 && !page.html.contains("CANARY"), "HAZ-049");
    for name in
        ["grant_type", "scope", "assertion", "client_id", "client_assertion", "subject_token", "resource"]
    {
        let answer = client().post(format!("{gateway}/oauth2/token")).form(&[(name, canary)]).send().await;
        let answer = answer.expect("the gateway answers");
        assert!(answer.status().is_client_error(), "{name}");
        assert!(!answer.text().await.expect("text").contains("CANARY"), "HAZ-049: {name}");
    }
    for (path, bytes) in demo.written() {
        assert!(!String::from_utf8_lossy(&bytes).contains("CANARY"), "HAZ-049: in {}", path.display());
    }
    demo.finish();
}

// shows: R39
#[tokio::test]
async fn t78_while_nothing_can_be_recorded_no_door_opens() {
    let demo = Demo::start(&[]);
    let signer = demo.signer().await;
    let (browser, host) = (Browser::new(&demo.ready), demo.ready.text("host_url"));
    let assertion = form(&demo, &signer, "shcr-form+jwt").await;
    let (subject, actor) = halves(&demo, &signer);
    demo.auditor().hold();
    assert_eq!(signer.launch(&honest(&demo, &signer)).await.status, 503, "HAZ-029");
    assert_eq!(signer.present("a.b.c").await.status, 503, "HAZ-029: not even a refusal can be recorded");
    assert_eq!(exchange(&demo, &signer, &subject, &actor).await.status, 503, "HAZ-029");
    let page = browser.post_from(&host, "/launch/form", &[("assertion", &assertion)]).await;
    assert_eq!(page.status, 503, "HAZ-029: {}", page.text());
    let text = sealed::address(&demo.ready, &address_text(&demo, "DOCTOR"));
    let path = format!("/launch/url/fairfax?data={}", sealed::in_query(&text));
    assert_eq!(browser.get(&path).await.status, 503, "HAZ-029");
    let page = browser.get("/launch/code/demo-host?code=x").await;
    assert!([503, 403].contains(&page.status.as_u16()), "HAZ-029: {}", page.status);
    assert_eq!(demo.control().asked().await, [], "HAZ-029: nothing was asked of anyone");
    demo.auditor().release();
    demo.finish();
}

/// The text a program of the example host prints; `None` where there is no Node to run it.
fn example_host(demo: &Demo, script: &str) -> Option<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/example-host");
    let patient = json!({
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": demo.ready.golden_person().nhs_number}],
        "birthDate": "1935-08-14", "name": {"family": "Testpatient", "given": ["Doreen"]}, "gender": "female",
    });
    let professional = json!({
        "sub": "dr.okafor", "subject_name": "Dr Ngozi Okafor", "subject_organization_id": "ZZ910", "subject_role": ["DOCTOR"],
    });
    let ran = std::process::Command::new("node")
        .arg(folder.join(script))
        .env("GATEWAY", demo.ready.text("gateway_url"))
        .env("CLIENT_ID", demo.ready.text("host_client_id"))
        .env("KEY_ID", "demo-host-1")
        .env("SIGNING_KEY", demo.ready.text("host_signing_key"))
        .env("TLS_IDENTITY", demo.ready.text("host_identity"))
        .env("CA", demo.ready.text("ca_file"))
        .env("PATIENT", patient.to_string())
        .env("PROFESSIONAL", professional.to_string())
        .output();
    let Ok(ran) = ran else {
        eprintln!("NOT RUN: the example host needs Node 20");
        return None;
    };
    let said = String::from_utf8_lossy(&ran.stdout).trim().to_owned();
    assert!(ran.status.success(), "{said} {}", String::from_utf8_lossy(&ran.stderr));
    Some(said)
}

// shows: R29, R32
#[tokio::test]
async fn the_example_host_launches_over_mutual_tls_and_by_form() {
    let demo = Demo::start(&[]);
    let Some(link) = example_host(&demo, "host.mjs") else { return };
    assert!(follows(&demo, &link).await.read().await.is_complete());
    let form = example_host(&demo, "form.mjs").expect("Node is there");
    let assertion = form.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a field");
    let host = demo.ready.text("host_url");
    let posted =
        Browser::new(&demo.ready).post_from(&host, "/launch/form", &[("assertion", assertion)]).await;
    assert_eq!(posted.status, 303, "another implementation's encryption is read: {}", posted.text());
    demo.finish();
}
