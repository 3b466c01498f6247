//! Takes a medicine with its plan, issues and supplies, gives one medicine: dose text byte-exact, no computed dose.
//! A MedicationStatement, its plan and its orders are one course; an issue is never a second medicine (HAZ-013, HAZ-014).
//! Source: GP Connect 1.6.2 medications guidance; UK Core MedicationStatement, MedicationRequest; sources.md 1.6.

use crate::item::{Facts, Item, Medicine, Part, Section, Standing, When};
use crate::normalise::extensions::{part, plain, value_date, value_words};
use crate::normalise::resource::{Resource, extension, quantity, reference_key, text, words};
use crate::normalise::surroundings::Surroundings;
use crate::normalise::{filing, provenance, status};
use fhir::coding::{Concept, SNOMED_CT};
use fhir::{Category, FhirDate, Json, Object};

/// "Transfer-degraded medication entry", and mixtures: the name is the text, and the code says nothing of the substance.
const DEGRADED: &str = "196421000000109";

/// The name's part before strength and form.
pub(crate) mod name;

pub(crate) fn read<'a>(resource: &Resource<'a>, around: &Surroundings<'a>) -> Item {
    let course = Course::of(resource, around);
    let drug = drug(resource).or_else(|| course.plan.as_ref().and_then(drug)).unwrap_or_default();
    let medicine = course.medicine(&drug, around);
    let mut item = resource.item(Section::Medicines, Category::Medications, Facts::Medicine(medicine));
    item.what = drug.name;
    item.when = course.when();
    for member in course.members() {
        filing::take_on(&mut item, filing::file(member, Category::Medications));
        let new = member.notes().into_iter().filter(|note| !item.notes.contains(note)).collect::<Vec<_>>();
        item.notes.extend(new);
    }
    if item.provenance.author.is_none() {
        item.provenance.author = course.prescriber();
    }
    course.describe(&mut item);
    item.parts = course.parts();
    status::propose(resource, &mut item);
    if status::is_not_to_be_done(resource) {
        forbid(&mut item);
    }
    item
}

/// An order not to give it is no medicine of the person's: it has a row of its own and joins none (HAZ-013, HAZ-018).
fn forbid(item: &mut Item) {
    let words = format!("Not to be given: {}", item.words());
    if let Facts::Medicine(medicine) = &mut item.facts {
        medicine.group_key = words.to_lowercase();
        medicine.code = None;
    }
    item.what = Concept { text: Some(words), codings: Vec::new() };
}

/// A medicine with what belongs to it.
struct Course<'a> {
    main: &'a Resource<'a>,
    plan: Option<Resource<'a>>,
    issues: Vec<Resource<'a>>,
}

/// What a medicine is called and coded as.
#[derive(Default)]
struct Drug {
    name: Concept,
    form: Option<String>,
}

impl<'a> Course<'a> {
    fn of<'b: 'a>(main: &'a Resource<'b>, around: &Surroundings<'b>) -> Self {
        let is_request = |linked: &Resource<'_>| linked.resource_type == "MedicationRequest";
        let plan = if main.resource_type == "MedicationStatement" {
            main.linked("basedOn").into_iter().find(is_request)
        } else {
            None
        };
        let mut issues: Vec<Resource<'a>> = around.issues_of(main).to_vec();
        issues.extend(plan.iter().flat_map(|plan| around.issues_of(plan)).cloned());
        Self { main, plan, issues }
    }

