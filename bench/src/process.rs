//! What Linux says of a process: processor time and the most memory it ever held. Source: proc(5), `stat` and `status`.

use crate::Outcome;
use std::time::Duration;

/// One tick of `stat`, the same on every Linux a program can ask.
const TICK_MS: u64 = 10;

/// User and system time so far, in steps of 10 ms.
pub(crate) fn cpu(pid: u32) -> Outcome<Duration> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name in brackets may hold anything.
    let rest = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let mut fields = rest.split_whitespace().skip(11).map(str::parse::<u64>);
    let (Some(Ok(user)), Some(Ok(system))) = (fields.next(), fields.next()) else {
        return Err("`stat` of a process reads otherwise than expected".into());
    };
    Ok(Duration::from_millis((user + system) * TICK_MS))
}

/// The most memory it has held at once, in KiB.
pub(crate) fn peak_kib(pid: u32) -> Outcome<u64> {
    status_kib(pid, "VmHWM:")
}

/// The memory it holds now, in KiB.
pub(crate) fn now_kib(pid: u32) -> Outcome<u64> {
    status_kib(pid, "VmRSS:")
}

fn status_kib(pid: u32, name: &str) -> Outcome<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    kib.ok_or_else(|| format!("`status` of a process has no `{name}`").into())
}
