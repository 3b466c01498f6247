//! PO-19: one professional at two places, closer in time than travel allows. Places are what the configuration says of hosts and
//! workstations; who comes from none of them is not judged. Told once a day.

use super::{
    HOUR_MS, Rule, Thresholds, Tipped,
    seen::{Act, Pseudonym, Seen},
};
use crate::Millis;
use std::collections::{BTreeMap, HashMap};

const WHAT: &str = "one professional at two places, closer in time than travel allows";
const EARTH_RADIUS_KM: f64 = 6_371.0;
/// Within a day one may be anywhere.
pub(super) const BACK_MS: i64 = 24 * HOUR_MS;
const MICRO: f64 = 1e6;

/// A place on the earth, in millionths of a degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    latitude: i32,
    longitude: i32,
}

/// Where hosts stand, and which of their workstations stand elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sites(BTreeMap<String, Vec<(String, Place)>>);

/// Where each professional was last.
#[derive(Default)]
pub(super) struct Travel {
    last: HashMap<Pseudonym, (Millis, Place)>,
}

impl Sites {
    /// `workstations`: what their names begin with; empty for all of the host that no other site names. Degrees north and east.
    /// `None`: that is no place on the earth.
    pub fn add(&mut self, host: &str, workstations: &str, (latitude, longitude): (f64, f64)) -> Option<()> {
        let micro =
            |degrees: f64, most: f64| (degrees.abs() <= most).then(|| (degrees * MICRO).round() as i32);
        let place = Place { latitude: micro(latitude, 90.0)?, longitude: micro(longitude, 180.0)? };
        self.0.entry(host.to_owned()).or_default().push((workstations.to_owned(), place));
        Some(())
    }

    fn of(&self, seen: &Seen<'_>) -> Option<Place> {
        let how = seen.entry.how.as_ref()?;
        let device = how.device.as_deref().unwrap_or_default();
        let named = self.0.get(&how.host)?.iter().filter(|(begins, _)| device.starts_with(begins.as_str()));
        named.max_by_key(|(begins, _)| begins.len()).map(|(_, place)| *place)
    }
}

impl Travel {
    pub(super) fn take(&mut self, seen: &Seen<'_>, sites: &Sites, thresholds: &Thresholds) -> Option<Tipped> {
        if !matches!(seen.act, Act::Opened | Act::Refused) {
            return None;
        }
        let place = sites.of(seen)?;
        let (at, before) = self.last.insert(seen.who, (seen.now, place))?;
        let least_ms = before.km_to(place) / f64::from(thresholds.travel_km_an_hour.get()) * HOUR_MS as f64;
        let is_too_soon = (seen.now.0.abs_diff(at.0) as f64) < least_ms;
        is_too_soon.then(|| Tipped::by(seen, Rule::TwoPlaces, WHAT))
    }

    pub(super) fn sweep(&mut self, now: Millis) {
        self.last.retain(|_, (at, _)| *at > now.plus_ms(-BACK_MS));
    }
}

impl Place {
    /// As the crow flies.
    fn km_to(self, other: Self) -> f64 {
        let radians = |micro: i32| (f64::from(micro) / MICRO).to_radians();
        let (one, two) = (radians(self.latitude), radians(other.latitude));
        let half = |of: f64| (of / 2.0).sin().powi(2);
        let across = half(radians(other.longitude) - radians(self.longitude));
        let inside = half(two - one) + one.cos() * two.cos() * across;
        2.0 * EARTH_RADIUS_KM * inside.sqrt().min(1.0).asin()
    }
}
