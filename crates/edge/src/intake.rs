//! The formats a partner's system may send, one file or folder each. One format never imports another.
