//! One resource where it lies, with readers that know both STU3's and R4's shapes of an element. Everything read is
//! as written; what is absent is `None`. Source: FHIR STU3 3.0.2, R4 4.0.1; sources.md section 9.1.

use super::shelf::{Document, Shelf};
use crate::item::{Facts, Item, Note, Original, Part, Section, Standing, When};
use crate::normalise::{filing, provenance, status};
use fhir::bundle::Entry;
use fhir::coding::Concept;
use fhir::reply::Format;
use fhir::{Category, FhirDate, Json, Object};

/// A resource and where it lies.
#[derive(Clone)]
pub(crate) struct Resource<'a> {
    pub(crate) shelf: &'a Shelf<'a>,
    pub(crate) document: &'a Document<'a>,
    place: usize,
    pub(crate) resource_type: String,
    pub(crate) id: Option<String>,
    pub(crate) object: Object<'a>,
    pub(crate) json: Json<'a>,
    included: bool,
    full_url: Option<String>,
    /// The resource whose `contained` it stands in.
    holder: Option<Json<'a>>,
}

impl<'a> Resource<'a> {
    pub(crate) fn new(shelf: &'a Shelf<'a>, place: usize, entry: &Entry<'a>) -> Option<Self> {
        Some(Self {
            shelf,
            document: shelf.documents().get(place)?,
            place,
            resource_type: entry.resource_type.clone(),
            id: entry.id.clone(),
            object: entry.resource.clone(),
            json: entry.json,
            included: entry.search_mode.as_deref() == Some("include"),
            full_url: entry.full_url.clone(),
            holder: None,
        })
    }

    /// A resource inside this one's `contained`.
    pub(crate) fn inside(&self, json: Json<'a>) -> Option<Self> {
        let object = json.object()?;
        let resource_type = object.text("resourceType")?.into_owned();
        let id = object.text("id").map(|id| id.into_owned());
        let holder = self.holder.or(Some(self.json));
        Some(Self { resource_type, id, object, json, full_url: None, holder, ..self.clone() })
    }

    /// `Type/id`, from its address where it has no id of its own.
    pub(crate) fn key(&self) -> Option<String> {
        key_of(&self.resource_type, self.id.as_deref(), self.full_url.as_deref())
    }

    /// The one name by which every entry of the reply knows it, however they refer to it.
    pub(crate) fn name(&self) -> Option<String> {
        self.key().or_else(|| self.full_url.clone())
    }

    /// Its `fullUrl`.
    pub(crate) fn address(&self) -> Option<&str> {
        self.full_url.as_deref()
    }

