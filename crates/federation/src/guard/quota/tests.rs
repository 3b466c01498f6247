//! Replicas that share one ceiling: what is owned, lent and still there is never more than it, whatever is lost. Time is passed in.

use super::*;
use crate::fleet::Watch;
use audit::{
    Millis,
    fleet::{Ask, Asks, Ledger},
};
use proptest::prelude::*;

const SECOND: Duration = Duration::from_secs(1);

fn wish(quota: &mut Quota, at_once: (usize, usize), now: Instant) -> (usize, usize) {
    let wish = quota.wish(at_once, Others::default(), now).unwrap();
    (wish.wants, wish.takes)
}

#[test]
fn one_replica_owns_everything_and_several_own_half_between_them() {
    let now = Instant::now();
    let shares = |full, replicas| {
        let quota = Quota::new(full, replicas, now);
        (quota.places(now), quota.pool)
    };
    assert_eq!(shares(8, 1), (8, 0), "embedded: nothing is asked of anybody");
    assert_eq!(shares(8, 3), (1, 5));
    assert_eq!(shares(32, 4), (4, 16));
    assert_eq!(shares(1, 2), (0, 1), "HAZ-036: less than one each is nobody's");
    assert!(Quota::new(8, 1, now).wish((8, 3), Others::default(), now).is_none());
}

#[test]
fn a_replica_that_asks_anything_is_lent_its_part_before_it_needs_it() {
    let now = Instant::now();
    let mut quota = Quota::new(32, 4, now);
    assert_eq!(wish(&mut quota, (0, 0), now), (0, 0));
    assert_eq!(wish(&mut quota, (1, 0), now), (4, 4), "a quarter of the sixteen that are lent");
    assert_eq!(wish(&mut quota, (4, 5), now), (8, 8), "and what it needs, in blocks of four");
}

#[test]
fn what_was_lent_runs_out_by_itself_and_what_is_there_is_still_asked_for() {
    let now = Instant::now();
    let mut quota = Quota::new(8, 3, now);
    assert_eq!(wish(&mut quota, (1, 3), now), (3, 3));
    quota.lent(3, now + SECOND * 4);
    assert_eq!(quota.places(now + SECOND * 3), 4);
    let later = now + SECOND * 4;
    assert_eq!(quota.places(later), 1, "HAZ-036: the standing share alone");
    assert_eq!(wish(&mut quota, (4, 0), later), (3, 3));
    assert_eq!(wish(&mut quota, (3, 0), later + SECOND * 4), (2, 2), "HAZ-036: never less than is there");
    assert_eq!(wish(&mut quota, (0, 0), later + SECOND * 5), (2, 2), "what was needed a moment ago");
    assert_eq!(wish(&mut quota, (0, 0), later + SECOND * 7), (0, 0), "and is given back after it");
    assert_eq!(quota.places(later), 1);
}

#[test]
fn whoever_has_more_than_its_part_gives_it_up_when_others_need_it_but_not_what_is_there() {
    let now = Instant::now();
    let others = Others { taken: 0, is_wanted: true, wanting: 1 };
    let mut quota = Quota::new(8, 3, now);
    wish(&mut quota, (1, 5), now);
    quota.lent(5, now + SECOND * 4);
    let asked = quota.wish((5, 9), others, now).unwrap();
    assert_eq!((asked.wants, asked.takes), (5, 4), "four of those that are there stand on what was lent");
    let asked = quota.wish((3, 9), Others { taken: 1, ..others }, now).unwrap();
    assert_eq!((asked.wants, asked.takes), (5, 2), "HAZ-036: half of five");
    assert_eq!(quota.places(now), 3, "before anybody is told");
}

/// One replica's questions, each with the moment it ends, and what it knows of the others.
struct Replica {
    quota: Quota,
    there: Vec<Instant>,
    name: String,
    known: Ledger,
    watch: Watch,
}

const TTL: Duration = Duration::from_secs(5);
const HELD: Duration = Duration::from_secs(4);
const DEADLINE: Duration = Duration::from_secs(6);
const REPLICAS: usize = 3;

