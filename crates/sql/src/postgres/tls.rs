//! TLS towards the server: takes the authorities its certificate may come from, gives the driver a stream that is bound to that
//! certificate. Refuses any other certificate and any other name.
//! Source: RFC 8446, RFC 5929 section 4 (`tls-server-end-point`), PostgreSQL 15 manual, 55.2.10 and 55.3.

use crate::Fault;
use ::postgres::{
    Socket,
    tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream},
};
use aws_lc_rs::digest::{Algorithm, SHA256, SHA384, SHA512, digest};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, InvalidDnsNameError, ServerName, pem::PemObject},
};
use std::{
    future::Future,
    io,
    path::Path,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsConnector;

/// Makes connections to whoever has a certificate of these authorities.
#[derive(Clone)]
pub(super) struct Tls(TlsConnector);

impl Tls {
    pub(super) fn trusting(ca_file: &Path) -> Result<Self, Fault> {
        let name = ca_file.display().to_string();
        let pem = std::fs::read(ca_file).map_err(|error| Fault::File(name.clone(), error))?;
        let wrong = || Fault::Unusable(format!("`{name}` holds no certificates in PEM"));
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            roots.add(certificate.map_err(|_| wrong())?).map_err(|_| wrong())?;
        }
        if roots.is_empty() {
            return Err(wrong());
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| Fault::Unusable("this program has no TLS".to_owned()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(TlsConnector::from(Arc::new(config))))
    }
}

/// The same for one server.
pub(super) struct Named(TlsConnector, ServerName<'static>);

impl MakeTlsConnect<Socket> for Tls {
    type Stream = Stream;
    type TlsConnect = Named;
    type Error = InvalidDnsNameError;

    fn make_tls_connect(&mut self, host: &str) -> Result<Named, InvalidDnsNameError> {
        Ok(Named(self.0.clone(), ServerName::try_from(host)?.to_owned()))
    }
}

impl TlsConnect<Socket> for Named {
    type Stream = Stream;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Stream>> + Send>>;

    fn connect(self, socket: Socket) -> Self::Future {
        Box::pin(async move { self.0.connect(self.1, socket).await.map(Stream) })
    }
}

pub(super) struct Stream(tokio_rustls::client::TlsStream<Socket>);

impl TlsStream for Stream {
    fn channel_binding(&self) -> ChannelBinding {
        let certificates = self.0.get_ref().1.peer_certificates();
        certificates
            .and_then(<[_]>::first)
            .and_then(|certificate| end_point(certificate))
            .map_or_else(ChannelBinding::none, ChannelBinding::tls_server_end_point)
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().0).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_shutdown(context)
    }
}

/// The certificate's hash, by the function its own signature names; `None` where that is not one of those known here, and
/// then the password is proved without the binding.
fn end_point(certificate: &[u8]) -> Option<Vec<u8>> {
    let (signed_and_more, _) = element(certificate)?;
    let (_, signature) = element(signed_and_more)?;
    let (algorithm, _) = element(signature)?;
    let (oid, _) = element(algorithm)?;
    let hash: &Algorithm = match oid {
        // ecdsa-with-SHA256, sha256WithRSAEncryption; sha1WithRSAEncryption counts as the stronger one.
        b"\x2a\x86\x48\xce\x3d\x04\x03\x02"
        | b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"
        | b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05" => &SHA256,
        b"\x2a\x86\x48\xce\x3d\x04\x03\x03" | b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c" => &SHA384,
        b"\x2a\x86\x48\xce\x3d\x04\x03\x04" | b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d" => &SHA512,
        _ => return None,
    };
    Some(digest(hash, certificate).as_ref().to_vec())
}

/// The content of the first DER element, and what follows it. Source: X.690 section 8.1.
fn element(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    match first {
        0..=0x7f => rest.split_at_checked(usize::from(*first)),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            rest.split_at_checked(digits.iter().fold(0, |sum, digit| (sum << 8) | usize::from(*digit)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
