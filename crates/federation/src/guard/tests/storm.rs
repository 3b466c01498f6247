//! A source that is asked half as much again as it bears, for a minute, by readers who press again: on virtual time, once with its guard
//! and once without one, as control.

use super::*;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};
use tokio::{
    sync::Semaphore,
    time::{sleep, sleep_until, timeout},
};

/// Of eight in a second.
const WORKERS: usize = 4;
const WORK: Duration = Duration::from_millis(500);
const DEADLINE: Duration = Duration::from_secs(6);
/// Half as much again as it bears, then half of it.
const MUCH: u32 = 12;
const LITTLE: u32 = 4;
const FALLS_S: u32 = 60;
const ENDS_S: u32 = 150;
/// As long as readers of before may press again, and a source that was strained is asked less.
const SETTLES_S: u32 = 40;

/// Serves one after the other, and goes on with what nobody waits for any more.
struct Server {
    workers: Arc<Semaphore>,
    there: Arc<AtomicUsize>,
    /// When each came, and how many were there with it.
    came: Mutex<Vec<(Duration, usize)>>,
    begun: Instant,
    /// Between these it answers nobody.
    away: Option<(u64, u64)>,
}

impl Server {
    async fn serves(&self) {
        let there = self.there.fetch_add(1, Ordering::Relaxed) + 1;
        self.came.lock().unwrap().push((self.begun.elapsed(), there));
        let (workers, count) = (Arc::clone(&self.workers), Arc::clone(&self.there));
        let now_s = self.begun.elapsed().as_secs();
        let is_away = self.away.is_some_and(|(from_s, to_s)| (from_s..to_s).contains(&now_s));
        let work = tokio::spawn(async move {
            let worker = workers.acquire_owned().await.unwrap();
            sleep(if is_away { DEADLINE * 2 } else { WORK }).await;
            drop(worker);
            count.fetch_sub(1, Ordering::Relaxed);
        });
        work.await.unwrap();
    }

    fn most_there(&self, from_s: u32, to_s: u32) -> usize {
        let within = SECOND * from_s..SECOND * to_s;
        let came = self.came.lock().unwrap();
        came.iter().filter(|(at, _)| within.contains(at)).map(|(_, there)| *there).max().unwrap_or(0)
    }
}

struct Storm {
    server: Server,
    guard: Option<Arc<Guard>>,
    dice: AtomicU64,
    /// By the second in which a reader began: whether it was answered at once.
    first: Mutex<Vec<(u32, bool)>>,
    /// The second of each answer.
    answers: Mutex<Vec<u64>>,
}

impl Storm {
    fn new(guard: Option<Arc<Guard>>, away: Option<(u64, u64)>) -> Arc<Self> {
        let workers = Arc::new(Semaphore::new(WORKERS));
        let (there, came) = (Arc::default(), Mutex::default());
        let server = Server { workers, there, came, begun: Instant::now(), away };
        Arc::new(Self {
            server,
            guard,
            dice: AtomicU64::new(7),
            first: Mutex::default(),
            answers: Mutex::default(),
        })
    }

    async fn is_answered(&self) -> bool {
        let Some(guard) = &self.guard else {
            return timeout(DEADLINE, self.server.serves()).await.is_ok();
        };
        let Ok(ticket) = guard.enter(at("08:30")).await else { return false };
        let is_answered = timeout(DEADLINE, self.server.serves()).await.is_ok();
        if !is_answered {
            ticket.errand().strain();
        }
        ticket.end(if is_answered { Verdict::Well } else { Verdict::Sick });
        is_answered
    }

    /// Presses again after one to five seconds, a few times.
    async fn reads(self: Arc<Self>, begun_s: u32) {
        for attempt in 0..5 {
            let is_answered = self.is_answered().await;
            if attempt == 0 {
                self.first.lock().unwrap().push((begun_s, is_answered));
            }
            if is_answered {
                return self.answers.lock().unwrap().push(self.server.begun.elapsed().as_secs());
            }
            let drawn = self.dice.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            sleep(SECOND + Duration::from_millis((drawn >> 33) % 4_000)).await;
        }
    }

    async fn blows(self: &Arc<Self>) {
        let mut readers = tokio::task::JoinSet::new();
        for second in 0..ENDS_S {
            let count = if second < FALLS_S { MUCH } else { LITTLE };
            for n in 0..count {
                sleep_until(self.server.begun + SECOND * second + SECOND * n / count).await;
                readers.spawn(Arc::clone(self).reads(second));
            }
        }
        sleep(DEADLINE).await;
    }

    /// Answers in a second, on average.
    fn served(&self, from_s: u32, to_s: u32) -> f64 {
        let within = u64::from(from_s)..u64::from(to_s);
        let answers = self.answers.lock().unwrap();
        answers.iter().filter(|at| within.contains(at)).count() as f64 / f64::from(to_s - from_s)
    }

    /// Of a hundred who came between these, how many were answered at once.
    fn answered(&self, from_s: u32, to_s: u32) -> usize {
        let first = self.first.lock().unwrap();
        let came: Vec<bool> =
            first.iter().filter(|(at, _)| (from_s..to_s).contains(at)).map(|(_, well)| *well).collect();
        came.iter().filter(|well| **well).count() * 100 / came.len().max(1)
    }
}

fn guard() -> Arc<Guard> {
    let limits = Limits::default();
    Guard::new(&limits, Agreed { adapts: true, per_second: Some(10), ..Agreed::ours(8) })
}

// shows: F46
#[tokio::test]
async fn f46_a_source_asked_half_as_much_again_as_it_bears_is_well_as_soon_as_fewer_come() {
    tokio::time::pause();
    let storm = Storm::new(Some(guard()), None);
    storm.blows().await;
    let (served, calm) = (storm.served(10, FALLS_S), FALLS_S + SETTLES_S);
    let (after, second) = (storm.answered(calm, ENDS_S - 6), storm.server.most_there(calm, ENDS_S));
    let peak = storm.server.most_there(0, FALLS_S);
    println!(
        "{served} answered in a second, {peak} there at once; then {after} of a hundred, {second} there"
    );
    assert!(served >= 3.0, "it goes on serving: {served} of eight in a second");
    assert!(peak <= 8, "HAZ-036: {peak} there at once");
    assert_eq!(after, 100, "HAZ-036: whoever comes later is answered at once");
    assert!(second <= WORKERS, "HAZ-036: no second peak, {second} at once");
    let bare = Storm::new(None, None);
    bare.blows().await;
    let (left, there) = (bare.answered(calm, ENDS_S - 6), bare.server.most_there(calm, ENDS_S));
    println!("without a guard: {left} of a hundred, {there} there at once");
    assert!(left < 50 && there > 8 * WORKERS, "the control: without a guard it stays down, {left}, {there}");
}

// shows: F46
#[tokio::test]
async fn f46_a_source_that_was_away_while_too_many_came_has_no_second_peak() {
    tokio::time::pause();
    let storm = Storm::new(Some(guard()), Some((20, 40)));
    storm.blows().await;
    let after = storm.answered(ENDS_S - 30, ENDS_S - 6);
    let [before, later] = [(0, 20), (40, ENDS_S)].map(|(from, to)| storm.server.most_there(from, to));
    println!(
        "there at once: {before} before, {later} after; answered at once in the end: {after} of a hundred"
    );
    assert!(later <= before.max(WORKERS), "HAZ-036: no more come back at once than were there before");
    assert_eq!(after, 100, "HAZ-006: and nobody is kept away for ever");
}
