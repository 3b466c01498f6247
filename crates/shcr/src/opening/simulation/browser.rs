//! One professional's visit: a launch, its link, a page or a searchset, read as it comes, stalled at, left. What must hold of every byte is
//! looked at as it arrives.

use super::{
    answers::Label,
    chaos::{Class, Classes},
    network::PLACES,
    people::{self, PERSONS, PROFESSIONALS},
    watch::Law,
    world::World,
};
use crate::{
    entries,
    opening::{Begun, open, told::Sink},
    program::{Doors, Program},
};
use access::{Refusal, session};
use audit::{OpeningId, store::testing::Dice};
use futures_util::{StreamExt, stream::BoxStream};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep, timeout};
use web::gateway::{Browser, Gateway, Order, Wanted, Within};

/// Of a page, from its first slots to its end mark: eight seconds, and what one write may take that had begun before they were over.
const PAGE_MS: u128 = 8_000 + 2 * 2_000;
/// Longer than any page lasts; then the visit is over, whatever the reader waits for.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is going to be done.
#[derive(Debug, Clone)]
pub(super) struct Visit {
    pub(super) name: usize,
    pub(super) at_ms: u64,
    pub(super) replica: usize,
    /// Where the same launch or link is offered at the same time.
    pub(super) other: usize,
    pub(super) person: usize,
    pub(super) professional: usize,
    pub(super) host_session: Option<u64>,
    pub(super) launches_twice: bool,
    pub(super) follows_twice: bool,
    /// After so many parts.
    pub(super) leaves_after: Option<usize>,
    /// After so many parts, for so many milliseconds.
    pub(super) stalls: Option<(usize, u64)>,
    pub(super) is_searchset: bool,
    /// The same view is opened again.
    pub(super) again: bool,
    pub(super) order: Order,
}

impl Visit {
    pub(super) fn any(name: usize, replicas: u64, dice: &mut Dice, classes: Classes) -> Self {
        let mut one_of = |sides: u64, class: Class| dice.throw(sides) == 0 && classes.has(class);
        let (launches_twice, follows_twice) = (one_of(5, Class::Twice), one_of(4, Class::Twice));
        let (leaves, stalls) = (one_of(5, Class::Leaves), one_of(6, Class::Stalls));
        let mut throw = |sides: u64| usize::try_from(dice.throw(sides)).unwrap();
        // Together more often than not: most of what goes wrong needs others.
        let at_ms = [0, 400, 6_000, 6_500, 14_000, 25_000][throw(6)] + throw(300) as u64;
        let host_session = throw(3) as u64;
        Self {
            name,
            at_ms,
            replica: throw(replicas),
            other: throw(replicas),
            person: throw(3),
            professional: throw(3),
            host_session: (throw(2) == 0).then_some(host_session),
            launches_twice,
            follows_twice,
            leaves_after: leaves.then(|| throw(12)),
            stalls: stalls.then(|| (throw(8), 200 + throw(9_000) as u64)),
            is_searchset: throw(6) == 0,
            again: throw(3) == 0,
            order: if throw(5) == 0 { Order::Plain } else { Order::AsTheyLand },
        }
    }

    /// Of somebody who reads to the end, once everything is well.
    pub(super) fn calm(name: usize, replica: usize) -> Self {
        Self {
            name,
            at_ms: 0,
            replica,
            other: replica,
            person: name % PERSONS.len(),
            professional: name % PROFESSIONALS.len(),
            host_session: None,
            launches_twice: false,
            follows_twice: false,
            leaves_after: None,
            stalls: None,
            is_searchset: false,
            again: false,
            order: Order::AsTheyLand,
        }
    }
}

/// What a reader has of one page.
pub(super) struct Read {
    pub(super) text: String,
    pub(super) labels: BTreeSet<Label>,
    pub(super) is_whole: bool,
}

/// All of it.
pub(super) async fn visit(world: Arc<World>, visit: Visit) {
    sleep(Duration::from_millis(visit.at_ms)).await;
    let Some(within) = enter(&world, &visit).await else {
        world.watch.met("stayed outside");
        return world.watch.trace(format_args!("v{} stays outside", visit.name));
    };
    look(&world, &visit, &within).await;
    if visit.again {
        sleep(Duration::from_millis(700)).await;
        look(&world, &visit, &within).await;
    }
}

