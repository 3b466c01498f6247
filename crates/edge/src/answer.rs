//! Takes one person's number, gives everything this partner answers about them: who they are here, what its feeds hold, and
//! what must be said of it. What the partner holds back is not in it. Never asks about anybody else.

/// What of a resource the partner's lists name.
pub(crate) mod codes;
/// A business identifier for each entry.
mod identified;
/// One reading for all the questions of an opening.
pub(crate) mod openings;

use crate::{
    feed::Feed,
    format::{About, Demographics, Kept, PATIENT, Shown},
    freshness::Freshness,
    intake,
    node::Node,
    sql::StoreFault,
    vault::{
        Owner, Ring,
        held_back::{self, HeldBack, folded, hex},
        read::{Holding, KeptRow, Reading},
    },
};
use fhir::NhsNumber;
use jiff::Timestamp;
use serde_json::json;
use std::collections::{HashMap, HashSet};

/// Everything about one person.
pub(crate) struct Everything {
    /// The Patient's id here; the node can read it back.
    pub(crate) id: String,
    /// `None`: nobody here knows the person.
    pub(crate) patient: Option<String>,
    /// Feed by feed, each as its format shows it, [`PATIENT`] already replaced.
    pub(crate) shown: Vec<Shown>,
    /// For which types, and what is said.
    pub(crate) notes: Vec<Note>,
    /// For each feed that is shown: its types and when its data was made.
    pub(crate) fresh: Vec<(&'static [&'static str], Timestamp)>,
    /// Changes with whatever could change the answer.
    pub(crate) state: String,
}

/// Something the partner says about its own answer.
pub(crate) struct Note {
    pub(crate) types: &'static [&'static str],
    pub(crate) text: String,
}

/// What the store gave, before it is shown.
struct Found {
    token: Vec<u8>,
    is_held: bool,
    held_back: HeldBack,
    holdings: Vec<Holding>,
    /// By feed: the shared units that its content refers to.
    shared: HashMap<String, Vec<KeptRow>>,
}

impl Node {
    /// Blocks.
    pub(crate) fn everything(&self, number: &NhsNumber) -> Result<Everything, StoreFault> {
        let now = self.now();
        let found = self.0.vault.reading(|reading| self.found(reading, number, now))?;
        let ring = self.0.vault.ring()?;
        Ok(self.shown(number, found, &ring, now))
    }

    /// Whom a Patient id of ours stands for.
    pub(crate) fn patient(&self, id: &str) -> Result<Option<NhsNumber>, StoreFault> {
        let ring = self.0.vault.ring()?;
        Ok(held_back::unhex(id).and_then(|token| ring.secret.number(&token)))
    }

    /// Whose a resource is: by our own id, which names its person, or by the sender's name for it.
    pub(crate) fn owner(&self, resource_type: &str, id: &str) -> Result<Option<NhsNumber>, StoreFault> {
        if let Some((token, _)) = id.split_once('.')
            && let Some(number) = self.patient(token)?
        {
            return Ok(Some(number));
        }
        let feeds: Vec<&str> = self.0.feeds.iter().map(|feed| feed.config.id.as_str()).collect();
        self.0.vault.reading(|reading| reading.person_named(&feeds, &format!("{resource_type}/{id}")))
    }

    fn found(
        &self,
        reading: &mut Reading<'_>,
        number: &NhsNumber,
        now: Timestamp,
    ) -> Result<Found, StoreFault> {
        let token = reading.ring.column(Owner::Person(number))?.unwrap_or_default();
        let is_held = held_back::is_person_held(reading.link, &token)?;
        let held_back = held_back::read(reading.link)?;
        let mut holdings = Vec::with_capacity(self.0.feeds.len());
        let mut shared = HashMap::new();
        for feed in &self.0.feeds {
            let keep =
                feed.config.keep.map_or(i64::MAX, |keep| i64::try_from(keep.as_millis()).unwrap_or(i64::MAX));
            let since = now.as_millisecond().saturating_sub(keep);
            let holding = reading.holding(&feed.config.id, number, since)?;
            let common = common(reading, &feed.config.id, &holding.rows)?;
            shared.insert(feed.config.id.clone(), common);
            holdings.push(holding);
        }
        Ok(Found { token, is_held, held_back, holdings, shared })
    }

