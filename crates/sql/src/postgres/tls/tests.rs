//! What binds a password to a connection: the hash that the certificate's own signature names.

use super::end_point;
use aws_lc_rs::digest::{SHA256, SHA384, digest};
use rcgen::{CertificateParams, KeyPair, SignatureAlgorithm};

fn certificate(of: &'static SignatureAlgorithm) -> Vec<u8> {
    let key = KeyPair::generate_for(of).unwrap();
    CertificateParams::new(["db.example".to_owned()]).unwrap().self_signed(&key).unwrap().der().to_vec()
}

#[test]
fn the_hash_is_that_of_the_certificates_signature() {
    let p256 = certificate(&rcgen::PKCS_ECDSA_P256_SHA256);
    assert_eq!(end_point(&p256).unwrap(), digest(&SHA256, &p256).as_ref());
    let p384 = certificate(&rcgen::PKCS_ECDSA_P384_SHA384);
    assert_eq!(end_point(&p384).unwrap(), digest(&SHA384, &p384).as_ref());
    assert_eq!(end_point(&certificate(&rcgen::PKCS_ED25519)), None, "it names no hash");
}

#[test]
fn no_bytes_stop_it() {
    let whole = certificate(&rcgen::PKCS_ECDSA_P256_SHA256);
    for length in 0..whole.len() {
        assert_eq!(end_point(&whole[..length]), None, "cut at {length}");
    }
    for place in 0..whole.len().min(200) {
        for byte in [0, 0x80, 0x84, 0x88, 0xff] {
            let mut changed = whole.clone();
            changed[place] = byte;
            let _ = end_point(&changed);
        }
    }
    assert_eq!(end_point(b"\x30\x84\xff\xff\xff\xff\x00"), None);
}
