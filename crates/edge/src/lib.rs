//! A partner's edge node: takes what a system that cannot answer live sends now and then, keeps it under that partner's
//! key, and answers the gateway like any source. It knows nothing of the gateway, of sessions or of pages.
//! Source: sources.md 10 to 14; reliability F30, F31; HAZ-008, HAZ-042, HAZ-043.

/// One unit of a feed: whose it is, what it replaces, what is kept of it.
pub mod unit;
/// What a format must be able to do: read what arrives, and show what was kept.
pub mod format;
/// The formats, one file or folder each.
pub mod intake;
/// The partner's key and what is derived from it.
mod key;
/// Sealing at rest.
mod seal;
/// The seam to the database.
mod sql;
/// Where it rests.
mod vault;
/// One TOML for one partner's node.
pub mod config;
/// What a sender says of its extract before it is believed.
pub mod manifest;
/// What a sender gets for what it sent.
pub mod receipt;
/// What is told of every row that was not taken.
mod report;
/// One feed of a running node.
mod feed;
/// One file into the store.
pub mod load;
/// One message into the store.
mod deliver;
/// What happened here.
mod journal;
/// How fresh a feed is.
mod freshness;
/// A running node.
mod node;
/// Everything about one person.
mod answer;

pub use deliver::Delivered;
pub use node::{Clock, Held, Node, NodeFault, check};
/// Who may connect.
mod tls;
/// What the gateway asks.
mod serve;
/// Folders files are put into.
mod watch;
/// What can be asked of a node.
mod command;
/// The socket it is asked at.
mod control;

pub use command::{Command, Said, Target};
pub use control::ask;
/// Where the partner's own systems bring what they have.
mod receive;
/// HL7 v2 messages off a connection.
mod mllp;
/// A node that runs.
mod run;

pub use load::{Phase, Step, hash_of};
pub use manifest::{Manifest, ManifestFault};
pub use run::Running;

/// A whole node for tests.
#[cfg(test)]
mod testing;
