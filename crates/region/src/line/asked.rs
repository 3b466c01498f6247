//! Takes a request at the line, gives what of it goes on to the node: method, path below the base, query, body, and the
//! headers a FHIR server reads. The key of the door stays at the door.
//! Source: RFC 9110, section 7.6.1 (hop-by-hop fields); FHIR R4 section 3.1.1 (search by GET and POST).

use crate::rest::BASE;
use axum::{
    body::{Bytes, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderName, Method},
};
use reqwest::Url;

/// No search is longer.
const BODY_BYTES: usize = 1 << 20;

/// What goes on, beside everything that begins with `nhsd-`.
const PASSED_ON: [&str; 5] = ["accept", "prefer", "content-type", "x-request-id", "x-correlation-id"];

/// What belongs to one connection, or to the length of one body.
const HOP_BY_HOP: [&str; 7] =
    ["connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "proxy-authenticate"];

#[derive(Clone)]
pub(super) struct Asked {
    pub(super) method: Method,
    /// Behind the base: empty, or from its slash on, as it was written.
    path: String,
    query: Option<String>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

type Pairs = Vec<(String, String)>;

impl Asked {
    /// `None`: longer than any search.
    pub(super) async fn read(request: Request) -> Option<Self> {
        let (parts, body) = request.into_parts();
        let headers = parts.headers.iter().filter(|(name, _)| is_passed_on(name));
        Some(Self {
            method: parts.method,
            path: parts.uri.path().strip_prefix(BASE)?.to_owned(),
            query: parts.uri.query().map(str::to_owned),
            headers: headers.map(|(name, value)| (name.clone(), value.clone())).collect(),
            body: to_bytes(body, BODY_BYTES).await.ok()?,
        })
    }

    /// `None` where the path would lead out of the node's base.
    pub(super) fn url_below(&self, base: &Url) -> Option<Url> {
        let mut url = Url::parse(&format!("{base}{}", self.path)).ok()?;
        url.set_query(self.query.as_deref());
        let below = url.path().strip_prefix(base.path())?;
        (below.is_empty() || below.starts_with('/')).then_some(url)
    }

    /// The resource type asked for.
    pub(super) fn kind(&self) -> &str {
        self.path.split('/').nth(1).unwrap_or_default()
    }

    /// The NHS number a Patient is searched for by.
    pub(super) fn number(&self) -> Option<String> {
        let searched = ["/Patient", "/Patient/_search"].contains(&self.path.as_str());
        let identifier = self.pairs().into_iter().find(|(name, _)| searched && name == "identifier")?.1;
        identifier.rsplit_once('|').map(|(_, number)| number.to_owned())
    }

    /// The same search for somebody else.
    pub(super) fn about(&self, number: &str) -> Self {
        let (query, form) = (self.query.as_deref(), std::str::from_utf8(&self.body).ok());
        let mut asked = self.clone();
        asked.query = query.map(|text| encoded(named(pairs(text), number)));
        asked.body = form.map(|text| Bytes::from(encoded(named(pairs(text), number)))).unwrap_or_default();
        asked
    }

    /// The same search as an address below `base`: what a link to this page would say.
    pub(super) fn address(&self, base: &str) -> String {
        let path = self.path.strip_suffix("/_search").unwrap_or(&self.path);
        format!("{base}{path}?{}", encoded(self.pairs()))
    }

    /// Every parameter, of the query and of the form.
    fn pairs(&self) -> Pairs {
        let form = std::str::from_utf8(&self.body).unwrap_or_default();
        [self.query.as_deref().unwrap_or_default(), form].into_iter().flat_map(pairs).collect()
    }
}

fn is_passed_on(name: &HeaderName) -> bool {
    PASSED_ON.contains(&name.as_str()) || name.as_str().starts_with("nhsd-")
}

/// The fields of an answer that are not of its connection.
pub(super) fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let kept = headers.iter().filter(|(name, _)| !HOP_BY_HOP.contains(&name.as_str()));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn named(pairs: Pairs, number: &str) -> Pairs {
    let other = |(name, value): (String, String)| match value.rsplit_once('|') {
        Some((system, _)) if name == "identifier" => (name, format!("{system}|{number}")),
        _ => (name, value),
    };
    pairs.into_iter().map(other).collect()
}

/// A query or a form: both are written alike.
fn pairs(text: &str) -> Pairs {
    let Some(mut url) = nowhere() else { return Vec::new() };
    url.set_query(Some(text));
    url.query_pairs().into_owned().collect()
}

fn encoded(pairs: Pairs) -> String {
    let Some(mut url) = nowhere() else { return String::new() };
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap_or_default().to_owned()
}

/// An address that only carries a query.
fn nowhere() -> Option<Url> {
    Url::parse("http://line.invalid/").ok()
}

#[cfg(test)]
mod tests {
    use super::Asked;
    use axum::{body::Body, extract::Request};

    async fn asked(uri: &str) -> Asked {
        Asked::read(Request::builder().uri(uri).body(Body::empty()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn no_path_leads_out_of_the_nodes_base() {
        let base = "https://127.0.0.1:1/fhir".parse().unwrap();
        let below = asked("/fhir/Flag?patient=a%20b").await.url_below(&base).unwrap();
        assert_eq!(below.as_str(), "https://127.0.0.1:1/fhir/Flag?patient=a%20b");
        for uri in ["/fhir/../secret", "/fhir/%2e%2e/secret", "/fhir/Flag/../../fhirs", "/fhirs"] {
            assert!(asked(uri).await.url_below(&base).is_none(), "HAZ-041: {uri}");
        }
    }

    #[tokio::test]
    async fn a_search_longer_than_any_is_not_read() {
        let long = Body::from(vec![b'a'; super::BODY_BYTES + 1]);
        let request = Request::builder().uri("/fhir/Patient/_search").body(long).unwrap();
        assert!(Asked::read(request).await.is_none());
    }
}
