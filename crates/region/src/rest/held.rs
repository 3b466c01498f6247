//! What one partner holds about whom: takes an NHS number or the partner's own Patient id, gives everything held.
//! Built when first asked for and kept, so that a second question costs nothing.

use crate::{faults::Fault, payload, people::Person, world::World};
use fhir::NhsNumber;
use serde_json::{Value, value::RawValue};
use std::{
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

    /// The place of the resource a relative reference points to.
    pub(super) fn place(&self, reference: &str) -> Option<usize> {
        self.by_reference.get(reference).copied()
    }

    fn patient(&self) -> Option<&Value> {
        self.resources.first().map(|patient| &patient.value)
    }

    fn patient_id(&self) -> Option<&str> {
        self.patient()?.get("id")?.as_str()
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

/// A resource from its text, as it will be sent.
fn from_text(text: String) -> Option<Resource> {
    Some(Resource { value: serde_json::from_str(&text).ok()?, text: RawValue::from_string(text).ok()? })
}

/// One partner's holdings.
pub(super) struct Store {
    world: Arc<World>,
    partner: &'static str,
    held: Mutex<HashMap<usize, Arc<Held>>>,
    /// The partner's Patient ids; filled with everybody the first time an unknown one is asked for.
    ids: Mutex<HashMap<String, usize>>,
    everybody: OnceLock<()>,
}

impl Store {
    pub(super) fn new(world: Arc<World>, partner: &'static str) -> Self {
        let (held, ids) = (Mutex::default(), Mutex::default());
        Self { world, partner, held, ids, everybody: OnceLock::new() }
    }

    /// Whoever this partner knows under that number; somebody else while the fault says so.
    pub(super) fn by_number(&self, number: &NhsNumber) -> Option<Arc<Held>> {
        let place = self.world.place(number)?;
        let held = self.of(place).filter(|held| held.is_known_by(number))?;
        if self.world.faults.of(self.partner) == Fault::WrongPerson {
            return self.somebody_else(place);
        }
        Some(held)
    }

    /// Whoever has that Patient id here.
    pub(super) fn by_id(&self, id: &str) -> Option<Arc<Held>> {
        let known = lock(&self.ids).get(id).copied();
        let place = known.or_else(|| {
            self.everybody.get_or_init(|| {
                for place in 0..self.world.people.len() {
                    self.index(place, &Held::new(self.resources(place)));
                }
            });
            lock(&self.ids).get(id).copied()
        })?;
        self.of(place)
    }

    fn of(&self, place: usize) -> Option<Arc<Held>> {
        if let Some(held) = lock(&self.held).get(&place) {
            return Some(Arc::clone(held));
        }
        let held = Arc::new(Held::new(self.resources(place)));
        held.patient_id()?;
        self.index(place, &held);
        lock(&self.held).insert(place, Arc::clone(&held));
        Some(held)
    }

    fn index(&self, place: usize, held: &Held) {
        if let Some(id) = held.patient_id() {
            lock(&self.ids).insert(id.to_owned(), place);
        }
    }

    fn resources(&self, place: usize) -> Vec<Resource> {
        let Some(person) = self.world.people.get(place) else { return Vec::new() };
        let texts = self.world.corpus.resources(self.partner, &person.nhs_number).unwrap_or_else(|| {
            let made = payload::resources(self.partner, person, self.world.today);
            made.iter().filter_map(|one| String::from_utf8(payload::as_sent(one)).ok()).collect()
        });
        texts.into_iter().filter_map(from_text).collect()
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
