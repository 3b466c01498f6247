//! Takes a request's headers, gives what the browser said about itself and whether a person is behind the request.
//! Refuses prefetches, parts of pages and forms from elsewhere. Source: W3C Fetch Metadata Request Headers; access.md section 4.

use crate::gateway::Browser;
use access::session::Device;
use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderMap;
use std::net::SocketAddr;

const COOKIE: &str = "__Host-shcr";
/// Longer values are nobody's: they are cut, and match nothing.
const LONGEST: usize = 256;
/// One of the windows and one of a frame; more are nobody's.
const MOST_COOKIES: usize = 4;

pub(crate) fn of(request: &Request) -> Browser {
    let headers = request.headers();
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_string());
    let mut cookies = values(headers, COOKIE);
    Browser {
        cookie: cookies.next(),
        further_cookies: cookies.collect(),
        pre_cookie: values(headers, access::launch::oidc::cookie::NAME).next(),
        device: Device {
            user_agent: text(headers, "user-agent"),
            brands: text(headers, "sec-ch-ua"),
            platform: text(headers, "sec-ch-ua-platform"),
        },
        framed: is_framed(headers),
        origin: text(headers, "origin"),
        fetch_site: text(headers, "sec-fetch-site"),
        address: address.unwrap_or_default(),
    }
}

pub(super) fn is_framed(headers: &HeaderMap) -> bool {
    text(headers, "sec-fetch-dest").is_some_and(|dest| dest == "iframe")
}

/// A real navigation: the only kind that may use up a launch link.
pub(super) fn is_navigation(headers: &HeaderMap) -> bool {
    let mode = text(headers, "sec-fetch-mode").is_some_and(|mode| mode == "navigate");
    mode && text(headers, "sec-fetch-dest").is_some_and(|dest| is_page(&dest)) && !is_speculative(headers)
}

/// A request that cannot show a page to anybody. Old engines send no `Sec-Fetch-*` and are let through: cookie and session
/// still stand, and an empty page would be the worse harm (HAZ-034).
pub(crate) fn is_unseen(headers: &HeaderMap) -> bool {
    is_speculative(headers) || text(headers, "sec-fetch-dest").is_some_and(|dest| !is_page(&dest))
}

/// An unseen opening must not be audited as seen.
fn is_speculative(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-purpose", "x-moz"].into_iter().any(|name| headers.contains_key(name))
}

fn is_page(dest: &str) -> bool {
    matches!(dest, "document" | "iframe")
}

/// A form of ours, sent from a page of ours. A page with `Referrer-Policy: no-referrer` sends `Origin: null` with its forms
/// (Fetch, "append a request Origin header"), so that is taken too, but only where the browser itself says same-origin.
pub(crate) fn is_own_form(browser: &Browser, gateway_origin: &str) -> bool {
    let origin = browser.origin.as_deref().is_some_and(|origin| origin == gateway_origin || origin == "null");
    origin && browser.fetch_site.as_deref() == Some("same-origin")
}

/// As [`is_own_form`], but an engine without `Sec-Fetch-*` may press the launch button: the handle is the secret there.
pub(super) fn is_launch_press(browser: &Browser, gateway_origin: &str) -> bool {
    let origin = browser.origin.as_deref().is_none_or(|origin| origin == gateway_origin || origin == "null");
    origin && browser.fetch_site.as_deref().is_none_or(|site| site == "same-origin")
}

/// Servers speak to us without any of these.
pub(super) fn is_a_browser(headers: &HeaderMap) -> bool {
    ["origin", "sec-fetch-site", "sec-fetch-mode"].into_iter().any(|name| headers.contains_key(name))
}

fn values(headers: &HeaderMap, named: &'static str) -> impl Iterator<Item = String> {
    let all = headers.get_all("cookie").into_iter().filter_map(|value| value.to_str().ok());
    let pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let ours = pairs.filter(move |(name, _)| *name == named).take(MOST_COOKIES);
    ours.map(|(_, value)| value.chars().take(LONGEST).collect())
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    Some(value.chars().take(LONGEST).collect())
}