    /// The entries that came in the same Bundle, itself among them.
    pub(crate) fn siblings(&self) -> impl Iterator<Item = Resource<'a>> {
        let (shelf, place) = (self.shelf, self.place);
        self.document.bundle.entries.iter().filter_map(move |entry| Resource::new(shelf, place, entry))
    }

    /// Stands in another's `contained`.
    pub(crate) fn is_contained(&self) -> bool {
        self.holder.is_some()
    }

    /// Sent along by a search for the sake of another entry.
    pub(crate) fn is_included(&self) -> bool {
        self.included
    }

    pub(crate) fn is_gp_connect(&self) -> bool {
        self.document.format == Format::GpConnectStu3
    }

    pub(crate) fn original(&self) -> Original {
        Original::of(self.document.text, self.json.as_sent(), self.document.format)
    }

    /// Itself as part of another; what stands in another's `contained` is sent with it already.
    pub(crate) fn part(&self) -> Option<Part> {
        let provenance = provenance::read(self);
        let is_apart = !self.is_contained() && provenance.id.is_some();
        is_apart.then(|| Part { provenance, original: self.original() })
    }

    pub(crate) fn text(&self, key: &str) -> Option<String> {
        text(&self.object, key)
    }

    pub(crate) fn concept(&self, key: &str) -> Option<Concept> {
        self.concepts(key).into_iter().next()
    }

    pub(crate) fn concepts(&self, key: &str) -> Vec<Concept> {
        self.object.objects(key).iter().map(Concept::read).filter(|c| c.words().is_some()).collect()
    }

    /// The words of a concept, or a plain string.
    pub(crate) fn words(&self, key: &str) -> Option<String> {
        words(&self.object, key)
    }

    /// A code, whether sent as a string (STU3) or as the first coding of a concept (R4).
    pub(crate) fn code(&self, key: &str) -> Option<String> {
        let code = |c: Concept| c.codings.into_iter().find_map(|coding| coding.code).or(c.text);
        self.text(key).or_else(|| self.concept(key).and_then(code))
    }

    pub(crate) fn date(&self, key: &str) -> Option<FhirDate> {
        date(&self.object, key)
    }

    /// `onset[x]` and its like: a date, a period, or text kept as recorded.
    pub(crate) fn span(&self, prefix: &str) -> (Option<FhirDate>, Option<FhirDate>) {
        let Some((name, value)) = self.object.choice(prefix) else { return (None, None) };
        match name.strip_prefix(prefix).unwrap_or_default() {
            "DateTime" | "Instant" | "Date" | "String" => (value.text().map(|t| FhirDate::parse(&t)), None),
            "Period" => value.object().map_or((None, None), |period| self::period(&period)),
            "Age" => (value.object().and_then(|age| quantity(&age)).map(|age| FhirDate::parse(&age)), None),
            _ => (None, None),
        }
    }

    pub(crate) fn period(&self, key: &str) -> (Option<FhirDate>, Option<FhirDate>) {
        self.object.object(key).map_or((None, None), |period| self::period(&period))
    }

    /// The value of an extension, by the last segment of its URL without `GPC-` and `-1`, without regard to case.
    pub(crate) fn extension(&self, name: &str) -> Option<Object<'a>> {
        extension(&self.object, name)
    }

    /// The first extension whose name holds `part`, for what no profile has settled a name for.
    pub(crate) fn extension_like(&self, part: &str) -> Option<Object<'a>> {
        self.object.objects("extension").into_iter().find(|e| extension_name(e).contains(part))
    }

    /// Follows a reference object, into `contained` too.
    pub(crate) fn follow(&self, reference: &Object<'a>) -> Option<Resource<'a>> {
        let target = reference.text("reference")?;
        if let Some(id) = target.strip_prefix('#') {
            return self.contained(id);
        }
        self.at(&target)
    }

    /// The entry at an address, where it came along.
    pub(crate) fn at(&self, address: &str) -> Option<Resource<'a>> {
        let (place, entry) = self.shelf.resolve(self.place, address)?;
        Resource::new(self.shelf, place, entry)
    }

    /// A resource in its own `contained`, or beside it in its holder's; an empty id is the holder itself.
    fn contained(&self, id: &str) -> Option<Resource<'a>> {
        let has_id = |json: &Json<'a>| {
            json.object()
                .is_some_and(|object| object.text("id").is_some_and(|own| own.trim_start_matches('#') == id))
        };
        let holder = self.holder.and_then(Json::object);
        let all = self.object.items("contained").into_iter();
        let beside = holder.map(|holder| holder.items("contained")).unwrap_or_default();
        let found = all.chain(beside).find(has_id);
        self.inside(found.or_else(|| self.holder.filter(|_| id.is_empty()))?)
    }

    /// The name of what a reference means: the entry's own where it is in the reply, else as the reference has it.
    pub(crate) fn name_behind(&self, reference: &Object<'_>) -> Option<String> {
        let target = reference.text("reference")?;
        let entry = self.shelf.resolve(self.place, &target).map(|(_, entry)| entry);
        let name = entry.and_then(|entry| {
            let key = key_of(&entry.resource_type, entry.id.as_deref(), entry.full_url.as_deref());
            key.or_else(|| entry.full_url.clone())
        });
        name.or_else(|| reference_key(reference))
    }

    /// What a reference means in words: those of the entry, in its sense, or the reference's own. Nothing of an entry that
    /// is more protected than this one, or was made in error (HAZ-019, HAZ-023).
    pub(crate) fn words_behind(&self, reference: &Object<'a>, key: &str) -> Option<String> {
        let display = || text(reference, "display");
        let Some(entry) = self.follow(reference) else { return display() };
        let in_error = status::read(&entry).standing == Standing::EnteredInError;
        if in_error || filing::is_more_protected(&entry, self) {
            return None;
        }
        let words = entry.words(key).or_else(display);
        words.map(|words| status::in_its_sense(&entry, words))
    }

    /// All resources a member refers to that are in the reply.
    pub(crate) fn linked(&self, key: &str) -> Vec<Resource<'a>> {
        self.object.objects(key).iter().filter_map(|reference| self.follow(reference)).collect()
    }

    /// As [`Self::linked`], and a bare id without its type is taken as `assumed`: seen in published replies.
    pub(crate) fn linked_as(&self, key: &str, assumed: &str) -> Vec<Resource<'a>> {
        let bare = |reference: &Object<'a>| {
            let id = reference.text("reference").filter(|target| !target.contains(['/', ':', '#']))?;
            let (place, entry) = self.shelf.resolve(self.place, &format!("{assumed}/{id}"))?;
            Resource::new(self.shelf, place, entry)
        };
        let references = self.object.objects(key);
        references.iter().filter_map(|reference| self.follow(reference).or_else(|| bare(reference))).collect()
    }

    /// The name of the encounter it belongs to, under any of its members.
    pub(crate) fn encounter(&self) -> Option<String> {
        let named = |key: &str| self.name_behind(&self.object.object(key)?);
        let direct = named("encounter").or_else(|| named("context"));
        let associated = || self.extension("encounter-associatedencounter")?.object("valueReference");
        let document = || self.object.object("context")?.object("encounter");
        let other = || associated().or_else(document);
        direct.or_else(|| self.name_behind(&other()?))
    }

    /// STU3 `comment` and `note`, R4 `note`, each whole.
    pub(crate) fn notes(&self) -> Vec<Note> {
        let note = |text: String, by| Note { preformatted: text.contains('\n'), text, by };
        let comment = self.text("comment").map(|text| note(text, None));
        let annotations = self.object.get("note").map(Json::items).unwrap_or_default();
        let annotations = annotations.into_iter().filter_map(|json| match json.object() {
            Some(object) => Some(note(text(&object, "text")?, self.note_author(&object))),
            None => json.text().map(|text| note(text.into_owned(), None)),
        });
        comment.into_iter().chain(annotations).collect()
    }

    fn note_author(&self, note: &Object<'a>) -> Option<String> {
        let reference = note.object("authorReference");
        text(note, "authorString").or_else(|| provenance::name(self, &reference?))
    }

    /// An item with everything that is read alike for every type; the caller fills what is particular.
    pub(crate) fn item(&self, section: Section, category: Category, facts: Facts) -> Item {
        let filed = filing::file(self, category);
        Item {
            source: self.shelf.source.clone(),
            category: filed.category,
            section,
            what: self.concept("code").unwrap_or_default(),
            status: status::read(self),
            when: When::default(),
            facts,
            notes: self.notes(),
            details: Vec::new(),
            labels: filed.labels,
            provenance: provenance::read(self),
            original: self.original(),
            parts: Vec::new(),
            caveats: caveats(self),
        }
    }
}

