//! Takes Encounters, Appointments, referrals, diary entries and Communications, gives contacts: what was, what is
//! planned, what is open. A plan never reads as done. Source: GP Connect 1.6.2 consultations, referrals and diary
//! guidance; UK Core Encounter, Appointment, ServiceRequest; sources.md 1.6, 14.

use crate::item::{Contact, Facts, Item, Note, Section, Standing, When};
use crate::normalise::gp_connect::is_set_apart;
use crate::normalise::resource::{Resource, text, words};
use crate::normalise::surroundings::Surroundings;
use crate::normalise::{filing, narrative, provenance, status};
use fhir::coding::Concept;
use fhir::{Category, Object};

pub(crate) fn encounter<'a>(resource: &Resource<'a>, around: &Surroundings<'a>) -> Item {
    if resource.document.searched == Some(Category::SocialCare) {
        return super::social_care::assessment(resource);
    }
    let consultation = resource.is_gp_connect();
    let category = if consultation { Category::Consultations } else { Category::Encounters };
    let mut contact = contact(resource, setting(resource));
    contact.place = place(resource);
    contact.outcome = outcome(resource);
    if consultation {
        let said = around.lists.consultation(resource);
        contact.entries = said.iter().map(|line| line.words.clone()).collect();
        contact.entries_coded = said.into_iter().filter(|line| line.coded).map(|line| line.words).collect();
    }
    contact.future = resource.text("status").as_deref() == Some("planned");
    let mut item = resource.item(Section::Contacts, category, Facts::Contact(contact));
    item.what = resource.concept("type").or_else(|| class(resource)).unwrap_or_default();
    let (from, to) = resource.period("period");
    item.when = When { from, to, recorded: None };
    // What it repeats it must not tell the person either.
    let members = around.lists.consultation_members(resource);
    for member in members.iter().filter(|member| !is_set_apart(member)) {
        filing::take_on(&mut item, filing::file(member, Category::Demographics));
        item.parts.extend(member.part().filter(|_| super::results::is_comment(member)));
    }
    if consultation && item.status.code == "unknown" {
        item.status.standing = Standing::Provisional;
        item.caveats.push("Draft: the practice had not finished this consultation".into());
    }
    told(resource, &mut item);
    item.detail("Priority", resource.words("priority"));
    for diagnosis in resource.object.objects("diagnosis") {
        let condition = diagnosis.object("condition");
        item.detail("Diagnosis", condition.and_then(|condition| resource.words_behind(&condition, "code")));
    }
    item
}

/// A narrative that says more than the members do (a report of a call) is shown whole, heading by heading (HAZ-020); one that
/// was made from the members would say everything twice.
fn told(resource: &Resource<'_>, item: &mut Item) {
    let Some(narrative) = resource.object.object("text") else { return };
    if narrative.text("status").as_deref() != Some("additional") {
        return;
    }
    let Some(parts) = text(&narrative, "div").as_deref().map(narrative::headed) else { return };
    let Some(parts) = parts else {
        item.caveats.push("Its text could not be read: see as sent".into());
        return;
    };
    if parts.iter().any(|part| part.said.left_out) {
        item.caveats.push("Something in its text was left out for safety: see as sent".into());
    }
    item.notes.extend(parts.into_iter().map(|part| Note {
        preformatted: part.said.text.contains('\n'),
        text: part.said.text,
        by: part.heading,
    }));
}

pub(crate) fn appointment(resource: &Resource<'_>) -> Item {
    let mut contact = contact(resource, "Appointment".into());
    let parties = resource.object.objects("participant");
    let at_place = |party: &&Object<'_>| {
        party.object("actor").and_then(|a| a.text("reference").map(|r| r.contains("Location/"))) == Some(true)
    };
    contact.place =
        parties.iter().find(at_place).and_then(|party| provenance::party_of(resource, party)?.name);
    contact.reason = contact.reason.or_else(|| resource.text("description"));
    let mut item = resource.item(Section::Contacts, Category::Encounters, Facts::Contact(contact));
    item.what =
        resource.concept("serviceType").or_else(|| resource.concept("appointmentType")).unwrap_or_default();
    if item.what.words().is_none() {
        item.what.text = resource.text("description").or_else(|| Some("Appointment".into()));
    }
    item.when =
        When { from: resource.date("start"), to: resource.date("end"), recorded: resource.date("created") };
    let name = item.what.words().map(str::to_owned);
    if let Facts::Contact(contact) = &mut item.facts {
        contact.future = item.status.standing == Standing::Provisional;
        // Systems repeat the service as the reason: said once.
        contact.reason = contact.reason.take().filter(|reason| Some(reason) != name.as_ref());
    }
    item.detail("Instructions", resource.text("patientInstruction"));
    item.detail("Cancelled because", resource.words("cancelationReason"));
    item
}

