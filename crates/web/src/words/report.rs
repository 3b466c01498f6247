//! Reporting a problem: what kinds there are, what of a report is not taken, and who reads it.

/// Value and words of each kind.
pub const PROBLEMS: [(&str, &str); 5] = [
    ("missing", "Something is missing"),
    ("wrong-person", "Something is about another person"),
    ("wrong-content", "Something is wrong or out of date"),
    ("cannot-open", "Something cannot be opened"),
    ("display", "Something is shown in a way that misleads or cannot be read"),
];
pub const WHOLE_PAGE: (&str, &str) = ("page", "The whole page");
pub const ONE_DOCUMENT: (&str, &str) = ("document", "A document");
pub const SOURCE_NOT_KNOWN: &str = "Not known, or several";
pub const NO_IDENTIFIERS: &str = "No names, NHS numbers, addresses or birth dates: the opening\u{2019}s reference tells the officers whom it is about.";
pub const URGENT: &str = "If somebody could come to harm now, act first and telephone: see Contacts in Help.";
pub const CHOOSE_KIND: &str = "Choose what kind of problem it is";
pub const REPORT_TEXT: &str = "Say what you saw, in 10 to 1,000 characters";
pub const HOLDS_NUMBER: &str = "Take out what looks like an NHS number";
/// Beside the partner, or alone where it is not known.
pub const SAFETY_OFFICER: &str = "the officers who look after clinical safety for the region";
