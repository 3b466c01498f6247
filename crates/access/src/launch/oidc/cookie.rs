//! The cookie of a browser on its way through a provider: it ties the answer to the browser that asked, and is no session.
//! Source: RFC 6265bis; RFC 9700 section 2.1; CHIPS.

use crate::session::encode;

/// Its name.
pub const NAME: &str = "__Host-shcr-pre";
/// It may outlive what it stands for; the store ends that.
const LIFE_S: u32 = 30 * 60;

/// The `Set-Cookie` value. In a frame the browser keeps it for that host's pages only; at top level it comes back from
/// the provider because that is a navigation.
pub fn set(secret: &[u8; 32], framed: bool) -> String {
    let site = if framed { "SameSite=None; Partitioned" } else { "SameSite=Lax" };
    format!("{NAME}={}; Path=/; Secure; HttpOnly; {site}; Max-Age={LIFE_S}", encode(secret))
}

/// The `Set-Cookie` value that ends it, at top level.
pub fn clear() -> String {
    format!("{NAME}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")
}
