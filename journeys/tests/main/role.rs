//! What a role sees: less where the agreement says less, with the number of categories that are not shown; none where it is unknown.

use journeys::{
    browser::{Browser, Page},
    demo::Demo,
};
use serde_json::json;

// shows: R35
#[tokio::test]
async fn a_role_that_sees_less_sees_less_and_is_told_so() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let page = demo.host().sign_in("clerk.ellis").await.open(&doreen).await.read().await;
    assert!(page.is_complete(), "{}", page.text());
    let text = page.text();
    assert!(text.contains("categories are not shown for your role."), "HAZ-011:\n{text}");
    assert!(
        text.contains("Medicines were not asked for: your role does not include them."),
        "HAZ-011:\n{text}"
    );
    for clinical in
        ["Apixaban", "Penicillin", "Trimethoprim", "Osteoporosis", "Haemoglobin", "Afraid of falling"]
    {
        assert!(!page.html.contains(clinical), "HAZ-047: `{clinical}` is on a ward clerk's page");
    }
    demo.finish();
}

#[tokio::test]
async fn what_a_role_may_not_see_is_not_even_asked_for() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let signed_in = demo.host().sign_in("dr.okafor").await;
    assert!(signed_in.open(&doreen).await.read().await.is_complete());
    let doctor: u64 = demo.control().asked().await.iter().map(|(_, count)| count).sum();
    demo.control().forget_what_was_asked().await;
    let signed_in = demo.host().sign_in("clerk.ellis").await;
    assert!(signed_in.open(&doreen).await.read().await.is_complete());
    let clerk: u64 = demo.control().asked().await.iter().map(|(_, count)| count).sum();
    assert!(clerk < doctor, "HAZ-047: a clerk's opening asks {clerk} questions, a doctor's {doctor}");
    demo.finish();
}

/// Every way of reading the summary, with who reads it so: the parts in their order, by the short names of their places.
const VIEWS: [(&str, &str); 12] = [
    ("dr.okafor", "pla fra new con med ale pro res app doc car peo"),
    ("nurse.bell", "pla fra new con med ale pro res app doc car peo"),
    ("icb.rao", "pla fra new con med ale pro res app doc car peo"),
    ("dr.vane", "new med con doc res pla pro car fra ale app peo"),
    ("nurse.bright", "pla car new fra med con ale app pro res doc peo"),
    ("dr.lindqvist", "pla ale med pro con fra peo car new res doc app"),
    ("para.cole", "pla ale med pro con fra peo car new res doc app"),
    ("pharm.foss", "med new res pro doc con pla peo"),
    ("cpn.grey", "pla ale med con new pro res car peo doc app"),
    ("sw.dean", "car pla peo con fra app ale med pro new doc"),
    ("care.hale", "pla med car ale con app peo pro"),
    ("clerk.ellis", "peo app con doc"),
];

/// The parts of the summary, in the order of the page.
fn summary(page: &Page) -> Vec<&str> {
    let places = page.html.split(" slot\" id=\"p-").skip(1);
    places.filter_map(|rest| rest.split('"').next()).collect()
}

// shows: R22
#[tokio::test]
async fn every_kind_of_professional_opens_the_record_with_a_page_of_their_own() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    for (login, order) in VIEWS {
        let page = demo.host().sign_in(login).await.open(&doreen).await.read().await;
        assert_eq!(summary(&page).join(" "), order, "HAZ-027: {login}");
        assert!(page.is_complete(), "{login}: {}", page.text());
        assert!(
            page.text().contains("Your role may not include everything in this record."),
            "HAZ-010: {login}"
        );
    }
    demo.finish();
}

#[tokio::test]
async fn a_privacy_officer_cannot_open_a_record() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let view = demo.host().sign_in("priv.lowe").await.open(&doreen).await;
    assert_eq!(view.launched.status, 403, "HAZ-047: {}", view.launched.text());
    assert_eq!(demo.control().asked().await, [], "HAZ-047: nothing is asked, of PDS either");
    demo.finish();
}

// shows: R33
#[tokio::test]
async fn an_unmapped_role_is_refused_before_anything_is_asked_about_the_person() {
    let demo = Demo::start(&[]);
    let signer = demo.signer().await;
    let demographics = json!({"birthDate": "1935-08-14", "name": {"family": "Testpatient", "given": ["Doreen"]}, "gender": "female"});
    let mut claims = signer.claims(&demo.ready.golden_person(), &demographics);
    claims["extensions"]["ihe_iua"]["subject_role"] = json!(["PORTER"]);
    let view = Browser::new(&demo.ready).follow(&signer.launch(&claims).await.link()).await;
    assert_eq!(view.launched.status, 403, "HAZ-047: {}", view.launched.text());
    assert!(
        view.launched.text().contains("role"),
        "HAZ-047: what is missing is said: {}",
        view.launched.text()
    );
    assert_eq!(demo.control().asked().await, [], "HAZ-047: a refusal cannot tell whether the person exists");
    demo.finish();
}
