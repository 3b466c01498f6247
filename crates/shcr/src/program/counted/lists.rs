//! Who has left or is suspended, who is rostered when, and where hosts stand: takes each organisation's files, `user,since` and `user,from,until`, gives them
//! to the rules that watch; refuses a file with a wrong line and keeps what was before until it is right. Nobody on a list is named in
//! what is said.

use crate::config::alerts::Alerts;
use audit::{Millis, watch::Lists};
use fhir::OdsCode;
use jiff::civil::{Date, DateTime};
use std::{
    path::{Path, PathBuf},
    time::SystemTime,
};

/// A file larger than this is none.
const SIZE_MAX_BYTES: u64 = 32 * 1024 * 1024;
const LONGEST_USER: usize = 100;
const LONDON: &str = "Europe/London";

/// What is wrong with a file, and where.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListFault {
    #[error("`{path}` cannot be read")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("`{path}` is larger than 32 MiB")]
    Size { path: PathBuf },
    #[error("`{path}` line 1: not `{head}`")]
    Head { path: PathBuf, head: &'static str },
    #[error("`{path}` line {line}: not {one}")]
    Line { path: PathBuf, line: usize, one: &'static str },
}

/// What stands in a file.
#[derive(Clone, Copy)]
enum Sort {
    Leavers,
    Rosters,
}

impl Sort {
    fn head(self) -> &'static str {
        match self {
            Sort::Leavers => "user,since",
            Sort::Rosters => "user,from,until",
        }
    }

    fn one(self) -> &'static str {
        match self {
            Sort::Leavers => "a user id and a day such as `2026-11-01`",
            Sort::Rosters => "a user id and a shift such as `2026-11-01T08:00,2026-11-01T20:00`",
        }
    }

    /// `None`: it is no line of the sort.
    fn take(self, lists: &mut Lists, organisation: &OdsCode, line: &str) -> Option<()> {
        let (user, rest) = line.split_once(',')?;
        let user = user_of(user)?;
        match self {
            Sort::Leavers => lists.leavers.add(organisation.as_str(), user, day_of(rest)?),
            Sort::Rosters => {
                let (from, until) = rest.split_once(',')?;
                let shift = (minute_of(from)?, minute_of(until)?);
                (shift.0 < shift.1).then(|| lists.rosters.add(organisation.as_str(), user, shift))?;
            }
        }
        Some(())
    }
}

/// How the files stood when they were last read.
pub(super) struct Files {
    stood: Option<Vec<Option<(SystemTime, u64)>>>,
}

impl Files {
    /// Nothing was read yet.
    pub(super) fn unread() -> Self {
        Self { stood: None }
    }

    /// What stands in them, where one is another than before.
    pub(super) fn renewed(&mut self, alerts: &Alerts) -> Option<Result<Lists, ListFault>> {
        let stand = |path: &PathBuf| {
            let metadata = std::fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        };
        let now = Some(alerts.leavers.values().chain(alerts.rosters.values()).map(stand).collect());
        if self.stood == now {
            return None;
        }
        self.stood = now;
        Some(read(alerts))
    }
}

/// Every file.
pub(crate) fn read(alerts: &Alerts) -> Result<Lists, ListFault> {
    let mut lists = Lists::default();
    for site in &alerts.sites {
        // One that is no place was refused with the configuration.
        lists.sites.add(&site.host, &site.workstations, (site.latitude, site.longitude));
    }
    let leavers = alerts.leavers.iter().map(|file| (Sort::Leavers, file));
    let rosters = alerts.rosters.iter().map(|file| (Sort::Rosters, file));
    for (sort, (organisation, path)) in leavers.chain(rosters) {
        let fault = |source| ListFault::Read { path: path.clone(), source };
        if std::fs::metadata(path).map_err(fault)?.len() > SIZE_MAX_BYTES {
            return Err(ListFault::Size { path: path.clone() });
        }
        let text = std::fs::read_to_string(path).map_err(fault)?;
        add(&mut lists, (sort, organisation), (path, &text))?;
    }
    Ok(lists)
}

fn add(
    lists: &mut Lists,
    (sort, organisation): (Sort, &OdsCode),
    (path, text): (&Path, &str),
) -> Result<(), ListFault> {
    let mut lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate();
    if lines.next().is_none_or(|(_, head)| head.trim() != sort.head()) {
        return Err(ListFault::Head { path: path.to_owned(), head: sort.head() });
    }
    for (at, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let fault = || ListFault::Line { path: path.to_owned(), line: at + 1, one: sort.one() };
        sort.take(lists, organisation, line.trim()).ok_or_else(fault)?;
    }
    Ok(())
}

fn user_of(text: &str) -> Option<&str> {
    let is_one = !text.is_empty() && text.len() <= LONGEST_USER && text.bytes().all(|b| b.is_ascii_graphic());
    is_one.then_some(text)
}

/// The beginning of that day in London.
fn day_of(text: &str) -> Option<Millis> {
    let day: Date = text.parse().ok()?;
    Some(Millis(day.in_tz(LONDON).ok()?.timestamp().as_millisecond()))
}

/// That moment in London.
fn minute_of(text: &str) -> Option<Millis> {
    let at: DateTime = text.parse().ok()?;
    Some(Millis(at.in_tz(LONDON).ok()?.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests;
