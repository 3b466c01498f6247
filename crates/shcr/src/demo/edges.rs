//! Starts an edge node for each partner of the region that cannot answer live: this very program as a process of its own, on a
//! configuration and keys of its own, with nothing in it. Has the partner's old system bring what it has, then joins the
//! partner's line to the node. Honest: nodes are reached over sockets and folders only.

use super::write_secret;
use aws_lc_rs::rand;
use miette::{IntoDiagnostic, WrapErr};
use region::{EdgeEndpoint, LineTls, Region, feeds::Destination};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::process::{Child, Command};
use toml::{Table, Value};

/// How long a node may take to listen.
const START: Duration = Duration::from_secs(60);
/// How long it may take to stop.
const FAREWELL: Duration = Duration::from_secs(8);

/// The running nodes.
pub(super) struct Edges(Vec<Edge>);

struct Edge {
    name: String,
    config: PathBuf,
    state: PathBuf,
    addresses: serde_json::Value,
    process: Child,
}

/// What a feed of a partner is, beside its partner.
struct Feed {
    id: &'static str,
    title: &'static str,
    format: &'static str,
    mode: &'static str,
    /// Every, overdue after, withheld after.
    cadence: [&'static str; 3],
    settings: &'static str,
}

const NIGHTLY: [&str; 3] = ["24h", "26h", "14d"];
const HOURLY: [&str; 3] = ["1h", "6h", "30d"];
const COUNCIL: &str = "numbers = 'traced'\ndescriptions = true\n\
                       flags_as = { Dementia = 'alert', 'Visual Impairment' = 'individual-requirement', 'Hearing Impairment' = 'individual-requirement' }\n";

const fn adult_social_care(settings: &'static str) -> Feed {
    Feed {
        id: "adult-social-care",
        title: "Adult social care",
        format: "client-level-data",
        mode: "snapshot",
        cadence: NIGHTLY,
        settings,
    }
}

const BESIDE: Feed = Feed {
    id: "care-teams-and-alerts",
    title: "Care teams and alerts",
    format: "fhir-ndjson",
    mode: "snapshot",
    cadence: NIGHTLY,
    settings: "version = 'r4'",
};

/// What the partner of that name sends.
fn feeds(name: &str) -> Vec<Feed> {
    let messages =
        |id, title, format, settings| Feed { id, title, format, mode: "messages", cadence: HOURLY, settings };
    match name {
        "essex" => vec![adult_social_care(""), BESIDE],
        "southend" => vec![
            adult_social_care("encoding = 'windows-1252'\ncolumns_file = 'edge/columns/liquidlogic.toml'"),
            BESIDE,
        ],
        "thurrock" => vec![
            adult_social_care(
                "encoding = 'windows-1252'\ndates = ['yyyy-mm-dd']\ncolumns_file = 'edge/columns/liquidlogic.toml'",
            ),
            BESIDE,
        ],
        "ic24" => vec![messages("nhs111-reports", "NHS 111 reports", "cda-nhs111", "")],
        _ => vec![
            messages("incidents", "999 incidents", "bars", ""),
            messages("documents", "Documents", "hl7-v2", "training = true"),
        ],
    }
}

/// All of them at once: each starts, is loaded, and is joined to its line.
pub(super) async fn start(state: &Path, region: &Region) -> miette::Result<Edges> {
    let root = state.join("edges");
    if root.exists() {
        // A region lives for one run, and so does what its old systems sent.
        std::fs::remove_dir_all(&root).into_diagnostic()?;
    }
    let starting = region.endpoints().edges.iter().map(|edge| one(state, &root, region, edge));
    let started: Vec<miette::Result<Edge>> = futures_util::future::join_all(starting).await;
    Ok(Edges(started.into_iter().collect::<miette::Result<_>>()?))
}

async fn one(state: &Path, root: &Path, region: &Region, edge: &EdgeEndpoint) -> miette::Result<Edge> {
    let own = root.join(&edge.name);
    let config = write(state, &own, edge)?;
    let ready = own.join("ready.json");
    let mut process = Command::new(std::env::current_exe().into_diagnostic()?)
        .arg("edge")
        .arg("--config")
        .arg(&config)
        .arg("--until-input-ends")
        .arg("--ready-file")
        .arg(&ready)
        .stdin(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot start the edge node of `{}`", edge.name))?;
    let addresses = addresses(&ready, &mut process, &edge.name).await?;
    let at =
        |name: &str| addresses.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let to = Destination {
        folder: own.join("in"),
        intake_url: format!("https://{}", at("intake")),
        mllp: at("mllp.documents").parse().ok(),
    };
    region.send(edge, &to).await.into_diagnostic()?;
    let read = |path: &Path| std::fs::read(path).into_diagnostic();
    let (identity, ca) = (read(&edge.line_client_identity)?, read(&edge.ca_file)?);
    let base = format!("https://{}/fhir", at("serve"));
    region.connect(&edge.name, &base, LineTls { identity: &identity, ca: &ca }).into_diagnostic()?;
    Ok(Edge { name: edge.name.clone(), config, state: own, addresses, process })
}

/// The node's folders, keys and configuration.
fn write(state: &Path, own: &Path, edge: &EdgeEndpoint) -> miette::Result<PathBuf> {
    std::fs::create_dir_all(own).into_diagnostic()?;
    for key in ["edge.key", "audit.key"] {
        let mut bytes = [0u8; 32];
        rand::fill(&mut bytes).map_err(|_| miette::miette!("the operating system gave no random bytes"))?;
        write_secret(&own.join(key), &bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())?;
    }
    // One authority has signed for everybody here: who may ask and who may send has to be named.
    let (line, sender) = (fingerprint(&edge.line_client_identity)?, fingerprint(&edge.sender_identity)?);
    let tls = |client: &str| {
        let mut tls = Table::new();
        tls.insert("identity_file".into(), text(&edge.server_identity));
        tls.insert("client_ca_file".into(), text(&edge.ca_file));
        tls.insert("clients".into(), Value::from(vec![client]));
        Value::Table(tls)
    };
    let listen = || ("listen".to_owned(), Value::from("127.0.0.1:0"));
    let table = |members: Vec<(String, Value)>| Value::Table(members.into_iter().collect());
    let file = |name: &str| Value::from(name);
    let mut config = Table::new();
    config.insert("partner".into(), Value::from(edge.partner_ods.as_str()));
    config.insert("name".into(), Value::from(edge.partner_name.as_str()));
    config.insert("training".into(), Value::from(true));
    config.insert("state_dir".into(), text(own));
    config.insert(
        "store".into(),
        table(vec![("kind".into(), file("sqlite")), ("file".into(), file("edge.sqlite"))]),
    );
    config.insert("key".into(), table(vec![("file".into(), file("edge.key"))]));
    config.insert(
        "audit".into(),
        table(vec![("store".into(), file("audit.sqlite")), ("key_file".into(), file("audit.key"))]),
    );
    let public = ("public_url".to_owned(), Value::from(edge.line_url.as_str()));
    let subjects = ("subject_key_file".to_owned(), text(&edge.access_log_key));
    config.insert("serve".into(), table(vec![listen(), public, subjects, ("tls".into(), tls(&line))]));
    config.insert("intake".into(), table(vec![listen(), ("tls".into(), tls(&sender))]));
    let feeds = feeds(&edge.name).into_iter().map(|feed| {
        let folder = own.join("in").join(feed.id);
        std::fs::create_dir_all(&folder).into_diagnostic()?;
        let mut entry = described(&feed)?;
        if feed.mode == "messages" {
            entry.insert("manifest".into(), Value::from("none"));
        } else {
            entry.insert("folder".into(), text(&folder));
            entry.insert("manifest_key_file".into(), text(&edge.manifest_public));
        }
        if feed.format == "hl7-v2" {
            entry.insert("mllp".into(), table(vec![listen(), ("tls".into(), tls(&sender))]));
        }
        Ok(Value::Table(entry))
    });
    config.insert("feeds".into(), Value::Array(feeds.collect::<miette::Result<_>>()?));
    let path = state.join("config").join(format!("edge-{}.toml", edge.name));
    std::fs::write(&path, format!("{HEAD}{}", toml::to_string(&config).into_diagnostic()?))
        .into_diagnostic()?;
    Ok(path)
}

/// SHA-256 of the certificate in a file of PEM, in hexadecimal digits.
fn fingerprint(path: &Path) -> miette::Result<String> {
    let certificate = CertificateDer::from_pem_file(path)
        .into_diagnostic()
        .wrap_err_with(|| format!("no certificate in `{}`", path.display()))?;
    Ok(audit::hash::hex(&audit::hash::sha256(&[certificate.as_ref()])))
}

/// Said first in the file.
const HEAD: &str =
    "# Written by the demo for this run. A complete, commented example: config/edge/edge.toml.\n\n";

fn described(feed: &Feed) -> miette::Result<Table> {
    let mut entry = Table::new();
    for (key, value) in [("id", feed.id), ("title", feed.title), ("format", feed.format), ("mode", feed.mode)]
    {
        entry.insert(key.into(), Value::from(value));
    }
    for (key, value) in ["every", "overdue_after", "withhold_after"].into_iter().zip(feed.cadence) {
        entry.insert(key.into(), Value::from(value));
    }
    let shared = if feed.format == "client-level-data" { COUNCIL } else { "" };
    let settings: Table = toml::from_str(&format!("{shared}{}", feed.settings)).into_diagnostic()?;
    entry.insert("settings".into(), Value::Table(settings));
    Ok(entry)
}

fn text(path: &Path) -> Value {
    Value::from(path.display().to_string())
}

/// Where it listens, once it does.
async fn addresses(ready: &Path, process: &mut Child, name: &str) -> miette::Result<serde_json::Value> {
    let until = tokio::time::Instant::now() + START;
    loop {
        if let Ok(text) = std::fs::read(ready) {
            return serde_json::from_slice(&text).into_diagnostic();
        }
        if let Some(status) = process.try_wait().into_diagnostic()? {
            return Err(miette::miette!("the edge node of `{name}` ended with {status}"));
        }
        if tokio::time::Instant::now() > until {
            return Err(miette::miette!("the edge node of `{name}` does not listen"));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

impl Edges {
    /// The nodes as the ready file tells them: what the region gives, and where each node is.
    pub(super) fn told(&self, region: &[EdgeEndpoint]) -> miette::Result<serde_json::Value> {
        let told = self.0.iter().map(|edge| {
            let endpoint = region.iter().find(|endpoint| endpoint.name == edge.name);
            let mut told = serde_json::to_value(endpoint).into_diagnostic()?;
            if let Some(members) = told.as_object_mut() {
                members.insert("config".into(), edge.config.display().to_string().into());
                members.insert("state_dir".into(), edge.state.display().to_string().into());
                members.insert("addresses".into(), edge.addresses.clone());
                members.insert("process".into(), edge.process.id().into());
            }
            Ok(told)
        });
        Ok(serde_json::Value::Array(told.collect::<miette::Result<_>>()?))
    }

    /// Ends their input, which ends them.
    pub(super) async fn stop(self) {
        let ending = self.0.into_iter().map(|mut edge| async move {
            drop(edge.process.stdin.take());
            if tokio::time::timeout(FAREWELL, edge.process.wait()).await.is_err() {
                let _ = edge.process.kill().await;
            }
        });
        futures_util::future::join_all(ending).await;
    }
}