/// A modifier we do not know may turn the meaning round: it is said on the row (HAZ-018).
fn caveats(resource: &Resource<'_>) -> Vec<String> {
    let modifiers = resource.object.objects("modifierExtension");
    let sentence =
        |name: String| format!("Carries a modifier this record does not know ({name}): see as sent");
    modifiers.iter().map(extension_name).map(sentence).collect()
}

pub(crate) fn text(object: &Object<'_>, key: &str) -> Option<String> {
    object.text(key).map(|text| text.into_owned()).filter(|text| !text.trim().is_empty())
}

pub(crate) fn date(object: &Object<'_>, key: &str) -> Option<FhirDate> {
    object.text(key).map(|text| FhirDate::parse(&text))
}

pub(crate) fn words(object: &Object<'_>, key: &str) -> Option<String> {
    let concept = |o: &Object<'_>| Concept::read(o).words().map(str::to_owned);
    text(object, key).or_else(|| object.objects(key).iter().find_map(concept))
}

pub(crate) fn period(period: &Object<'_>) -> (Option<FhirDate>, Option<FhirDate>) {
    (date(period, "start"), date(period, "end"))
}

/// Comparator, digits and unit exactly as sent (HAZ-014).
pub(crate) fn quantity(object: &Object<'_>) -> Option<String> {
    // Some senders put the digits into a string: they are shown as they stand.
    let value = object.get("value").and_then(super::extensions::plain)?;
    let comparator = object.text("comparator").unwrap_or_default();
    Some(match unit(object) {
        Some(unit) => format!("{comparator}{value} {unit}"),
        None => format!("{comparator}{value}"),
    })
}

pub(crate) fn unit(object: &Object<'_>) -> Option<String> {
    text(object, "unit").or_else(|| text(object, "code"))
}

fn key_of(resource_type: &str, id: Option<&str>, full_url: Option<&str>) -> Option<String> {
    if let Some(id) = id {
        return Some(format!("{resource_type}/{id}"));
    }
    let key = fhir::bundle::type_and_id(full_url?)?;
    key.strip_prefix(resource_type).is_some_and(|rest| rest.starts_with('/')).then_some(key)
}

pub(crate) fn reference_key(reference: &Object<'_>) -> Option<String> {
    let target = reference.text("reference")?;
    Some(fhir::bundle::type_and_id(&target).unwrap_or_else(|| target.into_owned()))
}

pub(crate) fn extension<'a>(object: &Object<'a>, name: &str) -> Option<Object<'a>> {
    object.objects("extension").into_iter().find(|e| extension_name(e) == name)
}

/// `Extension-CareConnect-GPC-ProblemSignificance-1` and `Extension-UKCore-ProblemSignificance` are `problemsignificance`.
pub(crate) fn extension_name(extension: &Object<'_>) -> String {
    let url = extension.text("url").unwrap_or_default().to_ascii_lowercase();
    let last = url.rsplit('/').next().unwrap_or_default();
    let mut name = last.strip_prefix("extension").unwrap_or(last).trim_start_matches("coding");
    for prefix in ["-", "careconnect-", "ukcore-", "england-", "gpc-"] {
        name = name.strip_prefix(prefix).unwrap_or(name);
    }
    name.strip_suffix("-1").unwrap_or(name).to_owned()
}
