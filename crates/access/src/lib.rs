//! Takes a launch from a host system, gives a permit: who asks, about whom, and may they. Refuses by a closed list.
//! Source: the project's access rules; RFC 7519, RFC 7521, RFC 7523; IHE IUA; HL7 v3-ActReason.

/// Why a professional is told no: a closed list.
pub mod refusal;
/// Comma-separated tables of policy data, read strictly.
mod table;
/// Texts signed by name: role maps, releases, the agreement.
pub mod signed_note;
/// The organisations a professional may ask from, and their kinds.
pub mod organisation;
/// The eleven roles, and the maps from a host's own role names to them.
pub mod role;
/// The certificate a caller shows on the back channel.
pub mod certificate;
/// Host systems that may launch, as registered.
pub mod host;
/// Hosts' public keys, fetched and kept for a while.
pub mod keys;
/// Signed tokens, before anything in them is believed.
mod jwt;
/// Encrypted tokens that pass through a browser.
mod jwe;
/// The keys that are ours: to sign as a client, to be written to.
pub mod own_keys;
/// The launch: one professional, one person, one purpose.
pub mod launch;
/// What a host says of its own session: a chart closed, another opened, the professional gone.
pub mod event;
/// What an identity provider says when somebody signs out.
pub mod logout;
/// Whether the person the host named is the person the national service knows.
pub mod person;
/// Whether the person has objected to sharing.
pub mod objection;
/// The sharing agreement, evaluated: what may be asked and shown.
pub mod policy;
/// Emergency access: who may ask for it, what it would open, and what is asked of them first.
pub mod break_glass;
/// Own record, household, colleague: what an employer says of its own staff.
pub mod staff_match;
/// What a session holds, its secrets and its cookie.
pub mod session;

pub use certificate::{Certificate, Channel};
pub use launch::Launch;
pub use objection::Objection;
pub use policy::{Permit, Policy};
pub use refusal::Refusal;
pub use role::Role;
pub use staff_match::StaffMatch;

/// Key sets without sockets.
#[cfg(feature = "testing")]
pub mod socketless;

/// A signing host, its keys and its claims, for the tests of this crate.
#[cfg(test)]
mod testing;
