//! Something looked for in a record, or reported of it: by a form of ours alone, in no address, and only where there is something to look for.

use super::*;

fn form() -> String {
    format!("{NAVIGATE}{OWN_FORM}")
}

#[tokio::test]
async fn v31_what_is_looked_for_comes_in_the_body_and_is_a_new_opening() {
    let (fake, at) = gateway().await;
    let found = send(at, "POST /s/live/find", &form(), "token=t&term=chest+++pain").await;
    assert_eq!((found.status, found.body.contains("<p>found</p>")), (200, true), "{}", found.body);
    assert!(found.has("cache-control: no-store, private"), "HAZ-049");
    assert_eq!(asked(&fake), ["find live t chest pain"]);
}

#[tokio::test]
async fn v31_an_address_finds_nothing_and_neither_does_an_empty_box() {
    let (fake, at) = gateway().await;
    assert_eq!(send(at, "GET /s/live/find?term=pain", NAVIGATE, "").await.status, 405, "HAZ-049");
    let long = format!("token=t&term={}", "a".repeat(101));
    for nothing in ["token=t", "token=t&term=a", "token=t&term=%20%20%20", "token=t&term=%00%00", &long] {
        assert_eq!(send(at, "POST /s/live/find", &form(), nothing).await.status, 400, "{nothing}");
    }
    let unseen = format!("{}Sec-Purpose: prefetch\r\n", form());
    assert_eq!(send(at, "POST /s/live/find", &unseen, "token=t&term=pain").await.status, 403);
    assert_eq!(asked(&fake), Vec::<String>::new(), "nothing was asked of anybody");
}

#[tokio::test]
async fn a_problem_is_reported_by_a_form_of_ours_and_answered_in_words() {
    let (fake, at) = gateway().await;
    let body = "token=t&opening=o&kind=missing&section=med&source=gp&text=not+here";
    let taken = send(at, "POST /s/live/report", OWN_FORM, body).await;
    assert_eq!((taken.status, taken.body.as_str()), (200, "<p>still</p>"));
    assert!(taken.has("cache-control: no-store, private"));
    assert_eq!(send(at, "POST /s/live/report", OWN_FORM, "token=t").await.status, 400);
    assert_eq!(asked(&fake), ["report live t o missing med gp not here", "report live t     "]);
    assert_eq!(send(at, "GET /s/live/report", NAVIGATE, "").await.status, 405);
}
