//! Which names are one substance, and which must not be.

use super::substance;

/// HAZ-013: grouped by substance, never over-merged.
#[test]
fn names_are_cut_before_strength_and_form_and_never_across_substances() {
    let same = [
        ("Amlodipine 5mg tablets", "AMLODIPINE 10 mg Tablets"),
        ("Sodium valproate 200mg gastro-resistant tablets", "Sodium valproate 40mg/ml oral solution"),
        ("Salbutamol 100micrograms/dose inhaler CFC free", "salbutamol nebuliser liquid"),
        ("Insulin glargine 100units/ml", "Insulin glargine"),
        ("Morphine 10mg/5ml oral solution", "Morphine 5mg m/r capsules"),
    ];
    for (a, b) in same {
        assert_eq!(substance(a), substance(b), "HAZ-013 {a}");
    }
    let apart = [
        ("Paracetamol 500mg tablets", "Paracetamol 500mg / Codeine 30mg tablets"),
        ("Calcium carbonate 500mg tablets", "Calcium carbonate 1.5g/colecalciferol 10micrograms tablets"),
        ("Amlodipine 5mg tablets", "Amlodipine besilate 5mg tablets"),
        ("Humulin M3 100units/ml", "Humulin I 100units/ml"),
        ("Prednisolone 5mg tablets", "Prednisone 5mg tablets"),
        ("5% glucose", "5% sodium chloride"),
        ("Insulin soluble human", "Insulin"),
    ];
    for (a, b) in apart {
        assert_ne!(substance(a), substance(b), "HAZ-013 {a}");
    }
}

#[test]
fn odd_names_never_panic_and_never_become_empty_unless_they_are() {
    for name in ["", " ", "tablets", "/", "5mg", "é", "—", "(10mg)"] {
        assert_eq!(substance(name).is_empty(), name.trim().is_empty(), "{name}");
    }
}
