//! The national look-ups: who the person is, and where their practice answers. They are sources in one respect: each
//! has its own pool, its own guard and its own deadline, so that neither can hold an opening up (HAZ-035).

use crate::{
    guard::Guard,
    limits::Limits,
    source::{self, ConfigFault, NationalConfig},
    wire,
};
use reqwest::Url;

/// The person, traced.
pub(crate) mod pds;
/// A practice's endpoint.
pub(crate) mod sds;

/// Everything national, built once.
pub(crate) struct National {
    pub(crate) pds: pds::Pds,
    pub(crate) sds: sds::Sds,
    /// The proxy before the practices.
    pub(crate) ssp: Url,
    /// Our own accredited system identifier.
    pub(crate) asid: String,
}

impl National {
    pub(crate) fn new(config: &NationalConfig, limits: &Limits) -> Result<Self, ConfigFault> {
        let pds = pds::Pds {
            client: wire::client(limits).map_err(ConfigFault::Client)?,
            base: source::base_url("pds_url", &config.pds_url)?,
            guard: Guard::new(limits, None),
        };
        let sds = sds::Sds {
            client: wire::client(limits).map_err(ConfigFault::Client)?,
            base: source::base_url("sds_url", &config.sds_url)?,
            api_key: config.sds_api_key_file.as_deref().map(wire::key_file).transpose()?,
            guard: Guard::new(limits, None),
        };
        Ok(Self { pds, sds, ssp: source::base_url("ssp_url", &config.ssp_url)?, asid: config.asid.clone() })
    }
}
