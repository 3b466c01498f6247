//! A synthetic region: people, partner systems with their faults, the national look-ups and a host system, each a
//! real server on its own loopback port. It imports only the vocabulary of the product, so it can disagree with it.

/// What the program wants, and why it may not get it.
mod options;
/// Where everything listens.
mod endpoints;
/// Starts and stops everything.
mod region;
/// Who the people are.
pub mod people;
/// What each partner's system holds about them, in that partner's wire form.
pub mod payload;
/// Published payloads as extra people.
mod corpus;
/// What all servers share.
mod world;
/// The one clock.
mod clock;
/// Ports, serving and stopping.
mod server;
/// What is wrong with which source.
mod faults;
/// What is put into every answer, to be looked for where nothing may be kept.
mod marks;
/// What each source was asked.
mod asked;
/// What partners log of whoever asks, and hand over.
mod access_log;
/// What people say about sharing while the region runs.
mod wishes;
/// Refusals in each partner's own form.
mod outcome;
/// The demographics service.
mod pds;
/// The directory of systems.
mod sds;
/// The proxy before the practices.
mod ssp;
/// GP practices.
mod gp;
/// The newer national route to practices.
mod gateway;
/// Partners that answer FHIR searches.
mod rest;
/// The doors of partners behind an edge node.
mod line;
/// What the old systems of those partners write for their nodes.
pub mod feeds;
/// Access tokens.
mod oauth;
/// Client certificates.
mod tls;
/// The national locator of records.
mod nrl;
/// The host system.
mod host;
/// Where staff sign in by themselves.
mod sign_in;
/// The page where faults are set.
mod control;
/// Pages and their safety.
mod html;

pub use endpoints::{EdgeEndpoint, Endpoints, PersonLine, SourceEndpoint, StaffMatchEndpoint, UserLine};
pub use faults::{Code, Fault, NotAFault};
pub use line::LineTls;
pub use marks::Mark;
pub use options::{Options, RegionFault, TOKEN_LIFE_S};
pub use region::{Region, start};
