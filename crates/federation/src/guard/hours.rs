//! Takes the hours agreed with a partner as its schedule writes them, says whether a moment lies in them, by the clock in London
//! (HAZ-036).

use fhir::date::london;
use jiff::Timestamp;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// When a source may be asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hours {
    /// None: always.
    asked: Vec<Window>,
    /// And in none of these.
    quiet: Vec<Window>,
}

impl Hours {
    /// `None`: one of the texts is no [`Window`]; a configuration has been checked before.
    pub(crate) fn of(asked: &[String], quiet: &[String]) -> Option<Self> {
        let windows =
            |texts: &[String]| texts.iter().map(|text| Window::of(text)).collect::<Option<Vec<_>>>();
        Some(Self { asked: windows(asked)?, quiet: windows(quiet)? })
    }

    pub(crate) fn hold(&self, at: Timestamp) -> bool {
        let local = london(at);
        let day = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or_default();
        let minute = u16::try_from(local.hour()).unwrap_or_default() * 60
            + u16::try_from(local.minute()).unwrap_or_default();
        let is_in = |window: &Window| window.has(day, minute);
        (self.asked.is_empty() || self.asked.iter().any(is_in)) && !self.quiet.iter().any(is_in)
    }
}

/// Part of a day, on some days or all: `mon-fri 07:30-18:30`, `sat 09:00-12:00`, `22:00-06:00`. What goes past midnight belongs to the
/// day on which it begins; its end is outside.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    /// From Monday.
    days: [bool; 7],
    from: u16,
    to: u16,
}

impl Window {
    /// `None`: unreadable, or of no length.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let (days, times) = match text.split_once(' ') {
            Some((days, times)) => (days_of(days)?, times),
            None => ([true; 7], text),
        };
        let (from, to) = times.split_once('-')?;
        let (from, to) = (minute_of(from)?, minute_of(to)?);
        (from != to && from < 24 * 60).then_some(Self { days, from, to })
    }

    fn has(&self, day: usize, minute: u16) -> bool {
        let on = |day: usize| self.days.get(day % 7).copied().unwrap_or_default();
        if self.from < self.to {
            return on(day) && (self.from..self.to).contains(&minute);
        }
        (on(day) && minute >= self.from) || (on(day + 6) && minute < self.to)
    }
}

/// `mon`, or `mon-fri`; `sat-mon` goes over the end of the week.
fn days_of(text: &str) -> Option<[bool; 7]> {
    let place = |name: &str| DAYS.iter().position(|known| *known == name);
    let (first, last) = match text.split_once('-') {
        Some((first, last)) => (place(first)?, place(last)?),
        None => (place(text)?, place(text)?),
    };
    let length = (last + 7 - first) % 7;
    Some(std::array::from_fn(|day| (day + 7 - first) % 7 <= length))
}

/// `07:30`, and `24:00`, in minutes.
fn minute_of(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| {
        let is_two = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        is_two.then(|| part.parse::<u16>().ok()).flatten()
    };
    let (hour, minute) = (digits(hour)?, digits(minute)?);
    let all = hour * 60 + minute;
    (minute < 60 && all <= 24 * 60).then_some(all)
}

#[cfg(test)]
mod tests;
