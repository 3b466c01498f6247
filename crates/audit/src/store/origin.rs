//! Takes what the deployment calls its log, gives the name the log keeps for ever: with the year of its first leaf behind
//! it, written when the store first opens; and the key that signs under that name. Refuses a name no note can carry.
//! Source: C2SP tlog-checkpoint, "Note text"; C2SP signed-note, "Signatures".

use super::{StoreFault, desk::Stop, rows::int, successor::Begin};
use crate::{
    Millis,
    seal::Keys,
    signed::{Signer, Signs},
};
use sql::{Fault, Link, Value, first};

/// The origin in the store; the first time, `<origin>/<year>`. A deployment that calls itself something else later keeps
/// the name its partners hold checkpoints under.
pub(super) fn settle(
    link: &mut dyn Link,
    origin: &str,
    begin: Option<&Begin>,
    now: Millis,
) -> Result<String, StoreFault> {
    if let Some(stored) = of(link).map_err(StoreFault::Connect)? {
        if stored.rsplit_once('/').is_none_or(|(kept, _)| kept != origin) {
            tracing::warn!(origin = stored, "the log keeps the name it began with");
        }
        return Ok(stored);
    }
    let leaf = first(link, "SELECT leaf FROM leaf WHERE idx = 0", &[])
        .map_err(StoreFault::Connect)?
        .and_then(|mut line| line.bytes());
    let at =
        leaf.and_then(|leaf| serde_json::from_slice::<At>(&leaf).ok()).map_or(now.seconds(), |leaf| leaf.at);
    let origin = begin.map_or_else(|| named(origin, at), |begin| begin.origin.clone());
    if origin.starts_with('/') || Signer::new(&origin, Signs::Notes, &[0; 32]).is_none() {
        return Err(StoreFault::Origin(origin));
    }
    link.execute("INSERT INTO meta (name, value) VALUES ('origin', $1)", &[Value::Text(&origin)])
        .map_err(StoreFault::Connect)?;
    Ok(origin)
}

/// The name of a log whose first leaf is of that moment.
pub(super) fn named(origin: &str, seconds: i64) -> String {
    format!("{origin}/{}", year(seconds))
}

/// The name of a log that goes on from `old`: the next free number behind the year, where both are of one year.
pub(super) fn after(named: &str, old: &str) -> String {
    let Some(rest) = old.strip_prefix(named) else { return named.to_owned() };
    match rest.strip_prefix('-').map(str::parse::<u32>) {
        Some(Ok(number)) => format!("{named}-{}", number.saturating_add(1)),
        None if rest.is_empty() => format!("{named}-2"),
        _ => named.to_owned(),
    }
}

/// The log's name, once the store was opened by a program that gives it one.
pub(crate) fn of(link: &mut dyn Link) -> Result<Option<String>, Fault> {
    let found = first(link, "SELECT value FROM meta WHERE name = 'origin'", &[])?;
    Ok(found.map(|mut line| line.text()))
}

/// Whoever signs for the log from here on, with the number of that key. The first is made known with the first use.
pub(super) fn signer(link: &mut dyn Link, keys: &Keys, origin: &str) -> Result<(u32, Signer), Stop> {
    let known = generation(link)?;
    let signer = numbered(keys, origin, known.unwrap_or(0))?;
    if known.is_none() {
        announce(link, 0, &signer, 0)?;
    }
    Ok((known.unwrap_or(0), signer))
}

/// The number of the newest key, once one has signed.
pub(super) fn generation(link: &mut dyn Link) -> Result<Option<u32>, Fault> {
    let found = first(link, "SELECT MAX(generation) FROM log_key", &[])?;
    let generation = found.and_then(|mut line| line.maybe_int());
    generation.map(|number| u32::try_from(number).map_err(|_| Fault::Damaged)).transpose()
}

/// The key with this number.
pub(super) fn numbered(keys: &Keys, origin: &str, generation: u32) -> Result<Signer, Stop> {
    let seed = keys.checkpoint_seed(generation).map_err(|_| Stop::Fail(super::desk::End::unavailable()))?;
    Signer::new(origin, Signs::Notes, &seed).ok_or(Stop::Refuse(super::Why::Malformed))
}

/// Writes down that this key signs trees of more than `since` leaves.
pub(super) fn announce(
    link: &mut dyn Link,
    generation: u32,
    signer: &Signer,
    since: u64,
) -> Result<(), Stop> {
    let verifier = signer.verifier().to_string();
    link.execute(
        "INSERT INTO log_key (generation, verifier, since) VALUES ($1, $2, $3)",
        &[Value::Int(generation.into()), Value::Text(&verifier), int(since)],
    )?;
    Ok(())
}

#[derive(serde::Deserialize)]
struct At {
    at: i64,
}

/// The year of a moment in UTC. Source: ISO 8601, proleptic Gregorian calendar.
fn year(seconds: i64) -> i64 {
    // Days since 0000-03-01, in cycles of 400 years, so that a leap day is the last of its year.
    let days = seconds.div_euclid(86_400) + 719_468;
    let (cycle, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let of_cycle = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * of_cycle + of_cycle / 4 - of_cycle / 100);
    // From 1 January on, the last two months of that count belong to the next year.
    cycle * 400 + of_cycle + i64::from(of_year >= 306)
}

#[cfg(test)]
mod tests {
    use super::{after, year};

    #[test]
    fn a_log_that_goes_on_has_a_name_that_none_before_it_had() {
        for (old, expected) in [
            ("h/audit/Z/2026", "h/audit/Z/2027"),
            ("h/audit/Z/2027", "h/audit/Z/2027-2"),
            ("h/audit/Z/2027-9", "h/audit/Z/2027-10"),
            ("h/audit/Z/2026-3", "h/audit/Z/2027"),
            ("other/audit/Z/2027", "h/audit/Z/2027"),
        ] {
            assert_eq!(after("h/audit/Z/2027", old), expected, "{old}");
        }
    }

    #[test]
    fn a_log_carries_the_year_of_its_first_leaf() {
        for (seconds, expected) in [
            (0, 1970),
            (-1, 1969),
            (951_782_399, 2000),
            (951_868_799, 2000),
            (1_767_225_599, 2025),
            (1_767_225_600, 2026),
            (1_795_000_000, 2026),
            (4_102_444_799, 2099),
            (4_102_444_800, 2100),
        ] {
            assert_eq!(year(seconds), expected, "{seconds}");
        }
    }
}
