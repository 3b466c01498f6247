//! Takes what happened in a session of the host, tells the gateway so over the back channel, so that what it shows beside the
//! host's own record is never another person's. A gateway that does not listen keeps nobody from their work here.
//! Source: access paper, section 4 (6).

use super::{
    CLIENT_ID,
    launch::{LIFE_S, LaunchFault, Launcher, PATIENCE, nonce},
    sessions::Session,
};
use serde_json::json;

/// What the gateway wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// Another person's chart was opened.
    PatientChanged,
    UserOut,
}

impl Event {
    fn name(self) -> &'static str {
        match self {
            Self::PatientChanged => "patient-changed",
            Self::UserOut => "user-out",
        }
    }
}

impl Launcher {
    /// Waits for the answer: the next chart is drawn once the last one's view is known to have ended.
    pub(super) async fn tell(&self, session: &Session, event: Event) {
        if let Err(fault) = self.told(session, event).await {
            tracing::warn!(fault = %fault, event = event.name(), "the gateway did not hear of it");
        }
    }

    async fn told(&self, session: &Session, event: Event) -> Result<(), LaunchFault> {
        let now = crate::clock::now().as_second();
        let claims = json!({
            "iss": CLIENT_ID,
            "aud": self.gateway.event_audience,
            "iat": now,
            "exp": now + LIFE_S,
            "jti": nonce()?,
            "host_session": session.id,
            "event": event.name(),
        });
        let token = self.key.sign("shcr-event+jwt", &claims).map_err(|_| LaunchFault::Sign)?;
        let form = [("event", token)];
        let sent = self.gateway.client.post(&self.gateway.event_url).timeout(PATIENCE).form(&form).send();
        let status = sent.await.map_err(|_| LaunchFault::Silent)?.status();
        if status.is_success() { Ok(()) } else { Err(LaunchFault::Refused(status.as_str().to_owned())) }
    }
}
