//! The formats a partner's system may send, one file or folder each. One format never imports another.

/// HL7 v2 messages, over MLLP or in batch files.
pub mod hl7v2;
