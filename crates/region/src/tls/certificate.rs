//! Makes the region's certificates: an authority that signs, a server on loopback, a client. P-256 keys, good for 90 days.
//! Source: RFC 5280 sections 4.1 and 4.2; RFC 5758 section 3.2 (ECDSA with SHA-256); RFC 5480.

use super::der::{OCTET_STRING, SET, TRUE, UTC_TIME, UTF8, bits, object, positive, sequence, tlv};
use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

const ECDSA_WITH_SHA256: [u8; 8] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const COMMON_NAME: [u8; 3] = [0x55, 0x04, 0x03];
const KEY_USAGE: [u8; 3] = [0x55, 0x1d, 0x0f];
const SUBJECT_NAMES: [u8; 3] = [0x55, 0x1d, 0x11];
const BASIC_CONSTRAINTS: [u8; 3] = [0x55, 0x1d, 0x13];
const EXTENDED_USAGE: [u8; 3] = [0x55, 0x1d, 0x25];
const SERVER_AUTH: [u8; 8] = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
const CLIENT_AUTH: [u8; 8] = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02];

/// Before now, so that a clock a little behind still takes the certificate.
const BEFORE: SignedDuration = SignedDuration::from_hours(1);
const LIFE: SignedDuration = SignedDuration::from_hours(90 * 24);

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Authority,
    /// A server at 127.0.0.1 and localhost.
    Server,
    Client,
}

/// A certificate and its private key, both DER.
pub(super) struct Certified {
    pub(super) name: &'static str,
    pub(super) certificate: Vec<u8>,
    /// PKCS #8.
    pub(super) key: Vec<u8>,
    pair: EcdsaKeyPair,
}

/// Making a key or a signature failed, which says nothing a person could act on.
#[derive(Debug)]
pub(super) struct Unmade;

impl Certified {
    /// `signer` is `None` for an authority, which signs itself.
    pub(super) fn make(
        name: &'static str,
        purpose: Purpose,
        signer: Option<&Self>,
        now: Timestamp,
    ) -> Result<Self, Unmade> {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let key = EcdsaKeyPair::generate_pkcs8(algorithm, &random).map_err(|_| Unmade)?.as_ref().to_vec();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, &key).map_err(|_| Unmade)?;
        let issuer = signer.map_or(name, |signer| signer.name);
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(|_| Unmade)?;
        let body = body(issuer, (name, purpose), public.as_ref(), now)?;
        let signed = signer.map_or(&pair, |signer| &signer.pair).sign(&random, &body).map_err(|_| Unmade)?;
        let certificate = sequence(&[body, algorithm_name(), bits(signed.as_ref())]);
        Ok(Self { name, certificate, key, pair })
    }
}

fn algorithm_name() -> Vec<u8> {
    sequence(&[object(&ECDSA_WITH_SHA256)])
}

/// TBSCertificate, version 3.
fn body(
    issuer: &str,
    (name, purpose): (&str, Purpose),
    public_key: &[u8],
    now: Timestamp,
) -> Result<Vec<u8>, Unmade> {
    let mut serial = [0; 16];
    aws_lc_rs::rand::fill(&mut serial).map_err(|_| Unmade)?;
    // The first byte decides sign and shortest form.
    serial[0] = serial[0] & 0x7f | 0x40;
    Ok(sequence(&[
        tlv(0xa0, &positive(&[2])),
        positive(&serial),
        algorithm_name(),
        distinguished(issuer),
        validity(now)?,
        distinguished(name),
        public_key.to_vec(),
        tlv(0xa3, &extensions(purpose)),
    ]))
}

/// A Name that is one common name.
fn distinguished(name: &str) -> Vec<u8> {
    let attribute = sequence(&[object(&COMMON_NAME), tlv(UTF8, name.as_bytes())]);
    sequence(&[tlv(SET, &attribute)])
}

fn validity(now: Timestamp) -> Result<Vec<u8>, Unmade> {
    let time = |moment: Result<Timestamp, jiff::Error>| {
        let moment = moment.map_err(|_| Unmade)?.to_zoned(TimeZone::UTC);
        Ok(tlv(UTC_TIME, moment.strftime("%y%m%d%H%M%SZ").to_string().as_bytes()))
    };
    Ok(sequence(&[time(now.checked_sub(BEFORE))?, time(now.checked_add(LIFE))?]))
}

fn extensions(purpose: Purpose) -> Vec<u8> {
    let usage = |bits: u8, unused: u8| tlv(super::der::BIT_STRING, &[unused, bits]);
    let extended = |purpose: &[u8]| extension(&EXTENDED_USAGE, false, &sequence(&[object(purpose)]));
    // Bit 0 is a digital signature, bits 5 and 6 sign certificates and revocations.
    let own = match purpose {
        Purpose::Authority => vec![
            extension(&BASIC_CONSTRAINTS, true, &sequence(&[TRUE.to_vec()])),
            extension(&KEY_USAGE, true, &usage(0x06, 1)),
        ],
        Purpose::Server => vec![
            extension(&BASIC_CONSTRAINTS, true, &sequence(&[])),
            extension(&KEY_USAGE, true, &usage(0x80, 7)),
            extended(&SERVER_AUTH),
            extension(&SUBJECT_NAMES, false, &loopback()),
        ],
        Purpose::Client => vec![
            extension(&BASIC_CONSTRAINTS, true, &sequence(&[])),
            extension(&KEY_USAGE, true, &usage(0x80, 7)),
            extended(&CLIENT_AUTH),
        ],
    };
    sequence(&own)
}

fn extension(id: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { TRUE.to_vec() } else { Vec::new() };
    sequence(&[object(id), critical, tlv(OCTET_STRING, value)])
}

/// A DNS name and an address.
fn loopback() -> Vec<u8> {
    sequence(&[tlv(0x82, b"localhost"), tlv(0x87, &[127, 0, 0, 1])])
}
