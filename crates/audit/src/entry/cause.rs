//! Causes that are written in one room and understood in another: told as events, counted, listed. They are stored, and never move.

/// A session begins at a host's launch.
pub const START: &str = "start";
/// A professional has signed in, and nobody's record is open.
pub const SIGNED_IN_DIRECT: &str = "signed in for direct access";
/// A privacy officer has signed in.
pub const SIGNED_IN_TO_READ: &str = "signed in to read the audit";
/// What a session entry says when one begins; every other cause ends one.
pub const BEGINNINGS: [&str; 3] = [START, SIGNED_IN_DIRECT, SIGNED_IN_TO_READ];

pub const EMERGENCY_BEGINS: &str = "emergency access begins";
pub const EMERGENCY_ENDS: &str = "emergency access ends";
/// The page that says how host and national record differ was passed over.
pub const IDENTITY_CONTINUED: &str = "identity differs: continued";

/// One person is looked for.
pub const LOOKS: &str = "looks for one person";
/// Looked for too often: not looked for.
pub const TOO_MANY: &str = "too many attempts";
/// The one person was found.
pub const FOUND: &str = "found";
/// Answered, and nobody whom the professional may know of.
pub const NOBODY: &str = "nobody";
pub const DIFFERS: &str = "differs";
pub const INVALIDATED: &str = "invalidated";
pub const RESTRICTED: &str = "restricted";
/// The four ways of missing.
pub const MISSES: [&str; 4] = [NOBODY, DIFFERS, INVALIDATED, RESTRICTED];

/// An alert was taken on, and closed by somebody else.
pub const TAKEN: &str = "taken";
pub const JUSTIFIED: &str = "closed as justified";
pub const BREACH: &str = "closed as a breach";
/// What a second person has to look at.
pub const REVIEW: &str = "review";
