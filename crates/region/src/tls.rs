//! Mutual TLS for partners that ask for it: makes an authority, a server certificate for loopback and a client certificate
//! for the gateway, writes what the gateway needs, and gives the server's side, which takes nobody without that certificate.
//! The same authority signs for each edge node and for whoever speaks with it.
//! Source: RFC 8446 section 4.4.2; sources paper section 7 (authentication by interface sheet).

/// Certificates.
mod certificate;
/// Encrypted connections.
mod listener;

pub(crate) use listener::TlsListener;

use crate::{
    host::key::{SigningKey, pem, write_private},
    options::RegionFault,
    rest::partner::PARTNERS,
};
use certificate::{Authority, Certified};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    server::WebPkiClientVerifier,
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// The name in the certificate of the host's server.
const HOST_NAME: &str = "marlowe.example";

/// The region's certificates.
pub(crate) struct Mutual {
    /// For every server that asks for a client certificate.
    pub(crate) server: Arc<ServerConfig>,
    /// PEM: the gateway's certificate and its PKCS #8 key.
    pub(crate) client_identity: PathBuf,
    /// PEM: the authority that signed both sides.
    pub(crate) ca_file: PathBuf,
    /// PEM: what the host's server shows the gateway.
    pub(crate) host_identity: PathBuf,
    /// PEM: what the gateway shows hosts' servers.
    pub(crate) back_channel_identity: PathBuf,
    /// For each partner behind an edge node.
    pub(crate) edges: Vec<Edge>,
}

/// What one edge node and those who speak with it prove themselves with: files of PEM.
pub(crate) struct Edge {
    pub(crate) name: &'static str,
    pub(crate) server_identity: PathBuf,
    pub(crate) line_identity: PathBuf,
    pub(crate) sender_identity: PathBuf,
    pub(crate) manifest_key: PathBuf,
    pub(crate) manifest_public: PathBuf,
}

impl Mutual {
    /// New certificates, written to that folder; older ones are replaced and no longer good.
    pub(crate) fn make(folder: &Path) -> Result<Self, RegionFault> {
        let unmade = |_| RegionFault::Certificates;
        let authority = certificate::authority("Region demonstration authority").map_err(unmade)?;
        let server = certificate::server(&authority).map_err(unmade)?;
        let client = certificate::client("shcr-gateway", &authority).map_err(unmade)?;
        let nodes = PARTNERS.iter().filter(|partner| partner.behind_a_node);
        let edges =
            nodes.map(|partner| Edge::make(partner.name, folder, &authority)).collect::<Result<_, _>>()?;
        Ok(Self {
            edges,
            client_identity: written(folder, "shcr-gateway-tls.pem", &identity(&client))?,
            ca_file: written(folder, "region-ca.pem", &pem("CERTIFICATE", authority.der()))?,
            host_identity: written(
                folder,
                "demo-host-tls.pem",
                &identity(&certificate::named_client(HOST_NAME, &authority).map_err(unmade)?),
            )?,
            back_channel_identity: written(
                folder,
                "shcr-gateway-back-channel.pem",
                &identity(&certificate::server(&authority).map_err(unmade)?),
            )?,
            server: Arc::new(config(&authority, &server).map_err(|_| RegionFault::Certificates)?),
        })
    }
}

impl Edge {
    fn make(name: &'static str, folder: &Path, authority: &Authority) -> Result<Self, RegionFault> {
        let unmade = |_| RegionFault::Certificates;
        let file = |part: &str| format!("edge-{name}-{part}");
        let client = |part: &str| {
            let client = certificate::client(&format!("{name}-{part}"), authority).map_err(unmade)?;
            written(folder, &format!("{}.pem", file(part)), &identity(&client))
        };
        let server = certificate::server(authority).map_err(unmade)?;
        let manifest = SigningKey::named(folder, &file("manifest-key"))?;
        Ok(Self {
            name,
            server_identity: written(folder, &format!("{}.pem", file("server")), &identity(&server))?,
            line_identity: client("line")?,
            sender_identity: client("sender")?,
            manifest_public: written(
                folder,
                &format!("{}.pem", file("manifest-public")),
                &manifest.public_pem,
            )?,
            manifest_key: manifest.path,
        })
    }
}

/// Certificate and key in one text.
fn identity(of: &Certified) -> String {
    pem("CERTIFICATE", &of.certificate) + &pem("PRIVATE KEY", &of.key)
}

fn written(folder: &Path, name: &str, text: &str) -> Result<PathBuf, RegionFault> {
    let path = folder.join(name);
    write_private(&path, text).map_err(|source| RegionFault::WriteKey { path: path.clone(), source })?;
    Ok(path)
}

/// Only clients the authority has signed; TLS 1.2 and 1.3.
fn config(authority: &Authority, server: &Certified) -> Result<ServerConfig, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(authority.der().clone())?;
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let verifier = verifier.build().map_err(|_| rustls::Error::General("no client verifier".to_owned()))?;
    let chain = vec![CertificateDer::from(server.certificate.clone())];
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(server.key.clone()));
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder.with_client_cert_verifier(verifier).with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests;