    fn members(&self) -> impl Iterator<Item = &Resource<'a>> {
        self.plan.iter().chain(&self.issues)
    }

    /// Every entry that the medicine was read from, but itself, and what each calls the medicine.
    fn parts(&self) -> Vec<Part> {
        let earlier: Vec<Resource<'a>> = self.plan.iter().flat_map(earlier).collect();
        let entries: Vec<&Resource<'a>> = self.members().chain(&earlier).collect();
        let named = std::iter::once(self.main).chain(entries.iter().copied());
        let medicines: Vec<Resource<'a>> =
            named.flat_map(|entry| entry.linked("medicationReference")).collect();
        entries.into_iter().chain(&medicines).filter_map(Resource::part).collect()
    }

    /// The entry itself, then its plan: where the first says nothing the second may.
    fn first<T>(&self, read: impl Fn(&Resource<'a>) -> Option<T>) -> Option<T> {
        read(self.main).or_else(|| self.plan.as_ref().and_then(read))
    }

    fn medicine(&self, drug: &Drug, around: &Surroundings<'_>) -> Medicine {
        let supply = self.first(supply);
        let stop = self.first(|resource| resource.extension("medicationstatusreason"));
        let words = drug.name.words().unwrap_or_default();
        let degraded = drug.name.has(SNOMED_CT, DEGRADED);
        Medicine {
            doses: self.first(|resource| non_empty(doses(resource))).unwrap_or_default(),
            dose_key: self.first(dose_key),
            instructions: self.first(|resource| non_empty(instructions(resource))).unwrap_or_default(),
            route: self.first(route),
            form: drug.form.clone(),
            quantity: self.first(supplied),
            list: self.list(supply.as_deref()),
            supply,
            last_issued: self.last_issued(),
            stopped: self.stopped(stop.as_ref()),
            stop_reason: self.stop_reason(stop.as_ref()),
            prescriber: self.prescriber(),
            linked_to: around.linked_to(self.main),
            group_key: if degraded { words.trim().to_lowercase() } else { name::substance(words) },
            code: drug.name.code_in(SNOMED_CT).filter(|_| !degraded).map(str::to_owned),
        }
    }

    fn when(&self) -> When {
        let (from, to) = self.main.span("effective");
        let recorded = self.main.date("dateAsserted").or_else(|| self.main.date("authoredOn"));
        let handed = self.main.date("whenHandedOver").or_else(|| self.main.date("whenPrepared"));
        let valid = self.main.object.object("dispenseRequest").and_then(|d| d.object("validityPeriod"));
        let (valid_from, valid_to) = valid.map_or((None, None), |p| crate::normalise::resource::period(&p));
        When { from: from.or(handed).or(valid_from), to: to.or(valid_to), recorded }
    }

    /// The column it stands in.
    fn list(&self, supply: Option<&str>) -> String {
        if self.main.is_gp_connect() {
            let acute = supply.is_some_and(|supply| {
                let supply = supply.to_lowercase();
                supply.contains("acute") || supply.contains("delayed")
            });
            return match self.first(prescribing_agency) {
                Some(agency) if agency.contains("another organisation") => "GP prescribed elsewhere",
                _ if acute => "GP acute",
                _ => "GP repeat",
            }
            .to_owned();
        }
        let said = self.main.words("category").unwrap_or_default().to_lowercase();
        let lists = [
            ("discharge", "discharge list"),
            ("inpatient", "inpatient"),
            ("outpatient", "outpatient"),
            ("community", "community"),
        ];
        let named = lists.iter().find(|(word, _)| said.contains(word)).map(|(_, list)| *list);
        let by_type = match self.main.resource_type.as_str() {
            "MedicationDispense" => "dispensed",
            "MedicationAdministration" => "given",
            _ => "list",
        };
        named.unwrap_or(by_type).to_owned()
    }

    fn last_issued(&self) -> Option<FhirDate> {
        let declared = self.main.extension("medicationstatementlastissuedate").and_then(|e| value_date(&e));
        let issued = |issue: &Resource<'_>| issue.date("authoredOn").or_else(|| issue.date("whenHandedOver"));
        let mut dates: Vec<FhirDate> = self.issues.iter().filter_map(issued).collect();
        dates.sort_by(|a, b| FhirDate::newest_first(Some(a), Some(b)));
        declared.or_else(|| dates.into_iter().next())
    }

    /// A date of stopping comes from a stop, never from mere expiry.
    fn stopped(&self, stop: Option<&Object<'_>>) -> Option<FhirDate> {
        let was_stopped = self.main.text("status").as_deref() == Some("stopped");
        let changed = stop.and_then(|stop| part(stop, "statusChangeDate")).and_then(|date| value_date(&date));
        changed.or_else(|| self.main.span("effective").1.filter(|_| was_stopped))
    }

    fn stop_reason(&self, stop: Option<&Object<'_>>) -> Option<String> {
        let declared =
            stop.and_then(|stop| part(stop, "statusReason")).and_then(|reason| value_words(&reason));
        declared.or_else(|| self.main.words("statusReason")).or_else(|| self.main.words("reasonNotTaken"))
    }

    fn prescriber(&self) -> Option<String> {
        let named = |key| {
            move |resource: &Resource<'a>| provenance::party(resource, key).and_then(|party| party.name)
        };
        self.first(named("requester")).or_else(|| self.first(named("recorder")))
    }

    fn describe(&self, item: &mut Item) {
        let agency = self.main.extension("prescribingagency").and_then(|agency| value_words(&agency));
        item.detail("Prescribed", agency);
        item.detail("For", self.first(|resource| resource.words("reasonCode")));
        let repeats = self.first(|resource| resource.extension("medicationrepeatinformation"));
        let count = |name: &str| value_words(&part(repeats.as_ref()?, name)?);
        item.detail("Repeats allowed", count("numberOfRepeatPrescriptionsAllowed"));
        item.detail("Repeats issued", count("numberOfRepeatPrescriptionsIssued"));
        let expiry =
            repeats.as_ref().and_then(|r| part(r, "authorisationExpiryDate")).and_then(|d| value_date(&d));
        item.detail("Authorised until", expiry.map(|date| date.display_day()));
        item.detail("Dosage last changed", self.first(dosage_changed).map(|date| date.display()));
        for earlier in self.plan.iter().flat_map(earlier) {
            let dose = doses(&earlier).join("; ");
            let from = Course { main: &earlier, plan: None, issues: Vec::new() }.when().from;
            let since = from.map(|date| format!(", from {}", date.display())).unwrap_or_default();
            item.detail("Earlier prescription", Some(format!("{dose}{since}")));
        }
        if !self.issues.is_empty() {
            item.detail("Issues sent", Some(self.issues.len().to_string()));
        }
        let orphan = self.main.resource_type == "MedicationRequest" && self.main.is_gp_connect();
        if orphan {
            item.caveats.push("A prescription that came without its entry in the medicines list".into());
        }
        if item.status.standing == Standing::Past
            && matches!(&item.facts, Facts::Medicine(m) if m.stopped.is_none())
        {
            item.detail(
                "Stopped",
                Some("Date not recorded".into()).filter(|_| item.status.code == "stopped"),
            );
        }
    }
}

