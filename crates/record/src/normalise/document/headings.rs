//! The section headings of letters and discharge summaries: their names by SNOMED CT code, and which of them protect the
//! whole document. Source: PRSB record headings as ITK3 uses them; sources.md 12.

use fhir::Category;

const SAFEGUARDING: &str = "1077911000000105";
const LEGAL: &str = "886961000000102";

#[rustfmt::skip]
const NAMES: [(&str, &str); 34] = [
    ("886781000000108", "Admission details"),
    ("1077881000000105", "Attendance details"),
    ("886811000000106", "Discharge details"),
    ("886921000000105", "Allergies and adverse reactions"),
    ("887141000000103", "Assessment scales"),
    ("1077901000000108", "Clinical narrative"),
    ("887121000000105", "Clinical review of systems"),
    ("887181000000106", "Clinical summary"),
    ("1077931000000102", "Contact for further information"),
    ("887161000000102", "Diagnoses"),
    ("887261000000109", "Distribution list"),
    ("715851000000102", "Examination finding"),
    ("887111000000104", "Family history"),
    ("886711000000101", "GP practice"),
    ("717121000000105", "History"),
    ("1052901000000109", "Individual requirements"),
    ("1052951000000105", "Information and advice given"),
    ("1082101000000102", "Investigation results"),
    ("1064471000000105", "Investigations and procedures requested"),
    (LEGAL, "Legal information"),
    ("933361000000108", "Medications and medical devices"),
    ("886751000000102", "Participation in research"),
    ("1052941000000107", "Patient and carer concerns, expectations and wishes"),
    ("886731000000109", "Patient demographics"),
    ("887231000000104", "Person completing record"),
    ("887201000000105", "Plan and requested actions"),
    ("886891000000102", "Presenting complaints or issues"),
    ("887151000000100", "Problems and issues"),
    ("887171000000109", "Procedures"),
    ("1052891000000108", "Referrer details"),
    (SAFEGUARDING, "Safeguarding"),
    ("886931000000107", "Safety alerts"),
    ("1078901000000109", "Senior reviewing clinician"),
    ("887051000000101", "Social context"),
];

pub(super) fn name(code: &str) -> Option<&'static str> {
    NAMES.iter().find(|(known, _)| *known == code).map(|(_, name)| *name)
}

/// Under what category such a section puts the document it stands in; by its words where its code is missing.
pub(super) fn protects(code: Option<&str>, words: &str) -> Option<Category> {
    let words = words.to_lowercase();
    if code == Some(LEGAL) || words.contains("legal information") {
        Some(Category::Restricted)
    } else if code == Some(SAFEGUARDING) || words.contains("safeguarding") {
        Some(Category::Safeguarding)
    } else {
        None
    }
}
