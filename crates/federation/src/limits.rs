//! Takes nothing, gives every bound on what may be asked of a source and read from it, each by name and with its unit.
//! Source: the figures the sharing agreement's service levels rest on; a partner's own schedule may lower its ceiling.

use std::time::Duration;

/// Every bound of federation. The default is what a deployment uses; tests use smaller ones.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Until a TCP connection stands, its TLS included.
    pub connect: Duration,
    /// From sending a request to the head of its answer.
    pub first_byte: Duration,
    /// Of one source in one opening: waiting, look-ups and every page included.
    pub total: Duration,
    /// For what was asked beside a source's record, once the record itself is in.
    pub beside: Duration,
    /// Of the person's trace at PDS.
    pub trace: Duration,
    /// Of the objection question, look-ups included.
    pub objection: Duration,
    /// The least that must arrive in every [`Limits::floor_window`], so that a dripping body ends early.
    pub floor_bytes: usize,
    /// How long an answer's body may start slowly before the floor holds.
    pub floor_after: Duration,
    /// The length of one window of the floor.
    pub floor_window: Duration,
    /// Of one answer's body.
    pub page_bytes: usize,
    /// Of all bodies of one source in one opening.
    pub source_bytes: usize,
    /// Of all bodies one replica holds at once, in steps of 64 KiB.
    pub replica_bytes: usize,
    /// Of one search.
    pub pages: usize,
    /// Of a next link, in characters.
    pub next_link_chars: usize,
    /// Questions in flight at one source unless its schedule says otherwise.
    pub ceiling: usize,
    /// Questions in flight at one endpoint that answers for several practices, unless a schedule says otherwise.
    pub supplier_ceiling: usize,
    /// How many replicas may run at most, which share every ceiling of a source.
    pub replicas: usize,
    /// How long a lease stands for those who were not heard of; what left under it has a source's deadline beside.
    pub lease_time: Duration,
    /// How long its holder uses it unless it is renewed.
    pub lease_held: Duration,
    /// How long a question may wait for its place under the ceiling.
    pub ceiling_wait: Duration,
    /// Questions that leave for one source in any second, unless its schedule says otherwise.
    pub per_second: u32,
    /// Questions at once at a source of which nothing is known yet, under its ceiling.
    pub places_at_first: usize,
    /// How long a source must have needed all its places before it has one more.
    pub limiter_window: Duration,
    /// How long it is remembered how fast a source was at its fastest.
    pub limiter_memory: Duration,
    /// Searches in flight at one source for one question.
    pub searches_at_once: usize,
    /// Failures in a row that open a source's breaker.
    pub breaker_failures: u32,
    /// How long it is remembered how questions ended: a breaker opens, too, where more than half of these failed.
    pub breaker_window: Duration,
    /// Of fewer questions their share says nothing.
    pub breaker_least: u32,
    /// How long a breaker stays open the first time; it doubles with every failed probe.
    pub breaker_first: Duration,
    /// The longest a breaker stays open before it lets one question through.
    pub breaker_longest: Duration,
    /// How long a source that has just come back is asked less than its ceiling: a quarter for the first half, then half.
    pub slow_start: Duration,
    /// How many questions earn a source's one repetition of a request.
    pub repeat_every: u32,
    /// How many repetitions may be saved.
    pub repeats_saved: u32,
    /// The longest a repetition is put off; how long is left to chance.
    pub repeat_within: Duration,
    /// How long after a failure a token endpoint is left alone.
    pub token_retry: Duration,
    /// How long a trace may wait for its turn under PDS's rate.
    pub pds_wait: Duration,
    /// How long a source's CapabilityStatement is believed.
    pub capability_age: Duration,
    /// How long after a failed read the CapabilityStatement is left alone.
    pub capability_retry: Duration,
    /// Of reading a CapabilityStatement; past it the question goes on by configuration.
    pub capability_deadline: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(1),
            first_byte: Duration::from_secs(3),
            total: Duration::from_secs(6),
            beside: Duration::from_secs(1),
            trace: Duration::from_secs(2),
            objection: Duration::from_millis(1500),
            floor_bytes: 8 * 1024,
            floor_after: Duration::from_secs(1),
            floor_window: Duration::from_secs(1),
            page_bytes: 8 * 1024 * 1024,
            source_bytes: 24 * 1024 * 1024,
            replica_bytes: 512 * 1024 * 1024,
            pages: 20,
            next_link_chars: 2048,
            ceiling: 8,
            supplier_ceiling: 32,
            replicas: 1,
            lease_time: Duration::from_secs(5),
            lease_held: Duration::from_secs(4),
            ceiling_wait: Duration::from_millis(300),
            per_second: 10,
            places_at_first: 4,
            limiter_window: Duration::from_secs(10),
            limiter_memory: Duration::from_secs(300),
            searches_at_once: 4,
            breaker_failures: 5,
            breaker_window: Duration::from_secs(10),
            breaker_least: 20,
            breaker_first: Duration::from_secs(10),
            breaker_longest: Duration::from_secs(120),
            slow_start: Duration::from_secs(30),
            repeat_every: 10,
            repeats_saved: 10,
            repeat_within: Duration::from_millis(250),
            token_retry: Duration::from_secs(2),
            pds_wait: Duration::from_millis(300),
            capability_age: Duration::from_secs(3600),
            capability_retry: Duration::from_secs(60),
            capability_deadline: Duration::from_secs(1),
        }
    }
}
