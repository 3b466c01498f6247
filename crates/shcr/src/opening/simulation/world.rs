//! A region in one thread: replicas of the gateway over one database, their partners, and everybody who looks; replicas may end and come
//! back.

use super::{
    browser::{Read, Visit, reference, said_empty},
    chaos::{Class, Classes},
    network::{LIST, Net, PLACES},
    people,
    watch::{Law, Watch},
};
use crate::{
    clock,
    config::{Config, ObjectionPage},
    program::{Program, fleet, store_settings},
};
use audit::{
    Place, Store,
    store::testing::{self, Dice, Faults, Shared, Weather},
};
use futures_util::future::BoxFuture;
use miette::IntoDiagnostic;
use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tempfile::TempDir;
use tokio::task::AbortHandle;

/// How often a store fails: five of so many transactions, or hardly ever.
const SIDES: [u64; 4] = [14, 40, 120, u64::MAX];
/// One of so many commits is slow; 0: none.
const SLOW: [u64; 4] = [0, 6, 20, 60];

pub(super) struct World {
    pub(super) watch: Arc<Watch>,
    pub(super) net: Net,
    shared: Shared,
    folder: TempDir,
    faults: Vec<Faults>,
    weather: Weather,
    page: ObjectionPage,
    replicas: Mutex<Vec<Running>>,
    /// What readers have of pages.
    pub(super) pages: Mutex<Vec<(usize, Read)>>,
}

#[derive(Default)]
struct Running {
    boots: u32,
    up: Option<(Arc<Program>, testing::Replica)>,
    /// Whoever keeps its part of what replicas share.
    keeper: Option<AbortHandle>,
    /// Openings under way.
    tellings: Vec<AbortHandle>,
}

impl World {
    /// With every replica up, and nothing wrong with the store yet.
    pub(super) fn begin(watch: Arc<Watch>, (seed, classes): (u64, Classes), dice: &mut Dice) -> Arc<Self> {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let folder = folder.unwrap();
        let pick = |of: [u64; 4], dice: &mut Dice, class, else_| {
            let drawn = of[usize::try_from(dice.throw(4)).unwrap()];
            if classes.has(class) { drawn } else { else_ }
        };
        let sides = pick(SIDES, dice, Class::StoreFails, u64::MAX);
        let slow = pick(SLOW, dice, Class::StoreSlow, 0);
        let replicas = 2 + dice.throw(2);
        let page = if dice.throw(4) == 0 { ObjectionPage::Uniform } else { ObjectionPage::Say };
        let place = Place {
            month_keys: Some(folder.path().join("audit-months")),
            ..Place::file(&folder.path().join("audit.sqlite"))
        };
        let world = Arc::new(Self {
            net: Net::new(&watch, classes, seed),
            watch,
            shared: Shared::open(&place).unwrap(),
            folder,
            faults: (0..replicas).map(|n| Faults::of(seed.wrapping_mul(31).wrapping_add(n), sides)).collect(),
            weather: Weather::of(seed, slow),
            page,
            replicas: Mutex::new((0..replicas).map(|_| Running::default()).collect()),
            pages: Mutex::default(),
        });
        (0..world.count()).for_each(|n| world.start(n));
        world
    }

    pub(super) fn count(&self) -> usize {
        self.faults.len()
    }

    /// `None` while it is down.
    pub(super) fn program(&self, replica: usize) -> Option<Arc<Program>> {
        self.replicas()[replica].up.as_ref().map(|(program, _)| Arc::clone(program))
    }

    pub(super) fn store(&self, replica: usize) -> Option<Store> {
        self.replicas()[replica].up.as_ref().map(|(_, replica)| replica.store.clone())
    }

    /// Lets an opening go on as a task of its replica, which ends with it.
    pub(super) fn on(&self, replica: usize, telling: BoxFuture<'static, ()>) {
        self.replicas()[replica].tellings.push(tokio::spawn(telling).abort_handle());
    }

    /// Ends a replica wherever it is.
    pub(super) fn crash(&self, replica: usize) {
        let mut replicas = self.replicas();
        let running = &mut replicas[replica];
        let Some((_, writer)) = running.up.take() else { return };
        writer.crash();
        running.tellings.drain(..).chain(running.keeper.take()).for_each(|task| task.abort());
        drop(replicas);
        self.watch.met("a crash");
        self.watch.trace(format_args!("r{replica} crashes"));
        // The log is read by the eyes of one that is up.
        if let Some(store) = (0..self.count()).find_map(|n| self.store(n)) {
            self.watch.reads(store);
        }
    }