/// A referral, a request, or a diary entry: an intention, whatever its code says.
pub(crate) fn request(resource: &Resource<'_>) -> Item {
    let diary = resource.resource_type == "ProcedureRequest" && resource.is_gp_connect();
    let kind = said(resource, &["category", "type", "code"]);
    if kind.contains("safeguarding") || kind.contains("child protection") {
        return super::alerts::concern(resource);
    }
    if resource.document.searched == Some(Category::SocialCare) {
        return super::social_care::request(resource);
    }
    let mut contact = contact(resource, if diary { "GP" } else { "Referral" }.into());
    contact.service = service(resource);
    contact.future = diary;
    let mut item = resource.item(Section::Contacts, Category::Encounters, Facts::Contact(contact));
    item.what = resource.concept("code").or_else(|| resource.concept("serviceRequested")).unwrap_or_default();
    if item.what.words().is_none() {
        item.what = resource.concept("reasonCode").unwrap_or_default();
    }
    let (from, to) = resource.span("occurrence");
    let authored = resource.date("authoredOn");
    item.when = When { from: from.or_else(|| authored.clone()), to, recorded: authored };
    let never = status::is_not_to_be_done(resource);
    if never {
        item.what.text = Some(format!("{}: {}", status::NOT_TO_BE_DONE, item.words()));
    }
    let open = matches!(item.status.standing, Standing::Current | Standing::Provisional) && !diary && !never;
    status::propose(resource, &mut item);
    if let Facts::Contact(contact) = &mut item.facts {
        contact.open_item = open;
    }
    if diary {
        item.status.standing = if item.status.standing == Standing::Current {
            Standing::Provisional
        } else {
            item.status.standing
        };
        item.caveats.push("Planned: an intention, not a record that it was done".into());
    }
    item.detail("Priority", resource.text("priority"));
    item.detail("Description", resource.text("description"));
    item.detail("Kind", resource.words("category").or_else(|| resource.words("type")));
    item.detail("e-Referral number", booking_number(resource));
    item
}

/// The number a referral is known by at the booking service, under either of its systems.
fn booking_number(resource: &Resource<'_>) -> Option<String> {
    let is_booking = |identifier: &&Object<'_>| {
        identifier.text("system").is_some_and(|system| {
            let last = system.trim().rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
            matches!(last.as_str(), "ubrn" | "ubr-number")
        })
    };
    resource.object.objects("identifier").iter().find(is_booking).and_then(|one| text(one, "value"))
}

pub(crate) fn communication(resource: &Resource<'_>) -> Item {
    let mut contact = contact(resource, "Message".into());
    let texts = resource.object.objects("payload");
    let unsaid = || "In a form shown only as sent".to_owned();
    contact.entries =
        texts.iter().map(|payload| text(payload, "contentString").unwrap_or_else(unsaid)).collect();
    let mut item = resource.item(Section::Contacts, Category::Encounters, Facts::Contact(contact));
    item.what = resource.concept("category").or_else(|| resource.concept("reasonCode")).unwrap_or_default();
    if item.what.words().is_none() {
        item.what.text = Some("Message".into());
    }
    item.when = When { from: resource.date("sent"), to: resource.date("received"), recorded: None };
    item
}

