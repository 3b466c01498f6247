//! The simulation: whole gateways over one database, in one thread and on virtual time, as a seed has it. Partners, the national service,
//! the store, readers and replicas fail; what must always hold is looked at after every step. `docs/do/run-the-simulation.md`; HAZ-029,
//! HAZ-030, HAZ-031, HAZ-035.

/// What may go wrong.
mod chaos;
/// Who looks at whom.
mod people;
/// Everybody who is asked.
mod network;
/// What they say.
mod answers;
/// What was seen.
mod watch;
/// Replicas, partners, readers.
mod world;
/// One visit.
mod browser;
/// What must hold at the end.
mod laws;
/// Bugs to be found.
pub(super) mod planted;
/// A seed, lived.
mod run;
/// What replicas share.
mod fleet;
/// Seeds, many of them.
mod tests;
