//! When sources' logs are held against ours: takes `[audit.reconcile]`, gives a time of day; refuses what is none.

use audit::reconcile::Day;
use jiff::civil::Time;
use serde::{Deserialize, Deserializer, de::Error as _};

/// After every clock has passed midnight, and before anybody is at their desk.
const AT: Time = Time::constant(3, 0, 0, 0);

/// `[audit.reconcile]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reconcile {
    /// Every night at this time of UTC, the days that are over.
    #[serde(default = "at", deserialize_with = "read")]
    pub(crate) at: Time,
    /// The first day that is: requests of earlier ones had no names, or were another program's. Without it the day after the log began.
    #[serde(default, deserialize_with = "read_day")]
    pub(crate) from: Option<Day>,
}

impl Default for Reconcile {
    fn default() -> Self {
        Self { at: AT, from: None }
    }
}

fn at() -> Time {
    AT
}

/// `03:00`
fn read<'de, D: Deserializer<'de>>(reader: D) -> Result<Time, D::Error> {
    let text = String::deserialize(reader)?;
    let is_plain = text.len() == 5 && text.as_bytes().get(2) == Some(&b':');
    let time = Time::strptime("%H:%M", &text).ok().filter(|_| is_plain);
    time.ok_or_else(|| {
        D::Error::custom(format!("`{text}` is no time of day; write it such as `03:00`, in UTC"))
    })
}

fn read_day<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<Day>, D::Error> {
    let text = String::deserialize(reader)?;
    Day::parse(&text).map(Some).map_err(|not| D::Error::custom(format!("`{text}` is no day: {not}")))
}
