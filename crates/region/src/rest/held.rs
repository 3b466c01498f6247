//! What one partner holds about whom: takes an NHS number or the id of anything held, gives everything of that person.
//! Built when first asked for and kept, so that a second question costs nothing.

use super::{identity, partner::Partner};
use crate::{
    access_log::Subject,
    faults::Fault,
    payload,
    people::{self, Person},
    wishes::Said,
    world::World,
};
use fhir::{NhsNumber, nhs_number};
use serde_json::{Value, value::RawValue};
use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

/// One resource: read for searching, and the text that is sent.
pub(super) struct Resource {
    pub(super) value: Value,
    pub(super) text: Box<RawValue>,
}

/// Everything one partner holds about one person, Patient first.
pub(super) struct Held {
    pub(super) resources: Vec<Resource>,
    by_reference: HashMap<String, usize>,
}

impl Held {
    fn new(resources: Vec<Resource>) -> Self {
        let place = |(place, one): (usize, &Resource)| Some((reference(&one.value)?, place));
        let by_reference = resources.iter().enumerate().filter_map(place).collect();
        Self { resources, by_reference }
    }

    /// Those resources, as they are given.
    pub(super) fn of(resources: &[Value]) -> Self {
        Self::new(resources.iter().filter_map(|one| from_text(as_text(one)?)).collect())
    }

    /// The place of the resource a relative reference points to.
    pub(super) fn place(&self, reference: &str) -> Option<usize> {
        self.by_reference.get(reference).copied()
    }

    pub(super) fn patient(&self) -> Option<&Value> {
        self.resources.first().map(|patient| &patient.value)
    }

    /// The number it goes by here.
    pub(super) fn subject(&self) -> Option<Subject> {
        let identifiers = self.patient()?.get("identifier")?.as_array()?;
        let own =
            identifiers.iter().find(|one| one.get("system").is_some_and(|own| own == nhs_number::SYSTEM))?;
        own.get("value")?.as_str().map(|number| Subject(number.to_owned()))
    }

    fn is_known_by(&self, number: &NhsNumber) -> bool {
        let identifiers = self.patient().and_then(|patient| patient.get("identifier")?.as_array());
        identifiers.is_some_and(|all| {
            all.iter().any(|one| one.get("value").is_some_and(|value| value == number.digits()))
        })
    }
}

/// `Type/id` of a resource.
pub(super) fn reference(resource: &Value) -> Option<String> {
    let text = |key: &str| resource.get(key).and_then(Value::as_str);
    Some(format!("{}/{}", text("resourceType")?, text("id")?))
}

fn as_text(resource: &Value) -> Option<String> {
    String::from_utf8(payload::as_sent(resource)).ok()
}

/// A resource from its text, as it will be sent.
fn from_text(text: String) -> Option<Resource> {
    Some(Resource { value: serde_json::from_str(&text).ok()?, text: RawValue::from_string(text).ok()? })
}

/// A person's place, and what the person has said here since the start.
type Whose = (usize, Option<Said>);

/// One partner's holdings.
pub(super) struct Store {
    world: Arc<World>,
    partner: &'static Partner,
    /// The FHIR base, for addresses that are whole.
    base: String,
    held: Mutex<HashMap<Whose, Arc<Held>>>,
    /// Whose each resource is, by `Type/id`; filled with everybody's the first time an unknown one is asked for.
    owners: Mutex<HashMap<String, usize>>,
    everybody: OnceLock<()>,
}

impl Store {
    pub(super) fn new(world: Arc<World>, partner: &'static Partner, base: &str) -> Self {
        let (held, owners) = (Mutex::default(), Mutex::default());
        Self { world, partner, base: base.to_owned(), held, owners, everybody: OnceLock::new() }
    }

    /// The fault this partner is under now.
    pub(super) fn fault(&self) -> Fault {
        self.world.faults.of(self.partner.name)
    }

    /// Whoever this partner knows under that number; somebody else while the fault says so.
    pub(super) fn by_number(&self, number: &NhsNumber) -> Option<Arc<Held>> {
        let place = self.world.place(number)?;
        let held = self.of(place).filter(|held| held.is_known_by(number))?;
        match self.fault() {
            Fault::WrongPerson => self.somebody_else(place),
            fault => Some(identity::under(fault, held)),
        }
    }

    /// Whoever has that Patient id here.
    pub(super) fn by_id(&self, id: &str) -> Option<Arc<Held>> {
        self.by_reference(&format!("Patient/{id}")).map(|(held, _)| held)
    }

    /// Whose the resource is, and its place among theirs.
    pub(super) fn by_reference(&self, reference: &str) -> Option<(Arc<Held>, usize)> {
        let known = lock(&self.owners).get(reference).copied();
        let owner = known.or_else(|| {
            self.everybody.get_or_init(|| {
                for place in 0..self.world.people.len() {
                    self.index(place, &Held::new(self.resources(place)));
                }
            });
            lock(&self.owners).get(reference).copied()
        })?;
        let held = self.of(owner)?;
        let place = held.place(reference)?;
        Some((held, place))
    }

    fn of(&self, place: usize) -> Option<Arc<Held>> {
        let key = (place, self.said(place));
        if let Some(held) = lock(&self.held).get(&key) {
            return Some(Arc::clone(held));
        }
        let held = Arc::new(Held::new(self.resources(place)));
        held.patient()?;
        self.index(place, &held);
        lock(&self.held).insert(key, Arc::clone(&held));
        Some(held)
    }

    fn index(&self, owner: usize, held: &Held) {
        lock(&self.owners).extend(held.by_reference.keys().map(|reference| (reference.clone(), owner)));
    }

    fn resources(&self, place: usize) -> Vec<Resource> {
        let Some(person) = self.world.people.get(place) else { return Vec::new() };
        let name = self.partner.name;
        let texts = self.world.corpus.resources(name, &person.nhs_number).unwrap_or_else(|| {
            let keeper = people::partner::Partner::parse(name);
            let person =
                keeper.map_or(Cow::Borrowed(person), |keeper| self.world.wishes.applied(person, keeper));
            let made = payload::resources(name, &person, self.world.today).into_iter();
            made.filter_map(|one| as_text(&self.addressed(one))).collect()
        });
        texts.into_iter().filter_map(from_text).collect()
    }

    fn said(&self, place: usize) -> Option<Said> {
        let keeper = people::partner::Partner::parse(self.partner.name)?;
        self.world.wishes.of(self.world.people.get(place)?, keeper)
    }

    /// With whole addresses of documents, where this partner writes them so.
    fn addressed(&self, mut resource: Value) -> Value {
        let contents = resource.get_mut("content").and_then(Value::as_array_mut);
        for content in contents.into_iter().flatten().filter(|_| self.partner.habits.absolute_urls) {
            if let Some(url) = content.pointer_mut("/attachment/url")
                && let Some(relative) = url.as_str()
            {
                *url = Value::String(format!("{}/{relative}", self.base));
            }
        }
        resource
    }

    fn somebody_else(&self, place: usize) -> Option<Arc<Held>> {
        let number = |place: usize| self.world.people.get(place).map(|person: &Person| &person.nhs_number);
        (0..self.world.people.len())
            .filter(|other| number(*other) != number(place))
            .find_map(|other| self.of(other))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