/// What happens next to one of them: questions come, it asks the store, it asks and is not answered, it is cut off, or it starts anew.
#[derive(Debug, Clone, Copy)]
enum Step {
    Comes(usize),
    Asks,
    AsksInVain { was_done: bool },
    Restarts,
}

fn step() -> impl Strategy<Value = (usize, Step, u64)> {
    let what = prop_oneof![
        4 => (1_usize..6).prop_map(Step::Comes),
        4 => Just(Step::Asks),
        1 => any::<bool>().prop_map(|was_done| Step::AsksInVain { was_done }),
        1 => Just(Step::Restarts),
    ];
    (0..REPLICAS, what, prop_oneof![3 => 0_u64..400, 1 => 0_u64..7_000])
}

struct Fleet {
    full: usize,
    now: Instant,
    ms: i64,
    store: Ledger,
    replicas: Vec<Replica>,
    boots: usize,
}

impl Fleet {
    fn new(full: usize) -> Self {
        let now = Instant::now();
        let mut fleet =
            Self { full, now, ms: 1_000, store: Ledger::default(), replicas: Vec::new(), boots: 0 };
        (0..REPLICAS).for_each(|_| {
            let replica = fleet.replica();
            fleet.replicas.push(replica);
        });
        fleet
    }

    fn replica(&mut self) -> Replica {
        self.boots += 1;
        let quota = Quota::new(self.full, REPLICAS, self.now);
        let name = format!("r{}", self.boots);
        Replica { quota, there: Vec::new(), name, known: Ledger::default(), watch: Watch::default() }
    }

    fn live(&mut self, which: usize, step: Step) {
        let (now, millis) = (self.now, Millis(self.ms));
        match step {
            Step::Comes(questions) => {
                let replica = &mut self.replicas[which];
                replica.quota.needs(replica.there.len() + questions);
                for _ in 0..questions {
                    if replica.there.len() < replica.quota.places(now) {
                        replica.there.push(now + DEADLINE);
                    }
                }
            }
            Step::Asks => {
                let asks = self.asks(which);
                self.store.settle(&asks, millis);
                let replica = &mut self.replicas[which];
                replica.known = self.store.clone();
                replica.watch.saw(&replica.known, now);
                let own = replica.known.stand("q", &replica.name).own;
                replica.quota.lent(own as usize, now + HELD);
            }
            Step::AsksInVain { was_done } => {
                let asks = self.asks(which);
                if was_done {
                    self.store.settle(&asks, millis);
                }
            }
            Step::Restarts => self.replicas[which] = self.replica(),
        }
    }

    fn asks(&mut self, which: usize) -> Asks {
        let now = self.now;
        let replica = &mut self.replicas[which];
        let stand = replica.known.stand("q", &replica.name);
        let others = Others {
            taken: stand.others as usize,
            is_wanted: stand.is_wanted,
            wanting: stand.wanting as usize,
        };
        let wish = replica.quota.wish((replica.there.len(), 0), others, now).unwrap();
        let number = |it: usize| u32::try_from(it).unwrap();
        let ask = Ask {
            quota: "q".to_owned(),
            pool: number(wish.pool),
            wants: number(wish.wants),
            takes: number(wish.takes),
        };
        let silent = replica.watch.silent(now, TTL + DEADLINE);
        Asks { replica: replica.name.clone(), asks: vec![ask], silent, waits: Vec::new() }
    }

    fn there(&mut self) -> usize {
        let now = self.now;
        self.replicas
            .iter_mut()
            .map(|replica| {
                replica.there.retain(|ends| *ends > now);
                replica.there.len()
            })
            .sum()
    }
}

proptest! {
    /// Standing, lent and still there are never more than the ceiling.
    #[test]
    fn never_more_questions_are_there_than_all_may_ask(
        full in 1_usize..20,
        steps in prop::collection::vec(step(), 1..200),
    ) {
        let mut fleet = Fleet::new(full);
        for (which, step, later_ms) in steps {
            fleet.now += Duration::from_millis(later_ms);
            fleet.ms += i64::try_from(later_ms).unwrap();
            // What ended has ended before anybody else begins.
            fleet.there();
            fleet.live(which, step);
            let there = fleet.there();
            prop_assert!(there <= full, "HAZ-036: {there} of {full}");
        }
    }
}
