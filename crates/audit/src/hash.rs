//! The hashes of the stored format: all that the writer and `verify` have in common.
//! Source: FIPS 180-4 (SHA-256).

use aws_lc_rs::digest;

/// A SHA-256.
pub type Hash = [u8; 32];

/// What the first leaf of a replica names as the leaf before it.
pub const NOTHING_BEFORE: Hash = [0; 32];

/// Domain of an entry's commitment.
pub const ENTRY: &str = "shcr-entry-v1";
/// Domain of a manifest's commitment.
pub const MANIFEST: &str = "shcr-manifest-v1";
/// Domain under which handles, session ids and cookies are hashed before they are stored.
pub const SECRET: &str = "shcr-secret-v1";

/// SHA-256 of the parts laid end to end.
pub fn sha256(parts: &[&[u8]]) -> Hash {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

/// `SHA-256(domain ‖ 0x00 ‖ salt ‖ bytes)`: salted, so that it cannot be guessed once the body has gone.
pub fn commitment(domain: &str, salt: &[u8; 32], bytes: &[u8]) -> Hash {
    sha256(&[domain.as_bytes(), &[0], salt, bytes])
}

/// The stored form of a 256-bit secret. The secret is random, so no salt is needed.
pub fn secret(secret: &[u8; 32]) -> Hash {
    sha256(&[SECRET.as_bytes(), &[0], secret])
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

/// `None` unless the text is exactly `N` bytes of lower-case hexadecimal.
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != N * 2 {
        return None;
    }
    let mut out = [0; N];
    for (byte, pair) in out.iter_mut().zip(digits.as_chunks::<2>().0) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Some(out)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}
