//! Every published reply of the HTML view: as many rows as its text holds, by plain search, and none lost.

use crate::normalise::normalise;
use crate::normalise::tests::{check_law, corpus, payload, reply, xml};
use fhir::Category;
use fhir::reply::Format;

/// Rows outside `thead`, counted in the text of the file.
fn rows(text: &str) -> usize {
    let mut count = 0;
    for (place, part) in text.split("<thead>").enumerate() {
        let body = if place == 0 { part } else { part.split_once("</thead>").map_or("", |(_, after)| after) };
        count += body.matches("<tr>").count();
    }
    count
}

#[test]
fn haz_040_every_row_of_the_published_replies_is_counted() {
    let Some(root) = corpus::corpus() else { return };
    let (mut files, mut all, mut items) = (0, 0, 0);
    for entry in std::fs::read_dir(root.join("gp-connect-html")).expect("the folder").flatten() {
        let text = std::fs::read_to_string(entry.path()).expect("a corpus file");
        let name = entry.file_name().to_string_lossy().into_owned();
        let json = if text.starts_with('<') { xml::to_json(&text) } else { text.clone().into_bytes() };
        let normalised = normalise(&reply(vec![payload(Format::GpConnectHtml, None, &json)]));
        check_law(&normalised, &name);
        let is_row = |(kind, _): &(&String, &usize)| kind.starts_with("HTML row");
        let received: usize = normalised.received.iter().filter(is_row).map(|(_, count)| count).sum();
        assert_eq!(received, rows(&text), "HAZ-040 {name}");
        assert!(normalised.unread.is_empty(), "HAZ-040 {name}: {:?}", normalised.unread);
        let kept =
            normalised.items.len() + normalised.context.iter().filter(is_row).map(|(_, n)| n).sum::<usize>();
        assert_eq!(kept, received, "HAZ-040 {name}");
        for item in &normalised.items {
            assert!(item.original.as_sent().starts_with("<tr"), "HAZ-040 {name}: as sent");
            assert!(item.what.words().is_some(), "HAZ-018 {name}: it says what it is");
            assert!(item.what.codings.is_empty(), "HAZ-018 {name}: no code is invented");
            assert!(name.contains("ENC") || name.contains("SUM") || item.category != Category::Consultations);
        }
        (files, all, items) = (files + 1, all + received, items + normalised.items.len());
    }
    assert_eq!(files, 69, "every file");
    assert_eq!((all, items), (109, 109), "HAZ-040: rows and items");
}
