//! What everybody may read of us: where hosts' servers reach us and how they prove themselves, and our public keys.
//! Source: RFC 8414 section 2; RFC 8705 sections 3.3 and 5; RFC 7517.

use super::Program;
use access::host::Scope;
use serde_json::{Value, json};
use web::gateway::Published;

impl Program {
    pub(super) fn published(&self, what: Published) -> Value {
        match what {
            Published::Metadata => self.metadata(),
            Published::Keys => {
                self.own_keys.as_ref().map_or_else(|| json!({"keys": []}), |own| own.jwks().clone())
            }
        }
    }

    /// The token endpoint has one name, the audience of every assertion, whichever listener answers for it.
    fn metadata(&self) -> Value {
        let gives_fhir = self.hosts.all().any(|host| host.may_ask_for(Scope::Fhir));
        let scopes: &[&str] = if gives_fhir { &["launch", "fhir"] } else { &["launch"] };
        let mut metadata = json!({
            "issuer": self.config.public_url,
            "token_endpoint": self.config.token_url(),
            "jwks_uri": format!("{}/.well-known/jwks.json", self.config.public_url),
            "scopes_supported": scopes,
            "response_types_supported": [],
            "grant_types_supported": [
                "urn:ietf:params:oauth:grant-type:jwt-bearer",
                "urn:ietf:params:oauth:grant-type:token-exchange",
            ],
            "token_endpoint_auth_methods_supported": ["tls_client_auth", "private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": access::host::ALGORITHMS,
            "authorization_details_types_supported": ["shcr-launch"],
            "tls_client_certificate_bound_access_tokens": gives_fhir,
        });
        if let (Some(channel), Some(members)) = (&self.config.back_channel, metadata.as_object_mut()) {
            let alias = json!({"token_endpoint": format!("{}/oauth2/token", channel.url)});
            members.insert("mtls_endpoint_aliases".to_owned(), alias);
        }
        metadata
    }
}
