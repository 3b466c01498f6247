//! Takes bytes, gives them sealed under a key derived for one purpose and bound to the place they rest in; refuses to open
//! what was sealed for another place or under another key (A47). Source: RFC 8452 (AES-256-GCM-SIV).
//!
//! Stored form: `0x01 ‖ nonce[12] ‖ ciphertext and tag`.

/// Whole files, chunk by chunk.
pub(crate) mod stream;

use crate::key::{PartnerKey, Purpose};
use aws_lc_rs::{
    aead::{Aad, Nonce, RandomizedNonceKey},
    error::Unspecified,
};

const FORM: u8 = 1;
const NONCE: usize = 12;

/// One key made ready: deriving costs more than sealing, so whoever seals many rows of one person derives once.
pub(crate) struct Seal(RandomizedNonceKey);

impl Seal {
    pub(crate) fn of(key: &PartnerKey, purpose: Purpose<'_>) -> Result<Self, Unspecified> {
        key.sealing(purpose).map(Self)
    }

    /// `place` binds the bytes: sealed for one row, they open in no other.
    pub(crate) fn close(&self, place: &[u8], bytes: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let mut out = Vec::with_capacity(1 + NONCE + bytes.len() + 16);
        let mut body = bytes.to_vec();
        let nonce = self.0.seal_in_place_append_tag(Aad::from(place), &mut body)?;
        out.push(FORM);
        out.extend_from_slice(nonce.as_ref());
        out.extend_from_slice(&body);
        Ok(out)
    }

    pub(crate) fn open(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let (form, rest) = sealed.split_first().ok_or(Unspecified)?;
        let (nonce, body) = rest.split_at_checked(NONCE).ok_or(Unspecified)?;
        if *form != FORM {
            return Err(Unspecified);
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce)?;
        let mut body = body.to_vec();
        let length = self.0.open_in_place(nonce, Aad::from(place), &mut body)?.len();
        body.truncate(length);
        Ok(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A47: another partner's key, another person's row, one changed bit.
    #[test]
    fn what_is_sealed_opens_in_its_own_place_under_its_own_key_alone() {
        let key = |byte| PartnerKey::of(&[byte; 32]).unwrap();
        let seal = |byte, number| Seal::of(&key(byte), Purpose::Person(number)).unwrap();
        let sealed = seal(1, "9990000018").close(b"row 1", b"walks with a frame").unwrap();
        assert_eq!(seal(1, "9990000018").open(b"row 1", &sealed).unwrap(), b"walks with a frame");
        assert!(seal(1, "9990000018").open(b"row 2", &sealed).is_err());
        assert!(seal(1, "9990000026").open(b"row 1", &sealed).is_err());
        assert!(seal(2, "9990000018").open(b"row 1", &sealed).is_err());
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(seal(1, "9990000018").open(b"row 1", &changed).is_err(), "byte {place}");
            assert!(seal(1, "9990000018").open(b"row 1", &sealed[..place]).is_err(), "cut at {place}");
        }
    }
}
