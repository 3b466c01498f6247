//! Takes a seed, lives it on virtual time, gives its trace and every law that was broken. The same seed gives the same trace.

use super::{
    browser::{self, Visit},
    chaos::{Class, Classes, Mood},
    laws::{self, Given},
    network::{self, PDS, PLACES},
    people::{self, PERSONS},
    planted::{self, Bug},
    watch::{Law, Watch},
    world::World,
};
use crate::clock;
use audit::{Entry, Key, Kind, store::testing::Dice};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, Once},
    time::Duration,
};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout},
};

/// When it begins: a day like any other.
const BEGINS: &str = "2026-11-22T08:25:00Z";
/// How long things go wrong, in milliseconds.
const TROUBLE_MS: u64 = 45_000;
/// After which nobody is still at it.
const PATIENCE: Duration = Duration::from_secs(240);
/// Longer than a breaker rests, and than anybody may ask to be left alone.
const RECOVERS: Duration = Duration::from_secs(130);
/// Longer than a replica keeps a place that nobody needs.
const GIVEN_BACK: Duration = Duration::from_secs(5);
/// How often a record is opened before it is said not to open whole.
const AGAIN: usize = 3;

/// What is lived.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seed {
    pub(super) seed: u64,
    pub(super) classes: Classes,
    pub(super) bug: Option<Bug>,
    /// Whether somebody reads the trace.
    pub(super) is_read: bool,
}

/// What came of it.
pub(super) struct Outcome {
    pub(super) hash: u64,
    pub(super) lines: Vec<String>,
    pub(super) broken: Vec<(Law, String)>,
    pub(super) met: BTreeMap<&'static str, u32>,
}

/// On this thread, on virtual time, with nothing left behind.
pub(super) fn alone<T>(bug: Option<Bug>, live: impl Future<Output = T>) -> T {
    quiet();
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let jwks = people::host().1.to_string().into_bytes();
    access::socketless::lay(Some(HashMap::from([(people::JWKS_URL.to_owned(), jwks)])));
    planted::plant(bug);
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().unwrap();
    let outcome = runtime.block_on(live);
    drop(runtime);
    planted::plant(None);
    federation::network::lay(None);
    access::socketless::lay(None);
    clock::simulated::begin(None);
    outcome
}

/// From now on it is the morning on which everything begins.
pub(super) fn begin() {
    clock::simulated::begin(Some(BEGINS.parse().unwrap()));
}

impl Seed {
    pub(super) fn of(seed: u64) -> Self {
        Self { seed, classes: Classes::ALL, bug: None, is_read: false }
    }

    /// Alone on this thread.
    pub(super) fn run(self) -> Outcome {
        alone(self.bug, self.live())
    }

    async fn live(self) -> Outcome {
        begin();
        let mut dice = Dice::of(self.seed.wrapping_add(1));
        let watch = Arc::new(Watch::begin(self.is_read));
        let world = World::begin(Arc::clone(&watch), (self.seed, self.classes), &mut dice);
        federation::network::lay(Some(Arc::new(world.net.clone())));
        let given = self.trouble(&world, &mut dice).await;
        self.heals(&world).await;
        laws::at_the_end(&world, &given).await;
        let mut said = watch.said();
        let (hash, lines) = (said.hash(), said.lines());
        Outcome { hash, lines, broken: std::mem::take(&mut said.broken), met: std::mem::take(&mut said.met) }
    }

    /// Everybody at once, until all are done.
    async fn trouble(self, world: &Arc<World>, dice: &mut Dice) -> Given {
        let given = Arc::new(Mutex::new(Given::default()));
        let mut everybody = JoinSet::new();
        let replicas = world.count() as u64;
        for name in 0..3 + usize::try_from(dice.throw(5)).unwrap() {
            let visit = Visit::any(name, replicas, dice, self.classes);
            world.watch.trace(format_args!("{visit:?}"));
            everybody.spawn(browser::visit(Arc::clone(world), visit));
        }
        let mut of_its_own = || Dice::of(dice.throw(u64::MAX));
        everybody.spawn(moods(Arc::clone(world), self.classes, of_its_own()));
        everybody.spawn(objections(Arc::clone(world), self.classes, of_its_own()));
        everybody.spawn(crashes(Arc::clone(world), self.classes, of_its_own()));
        everybody.spawn(keeping(Arc::clone(world), of_its_own()));
        everybody.spawn(clerk(Arc::clone(world), Arc::clone(&given), of_its_own()));
        let all = async {
            while let Some(ended) = everybody.join_next().await {
                if let Err(error) = ended {
                    world.watch.broken(Law::Heals, format!("somebody broke: {error}"));
                }
            }
        };
        if timeout(PATIENCE, all).await.is_err() {
            world.watch.broken(Law::I8, "somebody still waits".to_owned());
        }
        std::mem::take(&mut *given.lock().unwrap())
    }

    /// Nothing is wrong any more: after a while every replica opens a record whole.
    async fn heals(self, world: &Arc<World>) {
        world.heal();
        world.watch.trace(format_args!("nothing is wrong any more"));
        sleep(RECOVERS).await;
        for replica in 0..world.count() {
            let mut told = self.opens(world, (100 + replica, replica)).await;
            for again in 1..AGAIN {
                if told.is_none() {
                    break;
                }
                // A source that is asked one question at a time may be asked by another replica, whose view looks again.
                sleep(GIVEN_BACK).await;
                told = self.opens(world, (100 + replica + again * 10, replica)).await;
            }
            if let Some(told) = told {
                world.watch.broken(Law::Heals, told);
            }
        }
    }

