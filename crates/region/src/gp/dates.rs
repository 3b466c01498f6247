//! Takes the dates and periods of the operation's parameters, whole days only; refuses times, offsets, partial dates,
//! periods that end before they start and days on the wrong side of today.
//! Source: GP Connect 1.6.2, `$gpc.getstructuredrecord` (date and period parameters).

use crate::outcome::Problem;
use jiff::civil::Date;
use serde_json::Value;

/// A day, read strictly.
pub(super) fn day(value: &Value, name: &str) -> Result<Date, Problem> {
    let text = value.as_str().unwrap_or_default();
    let whole_day = text.len() == 10 && text.bytes().filter(|byte| *byte == b'-').count() == 2;
    let parsed = if whole_day { text.parse().ok() } else { None };
    parsed.ok_or_else(|| invalid(format!("{name} is not a whole date")))
}

pub(super) fn not_after(day: Date, today: Date, name: &str) -> Result<Date, Problem> {
    if day > today { Err(invalid(format!("{name} is in the future"))) } else { Ok(day) }
}

pub(super) fn not_before(day: Date, today: Date, name: &str) -> Result<Date, Problem> {
    if day < today { Err(invalid(format!("{name} is in the past"))) } else { Ok(day) }
}

/// A period with a start, an end, or both, none of them after today.
pub(super) fn period(
    value: &Value,
    today: Date,
    name: &str,
) -> Result<(Option<Date>, Option<Date>), Problem> {
    let side = |side: &str| match value.get(side) {
        Some(text) => {
            let name = format!("{name}.{side}");
            day(text, &name).and_then(|day| not_after(day, today, &name)).map(Some)
        }
        None => Ok(None),
    };
    match (side("start")?, side("end")?) {
        (None, None) => Err(invalid(format!("{name} has neither start nor end"))),
        (Some(start), Some(end)) if start > end => Err(invalid(format!("{name} starts after it ends"))),
        period => Ok(period),
    }
}

pub(super) fn invalid(diagnostics: impl Into<String>) -> Problem {
    Problem::new("INVALID_PARAMETER", diagnostics)
}
