//! Takes CarePlans, Goals, Consents and filled forms, gives plans and wishes: every version, none preferred (HAZ-026).
//! Source: UK Core CarePlan, Consent, QuestionnaireResponse; sources.md 7.

use super::Read;
use super::alerts::is_safeguarding;
use super::encounters::said;
use crate::item::{Detail, Facts, Item, Plan, PlanFamily, Section, When};
use crate::normalise::extensions::{plain, value_date, value_words};
use crate::normalise::resource::{Resource, date, quantity, text, words};
use crate::normalise::{filing, provenance};
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
        say(&mut says, "Goal", resource.words_behind(&goal, "description"));
    }
    says.extend(activities(resource));
    for activity in resource.object.objects("activity") {
        for outcome in activity.objects("outcomeCodeableConcept") {
            say(&mut says, "Outcome", Concept::read(&outcome).words().map(str::to_owned));
        }
    }
    let plan = Plan { review_due: review(resource).or_else(|| to.clone()), says, ..plan(resource, kind) };
    let mut item = resource.item(Section::Plans, Category::CarePlans, Facts::Plan(plan));
    let named = format!("{} | {}", said(resource, &["category"]), resource.text("title").unwrap_or_default());
    if is_safeguarding(&named.to_lowercase()) {
        item.category = filing::stricter(item.category, Category::Safeguarding);
    }
    item.what.text = resource.text("title").or_else(|| resource.words("category"));
    item.what.codings =
        resource.concepts("category").into_iter().flat_map(|concept| concept.codings).collect();
    item.when = When { from, to, recorded: resource.date("created") };
    item.parts = resource.linked("goal").iter().filter_map(Resource::part).collect();
    for concern in resource.object.objects("addresses") {
        item.detail("For", resource.words_behind(&concern, "code"));
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
    for form in resource.object.objects("sourceAttachment") {
        item.detail("Attached, shown only as sent", Some(super::results::attached(&form)));
    }
    // A code of the consent machinery, not the decision's words: kept, but not in sight.
    item.detail("Rule of the consent", text(&provision, "type"));
    item.into()
}

/// By its words, or by HL7's codes for advance directives where nothing else was sent.
fn is_decision(words: &str) -> bool {
    const CODES: [&str; 6] = ["acd", "dnr", "emrgonly", "hcd", "poa", "polst"];
    let by_words = ["advance", "directive", "resuscitat", "attorney", "treatment", "refuse"]
        .iter()
        .any(|word| words.contains(word));
    by_words || words.split(" | ").any(|words| CODES.contains(&words))
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

/// Every answer of a form, in its order, under the group and the question it belongs to: "ventilation: yes" means what
/// its group means (HAZ-018).
pub(crate) fn answered<'a>(resource: &Resource<'a>) -> Vec<Detail> {
    let mut form = Answers { resource, title: form_title(resource), says: Vec::new() };
    form.items(&resource.object.objects("item"), "");
    form.says
}

/// Between a group and what stands in it.
pub(crate) const WITHIN: &str = " › ";
/// A longer heading stands once before its answers and is not repeated (HAZ-041).
const HEADING_MAX: usize = 200;

struct Answers<'r, 'a> {
    resource: &'r Resource<'a>,
    title: String,
    says: Vec<Detail>,
}

impl<'a> Answers<'_, 'a> {
    fn items(&mut self, items: &[Object<'a>], above: &str) {
        for item in items {
            let own = text(item, "text");
            let answers = item.objects("answer");
            let below = self.below(above, own.as_deref());
            let named = own.or_else(|| text(item, "linkId")).unwrap_or_else(|| "Answer".into());
            let label = if above.is_empty() { named } else { format!("{above}{WITHIN}{named}") };
            for answer in &answers {
                let words = answer.choice("value").and_then(|(name, value)| self.words(name, value));
                say(&mut self.says, &label, words);
                self.items(&answer.objects("item"), &below);
            }
            self.items(&item.objects("item"), &below);
        }
    }

    /// What stands before the answers below a heading; the form's own title is said already.
    fn below(&mut self, above: &str, own: Option<&str>) -> String {
        match own {
            None => above.to_owned(),
            Some(own) if above.is_empty() && own.trim() == self.title.trim() => String::new(),
            Some(own) if own.len() > HEADING_MAX => {
                say(&mut self.says, "Heading", Some(own.to_owned()));
                above.to_owned()
            }
            Some(own) if above.is_empty() => own.to_owned(),
            Some(own) => format!("{above}{WITHIN}{own}"),
        }
    }

    fn words(&self, name: &str, value: Json<'a>) -> Option<String> {
        let words = match name {
            "valueCoding" => {
                value.object().and_then(|coding| text(&coding, "display").or_else(|| text(&coding, "code")))
            }
            "valueQuantity" => value.object().and_then(|amount| quantity(&amount)),
            "valueReference" => {
                let reference = value.object()?;
                if self.resource.follow(&reference).is_some() {
                    // Shown for itself.
                    return None;
                }
                text(&reference, "display")
            }
            "valueDate" | "valueDateTime" => value.text().map(|date| FhirDate::parse(&date).display()),
            _ => plain(value),
        };
        words.or_else(|| Some("In a form shown only as sent".to_owned()))
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

/// Which plans answer the same question, and so must stand together where they differ. `said` is whatever its source calls it.
pub(crate) fn family(said: &str) -> Option<PlanFamily> {
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

/// What is to be done, in the plan's order. What was called off, is over or has not begun says so; what was written in
/// error is not told (HAZ-019).
pub(crate) fn activities(resource: &Resource<'_>) -> Vec<Detail> {
    let mut says = Vec::new();
    for activity in resource.object.objects("activity") {
        let detail = activity.object("detail").unwrap_or_default();
        let status = text(&detail, "status").unwrap_or_default();
        if status == "entered-in-error" {
            continue;
        }
        let odd = Some(status).filter(|code| !matches!(code.as_str(), "" | "in-progress" | "unknown"));
        let odd = odd.map(|code| format!(" ({})", code.replace('-', " "))).unwrap_or_default();
        let code = words(&detail, "code");
        let description = text(&detail, "description");
        let reference =
            activity.object("reference").and_then(|reference| resource.words_behind(&reference, "name"));
        let negated = detail.boolean("prohibited").or_else(|| detail.boolean("doNotPerform")) == Some(true);
        let label = if negated { "Not to be done".to_owned() } else { "Activity".to_owned() };
        match (code, description) {
            (Some(code), Some(description)) if negated => {
                say(&mut says, &label, Some(format!("{code}: {description}{odd}")))
            }
            (Some(code), Some(description)) => say(&mut says, &code, Some(format!("{description}{odd}"))),
            (code, description) => {
                let said = code.or(description).or(reference);
                say(&mut says, &label, said.map(|said| format!("{said}{odd}")));
            }
        }
    }
    says
}

fn say(says: &mut Vec<Detail>, label: &str, value: Option<String>) {
    says.extend(value.map(|value| Detail { label: label.to_owned(), value }));
}
