//! Where privacy officers read the audit: takes `[office]`, gives a listener, its address and who may sign in; says where a
//! deployment would leave the pages without a door or on the record's own origin.

use super::{
    Config,
    report::{Text, Wrong},
};
use access::launch::direct::DirectConfig;
use fhir::OdsCode;
use serde::Deserialize;
use std::net::SocketAddr;

/// `[office]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Office {
    pub(crate) listen: SocketAddr,
    /// As officers' browsers reach it: an origin of its own. Without a port it is given the listener's.
    pub(crate) url: String,
    /// Organisations whose officers see the entries of every partner. The Caldicott Guardian's choice.
    #[serde(default)]
    pub(crate) region: Vec<OdsCode>,
    /// Where officers sign in, and the organisations two people have enabled: the same table as `[direct]`.
    pub(crate) sign_in: Option<DirectConfig>,
}

impl Config {
    pub(super) fn wrong_office(&self, text: &Text) -> Vec<Wrong> {
        let Some(office) = &self.office else { return Vec::new() };
        let mut wrong = Vec::new();
        let mut say = |key: &str, what: &str, fix: &str| {
            wrong.push(text.at("office", key, format!("`[office]`: {what}"), fix));
        };
        if host(&office.url) == host(&self.public_url) && !self.training {
            // A browser sends its cookies to every port of a host.
            let what = "the officers\u{2019} pages have a host name of their own";
            say("url", what, "give them one that the record does not have");
        }
        if office.sign_in.is_none() && !self.training {
            say("sign_in", "nobody could sign in", "add `[office.sign_in]`");
        }
        let faults = office.sign_in.iter().flat_map(|sign_in| sign_in.faults(self.training));
        for fault in faults {
            say(&format!("sign_in.{}", fault.key), fault.what, fault.fix);
        }
        wrong
    }
}

/// The host of an address; `None` where it is none.
fn host(url: &str) -> Option<String> {
    reqwest::Url::parse(url).ok()?.host_str().map(str::to_owned)
}
