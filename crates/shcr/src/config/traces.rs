//! Traces: takes `[traces]`, gives where a collector takes them and of how many openings; refuses an address that nobody could be reached at
//! in secret.

use super::{
    Config,
    report::{Text, Wrong},
};
use crate::posting;
use serde::Deserialize;
use std::{num::NonZeroU32, path::PathBuf};

/// `[traces]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Traces {
    /// Where spans are posted: the whole address, such as `https://collector.example/v1/traces`. A collector on this machine may be
    /// spoken to without TLS.
    pub(crate) url: String,
    /// What we prove ourselves with there: one line, sent as a bearer token.
    pub(crate) token_file: Option<PathBuf>,
    /// Our certificate and their authorities, as for a source.
    pub(crate) tls: Option<federation::Tls>,
    /// One opening in so many is traced.
    #[serde(default = "every")]
    pub(crate) one_in: NonZeroU32,
}

fn every() -> NonZeroU32 {
    NonZeroU32::MIN
}

impl Traces {
    pub(super) fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let tls = self.tls.iter_mut().flat_map(|tls| tls.identity_file.iter_mut().chain(&mut tls.ca_file));
        self.token_file.iter_mut().chain(tls)
    }
}

impl Config {
    pub(super) fn wrong_traces(&self, text: &Text) -> Vec<Wrong> {
        let Some(traces) = &self.traces else { return Vec::new() };
        let mut wrong = Vec::new();
        let mut say = |key: &str, what: String, fix: &str| {
            wrong.push(text.at("traces", key, format!("`[traces]`: {what}"), fix));
        };
        if let Some((what, fix)) = posting::wrong(&traces.url, true) {
            say("url", what, fix);
        } else if reqwest::Url::parse(&traces.url).is_ok_and(|url| url.path() == "/") {
            let what = format!("`{}` has no path", traces.url);
            say("url", what, "write the whole address, such as `https://collector.example/v1/traces`");
        }
        if traces.tls.is_some() && traces.url.starts_with("http://") {
            say("tls", "there is no TLS to it".to_owned(), "write `https://`, or take `tls` out");
        }
        wrong
    }
}
