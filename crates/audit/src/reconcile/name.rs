//! Takes an opening, a source and a part, gives the name that every request of that question begins with; each request then
//! has a UUID of its own that nobody without the key can make, and that we know again. Names no person.
//! Source: RFC 9562 (UUIDv8); FIPS 198-1 (HMAC); docs/decisions/0036.

use crate::{OpeningId, seal};
use aws_lc_rs::hmac;
use std::fmt;

/// Of the sixteen bytes, those that name the question; the others tell its requests apart.
const NAMED: usize = 10;
const DOMAIN: &str = "shcr-request-v1";

/// Gives questions their names, under a key derived from the store's.
#[derive(Clone)]
pub struct RequestNames(hmac::Key);

/// What the requests of one question have in common: 74 bits of an HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestName([u8; NAMED]);

impl RequestNames {
    /// The same key gives the same names on every replica. `None` where nothing can be derived.
    pub fn derive(key: &[u8; 32]) -> Option<Self> {
        let derived = seal::derived(key, "request-names").ok()?;
        Some(Self(hmac::Key::new(hmac::HMAC_SHA256, &derived)))
    }

    /// `opening` as it travels with the question; `part` as in the entry's key.
    pub fn of(&self, opening: &str, source: &str, part: u32) -> RequestName {
        let mut context = hmac::Context::with_key(&self.0);
        for field in [DOMAIN, opening, source] {
            context.update(field.as_bytes());
            context.update(&[0]);
        }
        context.update(&part.to_be_bytes());
        let tag = context.sign();
        let mut name = [0; NAMED];
        name.iter_mut().zip(tag.as_ref()).for_each(|(into, from)| *into = *from);
        RequestName(name).as_version_8()
    }
}

impl fmt::Debug for RequestNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequestNames(…)")
    }
}

impl RequestName {
    /// One request's id: a UUIDv8 that begins with the name. `random`: another for each request.
    pub fn id(self, random: [u8; 6]) -> String {
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(self.0.iter().chain(&random)).for_each(|(into, from)| *into = *from);
        OpeningId::from_bytes(bytes).into()
    }

    /// The name in a request's id, whoever made it; `None` where it is no UUIDv8.
    pub fn in_id(id: &str) -> Option<Self> {
        let uuid = OpeningId::parse(&id.to_ascii_lowercase()).ok()?;
        let digits: String = uuid.as_str().chars().filter(|digit| *digit != '-').collect();
        let bytes: [u8; 16] = crate::hash::unhex(&digits)?;
        let mut name = [0; NAMED];
        name.iter_mut().zip(bytes).for_each(|(into, from)| *into = from);
        (Self(name).as_version_8() == Self(name)).then_some(Self(name))
    }

    fn as_version_8(mut self) -> Self {
        let [.., version, _, variant, _] = &mut self.0;
        *version = 0x80 | (*version & 0x0f);
        *variant = 0x80 | (*variant & 0x3f);
        self
    }
}