/// A clinician's impression: free text, so it is filed with consultations. A pharmacy sends its summary, history and advice so.
pub(crate) fn impression(resource: &Resource<'_>) -> Item {
    let mut contact = contact(resource, "Contact".into());
    contact.entries = ["description", "summary"].iter().filter_map(|key| resource.text(key)).collect();
    let findings = resource.object.objects("finding");
    let found = findings.iter().filter_map(|finding| {
        words(finding, "itemCodeableConcept")
            .or_else(|| resource.words_behind(&finding.object("itemReference")?, "code"))
    });
    let found: Vec<String> = found.collect();
    contact.entries_coded.clone_from(&found);
    contact.entries.extend(found);
    let mut item = resource.item(Section::Contacts, Category::Consultations, Facts::Contact(contact));
    if item.what.words().is_none() {
        item.what.text = heading_tag(resource).or_else(|| Some("Clinical impression".into()));
    }
    let (from, to) = resource.span("effective");
    item.when = When { from, to, recorded: resource.date("date") };
    item
}

/// The record heading a sender tagged it with.
fn heading_tag(resource: &Resource<'_>) -> Option<String> {
    let tags = resource.object.object("meta").map(|meta| meta.objects("tag")).unwrap_or_default();
    let is_heading = |tag: &&Object<'_>| {
        tag.text("system")
            .is_some_and(|system| system.to_ascii_lowercase().contains("recordstandardheadings"))
    };
    tags.iter().find(is_heading).and_then(|tag| text(tag, "display"))
}

fn contact(resource: &Resource<'_>, setting: String) -> Contact {
    let reason = resource.words("reasonCode").or_else(|| resource.words("reason"));
    let service = resource.words("serviceType");
    Contact { setting, reason, service, ..Contact::default() }
}

/// The setting's plain word. What the class does not settle, the source's own words may.
fn setting(resource: &Resource<'_>) -> String {
    if resource.is_gp_connect() {
        return "GP".into();
    }
    let said = said(resource, &["type", "serviceType", "class"]);
    let provider = provenance::read(resource).organisation.unwrap_or_default().to_lowercase();
    let holds = |word: &str| said.contains(word) || provider.contains(word);
    let class = resource.object.object("class").and_then(|class| text(&class, "code")).unwrap_or_default();
    let is_mental_health = resource.document.searched == Some(Category::MentalHealth);
    let by_search = is_mental_health.then_some("Mental health");
    let by_words = [
        ("ambulance", "Ambulance"),
        ("999", "Ambulance"),
        ("111", "111"),
        ("out of hours", "111"),
        ("emergency department", "ED"),
    ];
    let by_words = by_words.iter().find(|(word, _)| holds(word)).map(|(_, setting)| *setting);
    let by_class = match class.to_ascii_uppercase().as_str() {
        "EMER" => "ED",
        "IMP" | "ACUTE" | "NONAC" | "OBSENC" | "SS" | "PRENC" => "Inpatient",
        "HH" => "Community",
        "FLD" => "Ambulance",
        "AMB" => "Outpatient",
        "VR" => "Telephone or video",
        _ => "Contact",
    };
    by_search.or(by_words).unwrap_or(by_class).to_owned()
}

/// The source's words of some members, in lower case, to recognise a kind by.
pub(crate) fn said(resource: &Resource<'_>, keys: &[&str]) -> String {
    let words = |key: &&str| {
        resource.concepts(key).iter().filter_map(|c| c.words().map(str::to_lowercase)).collect::<Vec<_>>()
    };
    keys.iter().flat_map(words).collect::<Vec<_>>().join(" | ")
}

/// R4 `class` is a bare coding.
pub(super) fn class(resource: &Resource<'_>) -> Option<Concept> {
    let coding = fhir::coding::Coding::read(&resource.object.object("class")?);
    Some(Concept { text: None, codings: vec![coding] }).filter(|concept| concept.words().is_some())
}

pub(super) fn place(resource: &Resource<'_>) -> Option<String> {
    let stays = resource.object.objects("location");
    let named = |stay: &Object<'_>| provenance::name_in(resource, stay, "location");
    stays.iter().find_map(named)
}

pub(super) fn outcome(resource: &Resource<'_>) -> Option<String> {
    let stay = resource.object.object("hospitalization")?;
    words(&stay, "dischargeDisposition")
}

fn service(resource: &Resource<'_>) -> Option<String> {
    let performer =
        || ["performer", "recipient"].iter().find_map(|key| provenance::party(resource, key)?.name);
    performer().or_else(|| resource.words("specialty")).or_else(|| resource.words("performerType"))
}
