//! When certificates run out: takes a text in PEM, gives the soonest end among the certificates in it; reads nothing else of them, and
//! believes none for it. Source: RFC 5280 sections 4.1 and 4.1.2.5; X.690.

use jiff::{civil::DateTime, tz::TimeZone};
use rustls::pki_types::{CertificateDer, pem::PemObject};

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// Seconds since 1970, of the one that runs out first. `None`: there is no certificate in it, or one that is none.
pub fn soonest_end(pem: &[u8]) -> Option<i64> {
    let ends = CertificateDer::pem_slice_iter(pem).map(|certificate| end(certificate.ok()?.as_ref()));
    ends.collect::<Option<Vec<i64>>>()?.into_iter().min()
}

/// `notAfter` of one in DER.
fn end(certificate: &[u8]) -> Option<i64> {
    let (signed, _) = take(certificate, SEQUENCE)?;
    let (mut rest, _) = take(signed, SEQUENCE)?;
    if let Some((_, after)) = take(rest, VERSION) {
        rest = after;
    }
    // Serial number, algorithm of the signature, issuer.
    for tag in [INTEGER, SEQUENCE, SEQUENCE] {
        (_, rest) = take(rest, tag)?;
    }
    let (validity, _) = take(rest, SEQUENCE)?;
    let (_, after) = moment(validity)?;
    moment(after).map(|(end, _)| end)
}

/// What an element of that tag holds, and what follows it.
fn take(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        // As many bytes of length, the largest first.
        0x81..=0x84 => {
            let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    (*found == tag).then(|| rest.split_at_checked(length)).flatten()
}

/// A time in either of the forms there are, and what follows it.
fn moment(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let (text, century, rest) = match take(bytes, UTC_TIME) {
        Some((text, rest)) => (text, true, rest),
        None => take(bytes, GENERALIZED_TIME).map(|(text, rest)| (text, false, rest))?,
    };
    let digits = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    // Two digits of a year are of 1950 to 2049.
    let whole = match (century, digits.as_bytes().first()?) {
        (true, b'0'..=b'4') => format!("20{digits}"),
        (true, _) => format!("19{digits}"),
        (false, _) => digits.to_owned(),
    };
    let at = DateTime::strptime("%Y%m%d%H%M%S", &whole).ok()?;
    Some((at.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second(), rest))
}

#[cfg(test)]
mod tests {
    //! Ends of certificates as they are made, and of what is none.

    use super::*;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    fn pem(year: i32) -> String {
        let mut params = CertificateParams::new(vec!["gateway.example".to_owned()]).unwrap();
        params.not_after = date_time_ymd(year, 2, 28);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
    }

    #[test]
    fn the_soonest_end_of_a_file_is_read_in_either_form_of_time() {
        // 28 February 2031 and 2061, at midnight; years from 2050 on are written with four digits.
        assert_eq!(soonest_end(pem(2031).as_bytes()), Some(1_930_003_200));
        assert_eq!(soonest_end(pem(2061).as_bytes()), Some(2_876_774_400));
        assert_eq!(soonest_end(format!("{}{}", pem(2061), pem(2031)).as_bytes()), Some(1_930_003_200));
    }

    #[test]
    fn what_is_no_certificate_or_is_cut_anywhere_has_no_end() {
        assert_eq!(soonest_end(b""), None);
        assert_eq!(soonest_end(b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"), None);
        let whole = CertificateDer::from_pem_slice(pem(2031).as_bytes()).unwrap();
        let all = end(&whole);
        assert!(all.is_some());
        let cut = (0..whole.len()).filter_map(|length| end(whole.get(..length)?));
        assert_eq!(cut.count(), 0);
    }
}
