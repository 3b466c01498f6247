//! What is claimed of a partner's store.

/// On either database.
mod both;