    fn shown(&self, number: &NhsNumber, found: Found, ring: &Ring, now: Timestamp) -> Everything {
        let id = hex(&found.token);
        let mut all = Everything {
            id: id.clone(),
            patient: None,
            shown: Vec::new(),
            notes: Vec::new(),
            fresh: Vec::new(),
            state: String::new(),
        };
        let mut known: Option<(i64, Demographics)> = None;
        let mut is_known = false;
        for (feed, holding) in self.0.feeds.iter().zip(&found.holdings) {
            let types = intake::types(&feed.config.format);
            let freshness = Freshness::of(&feed.config, &holding.state, now);
            all.state.push_str(&format!("{}:{:?};", feed.config.id, holding.state));
            all.notes.extend(freshness.words(&feed.config).map(|text| Note { types, text }));
            all.fresh.extend(freshness.as_at().map(|at| (types, at)));
            if found.held_back.datasets.contains(&feed.config.id) {
                let text = format!("{}: not shared at present", feed.config.title);
                all.notes.push(Note { types, text });
                continue;
            }
            all.notes.extend(switched_off(feed, &found.held_back, types));
            if !freshness.is_shown() || found.is_held {
                continue;
            }
            is_known |= !holding.rows.is_empty();
            let kept = kept(&holding.rows);
            if let Some(person) = feed.format.person(&kept) {
                let latest = kept.last().map_or(i64::MIN, |kept| kept.order);
                if known.as_ref().is_none_or(|(order, _)| *order <= latest) {
                    known = Some((latest, person));
                }
            }
            let shared = found.shared.get(&feed.config.id).map(Vec::as_slice).unwrap_or_default();
            all.shown.extend(self.of_feed(feed, &kept, shared, (&id, ring), &found.held_back));
        }
        if !found.held_back.units.is_empty() || !found.held_back.codes.is_empty() {
            // Said of everybody alike, so that it says nothing of anybody (HAZ-010).
            let text = "This partner holds some kinds of entries back".to_owned();
            all.notes.push(Note { types: intake::ALL_TYPES, text });
        }
        if is_known {
            let person = known.map(|(_, person)| person).unwrap_or_default();
            all.patient = Some(patient(&id, number, &person));
        }
        all
    }

