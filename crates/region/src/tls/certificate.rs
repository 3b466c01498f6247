//! Makes the region's certificates: an authority that signs, a server on loopback, a client. New with every start.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, Error, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};

/// A certificate and its private key, both DER.
pub(super) struct Certified {
    pub(super) certificate: Vec<u8>,
    /// PKCS #8.
    pub(super) key: Vec<u8>,
}

/// What signs both sides.
pub(super) type Authority = CertifiedIssuer<'static, KeyPair>;

pub(super) fn authority(name: &str) -> Result<Authority, Error> {
    let mut params = named(name, Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate()?)
}

/// A server at 127.0.0.1 and localhost.
pub(super) fn server(authority: &Authority) -> Result<Certified, Error> {
    let hosts = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    signed(named("127.0.0.1", hosts)?, ExtendedKeyUsagePurpose::ServerAuth, authority)
}

pub(super) fn client(name: &str, authority: &Authority) -> Result<Certified, Error> {
    signed(named(name, Vec::new())?, ExtendedKeyUsagePurpose::ClientAuth, authority)
}

/// A client that is known by its DNS name.
pub(super) fn named_client(name: &str, authority: &Authority) -> Result<Certified, Error> {
    signed(named(name, vec![name.to_owned()])?, ExtendedKeyUsagePurpose::ClientAuth, authority)
}

fn named(name: &str, hosts: Vec<String>) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::new(hosts)?;
    params.distinguished_name.push(DnType::CommonName, name);
    Ok(params)
}

fn signed(
    mut params: CertificateParams,
    purpose: ExtendedKeyUsagePurpose,
    authority: &Authority,
) -> Result<Certified, Error> {
    params.extended_key_usages = vec![purpose];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, authority)?.der().to_vec();
    Ok(Certified { certificate, key: key.serialize_der() })
}
