//! The encrypted addresses of a host that can do no better: takes the registration of one organisation's key, with its end
//! date, networks and field names; refuses a key without an end, and fields without which nobody could be told apart.
//! Source: FIPS 197, NIST SP 800-38A section 6.2 (CBC); RFC 4632 (networks).

use super::Wrong;
use crate::organisation::{Organisation, Organisations};
use fhir::OdsCode;
use jiff::civil::Date;
use serde::Deserialize;
use std::{collections::BTreeMap, net::IpAddr, path::PathBuf};

/// `[[hosts.legacy]]`: one organisation.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegacyConfig {
    pub organisation: OdsCode,
    /// 16 or 32 bytes as hexadecimal digits.
    pub key_file: PathBuf,
    /// 16 bytes as hexadecimal digits: fixed, as such systems have it.
    pub iv: String,
    /// The last day on which it is taken.
    pub until: String,
    /// From where alone it may come: `10.20.0.0/16`.
    pub networks: Vec<String>,
    /// The one query parameter.
    pub parameter: String,
    #[serde(default)]
    pub encoding: Encoding,
    /// Between fields of the decrypted text.
    #[serde(default = "ampersand")]
    pub separator: String,
    /// Our names (`nhs_number`, `birth_date`, `family`, `given`, `gender`, `user`, `user_name`, `role`, `timestamp`, `host_session`)
    /// with the host's names for them.
    pub fields: BTreeMap<Field, String>,
    /// As `strftime` writes it.
    #[serde(default = "iso_date")]
    pub date_format: String,
    /// As `strftime` writes it; without an offset it is London's time.
    #[serde(default = "iso_time")]
    pub timestamp_format: String,
    /// The host's words for `male`, `female`, `other` and `unknown`.
    #[serde(default)]
    pub genders: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    #[default]
    Base64,
    Hex,
}

/// What an address says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    NhsNumber,
    BirthDate,
    Family,
    Given,
    Gender,
    User,
    UserName,
    Role,
    Timestamp,
    HostSession,
}

/// Without these nobody is named, or nothing is known of when.
const REQUIRED: [Field; 9] = [
    Field::NhsNumber,
    Field::BirthDate,
    Field::Family,
    Field::Given,
    Field::Gender,
    Field::User,
    Field::UserName,
    Field::Role,
    Field::Timestamp,
];

fn ampersand() -> String {
    "&".to_owned()
}

fn iso_date() -> String {
    "%Y-%m-%d".to_owned()
}

fn iso_time() -> String {
    "%Y-%m-%dT%H:%M:%S%:z".to_owned()
}

/// One organisation's addresses, ready to be read.
#[derive(Clone)]
pub(crate) struct Legacy {
    pub(crate) organisation: Organisation,
    pub(crate) key: Vec<u8>,
    pub(crate) iv: [u8; 16],
    pub(crate) until: Date,
    pub(crate) networks: Vec<Network>,
    pub(crate) written: LegacyConfig,
}

impl std::fmt::Debug for Legacy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Legacy({}, until {})", self.organisation.ods, self.until)
    }
}

impl Legacy {
    pub(super) fn register(config: &LegacyConfig, known: &Organisations) -> Result<Self, Wrong> {
        let wrong = |key, what, fix| Err(Wrong::new(key, what, fix));
        let Some(organisation) = known.find(&config.organisation).cloned() else {
            return wrong(
                "legacy",
                "names an organisation the agreement does not know",
                "add it to organisations.csv",
            );
        };
        let Ok(until) = config.until.parse() else {
            return wrong("legacy", "its end is not a date", "write `until = \"2027-03-31\"`");
        };
        let networks: Option<Vec<_>> = config.networks.iter().map(|text| Network::parse(text)).collect();
        let Some(networks) = networks.filter(|all| !all.is_empty()) else {
            return wrong(
                "legacy",
                "names no network, or one that cannot be read",
                "write `networks = [\"10.20.0.0/16\"]`",
            );
        };
        if !REQUIRED.iter().all(|field| config.fields.contains_key(field)) {
            return wrong(
                "legacy",
                "a field is missing without which nobody can be told apart",
                "name nhs_number, birth_date, family, given, gender, user, user_name, role and timestamp",
            );
        }
        let key = std::fs::read_to_string(&config.key_file).ok().and_then(|text| unhex(text.trim()));
        let Some(key) = key.filter(|key| matches!(key.len(), 16 | 32)) else {
            return wrong(
                "legacy",
                "its key file does not hold 32 or 64 hexadecimal digits",
                "check `key_file`",
            );
        };
        let Some(iv) = unhex(&config.iv).and_then(|iv| iv.try_into().ok()) else {
            return wrong("legacy", "its `iv` is not 32 hexadecimal digits", "write 16 bytes in hexadecimal");
        };
        if config.parameter.is_empty() || config.separator.is_empty() {
            return wrong("legacy", "the parameter and the separator are required", "write both");
        }
        Ok(Self { organisation, key, iv, until, networks, written: config.clone() })
    }
}

/// Pairs of hexadecimal digits, and nothing else.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(pair).collect()
}

/// A block of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let (address, prefix): (IpAddr, u32) = (address.parse().ok()?, prefix.parse().ok()?);
        let longest = if address.is_ipv4() { 32 } else { 128 };
        (prefix <= longest).then_some(Self { address, prefix })
    }

    /// An IPv4 address written as IPv6 is the same address.
    pub(crate) fn holds(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                agrees(u32::from(own).into(), u32::from(other).into(), 32 - self.prefix)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => agrees(own.into(), other.into(), 128 - self.prefix),
            _ => false,
        }
    }
}

fn agrees(own: u128, other: u128, free_bits: u32) -> bool {
    let fixed = |bits: u128| bits.checked_shr(free_bits).unwrap_or(0);
    fixed(own) == fixed(other)
}

#[cfg(test)]
mod tests {
    //! Which addresses a network holds.

    use super::*;

    #[test]
    fn a_network_holds_its_own_addresses_and_no_others() {
        for (network, inside, outside) in [
            ("10.20.0.0/16", "10.20.255.1", "10.21.0.1"),
            ("192.0.2.7/32", "192.0.2.7", "192.0.2.8"),
            ("2001:db8::/32", "2001:db8:1::1", "2001:db9::1"),
            ("10.0.0.0/8", "::ffff:10.1.1.1", "::ffff:11.1.1.1"),
        ] {
            let network = Network::parse(network).unwrap();
            assert!(network.holds(inside.parse().unwrap()) && !network.holds(outside.parse().unwrap()));
        }
        assert!(Network::parse("0.0.0.0/0").unwrap().holds("203.0.113.9".parse().unwrap()));
        for wrong in ["10.0.0.0", "10.0.0.0/33", "x/8", "10.0.0.0/-1", "::/129"] {
            assert_eq!(Network::parse(wrong), None, "{wrong}");
        }
    }
}
