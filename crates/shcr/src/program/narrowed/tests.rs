//! A page stays while as much is permitted as it shows, and no longer.

use super::*;
use crate::demo::within;

/// Another agreement than the page was made under.
struct Other(Result<Permit, Refusal>);

impl InForce for Other {
    fn id(&self) -> String {
        "another".to_owned()
    }

    fn permits(&self, _launch: &Launch, _beside: &Circumstances) -> Result<Permit, Refusal> {
        self.0.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t43_a_view_ends_where_less_is_permitted_than_it_shows_and_only_there() {
    let within = within::start(|_| {}).await;
    let doctor = within.sign_in("dr.okafor").await;
    let (key, _) = within.person("falls");
    let link = within.link(&doctor, &key).await;
    let (view, cookie) = within.follow(&link, None).await;
    let state = format!("{view}state");
    assert_eq!(within.get(0, &view, Some(&cookie)).await.0, 200);
    assert_eq!(within.get(1, &state, Some(&cookie)).await.0, 204);

    let program = &within.program;
    let sid = session::decode(view.trim_matches('/').trim_start_matches("s/")).unwrap();
    let stored = program.store.session(sid).await.unwrap().unwrap();
    let content: session::SessionContent = serde_json::from_slice(&stored.content).unwrap();
    let permit = program.policy().permits(&content.launch, &Circumstances::default()).unwrap();
    let shown = Shown::of("before".to_owned(), &permit, program.federation.sources());
    let same = Other(Ok(permit.clone()));
    assert!(shown.is_still_permitted(&content, &same), "as much is permitted as before");
    let lost = Other(Err(Refusal::NoRole));
    assert!(!shown.is_still_permitted(&content, &lost), "HAZ-047: the role is gone");
    assert!(Shown { policy: "another".to_owned(), ..shown.clone() }.is_still_permitted(&content, &lost));
    let mut more = shown.clone();
    more.levels.push((SourceId::new("acute"), Category::Restricted, Level::Full));
    assert!(!more.is_still_permitted(&content, &same), "HAZ-010: it shows what is no longer permitted");

    // As if the agreement had been narrowed since the page was made.
    let note = async |shown: &Shown| {
        let content = serde_json::to_vec(shown).unwrap();
        program.store.put_note(NOTE, &name(&sid), &content, stored.absolute_until).await.unwrap();
    };
    note(&shown).await;
    assert_eq!(within.get(1, &state, Some(&cookie)).await.0, 204, "HAZ-057: it may stay");
    note(&more).await;
    let (status, words) = within.get(1, &state, Some(&cookie)).await;
    assert_eq!((status, words.as_str()), (410, web::words::ended(session::Ending::PolicyNarrowed)));
    assert_eq!(within.get(2, &view, Some(&cookie)).await.0, 403, "on every replica");
    assert!(within.audited().contains("\"cause\":\"policy-narrowed\""));
    within.region.stop().await;
}