    pub(super) fn start(&self, replica: usize) {
        let boots = {
            let mut replicas = self.replicas();
            if replicas[replica].up.is_some() {
                return;
            }
            replicas[replica].boots += 1;
            replicas[replica].boots
        };
        let faults = &self.faults[replica];
        faults.cease(true);
        let mut kept = None;
        let program = Program::over(self.config(replica, boots), |config, key| {
            let settings = store_settings(config, key)?;
            let replica =
                self.shared.replica(settings, (faults, &self.weather), clock::millis()).into_diagnostic()?;
            let store = replica.store.clone();
            kept = Some(replica);
            Ok(store)
        });
        faults.cease(false);
        self.watch.trace(format_args!("r{replica} is up for the {boots}. time"));
        let kept = kept.unwrap();
        self.watch.reads(kept.store.clone());
        let program = program.unwrap();
        let keeper = tokio::spawn(fleet::keep(Arc::clone(&program), std::future::pending())).abort_handle();
        let mut replicas = self.replicas();
        (replicas[replica].up, replicas[replica].keeper) = (Some((program, kept)), Some(keeper));
    }

    /// From now on nothing is wrong; what was down is up.
    pub(super) fn heal(&self) {
        self.net.heal();
        self.weather.cease(true);
        (0..self.count()).for_each(|n| self.start(n));
        self.faults.iter().for_each(|faults| faults.cease(true));
        (0..self.count()).for_each(|n| self.clear(n));
    }

    /// An operator has looked into why sources are held.
    pub(super) fn clear(&self, replica: usize) {
        let Some(program) = self.program(replica) else { return };
        PLACES.iter().for_each(|place| program.federation.clear(&fhir::SourceId::new(place.id)));
    }

    fn config(&self, replica: usize, boots: u32) -> Config {
        let mut config = people::host().0.config(self.folder.path(), 100_000);
        let base = format!("http://127.0.0.1:1/r{replica}b{boots}");
        config.audit.replica = format!("r{replica}");
        config.national.pds_url = format!("{base}/pds");
        config.objection.page = self.page;
        config.fleet.replicas = self.count();
        config.objection.list = Some(fhir::SourceId::new(LIST));
        config.sources = PLACES.iter().map(|place| source(place, &base)).collect();
        config
    }

    fn replicas(&self) -> MutexGuard<'_, Vec<Running>> {
        self.replicas.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// I3, and what came of the visit.
    pub(super) fn has_read(&self, visit: &Visit, read: Read) {
        let shown =
            read.labels.iter().map(|label| &label.source).collect::<std::collections::BTreeSet<_>>().len();
        self.watch.met(if read.is_whole { "whole" } else { "not whole" });
        self.watch.met(["nothing shown", "one shown", "two shown", "all shown"][shown.min(3)]);
        self.watch.trace(format_args!("v{} has {shown} sources, whole: {}", visit.name, read.is_whole));
        let ordinal = self.opening_of(&read.text);
        for (noun, place) in said_empty(&read.text) {
            let truth = ordinal.map(|ordinal| self.net.truth(ordinal, place)).unwrap_or_default();
            let is_allergies = noun.contains("allerg");
            let person = truth.of(|kind| kind == "Patient");
            let of_noun = truth.of(|kind| {
                kind != "Patient" && kind != "metadata" && is_allergies == (kind == "AllergyIntolerance")
            });
            let is_so = match (person, of_noun) {
                (Some((true, _)), Some((is_whole, some))) => is_whole && !(some && is_allergies),
                (Some((is_whole, _)), None) => is_whole,
                _ => false,
            };
            self.watch.must(is_so, Law::I3, || {
                format!("v{}: `No {noun} recorded by {place}`, which said {truth:?}", visit.name)
            });
            self.watch.met("said to be empty");
        }
        self.pages.lock().unwrap_or_else(PoisonError::into_inner).push((visit.name, read));
    }

    /// The opening whose reference stands on a page.
    fn opening_of(&self, text: &str) -> Option<usize> {
        (0..)
            .map_while(|ordinal| reference(self, ordinal).map(|it| (ordinal, it)))
            .find(|(_, it)| text.contains(it.as_str()))
            .map(|(ordinal, _)| ordinal)
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

fn source(place: &super::network::Place, base: &str) -> federation::SourceConfig {
    let super::network::Place { id, short, ods, ceiling } = place;
    let kind = if *id == "nelft" { "fhir-stu3" } else { "fhir-r4" };
    let consent = if *id == "nelft" { "{ when_silent = \"shared\" }" } else { "true" };
    let text = format!(
        "id = \"{id}\"\nshort = \"{short}\"\npartner = \"Trust {id}\"\nods = \"{ods}\"\nkind = \"{kind}\"\n\
         base_url = \"{base}/{id}/fhir\"\nshares = [\"allergies\", \"encounters\"]\ncontact = \"switchboard\"\n\
         ceiling = {ceiling}\nconsent = {consent}\n"
    );
    toml::from_str(&text).unwrap()
}
