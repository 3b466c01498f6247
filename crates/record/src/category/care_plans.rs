//! Takes CarePlans, Goals, Consents and filled forms, gives plans and wishes: every version, none preferred (HAZ-026).
//! Source: UK Core CarePlan, Consent, QuestionnaireResponse; sources.md 7.

use super::Read;
use super::encounters::said;
use crate::item::{Detail, Facts, Item, Plan, PlanFamily, Section, When};
use crate::normalise::extensions::{plain, value_date, value_words};
use crate::normalise::provenance;
use crate::normalise::resource::{Resource, date, quantity, text, words};
use fhir::{Category, FhirDate, Json, Object, coding::Concept};

pub(crate) fn care_plan(resource: &Resource<'_>) -> Item {
    if resource.document.searched == Some(Category::SocialCare) {
        return super::social_care::package(resource);
    }
    let (from, to) = resource.period("period");
    let kind =
        resource.words("category").or_else(|| resource.text("title")).unwrap_or_else(|| "Care plan".into());
    let mut says = Vec::new();
    say(&mut says, "Summary", resource.text("description"));
    for goal in resource.object.objects("goal") {
        say(&mut says, "Goal", goal_words(resource, &goal));
    }
    says.extend(activities(resource));
    for activity in resource.object.objects("activity") {
        for outcome in activity.objects("outcomeCodeableConcept") {
            say(&mut says, "Outcome", Concept::read(&outcome).words().map(str::to_owned));
        }
    }
    let plan = Plan { review_due: review(resource).or_else(|| to.clone()), says, ..plan(resource, kind) };
    let mut item = resource.item(Section::Plans, Category::CarePlans, Facts::Plan(plan));
    item.what.text = resource.text("title").or_else(|| resource.words("category"));
    item.what.codings =
        resource.concepts("category").into_iter().flat_map(|concept| concept.codings).collect();
    item.when = When { from, to, recorded: resource.date("created") };
    for concern in resource.object.objects("addresses") {
        let followed = resource.follow(&concern).and_then(|condition| condition.words("code"));
        item.detail("For", followed.or_else(|| text(&concern, "display")));
    }
    item
}

pub(crate) fn goal(resource: &Resource<'_>) -> Item {
    let mut item =
        resource.item(Section::Plans, Category::CarePlans, Facts::Plan(plan(resource, "Goal".into())));
    item.what = resource.concept("description").unwrap_or_default();
    item.when.from = resource.date("startDate");
    item
}

/// Decisions about treatment are plans; consent to sharing is read elsewhere and is no item.
pub(crate) fn consent(resource: &Resource<'_>) -> Read {
    let scope = resource.code("scope").unwrap_or_default();
    let category = said(resource, &["category"]);
    let is_sharing = matches!(scope.as_str(), "patient-privacy" | "research")
        || (scope.is_empty() && !is_decision(&category));
    if is_sharing {
        return Read::Context;
    }
    let kind =
        resource.words("category").or_else(|| resource.words("scope")).unwrap_or_else(|| "Decision".into());
    let mut says = Vec::new();
    say(&mut says, "Decision", resource.words("policyRule"));
    let provision = resource.object.object("provision").unwrap_or_default();
    let plan = plan(resource, kind);
    let family = plan.family.or_else(|| (scope == "adr").then_some(PlanFamily::AdvanceDecision));
    let facts = Facts::Plan(Plan { says, family, ..plan });
    let mut item = resource.item(Section::Plans, Category::CarePlans, facts);
    item.what = resource.concept("category").or_else(|| resource.concept("scope")).unwrap_or_default();
    let (_, to) = provision.object("period").map_or((None, None), |p| crate::normalise::resource::period(&p));
    item.when = When { from: resource.date("dateTime"), to, recorded: None };
    // A code of the consent machinery, not the decision's words: kept, but not in sight.
    item.detail("Rule of the consent", text(&provision, "type"));
    item.into()
}

fn is_decision(words: &str) -> bool {
    ["advance", "directive", "resuscitat", "attorney", "treatment", "refuse"]
        .iter()
        .any(|word| words.contains(word))
}

/// A form as filled. In the GP record it only ties Observations together, which are shown themselves.
pub(crate) fn questionnaire_response(resource: &Resource<'_>) -> Read {
    let says = answered(resource);
    if resource.is_gp_connect() && says.is_empty() {
        return Read::Context;
    }
    let title = form_title(resource);
    let facts = Facts::Plan(Plan { says, ..plan(resource, title.clone()) });
    let mut item = resource.item(Section::Plans, Category::CarePlans, facts);
    item.what = Concept { text: Some(title), codings: Vec::new() };
    item.when = When { from: resource.date("authored"), ..When::default() };
    item.into()
}

/// What the form is called: beside its reference, or by the form itself where it came along.
pub(crate) fn form_title(resource: &Resource<'_>) -> String {
    let shadow = resource.object.object("_questionnaire");
    let display = shadow.and_then(|shadow| shadow.objects("extension").iter().find_map(value_words));
    let reference = resource.object.object("questionnaire").and_then(|reference| text(&reference, "display"));
    display.or(reference).or_else(|| form(resource)?.text("title")).unwrap_or_else(|| "Form".into())
}

