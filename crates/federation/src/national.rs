//! The national look-ups: who the person is, and where their practice answers. They are sources in one respect: each
//! has its own pool, its own guard and its own deadline, so that neither can hold an opening up (HAZ-035).

/// The person, traced.
pub(crate) mod pds;
/// A practice's endpoint.
pub(crate) mod sds;
