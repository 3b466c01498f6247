//! Takes a RelatedPerson, gives one of the people around the person: relation and telephone as recorded. No address.
//! Source: UK Core RelatedPerson; HAZ-023.

use crate::item::{Care, Facts, Item, Section, Standing, Status, When};
use crate::normalise::provenance::{human_name, telephone};
use crate::normalise::resource::Resource;
use fhir::{Category, coding::Concept};

pub(crate) fn read(resource: &Resource<'_>) -> Item {
    let relations: Vec<String> =
        resource.concepts("relationship").iter().filter_map(|c| c.words().map(str::to_owned)).collect();
    let name = human_name(&resource.object);
    let care = Care {
        service: relations.first().cloned(),
        worker: name.clone(),
        telephone: telephone(&resource.object),
        ..Care::default()
    };
    let mut item = resource.item(Section::People, Category::Encounters, Facts::Care(care));
    item.what = Concept { text: name.or_else(|| Some("Name not recorded".into())), codings: Vec::new() };
    let (from, to) = resource.period("period");
    item.when = When { from, to, recorded: None };
    if resource.object.boolean("active") == Some(false) {
        item.status = Status { code: "inactive".into(), standing: Standing::Past };
    }
    for relation in relations {
        item.detail("Relation", Some(relation));
    }
    item
}
