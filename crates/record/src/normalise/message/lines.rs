//! Takes the entries of a message, gives lines in the order sent: what was assessed, answered and consented to, as written.
//! Source: BaRS (CarePlan outcomes of the triage tool, QuestionnaireResponses, Consent); sources.md 13.

use super::super::document;
use super::super::gp_connect::{Line, has_value_in_words};
use super::super::resource::{Resource, text};
use super::super::status;
use crate::category::care_plans::{activities, answered, form_title};
use crate::item::Standing;
use fhir::coding::Concept;

/// One entry's lines; what is made in error says nothing (HAZ-019).
pub(super) fn of(entry: &Resource<'_>) -> Vec<Line> {
    let in_error = status::read(entry).standing == Standing::EnteredInError;
    match entry.resource_type.as_str() {
        _ if in_error => Vec::new(),
        "CarePlan" => care_plan(entry),
        "QuestionnaireResponse" => form(entry),
        "Consent" => consent(entry),
        "Task" => task(entry),
        "Communication" => communication(entry),
        "Condition" | "Observation" | "Procedure" => finding(entry),
        "ServiceRequest" | "ReferralRequest" => request(entry),
        _ => Vec::new(),
    }
}

fn coded(words: String) -> Line {
    Line { words, coded: true }
}

fn free(words: String) -> Line {
    Line { words, coded: false }
}

fn headed(heading: &str, lines: Vec<Line>) -> Vec<Line> {
    if lines.is_empty() {
        return lines;
    }
    std::iter::once(coded(format!("{heading}:"))).chain(lines).collect()
}

/// What the triage came to: coded outcomes, then what the tool wrote.
fn care_plan(plan: &Resource<'_>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for activity in plan.object.objects("activity") {
        for outcome in activity.objects("outcomeCodeableConcept").iter().map(Concept::read) {
            let displays = outcome.codings.iter().filter_map(|coding| coding.display.clone());
            lines.extend(displays.map(coded));
            lines.extend(outcome.text.map(free));
        }
    }
    lines.extend(activities(plan).into_iter().map(|line| free(format!("{}: {}", line.label, line.value))));
    lines.extend(["title", "description"].iter().filter_map(|key| plan.text(key)).map(free));
    lines.extend(plan.notes().into_iter().map(|note| free(note.text)));
    headed("Assessment", lines)
}

fn form(response: &Resource<'_>) -> Vec<Line> {
    let answers = answered(response).into_iter().map(|line| free(format!("{}: {}", line.label, line.value)));
    headed(&form_title(response), answers.collect())
}

/// Consent as written: it says nothing about sharing records.
fn consent(consent: &Resource<'_>) -> Vec<Line> {
    let words: Vec<String> = ["category", "policyRule"].iter().filter_map(|key| consent.words(key)).collect();
    let line = (!words.is_empty()).then(|| coded(format!("Consent for this event: {}", words.join(", "))));
    line.into_iter().collect()
}

fn task(task: &Resource<'_>) -> Vec<Line> {
    let words = task.words("code").or_else(|| task.text("description"));
    let status = task.text("status").map(|status| format!(" ({status})")).unwrap_or_default();
    words.map(|words| coded(format!("Task: {words}{status}"))).into_iter().collect()
}

fn communication(message: &Resource<'_>) -> Vec<Line> {
    let payloads = message.object.objects("payload");
    let texts = payloads.iter().filter_map(|payload| text(payload, "contentString")).map(free);
    headed("Message", texts.collect())
}

fn finding(entry: &Resource<'_>) -> Vec<Line> {
    let mut lines = document::lines(entry).into_iter();
    let kind = entry.resource_type.as_str();
    let coded = !has_value_in_words(entry);
    let first = lines.next().map(|first| Line { words: format!("{kind}: {first}"), coded });
    first.into_iter().chain(lines.map(free)).collect()
}

fn request(request: &Resource<'_>) -> Vec<Line> {
    let texts = ["description", "patientInstruction"].iter().filter_map(|key| request.text(key));
    let notes = request.notes().into_iter().map(|note| note.text);
    let info = request.object.objects("supportingInfo");
    let info =
        info.iter().filter(|info| request.follow(info).is_none()).filter_map(|info| text(info, "display"));
    headed("Request", texts.chain(notes).chain(info).map(free).collect())
}
