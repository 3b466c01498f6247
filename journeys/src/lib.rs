//! Drives the built program from outside: takes a demo's ready file, gives a host, a browser, an operator and an auditor.
//! What cannot be done over a socket, a command line or a file a person could read is not done here.
#![expect(clippy::expect_used, clippy::panic, reason = "a harness reports by failing the test it serves")]

/// The program under test, started, watched and stopped.
pub mod demo;
/// What the ready file says.
pub mod ready;
/// The host's pages, as a professional uses them.
pub mod host;
/// The host's signing key in our own hands, for launches no honest host would send.
pub mod signer;
/// The back channel, with one certificate or another.
pub mod back_channel;
/// Encrypted launches, as hosts make them that cannot call out.
pub mod sealed;
/// The professional's browser before the gateway.
pub mod browser;
/// The words of a page.
pub mod words;
/// The region's control page: faults, and what was asked.
pub mod control;
/// The operator's listener.
pub mod operator;
/// The audit, through the program's own commands, and read with its key.
pub mod auditor;
/// What was held back, as its partner reads it.
pub mod held;
/// Identifiers looked for where they may never be.
pub mod canary;
/// Marks of sources looked for in everything a program can keep.
pub mod kept;
/// A gateway as a process of its own.
pub mod gateway;
/// One address before several gateways.
pub mod front;
/// A test in namespaces of its own.
pub mod apart;
/// A partner's own door, with what the gateway shows there.
pub mod door;
/// What goes over the network there.
pub mod packets;
/// Whoever reads traces.
pub mod collector;

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970, for the tokens a host signs.
#[expect(clippy::disallowed_methods, reason = "a host has a clock of its own")]
pub fn now_s() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock stands after 1970");
    i64::try_from(since.as_secs()).expect("before the end of time")
}

/// Today in UTC, `2026-11-28`.
pub fn today() -> String {
    audit::reconcile::Day::of(audit::Millis(now_s() * 1000)).to_string()
}

/// A client that follows nothing, keeps no cookie, and gives up late.
pub fn client() -> reqwest::Client {
    // Whichever test comes first installs it; the others find it there.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let patience = std::time::Duration::from_secs(60);
    let builder =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(patience).no_proxy();
    builder.build().expect("a client can be built")
}
