//! A gateway with a host and two partners, over a store of the test's choosing; and the laws its log is held to.

use super::partners::Partner;
use crate::{
    clock,
    config::Config,
    entries,
    program::{Program, store_settings, tests::doors::Host},
};
use audit::{EntryView, Filter, OpeningId, Store};
use futures_util::{StreamExt, stream::BoxStream};
use miette::IntoDiagnostic;
use std::{path::Path, sync::Arc};
use tempfile::TempDir;
use web::gateway::{Opened as Page, Order, Within};

/// What a request for a server's CapabilityStatement names in an opening's place.
const CAPABILITY: &str = "capability";
/// Longer than any opening lasts.
const LATER_MS: i64 = 60 * 60 * 1_000;

pub(super) struct Gateway {
    pub(super) program: Arc<Program>,
    pub(super) host: Host,
    pub(super) partners: [Partner; 2],
    pub(super) folder: TempDir,
}

/// Two that stay while gateways come and go.
pub(super) async fn partners() -> [Partner; 2] {
    [Partner::start("acute", "ZZ910").await, Partner::start("eput", "ZZ911").await]
}

impl Gateway {
    pub(super) async fn start() -> Self {
        Self::start_changed(|_| {}).await
    }

    pub(super) async fn start_changed(change: impl FnOnce(&mut Config)) -> Self {
        Self::changed(partners().await, change, |config, key| {
            Store::open(store_settings(config, key)?, clock::millis()).into_diagnostic()
        })
        .await
        .unwrap()
    }

    pub(super) async fn over(
        partners: [Partner; 2],
        open: impl FnOnce(&Config, [u8; 32]) -> miette::Result<Store>,
    ) -> miette::Result<Self> {
        Self::changed(partners, |_| {}, open).await
    }

    /// The same with another configuration.
    pub(super) async fn changed(
        partners: [Partner; 2],
        change: impl FnOnce(&mut Config),
        open: impl FnOnce(&Config, [u8; 32]) -> miette::Result<Store>,
    ) -> miette::Result<Self> {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let (host, folder) = (Host::start().await, folder.unwrap());
        let mut config = host.config(folder.path(), 100_000);
        config.sources = partners.iter().map(Partner::config).collect();
        change(&mut config);
        let program = Program::over(config, open)?;
        Ok(Self { program, host, partners, folder })
    }

    /// The page as it comes, or `None` where the opening was refused.
    pub(super) async fn page(&self, within: &Within) -> Option<BoxStream<'static, bytes::Bytes>> {
        let opened = Arc::clone(&self.program).open_record(within.clone(), Order::AsTheyLand).await.ok()?;
        let Page::Record(document) = opened else { panic!("a page that asks something first") };
        Some(document.body)
    }

    /// All of it.
    pub(super) async fn read(&self, within: &Within) -> Option<String> {
        Some(text(self.page(within).await?.collect().await))
    }

    pub(super) fn views(&self) -> Vec<EntryView> {
        views(&self.program.config)
    }

    /// Everything that nobody closed counts as possibly shown.
    pub(super) async fn sweep(&self) {
        let later = clock::millis().plus_ms(LATER_MS);
        while self.program.store.sweep(later, later).await.unwrap() > 0 {}
    }

    /// What must hold of the log, whatever happened: the file is what was written, every opening is closed or swept, who was asked
    /// was recorded first, and what any reader got was recorded and is not told as less.
    pub(super) fn holds(&self, pages: &[String], of: &str) {
        let place = self.program.config.audit.place().unwrap();
        let checked =
            audit::verify(&place.path, Some(key(&self.program.config)), place.month_keys.as_deref());
        let checked = checked.unwrap_or_else(|fault| panic!("{of}: {fault}"));
        assert_eq!(checked.unclosed, 0, "{of}: an opening is neither closed nor swept");
        let views = self.views();
        let mut keys: Vec<&str> = views.iter().map(|view| view.entry["key"].as_str().unwrap()).collect();
        keys.sort_unstable();
        keys.windows(2).for_each(|two| assert_ne!(two[0], two[1], "{of}: an entry stands twice"));
        let opens: Vec<&EntryView> = views.iter().filter(|view| view.entry["kind"] == "open").collect();
        for partner in &self.partners {
            for asked in partner.asked() {
                let named = |open: &&&EntryView| open.entry["opening"] == asked.as_str();
                let Some(open) = opens.iter().find(named) else { continue };
                assert!(names(open, partner.id), "HAZ-029: {of}: asked and not in the plan");
            }
        }
        for page in pages {
            self.page_holds(page, &opens, &views, of);
        }
    }

    fn page_holds(&self, page: &str, opens: &[&EntryView], views: &[EntryView], of: &str) {
        let shown = self.partners.iter().filter(|partner| page.contains(&partner.mark()));
        for partner in shown {
            let is_its_own = |open: &&&EntryView| page.contains(&reference(open));
            let open = opens
                .iter()
                .find(is_its_own)
                .unwrap_or_else(|| panic!("HAZ-029: {of}: shown and not opened"));
            let same = views.iter().filter(|view| view.entry["opening"] == open.entry["opening"]);
            let same: Vec<&EntryView> = same.collect();
            let is =
                |kind: &str| same.iter().find(|view| view.entry["kind"] == kind && names(view, partner.id));
            assert!(is("disclosure").is_some(), "HAZ-029: {of}: {} shown and not disclosed", partner.id);
            let end = is("close")
                .or_else(|| is("sweep"))
                .unwrap_or_else(|| panic!("{of}: no end names {}", partner.id));
            let lines = end.entry["sources"].as_array().unwrap().iter();
            let state =
                lines.filter(|line| line["source"] == partner.id).map(|line| line["state"].as_str().unwrap());
            for state in state {
                let is_no_less = state.starts_with("answered") || state == "possibly-shown";
                assert!(is_no_less, "HAZ-031: {of}: {} was shown, and its end says {state}", partner.id);
            }
        }
    }

    /// Nobody is asked for an opening that no entry names.
    pub(super) fn was_recorded_before_asked(&self, of: &str) {
        let views = self.views();
        for partner in &self.partners {
            for asked in partner.asked() {
                let mut opens = views.iter().filter(|view| view.entry["kind"] == "open");
                // What a server is able to do is asked for no opening, and not before there is one.
                let is_its_own =
                    |open: &EntryView| asked == CAPABILITY || open.entry["opening"] == asked.as_str();
                assert!(
                    opens.any(is_its_own),
                    "HAZ-029: {of}: {} was asked for {asked}, of which there is no entry",
                    partner.id
                );
            }
        }
    }
}

pub(super) fn text(parts: Vec<bytes::Bytes>) -> String {
    String::from_utf8(parts.concat()).unwrap()
}

pub(super) fn views(config: &Config) -> Vec<EntryView> {
    audit::inspect(&config.audit.place().unwrap(), key(config), &Filter::default()).unwrap()
}

fn key(config: &Config) -> [u8; 32] {
    crate::program::read_key(config).unwrap()
}

fn names(view: &EntryView, source: &str) -> bool {
    view.entry["sources"].as_array().is_some_and(|lines| lines.iter().any(|line| line["source"] == source))
}

fn reference(open: &EntryView) -> String {
    entries::reference(&OpeningId::parse(open.entry["opening"].as_str().unwrap()).unwrap())
}
