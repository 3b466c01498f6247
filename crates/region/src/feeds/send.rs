//! Takes what an old system has written, brings it to its partner's edge node the way that system does: puts files into the
//! node's folder, posts messages over HTTPS, sends HL7 v2 over MLLP, each with the system's own certificate; and hears what
//! became of it. Source: HL7 v2.5.1 appendix C (MLLP); RFC 9110.

use super::{Extract, Transport, manifest};
use crate::{endpoints::EdgeEndpoint, options::RegionFault};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// How long a system waits for a receipt of its file.
const RECEIPT: Duration = Duration::from_secs(120);
/// How long it waits for an acknowledgement.
const ACKNOWLEDGEMENT: Duration = Duration::from_secs(30);

/// Where a node takes what.
#[derive(Debug, Clone)]
pub struct Destination {
    /// The node's folder of each feed stands below, by the feed's name.
    pub folder: PathBuf,
    /// `https://127.0.0.1:<port>`
    pub intake_url: String,
    pub mllp: Option<SocketAddr>,
}

/// Brings every extract of one partner, in order. How many the node took.
pub(crate) async fn send(
    edge: &EdgeEndpoint,
    to: &Destination,
    extracts: &[Extract],
) -> Result<usize, RegionFault> {
    let said = |words: String| RegionFault::Send { name: edge.name.clone(), words };
    let read =
        |path: &Path| std::fs::read(path).map_err(|error| said(format!("`{}`: {error}", path.display())));
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([
            reqwest::Certificate::from_pem(&read(&edge.ca_file)?).map_err(|e| said(e.to_string()))?
        ])
        .identity(
            reqwest::Identity::from_pem(&read(&edge.sender_identity)?).map_err(|e| said(e.to_string()))?,
        )
        .build()
        .map_err(|error| said(error.to_string()))?;
    let key = read(&edge.manifest_key)?;
    let mut line: Option<Mllp> = None;
    for extract in extracts {
        match extract.transport {
            Transport::File => put(extract, &key, &to.folder).await.map_err(said)?,
            Transport::Https => post(&client, extract, &to.intake_url).await.map_err(said)?,
            Transport::Mllp => {
                let at = to.mllp.ok_or_else(|| said("it takes no messages over MLLP".to_owned()))?;
                let open = match line.take() {
                    Some(open) => open,
                    None => Mllp::open(edge, at).await.map_err(said)?,
                };
                line = Some(open.say(&extract.bytes).await.map_err(said)?);
            }
        }
    }
    Ok(extracts.len())
}

/// Written under a name nobody reads, then renamed, the manifest first; then waits for the receipt beside it.
async fn put(extract: &Extract, key: &[u8], folder: &Path) -> Result<(), String> {
    let folder = folder.join(extract.feed);
    let place = folder.join(&extract.file_name);
    let manifest = manifest(extract, key).map_err(|fault| fault.to_string())?;
    let write = |path: &Path, bytes: &[u8]| {
        let mut beside = path.to_owned().into_os_string();
        beside.push(".part");
        let written = std::fs::write(&beside, bytes).and_then(|()| std::fs::rename(&beside, path));
        written.map_err(|error| format!("`{}`: {error}", path.display()))
    };
    let named = |ending: &str| folder.join(format!("{}{ending}", extract.file_name));
    write(&named(".manifest"), manifest.as_bytes())?;
    write(&place, &extract.bytes)?;
    let receipt = named(".receipt.json");
    let until = tokio::time::Instant::now() + RECEIPT;
    loop {
        if let Ok(text) = std::fs::read(&receipt)
            && let Ok(receipt) = serde_json::from_slice::<serde_json::Value>(&text)
        {
            let told = |key: &str| {
                receipt.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
            };
            return match told("outcome").as_str() {
                "published" | "already-taken" => Ok(()),
                other => Err(format!("{} was {other}: {}", extract.feed, told("reason"))),
            };
        }
        if tokio::time::Instant::now() > until {
            return Err(format!("no receipt came for the file of {}", extract.feed));
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

async fn post(client: &reqwest::Client, extract: &Extract, url: &str) -> Result<(), String> {
    let kind =
        if extract.bytes.starts_with(b"<") { "text/xml; charset=utf-8" } else { "application/fhir+json" };
    let request = client
        .post(format!("{url}/feeds/{}/messages", extract.feed))
        .header("Content-Type", kind)
        .body(extract.bytes.clone());
    let answer = request.send().await.map_err(|error| error.without_url().to_string())?;
    let status = answer.status();
    if status.is_success() {
        Ok(())
    } else {
        Err(format!("a message of {} was answered with {status}", extract.feed))
    }
}

/// One connection.
struct Mllp(tokio_rustls::client::TlsStream<TcpStream>);

impl Mllp {
    async fn open(edge: &EdgeEndpoint, at: SocketAddr) -> Result<Self, String> {
        let words = |error: &dyn std::fmt::Display| error.to_string();
        let mut roots = RootCertStore::empty();
        for authority in CertificateDer::pem_file_iter(&edge.ca_file).map_err(|e| words(&e))? {
            roots.add(authority.map_err(|e| words(&e))?).map_err(|e| words(&e))?;
        }
        let chain: Result<Vec<_>, _> =
            CertificateDer::pem_file_iter(&edge.sender_identity).map_err(|e| words(&e))?.collect();
        let key = PrivateKeyDer::from_pem_file(&edge.sender_identity).map_err(|e| words(&e))?;
        let config = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_client_auth_cert(chain.map_err(|e| words(&e))?, key)
            .map_err(|e| words(&e))?;
        let stream = TcpStream::connect(at).await.map_err(|e| words(&e))?;
        let name = ServerName::from(at.ip());
        let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
        connector.connect(name, stream).await.map(Self).map_err(|e| words(&e))
    }

    /// Sends one message, and waits until it is acknowledged.
    async fn say(mut self, message: &[u8]) -> Result<Self, String> {
        let framed = [&[0x0B], message, &[0x1C, 0x0D]].concat();
        self.0.write_all(&framed).await.map_err(|error| error.to_string())?;
        self.0.flush().await.map_err(|error| error.to_string())?;
        let mut reply = Vec::new();
        let heard = tokio::time::timeout(ACKNOWLEDGEMENT, async {
            let mut buffer = [0; 1024];
            while !reply.ends_with(&[0x1C, 0x0D]) {
                match self.0.read(&mut buffer).await? {
                    0 => return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof)),
                    got => reply.extend_from_slice(buffer.get(..got).unwrap_or_default()),
                }
            }
            Ok(())
        });
        heard.await.map_err(|_| "no acknowledgement came".to_owned())?.map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&reply);
        let code = text.split(['\r', '\n']).find_map(|line| line.strip_prefix("MSA|"));
        match code.and_then(|rest| rest.split('|').next()) {
            Some("AA" | "CA") => Ok(self),
            other => Err(format!("a message was answered with {}", other.unwrap_or("no MSA"))),
        }
    }
}
