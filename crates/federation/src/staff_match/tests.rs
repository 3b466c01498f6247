//! An employer over real sockets: what it is sent, the five answers, and everything that is none.

use super::*;
use crate::testing::{Canned, Fake, NUMBER, install_tls, number};
use serde_json::Value;
use tempfile::TempDir;

const PATH: &str = "/staff-match";
const KEY: [u8; 32] = [7; 32];

/// One organisation, and where its keys lie.
struct Desk {
    fake: Fake,
    folder: TempDir,
}

impl Desk {
    fn new(answer: Canned) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("hash.key"), "07".repeat(32)).unwrap();
        std::fs::write(folder.path().join("api.key"), "demo").unwrap();
        Self { fake: Fake::default().on(PATH, answer), folder }
    }

    async fn employers(&self, wait: Duration) -> Employers {
        install_tls();
        let url = self.fake.serve().await + PATH;
        Employers::new([(code("ZZ910"), self.config(url))], wait).unwrap()
    }

    fn config(&self, url: String) -> StaffMatchConfig {
        StaffMatchConfig {
            url,
            hash_key_file: self.folder.path().join("hash.key"),
            hash_key_id: "2026".to_owned(),
            api_key_file: Some(self.folder.path().join("api.key")),
            api_key_header: None,
            oauth2: None,
            tls: None,
            addresses: Default::default(),
        }
    }

    async fn ask(&self) -> StaffMatch {
        ask(&self.employers(Duration::from_secs(10)).await, "ZZ910").await
    }
}

fn code(text: &str) -> OdsCode {
    OdsCode::parse(text).unwrap()
}

async fn ask(employers: &Employers, organisation: &str) -> StaffMatch {
    let professional = ["host demo-host nurse.bell".to_owned()];
    let organisation = code(organisation);
    let staff = Staff {
        organisation: &organisation,
        professional: &professional,
        nhs_number: &number(NUMBER),
        opening: "o-1",
        now: Timestamp::from_second(1_795_341_600).unwrap(),
    };
    employers.ask(&staff).await
}

fn said(result: &str) -> Canned {
    Canned::Typed {
        status: 200,
        media_type: "application/json",
        body: json!({"version": 1, "result": result}).to_string(),
    }
}

#[tokio::test]
async fn t66_each_of_the_five_answers_is_taken_as_it_is_said() {
    for answer in StaffMatch::ANSWERS {
        assert_eq!(Desk::new(said(answer.name())).ask().await, answer, "HAZ-048");
    }
}

#[tokio::test]
async fn neither_professional_nor_person_travels_in_clear() {
    let desk = Desk::new(said("none"));
    desk.ask().await;
    let seen = desk.fake.seen().remove(0);
    let everything = format!("{seen:?}");
    assert!(!everything.contains(NUMBER) && !everything.contains("bell"), "HAZ-049: {everything}");
    assert_eq!((seen.method.as_str(), seen.headers.get("x-api-key").unwrap().as_str()), ("POST", "demo"));
    let question: Value = serde_json::from_str(&seen.body).unwrap();
    // By other means than the code's own: RFC 2104 over the text the protocol names.
    let hash = |what: &str, value: &str| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &KEY);
        URL_SAFE_NO_PAD.encode(hmac::sign(&key, format!("shcr staff-match 1\n{what}\n{value}").as_bytes()))
    };
    let expected = json!({
        "version": 1, "key": "2026",
        "professional": [hash("professional", "host demo-host nurse.bell")],
        "person": hash("person", NUMBER),
    });
    assert_eq!(question, expected);
}

// shows: R36
#[tokio::test]
async fn t66_whatever_is_not_one_of_the_five_is_unchecked_and_stops_nobody() {
    let typed = |status, media_type, body: &str| Canned::Typed { status, media_type, body: body.to_owned() };
    let none = r#"{"version":1,"result":"none"}"#;
    for odd in [
        said("unchecked"),
        said("yes"),
        typed(503, "application/json", none),
        typed(403, "application/json", none),
        typed(200, "text/html", none),
        typed(200, "application/json", "none"),
        typed(200, "application/json", r#"{"version":2,"result":"none"}"#),
        typed(200, "application/json", r#"{"version":1,"result":"none","result":"own"}"#),
        typed(200, "application/json", &format!("{none}{}", " ".repeat(64 * 1024))),
        Canned::Reset,
    ] {
        assert_eq!(Desk::new(odd).ask().await, StaffMatch::Unchecked, "HAZ-048");
    }
    let elsewhere = Desk::new(said("own")).employers(Duration::from_secs(10)).await;
    assert_eq!(
        ask(&elsewhere, "ZZ911").await,
        StaffMatch::Unchecked,
        "an organisation nobody can be asked at"
    );
}

#[tokio::test]
async fn t66_one_that_hangs_is_left_at_the_end_of_the_wait_and_later_not_waited_for() {
    let desk = Desk::new(Canned::Hang);
    let employers = desk.employers(Duration::from_millis(20)).await;
    for _ in 0..9 {
        assert_eq!(ask(&employers, "ZZ910").await, StaffMatch::Unchecked, "HAZ-035");
    }
    let asked = desk.fake.count(PATH);
    assert!(asked <= 5, "HAZ-035: it hung five times and was asked {asked} times");
}

#[test]
fn a_key_that_is_not_thirty_two_bytes_stops_the_start() {
    install_tls();
    let desk = Desk::new(Canned::Hang);
    for text in ["", "07", &"07".repeat(33), &"0x".repeat(32), &"+7".repeat(32)] {
        std::fs::write(desk.folder.path().join("hash.key"), text).unwrap();
        let config = desk.config("http://127.0.0.1:9/staff-match".to_owned());
        assert!(Employers::new([(code("ZZ910"), config)], WAIT).is_err(), "{text}");
    }
    std::fs::write(desk.folder.path().join("hash.key"), "07".repeat(32)).unwrap();
    let config = desk.config("http://employer.example/staff-match".to_owned());
    assert!(Employers::new([(code("ZZ910"), config)], WAIT).is_err(), "not in clear over a network");
}
