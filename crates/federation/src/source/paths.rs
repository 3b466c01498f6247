//! Takes a configuration, gives every file it names, so that whoever read it can say where relative ones start.

use super::{Keeper, NationalConfig, OAuth2, SourceConfig, Tls};
use std::path::PathBuf;

impl SourceConfig {
    /// Key, certificate and authority files.
    pub fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let oauth2 = self.oauth2.as_mut().map(OAuth2::path_mut);
        let own = self.api_key_file.iter_mut().chain(oauth2);
        let keepers = self.retrieve_from.iter_mut().flat_map(Keeper::paths_mut);
        let subjects = self.access_log.iter_mut().flat_map(|log| &mut log.subject_key_file);
        let own = own.chain(subjects);
        own.chain(self.tls.iter_mut().flat_map(Tls::paths_mut)).chain(keepers)
    }
}

impl Keeper {
    fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let oauth2 = self.oauth2.as_mut().map(OAuth2::path_mut);
        self.api_key_file.iter_mut().chain(oauth2).chain(self.tls.iter_mut().flat_map(Tls::paths_mut))
    }
}

impl NationalConfig {
    /// Key, certificate and authority files.
    pub fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let oauth2 = self.pds_oauth2.as_mut().map(OAuth2::path_mut);
        let keys = self.sds_api_key_file.iter_mut().chain(&mut self.gateway_token_file);
        keys.chain(oauth2).chain(self.tls.iter_mut().flat_map(Tls::paths_mut))
    }
}

impl OAuth2 {
    fn path_mut(&mut self) -> &mut PathBuf {
        &mut self.key_file
    }
}

impl Tls {
    pub(crate) fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        self.identity_file.iter_mut().chain(&mut self.ca_file)
    }
}
