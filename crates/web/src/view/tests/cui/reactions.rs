//! Allergies in the row above the record (the first level) and in their chapter (the second). Source: NHS CUI Adverse Drug Reactions.

use super::*;
use record::item::{Allergy, Reaction};

fn allergy(change: impl FnOnce(&mut Item, &mut Allergy)) -> Item {
    let mut item = fixture::acute_allergy();
    let mut allergy = Allergy::default();
    change(&mut item, &mut allergy);
    item.facts = Facts::Allergy(allergy);
    item
}

fn reaction(together: &[&str]) -> Reaction {
    let manifestations = together.iter().map(|one| (*one).to_owned()).collect();
    Reaction { manifestations, ..Reaction::default() }
}

/// The row and the chapter.
fn both(item: Item) -> [String; 2] {
    let mut record = fixture::waiting();
    record.add(fixture::note("acute", ReplyState::Answered), fixture::released("acute", vec![item]));
    let both =
        [section(&fixture::page(), &record, Key::AllergyRow), drawn_section(&record, Section::Allergies)];
    both.map(|html| html.replace('\u{a0}', " "))
}

#[test]
fn cui_advdrug_adr_0010_0012_the_agent_stands_as_it_was_recorded() {
    let written = "co-TRIMOXAZOLE  (Septrin)";
    for html in both(allergy(|item, _| item.what.text = Some(written.into()))) {
        assert!(html.contains(written), "HAZ-018: {html}");
    }
}

#[test]
fn cui_advdrug_adr_0016_0018_the_row_has_key_words_and_nothing_of_form_route_or_dose() {
    let full = allergy(|item, allergy| {
        allergy.kinds = vec!["medication".into()];
        allergy.criticality = Some("high".into());
        allergy.reactions = vec![reaction(&["rash"])];
        item.details =
            vec![record::item::Detail { label: "Exposure route".into(), value: "intravenous".into() }];
        item.notes = vec![Note { text: "Came up within the hour".into(), preformatted: false, by: None }];
    });
    let [row, chapter] = both(full);
    assert!(words_of(&row).contains("Codeine (rash) Acute 1"), "{row}");
    for said in ["medication", "high", "intravenous", "Came up within the hour"] {
        assert!(!row.contains(said) && chapter.contains(said), "HAZ-017: {said}: {chapter}");
    }
}

#[test]
fn cui_advdrug_adr_0017_0020_0022_0023_reactions_of_one_event_are_joined_and_of_two_parted() {
    let several =
        allergy(|_, allergy| allergy.reactions = vec![reaction(&["rash", "nausea"]), reaction(&["wheeze"])]);
    for html in both(several) {
        assert!(html.contains("rash + nausea, wheeze"), "HAZ-012: {html}");
    }
}

#[test]
fn cui_advdrug_adr_0042_0044_0046_0048_0049_0050_an_entry_says_when_who_said_it_and_who_wrote_it_where() {
    let signed = allergy(|item, allergy| {
        allergy.asserter = Some("Daughter".into());
        item.when.from = Some(FhirDate::parse("1998-02-03"));
        item.when.recorded = Some(FhirDate::parse("2021-05-06"));
        item.provenance.author = Some("N. Invented".into());
        item.provenance.author_role = Some("Staff nurse".into());
        item.provenance.organisation = Some("Example Hospital".into());
    });
    let [_, chapter] = both(signed);
    for (rule, said) in [
        ("ADR-0042, 0044", "<td>Acute <time datetime=\"2021-05-06\">06-May-2021</time>"),
        ("ADR-0042", "<dt>From<dd>03-Feb-1998"),
        ("ADR-0046", "<i>Said by</i> <bdi>Daughter</bdi>"),
        ("ADR-0048", "<dt>Author<dd>N. Invented"),
        ("ADR-0049", "<dt>Role<dd>Staff nurse"),
        ("ADR-0050", "<dt>Organisation<dd>Example Hospital"),
    ] {
        assert!(chapter.contains(said), "HAZ-012: {rule}: {chapter}");
    }
}

#[test]
fn cui_advdrug_adr_0045_a_partial_date_keeps_its_precision() {
    let [_, chapter] = both(allergy(|item, _| item.when.from = Some(FhirDate::parse("2012-07"))));
    assert!(chapter.contains("<time datetime=\"2012-07\">Jul-2012</time>"), "HAZ-016: {chapter}");
}
