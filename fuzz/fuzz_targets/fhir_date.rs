//! A date keeps its text whatever it is; one that is read has a first day, and sorting is an order (HAZ-016).
#![no_main]

use fhir::FhirDate;
use libfuzzer_sys::fuzz_target;
use std::cmp::Ordering;

fuzz_target!(|texts: (&str, &str)| {
    let (a, b) = (FhirDate::parse(texts.0), FhirDate::parse(texts.1));
    for (date, text) in [(&a, texts.0), (&b, texts.1)] {
        assert_eq!(date.as_sent(), text);
        let shown = date.display();
        assert!(date.is_readable() || shown.contains(text), "HAZ-016");
        assert!(!date.is_readable() || date.first_day().is_some(), "HAZ-016");
        assert!(!date.display_day().is_empty());
    }
    let order = |a: &FhirDate, b: &FhirDate| FhirDate::newest_first(Some(a), Some(b));
    assert_eq!(order(&a, &b), order(&b, &a).reverse());
    assert_eq!(order(&a, &a), Ordering::Equal);
});
