//! The partners and the national service, without sockets: what each is asked, what it answers in the mood it is in, and what must
//! hold of every question as it leaves. Every answer bears the opening, the person and the source it was made for.

use super::{
    answers,
    chaos::{Behaves, Classes, Mood},
    people::PERSONS,
    watch::{Law, Watch},
};
use audit::store::testing::Dice;
use axum::http;
use bytes::Bytes;
use federation::network::{Network, NoAnswer};
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream};
use reqwest::{Body, Request, Response};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::sleep;

/// A source, its name on the page, its partner, and how many questions all replicas together may ask it at once.
pub(super) struct Place {
    pub(super) id: &'static str,
    pub(super) short: &'static str,
    pub(super) ods: &'static str,
    pub(super) ceiling: usize,
}

pub(super) const PLACES: [Place; 3] = [
    Place { id: "acute", short: "Acute", ods: "ZZ910", ceiling: 1 },
    Place { id: "eput", short: "EPUT", ods: "ZZ911", ceiling: 2 },
    Place { id: "nelft", short: "NELFT", ods: "ZZ912", ceiling: 6 },
];
/// Whose register is the region's list.
pub(super) const LIST: &str = "acute";
/// The national service.
pub(super) const PDS: &str = "pds";
/// What a request for a server's CapabilityStatement names in an opening's place.
const CAPABILITY: &str = "capability";
pub(super) const PANIC: &str = "a question breaks, as a simulation wants it";

/// Everybody who can be asked.
#[derive(Clone)]
pub(super) struct Net(Arc<Inner>);

struct Inner {
    watch: Arc<Watch>,
    classes: Classes,
    state: Mutex<State>,
}

