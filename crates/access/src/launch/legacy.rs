//! Takes an encrypted address of a host that can build nothing better, gives a launch that is trusted with almost nothing:
//! assurance 0, the record open at the host as its only evidence. The cipher proves nobody's hand, so everything in the text
//! must be a field we know, readable to its last character; a changed block never is. That an address is used once is the
//! store's to check. Source: NIST SP 800-38A section 6.2; RFC 5652 section 6.3 (padding); access.md section 1 (E).

use super::{
    Asked, Declined, Evidence, Launch, LaunchFacts, Particulars, Person, Practitioner, Purpose, Route,
    claims, signed::Accepted,
};
use crate::{
    host::{Encoding, Field, Host, Hosts, Legacy, unhex},
    jwt::Fault,
    role::{Claimed, Smartcard},
    session,
};
use aws_lc_rs::{
    cipher::{AES_128, AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey},
    iv::FixedLength,
};
use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use fhir::{FhirDate, NhsNumber};
use jiff::{Timestamp, fmt::strtime::BrokenDownTime};
use std::{collections::BTreeMap, net::IpAddr};

/// An address longer than this is nobody's.
const QUERY_MAX: usize = 8 * 1024;
/// The stated moment may be this long ago, or as far ahead.
const AGE_S: i64 = 60;
/// A used address is remembered this long; it would be refused for its age after a minute.
const REMEMBERED_S: i64 = 24 * 60 * 60;
/// The parameter that says whose key, where a host has several.
const ORGANISATION: &str = "org";

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(false);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// What a browser was sent to us with.
#[derive(Clone, Copy)]
pub struct Address<'a> {
    /// The host's client id, from the path.
    pub host: &'a str,
    pub query: &'a str,
    pub from: Option<IpAddr>,
}

/// `training` accepts only numbers of the test range; live refuses them.
pub fn accept(
    address: Address<'_>,
    hosts: &Hosts,
    training: bool,
    now: Timestamp,
) -> Result<Accepted, Declined> {
    let host = hosts.find(address.host).ok_or_else(|| Declined::new(None, Fault("host")))?;
    let asked = Asked { token_url: "", training, now };
    launch(address, host, asked).map_err(|fault| Declined::new(Some(&host.client_id), fault))
}

fn launch(address: Address<'_>, host: &Host, asked: Asked<'_>) -> Result<Accepted, Fault> {
    if !host.flows.contains(&Route::Legacy) {
        return Err(Fault("flow"));
    }
    let query = Query::read(address.query)?;
    let legacy = query.key_of(host)?;
    if fhir::date::london(asked.now).date() > legacy.until {
        return Err(Fault("the end date is past"));
    }
    if !address.from.is_some_and(|from| legacy.networks.iter().any(|network| network.holds(from))) {
        return Err(Fault("network"));
    }
    let ciphertext = query.ciphertext(legacy)?;
    let text = decrypt(legacy, &ciphertext)?;
    let fields = Fields::read(&text, legacy)?;
    fields.check_moment(asked.now)?;
    let assertion_hash = session::hash(&ciphertext);
    let facts = fields.facts(host, asked)?;
    Ok(Accepted {
        launch: Launch::new(LaunchFacts { assertion_hash: session::hex(&assertion_hash), ..facts }),
        issuer: format!("legacy {}", host.client_id),
        jti_hash: assertion_hash,
        expires_s: asked.now.as_second() + REMEMBERED_S,
    })
}

/// The parameters, each at most once.
struct Query(BTreeMap<String, String>);

