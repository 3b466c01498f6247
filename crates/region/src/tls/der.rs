//! Writes the few DER structures a certificate is made of. Lengths are right for anything shorter than 64 KiB, which a
//! certificate always is.
//! Source: ITU-T X.690 sections 8 and 10 (DER).

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
const OBJECT: u8 = 0x06;
pub(super) const UTF8: u8 = 0x0c;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;
/// TRUE, whole.
pub(super) const TRUE: [u8; 3] = [0x01, 0x01, 0xff];

/// Tag, length and content.
pub(super) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        short @ 0..=127 => out.extend(u8::try_from(short)),
        middling @ 128..=255 => out.extend([0x81].into_iter().chain(u8::try_from(middling).ok())),
        long => {
            out.push(0x82);
            out.extend_from_slice(&u16::try_from(long).unwrap_or(u16::MAX).to_be_bytes());
        }
    }
    out.extend_from_slice(content);
    out
}

/// A SEQUENCE of those parts.
pub(super) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(SEQUENCE, &parts.concat())
}

/// An OBJECT IDENTIFIER whose content is already encoded.
pub(super) fn object(encoded: &[u8]) -> Vec<u8> {
    tlv(OBJECT, encoded)
}

/// A BIT STRING of whole bytes.
pub(super) fn bits(bytes: &[u8]) -> Vec<u8> {
    tlv(BIT_STRING, &[&[0], bytes].concat())
}

/// A positive INTEGER: a leading bit would read as a minus sign.
pub(super) fn positive(bytes: &[u8]) -> Vec<u8> {
    match bytes.first() {
        Some(first) if *first > 127 => tlv(INTEGER, &[&[0], bytes].concat()),
        _ => tlv(INTEGER, bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_the_shortest_form() {
        assert_eq!(tlv(INTEGER, &[5]), [2, 1, 5]);
        assert_eq!(tlv(OCTET_STRING, &[0; 127])[..2], [4, 127]);
        assert_eq!(tlv(OCTET_STRING, &[0; 128])[..3], [4, 0x81, 128]);
        assert_eq!(tlv(OCTET_STRING, &[0; 300])[..4], [4, 0x82, 1, 44]);
    }

    #[test]
    fn a_number_with_its_first_bit_set_stays_positive() {
        assert_eq!(positive(&[0x80]), [2, 2, 0, 0x80]);
        assert_eq!(positive(&[0x7f]), [2, 1, 0x7f]);
    }
}