struct State {
    dice: Dice,
    moods: BTreeMap<&'static str, Mood>,
    /// Who has objected where.
    objects: BTreeSet<(&'static str, usize)>,
    /// What came to nobody and may come once more, by opening, source and kind: it is one question all the same.
    refused: BTreeSet<(usize, &'static str, String)>,
    /// In the order in which anybody first heard of them.
    openings: Vec<String>,
    truth: BTreeMap<(usize, &'static str), Truth>,
    /// By source and door: the openings whose questions are there, whoever asks, and with how many requests.
    flying: BTreeMap<(&'static str, bool), BTreeMap<String, u32>>,
}

/// What a source really said in one opening.
#[derive(Debug, Default, Clone)]
pub(super) struct Truth {
    /// By kind of resource: asked, answered whole, and whether there was something in it.
    pub(super) kinds: BTreeMap<String, (u32, u32, bool)>,
    /// It told this opening that the person objects.
    pub(super) objects: bool,
}

impl Truth {
    /// Whether all it was asked of these kinds came back whole, and whether anything was in it. `None`: none was asked.
    pub(super) fn of(&self, is_wanted: impl Fn(&str) -> bool) -> Option<(bool, bool)> {
        let wanted = self.kinds.iter().filter(|(kind, _)| is_wanted(kind)).map(|(_, ends)| *ends);
        wanted.map(|(asked, whole, some)| (asked == whole, some)).reduce(|a, b| (a.0 && b.0, a.1 || b.1))
    }
}

/// One request, read.
pub(super) struct Asked {
    replica: String,
    pub(super) place: &'static str,
    pub(super) kind: String,
    /// The ordinal of its opening; a CapabilityStatement is asked for no opening.
    pub(super) opening: Option<usize>,
    pub(super) person: Option<usize>,
    pub(super) is_second_page: bool,
    base: String,
}

impl Asked {
    fn is_register(&self) -> bool {
        self.kind == "Consent"
    }

    pub(super) fn base(&self) -> &str {
        &self.base
    }

    pub(super) fn is_of_register(&self) -> bool {
        self.is_register()
    }
}

impl Network for Net {
    fn answer(&self, request: Request) -> BoxFuture<'static, Result<Response, NoAnswer>> {
        let net = self.clone();
        async move { net.whole(&request).await }.boxed()
    }
}

impl Net {
    pub(super) fn new(watch: &Arc<Watch>, classes: Classes, seed: u64) -> Self {
        let state = State {
            dice: Dice::of(seed ^ 0x6e65_7477),
            moods: BTreeMap::new(),
            objects: BTreeSet::new(),
            refused: BTreeSet::new(),
            openings: Vec::new(),
            truth: BTreeMap::new(),
            flying: BTreeMap::new(),
        };
        Self(Arc::new(Inner { watch: Arc::clone(watch), classes, state: Mutex::new(state) }))
    }

    pub(super) fn mood(&self, place: &'static str, mood: Mood) {
        self.0.watch.trace(format_args!("{place} is {mood:?}"));
        self.state().moods.insert(place, mood);
    }

    pub(super) fn objects(&self, place: &'static str, person: usize, does: bool) {
        self.0.watch.trace(format_args!("{person} objects at {place}: {does}"));
        let mut state = self.state();
        if does {
            state.objects.insert((place, person))
        } else {
            state.objects.remove(&(place, person))
        };
    }

    /// From now on everybody is well, and nobody objects.
    pub(super) fn heal(&self) {
        let mut state = self.state();
        state.moods.clear();
        state.objects.clear();
    }

    /// The id of an opening by its ordinal.
    pub(super) fn opening(&self, ordinal: usize) -> Option<String> {
        self.state().openings.get(ordinal).cloned()
    }

    pub(super) fn ordinal(&self, opening: &str) -> Option<usize> {
        self.state().openings.iter().position(|known| known == opening)
    }

    pub(super) fn truth(&self, ordinal: usize, place: &str) -> Truth {
        let place = PLACES.iter().find(|known| known.id == place).map_or(PDS, |known| known.id);
        self.state().truth.get(&(ordinal, place)).cloned().unwrap_or_default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn whole(&self, request: &Request) -> Result<Response, NoAnswer> {
        let asked = self.read(request);
        self.was_recorded(&asked);
        let flight = self.take_off(&asked);
        let (behaves, latency) = self.behaves(&asked);
        self.started(&asked);
        let Asked { replica, place, kind, .. } = &asked;
        let opening = asked.opening.map_or("-".to_owned(), |ordinal| ordinal.to_string());
        self.0.watch.trace(format_args!("{replica} asks {place} of {opening} {kind}: {behaves:?}"));
        sleep(Duration::from_millis(latency)).await;
        self.act(&asked, behaves, flight).await
    }

    fn read(&self, request: &Request) -> Asked {
        let url = request.url();
        let path: Vec<&str> = url.path().trim_start_matches('/').split('/').collect();
        let (replica, place) = (path[0].to_owned(), path[1]);
        let place = PLACES.iter().find(|known| known.id == place).map_or(PDS, |known| known.id);
        let kind = if place == PDS { "Patient" } else { path[3] }.to_owned();
        let header = request.headers().get("x-correlation-id").and_then(|value| value.to_str().ok());
        let named = header.filter(|name| *name != CAPABILITY);
        let opening = named.map(|name| self.ordinal(name).unwrap_or_else(|| self.first_heard(name)));
        let body = request.body().and_then(Body::as_bytes).unwrap_or_default();
        let text = format!("{} {}", url.as_str(), String::from_utf8_lossy(body));
        let is_of = |n: usize| text.contains(PERSONS[n].number) || text.contains(&format!("patient=p{n}"));
        let base = format!("http://127.0.0.1:1/{replica}/{place}/fhir");
        let is_second_page = url.query().is_some_and(|query| query.contains("page=2"));
        Asked {
            replica,
            place,
            kind,
            opening,
            person: (0..PERSONS.len()).find(|n| is_of(*n)),
            is_second_page,
            base,
        }
    }

    fn first_heard(&self, opening: &str) -> usize {
        let mut state = self.state();
        state.openings.push(opening.to_owned());
        state.openings.len() - 1
    }

    /// I2. Who the person is, is asked before there is anything to record.
    fn was_recorded(&self, asked: &Asked) {
        let Some(opening) = asked.opening.and_then(|ordinal| self.opening(ordinal)) else { return };
        if asked.place == PDS {
            return;
        }
        let ledger = self.0.watch.ledger();
        let is_planned = ledger.opens.get(&opening).is_some_and(|open| open.sources.contains(asked.place));
        drop(ledger);
        self.0.watch.must(is_planned, Law::I2, || {
            format!("{} was asked for an opening that no durable entry says so of", asked.place)
        });
    }

    /// I7.
    fn take_off(&self, asked: &Asked) -> Flight {
        let door = (asked.place, asked.is_register());
        let opening = asked.opening.and_then(|ordinal| self.opening(ordinal)).filter(|_| asked.place != PDS);
        if let Some(opening) = &opening {
            let at_once = {
                let mut state = self.state();
                let there = state.flying.entry(door).or_default();
                *there.entry(opening.clone()).or_default() += 1;
                there.len()
            };
            let ceiling =
                PLACES.iter().find(|place| place.id == asked.place).map_or(usize::MAX, |place| place.ceiling);
            self.0.watch.must(at_once <= ceiling, Law::I7, || {
                format!("{at_once} questions at once at {}, whose ceiling is {ceiling}", asked.place)
            });
        }
        Flight { net: self.clone(), door, opening }
    }

    fn behaves(&self, asked: &Asked) -> (Behaves, u64) {
        let classes = self.0.classes;
        let mut state = self.state();
        let latency = 3 + state.dice.throw(60);
        let behaves = match state.moods.get(asked.place) {
            None => Behaves::Well,
            Some(Mood::Steady(behaves)) => *behaves,
            Some(Mood::Changing) => Behaves::any(&mut state.dice, classes),
        };
        (behaves, latency)
    }

    fn started(&self, asked: &Asked) {
        if let (Some(opening), false) = (asked.opening, asked.is_register()) {
            let mut state = self.state();
            if state.refused.remove(&(opening, asked.place, asked.kind.clone())) {
                drop(state);
                self.0.watch.met("sent once more");
                return;
            }
            let truth = state.truth.entry((opening, asked.place)).or_default();
            truth.kinds.entry(asked.kind.clone()).or_default().0 += 1;
        }
    }

    /// It has left whole.
    fn ended(&self, asked: &Asked, has_some: bool) {
        let Some(opening) = asked.opening else { return };
        let mut state = self.state();
        let truth = state.truth.entry((opening, asked.place)).or_default();
        if asked.is_register() {
            truth.objects |= has_some;
            return;
        }
        let ends = truth.kinds.entry(asked.kind.clone()).or_default();
        (ends.1, ends.2) = (ends.1 + 1, ends.2 || has_some);
    }

    async fn act(&self, asked: &Asked, behaves: Behaves, flight: Flight) -> Result<Response, NoAnswer> {
        let objects = {
            let state = self.state();
            asked.person.is_some_and(|person| state.objects.contains(&(asked.place, person)))
        };
        let (text, has_some) = answers::text(asked, behaves, objects);
        let json = |body: Body| answer(200, "application/fhir+json", body);
        Ok(match behaves {
            Behaves::Slow(ms) => {
                sleep(Duration::from_millis(ms)).await;
                self.ended(asked, has_some);
                json(Body::from(text))
            }
            Behaves::Cut if asked.is_second_page => answer(500, "text/plain", Body::from("no")),
            Behaves::Well | Behaves::Empty | Behaves::NotKnown | Behaves::Paged | Behaves::Cut => {
                self.ended(asked, has_some);
                json(Body::from(text))
            }
            // The Patient is whole and the right one: what is wrong is in what is asked next, or a warning beside her.
            Behaves::Warned | Behaves::Stray | Behaves::Unread if asked.kind == "Patient" => {
                self.ended(asked, has_some);
                json(Body::from(text))
            }
            // Where there is nothing to be about anybody, nothing is about somebody else.
            Behaves::Another | Behaves::Stray if !has_some => {
                self.ended(asked, has_some);
                json(Body::from(text))
            }
            Behaves::Warned | Behaves::Another | Behaves::Stray | Behaves::ErrorInside | Behaves::Unread => {
                json(Body::from(text))
            }
            Behaves::Status(status) => answer(status, "application/fhir+json", Body::from(text)),
            Behaves::Wait(seconds) => {
                let head = http::Response::builder().status(429).header("retry-after", seconds);
                Response::from(head.body(Body::from("")).unwrap())
            }
            Behaves::Refused => {
                if let (Some(opening), false) = (asked.opening, asked.is_register()) {
                    self.state().refused.insert((opening, asked.place, asked.kind.clone()));
                }
                return Err(NoAnswer::Refused);
            }
            Behaves::Broken => json(Body::from(half(&text))),
            Behaves::Torn => {
                let torn = stream::iter([Ok(half(&text)), Err(std::io::Error::other("torn"))]);
                json(Body::wrap_stream(torn))
            }
            Behaves::LoginPage => answer(200, "text/html", Body::from("<!DOCTYPE html><p>Sign in")),
            Behaves::Hangs => std::future::pending().await,
            Behaves::HangsWithin => json(kept(stream::once(async move { half(&text) }), flight)),
            Behaves::Drips => {
                let bytes: Vec<u8> = text.into_bytes();
                let drip = stream::iter(bytes).then(|byte| async move {
                    sleep(Duration::from_secs(1)).await;
                    Bytes::copy_from_slice(&[byte])
                });
                json(kept(drip, flight))
            }
            Behaves::Panics if asked.place == PDS || asked.opening.is_none() => return Err(NoAnswer::Broke),
            Behaves::Panics => panic!("{PANIC}"),
        })
    }
}

/// A body that does not end while it is waited for; the question is at the source as long.
fn kept(parts: impl stream::Stream<Item = Bytes> + Send + 'static, flight: Flight) -> Body {
    let for_ever = stream::once(async move {
        let _flight = flight;
        std::future::pending::<Bytes>().await
    });
    Body::wrap_stream(parts.chain(for_ever).map(Ok::<_, std::io::Error>))
}

fn half(text: &str) -> Bytes {
    Bytes::copy_from_slice(&text.as_bytes()[..text.len() / 2])
}

fn answer(status: u16, media_type: &str, body: Body) -> Response {
    Response::from(
        http::Response::builder().status(status).header("content-type", media_type).body(body).unwrap(),
    )
}

/// A request under way.
struct Flight {
    net: Net,
    door: (&'static str, bool),
    opening: Option<String>,
}

impl Drop for Flight {
    fn drop(&mut self) {
        let Some(opening) = &self.opening else { return };
        let mut state = self.net.state();
        let there = state.flying.entry(self.door).or_default();
        let left = there.get(opening).copied().unwrap_or_default().saturating_sub(1);
        if left == 0 {
            there.remove(opening)
        } else {
            there.insert(opening.clone(), left)
        };
    }
}