/// A launch and its link, offered as often as the visit wants; `None` where no door opened.
pub(super) async fn enter(world: &Arc<World>, visit: &Visit) -> Option<Within> {
    let handle = launch(world, visit).await?;
    let first = world.program(visit.replica)?;
    if !visit.follows_twice {
        return admitted(&first, &handle).await.ok();
    }
    let second = world.program(visit.other)?;
    let (one, other) = tokio::join!(admitted(&first, &handle), admitted(&second, &handle));
    world.watch.met("a link offered twice");
    // A third time, later, must not work either.
    let third = admitted(&second, &handle).await;
    let (entered, refused): (Vec<_>, Vec<_>) = [one, other, third].into_iter().partition(Result::is_ok);
    world.watch.must(entered.len() <= 1, Law::I5, || format!("a link was followed {} times", entered.len()));
    let within = entered.into_iter().flatten().next()?;
    // Whoever is told that it was used has taken the view of the first away.
    if refused.into_iter().any(|refused| refused.err() == Some(Refusal::LaunchUsedOrExpired)) {
        let sid = session::decode(&within.sid)?;
        let stored = second.store.session(sid).await.ok().flatten();
        world.watch.must(stored.is_none_or(|stored| stored.ended.is_some()), Law::I5, || {
            "a link was offered again, and the view it had opened still stands".to_owned()
        });
        world.watch.met("a view taken away");
    }
    Some(within)
}

async fn launch(world: &Arc<World>, visit: &Visit) -> Option<String> {
    let request = people::launch(visit.person, visit.professional, visit.host_session);
    let first = world.program(visit.replica)?;
    let handle = |answer: web::gateway::TokenAnswer| {
        answer.body["access_token"].as_str().filter(|_| answer.status == 200).map(str::to_owned)
    };
    if !visit.launches_twice {
        return handle(Doors(first).token(request, "127.0.0.1".to_owned()).await);
    }
    let second = world.program(visit.other)?;
    let (one, other) = tokio::join!(
        Doors(first).token(request.clone(), "127.0.0.1".to_owned()),
        Doors(second).token(request, "127.0.0.1".to_owned())
    );
    let (one, other) = (handle(one), handle(other));
    world.watch.must(one.is_none() || other.is_none(), Law::I5, || "a launch was taken twice".to_owned());
    world.watch.met("a launch offered twice");
    one.or(other)
}

fn browser() -> Browser {
    Browser { address: "127.0.0.1".into(), ..Browser::default() }
}

async fn admitted(program: &Arc<Program>, handle: &str) -> Result<Within, Refusal> {
    let admitted = Doors(Arc::clone(program)).redeem(handle.to_owned(), browser()).await;
    let admitted = admitted.map_err(|refused| refused.refusal)?;
    let cookie = admitted.set_cookie.split(';').next().unwrap().split_once('=').unwrap().1.to_owned();
    let sid = admitted.location.trim_start_matches("/s/").trim_end_matches('/').to_owned();
    Ok(Within { sid, browser: Browser { cookie: Some(cookie), ..browser() }, bearer: None })
}

async fn look(world: &Arc<World>, visit: &Visit, within: &Within) {
    if visit.is_searchset {
        return searchset(world, visit, within).await;
    }
    let Some(page) = page(world, visit, within).await else {
        world.watch.met("refused");
        return world.watch.trace(format_args!("v{} is refused", visit.name));
    };
    match timeout(PATIENCE, read(world, visit, page)).await {
        Ok(read) => world.has_read(visit, read),
        Err(_) => world.watch.broken(Law::I8, format!("v{}: a page that does not end", visit.name)),
    }
}

/// A page under way, its opening a task of its replica; `None` where it was refused.
pub(super) async fn page(
    world: &Arc<World>,
    visit: &Visit,
    within: &Within,
) -> Option<BoxStream<'static, bytes::Bytes>> {
    let program = world.program(visit.replica)?;
    let (sink, body) = Sink::page(visit.order, None);
    match open(program, within.clone(), sink).await {
        Ok(Begun::Telling(_, telling)) => {
            world.on(visit.replica, telling);
            Some(body)
        }
        Ok(Begun::Asks(_)) | Err(_) => None,
    }
}

