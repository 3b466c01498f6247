//! Alerts: takes `[alerts]`, gives how much of something is too much, when an alert that nobody took on is raised again, and where
//! word of urgent ones goes; says which address nobody could be reached at in secret.

use super::{
    Config,
    report::{Text, Wrong},
};
use crate::posting;
use audit::watch::Thresholds;
use fhir::OdsCode;
use serde::{Deserialize, Deserializer, de::Error as _};
use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU16,
    path::PathBuf,
};

/// An alert nobody took on within so many working days is raised again.
const ESCALATE_AFTER: NonZeroU16 = NonZeroU16::new(5).unwrap();

/// `[alerts]`
pub(crate) struct Alerts {
    pub(crate) thresholds: Thresholds,
    pub(crate) escalate_after_working_days: NonZeroU16,
    /// Lists of those who have left or are suspended, by organisation.
    pub(crate) leavers: BTreeMap<OdsCode, PathBuf>,
    /// Who is rostered when, by organisation.
    pub(crate) rosters: BTreeMap<OdsCode, PathBuf>,
    /// Where hosts and workstations stand.
    pub(crate) sites: Vec<Site>,
    /// Without the table nobody is sent word.
    pub(crate) notify: Option<Notify>,
}

impl Default for Alerts {
    fn default() -> Self {
        Self {
            thresholds: Thresholds::default(),
            escalate_after_working_days: ESCALATE_AFTER,
            leavers: BTreeMap::new(),
            rosters: BTreeMap::new(),
            sites: Vec::new(),
            notify: None,
        }
    }
}

/// `[[alerts.sites]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Site {
    /// A host's client id.
    pub(crate) host: String,
    /// What the names of the workstations there begin with; without it, all of the host that no other site names.
    #[serde(default)]
    pub(crate) workstations: String,
    /// Degrees north.
    pub(crate) latitude: f64,
    /// Degrees east.
    pub(crate) longitude: f64,
}

/// `[alerts.notify]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Notify {
    /// Where word is posted.
    pub(crate) url: String,
    /// What we prove ourselves with there: one line, sent as a bearer token.
    pub(crate) token_file: Option<PathBuf>,
    /// Our certificate and their authorities, as for a source.
    pub(crate) tls: Option<federation::Tls>,
    /// Rules beside those that are always sent.
    #[serde(default)]
    pub(crate) also: BTreeSet<String>,
}

impl<'de> Deserialize<'de> for Alerts {
    /// The thresholds refuse what they do not know; so this takes its own keys out first.
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let mut table = toml::Table::deserialize(reader)?;
        let (notify, days) = (table.remove("notify"), table.remove("escalate_after_working_days"));
        let notify = notify.map(|notify| notify.try_into().map_err(D::Error::custom)).transpose()?;
        let days = days.map(|days| days.try_into().map_err(D::Error::custom)).transpose()?;
        let mut files = |key| {
            let files = table.remove(key).map(|files| files.try_into().map_err(D::Error::custom));
            Ok(files.transpose()?.unwrap_or_default())
        };
        let (leavers, rosters) = (files("leavers")?, files("rosters")?);
        let sites = table.remove("sites").map(|sites| sites.try_into().map_err(D::Error::custom));
        let sites = sites.transpose()?.unwrap_or_default();
        let thresholds = table.try_into().map_err(D::Error::custom)?;
        Ok(Self {
            thresholds,
            escalate_after_working_days: days.unwrap_or(ESCALATE_AFTER),
            leavers,
            rosters,
            sites,
            notify,
        })
    }
}

impl Alerts {
    pub(super) fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let lists = self.leavers.values_mut().chain(self.rosters.values_mut());
        lists.chain(self.notify.iter_mut().flat_map(Notify::paths_mut))
    }
}

impl Notify {
    fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let tls = self.tls.iter_mut().flat_map(|tls| tls.identity_file.iter_mut().chain(&mut tls.ca_file));
        self.token_file.iter_mut().chain(tls)
    }
}

impl Config {
    pub(super) fn wrong_alerts(&self, text: &Text) -> Vec<Wrong> {
        let mut wrong = self.wrong_sites(text);
        let Some(notify) = &self.alerts.notify else { return wrong };
        let mut say = |key: &str, what: String, fix: &str| {
            wrong.push(text.at(
                "alerts",
                &format!("notify.{key}"),
                format!("`[alerts.notify]`: {what}"),
                fix,
            ));
        };
        if let Some((what, fix)) = posting::wrong(&notify.url, self.training) {
            say("url", what, fix);
        }
        if self.office.is_none() {
            let what = "it links to the officers\u{2019} pages, and there are none".to_owned();
            say("url", what, "add `[office]`, or take `[alerts.notify]` out");
        }
        for rule in notify.also.iter().filter(|rule| !is_rule(rule)) {
            say("also", format!("`{rule}` is no rule"), "write rules as `PO-15`");
        }
        wrong
    }
}

impl Config {
    fn wrong_sites(&self, text: &Text) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        for site in &self.alerts.sites {
            if !self.hosts.iter().any(|host| host.client_id == site.host) {
                let said = format!("`[[alerts.sites]]`: there is no host `{}`", site.host);
                wrong.push(text.at("alerts", "sites", said, "write the `client_id` of one of `[[hosts]]`"));
            }
            let place = (site.latitude, site.longitude);
            if audit::watch::Sites::default().add(&site.host, &site.workstations, place).is_none() {
                let said =
                    format!("`[[alerts.sites]]`: of host `{}` a site is no place on the earth", site.host);
                let fix = "degrees north from -90 to 90, degrees east from -180 to 180";
                wrong.push(text.at("alerts", "sites", said, fix));
            }
        }
        wrong
    }
}

/// `PO-01` to `PO-30`, and what is listed for review.
fn is_rule(text: &str) -> bool {
    let number = text.strip_prefix("PO-").filter(|number| number.len() == 2);
    let number = number.and_then(|number| number.parse::<u8>().ok());
    text == audit::cause::REVIEW || number.is_some_and(|number| (1..=30).contains(&number))
}
