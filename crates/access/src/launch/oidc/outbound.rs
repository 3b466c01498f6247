//! Takes one request to a provider, gives its answer as it stands; no redirect is followed, nothing larger than asked for
//! is read, nothing waits longer than its time. A small seam, so that tests count the packets (HAZ-046).

use std::{future::Future, pin::Pin, time::Duration};

/// One exchange, and within it the connection.
const EXCHANGE: Duration = Duration::from_secs(5);
const CONNECT: Duration = Duration::from_secs(2);

/// One request. A form is posted; without one it is a GET.
pub(crate) struct Asking {
    pub(crate) url: String,
    pub(crate) form: Option<Vec<(&'static str, String)>>,
    pub(crate) bearer: Option<String>,
    pub(crate) accept: &'static str,
    /// A larger answer is none.
    pub(crate) size_max: usize,
}

/// What came back, of whatever status.
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

pub(crate) type Sending<'a> = Pin<Box<dyn Future<Output = Option<Answered>> + Send + 'a>>;

/// The network, or a test.
pub(crate) trait Outbound: Send + Sync {
    fn send(&self, asking: Asking) -> Sending<'_>;
}

/// The real one.
pub(crate) struct Network(reqwest::Client);

impl Network {
    /// The program must have installed a TLS provider before.
    pub(crate) fn new() -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(EXCHANGE)
            .build()?;
        Ok(Self(client))
    }
}

impl Outbound for Network {
    fn send(&self, asking: Asking) -> Sending<'_> {
        Box::pin(async move {
            let mut request = match &asking.form {
                Some(form) => self.0.post(&asking.url).form(form),
                None => self.0.get(&asking.url),
            };
            request = request.header(reqwest::header::ACCEPT, asking.accept);
            if let Some(token) = &asking.bearer {
                request = request.bearer_auth(token);
            }
            let mut response = request.send().await.ok()?;
            let status = response.status().as_u16();
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await.ok()? {
                if body.len() + chunk.len() > asking.size_max {
                    return None;
                }
                body.extend_from_slice(&chunk);
            }
            Some(Answered { status, body })
        })
    }
}
