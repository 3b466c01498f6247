//! Takes a date in a form the feed declares, gives `YYYY-MM-DD`. Nothing is guessed: another form, a day that does not
//! exist, a time of day or an impossible year is none (HAZ-016).

use jiff::civil::Date;
use serde::Deserialize;

/// A form in which an extract may write its dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum DateForm {
    #[serde(rename = "dd/mm/yyyy")]
    DayFirst,
    #[serde(rename = "yyyy-mm-dd")]
    YearFirst,
    /// Days since the end of 1899, as spreadsheets count them.
    #[serde(rename = "serial")]
    Serial,
}

/// The years anything in an extract can lie in: births of the oldest, ends of what is planned.
const YEARS: std::ops::RangeInclusive<i16> = 1890..=2099;
/// Spreadsheets believe in 29 February 1900; before it their count is off by one.
const FIRST_SERIAL: i32 = 61;

/// Why a text is not a date. In words fit for a refusal.
pub(super) const NOT_A_DATE: &str = "is not a date in a form declared for this feed";
pub(super) const NO_SUCH_YEAR: &str = "lies in an impossible year";

pub(super) fn read(text: &str, forms: &[DateForm]) -> Result<Date, &'static str> {
    let day = midnight(text);
    let date = forms.iter().find_map(|form| form.read(day)).ok_or(NOT_A_DATE)?;
    if YEARS.contains(&date.year()) { Ok(date) } else { Err(NO_SUCH_YEAR) }
}

/// Exports write a day as its first moment.
fn midnight(text: &str) -> &str {
    let zeros = |time: &str| !time.is_empty() && time.chars().all(|c| matches!(c, '0' | ':' | '.'));
    let split = text.split_once([' ', 'T']);
    split.filter(|(_, time)| zeros(time) && time.starts_with("00:00")).map_or(text, |(day, _)| day)
}

impl DateForm {
    fn read(self, text: &str) -> Option<Date> {
        match self {
            DateForm::DayFirst => {
                let mut parts = text.split('/');
                let day = part(parts.next()?, 1..=2)?;
                let month = part(parts.next()?, 1..=2)?;
                let year = part(parts.next()?, 4..=4)?;
                civil(year, month, day).filter(|_| parts.next().is_none())
            }
            DateForm::YearFirst => {
                let mut parts = text.split('-');
                let year = part(parts.next()?, 4..=4)?;
                let month = part(parts.next()?, 2..=2)?;
                let day = part(parts.next()?, 2..=2)?;
                civil(year, month, day).filter(|_| parts.next().is_none())
            }
            DateForm::Serial => {
                let days = part(text, 2..=5)?;
                let start = Date::constant(1899, 12, 30);
                (days >= FIRST_SERIAL).then(|| start.checked_add(jiff::Span::new().days(days)).ok())?
            }
        }
    }
}

fn civil(year: i32, month: i32, day: i32) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn part(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<i32> {
    let fits = length.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}
