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
/// Nobody took an alert on in time, so it is raised again.
pub const ESCALATED: &str = "escalated";
/// Word of an alert, and of its escalation, has arrived out of band.
pub const TOLD: &str = "told out of band";
pub const ESCALATION_TOLD: &str = "escalation told out of band";
/// An opening is left out of the report for the person, and is in it again.
pub const HELD: &str = "left out of the report for the person";
pub const LIFTED: &str = "in the report for the person again";
/// No cause but a flag: the person was under 18 when their record was opened.
pub const CHILD: &str = "child";
/// Flags of a close: no contact with the professional's organisation is near the opening; the last was long before it; it cannot be told.
pub const NO_RECENT_CONTACT: &str = "no-recent-contact";
pub const LONG_AFTER_CONTACT: &str = "long-after-contact";
pub const CONTACT_NOT_KNOWN: &str = "contact-not-known";
/// What is said of a source nobody closed; in the detail of a sweep that would have been too long, its name stands under it.
pub const POSSIBLY_SHOWN: &str = "possibly-shown";
/// What a second person has to look at.
pub const REVIEW: &str = "review";