/// The date of the last change of dose, under any of its spellings.
fn dosage_changed(resource: &Resource<'_>) -> Option<FhirDate> {
    const NAMES: [&str; 3] =
        ["medicationdosagelastchanged", "medicationstatementdosagelastchanged", "dosagelastchanged"];
    NAMES.iter().find_map(|name| value_date(&resource.extension(name)?))
}

/// The prescriptions a plan took the place of, the latest first: a change of dose makes a new plan of the same course.
pub(crate) fn earlier<'a>(plan: &Resource<'a>) -> Vec<Resource<'a>> {
    let mut found: Vec<Resource<'a>> = Vec::new();
    let mut next = plan.linked("priorPrescription").into_iter().next();
    while let Some(prior) = next.filter(|prior| prior.resource_type == "MedicationRequest") {
        let again = prior.name() == plan.name() || found.iter().any(|one| one.name() == prior.name());
        if again {
            break;
        }
        next = prior.linked("priorPrescription").into_iter().next();
        found.push(prior);
    }
    found
}

fn non_empty(texts: Vec<String>) -> Option<Vec<String>> {
    (!texts.is_empty()).then_some(texts)
}

fn dosages<'a>(resource: &Resource<'a>) -> Vec<Object<'a>> {
    let all = ["dosage", "dosageInstruction"].iter().flat_map(|key| resource.object.objects(key));
    all.collect()
}

/// Dose text as sent. Where a source sends only structure, its own digits and units stand side by side, uncomputed.
pub(crate) fn doses(resource: &Resource<'_>) -> Vec<String> {
    dosages(resource)
        .iter()
        .filter_map(|dosage| text(dosage, "text").or_else(|| structured(dosage)))
        .collect()
}

/// Every structured dose is in full or not at all: half a dose line is worse than "see as sent" (HAZ-014).
fn structured(dosage: &Object<'_>) -> Option<String> {
    let rate = dosage.object("doseAndRate");
    let amount = rate.as_ref().unwrap_or(dosage).object("doseQuantity").and_then(|amount| quantity(&amount));
    let timing = dosage.object("timing").and_then(|timing| words(&timing, "code"));
    let needed = dosage.boolean("asNeededBoolean").filter(|needed| *needed).map(|_| "as needed".to_owned());
    let is_full = has_words_for_all(dosage) && timing.is_some() == dosage.object("timing").is_some();
    let parts: Vec<String> = [amount, timing, needed].into_iter().flatten().collect();
    let any_structure = dosage.keys().any(|key| key != "sequence" && key != "route");
    if parts.len() >= 2 && is_full {
        Some(parts.join(", "))
    } else {
        any_structure.then(|| "Structured dose: see as sent".to_owned())
    }
}

