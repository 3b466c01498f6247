//! Three sources' replies put together: whatever order they land in the record is one, and no entry is lost (HAZ-040).
#![no_main]

use fhir::{Category, Level, ReplyState, SourceId, reply::Format};
use libfuzzer_sys::fuzz_target;
use record::{Record, SourceNote, reconcile::SECTIONS};
use std::collections::BTreeMap;

#[path = "shared.rs"]
mod shared;

const ORDERS: [[usize; 3]; 3] = [[0, 1, 2], [2, 0, 1], [1, 2, 0]];

fn note(source: &SourceId) -> SourceNote {
    SourceNote {
        source: source.clone(),
        state: ReplyState::Answered,
        by_category: BTreeMap::new(),
        asked: None,
        as_at: None,
        answered_at: None,
        elapsed_ms: 1,
        late: false,
    }
}

/// Which entries stand together, in their order: by source and by the bytes they were sent as.
fn told(record: &Record) -> Vec<(Vec<(SourceId, String)>, Option<String>)> {
    let groups = SECTIONS.iter().flat_map(|section| record.section(*section));
    let of = |item: &record::Item| (item.source.clone(), item.original.as_sent().to_owned());
    groups.map(|group| (group.items.iter().map(|item| of(item)).collect(), group.conflict)).collect()
}

fuzz_target!(|bytes: [&[u8]; 3]| {
    let sources = ["a", "b", "c"].map(SourceId::new);
    let texts: Vec<&str> = bytes.iter().filter_map(|bytes| fhir::json::check(bytes).ok()).collect();
    let mut records = ORDERS.map(|_| Record::new(sources.to_vec()));
    for (record, order) in records.iter_mut().zip(ORDERS) {
        for place in order {
            let Some(text) = texts.get(place) else { continue };
            let normalised = shared::read(Format::R4, &[text]);
            let source = &sources[place];
            record.add(note(source), record::release(source, normalised, &|_: Category| Level::Full, None));
        }
    }
    let [first, others @ ..] = records.each_ref().map(told);
    for other in others {
        assert_eq!(first, other, "HAZ-040: the order in which replies land shows");
    }
});
