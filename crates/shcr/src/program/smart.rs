//! The SMART EHR launch: takes what a host's own system sends a browser with, gives the way to that host's server, and a session
//! when it comes back and everything holds; every refusal is recorded.

use super::{Program, provider::way};
use crate::clock;
use access::launch::{
    oidc::Callback,
    smart::{self, Door},
};
use web::gateway::{Admitted, Browser, Refused, provider::Away};

impl Program {
    /// `GET /launch/smart`.
    pub(super) async fn smart_begin(
        &self,
        iss: &str,
        launch: &str,
        browser: &Browser,
    ) -> Result<Away, Refused> {
        match smart::begin(self.smart_door(), iss, launch, way(browser)).await {
            Ok(begun) => self.send_away(begun, browser).await,
            Err(failure) => Err(self.smart_refused(failure, browser).await),
        }
    }

    /// `GET /launch/smart/callback/{host}`.
    pub(super) async fn smart_finish(
        &self,
        host: &str,
        callback: Callback,
        browser: &Browser,
    ) -> Result<Admitted, Refused> {
        let kept = self.kept(&callback).await?;
        if kept.is_none() {
            self.end_what_a_code_opened(host, &callback).await;
        }
        match smart::finish(self.smart_door(), host, (kept, way(browser)), callback).await {
            Ok(finished) => {
                if let Some(revocation) = finished.revocation {
                    // The professional does not wait for it.
                    tokio::spawn(revocation.send());
                }
                self.admit_launch(finished.launch, finished.code_hash, browser).await
            }
            Err(failure) => Err(self.smart_refused(failure, browser).await),
        }
    }

    /// Readable within the frame of the host it came from (HAZ-034).
    async fn smart_refused(&self, failure: access::launch::oidc::Failure, browser: &Browser) -> Refused {
        let host = failure.issuer.as_deref().and_then(|issuer| self.hosts.find(issuer));
        let frame_ancestor = host.and_then(|host| host.frame_origins.first().cloned());
        Refused { frame_ancestor, ..self.provider_refused(failure, browser).await }
    }

    fn smart_door(&self) -> Door<'_> {
        Door {
            hosts: &self.hosts,
            keys: &self.keys,
            public_url: &self.config.public_url,
            training: self.config.training,
            now: clock::now(),
        }
    }
}