/// Whether a line of amount, timing and "as needed" says everything: instructions and route stand beside it. A code of
/// timing is the whole of the timing but for its bounds.
fn has_words_for_all(dosage: &Object<'_>) -> bool {
    const TOLD: [&str; 8] = [
        "sequence",
        "route",
        "patientInstruction",
        "additionalInstruction",
        "doseQuantity",
        "doseAndRate",
        "timing",
        "asNeededBoolean",
    ];
    let rates = dosage.objects("doseAndRate");
    let timing = dosage.object("timing").unwrap_or_default();
    let repeat = timing.object("repeat").unwrap_or_default();
    dosage.keys().all(|key| TOLD.contains(&key))
        && rates.len() <= 1
        && rates.iter().flat_map(Object::keys).all(|key| matches!(key, "doseQuantity" | "type"))
        && timing.keys().all(|key| matches!(key, "code" | "repeat"))
        && !repeat.keys().any(|key| key.starts_with("bounds"))
}

/// Amount, frequency and whether as needed, of every dosage; `None` unless all of it is structured.
fn dose_key(resource: &Resource<'_>) -> Option<String> {
    let dosages = dosages(resource);
    let keys: Option<Vec<String>> = dosages.iter().map(one_dose_key).collect();
    keys.filter(|keys| !keys.is_empty()).map(|keys| keys.join("; "))
}

fn one_dose_key(dosage: &Object<'_>) -> Option<String> {
    let rate = dosage.object("doseAndRate");
    let amount =
        rate.as_ref().unwrap_or(dosage).object("doseQuantity").and_then(|amount| quantity(&amount))?;
    let repeat = dosage.object("timing").and_then(|timing| timing.object("repeat"))?;
    let times = ["frequency", "period", "periodUnit"].map(|key| repeat.get(key).and_then(plain));
    let [Some(frequency), Some(period), Some(unit)] = times else { return None };
    let needed = dosage.boolean("asNeededBoolean") == Some(true);
    Some(format!("{amount}, {frequency} in {period} {unit}, as needed {needed}"))
}

/// Who prescribes, as the practice recorded it: what a hospital supplies is on no repeat prescription.
fn prescribing_agency(resource: &Resource<'_>) -> Option<String> {
    let agency = resource.extension("prescribingagency").and_then(|agency| value_words(&agency));
    // Some systems send the code without its display: the words are the same.
    agency.map(|agency| agency.to_lowercase().replace('-', " "))
}

fn instructions(resource: &Resource<'_>) -> Vec<String> {
    let dosages = dosages(resource);
    let own = dosages.iter().filter_map(|dosage| text(dosage, "patientInstruction"));
    own.chain(dosages.iter().filter_map(|dosage| words(dosage, "additionalInstruction"))).collect()
}

fn route(resource: &Resource<'_>) -> Option<String> {
    dosages(resource).iter().find_map(|dosage| words(dosage, "route"))
}

/// The prescription type in words, or the course of therapy, or the category.
fn supply(resource: &Resource<'_>) -> Option<String> {
    let kind = resource.extension("prescriptiontype").and_then(|kind| value_words(&kind));
    let kind = kind.filter(|kind| !kind.eq_ignore_ascii_case("no information available"));
    kind.or_else(|| resource.words("courseOfTherapyType")).or_else(|| resource.words("category"))
}

/// Quantity as number and unit, or as the text the practice wrote.
fn supplied(resource: &Resource<'_>) -> Option<String> {
    let request = resource.object.object("dispenseRequest");
    let amount = request
        .and_then(|request| request.object("quantity"))
        .or_else(|| resource.object.object("quantity"))?;
    let as_text = extension(&amount, "medicationquantitytext").and_then(|text| value_words(&text));
    quantity(&amount).or(as_text).or_else(|| amount.get("value").and_then(|value: Json<'_>| plain(value)))
}

/// The medicine's own concept, from the entry or the Medication it refers to.
fn drug(resource: &Resource<'_>) -> Option<Drug> {
    if let Some(name) = resource.concept("medicationCodeableConcept") {
        return Some(Drug { name, form: None });
    }
    let reference = resource.object.object("medicationReference")?;
    let Some(medication) = resource.follow(&reference) else {
        let words =
            text(&reference, "display").or_else(|| reference_key(&reference).map(|_| "Name not sent".into()));
        return Some(Drug { name: Concept { text: words, codings: Vec::new() }, form: None });
    };
    let mut name = medication.concept("code").unwrap_or_default();
    name.text =
        name.text.or_else(|| if name.codings.is_empty() { text(&reference, "display") } else { None });
    Some(Drug { name, form: medication.words("form") })
}
