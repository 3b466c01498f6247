//! Takes a date as a practice's system displays it, gives it at its own precision; a form that is not known stays text and
//! is shown as recorded (HAZ-016). Source: sources.md section 3 (`dd-Mmm-yyyy`) and the forms older systems send.

use fhir::FhirDate;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Always a date to show, readable or not.
pub(super) fn read(displayed: &str) -> FhirDate {
    let text = displayed.trim();
    let known = known(text).map(|date| FhirDate::parse(&date)).filter(FhirDate::is_readable);
    known.unwrap_or_else(|| FhirDate::parse(text))
}

/// `14-Aug-1935`, `14-08-1935`, `1935-08-14`, each with or without a time behind a blank; `Aug-1935`; `1935`.
fn known(text: &str) -> Option<String> {
    let (day, time) = text.split_once(' ').map_or((text, None), |(day, time)| (day, Some(time.trim())));
    let parts: Vec<&str> = day.split('-').collect();
    let day = match parts.as_slice() {
        [year] => digits(year, 4)?.to_owned(),
        [month, year] => format!("{}-{}", digits(year, 4)?, self::month(month)?),
        [year, month, day] if year.len() == 4 => {
            format!("{}-{}-{}", digits(year, 4)?, digits(month, 2)?, digits(day, 2)?)
        }
        [day, month, year] => {
            let month = self::month(month).or_else(|| digits(month, 2).map(str::to_owned))?;
            format!("{}-{month}-{}", digits(year, 4)?, digits(day, 2)?)
        }
        _ => return None,
    };
    match time {
        None => Some(day),
        Some(time) if day.len() == 10 => Some(format!("{day}T{}", clock(time)?)),
        Some(_) => None,
    }
}

/// `12:17`, `12:17:00`, `12:17:00.0`.
fn clock(time: &str) -> Option<String> {
    let whole =
        time.split_once('.').map_or(Some(time), |(whole, part)| digits(part, part.len()).map(|_| whole))?;
    let parts: Vec<&str> = whole.split(':').collect();
    match parts.as_slice() {
        [hour, minute] => Some(format!("{}:{}:00", digits(hour, 2)?, digits(minute, 2)?)),
        [hour, minute, second] => {
            Some(format!("{}:{}:{}", digits(hour, 2)?, digits(minute, 2)?, digits(second, 2)?))
        }
        _ => None,
    }
}

fn month(name: &str) -> Option<String> {
    let place = MONTHS.iter().position(|month| month.eq_ignore_ascii_case(name))?;
    Some(format!("{:02}", place + 1))
}

fn digits(part: &str, count: usize) -> Option<&str> {
    (part.len() == count && !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())).then_some(part)
}
