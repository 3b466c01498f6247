//! Which names are one substance, and which must not be.

use super::{product, strengths_differ, substance};

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

#[test]
fn haz_013_one_product_in_two_spellings_is_one_and_a_lost_point_is_another() {
    assert_eq!(product("Apixaban 2.5mg  Tablets"), product("apixaban 2.5 mg tablets"), "HAZ-013");
    assert_eq!(product("Enoxaparin 20mg/0.2ml"), product("enoxaparin 20 mg/0.2ml"), "HAZ-013");
    assert_ne!(product("Apixaban 2.5mg tablets"), product("Apixaban 25mg tablets"), "HAZ-013");
    assert_ne!(
        product("Vitamin 5 mixture"),
        product("Vitamin5 mixture"),
        "HAZ-013 only a unit joins its number"
    );
}

#[test]
fn haz_013_strengths_differ_only_where_each_name_carries_one_in_one_unit() {
    let differ = |a, b| strengths_differ(a, b) && strengths_differ(b, a);
    assert!(differ("Ramipril 10mg capsules", "ramipril 5 mg capsules"), "HAZ-013");
    assert!(differ("Morphine 10micrograms/ml solution", "Morphine 20microgram/ml solution"), "HAZ-013");
    for (a, b) in [
        ("Ramipril 5mg capsules", "ramipril 5.0 mg capsules"),
        ("Paracetamol 1g tablets", "Paracetamol 1000mg tablets"),
        ("Ramipril capsules", "Ramipril 5mg capsules"),
        ("Morphine 10mg/5ml solution", "Morphine 2mg/ml solution"),
        ("Amlodipine 5mg / Valsartan 80mg tablets", "Amlodipine 10mg / Valsartan 80mg tablets"),
        ("Morphine 10mg in 5ml solution", "Morphine 20mg in 5ml solution"),
        ("Lactulose 3.1-3.7g/5ml solution", "Lactulose 3.3g/5ml solution"),
        ("5mg", "10mg"),
        ("", "Ramipril 5mg"),
        ("... mg 5", "\u{0665}mg Ramipril"),
    ] {
        assert!(!strengths_differ(a, b) && !strengths_differ(b, a), "HAZ-013 `{a}` against `{b}`");
    }
}