    #[expect(clippy::too_many_arguments, reason = "what is kept, what is shared, and what is held back")]
    fn of_feed(
        &self,
        feed: &Feed,
        kept: &[Kept<'_>],
        shared: &[KeptRow],
        (patient, ring): (&str, &Ring),
        held: &HeldBack,
    ) -> Vec<Shown> {
        let feed_id = feed.config.id.as_str();
        // Twenty-one characters of a name nobody can guess, behind the person's own.
        let id = |name: &str| {
            let name = hex(&ring.secret.name("id", &[feed_id, patient, name]));
            format!("{patient}.{}", name.get(..21).unwrap_or_default())
        };
        let config = &self.0.config;
        let about = About { ods: &config.partner, partner: &config.name, feed: feed_id, id: &id };
        let mut shown = feed.format.show(kept, &about);
        let common = self::kept(shared);
        shown.extend(
            feed.format.show(&common, &about).into_iter().map(|one| Shown { is_context: true, ..one }),
        );
        let is_free = |one: &Shown| {
            let dataset = format!("{feed_id}/{}", one.dataset);
            let unit = one.unit.as_deref().map(folded);
            !held.datasets.contains(&dataset)
                && unit.is_none_or(|unit| !held.units.contains(&unit))
                && (held.codes.is_empty() || !codes::has_any(&one.json, &held.codes))
        };
        let named = format!("Patient/{patient}");
        let system = format!("urn:x-edge-node:{}:{feed_id}", config.partner);
        let (mut shown, held_back): (Vec<Shown>, Vec<Shown>) = shown.into_iter().partition(is_free);
        // A file goes with the entries that refer to it: its own address must not be a way around them.
        let files = |all: &[Shown]| -> HashSet<String> {
            all.iter().flat_map(|one| codes::files(&one.json)).collect()
        };
        let (gone, left) = (files(&held_back), files(&shown));
        shown.retain(|one| {
            let name = format!("{}/{}", one.resource_type, one.id);
            one.resource_type != "Binary" || !gone.contains(&name) || left.contains(&name)
        });
        for one in &mut shown {
            let json = one.json.replace(PATIENT, &named);
            one.json = identified::identified(json, &one.resource_type, &system, &one.id);
        }
        shown
    }
}

/// Shared units that these refer to, and those that they refer to in turn: a role, its practitioner, its organisation.
fn common(reading: &mut Reading<'_>, feed: &str, rows: &[KeptRow]) -> Result<Vec<KeptRow>, StoreFault> {
    let names_in = |rows: &[KeptRow]| -> HashSet<String> {
        rows.iter().flat_map(|row| codes::shared_names(&row.body)).collect()
    };
    let (mut names, mut met, mut common) = (names_in(rows), HashSet::new(), Vec::new());
    while !names.is_empty() {
        let found = reading.shared(feed, &names)?;
        met.extend(names);
        names = names_in(&found).difference(&met).cloned().collect();
        common.extend(found);
    }
    // In the order of their feed: the same question has the same answer to the last byte.
    common.sort_unstable_by(|one, other| (one.order, &one.body).cmp(&(other.order, &other.body)));
    Ok(common)
}

/// Datasets of a feed that the partner has switched off.
fn switched_off(feed: &Feed, held: &HeldBack, types: &'static [&'static str]) -> Vec<Note> {
    let prefix = format!("{}/", feed.config.id);
    let mut names: Vec<&str> = held.datasets.iter().filter_map(|name| name.strip_prefix(&prefix)).collect();
    names.sort_unstable();
    let note = |name| Note { types, text: format!("{}: {name} not shared at present", feed.config.title) };
    names.into_iter().map(note).collect()
}

fn kept(rows: &[KeptRow]) -> Vec<Kept<'_>> {
    rows.iter().map(|row| Kept { order: row.order, body: &row.body }).collect()
}

/// UK Core Patient, as far as the sender knows the person.
fn patient(id: &str, number: &NhsNumber, person: &Demographics) -> String {
    let mut patient = json!({
        "resourceType": "Patient",
        "id": id,
        "identifier": [{
            "extension": [{
                "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
                "valueCodeableConcept": { "coding": [{
                    "system": "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus",
                    "code": "number-present-and-verified",
                    "display": "Number present and verified",
                }] },
            }],
            "system": fhir::nhs_number::SYSTEM,
            "value": number.digits(),
        }],
    });
    let mut put = |key: &str, value: serde_json::Value| {
        if let Some(members) = patient.as_object_mut() {
            members.insert(key.to_owned(), value);
        }
    };
    if person.family.is_some() || !person.given.is_empty() {
        let mut name = json!({ "use": "official" });
        if let Some(members) = name.as_object_mut() {
            members.extend(person.family.clone().map(|family| ("family".to_owned(), family.into())));
            let given = (!person.given.is_empty()).then(|| ("given".to_owned(), person.given.clone().into()));
            members.extend(given);
        }
        put("name", json!([name]));
    }
    if let Some(gender) = person.gender {
        put("gender", gender.into());
    }
    if let Some(birth_date) = &person.birth_date {
        put("birthDate", birth_date.clone().into());
    }
    if let Some(deceased) = &person.deceased {
        put("deceasedDateTime", deceased.clone().into());
    }
    patient.to_string()
}
