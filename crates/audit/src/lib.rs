//! The audit store: durable before the act, sealed at rest, chained, and checkable by code that shares nothing with
//! the writer but the hash. It knows nothing of the rest of the program: callers turn their values into entries.
//! Source: RFC 8785 (canonical JSON), RFC 5869 (HKDF), RFC 8452 (AES-GCM-SIV), FIPS 180-4, FIPS 198-1.
//!
//! The order of writes is the types' business. `Opened` exists only once an `open` entry is durable, and `Disclosed`
//! only once a `disclosure` is; neither can be made or copied by hand (HAZ-029, AU2):
//!
//! ```compile_fail
//! fn forge(opening: audit::OpeningId, receipt: audit::Receipt) -> audit::Opened {
//!     audit::Opened { opening, receipt }
//! }
//! ```
//! ```compile_fail
//! fn copy(opened: &audit::Opened) -> audit::Opened {
//!     opened.clone()
//! }
//! ```
//! ```compile_fail
//! fn forge() -> audit::Disclosed {
//!     audit::Disclosed { source: String::new(), part: 0 }
//! }
//! ```

/// Moments and identifiers.
mod id;
/// Values the tests share.
#[cfg(test)]
mod sample;
/// What is recorded: kinds, keys and fields.
pub mod entry;
/// One text per value: RFC 8785.
pub mod canonical;
/// The Merkle tree over the leaves.
pub mod tree;
/// Notes that logs and witnesses sign.
pub mod signed;
/// The hashes of the stored format, shared with `verify`.
pub mod hash;
/// What one disclosure released and held back.
pub mod manifest;
/// What was held back, for the partner alone.
pub mod held;
/// Sealing at rest.
mod seal;
/// What replicas lend each other.
pub mod fleet;
/// The embedded store: one writer, one file.
pub mod store;
/// Which logs and witnesses count, and how many.
pub mod policy;
/// An independent check of a stored file.
pub mod verify;
/// Another log's growth, watched.
pub mod witness;
/// What partners have of it, as a copy of their own.
pub mod feed;
/// How long entries are kept, and how they go.
pub mod retention;
/// A part of the log for somebody who checks it elsewhere.
pub mod export;
/// Reading entries back with the key.
pub mod inspect;
/// An entry as FHIR AuditEvents.
pub mod event;
/// What a privacy officer is told of once it is counted over the log.
pub mod watch;
/// Counts for everybody.
pub mod figures;
/// Our entries held against a source's own log.
pub mod reconcile;

pub use entry::cause;
pub use entry::{
    Decision, Entry, How, Key, Kind, Name, Objection, Relationship, Role, SourceLine, Who, Whom,
    Why as Reason,
};
pub use id::{Millis, OpeningId};
pub use inspect::{EntryView, Filter, InspectFault, gone, inspect};
pub use retention::are_two;
pub use store::{
    AssertionKey, Batch, BeforeOpening, Compared, Decided, Disclosed, ENDED_AT_ONCE, Ended, Fault, Found,
    NewHandle, NewSession, Opened, Page, Part, Place, Published, Query, ReadReceipt, Receipt, Redeemed,
    Server, Session, Settings, Store, StoreFault, TreeFault, Which, Why, before_opening, check_tree, compare,
    create, ended, freeze, goes_on_from, grant_retention, is_begun, mirror,
};
pub use verify::{Verified, VerifyFault, verify};
