//! Journeys: the built program, driven over its sockets as a host, a browser and an operator would. Each ends with the audit checked.
//! They assert words and states, never how long something took.

/// A server for the audit, for those that need one.
#[cfg(test)]
#[path = "main/on_a_server.rs"]
mod on_a_server;
/// A golden person, everything up.
#[cfg(test)]
#[path = "main/complete_record.rs"]
mod complete_record;
/// What the record is for, and what it is not for.
#[cfg(test)]
#[path = "main/purpose.rs"]
mod purpose;
/// The same record for a host's own software.
#[cfg(test)]
#[path = "main/searchset.rs"]
mod searchset;
/// The same by a host's own server.
#[cfg(test)]
#[path = "main/searchset_by_server.rs"]
mod searchset_by_server;
/// One source in trouble, the others not.
#[cfg(test)]
#[path = "main/source_in_trouble.rs"]
mod source_in_trouble;
/// One of several replicas.
#[cfg(test)]
#[path = "main/replicas.rs"]
mod replicas;
/// A council's source that joins while records are opened.
#[cfg(test)]
#[path = "main/joining.rs"]
mod joining;
/// A certificate renewed.
#[cfg(test)]
#[path = "main/certificates.rs"]
mod certificates;
/// What monitoring reads meanwhile.
#[cfg(test)]
#[path = "main/metrics.rs"]
mod metrics;
/// What a collector of traces reads.
#[cfg(test)]
#[path = "main/traces.rs"]
mod traces;
/// A source connected and tried from the command line.
#[cfg(test)]
#[path = "main/onboarding.rs"]
mod onboarding;
/// Every error of every kind of source.
#[cfg(test)]
#[path = "main/every_error.rs"]
mod every_error;
/// What other partners hold.
#[cfg(test)]
#[path = "main/elsewhere.rs"]
mod elsewhere;
/// A person who said no.
#[cfg(test)]
#[path = "main/objection.rs"]
mod objection;
/// Who the person is.
#[cfg(test)]
#[path = "main/identity.rs"]
mod identity;
/// What must not be told.
#[cfg(test)]
#[path = "main/restricted.rs"]
mod restricted;
/// The clinical safety file.
#[cfg(test)]
#[path = "main/safety_file.rs"]
mod safety_file;
/// What a role sees.
#[cfg(test)]
#[path = "main/role.rs"]
mod role;
/// Emergency access.
#[cfg(test)]
#[path = "main/break_glass.rs"]
mod break_glass;
/// Professionals near to the person.
#[cfg(test)]
#[path = "main/near.rs"]
mod near;
/// The sharing agreement while the gateway runs.
#[cfg(test)]
#[path = "main/agreement.rs"]
mod agreement;
/// Launches no honest host would send.
#[cfg(test)]
#[path = "main/launch_attacks.rs"]
mod launch_attacks;
/// The other ways in: mutual TLS, exchange, form, encrypted address.
#[cfg(test)]
#[path = "main/doors.rs"]
mod doors;
/// A partner that cannot answer live, at its own edge node.
#[cfg(test)]
#[path = "main/edge_node.rs"]
mod edge_node;
/// One document of a record.
#[cfg(test)]
#[path = "main/documents.rs"]
mod documents;
/// Windows, cookies and links used twice.
#[cfg(test)]
#[path = "main/session.rs"]
mod session;
/// Access that cannot be recorded.
#[cfg(test)]
#[path = "main/audit_unwritable.rs"]
mod audit_unwritable;
/// What is left behind.
#[cfg(test)]
#[path = "main/left_behind.rs"]
mod left_behind;
/// What is kept of what sources answered.
#[cfg(test)]
#[path = "main/nothing_kept.rs"]
mod nothing_kept;
/// A machine on which nothing but the audit can be written.
#[cfg(test)]
#[path = "main/read_only_root.rs"]
mod read_only_root;
/// What leaves over the network, seen from outside.
#[cfg(test)]
#[path = "main/packets.rs"]
mod packets;
/// Real payloads, where they are at hand.
#[cfg(test)]
#[path = "main/corpus.rs"]
mod corpus;
/// Sources' own logs held against ours.
#[cfg(test)]
#[path = "main/reconciliation.rs"]
mod reconciliation;
/// The audit's log as a partner has it.
#[cfg(test)]
#[path = "main/log.rs"]
mod log;
/// The audit on a server with a standby.
#[cfg(test)]
#[path = "main/audit_on_a_server.rs"]
mod audit_on_a_server;
/// Word of alerts, out of band.
#[cfg(test)]
#[path = "main/told_out_of_band.rs"]
mod told_out_of_band;
/// Rules that are counted while the gateway runs.
#[cfg(test)]
#[path = "main/watched.rs"]
mod watched;
/// What becomes of the audit: copies, holds and erasures.
#[cfg(test)]
#[path = "main/keeping.rs"]
mod keeping;
