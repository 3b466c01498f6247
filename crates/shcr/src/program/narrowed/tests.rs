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

/// Under the agreement with nothing but these lines in its partner's file.
fn unit_permit(program: &Program, launch: &Launch, lines: &str) -> Permit {
    let place = tempfile::tempdir().unwrap();
    copy(&program.config.policy.directory, place.path());
    let partner = if lines.starts_with("gp") { "ZZ900" } else { "ZZ910" };
    let text = format!("source,category,unit,switch,level,named\n{lines}\n");
    std::fs::write(place.path().join(format!("releases/{partner}.csv")), text).unwrap();
    let facts: Vec<_> = program.config.sources.iter().map(super::super::status::facts).collect();
    let policy = program.policy().renewed(place.path(), &facts, &program.config.deployment()).unwrap();
    policy.decide(launch, &Circumstances::default()).unwrap()
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &to) } else { std::fs::copy(&path, &to).map(|_| ()).unwrap() }
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

    // A ward or the practice asked shares less now than when the page was made; and then it has done so all along.
    let of = |line: &str| unit_permit(program, &content.launch, line).at_unit(permit.practice().cloned());
    let asked = Some(Unit::parse("zz902").unwrap());
    for (line, practice) in [
        ("acute,problems,,open,F,\nacute,problems,w7,open,S,", None),
        ("acute,problems,,open,F,\nacute,problems,zz902,off,F,", None),
        ("gp,problems,,open,F,\ngp,problems,ZZ902,off,F,", asked.clone()),
    ] {
        let (whole, unit) = line.split_once('\n').unwrap();
        let shown = |line: &str| {
            let permit = of(line).at_unit(practice.clone());
            Shown::of("before".to_owned(), &permit, program.federation.sources())
        };
        let now = |line: &str| Other(Ok(of(line)));
        assert!(shown(whole).is_still_permitted(&content, &now(whole)), "{unit}");
        assert!(!shown(whole).is_still_permitted(&content, &now(line)), "HAZ-055: {unit}");
        assert!(shown(line).is_still_permitted(&content, &now(line)), "it showed no more: {unit}");
        assert!(shown(line).is_still_permitted(&content, &now(whole)), "more than before: {unit}");
    }

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
