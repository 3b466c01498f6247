//! Takes what the program wants of its region; gives the reasons why a region could not start.

use crate::faults::Fault;
use std::{io, path::PathBuf};

/// What to simulate and where it meets the gateway.
#[derive(Debug, Clone)]
pub struct Options {
    /// Same seed, same day, same people and same latencies.
    pub seed: u64,
    /// How many people; never fewer than the hand-made ones.
    pub people: usize,
    /// The host system takes this port and the others follow; `None` takes free ports.
    pub port_base: Option<u16>,
    /// A folder of published payloads to serve as extra people.
    pub corpus: Option<PathBuf>,
    /// Where the gateway's pages are: the host frames nothing else.
    pub gateway_url: String,
    /// Where the privacy officers' pages are; `None`: there are none.
    pub office_url: Option<String>,
    /// The gateway's token endpoint: the audience of every launch.
    pub token_url: String,
    /// Where hosts' servers reach the gateway; `None`: at the token endpoint itself.
    pub back_channel_url: Option<String>,
    /// Where the demo host's signing key is written. It must exist.
    pub state_dir: PathBuf,
    /// Faults in force from the start, by source name.
    pub faults: Vec<(String, Fault)>,
    /// Whether every source takes a seeded 20 to 250 ms over each answer.
    pub latency: bool,
    /// Seconds an access token lives.
    pub token_life_s: u32,
    /// Whether there is a further source, `poor`, that breaks most of what a gateway may expect.
    pub poor_source: bool,
    /// A word that stands nowhere else: every source then puts marks made of it into every class of field.
    pub marks: Option<String>,
}

/// What an authorisation server usually gives a token.
pub const TOKEN_LIFE_S: u32 = 300;

/// Why a region did not start, or could not do as it was told.
#[derive(Debug, thiserror::Error)]
pub enum RegionFault {
    #[error("cannot listen on 127.0.0.1 port {port}")]
    Listen {
        port: u16,
        #[source]
        source: io::Error,
    },
    #[error("the ports after {base} do not reach far enough")]
    Ports { base: u16 },
    #[error("cannot make a signing key")]
    SigningKey,
    #[error("cannot make the certificates of the region")]
    Certificates,
    #[error("cannot write a key or certificate to `{path}`")]
    WriteKey {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("cannot build an HTTP client")]
    Client(#[source] reqwest::Error),
    #[error("there is no source `{0}`")]
    UnknownSource(String),
    #[error("`{name}` cannot have the fault `{fault}`: {why}")]
    NotItsFault { name: String, fault: Fault, why: &'static str },
    #[error("the old system of `{name}` could not bring what it has to its edge node: {words}")]
    Send { name: String, words: String },
    #[error("cannot make the line to the edge node of `{name}`")]
    Line {
        name: &'static str,
        #[source]
        source: reqwest::Error,
    },
    #[error("the address of the edge node of `{name}` is no URL")]
    NodeUrl { name: &'static str },
    #[error("cannot sign the manifest of `{feed}`")]
    Manifest {
        feed: &'static str,
        #[source]
        source: jsonwebtoken::errors::Error,
    },
    #[error("cannot read the corpus at `{path}`")]
    Corpus {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}
