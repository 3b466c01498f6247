//! Takes the configuration of the newer national route to practices, gives its address and our token for it; refuses one
//! without the other. Source: NHS England clinical data gateway API 0.1.0.

use crate::{
    source::{self, ConfigFault, NationalConfig, Place},
    wire,
};
use reqwest::{Url, header::HeaderValue};
use std::path::Path;

/// The gateway that finds the practice itself.
#[derive(Clone)]
pub(crate) struct Gateway {
    pub(crate) url: Url,
    /// `Bearer …`, ours: the professional's own token is not carried yet.
    pub(crate) token: HeaderValue,
}

impl Gateway {
    /// `None` where it is not set up; then no source may name it.
    pub(crate) fn new(config: &NationalConfig) -> Result<Option<Self>, ConfigFault> {
        let Some(url) = &config.gateway_url else {
            return Ok(None);
        };
        let at = Place::national("gateway_token_file");
        let Some(token) = &config.gateway_token_file else {
            return Err(ConfigFault::Empty { at });
        };
        let url = source::base_url(Place::national("gateway_url"), url)?;
        Ok(Some(Self { url, token: bearer(at, token)? }))
    }
}

fn bearer(at: Place, path: &Path) -> Result<HeaderValue, ConfigFault> {
    let token = wire::key_file(at.clone(), path)?;
    let bearer = token.to_str().ok().and_then(|token| wire::secret(&format!("Bearer {token}")));
    bearer.ok_or_else(|| ConfigFault::Key { at, path: path.to_owned() })
}