impl Query {
    fn read(text: &str) -> Result<Self, Fault> {
        if text.len() > QUERY_MAX {
            return Err(Fault("size"));
        }
        let url = reqwest::Url::parse(&format!("http://localhost/?{text}")).map_err(|_| Fault("query"))?;
        let mut parameters = BTreeMap::new();
        for (name, value) in url.query_pairs() {
            if parameters.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(Fault("query"));
            }
        }
        Ok(Self(parameters))
    }

    /// An organisation is named by its key and never by what a text says, so that none can name another's users (HAZ-047).
    fn key_of<'h>(&self, host: &'h Host) -> Result<&'h Legacy, Fault> {
        match (self.0.get(ORGANISATION), host.legacy.as_slice()) {
            (Some(ods), all) => all.iter().find(|one| one.organisation.ods.as_str() == ods),
            (None, [only]) => Some(only),
            (None, _) => None,
        }
        .ok_or(Fault("organisation"))
    }

    fn ciphertext(&self, legacy: &Legacy) -> Result<Vec<u8>, Fault> {
        const FAULT: Fault = Fault("parameter");
        let known = |name: &String| *name == legacy.written.parameter || name == ORGANISATION;
        if !self.0.keys().all(known) {
            return Err(FAULT);
        }
        let text = self.0.get(&legacy.written.parameter).ok_or(FAULT)?;
        let bytes = match legacy.written.encoding {
            Encoding::Hex => unhex(text),
            // A `+` that was not escaped arrives as a space.
            Encoding::Base64 => {
                let text = text.replace(' ', "+");
                STANDARD.decode(&text).or_else(|_| URL_SAFE.decode(&text)).ok()
            }
        };
        bytes.filter(|bytes| !bytes.is_empty() && bytes.len() % 16 == 0).ok_or(FAULT)
    }
}

/// Every failure is one fault: which step it was would help whoever tries.
fn decrypt(legacy: &Legacy, ciphertext: &[u8]) -> Result<String, Fault> {
    const FAULT: Fault = Fault("encryption");
    let algorithm = if legacy.key.len() == 16 { &AES_128 } else { &AES_256 };
    let key = UnboundCipherKey::new(algorithm, &legacy.key).map_err(|_| FAULT)?;
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(key).map_err(|_| FAULT)?;
    let mut bytes = ciphertext.to_vec();
    let plain =
        key.decrypt(&mut bytes, DecryptionContext::Iv128(FixedLength::from(legacy.iv))).map_err(|_| FAULT)?;
    let text = std::str::from_utf8(plain).map_err(|_| FAULT)?;
    let readable = |c: char| c == ' ' || (!c.is_control() && !c.is_whitespace() && c != '\u{fffd}');
    if text.chars().all(readable) { Ok(text.to_owned()) } else { Err(FAULT) }
}

/// Every field once, none that is not registered.
struct Fields<'a> {
    values: BTreeMap<Field, String>,
    legacy: &'a Legacy,
}

impl<'a> Fields<'a> {
    fn read(text: &str, legacy: &'a Legacy) -> Result<Self, Fault> {
        let mut values = BTreeMap::new();
        for pair in text.split(&legacy.written.separator) {
            let (name, value) = pair.split_once('=').ok_or(Fault("encryption"))?;
            let known = legacy.written.fields.iter().find(|(_, theirs)| *theirs == name);
            let (field, _) = known.ok_or(Fault("encryption"))?;
            if values.insert(*field, value.trim().to_owned()).is_some() {
                return Err(Fault("field given twice"));
            }
        }
        Ok(Self { values, legacy })
    }

    /// Present, and fit for pages and audits.
    fn text(&self, field: Field) -> Result<String, Fault> {
        let value = self.values.get(&field).filter(|value| !value.is_empty() && value.len() <= 256);
        let hostile = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        value.filter(|value| !value.contains(hostile)).cloned().ok_or(Fault("field missing or unreadable"))
    }

    fn optional(&self, field: Field) -> Result<Option<String>, Fault> {
        self.values.contains_key(&field).then(|| self.text(field)).transpose()
    }

