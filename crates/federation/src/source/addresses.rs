//! Where a name may lead: takes the address ranges agreed with a partner, says of an address whether a connection may be made to it. Public
//! addresses always, others only where they are listed; those of a machine's own metadata service, of everybody and of nobody never.
//! Source: RFC 6890, RFC 4291, RFC 6598, RFC 4193.

use serde::{Deserialize, Deserializer, de::Error};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// Ranges that are no public addresses and may be connected to all the same: `10.20.0.0/16`, `fd12:3456::/32`, one address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addresses(Vec<Range>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    network: IpAddr,
    bits: u8,
}

impl Addresses {
    /// Whether a name may lead there.
    pub(crate) fn allow(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        !is_never(address) && (is_public(address) || self.0.iter().any(|range| range.holds(address)))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Range {
    fn holds(&self, address: IpAddr) -> bool {
        match (self.network, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                network.to_bits() & mask == address.to_bits() & mask
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0);
                network.to_bits() & mask == address.to_bits() & mask
            }
            _ => false,
        }
    }
}

impl FromStr for Range {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (network, bits) = match text.split_once('/') {
            Some((network, bits)) => (network, Some(bits.parse().map_err(|_| ())?)),
            None => (text, None),
        };
        let network: IpAddr = network.parse().map_err(|_| ())?;
        let most = if network.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        if bits <= most { Ok(Self { network, bits }) } else { Err(()) }
    }
}

impl<'de> Deserialize<'de> for Addresses {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let texts = Vec::<String>::deserialize(reader)?;
        let range = |text: &String| {
            text.parse().map_err(|()| {
                D::Error::custom(format!("`{text}` is no range of addresses, such as `10.20.0.0/16`"))
            })
        };
        texts.iter().map(range).collect::<Result<_, _>>().map(Self)
    }
}

/// Whatever is configured: nobody's partner answers there.
fn is_never(address: IpAddr) -> bool {
    match address {
        // Link-local, where clouds keep their machines' credentials.
        IpAddr::V4(address) => {
            address.is_link_local()
                || address.is_multicast()
                || address.is_broadcast()
                || is_this_network(address)
        }
        IpAddr::V6(address) => {
            address.is_unicast_link_local()
                || address.is_multicast()
                || address.is_unspecified()
                // The same service's address of some clouds, within the private range.
                || address == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)
                || embedded(address).is_some_and(|inner| is_never(IpAddr::V4(inner)))
        }
    }
}

fn is_this_network(address: Ipv4Addr) -> bool {
    matches!(address.octets(), [0, ..])
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            let is_special =
                matches!((a, b, c), (100, 64..=127, _) | (192, 0, 0) | (198, 18..=19, _) | (240..=255, _, _));
            !(is_special
                || is_this_network(address)
                || address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_multicast()
                || address.is_documentation())
        }
        IpAddr::V6(address) => {
            let [first, second, ..] = address.segments();
            let is_global = first & 0xe000 == 0x2000 && (first, second) != (0x2001, 0x0db8);
            is_global && embedded(address).is_none_or(|inner| is_public(IpAddr::V4(inner)))
        }
    }
}

/// The IPv4 address that a translator takes out of this one.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    match address.segments() {
        [0x2002, a, b, ..] | [0x64, 0xff9b, 0, 0, 0, 0, a, b] => {
            Some(Ipv4Addr::from_bits(u32::from(a) << 16 | u32::from(b)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    //! Which addresses are whose.

    use super::*;

    fn list(ranges: &[&str]) -> Addresses {
        Addresses(ranges.iter().map(|text| text.parse().unwrap()).collect())
    }

    fn allowed(list: &Addresses, address: &str) -> bool {
        list.allow(address.parse().unwrap())
    }

    // shows: F5, A37
    #[test]
    fn public_addresses_are_open_others_only_where_they_are_listed_and_some_never() {
        let (none, listed) = (Addresses::default(), list(&["10.20.0.0/16", "127.0.0.1", "fd12:3456::/32"]));
        for public in ["1.1.1.1", "51.140.0.1", "172.32.0.1", "192.169.0.1", "2a01:4f8::1"] {
            assert!(allowed(&none, public) && allowed(&listed, public), "{public}");
        }
        for private in ["10.20.255.1", "127.0.0.1", "fd12:3456::9", "::ffff:10.20.0.1"] {
            assert!(!allowed(&none, private) && allowed(&listed, private), "HAZ-041: {private}");
        }
        let strangers = [
            "10.21.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "127.0.0.2",
            "100.64.0.1",
            "198.18.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "240.0.0.1",
            "::1",
            "fd12:3457::1",
            "2001:db8::1",
            "2002:0a00:0001::1",
            "64:ff9b::a00:1",
            "fec0::1",
        ];
        for stranger in strangers {
            assert!(!allowed(&none, stranger) && !allowed(&listed, stranger), "HAZ-041: {stranger}");
        }
        let everything = list(&["0.0.0.0/0", "::/0"]);
        for never in [
            "169.254.169.254",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "fe80::1",
            "ff02::1",
            "::",
            "fd00:ec2::254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
        ] {
            assert!(!allowed(&everything, never), "HAZ-041: {never}");
        }
        assert!(allowed(&everything, "10.0.0.1") && allowed(&everything, "::1"));
    }

    #[test]
    fn a_range_is_an_address_and_as_many_bits_as_it_has() {
        for wrong in ["10.0.0.0/33", "::/129", "10.0.0/8", "acute.example", "", "10.0.0.0/", "10.0.0.0/-1"] {
            assert!(wrong.parse::<Range>().is_err(), "{wrong}");
        }
        assert!(
            allowed(&list(&["10.0.0.1/32"]), "10.0.0.1") && !allowed(&list(&["10.0.0.1/32"]), "10.0.0.2")
        );
    }
}
