//! The program without its sockets, or with sockets of its own.

/// Launches and links.
pub(crate) mod doors;
/// Word of alerts, over a socket.
mod attention;
/// What is left of a launch.
mod leaks;
/// What partners read of the audit.
mod feed;
/// The log, and those who watch it.
mod witnesses;
/// Whose a view is, and how it ends.
mod sessions;
/// A host, or a key of it, that is no longer believed.
mod withdrawn;