    fn check_moment(&self, now: Timestamp) -> Result<(), Fault> {
        let text = self.values.get(&Field::Timestamp).ok_or(Fault("timestamp missing"))?;
        let stated = BrokenDownTime::parse(&self.legacy.written.timestamp_format, text)
            .map_err(|_| Fault("timestamp missing"))?;
        let near = |moment: Timestamp| (now.as_second() - moment.as_second()).abs() <= AGE_S;
        let is_near = match stated.to_timestamp() {
            Ok(moment) => near(moment),
            Err(_) => {
                let local = stated.to_datetime().map_err(|_| Fault("timestamp missing"))?;
                let zone = fhir::date::london(now).time_zone().clone();
                // In the hour that is lived twice either may be meant.
                let stated = || zone.to_ambiguous_timestamp(local);
                [stated().earlier(), stated().later()].into_iter().flatten().any(near)
            }
        };
        if is_near { Ok(()) } else { Err(Fault("timestamp")) }
    }

    fn person(&self, training: bool) -> Result<Person, Fault> {
        const UNREADABLE: Fault = Fault("field missing or unreadable");
        let digits = self.text(Field::NhsNumber)?.replace([' ', '-'], "");
        let nhs_number = NhsNumber::parse(&digits).map_err(|_| UNREADABLE)?;
        // Test numbers in training, and there only (HAZ-054).
        if nhs_number.is_test() != training {
            return Err(UNREADABLE);
        }
        let written = &self.legacy.written;
        let date = BrokenDownTime::parse(&written.date_format, self.text(Field::BirthDate)?)
            .and_then(|date| date.to_date())
            .map_err(|_| UNREADABLE)?;
        let gender = self.text(Field::Gender)?;
        let gender = written.genders.get(&gender).cloned().unwrap_or(gender);
        if !["male", "female", "other", "unknown"].contains(&gender.as_str()) {
            return Err(UNREADABLE);
        }
        Ok(Person {
            nhs_number,
            birth_date: FhirDate::parse(&date.to_string()),
            family: self.text(Field::Family)?,
            given: self.text(Field::Given)?.split(' ').map(str::to_owned).collect(),
            gender,
            gp_ods: None,
            sensitive: false,
        })
    }

    fn practitioner(&self) -> Result<Practitioner, Fault> {
        let (host_sub, display) = (self.text(Field::User)?, self.text(Field::UserName)?);
        if claims::is_nobody(&host_sub) || claims::is_nobody(&display) {
            return Err(claims::SHARED_ACCOUNT);
        }
        Ok(Practitioner {
            local_user_id: Some(host_sub.clone()),
            host_sub,
            display,
            family: None,
            given: Vec::new(),
            title: None,
            sds_user_id: None,
            sds_role_profile_id: None,
            sds_job_role: None,
            registration: None,
        })
    }

    fn facts(&self, host: &Host, asked: Asked<'_>) -> Result<LaunchFacts, Fault> {
        let organisation = self.legacy.organisation.clone();
        let role_claims = vec![self.text(Field::Role)?];
        if !role_claims.iter().all(|role| claims::may_send(&host.roles_allowed, role)) {
            return Err(Fault("subject_role"));
        }
        let smartcard = Smartcard::default();
        let claimed = Claimed { claims: &role_claims, job_role: None, smartcard: &smartcard };
        let mapped = claims::mapped(host, &claimed, &organisation, asked);
        let evidence = Evidence { code: "host-open".to_owned(), service: None, since: None, reference: None };
        Ok(LaunchFacts {
            id: session::hex(&session::new_secret()),
            route: Route::Legacy,
            host: host.client_id.clone(),
            host_name: host.name.clone(),
            host_session: self.optional(Field::HostSession)?,
            frame_origins: host.frame_origins.clone(),
            practitioner: self.practitioner()?,
            role: mapped.map(|mapped| mapped.role),
            // Whatever the map says: nobody has proven who they are.
            emergency_access: false,
            demographics_only: mapped.is_some_and(|mapped| mapped.demographics_only),
            smartcard,
            role_claims,
            role_map_version: host.roles.version(),
            organisation,
            assurance: 0,
            auth_time_s: None,
            person: self.person(asked.training)?,
            purpose: Purpose::Treat,
            relationship: vec![evidence],
            reason: None,
            received_at: asked.now,
            assertion_hash: String::new(),
            configuration_hash: host.configuration_hash.clone(),
            signed_by: None,
            particulars: Particulars::default(),
        })
    }
}

#[cfg(test)]
mod tests;
