//! Takes the certificate a caller showed in its handshake, says whether it is one that a host is registered with: by its
//! SHA-256 thumbprint, or by a name in its subject alternative names. Who signed it was the listener's to check.
//! Source: RFC 8705 sections 2.1, 2.2 and 3.1; RFC 5280 section 4.2.1.6.

/// When it runs out.
mod end;

pub use end::soonest_end;

use crate::session;
use rustls::{
    client::verify_server_name,
    pki_types::{CertificateDer, ServerName},
    server::ParsedCertificate,
};

/// The way a request came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Channel {
    /// The listener that browsers use: nobody has shown a certificate there.
    #[default]
    Public,
    /// The back channel, with what the caller showed.
    Back(Option<Certificate>),
}

/// A caller's certificate, whose key the caller has proven to hold.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate(Vec<u8>);

impl Certificate {
    /// As the handshake gave it, DER.
    pub fn new(der: &[u8]) -> Self {
        Self(der.to_vec())
    }

    /// SHA-256 of the certificate, hexadecimal.
    pub fn thumbprint(&self) -> String {
        session::hex(&session::hash(&self.0))
    }

    fn bears(&self, name: &ServerName<'_>) -> bool {
        let der = CertificateDer::from(self.0.as_slice());
        ParsedCertificate::try_from(&der).is_ok_and(|parsed| verify_server_name(&parsed, name).is_ok())
    }
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Certificate({})", self.thumbprint())
    }
}

/// The certificates of one partner's program, as its registration names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificates(Vec<Registered>);

impl Certificates {
    /// Each a DNS name without `*`, or `sha256:` and 64 hexadecimal digits. `None` where one is neither, or there is none.
    pub fn parse(texts: &[String]) -> Option<Self> {
        let all: Option<Vec<_>> = texts.iter().map(|text| Registered::parse(text)).collect();
        all.filter(|all| !all.is_empty()).map(Self)
    }

    pub fn has(&self, certificate: &Certificate) -> bool {
        self.0.iter().any(|registered| registered.is(certificate))
    }
}

/// A certificate as a host's registration names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Registered {
    Thumbprint(String),
    Name(ServerName<'static>),
}

impl Registered {
    /// `sha256:` and 64 hexadecimal digits, with or without colons; or a DNS name.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Some(digits) = text.strip_prefix("sha256:") {
            let digits = digits.replace(':', "").to_ascii_lowercase();
            let whole = digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit());
            return whole.then_some(Self::Thumbprint(digits));
        }
        match ServerName::try_from(text.to_owned()) {
            Ok(name @ ServerName::DnsName(_)) if !text.contains('*') => Some(Self::Name(name)),
            _ => None,
        }
    }

    pub(crate) fn is(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Thumbprint(digits) => *digits == certificate.thumbprint(),
            Self::Name(name) => certificate.bears(name),
        }
    }
}

#[cfg(test)]
mod tests;
