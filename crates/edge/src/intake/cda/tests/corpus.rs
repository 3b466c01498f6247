//! Every published report: as many sections shown as an independent count finds, every title and every word of text there,
//! and nothing unread on the page.

use super::{IC24, parsed, read, sections, show};
use crate::unit::{Untraced, Whose};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::path::Path;

const HL7: &str = "urn:hl7-org:v3";

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Words of markup, without its tags.
fn unmarked(html: &str) -> String {
    let wrapped = html.strip_prefix("<!DOCTYPE html>").unwrap_or(html);
    let tree = roxmltree::Document::parse(wrapped).expect("our own markup is well-formed");
    tree.descendants().filter(|node| node.is_text()).filter_map(|node| node.text()).collect()
}

#[test]
fn published_reports_are_shown_with_every_section_and_every_word() {
    let Some(root) = crate::intake::whole::corpus::root() else { return };
    let mut table = Vec::new();
    for (name, bytes) in crate::intake::whole::corpus::files(&root.join(Path::new("cda-nhs111/report"))) {
        let (seen, taken) = read(&IC24, &bytes);
        assert_eq!(seen.unwrap().units, 1, "{name}");
        let unit = taken.into_iter().next().unwrap().unwrap_or_else(|refused| panic!("{name}: {refused}"));
        assert!(
            matches!(unit.whose, Whose::Untraced(Untraced::NoNumber | Untraced::NotVerified)),
            "HAZ-042: {name}"
        );
        let text = std::str::from_utf8(&bytes).unwrap();
        let tree = roxmltree::Document::parse(text).unwrap();
        let in_section = |node: &roxmltree::Node<'_, '_>| {
            node.parent_element().is_some_and(|up| up.has_tag_name((HL7, "section")))
        };
        let of = |name: &'static str| {
            tree.descendants().filter(move |node| node.has_tag_name((HL7, name))).filter(in_section)
        };
        let (titles, texts) = (of("title").count(), of("text").count());
        let shown = show(&IC24, &[&unit]);
        let encounter = parsed(&shown, "Encounter").remove(0);
        let div = squeezed(&unmarked(encounter["text"]["div"].as_str().unwrap()));
        let binaries = parsed(&shown, "Binary");
        let decoded = |place: usize| STANDARD.decode(binaries[place]["data"].as_str().unwrap()).unwrap();
        let page = squeezed(&unmarked(&String::from_utf8(decoded(0)).unwrap()));
        for said in of("title").chain(of("text")) {
            let words: String =
                said.descendants().filter(|node| node.is_text()).filter_map(|node| node.text()).collect();
            assert!(div.contains(&squeezed(&words)) && page.contains(&squeezed(&words)), "HAZ-020: {name}");
        }
        let original = String::from_utf8(decoded(1)).unwrap();
        assert!(text.contains(&original), "R67: {name}");
        let with_text = sections(&original).iter().filter(|(_, words)| !words.is_empty()).count();
        let full = of("text")
            .filter(|node| {
                node.descendants().any(|n| n.text().is_some_and(|t| n.is_text() && !t.trim().is_empty()))
            })
            .count();
        assert_eq!(with_text, full, "HAZ-020: {name}");
        let page_of = crate::intake::whole::corpus::normalised(&shown);
        assert_eq!(page_of.unread.len(), 0, "HAZ-040: {name}");
        let contact = page_of
            .items
            .iter()
            .find(|item| item.provenance.resource_type == "Encounter")
            .expect("a contact");
        assert!(contact.notes.len() >= full, "HAZ-040: {name}: {} of {full}", contact.notes.len());
        table.push(format!(
            "{name}: {titles} titles, {texts} texts, {} notes on the page",
            contact.notes.len()
        ));
    }
    println!("{}", table.join("\n"));
    assert_eq!(table.len(), 4);
}
