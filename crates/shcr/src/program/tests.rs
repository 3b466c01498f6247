//! The program without its sockets, or with sockets of its own.

/// Launches and links.
mod doors;
/// What is left of a launch.
mod leaks;
/// The log, and those who watch it.
mod witnesses;
/// Whose a view is, and how it ends.
mod sessions;
/// A host, or a key of it, that is no longer believed.
mod withdrawn;