    /// What is not as it should be of a record that is opened while nothing is wrong.
    async fn opens(self, world: &Arc<World>, (name, replica): (usize, usize)) -> Option<String> {
        let visit = Visit::calm(name, replica);
        let opened = async {
            let within = browser::enter(world, &visit).await?;
            let page = browser::page(world, &visit, &within).await?;
            Some(browser::read(world, &visit, page).await)
        };
        let read = timeout(PATIENCE, opened).await.ok().flatten();
        let shown = |place: &network::Place| {
            read.as_ref().is_some_and(|read| read.labels.iter().any(|label| label.source == place.id))
        };
        let is_whole = read.as_ref().is_some_and(|read| read.is_whole);
        let silent: Vec<&str> = PLACES.iter().filter(|place| !shown(place)).map(|place| place.id).collect();
        let is_so = is_whole && silent.is_empty();
        let is_there = read.is_some();
        (!is_so)
            .then(|| format!("r{replica} opens a record: {is_there}, whole: {is_whole}, without {silent:?}"))
    }
}

/// A while of its own length until it is all over; `false` then.
async fn a_while(begun: Instant, dice: &mut Dice, from_ms: u64, most_ms: u64) -> bool {
    let at = Instant::now() + Duration::from_millis(from_ms + dice.throw(most_ms));
    let end = begun + Duration::from_millis(TROUBLE_MS);
    sleep_until(at.min(end)).await;
    at < end
}

/// Sources and the national service change for better or worse.
async fn moods(world: Arc<World>, classes: Classes, mut dice: Dice) {
    let begun = Instant::now();
    let mut places: Vec<&'static str> = PLACES.iter().map(|place| place.id).collect();
    if classes.has(Class::National) {
        places.push(PDS);
    }
    loop {
        for place in &places {
            if dice.throw(2) == 0 {
                world.net.mood(place, Mood::any(&mut dice, classes));
            }
        }
        if !a_while(begun, &mut dice, 500, 9_000).await {
            return;
        }
    }
}

/// People object, and take it back.
async fn objections(world: Arc<World>, classes: Classes, mut dice: Dice) {
    let begun = Instant::now();
    while a_while(begun, &mut dice, 100, 12_000).await {
        let (place, person) = (dice.throw(3), dice.throw(PERSONS.len() as u64));
        let (does, place) = (dice.throw(3) > 0, PLACES[usize::try_from(place).unwrap()].id);
        if classes.has(Class::Objects) {
            world.net.objects(place, usize::try_from(person).unwrap(), does);
        }
    }
}

/// Replicas end, and come back.
async fn crashes(world: Arc<World>, classes: Classes, mut dice: Dice) {
    let begun = Instant::now();
    if !classes.has(Class::Crash) || dice.throw(2) == 0 {
        return;
    }
    while a_while(begun, &mut dice, 20, 20_000).await {
        let replica = usize::try_from(dice.throw(world.count() as u64)).unwrap();
        world.crash(replica);
        a_while(begun, &mut dice, 100, 6_000).await;
        world.start(replica);
    }
}

/// What goes on by itself in a replica: openings are swept, sessions end by time, an operator clears what is held.
async fn keeping(world: Arc<World>, mut dice: Dice) {
    let begun = Instant::now();
    while a_while(begun, &mut dice, 2_000, 15_000).await {
        let replica = usize::try_from(dice.throw(world.count() as u64)).unwrap();
        let Some(program) = world.program(replica) else { continue };
        match dice.throw(3) {
            0 => world.clear(replica),
            1 => program.end_expired().await,
            _ => {
                let now = clock::millis();
                let _ = program.store.sweep(now.plus_ms(-15 * 60 * 1_000), now).await;
            }
        }
    }
}

/// Somebody who writes entries of their own and keeps every receipt, and publishes checkpoints.
async fn clerk(world: Arc<World>, given: Arc<Mutex<Given>>, mut dice: Dice) {
    let begun = Instant::now();
    let mut attempt = 0;
    while a_while(begun, &mut dice, 50, 4_000).await {
        let replica = usize::try_from(dice.throw(world.count() as u64)).unwrap();
        let Some(store) = world.store(replica) else { continue };
        attempt += 1;
        let now = clock::millis();
        if dice.throw(3) == 0 {
            if let Ok(published) = store.checkpoint(now).await {
                let mut given = given.lock().unwrap();
                given
                    .checkpoints
                    .entry(published.checkpoint.size)
                    .or_default()
                    .insert(published.checkpoint.root);
            }
            continue;
        }
        let entry = Entry::new(Kind::LaunchRefused, Key::launch_refused("clerk", &[7; 32], attempt), now);
        let mut ends = store.append(vec![entry.clone()], now).await;
        if ends == Err(audit::Fault::Unknown) && dice.throw(2) == 0 {
            // What is in doubt is settled by the same call.
            ends = store.append(vec![entry], now).await;
        }
        given.lock().unwrap().receipts.extend(ends.into_iter().flatten());
    }
}

/// What is meant to break is not printed.
fn quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let others = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if panic.payload_as_str() != Some(network::PANIC) {
                others(panic);
            }
        }));
    });
}
