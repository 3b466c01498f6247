//! The host's pages without a browser: takes a login and a person, gives the launch link the host's server was granted.

use crate::{
    browser::{Browser, View},
    client,
    ready::{Person, Ready},
};
use reqwest::{Client, Response, header};

/// A host nobody has signed in to yet.
pub struct Host<'a> {
    ready: &'a Ready,
    url: String,
}

/// A professional at work in it.
pub struct SignedIn<'a> {
    host: Host<'a>,
    client: Client,
    cookie: String,
}

impl<'a> Host<'a> {
    pub(crate) fn new(ready: &'a Ready) -> Self {
        Self { ready, url: ready.text("host_url") }
    }

    pub async fn sign_in(self, login: &str) -> SignedIn<'a> {
        let client = client();
        let answer = client.post(format!("{}/sign-in", self.url)).form(&[("login", login)]).send().await;
        let answer = answer.expect("the host answers");
        let cookie = answer.headers().get(header::SET_COOKIE).expect("signed in").to_str().expect("ASCII");
        let cookie = cookie.split(';').next().expect("a cookie").to_owned();
        SignedIn { host: self, client, cookie }
    }
}

impl SignedIn<'_> {
    /// Presses the button on that person's page, and looks at what the browser is sent to.
    pub async fn open(&self, person: &Person) -> View {
        let link = self.launch_link(person).await;
        Browser::new(self.host.ready).follow(&link).await
    }

    /// Presses "open in a new window" on that person's page, and stops before the link.
    pub async fn launch_link(&self, person: &Person) -> String {
        let page = self.chart(person).await;
        let answer = self.post(&format!("{page}/shared-care-record"), &[("view", "window")]).await;
        let link =
            answer.headers().get(header::LOCATION).map(|link| link.to_str().expect("ASCII").to_owned());
        let status = answer.status();
        link.unwrap_or_else(|| panic!("the host was granted no launch; it answered {status}"))
    }

    /// Opens that person's chart in the host, and nothing else.
    pub async fn look_at(&self, person: &Person) {
        let page = self.chart(person).await;
        let request =
            self.client.get(format!("{}{page}", self.host.url)).header(header::COOKIE, &self.cookie);
        let answer = request.send().await.expect("the host answers");
        assert!(answer.status().is_success(), "the host answered {}", answer.status());
    }

    pub async fn sign_out(&self) {
        self.post("/sign-out", &[]).await;
    }

    /// Presses the side panel's button; gives the host's page as it then stands.
    pub async fn open_in_panel(&self, person: &Person) -> String {
        let page = self.chart(person).await;
        let answer = self.post(&format!("{page}/shared-care-record"), &[("view", "panel")]).await;
        answer.text().await.expect("the host's page is text")
    }

    /// The path of that person's page, found in the patient list as a person would: by the row that has their number.
    async fn chart(&self, person: &Person) -> String {
        let answer = self
            .client
            .get(format!("{}/patients", self.host.url))
            .header(header::COOKIE, &self.cookie)
            .send()
            .await;
        let list = answer.expect("the host answers").text().await.expect("a page");
        let row =
            list.split("<tr").find(|row| row.contains(&person.spaced()) || row.contains(&person.nhs_number));
        let path = row.and_then(|row| row.split("href=\"").nth(1)).and_then(|link| link.split('"').next());
        path.unwrap_or_else(|| panic!("the patient list has no row for `{}`", person.story_key)).to_owned()
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        let request =
            self.client.post(format!("{}{path}", self.host.url)).header(header::COOKIE, &self.cookie);
        request.form(form).send().await.expect("the host answers")
    }
}
