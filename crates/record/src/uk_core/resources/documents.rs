//! Documents and forms: pointers, compositions, contents, questionnaires and answers. Source: sources.md 9.1.

use super::{encounter, put, third_edition};
use crate::uk_core::tree::{Fields, Node};
use crate::uk_core::work::{NO_PLACE, Work};

pub(super) fn document_reference(fields: &mut Fields<'_>, work: &mut Work) {
    fields.rename("class", "category");
    fields.rename("indexed", "date");
    if let Some(created) = fields.take("created") {
        fields.each("content", &mut |content| {
            content.each("attachment", &mut |attachment| {
                if !attachment.has("creation") {
                    attachment.put("creation", created.clone());
                }
            });
        });
        work.lose(&created, "the content says when it was made");
    }
    fields
        .each("context", &mut |context| context.each("related", &mut |related| one_reference(related, work)));
}

/// A reference and an identifier beside each other became one reference with both.
fn one_reference(related: &mut Fields<'_>, work: &mut Work) {
    let Some(Node::Object(reference)) = related.take("ref") else { return };
    for (name, node) in reference.into_members() {
        if related.has(&name) {
            work.lose(&node, "R4 has one place for two things that were sent");
        } else {
            related.put(name, node);
        }
    }
}

pub(super) fn composition(fields: &mut Fields<'_>, work: &mut Work) {
    if let Some(class) = fields.take("class") {
        put(fields, "category", class, work);
    }
    let Some(attesters) = fields.take("attester") else { return };
    let split: Vec<Node<'_>> = attesters.into_items().into_iter().flat_map(by_mode).collect();
    fields.put("attester", Node::Array(split));
}

/// One attester for each mode.
fn by_mode(attester: Node<'_>) -> Vec<Node<'_>> {
    let Node::Object(mut attester) = attester else { return vec![attester] };
    let modes = attester.take("mode").map(Node::into_items).unwrap_or_default();
    if modes.is_empty() {
        return vec![Node::Object(attester)];
    }
    let one = |mode| {
        let mut one = attester.clone();
        one.put("mode", mode);
        Node::Object(one)
    };
    modes.into_iter().map(one).collect()
}

pub(super) fn binary(fields: &mut Fields<'_>, _: &mut Work) {
    fields.rename("content", "data");
}

pub(super) fn questionnaire_response(fields: &mut Fields<'_>, work: &mut Work) {
    fields.rename("parent", "partOf");
    encounter(fields, work);
    let Some(questionnaire) = fields.take("questionnaire") else { return };
    let reference = questionnaire.as_object().and_then(|reference| reference.text("reference"));
    let is_address = reference.is_some_and(|text| text.contains("://") || text.starts_with("urn:"));
    if is_address {
        let address = super::canonical(questionnaire, work);
        fields.put("questionnaire", address.unwrap_or(Node::Array(Vec::new())));
    } else if questionnaire.as_object().is_some() {
        third_edition(fields, "QuestionnaireResponse.questionnaire", "valueReference", questionnaire);
    } else {
        fields.put("questionnaire", questionnaire);
    }
}

pub(super) fn questionnaire(fields: &mut Fields<'_>, work: &mut Work) {
    fields.each("item", &mut |item| question(item, work));
}

fn question(item: &mut Fields<'_>, work: &mut Work) {
    item.rename("option", "answerOption");
    let options = item.take("options").and_then(|options| super::canonical(options, work));
    if let Some(address) = options {
        put(item, "answerValueSet", address, work);
    }
    if item.has("answerOption") {
        let initial = item.take_choice("initial").map(|(_, value)| value);
        work.lose_any(initial, "R4 has no starting value beside a list of options");
    } else if let Some((name, value)) = item.take_choice("initial") {
        let mut initial = Fields::default();
        initial.put(name.replacen("initial", "value", 1), value);
        item.put("initial", Node::Array(vec![Node::Object(initial)]));
    }
    let conditions = item.get("enableWhen").map_or(0, |conditions| conditions.items().len());
    item.each("enableWhen", &mut |condition| enable_when(condition, work));
    if conditions > 1 {
        // STU3: any one of them is enough.
        put(item, "enableBehavior", Node::ours("any"), work);
    }
    item.each("item", &mut |below| question(below, work));
}

fn enable_when(condition: &mut Fields<'_>, work: &mut Work) {
    if let Some(has_answer) = condition.take("hasAnswer") {
        if condition.has_choice("answer") {
            work.lose(&has_answer, NO_PLACE);
        } else {
            condition.put("operator", Node::ours("exists"));
            condition.put("answerBoolean", has_answer);
            return;
        }
    }
    if condition.has_choice("answer") && !condition.has("operator") {
        condition.put("operator", Node::ours("="));
    }
}
