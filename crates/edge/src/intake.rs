//! The formats a partner's system may send, one file or folder each. One format never imports another.

/// Adult social care extracts of councils: CSV shaped on Client Level Data.
pub mod client_level_data;
