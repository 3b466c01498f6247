//! The formats a partner's system may send, one file or folder each. One format never imports another.

/// What formats share that take one whole document or message.
mod whole;

/// NHS 111 reports: ITK envelopes with CDA documents.
pub mod cda;
