//! A browser before the gateway: takes a launch link, gives views; sends what a browser sends, and keeps what it would keep.
//! Source: Fetch Metadata Request Headers, W3C working draft; RFC 6265.

use crate::{client, ready::Ready, words};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header};

/// One browser, with the cookies of one gateway.
#[derive(Clone)]
pub struct Browser {
    client: Client,
    gateway: String,
    /// `name=value`, as the gateway last set it.
    pub cookie: Option<String>,
}

/// A record document a launch led to.
pub struct View {
    pub browser: Browser,
    /// `/s/{sid}/`, or empty where the launch was refused.
    pub path: String,
    /// What the launch itself was answered with.
    pub launched: Page,
}

/// One whole answer, read to its end.
pub struct Page {
    pub status: StatusCode,
    pub headers: Vec<(String, String)>,
    pub html: String,
    /// Whether the body ended as its framing said it would.
    pub ended: bool,
}

impl Browser {
    pub fn new(ready: &Ready) -> Self {
        Self { client: client(), gateway: ready.text("gateway_url"), cookie: None }
    }

    /// Navigates to a launch link and, where it is redirected, remembers where to.
    pub async fn follow(mut self, link: &str) -> View {
        let answer = self.navigation(Method::GET, link).send().await.expect("the gateway answers");
        let location = header_of(&answer, header::LOCATION);
        if let Some(cookie) = header_of(&answer, header::SET_COOKIE) {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        let launched = page(answer).await;
        View { browser: self, path: location.unwrap_or_default(), launched }
    }

    /// GET as a top-level navigation.
    pub async fn get(&self, path: &str) -> Page {
        page(
            self.navigation(Method::GET, &format!("{}{path}", self.gateway))
                .send()
                .await
                .expect("the gateway answers"),
        )
        .await
    }

    /// A form of the page's own, posted from it.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Page {
        let request = self.navigation(Method::POST, &format!("{}{path}", self.gateway));
        let request = request.header(header::ORIGIN, &self.gateway).header("Sec-Fetch-Site", "same-origin");
        page(request.form(form).send().await.expect("the gateway answers")).await
    }

    /// A form posted from another site's page, as a navigation of the whole window.
    pub async fn post_from(&self, origin: &str, path: &str, form: &[(&str, &str)]) -> Page {
        let request = self.navigation(Method::POST, &format!("{}{path}", self.gateway));
        let request = request.header(header::ORIGIN, origin).header("Sec-Fetch-Site", "cross-site");
        page(request.form(form).send().await.expect("the gateway answers")).await
    }

    /// Any method, as a script would send it.
    pub async fn send(&self, method: Method, path: &str) -> Page {
        let request = self.client.request(method, format!("{}{path}", self.gateway));
        page(self.with_cookie(request).send().await.expect("the gateway answers")).await
    }

    /// Any method with any body of that type; a page's own requests come from its origin.
    pub async fn send_body(&self, method: Method, path: &str, (kind, body): (&str, String)) -> Page {
        let request = self.client.request(method, format!("{}{path}", self.gateway));
        let request = request.header(header::ORIGIN, &self.gateway).header("Sec-Fetch-Site", "same-origin");
        let request = self.with_cookie(request.header(header::CONTENT_TYPE, kind)).body(body);
        page(request.send().await.expect("the gateway answers")).await
    }

    fn navigation(&self, method: Method, url: &str) -> RequestBuilder {
        let request = self
            .client
            .request(method, url)
            .header("Sec-Fetch-Mode", "navigate")
            .header("Sec-Fetch-Dest", "document");
        self.with_cookie(request.header(header::ACCEPT, "text/html"))
    }

    fn with_cookie(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.cookie {
            Some(cookie) => request.header(header::COOKIE, cookie),
            None => request,
        }
    }
}

impl View {
    /// Reads the record to its last byte.
    pub async fn read(&self) -> Page {
        assert!(self.path.starts_with("/s/"), "the launch was refused: {}", self.launched.text());
        self.browser.get(&self.path).await
    }
}

impl Page {
    pub fn text(&self) -> String {
        words::text(&self.html)
    }

    /// The words of one section, by the name of its slot.
    pub fn section(&self, slot: &str) -> String {
        words::section(&self.html, slot)
            .unwrap_or_else(|| panic!("the page has no section `{slot}`:\n{}", self.text()))
    }

    /// The same, with everything in a row's "as sent" left out, so that each row ends with `[as sent]` and its source.
    pub fn rows(&self, slot: &str) -> String {
        let mut html = String::new();
        for (place, piece) in self.html.split("<pre class=\"sent\">").enumerate() {
            let shown =
                if place == 0 { piece } else { piece.split_once("</pre>").map_or("", |(_, after)| after) };
            html.push_str(if place == 0 { "" } else { "[as sent]" });
            html.push_str(shown);
        }
        words::section(&html, slot).unwrap_or_else(|| panic!("the page has no section `{slot}`"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The last byte was sent, and said that it was the last (HAZ-033).
    pub fn is_complete(&self) -> bool {
        self.ended && self.html.contains("id=\"complete\"") && self.html.trim_end().ends_with("</html>")
    }

    /// The value of a hidden field of a form on the page.
    pub fn field(&self, name: &str) -> Option<String> {
        let input = self.html.split("<input").find(|input| input.contains(&format!("name=\"{name}\"")))?;
        input.split("value=\"").nth(1)?.split('"').next().map(str::to_owned)
    }
}

fn header_of(answer: &Response, name: header::HeaderName) -> Option<String> {
    answer.headers().get(name).map(|value| value.to_str().expect("ASCII").to_owned())
}

async fn page(mut answer: Response) -> Page {
    let status = answer.status();
    let text = |value: &header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    let mut bytes = Vec::new();
    let ended = loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => break true,
            Err(_) => break false,
        }
    };
    Page { status, headers, html: String::from_utf8_lossy(&bytes).into_owned(), ended }
}
