//! The national look-ups: who the person is, and where their practice answers. They are sources in one respect: each
//! has its own pool, its own guard and its own deadline, so that neither can hold an opening up (HAZ-035).

use crate::{
    auth::Credentials,
    guard::{Agreed, Guard, Turns},
    limits::Limits,
    source::{self, Addresses, ConfigFault, NationalConfig, Place, Tls},
    wire::{self, Lines},
};
use reqwest::Url;

/// The person, traced.
pub(crate) mod pds;
/// A practice's endpoint.
pub(crate) mod sds;
/// The newer route to practices.
pub(crate) mod gateway;
/// The unsigned token that names the professional to whom the proxy leads.
pub(crate) mod token;

/// Everything national, built once.
pub(crate) struct National {
    pub(crate) pds: pds::Pds,
    pub(crate) sds: sds::Sds,
    /// The proxy before the practices.
    pub(crate) ssp: Url,
    /// Our own accredited system identifier.
    pub(crate) asid: String,
    /// The newer route to practices, where it is set up.
    pub(crate) gateway: Option<gateway::Gateway>,
    /// Our identity towards the practices' side, and its authorities.
    pub(crate) tls: Option<Tls>,
    /// Where the names of that side may lead.
    pub(crate) addresses: Addresses,
}

impl National {
    pub(crate) fn new(config: &NationalConfig, limits: &Limits, lines: &Lines) -> Result<Self, ConfigFault> {
        Ok(Self {
            pds: pds(config, limits, lines)?,
            sds: sds(config, limits, lines)?,
            ssp: source::base_url(Place::national("ssp_url"), &config.ssp_url)?,
            asid: config.asid.clone(),
            gateway: gateway::Gateway::new(config)?,
            tls: config.tls.clone(),
            addresses: config.addresses.clone(),
        })
    }
}

fn pds(config: &NationalConfig, limits: &Limits, lines: &Lines) -> Result<pds::Pds, ConfigFault> {
    let place = Place::national("pds_per_second");
    let per_second = usize::try_from(config.pds_per_second).ok().filter(|rate| *rate > 0);
    let client = lines.line(limits, config.tls.as_ref(), None, &config.addresses)?;
    let oauth2 = config.pds_oauth2.as_ref();
    let credentials = oauth2.map(|oauth2| Credentials::oauth2(oauth2, None, client.clone())).transpose()?;
    Ok(pds::Pds {
        base: source::base_url(Place::national("pds_url"), &config.pds_url)?,
        credentials: credentials.unwrap_or_default(),
        turns: Turns::new(per_second.ok_or(ConfigFault::Zero { at: place })?),
        guard: Guard::new(limits, Agreed::ours(limits.ceiling)),
        client,
    })
}

fn sds(config: &NationalConfig, limits: &Limits, lines: &Lines) -> Result<sds::Sds, ConfigFault> {
    let key = config.sds_api_key_file.as_deref();
    let key = key.map(|path| wire::key_file(Place::national("sds_api_key_file"), path)).transpose()?;
    let kept = config.keep_endpoints.as_deref().map(|text| {
        let at = Place::national("keep_endpoints");
        source::duration(text).ok_or_else(|| ConfigFault::Duration { at, text: text.to_owned() })
    });
    Ok(sds::Sds {
        client: lines.line(limits, config.tls.as_ref(), None, &config.addresses)?,
        base: source::base_url(Place::national("sds_url"), &config.sds_url)?,
        api_key: key,
        guard: Guard::new(limits, Agreed::ours(limits.ceiling)),
        kept: sds::kept::Kept::new(kept.transpose()?),
    })
}
