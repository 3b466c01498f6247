//! What a node must be able to say the same way every time: the token a person is found by, the name of a record, the id
//! of a resource. Made from a random secret that is itself sealed under the partner's key, so it outlives a change of key.
//! Source: RFC 8452 section 3 (a repeated nonce tells no more than that two plaintexts are equal, which is what is wanted).

use crate::{
    key::{PartnerKey, Purpose, expand},
    seal::Seal,
};
use aws_lc_rs::{
    aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey},
    error::Unspecified,
    hkdf, hmac, rand,
};
use fhir::NhsNumber;

const DERIVATION: &[u8] = b"shcr-edge-names-v1";

/// An NHS number below ten to the tenth fits in so many bytes.
const NUMBER: usize = 5;
/// A token: the number, sealed, and its tag.
pub(crate) const TOKEN: usize = NUMBER + 16;

/// A name of 16 bytes, the same for the same words.
pub(crate) type Name = Vec<u8>;

pub(crate) struct Secret {
    bytes: [u8; 32],
    token: LessSafeKey,
    names: hmac::Key,
}

impl Secret {
    pub(crate) fn random() -> Result<Self, Unspecified> {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes)?;
        Self::of(bytes)
    }

    fn of(bytes: [u8; 32]) -> Result<Self, Unspecified> {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, DERIVATION).extract(&bytes);
        let token = LessSafeKey::new(UnboundKey::new(&AES_256_GCM_SIV, &expand(&root, &[b"token"])?)?);
        let names = hmac::Key::new(hmac::HMAC_SHA256, &expand(&root, &[b"names"])?);
        Ok(Self { bytes, token, names })
    }

    pub(crate) fn sealed(&self, key: &PartnerKey, ods: &str) -> Result<Vec<u8>, Unspecified> {
        Seal::of(key, Purpose::Node)?.close(ods.as_bytes(), &self.bytes)
    }

    pub(crate) fn open(key: &PartnerKey, ods: &str, sealed: &[u8]) -> Option<Self> {
        let bytes = Seal::of(key, Purpose::Node).ok()?.open(ods.as_bytes(), sealed).ok()?;
        Self::of(bytes.try_into().ok()?).ok()
    }

    /// What a person's rows are found by. Nobody without the secret can make one, or tell whose it is.
    pub(crate) fn token(&self, number: &NhsNumber) -> Result<Vec<u8>, Unspecified> {
        let number: u64 = number.digits().parse().map_err(|_| Unspecified)?;
        let mut body = number.to_be_bytes().get(8 - NUMBER..).unwrap_or_default().to_vec();
        self.token.seal_in_place_append_tag(
            Nonce::assume_unique_for_key([0; 12]),
            Aad::empty(),
            &mut body,
        )?;
        Ok(body)
    }

    /// Whose token it is; `None` for whatever this node did not make.
    pub(crate) fn number(&self, token: &[u8]) -> Option<NhsNumber> {
        if token.len() != TOKEN {
            return None;
        }
        let mut body = token.to_vec();
        let opened =
            self.token.open_in_place(Nonce::assume_unique_for_key([0; 12]), Aad::empty(), &mut body).ok()?;
        let number = opened.iter().fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte));
        NhsNumber::parse(&format!("{number:010}")).ok()
    }

    /// What tells whether content was here before; nobody without the secret can try a guess against it.
    pub(crate) fn digest(&self, body: &[u8]) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.names);
        context.update(b"digest\0");
        context.update(body);
        context.sign().as_ref().to_vec()
    }

    /// `what` keeps a name of one kind from being one of another.
    pub(crate) fn name(&self, what: &str, parts: &[&str]) -> Name {
        let mut context = hmac::Context::with_key(&self.names);
        context.update(what.as_bytes());
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        }
        context.sign().as_ref().iter().copied().take(16).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> NhsNumber {
        NhsNumber::parse(text).unwrap()
    }

    #[test]
    fn a_token_is_the_same_every_time_and_read_by_its_own_node_alone() {
        let (one, other) = (Secret::random().unwrap(), Secret::random().unwrap());
        let token = one.token(&number("9990000018")).unwrap();
        assert_eq!(token.len(), TOKEN);
        assert_eq!(token, one.token(&number("9990000018")).unwrap());
        assert_ne!(token, one.token(&number("9990000026")).unwrap());
        assert_eq!(one.number(&token), Some(number("9990000018")));
        assert_eq!(other.number(&token), None);
        for place in 0..token.len() {
            let mut changed = token.clone();
            changed[place] ^= 1;
            assert_eq!(one.number(&changed), None);
        }
        assert_eq!(one.number(&[]), None);
    }

    #[test]
    fn the_secret_is_sealed_for_one_partner_under_one_key() {
        let key = |byte| PartnerKey::of(&[byte; 32]).unwrap();
        let secret = Secret::random().unwrap();
        let sealed = secret.sealed(&key(1), "ZZ917").unwrap();
        let token = secret.token(&number("9990000018")).unwrap();
        assert_eq!(
            Secret::open(&key(1), "ZZ917", &sealed).unwrap().token(&number("9990000018")).unwrap(),
            token
        );
        assert!(Secret::open(&key(2), "ZZ917", &sealed).is_none());
        assert!(Secret::open(&key(1), "ZZ918", &sealed).is_none());
    }

    #[test]
    fn parts_of_a_name_keep_apart() {
        let secret = Secret::random().unwrap();
        assert_ne!(secret.name("key", &["ab", "c"]), secret.name("key", &["a", "bc"]));
        assert_ne!(secret.name("key", &["a"]), secret.name("local", &["a"]));
    }
}
