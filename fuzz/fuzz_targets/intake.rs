//! What the targets of an edge node share: a file read whole, and shown.

use edge::format::{About, Format, Kept};
use std::ops::ControlFlow;

/// Reads it to its end: each unit is told once, and of what was taken every resource is JSON (HAZ-042).
pub fn read(format: &dyn Format, bytes: &[u8]) {
    let (mut told, mut bodies) = (0, Vec::new());
    let mut input = bytes;
    let seen = format.read(&mut input, &mut |_, unit| {
        told += 1;
        bodies.extend(unit.ok().map(|unit| (unit.order, unit.body)));
        ControlFlow::Continue(())
    });
    if let Ok(seen) = seen {
        assert_eq!(seen.units, told, "HAZ-042: a unit that nobody was told of");
    }
    let kept: Vec<Kept<'_>> = bodies.iter().map(|(order, body)| Kept { order: *order, body }).collect();
    let about = About { ods: "ZZ916", partner: "A partner", feed: "fuzz", id: &|name| format!("id-{}", name.len()) };
    for shown in format.show(&kept, &about) {
        assert!(fhir::json::check(shown.json.as_bytes()).is_ok(), "HAZ-042: shown, and cannot be read");
    }
    format.person(&kept);
}
