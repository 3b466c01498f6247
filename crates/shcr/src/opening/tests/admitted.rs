//! A gateway with room for few, over real sockets, while its sources hang: who is turned away, and that the same link opens once there is room.

use super::{gateway::Gateway, partners::Behaves};
use crate::program::Doors;
use reqwest::{Client, Response, redirect::Policy};
use std::{net::SocketAddr, sync::Arc};

/// A host's server and a browser before the gateway.
struct Reached {
    gateway: Gateway,
    address: String,
    client: Client,
}

impl Reached {
    async fn start(openings: usize) -> Self {
        let gateway = Gateway::start_changed(|config| config.admission.openings = openings).await;
        let settings = web::routes::Settings {
            gateway_origin: gateway.program.config.public_url.clone(),
            training: true,
            ..web::routes::Settings::default()
        };
        let router = web::routes::router(Arc::new(Doors(Arc::clone(&gateway.program))), settings);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        let client = Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
        Self { gateway, address, client }
    }

    /// A link for somebody of that role.
    async fn link(&self, role: &str) -> String {
        let form = self.gateway.host.request_with(|launch| {
            launch["extensions"]["ihe_iua"]["subject_role"] = serde_json::json!([role]);
        });
        let fields = [
            ("grant_type", Some(form.grant_type)),
            ("assertion", Some(form.assertion)),
            ("scope", Some(form.scope)),
            ("client_assertion_type", form.client_assertion_type),
            ("client_assertion", form.client_assertion),
        ];
        let url = format!("{}/oauth2/token", self.address);
        let granted = self.client.post(url).form(&fields).send().await.unwrap().text().await.unwrap();
        let granted: serde_json::Value = serde_json::from_str(&granted).unwrap();
        format!("/launch/{}", granted["access_token"].as_str().unwrap())
    }

    async fn navigate(&self, path: &str, cookie: Option<&str>) -> Response {
        let asked = self.client.get(format!("{}{path}", self.address));
        let asked = asked.header("Sec-Fetch-Mode", "navigate").header("Sec-Fetch-Dest", "document");
        cookie.into_iter().fold(asked, |asked, cookie| asked.header("cookie", cookie)).send().await.unwrap()
    }

    /// The link followed, and the record it leads to begun.
    async fn open(&self, link: &str) -> Response {
        let followed = self.navigate(link, None).await;
        assert_eq!(followed.status(), 303, "{}", followed.text().await.unwrap());
        self.record(&followed).await
    }

    async fn record(&self, followed: &Response) -> Response {
        let header = |name| followed.headers().get(name).unwrap().to_str().unwrap().to_owned();
        let cookie = header("set-cookie").split(';').next().unwrap().to_owned();
        let record = self.navigate(&header("location"), Some(&cookie)).await;
        assert_eq!(record.status(), 200);
        record
    }

    /// Why nothing opened, as the audit has it: reason and opening.
    fn refused(&self) -> Vec<(String, String)> {
        let views = self.gateway.views();
        let refused = views.iter().filter(|view| view.entry["kind"] == "refused");
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        refused
            .map(|view| (text(&view.entry["decision"]["reasons"][0]), text(&view.entry["opening"])))
            .collect()
    }
}

// shows: F45, F47
#[tokio::test(flavor = "multi_thread")]
async fn f45_without_a_place_nothing_is_used_up_and_the_same_link_opens_once_there_is_one() {
    // Of two places the last is for urgent care.
    let reached = Reached::start(2).await;
    let partners = &reached.gateway.partners;
    partners.iter().for_each(|partner| partner.behave(Behaves::Hangs));
    let under_way = reached.open(&reached.link("DOCTOR").await).await;
    let link = reached.link("DOCTOR").await;
    for _ in 0..2 {
        let busy = reached.navigate(&link, None).await;
        assert_eq!(busy.status(), 503, "HAZ-057");
        let wait = busy.headers().get("retry-after").unwrap().to_str().unwrap().parse::<u32>().unwrap();
        assert!((1..=5).contains(&wait), "{wait}");
        let page = busy.text().await.unwrap();
        assert!(page.contains("The service is busy") && page.contains(">Try again</a>"), "HAZ-057: {page}");
    }
    let urgent = reached.open(&reached.link("ED-DOCTOR").await).await;
    assert_eq!(reached.navigate(&reached.link("ED-DOCTOR").await, None).await.status(), 503);
    let [_, taken, _] = reached.gateway.program.admission.figures();
    assert_eq!(taken, 2, "never more than there are places");

    partners.iter().for_each(|partner| partner.behave(Behaves::Well));
    drop((under_way, urgent));
    // Those who left are noticed in a moment; until then it is pressed again.
    let opened = loop {
        let followed = reached.navigate(&link, None).await;
        match followed.status().as_u16() {
            503 => continue,
            _ => break reached.record(&followed).await,
        }
    };
    let page = opened.text().await.unwrap();
    assert!(page.contains("id=\"complete\"") && page.contains(&partners[0].mark()), "HAZ-057: it opens");
    let refused = reached.refused();
    assert!(refused.len() >= 3 && refused.iter().all(|(why, _)| why == "busy"), "{refused:?}");
    for (_, opening) in &refused {
        assert!(
            partners.iter().all(|partner| !partner.asked().contains(opening)),
            "HAZ-036: nobody was asked"
        );
    }
}

// shows: F47
#[tokio::test(flavor = "multi_thread")]
async fn f47_a_record_asked_for_again_without_a_place_is_told_so_and_its_view_stands() {
    let reached = Reached::start(1).await;
    let partners = &reached.gateway.partners;
    let first = reached.navigate(&reached.link("DOCTOR").await, None).await;
    let page = reached.record(&first).await.text().await.unwrap();
    assert!(page.contains("id=\"complete\""));
    partners.iter().for_each(|partner| partner.behave(Behaves::Hangs));
    let under_way = reached.open(&reached.link("ED-DOCTOR").await).await;
    let header = |name| first.headers().get(name).unwrap().to_str().unwrap().to_owned();
    let cookie = header("set-cookie").split(';').next().unwrap().to_owned();
    let busy = reached.navigate(&header("location"), Some(&cookie)).await;
    assert_eq!(busy.status(), 503, "HAZ-057");
    let state = reached.navigate(&format!("{}state", header("location")), Some(&cookie)).await;
    assert_eq!(state.status(), 204, "HAZ-057: the view has not ended");
    drop(under_way);
}
