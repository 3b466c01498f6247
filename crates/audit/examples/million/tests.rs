//! The bench measures what it says, and loses nothing of what it records.

use super::*;

/// The figures themselves are of this machine and this moment: nothing is asked of them but that they are there.
#[tokio::test(flavor = "multi_thread")]
async fn au40_every_figure_is_measured_and_all_that_was_recorded_is_there_when_it_is_checked() {
    let (entries, openings) = (1_000, 3);
    let figures = measured([entries, openings, 5]).await.unwrap();
    let whole_opening = openings::SOURCES + 2;
    assert_eq!(
        figures.verified,
        u64::from(entries + openings * whole_opening) + 1,
        "and the start of the replica"
    );
    let told: Vec<&str> = figures.told.iter().map(|(what, ..)| *what).collect();
    assert_eq!(
        told,
        [
            "entries recorded",
            "processor time of an entry, all threads",
            "beginning of an opening, p50",
            "beginning of an opening, p99",
            "processor time of an opening, all threads",
            "hashes of what an opening shows",
            "search by a person, p50",
            "search by a person, p95",
            "search by a professional, p50",
            "search by a professional, p95",
            "search by an hour, p50",
            "search by an hour, p95",
            "size of the file",
            "checked without the key",
            "checked with the key",
        ]
    );
    for (what, value, _) in &figures.told {
        // Of a short run the system may count no processor time at all.
        let least = if what.starts_with("processor") { 0.0 } else { f64::MIN_POSITIVE };
        assert!(value.is_finite() && *value >= least, "{what}: {value}");
    }
}
