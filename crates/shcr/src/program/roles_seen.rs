//! Watches the roles that hosts send: one that was never seen before, a professional whose role sees more than at the last
//! launch, and a user id that is nobody's. Never stops a launch: a map that two people approved says what the role may see.
//! Source: audit.md, rule PO-25.

use super::{Program, alerts::Rule};
use crate::clock;
use access::{Launch, Role};

/// What a note is about.
const HOST_ROLE: &str = "host-role";
const LAST_ROLE: &str = "last-role";
/// A role nobody has used for longer is new again.
const REMEMBERED_MS: i64 = 400 * 24 * 60 * 60 * 1000;

impl Program {
    /// After a launch was admitted.
    pub(super) async fn watch_roles(&self, launch: &Launch) {
        let Some(role) = launch.role else { return };
        let organisation = launch.organisation.ods.as_str();
        for claim in &launch.role_claims {
            let name = format!("{} {organisation} {claim}", launch.host);
            if self.renewed(HOST_ROLE, &name, b"").await.is_none() {
                let what = "a host's role was seen for the first time";
                self.raise(Rule::NewRole, &launch.id, what).await;
            }
        }
        let name = format!("{} {organisation} {}", launch.host, launch.practitioner.host_sub);
        let before = self.renewed(LAST_ROLE, &name, role.name().as_bytes()).await;
        let before = before.and_then(|bytes| Role::parse(&String::from_utf8(bytes).ok()?));
        if before.is_some_and(|before| self.policy().is_raised(before, role)) {
            let what = "a professional's role sees more than at the last launch";
            self.raise(Rule::NewRole, &format!("{} raised", launch.id), what).await;
        }
    }

    /// What was noted, now noted anew. A store that does not answer is as one that knows: there is an alarm for that.
    async fn renewed(&self, what: &'static str, name: &str, content: &[u8]) -> Option<Vec<u8>> {
        let now = clock::millis();
        let Ok(before) = self.store.note(what, name, now).await else { return Some(Vec::new()) };
        if self.store.put_note(what, name, content, now.plus_ms(REMEMBERED_MS)).await.is_err() {
            tracing::warn!("a role could not be noted as seen");
        }
        before
    }
}