/// As far as this reader reads.
pub(super) async fn read(
    world: &Arc<World>,
    visit: &Visit,
    mut page: BoxStream<'static, bytes::Bytes>,
) -> Read {
    let mut read = Read { text: String::new(), labels: BTreeSet::new(), is_whole: false };
    let (mut begun, mut stalled, mut parts) = (None, Duration::ZERO, 0);
    loop {
        if visit.leaves_after == Some(parts) {
            world.watch.met("left");
            world.watch.trace(format_args!("v{} leaves", visit.name));
            return read;
        }
        if let Some((_, ms)) = visit.stalls.filter(|(after, _)| *after == parts) {
            stalled += Duration::from_millis(ms);
            sleep(Duration::from_millis(ms)).await;
        }
        let Some(part) = page.next().await else { return read };
        parts += 1;
        let part = String::from_utf8(part.to_vec()).unwrap();
        world.watch.trace(format_args!("v{} reads {} bytes", visit.name, part.len()));
        read.text.push_str(&part);
        for label in Label::all(&part) {
            if read.labels.insert(label.clone()) {
                of_one_byte(world, visit, &label);
                let reference = reference(world, label.opening);
                let is_own = reference.is_some_and(|reference| read.text.contains(&reference));
                world
                    .watch
                    .must(is_own, Law::I9, || format!("v{}: {label:?} of another opening", visit.name));
            }
        }
        if part.contains("id=\"incomplete\"") {
            begun = Some(Instant::now());
        }
        if part.contains("id=\"complete\"") {
            read.is_whole = true;
            let took = begun.map_or(0, |begun: Instant| begun.elapsed().saturating_sub(stalled).as_millis());
            if took > 8_000 {
                world.watch.met("a page that waited for the store past its end");
            }
            world.watch.must(took <= PAGE_MS, Law::I8, || format!("v{}: a page of {took} ms", visit.name));
        }
    }
}

/// I1, I4, and the wish.
fn of_one_byte(world: &World, visit: &Visit, label: &Label) {
    let (person, professional) = (&PERSONS[visit.person], &PROFESSIONALS[visit.professional]);
    let told = || format!("v{}: {label:?}", visit.name);
    world.watch.must(label.person == visit.person, Law::I4, told);
    let opening = world.net.opening(label.opening).unwrap_or_default();
    let is_disclosed = world.watch.ledger().disclosure(&opening, &label.source).is_some_and(|noted| {
        noted.person == person.number
            && noted.subject == professional.sub
            && noted.sources.contains(&label.source)
    });
    world.watch.must(is_disclosed, Law::I1, told);
    let objects = |place: &str| world.net.truth(label.opening, place).objects;
    let is_heard = objects(&label.source) || objects(super::network::LIST);
    world.watch.must(!is_heard, Law::Wish, told);
}

pub(super) fn reference(world: &World, ordinal: usize) -> Option<String> {
    Some(entries::reference(&OpeningId::parse(&world.net.opening(ordinal)?).ok()?))
}

async fn searchset(world: &Arc<World>, visit: &Visit, within: &Within) {
    let Some(program) = world.program(visit.replica) else { return };
    let asked = program.searchset(within.clone(), Wanted::default());
    let given = match visit.leaves_after {
        // Its program does not wait.
        Some(parts) => timeout(Duration::from_millis(120 * parts as u64), asked).await.ok(),
        None => timeout(PATIENCE, asked).await.ok(),
    };
    let Some(given) = given else {
        return world.watch.must(visit.leaves_after.is_some(), Law::I8, || {
            format!("v{}: a searchset that does not come", visit.name)
        });
    };
    let Ok(given) = given else {
        world.watch.met("refused");
        return world.watch.trace(format_args!("v{} is refused a searchset", visit.name));
    };
    world.watch.trace(format_args!("v{} has a searchset of {} bytes", visit.name, given.body.len()));
    world.watch.met("a searchset");
    let labels: BTreeSet<Label> = Label::all(&given.body).into_iter().collect();
    labels.iter().for_each(|label| of_one_byte(world, visit, label));
    let openings: BTreeSet<usize> = labels.iter().map(|label| label.opening).collect();
    world.watch.must(openings.len() <= 1, Law::I9, || format!("v{}: of openings {openings:?}", visit.name));
}

/// The sources a page says have recorded nothing of something, with that.
pub(super) fn said_empty(text: &str) -> Vec<(String, &'static str)> {
    let mut said = Vec::new();
    for part in text.split("No ").skip(1) {
        let Some((noun, rest)) = part.split_once(" recorded by ") else { continue };
        if noun.len() > 60 || noun.contains(['.', '<']) {
            continue;
        }
        let names = rest.split_once('.').map_or(rest, |(names, _)| names);
        let named = PLACES.iter().filter(|place| names.contains(place.short));
        said.extend(named.map(|place| (noun.to_owned(), place.id)));
    }
    said
}
