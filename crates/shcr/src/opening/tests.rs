//! Whole openings over sources of the test's own: cut off at every step, left by their reader, under faults by seeds, replayed.
//! HAZ-029, HAZ-030, HAZ-031.

/// Two partners' servers.
mod partners;
/// A gateway before them, and what must hold of its log.
mod gateway;
/// AU4.
mod cut;
/// AU6, AU7.
mod left;
/// AU3.
mod seeds;
/// AU30.
mod replay;
/// Room for few.
mod admitted;