/// The Questionnaire itself: R4 names it by its canonical address, STU3 by reference.
fn form<'a>(resource: &Resource<'a>) -> Option<Resource<'a>> {
    let linked = resource.linked("questionnaire").into_iter().next();
    linked.or_else(|| {
        let canonical = resource.text("questionnaire")?;
        resource.at(canonical.split('|').next()?)
    })
}

/// Every answer of a form, in its order.
pub(crate) fn answered(resource: &Resource<'_>) -> Vec<Detail> {
    let mut says = Vec::new();
    answers(&mut says, &resource.object.objects("item"));
    says
}

fn answers(says: &mut Vec<Detail>, items: &[Object<'_>]) {
    for item in items {
        let label = text(item, "text").or_else(|| text(item, "linkId")).unwrap_or_else(|| "Answer".into());
        for answer in item.objects("answer") {
            say(says, &label, answer.choice("value").and_then(|(name, value)| answer_words(name, value)));
            answers(says, &answer.objects("item"));
        }
        answers(says, &item.objects("item"));
    }
}

fn answer_words(name: &str, value: Json<'_>) -> Option<String> {
    match name {
        "valueCoding" => {
            value.object().and_then(|coding| text(&coding, "display").or_else(|| text(&coding, "code")))
        }
        "valueQuantity" => value.object().and_then(|amount| quantity(&amount)),
        "valueReference" => None,
        "valueDate" | "valueDateTime" => value.text().map(|date| FhirDate::parse(&date).display()),
        _ => plain(value),
    }
}

fn plan(resource: &Resource<'_>, kind: String) -> Plan {
    let title = resource.text("title").unwrap_or_default();
    let said = format!("{kind} | {title} | {}", said(resource, &["category", "code"]));
    let original = resource.extension_like("original").and_then(|extension| value_words(&extension));
    Plan {
        family: family(&said),
        kind,
        author: provenance::party(resource, "author").and_then(|party| party.name),
        review_due: None,
        original_at: original,
        says: Vec::new(),
    }
}

/// Which plans answer the same question, and so must stand together where they differ.
fn family(said: &str) -> Option<PlanFamily> {
    const FAMILIES: [(&str, PlanFamily); 15] = [
        ("respect", PlanFamily::Resuscitation),
        ("dnacpr", PlanFamily::Resuscitation),
        ("resuscitat", PlanFamily::Resuscitation),
        ("treatment escalation", PlanFamily::Resuscitation),
        ("emergency care and treatment", PlanFamily::Resuscitation),
        ("advance decision", PlanFamily::AdvanceDecision),
        ("advance directive", PlanFamily::AdvanceDecision),
        ("refuse treatment", PlanFamily::AdvanceDecision),
        ("epaccs", PlanFamily::EndOfLife),
        ("end of life", PlanFamily::EndOfLife),
        ("palliative", PlanFamily::EndOfLife),
        ("crisis", PlanFamily::Crisis),
        ("contingency", PlanFamily::Crisis),
        ("safety plan", PlanFamily::Crisis),
        ("care and support", PlanFamily::CareAndSupport),
    ];
    let said = said.to_lowercase();
    FAMILIES.iter().find(|(word, _)| said.contains(word)).map(|(_, family)| *family)
}

/// A review by its own name; the end of the plan's period is only what is left.
fn review(resource: &Resource<'_>) -> Option<FhirDate> {
    let declared = resource.extension_like("review").and_then(|extension| value_date(&extension));
    let activities = resource.object.objects("activity");
    let is_review = |detail: &Object<'_>| {
        words(detail, "code").is_some_and(|code| code.to_lowercase().contains("review"))
    };
    let planned = activities.iter().filter_map(|activity| activity.object("detail")).find(is_review);
    let day = |detail: &Object<'_>| {
        let period = detail.object("scheduledPeriod");
        period.and_then(|period| date(&period, "start")).or_else(|| date(detail, "scheduledString"))
    };
    declared.or_else(|| planned.as_ref().and_then(day))
}

fn goal_words<'a>(resource: &Resource<'a>, goal: &Object<'a>) -> Option<String> {
    let followed = resource.follow(goal).and_then(|goal| goal.words("description"));
    followed.or_else(|| text(goal, "display"))
}

/// What is to be done, in the plan's order.
pub(crate) fn activities(resource: &Resource<'_>) -> Vec<Detail> {
    let mut says = Vec::new();
    for activity in resource.object.objects("activity") {
        let detail = activity.object("detail").unwrap_or_default();
        let code = words(&detail, "code");
        let description = text(&detail, "description");
        let reference =
            activity.object("reference").and_then(|reference| provenance::name(resource, &reference));
        let negated = detail.boolean("prohibited").or_else(|| detail.boolean("doNotPerform")) == Some(true);
        let label = if negated { "Not to be done".to_owned() } else { "Activity".to_owned() };
        match (code, description) {
            (Some(code), Some(description)) if negated => {
                say(&mut says, &label, Some(format!("{code}: {description}")))
            }
            (Some(code), Some(description)) => say(&mut says, &code, Some(description)),
            (code, description) => say(&mut says, &label, code.or(description).or(reference)),
        }
    }
    says
}

fn say(says: &mut Vec<Detail>, label: &str, value: Option<String>) {
    says.extend(value.map(|value| Detail { label: label.to_owned(), value }));
}
